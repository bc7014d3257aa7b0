//! Runs the worked examples of a settings file.

use jiff::civil::{Date, DateTime};

use super::absence::{Absence, Bill, consequence};
use super::absence_setting::AbsenceCheck;
use super::build::Tariffs;
use super::checks::PriceCheck;
use super::exact::Exact;
use super::explain::{Question, explain};
use super::settings::TariffSettings;
use crate::french;
use crate::money::Cents;

/// An example and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// `price_checks[3]`.
    pub key: String,
    /// What it shows.
    pub name: String,
    /// The explanation when it holds; what was expected and what came otherwise, in French.
    pub outcome: Result<String, String>,
}

/// Runs all examples, in the order of the file.
pub fn replay(settings: &TariffSettings, tariffs: &Tariffs) -> Vec<Replayed> {
    let prices = settings.price_checks.iter().enumerate().map(|(at, check)| {
        let facts = check.facts.joined();
        Replayed {
            key: format!("price_checks[{}]", at + 1),
            name: check.name.clone().unwrap_or(facts),
            outcome: price_check(tariffs, check),
        }
    });
    let absences = settings.absence_checks.iter().enumerate();
    let absences = absences.map(|(at, check)| Replayed {
        key: format!("absence_checks[{}]", at + 1),
        name: check.name.clone().unwrap_or_else(|| check.facts.joined()),
        outcome: absence_check(tariffs, check),
    });
    prices.chain(absences).collect()
}

/// The day of examples that name none: the first Monday of school in September 2026.
fn usual_day() -> Date {
    Date::new(2026, 9, 7).unwrap_or(Date::MIN)
}

fn price_check(tariffs: &Tariffs, check: &PriceCheck) -> Result<String, String> {
    let facts = check.facts.joined();
    let date = check.date.map_or_else(usual_day, |day| day.0);
    let units: Vec<Option<&str>> = if check.unit.is_empty() {
        vec![None]
    } else {
        check
            .unit
            .0
            .iter()
            .map(|unit| Some(unit.as_str()))
            .collect()
    };
    let mut total = Cents::ZERO;
    let (mut sentences, mut notes, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    for unit in units {
        let question = Question {
            activity: &check.activity,
            unit,
            date,
            facts: &facts,
        };
        match explain(tariffs, &question) {
            Ok(said) => {
                let sum = total.checked_add(said.cents);
                total = sum.ok_or("la somme est trop grande")?;
                sentences.push(said.sentence);
                notes.extend(said.notes);
                parts.extend(said.instalments);
            }
            Err(refusal) if check.expect.as_ref().is_some_and(|e| e.0 == "refusé") => {
                return Ok(refusal);
            }
            Err(refusal) => return Err(refusal),
        }
    }
    let sentence = sentences.join(" ");
    if let Some(expected) = &check.expect {
        let cents = Exact::decimal(&expected.0, 2).filter(|cents| cents.is_whole());
        let Some(cents) = cents else {
            return Err(format!(
                "«\u{a0}{}\u{a0}» attendu\u{a0}; {sentence}",
                expected.0
            ));
        };
        if Cents(cents.floor()) != total {
            let expected = Cents(cents.floor());
            return Err(format!(
                "{expected} attendus, {total} calculés\u{a0}; {sentence}"
            ));
        }
    }
    if !check.instalments.is_empty() {
        let expected = check.instalments.iter().map(|part| {
            let cents = Exact::decimal(&part.0, 2)?;
            cents.is_whole().then(|| Cents(cents.floor()))
        });
        let expected: Option<Vec<Cents>> = expected.collect();
        if expected.as_ref() != Some(&parts) {
            let parts: Vec<String> = parts.iter().map(Cents::to_string).collect();
            return Err(format!("échéances calculées\u{a0}: {}", parts.join(", ")));
        }
    }
    if let Some(effect) = &check.effect
        && !notes.contains(effect)
    {
        return Err(format!("«\u{a0}{effect}\u{a0}» attendu\u{a0}; {sentence}"));
    }
    Ok(sentence)
}

fn absence_check(tariffs: &Tariffs, check: &AbsenceCheck) -> Result<String, String> {
    let days: Vec<Date> = check.days.iter().map(|day| day.0).collect();
    let first = days
        .first()
        .copied()
        .ok_or("donnez les jours réservés (days)")?;
    let began = (check.began).map_or_else(|| first.at(8, 0, 0, 0), |moment| moment.0);
    let units: Vec<&str> = check.unit.0.iter().map(String::as_str).collect();
    let text = check.facts.joined();
    let facts = tariffs.facts(first, units.first().copied(), &text)?;
    let unit = units.first().and_then(|unit| tariffs.unit(unit));
    let moment =
        |moment: Option<super::written::Moment>| -> Option<DateTime> { moment.map(|m| m.0) };
    let absence = Absence {
        activity: &check.activity,
        unit,
        facts: &facts,
        days: &days,
        began,
        handed: moment(check.handed),
        told: moment(check.told),
        in_time: check.in_time,
    };
    let found = consequence(&tariffs.absences, &absence);
    let said = found.explain_fr(&tariffs.absences);
    let due: Vec<Date> = (found.days.iter())
        .filter(|(_, bill)| *bill != Bill::Nothing)
        .map(|(day, _)| *day)
        .collect();
    let expected: Vec<Date> = check.due.iter().map(|day| day.0).collect();
    if due != expected {
        let days: Vec<String> = due.iter().map(|day| french::day_month(*day)).collect();
        return Err(format!(
            "jours dus\u{a0}: {}\u{a0}; {said}",
            days.join(", ")
        ));
    }
    let rule = found.rule.and_then(|at| tariffs.absences.get(at));
    if check.credit.is_some() && rule.and_then(|rule| rule.credit) != check.credit {
        return Err(format!(
            "la somme ne revient pas comme attendu\u{a0}; {said}"
        ));
    }
    Ok(said)
}
