//! Changes to an agent's access, by whoever manages agents.

use preau_rules::permission::Right;
use preau_store::{
    Command, Tx,
    tables::{
        agent::{self, Agent},
        invitation, journal, recovery, session,
    },
};
use uuid::Uuid;

use super::{
    Authority, Person, RoleAt, Snapshot, find_roles, keep_an_administrator, person, taken, words,
};
use crate::{
    Caller, Cx, Error, Problems,
    invitation::{Link, Purpose},
    login,
    notice::{self, Sender},
};

enum What {
    Identity(Person),
    Roles(Vec<RoleAt>),
    Disabled(bool),
    SecondFactor,
    Send(Box<Letter>),
}

struct Letter {
    sender: Sender,
    link: Link,
    purpose: Purpose,
}

struct Change {
    caller: Caller,
    id: Uuid,
    of_host: bool,
    what: What,
}

impl Change {
    async fn identity(&self, tx: &mut Tx, new: &Person) -> Result<(), Error> {
        let key = new.email.key();
        if agent::by_email(tx, &key)
            .await?
            .is_some_and(|other| other.id != self.id)
        {
            return Err(taken());
        }
        Ok(agent::set_identity(
            tx,
            self.id,
            (new.email.as_str(), &key),
            &new.first,
            &new.last,
        )
        .await?)
    }

    async fn roles(
        &self,
        tx: &mut Tx,
        authority: &Authority,
        wanted: &[RoleAt],
    ) -> Result<(), Error> {
        let roles = find_roles(tx, wanted).await?;
        authority.may_give(&roles)?;
        agent::clear_roles(tx, self.id).await?;
        for (role, site) in &roles {
            agent::add_role(tx, self.id, role.id, site.as_ref().map(|s| s.id)).await?;
        }
        if authority.is_self(self.id) {
            let (_, mine) = crate::session::grants(tx, self.id).await?;
            if !mine.allows(Right::Agents, None) {
                return Err(Error::field(
                    "roles",
                    "Vous perdriez votre propre droit de gérer les agents. Si c’est voulu, demandez à un autre administrateur de le faire.",
                ));
            }
        }
        keep_an_administrator(tx, &self.caller, self.of_host, "roles").await
    }

    async fn disable(
        &self,
        tx: &mut Tx,
        authority: &Authority,
        disabled: bool,
    ) -> Result<(), Error> {
        if disabled && authority.is_self(self.id) {
            return Err(Error::Conflict(
                "Vous ne pouvez pas fermer votre propre accès. Demandez à un autre administrateur de le faire.".to_owned(),
            ));
        }
        agent::set_disabled(tx, self.id, disabled).await?;
        if disabled {
            session::end_others(tx, "agent", self.id, Uuid::nil()).await?;
            invitation::cancel(tx, self.id).await?;
            keep_an_administrator(tx, &self.caller, self.of_host, "acces").await?;
        }
        Ok(())
    }

    async fn reset(&self, tx: &mut Tx) -> Result<(), Error> {
        agent::set_totp(tx, self.id, None, 0).await?;
        recovery::replace(tx, self.id, &[]).await?;
        session::end_others(tx, "agent", self.id, Uuid::nil()).await?;
        Ok(())
    }

    async fn send(&self, tx: &mut Tx, to: &Agent, letter: &Letter) -> Result<(), Error> {
        let Letter {
            sender,
            link,
            purpose,
        } = letter;
        if to.disabled_at.is_some() {
            return Err(Error::Conflict(
                "L’accès de cet agent est fermé : rouvrez-le d’abord.".to_owned(),
            ));
        }
        if *purpose == Purpose::Welcome && to.has_password {
            return Err(Error::Conflict(
                "Cet agent a déjà choisi son mot de passe. Envoyez-lui plutôt un lien pour en changer.".to_owned(),
            ));
        }
        let rendered = match purpose {
            Purpose::Welcome => {
                let by = match &self.caller {
                    Caller::Agent(agent) => agent.name.clone(),
                    _ => "Votre collectivité".to_owned(),
                };
                let roles = words(&agent::held(tx, self.id).await?, self.id);
                link.welcome(sender, to, by, roles)?
            }
            Purpose::Password => link.reset(sender, to, tx.at())?,
        };
        link.send(tx, to, rendered).await
    }
}

