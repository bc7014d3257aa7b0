//! From the settings file to grids that price: every text is read once, and what cannot be read is
//! said in French with its key.

use std::fmt;

use jiff::civil::Date;

use super::absence::AbsenceRule;
use super::build_absence::absence;
use super::build_adjust;
use super::build_grid::grid;
use super::build_link::{alone, by_name, linked, twice};
use super::error::PriceError;
use super::exact::Exact;
use super::facts::Facts;
use super::formula::Cell;
use super::grid::Grid;
use super::measure::{self, Measure};
use super::price::{Priced, price};
use super::quotient::QuotientRule;
use super::settings::TariffSettings;
use super::when::When;
use super::words::{Lexicon, Word};
use super::written::{Many, Written};

/// What cannot be read, and where: `tariffs[2].brackets[1]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingError {
    /// The key, entries counted from 1.
    pub key: String,
    /// What is wrong and how to write it, in French.
    pub message: String,
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\u{a0}: {}", self.key, self.message)
    }
}

impl std::error::Error for SettingError {}

/// The tariffs of a commune, ready to price with.
#[derive(Debug, Clone, Default)]
pub struct Tariffs {
    /// The words that tell cases apart.
    pub lexicon: Lexicon,
    /// The grids: by name in the order of the file, each name's latest version first.
    pub grids: Vec<Grid>,
    /// What follows from absences, in the order of the file.
    pub absences: Vec<AbsenceRule>,
    /// How the commune computes the quotient, where it does.
    pub quotient: Option<QuotientRule>,
    /// Penalties on nothing, for activities that have no tariff.
    alone: Vec<Grid>,
}

impl Tariffs {
    /// Reads the settings, or gives all complaints about them.
    pub fn build(settings: &TariffSettings) -> Result<Self, Vec<SettingError>> {
        Self::build_with(settings, &[])
    }

    /// The same, with words that other keys of the file declare: units and options of activities,
    /// sites, groups. Conditions may speak of them.
    pub fn build_with(
        settings: &TariffSettings,
        words: &[&str],
    ) -> Result<Self, Vec<SettingError>> {
        let mut reader = Reader::new(settings, words);
        let penalties: Vec<_> = (settings.penalties.iter().enumerate())
            .filter_map(|(at, penalty)| {
                let key = format!("penalties[{}]", at + 1);
                let adjust = build_adjust::adjust(&mut reader, &key, penalty, true)?;
                Some((penalty.activity.0.clone(), adjust))
            })
            .collect();
        let aids: Vec<_> = (settings.aids.iter().enumerate())
            .filter_map(|(at, aid)| {
                build_adjust::aid(&mut reader, &format!("aids[{}]", at + 1), aid)
            })
            .collect();
        let mut grids = Vec::new();
        for (at, tariff) in settings.tariffs.iter().enumerate() {
            let key = format!("tariffs[{}]", at + 1);
            grids.extend(grid(&mut reader, &key, tariff, settings));
        }
        twice(&mut reader, &grids);
        let absences = (settings.absences.iter().enumerate())
            .filter_map(|(at, rule)| absence(&mut reader, &format!("absences[{}]", at + 1), rule))
            .collect();
        let formula = settings
            .billing
            .as_ref()
            .and_then(|billing| billing.quotient.as_ref());
        let quotient = formula.map(QuotientRule::build).transpose();
        let quotient = quotient.unwrap_or_else(|error| {
            reader.errors.push(error);
            None
        });
        if !reader.errors.is_empty() {
            return Err(reader.errors);
        }
        Ok(Self {
            lexicon: reader.lexicon,
            grids: by_name(
                grids
                    .into_iter()
                    .flat_map(|grid| linked(grid, &penalties, &aids))
                    .collect(),
            ),
            absences,
            quotient,
            alone: alone(&penalties),
        })
    }

    /// The grid that prices a unit of an activity on the day of the facts.
    pub fn grid(
        &self,
        activity: &str,
        unit: Option<Word>,
        facts: &Facts,
    ) -> Result<&Grid, PriceError> {
        let found = self.grids.iter().find(|grid| {
            grid.covers(activity, unit) && grid.in_force(facts.date) && grid.when.holds(facts)
        });
        found.ok_or_else(|| PriceError::NoGrid {
            what: match unit {
                Some(unit) => format!("{activity}, {}", self.lexicon.text(unit)),
                None => activity.to_owned(),
            },
            date: facts.date,
        })
    }

    /// The same, and for an activity that has no tariff at all its penalties on nothing: what a late
    /// pick-up costs where only that is written. For explanations; a bill never takes a missing tariff
    /// for a price of nothing.
    pub fn grid_or_penalties(
        &self,
        activity: &str,
        unit: Option<Word>,
        facts: &Facts,
    ) -> Result<&Grid, PriceError> {
        let priced = (self.grids.iter()).any(|grid| {
            grid.activities.is_empty() || grid.activities.iter().any(|a| a == activity)
        });
        let alone = self.alone.iter().find(|grid| grid.covers(activity, None));
        match (self.grid(activity, unit, facts), alone) {
            (Err(PriceError::NoGrid { .. }), Some(alone)) if !priced => Ok(alone),
            (found, _) => found,
        }
    }

