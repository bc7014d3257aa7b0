//! What is kept too long, how it is erased, and what was erased. Each erasure takes a page of identifiers, so that the
//! lane stays free between two.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Tx, Value, args, error::StoreError, row, sql::Sql, sql::statements};

statements! {
    FAMILIES_DUE = "SELECT COUNT(*), MIN(closed_at), MAX(closed_at) FROM family WHERE closed_at < ?1 AND NOT EXISTS (SELECT 1 FROM invoice WHERE invoice.family_id = family.id)";
    REQUESTS_DUE = "SELECT COUNT(*), MIN(closed_at), MAX(closed_at) FROM request WHERE closed_at < ?1";
    ACCOUNTS_DUE = "SELECT COUNT(*), MIN(COALESCE(last_seen_at, created_at)), MAX(COALESCE(last_seen_at, created_at)) FROM account WHERE erased_at IS NULL AND COALESCE(last_seen_at, created_at) < ?1 AND warned_at < ?2 AND warned_at > COALESCE(last_seen_at, created_at)";
    MAILS_DUE = "SELECT COUNT(*), MIN(settled_at), MAX(settled_at) FROM mail WHERE settled_at < ?1";
    FAMILIES_PAGE = "SELECT id FROM family WHERE closed_at < ?1 AND NOT EXISTS (SELECT 1 FROM invoice WHERE invoice.family_id = family.id) ORDER BY closed_at, id LIMIT ?2";
    REQUESTS_PAGE = "SELECT id FROM request WHERE closed_at < ?1 ORDER BY closed_at, id LIMIT ?2";
    ACCOUNTS_PAGE = "SELECT id FROM account WHERE erased_at IS NULL AND COALESCE(last_seen_at, created_at) < ?1 AND warned_at < ?2 AND warned_at > COALESCE(last_seen_at, created_at) ORDER BY id LIMIT ?3";
    MAILS_PAGE = "SELECT id FROM mail WHERE settled_at < ?1 ORDER BY settled_at, id LIMIT ?2";
    TO_WARN = "SELECT id FROM account WHERE erased_at IS NULL AND COALESCE(last_seen_at, created_at) < ?1 AND (warned_at IS NULL OR warned_at < COALESCE(last_seen_at, created_at)) ORDER BY id LIMIT ?2";
    TO_WARN_COUNT = "SELECT COUNT(*) FROM account WHERE erased_at IS NULL AND COALESCE(last_seen_at, created_at) < ?1 AND (warned_at IS NULL OR warned_at < COALESCE(last_seen_at, created_at))";
    WARNED = "UPDATE account SET warned_at = ?2 WHERE id = ?1";
    STATISTIC = "INSERT INTO request_statistic (name, month, kind, state, requests, hours) VALUES (?1, ?2, ?3, ?4, 1, ?5) ON CONFLICT (name) DO UPDATE SET requests = request_statistic.requests + 1, hours = request_statistic.hours + excluded.hours";
    REQUEST_CHANGES = "DELETE FROM fact_change WHERE request_id = ?1";
    REQUEST_CONTESTS = "DELETE FROM subscription_contest WHERE request_id = ?1";
    REQUEST_FILES = "SELECT file.id, file.path FROM request_file JOIN request_message ON request_message.id = request_file.message_id JOIN file ON file.id = request_file.file_id WHERE request_message.request_id = ?1";
    REQUEST_FILE = "DELETE FROM request_file WHERE file_id = ?1";
    REQUEST_MESSAGES = "DELETE FROM request_message WHERE request_id = ?1";
    REQUEST_DOCUMENTS = "DELETE FROM document WHERE request_id = ?1";
    RECEIPT_LINES = "DELETE FROM receipt_line WHERE receipt_id IN (SELECT id FROM receipt WHERE family_id = ?1)";
    RECEIPTS = "DELETE FROM receipt WHERE family_id = ?1";
    FAMILY_BOOKINGS = "DELETE FROM booking WHERE family_id = ?1";
    FAMILY_ATTENDANCES = "DELETE FROM attendance WHERE family_id = ?1";
    CHILD_ATTENDANCES = "DELETE FROM attendance WHERE child_id = ?1";
    CHILD_LINES = "DELETE FROM receipt_line WHERE child_id = ?1";
    CHILD_BOOKINGS = "DELETE FROM booking WHERE child_id = ?1";
    ENROLMENTS = "DELETE FROM enrolment WHERE child_id = ?1";
    FAMILY_DOCUMENTS = "DELETE FROM document WHERE family_id = ?1";
    OWNER_DOCUMENTS = "DELETE FROM document WHERE owner_id = ?1";
    REQUEST = "DELETE FROM request WHERE id = ?1";
    MAIL_MESSAGES = "UPDATE request_message SET mail_id = NULL WHERE mail_id = ?1";
    MAIL = "DELETE FROM mail WHERE id = ?1 AND settled_at IS NOT NULL";
    ALONE = "SELECT guardian_id FROM family_guardian WHERE family_id = ?1 AND NOT EXISTS (SELECT 1 FROM family_guardian AS other WHERE other.guardian_id = family_guardian.guardian_id AND other.family_id <> ?1) UNION ALL SELECT child_id FROM family_child WHERE family_id = ?1 AND NOT EXISTS (SELECT 1 FROM family_child AS other WHERE other.child_id = family_child.child_id AND other.family_id <> ?1)";
    PERSONS = "SELECT id FROM trusted_person WHERE child_id = ?1";
    PHOTO_FILE = "SELECT file.id, file.path FROM photo JOIN file ON file.id = photo.file_id WHERE photo.member_id = ?1";
    FILE = "DELETE FROM file WHERE id = ?1";
    PHOTO = "DELETE FROM photo WHERE member_id = ?1";
    FACTS = "DELETE FROM fact WHERE member_id = ?1";
    CHANGES = "DELETE FROM fact_change WHERE member_id = ?1";
    EVENTS = "DELETE FROM fact_event WHERE member_id = ?1";
    TRUSTED = "DELETE FROM trusted_person WHERE child_id = ?1";
    LINKS_GUARDIAN = "DELETE FROM family_guardian WHERE family_id = ?1";
    LINKS_CHILD = "DELETE FROM family_child WHERE family_id = ?1";
    GUARDIAN = "DELETE FROM guardian WHERE id = ?1";
    CHILD = "DELETE FROM child WHERE id = ?1";
    CONTESTS = "DELETE FROM subscription_contest WHERE subscription_id IN (SELECT id FROM subscription WHERE family_id = ?1)";
    SUBSCRIPTIONS = "DELETE FROM subscription WHERE family_id = ?1";
    FORGET_GUARDIAN = "UPDATE subscription SET guardian_id = NULL WHERE guardian_id = ?1";
    CODE_USES = "DELETE FROM subscriber_code_use WHERE code_id IN (SELECT id FROM subscriber_code WHERE family_id = ?1)";
    CODES = "DELETE FROM subscriber_code WHERE family_id = ?1";
    BILLING_PROFILE = "DELETE FROM billing_profile WHERE family_id = ?1";
    INVOICES = "DELETE FROM invoice_reference WHERE family_id = ?1";
    FAMILY = "DELETE FROM family WHERE id = ?1";
    DISPOSAL = "INSERT INTO disposal (id, at, by_name, series, oldest, newest, volume) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO UPDATE SET volume = disposal.volume + excluded.volume";
    DISPOSALS = "SELECT at, by_name, series, oldest, newest, volume FROM disposal ORDER BY id DESC LIMIT ?1";
}

