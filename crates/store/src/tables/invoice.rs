//! Invoices, credit notes, their lines, and the ledger. Rows are only ever added.

use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    INSERT = "INSERT INTO invoice (id, number, family_id, period, payer, total, issued_at, due_on, personal_code, credits, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    INSERT_LINE = "INSERT INTO invoice_line (invoice_id, line, child_id, child, day, label, cents, why) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    LINES = "SELECT child_id, child, day, label, cents, why FROM invoice_line WHERE invoice_id = ?1 ORDER BY line";
    GET = "SELECT invoice.id, invoice.number, invoice.family_id, family.name, invoice.period, invoice.payer, invoice.total, invoice.issued_at, invoice.due_on, invoice.personal_code, invoice.credits, invoice.reason, CAST((SELECT COALESCE(SUM(payment.cents), 0) FROM payment WHERE payment.invoice_id = invoice.id) AS bigint) FROM invoice JOIN family ON family.id = invoice.family_id WHERE invoice.number = ?1";
    BY_ID = "SELECT invoice.id, invoice.number, invoice.family_id, family.name, invoice.period, invoice.payer, invoice.total, invoice.issued_at, invoice.due_on, invoice.personal_code, invoice.credits, invoice.reason, CAST((SELECT COALESCE(SUM(payment.cents), 0) FROM payment WHERE payment.invoice_id = invoice.id) AS bigint) FROM invoice JOIN family ON family.id = invoice.family_id WHERE invoice.id = ?1";
    OF_ACCOUNT = "SELECT invoice.id, invoice.number, invoice.family_id, family.name, invoice.period, invoice.payer, invoice.total, invoice.issued_at, invoice.due_on, invoice.personal_code, invoice.credits, invoice.reason, CAST((SELECT COALESCE(SUM(payment.cents), 0) FROM payment WHERE payment.invoice_id = invoice.id) AS bigint) FROM subscription JOIN account ON account.id = subscription.account_id JOIN family ON family.id = subscription.family_id JOIN invoice ON invoice.family_id = family.id WHERE subscription.account_id = ?1 AND subscription.ended_at IS NULL AND account.blocked_at IS NULL ORDER BY invoice.issued_at DESC, invoice.number DESC";
    OF_FAMILY = "SELECT invoice.id, invoice.number, invoice.family_id, family.name, invoice.period, invoice.payer, invoice.total, invoice.issued_at, invoice.due_on, invoice.personal_code, invoice.credits, invoice.reason, CAST((SELECT COALESCE(SUM(payment.cents), 0) FROM payment WHERE payment.invoice_id = invoice.id) AS bigint) FROM invoice JOIN family ON family.id = invoice.family_id WHERE invoice.family_id = ?1 ORDER BY invoice.issued_at DESC, invoice.number DESC";
    OF_PERIOD = "SELECT invoice.id, invoice.number, invoice.family_id, family.name, invoice.period, invoice.payer, invoice.total, invoice.issued_at, invoice.due_on, invoice.personal_code, invoice.credits, invoice.reason, CAST((SELECT COALESCE(SUM(payment.cents), 0) FROM payment WHERE payment.invoice_id = invoice.id) AS bigint) FROM invoice JOIN family ON family.id = invoice.family_id WHERE invoice.period = ?1 ORDER BY invoice.issued_at, invoice.id LIMIT ?2 OFFSET ?3";
    HISTORY_LINES = "SELECT invoice.number, invoice_line.child, invoice_line.day, invoice_line.label, invoice_line.cents, invoice_line.why FROM invoice JOIN invoice_line ON invoice_line.invoice_id = invoice.id WHERE invoice.family_id = ?1 ORDER BY invoice.issued_at, invoice.number, invoice_line.line";
    HISTORY_PAYMENTS = "SELECT payment.number, invoice.number, payment.cents, payment.means, payment.reference, payment.at FROM payment JOIN invoice ON invoice.id = payment.invoice_id WHERE payment.family_id = ?1 ORDER BY payment.at, payment.number";
    BILLED = "SELECT invoice.family_id FROM invoice JOIN family ON family.id = invoice.family_id WHERE invoice.period = ?1 AND invoice.credits IS NULL AND family.reference >= ?2 AND family.reference <= ?3";
    ENTRY = "INSERT INTO ledger (move, account, family_id, cents, at) VALUES (?1, ?2, ?3, ?4, ?5)";
    BALANCE = "SELECT CAST(COALESCE(SUM(cents), 0) AS bigint) FROM ledger WHERE family_id = ?1 AND account = 'famille'";
    UNBALANCED = "SELECT CAST(COUNT(*) AS bigint) FROM (SELECT move FROM ledger GROUP BY move HAVING SUM(cents) <> 0) AS wrong";
}

row! {
    /// An invoice, or a credit note.
    pub struct Invoice {
        /// Which.
        pub id: Uuid,
        /// « 2026-00001 ».
        pub number: String,
        /// Of which family.
        pub family_id: Uuid,
        /// Its name now.
        pub family: String,
        /// First day of the month.
        pub period: Date,
        /// The debtor as printed.
        pub payer: String,
        /// Cents; below zero for a credit note.
        pub total: i64,
        /// When.
        pub issued_at: Timestamp,
        /// Last day to pay.
        pub due_on: Date,
        /// The code that ties an account by this invoice.
        pub personal_code: String,
        /// The invoice that it takes back.
        pub credits: Option<Uuid>,
        /// Why it was taken back.
        pub reason: String,
        /// What was paid of it.
        pub paid: i64,
    }
}

