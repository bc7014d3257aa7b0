//! Agents and their roles; in the host's area, operators. The page of one agent is in `one_agent`.

use askama::Template;
use jiff::Timestamp;
use preau_app::{
    Error, agent,
    agent::{NewAgent, RoleAt},
    role, site,
};
use preau_rules::{french, permission::Right};
use preau_store::tables::agent::{Agent, Held};

use crate::{
    call::{Call, Reply},
    failure::Failure,
    forms::{Choice, Form},
    page::Page,
    posted::{Posted, Submitted},
    routes::{Access, Area, Routes},
};

const ACCESS: Access = Access::Holds(Right::Agents);

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/agent/parametres/agents", ACCESS, list)
        .get("/agent/parametres/agents/nouveau", ACCESS, show_new)
        .post("/agent/parametres/agents/nouveau", ACCESS, create)
}

pub(crate) fn host_routes(routes: Routes) -> Routes {
    routes
        .get("/exploitants", ACCESS, list)
        .get("/exploitants/nouveau", ACCESS, show_new)
        .post("/exploitants/nouveau", ACCESS, create)
}

/// Where the list is: agents of a commune, or operators.
pub(super) fn path(call: &Call) -> &'static str {
    match call.area {
        Area::Host => "/host/exploitants",
        _ => "/agent/parametres/agents",
    }
}

/// What the list is called.
pub(super) fn title(call: &Call) -> &'static str {
    match call.area {
        Area::Host => "Exploitants",
        _ => "Agents",
    }
}

/// A page below the list.
pub(super) fn page(call: &Call, title_of_page: &str) -> Page {
    let current = if call.area == Area::Host {
        "exploitants"
    } else {
        "parametres"
    };
    let mut page = call.page(title_of_page, current);
    if call.area == Area::Agent {
        page = page.crumb("Paramètres", Some("/agent/parametres"));
    }
    if title_of_page == title(call) {
        return page.crumb(title(call), None);
    }
    page.crumb(title(call), Some(path(call)))
        .crumb(title_of_page, None)
}

/// A role with the places where it may be held, each a box to tick.
pub(super) struct RoleBoxes {
    pub(super) label: String,
    pub(super) rights: String,
    pub(super) boxes: Vec<Choice>,
}

/// The boxes of every role; `ticked` tells which values are.
pub(super) async fn boxes(
    call: &Call,
    ticked: impl Fn(&str) -> bool,
) -> Result<Vec<RoleBoxes>, Failure> {
    let sites = if call.area == Area::Agent {
        site::list(&call.cx).await?
    } else {
        Vec::new()
    };
    let open = sites.iter().filter(|s| s.closed_at.is_none());
    let places: Vec<(String, String)> = open
        .map(|s| (format!("@{}", s.id), s.name.clone()))
        .collect();
    let everywhere = if places.is_empty() { "Oui" } else { "Partout" };
    let roles = role::list(&call.cx).await?;
    let boxes = roles.into_iter().map(|role| {
        let all = [(String::new(), everywhere.to_owned())];
        let choices = all.iter().chain(&places).map(|(at, label)| {
            let value = format!("{}{at}", role.code);
            Choice {
                selected: ticked(&value),
                label: label.clone(),
                value,
            }
        });
        RoleBoxes {
            boxes: choices.collect(),
            rights: role
                .rights
                .iter()
                .map(|r| r.label_fr())
                .collect::<Vec<_>>()
                .join(", "),
            label: role.label,
        }
    });
    Ok(boxes.collect())
}

/// Values of the boxes that stand for roles held.
pub(super) fn held_values(held: &[Held], roles: &[role::Role]) -> Vec<String> {
    let code = |id| roles.iter().find(|r| r.id == id).map(|r| r.code.clone());
    held.iter()
        .filter_map(|held| {
            let at = held
                .site_id
                .map_or(String::new(), |site| format!("@{site}"));
            Some(format!("{}{at}", code(held.role_id)?))
        })
        .collect()
}

