//! Espace facturation: what is to pay and until when, what is settled, what this month costs so far.

use askama::Template;
use axum::extract::Path;
use http::header;
use preau_app::{
    billing::{self, contract},
    subscription,
};
use preau_rules::{french, money::Cents};
use preau_store::tables::invoice::Invoice;

use crate::{
    billing::{Group, Sheet, groups, sheet, title},
    call::{Call, Reply},
    citizen::family_space::closed,
    outer::csp_paying,
    page::Page,
    routes::{Access, Routes},
};

const HOME: &str = "/espace-facturation";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(HOME, Access::Account, show)
        .get("/espace-facturation/en-cours", Access::Account, running)
        .get(
            "/espace-facturation/factures/{number}",
            Access::Account,
            invoice,
        )
}

struct Old {
    family: String,
    reference: String,
    emission: String,
    amount: String,
}

struct Line {
    number: String,
    title: String,
    family: String,
    href: String,
    left: String,
    total: String,
    state: String,
    kind: &'static str,
    payable: bool,
}

#[derive(Template)]
#[template(path = "citizen/billing_space.html")]
struct Space {
    page: Page,
    to_pay: Vec<Line>,
    settled: Vec<Line>,
    old: Vec<Old>,
    several: bool,
    month: String,
    running: String,
    running_about: String,
    /// What the commune owes.
    credit: Option<String>,
}

/// Path of an invoice of the caller's.
pub(super) fn path(number: &str) -> String {
    format!("/espace-facturation/factures/{number}")
}

fn line(call: &Call, invoice: Invoice) -> Line {
    let today = call.cx.at.to_zoned(call.portal.zone()).date();
    let payable = billing::payable(&invoice, today);
    Line {
        title: title(invoice.period, invoice.credits.is_some()),
        href: call.href(&path(&invoice.number)),
        number: invoice.number,
        family: invoice.family,
        left: Cents(invoice.total - invoice.paid).to_string(),
        total: Cents(invoice.total).to_string(),
        payable: payable.is_ok(),
        kind: "warn",
        state: match payable {
            Ok(until) => format!("à payer en ligne {until}"),
            Err(_) => "échéance passée".to_owned(),
        },
    }
}

async fn show(call: Call) -> Reply {
    let families = subscription::mine(&call.cx).await?;
    if families.is_empty() {
        let why = "L’Espace facturation montre les factures de votre famille. Pour que personne d’autre ne les voie, il s’ouvre avec le code abonné que la mairie vous a envoyé, ou avec une de vos factures.";
        return closed(&call, "Espace facturation", "facturation", why);
    }
    let old = subscription::my_invoices(&call.cx).await?;
    let running = billing::running(&call.cx).await?;
    let balance = billing::balance(&call.cx).await?;
    let (settled, to_pay): (Vec<Invoice>, Vec<Invoice>) = billing::my_invoices(&call.cx)
        .await?
        .into_iter()
        .partition(|i| i.total <= i.paid);
    let lines = |all: Vec<Invoice>| all.into_iter().map(|i| line(&call, i)).collect();
    let count = running.lines.len() as u64;
    let template = Space {
        page: call
            .page("Espace facturation", "facturation")
            .crumb("Accueil", Some("/"))
            .crumb("Espace facturation", None),
        several: families.len() > 1,
        old: old
            .into_iter()
            .map(|(family, i)| Old {
                family,
                reference: i.reference,
                emission: i.code_emission,
                amount: Cents(i.montant).to_string(),
            })
            .collect(),
        to_pay: lines(to_pay),
        settled: lines(settled),
        month: billing::month_fr(running.period),
        running: running.total.to_string(),
        running_about: format!(
            "{} dans le mois.",
            french::count(count, "réservation comptée", "réservations comptées")
        ),
        credit: (balance < Cents::ZERO).then(|| Cents(-balance.0).to_string()),
    };
    call.html(&template)
}

#[derive(Template)]
#[template(path = "citizen/running.html")]
struct Running {
    page: Page,
    month: String,
    groups: Vec<Group>,
    total: String,
}

async fn running(call: Call) -> Reply {
    let running = billing::running(&call.cx).await?;
    call.html(&Running {
        page: call
            .page("Compte en cours", "facturation")
            .crumb("Accueil", Some("/"))
            .crumb("Espace facturation", Some(HOME))
            .crumb("Compte en cours", None),
        month: billing::month_fr(running.period),
        groups: groups(&running.lines),
        total: running.total.to_string(),
    })
}

#[derive(Template)]
#[template(path = "citizen/invoice.html")]
struct Show {
    page: Page,
    s: Sheet,
    online: bool,
    pay: String,
    contact: String,
}

async fn invoice(call: Call, Path(number): Path<String>) -> Reply {
    let full = billing::my_sheet(&call.cx, &number).await?;
    let s = sheet(&call, &full);
    let path = path(&s.number);
    let mut page = call.html(&Show {
        page: call
            .page(&s.title, "facturation")
            .crumb("Accueil", Some("/"))
            .crumb("Espace facturation", Some(HOME))
            .crumb(&s.title, None),
        online: contract::open(&call.cx).await?,
        pay: call.href(&format!("{path}/payer")),
        contact: call.href("/contact"),
        s,
    })?;
    if let Some(csp) = csp_paying(&call.cx.app.settings.payfip) {
        page.headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, csp);
    }
    Ok(page)
}
