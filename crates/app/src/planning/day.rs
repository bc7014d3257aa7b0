//! A day as those see it who receive the children: how many, where, who, and who came.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use preau_rules::{
    attendance::{Hours, Mark},
    booking::State,
    calendar::Hour,
    permission::Right,
    settings::Rulebook,
};
use preau_store::{
    Tx,
    tables::{
        attendance::{self, Marked},
        booking,
        site::{self, Site},
    },
};
use uuid::Uuid;

use super::rules::{self, Current};
use crate::{Caller, Cx, Error};

/// A unit at a site, by identifiers of the settings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The activity.
    pub activity: String,
    /// The unit.
    pub unit: String,
    /// The site; empty where there is none.
    pub site: String,
}

/// A child on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// Which.
    pub child: Uuid,
    /// First and last name.
    pub name: String,
    /// The family that booked, or that it is billed to.
    pub family_id: Uuid,
    /// Its name.
    pub family: String,
    /// The group, or nothing.
    pub group_id: String,
    /// Its name, or nothing.
    pub group: String,
    /// The family said that the child does not come.
    pub absent: bool,
    /// Nothing was booked.
    pub unbooked: bool,
    /// What was marked when the roll was called.
    pub mark: Option<Mark>,
    /// When the child came and left.
    pub hours: Hours,
}

/// A unit at a site, with its children.
#[derive(Debug, Clone)]
pub struct List {
    /// Which.
    pub place: Place,
    /// Name of the site; empty where there is none.
    pub site: String,
    /// « Cantine ».
    pub label: String,
    /// Who is expected or came, by name.
    pub children: Vec<Present>,
    /// When the roll was last called.
    pub called_at: Option<Timestamp>,
    /// By whom.
    pub called_by: Option<String>,
}

impl List {
    /// How many are to come.
    #[must_use]
    pub fn expected(&self) -> usize {
        let expected = |c: &&Present| !c.absent && !c.unbooked;
        self.children.iter().filter(expected).count()
    }

    /// How many were said to be absent.
    #[must_use]
    pub fn absent(&self) -> usize {
        self.children.iter().filter(|c| c.absent).count()
    }

    /// How many have this mark.
    #[must_use]
    pub fn marked(&self, mark: Mark) -> usize {
        let marked = |c: &&Present| c.mark == Some(mark);
        self.children.iter().filter(marked).count()
    }

    /// What was marked, beside the name of who is expected, or of who came without a booking.
    fn mark(&mut self, one: Marked, book: &Rulebook) {
        if self.called_at.is_none_or(|at| at < one.at) {
            self.called_at = Some(one.at);
            self.called_by = Some(one.by_name);
        }
        let mark = Mark::parse(&one.mark);
        let hours = Hours::parse(&one.arrived, &one.departed).unwrap_or_default();
        if let Some(child) = self.children.iter_mut().find(|c| c.child == one.child_id) {
            (child.mark, child.hours) = (mark, hours);
            return;
        }
        self.children.push(Present {
            child: one.child_id,
            name: format!("{} {}", one.first_name, one.last_name),
            family_id: one.family_id,
            family: one.family,
            group: group(book, &one.group),
            group_id: one.group,
            absent: false,
            unbooked: true,
            mark,
            hours,
        });
    }

    /// A list that nobody is on, for who comes without a booking.
    pub(super) async fn empty(
        tx: &mut Tx,
        rules: &Current,
        caller: &Caller,
        place: &Place,
    ) -> Result<Self, Error> {
        let book = &rules.loaded.rulebook;
        let unit = book.served(&place.activity, &place.unit);
        let unit = unit.ok_or(Error::NotFound)?;
        let known = place.site.is_empty() || book.sites.contains_key(&place.site);
        let sites = site::list(tx).await?;
        if !known || !may(caller, &sites, name(book, &place.site)) {
            return Err(Error::NotFound);
        }
        Ok(Self {
            place: place.clone(),
            site: name(book, &place.site).to_owned(),
            label: unit.label.clone(),
            children: Vec::new(),
            called_at: None,
            called_by: None,
        })
    }
}

fn group(book: &Rulebook, id: &str) -> String {
    book.groups.get(id).cloned().unwrap_or_default()
}

fn name<'b>(book: &'b Rulebook, site: &str) -> &'b str {
    book.sites.get(site).map_or("", String::as_str)
}

fn may(caller: &Caller, sites: &[Site], name: &str) -> bool {
    let place = sites.iter().find(|s| s.name == name).map(|s| s.id);
    match caller {
        Caller::Agent(agent) => agent.grants.allows(Right::Attendance, place),
        _ => true,
    }
}

/// Lists in the making, in the order of the site's name, the hour and the unit's name.
struct Lists<'a> {
    book: &'a Rulebook,
    caller: &'a Caller,
    sites: &'a [Site],
    all: BTreeMap<(String, u16, String, Place), List>,
}

impl Lists<'_> {
    /// The list of a place, unless the caller does not work there.
    fn of(&mut self, place: Place) -> Option<&mut List> {
        let site = name(self.book, &place.site).to_owned();
        if !may(self.caller, self.sites, &site) {
            return None;
        }
        let unit = self.book.served(&place.activity, &place.unit);
        let start = unit.and_then(|u| u.start).map_or(12 * 60, Hour::minutes);
        let label = unit.map_or_else(|| place.unit.clone(), |u| u.label.clone());
        let key = (site.clone(), start, label.clone(), place.clone());
        let list = self.all.entry(key).or_insert_with(|| List {
            place,
            site,
            label,
            children: Vec::new(),
            called_at: None,
            called_by: None,
        });
        Some(list)
    }
}

/// The lists of a day, site by site as the day goes: those of the sites that the caller works at.
pub async fn day(cx: &Cx, day: Date) -> Result<Vec<List>, Error> {
    cx.caller.require(Right::Attendance)?;
    let mut tx = cx.read().await?;
    let rules = rules::current(cx, &mut tx).await?;
    lists(&mut tx, &rules, &cx.caller, day).await
}

/// The same, inside a transaction.
pub(super) async fn lists(
    tx: &mut Tx,
    rules: &Current,
    caller: &Caller,
    day: Date,
) -> Result<Vec<List>, Error> {
    let sites = site::list(tx).await?;
    let book = &rules.loaded.rulebook;
    let mut lists = Lists {
        book,
        caller,
        sites: &sites,
        all: BTreeMap::new(),
    };
    for one in booking::roster(tx, day).await? {
        let place = Place {
            activity: one.activity,
            unit: one.unit,
            site: one.site,
        };
        let Some(list) = lists.of(place) else {
            continue;
        };
        list.children.push(Present {
            child: one.child_id,
            name: format!("{} {}", one.first_name, one.last_name),
            family_id: one.family_id,
            family: one.family,
            group: group(book, &one.group),
            group_id: one.group,
            absent: one.state == State::Absent.code(),
            unbooked: false,
            mark: None,
            hours: Hours::default(),
        });
    }
    for one in attendance::of_day(tx, day).await? {
        let place = Place {
            activity: one.activity.clone(),
            unit: one.unit.clone(),
            site: one.site.clone(),
        };
        if let Some(list) = lists.of(place) {
            list.mark(one, book);
        }
    }
    Ok(lists.all.into_values().collect())
}
