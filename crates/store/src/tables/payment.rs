//! Payments, and tries to pay online.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    INSERT = "INSERT INTO payment (id, number, invoice_id, family_id, cents, means, reference, at, by_name, attempt_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    OF_INVOICE = "SELECT id, number, invoice_id, family_id, cents, means, reference, at, by_name, attempt_id FROM payment WHERE invoice_id = ?1 ORDER BY number";
    TRY = "INSERT INTO payment_attempt (id, operation, invoice_id, account_id, client, reference, cents, mode, state, made_at, said) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'opened', ?9, '')";
    BY_OPERATION = "SELECT id, operation, invoice_id, account_id, client, reference, cents, mode, state, made_at, checked_at, said FROM payment_attempt WHERE operation = ?1";
    OPEN = "SELECT id, operation, invoice_id, account_id, client, reference, cents, mode, state, made_at, checked_at, said FROM payment_attempt WHERE invoice_id = ?1 AND state IN ('opened', 'unknown') ORDER BY made_at DESC";
    UNKNOWN = "SELECT id, operation, invoice_id, account_id, client, reference, cents, mode, state, made_at, checked_at, said FROM payment_attempt WHERE state = 'unknown' ORDER BY made_at";
    SETTLE = "UPDATE payment_attempt SET state = ?2, checked_at = ?3, said = ?4 WHERE id = ?1";
}

row! {
    /// A payment, or a part of an invoice that a credit note pays.
    pub struct Payment {
        /// Which.
        pub id: Uuid,
        /// « Q-2026-00001 ».
        pub number: String,
        /// What it pays.
        pub invoice_id: Uuid,
        /// Of which family.
        pub family_id: Uuid,
        /// How much.
        pub cents: i64,
        /// `card`, `cash`, `cheque`, `transfer` or `credit`.
        pub means: String,
        /// Number of the authorisation, of the cheque.
        pub reference: String,
        /// When.
        pub at: Timestamp,
        /// Who wrote it.
        pub by_name: String,
        /// The try to pay online that it comes from.
        pub attempt_id: Option<Uuid>,
    }
}

row! {
    /// A try to pay online.
    pub struct Attempt {
        /// Which.
        pub id: Uuid,
        /// Its number at PayFiP.
        pub operation: String,
        /// What it pays.
        pub invoice_id: Uuid,
        /// Who tried.
        pub account_id: Uuid,
        /// The commune's number at PayFiP.
        pub client: String,
        /// The debt, as PayFiP was told.
        pub reference: String,
        /// How much was asked.
        pub cents: i64,
        /// `T`, `X` or `W`.
        pub mode: String,
        /// Where it stands.
        pub state: String,
        /// When.
        pub made_at: Timestamp,
        /// When PayFiP was last asked.
        pub checked_at: Option<Timestamp>,
        /// What PayFiP said.
        pub said: String,
    }
}

/// Adds a payment.
pub async fn insert(tx: &mut Tx, new: &Payment) -> Result<(), StoreError> {
    let args = args![
        new.id,
        &new.number,
        new.invoice_id,
        new.family_id,
        new.cents,
        &new.means,
        &new.reference,
        new.at,
        &new.by_name,
        new.attempt_id
    ];
    tx.put(&INSERT, args).await
}

/// The payments of an invoice.
pub async fn of_invoice(tx: &mut Tx, invoice: Uuid) -> Result<Vec<Payment>, StoreError> {
    tx.query(&OF_INVOICE, args![invoice]).await
}

/// Keeps a try.
pub async fn open(tx: &mut Tx, new: &Attempt) -> Result<(), StoreError> {
    let args = args![
        new.id,
        &new.operation,
        new.invoice_id,
        new.account_id,
        &new.client,
        &new.reference,
        new.cents,
        &new.mode,
        new.made_at
    ];
    tx.put(&TRY, args).await
}

/// The try of that number.
pub async fn by_operation(tx: &mut Tx, operation: &str) -> Result<Option<Attempt>, StoreError> {
    tx.query_opt(&BY_OPERATION, args![operation]).await
}

/// Tries for an invoice that have no answer yet, the last first.
pub async fn opened(tx: &mut Tx, invoice: Uuid) -> Result<Vec<Attempt>, StoreError> {
    tx.query(&OPEN, args![invoice]).await
}

/// Tries that a person must look at.
pub async fn unknown(tx: &mut Tx) -> Result<Vec<Attempt>, StoreError> {
    tx.query(&UNKNOWN, args![]).await
}

/// Says where a try stands.
pub async fn settle(tx: &mut Tx, id: Uuid, state: &str, said: &str) -> Result<(), StoreError> {
    let at = tx.at();
    tx.put(&SETTLE, args![id, state, at, said]).await
}
