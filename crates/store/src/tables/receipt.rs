//! Receipts: each change of bookings that was saved, line by line.

use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    BY_NUMBER = "SELECT receipt.id, receipt.number, receipt.family_id, receipt.at, receipt.by_kind, receipt.by_id, receipt.by_name, receipt.reason, receipt.undoes, (SELECT other.number FROM receipt AS other WHERE other.undoes = receipt.id) FROM receipt WHERE receipt.number = ?1";
    HISTORY = "SELECT receipt.number, receipt.at, receipt.by_name, receipt.reason, child.first_name, receipt_line.day, receipt_line.activity, receipt_line.unit, receipt_line.before, receipt_line.after FROM receipt JOIN receipt_line ON receipt_line.receipt_id = receipt.id JOIN child ON child.id = receipt_line.child_id WHERE receipt.family_id = ?1 ORDER BY receipt.id, receipt_line.line";
    INSERT = "INSERT INTO receipt (id, number, family_id, at, by_kind, by_id, by_name, reason, undoes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    LINES = "SELECT line, child_id, day, activity, unit, before, after, why FROM receipt_line WHERE receipt_id = ?1 ORDER BY line";
    INSERT_LINE = "INSERT INTO receipt_line (receipt_id, line, child_id, day, activity, unit, before, after, why) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
}

row! {
    /// A receipt.
    pub struct Receipt {
        /// Which.
        pub id: Uuid,
        /// « R-2026-0001 ».
        pub number: String,
        /// Of which family.
        pub family_id: Uuid,
        /// When.
        pub at: Timestamp,
        /// `account`, `agent` or `system`.
        pub by_kind: String,
        /// Which account or agent.
        pub by_id: Option<Uuid>,
        /// Their name then.
        pub by_name: String,
        /// Why an agent did it, in their words.
        pub reason: String,
        /// The receipt that this one takes back.
        pub undoes: Option<Uuid>,
        /// Number of the receipt that takes this one back.
        pub undone_by: Option<String>,
    }
}

row! {
    /// A line of a receipt.
    pub struct Line {
        /// From 1 on.
        pub line: i64,
        /// Which child.
        pub child_id: Uuid,
        /// The day.
        pub day: Date,
        /// The activity.
        pub activity: String,
        /// The unit.
        pub unit: String,
        /// What stood there, or nothing.
        pub before: String,
        /// What stands there now, or nothing.
        pub after: String,
        /// The rule and its values, in words.
        pub why: String,
    }
}

row! {
    /// A change of bookings, with its receipt.
    pub struct Change {
        /// Number of the receipt.
        pub number: String,
        /// When.
        pub at: Timestamp,
        /// Who did it.
        pub by_name: String,
        /// Why an agent did it, in their words.
        pub reason: String,
        /// First name of the child.
        pub child: String,
        /// The day.
        pub day: Date,
        /// The activity.
        pub activity: String,
        /// The unit.
        pub unit: String,
        /// What stood there, or nothing.
        pub before: String,
        /// What stands there now, or nothing.
        pub after: String,
    }
}

/// Every change of a family's bookings, the oldest first.
pub async fn history(tx: &mut Tx, family: Uuid) -> Result<Vec<Change>, StoreError> {
    tx.query(&HISTORY, args![family]).await
}

/// A receipt by its number.
pub async fn by_number(tx: &mut Tx, number: &str) -> Result<Option<Receipt>, StoreError> {
    tx.query_opt(&BY_NUMBER, args![number]).await
}

/// The lines of a receipt.
pub async fn lines(tx: &mut Tx, receipt: Uuid) -> Result<Vec<Line>, StoreError> {
    tx.query(&LINES, args![receipt]).await
}

/// Keeps a receipt with its lines.
pub async fn insert(tx: &mut Tx, new: &Receipt, lines: &[Line]) -> Result<(), StoreError> {
    let args = args![
        new.id,
        &new.number,
        new.family_id,
        new.at,
        &new.by_kind,
        new.by_id,
        &new.by_name,
        &new.reason,
        new.undoes
    ];
    tx.put(&INSERT, args).await?;
    for line in lines {
        let args = args![
            new.id,
            line.line,
            line.child_id,
            line.day,
            &line.activity,
            &line.unit,
            &line.before,
            &line.after,
            &line.why
        ];
        tx.put(&INSERT_LINE, args).await?;
    }
    Ok(())
}
