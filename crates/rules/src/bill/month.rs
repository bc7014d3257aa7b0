//! A family's month, use after use.

use std::collections::HashMap;

use jiff::civil::{Date, Weekday};

use super::{Biller, Household, Use};
use crate::{
    attendance::Mark,
    booking::State,
    calendar::Hour,
    deadline::{Season, in_season},
    french,
    money::Cents,
    settings::Rulebook,
    tariff::{
        Facts, Grid, Measure, PriceError, Priced, Tariffs,
        absence::{Absence, Bill as Due, consequence},
        explain::{refusal, say},
        grid::Per,
        price::{marginal, price},
        settings::Counted,
        siblings::{Sibling, standings},
        words::WordSet,
    },
};

/// What the words of a use depend on: the child, the unit, the supplement, the roll, the weekday, holidays or not.
type Case<'a> = (usize, &'a str, &'a str, Option<&'static str>, Weekday, bool);

/// One family's month, while it is priced.
pub(super) struct Month<'a> {
    tariffs: &'a Tariffs,
    book: &'a Rulebook,
    holidays: &'a mut HashMap<Date, bool>,
    home: &'a Household,
    uses: &'a [Use<'a>],
    /// Uses so far, by grid and by child (or by family).
    counts: HashMap<(&'a str, Option<usize>), i64>,
    /// Children who come, by day and activity.
    present: HashMap<(Date, &'a str), Vec<usize>>,
    /// Words that were found already.
    words: Vec<(Case<'a>, WordSet)>,
    /// Prices that were said already: of a grid, with the facts that its sentence is made of.
    said: Vec<(*const Grid, Facts, Priced, String)>,
}

impl<'a> Month<'a> {
    pub(super) fn new(
        biller: &'a mut Biller<'_>,
        home: &'a Household,
        uses: &'a [Use<'a>],
    ) -> Self {
        let mut present: HashMap<(Date, &str), Vec<usize>> = HashMap::new();
        for one in uses.iter().filter(|one| one.stands() == State::Booked) {
            let here = present.entry((one.day, one.activity)).or_default();
            if !here.contains(&one.child) {
                here.push(one.child);
            }
        }
        Self {
            tariffs: biller.tariffs,
            book: biller.book,
            holidays: &mut biller.holidays,
            home,
            uses,
            counts: HashMap::new(),
            present,
            words: Vec::new(),
            said: Vec::new(),
        }
    }

    fn words(&mut self, one: &Use<'a>) -> Result<WordSet, String> {
        let calendar = &self.book.calendar;
        let holidays = *(self.holidays.entry(one.day))
            .or_insert_with(|| in_season(Season::Holidays, one.day, calendar));
        let weekday = one.day.weekday();
        let roll = one.roll_word();
        let key = (one.child, one.unit, one.supplement, roll, weekday, holidays);
        if let Some((_, known)) = self.words.iter().find(|(known, _)| *known == key) {
            return Ok(*known);
        }
        let lexicon = &self.tariffs.lexicon;
        let mut words: Vec<&str> = vec![french::weekday(weekday)];
        words.extend(self.home.words.iter().map(String::as_str));
        words.extend(self.home.children.get(one.child).and_then(|kid| kid.level));
        words.extend(holidays.then_some("vacances"));
        words.push(one.unit);
        words.extend(roll);
        if !one.supplement.is_empty() {
            words.push("hors délai");
            words.push(one.supplement);
        }
        words.retain(|word| lexicon.find(word).is_some());
        let found = lexicon.resolve(&words).map_err(|error| error.to_string())?;
        self.words.push((key, found));
        Ok(found)
    }

    /// A price in words; what was said of one day is said of another that differs in nothing else.
    fn said(&mut self, grid: &'a Grid, facts: &Facts, priced: Priced) -> String {
        let mut alike = facts.clone();
        if !grid.says_which() {
            alike.date = Date::ZERO;
            alike.words = WordSet::EMPTY;
            alike.set(Measure::Day, 0);
            alike.set(Measure::Occurrence, 0);
        }
        let known = self.said.iter().find(|(of, facts, one, _)| {
            std::ptr::eq(*of, grid) && *one == priced && *facts == alike
        });
        if let Some((.., sentence)) = known {
            return sentence.clone();
        }
        let sentence = say(&self.tariffs.lexicon, grid, facts, &priced).sentence;
        self.said.push((grid, alike, priced, sentence.clone()));
        sentence
    }

    fn facts(&mut self, one: &Use<'a>) -> Result<Facts, String> {
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
                (
                    Measure::Arrival,
                    one.seen
                        .and_then(|seen| seen.hours.arrived())
                        .or(unit.start),
                ),
                (
                    Measure::Departure,
                    one.seen.and_then(|seen| seen.hours.departed()).or(unit.end),
                ),
            ] {
                if let Some(hour) = hour {
                    facts.set(measure, i64::from(Hour::minutes(hour)));
                }
            }
        }
        Ok(facts)
    }

    /// What a use costs; nothing when an absence owes nothing.
    pub(super) fn one(&mut self, one: &Use<'a>) -> Result<Option<(Cents, String)>, String> {
        let due = match one.stands() {
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
        let (full, why) = self.priced(grid, one, facts)?;
        let seen = one.seen_fr();
        let told = match one.seen {
            Some(seen) if seen.mark == Mark::Excused => "Absence excusée",
            _ => "Absence signalée",
        };
        Ok(Some(match due {
            Due::Full if one.stands() == State::Absent => {
                (full, format!("{why} {told}\u{a0}: due selon le règlement."))
            }
            Due::Full | Due::Nothing => (full, format!("{why}{seen}")),
            Due::Part(part) => {
                let cents = crate::tariff::exact::Exact::whole(full.0).times(part);
                let cents = cents.and_then(|exact| grid.rounding.cents(exact));
                let cents = cents.ok_or_else(|| PriceError::TooLarge.message_fr())?;
                (Cents(cents), format!("{why} {told}\u{a0}: due en partie."))
            }
            Due::Price(cents) => (cents, format!("{told}\u{a0}: prix fixe du règlement.")),
        }))
    }

    fn priced(
        &mut self,
        grid: &'a Grid,
        one: &Use<'_>,
        mut facts: Facts,
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
            let priced = price(grid, &facts).map_err(said)?;
            return Ok(if nth == 1 {
                (priced.cents, self.said(grid, &facts, priced))
            } else {
                (Cents::ZERO, "Compris dans le forfait du mois.".to_owned())
            });
        }
        match grid.quantity.period {
            None => {
                facts.set(Measure::Occurrence, nth);
                let priced = price(grid, &facts).map_err(said)?;
                Ok((priced.cents, self.said(grid, &facts, priced)))
            }
            Some(Per::Month) if grid.aids.is_empty() => {
                let cents = marginal(grid, &facts, nth).map_err(said)?;
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
    fn absent(&mut self, one: &Use<'a>) -> Result<Due, String> {
        let same = |other: &&Use<'_>| {
            other.child == one.child
                && other.activity == one.activity
                && other.unit == one.unit
                && other.stands() == State::Absent
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
