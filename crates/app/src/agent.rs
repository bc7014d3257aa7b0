//! Agents: who works here, with which roles. In the registry the same use cases are about operators.

mod authority;
mod change;

use std::collections::HashMap;

use jiff::Timestamp;
use preau_rules::{
    email::{Email, EmailError},
    permission::Right,
};
use preau_store::{
    Command, Tx,
    tables::{
        agent::{self, Agent, Held},
        invitation, journal, role, site,
    },
};
use serde::Serialize;
use uuid::Uuid;

pub(crate) use authority::{Authority, keep_an_administrator, rights_of};
pub use change::{
    find, invite, reset_password, reset_second_factor, set_disabled, set_identity, set_roles,
};

use crate::{
    Caller, Cx, Error, Problems,
    invitation::{Link, Purpose},
    mail::Rendered,
    notice::{self, Sender},
    own_page, password,
    session::grants,
};

/// A role to be given: its code, and the site when it is not for the entire commune.
pub type RoleAt = (String, Option<Uuid>);

/// Somebody to be added, as typed.
#[derive(Debug, Clone, Default)]
pub struct NewAgent {
    /// Address, which is the identifier.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Roles by code, one at least.
    pub roles: Vec<RoleAt>,
    /// Without a password the agent is invited by mail to choose one.
    pub password: Option<String>,
    /// Secret of a code application that is set up already: for the demo and tests.
    pub totp_secret: Option<Vec<u8>>,
}

/// Somebody who was added.
#[derive(Debug, Clone)]
pub struct Created {
    /// Which agent.
    pub id: Uuid,
    /// The link that the mail holds, for the command line.
    pub invitation_link: Option<String>,
}

/// What the journal keeps of an agent.
#[derive(Debug, Serialize)]
pub(crate) struct Snapshot {
    name: String,
    email: String,
    roles: Vec<String>,
    disabled: bool,
}

impl Snapshot {
    pub(crate) async fn take(tx: &mut Tx, agent: &Agent) -> Result<Self, Error> {
        Ok(Self {
            name: notice::full_name(agent),
            email: agent.email.clone(),
            roles: words(&agent::held(tx, agent.id).await?, agent.id),
            disabled: agent.disabled_at.is_some(),
        })
    }
}

/// « Animateur (école Jean-Moulin) »: the roles of one agent in words.
pub(crate) fn words(held: &[Held], agent: Uuid) -> Vec<String> {
    held.iter()
        .filter(|held| held.agent_id == agent)
        .map(|held| match &held.site_name {
            Some(site) => format!("{} ({site})", held.label),
            None => held.label.clone(),
        })
        .collect()
}

/// Finds the roles and sites meant, or says what is wrong with them.
pub(crate) async fn find_roles(
    tx: &mut Tx,
    wanted: &[RoleAt],
) -> Result<Vec<(role::Role, Option<site::Site>)>, Error> {
    if wanted.is_empty() {
        return Err(Error::field(
            "roles",
            "Choisissez au moins un rôle : sans rôle, l’agent ne peut rien faire.",
        ));
    }
    let roles = role::list(tx).await?;
    let sites = site::list(tx).await?;
    let mut found = Vec::new();
    for (code, at) in wanted {
        let role = roles.iter().find(|r| r.code == *code);
        let site = at.map(|id| sites.iter().find(|s| s.id == id));
        match (role, site) {
            (Some(role), None) => found.push((role.clone(), None)),
            (Some(role), Some(Some(site))) => found.push((role.clone(), Some(site.clone()))),
            _ => {
                return Err(Error::field(
                    "roles",
                    format!("Il n’y a pas, ou plus, de rôle « {code} » à cet endroit."),
                ));
            }
        }
    }
    // A role held everywhere is not held again at a site.
    let everywhere: Vec<Uuid> = found
        .iter()
        .filter(|(_, s)| s.is_none())
        .map(|(r, _)| r.id)
        .collect();
    found.retain(|(role, site)| site.is_none() || !everywhere.contains(&role.id));
    Ok(found)
}

pub(crate) struct Person {
    pub(crate) email: Email,
    pub(crate) first: String,
    pub(crate) last: String,
}

pub(crate) fn person(
    problems: &mut Problems,
    email: &str,
    first: &str,
    last: &str,
) -> Option<Person> {
    let names = own_page::names(problems, first, last);
    let email = problems.take("email", Email::parse(email), EmailError::message_fr);
    let (first, last) = names?;
    Some(Person {
        email: email?,
        first,
        last,
    })
}

pub(crate) fn taken() -> Error {
    Error::field(
        "email",
        "Cette adresse est déjà celle d’un agent. Chaque agent a la sienne.",
    )
}

struct Create {
    caller: Caller,
    person: Person,
    roles: Vec<RoleAt>,
    password_hash: Option<String>,
    totp_secret: Option<Vec<u8>>,
    of_host: bool,
    sender: Sender,
    link: Option<Link>,
}

impl Create {
    fn invitation(
        &self,
        link: &Link,
        agent: &Agent,
        roles: Vec<String>,
    ) -> Result<Rendered, Error> {
        let by = match &self.caller {
            Caller::Agent(agent) => agent.name.clone(),
            _ => "Votre collectivité".to_owned(),
        };
        link.welcome(&self.sender, agent, by, roles)
    }
}

