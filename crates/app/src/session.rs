//! Sessions: who is behind a cookie.

use jiff::{SignedDuration, Timestamp};
use preau_rules::permission::{Grants, Right, Scope};
use preau_store::{
    Command, StoreError, Tx,
    tables::{agent, journal, session},
};
use uuid::Uuid;

use crate::{AgentCaller, Cx, Error, token_hash};

/// An agent's session ends after this time without use.
pub const AGENT_IDLE: SignedDuration = SignedDuration::from_hours(10);

/// Who an agent's cookie stands for.
#[derive(Debug, Clone)]
pub enum Known {
    /// Nobody: no session, or it ended.
    Nobody,
    /// The password was right; the second factor is missing.
    Halfway {
        /// Which agent.
        agent: Uuid,
        /// Which session.
        session: Uuid,
    },
    /// Logged in.
    Agent(AgentCaller),
}

/// Finds who is behind an agent's cookie. An agent who was disabled or whose roles changed is seen as they are now.
pub async fn agent_behind(tx: &mut Tx, token: &str, at: Timestamp) -> Result<Known, StoreError> {
    let Some(found) = session::by_token(tx, token_hash(token), at).await? else {
        return Ok(Known::Nobody);
    };
    if found.subject_kind != "agent" {
        return Ok(Known::Nobody);
    }
    let Some(name) = agent::name(tx, found.subject_id).await? else {
        return Ok(Known::Nobody);
    };
    if found.stage != "open" {
        return Ok(Known::Halfway {
            agent: found.subject_id,
            session: found.id,
        });
    }
    let (roles, grants) = grants(tx, found.subject_id).await?;
    Ok(Known::Agent(AgentCaller {
        id: found.subject_id,
        session: found.id,
        name: format!("{} {}", name.first_name, name.last_name),
        roles,
        grants,
        seen_at: found.seen_at,
        expires_at: found.expires_at,
    }))
}

/// Labels of the roles an agent holds, and the rights they give together.
pub async fn grants(tx: &mut Tx, agent: Uuid) -> Result<(Vec<String>, Grants), StoreError> {
    let mut grants = Grants::none();
    let mut labels = Vec::new();
    for row in agent::grants(tx, agent).await? {
        let codes: Vec<String> = serde_json::from_str(&row.rights)
            .map_err(|e| StoreError::Internal(format!("rights of role {}: {e}", row.code)))?;
        // A right that this version does not know gives nothing.
        let rights = codes.iter().filter_map(|code| code.parse::<Right>().ok());
        let scope = row
            .site_id
            .map_or(Scope::Everywhere, |site| Scope::Sites([site].into()));
        grants.add(rights, &scope);
        if !labels.contains(&row.label) {
            labels.push(row.label);
        }
    }
    Ok((labels, grants))
}

/// Between the password and the second factor there is this much time.
pub const HALFWAY: SignedDuration = SignedDuration::from_mins(15);
/// A session's use is noted at most this often: a page a second must not be a write a second.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// The browser that somebody logs in with.
#[derive(Debug, Clone, Default)]
pub struct Browser {
    /// What it calls itself.
    pub user_agent: String,
    /// Value of the cookie that stays in it, so that a new browser is told from a known one.
    pub device: Option<String>,
}

impl Browser {
    pub(crate) fn device_hash(&self) -> Option<[u8; 32]> {
        self.device.as_deref().map(token_hash)
    }
}

/// A session to come: its token is known to the browser only.
#[derive(Debug, Clone)]
pub(crate) struct Opening {
    pub(crate) token_hash: [u8; 32],
    pub(crate) browser: Browser,
    pub(crate) address: String,
}

impl Opening {
    /// A new session with the token to give to the browser.
    pub(crate) fn new(cx: &Cx, browser: &Browser) -> (Self, String) {
        let token = cx.app.entropy.token();
        let opening = Self {
            token_hash: token_hash(&token),
            browser: browser.clone(),
            address: cx.address.clone(),
        };
        (opening, token)
    }

    /// Opens it: `password` stage, or `open`.
    pub(crate) async fn insert(
        &self,
        tx: &mut Tx,
        agent: Uuid,
        stage: &str,
    ) -> Result<Uuid, Error> {
        let (id, at) = (tx.new_id(), tx.at());
        let life = if stage == "open" { AGENT_IDLE } else { HALFWAY };
        let row = session::Session {
            id,
            subject_kind: "agent".to_owned(),
            subject_id: agent,
            stage: stage.to_owned(),
            user_agent: self.browser.user_agent.clone(),
            address: self.address.clone(),
            created_at: at,
            seen_at: at,
            expires_at: after(at, life),
        };
        session::insert(tx, &row, self.token_hash, self.browser.device_hash()).await?;
        Ok(id)
    }
}

fn after(at: Timestamp, life: SignedDuration) -> Timestamp {
    at.checked_add(life).unwrap_or(Timestamp::MAX)
}

