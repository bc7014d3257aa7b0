//! Reads supplements, penalties, aids and steps of time.

use super::aid::{Aid, Pays};
use super::aid_setting::AidSetting;
use super::build::Reader;
use super::exact::Exact;
use super::grid::{Adjust, Effect, Per};
use super::interval::Interval;
use super::measure::{Measure, hour, length};
use super::memory::Memory;
use super::settings::{AdjustSetting, StepsSetting};
use super::steps::{Begun, Steps};
use super::words::WordSet;
use super::written::Written;

/// Past midnight, as far as anybody waits for a child.
const LATE_END: i64 = 2 * 1440;

/// A supplement or a penalty.
pub(super) fn adjust(
    reader: &mut Reader,
    key: &str,
    source: &AdjustSetting,
    penalty: bool,
) -> Option<Adjust> {
    let before = reader.errors.len();
    let at = |name: &str| format!("{key}.{name}");
    let mut when = reader.when(key, &source.when);
    let units = reader.units(&source.unit);
    if !units.is_empty() {
        let any = units
            .iter()
            .fold(WordSet::EMPTY, |set, unit| set.with(*unit));
        when.any.push(any);
    }
    let mut within = |measure, low: Option<i64>, high: Option<i64>| {
        when.within.push((
            measure,
            Interval {
                low: low.unwrap_or(i64::MIN),
                high: high.unwrap_or(i64::MAX),
                whole: false,
            },
        ));
    };
    if source.since.is_some() || source.until.is_some() {
        let day = |day: super::written::Day| super::measure::day_number(day.0);
        within(Measure::Day, source.since.map(day), source.until.map(day));
    }
    if let Some(from) = source.from {
        within(Measure::Occurrence, Some(i64::from(from)), None);
    }
    if let Some(first) = source.first {
        within(Measure::OrderIndex, Some(1), Some(i64::from(first)));
    }
    if let Some(next) = source.next {
        within(Measure::SinceFault, Some(1), Some(i64::from(next)));
    }
    let grace = reader
        .minutes(&at("grace"), source.grace.as_ref())
        .unwrap_or(0);
    let per = source.per.as_deref();
    let step = per
        .and_then(length)
        .filter(|step| (1..=1_440).contains(step));
    let mut steps = None;
    if let Some(text) = &source.after {
        match (hour(text), step) {
            (None, _) => {
                reader.one_of::<()>(&at("after"), text, None, "\"18:30\"");
            }
            (Some(after), Some(step)) => {
                within(Measure::Departure, Some(after + 1), None);
                steps = Some(Steps {
                    grace,
                    between: Some((after, LATE_END)),
                    ..Steps::of(step)
                });
            }
            (Some(after), None) => within(Measure::Departure, Some(after + grace + 1), None),
        }
    } else if let Some(step) = step {
        steps = Some(Steps {
            grace,
            ..Steps::of(step)
        });
    }
    let named = per.and_then(Per::parse);
    if let Some(text) = per
        && step.is_none()
        && named.is_none()
    {
        reader.one_of::<()>(
            &at("per"),
            text,
            None,
            "\"15 min\", \"unité\", \"commande\", \"famille\"",
        );
    }
    memory(reader, key, source.memory.as_ref());
    let effect = effect(reader, key, source)?;
    if effect.is_none() && source.effect.is_none() {
        return reader.fail(
            key,
            "dites ce qui change\u{a0}: add, percent, times, price, min, max ou effect",
        );
    }
    let whole = matches!(
        named,
        Some(
            Per::Order | Per::Family | Per::Day | Per::Week | Per::Month | Per::Year | Per::Period
        )
    );
    let adjust = Adjust {
        name: name(source, penalty),
        when,
        effect,
        once: source.once || source.after.is_some() || steps.is_some() || whole,
        steps,
        penalty,
        note: source.effect.clone(),
    };
    (reader.errors.len() == before).then_some(adjust)
}

fn name(source: &AdjustSetting, penalty: bool) -> String {
    let said = source.name.clone().or_else(|| {
        let when = source.when.joined();
        (!when.is_empty()).then_some(when)
    });
    said.unwrap_or_else(|| {
        let word = match (penalty, &source.after) {
            (_, Some(_)) => "Retard",
            (true, None) => "Pénalité",
            (false, None) => "Supplément",
        };
        word.to_owned()
    })
}

