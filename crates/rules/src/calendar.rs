//! The calendar of a commune: which days are worked, which have school, which are closed, and why.
//!
//! A [`Calendar`] is made once from a commune's settings and asked often; it holds no more than it
//! needs to answer. Public holidays are computed, school holidays and closings are data.

pub mod closure;
pub mod instant;
pub mod off;
pub mod public_holiday;
pub mod school;
pub mod territory;
pub mod weekdays;

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

pub use closure::{Closed, Closure, Place};
pub use instant::Hour;
pub use off::{DaysOff, Off};
pub use public_holiday::PublicHoliday;
pub use school::{SchoolHoliday, SchoolHolidays, SchoolWeek, SchoolZone};
pub use territory::Territory;
pub use weekdays::{Weekdays, parse_weekday};

/// How far a day that counts is looked for, before giving up: two years.
const HORIZON: usize = 731;

/// A named range of days of the commune's own: a term, a cycle of bookings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// "Période 1".
    pub name: String,
    /// First day.
    pub first: Date,
    /// Last day.
    pub last: Date,
}

/// The calendar of a commune.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// Its clocks.
    pub zone: TimeZone,
    /// Where it lies.
    pub territory: Territory,
    /// Public holidays beyond the computed ones, with their names.
    pub more_public_holidays: Vec<(Date, String)>,
    /// School holidays of its zone, in order.
    pub school_holidays: Vec<SchoolHoliday>,
    /// The week of its schools.
    pub school_week: SchoolWeek,
    /// The weeks of those sites that differ.
    pub site_weeks: BTreeMap<String, SchoolWeek>,
    /// The days of the week that are worked.
    pub working_days: Weekdays,
    /// The days of the week on which the office that takes bookings is closed.
    pub office_closed: Weekdays,
    /// Closings.
    pub closures: Vec<Closure>,
    /// Bridge days.
    pub bridges: Vec<Date>,
    /// The commune's own periods.
    pub periods: Vec<Period>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self::of(Territory::Metropole)
    }
}

impl Calendar {
    /// A calendar that knows public holidays and a week of four school days, and nothing else yet.
    pub fn of(territory: Territory) -> Self {
        Self {
            zone: territory.zone(),
            territory,
            more_public_holidays: Vec::new(),
            school_holidays: Vec::new(),
            school_week: SchoolWeek::FOUR,
            site_weeks: BTreeMap::new(),
            working_days: Weekdays::MONDAY_TO_FRIDAY,
            office_closed: Weekdays::NONE,
            closures: Vec::new(),
            bridges: Vec::new(),
            periods: Vec::new(),
        }
    }

    /// What [`DaysOff::WORKING`] is here: with the days of the week that are not worked.
    pub fn not_working(&self) -> DaysOff {
        DaysOff {
            weekdays: self.working_days.complement(),
            ..DaysOff::WORKING
        }
    }

    /// The public holiday of a day, by its name.
    pub fn public_holiday(&self, day: Date) -> Option<&str> {
        PublicHoliday::on(day, self.territory)
            .map(PublicHoliday::label_fr)
            .or_else(|| {
                self.more_public_holidays
                    .iter()
                    .find(|(date, _)| *date == day)
                    .map(|(_, name)| name.as_str())
            })
    }

    /// The school holidays that a day is in.
    pub fn school_holiday(&self, day: Date) -> Option<&SchoolHoliday> {
        let after = self
            .school_holidays
            .partition_point(|holiday| holiday.first <= day);
        self.school_holidays[..after]
            .iter()
            .rev()
            .take(2)
            .find(|holiday| holiday.contains(day))
    }

    /// The last school holidays that ended before a day.
    pub fn previous_school_holiday(&self, day: Date) -> Option<&SchoolHoliday> {
        self.school_holidays
            .iter()
            .rev()
            .find(|holiday| holiday.last < day)
    }

    /// Whether the dates of school holidays are known around a day.
    pub fn knows_school_holidays(&self, day: Date) -> bool {
        match (self.school_holidays.first(), self.school_holidays.last()) {
            (Some(first), Some(last)) => {
                first.first.saturating_sub(62.days()) <= day && day <= last.last
            }
            _ => false,
        }
    }

    /// The closing of a place on a day.
    pub fn closure(&self, day: Date, place: Place<'_>) -> Option<&Closure> {
        self.closures
            .iter()
            .find(|closure| closure.closes(day, place))
    }

    /// The commune's own period that a day is in.
    pub fn period(&self, day: Date) -> Option<&Period> {
        self.periods
            .iter()
            .find(|period| period.first <= day && day <= period.last)
    }

    /// The week of a site's school.
    pub fn school_week(&self, place: Place<'_>) -> SchoolWeek {
        place
            .site
            .and_then(|site| self.site_weeks.get(site))
            .copied()
            .unwrap_or(self.school_week)
    }

    /// Why a day does not count, if it does not.
    pub fn off(&self, day: Date, days_off: DaysOff, place: Place<'_>) -> Option<Off<'_>> {
        let weekday = day.weekday();
        if days_off.school_holidays
            && let Some(holiday) = self.school_holiday(day)
        {
            return Some(Off::SchoolHoliday(&holiday.name));
        }
        if days_off.weekdays.contains(weekday) {
            return Some(Off::Weekday);
        }
        if days_off.without_class && !self.school_week(place).days.contains(weekday) {
            return Some(Off::WithoutClass);
        }
        if days_off.public_holidays
            && let Some(name) = self.public_holiday(day)
        {
            return Some(Off::PublicHoliday(name));
        }
        if days_off.bridges && self.bridges.contains(&day) {
            return Some(Off::Bridge);
        }
        if days_off.closures
            && let Some(closure) = self.closure(day, place)
        {
            return Some(Off::Closure(&closure.reason));
        }
        if days_off.office {
            return self.office_off(day, weekday);
        }
        None
    }

    fn office_off(&self, day: Date, weekday: Weekday) -> Option<Off<'_>> {
        if self.office_closed.contains(weekday) {
            return Some(Off::OfficeWeekday);
        }
        self.closures
            .iter()
            .find(|closure| closure.closes_office(day))
            .map(|closure| Off::Office(&closure.reason))
    }

    /// Why a day is not worked, if it is not.
    pub fn not_worked(&self, day: Date) -> Option<Off<'_>> {
        self.off(day, self.not_working(), Place::default())
    }

    /// Why there is no school on a day, if there is none.
    pub fn no_school(&self, day: Date, place: Place<'_>) -> Option<Off<'_>> {
        self.off(day, DaysOff::SCHOOL, place)
    }

    /// The last day that counts before `day`.
    pub fn previous(&self, day: Date, days_off: DaysOff, place: Place<'_>) -> Option<Date> {
        day.series(-1.day())
            .skip(1)
            .take(HORIZON)
            .find(|other| self.off(*other, days_off, place).is_none())
    }

    /// The first day that counts after `day`.
    pub fn next(&self, day: Date, days_off: DaysOff, place: Place<'_>) -> Option<Date> {
        day.series(1.day())
            .skip(1)
            .take(HORIZON)
            .find(|other| self.off(*other, days_off, place).is_none())
    }

    /// The instant at which its clocks show an hour of a day. See [`instant::at`] for the nights on
    /// which clocks change.
    pub fn instant(&self, day: Date, hour: Hour) -> Timestamp {
        instant::at(day, hour, &self.zone)
    }
}

#[cfg(test)]
mod tests;
