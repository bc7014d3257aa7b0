//! What a month's bills are made of: the families, what decides their prices, and what was booked.

use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    BATCH = "SELECT id, reference, name FROM family WHERE reference > ?1 ORDER BY reference LIMIT ?2";
    ONE = "SELECT id, reference, name FROM family WHERE id = ?1";
    GUARDIANS = "SELECT family_guardian.family_id, guardian.civility, guardian.first_name, guardian.last_name, (SELECT value FROM fact WHERE fact.member_id = guardian.id AND fact.field = 'quotient'), (SELECT value FROM fact WHERE fact.member_id = guardian.id AND fact.field = 'quotient_du'), (SELECT value FROM fact WHERE fact.member_id = guardian.id AND fact.field = 'adresse'), (SELECT value FROM fact WHERE fact.member_id = guardian.id AND fact.field = 'factures') FROM family JOIN family_guardian ON family_guardian.family_id = family.id JOIN guardian ON guardian.id = family_guardian.guardian_id WHERE family.reference >= ?1 AND family.reference <= ?2 ORDER BY family.reference, family_guardian.id";
    CHILDREN = "SELECT family_child.family_id, child.id, child.first_name, child.born_on, (SELECT value FROM fact WHERE fact.member_id = child.id AND fact.field = 'niveau') FROM family JOIN family_child ON family_child.family_id = family.id JOIN child ON child.id = family_child.child_id WHERE family.reference >= ?1 AND family.reference <= ?2 ORDER BY family.reference, child.born_on, family_child.id";
    USES = "SELECT booking.family_id, booking.child_id, booking.day, booking.activity, booking.unit, booking.state, booking.supplement, COALESCE(attendance.mark, ''), COALESCE(attendance.arrived, ''), COALESCE(attendance.departed, '') FROM family CROSS JOIN family_child CROSS JOIN booking LEFT JOIN attendance ON attendance.child_id = booking.child_id AND attendance.day = booking.day AND attendance.activity = booking.activity AND attendance.unit = booking.unit WHERE family_child.family_id = family.id AND booking.child_id = family_child.child_id AND booking.family_id = family.id AND family.reference >= ?1 AND family.reference <= ?2 AND booking.day BETWEEN ?3 AND ?4 AND booking.state IN ('booked', 'absent') ORDER BY family.reference, booking.day, booking.child_id, booking.activity, booking.unit";
    ENROLMENTS = "SELECT enrolment.child_id, enrolment.activity, enrolment.first_on, enrolment.last_on FROM family JOIN family_child ON family_child.family_id = family.id JOIN enrolment ON enrolment.child_id = family_child.child_id WHERE family.reference >= ?1 AND family.reference <= ?2 ORDER BY enrolment.first_on, enrolment.id";
    READERS = "SELECT subscription.family_id, account.civility, account.first_name, account.last_name, account.email FROM family JOIN subscription ON subscription.family_id = family.id JOIN account ON account.id = subscription.account_id WHERE family.reference >= ?1 AND family.reference <= ?2 AND subscription.ended_at IS NULL AND account.blocked_at IS NULL ORDER BY subscription.id";
    WORDS = "SELECT billing_profile.family_id, billing_profile.words FROM billing_profile JOIN family ON family.id = billing_profile.family_id WHERE family.reference >= ?1 AND family.reference <= ?2";
    WORDS_OF = "SELECT words FROM billing_profile WHERE family_id = ?1";
    SET_WORDS = "INSERT INTO billing_profile (family_id, words) VALUES (?1, ?2) ON CONFLICT (family_id) DO UPDATE SET words = excluded.words";
    RUN = "SELECT period, rules, due_on, started_at, started_by, issued_at FROM billing_run WHERE period = ?1";
    RUNS = "SELECT billing_run.period, billing_run.rules, billing_run.due_on, billing_run.started_at, billing_run.started_by, billing_run.issued_at, COUNT(invoice.id), CAST(COALESCE(SUM(invoice.total), 0) AS bigint) FROM billing_run LEFT JOIN invoice ON invoice.period = billing_run.period AND invoice.credits IS NULL GROUP BY billing_run.period, billing_run.rules, billing_run.due_on, billing_run.started_at, billing_run.started_by, billing_run.issued_at ORDER BY billing_run.period DESC";
    START = "INSERT INTO billing_run (period, rules, due_on, started_at, started_by) VALUES (?1, ?2, ?3, ?4, ?5)";
    DROP = "DELETE FROM billing_run WHERE period = ?1 AND issued_at IS NULL AND NOT EXISTS (SELECT 1 FROM invoice WHERE invoice.period = billing_run.period)";
    FINISH = "UPDATE billing_run SET issued_at = ?2 WHERE period = ?1 AND issued_at IS NULL";
}

row! {
    /// A family in the order of its number.
    pub struct Home {
        /// Which.
        pub id: Uuid,
        /// Its number.
        pub reference: String,
        /// Its name.
        pub name: String,
    }
}

row! {
    /// A responsable, with what decides prices.
    pub struct Guardian {
        /// Of which family.
        pub family_id: Uuid,
        /// `M` or `MME`.
        pub civility: Option<String>,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// The quotient as the file has it.
        pub quotient: Option<String>,
        /// Day of its paper.
        pub quotient_on: Option<String>,
        /// The address.
        pub address: Option<String>,
        /// Whether invoices go to them.
        pub invoices: Option<String>,
    }
}

row! {
    /// A child.
    pub struct Kid {
        /// Of which family.
        pub family_id: Uuid,
        /// Which.
        pub id: Uuid,
        /// First name.
        pub first_name: String,
        /// Birth.
        pub born_on: Date,
        /// The level of the file.
        pub level: Option<String>,
    }
}

