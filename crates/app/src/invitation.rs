//! Links of one use by which an agent chooses a password: the invitation, and « Mot de passe oublié ».

use jiff::{SignedDuration, Timestamp};
use preau_store::{
    Command, Tx,
    tables::{
        agent::{self, Agent},
        invitation, journal, session,
    },
};
use uuid::Uuid;

use crate::{
    Cx, Error, Problems,
    login::{self, BY_PASSWORD},
    mail::{AgentInvitation, AgentPasswordReset, Mail, Rendered, Zone},
    notice::{self, Sender},
    outbox::{self, Post},
    password,
    session::{Browser, Opening},
    throttle::{self, Try},
    token_hash,
};

/// An invitation is good for this long.
pub const WELCOME: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A link to choose another password is good for this long.
pub const RESET: SignedDuration = SignedDuration::from_hours(1);

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The agent comes for the first time.
    Welcome,
    /// The agent forgot the password.
    Password,
}

impl Purpose {
    fn code(self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::Password => "password",
        }
    }

    fn life(self) -> SignedDuration {
        match self {
            Self::Welcome => WELCOME,
            Self::Password => RESET,
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Welcome => "invitation",
            Self::Password => "mot-de-passe",
        }
    }
}

/// A link to come: its token goes into the mail, its hash into the table.
pub(crate) struct Link {
    purpose: Purpose,
    token_hash: [u8; 32],
    expires_at: Timestamp,
    /// The address to open.
    pub(crate) url: String,
}

impl Link {
    pub(crate) fn new(cx: &Cx, sender: &Sender, purpose: Purpose) -> Self {
        let token = cx.app.entropy.token();
        Self {
            token_hash: token_hash(&token),
            expires_at: cx.at.checked_add(purpose.life()).unwrap_or(Timestamp::MAX),
            url: format!("{}/{}/{token}", sender.url, purpose.path()),
            purpose,
        }
    }

    /// Writes the link and its mail; links before it work no more.
    pub(crate) async fn send(
        &self,
        tx: &mut Tx,
        to: &Agent,
        rendered: Rendered,
    ) -> Result<(), Error> {
        invitation::cancel(tx, to.id).await?;
        invitation::insert(
            tx,
            to.id,
            self.purpose.code(),
            self.token_hash,
            self.expires_at,
        )
        .await?;
        let kind = match self.purpose {
            Purpose::Welcome => AgentInvitation::NAME,
            Purpose::Password => AgentPasswordReset::NAME,
        };
        let post = Post {
            kind,
            to_name: &notice::full_name(to),
            to_address: &to.email,
            rendered,
            about: Some(("agent", to.id)),
            good_for: self.purpose.life(),
        };
        outbox::post(tx, post).await?;
        Ok(())
    }

    /// The words of an invitation.
    pub(crate) fn welcome(
        &self,
        sender: &Sender,
        to: &Agent,
        invited_by: String,
        roles: Vec<String>,
    ) -> Result<Rendered, Error> {
        sender.render(&AgentInvitation {
            to: notice::to(to),
            zone: Zone::Commune,
            invited_by,
            login: to.email.clone(),
            roles,
            link: self.url.clone(),
            valid_until: sender.instant(self.expires_at),
        })
    }

    /// The words of « Mot de passe oublié ».
    pub(crate) fn reset(
        &self,
        sender: &Sender,
        to: &Agent,
        at: Timestamp,
    ) -> Result<Rendered, Error> {
        sender.render(&AgentPasswordReset {
            to: notice::to(to),
            zone: Zone::Commune,
            asked_at: sender.instant(at),
            link: self.url.clone(),
            valid_until: sender.instant(self.expires_at),
        })
    }
}

struct Forgot {
    key: String,
    sender: Sender,
    link: Link,
}

impl Command for Forgot {
    const NAME: &'static str = "password.forgot";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let Some(agent) = agent::by_email(tx, &self.key).await? else {
            return Ok(());
        };
        if agent.disabled_at.is_some() {
            return Ok(());
        }
        let rendered = self.link.reset(&self.sender, &agent, tx.at())?;
        self.link.send(tx, &agent, rendered).await?;
        note(tx, "password_link_asked", &agent).await
    }
}

