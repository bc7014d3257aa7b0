//! What who manages agents may do to whom: nobody gives what they do not hold, nobody locks everybody out.

use std::collections::HashMap;

use preau_rules::permission::{Grants, Right, Scope};
use preau_store::{
    StoreError, Tx,
    tables::{agent, role::Role, site::Site},
};
use uuid::Uuid;

use super::grants;
use crate::{Caller, Error};

/// The caller's rights at this moment; the software itself has all.
pub(crate) enum Authority {
    Everything,
    Agent { id: Uuid, grants: Grants },
}

impl Authority {
    /// Inside the lane: the caller holds the right now.
    pub(crate) async fn load(caller: &Caller, tx: &mut Tx, right: Right) -> Result<Self, Error> {
        caller.require_now(tx, right).await?;
        let Caller::Agent(agent) = caller else {
            return Ok(Self::Everything);
        };
        let (_, grants) = grants(tx, agent.id).await?;
        Ok(Self::Agent {
            id: agent.id,
            grants,
        })
    }

    /// True when it is the caller's own account.
    pub(crate) fn is_self(&self, agent: Uuid) -> bool {
        matches!(self, Self::Agent { id, .. } if *id == agent)
    }

    fn holds(&self, other: &Grants) -> bool {
        match self {
            Self::Everything => true,
            Self::Agent { grants, .. } => grants.contains(other),
        }
    }

    /// Passes when the caller holds all that these roles give, where they give it.
    pub(crate) fn may_give(&self, roles: &[(Role, Option<Site>)]) -> Result<(), Error> {
        let mut given = Grants::none();
        for (role, site) in roles {
            let scope = site
                .as_ref()
                .map_or(Scope::Everywhere, |site| Scope::Sites([site.id].into()));
            given.add(rights_of(&role.rights)?, &scope);
        }
        if self.holds(&given) {
            return Ok(());
        }
        Err(Error::field(
            "roles",
            "Un de ces rôles donne des droits que vous n’avez pas vous-même. Demandez à un administrateur de le donner.",
        ))
    }

    /// Passes when the caller holds these rights everywhere.
    pub(crate) fn may_grant(&self, rights: impl IntoIterator<Item = Right>) -> Result<(), Error> {
        if self.holds(&Grants::none().with(rights, &Scope::Everywhere)) {
            return Ok(());
        }
        Err(Error::field(
            "droits",
            "Vous ne pouvez pas donner un droit que vous n’avez pas vous-même.",
        ))
    }

    /// Passes when the caller holds all that this agent holds: an agent is not managed from below.
    pub(crate) async fn over(&self, tx: &mut Tx, agent: Uuid) -> Result<(), Error> {
        let (_, theirs) = grants(tx, agent).await?;
        if self.holds(&theirs) {
            return Ok(());
        }
        Err(Error::Conflict(
            "Cet agent a des droits que vous n’avez pas : un administrateur peut changer son accès.".to_owned(),
        ))
    }
}

/// The rights of a role; those that this version does not know give nothing.
pub(crate) fn rights_of(json: &str) -> Result<Vec<Right>, Error> {
    let codes: Vec<String> = serde_json::from_str(json)
        .map_err(|e| StoreError::Internal(format!("rights of a role: {e}")))?;
    Ok(codes.iter().filter_map(|code| code.parse().ok()).collect())
}

/// After a change: somebody who may come in can still manage agents (and roles, in a commune).
pub(crate) async fn keep_an_administrator(
    tx: &mut Tx,
    caller: &Caller,
    of_host: bool,
    field: &'static str,
) -> Result<(), Error> {
    if matches!(caller, Caller::System(_)) {
        return Ok(());
    }
    let needed: &[Right] = if of_host {
        &[Right::Agents]
    } else {
        &[Right::Agents, Right::Roles]
    };
    let mut held: HashMap<Uuid, Vec<Right>> = HashMap::new();
    for (agent, rights) in agent::everywhere(tx).await? {
        held.entry(agent).or_default().extend(rights_of(&rights)?);
    }
    if held
        .values()
        .any(|rights| needed.iter().all(|r| rights.contains(r)))
    {
        return Ok(());
    }
    Err(Error::field(
        field,
        "C’est le dernier administrateur : plus personne ne pourrait gérer les agents et les rôles. Donnez d’abord ce rôle à quelqu’un d’autre.",
    ))
}
