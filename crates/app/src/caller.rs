//! Who calls, and what they may do. Every use case takes the caller and asks for the right itself, whoever asks it.

use jiff::Timestamp;
use preau_rules::permission::{Grants, Right};
use preau_store::{Actor, Tx};
use uuid::Uuid;

use crate::error::Error;

/// Who calls.
#[derive(Debug, Clone)]
pub enum Caller {
    /// Nobody known: a visitor.
    Nobody,
    /// An agent of the commune (or, in the registry, an operator), fully logged in.
    Agent(AgentCaller),
    /// A citizen with an account, logged in.
    Account(AccountCaller),
    /// The software itself: a job, the command line.
    System(&'static str),
}

/// An agent with the rights that their roles give.
#[derive(Debug, Clone)]
pub struct AgentCaller {
    /// Which agent.
    pub id: Uuid,
    /// The session they use.
    pub session: Uuid,
    /// Name shown.
    pub name: String,
    /// Labels of the roles held.
    pub roles: Vec<String>,
    /// What they may do, and where.
    pub grants: Grants,
    /// When the session was last seen.
    pub seen_at: Timestamp,
    /// When the session ends unless it is used.
    pub expires_at: Timestamp,
}

/// A citizen who is logged in.
#[derive(Debug, Clone)]
pub struct AccountCaller {
    /// Which account.
    pub id: Uuid,
    /// The session they use.
    pub session: Uuid,
    /// First and last name.
    pub name: String,
    /// The confirmed address, as typed.
    pub email: String,
    /// When the session was last seen.
    pub seen_at: Timestamp,
    /// When the session ends unless it is used.
    pub expires_at: Timestamp,
}

impl Caller {
    /// The citizen, or an error that leads to the log-in page.
    pub fn account(&self) -> Result<&AccountCaller, Error> {
        match self {
            Self::Account(account) => Ok(account),
            _ => Err(Error::LogIn),
        }
    }

    /// The agent, or an error that leads to the log-in page.
    pub fn agent(&self) -> Result<&AgentCaller, Error> {
        match self {
            Self::Agent(agent) => Ok(agent),
            _ => Err(Error::LogIn),
        }
    }

    /// Passes when the caller holds the right somewhere. The software itself may do everything.
    pub fn require(&self, right: Right) -> Result<(), Error> {
        match self {
            Self::System(_) => Ok(()),
            Self::Agent(agent) if agent.grants.allows_somewhere(right) => Ok(()),
            Self::Agent(_) => Err(Error::Forbidden(right.label_fr())),
            Self::Nobody | Self::Account(_) => Err(Error::LogIn),
        }
    }

    /// The same inside the lane, by the roles as they are at this moment: who lost a right a second ago has lost it.
    pub async fn require_now(&self, tx: &mut Tx, right: Right) -> Result<(), Error> {
        let Self::Agent(agent) = self else {
            return self.require(right);
        };
        if preau_store::tables::agent::name(tx, agent.id)
            .await?
            .is_none()
        {
            return Err(Error::LogIn);
        }
        let (_, grants) = crate::session::grants(tx, agent.id).await?;
        if grants.allows_somewhere(right) {
            Ok(())
        } else {
            Err(Error::Forbidden(right.label_fr()))
        }
    }

    /// Passes when the caller holds the right at this site (or everywhere).
    pub fn require_at(&self, right: Right, site: Option<Uuid>) -> Result<(), Error> {
        match self {
            Self::Agent(agent) if !agent.grants.allows(right, site) => {
                Err(Error::Forbidden(right.label_fr()))
            }
            _ => self.require(right),
        }
    }

    /// The first columns of the journal.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self {
            Self::Nobody => Actor {
                kind: "visitor",
                id: None,
                name: "visiteur".to_owned(),
            },
            Self::Agent(agent) => Actor {
                kind: "agent",
                id: Some(agent.id),
                name: agent.name.clone(),
            },
            // The journal is never erased: it says which account, not whose.
            Self::Account(account) => Actor {
                kind: "account",
                id: Some(account.id),
                name: "usager".to_owned(),
            },
            Self::System(name) => Actor::system(name),
        }
    }
}
