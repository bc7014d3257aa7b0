//! A settings file's own examples, played again.

use jiff::Timestamp;

use super::check::{Check, Outcome, Source};
use super::rulebook::{Query, Rulebook};
use super::scalar::Moment;
use crate::calendar::Hour;
use crate::deadline::Verdict;

/// How an example came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replayed {
    /// Its place in the list, from 0.
    pub index: usize,
    /// "cantine, repas, 2026-11-23, réserver".
    pub label: String,
    /// Whether the commune published it.
    pub source: Source,
    /// What differs, in French; nothing when it came out as expected.
    pub differs: Option<String>,
    /// "jusqu’au jeudi 19 novembre à 10 h 00".
    pub found: String,
}

/// Plays the examples.
pub fn replay(checks: &[Check], rulebook: &Rulebook) -> Vec<Replayed> {
    checks
        .iter()
        .enumerate()
        .map(|(index, check)| play(index, check, rulebook))
        .collect()
}

impl Check {
    /// The question that it asks.
    pub fn query(&self) -> Query<'_> {
        Query {
            activity: &self.activity,
            unit: self.unit.as_deref(),
            site: self.site.as_deref(),
            group: self.group.as_deref(),
            option: self.option.as_deref(),
            category: self.category.as_deref(),
            day: self.day.0,
            action: self.action,
        }
    }
}

fn play(index: usize, check: &Check, rulebook: &Rulebook) -> Replayed {
    let unit = check.unit.as_deref().unwrap_or(&check.activity);
    let label = format!(
        "{}/{unit}, {}, {}",
        check.activity,
        check.day.0,
        check.action.label_fr()
    );
    let (found, differs) = match rulebook.cutoff(&check.query()) {
        Ok(cutoff) => (cutoff.until_fr(), differences(check, &cutoff, rulebook)),
        Err(unanswered) => (String::new(), Some(unanswered.message_fr())),
    };
    Replayed {
        index,
        label,
        source: check.source,
        differs,
        found,
    }
}

fn differences(
    check: &Check,
    cutoff: &crate::deadline::Cutoff<'_>,
    rulebook: &Rulebook,
) -> Option<String> {
    let instant = |moment: Moment, hour: Hour| -> Timestamp {
        rulebook
            .calendar
            .instant(moment.day, moment.hour.unwrap_or(hour))
    };
    let category = check.category.as_deref();
    let mut differ = Vec::new();
    if let Some(until) = check.until
        && cutoff.instant() != Some(instant(until, Hour::END))
    {
        differ.push(format!(
            "attendu jusqu’au {}, trouvé {}",
            cutoff.instant_fr(instant(until, Hour::END)),
            cutoff.until_fr()
        ));
    }
    if let Some(opens) = check.opens
        && cutoff.opens(category) != Some(instant(opens, Hour::START))
    {
        differ.push("l’ouverture n’est pas celle qui est attendue".to_owned());
    }
    if let (Some(at), Some(outcome)) = (check.at, check.outcome) {
        let verdict = cutoff.verdict(instant(at, Hour::START), category);
        if outcome != self::outcome(&verdict) {
            differ.push(format!("trouvé : {}", verdict.message_fr(cutoff)));
        }
    }
    if check.until.is_none()
        && check.opens.is_none()
        && (check.at.is_none() || check.outcome.is_none())
    {
        differ.push(
            "cet exemple n’attend rien : ajoutez « until », « opens », ou « at » et « outcome »"
                .to_owned(),
        );
    }
    (!differ.is_empty()).then(|| differ.join(" ; "))
}

fn outcome(verdict: &Verdict<'_>) -> Outcome {
    match verdict {
        Verdict::NotYet { .. } => Outcome::NotYet,
        Verdict::Open { .. } => Outcome::Open,
        Verdict::Late { .. } => Outcome::Late,
        Verdict::Closed { .. } => Outcome::Closed,
    }
}
