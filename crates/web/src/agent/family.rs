//! A family on one page: who is in it, its codes, the accounts tied to it, what happened.

use askama::Template;
use axum::extract::Path;
use jiff::tz::TimeZone;
use preau_app::{
    Error,
    family::{self, Whole, deed_fr},
    subscriber_code::{Code, MONTHS, State, state},
    subscription::{self, formal, how_fr},
};
use preau_rules::{family::born_and_age, french, money::Cents, permission::Right, phone::Phone};
use uuid::Uuid;

use crate::{
    agent::{
        accounts,
        families::{self, Edit, LIST},
    },
    call::{Call, Reply},
    forms::Form,
    page::Page,
    params,
    posted::Submitted,
    routes::{Access, Routes},
};

const ACCESS: Access = Access::Holds(Right::Families);

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/agent/familles/{id}", ACCESS, show)
        .get("/agent/familles/{id}/nom", ACCESS, ask_name)
        .post("/agent/familles/{id}/nom", ACCESS, rename)
        .post("/agent/familles/{id}/cloture", ACCESS, close)
        .post("/agent/familles/{id}/reouverture", ACCESS, reopen)
        .post("/agent/familles/{id}/abonnements", ACCESS, tie)
        .post("/agent/abonnements/{id}/fin", ACCESS, untie)
}

struct Person {
    href: String,
    name: String,
    /// Lines under the name.
    about: Vec<String>,
    /// Other families: name and address.
    others: Vec<(String, String)>,
}

struct CodeView {
    id: Uuid,
    code: String,
    state: &'static str,
    tag: &'static str,
    about: String,
    uses: Vec<String>,
    good: bool,
}

struct TieView {
    id: Uuid,
    name: String,
    email: String,
    about: String,
    ended: Option<String>,
    blocked: bool,
    /// Page of the account, for who may see it.
    href: Option<String>,
    /// The request in which it is contested: number and address.
    contested: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "agent/family.html")]
struct Show {
    page: Page,
    name: String,
    reference: String,
    path: String,
    codes_path: String,
    ties_path: String,
    guardians: Vec<Person>,
    children: Vec<Person>,
    codes: Vec<CodeView>,
    may_codes: bool,
    ties: Vec<TieView>,
    invoices: Vec<(String, String, String)>,
    journal: Vec<(String, String)>,
    months: i64,
    form: Form,
    /// Since when it is closed.
    closed: Option<String>,
}

/// The path of a family's page.
pub(crate) fn path(id: Uuid) -> String {
    format!("{LIST}/{id}")
}

fn others(call: &Call, whole: &Whole, who: Uuid) -> Vec<(String, String)> {
    let of = whole.others.iter().filter(|(id, _)| *id == who);
    of.map(|(_, f)| {
        (
            format!("{} ({})", f.name, f.reference),
            call.href(&path(f.id)),
        )
    })
    .collect()
}

fn guardians(call: &Call, whole: &Whole) -> Vec<Person> {
    let one = |g: &family::Guardian| {
        let phone = g.phone.as_deref().and_then(|p| Phone::parse(p).ok());
        let about = [g.email.clone(), phone.map(|p| p.display())];
        Person {
            href: call.href(&format!("{}/responsables/{}", path(whole.family.id), g.id)),
            name: formal(g),
            about: about.into_iter().flatten().collect(),
            others: others(call, whole, g.id),
        }
    };
    whole.guardians.iter().map(one).collect()
}

fn children(call: &Call, whole: &Whole) -> Vec<Person> {
    let today = call.cx.at.to_zoned(call.portal.zone()).date();
    let one = |c: &family::Child| Person {
        href: call.href(&format!("{}/enfants/{}", path(whole.family.id), c.id)),
        name: format!("{} {}", c.first_name, c.last_name),
        about: vec![born_and_age(c.born_on, today)],
        others: others(call, whole, c.id),
    };
    whole.children.iter().map(one).collect()
}

fn code_view(call: &Call, whole: &Whole, code: &Code, zone: &TimeZone) -> CodeView {
    let uses: Vec<_> = whole.uses.iter().filter(|u| u.code_id == code.id).collect();
    let state = state(code, uses.len(), whole.guardians.len(), call.cx.at);
    let made = french::day_digits(code.made_at.to_zoned(zone.clone()).date());
    let origin = if code.origin == "imported" {
        "repris"
    } else {
        "créé"
    };
    let until = code.expires_at.map_or_else(
        || "sans date de fin".to_owned(),
        |at| {
            // It ends at midnight: the last good day is the one before.
            let last = at - jiff::SignedDuration::from_secs(1);
            let day = french::day_digits(last.to_zoned(zone.clone()).date());
            format!("valable jusqu’au {day} inclus")
        },
    );
    CodeView {
        id: code.id,
        code: code.code.clone(),
        state: state.label_fr(),
        tag: match state {
            State::Good => "ok",
            State::UsedUp => "plain",
            State::Expired | State::Revoked => "off",
        },
        about: format!("{origin} le {made} par {}, {until}", code.made_by),
        uses: uses
            .iter()
            .map(|u| {
                format!(
                    "{}, le {}",
                    u.account_name,
                    french::instant_digits(u.at, zone)
                )
            })
            .collect(),
        good: state == State::Good,
    }
}