row! {
    /// What a child is enrolled in; once for each family of the child.
    pub struct Enrolled {
        /// Which child.
        pub child_id: Uuid,
        /// The activity.
        pub activity: String,
        /// First day.
        pub first_on: Date,
        /// Last day, if there is one.
        pub last_on: Option<Date>,
    }
}

row! {
    /// An account that is told of a family's invoices.
    pub struct Reader {
        /// Of which family.
        pub family_id: Uuid,
        /// `M` or `MME`.
        pub civility: String,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// Address.
        pub email: String,
    }
}

row! {
    /// A booking that may cost something, with how the child was seen.
    pub struct Use {
        /// Of which family.
        pub family_id: Uuid,
        /// Which child.
        pub child_id: Uuid,
        /// The day.
        pub day: Date,
        /// The activity.
        pub activity: String,
        /// The unit.
        pub unit: String,
        /// `booked` or `absent`; `unbooked` where a child came without a booking.
        pub state: String,
        /// Name of the supplement, or nothing.
        pub supplement: String,
        /// What was marked, or nothing.
        pub mark: String,
        /// When the child came, or nothing.
        pub arrived: String,
        /// When the child left, or nothing.
        pub departed: String,
    }
}

row! {
    /// A month that was billed, or is being billed.
    pub struct Run {
        /// Its first day.
        pub period: Date,
        /// Version of the settings.
        pub rules: i64,
        /// Until when families pay.
        pub due_on: Date,
        /// When it began.
        pub started_at: Timestamp,
        /// Who began it.
        pub started_by: String,
        /// When every invoice stood.
        pub issued_at: Option<Timestamp>,
    }
}

row! {
    /// A run with its sum.
    pub struct Summary {
        /// Its first day.
        pub period: Date,
        /// Version of the settings.
        pub rules: i64,
        /// Until when families pay.
        pub due_on: Date,
        /// When it began.
        pub started_at: Timestamp,
        /// Who began it.
        pub started_by: String,
        /// When every invoice stood.
        pub issued_at: Option<Timestamp>,
        /// Invoices.
        pub invoices: i64,
        /// Their sum.
        pub total: i64,
    }
}

/// Families after a number, in order.
pub async fn batch(tx: &mut Tx, after: &str, most: i64) -> Result<Vec<Home>, StoreError> {
    tx.query(&BATCH, args![after, most]).await
}

/// One family.
pub async fn home(tx: &mut Tx, family: Uuid) -> Result<Option<Home>, StoreError> {
    tx.query_opt(&ONE, args![family]).await
}

/// The responsables of families from one number to another, both included.
pub async fn guardians(tx: &mut Tx, from: &str, to: &str) -> Result<Vec<Guardian>, StoreError> {
    tx.query(&GUARDIANS, args![from, to]).await
}

/// Their children, the eldest first.
pub async fn children(tx: &mut Tx, from: &str, to: &str) -> Result<Vec<Kid>, StoreError> {
    tx.query(&CHILDREN, args![from, to]).await
}

/// What their children are enrolled in.
pub async fn enrolments(tx: &mut Tx, from: &str, to: &str) -> Result<Vec<Enrolled>, StoreError> {
    tx.query(&ENROLMENTS, args![from, to]).await
}

/// The accounts that are told of their invoices.
pub async fn readers(tx: &mut Tx, from: &str, to: &str) -> Result<Vec<Reader>, StoreError> {
    tx.query(&READERS, args![from, to]).await
}

/// What they booked between two days, both included. The order of the joins is that of the statement: by the days first, every
/// booking of the month would be looked at for each batch.
pub async fn uses(
    tx: &mut Tx,
    (from, to): (&str, &str),
    (first, last): (Date, Date),
) -> Result<Vec<Use>, StoreError> {
    tx.query(&USES, args![from, to, first, last]).await
}

/// Words of tariffs by family.
pub async fn words(tx: &mut Tx, from: &str, to: &str) -> Result<Vec<(Uuid, String)>, StoreError> {
    tx.query(&WORDS, args![from, to]).await
}

/// The words of one family.
pub async fn words_of(tx: &mut Tx, family: Uuid) -> Result<Option<String>, StoreError> {
    let found: Option<(String,)> = tx.query_opt(&WORDS_OF, args![family]).await?;
    Ok(found.map(|(words,)| words))
}

/// Sets the words of a family.
pub async fn set_words(tx: &mut Tx, family: Uuid, words: &str) -> Result<(), StoreError> {
    tx.put(&SET_WORDS, args![family, words]).await
}

/// The run of a month.
pub async fn run(tx: &mut Tx, period: Date) -> Result<Option<Run>, StoreError> {
    tx.query_opt(&RUN, args![period]).await
}

/// All runs, the last month first.
pub async fn runs(tx: &mut Tx) -> Result<Vec<Summary>, StoreError> {
    tx.query(&RUNS, args![]).await
}

/// Begins a run.
pub async fn start(
    tx: &mut Tx,
    period: Date,
    rules: i64,
    due_on: Date,
    by: &str,
) -> Result<(), StoreError> {
    let at = tx.at();
    tx.put(&START, args![period, rules, due_on, at, by]).await
}

/// Every invoice of the month stands; where there was nothing to bill, the run has not been.
pub async fn finish(tx: &mut Tx, period: Date) -> Result<(), StoreError> {
    let at = tx.at();
    tx.execute(&DROP, args![period]).await?;
    tx.execute(&FINISH, args![period, at]).await?;
    Ok(())
}
