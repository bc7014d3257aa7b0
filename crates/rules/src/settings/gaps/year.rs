//! A year of days, looked at one by one.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::super::activity::ServedUnit;
use super::super::check::Action;
use super::super::rulebook::{Query, Rulebook, Unanswered};
use crate::calendar::{Calendar, DaysOff, Place};
use crate::deadline::{Cutoff, Limit, When};
use crate::french;

/// What is doubtful about a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doubt {
    Unanswered,
    Unpublished,
    /// It closes before this earlier day.
    Backwards(Date),
    /// Its limit was cut at the end of the service.
    Capped,
    /// Its limit falls on this public holiday, and nothing says what then.
    OnHoliday(Date),
}

/// The first day of each doubt, as a sentence.
pub(super) fn look(
    rulebook: &Rulebook,
    unit: &ServedUnit,
    action: Action,
    from: Date,
) -> Vec<String> {
    let mut found: Vec<(Doubt, Date)> = Vec::new();
    let mut last = None;
    for day in from.series(1.day()).take(366) {
        let query = Query {
            action,
            ..Query::book(&unit.activity, Some(&unit.unit), day)
        };
        if !matches!(rulebook.not_served(&query), Ok(None)) {
            continue;
        }
        for doubt in doubts(rulebook, &query, &mut last) {
            let same = std::mem::discriminant(&doubt);
            if !found
                .iter()
                .any(|(other, _)| std::mem::discriminant(other) == same)
            {
                found.push((doubt, day));
            }
        }
    }
    let what = format!("{}/{}, {}", unit.activity, unit.unit, action.label_fr());
    found
        .into_iter()
        .map(|(doubt, day)| format!("{what} : {}", sentence(doubt, day)))
        .collect()
}

fn doubts(
    rulebook: &Rulebook,
    query: &Query<'_>,
    last: &mut Option<(Timestamp, Date)>,
) -> Vec<Doubt> {
    let cutoff = match rulebook.cutoff(query) {
        Ok(cutoff) => cutoff,
        // With an option, a category or a site there is an answer.
        Err(Unanswered::NoDeadline(others)) if !others.is_empty() => return Vec::new(),
        Err(_) => return vec![Doubt::Unanswered],
    };
    let mut doubts = Vec::new();
    if cutoff.limit == Limit::Unpublished {
        doubts.push(Doubt::Unpublished);
    }
    if cutoff.is_capped() {
        doubts.push(Doubt::Capped);
    }
    if let Some(at) = cutoff.instant() {
        if let Some((before, earlier)) = *last
            && at < before
        {
            doubts.push(Doubt::Backwards(earlier));
        }
        *last = Some((at, query.day));
        doubts.extend(on_holiday(&cutoff, at, &rulebook.calendar));
    }
    doubts
}

/// A limit that names a day, and may meet a public holiday there.
fn on_holiday(cutoff: &Cutoff<'_>, at: Timestamp, calendar: &Calendar) -> Option<Doubt> {
    let rule = cutoff.rule();
    let names_a_day = matches!(
        rule.when,
        When::Weekday { .. } | When::Previous(_) | When::Table(_) | When::MonthDay { .. }
    );
    let (day, _) = cutoff.wall(at);
    let holidays = DaysOff {
        public_holidays: true,
        ..DaysOff::NONE
    };
    let falls = calendar.off(day, holidays, Place::default()).is_some();
    (names_a_day && rule.shift.is_none() && falls).then_some(Doubt::OnHoliday(day))
}

fn sentence(doubt: Doubt, day: Date) -> String {
    let on = french::day_year(day);
    match doubt {
        Doubt::Unanswered => format!("aucun délai n’est dit, par exemple pour le {on}."),
        Doubt::Unpublished => format!("aucune date n’est publiée, par exemple pour le {on}."),
        Doubt::Backwards(earlier) => format!(
            "le {on} se ferme avant le {}, qui vient plus tôt.",
            french::day(earlier)
        ),
        Doubt::Capped => {
            format!("la limite dépasse la fin du service, où elle est coupée, par exemple le {on}.")
        }
        Doubt::OnHoliday(holiday) => format!(
            "pour le {on}, la limite tombe un jour férié (le {}). Dites ce qu’elle fait : \
             « shift = \"avant\" », \"après\" ou \"reste\".",
            french::day(holiday)
        ),
    }
}