impl Command for Change {
    const NAME: &'static str = "agent.change";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let authority = Authority::load(&self.caller, tx, Right::Agents).await?;
        let agent = agent::get(tx, self.id).await?.ok_or(Error::NotFound)?;
        authority.over(tx, self.id).await?;
        let before = Snapshot::take(tx, &agent).await?;
        let action = match &self.what {
            What::Identity(new) => {
                self.identity(tx, new).await?;
                "changed"
            }
            What::Roles(roles) => {
                self.roles(tx, &authority, roles).await?;
                "roles_changed"
            }
            What::Disabled(disabled) => {
                self.disable(tx, &authority, *disabled).await?;
                if *disabled { "disabled" } else { "enabled" }
            }
            What::SecondFactor => {
                self.reset(tx).await?;
                "second_factor_reset"
            }
            What::Send(letter) => {
                self.send(tx, &agent, letter).await?;
                match letter.purpose {
                    Purpose::Welcome => "invited",
                    Purpose::Password => "password_link_sent",
                }
            }
        };
        let agent = agent::get(tx, self.id).await?.ok_or(Error::NotFound)?;
        let after = Snapshot::take(tx, &agent).await?;
        let change = journal::Change {
            action,
            kind: "agent",
            id: self.id.to_string(),
            name: &notice::full_name(&agent),
            before: Some(&before),
            after: Some(&after),
        };
        Ok(journal::note(tx, change).await?)
    }
}

async fn run(cx: &Cx, id: Uuid, what: What) -> Result<(), Error> {
    let change = Change {
        caller: cx.caller.clone(),
        id,
        of_host: cx.commune.is_none(),
        what,
    };
    cx.write(change).await
}

/// Changes names and address, as typed.
pub async fn set_identity(
    cx: &Cx,
    id: Uuid,
    email: &str,
    first: &str,
    last: &str,
) -> Result<(), Error> {
    let mut problems = Problems::default();
    let Some(person) = person(&mut problems, email, first, last) else {
        return Err(problems.into_error());
    };
    run(cx, id, What::Identity(person)).await
}

/// Gives these roles in place of those held.
pub async fn set_roles(cx: &Cx, id: Uuid, roles: Vec<RoleAt>) -> Result<(), Error> {
    run(cx, id, What::Roles(roles)).await
}

/// Closes an agent's access, whose sessions end at once, or opens it again.
pub async fn set_disabled(cx: &Cx, id: Uuid, disabled: bool) -> Result<(), Error> {
    run(cx, id, What::Disabled(disabled)).await
}

/// Takes the second factor away: the agent sets up another one at the next log-in.
pub async fn reset_second_factor(cx: &Cx, id: Uuid) -> Result<(), Error> {
    run(cx, id, What::SecondFactor).await
}

async fn send(cx: &Cx, id: Uuid, purpose: Purpose) -> Result<String, Error> {
    let mut tx = cx.read().await?;
    let sender = Sender::load(cx, &mut tx).await?;
    drop(tx);
    let link = Link::new(cx, &sender, purpose);
    let url = link.url.clone();
    run(
        cx,
        id,
        What::Send(Box::new(Letter {
            sender,
            link,
            purpose,
        })),
    )
    .await?;
    Ok(url)
}

/// Sends the invitation again; the link before works no more. Gives the link, for the command line.
pub async fn invite(cx: &Cx, id: Uuid) -> Result<String, Error> {
    send(cx, id, Purpose::Welcome).await
}

/// Sends a link to choose another password. Gives the link, for the command line.
pub async fn reset_password(cx: &Cx, id: Uuid) -> Result<String, Error> {
    send(cx, id, Purpose::Password).await
}

/// The agent of an address, for the command line.
pub async fn find(cx: &Cx, email: &str) -> Result<Option<Uuid>, Error> {
    cx.caller.require(Right::Agents)?;
    let mut tx = cx.read().await?;
    Ok(agent::by_email(&mut tx, &login::key_of(email))
        .await?
        .map(|a| a.id))
}
