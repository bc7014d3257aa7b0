//! From a file's shape to a rulebook, with everything that is wrong said at once.

mod calendar;
mod limit;

use std::collections::BTreeMap;

use super::activity::ServedUnit;
use super::check::Action;
use super::deadline::DeadlineEntry;
use super::file::{Activity, CapacityEntry, Settings, Site};
use super::list::Names;
use super::problem::{Level, Problem, Problems};
use super::rulebook::{Entry, Rulebook, Scope};
use crate::booking::Capacity;
use crate::calendar::SchoolHolidays;
use crate::deadline::Deadline;

/// Checks settings as a whole. Gives a rulebook when nothing is wrong, and what is wrong or doubtful.
/// `holidays` are the school holidays of all zones.
pub fn compile(settings: &Settings, holidays: &SchoolHolidays) -> (Option<Rulebook>, Vec<Problem>) {
    let mut problems = Problems::default();
    let calendar = calendar::compile(settings, holidays, &mut problems);
    references(settings, &mut problems);
    let mut entries = Vec::new();
    for (index, entry) in settings.deadlines.iter().enumerate() {
        let compiled = problems.at("deadlines", |problems| {
            problems.at(index, |problems| {
                scope_references(entry, settings, problems);
                Entry {
                    index,
                    scope: scope(entry),
                    limits: limits(entry, problems),
                }
            })
        });
        entries.push(compiled);
    }
    let capacities = problems.at("capacities", |problems| {
        let all = settings.capacities.iter().enumerate();
        all.map(|(index, entry)| problems.at(index, |problems| capacity(entry, settings, problems)))
            .collect()
    });
    let rulebook = Rulebook {
        name: settings.commune.name.clone(),
        valid_from: settings.valid_from.map(|day| day.0),
        calendar,
        units: settings
            .activities
            .iter()
            .flat_map(|(id, activity)| ServedUnit::of(id, activity))
            .collect(),
        entries,
        capacities,
        sites: named(&settings.sites, |site| &site.name),
        groups: named(&settings.groups, |group| &group.name),
    };
    let found = problems.into_found();
    let usable = found.iter().all(|problem| problem.level != Level::Error);
    (usable.then_some(rulebook), found)
}

fn named<T>(all: &BTreeMap<String, T>, name: fn(&T) -> &String) -> BTreeMap<String, String> {
    let all = all.iter();
    all.map(|(id, one)| (id.clone(), name(one).clone()))
        .collect()
}

fn capacity(entry: &CapacityEntry, settings: &Settings, problems: &mut Problems) -> Capacity {
    // The same names as a deadline's are to be known.
    let scope = DeadlineEntry {
        activity: entry.activity.clone(),
        unit: entry.unit.clone(),
        site: entry.site.clone(),
        group: entry.group.clone(),
        from: entry.from,
        to: entry.to,
        ..DeadlineEntry::default()
    };
    scope_references(&scope, settings, problems);
    Capacity {
        activities: names(entry.activity.as_ref()),
        units: names(entry.unit.as_ref()),
        sites: names(entry.site.as_ref()),
        groups: names(entry.group.as_ref()),
        days: entry.days.map(|days| days.0),
        first: entry.from.map(|day| day.0),
        last: entry.to.map(|day| day.0),
        places: entry.places,
    }
}

fn names(list: Option<&Names>) -> Vec<String> {
    list.map_or_else(Vec::new, |names| names.0.clone())
}

fn scope(entry: &DeadlineEntry) -> Scope {
    Scope {
        activities: names(entry.activity.as_ref()),
        units: names(entry.unit.as_ref()),
        sites: names(entry.site.as_ref()),
        groups: names(entry.group.as_ref()),
        options: names(entry.option.as_ref()),
        categories: names(entry.category.as_ref()),
        during: entry.during,
        first: entry.from.map(|day| day.0),
        last: entry.to.map(|day| day.0),
    }
}

fn limits(entry: &DeadlineEntry, problems: &mut Problems) -> [Option<Deadline>; 4] {
    if entry.both.is_some() && (entry.book.is_some() || entry.cancel.is_some()) {
        problems.error(
            "both",
            "« both » vaut pour réserver et annuler : retirez « book » et « cancel », ou « both ».",
        );
    }
    if [
        &entry.book,
        &entry.cancel,
        &entry.both,
        &entry.change,
        &entry.enrol,
    ]
    .iter()
    .all(|limit| limit.is_none())
    {
        problems.error(
            "",
            "Ce délai ne dit rien : ajoutez « book », « cancel », « both », « change » ou « enrol ».",
        );
    }
    let both = entry
        .both
        .as_ref()
        .and_then(|limit| problems.at("both", |problems| limit::compile(limit, problems)));
    let mut own = |key: &str, limit: Option<&super::deadline::Limit>| {
        limit.and_then(|limit| problems.at(key, |problems| limit::compile(limit, problems)))
    };
    Action::ALL.map(|action| match action {
        Action::Book => own("book", entry.book.as_ref()).or_else(|| both.clone()),
        Action::Cancel => own("cancel", entry.cancel.as_ref()).or_else(|| both.clone()),
        Action::Change => own("change", entry.change.as_ref()),
        Action::Enrol => own("enrol", entry.enrol.as_ref()),
    })
}

