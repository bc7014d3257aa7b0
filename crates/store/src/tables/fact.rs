//! The facts of a family's file beyond the identity of its members, the changes that wait for a check, what changed, and
//! the photos on the cards. A member is a responsable or a child.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    OF_FAMILY = "SELECT member_id, field, value, sealed, changed_at FROM fact WHERE member_id IN (SELECT guardian_id FROM family_guardian WHERE family_id = ?1 UNION ALL SELECT child_id FROM family_child WHERE family_id = ?1) ORDER BY id";
    SET = "INSERT INTO fact (id, member_id, field, value, sealed, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (member_id, field) DO UPDATE SET value = excluded.value, sealed = excluded.sealed, changed_at = excluded.changed_at";
    CLEAR = "DELETE FROM fact WHERE member_id = ?1 AND field = ?2";
    WAITING = "SELECT fact_change.member_id, fact_change.field, fact_change.before, fact_change.after, request.number FROM fact_change JOIN request ON request.id = fact_change.request_id WHERE request.closed_at IS NULL AND fact_change.member_id IN (SELECT guardian_id FROM family_guardian WHERE family_id = ?1 UNION ALL SELECT child_id FROM family_child WHERE family_id = ?1) ORDER BY fact_change.id";
    OF_REQUEST = "SELECT fact_change.member_id, fact_change.field, fact_change.before, fact_change.after, request.number FROM fact_change JOIN request ON request.id = fact_change.request_id WHERE fact_change.request_id = ?1 ORDER BY fact_change.id";
    ASK = "INSERT INTO fact_change (id, request_id, member_id, field, before, after) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    HAPPENED = "INSERT INTO fact_event (id, member_id, at, by_name, field, before, after) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    HISTORY = "SELECT id, member_id, at, by_name, field, before, after FROM fact_event WHERE member_id IN (SELECT guardian_id FROM family_guardian WHERE family_id = ?1 UNION ALL SELECT child_id FROM family_child WHERE family_id = ?1) ORDER BY id DESC LIMIT ?2";
    PHOTOS = "SELECT member_id, file_id, changed_at FROM photo WHERE member_id IN (SELECT guardian_id FROM family_guardian WHERE family_id = ?1 UNION ALL SELECT child_id FROM family_child WHERE family_id = ?1 UNION ALL SELECT trusted_person.id FROM trusted_person JOIN family_child ON family_child.child_id = trusted_person.child_id WHERE family_child.family_id = ?1) ORDER BY id";
    THUMB = "SELECT thumb FROM photo WHERE member_id = ?1";
    PHOTO = "SELECT member_id, file_id, changed_at FROM photo WHERE member_id = ?1";
    SET_PHOTO = "INSERT INTO photo (id, member_id, file_id, thumb, changed_at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (member_id) DO UPDATE SET file_id = excluded.file_id, thumb = excluded.thumb, changed_at = excluded.changed_at";
    TAKE_PHOTO = "DELETE FROM photo WHERE member_id = ?1";
}

row! {
    /// A fact.
    pub struct Fact {
        /// Whose.
        pub member_id: Uuid,
        /// Which field.
        pub field: String,
        /// The value, where it is not about health.
        pub value: Option<String>,
        /// The sealed value, where it is.
        pub sealed: Option<Vec<u8>>,
        /// Since when it is so.
        pub changed_at: Timestamp,
    }
}

row! {
    /// A change that was asked for.
    pub struct Asked {
        /// Whose.
        pub member_id: Uuid,
        /// Which field.
        pub field: String,
        /// What it was when it was asked for.
        pub before: Option<String>,
        /// What it is to be.
        pub after: Option<String>,
        /// Number of the request that it came with.
        pub number: String,
    }
}

row! {
    /// Something that changed.
    pub struct Event {
        /// Which; they sort by it.
        pub id: Uuid,
        /// Whose fact.
        pub member_id: Uuid,
        /// When.
        pub at: Timestamp,
        /// Name of who changed it, at that time.
        pub by_name: String,
        /// Which field.
        pub field: String,
        /// What it was; absent for what concerns health.
        pub before: Option<String>,
        /// What it became.
        pub after: Option<String>,
    }
}

