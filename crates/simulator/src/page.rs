//! The page on which one pays, and the page that makes things go wrong.

use std::{collections::HashMap, time::Duration};

use askama::Template;
use axum::{
    extract::{Form, Query, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use jiff::Timestamp;

use crate::{Faults, Notifications, Outcome, Service, Simulator, notify};

#[derive(Template)]
#[template(path = "pay.html")]
struct Pay {
    operation: String,
    subject: String,
    reference: String,
    amount: String,
    email: String,
}

#[derive(Template)]
#[template(path = "said.html")]
struct Said {
    text: &'static str,
}

#[derive(Template)]
#[template(path = "faults.html")]
struct Wrong {
    service: &'static str,
    notifications: &'static str,
    lose_return: bool,
    other_amount: bool,
}

fn html(template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => Html(text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

type Fields = HashMap<String, String>;

fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map_or("", String::as_str)
}

pub(crate) async fn show(
    State(simulator): State<Simulator>,
    Query(asked): Query<Fields>,
) -> Response {
    let operation = field(&asked, "idop");
    let found = simulator.state().operations.get(operation).cloned();
    let Some(one) = found else {
        return html(&Said {
            text: "P1 : cette opération est inconnue.",
        });
    };
    if one.result.is_some() {
        return html(&Said {
            text: "P3 : cette opération a déjà servi.",
        });
    }
    let value = |name: &str| one.fields.get(name).cloned().unwrap_or_default();
    let cents: i64 = value("montant").parse().unwrap_or(0);
    html(&Pay {
        operation: operation.to_owned(),
        subject: value("objet"),
        reference: value("refdet"),
        amount: preau_rules::money::Cents(cents).to_string(),
        email: value("mel"),
    })
}

pub(crate) async fn choose(
    State(simulator): State<Simulator>,
    Form(typed): Form<Fields>,
) -> Response {
    let operation = field(&typed, "idop").to_owned();
    let code = match field(&typed, "choix") {
        "P" => "P",
        "V" => "V",
        "R" => "R",
        "A" => "A",
        _ => {
            return html(&Said {
                text: "Choisissez.",
            });
        }
    };
    let (fields, faults) = {
        let mut state = simulator.state();
        let faults = state.faults;
        let Some(one) = state.operations.get_mut(&operation) else {
            return html(&Said {
                text: "P1 : cette opération est inconnue.",
            });
        };
        if one.result.is_some() {
            return html(&Said {
                text: "P3 : cette opération a déjà servi.",
            });
        }
        one.result = Some(Outcome {
            code,
            at: Timestamp::now(),
        });
        (one.fields.clone(), faults)
    };
    let value = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let (url, back) = (value("urlnotif"), value("urlredirect"));
    match faults.notifications {
        Notifications::Lost => {}
        Notifications::Once => notify(url, operation.clone()).await,
        Notifications::Twice => {
            notify(url.clone(), operation.clone()).await;
            notify(url, operation.clone()).await;
        }
        Notifications::Late => {
            let operation = operation.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_mins(1)).await;
                notify(url, operation).await;
            });
        }
    }
    if faults.lose_return {
        return html(&Said {
            text: "La page s’est perdue : revenez à votre portail.",
        });
    }
    Redirect::to(&format!("{back}?idop={operation}")).into_response()
}

pub(crate) async fn faults(State(simulator): State<Simulator>) -> Response {
    let now = simulator.state().faults;
    html(&Wrong {
        service: match now.service {
            Service::Well => "bien",
            Service::Down => "panne",
            Service::Garbled => "illisible",
            Service::Slow => "lent",
        },
        notifications: match now.notifications {
            Notifications::Once => "une",
            Notifications::Lost => "aucune",
            Notifications::Twice => "deux",
            Notifications::Late => "tard",
        },
        lose_return: now.lose_return,
        other_amount: now.other_amount,
    })
}

pub(crate) async fn set_faults(
    State(simulator): State<Simulator>,
    Form(typed): Form<Fields>,
) -> Response {
    simulator.misbehave(Faults {
        service: match field(&typed, "service") {
            "panne" => Service::Down,
            "illisible" => Service::Garbled,
            "lent" => Service::Slow,
            _ => Service::Well,
        },
        notifications: match field(&typed, "notifications") {
            "aucune" => Notifications::Lost,
            "deux" => Notifications::Twice,
            "tard" => Notifications::Late,
            _ => Notifications::Once,
        },
        lose_return: typed.contains_key("retour"),
        other_amount: typed.contains_key("montant"),
    });
    Redirect::to("/pannes").into_response()
}
