//! Sites: the schools and centres of a commune.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    LIST = "SELECT id, name, address, position, closed_at FROM site ORDER BY position, name, id";
    INSERT = "INSERT INTO site (id, name, address, position) VALUES (?1, ?2, ?3, ?4)";
    CHANGE = "UPDATE site SET name = ?2, address = ?3 WHERE id = ?1";
    SET_CLOSED = "UPDATE site SET closed_at = ?2 WHERE id = ?1";
}

row! {
    /// A site.
    pub struct Site {
        /// Which.
        pub id: Uuid,
        /// Its name.
        pub name: String,
        /// Where it is, one line.
        pub address: String,
        /// Place in lists.
        pub position: i64,
        /// Since when it is no longer used.
        pub closed_at: Option<Timestamp>,
    }
}

/// Every site, closed ones included.
pub async fn list(tx: &mut Tx) -> Result<Vec<Site>, StoreError> {
    tx.query(&LIST, args![]).await
}

/// Adds a site.
pub async fn insert(tx: &mut Tx, site: &Site) -> Result<(), StoreError> {
    let args = args![site.id, &site.name, &site.address, site.position];
    tx.put(&INSERT, args).await
}

/// Changes name and address.
pub async fn change(tx: &mut Tx, id: Uuid, name: &str, address: &str) -> Result<(), StoreError> {
    tx.put(&CHANGE, args![id, name, address]).await
}

/// Closes a site, or opens it again.
pub async fn set_closed(tx: &mut Tx, id: Uuid, closed: bool) -> Result<(), StoreError> {
    let at = closed.then(|| tx.at());
    tx.put(&SET_CLOSED, args![id, at]).await
}
