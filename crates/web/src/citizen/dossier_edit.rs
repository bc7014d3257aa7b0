//! One page of a member's file, to be changed: at once, or after an agent's check.

use askama::Template;
use axum::extract::Path;
use http::StatusCode;
use preau_app::{
    Error, FieldError,
    dossier::{self, Dossier, Member, Outcome},
};
use preau_rules::{
    dossier::{Access as Policy, Field as Known, Kind, Theme},
    french,
};
use uuid::Uuid;

use super::{
    custody,
    dossier::{path, shell},
};
use crate::{
    call::{Call, Reply, render},
    forms::{Choice, Field},
    page::Page,
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    const PATH: &str = "/espace-famille/dossier/{member}/{theme}";
    routes
        .get(PATH, Access::Account, show)
        .post(PATH, Access::Account, save)
}

/// How a field is drawn.
enum Control {
    Input(Field, &'static str, &'static str),
    Area(Field),
    Day(Field),
    Select(Field, Vec<Choice>),
    Radios(Field, Vec<Choice>),
    Custody(Box<custody::Fields>),
    /// Not to be changed here; why.
    Fixed(&'static str, String, String),
}

#[derive(Template)]
#[template(path = "citizen/dossier_edit.html")]
struct Edit {
    page: Page,
    errors: Vec<(String, String)>,
    conflict: Option<String>,
    action: String,
    back: String,
    seen: String,
    controls: Vec<Control>,
    /// Some field counts only after an agent's check.
    checked: bool,
}

/// What came back with the form.
#[derive(Default)]
struct Back<'a> {
    typed: Option<&'a Posted>,
    errors: &'a [FieldError],
    conflict: Option<String>,
}

fn draw(
    call: &Call,
    dossier: &Dossier,
    member: &Member,
    theme: Theme,
    back: &Back<'_>,
    status: StatusCode,
) -> Reply {
    let shown: Vec<_> = dossier.shown(member.who, theme).collect();
    let controls = shown.iter().map(|f| control(dossier, member, f, back));
    let title = format!("{} de {}", theme.label_fr(), member.first_name);
    let errors = back.errors.iter();
    let template = Edit {
        page: shell(call, member, &title, Some(theme.label_fr())),
        errors: errors
            .map(|e| (e.field.to_owned(), e.message.clone()))
            .collect(),
        conflict: back.conflict.clone(),
        action: call.href(&format!("{}/{}", path(member.id), theme.slug())),
        back: call.href(&path(member.id)),
        seen: member.seen(theme),
        controls: controls.collect(),
        checked: shown
            .iter()
            .any(|f| dossier.policies.of(f).access == Policy::Checked),
    };
    render(&template, status)
}

fn control(dossier: &Dossier, member: &Member, known: &'static Known, back: &Back<'_>) -> Control {
    let now = member.value(known);
    let mine = &dossier.family.reference;
    let words = |value: &str| super::dossier::shown(known, value, mine);
    if let Some(change) = member.waiting(known) {
        let after = change.after.as_deref();
        let after = after.map_or_else(|| "à effacer".to_owned(), words);
        return Control::Fixed(
            known.label,
            now.map(words).unwrap_or_default(),
            format!(
                "En attente de vérification : {after} (demande {}).",
                change.number
            ),
        );
    }
    let policy = dossier.policies.of(known);
    if !policy.access.may_change() {
        let why = "C’est la mairie qui modifie cette information.".to_owned();
        return Control::Fixed(known.label, now.map(words).unwrap_or_default(), why);
    }
    let kept = now.unwrap_or_default();
    // A telephone is written back as people write it.
    let value = match (back.typed, known.kind) {
        (Some(typed), _) => typed.text(known.key).to_owned(),
        (None, Kind::Phone) if !kept.is_empty() => words(kept),
        (None, _) => kept.to_owned(),
    };
    let mut hint = known.hint.to_owned();
    if policy.access == Policy::Checked {
        hint.push_str(if hint.is_empty() { "" } else { " " });
        hint.push_str("Vérifié par la mairie avant de compter.");
    }
    if back.conflict.is_some() && value != kept && value != words(kept) {
        let now = if kept.is_empty() {
            "rien".to_owned()
        } else {
            words(kept)
        };
        hint = format!("Écrit maintenant dans le dossier : {now}. {hint}");
    }
    let error = back.errors.iter().find(|e| e.field == known.key);
    if known.kind == Kind::Custody {
        let error = error.map(|e| e.message.clone());
        let hint = Some(hint.trim().to_owned());
        let fields = custody::fields(mine, kept, back.typed, hint, error);
        return Control::Custody(Box::new(fields));
    }
    let field = Field {
        name: known.key,
        label: known.label.to_owned(),
        hint: (!hint.is_empty()).then(|| hint.trim().to_owned()),
        error: error.map(|e| e.message.clone()),
        required: policy.required,
        value,
        ..Field::default()
    };
    drawn(known.kind, field)
}

