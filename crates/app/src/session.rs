//! Sessions: who is behind a cookie.

use jiff::{SignedDuration, Timestamp};
use preau_rules::permission::{Grants, Right, Scope};
use preau_store::{
    StoreError, Tx,
    tables::{agent, session},
};
use uuid::Uuid;

use crate::{AgentCaller, token_hash};

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
