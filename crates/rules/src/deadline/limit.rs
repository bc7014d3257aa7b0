//! From a rule and a day to a date and an hour.

use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan};

use super::cutoff::Service;
use super::rule::{Anchor, Count, PublishedDates, Rule, Shift, TableEntry, When};
use crate::calendar::{Calendar, DaysOff, Hour};

/// How many days back hours are counted, before giving up.
const HORIZON: usize = 731;

/// Where a rule lands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Landing {
    /// No limit but the service itself.
    Start,
    Always,
    Never,
    /// Nothing is published for this day.
    Unpublished,
    On(Landed),
}

/// The date and the hour of a limit, and how it came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Landed {
    /// What it was counted from.
    pub(super) anchor: Date,
    /// Before it was shifted.
    pub(super) counted: Date,
    pub(super) day: Date,
    pub(super) at: Option<Hour>,
}

/// Days that do not count while counting.
pub(super) fn skipped(rule: &Rule, calendar: &Calendar) -> DaysOff {
    let usual = match rule.when {
        When::Days {
            count: Count::Working,
            ..
        } => calendar.not_working(),
        When::Days {
            count: Count::School,
            ..
        } => DaysOff::SCHOOL,
        _ => DaysOff::NONE,
    };
    match rule.days_off {
        Some(days_off) if rule.shift() == Shift::Stays || !usual.is_none() => days_off,
        _ => usual,
    }
}

/// Days on which a limit does not stay.
pub(super) fn avoided(rule: &Rule, calendar: &Calendar) -> DaysOff {
    match rule.shift() {
        Shift::Stays => DaysOff::NONE,
        Shift::Earlier | Shift::Later => rule.days_off.unwrap_or_else(|| calendar.not_working()),
    }
}

pub(super) fn land(rule: &Rule, service: &Service<'_>, calendar: &Calendar) -> Landing {
    match &rule.when {
        When::Always => return Landing::Always,
        When::Never => return Landing::Never,
        When::UntilStart => return Landing::Start,
        _ => {}
    }
    let counted = anchor(rule.before, service, calendar)
        .and_then(|anchor| count(rule, anchor, service, calendar));
    match counted {
        Some(counted) => Landing::On(shift(rule, counted, service, calendar)),
        None => Landing::Unpublished,
    }
}

fn anchor(before: Anchor, service: &Service<'_>, calendar: &Calendar) -> Option<Date> {
    let day = service.day;
    match before {
        Anchor::Day => Some(day),
        Anchor::Week => Some(monday(day)),
        Anchor::Month => first_of_service(day.first_of_month(), service, calendar),
        Anchor::Holidays => calendar.school_holiday(day).map(|holiday| holiday.first),
        Anchor::PreviousHolidays => calendar
            .previous_school_holiday(day)
            .map(|holiday| holiday.first),
        Anchor::Period => calendar.period(day).map(|period| period.first),
        Anchor::SchoolPeriod => calendar
            .previous_school_holiday(day)
            .and_then(|holiday| calendar.next(holiday.last, DaysOff::SCHOOL, service.place)),
        Anchor::Season => service.season_start,
        Anchor::SchoolYear => {
            let year = if day.month() >= 9 {
                day.year()
            } else {
                day.year() - 1
            };
            Date::new(year, 9, 1).ok()
        }
    }
}

fn first_of_service(from: Date, service: &Service<'_>, calendar: &Calendar) -> Option<Date> {
    let from = service
        .season_start
        .map_or(from, |start| start.max(from))
        .min(service.day);
    let closed = DaysOff {
        weekdays: service.days.complement(),
        public_holidays: true,
        closures: true,
        ..DaysOff::NONE
    };
    from.series(1.day())
        .take_while(|day| *day <= service.day)
        .find(|day| calendar.off(*day, closed, service.place).is_none())
        .or(Some(service.day))
}

