//! Families: their responsables and their children. A child may be in two families, a responsable in several.

use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use crate::{Tx, Value, args, error::StoreError, row, sql::statements};

statements! {
    SEARCH = "SELECT family.id, family.name, family.reference, (SELECT COUNT(*) FROM subscription WHERE subscription.family_id = family.id AND subscription.ended_at IS NULL), (SELECT COUNT(*) FROM subscriber_code WHERE subscriber_code.family_id = family.id AND subscriber_code.revoked_at IS NULL AND (subscriber_code.expires_at IS NULL OR subscriber_code.expires_at > ?6)), COUNT(*) OVER () FROM family WHERE (family.search LIKE ?1 AND family.search LIKE ?2 AND family.search LIKE ?3) OR family.id IN (SELECT family_id FROM subscriber_code WHERE code_key IN (?4, ?5)) OR family.id IN (SELECT family_id FROM invoice_reference WHERE reference_key = ?4) ORDER BY family.search, family.id LIMIT ?7 OFFSET ?8";
    GET = "SELECT id, name, reference, created_at, closed_at FROM family WHERE id = ?1";
    BY_REFERENCE = "SELECT id, name, reference, created_at, closed_at FROM family WHERE reference = ?1";
    REFERENCES_ALL = "SELECT reference, id FROM family";
    COUNT = "SELECT COUNT(*) FROM family";
    INSERT = "INSERT INTO family (id, name, reference, created_at, updated_at, search) VALUES (?1, ?2, ?3, ?4, ?4, ?5)";
    SET_NAME = "UPDATE family SET name = ?2, updated_at = ?3 WHERE id = ?1";
    SET_CLOSED = "UPDATE family SET closed_at = ?2, updated_at = ?3 WHERE id = ?1";
    SET_SEARCH = "UPDATE family SET search = ?2, updated_at = ?3 WHERE id = ?1";
    GUARDIANS = "SELECT family_guardian.family_id, guardian.id, guardian.civility, guardian.first_name, guardian.last_name, guardian.email, guardian.phone, (SELECT COUNT(*) FROM family_guardian AS other WHERE other.guardian_id = guardian.id) FROM family_guardian JOIN guardian ON guardian.id = family_guardian.guardian_id WHERE family_guardian.family_id = ?1 ORDER BY family_guardian.id";
    INSERT_GUARDIAN = "INSERT INTO guardian (id, civility, first_name, last_name, email, phone, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    SET_GUARDIAN = "UPDATE guardian SET civility = ?2, first_name = ?3, last_name = ?4, email = ?5, phone = ?6 WHERE id = ?1";
    ADD_GUARDIAN = "INSERT INTO family_guardian (id, family_id, guardian_id) VALUES (?1, ?2, ?3)";
    TAKE_GUARDIAN = "DELETE FROM family_guardian WHERE family_id = ?1 AND guardian_id = ?2";
    FAMILIES_OF_GUARDIAN = "SELECT family.id, family.name, family.reference, family.created_at, family.closed_at FROM family_guardian JOIN family ON family.id = family_guardian.family_id WHERE family_guardian.guardian_id = ?1 ORDER BY family_guardian.id";
    CHILDREN = "SELECT family_child.family_id, child.id, child.first_name, child.last_name, child.born_on, child.sex, (SELECT COUNT(*) FROM family_child AS other WHERE other.child_id = child.id) FROM family_child JOIN child ON child.id = family_child.child_id WHERE family_child.family_id = ?1 ORDER BY child.born_on, family_child.id";
    INSERT_CHILD = "INSERT INTO child (id, first_name, last_name, born_on, sex, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    SET_CHILD = "UPDATE child SET first_name = ?2, last_name = ?3, born_on = ?4, sex = ?5 WHERE id = ?1";
    ADD_CHILD = "INSERT INTO family_child (id, family_id, child_id) VALUES (?1, ?2, ?3)";
    TAKE_CHILD = "DELETE FROM family_child WHERE family_id = ?1 AND child_id = ?2";
    FAMILIES_OF_CHILD = "SELECT family.id, family.name, family.reference, family.created_at, family.closed_at FROM family_child JOIN family ON family.id = family_child.family_id WHERE family_child.child_id = ?1 ORDER BY family_child.id";
}

row! {
    /// A family as a list shows it.
    pub struct Line {
        /// Which.
        pub id: Uuid,
        /// Its name.
        pub name: String,
        /// Number for people.
        pub reference: String,
        /// Accounts tied to it.
        pub accounts: i64,
        /// Codes that are neither revoked nor expired.
        pub codes: i64,
        /// Lines of the entire list.
        pub total: i64,
    }
}

