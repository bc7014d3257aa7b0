//! A day as those see it who receive the children: how many, where, and who.

use std::collections::BTreeMap;

use jiff::civil::Date;
use preau_rules::{booking::State, calendar::Hour, permission::Right};
use preau_store::tables::{
    booking::{self, Expected},
    site,
};
use uuid::Uuid;

use super::rules;
use crate::{Caller, Cx, Error};

/// A child on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// First and last name.
    pub name: String,
    /// Name of the family.
    pub family: String,
    /// Name of the group, or nothing.
    pub group: String,
    /// The family said that the child does not come.
    pub absent: bool,
}

/// A unit at a site.
#[derive(Debug, Clone)]
pub struct List {
    /// Name of the site; empty where there is none.
    pub site: String,
    /// « Cantine ».
    pub label: String,
    /// Who is expected, by name.
    pub children: Vec<Present>,
}

impl List {
    /// How many are to come.
    #[must_use]
    pub fn expected(&self) -> usize {
        self.children.iter().filter(|c| !c.absent).count()
    }

    /// How many were said to be absent.
    #[must_use]
    pub fn absent(&self) -> usize {
        self.children.len() - self.expected()
    }
}

fn may(caller: &Caller, site: Option<Uuid>) -> bool {
    match caller {
        Caller::Agent(agent) => agent.grants.allows(Right::Attendance, site),
        _ => true,
    }
}

/// The lists of a day, site by site as the day goes: those of the sites that the caller works at.
pub async fn day(cx: &Cx, day: Date) -> Result<Vec<List>, Error> {
    cx.caller.require(Right::Attendance)?;
    let mut tx = cx.read().await?;
    let rules = rules::current(cx, &mut tx).await?;
    let sites = site::list(&mut tx).await?;
    let all = booking::roster(&mut tx, day).await?;
    drop(tx);
    let book = &rules.loaded.rulebook;
    let mut lists: BTreeMap<(String, u16, String), Vec<Present>> = BTreeMap::new();
    for one in all {
        let name = book.sites.get(&one.site).cloned().unwrap_or_default();
        let place = sites.iter().find(|s| s.name == name).map(|s| s.id);
        if !may(&cx.caller, place) {
            continue;
        }
        let unit = book.served(&one.activity, &one.unit);
        let start = unit.and_then(|u| u.start).map_or(12 * 60, Hour::minutes);
        let label = unit.map_or_else(|| one.unit.clone(), |u| u.label.clone());
        let group = book.groups.get(&one.group).cloned().unwrap_or_default();
        lists
            .entry((name, start, label))
            .or_default()
            .push(present(one, group));
    }
    let lists = lists.into_iter();
    let lists = lists.map(|((site, _, label), children)| List {
        site,
        label,
        children,
    });
    Ok(lists.collect())
}

fn present(one: Expected, group: String) -> Present {
    Present {
        name: format!("{} {}", one.first_name, one.last_name),
        absent: one.state == State::Absent.code(),
        family: one.family,
        group,
    }
}