row! {
    /// A photo, without its bytes.
    pub struct Photo {
        /// Whose.
        pub member_id: Uuid,
        /// The large picture.
        pub file_id: Uuid,
        /// Since when.
        pub changed_at: Timestamp,
    }
}

/// The facts of a family's members.
pub async fn of_family(tx: &mut Tx, family: Uuid) -> Result<Vec<Fact>, StoreError> {
    tx.query(&OF_FAMILY, args![family]).await
}

/// Writes a fact, in clear or sealed.
pub async fn set(
    tx: &mut Tx,
    member: Uuid,
    field: &str,
    value: Option<&str>,
    sealed: Option<&[u8]>,
) -> Result<(), StoreError> {
    let (id, at) = (tx.new_id(), tx.at());
    tx.put(&SET, args![id, member, field, value, sealed, at])
        .await
}

/// Nothing is known any more.
pub async fn clear(tx: &mut Tx, member: Uuid, field: &str) -> Result<(), StoreError> {
    tx.put(&CLEAR, args![member, field]).await
}

/// Changes of a family's members that wait for a check.
pub async fn waiting(tx: &mut Tx, family: Uuid) -> Result<Vec<Asked>, StoreError> {
    tx.query(&WAITING, args![family]).await
}

/// The changes that came with a request.
pub async fn of_request(tx: &mut Tx, request: Uuid) -> Result<Vec<Asked>, StoreError> {
    tx.query(&OF_REQUEST, args![request]).await
}

/// Asks for a change with a request.
pub async fn ask(
    tx: &mut Tx,
    request: Uuid,
    member: Uuid,
    field: &str,
    before: Option<&str>,
    after: Option<&str>,
) -> Result<(), StoreError> {
    let id = tx.new_id();
    tx.put(&ASK, args![id, request, member, field, before, after])
        .await
}

/// Notes in the family's own words what changed.
pub async fn happened(
    tx: &mut Tx,
    member: Uuid,
    by_name: &str,
    field: &str,
    before: Option<&str>,
    after: Option<&str>,
) -> Result<(), StoreError> {
    let (id, at) = (tx.new_id(), tx.at());
    tx.put(
        &HAPPENED,
        args![id, member, at, by_name, field, before, after],
    )
    .await
}

/// What changed in a family's file, the latest first.
pub async fn history(tx: &mut Tx, family: Uuid, limit: i64) -> Result<Vec<Event>, StoreError> {
    tx.query(&HISTORY, args![family, limit]).await
}

/// The photos of a family's members and of the persons they trust.
pub async fn photos(tx: &mut Tx, family: Uuid) -> Result<Vec<Photo>, StoreError> {
    tx.query(&PHOTOS, args![family]).await
}

/// The small picture of a member.
pub async fn thumb(tx: &mut Tx, member: Uuid) -> Result<Option<Vec<u8>>, StoreError> {
    let found: Option<(Vec<u8>,)> = tx.query_opt(&THUMB, args![member]).await?;
    Ok(found.map(|(thumb,)| thumb))
}

/// The photo of a member.
pub async fn photo(tx: &mut Tx, member: Uuid) -> Result<Option<Photo>, StoreError> {
    tx.query_opt(&PHOTO, args![member]).await
}

/// Another photo.
pub async fn set_photo(
    tx: &mut Tx,
    member: Uuid,
    file: Uuid,
    thumb: &[u8],
) -> Result<(), StoreError> {
    let (id, at) = (tx.new_id(), tx.at());
    tx.put(&SET_PHOTO, args![id, member, file, thumb, at]).await
}

/// No photo any more.
pub async fn take_photo(tx: &mut Tx, member: Uuid) -> Result<(), StoreError> {
    tx.put(&TAKE_PHOTO, args![member]).await
}
