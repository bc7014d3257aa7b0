//! Which days do not count, and why a given day does not.

use jiff::civil::Date;

use super::weekdays::Weekdays;
use crate::french;

/// The days that do not count for a rule, as a choice among what the calendar knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DaysOff {
    /// These days of the week.
    pub weekdays: Weekdays,
    /// Days of the week without class, by the school's week.
    pub without_class: bool,
    /// Public holidays.
    pub public_holidays: bool,
    /// School holidays.
    pub school_holidays: bool,
    /// Days on which the office is closed: of the week, or dated.
    pub office: bool,
    /// Closings of the commune, the site, the group.
    pub closures: bool,
    /// Bridge days.
    pub bridges: bool,
}

impl DaysOff {
    /// Every day counts.
    pub const NONE: Self = Self {
        weekdays: Weekdays::NONE,
        without_class: false,
        public_holidays: false,
        school_holidays: false,
        office: false,
        closures: false,
        bridges: false,
    };
    /// What is not a working day: week-ends, public holidays, bridges, days on which nobody takes
    /// bookings. Which days are worked is the calendar's setting; Monday to Friday is the usual one.
    pub const WORKING: Self = Self {
        public_holidays: true,
        office: true,
        bridges: true,
        ..Self::NONE
    };
    /// What is not a school day.
    pub const SCHOOL: Self = Self {
        without_class: true,
        public_holidays: true,
        school_holidays: true,
        closures: true,
        bridges: true,
        ..Self::NONE
    };

    /// Whether every day counts.
    pub fn is_none(self) -> bool {
        self == Self::NONE
    }

    /// The days that do not count for either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self {
            weekdays: self.weekdays.or(other.weekdays),
            without_class: self.without_class || other.without_class,
            public_holidays: self.public_holidays || other.public_holidays,
            school_holidays: self.school_holidays || other.school_holidays,
            office: self.office || other.office,
            closures: self.closures || other.closures,
            bridges: self.bridges || other.bridges,
        }
    }
}

/// Why a day does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Off<'a> {
    /// A day of the week that is left out.
    Weekday,
    /// No class on this day of the week.
    WithoutClass,
    /// A public holiday, by its name.
    PublicHoliday(&'a str),
    /// In school holidays, by their name.
    SchoolHoliday(&'a str),
    /// The office is closed on this day of the week.
    OfficeWeekday,
    /// The office is closed on this date, with the reason.
    Office(&'a str),
    /// Closed, with the reason.
    Closure(&'a str),
    /// A bridge day.
    Bridge,
}

impl Off<'_> {
    /// Whether it is worth a word: that a Sunday does not count is known.
    pub const fn is_remarkable(self) -> bool {
        !matches!(self, Self::Weekday | Self::WithoutClass)
    }

    /// "le mercredi 11 novembre est férié (Armistice de 1918)".
    pub fn sentence_fr(self, day: Date) -> String {
        let the_day = format!("le {}", french::day(day));
        match self {
            Self::Weekday => format!("{the_day} ne compte pas"),
            Self::WithoutClass => format!("il n’y a pas classe {the_day}"),
            Self::PublicHoliday(name) => format!("{the_day} est férié ({name})"),
            Self::SchoolHoliday(name) => format!("{the_day} est en vacances scolaires ({name})"),
            Self::OfficeWeekday => format!("la mairie est fermée {the_day}"),
            Self::Office(reason) => format!("la mairie est fermée {the_day} ({reason})"),
            Self::Closure(reason) => format!("fermeture {the_day} ({reason})"),
            Self::Bridge => format!("{the_day} est un pont"),
        }
    }
}