/// The roles whose boxes were ticked.
pub(super) fn posted_roles(posted: &Posted) -> Vec<RoleAt> {
    posted
        .all("roles")
        .map(|value| match value.split_once('@') {
            // A site that is none is refused as one that is not there.
            Some((code, site)) => (code.to_owned(), Some(site.parse().unwrap_or_default())),
            None => (value.to_owned(), None),
        })
        .collect()
}

/// The state of an access as a tag: its colour and its words.
pub(super) fn state(
    agent: &Agent,
    invited_until: Option<Timestamp>,
    now: Timestamp,
) -> (&'static str, &'static str) {
    match (agent.disabled_at, agent.has_password, agent.second_factor) {
        (Some(_), ..) => ("off", "Accès fermé"),
        (None, true, true) => ("ok", "Actif"),
        (None, true, false) => ("warn", "Application de codes à installer"),
        (None, false, _) if invited_until.is_some_and(|until| until > now) => {
            ("wait", "Invitation envoyée")
        }
        (None, false, _) => ("warn", "Invitation expirée"),
    }
}

struct AgentLine {
    href: String,
    name: String,
    email: String,
    roles: String,
    tag: &'static str,
    state: &'static str,
    seen: String,
}

#[derive(Template)]
#[template(path = "agent/agents.html")]
struct List {
    page: Page,
    agents: Vec<AgentLine>,
    new_href: String,
}

async fn list(call: Call) -> Reply {
    let lines = agent::list(&call.cx).await?;
    let agents = lines.into_iter().map(|line| {
        let (tag, state) = state(&line.agent, line.invited_until, call.cx.at);
        AgentLine {
            href: call.href(&format!("{}/{}", path(&call), line.agent.id)),
            name: format!("{} {}", line.agent.first_name, line.agent.last_name),
            roles: line.roles.join(", "),
            tag,
            state,
            seen: line
                .agent
                .last_seen_at
                .map_or_else(|| "jamais".to_owned(), |at| french::ago(at, call.cx.at)),
            email: line.agent.email,
        }
    });
    call.html(&List {
        page: page(&call, title(&call)),
        agents: agents.collect(),
        new_href: call.href(&format!("{}/nouveau", path(&call))),
    })
}

#[derive(Template)]
#[template(path = "agent/agent_new.html")]
struct New {
    page: Page,
    form: Form,
    roles: Vec<RoleBoxes>,
    action: String,
    list: String,
}

/// Names and address.
pub(super) fn identity() -> Form {
    Form::default()
        .required("prenom", "Prénom")
        .required("nom", "Nom")
        .required("email", "Adresse e-mail professionnelle")
        .hint("Elle sert d’identifiant, et reçoit l’invitation.")
}

fn template(call: &Call, form: Form, roles: Vec<RoleBoxes>) -> New {
    let heading = if call.area == Area::Host {
        "Ajouter un exploitant"
    } else {
        "Ajouter un agent"
    };
    New {
        page: page(call, heading),
        form: form.required("roles", "Rôles"),
        roles,
        action: call.href(&format!("{}/nouveau", path(call))),
        list: call.href(path(call)),
    }
}

async fn show_new(call: Call) -> Reply {
    let roles = boxes(&call, |_| false).await?;
    call.html(&template(&call, identity(), roles))
}

async fn create(Submitted { call, form: posted }: Submitted) -> Reply {
    let new = NewAgent {
        email: posted.text("email").to_owned(),
        first_name: posted.text("prenom").to_owned(),
        last_name: posted.text("nom").to_owned(),
        roles: posted_roles(&posted),
        ..NewAgent::default()
    };
    match agent::create(&call.cx, new).await {
        Ok(_) => Ok(call.see_saying(
            path(&call),
            "ok",
            "L’invitation est partie. Son lien fonctionne pendant 7 jours.",
        )),
        Err(Error::Invalid(errors)) => {
            let roles = boxes(&call, |value| posted.all("roles").any(|v| v == value)).await?;
            let mut template = template(&call, identity(), roles);
            template.form = template.form.filled(&posted).with_errors(&errors);
            call.invalid(&template)
        }
        Err(error) => Err(error.into()),
    }
}
