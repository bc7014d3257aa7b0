//! What follows when a booked child does not come.
//!
//! Rules are read from the top; the first whose condition, proof and notice hold decides for each
//! booked day. Where none holds, what was booked is due.

use super::absence_setting::{Credit, Who};
use super::exact::Exact;
use super::facts::Facts;
use super::when::When;
use super::words::Word;
use crate::money::Cents;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::{SignedDuration, ToSpan};

/// A rule, ready to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsenceRule {
    /// Its name.
    pub name: String,
    /// Activities; none: all.
    pub activities: Vec<String>,
    /// Units; none: all.
    pub units: Vec<Word>,
    /// Reason, proof and whatever else it depends on.
    pub when: When,
    /// Within what the proof came.
    pub proof_within: Option<Within>,
    /// By when it was told.
    pub told: Option<Told>,
    /// Booked days that it lasts at least.
    pub at_least: u32,
    /// What is due.
    pub bill: Bill,
    /// What passes before it helps.
    pub waiting: Waiting,
    /// How it comes back.
    pub credit: Option<Credit>,
    /// Who acts.
    pub who: Option<Who>,
    /// What else families should know.
    pub note: Option<String>,
}

/// A time that a proof may take, from the beginning of the absence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// By the clock.
    Hours(i64),
    /// Until the end of the n-th day after the first.
    Days(i64),
    /// The same, Saturdays, Sundays not counted.
    WorkingDays(i64),
}

/// By when a family tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Within the deadline for cancelling.
    InTime,
    /// So many days before the first absent day, by that minute of the day.
    Before {
        /// Days before; 0 is the same day.
        days: i64,
        /// Minutes since midnight.
        minute: i64,
    },
    /// In the week before, or earlier.
    WeekBefore,
}

/// What is due for a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bill {
    /// Nothing.
    Nothing,
    /// The price of the day.
    Full,
    /// This part of it.
    Part(Exact),
    /// This instead, in cents.
    Price(Cents),
}

/// What passes before a rule helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// Nothing.
    No,
    /// So many booked days.
    Booked(u32),
    /// So many calendar days.
    Days(i64),
    /// Until this weekday comes.
    Until(Weekday),
}

/// One absence of one child from one activity.
#[derive(Debug, Clone)]
pub struct Absence<'a> {
    /// The activity.
    pub activity: &'a str,
    /// The unit.
    pub unit: Option<Word>,
    /// Reason and proof among the words; "récidive" counts the times.
    pub facts: &'a Facts,
    /// The booked days, in order.
    pub days: &'a [Date],
    /// When it began, by the commune's clock; it may lie before the first booked day.
    pub began: DateTime,
    /// When the proof came.
    pub handed: Option<DateTime>,
    /// When the family told.
    pub told: Option<DateTime>,
    /// Whether that was within the deadline for cancelling.
    pub in_time: bool,
}

/// What follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consequence {
    /// The rule that decided; none: what was booked is due.
    pub rule: Option<usize>,
    /// For each booked day.
    pub days: Vec<(Date, Bill)>,
    /// A rule that would have helped, had the proof come or the word been given in time.
    pub missed: Option<(usize, Missed)>,
}

/// Why a rule that was made for the case does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missed {
    /// The proof came too late, or did not.
    Proof,
    /// It was told too late, or not.
    Told,
    /// Too short.
    Short,
}

impl Consequence {
    /// How many days are due, in full or in part.
    pub fn due(&self) -> usize {
        (self.days.iter())
            .filter(|(_, bill)| *bill != Bill::Nothing)
            .count()
    }
}

/// What follows from an absence, by the first rule that holds.
pub fn consequence(rules: &[AbsenceRule], absence: &Absence<'_>) -> Consequence {
    let mut missed = None;
    for (index, rule) in rules.iter().enumerate() {
        if !rule.covers(absence) {
            continue;
        }
        match rule.missed(absence) {
            Some(why) => missed = missed.or(Some((index, why))),
            None => {
                return Consequence {
                    rule: Some(index),
                    days: rule.days(absence),
                    missed,
                };
            }
        }
    }
    Consequence {
        rule: None,
        days: absence.days.iter().map(|day| (*day, Bill::Full)).collect(),
        missed,
    }
}

impl AbsenceRule {
    fn covers(&self, absence: &Absence<'_>) -> bool {
        let activities = &self.activities;
        let activity = activities.is_empty() || activities.iter().any(|a| a == absence.activity);
        let unit = self.units.is_empty() || absence.unit.is_some_and(|u| self.units.contains(&u));
        activity && unit && self.when.holds(absence.facts)
    }

    fn missed(&self, absence: &Absence<'_>) -> Option<Missed> {
        let proof = self.proof_within.is_none_or(|within| {
            (absence.handed).is_some_and(|handed| within.holds(absence.began, handed))
        });
        let told = self.told.is_none_or(|told| told.holds(absence));
        let long = usize::try_from(self.at_least).is_ok_and(|least| absence.days.len() >= least);
        if !proof {
            Some(Missed::Proof)
        } else if !told {
            Some(Missed::Told)
        } else if !long {
            Some(Missed::Short)
        } else {
            None
        }
    }

