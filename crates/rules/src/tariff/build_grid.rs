//! Reads a grid: who it is for, how often its price is due, what holds without a quotient.

use super::build::Reader;
use super::build_adjust;
use super::build_line;
use super::formula::Cell;
use super::grid::{Fallback, Grid, Per, Prorata, Quantity, Vat};
use super::measure::{self, Measure};
use super::rounding::Rounding;
use super::settings::{PerSetting, TariffSetting, TariffSettings};
use super::steps::{Begun, Steps};
use super::when::When;
use super::words::WordSet;

/// A grid, without the penalties and aids that stand outside of it.
pub(super) fn grid(
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
        counted: source.counted.unwrap_or_default(),
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
