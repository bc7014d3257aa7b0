//! Signaler une absence: today, tomorrow, until.

use askama::Template;
use http::StatusCode;
use jiff::ToSpan;
use preau_app::{
    Error,
    planning::{self, AbsenceForm},
};
use preau_rules::french;

use super::family_space;
use crate::{
    call::{Call, Reply, render},
    forms::{Choice, Form},
    page::Page,
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

const HOME: &str = "/espace-famille/absence";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(HOME, Access::Account, show)
        .post(HOME, Access::Account, tell)
}

#[derive(Template)]
#[template(path = "citizen/absence.html")]
struct Absence {
    page: Page,
    action: String,
    planning: String,
    children: Vec<Choice>,
    form: Form,
    what: Vec<Choice>,
}

fn fields() -> Form {
    Form::default()
        .required("e", "Qui ?")
        .required("quoi", "Que voulez-vous dire ?")
        .required("du", "Du")
        .hint("Aujourd’hui, demain, ou plus tard : par exemple 30/11/2026.")
        .optional("au", "Jusqu’au")
        .hint("Laissez vide pour un seul jour.")
        .optional("motif", "Pourquoi")
        .hint("Par exemple « malade ». Ne donnez pas de détail médical.")
}

async fn draw(call: &Call, form: Form, posted: Option<&Posted>, status: StatusCode) -> Reply {
    let today = call.cx.at.to_zoned(call.portal.zone()).date();
    let days = (today, today.saturating_add(1.days()));
    let plan = planning::plan(&call.cx, None, days).await?;
    if plan.children.is_empty() {
        return family_space::closed(call, "Espace famille", "famille", family_space::WHY);
    }
    let ticked = |name: &str, value: &str| posted.is_some_and(|p| p.all(name).any(|v| v == value));
    let one = plan.children.len() == 1;
    let children = plan.children.iter().map(|c| {
        let value = c.id.to_string();
        Choice {
            selected: ticked("e", &value) || (one && posted.is_none()),
            value,
            label: c.first_name.clone(),
        }
    });
    let what = |value: &str, label: &str| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        selected: ticked("quoi", value) || (posted.is_none() && value == "absent"),
    };
    let template = Absence {
        page: call
            .page("Signaler une absence", "famille")
            .crumb("Accueil", Some("/"))
            .crumb("Espace famille", Some("/espace-famille"))
            .crumb("Signaler une absence", None),
        action: call.href(HOME),
        planning: call.href("/espace-famille/planning"),
        children: children.collect(),
        what: vec![
            what("absent", "L’enfant ne viendra pas"),
            what("vient", "Finalement, l’enfant viendra"),
        ],
        form,
    };
    render(&template, status)
}

async fn show(call: Call) -> Reply {
    let today = call.cx.at.to_zoned(call.portal.zone()).date();
    let mut form = fields();
    form.set("du", &french::day_digits(today));
    draw(&call, form, None, StatusCode::OK).await
}

async fn tell(Submitted { call, form }: Submitted) -> Reply {
    let typed = AbsenceForm {
        enfants: form.all("e").map(ToOwned::to_owned).collect(),
        du: form.text("du").to_owned(),
        au: form.text("au").to_owned(),
        motif: form.text("motif").to_owned(),
        vient: form.text("quoi") == "vient",
    };
    match planning::tell(&call.cx, None, &typed).await {
        Ok(number) => Ok(call.see(&format!("/espace-famille/planning/recu/{number}"))),
        Err(Error::Invalid(errors)) => {
            let again = fields().filled(&form).with_errors(&errors);
            draw(&call, again, Some(&form), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other.into()),
    }
}