/// Sends a link to choose another password, when the address is an agent's. The answer does not tell.
pub async fn forgot(cx: &Cx, email: &str) -> Result<(), Error> {
    if email.trim().is_empty() {
        return Err(Error::field("email", "Tapez votre adresse e-mail."));
    }
    let key = login::key_of(email);
    // Nobody's mailbox is to be filled from here.
    Try::count(cx, "forgot", &key).await?;
    let mut tx = cx.read().await?;
    let sender = Sender::load(cx, &mut tx).await?;
    drop(tx);
    let link = Link::new(cx, &sender, Purpose::Password);
    cx.write(Forgot { key, sender, link }).await
}

/// A link that works, for the page that opens from it.
#[derive(Debug, Clone)]
pub struct Usable {
    /// What for.
    pub purpose: Purpose,
    /// The agent's address.
    pub email: String,
    /// The agent's first name.
    pub first_name: String,
    agent: Agent,
}

async fn find(tx: &mut Tx, token: &str, at: Timestamp) -> Result<(Uuid, Usable), Error> {
    let found = invitation::usable(tx, token_hash(token), at).await?;
    let found = found.ok_or(Error::NotFound)?;
    let agent = agent::get(tx, found.agent_id)
        .await?
        .ok_or(Error::NotFound)?;
    let purpose = if found.purpose == "welcome" {
        Purpose::Welcome
    } else {
        Purpose::Password
    };
    let usable = Usable {
        purpose,
        email: agent.email.clone(),
        first_name: agent.first_name.clone(),
        agent,
    };
    Ok((found.id, usable))
}

/// What a link is for; [`Error::NotFound`] when it was used, is too old, or never was.
pub async fn open(cx: &Cx, token: &str) -> Result<Usable, Error> {
    let mut tx = cx.read().await?;
    Ok(find(&mut tx, token, cx.at).await?.1)
}

struct Accept {
    token: String,
    hash: String,
    opening: Opening,
}

impl Command for Accept {
    const NAME: &'static str = "invitation.accept";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let (id, usable) = find(tx, &self.token, tx.at()).await?;
        let agent = usable.agent;
        if !invitation::use_up(tx, id).await? {
            return Err(Error::NotFound);
        }
        invitation::cancel(tx, agent.id).await?;
        agent::set_password(tx, agent.id, &self.hash).await?;
        // Whoever was in with the old password is out.
        session::end_others(tx, "agent", agent.id, Uuid::nil()).await?;
        throttle::forgive(tx, BY_PASSWORD, &login::key_of(&agent.email)).await?;
        if usable.purpose == Purpose::Welcome {
            self.opening.insert(tx, agent.id, "password").await?;
        }
        note(tx, "password_chosen", &agent).await
    }
}

/// Chooses the password. An invitation gives the token of a session that waits for the second factor.
pub async fn accept(
    cx: &Cx,
    token: &str,
    password: &str,
    again: &str,
    browser: &Browser,
) -> Result<Option<String>, Error> {
    let usable = open(cx, token).await?;
    let agent = &usable.agent;
    let mut problems = Problems::default();
    let personal = [&*agent.first_name, &*agent.last_name, &*agent.email];
    password::check(&mut problems, password, Some(again), &personal);
    if !problems.none() {
        return Err(problems.into_error());
    }
    let hash = password::hash(cx, password).await?;
    let (opening, session) = Opening::new(cx, browser);
    let cx = login::coming_in(cx, agent.id, notice::full_name(agent));
    let accept = Accept {
        token: token.to_owned(),
        hash,
        opening,
    };
    cx.write(accept).await?;
    Ok((usable.purpose == Purpose::Welcome).then_some(session))
}

/// Notes in the journal what was done about an agent, without values.
pub(crate) async fn note(tx: &mut Tx, action: &str, agent: &Agent) -> Result<(), Error> {
    let change = journal::Change::<()> {
        action,
        kind: "agent",
        id: agent.id.to_string(),
        name: &notice::full_name(agent),
        before: None,
        after: None,
    };
    Ok(journal::note(tx, change).await?)
}
