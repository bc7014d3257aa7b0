//! When a line, a supplement or a penalty holds: `élémentaire, rang 3+`, `extérieur ou ULIS`,
//! `pas PAI, quotient <= 800`.

use super::facts::Facts;
use super::interval::Interval;
use super::measure::Measure;
use super::words::{Lexicon, Word, WordSet};

/// A condition: all its terms hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct When {
    /// These words hold.
    pub all: WordSet,
    /// None of these does.
    pub none: WordSet,
    /// Of each of these, one does.
    pub any: Vec<WordSet>,
    /// These measures are in these intervals.
    pub within: Vec<(Measure, Interval)>,
}

impl When {
    /// Reads terms parted by commas: a word, `pas` and a word, words parted by `ou`, a measure and an
    /// interval. `toujours` or nothing always holds.
    pub fn parse(lexicon: &Lexicon, text: &str) -> Result<Self, String> {
        let mut when = Self::default();
        for term in text.split(", ").map(str::trim).filter(|t| !t.is_empty()) {
            if term == "toujours" {
                continue;
            }
            let word = |text: &str| lexicon.word(text).map_err(|error| error.to_string());
            if let Ok(word) = lexicon.word(term) {
                when.all = when.all.with(word);
            } else if let Some((measure, rest)) = Measure::strip(term) {
                let interval = Interval::parse(measure, rest).ok_or_else(|| {
                    format!(
                        "«\u{a0}{term}\u{a0}»\u{a0}: écrivez un intervalle, par exemple «\u{a0}{} {}\u{a0}»",
                        measure.name(),
                        example(measure)
                    )
                })?;
                when.within.push((measure, interval));
            } else if let Some(rest) = term.strip_prefix("pas ") {
                when.none = when.none.with(word(rest)?);
            } else if term.contains(" ou ") {
                let mut any = WordSet::EMPTY;
                for text in term.split(" ou ") {
                    any = any.with(word(text)?);
                }
                when.any.push(any);
            } else {
                when.all = when.all.with(word(term)?);
            }
        }
        Ok(when)
    }

    /// Whether it asks for nothing.
    pub fn is_always(&self) -> bool {
        *self == Self::default()
    }

    /// Whether its words hold, whatever is measured.
    pub fn words_hold(&self, words: &WordSet) -> bool {
        words.has_all(&self.all)
            && !words.has_any(&self.none)
            && self.any.iter().all(|any| words.has_any(any))
    }

    /// Whether it holds; the measure that would have to be known when one is missing.
    pub fn test(&self, facts: &Facts) -> Result<bool, Measure> {
        if !self.words_hold(&facts.words) {
            return Ok(false);
        }
        let mut unknown = None;
        for (measure, interval) in &self.within {
            match facts.get(*measure) {
                Some(value) if !interval.has(value) => return Ok(false),
                Some(_) => {}
                None => unknown = Some(*measure),
            }
        }
        unknown.map_or(Ok(true), Err)
    }

    /// Whether it holds; what is not known does not.
    pub fn holds(&self, facts: &Facts) -> bool {
        self.test(facts).unwrap_or(false)
    }

    /// The words that it speaks of.
    pub fn words(&self) -> impl Iterator<Item = Word> + '_ {
        let any = self.any.iter().flat_map(WordSet::iter);
        self.all.iter().chain(self.none.iter()).chain(any)
    }

    /// "maternelle, rang à partir de 3".
    pub fn show(&self, lexicon: &Lexicon) -> String {
        let mut terms: Vec<String> = Vec::new();
        terms.extend(self.all.iter().map(|word| lexicon.text(word).to_owned()));
        for any in &self.any {
            let words: Vec<&str> = any.iter().map(|word| lexicon.text(word)).collect();
            terms.push(words.join(" ou "));
        }
        terms.extend((self.none.iter()).map(|word| format!("pas {}", lexicon.text(word))));
        for (measure, interval) in &self.within {
            terms.push(format!("{} {}", measure.name(), interval.show(*measure)));
        }
        terms.join(", ")
    }
}

fn example(measure: Measure) -> &'static str {
    use super::measure::Kind;
    match measure.kind() {
        Kind::Money => "0-622",
        Kind::Count => "3+",
        Kind::Minutes => "0-1h30",
        Kind::Hour => "18:30+",
        Kind::Day => "2026-07-06..2026-07-10",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn lexicon() -> Lexicon {
        let mut lexicon = Lexicon::default();
        let words = ["résident", "extérieur"].map(str::to_owned);
        lexicon
            .axis("residence", &words, Some("résident"), &[])
            .unwrap();
        for word in ["ULIS", "PAI", "maternelle"] {
            lexicon.option(word).unwrap();
        }
        lexicon
    }

    fn holds(when: &str, facts: &str) -> bool {
        let lexicon = lexicon();
        let facts = Facts::read(&lexicon, date(2026, 9, 7), facts).unwrap();
        When::parse(&lexicon, when).unwrap().holds(&facts)
    }

    #[test]
    fn all_terms_hold_or_the_condition_does_not() {
        assert!(holds("résident ou ULIS", "extérieur, ULIS"));
        assert!(!holds("résident ou ULIS", "extérieur"));
        assert!(holds("pas PAI, rang 3+", "rang 3"));
        assert!(!holds("pas PAI, rang 3+", "PAI, rang 3"));
        assert!(!holds("rang 3+", ""));
        assert!(holds("", "") && holds("toujours", "PAI"));
        assert!(holds("mois 9-12", "") && !holds("mois 1-8", ""));
    }

    #[test]
    fn what_is_not_known_does_not_hold_and_is_named() {
        let lexicon = lexicon();
        let facts = Facts::new(date(2026, 9, 7), WordSet::EMPTY);
        let late = When::parse(&lexicon, "départ 18:30+").unwrap();
        assert_eq!(late.test(&facts), Err(Measure::Departure));
        assert!(!late.holds(&facts));
    }

    #[test]
    fn what_cannot_be_read_says_how_to_write_it() {
        let error = When::parse(&lexicon(), "rang trois").unwrap_err();
        assert!(error.contains("rang 3+"), "{error}");
        assert!(
            When::parse(&lexicon(), "exterieur")
                .unwrap_err()
                .contains("extérieur")
        );
    }

    #[test]
    fn it_is_said_as_it_is_read() {
        let lexicon = lexicon();
        let when = When::parse(&lexicon, "maternelle, pas PAI, rang 3+").unwrap();
        assert_eq!(
            when.show(&lexicon),
            "maternelle, pas PAI, rang à partir de 3"
        );
    }
}
