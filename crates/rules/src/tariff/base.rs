//! The price of one, before anything is added: by lines, brackets and points, and what holds when
//! the resources of the family are not known.

use super::error::PriceError;
use super::exact::Exact;
use super::facts::Facts;
use super::formula::{Basis, Formula, Row};
use super::grid::{Fallback, Grid, Line};
use super::measure::Measure;

/// The price of one by a line, and where it was found.
pub(super) struct Found {
    pub(super) line: usize,
    pub(super) row: Option<usize>,
    pub(super) column: Option<usize>,
    pub(super) defaulted: bool,
    pub(super) unit: Exact,
}

const fn is_resource(measure: Measure) -> bool {
    matches!(measure, Measure::Quotient | Measure::Income)
}

/// The price of one: by the first line that holds, or by the default of the grid when the resources
/// are not known.
pub(super) fn base(grid: &Grid, facts: &Facts) -> Result<Found, PriceError> {
    match by_lines(grid, facts) {
        Err(PriceError::Missing(measure)) if is_resource(measure) => {}
        found => return found,
    }
    let found = match grid.fallback {
        None => Err(PriceError::NoQuotient),
        Some(Fallback::Highest) => extreme(grid, facts, true),
        Some(Fallback::Lowest) => extreme(grid, facts, false),
        Some(Fallback::Price(cell)) => Ok(Found {
            line: 0,
            row: None,
            column: None,
            defaulted: true,
            unit: cell.eval(facts, Basis::ANY)?,
        }),
        Some(Fallback::As { clear, word }) => {
            let mut other = facts.clone();
            for gone in clear.iter() {
                other.words = other.words.without(gone);
            }
            other.words = other.words.with(word);
            match by_lines(grid, &other) {
                Err(PriceError::Missing(m)) if is_resource(m) => extreme(grid, &other, true),
                found => found,
            }
        }
    };
    found.map(|found| Found {
        defaulted: true,
        ..found
    })
}

fn by_lines(grid: &Grid, facts: &Facts) -> Result<Found, PriceError> {
    for (index, line) in grid.lines.iter().enumerate() {
        if line.when.test(facts).map_err(PriceError::Missing)? {
            return by_line(index, line, facts);
        }
    }
    Err(PriceError::NoCase)
}

fn by_line(index: usize, line: &Line, facts: &Facts) -> Result<Found, PriceError> {
    let (mut row, mut column) = (None, None);
    let unit = match &line.formula {
        Formula::Cell(cell) => cell.eval(facts, line.basis)?,
        Formula::Points(points) => {
            let value = facts.get(points.by);
            let value = value.ok_or(PriceError::Missing(points.by))?;
            let at = points.at(line.basis.clamp(value));
            at.ok_or(PriceError::TooLarge)?
        }
        Formula::Table(table) => {
            let at_column = table.column(facts)?;
            let value = (facts.get(table.by)).ok_or(PriceError::Missing(table.by))?;
            let at_row = table.row(line.basis.clamp(value), facts)?;
            (row, column) = (Some(at_row), Some(at_column));
            table.cell(at_row, at_column)?.eval(facts, line.basis)?
        }
    };
    Ok(Found {
        line: index,
        row,
        column,
        defaulted: false,
        unit: kept(line, unit),
    })
}

fn kept(line: &Line, unit: Exact) -> Exact {
    let unit = line.min.map_or(unit, |min| unit.max(min));
    line.max.map_or(unit, |max| unit.min(max))
}

/// The highest (or lowest) price that resources could lead to, everything else as it is.
fn extreme(grid: &Grid, facts: &Facts, highest: bool) -> Result<Found, PriceError> {
    let mut best: Option<Found> = None;
    let mut take = |found: Found| {
        let better = (best.as_ref()).is_none_or(|best| {
            if highest {
                found.unit > best.unit
            } else {
                found.unit < best.unit
            }
        });
        if better {
            best = Some(found);
        }
    };
    for (index, line) in grid.lines.iter().enumerate() {
        let certain = match line.when.test(facts) {
            Ok(false) => continue,
            Ok(true) => true,
            Err(measure) if is_resource(measure) => false,
            Err(measure) => return Err(PriceError::Missing(measure)),
        };
        for value in resources_of_interest(line, facts, highest)? {
            let mut known = facts.clone();
            for measure in [Measure::Quotient, Measure::Income] {
                if known.get(measure).is_none() {
                    known.set(measure, value);
                }
            }
            take(by_line(index, line, &known)?);
        }
        if certain {
            break;
        }
    }
    best.ok_or(PriceError::NoCase)
}

/// The resources at which the price of a line can be highest or lowest.
fn resources_of_interest(
    line: &Line,
    facts: &Facts,
    highest: bool,
) -> Result<Vec<i64>, PriceError> {
    let bounded = |growing: bool| {
        let end = match (growing == highest, highest) {
            (true, _) => line.basis.max,
            (false, _) => line.basis.min.max(0),
        };
        if end == i64::MAX {
            // Far enough for the stated maximum to hold, if there is one.
            line.max
                .map(|_| 100_000_000_000)
                .ok_or(PriceError::NoQuotient)
        } else {
            Ok(end)
        }
    };
    match &line.formula {
        Formula::Cell(cell) if cell.rate.is_none_or(|(_, m)| !is_resource(m)) => Ok(vec![0]),
        Formula::Cell(cell) => {
            let growing = cell.rate.is_some_and(|(rate, _)| !rate.is_negative());
            bounded(growing).map(|end| vec![end])
        }
        Formula::Points(points) => Ok(points.points.iter().map(|(at, _)| *at).collect()),
        Formula::Table(table) if is_resource(table.by) => {
            let column = table.column(facts)?;
            let linear = |row: &Row| {
                let cell = row.cells.get(column);
                cell.is_some_and(|cell| cell.rate.is_some_and(|(_, m)| is_resource(m)))
            };
            let mut values = Vec::with_capacity(table.rows.len());
            for row in &table.rows {
                values.push(row.interval.low.max(0));
                if linear(row) {
                    let end = row.interval.high.min(line.basis.max);
                    let open = end == i64::MAX;
                    values.push(if open && highest {
                        bounded(true)?
                    } else {
                        end.min(100_000_000_000)
                    });
                }
            }
            Ok(values)
        }
        Formula::Table(_) => Ok(vec![0]),
    }
}