row! {
    /// What of a series is kept too long.
    pub struct Due {
        /// How many.
        pub volume: i64,
        /// The oldest end.
        pub oldest: Option<Timestamp>,
        /// The newest.
        pub newest: Option<Timestamp>,
    }
}

row! {
    /// Something that was erased.
    pub struct Disposal {
        /// When.
        pub at: Timestamp,
        /// Name of who did it, at that time.
        pub by_name: String,
        /// The series.
        pub series: String,
        /// The oldest end of what was erased.
        pub oldest: Option<Timestamp>,
        /// The newest.
        pub newest: Option<Timestamp>,
        /// How many.
        pub volume: i64,
    }
}

/// A series as the tables know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Closed files of families.
    Families,
    /// Requests that are over.
    Requests,
    /// Accounts that were warned and not used since.
    Accounts,
    /// Mails that were settled.
    Mails,
}

impl Kind {
    const fn due(self) -> &'static Sql {
        match self {
            Self::Families => &FAMILIES_DUE,
            Self::Requests => &REQUESTS_DUE,
            Self::Accounts => &ACCOUNTS_DUE,
            Self::Mails => &MAILS_DUE,
        }
    }

    const fn page(self) -> &'static Sql {
        match self {
            Self::Families => &FAMILIES_PAGE,
            Self::Requests => &REQUESTS_PAGE,
            Self::Accounts => &ACCOUNTS_PAGE,
            Self::Mails => &MAILS_PAGE,
        }
    }

    /// What the statements of a series are asked with: the limit, and of accounts the last instant of a warning.
    fn limits(self, before: Timestamp, warned_before: Timestamp) -> Vec<Value> {
        match self {
            Self::Accounts => args![before, warned_before].to_vec(),
            _ => args![before].to_vec(),
        }
    }
}

/// What ended before an instant.
pub async fn due(
    tx: &mut Tx,
    kind: Kind,
    before: Timestamp,
    warned_before: Timestamp,
) -> Result<Due, StoreError> {
    tx.query_one(kind.due(), &kind.limits(before, warned_before))
        .await
}