#[expect(
    clippy::option_option,
    reason = "no effect is right, no reading is a complaint"
)]
fn effect(reader: &mut Reader, key: &str, source: &AdjustSetting) -> Option<Option<Effect>> {
    let at = |name: &str| format!("{key}.{name}");
    let mut effects = Vec::new();
    let cell = |reader: &mut Reader, name: &str, text: &Option<Written>| {
        let text = text.as_ref()?;
        reader.cell(&at(name), &text.0, Measure::Cost)
    };
    effects.extend(cell(reader, "add", &source.add).map(Effect::Add));
    effects.extend(cell(reader, "price", &source.price).map(Effect::Price));
    effects.extend(cell(reader, "min", &source.min).map(Effect::AtLeast));
    effects.extend(cell(reader, "max", &source.max).map(Effect::AtMost));
    if let Some(text) = &source.percent {
        effects.extend(reader.percent(&at("percent"), &text.0).map(Effect::Percent));
    }
    if let Some(text) = &source.times {
        let times = Exact::decimal(&text.0, 0).filter(|times| !times.is_negative());
        effects.extend(
            reader
                .one_of(&at("times"), &text.0, times, "2")
                .map(Effect::Times),
        );
    }
    if effects.len() > 1 {
        return reader.fail(
            key,
            "un seul changement à la fois\u{a0}: add, percent, times, price, min ou max",
        );
    }
    Some(effects.pop())
}

/// Checks how long a fault is remembered; the text itself stays in the settings.
pub(super) fn memory(reader: &mut Reader, key: &str, text: Option<&String>) -> Option<Memory> {
    let text = text?;
    let examples =
        "\"mois\", \"trimestre\", \"année scolaire\", \"année\", \"30 jours\", \"toujours\"";
    reader.one_of(
        &format!("{key}.memory"),
        text,
        Memory::parse(text),
        examples,
    )
}

/// Steps of time in full.
pub(super) fn steps(reader: &mut Reader, key: &str, source: &StepsSetting) -> Option<Steps> {
    let at = |name: &str| format!("{key}.{name}");
    let unit = reader.minutes(&at("unit"), source.unit.as_ref());
    let step = reader.minutes(&at("step"), source.step.as_ref());
    let Some(step_length) = step.or(unit).filter(|step| *step > 0) else {
        return reader.fail(key, "dites la durée d’un pas\u{a0}: { step = \"30 min\" }");
    };
    let unit = unit.filter(|unit| *unit > 0).unwrap_or(step_length);
    let begun = match source.begun.as_deref() {
        None | Some("dû") => Begun::Due,
        Some("gratuit") => Begun::Free,
        Some("proche") => Begun::Nearest,
        Some("exact") => Begun::Exact,
        Some(text) => {
            return reader.one_of(
                &at("begun"),
                text,
                None,
                "\"dû\", \"gratuit\", \"proche\", \"exact\"",
            );
        }
    };
    let between = match &source.between {
        None => None,
        Some(text) => {
            let ends = text
                .split_once(['-', '–'])
                .or_else(|| text.split_once(".."));
            let ends = ends.and_then(|(from, to)| Some((hour(from)?, hour(to)?)));
            let ends = ends.filter(|(from, to)| from < to);
            Some(reader.one_of(&at("between"), text, ends, "\"16:30-18:30\"")?)
        }
    };
    Some(Steps {
        step: step_length,
        unit,
        begun,
        grace: reader
            .minutes(&at("grace"), source.grace.as_ref())
            .unwrap_or(0),
        threshold: reader
            .minutes(&at("threshold"), source.threshold.as_ref())
            .unwrap_or(0),
        floor: reader
            .minutes(&at("floor"), source.floor.as_ref())
            .unwrap_or(0),
        ceiling: reader
            .minutes(&at("ceiling"), source.ceiling.as_ref())
            .unwrap_or(i64::MAX),
        between,
    })
}

/// Who pays a part.
pub(super) fn aid(reader: &mut Reader, key: &str, source: &AidSetting) -> Option<Aid> {
    let before = reader.errors.len();
    let at = |name: &str| format!("{key}.{name}");
    if source.payer.trim().is_empty() {
        return reader.fail(&at("payer"), "dites qui paie");
    }
    let when = reader.when(key, &source.when);
    let pays = match (&source.amount, &source.percent) {
        (Some(amount), None) => {
            let cell = reader.cell(&at("amount"), &amount.0, Measure::Cost);
            cell.map(Pays::Amount)
        }
        (None, Some(percent)) => {
            let part = reader.percent(&at("percent"), &percent.0);
            part.filter(|part| !part.is_negative() && *part <= Exact::ONE)
                .map(Pays::Part)
                .or_else(|| reader.fail(&at("percent"), "écrivez un pourcentage de 0 à 100"))
        }
        _ => reader.fail(key, "dites ce que l’aide paie, par amount ou par percent"),
    };
    let aid = Aid {
        name: (source.name.clone()).unwrap_or_else(|| format!("Aide {}", source.payer)),
        payer: source.payer.clone(),
        activities: source.activity.0.clone(),
        when,
        pays: pays?,
        max: reader.cents(&at("max"), source.max.as_ref()),
        left: reader.cents(&at("left"), source.left.as_ref()).unwrap_or(0),
        budget: reader.cents(&at("budget"), source.budget.as_ref()),
        days: source.days,
    };
    (reader.errors.len() == before).then_some(aid)
}
