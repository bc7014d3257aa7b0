//! Pointage: who was seen, day by day.

use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use super::billing::Use;
use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    OF_DAY = "SELECT attendance.child_id, attendance.day, attendance.activity, attendance.unit, attendance.family_id, attendance.site, attendance.class, attendance.mark, attendance.arrived, attendance.departed, attendance.at, attendance.by_name, child.first_name, child.last_name, family.name FROM attendance JOIN child ON child.id = attendance.child_id JOIN family ON family.id = attendance.family_id WHERE attendance.day = ?1 ORDER BY child.last_name, child.first_name, attendance.child_id";
    OF_FAMILY = "SELECT attendance.child_id, attendance.day, attendance.activity, attendance.unit, attendance.family_id, attendance.site, attendance.class, attendance.mark, attendance.arrived, attendance.departed, attendance.at, attendance.by_name, child.first_name, child.last_name, family.name FROM attendance JOIN child ON child.id = attendance.child_id JOIN family ON family.id = attendance.family_id WHERE attendance.family_id = ?1 ORDER BY attendance.day, attendance.child_id, attendance.activity, attendance.unit";
    PUT = "INSERT INTO attendance (child_id, day, activity, unit, family_id, site, class, mark, arrived, departed, at, by_name) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (child_id, day, activity, unit) DO UPDATE SET mark = excluded.mark, arrived = excluded.arrived, departed = excluded.departed, at = excluded.at, by_name = excluded.by_name";
    TAKE = "DELETE FROM attendance WHERE child_id = ?1 AND day = ?2 AND activity = ?3 AND unit = ?4";
    UNBOOKED = "SELECT attendance.family_id, attendance.child_id, attendance.day, attendance.activity, attendance.unit, 'unbooked', '', attendance.mark, attendance.arrived, attendance.departed FROM family CROSS JOIN family_child CROSS JOIN attendance WHERE family_child.family_id = family.id AND attendance.child_id = family_child.child_id AND attendance.family_id = family.id AND family.reference >= ?1 AND family.reference <= ?2 AND attendance.day BETWEEN ?3 AND ?4 AND attendance.mark = 'present' AND NOT EXISTS (SELECT 1 FROM booking WHERE booking.child_id = attendance.child_id AND booking.day = attendance.day AND booking.activity = attendance.activity AND booking.unit = attendance.unit AND booking.state <> 'waiting')";
    ENROLLED = "SELECT DISTINCT child.id, child.first_name, child.last_name, family.id, family.name, enrolment.class FROM enrolment JOIN child ON child.id = enrolment.child_id JOIN family_child ON family_child.child_id = child.id JOIN family ON family.id = family_child.family_id WHERE enrolment.activity = ?1 AND enrolment.site = ?2 AND enrolment.first_on <= ?3 AND (enrolment.last_on IS NULL OR enrolment.last_on >= ?3) ORDER BY child.last_name, child.first_name, child.id, family.name";
}

row! {
    /// What was marked beside a child's name.
    pub struct Marked {
        /// Which child.
        pub child_id: Uuid,
        /// The day.
        pub day: Date,
        /// The activity.
        pub activity: String,
        /// The unit.
        pub unit: String,
        /// The family that it is billed to.
        pub family_id: Uuid,
        /// The site, or nothing.
        pub site: String,
        /// The group, or nothing.
        pub group: String,
        /// `present`, `absent` or `excused`.
        pub mark: String,
        /// `16:30`, or nothing.
        pub arrived: String,
        /// `18:05`, or nothing.
        pub departed: String,
        /// When it was marked.
        pub at: Timestamp,
        /// By whom.
        pub by_name: String,
        /// First name of the child.
        pub first_name: String,
        /// Last name of the child.
        pub last_name: String,
        /// Name of the family.
        pub family: String,
    }
}

row! {
    /// A child who may be on a list without a booking; once for each family.
    pub struct Enrolled {
        /// Which.
        pub child_id: Uuid,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// The family.
        pub family_id: Uuid,
        /// Its name.
        pub family: String,
        /// The group, or nothing.
        pub group: String,
    }
}

/// All that was marked on a day, by name.
pub async fn of_day(tx: &mut Tx, day: Date) -> Result<Vec<Marked>, StoreError> {
    tx.query(&OF_DAY, args![day]).await
}

/// All that was marked of a family's children.
pub async fn of_family(tx: &mut Tx, family: Uuid) -> Result<Vec<Marked>, StoreError> {
    tx.query(&OF_FAMILY, args![family]).await
}

/// Marks a child, or changes the mark.
pub async fn put(tx: &mut Tx, one: &Marked) -> Result<(), StoreError> {
    let args = args![
        one.child_id,
        one.day,
        &one.activity,
        &one.unit,
        one.family_id,
        &one.site,
        &one.group,
        &one.mark,
        &one.arrived,
        &one.departed,
        one.at,
        &one.by_name
    ];
    tx.put(&PUT, args).await
}

/// Takes a mark away.
pub async fn take(tx: &mut Tx, one: &Marked) -> Result<(), StoreError> {
    let args = args![one.child_id, one.day, &one.activity, &one.unit];
    tx.put(&TAKE, args).await
}

/// Who came without a booking, of families from one number to another, on these days, all included.
pub async fn unbooked(
    tx: &mut Tx,
    (from, to): (&str, &str),
    (first, last): (Date, Date),
) -> Result<Vec<Use>, StoreError> {
    tx.query(&UNBOOKED, args![from, to, first, last]).await
}

/// Who is enrolled in an activity at a site on a day, by name.
pub async fn enrolled(
    tx: &mut Tx,
    activity: &str,
    site: &str,
    day: Date,
) -> Result<Vec<Enrolled>, StoreError> {
    tx.query(&ENROLLED, args![activity, site, day]).await
}