/// The next of them, the oldest first.
pub async fn page(
    tx: &mut Tx,
    kind: Kind,
    (before, warned_before): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<Uuid>, StoreError> {
    let mut args = kind.limits(before, warned_before);
    args.push(limit.into());
    let found: Vec<(Uuid,)> = tx.query(kind.page(), &args).await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// Accounts not used since an instant that were not warned of it.
pub async fn to_warn(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<Vec<Uuid>, StoreError> {
    let found: Vec<(Uuid,)> = tx.query(&TO_WARN, args![before, limit]).await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// How many they are.
pub async fn count_to_warn(tx: &mut Tx, before: Timestamp) -> Result<i64, StoreError> {
    let (count,): (i64,) = tx.query_one(&TO_WARN_COUNT, args![before]).await?;
    Ok(count)
}

/// An account was warned.
pub async fn warned(tx: &mut Tx, account: Uuid) -> Result<(), StoreError> {
    let at = tx.at();
    tx.put(&WARNED, args![account, at]).await
}

/// Erases a request with its messages and their files; its number in the month's figures stays. Gives the keys of the
/// files whose bytes are to go.
pub async fn erase_request(
    tx: &mut Tx,
    id: Uuid,
    month: &str,
    (kind, state): (&str, &str),
    hours: i64,
) -> Result<Vec<String>, StoreError> {
    let name = format!("{month} {kind} {state}");
    tx.put(&STATISTIC, args![name, month, kind, state, hours])
        .await?;
    let mut keys = Vec::new();
    let files: Vec<(Uuid, String)> = tx.query(&REQUEST_FILES, args![id]).await?;
    for (file, key) in files {
        tx.put(&REQUEST_FILE, args![file]).await?;
        tx.put(&FILE, args![file]).await?;
        keys.push(key);
    }
    for sql in [
        &REQUEST_CHANGES,
        &REQUEST_CONTESTS,
        &REQUEST_DOCUMENTS,
        &REQUEST_MESSAGES,
        &REQUEST,
    ] {
        tx.put(sql, args![id]).await?;
    }
    Ok(keys)
}

/// Erases a mail that was settled.
pub async fn erase_mail(tx: &mut Tx, id: Uuid) -> Result<(), StoreError> {
    tx.put(&MAIL_MESSAGES, args![id]).await?;
    tx.put(&MAIL, args![id]).await
}

/// Erases a family with its members who are in no other one; gives the keys of the files whose bytes are to go.
pub async fn erase_family(tx: &mut Tx, id: Uuid) -> Result<Vec<String>, StoreError> {
    let alone: Vec<(Uuid,)> = tx.query(&ALONE, args![id]).await?;
    let mut keys = Vec::new();
    for sql in [&LINKS_GUARDIAN, &LINKS_CHILD, &CONTESTS, &SUBSCRIPTIONS] {
        tx.put(sql, args![id]).await?;
    }
    for sql in [
        &CODE_USES,
        &CODES,
        &BILLING_PROFILE,
        &INVOICES,
        &FAMILY_DOCUMENTS,
        &RECEIPT_LINES,
        &RECEIPTS,
        &FAMILY_BOOKINGS,
        &FAMILY_ATTENDANCES,
    ] {
        tx.put(sql, args![id]).await?;
    }
    for (member,) in alone {
        let persons: Vec<(Uuid,)> = tx.query(&PERSONS, args![member]).await?;
        let pictured = persons.into_iter().map(|(person,)| person).chain([member]);
        for one in pictured {
            let files: Vec<(Uuid, String)> = tx.query(&PHOTO_FILE, args![one]).await?;
            tx.put(&PHOTO, args![one]).await?;
            for (file, key) in files {
                tx.put(&FILE, args![file]).await?;
                keys.push(key);
            }
        }
        for sql in [
            &CHILD_LINES,
            &CHILD_BOOKINGS,
            &CHILD_ATTENDANCES,
            &ENROLMENTS,
            &FACTS,
            &OWNER_DOCUMENTS,
            &CHANGES,
            &EVENTS,
            &TRUSTED,
            &FORGET_GUARDIAN,
            &GUARDIAN,
            &CHILD,
        ] {
            tx.put(sql, args![member]).await?;
        }
    }
    tx.put(&FAMILY, args![id]).await?;
    Ok(keys)
}

/// Notes what was erased; the pages of one `run` are one line.
pub async fn dispose(
    tx: &mut Tx,
    run: Uuid,
    by_name: &str,
    series: &str,
    gone: &Due,
) -> Result<(), StoreError> {
    let at = tx.at();
    let args = args![
        run,
        at,
        by_name,
        series,
        gone.oldest,
        gone.newest,
        gone.volume
    ];
    tx.put(&DISPOSAL, args).await
}

/// What was erased, the latest first.
pub async fn disposals(tx: &mut Tx, limit: i64) -> Result<Vec<Disposal>, StoreError> {
    tx.query(&DISPOSALS, args![limit]).await
}