    /// Prices a unit of an activity. The billing run finds the grid once and calls
    /// [`fn@price`] for each line.
    pub fn price(
        &self,
        activity: &str,
        unit: Option<Word>,
        facts: &Facts,
    ) -> Result<Priced, PriceError> {
        price(self.grid(activity, unit, facts)?, facts)
    }

    /// A unit that tariffs speak of; none for one that has no price of its own.
    pub fn unit(&self, id: &str) -> Option<Word> {
        self.lexicon.find(id.trim())
    }

    /// Facts as the command line and worked examples write them.
    pub fn facts(&self, date: Date, unit: Option<&str>, text: &str) -> Result<Facts, String> {
        let known = unit.filter(|unit| self.unit(unit).is_some());
        let known: Vec<&str> = known.into_iter().collect();
        Facts::read_with(&self.lexicon, date, text, &known)
    }
}

/// Reads texts and keeps the complaints.
pub(super) struct Reader {
    pub(super) lexicon: Lexicon,
    pub(super) errors: Vec<SettingError>,
}

impl Reader {
    fn new(settings: &TariffSettings, words: &[&str]) -> Self {
        let (mut lexicon, complaints) = settings.categories.lexicon();
        let mut errors: Vec<SettingError> = (complaints.into_iter())
            .map(|(name, error)| SettingError {
                key: format!("categories.{name}"),
                message: error.to_string(),
            })
            .collect();
        let tariffs = settings.tariffs.iter();
        let units = (tariffs.clone().flat_map(|tariff| &tariff.unit.0))
            .chain(
                settings
                    .penalties
                    .iter()
                    .flat_map(|penalty| &penalty.unit.0),
            )
            .chain(settings.absences.iter().flat_map(|rule| &rule.unit.0));
        let choices = tariffs.flat_map(|tariff| tariff.choices.iter().map(|pair| &pair.case));
        let units = units.map(String::as_str);
        let choices = choices.map(String::as_str);
        for word in units.chain(choices).chain(words.iter().copied()) {
            if let Err(error) = lexicon.option(word) {
                errors.push(SettingError {
                    key: "tariffs".to_owned(),
                    message: error.to_string(),
                });
            }
        }
        Self { lexicon, errors }
    }

    pub(super) fn fail<T>(&mut self, key: &str, message: impl Into<String>) -> Option<T> {
        self.errors.push(SettingError {
            key: key.to_owned(),
            message: message.into(),
        });
        None
    }

    pub(super) fn when(&mut self, key: &str, text: &Many) -> When {
        match When::parse(&self.lexicon, &text.joined()) {
            Ok(when) => when,
            Err(message) => {
                self.fail::<()>(&format!("{key}.when"), message);
                When::default()
            }
        }
    }

    pub(super) fn units(&self, units: &Many) -> Vec<Word> {
        let known = units.0.iter().map(|unit| self.lexicon.word(unit));
        known.filter_map(Result::ok).collect()
    }

    /// An amount in euros, as cents.
    pub(super) fn amount(&mut self, key: &str, text: Option<&Written>) -> Option<Exact> {
        let text = &text?.0;
        match Exact::decimal(text.trim_end_matches(['€', ' ']), 2) {
            Some(cents) => Some(cents),
            None => self.fail(
                key,
                format!(
                    "«\u{a0}{text}\u{a0}» n’est pas un montant\u{a0}: écrivez par exemple 3.80"
                ),
            ),
        }
    }

    /// An amount in euros that is whole in cents.
    pub(super) fn cents(&mut self, key: &str, text: Option<&Written>) -> Option<i64> {
        let cents = self.amount(key, text)?;
        if cents.is_whole() {
            Some(cents.floor())
        } else {
            self.fail(key, "ce montant a plus de deux chiffres après la virgule")
        }
    }

    pub(super) fn cell(&mut self, key: &str, text: &str, of: Measure) -> Option<Cell> {
        match Cell::parse(text, of) {
            Some(cell) => Some(cell),
            None => self.fail(
                key,
                format!(
                    "«\u{a0}{text}\u{a0}» n’est ni un montant (3.80) ni une part (\"0.2 % quotient\", \"10 % coût\")"
                ),
            ),
        }
    }

    pub(super) fn percent(&mut self, key: &str, text: &str) -> Option<Exact> {
        match Exact::decimal(text.trim_end_matches(['%', ' ']), -2) {
            Some(rate) => Some(rate),
            None => self.fail(
                key,
                format!(
                    "«\u{a0}{text}\u{a0}» n’est pas un pourcentage\u{a0}: écrivez par exemple 50"
                ),
            ),
        }
    }

    pub(super) fn minutes(&mut self, key: &str, text: Option<&Written>) -> Option<i64> {
        let text = &text?.0;
        match measure::length(text).filter(|minutes| (0..=14_400).contains(minutes)) {
            Some(minutes) => Some(minutes),
            None => self.fail(
                key,
                format!(
                    "«\u{a0}{text}\u{a0}» n’est pas une durée\u{a0}: écrivez \"30 min\" ou \"1h30\""
                ),
            ),
        }
    }

    pub(super) fn one_of<T>(
        &mut self,
        key: &str,
        text: &str,
        parsed: Option<T>,
        examples: &str,
    ) -> Option<T> {
        match parsed {
            Some(value) => Some(value),
            None => self.fail(
                key,
                format!("«\u{a0}{text}\u{a0}» ne se lit pas\u{a0}; écrivez par exemple {examples}"),
            ),
        }
    }
}
