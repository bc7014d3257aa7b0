//! Facturation: a month is looked at, issued, and paid for.

use askama::Template;
use axum::extract::Path;
use http::StatusCode;
use jiff::{ToSpan, civil::Date};
use preau_app::{
    Error,
    billing::{self, Full, MonthForm, PAGE, Paid, Preview, online},
};
use preau_rules::{french, money::Cents, permission::Right};

use crate::{
    billing::{Sheet, sheet, title},
    call::{Call, Reply, render},
    forms::{Choice, Form},
    page::Page,
    params::{self, Asked},
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

const HOME: &str = "/agent/facturation";
/// Months to bill that are listed.
const MONTHS: i32 = 12;

pub(crate) fn routes(routes: Routes) -> Routes {
    let bills = Access::Holds(Right::Billing);
    routes
        .get(HOME, bills, months)
        .get("/agent/facturation/{period}", bills, month)
        .post("/agent/facturation/{period}", bills, issue)
        .get("/agent/factures/{number}", bills, invoice)
        .post("/agent/factures/{number}/avoir", bills, credit)
        .post(
            "/agent/factures/{number}/reglement",
            Access::Holds(Right::Collect),
            collect,
        )
}

fn page(call: &Call, title: &str) -> Page {
    call.page(title, "facturation")
        .crumb("Facturation", Some(HOME))
        .crumb(title, None)
}

struct Month {
    href: String,
    name: String,
    state: String,
    kind: &'static str,
    total: String,
}

#[derive(Template)]
#[template(path = "agent/billing.html")]
struct Months {
    page: Page,
    list: Vec<Month>,
    /// « 2 paiements en ligne à vérifier »; nothing when there is none.
    strange: String,
    strange_path: String,
}

async fn months(call: Call) -> Reply {
    let today = call.cx.at.to_zoned(call.portal.zone()).date();
    let runs = billing::runs(&call.cx).await?;
    let strange = match call.cx.caller.require(Right::Collect) {
        Ok(()) => online::to_look_at(&call.cx).await?.len() as u64,
        Err(_) => 0,
    };
    let months = (0..MONTHS).map(|back| {
        let first = today.first_of_month().saturating_sub(back.months());
        let run = runs.iter().find(|run| run.period == first);
        let issued = |count: i64| {
            let count = u64::try_from(count).unwrap_or_default();
            french::count(count, "facture émise", "factures émises")
        };
        let (state, kind) = match run {
            Some(run) if run.issued_at.is_some() => (issued(run.invoices), "ok"),
            Some(run) => (format!("à reprendre : {}", issued(run.invoices)), "warn"),
            None if back == 0 => ("en cours".to_owned(), "info"),
            None => ("pas encore facturé".to_owned(), "off"),
        };
        Month {
            href: call.href(&format!("{HOME}/{}-{:02}", first.year(), first.month())),
            name: billing::month_fr(first),
            state,
            kind,
            total: run.map_or_else(String::new, |run| Cents(run.total).to_string()),
        }
    });
    call.html(&Months {
        page: call
            .page("Facturation", "facturation")
            .crumb("Facturation", None),
        list: months.collect(),
        strange: match strange {
            0 => String::new(),
            n => french::count(
                n,
                "paiement en ligne à vérifier",
                "paiements en ligne à vérifier",
            ),
        },
        strange_path: call.href(super::payments::HOME),
    })
}

struct Row {
    href: String,
    number: String,
    family: String,
    total: String,
    left: String,
    settled: bool,
}

#[derive(Template)]
#[template(path = "agent/billing_month.html")]
struct Show {
    page: Page,
    title: String,
    path: String,
    preview: Preview,
    families: String,
    lines: String,
    total: String,
    before: String,
    dearest: Vec<(String, String)>,
    issued: bool,
    rows: Vec<Row>,
    previous: String,
    next: String,
    range: String,
    form: Form,
}

fn period(text: &str) -> Result<Date, Error> {
    let first = format!("{text}-01");
    let found = (text.len() == 7).then(|| first.parse().ok()).flatten();
    found.ok_or(Error::NotFound)
}

fn fields(preview: &Preview) -> Form {
    Form::default()
        .required("echeance", "À payer avant la fin du")
        .hint("Imprimé sur chaque facture : le paiement en ligne s’arrête ce jour-là à minuit.")
        .value(french::day_digits(preview.due_on))
        .optional(
            "malgre",
            "Émettre sans les réservations qui n’ont pas de prix",
        )
}

async fn draw(call: &Call, first: Date, at: i64, typed: Option<Form>, status: StatusCode) -> Reply {
    let preview = billing::preview(&call.cx, first).await?;
    let name = billing::month_fr(first);
    let issued = preview
        .issued
        .as_ref()
        .is_some_and(|run| run.issued_at.is_some());
    let all = billing::of_period(&call.cx, first, at).await?;
    let count = preview.issued.as_ref().map_or(0, |run| run.invoices);
    let path = call.href(&format!("{HOME}/{}-{:02}", first.year(), first.month()));
    let link = |page: i64, there: bool| {
        if there {
            format!("{path}?page={page}")
        } else {
            String::new()
        }
    };
    let (previous, next) = (link(at - 1, at > 1), link(at + 1, at * PAGE < count));
    let range = format!(
        "{} à {} sur {count}",
        (at - 1) * PAGE + 1,
        (at * PAGE).min(count)
    );
    let rows = all.into_iter().map(|i| Row {
        href: call.href(&format!("/agent/factures/{}", i.number)),
        family: i.family,
        total: Cents(i.total).to_string(),
        left: Cents(i.total - i.paid).to_string(),
        settled: i.total <= i.paid,
        number: i.number,
    });
    let number = |n: usize, one: &str, many: &str| french::count(n as u64, one, many);
    let template = Show {
        page: page(call, &format!("Facturation\u{a0}: {name}")),
        title: format!("Facturation\u{a0}: {name}"),
        path,
        previous,
        next,
        range,
        families: number(preview.families, "facture", "factures"),
        lines: number(preview.lines, "ligne", "lignes"),
        total: preview.total.to_string(),
        before: preview.before.as_ref().map_or_else(String::new, |run| {
            format!("{} : {}", billing::month_fr(run.period), Cents(run.total))
        }),
        dearest: preview
            .dearest
            .iter()
            .map(|(reference, name, cents)| (format!("{reference} {name}"), cents.to_string()))
            .collect(),
        issued,
        rows: rows.collect(),
        form: typed.unwrap_or_else(|| fields(&preview)),
        preview,
    };
    render(&template, status)
}

async fn month(call: Call, Path(text): Path<String>, asked: Asked) -> Reply {
    let at = params::asked(&asked, "page").and_then(|page| page.parse().ok());
    let at = at.unwrap_or(1_i64).clamp(1, 100_000);
    draw(&call, period(&text)?, at, None, StatusCode::OK).await
}

async fn issue(Path(text): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let first = period(&text)?;
    let asked = MonthForm {
        echeance: form.text("echeance").to_owned(),
        malgre: form.ticked("malgre"),
    };
    match billing::issue(&call.cx, first, &asked).await {
        Ok(billing::Issue { all: 0, .. }) => Ok(call.see_saying(
            &format!("{HOME}/{text}"),
            "info",
            "Rien n’était à facturer : aucune facture n’est émise.",
        )),
        Ok(done) => {
            let count = done.all.unsigned_abs();
            let said = french::count(count, "facture est émise", "factures sont émises");
            let path = format!("{HOME}/{text}");
            Ok(call.see_saying(
                &path,
                "ok",
                &format!("{said}. Les familles les voient dans leur Espace facturation."),
            ))
        }
        Err(Error::Invalid(errors)) => {
            let preview = billing::preview(&call.cx, first).await?;
            let form = fields(&preview).filled(&form).with_errors(&errors);
            draw(
                &call,
                first,
                1,
                Some(form),
                StatusCode::UNPROCESSABLE_ENTITY,
            )
            .await
        }
        Err(other) => Err(other.into()),
    }
}

#[derive(Template)]
#[template(path = "agent/invoice.html")]
struct Invoice {
    page: Page,
    s: Sheet,
    path: String,
    family: String,
    family_href: String,
    /// The agent takes payments.
    collects: bool,
    payment: Form,
    means: Vec<Choice>,
    note: Form,
}

fn payment_fields() -> Form {
    Form::default()
        .required("montant", "Montant reçu")
        .required("moyen", "Moyen")
        .optional("reference", "Référence")
        .hint("Numéro du chèque, nom du virement.")
}

fn note_fields() -> Form {
    Form::default()
        .required("motif", "Motif de l’avoir")
        .hint("Un avoir annule toute la facture : la famille et le comptable lisent ce motif.")
}

fn sheet_page(
    call: &Call,
    full: &Full,
    payment: Option<Form>,
    note: Option<Form>,
    status: StatusCode,
) -> Reply {
    let s = sheet(call, full);
    let payment = payment.unwrap_or_else(|| {
        let mut form = payment_fields();
        form.set("montant", &s.left);
        form
    });
    let typed = payment.field("moyen").value.clone();
    let means = [
        ("", "Choisir"),
        ("cash", "Espèces"),
        ("cheque", "Chèque"),
        ("transfer", "Virement"),
    ];
    let means = means.map(|(value, label)| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        selected: value == typed,
    });
    let name = title(full.invoice.period, full.invoice.credits.is_some());
    let template = Invoice {
        page: page(call, &format!("{name}, n° {}", s.number)),
        path: call.href(&format!("/agent/factures/{}", s.number)),
        family: full.invoice.family.clone(),
        family_href: call.href(&super::family::path(full.invoice.family_id)),
        collects: call.cx.caller.require(Right::Collect).is_ok(),
        payment,
        means: means.into(),
        note: note.unwrap_or_else(note_fields),
        s,
    };
    render(&template, status)
}