row! {
    /// A family.
    pub struct Family {
        /// Which.
        pub id: Uuid,
        /// Its name.
        pub name: String,
        /// Number for people, unique.
        pub reference: String,
        /// When it was registered.
        pub created_at: Timestamp,
        /// Since when it is closed: the family left.
        pub closed_at: Option<Timestamp>,
    }
}

row! {
    /// A responsable, in one family.
    pub struct Guardian {
        /// In which family.
        pub family_id: Uuid,
        /// Which.
        pub id: Uuid,
        /// `M` or `MME`.
        pub civility: Option<String>,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// Address.
        pub email: Option<String>,
        /// Telephone, E.164.
        pub phone: Option<String>,
        /// Families that this responsable is in.
        pub families: i64,
    }
}

row! {
    /// A child, in one family.
    pub struct Child {
        /// In which family.
        pub family_id: Uuid,
        /// Which.
        pub id: Uuid,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// Birth date.
        pub born_on: Date,
        /// `F` or `M`, where it is known.
        pub sex: Option<String>,
        /// Families that this child is in.
        pub families: i64,
    }
}

/// A family to be added.
pub struct NewFamily<'a> {
    /// Which.
    pub id: Uuid,
    /// Its name.
    pub name: &'a str,
    /// Number for people.
    pub reference: &'a str,
    /// Lower case without accents.
    pub search: &'a str,
}

/// What is known of a responsable.
pub struct GuardianFacts<'a> {
    /// `M` or `MME`.
    pub civility: Option<&'a str>,
    /// First name.
    pub first_name: &'a str,
    /// Last name.
    pub last_name: &'a str,
    /// Address.
    pub email: Option<&'a str>,
    /// Telephone, E.164.
    pub phone: Option<&'a str>,
}

/// What is known of a child.
pub struct ChildFacts<'a> {
    /// First name.
    pub first_name: &'a str,
    /// Last name.
    pub last_name: &'a str,
    /// Birth date.
    pub born_on: Date,
    /// `F` or `M`.
    pub sex: Option<&'a str>,
}

/// Which families are searched for.
pub struct Wanted<'a> {
    /// Three patterns that `search` must be like; `%` for any.
    pub like: [String; 3],
    /// What was typed as the key of a code or of an invoice's reference; empty for none.
    pub key: &'a str,
    /// The same as the key of a code of ours; empty for none.
    pub own_key: &'a str,
    /// Lines at most.
    pub limit: i64,
    /// Lines left out before.
    pub offset: i64,
}

/// Families that match, by name. `now` tells the codes that are still good.
pub async fn search(
    tx: &mut Tx,
    wanted: &Wanted<'_>,
    now: Timestamp,
) -> Result<Vec<Line>, StoreError> {
    let [a, b, c] = &wanted.like;
    let args = args![
        a,
        b,
        c,
        wanted.key,
        wanted.own_key,
        now,
        wanted.limit,
        wanted.offset
    ];
    tx.query(&SEARCH, args).await
}

/// One family.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Family>, StoreError> {
    tx.query_opt(&GET, args![id]).await
}

