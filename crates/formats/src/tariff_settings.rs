//! The tariffs of a commune's settings file: TOML in, settings out, errors in French with line and
//! key.

use preau_rules::tariff::{SettingError, TariffSettings, Tariffs};
use serde::Deserialize;
use thiserror::Error;
use toml::de::{DeTable, Deserializer};

/// The first keys of a commune's file that speak of something else than prices.
const OTHERS: [&str; 9] = [
    "activities",
    "calendar",
    "capacities",
    "checks",
    "commune",
    "deadlines",
    "groups",
    "sites",
    "valid_from",
];

/// Why the file was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("ligne {line}{}\u{a0}: {message}", if .key.is_empty() { String::new() } else { format!(", {}", .key) })]
pub struct TariffFileError {
    /// Counted from 1.
    pub line: usize,
    /// What the line speaks of: `tariffs › brackets`; empty when the TOML itself is broken.
    pub key: String,
    /// What is wrong, in French.
    pub message: String,
}

/// Reads the keys `tariffs`, `penalties`, `aids`, `absences`, `categories`, `billing` and the
/// worked examples.
pub fn parse(text: &str) -> Result<TariffSettings, TariffFileError> {
    let said = |error: toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start);
        TariffFileError {
            line: text.get(..at).unwrap_or(text).matches('\n').count() + 1,
            key: key_at(text, at),
            message: french(error.message()),
        }
    };
    let mut root = DeTable::parse(text).map_err(said)?;
    // The other keys of the file are read, and complained of, by their own reader.
    let settings: Vec<_> = (root.get_ref().keys())
        .filter(|key| OTHERS.contains(&key.get_ref().as_ref()))
        .map(|key| key.get_ref().clone().into_owned())
        .collect();
    for key in settings {
        root.get_mut().remove(key.as_str());
    }
    TariffSettings::deserialize(Deserializer::from(root)).map_err(said)
}

/// Reads the file and makes its tariffs ready to price with, or gives all complaints, each with its
/// line.
pub fn read(text: &str) -> Result<(TariffSettings, Tariffs), Vec<TariffFileError>> {
    let settings = parse(text).map_err(|error| vec![error])?;
    match Tariffs::build(&settings) {
        Ok(tariffs) => Ok((settings, tariffs)),
        Err(errors) => Err(errors.iter().map(|error| located(text, error)).collect()),
    }
}

/// Finds the line of a complaint such as `tariffs[2].brackets[1]`.
fn located(text: &str, error: &SettingError) -> TariffFileError {
    let mut parts = error.key.split('.');
    let table = parts.next().unwrap_or_default();
    let (name, count) = match table.trim_end_matches(']').split_once('[') {
        Some((name, count)) => (name, count.parse().unwrap_or(1)),
        None => (table, 1_usize),
    };
    let key = parts.next().map(|key| key.split('[').next().unwrap_or(key));
    let header = format!("[[{name}]]");
    let (start, _) = (text.lines().enumerate())
        .filter(|(_, line)| line.trim() == header || line.trim().starts_with(&format!("[{name}")))
        .nth(count - 1)
        .unwrap_or((0, ""));
    let within = text.lines().enumerate().skip(start + 1);
    let within =
        within.take_while(|(_, line)| !line.trim_start().starts_with('[') || line.contains(','));
    let at = key.and_then(|key| {
        within.clone().find(|(_, line)| {
            let rest = line.trim_start().strip_prefix(key);
            rest.is_some_and(|rest| rest.trim_start().starts_with('='))
        })
    });
    TariffFileError {
        line: at.map_or(start, |(at, _)| at) + 1,
        key: error.key.clone(),
        message: error.message.clone(),
    }
}

/// Writes them back; reading what was written gives the same settings.
pub fn write(settings: &TariffSettings) -> Result<String, toml::ser::Error> {
    toml::to_string_pretty(settings)
}

/// The table and the key that a place of the file stands in.
fn key_at(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line_end = text.get(at..).and_then(|rest| rest.find('\n'));
    let upto = text
        .get(..line_end.map_or(text.len(), |end| at + end))
        .unwrap_or(text);
    let table = (before.lines().chain(upto.lines().last()))
        .filter_map(|line| line.trim().strip_prefix('[')?.strip_suffix(']'))
        .next_back()
        .map(|name| name.trim_matches(['[', ']']).trim().to_owned());
    let key = upto.lines().rev().find_map(|line| {
        let (key, _) = line.split_once('=')?;
        let key = key.trim();
        let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-' || c == '.';
        (!key.is_empty() && key.chars().all(plain)).then(|| key.to_owned())
    });
    let names: Vec<String> = [table, key].into_iter().flatten().collect();
    names.join(" › ")
}

/// The complaints of the reader, in French.
fn french(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match (quoted.as_slice(), message) {
        ([unknown, known @ ..], _) if message.starts_with("unknown field") => {
            let near = nearest(unknown, known);
            let near = near.map_or_else(
                || format!("\u{a0}; clés possibles\u{a0}: {}", known.join(", ")),
                |near| format!("\u{a0}; vouliez-vous écrire «\u{a0}{near}\u{a0}»\u{a0}?"),
            );
            format!("la clé «\u{a0}{unknown}\u{a0}» n’existe pas{near}")
        }
        ([unknown, known @ ..], _) if message.starts_with("unknown variant") => format!(
            "«\u{a0}{unknown}\u{a0}» n’est pas une valeur possible\u{a0}: {}",
            known.join(", ")
        ),
        ([field, ..], _) if message.starts_with("missing field") => {
            format!("la clé «\u{a0}{field}\u{a0}» manque")
        }
        ([field, ..], _) if message.starts_with("duplicate") => {
            format!("la clé «\u{a0}{field}\u{a0}» est écrite deux fois")
        }
        _ if message.starts_with("duplicate") => "une clé est écrite deux fois".to_owned(),
        _ if message.starts_with("invalid type") || message.starts_with("invalid value") => {
            match message.rsplit_once("expected ") {
                Some((_, expected)) => format!(
                    "cette valeur ne convient pas\u{a0}; il faut {}",
                    thing(expected)
                ),
                None => "cette valeur ne convient pas".to_owned(),
            }
        }
        _ if message.is_ascii() => format!("ce n’est pas du TOML ({message})"),
        _ => message.to_owned(),
    }
}

fn thing(expected: &str) -> &str {
    match expected {
        "a string" => "un texte entre guillemets",
        "a sequence" => "une liste entre crochets",
        "a boolean" => "true ou false",
        other if ["u16", "u32", "i64", "u64"].contains(&other) => "un nombre entier",
        other if other.starts_with("struct") => "un tableau { … }",
        other => other,
    }
}

fn nearest<'a>(unknown: &str, known: &[&'a str]) -> Option<&'a str> {
    let near = |name: &&&str| {
        let common = unknown
            .chars()
            .zip(name.chars())
            .take_while(|(a, b)| a == b)
            .count();
        common >= 3 || unknown.contains(**name) || name.contains(unknown)
    };
    known.iter().find(near).copied()
}
