//! Who may fetch a child, and whom to call when the responsables cannot be reached.

use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    OF_FAMILY = "SELECT id, child_id, first_name, last_name, link, phone, may_fetch, to_call FROM trusted_person WHERE child_id IN (SELECT child_id FROM family_child WHERE family_id = ?1) ORDER BY id";
    GET = "SELECT id, child_id, first_name, last_name, link, phone, may_fetch, to_call FROM trusted_person WHERE id = ?1";
    PUT = "INSERT INTO trusted_person (id, child_id, first_name, last_name, link, phone, may_fetch, to_call, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (id) DO UPDATE SET first_name = excluded.first_name, last_name = excluded.last_name, link = excluded.link, phone = excluded.phone, may_fetch = excluded.may_fetch, to_call = excluded.to_call";
    TAKE = "DELETE FROM trusted_person WHERE id = ?1";
}

row! {
    /// A person whom a family trusts with a child.
    pub struct TrustedPerson {
        /// Which.
        pub id: Uuid,
        /// Of which child.
        pub child_id: Uuid,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// What they are to the child: « grand-mère ».
        pub link: String,
        /// Telephone, E.164.
        pub phone: String,
        /// May come and fetch the child.
        pub may_fetch: bool,
        /// Is called when the responsables cannot be reached.
        pub to_call: bool,
    }
}

/// The trusted persons of a family's children, in the order they were added.
pub async fn of_family(tx: &mut Tx, family: Uuid) -> Result<Vec<TrustedPerson>, StoreError> {
    tx.query(&OF_FAMILY, args![family]).await
}

/// One of them.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<TrustedPerson>, StoreError> {
    tx.query_opt(&GET, args![id]).await
}

/// Adds one, or changes what is known of one; the child stays.
pub async fn put(tx: &mut Tx, person: &TrustedPerson) -> Result<(), StoreError> {
    let at = tx.at();
    let args = args![
        person.id,
        person.child_id,
        &person.first_name,
        &person.last_name,
        &person.link,
        &person.phone,
        person.may_fetch,
        person.to_call,
        at
    ];
    tx.put(&PUT, args).await
}

/// Nobody trusts this person any more.
pub async fn take(tx: &mut Tx, id: Uuid) -> Result<(), StoreError> {
    tx.put(&TAKE, args![id]).await
}
