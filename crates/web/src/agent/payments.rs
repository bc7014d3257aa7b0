//! Payments online of which PayFiP said something else than was asked: a person decides.

use askama::Template;
use http::StatusCode;
use preau_app::{Error, billing::online};
use preau_rules::{french, money::Cents, payment::Standing, permission::Right};

use crate::{
    call::{Call, Reply, render},
    forms::{Choice, Form},
    page::Page,
    posted::Submitted,
    routes::{Access, Routes},
};

pub(super) const HOME: &str = "/agent/paiements";

pub(crate) fn routes(routes: Routes) -> Routes {
    let right = Access::Holds(Right::Collect);
    routes
        .get(HOME, right, show)
        .post("/agent/paiements/redemander", right, again)
        .post("/agent/paiements/classer", right, set_aside)
}

struct Line {
    operation: String,
    title: String,
    at: String,
    said: String,
}

#[derive(Template)]
#[template(path = "agent/payments.html")]
struct Show {
    page: Page,
    path: String,
    lines: Vec<Line>,
    form: Form,
    choices: Vec<Choice>,
}

fn fields() -> Form {
    Form::default()
        .required("operation", "Paiement")
        .required("motif", "Ce que la DGFiP a répondu")
        .hint("Inscrit au journal.")
}

async fn draw(call: &Call, form: Form, status: StatusCode) -> Reply {
    let zone = call.portal.zone();
    let found = online::to_look_at(&call.cx).await?;
    let lines = found.into_iter().map(|attempt| Line {
        title: format!("{}, {}", attempt.reference, Cents(attempt.cents)),
        at: french::instant_digits(attempt.made_at, &zone),
        said: attempt.said,
        operation: attempt.operation,
    });
    let lines: Vec<Line> = lines.collect();
    let typed = &form.field("operation").value;
    let choices = lines.iter().map(|line| Choice {
        value: line.operation.clone(),
        label: format!("{}, commencé le {}", line.title, line.at),
        selected: *typed == line.operation,
    });
    let template = Show {
        page: call
            .page("Paiements en ligne à vérifier", "facturation")
            .crumb("Facturation", Some("/agent/facturation"))
            .crumb("Paiements en ligne à vérifier", None),
        path: call.href(HOME),
        choices: choices.collect(),
        lines,
        form,
    };
    render(&template, status)
}

async fn show(call: Call) -> Reply {
    draw(&call, fields(), StatusCode::OK).await
}

async fn again(Submitted { mut call, form }: Submitted) -> Reply {
    // Asked each time, also by the same button.
    call.cx.key = None;
    let (kind, text) = match online::ask_again(&call.cx, form.text("operation")).await? {
        Standing::Paid => ("ok", "PayFiP confirme : le paiement est enregistré."),
        Standing::Unknown => ("warn", "PayFiP répond toujours autre chose."),
        Standing::Opened => ("warn", "PayFiP n’a pas donné de résultat."),
        Standing::Refused | Standing::Cancelled | Standing::Expired => {
            ("info", "PayFiP répond que rien n’a été payé.")
        }
    };
    Ok(call.see_saying(HOME, kind, text))
}

async fn set_aside(Submitted { call, form }: Submitted) -> Reply {
    let (operation, reason) = (form.text("operation"), form.text("motif"));
    match online::set_aside(&call.cx, operation, reason).await {
        Ok(()) => Ok(call.see_saying(
            HOME,
            "ok",
            "Le paiement est classé : la famille peut payer de nouveau.",
        )),
        Err(Error::Invalid(errors)) => {
            let typed = fields().filled(&form).with_errors(&errors);
            draw(&call, typed, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other.into()),
    }
}
