//! What settings leave open or ambiguous: said before a family finds out.

use jiff::ToSpan;
use jiff::civil::Date;

use super::check::Action;
use super::problem::{Problem, Problems};
use super::rulebook::{Entry, Query, Rulebook};
use crate::deadline::{Deadline, Shift, When};
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
            year(
                rulebook,
                &unit.activity,
                &unit.unit,
                action,
                from,
                &mut problems,
            );
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
        && rule.shift == Shift::Stays
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

/// Days without an answer, and days that close before an earlier one.
fn year(
    rulebook: &Rulebook,
    activity: &str,
    unit: &str,
    action: Action,
    from: Date,
    problems: &mut Problems,
) {
    let mut unanswered: Option<Date> = None;
    let mut unpublished: Option<Date> = None;
    let mut backwards: Option<(Date, Date)> = None;
    let mut last = None;
    for day in from.series(1.day()).take(366) {
        let query = Query {
            action,
            ..Query::book(activity, Some(unit), day)
        };
        if !matches!(rulebook.not_served(&query), Ok(None)) {
            continue;
        }
        match rulebook.cutoff(&query) {
            Err(_) => unanswered = unanswered.or(Some(day)),
            Ok(cutoff) => match cutoff.instant() {
                Some(at) => {
                    if let Some((before, earlier)) = last
                        && at < before
                    {
                        backwards = backwards.or(Some((earlier, day)));
                    }
                    last = Some((at, day));
                }
                None if cutoff.limit == crate::deadline::Limit::Unpublished => {
                    unpublished = unpublished.or(Some(day));
                }
                None => {}
            },
        }
    }
    let what = format!("{activity}/{unit}, {}", action.label_fr());
    problems.at("activities", |problems| {
        if let Some(day) = unanswered {
            problems.warning(
                activity,
                format!(
                    "{what} : aucun délai n’est dit, par exemple pour le {}.",
                    french::day_year(day)
                ),
            );
        }
        if let Some(day) = unpublished {
            problems.warning(
                activity,
                format!(
                    "{what} : aucune date n’est publiée, par exemple pour le {}.",
                    french::day_year(day)
                ),
            );
        }
        if let Some((earlier, later)) = backwards {
            problems.warning(
                activity,
                format!(
                    "{what} : le {} se ferme avant le {}, qui vient plus tôt.",
                    french::day_year(later),
                    french::day(earlier)
                ),
            );
        }
    });
}
