//! Papers that the commune asks for, of a child or of a family, and those that came.

use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    KINDS = "SELECT id, name, about, of_whom, validity, months, required, blocks, position, closed_at FROM document_kind ORDER BY position, id";
    KIND = "SELECT id, name, about, of_whom, validity, months, required, blocks, position, closed_at FROM document_kind WHERE id = ?1";
    PUT_KIND = "INSERT INTO document_kind (id, name, about, of_whom, validity, months, required, blocks, position, closed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (id) DO UPDATE SET name = excluded.name, about = excluded.about, of_whom = excluded.of_whom, validity = excluded.validity, months = excluded.months, required = excluded.required, blocks = excluded.blocks, position = excluded.position, closed_at = excluded.closed_at";
    OF_FAMILY = "SELECT document.id, document.kind_id, document.owner_id, document.family_id, document.request_id, request.number, document.state, document.valid_until, document.decided_at FROM document JOIN request ON request.id = document.request_id WHERE document.owner_id = ?1 OR document.owner_id IN (SELECT child_id FROM family_child WHERE family_id = ?1) ORDER BY document.id";
    OF_REQUEST = "SELECT document.id, document.kind_id, document.owner_id, document.family_id, document.request_id, request.number, document.state, document.valid_until, document.decided_at FROM document JOIN request ON request.id = document.request_id WHERE document.request_id = ?1";
    GET = "SELECT document.id, document.kind_id, document.owner_id, document.family_id, document.request_id, request.number, document.state, document.valid_until, document.decided_at FROM document JOIN request ON request.id = document.request_id WHERE document.id = ?1";
    INSERT = "INSERT INTO document (id, kind_id, owner_id, family_id, request_id, state, valid_until) VALUES (?1, ?2, ?3, ?4, ?5, 'sent', ?6)";
    DECIDE = "UPDATE document SET state = ?2, valid_until = ?3, decided_at = ?4 WHERE id = ?1";
}

row! {
    /// A kind of paper that the commune asks for.
    pub struct Kind {
        /// Which.
        pub id: Uuid,
        /// « Attestation d’assurance scolaire ».
        pub name: String,
        /// What it is and where to find it.
        pub about: String,
        /// `child` or `family`.
        pub of_whom: String,
        /// `always`, `months`, `school_year` or `dated`.
        pub validity: String,
        /// How many, when it is good for months.
        pub months: i64,
        /// The file is not complete without it.
        pub required: bool,
        /// Without it nothing is booked.
        pub blocks: bool,
        /// Place in the list.
        pub position: i64,
        /// Since when it is not asked for any more.
        pub closed_at: Option<Timestamp>,
    }
}

row! {
    /// A paper that came.
    pub struct Document {
        /// Which.
        pub id: Uuid,
        /// Of which kind.
        pub kind_id: Uuid,
        /// The child or the family that it is about.
        pub owner_id: Uuid,
        /// The family that sent it.
        pub family_id: Uuid,
        /// The request that it came with.
        pub request_id: Uuid,
        /// Its number.
        pub number: String,
        /// `sent`, `accepted`, `refused` or `withdrawn`.
        pub state: String,
        /// The last day on which it is good; before it is accepted, what the family said.
        pub valid_until: Option<Date>,
        /// When an agent decided.
        pub decided_at: Option<Timestamp>,
    }
}

/// Every kind, those that are closed included.
pub async fn kinds(tx: &mut Tx) -> Result<Vec<Kind>, StoreError> {
    tx.query(&KINDS, args![]).await
}

/// One kind.
pub async fn kind(tx: &mut Tx, id: Uuid) -> Result<Option<Kind>, StoreError> {
    tx.query_opt(&KIND, args![id]).await
}

/// Adds a kind, or changes it.
pub async fn put_kind(tx: &mut Tx, kind: &Kind) -> Result<(), StoreError> {
    let args = args![
        kind.id,
        &kind.name,
        &kind.about,
        &kind.of_whom,
        &kind.validity,
        kind.months,
        kind.required,
        kind.blocks,
        kind.position,
        kind.closed_at
    ];
    tx.put(&PUT_KIND, args).await
}

/// The papers about a family and its children, the oldest first. Of a child of two homes, those that either sent.
pub async fn of_family(tx: &mut Tx, family: Uuid) -> Result<Vec<Document>, StoreError> {
    tx.query(&OF_FAMILY, args![family]).await
}

/// The paper that came with a request.
pub async fn of_request(tx: &mut Tx, request: Uuid) -> Result<Option<Document>, StoreError> {
    tx.query_opt(&OF_REQUEST, args![request]).await
}

/// One paper.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Document>, StoreError> {
    tx.query_opt(&GET, args![id]).await
}

/// A paper came with a request.
pub async fn insert(
    tx: &mut Tx,
    kind: Uuid,
    (owner, family): (Uuid, Uuid),
    request: Uuid,
    valid_until: Option<Date>,
) -> Result<(), StoreError> {
    let id = tx.new_id();
    tx.put(
        &INSERT,
        args![id, kind, owner, family, request, valid_until],
    )
    .await
}

/// What became of a paper.
pub async fn decide(
    tx: &mut Tx,
    id: Uuid,
    state: &str,
    valid_until: Option<Date>,
) -> Result<(), StoreError> {
    let at = tx.at();
    tx.put(&DECIDE, args![id, state, valid_until, at]).await
}
