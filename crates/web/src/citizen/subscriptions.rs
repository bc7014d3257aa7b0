//! Mes abonnements and « M’abonner »: by code abonné or by an invoice, shown first, tied at once when confirmed.

use askama::Template;
use axum::extract::{Path, Query};
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use preau_app::{
    Error, citizen,
    subscription::{self, InvoiceForm, Shown, formal, how_fr},
};
use preau_rules::french;

use crate::{
    call::{Call, Reply, render},
    forms::Form,
    page::Page,
    params::{self, Asked},
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

const LIST: &str = "/espace-citoyen/abonnements";
const NEW: &str = "/espace-citoyen/abonnements/nouveau";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(LIST, Access::Account, list)
        .get(NEW, Access::Account, ask)
        .post("/espace-citoyen/abonnements/code", Access::Account, by_code)
        .get("/espace-citoyen/abonnements/code", Access::Account, again)
        .post(
            "/espace-citoyen/abonnements/facture",
            Access::Account,
            by_invoice,
        )
        .get(
            "/espace-citoyen/abonnements/facture",
            Access::Account,
            again,
        )
        .post(
            "/espace-citoyen/abonnements/confirmation",
            Access::Account,
            confirm,
        )
        .post("/espace-citoyen/abonnements/{id}/fin", Access::Account, end)
        .get(
            "/abonnements/contester/{token}",
            Access::Public,
            ask_contest,
        )
        .post("/abonnements/contester/{token}", Access::Public, contest)
}

struct TieView {
    family: String,
    reference: String,
    children: String,
    guardians: String,
    about: String,
    end: String,
}

#[derive(Template)]
#[template(path = "citizen/subscriptions.html")]
struct List {
    page: Page,
    ties: Vec<TieView>,
    pending_code: Option<String>,
}

fn page(call: &Call, title: &str) -> Page {
    let page = call
        .page(title, "citoyen")
        .crumb("Accueil", Some("/"))
        .crumb("Mon espace citoyen", Some("/espace-citoyen"));
    if title == "Mes abonnements" {
        return page.crumb(title, None);
    }
    page.crumb("Mes abonnements", Some(LIST)).crumb(title, None)
}

async fn list(call: Call) -> Reply {
    let me = citizen::me(&call.cx).await?;
    let zone = call.portal.zone();
    let ties = subscription::mine(&call.cx).await?.into_iter().map(|mine| {
        let children: Vec<&str> = mine
            .children
            .iter()
            .map(|c| c.first_name.as_str())
            .collect();
        let guardians: Vec<String> = mine.guardians.iter().map(formal).collect();
        let since = french::day_month_year(mine.tied.since.to_zoned(zone.clone()).date());
        TieView {
            children: french::list(&children),
            guardians: french::list(&guardians),
            about: format!("Depuis le {since}, {}", how_fr(&mine.tied.how)),
            end: call.href(&format!("{LIST}/{}/fin", mine.tied.id)),
            family: mine.tied.name,
            reference: mine.tied.reference,
        }
    });
    let template = List {
        page: page(&call, "Mes abonnements"),
        ties: ties.collect(),
        pending_code: me.pending_code,
    };
    call.html(&template)
}

#[derive(Template)]
#[template(path = "citizen/subscribe.html")]
struct Subscribe {
    page: Page,
    form: Form,
    /// How long to wait, after too many searches.
    wait: Option<String>,
}

fn fields() -> Form {
    Form::default()
        .required("code_abonne", "Code Abonné")
        .hint("Majuscules, minuscules, espaces et tirets : tout est accepté.")
        .required("code_emission", "Code émission de la facture")
        .hint("Retrouvez le code émission sur le pied de page de votre facture.")
        .required("reference", "Référence de la facture")
        .hint("Retrouvez la référence sur votre facture.")
        .required("montant", "Montant de la facture")
        .hint("En euros, par exemple 42,50.")
        .required("code_personnel", "Code personnel")
        .hint("Saisissez le code personnel du destinataire de la facture.")
}