fn tie_view(call: &Call, whole: &Whole, tie: &subscription::Tie, zone: &TimeZone) -> TieView {
    let contested = whole.contested.iter().find(|(id, ..)| *id == tie.id);
    let gone = tie.email.is_empty();
    TieView {
        id: tie.id,
        name: if gone {
            "Compte supprimé".to_owned()
        } else {
            tie.full_name()
        },
        email: tie.email.clone(),
        about: format!(
            "{}, le {}",
            how_fr(&tie.how),
            french::instant_digits(tie.since, zone)
        ),
        ended: tie.ended_at.map(|at| {
            let by = tie.ended_by.as_deref().unwrap_or_default();
            format!("terminé le {} par {by}", french::instant_digits(at, zone))
        }),
        blocked: tie.blocked,
        href: (call.cx.caller.require(Right::Accounts).is_ok())
            .then(|| call.href(&accounts::path(tie.account_id))),
        contested: contested
            .map(|(.., number)| (number.clone(), crate::agent::lines::path(call, number))),
    }
}

fn tie_field() -> Form {
    Form::default()
        .required("email", "Adresse e-mail du compte")
        .hint("Après avoir vérifié l’identité de la personne.")
}

async fn template(call: &Call, id: Uuid, form: Form) -> Result<Show, Error> {
    let whole = family::get(&call.cx, id).await?;
    let zone = call.portal.zone();
    let at = |at| french::instant_digits(at, &zone);
    Ok(Show {
        page: families::page(call, &format!("Famille {}", whole.family.name))
            .crumb(&whole.family.name, None),
        name: whole.family.name.clone(),
        reference: whole.family.reference.clone(),
        path: call.href(&path(id)),
        codes_path: call.href("/agent/codes"),
        ties_path: call.href("/agent/abonnements"),
        guardians: guardians(call, &whole),
        children: children(call, &whole),
        codes: whole
            .codes
            .iter()
            .map(|c| code_view(call, &whole, c, &zone))
            .collect(),
        may_codes: call.cx.caller.require(Right::Codes).is_ok(),
        ties: whole
            .ties
            .iter()
            .rev()
            .map(|t| tie_view(call, &whole, t, &zone))
            .collect(),
        invoices: whole
            .invoices
            .iter()
            .map(|i| {
                (
                    i.reference.clone(),
                    i.code_emission.clone(),
                    Cents(i.montant).to_string(),
                )
            })
            .collect(),
        journal: whole
            .journal
            .iter()
            .map(|e| (at(e.at), format!("{} {}", e.actor_name, deed_fr(&e.action))))
            .collect(),
        months: MONTHS,
        form,
        closed: whole
            .family
            .closed_at
            .map(|since| french::instant_year(since, &zone)),
    })
}

async fn show(call: Call, Path(id): Path<String>) -> Reply {
    let id = params::id(&id)?;
    call.html(&template(&call, id, tie_field()).await?)
}

fn name_page(call: &Call, id: Uuid, name: &str, form: Form) -> Edit {
    Edit {
        page: families::page(call, "Nom de la famille")
            .crumb(name, Some(&path(id)))
            .crumb("Nom", None),
        form,
        back: call.href(&path(id)),
        with_reference: false,
    }
}

async fn ask_name(call: Call, Path(id): Path<String>) -> Reply {
    let whole = family::get(&call.cx, params::id(&id)?).await?;
    let mut form = families::fields();
    form.set("nom", &whole.family.name);
    call.html(&name_page(&call, whole.family.id, &whole.family.name, form))
}

async fn rename(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let id = params::id(&id)?;
    match family::rename(&call.cx, id, &families::typed(&form)).await {
        Ok(()) => Ok(call.see_saying(&path(id), "ok", "Le nom est enregistré.")),
        Err(Error::Invalid(errors)) => {
            let whole = family::get(&call.cx, id).await?;
            let form = families::fields().filled(&form).with_errors(&errors);
            call.invalid(&name_page(&call, id, &whole.family.name, form))
        }
        Err(error) => Err(error.into()),
    }
}

async fn tie(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let id = params::id(&id)?;
    match subscription::tie_by_agent(&call.cx, id, form.text("email")).await {
        Ok(name) => {
            let text = format!(
                "Le compte de {name} est rattaché à cette famille. Les autres responsables sont prévenus par e-mail."
            );
            Ok(call.see_saying(&path(id), "ok", &text))
        }
        Err(Error::Invalid(errors)) => {
            let form = tie_field().filled(&form).with_errors(&errors);
            call.invalid(&template(&call, id, form).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn close(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let id = params::id(&id)?;
    if !form.ticked("certain") {
        let text =
            "Cochez la case pour clore le dossier : les comptes rattachés ne le verront plus.";
        return Ok(call.see_saying(&path(id), "warn", text));
    }
    family::close(&call.cx, id).await?;
    Ok(call.see_saying(
        &path(id),
        "ok",
        "Le dossier est clos. Vous pouvez le rouvrir.",
    ))
}

async fn reopen(Path(id): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    let id = params::id(&id)?;
    family::reopen(&call.cx, id).await?;
    let text = "Le dossier est rouvert. Les comptes sont à rattacher de nouveau.";
    Ok(call.see_saying(&path(id), "ok", text))
}

async fn untie(Path(id): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    let family = subscription::untie(&call.cx, params::id(&id)?).await?;
    let text = "L’abonnement est terminé : ce compte ne voit plus cette famille.";
    Ok(call.see_saying(&path(family), "ok", text))
}
