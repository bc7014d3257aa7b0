//! What settings leave open or ambiguous: said before a family finds out.

mod year;

use jiff::ToSpan;
use jiff::civil::Date;

use super::check::Action;
use super::problem::{Problem, Problems};
use super::rulebook::{Entry, Rulebook};
use crate::deadline::{Deadline, When};
use crate::french;

/// Looks at what the rulebook says over a year from `from` on. Nothing here makes it unusable.
pub fn gaps(rulebook: &Rulebook, from: Date) -> Vec<Problem> {
    let mut problems = Problems::default();
    for entry in &rulebook.entries {
        problems.at("deadlines", |problems| {
            problems.at(entry.index, |problems| {
                for action in Action::ALL {
                    if let Some(deadline) = entry.limit(action) {
                        unsaid(deadline, entry, rulebook, action, problems);
                    }
                }
            });
        });
    }
    rivals(rulebook, &mut problems);
    for unit in &rulebook.units {
        for action in [Action::Book, Action::Cancel] {
            let found = year::look(rulebook, unit, action, from);
            problems.at("activities", |problems| {
                for message in found {
                    problems.warning(&unit.activity, message);
                }
            });
        }
    }
    let year_end = from.saturating_add(365.days());
    if let Some(last) = rulebook.calendar.school_holidays.last()
        && last.last < year_end
    {
        problems.at("calendar", |problems| {
            problems.warning(
                "school_holidays",
                format!(
                    "Les vacances scolaires ne sont connues que jusqu’au {}.",
                    french::day_month_year(last.last)
                ),
            );
        });
    }
    problems.into_found()
}

/// What one deadline leaves to be guessed.
fn unsaid(
    deadline: &Deadline,
    entry: &Entry,
    rulebook: &Rulebook,
    action: Action,
    problems: &mut Problems,
) {
    let rule = &deadline.rule;
    let key = action.name();
    let says_hour = match &rule.when {
        When::Always | When::Never | When::UntilStart | When::Minutes(_) => true,
        When::Table(rows) => rows
            .iter()
            .flatten()
            .all(|row| row.at.or(rule.at).is_some()),
        When::Dates(lines) => lines.iter().all(|line| line.until.1.is_some()),
        _ => rule.at.is_some(),
    };
    if !says_hour {
        problems.warning(key, "L’heure n’est pas dite : ce sera la fin de la journée. Écrivez « at = \"24:00\" » si c’est voulu.");
    }
    if let When::Minutes(_) = rule.when {
        let without_start = rulebook
            .units
            .iter()
            .filter(|unit| unit.start.is_none())
            .find(|unit| {
                entry.scope.activities.is_empty() || entry.scope.activities.contains(&unit.activity)
            });
        if let Some(unit) = without_start {
            problems.warning(key, format!("Un délai en heures se compte depuis le début : « {} » n’a pas d’heure de début (« start »), on compte depuis 0 h.", unit.label));
        }
        if rule.days_off.is_none() {
            problems.warning(key, "Ces heures comptent aussi les week-ends et les jours fériés. Si ce n’est pas voulu, ajoutez « days_off ».");
        }
    }
    if let When::Days {
        n: 1,
        count: crate::deadline::Count::Calendar,
    } = rule.when
        && rule.days_off.is_none()
        && rule.shift.is_none()
    {
        problems.warning(key, "La veille d’un lundi est un dimanche. Pour le dernier jour d’école ou ouvré, écrivez « school_days = 1 » ou « working_days = 1 ».");
    }
}

/// Two deadlines that are as precise and fit the same unit.
fn rivals(rulebook: &Rulebook, problems: &mut Problems) {
    for (index, entry) in rulebook.entries.iter().enumerate() {
        let rival = rulebook.entries[..index].iter().find(|other| {
            other.scope == entry.scope
                && Action::ALL
                    .into_iter()
                    .any(|action| other.limit(action).is_some() && entry.limit(action).is_some())
        });
        if let Some(rival) = rival {
            problems.at("deadlines", |problems| {
                problems.at(entry.index, |problems| {
                    problems.warning("", format!("Le délai n° {} dit déjà quelque chose pour la même portée : c’est lui qui l’emporte.", rival.index + 1));
                });
            });
        }
    }
}
