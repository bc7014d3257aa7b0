//! Paramètres, Paiement en ligne: the commune's contract with PayFiP, and a button that tries it.

use askama::Template;
use http::StatusCode;
use preau_app::{
    Error,
    billing::contract::{self, Contract},
};
use preau_rules::permission::Right;

use crate::{
    agent::settings::{self, Section},
    call::{Call, Reply, render},
    forms::{Choice, Form},
    page::Page,
    posted::Submitted,
    routes::{Access, Routes},
};

const PATH: &str = "/agent/parametres/paiement";

pub(crate) fn routes(routes: Routes) -> Routes {
    let right = Access::Holds(Right::Close);
    routes.get(PATH, right, show).post(PATH, right, save).post(
        "/agent/parametres/paiement/essai",
        right,
        test,
    )
}

#[derive(Template)]
#[template(path = "agent/payfip.html")]
struct Show {
    page: Page,
    sections: Vec<Section>,
    path: String,
    form: Form,
    modes: Vec<Choice>,
    open: Vec<Choice>,
    known: bool,
}

fn fields() -> Form {
    Form::default()
        .optional("client", "Numéro de client PayFiP")
        .hint("Six chiffres, donnés par la DGFiP à la régie.")
        .required("mode", "Mode")
        .required("ouvert", "Les familles paient en ligne")
}

fn draw(call: &Call, form: Form, status: StatusCode) -> Reply {
    let choices = |name: &str, all: &[(&str, &str)]| -> Vec<Choice> {
        let typed = form.field(name).value.clone();
        let all = all.iter().map(|(value, label)| Choice {
            value: (*value).to_owned(),
            label: (*label).to_owned(),
            selected: *value == typed,
        });
        all.collect()
    };
    let template = Show {
        page: settings::page(call, "Paiement en ligne"),
        sections: settings::sections(call, PATH),
        path: call.href(PATH),
        modes: choices(
            "mode",
            &[
                ("T", "Essai (T)"),
                ("X", "Activation, avec le comptable (X)"),
                ("W", "Production (W)"),
            ],
        ),
        open: choices("ouvert", &[("oui", "Oui"), ("non", "Non")]),
        known: !form.field("client").value.is_empty(),
        form,
    };
    render(&template, status)
}

async fn show(call: Call) -> Reply {
    let now = contract::settings(&call.cx).await?;
    let mut form = fields();
    form.set("client", &now.client);
    form.set("mode", if now.mode.is_empty() { "T" } else { &now.mode });
    form.set("ouvert", if now.open { "oui" } else { "non" });
    draw(&call, form, StatusCode::OK)
}

async fn save(Submitted { call, form }: Submitted) -> Reply {
    let new = Contract {
        client: form.text("client").to_owned(),
        mode: form.text("mode").to_owned(),
        open: form.text("ouvert") == "oui",
    };
    match contract::set(&call.cx, &new).await {
        Ok(()) => Ok(call.see_saying(
            PATH,
            "ok",
            "Les réglages du paiement en ligne sont enregistrés.",
        )),
        Err(Error::Invalid(errors)) => {
            let form = fields().filled(&form).with_errors(&errors);
            draw(&call, form, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(other) => Err(other.into()),
    }
}

async fn test(Submitted { call, .. }: Submitted) -> Reply {
    let (kind, text) = match contract::test(&call.cx).await? {
        Ok(name) => ("ok", format!("PayFiP répond : {name}.")),
        Err(why) => ("warn", why),
    };
    Ok(call.see_saying(PATH, kind, &text))
}
