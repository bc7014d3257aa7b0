//! What is known about one thing that is priced.

use jiff::civil::Date;

use super::measure::{Measure, day_number, number};
use super::words::{Lexicon, Word, WordSet};

const UNKNOWN: i64 = i64::MIN;

/// What counts as one when nothing is said: an only child, the first time.
const ONE_BY_DEFAULT: [Measure; 7] = [
    Measure::Rank,
    Measure::RankPresent,
    Measure::Children,
    Measure::ChildrenPresent,
    Measure::Quantity,
    Measure::Occurrence,
    Measure::OrderIndex,
];

/// The facts of one price: a day, the words that hold, and what was measured. Plain data, a few
/// hundred bytes, made once a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The day that is priced.
    pub date: Date,
    /// The words that hold, resolved by [`Lexicon::resolve`].
    pub words: WordSet,
    /// Since when the quotient is known, to be said with it.
    pub quotient_on: Option<Date>,
    /// The word of an exception that was granted to the family or the child, to be said with the
    /// price.
    pub granted: Option<Word>,
    values: [i64; Measure::COUNT],
}

impl Facts {
    /// An only child, once, on that day, of whom these words hold.
    pub fn new(date: Date, words: WordSet) -> Self {
        let mut facts = Self {
            date,
            words,
            quotient_on: None,
            granted: None,
            values: [UNKNOWN; Measure::COUNT],
        };
        for measure in ONE_BY_DEFAULT {
            facts.set(measure, 1);
        }
        facts.set(Measure::Month, i64::from(date.month()));
        facts.set(Measure::Day, day_number(date));
        facts
    }

    /// What was measured; money in cents, lengths in minutes, hours in minutes since midnight. A
    /// length that is not known follows from arrival and departure.
    pub fn get(&self, measure: Measure) -> Option<i64> {
        let value = self.raw(measure);
        if value != UNKNOWN {
            return Some(value);
        }
        if measure == Measure::Duration {
            let (from, to) = (self.raw(Measure::Arrival), self.raw(Measure::Departure));
            return (from != UNKNOWN && to != UNKNOWN).then(|| (to - from).max(0));
        }
        None
    }

    /// Says what was measured.
    pub fn set(&mut self, measure: Measure, value: i64) {
        if let Some(slot) = self.values.get_mut(measure as usize) {
            *slot = value;
        }
    }

    /// The same, with one measure more.
    #[must_use]
    pub fn with(mut self, measure: Measure, value: i64) -> Self {
        self.set(measure, value);
        self
    }

    /// An exception granted to the family or the child: this word holds, whatever their case.
    #[must_use]
    pub fn grant(mut self, lexicon: &Lexicon, word: Word) -> Self {
        self.words = lexicon.replaced(self.words, word);
        self.granted = Some(word);
        self
    }

    /// Reads facts as a test or the command line writes them, with the words and the numbers of
    /// conditions: `extérieur, quotient 900, rang 3, départ 18:31`; `exception résident` is an
    /// exception granted to this family.
    pub fn read(lexicon: &Lexicon, date: Date, text: &str) -> Result<Self, String> {
        Self::read_with(lexicon, date, text, &[])
    }

    /// The same, with words that are known already: the unit.
    pub fn read_with(
        lexicon: &Lexicon,
        date: Date,
        text: &str,
        known: &[&str],
    ) -> Result<Self, String> {
        let mut said: Vec<&str> = known.to_vec();
        let (mut values, mut granted) = (Vec::new(), None);
        for term in text.split(", ").map(str::trim).filter(|t| !t.is_empty()) {
            if lexicon.word(term).is_ok() {
                said.push(term);
            } else if let Some(word) = term.strip_prefix("exception ") {
                granted = Some(lexicon.word(word).map_err(|error| error.to_string())?);
            } else if let Some((measure, rest)) = Measure::strip(term) {
                let value = number(measure.kind(), rest)
                    .filter(|value| *value >= 0)
                    .ok_or_else(|| {
                        format!(
                            "«\u{a0}{term}\u{a0}»\u{a0}: {} ne se lit pas ainsi",
                            measure.name()
                        )
                    })?;
                values.push((measure, value));
            } else {
                said.push(term);
            }
        }
        let words = lexicon.resolve(&said).map_err(|error| error.to_string())?;
        let mut facts = Self::new(date, words);
        for (measure, value) in values {
            facts.set(measure, value);
        }
        Ok(match granted {
            Some(word) => facts.grant(lexicon, word),
            None => facts,
        })
    }

    fn raw(&self, measure: Measure) -> i64 {
        (self.values.get(measure as usize))
            .copied()
            .unwrap_or(UNKNOWN)
    }
}
