//! Agents of a commune (operators in the registry), the roles they hold, and their ways in.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    GRANTS = "SELECT role.code, role.label, role.rights, agent_role.site_id FROM agent_role JOIN role ON role.id = agent_role.role_id WHERE agent_role.agent_id = ?1 ORDER BY role.position";
    NAME = "SELECT first_name, last_name, email, totp_confirmed_at IS NOT NULL FROM agent WHERE id = ?1 AND disabled_at IS NULL";
    LIST = "SELECT id, email, first_name, last_name, password_hash IS NOT NULL, totp_confirmed_at IS NOT NULL, created_at, disabled_at, last_seen_at FROM agent ORDER BY last_name, first_name, id";
    GET = "SELECT id, email, first_name, last_name, password_hash IS NOT NULL, totp_confirmed_at IS NOT NULL, created_at, disabled_at, last_seen_at FROM agent WHERE id = ?1";
    BY_EMAIL = "SELECT id, email, first_name, last_name, password_hash IS NOT NULL, totp_confirmed_at IS NOT NULL, created_at, disabled_at, last_seen_at FROM agent WHERE email_key = ?1";
    PASSWORD_BY_EMAIL = "SELECT id, password_hash FROM agent WHERE email_key = ?1 AND disabled_at IS NULL";
    PASSWORD = "SELECT id, password_hash FROM agent WHERE id = ?1 AND disabled_at IS NULL";
    TOTP = "SELECT totp_secret, totp_confirmed_at IS NOT NULL, totp_last_step FROM agent WHERE id = ?1 AND disabled_at IS NULL";
    INSERT = "INSERT INTO agent (id, email, email_key, first_name, last_name, password_hash, totp_secret, totp_confirmed_at, totp_last_step, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9)";
    SET_IDENTITY = "UPDATE agent SET email = ?2, email_key = ?3, first_name = ?4, last_name = ?5 WHERE id = ?1";
    SET_PASSWORD = "UPDATE agent SET password_hash = ?2 WHERE id = ?1";
    SET_TOTP = "UPDATE agent SET totp_secret = ?2, totp_confirmed_at = ?3, totp_last_step = ?4 WHERE id = ?1";
    USE_STEP = "UPDATE agent SET totp_last_step = ?2 WHERE id = ?1 AND totp_last_step < ?2";
    SET_DISABLED = "UPDATE agent SET disabled_at = ?2 WHERE id = ?1";
    SEEN = "UPDATE agent SET last_seen_at = ?2 WHERE id = ?1";
    HELD = "SELECT agent_role.agent_id, role.id, role.label, agent_role.site_id, site.name FROM agent_role JOIN role ON role.id = agent_role.role_id LEFT JOIN site ON site.id = agent_role.site_id WHERE agent_role.agent_id = ?1 ORDER BY role.position, role.id, agent_role.id";
    HELD_BY_ALL = "SELECT agent_role.agent_id, role.id, role.label, agent_role.site_id, site.name FROM agent_role JOIN role ON role.id = agent_role.role_id LEFT JOIN site ON site.id = agent_role.site_id ORDER BY role.position, role.id, agent_role.id";
    ADD_ROLE = "INSERT INTO agent_role (id, agent_id, role_id, site_id) VALUES (?1, ?2, ?3, ?4)";
    CLEAR_ROLES = "DELETE FROM agent_role WHERE agent_id = ?1";
    EVERYWHERE = "SELECT agent_role.agent_id, role.rights FROM agent_role JOIN role ON role.id = agent_role.role_id JOIN agent ON agent.id = agent_role.agent_id WHERE agent_role.site_id IS NULL AND agent.disabled_at IS NULL AND agent.password_hash IS NOT NULL";
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

row! {
    /// An agent, disabled ones included, without the secrets.
    pub struct Agent {
        /// Which.
        pub id: Uuid,
        /// Address, which is the identifier.
        pub email: String,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// A password was chosen.
        pub has_password: bool,
        /// The second factor is set up.
        pub second_factor: bool,
        /// When the agent was added.
        pub created_at: Timestamp,
        /// Since when the agent may not come in.
        pub disabled_at: Option<Timestamp>,
        /// When the agent last logged in.
        pub last_seen_at: Option<Timestamp>,
    }
}

row! {
    /// The secret of an agent's code application.
    pub struct Totp {
        /// The shared secret.
        pub secret: Option<Vec<u8>>,
        /// The agent proved to have it.
        pub confirmed: bool,
        /// The latest step of 30 seconds whose code was used.
        pub last_step: i64,
    }
}

row! {
    /// A role held, as a list shows it.
    pub struct Held {
        /// Who holds it.
        pub agent_id: Uuid,
        /// Which role.
        pub role_id: Uuid,
        /// Its label.
        pub label: String,
        /// At this site only; everywhere when absent.
        pub site_id: Option<Uuid>,
        /// Name of the site.
        pub site_name: Option<String>,
    }
}

/// A new agent.
pub struct NewAgent<'a> {
    /// Which.
    pub id: Uuid,
    /// Address as shown.
    pub email: &'a str,
    /// Address as compared.
    pub email_key: &'a str,
    /// First name.
    pub first_name: &'a str,
    /// Last name.
    pub last_name: &'a str,
    /// PHC string.
    pub password_hash: Option<&'a str>,
    /// Secret of the code application, already proved.
    pub totp_secret: Option<&'a [u8]>,
}