fn count(rule: &Rule, anchor: Date, service: &Service<'_>, calendar: &Calendar) -> Option<Landed> {
    let landed = |counted: Date, at: Option<Hour>| Landed {
        anchor,
        counted,
        day: counted,
        at: at.or(rule.at),
    };
    let day = match &rule.when {
        When::Always | When::Never | When::UntilStart => return None,
        When::Days { n, .. } => {
            let skipped = skipped(rule, calendar);
            let mut day = anchor;
            for _ in 0..*n {
                day = if skipped.is_none() {
                    day.yesterday().ok()?
                } else {
                    calendar.previous(day, skipped, service.place)?
                };
            }
            day
        }
        When::DaysAfter(n) => anchor.checked_add(i32::from(*n).days()).ok()?,
        When::ClearDays(n) => anchor.checked_sub((i32::from(*n) + 1).days()).ok()?,
        When::Minutes(n) => {
            let (day, at) = minutes_before(*n, anchor, rule, service, calendar)?;
            return Some(landed(day, Some(at)));
        }
        When::Months(n) => anchor.checked_sub(i32::from(*n).months()).ok()?,
        When::Weekday { day, weeks_before } => {
            let back = 7 * i32::from(*weeks_before) - i32::from(day.to_monday_zero_offset());
            first_monday(anchor, rule.before)
                .checked_sub(back.days())
                .ok()?
        }
        When::Previous(day) => anchor.nth_weekday(-1, *day).ok()?,
        When::Table(table) => {
            let at = usize::from(anchor.weekday().to_monday_zero_offset().unsigned_abs());
            let entry = table.get(at).copied().flatten()?;
            return Some(landed(table_day(entry, anchor)?, entry.at));
        }
        When::MonthDay { day, months_before } => {
            let month = month_before(anchor, *months_before)?;
            let last = month.days_in_month().unsigned_abs();
            month
                .with()
                .day(i8::try_from((*day).min(last)).ok()?)
                .build()
                .ok()?
        }
        When::MonthWeekday {
            nth,
            day,
            months_before,
        } => month_before(anchor, *months_before)?
            .nth_weekday_of_month(*nth, *day)
            .ok()?,
        When::YearDay { month, day } => [anchor.year(), anchor.year() - 1]
            .into_iter()
            .filter_map(|year| Date::new(year, *month, *day).ok())
            .find(|day| *day < anchor)?,
        When::On(day) => *day,
        When::Dates(lines) => {
            let (day, at) = published(lines, service.day)?.until;
            return Some(landed(day, at));
        }
    };
    Some(landed(day, None))
}

/// The line of a published list that a day of service is in.
pub(super) fn published(lines: &[PublishedDates], day: Date) -> Option<&PublishedDates> {
    lines
        .iter()
        .find(|line| line.first <= day && day <= line.last)
}

fn shift(rule: &Rule, landed: Landed, service: &Service<'_>, calendar: &Calendar) -> Landed {
    let avoided = avoided(rule, calendar);
    if avoided.is_none() || calendar.off(landed.day, avoided, service.place).is_none() {
        return landed;
    }
    let day = match rule.shift() {
        Shift::Stays => None,
        Shift::Earlier => calendar.previous(landed.day, avoided, service.place),
        Shift::Later => calendar
            .next(landed.day, avoided, service.place)
            .map(|day| day.min(service.day.max(landed.day))),
    };
    Landed {
        day: day.unwrap_or(landed.day),
        ..landed
    }
}

fn monday(day: Date) -> Date {
    day.saturating_sub(i32::from(day.weekday().to_monday_zero_offset()).days())
}

/// Holidays that begin on a week-end: "the week before" is the last one with school.
fn first_monday(anchor: Date, before: Anchor) -> Date {
    let from_holidays = matches!(before, Anchor::Holidays | Anchor::PreviousHolidays);
    let week_end = anchor.weekday().to_monday_zero_offset() >= 5;
    if from_holidays && week_end {
        monday(anchor.saturating_add(2.days()))
    } else {
        monday(anchor)
    }
}

fn month_before(anchor: Date, months: u8) -> Option<Date> {
    anchor
        .first_of_month()
        .checked_sub(i32::from(months).months())
        .ok()
}

fn table_day(entry: TableEntry, anchor: Date) -> Option<Date> {
    match entry.weeks_before {
        Some(weeks) => {
            let back = 7 * i32::from(weeks) - i32::from(entry.day.to_monday_zero_offset());
            monday(anchor).checked_sub(back.days()).ok()
        }
        None if entry.day == anchor.weekday() => Some(anchor),
        None => anchor.nth_weekday(-1, entry.day).ok(),
    }
}

/// Hours on the wall; they stand still on days that do not count.
fn minutes_before(
    n: u32,
    anchor: Date,
    rule: &Rule,
    service: &Service<'_>,
    calendar: &Calendar,
) -> Option<(Date, Hour)> {
    let start = service.start.unwrap_or(Hour::START);
    let skipped = skipped(rule, calendar);
    if skipped.is_none() {
        let back = i64::from(n) - i64::from(start.minutes());
        let wall = anchor
            .at(0, 0, 0, 0)
            .checked_sub(SignedDuration::from_mins(back))
            .ok()?;
        let at = Hour::new(
            u16::from(wall.hour().unsigned_abs()),
            u16::from(wall.minute().unsigned_abs()),
        )?;
        return Some((wall.date(), at));
    }
    let mut left = n;
    let mut until = u32::from(start.minutes());
    for day in anchor.series(-1.day()).take(HORIZON) {
        if calendar.off(day, skipped, service.place).is_none() {
            if left <= until {
                let minutes = u16::try_from(until - left).ok()?;
                return Some((day, Hour::new(minutes / 60, minutes % 60)?));
            }
            left -= until;
        }
        until = u32::from(Hour::END.minutes());
    }
    None
}