async fn invoice(call: Call, Path(number): Path<String>) -> Reply {
    let full = billing::sheet(&call.cx, &number).await?;
    sheet_page(&call, &full, None, None, StatusCode::OK)
}

fn read(form: &Posted) -> Paid {
    Paid {
        montant: form.text("montant").to_owned(),
        moyen: form.text("moyen").to_owned(),
        reference: form.text("reference").to_owned(),
    }
}

async fn collect(Path(number): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    match billing::collect(&call.cx, &number, &read(&form)).await {
        Ok(receipt) => Ok(call.see_saying(
            &format!("/agent/factures/{number}"),
            "ok",
            &format!("Le règlement est enregistré : reçu {receipt}."),
        )),
        Err(Error::Invalid(errors)) => {
            let full = billing::sheet(&call.cx, &number).await?;
            let typed = payment_fields().filled(&form).with_errors(&errors);
            sheet_page(
                &call,
                &full,
                Some(typed),
                None,
                StatusCode::UNPROCESSABLE_ENTITY,
            )
        }
        Err(other) => Err(other.into()),
    }
}

async fn credit(Path(number): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    match billing::credit(&call.cx, &number, form.text("motif")).await {
        Ok(note) => Ok(call.see_saying(
            &format!("/agent/factures/{note}"),
            "ok",
            "L’avoir est émis : la facture est annulée.",
        )),
        Err(Error::Invalid(errors)) => {
            let full = billing::sheet(&call.cx, &number).await?;
            let typed = note_fields().filled(&form).with_errors(&errors);
            sheet_page(
                &call,
                &full,
                None,
                Some(typed),
                StatusCode::UNPROCESSABLE_ENTITY,
            )
        }
        Err(other) => Err(other.into()),
    }
}
