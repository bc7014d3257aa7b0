//! A commune's settings file: TOML in, a rulebook out, and errors that name the line and the key.

mod fault;
pub mod reference;

use preau_rules::calendar::SchoolHolidays;
use preau_rules::settings::{Level, Problem, Rulebook, Settings, compile};

pub use fault::{Fault, Source};

/// The keys of a settings file that speak of prices. They are read by their own reader, and left
/// alone here; a key that is in neither part is an error here.
pub const PRICES: [&str; 8] = [
    "absence_checks",
    "absences",
    "aids",
    "billing",
    "categories",
    "penalties",
    "price_checks",
    "tariffs",
];

/// What a file speaks of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Parts {
    /// Calendar, activities, deadlines.
    pub rules: bool,
    /// Prices.
    pub prices: bool,
}

/// Which parts a file has; none when it cannot be read at all.
pub fn parts(text: &str) -> Parts {
    let mut parts = Parts::default();
    if let Ok(source) = Source::new(text) {
        for key in source.keys() {
            if PRICES.contains(&key) {
                parts.prices = true;
            } else {
                parts.rules = true;
            }
        }
    }
    parts
}

/// Settings that can be used.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The file, key by key.
    pub settings: Settings,
    /// The rulebook that it makes.
    pub rulebook: Rulebook,
    /// What is doubtful, with its line.
    pub warnings: Vec<Fault>,
}

/// Reads a settings file. `holidays` are the school holidays of all zones. All errors come back at
/// once, but for those of writing, of which the first hides the others.
pub fn load(text: &str, holidays: &SchoolHolidays) -> Result<Loaded, Vec<Fault>> {
    let source = Source::new(text).map_err(|fault| vec![fault])?;
    let settings: Settings = source
        .read_part(|key| !PRICES.contains(&key))
        .map_err(|fault| vec![fault])?;
    let (rulebook, problems) = compile(&settings, holidays);
    let faults = |level: Level| -> Vec<Fault> {
        let of_level = problems.iter().filter(|problem| problem.level == level);
        of_level.map(|problem| source.fault(problem)).collect()
    };
    match rulebook {
        Some(rulebook) => Ok(Loaded {
            warnings: faults(Level::Warning),
            settings,
            rulebook,
        }),
        None => Err(faults(Level::Error)),
    }
}

/// Settings as a file, which [`load`] reads back.
pub fn write(settings: &Settings) -> Result<String, toml::ser::Error> {
    toml::to_string(settings)
}

/// The same problems with their lines in the text.
pub fn locate(text: &str, problems: &[Problem]) -> Vec<Fault> {
    match Source::new(text) {
        Ok(source) => problems
            .iter()
            .map(|problem| source.fault(problem))
            .collect(),
        Err(fault) => vec![fault],
    }
}
