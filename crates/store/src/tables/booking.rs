//! Bookings, the places that they take, and waiting lists.

use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use crate::{Tx, Value, args, error::StoreError, row, sql::statements};

statements! {
    OF_FAMILY = "SELECT booking.child_id, booking.day, booking.activity, booking.unit, booking.family_id, booking.state, booking.site, booking.class, booking.supplement, booking.turn, booking.since, CASE WHEN booking.state = 'waiting' THEN (SELECT COUNT(*) FROM booking AS other WHERE other.day = booking.day AND other.activity = booking.activity AND other.unit = booking.unit AND other.site = booking.site AND other.class = booking.class AND other.state = 'waiting' AND other.turn <= booking.turn) ELSE 0 END FROM booking WHERE booking.child_id IN (SELECT child_id FROM family_child WHERE family_id = ?1) AND booking.day BETWEEN ?2 AND ?3";
    ROSTER = "SELECT booking.child_id, child.first_name, child.last_name, family.id, family.name, booking.activity, booking.unit, booking.site, booking.class, booking.state FROM booking JOIN child ON child.id = booking.child_id JOIN family ON family.id = booking.family_id WHERE booking.day = ?1 AND booking.state <> 'waiting' ORDER BY child.last_name, child.first_name, booking.child_id";
    WAITING = "SELECT booking.child_id, booking.day, booking.activity, booking.unit, booking.family_id, booking.state, booking.site, booking.class, booking.supplement, booking.turn, booking.since, CAST(0 AS bigint) FROM booking WHERE booking.day = ?1 AND booking.state = 'waiting' ORDER BY booking.turn";
    ON_DAYS = "SELECT booking.child_id, booking.day, booking.activity, booking.unit, booking.family_id, booking.state, booking.site, booking.class, booking.supplement, booking.turn, booking.since, CAST(0 AS bigint) FROM booking WHERE booking.day BETWEEN ?1 AND ?2 ORDER BY booking.day, booking.child_id, booking.activity, booking.unit";
    NAMES = "SELECT DISTINCT child.id, child.first_name FROM booking JOIN child ON child.id = booking.child_id WHERE booking.day BETWEEN ?1 AND ?2";
    PUT = "INSERT INTO booking (child_id, day, activity, unit, family_id, state, site, class, supplement, turn, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (child_id, day, activity, unit) DO UPDATE SET family_id = excluded.family_id, state = excluded.state, supplement = excluded.supplement, turn = excluded.turn, since = excluded.since";
    TAKE = "DELETE FROM booking WHERE child_id = ?1 AND day = ?2 AND activity = ?3 AND unit = ?4";
    TAKEN = "SELECT day, activity, unit, site, class, places FROM taken WHERE day BETWEEN ?1 AND ?2";
    COUNT = "INSERT INTO taken (day, activity, unit, site, class, places) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (day, activity, unit, site, class) DO UPDATE SET places = taken.places + excluded.places";
}

row! {
    /// A booking.
    pub struct Booking {
        /// Which child.
        pub child_id: Uuid,
        /// The day.
        pub day: Date,
        /// The activity.
        pub activity: String,
        /// The unit.
        pub unit: String,
        /// The family that booked.
        pub family_id: Uuid,
        /// `booked`, `waiting` or `absent`.
        pub state: String,
        /// The site, or nothing.
        pub site: String,
        /// The group, or nothing.
        pub group: String,
        /// Name of the supplement of who was late, or nothing.
        pub supplement: String,
        /// Order of arrival.
        pub turn: i64,
        /// When it was booked.
        pub since: Timestamp,
        /// Place on the waiting list, from 1; 0 when the child does not wait.
        pub rank: i64,
    }
}

row! {
    /// A child on the list of a day.
    pub struct Expected {
        /// Which child.
        pub child_id: Uuid,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// The family that booked.
        pub family_id: Uuid,
        /// Its name.
        pub family: String,
        /// The activity.
        pub activity: String,
        /// The unit.
        pub unit: String,
        /// The site, or nothing.
        pub site: String,
        /// The group, or nothing.
        pub group: String,
        /// `booked` or `absent`.
        pub state: String,
    }
}

row! {
    /// Places that are taken.
    pub struct Taken {
        /// The day.
        pub day: Date,
        /// The activity.
        pub activity: String,
        /// The unit.
        pub unit: String,
        /// The site, or nothing.
        pub site: String,
        /// The group, or nothing.
        pub group: String,
        /// How many.
        pub places: i64,
    }
}

/// What is booked for a family's children from one day to another, both included; of a child of two homes, by either.
pub async fn of_family(
    tx: &mut Tx,
    family: Uuid,
    first: Date,
    last: Date,
) -> Result<Vec<Booking>, StoreError> {
    tx.query(&OF_FAMILY, args![family, first, last]).await
}

/// Who is expected on a day, by name; who was said to be absent included.
pub async fn roster(tx: &mut Tx, day: Date) -> Result<Vec<Expected>, StoreError> {
    tx.query(&ROSTER, args![day]).await
}

/// Who waits on these days, day by day in the order of arrival.
pub async fn waiting(tx: &mut Tx, days: &[Date]) -> Result<Vec<Booking>, StoreError> {
    let sets = days.iter().map(|day| vec![Value::from(*day)]).collect();
    let found: Vec<Vec<Booking>> = tx.query_many(&WAITING, sets).await?;
    Ok(found.into_iter().flatten().collect())
}

/// All that is booked or waited for from one day to another, both included.
pub async fn on_days(tx: &mut Tx, first: Date, last: Date) -> Result<Vec<Booking>, StoreError> {
    tx.query(&ON_DAYS, args![first, last]).await
}

/// First names of the children who are booked on these days.
pub async fn names(
    tx: &mut Tx,
    (first, last): (Date, Date),
) -> Result<Vec<(Uuid, String)>, StoreError> {
    tx.query(&NAMES, args![first, last]).await
}

/// Places taken from one day to another, both included.
pub async fn taken(tx: &mut Tx, first: Date, last: Date) -> Result<Vec<Taken>, StoreError> {
    tx.query(&TAKEN, args![first, last]).await
}

/// Books, or changes what is booked.
pub async fn put(tx: &mut Tx, booking: &Booking) -> Result<(), StoreError> {
    let args = args![
        booking.child_id,
        booking.day,
        &booking.activity,
        &booking.unit,
        booking.family_id,
        &booking.state,
        &booking.site,
        &booking.group,
        &booking.supplement,
        booking.turn,
        booking.since
    ];
    tx.put(&PUT, args).await
}

/// Nothing is booked any more.
pub async fn take(tx: &mut Tx, booking: &Booking) -> Result<(), StoreError> {
    let args = args![
        booking.child_id,
        booking.day,
        &booking.activity,
        &booking.unit
    ];
    tx.put(&TAKE, args).await
}

/// Counts a place more where the booking is, or one less.
pub async fn count(tx: &mut Tx, booking: &Booking, more: i64) -> Result<(), StoreError> {
    let args = args![
        booking.day,
        &booking.activity,
        &booking.unit,
        &booking.site,
        &booking.group,
        more
    ];
    tx.put(&COUNT, args).await
}
