//! Reads a rule of absence.

use super::absence::{AbsenceRule, Bill, Told, Waiting, Within};
use super::absence_setting::AbsenceSetting;
use super::build::Reader;
use super::build_adjust;
use super::interval::Interval;
use super::measure::Measure;
use crate::money::Cents;

/// What is due when a child does not come.
pub(super) fn absence(
    reader: &mut Reader,
    key: &str,
    source: &AbsenceSetting,
) -> Option<AbsenceRule> {
    let before = reader.errors.len();
    let at = |name: &str| format!("{key}.{name}");
    let mut when = reader.when(key, &source.when);
    let name = (source.name.clone()).unwrap_or_else(|| when.show(&reader.lexicon));
    if let Some(limit) = source.limit {
        when.within.push((
            Measure::Occurrence,
            Interval {
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