/// Names that are used and not declared.
fn references(settings: &Settings, problems: &mut Problems) {
    if settings.activities.is_empty() {
        problems.warning("activities", "Aucune activité n’est décrite.");
    }
    for (id, group) in &settings.groups {
        if let Some(site) = &group.site
            && !settings.sites.contains_key(site)
        {
            problems.at("groups", |problems| {
                problems.at(id.as_str(), |problems| {
                    problems.error("site", unknown("site", site, settings.sites.keys()));
                });
            });
        }
    }
    for (id, activity) in &settings.activities {
        problems.at("activities", |problems| {
            problems.at(id.as_str(), |problems| {
                known_sites(activity.sites.as_ref(), "sites", &settings.sites, problems);
                if let (Some(from), Some(to)) = (activity.from, activity.to)
                    && to < from
                {
                    problems.error("to", "Le dernier jour est avant le premier.");
                }
                identifiers(id, activity, problems);
                unit_references(activity, problems);
                let units = activity
                    .units
                    .iter()
                    .map(|(id, unit)| (Some(id), unit.start, unit.end));
                let own = std::iter::once((None, activity.start, activity.end));
                for (unit, start, end) in own.chain(units) {
                    if let (Some(start), Some(end)) = (start, end)
                        && end <= start
                    {
                        let message = "L’heure de fin doit suivre l’heure de début.";
                        match unit {
                            None => problems.error("end", message),
                            Some(unit) => problems.at("units", |problems| {
                                problems
                                    .at(unit.as_str(), |problems| problems.error("end", message));
                            }),
                        }
                    }
                }
            });
        });
    }
}

/// Forms hold identifiers one after the other, with a star between.
fn identifiers(id: &str, activity: &Activity, problems: &mut Problems) {
    let starred = |id: &str| id.contains('*');
    let message = "Un identifiant ne contient pas d’étoile.";
    if starred(id) {
        problems.error("", message);
    }
    for unit in activity.units.keys().filter(|unit| starred(unit)) {
        problems.at("units", |problems| problems.error(unit, message));
    }
}

fn unit_references(activity: &Activity, problems: &mut Problems) {
    for (id, unit) in &activity.units {
        let links = [("requires", &unit.requires), ("excludes", &unit.excludes)];
        for (key, list) in links {
            for other in names(list.as_ref()) {
                if other == *id || !activity.units.contains_key(&other) {
                    let message = unknown("unité", &other, activity.units.keys());
                    problems.at("units", |problems| {
                        problems.at(id.as_str(), |problems| problems.error(key, message));
                    });
                }
            }
        }
    }
}

fn scope_references(entry: &DeadlineEntry, settings: &Settings, problems: &mut Problems) {
    for id in names(entry.activity.as_ref()) {
        if !settings.activities.contains_key(&id) {
            problems.error(
                "activity",
                unknown("activité", &id, settings.activities.keys()),
            );
        }
    }
    let of = names(entry.activity.as_ref());
    let concerned = || {
        settings
            .activities
            .iter()
            .filter(|(id, _)| of.is_empty() || of.contains(id))
    };
    let units: Vec<String> = concerned()
        .flat_map(|(id, activity)| ServedUnit::of(id, activity))
        .map(|unit| unit.unit)
        .collect();
    for id in names(entry.unit.as_ref()) {
        if !units.contains(&id) {
            problems.error("unit", unknown("unité", &id, units.iter()));
        }
    }
    let options: Vec<String> = concerned()
        .flat_map(|(_, activity)| names(activity.options.as_ref()))
        .collect();
    for option in names(entry.option.as_ref()) {
        if !options.contains(&option) {
            problems.error("option", unknown("option", &option, options.iter()));
        }
    }
    known_sites(entry.site.as_ref(), "site", &settings.sites, problems);
    for group in names(entry.group.as_ref()) {
        if !settings.groups.contains_key(&group) {
            problems.error("group", unknown("groupe", &group, settings.groups.keys()));
        }
    }
    if let (Some(from), Some(to)) = (entry.from, entry.to)
        && to < from
    {
        problems.error("to", "Le dernier jour est avant le premier.");
    }
}

fn known_sites(
    used: Option<&Names>,
    key: &str,
    sites: &BTreeMap<String, Site>,
    problems: &mut Problems,
) {
    for site in names(used) {
        if !sites.contains_key(&site) {
            problems.error(key, unknown("site", &site, sites.keys()));
        }
    }
}

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a String>) -> String {
    let known: Vec<&String> = known.collect();
    if known.is_empty() {
        format!("« {name} » : aucun nom de ce genre ({what}) n’est déclaré.")
    } else {
        format!(
            "« {name} » n’est pas déclaré ({what}) ; connus : {}.",
            crate::french::list(&known)
        )
    }
}
