//! The calendar of a settings file.

use crate::calendar::{
    Calendar, Closed, Closure, Period, SchoolHoliday, SchoolHolidays, SchoolWeek, SchoolZone,
    Territory, Weekdays, territory,
};
use crate::french;

use super::super::file::{CalendarSection, ClosureEntry, NamedRange, Settings};
use super::super::list::WeekdayList;
use super::super::problem::Problems;

pub(super) fn compile(
    settings: &Settings,
    holidays: &SchoolHolidays,
    problems: &mut Problems,
) -> Calendar {
    problems.at("calendar", |problems| section(settings, holidays, problems))
}

fn section(settings: &Settings, holidays: &SchoolHolidays, problems: &mut Problems) -> Calendar {
    let section = &settings.calendar;
    let department = settings.commune.department.as_deref();
    let territory = place(section, department, problems);
    let mut calendar = Calendar::of(territory);
    if let Some(name) = &section.time_zone {
        match territory::zone(name) {
            Some(zone) => calendar.zone = zone,
            None => problems.error(
                "time_zone",
                format!(
                    "« {name} » n’est pas un fuseau français ; connus : {}.",
                    french::list(&territory::zone_names().collect::<Vec<_>>())
                ),
            ),
        }
    }
    calendar.school_holidays = school_holidays(section, department, holidays, problems);
    calendar.school_week = week(
        section.school_days,
        section.school_mornings,
        SchoolWeek::FOUR,
        problems,
    );
    for (id, site) in &settings.sites {
        if site.school_days.is_some() || site.school_mornings.is_some() {
            let week = week(
                site.school_days,
                site.school_mornings,
                calendar.school_week,
                problems,
            );
            calendar.site_weeks.insert(id.clone(), week);
        }
    }
    if let Some(WeekdayList(days)) = section.working_days {
        if days.is_empty() {
            problems.error(
                "working_days",
                "Aucun jour n’est travaillé : indiquez-en au moins un.",
            );
        }
        calendar.working_days = days;
    }
    calendar.office_closed = section.office_closed.unwrap_or_default().0;
    if calendar
        .working_days
        .iter()
        .all(|day| calendar.office_closed.contains(day))
    {
        problems.error(
            "office_closed",
            "La mairie est fermée tous les jours travaillés.",
        );
    }
    calendar.bridges = section.bridges.iter().map(|day| day.0).collect();
    calendar.more_public_holidays = section
        .public_holidays
        .iter()
        .map(|named| (named.day.0, named.name.clone()))
        .collect();
    calendar.periods = ranges(&section.periods, "periods", problems)
        .map(|(name, first, last)| Period { name, first, last })
        .collect();
    calendar.closures = section
        .closures
        .iter()
        .enumerate()
        .filter_map(|(index, entry)| {
            problems.at("closures", |problems| {
                problems.at(index, |problems| closure(entry, settings, problems))
            })
        })
        .collect();
    calendar
}

fn place(
    section: &CalendarSection,
    department: Option<&str>,
    problems: &mut Problems,
) -> Territory {
    let by_department = department.map_or(Territory::Metropole, Territory::of_department);
    let Some(name) = &section.territory else {
        return by_department;
    };
    Territory::parse(name).unwrap_or_else(|| {
        let known = Territory::ALL.map(Territory::label_fr);
        problems.error(
            "territory",
            format!(
                "« {name} » n’est pas un territoire ; connus : {}.",
                french::list(&known)
            ),
        );
        by_department
    })
}

fn school_holidays(
    section: &CalendarSection,
    department: Option<&str>,
    shipped: &SchoolHolidays,
    problems: &mut Problems,
) -> Vec<SchoolHoliday> {
    if !section.school_holidays.is_empty() {
        let mut own: Vec<SchoolHoliday> =
            ranges(&section.school_holidays, "school_holidays", problems)
                .map(|(name, first, last)| SchoolHoliday { name, first, last })
                .collect();
        own.sort_by_key(|holiday| holiday.first);
        return own;
    }
    let zone = match &section.school_zone {
        Some(name) => {
            let zone = SchoolZone::parse(name);
            if zone.is_none() {
                problems.error(
                    "school_zone",
                    format!("« {name} » n’est ni une zone (A, B, C, Corse…) ni une académie."),
                );
            }
            zone
        }
        None => department.and_then(SchoolZone::of_department),
    };
    let Some(zone) = zone else {
        problems.warning(
            "school_zone",
            "Sans département ni zone, les vacances scolaires sont inconnues.",
        );
        return Vec::new();
    };
    let holidays = shipped.of(zone);
    if holidays.is_empty() {
        problems.warning(
            "school_holidays",
            format!(
                "Aucune date de vacances n’est livrée pour {} : écrivez-les ici.",
                zone.label_fr()
            ),
        );
    }
    holidays
}

fn week(
    days: Option<WeekdayList>,
    mornings: Option<WeekdayList>,
    usual: SchoolWeek,
    problems: &mut Problems,
) -> SchoolWeek {
    let days = days.map_or(usual.days, |list| list.0);
    let mornings = mornings.map_or_else(
        || {
            if days == usual.days {
                usual.mornings
            } else {
                Weekdays::NONE
            }
        },
        |list| list.0,
    );
    if mornings.iter().any(|day| !days.contains(day)) {
        problems.error(
            "school_mornings",
            "Un matin de classe doit aussi être un jour de classe (« school_days »).",
        );
    }
    SchoolWeek { days, mornings }
}

fn ranges<'a>(
    list: &'a [NamedRange],
    key: &str,
    problems: &mut Problems,
) -> impl Iterator<Item = (String, jiff::civil::Date, jiff::civil::Date)> + use<'a> {
    for (index, range) in list.iter().enumerate() {
        if range.to < range.from {
            problems.at(key, |problems| {
                problems.at(index, |problems| {
                    problems.error("to", "Le dernier jour est avant le premier.");
                });
            });
        }
    }
    list.iter()
        .map(|range| (range.name.clone(), range.from.0, range.to.0))
}

fn closure(entry: &ClosureEntry, settings: &Settings, problems: &mut Problems) -> Option<Closure> {
    let (first, last) = match (entry.day, entry.from, entry.to) {
        (Some(day), None, None) => (day.0, day.0),
        (None, Some(from), Some(to)) if from <= to => (from.0, to.0),
        (None, Some(_), Some(_)) => {
            problems.error("to", "Le dernier jour est avant le premier.");
            return None;
        }
        _ => {
            problems.error(
                "",
                "Une fermeture a un « day », ou un « from » et un « to ».",
            );
            return None;
        }
    };
    let what = match (entry.office, &entry.site, &entry.group) {
        (false, None, None) => Closed::Commune,
        (true, None, None) => Closed::Office,
        (false, Some(site), None) => {
            if !settings.sites.contains_key(site) {
                problems.error("site", super::unknown("site", site, settings.sites.keys()));
            }
            Closed::Site(site.clone())
        }
        (false, None, Some(group)) => Closed::Group(group.clone()),
        _ => {
            problems.error(
                "",
                "Une fermeture est celle d’un site, d’un groupe, ou du bureau : une seule.",
            );
            return None;
        }
    };
    Some(Closure {
        first,
        last,
        what,
        session: entry.session.clone(),
        reason: entry.reason.clone(),
    })
}
