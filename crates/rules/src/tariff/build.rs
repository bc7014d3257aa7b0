//! From the settings file to grids that price: every text is read once, and what cannot be read is
//! said in French with its key.

use std::fmt;

use jiff::civil::Date;

use super::absence::{AbsenceRule, Bill, Told, Waiting, Within};
use super::absence_setting::AbsenceSetting;
use super::aid::Aid;
use super::build_adjust;
use super::build_line;
use super::error::PriceError;
use super::exact::Exact;
use super::facts::Facts;
use super::formula::{Cell, Formula};
use super::grid::{Adjust, Fallback, Grid, Line, Per, Prorata, Quantity, Vat};
use super::measure::{self, Measure};
use super::price::{Priced, price};
use super::rounding::Rounding;
use super::settings::{PerSetting, TariffSetting, TariffSettings};
use super::steps::{Begun, Steps};
use super::when::When;
use super::words::{Lexicon, Word, WordSet};
use super::written::{Many, Written};
use crate::money::Cents;

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
    /// Penalties on nothing, for activities that have no tariff.
    alone: Option<Grid>,
}

impl Tariffs {
    /// Reads the settings, or gives all complaints about them.
    pub fn build(settings: &TariffSettings) -> Result<Self, Vec<SettingError>> {
        let mut reader = Reader::new(settings);
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
        if !reader.errors.is_empty() {
            return Err(reader.errors);
        }
        let alone = (!penalties.is_empty()).then(|| alone(&penalties));
        Ok(Self {
            lexicon: reader.lexicon,
            grids: by_name(
                grids
                    .into_iter()
                    .flat_map(|grid| linked(grid, &penalties, &aids))
                    .collect(),
            ),
            absences,
            alone,
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
        let alone = self.alone.as_ref().filter(|alone| {
            alone.covers(activity, None)
                && !self.grids.iter().any(|grid| grid.covers(activity, unit))
        });
        found.or(alone).ok_or_else(|| PriceError::NoGrid {
            what: match unit {
                Some(unit) => format!("{activity}, {}", self.lexicon.text(unit)),
                None => activity.to_owned(),
            },
            date: facts.date,
        })
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

    /// Facts as the command line and worked examples write them.
    pub fn facts(&self, date: Date, unit: Option<&str>, text: &str) -> Result<Facts, String> {
        let known: Vec<&str> = unit.into_iter().collect();
        Facts::read_with(&self.lexicon, date, text, &known)
    }
}

/// A grid with its penalties and aids. Where these are for some of its activities only, these
/// activities get a grid of their own, so that pricing never asks.
fn linked(grid: Grid, penalties: &[(Vec<String>, Adjust)], aids: &[Aid]) -> Vec<Grid> {
    let limits = (penalties.iter().map(|(activities, _)| activities))
        .chain(aids.iter().map(|aid| &aid.activities));
    let mut apart: Vec<String> = Vec::new();
    for activity in limits.flatten() {
        let theirs = grid.activities.is_empty() || grid.activities.contains(activity);
        if theirs && !apart.contains(activity) {
            apart.push(activity.clone());
        }
    }
    let with = |activities: Vec<String>, of: Option<&String>| {
        let holds = |list: &[String]| list.is_empty() || of.is_some_and(|of| list.contains(of));
        let mut grid = Grid {
            activities,
            ..grid.clone()
        };
        let theirs = penalties.iter().filter(|(list, _)| holds(list));
        grid.adjusts
            .extend(theirs.map(|(_, adjust)| adjust.clone()));
        let theirs = aids.iter().filter(|aid| holds(&aid.activities));
        grid.aids.extend(theirs.cloned());
        grid
    };
    let rest = grid.activities.iter().filter(|a| !apart.contains(a));
    let rest: Vec<String> = rest.cloned().collect();
    let everywhere = grid.activities.is_empty();
    let mut grids: Vec<Grid> = apart
        .iter()
        .map(|a| with(vec![a.clone()], Some(a)))
        .collect();
    if everywhere || !rest.is_empty() {
        grids.push(with(rest, None));
    }
    grids
}

/// Two versions of a tariff that start on the same day: nobody could say which one holds.
fn twice(reader: &mut Reader, grids: &[Grid]) {
    for (at, grid) in grids.iter().enumerate() {
        let before = grids.iter().take(at);
        let mut same = before.filter(|other| other.name == grid.name && other.since == grid.since);
        if let Some(other) = same.next() {
            let day = other.since.map_or_else(
                || "sans date de début".to_owned(),
                |since| format!("à partir du {}", crate::french::day_month_year(since)),
            );
            reader.fail::<()>(
                &format!("tariffs[{}]", at + 1),
                format!(
                    "deux tarifs «\u{a0}{}\u{a0}» {day}\u{a0}: donnez-leur des noms (name) ou des dates (since) différents",
                    grid.name
                ),
            );
        }
    }
}

/// Versions of a tariff stand together, the latest first, at the place of the one that comes first.
fn by_name(grids: Vec<Grid>) -> Vec<Grid> {
    let mut names: Vec<String> = Vec::new();
    for grid in &grids {
        if !names.contains(&grid.name) {
            names.push(grid.name.clone());
        }
    }
    let mut sorted = grids;
    sorted.sort_by_key(|grid| {
        let place = names.iter().position(|name| *name == grid.name);
        (place, std::cmp::Reverse(grid.since))
    });
    sorted
}

fn alone(penalties: &[(Vec<String>, Adjust)]) -> Grid {
    let everywhere = penalties
        .iter()
        .any(|(activities, _)| activities.is_empty());
    let activities = if everywhere {
        Vec::new()
    } else {
        penalties.iter().flat_map(|(a, _)| a.clone()).collect()
    };
    Grid {
        name: "Pénalités".to_owned(),
        version: None,
        since: None,
        until: None,
        activities,
        units: Vec::new(),
        when: When::default(),
        lines: vec![Line {
            when: When::default(),
            label: None,
            formula: Formula::Cell(Cell::amount(Exact::ZERO)),
            min: None,
            max: None,
            basis: super::formula::Basis::ANY,
        }],
        adjusts: penalties.iter().map(|(_, adjust)| adjust.clone()).collect(),
        quantity: Quantity {
            per: Per::Unit,
            steps: None,
            prorata: None,
            period: None,
        },
        min_total: None,
        max_total: None,
        fallback: None,
        rounding: Rounding::CENT,
        aids: Vec::new(),
        vat: None,
        care: None,
        credit: false,
        tickets: None,
        instalments: None,
        monotone: true,
    }
}

/// Reads texts and keeps the complaints.
pub(super) struct Reader {
    pub(super) lexicon: Lexicon,
    pub(super) errors: Vec<SettingError>,
}

impl Reader {
    fn new(settings: &TariffSettings) -> Self {
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
        for word in units.chain(choices) {
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

fn grid(
    reader: &mut Reader,
    key: &str,
    source: &TariffSetting,
    settings: &TariffSettings,
) -> Option<Grid> {
    let before = reader.errors.len();
    let at = |name: &str| format!("{key}.{name}");
    let billing = settings.billing.as_ref();
    let when = reader.when(key, &source.when);
    let lines = build_line::lines(reader, key, source);
    let supplements = source.supplements.iter().enumerate();
    let adjusts = supplements
        .filter_map(|(index, setting)| {
            let key = format!("{key}.supplements[{}]", index + 1);
            build_adjust::adjust(reader, &key, setting, false)
        })
        .collect();
    let no_quotient = (source.no_quotient.as_ref())
        .or_else(|| billing.and_then(|billing| billing.no_quotient.as_ref()));
    let rounding = (source.rounding.as_ref())
        .or_else(|| billing.and_then(|billing| billing.rounding.as_ref()));
    let rounding = rounding.and_then(|text| {
        let examples = "\"centime\", \"centime inférieur\", \"5 centimes\", \"10 centimes supérieur\", \"euro\"";
        reader.one_of(&at("rounding"), text, Rounding::parse(text), examples)
    });
    let quantity = quantity(reader, key, source);
    if let (Some(since), Some(until)) = (source.since, source.until)
        && since.0 > until.0
    {
        reader.fail::<()>(&at("until"), "le tarif finit avant de commencer");
    }
    for (name, count) in [
        ("tickets", source.tickets),
        ("instalments", source.instalments),
    ] {
        if count.is_some_and(|count| !(1..=1_000).contains(&count)) {
            reader.fail::<()>(&at(name), "écrivez un nombre de 1 à 1000");
        }
    }
    let grid = Grid {
        name: name(reader, source, &when),
        version: source.version.clone(),
        since: source.since.map(|day| day.0),
        until: source.until.map(|day| day.0),
        activities: source.activity.0.clone(),
        units: reader.units(&source.unit),
        when,
        lines,
        adjusts,
        quantity,
        min_total: reader.amount(&at("min_total"), source.min_total.as_ref()),
        max_total: reader.amount(&at("max_total"), source.max_total.as_ref()),
        fallback: no_quotient.and_then(|text| fallback(reader, &at("no_quotient"), &text.0)),
        rounding: rounding.unwrap_or(Rounding::CENT),
        aids: Vec::new(),
        vat: (source.vat.as_ref())
            .and_then(|text| reader.percent(&at("vat"), text))
            .map(|rate| Vat {
                rate,
                excluded: source.vat_excluded,
            }),
        care: (source.care.as_ref())
            .and_then(|text| reader.cell(&at("care"), &text.0, Measure::Cost)),
        credit: source.credit,
        tickets: source.tickets,
        instalments: source.instalments,
        monotone: !source.falling,
    };
    (reader.errors.len() == before).then_some(grid)
}

/// The name that is written, or what the grid is for.
fn name(reader: &Reader, source: &TariffSetting, when: &When) -> String {
    if let Some(name) = &source.name {
        return name.clone();
    }
    let mut parts = vec![source.activity.0.join(", "), source.unit.0.join(", ")];
    parts.push(when.show(&reader.lexicon));
    parts.retain(|part| !part.is_empty());
    if parts.is_empty() {
        "Tarif".to_owned()
    } else {
        parts.join(", ")
    }
}

fn fallback(reader: &mut Reader, key: &str, text: &str) -> Option<Fallback> {
    match text {
        "plus haut" => return Some(Fallback::Highest),
        "plus bas" => return Some(Fallback::Lowest),
        _ => {}
    }
    if let Some(cell) = Cell::parse(text, Measure::Cost) {
        return Some(Fallback::Price(cell));
    }
    match reader.lexicon.word(text) {
        Ok(word) => {
            let axis = reader.lexicon.axis_of(word);
            let others = axis.map_or(&[][..], |axis| &axis.words);
            let clear = others
                .iter()
                .fold(WordSet::EMPTY, |set, word| set.with(*word));
            Some(Fallback::As { clear, word })
        }
        Err(error) => reader.fail(
            key,
            format!("écrivez \"plus haut\", \"plus bas\", un prix ou un mot\u{a0}; {error}"),
        ),
    }
}

fn quantity(reader: &mut Reader, key: &str, source: &TariffSetting) -> Quantity {
    let per_key = format!("{key}.per");
    let names = format!("\"{}\", \"30 min\", \"1h\"", Per::NAMES.join("\", \""));
    let (mut per, mut steps) = (Per::Unit, None);
    match &source.per {
        None => {}
        Some(PerSetting::Short(text)) => match (Per::parse(text), measure::length(text)) {
            (Some(named), _) => per = named,
            (None, Some(length)) if (1..=1_440).contains(&length) => {
                steps = Some(Steps::of(length));
            }
            _ => {
                reader.one_of::<()>(&per_key, text, None, &names);
            }
        },
        Some(PerSetting::Table(table)) => {
            steps = build_adjust::steps(reader, &per_key, table);
        }
    }
    let period = source.period.as_ref().and_then(|text| {
        reader.one_of(
            &format!("{key}.period"),
            text,
            Per::parse(text),
            "\"mois\", \"an\"",
        )
    });
    let prorata = source.prorata.as_ref().and_then(|text| {
        let examples = "\"jour\", \"demi\", \"quart plein\", \"12 parts proche\"";
        reader.one_of(&format!("{key}.prorata"), text, prorata(text), examples)
    });
    Quantity {
        per,
        steps,
        prorata,
        period,
    }
}

/// `jour`, `demi entamé`, `quart plein`, `12 parts proche`.
fn prorata(text: &str) -> Option<Prorata> {
    let mut words = text.split_whitespace().peekable();
    let counted = words.peek()?.parse::<i64>().ok();
    if counted.is_some() {
        words.next();
    }
    let parts = match (counted, words.next()?) {
        (None, "jour") => None,
        (None, "demi") => Some(2),
        (None, "tiers") => Some(3),
        (None, "quart") => Some(4),
        (None, "mois") => Some(12),
        (Some(count), "parts") => Some(count),
        _ => return None,
    };
    let begun = match words.next() {
        None | Some("entamé") => Begun::Due,
        Some("plein") => Begun::Free,
        Some("proche") => Begun::Nearest,
        Some(_) => return None,
    };
    (parts.is_none_or(|parts| (1..=366).contains(&parts)) && words.next().is_none())
        .then_some(Prorata { parts, begun })
}

fn absence(reader: &mut Reader, key: &str, source: &AbsenceSetting) -> Option<AbsenceRule> {
    let before = reader.errors.len();
    let at = |name: &str| format!("{key}.{name}");
    let mut when = reader.when(key, &source.when);
    let name = (source.name.clone()).unwrap_or_else(|| when.show(&reader.lexicon));
    if let Some(limit) = source.limit {
        when.within.push((
            Measure::Occurrence,
            measure::Interval {
                low: 1,
                high: i64::from(limit),
                whole: false,
            },
        ));
    }
    build_adjust::memory(reader, key, source.memory.as_ref());
    let within = source.proof_within.as_ref().and_then(|text| {
        let examples = "\"48 h\", \"3 jours\", \"3 jours ouvrés\"";
        reader.one_of(&at("proof_within"), text, Within::parse(text), examples)
    });
    let told = source.told.as_ref().and_then(|text| {
        let examples = "\"dans les délais\", \"09:00\", \"1 jour 17:00\", \"semaine précédente\"";
        reader.one_of(&at("told"), text, Told::parse(text), examples)
    });
    let waiting = source.waiting.as_ref().and_then(|text| {
        let examples = "\"2 jours réservés\", \"3 jours\", \"1 semaine\", \"jusqu’au lundi\"";
        reader.one_of(&at("waiting"), text, Waiting::parse(text), examples)
    });
    let bill = match source.bill.as_ref().map(|text| text.0.as_str()) {
        None | Some("rien") => Bill::Nothing,
        Some("tout") => Bill::Full,
        Some(text) if text.contains('%') => Bill::Part(reader.percent(&at("bill"), text)?),
        Some(_) => Bill::Price(Cents(reader.cents(&at("bill"), source.bill.as_ref())?)),
    };
    let rule = AbsenceRule {
        name: if name.is_empty() {
            "Toute absence".to_owned()
        } else {
            name
        },
        activities: source.activity.0.clone(),
        units: reader.units(&source.unit),
        when,
        proof_within: within,
        told,
        at_least: source.at_least.unwrap_or(0),
        bill,
        waiting: waiting.unwrap_or(Waiting::No),
        credit: source.credit,
        who: source.who,
        note: source.note.clone(),
    };
    (reader.errors.len() == before).then_some(rule)
}
