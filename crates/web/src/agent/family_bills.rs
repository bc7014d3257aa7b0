//! The invoices of a family, what it owes in all, and the words that decide its prices.

use askama::Template;
use axum::extract::Path;
use http::StatusCode;
use preau_app::{Error, billing};
use preau_rules::{money::Cents, permission::Right};
use uuid::Uuid;

use super::family::path as family_path;
use crate::{
    billing::title,
    call::{Call, Reply, render},
    forms::Form,
    page::Page,
    params,
    posted::Submitted,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    let right = Access::Holds(Right::Billing);
    routes
        .get("/agent/familles/{id}/factures", right, show)
        .post("/agent/familles/{id}/factures", right, words)
}

struct Row {
    href: String,
    number: String,
    title: String,
    total: String,
    left: String,
    settled: bool,
}

#[derive(Template)]
#[template(path = "agent/family_bills.html")]
struct Bills {
    page: Page,
    path: String,
    balance: String,
    owed: bool,
    rows: Vec<Row>,
    form: Form,
}

fn fields(words: &str) -> Form {
    Form::default()
        .optional("mots", "Mots du tarif")
        .hint("Ce que le dossier ne dit pas, par exemple « extérieur » ; séparés par des virgules. Vaut pour les prochaines factures.")
        .value(words)
}

async fn draw(call: &Call, id: Uuid, typed: Option<Form>, status: StatusCode) -> Reply {
    let account = billing::of_family(&call.cx, id).await?;
    let rows = account.invoices.into_iter().map(|i| Row {
        href: call.href(&format!("/agent/factures/{}", i.number)),
        title: title(i.period, i.credits.is_some()),
        total: Cents(i.total).to_string(),
        left: Cents(i.total - i.paid).to_string(),
        settled: i.total == i.paid,
        number: i.number,
    });
    let path = family_path(id);
    let template = Bills {
        page: call
            .page("Factures", "familles")
            .crumb("Familles", Some("/agent/familles"))
            .crumb(&format!("Famille {}", account.name), Some(&path))
            .crumb("Factures", None),
        path: call.href(&format!("{path}/factures")),
        balance: Cents(account.balance.0.abs()).to_string(),
        owed: account.balance < Cents::ZERO,
        rows: rows.collect(),
        form: typed.unwrap_or_else(|| fields(&account.words)),
    };
    render(&template, status)
}

async fn show(call: Call, Path(id): Path<String>) -> Reply {
    draw(&call, params::id(&id)?, None, StatusCode::OK).await
}

async fn words(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let id = params::id(&id)?;
    match billing::set_words(&call.cx, id, form.text("mots")).await {
        Ok(()) => {
            let path = format!("{}/factures", family_path(id));
            Ok(call.see_saying(&path, "ok", "Les mots du tarif sont enregistrés."))
        }
        Err(Error::Invalid(errors)) => {
            let typed = fields("").filled(&form).with_errors(&errors);
            draw(&call, id, Some(typed), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other.into()),
    }
}
