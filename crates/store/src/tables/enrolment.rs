//! Children and the activities that they are enrolled in.

use jiff::civil::Date;
use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    OF_ACCOUNT = "SELECT family.id, family.reference, child.id, child.first_name, child.last_name, fact.value, (SELECT MIN(document_kind.name) FROM document_kind WHERE document_kind.blocks AND document_kind.closed_at IS NULL AND NOT EXISTS (SELECT 1 FROM document WHERE document.kind_id = document_kind.id AND document.owner_id = CASE WHEN document_kind.of_whom = 'child' THEN child.id ELSE family.id END AND document.state IN ('sent', 'accepted') AND (document.valid_until IS NULL OR document.valid_until >= ?2))), enrolment.activity, enrolment.site, enrolment.class, enrolment.choice, enrolment.first_on, enrolment.last_on FROM subscription JOIN account ON account.id = subscription.account_id JOIN family ON family.id = subscription.family_id JOIN family_child ON family_child.family_id = family.id JOIN child ON child.id = family_child.child_id LEFT JOIN fact ON fact.member_id = child.id AND fact.field = 'garde' LEFT JOIN enrolment ON enrolment.child_id = child.id WHERE subscription.account_id = ?1 AND subscription.ended_at IS NULL AND account.blocked_at IS NULL AND family.closed_at IS NULL ORDER BY subscription.since, subscription.id, child.born_on, family_child.id, enrolment.first_on, enrolment.id";
    OF_FAMILY = "SELECT family.id, family.reference, child.id, child.first_name, child.last_name, fact.value, (SELECT MIN(document_kind.name) FROM document_kind WHERE document_kind.blocks AND document_kind.closed_at IS NULL AND NOT EXISTS (SELECT 1 FROM document WHERE document.kind_id = document_kind.id AND document.owner_id = CASE WHEN document_kind.of_whom = 'child' THEN child.id ELSE family.id END AND document.state IN ('sent', 'accepted') AND (document.valid_until IS NULL OR document.valid_until >= ?2))), enrolment.activity, enrolment.site, enrolment.class, enrolment.choice, enrolment.first_on, enrolment.last_on FROM family JOIN family_child ON family_child.family_id = family.id JOIN child ON child.id = family_child.child_id LEFT JOIN fact ON fact.member_id = child.id AND fact.field = 'garde' LEFT JOIN enrolment ON enrolment.child_id = child.id WHERE family.id = ?1 ORDER BY child.born_on, family_child.id, enrolment.first_on, enrolment.id";
    LIST = "SELECT enrolment.id, enrolment.child_id, enrolment.activity, enrolment.site, enrolment.class, enrolment.choice, enrolment.first_on, enrolment.last_on FROM enrolment JOIN family_child ON family_child.child_id = enrolment.child_id WHERE family_child.family_id = ?1 ORDER BY enrolment.first_on, enrolment.id";
    GET = "SELECT id, child_id, activity, site, class, choice, first_on, last_on FROM enrolment WHERE id = ?1";
    INSERT = "INSERT INTO enrolment (id, child_id, activity, site, class, choice, first_on, last_on, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    END = "UPDATE enrolment SET last_on = ?2 WHERE id = ?1";
}

row! {
    /// A child of a family with one enrolment, or with none.
    pub struct Line {
        /// Which family.
        pub family_id: Uuid,
        /// Its number.
        pub reference: String,
        /// Which child.
        pub child_id: Uuid,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// The custody calendar of a child with two homes.
        pub custody: Option<String>,
        /// A paper without which nothing is booked, and which is not there.
        pub paper: Option<String>,
        /// The activity.
        pub activity: Option<String>,
        /// The site, or nothing.
        pub site: Option<String>,
        /// The group, or nothing.
        pub group: Option<String>,
        /// The option, or nothing.
        pub choice: Option<String>,
        /// First day.
        pub first_on: Option<Date>,
        /// Last day, if there is one.
        pub last_on: Option<Date>,
    }
}

row! {
    /// An enrolment.
    pub struct Enrolment {
        /// Which.
        pub id: Uuid,
        /// Which child.
        pub child_id: Uuid,
        /// The activity.
        pub activity: String,
        /// The site, or nothing.
        pub site: String,
        /// The group, or nothing.
        pub group: String,
        /// The option, or nothing.
        pub choice: String,
        /// First day.
        pub first_on: Date,
        /// Last day, if there is one.
        pub last_on: Option<Date>,
    }
}

/// The children of an account's families; papers are good that are good on this day.
pub async fn of_account(tx: &mut Tx, account: Uuid, today: Date) -> Result<Vec<Line>, StoreError> {
    tx.query(&OF_ACCOUNT, args![account, today]).await
}

/// The children of a family; papers are good that are good on this day.
pub async fn of_family(tx: &mut Tx, family: Uuid, today: Date) -> Result<Vec<Line>, StoreError> {
    tx.query(&OF_FAMILY, args![family, today]).await
}

/// The enrolments of a family's children, those that are over included.
pub async fn list(tx: &mut Tx, family: Uuid) -> Result<Vec<Enrolment>, StoreError> {
    tx.query(&LIST, args![family]).await
}

/// One enrolment.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Enrolment>, StoreError> {
    tx.query_opt(&GET, args![id]).await
}

/// Adds an enrolment.
pub async fn insert(tx: &mut Tx, new: &Enrolment) -> Result<(), StoreError> {
    let at = tx.at();
    let args = args![
        new.id,
        new.child_id,
        &new.activity,
        &new.site,
        &new.group,
        &new.choice,
        new.first_on,
        new.last_on,
        at
    ];
    tx.put(&INSERT, args).await
}

/// Sets the last day.
pub async fn end(tx: &mut Tx, id: Uuid, last_on: Date) -> Result<(), StoreError> {
    tx.put(&END, args![id, last_on]).await
}