fn subscribe(call: &Call, form: Form, wait: Option<String>) -> Subscribe {
    Subscribe {
        page: page(call, "M’abonner"),
        form,
        wait,
    }
}

async fn ask(call: Call, Query(asked): Asked) -> Reply {
    let mut form = fields();
    let code: String = params::asked(&asked, "code")
        .unwrap_or_default()
        .chars()
        .take(60)
        .collect();
    form.set("code_abonne", &code);
    call.html(&subscribe(&call, form, None))
}

/// Where a search was posted there is nothing to look at: whoever reloads starts again.
async fn again(call: Call) -> Reply {
    Ok(call.see(NEW))
}

#[derive(Template)]
#[template(path = "citizen/subscribe_found.html")]
struct Found {
    page: Page,
    family: String,
    children: Vec<String>,
    token: String,
}

fn found(call: &Call, form: &Posted, found: Result<Shown, Error>) -> Reply {
    match found {
        Ok(shown) => call.html(&Found {
            page: page(call, "Votre abonnement"),
            family: shown.family,
            children: shown.children,
            token: shown.token,
        }),
        Err(Error::Invalid(errors)) => call.invalid(&subscribe(
            call,
            fields().filled(form).with_errors(&errors),
            None,
        )),
        Err(Error::TooMany(until)) => too_many(call, form, until),
        Err(error) => Err(error.into()),
    }
}

fn too_many(call: &Call, form: &Posted, until: Timestamp) -> Reply {
    let seconds = (until.as_second() - call.cx.at.as_second()).max(1);
    let wait = french::wait(seconds.unsigned_abs());
    let template = subscribe(call, fields().filled(form), Some(wait));
    let mut response = render(&template, StatusCode::TOO_MANY_REQUESTS)?;
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    Ok(response)
}

async fn by_code(Submitted { call, form }: Submitted) -> Reply {
    let shown = subscription::search_code(&call.cx, form.text("code_abonne")).await;
    found(&call, &form, shown)
}

async fn by_invoice(Submitted { call, form }: Submitted) -> Reply {
    let text = |name| form.text(name).to_owned();
    let typed = InvoiceForm {
        code_emission: text("code_emission"),
        reference: text("reference"),
        montant: text("montant"),
        code_personnel: text("code_personnel"),
    };
    let shown = subscription::search_invoice(&call.cx, &typed).await;
    found(&call, &form, shown)
}

async fn confirm(Submitted { call, form }: Submitted) -> Reply {
    match subscription::confirm(&call.cx, form.text("jeton")).await {
        Ok(family) => {
            let text = format!(
                "Vous êtes abonné à la famille {family}. L’Espace famille et l’Espace facturation sont ouverts."
            );
            Ok(call.see_saying(LIST, "ok", &text))
        }
        Err(Error::Invalid(errors)) => {
            call.invalid(&subscribe(&call, fields().with_errors(&errors), None))
        }
        Err(error) => Err(error.into()),
    }
}

async fn end(Path(id): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    subscription::end(&call.cx, params::id(&id)?).await?;
    let text =
        "Cet abonnement est terminé. Pour le reprendre, demandez un code abonné à la mairie.";
    Ok(call.see_saying(LIST, "ok", text))
}

#[derive(Template)]
#[template(path = "citizen/contest.html")]
struct Contest {
    page: Page,
    found: subscription::Contested,
    action: String,
}

async fn ask_contest(call: Call, Path(token): Path<String>) -> Reply {
    let template = Contest {
        page: call
            .page("Contester un rattachement", "citoyen")
            .crumb("Accueil", Some("/"))
            .crumb("Contester un rattachement", None),
        found: subscription::contestable(&call.cx, &token).await?,
        action: call.href(&format!("/abonnements/contester/{token}")),
    };
    call.html(&template)
}

async fn contest(Path(token): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    subscription::contest(&call.cx, &token).await?;
    Ok(call.see_saying(
        &format!("/abonnements/contester/{token}"),
        "ok",
        "La mairie est prévenue. Un accusé de réception vous est envoyé par e-mail.",
    ))
}
