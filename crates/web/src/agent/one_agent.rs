//! One agent: who, which roles, and the state of the access.

use askama::Template;
use axum::{extract::Path, response::Response};
use preau_app::{
    Error, FieldError,
    agent::{self, Detail},
    role,
};
use preau_rules::{french, permission::Right};
use uuid::Uuid;

use super::agents::{RoleBoxes, boxes, held_values, identity, page, path, posted_roles, state};
use crate::{
    call::{Call, Reply},
    failure::Failure,
    forms::Form,
    page::Page,
    params,
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

const ACCESS: Access = Access::Holds(Right::Agents);

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/agent/parametres/agents/{id}", ACCESS, show)
        .post(
            "/agent/parametres/agents/{id}/identite",
            ACCESS,
            save_identity,
        )
        .post("/agent/parametres/agents/{id}/roles", ACCESS, save_roles)
        .post("/agent/parametres/agents/{id}/acces", ACCESS, save_access)
        .post("/agent/parametres/agents/{id}/invitation", ACCESS, invite)
        .post(
            "/agent/parametres/agents/{id}/mot-de-passe",
            ACCESS,
            send_link,
        )
        .post("/agent/parametres/agents/{id}/application", ACCESS, reset)
}

pub(crate) fn host_routes(routes: Routes) -> Routes {
    routes
        .get("/exploitants/{id}", ACCESS, show)
        .post("/exploitants/{id}/identite", ACCESS, save_identity)
        .post("/exploitants/{id}/roles", ACCESS, save_roles)
        .post("/exploitants/{id}/acces", ACCESS, save_access)
        .post("/exploitants/{id}/invitation", ACCESS, invite)
        .post("/exploitants/{id}/mot-de-passe", ACCESS, send_link)
        .post("/exploitants/{id}/application", ACCESS, reset)
}

struct Entry {
    at: String,
    who: String,
    what: &'static str,
}

#[derive(Template)]
#[template(path = "agent/agent.html")]
struct OneAgent {
    page: Page,
    name: String,
    here: String,
    tag: &'static str,
    state: &'static str,
    invited_until: Option<String>,
    disabled: bool,
    has_password: bool,
    second_factor: bool,
    is_me: bool,
    identity: Form,
    roles_form: Form,
    roles: Vec<RoleBoxes>,
    journal: Vec<Entry>,
}

/// What the journal's words mean.
fn action_fr(action: &str) -> &'static str {
    match action {
        "created" => "a ajouté cet agent",
        "roles_changed" => "a changé ses rôles",
        "disabled" => "a fermé son accès",
        "enabled" => "a rouvert son accès",
        "second_factor_reset" => "a retiré son application de codes",
        "second_factor_changed" => "a changé d’application de codes",
        "recovery_codes_made" => "a refait ses codes de secours",
        "invited" => "a renvoyé l’invitation",
        "password_link_sent" => "a envoyé un lien de mot de passe",
        "password_link_asked" => "a demandé un lien de mot de passe",
        "password_chosen" | "password_changed" => "a choisi un mot de passe",
        _ => "a modifié la fiche",
    }
}

/// What was typed and is to be corrected.
enum Back<'a> {
    Nothing,
    Identity(&'a Posted, &'a [FieldError]),
    Roles(&'a Posted, &'a [FieldError]),
}