/// The name of an agent who may come in.
pub async fn name(tx: &mut Tx, id: Uuid) -> Result<Option<AgentName>, StoreError> {
    tx.query_opt(&NAME, args![id]).await
}

/// The roles that an agent holds, with their rights.
pub async fn grants(tx: &mut Tx, id: Uuid) -> Result<Vec<GrantRow>, StoreError> {
    tx.query(&GRANTS, args![id]).await
}

/// Every agent.
pub async fn list(tx: &mut Tx) -> Result<Vec<Agent>, StoreError> {
    tx.query(&LIST, args![]).await
}

/// One agent.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Agent>, StoreError> {
    tx.query_opt(&GET, args![id]).await
}

/// The agent of an address, as compared.
pub async fn by_email(tx: &mut Tx, email_key: &str) -> Result<Option<Agent>, StoreError> {
    tx.query_opt(&BY_EMAIL, args![email_key]).await
}

/// Identifier and password hash of the agent of an address who may come in.
pub async fn password_by_email(
    tx: &mut Tx,
    email_key: &str,
) -> Result<Option<(Uuid, Option<String>)>, StoreError> {
    tx.query_opt(&PASSWORD_BY_EMAIL, args![email_key]).await
}

/// Password hash of an agent who may come in.
pub async fn password(tx: &mut Tx, id: Uuid) -> Result<Option<String>, StoreError> {
    let found: Option<(Uuid, Option<String>)> = tx.query_opt(&PASSWORD, args![id]).await?;
    Ok(found.and_then(|(_, hash)| hash))
}

/// The second factor of an agent who may come in.
pub async fn totp(tx: &mut Tx, id: Uuid) -> Result<Option<Totp>, StoreError> {
    tx.query_opt(&TOTP, args![id]).await
}

/// Adds an agent.
pub async fn insert(tx: &mut Tx, new: &NewAgent<'_>) -> Result<(), StoreError> {
    let at = tx.at();
    let confirmed = new.totp_secret.map(|_| at);
    tx.put(
        &INSERT,
        args![
            new.id,
            new.email,
            new.email_key,
            new.first_name,
            new.last_name,
            new.password_hash,
            new.totp_secret,
            confirmed,
            at
        ],
    )
    .await
}

/// Changes names and address.
pub async fn set_identity(
    tx: &mut Tx,
    id: Uuid,
    email: (&str, &str),
    first_name: &str,
    last_name: &str,
) -> Result<(), StoreError> {
    let (shown, key) = email;
    tx.put(&SET_IDENTITY, args![id, shown, key, first_name, last_name])
        .await
}

/// Keeps another password hash.
pub async fn set_password(tx: &mut Tx, id: Uuid, hash: &str) -> Result<(), StoreError> {
    tx.put(&SET_PASSWORD, args![id, hash]).await
}

/// Sets up the second factor, whose code of `step` was just used; takes it away when absent.
pub async fn set_totp(
    tx: &mut Tx,
    id: Uuid,
    secret: Option<&[u8]>,
    step: i64,
) -> Result<(), StoreError> {
    let at = secret.map(|_| tx.at());
    tx.put(&SET_TOTP, args![id, secret, at, step]).await
}

/// The code of this step was used. False when it, or a later one, was used before.
pub async fn use_step(tx: &mut Tx, id: Uuid, step: i64) -> Result<bool, StoreError> {
    Ok(tx.execute(&USE_STEP, args![id, step]).await? == 1)
}

/// Closes the way in, or opens it again.
pub async fn set_disabled(tx: &mut Tx, id: Uuid, disabled: bool) -> Result<(), StoreError> {
    let at = disabled.then(|| tx.at());
    tx.put(&SET_DISABLED, args![id, at]).await
}

/// The agent logged in.
pub async fn seen(tx: &mut Tx, id: Uuid) -> Result<(), StoreError> {
    let at = tx.at();
    tx.put(&SEEN, args![id, at]).await
}

/// Roles that an agent holds.
pub async fn held(tx: &mut Tx, id: Uuid) -> Result<Vec<Held>, StoreError> {
    tx.query(&HELD, args![id]).await
}

/// Roles that all agents hold.
pub async fn held_by_all(tx: &mut Tx) -> Result<Vec<Held>, StoreError> {
    tx.query(&HELD_BY_ALL, args![]).await
}

/// Gives a role, everywhere or at a site.
pub async fn add_role(
    tx: &mut Tx,
    agent: Uuid,
    role: Uuid,
    site: Option<Uuid>,
) -> Result<(), StoreError> {
    let id = tx.new_id();
    tx.put(&ADD_ROLE, args![id, agent, role, site]).await
}

/// Takes all roles away.
pub async fn clear_roles(tx: &mut Tx, agent: Uuid) -> Result<(), StoreError> {
    tx.put(&CLEAR_ROLES, args![agent]).await
}

/// Who may come in with which role held everywhere: the agent, and the role's rights as a JSON list.
pub async fn everywhere(tx: &mut Tx) -> Result<Vec<(Uuid, String)>, StoreError> {
    tx.query(&EVERYWHERE, args![]).await
}
