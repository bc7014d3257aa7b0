//! A limit of a settings file: one key says when, others refine.

use super::super::deadline::{
    DatesRow, ExceptionKeys, LateKeys, Limit, LimitKeys, LimitWord, Opening, Table,
};
use super::super::problem::Problems;
use crate::calendar::Weekdays;
use crate::deadline::{
    Anchor, Consequence, Count, Deadline, Exception, Late, Opens, PublishedDates, Rule, Shift, When,
};

/// The keys of which one is needed.
const WHEN: &str = "working_days, school_days, days, weeks, months, clear_days, hours, minutes, same_day, eve, weekday, previous, table, month_day, year_day, date, dates ou days_after";

pub(super) fn compile(limit: &Limit, problems: &mut Problems) -> Option<Deadline> {
    let keys = match limit {
        Limit::Word(word) => return Some(Deadline::new(word_rule(*word))),
        Limit::Keys(keys) => keys,
    };
    let opens = opens(keys, problems);
    let rule = if (opens.is_some() || keys.request) && whens(keys).next().is_none() {
        Rule::new(When::UntilStart, None)
    } else {
        rule(keys, problems)?
    };
    Some(Deadline {
        rule,
        exceptions: keys
            .except
            .iter()
            .enumerate()
            .filter_map(|(index, keys)| {
                problems.at("except", |problems| {
                    problems.at(index, |problems| exception(keys, problems))
                })
            })
            .collect(),
        opens,
        late: keys
            .late
            .iter()
            .filter_map(|keys| problems.at("late", |problems| late(keys, problems)))
            .collect(),
        request: keys.request,
        paid: keys.paid,
        note: keys.note.clone(),
    })
}

fn word_rule(word: LimitWord) -> Rule {
    let when = match word {
        LimitWord::Always => When::Always,
        LimitWord::Never => When::Never,
        LimitWord::UntilStart => When::UntilStart,
    };
    Rule::new(when, None)
}

/// A limit where only an instant makes sense: in an exception, for late comers, for an opening.
fn plain(limit: &Limit, problems: &mut Problems) -> Option<Rule> {
    match limit {
        Limit::Word(word) => Some(word_rule(*word)),
        Limit::Keys(keys) => plain_keys(keys, problems),
    }
}

fn plain_keys(keys: &LimitKeys, problems: &mut Problems) -> Option<Rule> {
    let extras = [
        ("opens", keys.opens.is_some()),
        ("opens_by", !keys.opens_by.is_empty()),
        ("late", !keys.late.is_empty()),
        ("except", !keys.except.is_empty()),
        ("request", keys.request),
        ("paid", keys.paid),
        ("note", keys.note.is_some()),
    ];
    for (key, _) in extras.iter().filter(|(_, given)| *given) {
        problems.error(
            key,
            "Cette clé n’a pas de sens ici : écrivez-la dans la limite elle-même.",
        );
    }
    rule(keys, problems)
}

/// What the keys say about when, each with its name.
fn whens(keys: &LimitKeys) -> impl Iterator<Item = (&'static str, When)> {
    let count = |n: Option<u16>, count| n.map(|n| When::Days { n, count });
    let weeks_before = keys.weeks_before.unwrap_or(1);
    let months_before = keys.months_before.unwrap_or(1);
    let weekday = keys.weekday.map(|day| match keys.nth {
        Some(nth) => When::MonthWeekday {
            nth,
            day: day.0,
            months_before,
        },
        None => When::Weekday {
            day: day.0,
            weeks_before,
        },
    });
    let dates =
        (!keys.dates.is_empty()).then(|| When::Dates(keys.dates.iter().map(line).collect()));
    [
        ("working_days", count(keys.working_days, Count::Working)),
        ("school_days", count(keys.school_days, Count::School)),
        ("days", count(keys.days, Count::Calendar)),
        ("clear_days", keys.clear_days.map(When::ClearDays)),
        (
            "weeks",
            count(
                keys.weeks.map(|weeks| weeks.saturating_mul(7)),
                Count::Calendar,
            ),
        ),
        ("months", keys.months.map(When::Months)),
        (
            "hours",
            keys.hours.map(|hours| When::Minutes(60 * u32::from(hours))),
        ),
        ("minutes", keys.minutes.map(When::Minutes)),
        ("same_day", count(keys.same_day.map(|_| 0), Count::Calendar)),
        ("eve", count(keys.eve.map(|_| 1), Count::Calendar)),
        ("weekday", weekday),
        ("previous", keys.previous.map(|day| When::Previous(day.0))),
        (
            "table",
            keys.table.as_ref().map(|table| When::Table(rows(table))),
        ),
        (
            "month_day",
            keys.month_day
                .map(|day| When::MonthDay { day, months_before }),
        ),
        (
            "year_day",
            keys.year_day.map(|day| When::YearDay {
                month: day.month,
                day: day.day,
            }),
        ),
        ("date", keys.date.map(|day| When::On(day.0))),
        ("dates", dates),
        ("days_after", keys.days_after.map(When::DaysAfter)),
    ]
    .into_iter()
    .filter_map(|(key, when)| when.map(|when| (key, when)))
}

fn rule(keys: &LimitKeys, problems: &mut Problems) -> Option<Rule> {
    let mut said = whens(keys);
    let Some((key, when)) = said.next() else {
        problems.error(
            "",
            format!("Cette limite ne dit pas quand : ajoutez {WHEN}."),
        );
        return None;
    };
    for (other, _) in said {
        problems.error(
            other,
            format!("« {key} » dit déjà quand : une seule de ces clés suffit."),
        );
    }
    refinements(keys, key, &when, problems);
    let hour_in_key = keys.same_day.or(keys.eve);
    let before = keys.before.unwrap_or(match when {
        When::YearDay { .. } => Anchor::SchoolYear,
        _ => Anchor::Day,
    });
    Some(Rule {
        when,
        at: hour_in_key.or(keys.at),
        before,
        days_off: keys.days_off.map(|list| list.0),
        shift: keys.shift,
    })
}

