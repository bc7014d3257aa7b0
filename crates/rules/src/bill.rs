//! What a month costs a family: each use priced by the tariffs, with its reason, and what has no price said aloud.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::{
    booking::State,
    calendar::Hour,
    deadline::{Season, in_season},
    french,
    money::Cents,
    settings::Rulebook,
    tariff::{
        Facts, Grid, Measure, PriceError, Tariffs,
        absence::{Absence, Bill as Due, consequence},
        explain::{refusal, say},
        grid::Per,
        price::{marginal, price},
        settings::Counted,
        siblings::{Sibling, standings},
        words::WordSet,
    },
};

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

struct Biller<'a> {
    tariffs: &'a Tariffs,
    book: &'a Rulebook,
    home: &'a Household,
    uses: &'a [Use<'a>],
    /// Uses so far, by grid and by child (or by family).
    counts: HashMap<(&'a str, Option<usize>), i64>,
    /// Children who come, by day and activity.
    present: HashMap<(Date, &'a str), Vec<usize>>,
}

/// Prices the uses of a family over one month. They are counted in the order in which they stand.
#[must_use]
pub fn bill(tariffs: &Tariffs, book: &Rulebook, home: &Household, uses: &[Use<'_>]) -> Bill {
    let mut present: HashMap<(Date, &str), Vec<usize>> = HashMap::new();
    for one in uses.iter().filter(|one| one.state == State::Booked) {
        let here = present.entry((one.day, one.activity)).or_default();
        if !here.contains(&one.child) {
            here.push(one.child);
        }
    }
    let mut biller = Biller {
        tariffs,
        book,
        home,
        uses,
        counts: HashMap::new(),
        present,
    };
    let mut bill = Bill::default();
    for (of, one) in uses.iter().enumerate() {
        match biller.one(one) {
            Ok(Some((cents, why))) => bill.lines.push(Line { of, cents, why }),
            Ok(None) => {}
            Err(why) => bill.anomalies.push(Anomaly { of, why }),
        }
    }
    bill
}

/// What one use would cost, alone: shown before it is booked.
pub fn quote(
    tariffs: &Tariffs,
    book: &Rulebook,
    home: &Household,
    one: Use<'_>,
) -> Result<(Cents, String), String> {
    let bill = bill(tariffs, book, home, &[one]);
    let line = bill.lines.into_iter().next();
    line.map(|line| (line.cents, line.why)).ok_or_else(|| {
        let first = bill.anomalies.into_iter().next();
        first.map_or_else(|| "sans frais".to_owned(), |a| a.why)
    })
}

impl<'a> Biller<'a> {
    fn words(&self, one: &Use<'_>) -> Result<WordSet, String> {
        let lexicon = &self.tariffs.lexicon;
        let holidays = in_season(Season::Holidays, one.day, &self.book.calendar);
        let mut words: Vec<&str> = vec![french::weekday(one.day.weekday())];
        words.extend(self.home.words.iter().map(String::as_str));
        words.extend(self.home.children.get(one.child).and_then(|kid| kid.level));
        words.extend(holidays.then_some("vacances"));
        words.push(one.unit);
        if !one.supplement.is_empty() {
            words.push("hors délai");
            words.push(one.supplement);
        }
        words.retain(|word| lexicon.word(word).is_ok());
        lexicon.resolve(&words).map_err(|error| error.to_string())
    }

    fn facts(&self, one: &Use<'_>) -> Result<Facts, String> {
        let mut facts = Facts::new(one.day, self.words(one)?);
        if let Some((cents, on)) = self.home.quotient {
            facts.set(Measure::Quotient, cents);
            facts.quotient_on = on;
        }
        let here = self.present.get(&(one.day, one.activity));
        let kids = self.home.children.iter().enumerate();
        let kids: Vec<Sibling> = kids
            .map(|(at, kid)| Sibling {
                born: kid.born,
                enrolled: at == one.child || kid.enrolled(one.activity, one.day),
                present: here.is_some_and(|here| here.contains(&at)),
            })
            .collect();
        if let Some(standing) = standings(&kids).get(one.child) {
            standing.tell(&mut facts);
        }
        if let Some(unit) = self.book.served(one.activity, one.unit) {
            for (measure, hour) in [
                (Measure::Arrival, unit.start),
                (Measure::Departure, unit.end),
            ] {
                if let Some(hour) = hour {
                    facts.set(measure, i64::from(Hour::minutes(hour)));
                }
            }
        }
        Ok(facts)
    }

    /// What a use costs; nothing when an absence owes nothing.
    fn one(&mut self, one: &Use<'a>) -> Result<Option<(Cents, String)>, String> {
        let due = match one.state {
            State::Booked => Due::Full,
            State::Absent => self.absent(one)?,
            State::Waiting => return Ok(None),
        };
        if due == Due::Nothing {
            return Ok(None);
        }
        let facts = self.facts(one)?;
        let unit = self.tariffs.unit(one.unit);
        let tariffs = self.tariffs;
        let grid = tariffs.grid(one.activity, unit, &facts);
        let grid = grid.map_err(|error| error.message_fr())?;
        let (full, why) = self.priced(grid, one, &facts)?;
        let absent = |text: &str| format!("{why} {text}");
        Ok(Some(match due {
            Due::Full if one.state == State::Absent => {
                (full, absent("Absence signalée : due selon le règlement."))
            }
            Due::Full | Due::Nothing => (full, why),
            Due::Part(part) => {
                let cents = crate::tariff::exact::Exact::whole(full.0).times(part);
                let cents = cents.and_then(|exact| grid.rounding.cents(exact));
                let cents = cents.ok_or_else(|| PriceError::TooLarge.message_fr())?;
                (Cents(cents), absent("Absence signalée : due en partie."))
            }
            Due::Price(cents) => (
                cents,
                "Absence signalée : prix fixe du règlement.".to_owned(),
            ),
        }))
    }

    fn priced(
        &mut self,
        grid: &'a Grid,
        one: &Use<'_>,
        facts: &Facts,
    ) -> Result<(Cents, String), String> {
        let said = |error: PriceError| refusal(grid, &error);
        let unknown = || {
            format!(
                "Le tarif «\u{a0}{}\u{a0}» ne se compte pas au mois\u{a0}: facturez-le à part.",
                grid.name
            )
        };
        let by_use = matches!(
            grid.quantity.per,
            Per::Unit | Per::Session | Per::HalfDay | Per::Day | Per::Event
        );
        let of = (grid.quantity.counted == Counted::Child).then_some(one.child);
        let nth = self.counts.entry((grid.name.as_str(), of)).or_default();
        *nth += 1;
        let nth = *nth;
        let once_a_month = !by_use && grid.quantity.steps.is_none();
        if once_a_month {
            if grid.quantity.per != Per::Month {
                return Err(unknown());
            }
            let priced = price(grid, facts).map_err(said)?;
            let explained = say(&self.tariffs.lexicon, grid, facts, &priced);
            return Ok(if nth == 1 {
                (priced.cents, explained.sentence)
            } else {
                (Cents::ZERO, "Compris dans le forfait du mois.".to_owned())
            });
        }
        match grid.quantity.period {
            None => {
                let facts = facts.clone().with(Measure::Occurrence, nth);
                let priced = price(grid, &facts).map_err(said)?;
                let explained = say(&self.tariffs.lexicon, grid, &facts, &priced);
                Ok((priced.cents, explained.sentence))
            }
            Some(Per::Month) if grid.aids.is_empty() => {
                let cents = marginal(grid, facts, nth).map_err(said)?;
                let why = format!(
                    "Tarif «\u{a0}{}\u{a0}», {} fois du mois\u{a0}: {cents}.",
                    grid.name,
                    french::ordinal_feminine(u64::try_from(nth).unwrap_or(1))
                );
                Ok((cents, why))
            }
            Some(_) => Err(unknown()),
        }
    }

    /// What is due for a day of an absence that was told, by the commune's rules.
    fn absent(&self, one: &Use<'_>) -> Result<Due, String> {
        let same = |other: &&Use<'_>| {
            other.child == one.child
                && other.activity == one.activity
                && other.unit == one.unit
                && other.state == State::Absent
        };
        let days: Vec<Date> = self.uses.iter().filter(same).map(|u| u.day).collect();
        let facts = self.facts(one)?;
        let absence = Absence {
            activity: one.activity,
            unit: self.tariffs.unit(one.unit),
            facts: &facts,
            days: &days,
            began: (days.first().copied().unwrap_or(one.day))
                .to_datetime(jiff::civil::Time::midnight()),
            handed: None,
            told: None,
            in_time: false,
        };
        let found = consequence(&self.tariffs.absences, &absence);
        let mut days = found.days.iter();
        Ok(days
            .find(|(day, _)| *day == one.day)
            .map_or(Due::Full, |(_, due)| *due))
    }
}