/// These families.
pub async fn many(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Family>, StoreError> {
    let found: Vec<Vec<Family>> = tx.query_many(&GET, sets(ids)).await?;
    Ok(found.into_iter().flatten().collect())
}

/// The family of a reference.
pub async fn by_reference(tx: &mut Tx, reference: &str) -> Result<Option<Family>, StoreError> {
    tx.query_opt(&BY_REFERENCE, args![reference]).await
}

/// Every reference with its family, to check an import.
pub async fn references(tx: &mut Tx) -> Result<Vec<(String, Uuid)>, StoreError> {
    tx.query(&REFERENCES_ALL, args![]).await
}

/// How many families there are.
pub async fn count(tx: &mut Tx) -> Result<i64, StoreError> {
    let (count,): (i64,) = tx.query_one(&COUNT, args![]).await?;
    Ok(count)
}

/// Adds a family.
pub async fn insert(tx: &mut Tx, new: &NewFamily<'_>) -> Result<(), StoreError> {
    let at = tx.at();
    tx.put(
        &INSERT,
        args![new.id, new.name, new.reference, at, new.search],
    )
    .await
}

/// Another name.
pub async fn set_name(tx: &mut Tx, id: Uuid, name: &str) -> Result<(), StoreError> {
    let at = tx.at();
    tx.put(&SET_NAME, args![id, name, at]).await
}

/// What the family is found by.
pub async fn set_search(tx: &mut Tx, id: Uuid, search: &str) -> Result<(), StoreError> {
    let at = tx.at();
    tx.put(&SET_SEARCH, args![id, search, at]).await
}

fn sets(ids: &[Uuid]) -> Vec<Vec<Value>> {
    ids.iter().map(|id| vec![Value::from(*id)]).collect()
}

/// The responsables of families, family by family.
pub async fn guardians(tx: &mut Tx, of: &[Uuid]) -> Result<Vec<Guardian>, StoreError> {
    let found: Vec<Vec<Guardian>> = tx.query_many(&GUARDIANS, sets(of)).await?;
    Ok(found.into_iter().flatten().collect())
}

/// The children of families, family by family, the eldest first.
pub async fn children(tx: &mut Tx, of: &[Uuid]) -> Result<Vec<Child>, StoreError> {
    let found: Vec<Vec<Child>> = tx.query_many(&CHILDREN, sets(of)).await?;
    Ok(found.into_iter().flatten().collect())
}

/// Adds a responsable, of no family yet.
pub async fn insert_guardian(
    tx: &mut Tx,
    id: Uuid,
    new: &GuardianFacts<'_>,
) -> Result<(), StoreError> {
    let at = tx.at();
    let args = args![
        id,
        new.civility,
        new.first_name,
        new.last_name,
        new.email,
        new.phone,
        at
    ];
    tx.put(&INSERT_GUARDIAN, args).await
}

/// Changes what is known of a responsable.
pub async fn set_guardian(tx: &mut Tx, id: Uuid, to: &GuardianFacts<'_>) -> Result<(), StoreError> {
    let args = args![
        id,
        to.civility,
        to.first_name,
        to.last_name,
        to.email,
        to.phone
    ];
    tx.put(&SET_GUARDIAN, args).await
}

/// Puts a responsable into a family; `id` is the link's own.
pub async fn add_guardian(
    tx: &mut Tx,
    id: Uuid,
    family: Uuid,
    guardian: Uuid,
) -> Result<(), StoreError> {
    tx.put(&ADD_GUARDIAN, args![id, family, guardian]).await
}

/// Takes a responsable out of a family. False when they were not in it.
pub async fn take_guardian(tx: &mut Tx, family: Uuid, guardian: Uuid) -> Result<bool, StoreError> {
    Ok(tx.execute(&TAKE_GUARDIAN, args![family, guardian]).await? == 1)
}

/// The families of a responsable.
pub async fn of_guardian(tx: &mut Tx, guardian: Uuid) -> Result<Vec<Family>, StoreError> {
    tx.query(&FAMILIES_OF_GUARDIAN, args![guardian]).await
}

/// Adds a child, of no family yet.
pub async fn insert_child(tx: &mut Tx, id: Uuid, new: &ChildFacts<'_>) -> Result<(), StoreError> {
    let at = tx.at();
    let args = args![id, new.first_name, new.last_name, new.born_on, new.sex, at];
    tx.put(&INSERT_CHILD, args).await
}

/// Changes what is known of a child.
pub async fn set_child(tx: &mut Tx, id: Uuid, to: &ChildFacts<'_>) -> Result<(), StoreError> {
    let args = args![id, to.first_name, to.last_name, to.born_on, to.sex];
    tx.put(&SET_CHILD, args).await
}

/// Puts a child into a family; `id` is the link's own.
pub async fn add_child(tx: &mut Tx, id: Uuid, family: Uuid, child: Uuid) -> Result<(), StoreError> {
    tx.put(&ADD_CHILD, args![id, family, child]).await
}

/// Takes a child out of a family. False when it was not in it.
pub async fn take_child(tx: &mut Tx, family: Uuid, child: Uuid) -> Result<bool, StoreError> {
    Ok(tx.execute(&TAKE_CHILD, args![family, child]).await? == 1)
}

/// The families of a child.
pub async fn of_child(tx: &mut Tx, child: Uuid) -> Result<Vec<Family>, StoreError> {
    tx.query(&FAMILIES_OF_CHILD, args![child]).await
}

/// Closes a family's file, or opens it again.
pub async fn set_closed(tx: &mut Tx, id: Uuid, closed: bool) -> Result<(), StoreError> {
    let at = tx.at();
    let since = closed.then_some(at);
    tx.put(&SET_CLOSED, args![id, since, at]).await
}