impl Command for Create {
    const NAME: &'static str = "agent.create";
    type Answer = Uuid;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Uuid, Error> {
        let authority = Authority::load(&self.caller, tx, Right::Agents).await?;
        if role::list(tx).await?.is_empty() {
            crate::setup::install_roles(tx, self.of_host).await?;
        }
        let roles = find_roles(tx, &self.roles).await?;
        authority.may_give(&roles)?;
        let person = &self.person;
        if agent::by_email(tx, &person.email.key()).await?.is_some() {
            return Err(taken());
        }
        let id = tx.new_id();
        let new = agent::NewAgent {
            id,
            email: person.email.as_str(),
            email_key: &person.email.key(),
            first_name: &person.first,
            last_name: &person.last,
            password_hash: self.password_hash.as_deref(),
            totp_secret: self.totp_secret.as_deref(),
        };
        agent::insert(tx, &new).await?;
        for (role, site) in &roles {
            agent::add_role(tx, id, role.id, site.as_ref().map(|s| s.id)).await?;
        }
        let agent = agent::get(tx, id).await?.ok_or(Error::NotFound)?;
        let after = Snapshot::take(tx, &agent).await?;
        if let Some(link) = &self.link {
            let rendered = self.invitation(link, &agent, after.roles.clone())?;
            link.send(tx, &agent, rendered).await?;
        }
        let change = journal::Change {
            action: "created",
            kind: "agent",
            id: id.to_string(),
            name: &after.name,
            before: None,
            after: Some(&after),
        };
        journal::note(tx, change).await?;
        Ok(id)
    }
}

/// Adds an agent. Without a password an invitation leaves by mail, good for 7 days.
pub async fn create(cx: &Cx, new: NewAgent) -> Result<Created, Error> {
    cx.caller.require(Right::Agents)?;
    let mut problems = Problems::default();
    let person = person(&mut problems, &new.email, &new.first_name, &new.last_name);
    if let Some(password) = &new.password {
        let personal = [&*new.first_name, &*new.last_name, &*new.email];
        password::check(&mut problems, password, None, &personal);
    }
    if new.roles.is_empty() {
        problems.add(
            "roles",
            "Choisissez au moins un rôle : sans rôle, l’agent ne peut rien faire.",
        );
    }
    let Some(person) = person.filter(|_| problems.none()) else {
        return Err(problems.into_error());
    };
    let password_hash = match &new.password {
        Some(password) => Some(password::hash(cx, password).await?),
        None => None,
    };
    let mut tx = cx.read().await?;
    let sender = Sender::load(cx, &mut tx).await?;
    drop(tx);
    let link = password_hash
        .is_none()
        .then(|| Link::new(cx, &sender, Purpose::Welcome));
    let invitation_link = link.as_ref().map(|link| link.url.clone());
    let command = Create {
        caller: cx.caller.clone(),
        person,
        roles: new.roles,
        password_hash,
        totp_secret: new.totp_secret,
        of_host: cx.commune.is_none(),
        sender,
        link,
    };
    let id = cx.write(command).await?;
    Ok(Created {
        id,
        invitation_link,
    })
}

/// A line of the list of agents.
#[derive(Debug, Clone)]
pub struct Line {
    /// Who.
    pub agent: Agent,
    /// Roles in words.
    pub roles: Vec<String>,
    /// The end of an invitation that was not used.
    pub invited_until: Option<Timestamp>,
}

/// Every agent, by name; disabled ones last.
pub async fn list(cx: &Cx) -> Result<Vec<Line>, Error> {
    cx.caller.require(Right::Agents)?;
    let mut tx = cx.read().await?;
    let held = agent::held_by_all(&mut tx).await?;
    let invited: HashMap<Uuid, Timestamp> = invitation::open(&mut tx).await?.into_iter().collect();
    let mut lines: Vec<Line> = agent::list(&mut tx)
        .await?
        .into_iter()
        .map(|agent| Line {
            roles: words(&held, agent.id),
            invited_until: invited.get(&agent.id).copied(),
            agent,
        })
        .collect();
    lines.sort_by_key(|l| {
        let name = format!("{} {}", l.agent.last_name, l.agent.first_name);
        (
            l.agent.disabled_at.is_some(),
            name.to_lowercase(),
            l.agent.id,
        )
    });
    Ok(lines)
}

/// One agent as its page shows it.
#[derive(Debug, Clone)]
pub struct Detail {
    /// Who.
    pub agent: Agent,
    /// Roles held.
    pub held: Vec<Held>,
    /// The end of an invitation that was not used.
    pub invited_until: Option<Timestamp>,
    /// The latest changes.
    pub journal: Vec<journal::Entry>,
}

/// One agent.
pub async fn get(cx: &Cx, id: Uuid) -> Result<Detail, Error> {
    cx.caller.require(Right::Agents)?;
    let mut tx = cx.read().await?;
    let agent = agent::get(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let invited = invitation::open(&mut tx).await?;
    Ok(Detail {
        held: agent::held(&mut tx, id).await?,
        invited_until: invited
            .iter()
            .find(|(who, _)| *who == id)
            .map(|(_, until)| *until),
        journal: journal::of_object(&mut tx, "agent", &id.to_string(), 10).await?,
        agent,
    })
}
