//! Settings that were checked, and answer.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

pub use super::activity::NotServed;
use super::activity::ServedUnit;
use super::check::Action;
use crate::booking::Capacity;
use crate::calendar::{Calendar, Place};
use crate::deadline::{Cutoff, Deadline, Season, Service, cutoff, in_season};
use crate::french;

/// What a deadline is for. An empty list is all; each key that is given narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Activities.
    pub activities: Vec<String>,
    /// Units.
    pub units: Vec<String>,
    /// Sites.
    pub sites: Vec<String>,
    /// Groups.
    pub groups: Vec<String>,
    /// Options.
    pub options: Vec<String>,
    /// Categories of families.
    pub categories: Vec<String>,
    /// Part of the year.
    pub during: Option<Season>,
    /// First day of service.
    pub first: Option<Date>,
    /// Last day of service.
    pub last: Option<Date>,
}

impl Scope {
    /// How many keys narrow it.
    pub fn precision(&self) -> usize {
        let lists = [
            &self.activities,
            &self.units,
            &self.sites,
            &self.groups,
            &self.options,
            &self.categories,
        ];
        lists.iter().filter(|list| !list.is_empty()).count()
            + usize::from(self.during.is_some())
            + usize::from(self.first.is_some() || self.last.is_some())
    }

    fn holds(&self, query: &Query<'_>, unit: &str, calendar: &Calendar) -> bool {
        let named = |list: &[String], name: Option<&str>| {
            list.is_empty() || name.is_some_and(|name| list.iter().any(|item| item == name))
        };
        named(&self.activities, Some(query.activity))
            && named(&self.units, Some(unit))
            && named(&self.sites, query.site)
            && named(&self.groups, query.group)
            && named(&self.options, query.option)
            && named(&self.categories, query.category)
            && self.first.is_none_or(|first| first <= query.day)
            && self.last.is_none_or(|last| query.day <= last)
            && self
                .during
                .is_none_or(|season| in_season(season, query.day, calendar))
    }
}

/// A deadline of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the list, from 0.
    pub index: usize,
    /// What it is for.
    pub scope: Scope,
    /// What it says by action: book, cancel, change, enrol.
    pub limits: [Option<Deadline>; 4],
}

impl Entry {
    /// What it says for an action.
    pub fn limit(&self, action: Action) -> Option<&Deadline> {
        let [book, cancel, change, enrol] = &self.limits;
        match action {
            Action::Book => book.as_ref(),
            Action::Cancel => cancel.as_ref(),
            Action::Change => change.as_ref(),
            Action::Enrol => enrol.as_ref(),
        }
    }
}

/// A question: until when may this be done for that day?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query<'a> {
    /// The activity.
    pub activity: &'a str,
    /// The unit; may be left out where there is one.
    pub unit: Option<&'a str>,
    /// The site.
    pub site: Option<&'a str>,
    /// The group.
    pub group: Option<&'a str>,
    /// The option.
    pub option: Option<&'a str>,
    /// The category of the family.
    pub category: Option<&'a str>,
    /// The day of the service.
    pub day: Date,
    /// What is to be done.
    pub action: Action,
}

impl<'a> Query<'a> {
    /// About booking a unit, and nothing else known.
    pub fn book(activity: &'a str, unit: Option<&'a str>, day: Date) -> Self {
        Self {
            activity,
            unit,
            site: None,
            group: None,
            option: None,
            category: None,
            day,
            action: Action::Book,
        }
    }
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unanswered {
    /// No such activity; these there are.
    NoActivity(Vec<String>),
    /// No such unit, or several to choose from; these there are.
    NoUnit(Vec<String>),
    /// The settings state no deadline for that; with these options or categories, they do.
    NoDeadline(Vec<String>),
}

impl Unanswered {
    /// The sentence, with what to write instead.
    pub fn message_fr(&self) -> String {
        let known = |list: &[String]| french::list(list);
        match self {
            Self::NoActivity(all) => {
                format!(
                    "cette activité n’existe pas\u{a0}; il y a\u{a0}: {}",
                    known(all)
                )
            }
            Self::NoUnit(all) => format!("précisez l’unité\u{a0}: {}", known(all)),
            Self::NoDeadline(others) if others.is_empty() => {
                "ces réglages ne disent aucun délai pour cela".to_owned()
            }
            Self::NoDeadline(others) => format!(
                "ces réglages ne disent de délai pour cela qu’avec\u{a0}: {}",
                known(others)
            ),
        }
    }
}

/// The settings of a commune, ready to answer.
#[derive(Debug, Clone)]
pub struct Rulebook {
    /// Name of the commune.
    pub name: String,
    /// From when on they hold.
    pub valid_from: Option<Date>,
    /// The calendar.
    pub calendar: Calendar,
    /// What is given, unit by unit.
    pub units: Vec<ServedUnit>,
    /// The deadlines, in the order of the file.
    pub entries: Vec<Entry>,
    /// The places, where they are counted.
    pub capacities: Vec<Capacity>,
    /// Names of the sites by identifier.
    pub sites: BTreeMap<String, String>,
    /// Names of the groups by identifier.
    pub groups: BTreeMap<String, String>,
}

impl Rulebook {
    /// A unit by its identifiers.
    pub fn served(&self, activity: &str, unit: &str) -> Option<&ServedUnit> {
        let mut all = self.units.iter();
        all.find(|u| u.activity == activity && u.unit == unit)
    }