/// Keys that refine something that is not said, and values out of range.
fn refinements(keys: &LimitKeys, key: &str, when: &When, problems: &mut Problems) {
    let mut only_with = |given: bool, refinement: &str, fits: bool, needed: &str| {
        if given && !fits {
            problems.error(
                refinement,
                format!("« {refinement} » précise {needed}, et n’a pas de sens avec « {key} »."),
            );
        }
    };
    let in_week = matches!(when, When::Weekday { .. });
    let in_month = matches!(when, When::MonthDay { .. } | When::MonthWeekday { .. });
    only_with(
        keys.weeks_before.is_some(),
        "weeks_before",
        in_week,
        "« weekday »",
    );
    only_with(
        keys.months_before.is_some(),
        "months_before",
        in_month,
        "« month_day » ou « nth »",
    );
    only_with(keys.nth.is_some(), "nth", key == "weekday", "« weekday »");
    let has_no_hour = !matches!(when, When::Minutes(_) | When::Dates(_));
    let in_key = matches!(key, "same_day" | "eve");
    only_with(
        keys.at.is_some(),
        "at",
        has_no_hour && !in_key,
        "une limite qui n’a pas déjà son heure",
    );
    if let When::MonthDay { day, .. } = when
        && !(1..=31).contains(day)
    {
        problems.error("month_day", "Un jour du mois va de 1 à 31.");
    }
    if let Some(nth) = keys.nth
        && !matches!(nth, -1 | 1..=4)
    {
        problems.error(
            "nth",
            "Le combientième du mois va de 1 à 4 ; -1 est le dernier.",
        );
    }
    if keys
        .days_off
        .is_some_and(|list| list.0.weekdays == Weekdays::ALL)
    {
        problems.error("days_off", "Aucun jour ne compterait.");
    }
    if keys.shift == Some(Shift::Stays) && keys.days_off.is_some() && in_week {
        problems.warning(
            "shift",
            "La limite reste où elle tombe : « days_off » ne change rien.",
        );
    }
    for (index, row) in keys.dates.iter().enumerate() {
        if row.to < row.from {
            problems.at("dates", |problems| {
                problems.at(index, |problems| {
                    problems.error("to", "Le dernier jour est avant le premier.");
                });
            });
        }
    }
}

fn rows(table: &Table) -> [Option<crate::deadline::TableEntry>; 7] {
    let Table {
        lundi,
        mardi,
        mercredi,
        jeudi,
        vendredi,
        samedi,
        dimanche,
    } = table;
    [lundi, mardi, mercredi, jeudi, vendredi, samedi, dimanche].map(|cell| cell.map(|cell| cell.0))
}

fn line(row: &DatesRow) -> PublishedDates {
    PublishedDates {
        first: row.from.0,
        last: row.to.0,
        opens: row.opens.map(|moment| (moment.day, moment.hour)),
        until: (row.until.day, row.until.hour),
    }
}

fn opens(keys: &LimitKeys, problems: &mut Problems) -> Option<Opens> {
    if keys.opens.is_some() && !keys.opens_by.is_empty() {
        problems.error("opens_by", "« opens » dit déjà quand cela ouvre pour tous.");
    }
    if let Some(opening) = &keys.opens {
        return problems
            .at("opens", |problems| self::opening(opening, problems))
            .map(Opens::All);
    }
    if keys.opens_by.is_empty() {
        return None;
    }
    let stages = keys
        .opens_by
        .iter()
        .filter_map(|(category, opening)| {
            let rule = problems.at("opens_by", |problems| {
                problems.at(category.as_str(), |problems| {
                    self::opening(opening, problems)
                })
            })?;
            Some((category.clone(), rule))
        })
        .collect();
    Some(Opens::ByCategory(stages))
}

fn opening(opening: &Opening, problems: &mut Problems) -> Option<Rule> {
    match opening {
        Opening::At(moment) => Some(Rule::new(When::On(moment.day), moment.hour)),
        Opening::Keys(keys) => plain_keys(keys, problems),
    }
}

fn late(keys: &LateKeys, problems: &mut Problems) -> Option<Late> {
    let consequence = match (&keys.supplement, keys.request) {
        (Some(name), false) => Consequence::Supplement(name.clone()),
        (None, true) => Consequence::Request,
        _ => {
            problems.error("", "Un retard coûte un « supplement », ou devient une demande (« request = true ») : l’un des deux.");
            return None;
        }
    };
    let until = match &keys.until {
        Some(limit) => problems.at("until", |problems| plain(limit, problems))?,
        None => Rule::new(When::UntilStart, None),
    };
    Some(Late { consequence, until })
}

fn exception(keys: &ExceptionKeys, problems: &mut Problems) -> Option<Exception> {
    let for_all = keys.on.is_none()
        && keys.after.is_none()
        && keys.during.is_none()
        && keys.from.is_none()
        && keys.to.is_none();
    if for_all {
        problems.error("", "Cette exception vaut tous les jours : dites lesquels (« on », « after », « during », « from », « to »).");
    }
    let rule = problems.at("limit", |problems| plain(&keys.limit, problems))?;
    Some(Exception {
        on: keys.on.map_or(Weekdays::ALL, |list| list.0),
        after: keys.after,
        during: keys.during,
        first: keys.from.map(|day| day.0),
        last: keys.to.map(|day| day.0),
        rule,
    })
}