row! {
    /// A line.
    pub struct Line {
        /// Which child.
        pub child_id: Uuid,
        /// First name.
        pub child: String,
        /// The day.
        pub day: Date,
        /// « Restaurant scolaire, Repas ».
        pub label: String,
        /// What it costs.
        pub cents: i64,
        /// Why.
        pub why: String,
    }
}

row! {
    /// A line with the number of its invoice.
    #[derive(serde::Serialize)]
    pub struct Billed {
        /// Number of the invoice.
        pub invoice: String,
        /// First name of the child.
        pub child: String,
        /// The day.
        pub day: Date,
        /// « Restaurant scolaire, Repas ».
        pub label: String,
        /// What it costs.
        pub cents: i64,
        /// Why.
        pub why: String,
    }
}

row! {
    /// A payment with the number of what it pays.
    #[derive(serde::Serialize)]
    pub struct Settled {
        /// Number of the receipt.
        pub number: String,
        /// Number of the invoice.
        pub invoice: String,
        /// How much.
        pub cents: i64,
        /// How.
        pub means: String,
        /// Number of the authorisation, of the cheque.
        pub reference: String,
        /// When.
        pub at: Timestamp,
    }
}

/// Every line that a family was billed, and every payment of it.
pub async fn history(tx: &mut Tx, family: Uuid) -> Result<(Vec<Billed>, Vec<Settled>), StoreError> {
    Ok((
        tx.query(&HISTORY_LINES, args![family]).await?,
        tx.query(&HISTORY_PAYMENTS, args![family]).await?,
    ))
}

/// Keeps an invoice with its lines.
pub async fn insert(tx: &mut Tx, new: &Invoice, lines: &[Line]) -> Result<(), StoreError> {
    let args = args![
        new.id,
        &new.number,
        new.family_id,
        new.period,
        &new.payer,
        new.total,
        new.issued_at,
        new.due_on,
        &new.personal_code,
        new.credits,
        &new.reason
    ];
    tx.put(&INSERT, args).await?;
    for (at, line) in (1_i64..).zip(lines) {
        let args = args![
            new.id,
            at,
            line.child_id,
            &line.child,
            line.day,
            &line.label,
            line.cents,
            &line.why
        ];
        tx.put(&INSERT_LINE, args).await?;
    }
    Ok(())
}

/// The lines of an invoice.
pub async fn lines(tx: &mut Tx, invoice: Uuid) -> Result<Vec<Line>, StoreError> {
    tx.query(&LINES, args![invoice]).await
}

/// An invoice by its number.
pub async fn get(tx: &mut Tx, number: &str) -> Result<Option<Invoice>, StoreError> {
    tx.query_opt(&GET, args![number]).await
}

/// An invoice by its id.
pub async fn by_id(tx: &mut Tx, id: Uuid) -> Result<Option<Invoice>, StoreError> {
    tx.query_opt(&BY_ID, args![id]).await
}

/// The invoices of an account's families, the last first.
pub async fn of_account(tx: &mut Tx, account: Uuid) -> Result<Vec<Invoice>, StoreError> {
    tx.query(&OF_ACCOUNT, args![account]).await
}

/// The invoices of a family, the last first.
pub async fn of_family(tx: &mut Tx, family: Uuid) -> Result<Vec<Invoice>, StoreError> {
    tx.query(&OF_FAMILY, args![family]).await
}

/// The invoices of a month, some of them in the order in which they were issued.
pub async fn of_period(
    tx: &mut Tx,
    period: Date,
    most: i64,
    skip: i64,
) -> Result<Vec<Invoice>, StoreError> {
    tx.query(&OF_PERIOD, args![period, most, skip]).await
}

/// Families from one number to another that have their invoice of the month.
pub async fn billed(
    tx: &mut Tx,
    period: Date,
    from: &str,
    to: &str,
) -> Result<Vec<Uuid>, StoreError> {
    let found: Vec<(Uuid,)> = tx.query(&BILLED, args![period, from, to]).await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// A move of the ledger: `cents` more on one account, as many less on the other.
pub async fn post(
    tx: &mut Tx,
    family: Uuid,
    more: &str,
    less: &str,
    cents: i64,
) -> Result<(), StoreError> {
    let (step, at) = (tx.new_id(), tx.at());
    tx.put(&ENTRY, args![step, more, family, cents, at]).await?;
    tx.put(&ENTRY, args![step, less, family, -cents, at]).await
}

/// What a family owes; below zero when the commune owes it.
pub async fn balance(tx: &mut Tx, family: Uuid) -> Result<i64, StoreError> {
    let found: Option<(i64,)> = tx.query_opt(&BALANCE, args![family]).await?;
    Ok(found.map_or(0, |(cents,)| cents))
}

/// Moves that do not sum to zero: there are none.
pub async fn unbalanced(tx: &mut Tx) -> Result<i64, StoreError> {
    let found: Option<(i64,)> = tx.query_opt(&UNBALANCED, args![]).await?;
    Ok(found.map_or(0, |(count,)| count))
}
