//! The price by quotient, as points of a small graph.

use super::facts::Facts;
use super::formula::Formula;
use super::grid::Grid;
use super::measure::Measure;
use super::price::price;
use crate::money::Cents;

/// Prices at quotients from nothing to `upto` (cents): evenly at `count` places, and on both sides of
/// every threshold, so that a step shows as a step. Where there is no price there is no point.
pub fn curve(grid: &Grid, facts: &Facts, by: Measure, upto: i64, count: u16) -> Vec<(i64, Cents)> {
    let mut at: Vec<i64> = Vec::new();
    let count = i64::from(count.max(1));
    let upto = upto.clamp(0, 100_000_000_000);
    at.extend((0..=count).map(|step| upto / count * step));
    at.push(upto);
    for line in &grid.lines {
        at.extend([line.basis.min, line.basis.max]);
        let within = line
            .when
            .within
            .iter()
            .filter(|(measure, _)| *measure == by);
        at.extend(within.flat_map(|(_, interval)| [interval.low, interval.high]));
        match &line.formula {
            Formula::Table(table) if table.by == by => {
                let rows = table.rows.iter().map(|row| row.interval);
                at.extend(rows.flat_map(|interval| [interval.low, interval.high]));
            }
            Formula::Points(points) if points.by == by => {
                at.extend(points.points.iter().map(|(value, _)| *value));
            }
            _ => {}
        }
    }
    at.retain(|value| (0..=upto).contains(value));
    at.sort_unstable();
    at.dedup();
    let point = |value: i64| {
        let facts = facts.clone().with(by, value);
        Some((value, price(grid, &facts).ok()?.cents))
    };
    at.into_iter().filter_map(point).collect()
}
