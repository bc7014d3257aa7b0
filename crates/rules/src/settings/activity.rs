//! Activities and units, resolved: what is given when.

use jiff::civil::Date;

use super::file::{Activity, EnrolmentMode, Unit};
use super::list::Names;
use crate::calendar::{Calendar, DaysOff, Hour, Off, Place, Weekdays};
use crate::deadline::{Season, in_season};
use crate::french;

/// One unit of an activity, with all that it takes from the activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedUnit {
    /// Identifier of the activity.
    pub activity: String,
    /// Identifier of the unit.
    pub unit: String,
    /// "Restaurant scolaire, Repas".
    pub label: String,
    /// Start.
    pub start: Option<Hour>,
    /// End.
    pub end: Option<Hour>,
    /// Part of the year.
    pub during: Option<Season>,
    /// First day of its season.
    pub first: Option<Date>,
    /// Last day of its season.
    pub last: Option<Date>,
    /// Sites; empty: all.
    pub sites: Vec<String>,
    /// Units of the activity that must be booked with it.
    pub requires: Vec<String>,
    /// Units of the activity that cannot be booked with it.
    pub excludes: Vec<String>,
    /// Every child of the commune may be booked; otherwise the town hall enrols first.
    pub free: bool,
    days: Option<Weekdays>,
}

fn names(list: Option<&Names>) -> Vec<String> {
    list.map_or_else(Vec::new, |names| names.0.clone())
}

/// Why a unit is not given on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotServed<'a> {
    /// Before or after its season.
    OutOfSeason,
    /// Only in the other part of the year.
    OtherSeason(Season),
    /// Not on this day of the week.
    Weekday,
    /// Not at this site.
    Site,
    /// The day is off.
    Off(Off<'a>),
}

impl NotServed<'_> {
    /// "le mercredi 11 novembre est férié (Armistice de 1918)".
    pub fn sentence_fr(self, day: Date) -> String {
        match self {
            Self::OutOfSeason => "ce jour est hors de la saison de l’activité".to_owned(),
            Self::OtherSeason(Season::School) => {
                format!("le {} est en vacances scolaires", french::day(day))
            }
            Self::OtherSeason(Season::Holidays) => {
                format!("le {} n’est pas en vacances scolaires", french::day(day))
            }
            Self::Weekday => format!(
                "l’activité n’a pas lieu le {}",
                french::weekday(day.weekday())
            ),
            Self::Site => "l’activité n’a pas lieu sur ce site".to_owned(),
            Self::Off(off) => off.sentence_fr(day),
        }
    }
}

impl ServedUnit {
    /// The units of an activity.
    pub(super) fn of(id: &str, activity: &Activity) -> Vec<Self> {
        let alone = Unit::default();
        let units: Vec<(&str, &Unit)> = if activity.units.is_empty() {
            vec![(id, &alone)]
        } else {
            activity
                .units
                .iter()
                .map(|(id, unit)| (id.as_str(), unit))
                .collect()
        };
        let joined = |(unit_id, unit): (&str, &Unit)| Self {
            activity: id.to_owned(),
            unit: unit_id.to_owned(),
            label: if unit.name.is_empty() {
                activity.name.clone()
            } else {
                format!("{}, {}", activity.name, unit.name)
            },
            start: unit.start.or(activity.start),
            end: unit.end.or(activity.end),
            during: activity.during,
            first: activity.from.map(|day| day.0),
            last: activity.to.map(|day| day.0),
            sites: activity
                .sites
                .as_ref()
                .map_or_else(Vec::new, |sites| sites.0.clone()),
            requires: names(unit.requires.as_ref()),
            excludes: names(unit.excludes.as_ref()),
            free: activity.enrolment == Some(EnrolmentMode::Free),
            days: unit.days.or(activity.days).map(|days| days.0),
        };
        units.into_iter().map(joined).collect()
    }

    /// The days of the week on which it is given, on a day of school or of holidays.
    pub fn days(&self, day: Date, calendar: &Calendar, place: Place<'_>) -> Weekdays {
        self.days.unwrap_or_else(|| {
            if self.during == Some(Season::Holidays) || calendar.school_holiday(day).is_some() {
                Weekdays::MONDAY_TO_FRIDAY
            } else {
                calendar.school_week(place).days
            }
        })
    }

    /// Why it is not given on a day, if it is not.
    pub fn not_served<'a>(
        &self,
        day: Date,
        calendar: &'a Calendar,
        place: Place<'_>,
    ) -> Option<NotServed<'a>> {
        if self.first.is_some_and(|first| day < first) || self.last.is_some_and(|last| last < day) {
            return Some(NotServed::OutOfSeason);
        }
        if let Some(season) = self.during
            && !in_season(season, day, calendar)
        {
            return Some(NotServed::OtherSeason(season));
        }
        if !self.days(day, calendar, place).contains(day.weekday()) {
            return Some(NotServed::Weekday);
        }
        if let Some(site) = place.site
            && !self.sites.is_empty()
            && !self.sites.iter().any(|of| of == site)
        {
            return Some(NotServed::Site);
        }
        let closed = DaysOff {
            public_holidays: true,
            closures: true,
            bridges: self.during != Some(Season::Holidays),
            ..DaysOff::NONE
        };
        calendar.off(day, closed, place).map(NotServed::Off)
    }
}
