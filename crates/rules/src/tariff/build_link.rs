//! Brings grids, penalties and aids together, in the order in which they are looked for.

use super::aid::Aid;
use super::build::Reader;
use super::exact::Exact;
use super::formula::{Basis, Cell, Formula};
use super::grid::{Adjust, Grid, Line, Quantity};
use super::rounding::Rounding;
use super::when::When;

/// A grid with its penalties and aids. Where these are for some of its activities only, these
/// activities get a grid of their own, so that pricing never asks.
pub(super) fn linked(grid: Grid, penalties: &[(Vec<String>, Adjust)], aids: &[Aid]) -> Vec<Grid> {
    let limits = (penalties.iter().map(|(activities, _)| activities))
        .chain(aids.iter().map(|aid| &aid.activities));
    let mut apart: Vec<String> = Vec::new();
    for activity in limits.flatten() {
        let theirs = grid.activities.is_empty() || grid.activities.contains(activity);
        if theirs && !apart.contains(activity) {
            apart.push(activity.clone());
        }
    }
    let with = |activities: Vec<String>, of: Option<&String>| {
        let holds = |list: &[String]| list.is_empty() || of.is_some_and(|of| list.contains(of));
        let mut grid = Grid {
            activities,
            ..grid.clone()
        };
        let theirs = penalties.iter().filter(|(list, _)| holds(list));
        grid.adjusts
            .extend(theirs.map(|(_, adjust)| adjust.clone()));
        let theirs = aids.iter().filter(|aid| holds(&aid.activities));
        grid.aids.extend(theirs.cloned());
        grid
    };
    let rest = grid.activities.iter().filter(|a| !apart.contains(a));
    let rest: Vec<String> = rest.cloned().collect();
    let everywhere = grid.activities.is_empty();
    let mut grids: Vec<Grid> = apart
        .iter()
        .map(|a| with(vec![a.clone()], Some(a)))
        .collect();
    if everywhere || !rest.is_empty() {
        grids.push(with(rest, None));
    }
    grids
}

/// Two versions of a tariff that start on the same day: nobody could say which one holds.
pub(super) fn twice(reader: &mut Reader, grids: &[Grid]) {
    for (at, grid) in grids.iter().enumerate() {
        let before = grids.iter().take(at);
        let mut same = before.filter(|other| other.name == grid.name && other.since == grid.since);
        if let Some(other) = same.next() {
            let day = other.since.map_or_else(
                || "sans date de début".to_owned(),
                |since| format!("à partir du {}", crate::french::day_month_year(since)),
            );
            reader.fail::<()>(
                &format!("tariffs[{}]", at + 1),
                format!(
                    "deux tarifs «\u{a0}{}\u{a0}» {day}\u{a0}: donnez-leur des noms (name) ou des dates (since) différents",
                    grid.name
                ),
            );
        }
    }
}

/// Versions of a tariff stand together, the latest first, at the place of the one that comes first.
pub(super) fn by_name(grids: Vec<Grid>) -> Vec<Grid> {
    let mut names: Vec<String> = Vec::new();
    for grid in &grids {
        if !names.contains(&grid.name) {
            names.push(grid.name.clone());
        }
    }
    let mut sorted = grids;
    sorted.sort_by_key(|grid| {
        let place = names.iter().position(|name| *name == grid.name);
        (place, std::cmp::Reverse(grid.since))
    });
    sorted
}

/// Penalties on nothing, for activities that have no tariff.
pub(super) fn alone(penalties: &[(Vec<String>, Adjust)]) -> Vec<Grid> {
    let nothing = Line {
        when: When::default(),
        label: None,
        formula: Formula::Cell(Cell::amount(Exact::ZERO)),
        min: None,
        max: None,
        basis: Basis::ANY,
    };
    let grid = Grid {
        name: "Pénalités seules, sans tarif".to_owned(),
        version: None,
        since: None,
        until: None,
        activities: Vec::new(),
        units: Vec::new(),
        when: When::default(),
        lines: vec![nothing],
        adjusts: Vec::new(),
        quantity: Quantity::ONE,
        min_total: None,
        max_total: None,
        fallback: None,
        rounding: Rounding::CENT,
        aids: Vec::new(),
        vat: None,
        care: None,
        credit: false,
        tickets: None,
        instalments: None,
        monotone: true,
    };
    let mut grids = linked(grid, penalties, &[]);
    grids.retain(|grid| !grid.adjusts.is_empty());
    grids
}