async fn template(call: &Call, detail: Detail, back: Back<'_>) -> Result<OneAgent, Failure> {
    let agent = &detail.agent;
    let held = held_values(&detail.held, &role::list(&call.cx).await?);
    let name = format!("{} {}", agent.first_name, agent.last_name);
    let mut identity = identity();
    let mut roles_form = Form::default().required("roles", "Rôles");
    identity.set("prenom", &agent.first_name);
    identity.set("nom", &agent.last_name);
    identity.set("email", &agent.email);
    let roles = match back {
        Back::Roles(posted, errors) => {
            roles_form = roles_form.with_errors(errors);
            boxes(call, |value| posted.all("roles").any(|v| v == value)).await?
        }
        Back::Identity(posted, errors) => {
            identity = identity.filled(posted).with_errors(errors);
            boxes(call, |value| held.iter().any(|v| v == value)).await?
        }
        Back::Nothing => boxes(call, |value| held.iter().any(|v| v == value)).await?,
    };
    let zone = call.portal.zone();
    let (tag, state) = state(agent, detail.invited_until, call.cx.at);
    let journal = detail.journal.iter().map(|entry| Entry {
        at: french::instant_digits(entry.at, &zone),
        who: entry.actor_name.clone(),
        what: action_fr(&entry.action),
    });
    Ok(OneAgent {
        page: page(call, &name),
        here: call.href(&format!("{}/{}", path(call), agent.id)),
        tag,
        state,
        invited_until: detail
            .invited_until
            .filter(|until| *until > call.cx.at && !agent.has_password)
            .map(|until| french::instant(until, &zone)),
        disabled: agent.disabled_at.is_some(),
        has_password: agent.has_password,
        second_factor: agent.second_factor,
        is_me: call.cx.caller.agent().is_ok_and(|me| me.id == agent.id),
        identity,
        roles_form,
        roles,
        journal: journal.collect(),
        name,
    })
}

async fn show(call: Call, Path(id): Path<String>) -> Reply {
    let detail = agent::get(&call.cx, params::id(&id)?).await?;
    call.html(&template(&call, detail, Back::Nothing).await?)
}

fn done(call: &Call, id: Uuid, text: &str) -> Response {
    call.see_saying(&format!("{}/{id}", path(call)), "ok", text)
}

async fn save_identity(
    Path(id): Path<String>,
    Submitted { call, form: posted }: Submitted,
) -> Reply {
    let id = params::id(&id)?;
    let text = |name| posted.text(name);
    match agent::set_identity(&call.cx, id, text("email"), text("prenom"), text("nom")).await {
        Ok(()) => Ok(done(&call, id, "C’est enregistré.")),
        Err(Error::Invalid(errors)) => {
            let detail = agent::get(&call.cx, id).await?;
            call.invalid(&template(&call, detail, Back::Identity(&posted, &errors)).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn save_roles(Path(id): Path<String>, Submitted { call, form: posted }: Submitted) -> Reply {
    let id = params::id(&id)?;
    match agent::set_roles(&call.cx, id, posted_roles(&posted)).await {
        Ok(()) => Ok(done(
            &call,
            id,
            "Les rôles sont enregistrés. Ils valent dès maintenant.",
        )),
        Err(Error::Invalid(errors)) => {
            let detail = agent::get(&call.cx, id).await?;
            call.invalid(&template(&call, detail, Back::Roles(&posted, &errors)).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn save_access(Path(id): Path<String>, Submitted { call, form: posted }: Submitted) -> Reply {
    let id = params::id(&id)?;
    let close = posted.text("acces") == "ferme";
    agent::set_disabled(&call.cx, id, close).await?;
    let text = if close {
        "L’accès est fermé, et ses sessions avec lui."
    } else {
        "L’accès est rouvert."
    };
    Ok(done(&call, id, text))
}

async fn invite(Path(id): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    let id = params::id(&id)?;
    agent::invite(&call.cx, id).await?;
    Ok(done(
        &call,
        id,
        "Une nouvelle invitation est partie. Le lien d’avant ne fonctionne plus.",
    ))
}

async fn send_link(Path(id): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    let id = params::id(&id)?;
    agent::reset_password(&call.cx, id).await?;
    Ok(done(
        &call,
        id,
        "Un lien pour choisir un nouveau mot de passe est parti. Il fonctionne pendant une heure.",
    ))
}

async fn reset(Path(id): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    let id = params::id(&id)?;
    agent::reset_second_factor(&call.cx, id).await?;
    Ok(done(
        &call,
        id,
        "L’application de codes est retirée. Une autre sera installée à la prochaine connexion.",
    ))
}
