//! What a month costs a family: each use priced by the tariffs, with its reason, and what has no price said aloud.

mod month;

use std::collections::HashMap;

use jiff::civil::Date;

use crate::{
    attendance::{Mark, Seen},
    booking::State,
    money::Cents,
    settings::Rulebook,
    tariff::Tariffs,
};
use month::Month;

/// What decides a family's prices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Household {
    /// The quotient in cents, and the day of its paper.
    pub quotient: Option<(i64, Option<Date>)>,
    /// Words of the tariffs: "extérieur".
    pub words: Vec<String>,
    /// Its children.
    pub children: Vec<Kid>,
}

/// A child as prices see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kid {
    /// Birth.
    pub born: Date,
    /// « maternelle » or « élémentaire », when known.
    pub level: Option<&'static str>,
    /// What the child is enrolled in.
    pub enrolled: Vec<Enrolled>,
}

/// An enrolment, as prices see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// The activity.
    pub activity: String,
    /// First day.
    pub first: Date,
    /// Last day, if there is one.
    pub last: Option<Date>,
}

impl Kid {
    fn enrolled(&self, activity: &str, day: Date) -> bool {
        let holds = |one: &Enrolled| {
            one.activity == activity && one.first <= day && one.last.is_none_or(|last| day <= last)
        };
        self.enrolled.iter().any(holds)
    }
}

/// One use of an activity: a booking, as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use<'a> {
    /// Which of the household's children.
    pub child: usize,
    /// The day.
    pub day: Date,
    /// The activity.
    pub activity: &'a str,
    /// The unit.
    pub unit: &'a str,
    /// Booked, or told absent.
    pub state: State,
    /// Name of the supplement of what was booked late, or nothing.
    pub supplement: &'a str,
    /// How the child was seen, where the roll was called.
    pub seen: Option<Seen>,
}

impl Use<'_> {
    /// What counts: who came came, whatever was told before; who is excused is absent.
    fn stands(&self) -> State {
        match self.seen.map(|seen| seen.mark) {
            Some(Mark::Present) => State::Booked,
            Some(Mark::Excused) => State::Absent,
            Some(Mark::Absent) | None => self.state,
        }
    }

    /// The word of the tariffs that the roll adds.
    fn roll_word(&self) -> Option<&'static str> {
        match (self.state, self.seen?) {
            (_, seen) if seen.unbooked => Some("non réservé"),
            (State::Booked, seen) if seen.mark == Mark::Absent => Some("absence injustifiée"),
            _ => None,
        }
    }

    /// What the roll adds to the reason of a price.
    fn seen_fr(&self) -> &'static str {
        match (self.state, self.seen) {
            (_, Some(seen)) if seen.unbooked => " Venu sans réservation.",
            (State::Booked, Some(seen)) if seen.mark == Mark::Absent => {
                " Réservé, et absent au pointage\u{a0}: dû."
            }
            (State::Absent, Some(seen)) if seen.mark == Mark::Present => {
                " Absence signalée, mais présent au pointage."
            }
            _ => "",
        }
    }
}

/// A line of the bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which use.
    pub of: usize,
    /// What it costs.
    pub cents: Cents,
    /// Why, for a parent.
    pub why: String,
}

/// What could not be priced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anomaly {
    /// Which use.
    pub of: usize,
    /// Why not, for an agent.
    pub why: String,
}

/// The bill of a family.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bill {
    /// Its lines, in the order of the uses.
    pub lines: Vec<Line>,
    /// What could not be priced.
    pub anomalies: Vec<Anomaly>,
}

impl Bill {
    /// The sum of the lines.
    #[must_use]
    pub fn total(&self) -> Cents {
        Cents(self.lines.iter().map(|line| line.cents.0).sum())
    }
}

/// « maternelle » or « élémentaire » by the level of the file.
#[must_use]
pub fn level(code: &str) -> Option<&'static str> {
    match code {
        "tps" | "ps" | "ms" | "gs" => Some("maternelle"),
        "cp" | "ce1" | "ce2" | "cm1" | "cm2" | "ulis" => Some("élémentaire"),
        _ => None,
    }
}

/// Prices families by the tariffs of a commune; keeps what does not change from one family to the next.
#[derive(Debug)]
pub struct Biller<'r> {
    tariffs: &'r Tariffs,
    book: &'r Rulebook,
    /// Whether a day is one of school holidays.
    holidays: HashMap<Date, bool>,
}

impl<'r> Biller<'r> {
    /// By these tariffs and this calendar.
    #[must_use]
    pub fn new(tariffs: &'r Tariffs, book: &'r Rulebook) -> Self {
        Self {
            tariffs,
            book,
            holidays: HashMap::new(),
        }
    }

    /// Prices the uses of a family over one month. They are counted in the order in which they stand.
    pub fn bill(&mut self, home: &Household, uses: &[Use<'_>]) -> Bill {
        let mut month = Month::new(self, home, uses);
        let mut bill = Bill::default();
        for (of, one) in uses.iter().enumerate() {
            match month.one(one) {
                Ok(Some((cents, why))) => bill.lines.push(Line { of, cents, why }),
                Ok(None) => {}
                Err(why) => bill.anomalies.push(Anomaly { of, why }),
            }
        }
        bill
    }

    /// What one use would cost, alone: shown before it is booked.
    pub fn quote(&mut self, home: &Household, one: Use<'_>) -> Result<(Cents, String), String> {
        let bill = self.bill(home, &[one]);
        let line = bill.lines.into_iter().next();
        line.map(|line| (line.cents, line.why)).ok_or_else(|| {
            let first = bill.anomalies.into_iter().next();
            first.map_or_else(|| "sans frais".to_owned(), |a| a.why)
        })
    }
}