    /// The unit of a question.
    pub fn unit(&self, query: &Query<'_>) -> Result<&ServedUnit, Unanswered> {
        let of_activity = || {
            self.units
                .iter()
                .filter(|unit| unit.activity == query.activity)
        };
        let mut found = of_activity().filter(|unit| query.unit.is_none_or(|id| unit.unit == id));
        match (found.next(), found.next()) {
            (Some(unit), None) => Ok(unit),
            _ if of_activity().next().is_none() => {
                let all: BTreeSet<&String> = self.units.iter().map(|unit| &unit.activity).collect();
                Err(Unanswered::NoActivity(all.into_iter().cloned().collect()))
            }
            _ => Err(Unanswered::NoUnit(
                of_activity().map(|unit| unit.unit.clone()).collect(),
            )),
        }
    }

    /// The deadline that holds: of those whose scope fits, the one with most keys; the first of two
    /// equals, which [`super::gaps`] complains about.
    pub fn entry(&self, query: &Query<'_>) -> Result<(&Entry, &Deadline), Unanswered> {
        let unit = self.unit(query)?;
        let fitting = self
            .entries
            .iter()
            .filter(|entry| entry.scope.holds(query, &unit.unit, &self.calendar))
            .filter_map(|entry| entry.limit(query.action).map(|limit| (entry, limit)));
        fitting
            .rev()
            .max_by_key(|(entry, _)| entry.scope.precision())
            .ok_or_else(|| Unanswered::NoDeadline(self.others(query)))
    }

    /// With which options or categories there would be an answer.
    fn others(&self, query: &Query<'_>) -> Vec<String> {
        let here: Vec<&Entry> = self
            .entries
            .iter()
            .filter(|entry| entry.limit(query.action).is_some())
            .filter(|entry| {
                entry.scope.activities.is_empty()
                    || entry.scope.activities.iter().any(|id| id == query.activity)
            })
            .collect();
        let of = |what: &str, list: &[String]| -> Vec<String> {
            list.iter().map(|name| format!("{what} {name}")).collect()
        };
        let mut others: Vec<String> = here
            .iter()
            .flat_map(|entry| {
                [
                    of("l’option", &entry.scope.options),
                    of("la catégorie", &entry.scope.categories),
                    of("le site", &entry.scope.sites),
                    of("le groupe", &entry.scope.groups),
                ]
                .concat()
            })
            .collect();
        others.dedup();
        others
    }

    /// The place of a question.
    pub fn place<'a>(&'a self, query: &Query<'a>, unit: &'a ServedUnit) -> Place<'a> {
        Place {
            site: query.site,
            group: query.group,
            activity: Some(&unit.activity),
            unit: Some(&unit.unit),
        }
    }

    /// What is booked, for the rules.
    pub fn service<'a>(&'a self, query: &Query<'a>) -> Result<Service<'a>, Unanswered> {
        let unit = self.unit(query)?;
        let place = self.place(query, unit);
        Ok(Service {
            day: query.day,
            start: unit.start,
            end: unit.end,
            place,
            days: unit.days(query.day, &self.calendar, place),
            season_start: unit.first,
        })
    }

    /// The limit for a question.
    pub fn cutoff<'a>(&'a self, query: &Query<'a>) -> Result<Cutoff<'a>, Unanswered> {
        let (_, deadline) = self.entry(query)?;
        Ok(cutoff(deadline, self.service(query)?, &self.calendar))
    }

    /// Why the unit is not given on the day, if it is not.
    pub fn not_served<'a>(
        &'a self,
        query: &Query<'a>,
    ) -> Result<Option<NotServed<'a>>, Unanswered> {
        let unit = self.unit(query)?;
        let place = self.place(query, unit);
        Ok(unit.not_served(query.day, &self.calendar, place))
    }
}
