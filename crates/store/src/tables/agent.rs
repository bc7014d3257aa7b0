//! Agents of a commune (operators in the registry), the roles they hold, and their ways in.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    GRANTS = "SELECT role.code, role.label, role.rights, agent_role.site_id FROM agent_role JOIN role ON role.id = agent_role.role_id WHERE agent_role.agent_id = ?1 ORDER BY role.position";
    NAME = "SELECT first_name, last_name, email, totp_confirmed_at IS NOT NULL FROM agent WHERE id = ?1 AND disabled_at IS NULL";
}

row! {
    /// A role held, with the rights it gives.
    pub struct GrantRow {
        /// Code of the role.
        pub code: String,
        /// Its label.
        pub label: String,
        /// Codes of its rights, a JSON list.
        pub rights: String,
        /// At this site only; everywhere when absent.
        pub site_id: Option<Uuid>,
    }
}

row! {
    /// Who an agent is.
    pub struct AgentName {
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// Address, which is the identifier.
        pub email: String,
        /// The second factor is set up.
        pub second_factor: bool,
    }
}

/// The name of an agent who may come in.
pub async fn name(tx: &mut Tx, id: Uuid) -> Result<Option<AgentName>, StoreError> {
    tx.query_opt(&NAME, args![id]).await
}

/// The roles that an agent holds.
pub async fn grants(tx: &mut Tx, id: Uuid) -> Result<Vec<GrantRow>, StoreError> {
    tx.query(&GRANTS, args![id]).await
}
