//! The instant of a limit for one day.

use jiff::Timestamp;
use jiff::civil::Date;

use super::limit::{Landed, Landing, land, published};
use super::rule::{After, Consequence, Deadline, Exception, Opens, Rule, Season, When};
use crate::calendar::{Calendar, DaysOff, Hour, Place, Weekdays};

/// What is booked: one unit on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service<'a> {
    /// The day.
    pub day: Date,
    /// When it starts; hours are counted from there.
    pub start: Option<Hour>,
    /// When it ends; without it, the end of the day.
    pub end: Option<Hour>,
    /// Where, and for whom.
    pub place: Place<'a>,
    /// The days of the week on which it is given.
    pub days: Weekdays,
    /// The first day on which it was given.
    pub season_start: Option<Date>,
}

impl Service<'_> {
    /// A service of which the day alone is known.
    pub fn on(day: Date) -> Self {
        Self {
            day,
            start: None,
            end: None,
            place: Place::default(),
            days: Weekdays::ALL,
            season_start: None,
        }
    }
}

/// Until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// No booking is needed.
    Always,
    /// It cannot be done.
    Never,
    /// The commune has published nothing for this day.
    Unpublished,
    /// Until this instant, which is still in time.
    At(Timestamp),
}

/// The limit for one day, with all that is needed to say why.
#[derive(Debug, Clone, Copy)]
pub struct Cutoff<'a> {
    /// Until when.
    pub limit: Limit,
    /// The deadline that was asked.
    pub deadline: &'a Deadline,
    /// The exception that held, if one did.
    pub exception: Option<&'a Exception>,
    pub(super) service: Service<'a>,
    pub(super) calendar: &'a Calendar,
    pub(super) landed: Option<Landed>,
    /// The rule went past the end of the service, where it was cut.
    pub(super) capped: bool,
}

/// The limit of a deadline for one service.
pub fn cutoff<'a>(
    deadline: &'a Deadline,
    service: Service<'a>,
    calendar: &'a Calendar,
) -> Cutoff<'a> {
    let exception = deadline
        .exceptions
        .iter()
        .find(|exception| fits(exception, &service, calendar));
    let rule = exception.map_or(&deadline.rule, |exception| &exception.rule);
    let (limit, landed, capped) = limit(rule, &service, calendar);
    Cutoff {
        limit,
        deadline,
        exception,
        service,
        calendar,
        landed,
        capped,
    }
}

fn limit(rule: &Rule, service: &Service<'_>, calendar: &Calendar) -> (Limit, Option<Landed>, bool) {
    let end = end(service, calendar);
    match land(rule, service, calendar) {
        Landing::Always => (Limit::Always, None, false),
        Landing::Never => (Limit::Never, None, false),
        Landing::Unpublished => (Limit::Unpublished, None, false),
        Landing::Start => {
            let start = service
                .start
                .map_or(end, |start| calendar.instant(service.day, start));
            (Limit::At(start), None, false)
        }
        Landing::On(landed) => {
            let at = calendar.instant(landed.day, landed.at.unwrap_or(Hour::END));
            let may_follow = matches!(rule.when, When::DaysAfter(_));
            let capped = at > end && !may_follow;
            let at = if capped { end } else { at };
            (Limit::At(at), Some(landed), capped)
        }
    }
}

fn end(service: &Service<'_>, calendar: &Calendar) -> Timestamp {
    calendar.instant(service.day, service.end.unwrap_or(Hour::END))
}

fn fits(exception: &Exception, service: &Service<'_>, calendar: &Calendar) -> bool {
    let day = service.day;
    exception.on.contains(day.weekday())
        && exception.first.is_none_or(|first| first <= day)
        && exception.last.is_none_or(|last| day <= last)
        && exception
            .during
            .is_none_or(|season| in_season(season, day, calendar))
        && exception
            .after
            .is_none_or(|after| comes_after(after, service, calendar))
}

/// Whether a day is in that part of the year.
pub(crate) fn in_season(season: Season, day: Date, calendar: &Calendar) -> bool {
    match season {
        Season::Holidays => calendar.school_holiday(day).is_some(),
        Season::School => calendar.school_holiday(day).is_none(),
    }
}

fn comes_after(after: After, service: &Service<'_>, calendar: &Calendar) -> bool {
    let Some(before) = calendar.previous(service.day, DaysOff::SCHOOL, service.place) else {
        return false;
    };
    before
        .series(jiff::Span::new().days(1))
        .skip(1)
        .take_while(|day| *day < service.day)
        .any(|day| match after {
            After::Holidays => calendar.school_holiday(day).is_some(),
            After::PublicHoliday => calendar.public_holiday(day).is_some(),
        })
}

impl<'a> Cutoff<'a> {
    /// The rule that held.
    pub fn rule(&self) -> &Rule {
        self.exception
            .map_or(&self.deadline.rule, |exception| &exception.rule)
    }

    /// Whether the rule goes past the end of the service, where it was cut.
    pub fn is_capped(&self) -> bool {
        self.capped
    }

    /// The instant, where there is one.
    pub fn instant(&self) -> Option<Timestamp> {
        match self.limit {
            Limit::At(at) => Some(at),
            _ => None,
        }
    }

    /// From when on, for a category of families.
    pub fn opens(&self, category: Option<&str>) -> Option<Timestamp> {
        if let When::Dates(lines) = &self.rule().when
            && let Some((day, at)) = published(lines, self.service.day)?.opens
        {
            return Some(self.calendar.instant(day, at.unwrap_or(Hour::START)));
        }
        match self.deadline.opens.as_ref()? {
            Opens::All(rule) => self.opening(rule),
            Opens::ByCategory(stages) => stages
                .iter()
                .find(|(name, _)| Some(name.as_str()) == category)
                .or_else(|| stages.iter().find(|(name, _)| name == "autres"))
                .map_or_else(
                    || {
                        stages
                            .iter()
                            .filter_map(|(_, rule)| self.opening(rule))
                            .max()
                    },
                    |(_, rule)| self.opening(rule),
                ),
        }
    }

    fn opening(&self, rule: &Rule) -> Option<Timestamp> {
        match land(rule, &self.service, self.calendar) {
            Landing::On(landed) => Some(
                self.calendar
                    .instant(landed.day, landed.at.unwrap_or(Hour::START)),
            ),
            _ => None,
        }
    }

    /// What follows for who is late at `now`, and until when; nothing when it is too late for that.
    pub fn late(&self, now: Timestamp) -> Option<(Timestamp, &'a Consequence)> {
        self.deadline.late.iter().find_map(|late| {
            let until = match limit(&late.until, &self.service, self.calendar).0 {
                Limit::At(until) => until,
                Limit::Always => end(&self.service, self.calendar),
                Limit::Never | Limit::Unpublished => return None,
            };
            (now <= until).then_some((until, &late.consequence))
        })
    }
}
