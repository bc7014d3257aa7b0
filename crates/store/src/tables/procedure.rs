//! The procedures of a commune: the forms that families fill in.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    ALL_OF_THEM = "SELECT id, name, about, fields, papers, papers_about, decides, days, silence, service_name, service_phone, service_email, accepted, position, closed_at FROM procedure_type ORDER BY position, id";
    GET = "SELECT id, name, about, fields, papers, papers_about, decides, days, silence, service_name, service_phone, service_email, accepted, position, closed_at FROM procedure_type WHERE id = ?1";
    PUT = "INSERT INTO procedure_type (id, name, about, fields, papers, papers_about, decides, days, silence, service_name, service_phone, service_email, accepted, position, closed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) ON CONFLICT (id) DO UPDATE SET name = excluded.name, about = excluded.about, fields = excluded.fields, papers = excluded.papers, papers_about = excluded.papers_about, decides = excluded.decides, days = excluded.days, silence = excluded.silence, service_name = excluded.service_name, service_phone = excluded.service_phone, service_email = excluded.service_email, accepted = excluded.accepted, position = excluded.position, closed_at = excluded.closed_at";
    OF_REQUEST = "SELECT procedure_type.id, procedure_type.name, procedure_type.about, procedure_type.fields, procedure_type.papers, procedure_type.papers_about, procedure_type.decides, procedure_type.days, procedure_type.silence, procedure_type.service_name, procedure_type.service_phone, procedure_type.service_email, procedure_type.accepted, procedure_type.position, procedure_type.closed_at FROM procedure_type JOIN request ON request.procedure_id = procedure_type.id WHERE request.id = ?1";
    MARK = "UPDATE request SET procedure_id = ?2 WHERE id = ?1";
}

row! {
    /// A procedure.
    pub struct Procedure {
        /// Which.
        pub id: Uuid,
        /// « Demande de dérogation scolaire ».
        pub name: String,
        /// What it is for.
        pub about: String,
        /// Its fields, JSON.
        pub fields: String,
        /// `none`, `optional` or `required`.
        pub papers: String,
        /// Which papers.
        pub papers_about: String,
        /// It is accepted or refused; otherwise answered.
        pub decides: bool,
        /// Working days to answer.
        pub days: i64,
        /// What silence means after two months: `accepted`, `refused`, or nothing.
        pub silence: String,
        /// Service in charge; the town hall when empty.
        pub service_name: String,
        /// Its telephone.
        pub service_phone: String,
        /// Its address of mail.
        pub service_email: String,
        /// What is said to who is granted it.
        pub accepted: String,
        /// Place in the list.
        pub position: i64,
        /// Since when it is not offered any more.
        pub closed_at: Option<Timestamp>,
    }
}

/// Every procedure, those that are closed included.
pub async fn all(tx: &mut Tx) -> Result<Vec<Procedure>, StoreError> {
    tx.query(&ALL_OF_THEM, args![]).await
}

/// One procedure.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Procedure>, StoreError> {
    tx.query_opt(&GET, args![id]).await
}

/// The procedure that a request follows.
pub async fn of_request(tx: &mut Tx, request: Uuid) -> Result<Option<Procedure>, StoreError> {
    tx.query_opt(&OF_REQUEST, args![request]).await
}

/// A request follows a procedure.
pub async fn mark(tx: &mut Tx, request: Uuid, procedure: Uuid) -> Result<(), StoreError> {
    tx.put(&MARK, args![request, procedure]).await
}

/// Adds a procedure, or changes it.
pub async fn put(tx: &mut Tx, p: &Procedure) -> Result<(), StoreError> {
    let args = args![
        p.id,
        &p.name,
        &p.about,
        &p.fields,
        &p.papers,
        &p.papers_about,
        p.decides,
        p.days,
        &p.silence,
        &p.service_name,
        &p.service_phone,
        &p.service_email,
        &p.accepted,
        p.position,
        p.closed_at
    ];
    tx.put(&PUT, args).await
}
