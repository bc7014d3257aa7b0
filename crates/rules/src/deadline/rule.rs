//! The shapes that a deadline has.

use jiff::civil::{Date, Weekday};

use crate::calendar::{DaysOff, Hour, Weekdays};

/// Which days "n days before" counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// All of them.
    Calendar,
    /// Working days: see [`crate::calendar::Calendar::not_working`].
    Working,
    /// Days with school.
    School,
}

/// When the limit is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// No booking is needed.
    Always,
    /// It cannot be done.
    Never,
    /// Until the service starts.
    UntilStart,
    /// So many days before; 0 is the same day, 1 the eve.
    Days {
        /// How many.
        n: u16,
        /// Which days count.
        count: Count,
    },
    /// So many days after: a declaration that may follow the service.
    DaysAfter(u16),
    /// Clear days (jours francs): neither the day of the act nor the day itself counts.
    ClearDays(u16),
    /// So many minutes of the clock before the service starts.
    Minutes(u32),
    /// So many months before, on the same day of the month or the last that there is.
    Months(u8),
    /// A day of a week before; 0 is the week of the service itself, weeks begin on Monday.
    Weekday {
        /// Which day.
        day: Weekday,
        /// How many weeks before.
        weeks_before: u8,
    },
    /// The last such day of the week that is before the service.
    Previous(Weekday),
    /// For each day of the week of the service its own limit, from Monday on.
    Table([Option<TableEntry>; 7]),
    /// A day of a month before; a month that is shorter ends earlier, so 31 is the last day.
    MonthDay {
        /// Day of the month, 1 to 31.
        day: u8,
        /// How many months before; 0 is the month of the service itself.
        months_before: u8,
    },
    /// The nth such day of the week of a month before; -1 is the last.
    MonthWeekday {
        /// Which one, 1 to 4, or -1.
        nth: i8,
        /// Which day.
        day: Weekday,
        /// How many months before.
        months_before: u8,
    },
    /// Every year on this day, the last one that is before.
    YearDay {
        /// 1 to 12.
        month: i8,
        /// 1 to 31.
        day: i8,
    },
    /// On this date.
    On(Date),
    /// A published list: for these days of service, until that date.
    Dates(Vec<PublishedDates>),
}

/// The limit for one day of the week of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableEntry {
    /// The day of the limit: the last one before the service, or the same day when it is the same
    /// day of the week.
    pub day: Weekday,
    /// Weeks before the week of the service, where "the last one before" is not meant.
    pub weeks_before: Option<u8>,
    /// The hour.
    pub at: Option<Hour>,
}

/// One line of a published list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublishedDates {
    /// First day of service that the line is for.
    pub first: Date,
    /// Last day of service.
    pub last: Date,
    /// From when on, at the start of that day or at the hour.
    pub opens: Option<(Date, Option<Hour>)>,
    /// Until when, at the end of that day or at the hour.
    pub until: (Date, Option<Hour>),
}

/// The day from which a limit is counted back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Anchor {
    /// The day of the service.
    #[default]
    Day,
    /// The Monday of its week.
    Week,
    /// The first day of service of its month.
    Month,
    /// The first day of the school holidays that it is in.
    Holidays,
    /// The first day of the last school holidays before it.
    PreviousHolidays,
    /// The first day of the commune's own period that it is in.
    Period,
    /// The first school day after the last school holidays before it.
    SchoolPeriod,
    /// The first of September of its school year.
    SchoolYear,
    /// The first day of the season of its activity: of a stay, of a cycle.
    Season,
}

/// What a limit does that falls on a day which does not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shift {
    /// It stays.
    #[default]
    Stays,
    /// It moves to the last day before that counts.
    Earlier,
    /// It moves to the first day after that counts, at most to the day of the service.
    Later,
}

/// An instant as data: counted from the day of a service, or fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// When.
    pub when: When,
    /// The hour; without one, the end of the day for a limit, its start for an opening.
    pub at: Option<Hour>,
    /// What it is counted from.
    pub before: Anchor,
    /// Days that do not count, where they are not those that go without saying.
    pub days_off: Option<DaysOff>,
    /// What a limit does that falls on such a day; nothing: it was not said, and it stays.
    pub shift: Option<Shift>,
}

impl Rule {
    /// What a limit does that falls on a day which does not count.
    pub fn shift(&self) -> Shift {
        self.shift.unwrap_or_default()
    }

    /// A rule that counts from the day of the service and shifts nothing.
    pub fn new(when: When, at: Option<Hour>) -> Self {
        Self {
            when,
            at,
            before: Anchor::Day,
            days_off: None,
            shift: None,
        }
    }
}

/// Which part of the year a day is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Season {
    /// Not in school holidays.
    School,
    /// In school holidays.
    Holidays,
}

/// What an exceptional day comes after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// School holidays lie between the school day before and this day.
    Holidays,
    /// A public holiday does.
    PublicHoliday,
}

/// Other rules for some days of service. All that is said must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Days of the week of the service.
    pub on: Weekdays,
    /// What it comes after.
    pub after: Option<After>,
    /// Which part of the year.
    pub during: Option<Season>,
    /// From this day of service on.
    pub first: Option<Date>,
    /// Until this day of service.
    pub last: Option<Date>,
    /// The rule that holds instead.
    pub rule: Rule,
}

/// From when on something may be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opens {
    /// The same for all.
    All(Rule),
    /// In stages, by category of families ("resident"). A category that is not named waits for
    /// "autres", or for the last stage.
    ByCategory(Vec<(String, Rule)>),
}

/// What follows for who comes late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consequence {
    /// It is done, and costs the supplement of this name.
    Supplement(String),
    /// It is a request that an agent decides.
    Request,
}

/// Being late may be possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    /// What follows.
    pub consequence: Consequence,
    /// Until when.
    pub until: Rule,
}

/// What a commune decided for one action on one kind of service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// Until when.
    pub rule: Rule,
    /// Days with another rule; the first that fits holds.
    pub exceptions: Vec<Exception>,
    /// From when on.
    pub opens: Option<Opens>,
    /// What follows for who is late, in steps: the first that is not over holds. None: it is refused.
    pub late: Vec<Late>,
    /// Being in time makes a request that an agent decides.
    pub request: bool,
    /// It counts only when it is paid by then.
    pub paid: bool,
    /// What the commune adds in its own words.
    pub note: Option<String>,
}

impl Deadline {
    /// A rule alone.
    pub fn new(rule: Rule) -> Self {
        Self {
            rule,
            exceptions: Vec::new(),
            opens: None,
            late: Vec::new(),
            request: false,
            paid: false,
            note: None,
        }
    }
}