struct Seen(Uuid);

impl Command for Seen {
    const NAME: &'static str = "session.seen";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let until = after(tx.at(), AGENT_IDLE);
        Ok(session::seen(tx, self.0, until).await?)
    }
}

/// The session is being used: its end slides, noted at most once a minute. Says when it ends now.
pub async fn keep(cx: &Cx, agent: &AgentCaller) -> Result<Timestamp, Error> {
    if cx.at.duration_since(agent.seen_at) < NOTED_EVERY {
        return Ok(agent.expires_at);
    }
    let cx = Cx {
        key: None,
        ..cx.clone()
    };
    cx.write(Seen(agent.session)).await?;
    Ok(after(cx.at, AGENT_IDLE))
}

struct End {
    session: Uuid,
    agent: Uuid,
    name: String,
}

impl Command for End {
    const NAME: &'static str = "session.end";
    type Answer = bool;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<bool, Error> {
        let ended = session::end(tx, self.session, self.agent).await?;
        if ended {
            note(tx, "ended", self.session, &self.name).await?;
        }
        Ok(ended)
    }
}

/// Notes in the journal that a session was opened or ended.
pub(crate) async fn note(tx: &mut Tx, action: &str, id: Uuid, name: &str) -> Result<(), Error> {
    let change = journal::Change::<()> {
        action,
        kind: "session",
        id: id.to_string(),
        name,
        before: None,
        after: None,
    };
    Ok(journal::note(tx, change).await?)
}

/// Logs out, halfway or fully logged in.
pub async fn log_out(cx: &Cx, known: &Known) -> Result<(), Error> {
    let end = match known {
        Known::Nobody => return Ok(()),
        Known::Halfway { agent, session } => End {
            session: *session,
            agent: *agent,
            name: "connexion inachevée".to_owned(),
        },
        Known::Agent(agent) => End {
            session: agent.session,
            agent: agent.id,
            name: agent.name.clone(),
        },
    };
    cx.write(end).await.map(|_| ())
}

/// A session as its owner sees it.
#[derive(Debug, Clone)]
pub struct Mine {
    /// Which.
    pub id: Uuid,
    /// « Firefox sous Windows ».
    pub device: String,
    /// Network address it was opened from.
    pub address: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// The one that asks.
    pub current: bool,
}

/// The caller's sessions, the one that asks first.
pub async fn mine(cx: &Cx) -> Result<Vec<Mine>, Error> {
    let agent = cx.caller.agent()?;
    let mut tx = cx.read().await?;
    let rows = session::of_subject(&mut tx, "agent", agent.id, cx.at).await?;
    let mut all: Vec<Mine> = rows
        .into_iter()
        .map(|row| Mine {
            current: row.id == agent.session,
            id: row.id,
            device: device(&row.user_agent),
            address: row.address,
            created_at: row.created_at,
            seen_at: row.seen_at,
        })
        .collect();
    all.sort_by_key(|s| !s.current);
    Ok(all)
}

/// Ends one of the caller's sessions.
pub async fn revoke(cx: &Cx, id: Uuid) -> Result<(), Error> {
    let agent = cx.caller.agent()?;
    let end = End {
        session: id,
        agent: agent.id,
        name: agent.name.clone(),
    };
    if cx.write(end).await? {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

struct EndOthers(AgentCaller);

impl Command for EndOthers {
    const NAME: &'static str = "session.end_others";
    type Answer = u64;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<u64, Error> {
        let ended = session::end_others(tx, "agent", self.0.id, self.0.session).await?;
        if ended > 0 {
            note(tx, "ended_others", self.0.session, &self.0.name).await?;
        }
        Ok(ended)
    }
}

/// Ends all the caller's sessions but this one; says how many.
pub async fn revoke_others(cx: &Cx) -> Result<u64, Error> {
    let agent = cx.caller.agent()?.clone();
    cx.write(EndOthers(agent)).await
}

/// A browser in words: « Firefox sous Windows ». Only the usual ones are told apart.
#[must_use]
pub fn device(user_agent: &str) -> String {
    let first = |list: &[(&str, &'static str)]| {
        let found = list.iter().find(|(sign, _)| user_agent.contains(sign));
        found.map(|(_, name)| *name)
    };
    let browser = first(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system @ ("iPhone" | "iPad" | "Mac"))) => {
            format!("{browser} sur {system}")
        }
        (Some(browser), Some(system)) => format!("{browser} sous {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "Navigateur inconnu".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_read_as_people_call_them() {
        let firefox =
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0";
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1";
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0";
        assert_eq!(device(firefox), "Firefox sous Windows");
        assert_eq!(device(phone), "Safari sur iPhone");
        assert_eq!(device(edge), "Edge sous Windows");
        assert_eq!(device(""), "Navigateur inconnu");
    }
}