    fn days(&self, absence: &Absence<'_>) -> Vec<(Date, Bill)> {
        let bill = |(index, day): (usize, &Date)| {
            let waits = self.waiting.holds(index, *day, absence.began.date());
            (*day, if waits { Bill::Full } else { self.bill })
        };
        absence.days.iter().enumerate().map(bill).collect()
    }
}

impl Within {
    /// Reads `48 h`, `3 jours`, `3 jours ouvrés`.
    pub fn parse(text: &str) -> Option<Self> {
        let (count, unit) = text.trim().split_once(' ')?;
        let count: i64 = count.parse().ok().filter(|n| (0..=1_000).contains(n))?;
        match unit.trim() {
            "h" | "heures" => Some(Self::Hours(count)),
            "jour" | "jours" => Some(Self::Days(count)),
            "jour ouvré" | "jours ouvrés" => Some(Self::WorkingDays(count)),
            _ => None,
        }
    }

    fn holds(self, began: DateTime, handed: DateTime) -> bool {
        let days = |count: i64| began.date().checked_add(count.days());
        match self {
            Self::Hours(hours) => (began.checked_add(SignedDuration::from_hours(hours)))
                .is_ok_and(|last| handed <= last),
            Self::Days(count) => days(count).is_ok_and(|last| handed.date() <= last),
            Self::WorkingDays(count) => {
                let mut last = began.date();
                let mut left = count;
                while left > 0 {
                    let Ok(next) = last.tomorrow() else {
                        return true;
                    };
                    last = next;
                    if !matches!(last.weekday(), Weekday::Saturday | Weekday::Sunday) {
                        left -= 1;
                    }
                }
                handed.date() <= last
            }
        }
    }
}

impl Told {
    /// Reads `dans les délais`, `09:00`, `1 jour 17:00`, `2 jours`, `semaine précédente`.
    pub fn parse(text: &str) -> Option<Self> {
        use super::measure::hour;
        match text.trim() {
            "dans les délais" => return Some(Self::InTime),
            "semaine précédente" => return Some(Self::WeekBefore),
            _ => {}
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let (days, at) = match words.as_slice() {
            [at] => ("0", *at),
            [days, "jour" | "jours"] => (*days, "24:00"),
            [days, "jour" | "jours", at] => (*days, *at),
            _ => return None,
        };
        Some(Self::Before {
            days: days.parse().ok().filter(|n| (0..=366).contains(n))?,
            minute: hour(at)?,
        })
    }

    fn holds(self, absence: &Absence<'_>) -> bool {
        if self == Self::InTime {
            return absence.in_time;
        }
        let Some(told) = absence.told else {
            return false;
        };
        let first = absence
            .days
            .first()
            .copied()
            .unwrap_or(absence.began.date());
        match self {
            Self::InTime => absence.in_time,
            Self::WeekBefore => {
                let monday = i64::from(first.weekday().to_monday_zero_offset());
                (first.checked_sub(monday.days())).is_ok_and(|monday| told.date() < monday)
            }
            Self::Before { days, minute } => (first.checked_sub(days.days()))
                .and_then(|day| {
                    (day.to_datetime(jiff::civil::Time::midnight()))
                        .checked_add(SignedDuration::from_mins(minute))
                })
                .is_ok_and(|last| told <= last),
        }
    }
}

impl Waiting {
    /// Reads `2 jours réservés`, `3 jours`, `1 semaine`, `jusqu’au lundi`.
    pub fn parse(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["jusqu’au" | "jusqu'au", day] => weekday(day).map(Self::Until),
            [count, "jour" | "jours", "réservé" | "réservés"] => {
                count.parse().ok().map(Self::Booked)
            }
            [count, unit] => {
                let count: i64 = count.parse().ok().filter(|n| (0..=366).contains(n))?;
                match *unit {
                    "jour" | "jours" => Some(Self::Days(count)),
                    "semaine" | "semaines" => Some(Self::Days(count * 7)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn holds(self, index: usize, day: Date, began: Date) -> bool {
        match self {
            Self::No => false,
            Self::Booked(count) => usize::try_from(count).is_ok_and(|count| index < count),
            Self::Days(count) => (began.checked_add(count.days())).is_ok_and(|first| day < first),
            Self::Until(weekday) => {
                let ahead = i64::from(began.weekday().until(weekday));
                let ahead = if ahead == 0 { 7 } else { ahead };
                (began.checked_add(ahead.days())).is_ok_and(|first| day < first)
            }
        }
    }
}

pub(crate) fn weekday(text: &str) -> Option<Weekday> {
    const DAYS: [(&str, Weekday); 7] = [
        ("lundi", Weekday::Monday),
        ("mardi", Weekday::Tuesday),
        ("mercredi", Weekday::Wednesday),
        ("jeudi", Weekday::Thursday),
        ("vendredi", Weekday::Friday),
        ("samedi", Weekday::Saturday),
        ("dimanche", Weekday::Sunday),
    ];
    let found = DAYS.iter().find(|(name, _)| *name == text);
    found.map(|(_, day)| *day)
}