fn drawn(kind: Kind, field: Field) -> Control {
    let choices = |list: &[(&str, &str)], value: &str| -> Vec<Choice> {
        let one = |(code, label): &(&str, &str)| Choice {
            value: (*code).to_owned(),
            label: (*label).to_owned(),
            selected: *code == value,
        };
        list.iter().map(one).collect()
    };
    match kind {
        Kind::Line(_) => Control::Input(field, "text", ""),
        Kind::Quotient => Control::Input(field, "text", "w-s"),
        Kind::Phone => Control::Input(field, "tel", "w-m"),
        Kind::Email => Control::Input(field, "email", ""),
        Kind::Prose(_) => Control::Area(field),
        // A calendar and persons have forms of their own.
        Kind::Birth | Kind::Day | Kind::Custody | Kind::Persons => Control::Day(field),
        Kind::YesNo => {
            let list = choices(&[("oui", "Oui"), ("non", "Non")], &field.value);
            Control::Radios(field, list)
        }
        Kind::Choice(all) => {
            let mut list = choices(&[("", "Choisir…")], &field.value);
            list.extend(choices(all, &field.value));
            Control::Select(field, list)
        }
    }
}

async fn show(call: Call, Path((id, slug)): Path<(Uuid, String)>) -> Reply {
    let theme = Theme::of(&slug).ok_or(Error::NotFound)?;
    let dossier = dossier::of_member(&call.cx, id).await?;
    let member = dossier.member(id).ok_or(Error::NotFound)?;
    if dossier.shown(member.who, theme).next().is_none() {
        return Err(Error::NotFound.into());
    }
    let back = Back::default();
    draw(&call, &dossier, member, theme, &back, StatusCode::OK)
}

async fn save(
    Path((id, slug)): Path<(Uuid, String)>,
    Submitted { call, form }: Submitted,
) -> Reply {
    let theme = Theme::of(&slug).ok_or(Error::NotFound)?;
    let custody = custody::line(&form);
    let typed = |key: &str| match key {
        "garde" => custody.as_str(),
        key => form.text(key),
    };
    let saved = dossier::change(&call.cx, id, theme, form.text("vu"), typed).await;
    let (errors, conflict, status) = match saved {
        Ok(outcome) => {
            let (kind, said) = said(&outcome);
            return Ok(call.see_saying(&path(id), kind, &said));
        }
        Err(Error::Invalid(errors)) => (errors, None, StatusCode::UNPROCESSABLE_ENTITY),
        Err(Error::Conflict(text)) => (Vec::new(), Some(text), StatusCode::CONFLICT),
        Err(other) => return Err(other.into()),
    };
    let dossier = dossier::of_member(&call.cx, id).await?;
    let member = dossier.member(id).ok_or(Error::NotFound)?;
    let back = Back {
        typed: Some(&form),
        errors: &errors,
        conflict,
    };
    draw(&call, &dossier, member, theme, &back, status)
}

fn said(outcome: &Outcome) -> (&'static str, String) {
    let list = |labels: &[String]| {
        let lower: Vec<_> = labels.iter().map(|l| l.to_lowercase()).collect();
        french::list(&lower)
    };
    match (&outcome.number, outcome.done.is_empty()) {
        (None, true) => ("info", "Rien n’a changé.".to_owned()),
        (None, false) => ("ok", format!("C’est enregistré : {}.", list(&outcome.done))),
        (Some(number), true) => (
            "ok",
            format!(
                "Votre demande {number} est envoyée ({}). La mairie la vérifie ; en attendant, rien ne change.",
                list(&outcome.asked)
            ),
        ),
        (Some(number), false) => (
            "ok",
            format!(
                "C’est enregistré : {}. Le reste ({}) est vérifié par la mairie : demande {number}.",
                list(&outcome.done),
                list(&outcome.asked)
            ),
        ),
    }
}
