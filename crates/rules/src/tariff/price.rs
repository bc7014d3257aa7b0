//! The price of one thing: the line of the grid, its quantity, what is added and taken off, one
//! rounding, and who pays.

use super::error::PriceError;
use super::exact::Exact;
use super::facts::Facts;
use super::formula::{Basis, Formula};
use super::grid::{Adjust, Effect, Fallback, Grid, Line};
use super::measure::Measure;
use super::rounding::{Mode, Rounding};
use crate::money::Cents;

/// The most that one price may be: ten thousand billion euros would be a slip of the keyboard.
const MOST: i64 = 1_000_000_000_000_000;

/// A price, with what it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    /// What the family owes: the sum of the lines.
    pub cents: Cents,
    /// Before third parties paid their part.
    pub total: Cents,
    /// What it is made of, in order.
    pub lines: Vec<PricedLine>,
    /// The value added tax in the total.
    pub vat: Cents,
    /// The part of the total that is care and not food.
    pub care: Cents,
    /// How it came about; said in French by [`super::explain`].
    pub why: Why,
}

/// A part of a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PricedLine {
    /// What it is.
    pub what: What,
    /// How much; below zero for what is taken off.
    pub cents: Cents,
}

/// What a part of a price is. Numbers are positions in the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The line of the tariff.
    Base,
    /// A supplement, a reduction or a penalty.
    Adjust(usize),
    /// Raised to the least total.
    Floor,
    /// Lowered to the highest total.
    Ceiling,
    /// A price is never below nothing.
    Zero,
    /// The tax, where prices are written without it.
    Vat,
    /// Paid by a third party, by an aid of the tariff.
    Aid(usize),
    /// Paid by a third party, by an aid that was granted to the family or the child.
    Granted(usize),
}

/// How a price came about, in positions of the grid; costs nothing until it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Why {
    /// The line that held.
    pub line: usize,
    /// The bracket.
    pub row: Option<usize>,
    /// The column.
    pub column: Option<usize>,
    /// Whether the resources were not known, so that the grid's default was taken.
    pub defaulted: bool,
    /// The price of one, in cents, before anything was added.
    pub unit: Exact,
    /// How many times.
    pub quantity: Exact,
}

/// The price of one by a line, and where it was found.
struct Found {
    line: usize,
    row: Option<usize>,
    column: Option<usize>,
    defaulted: bool,
    unit: Exact,
}

/// Prices one thing.
///
/// The first line that holds gives the price of one. Supplements and penalties change it in their
/// order, it is multiplied by the quantity, those that are due once are added, the total is kept
/// within its bounds and rounded, once. Lines are the steps of the rounded sum, so that they always
/// add up to it. Then third parties take their part.
pub fn price(grid: &Grid, facts: &Facts) -> Result<Priced, PriceError> {
    let found = base(grid, facts)?;
    let quantity = grid.quantity.of(facts)?;
    let mut sum = Sum::start(grid.rounding);
    let mut unit = found.unit;
    sum.reach(What::Base, unit.times(quantity))?;
    for (index, adjust) in grid.adjusts.iter().enumerate() {
        if !adjust.once && adjust.when.holds(facts) {
            unit = adjusted(adjust, unit, facts)?;
            sum.reach(What::Adjust(index), unit.times(quantity))?;
        }
    }
    for (index, adjust) in grid.adjusts.iter().enumerate() {
        if adjust.once && adjust.when.holds(facts) {
            let total = adjusted(adjust, sum.exact, facts)?;
            sum.reach(What::Adjust(index), Some(total))?;
        }
    }
    if let Some(min) = grid.min_total.filter(|min| sum.exact < *min) {
        sum.reach(What::Floor, Some(min))?;
    }
    if let Some(max) = grid.max_total.filter(|max| sum.exact > *max) {
        sum.reach(What::Ceiling, Some(max))?;
    }
    if sum.exact.is_negative() && !grid.credit {
        sum.reach(What::Zero, Some(Exact::ZERO))?;
    }
    let vat = vat(grid, &mut sum)?;
    let total = Cents(sum.cents);
    let care = match &grid.care {
        Some(cell) => care(cell, &found, quantity, total, facts)?,
        None => Cents::ZERO,
    };
    let mut owed = total;
    for (index, aid) in grid.aids.iter().enumerate() {
        let part = aid.share(total, owed, facts, super::aid::Used::default())?;
        if part > Cents::ZERO {
            owed = owed.checked_sub(part).ok_or(PriceError::TooLarge)?;
            sum.lines.push(PricedLine {
                what: What::Aid(index),
                cents: Cents(-part.0),
            });
        }
    }
    Ok(Priced {
        cents: owed,
        total,
        lines: sum.lines,
        vat,
        care,
        why: Why {
            line: found.line,
            row: found.row,
            column: found.column,
            defaulted: found.defaulted,
            unit: found.unit,
            quantity,
        },
    })
}

/// The same price, after aids that were granted to the family or the child took their part, in
/// order, each after what it has paid already.
pub fn with_granted(
    mut priced: Priced,
    facts: &Facts,
    aids: &[(super::aid::Aid, super::aid::Used)],
) -> Result<Priced, PriceError> {
    for (index, (aid, used)) in aids.iter().enumerate() {
        let part = aid.share(priced.total, priced.cents, facts, *used)?;
        if part > Cents::ZERO {
            let owed = priced.cents.checked_sub(part);
            priced.cents = owed.ok_or(PriceError::TooLarge)?;
            priced.lines.push(PricedLine {
                what: What::Granted(index),
                cents: Cents(-part.0),
            });
        }
    }
    Ok(priced)
}

/// The price of a whole period in which there were `uses`: a cap, a forfait stepped by the number.
pub fn period_total(grid: &Grid, facts: &Facts, uses: i64) -> Result<Priced, PriceError> {
    use super::grid::Per;
    let mut facts = facts.clone().with(Measure::Uses, uses);
    let each = matches!(
        grid.quantity.per,
        Per::Unit | Per::Session | Per::HalfDay | Per::Day | Per::Event
    );
    if each {
        facts.set(Measure::Quantity, uses);
    }
    price(grid, &facts)
}

/// Prices what the facts are of: a whole period where the grid has one and the facts say how many
/// uses there were, one thing otherwise.
pub fn price_asked(grid: &Grid, facts: &Facts) -> Result<Priced, PriceError> {
    match facts.get(Measure::Uses) {
        Some(uses) if grid.quantity.period.is_some() => period_total(grid, facts, uses),
        _ => price(grid, facts),
    }
}

/// What the `nth` use of a period adds to what the others cost: these sum to the price of the
/// period, whatever its rule, so that each day of the bill has its own price.
pub fn marginal(grid: &Grid, facts: &Facts, nth: i64) -> Result<Cents, PriceError> {
    let upto = period_total(grid, facts, nth)?.total;
    if nth <= 1 {
        return Ok(upto);
    }
    let before = period_total(grid, facts, nth - 1)?.total;
    upto.checked_sub(before).ok_or(PriceError::TooLarge)
}

/// The running sum: exact, and rounded as far as it has come.
struct Sum {
    exact: Exact,
    cents: i64,
    rounding: Rounding,
    lines: Vec<PricedLine>,
}

impl Sum {
    fn start(rounding: Rounding) -> Self {
        Self {
            exact: Exact::ZERO,
            cents: 0,
            rounding,
            lines: Vec::with_capacity(2),
        }
    }

    fn reach(&mut self, what: What, exact: Option<Exact>) -> Result<(), PriceError> {
        let exact = exact.ok_or(PriceError::TooLarge)?;
        let cents = self.rounding.cents(exact).ok_or(PriceError::TooLarge)?;
        if cents.unsigned_abs() > MOST.unsigned_abs() {
            return Err(PriceError::TooLarge);
        }
        self.lines.push(PricedLine {
            what,
            cents: Cents(cents - self.cents),
        });
        self.exact = exact;
        self.cents = cents;
        Ok(())
    }
}

fn adjusted(adjust: &Adjust, before: Exact, facts: &Facts) -> Result<Exact, PriceError> {
    let Some(effect) = &adjust.effect else {
        return Ok(before);
    };
    let after = match effect {
        Effect::Add(cell) => {
            let amount = cell.eval(facts, Basis::ANY)?;
            let times = match &adjust.steps {
                Some(steps) => steps.minutes(facts).ok().and_then(|m| steps.quantity(m)),
                None => Some(Exact::ONE),
            };
            times
                .and_then(|times| amount.times(times))
                .and_then(|amount| before.plus(amount))
        }
        Effect::Percent(part) => before.times(*part).and_then(|part| before.plus(part)),
        Effect::Times(times) => before.times(*times),
        Effect::Price(cell) => Some(cell.eval(facts, Basis::ANY)?),
        Effect::AtLeast(cell) => Some(before.max(cell.eval(facts, Basis::ANY)?)),
        Effect::AtMost(cell) => Some(before.min(cell.eval(facts, Basis::ANY)?)),
    };
    after.ok_or(PriceError::TooLarge)
}

fn vat(grid: &Grid, sum: &mut Sum) -> Result<Cents, PriceError> {
    let Some(vat) = grid.vat else {
        return Ok(Cents::ZERO);
    };
    if vat.excluded {
        let before = sum.cents;
        let with = Exact::ONE.plus(vat.rate);
        let with = with.and_then(|with| sum.exact.times(with));
        sum.reach(What::Vat, with)?;
        return Ok(Cents(sum.cents - before));
    }
    let net = (Exact::ONE.plus(vat.rate)).and_then(|with| Exact::whole(sum.cents).over(with));
    let net = net.and_then(|net| Rounding::CENT.cents(net));
    net.map(|net| Cents(sum.cents - net))
        .ok_or(PriceError::TooLarge)
}

fn care(
    cell: &super::formula::Cell,
    found: &Found,
    quantity: Exact,
    total: Cents,
    facts: &Facts,
) -> Result<Cents, PriceError> {
    // A percentage is of the price itself; an amount is for each unit.
    let exact = match cell.rate {
        Some((rate, Measure::Cost)) if cell.fixed.is_zero() => {
            found.unit.times(rate).and_then(|one| one.times(quantity))
        }
        _ => cell.eval(facts, Basis::ANY)?.times(quantity),
    };
    let down = Rounding {
        mode: Mode::Down,
        cents: 1,
    };
    let cents = exact.and_then(|exact| down.cents(exact));
    let cents = cents.ok_or(PriceError::TooLarge)?;
    Ok(Cents(cents.min(total.0).max(0)))
}

const fn is_resource(measure: Measure) -> bool {
    matches!(measure, Measure::Quotient | Measure::Income)
}

fn base(grid: &Grid, facts: &Facts) -> Result<Found, PriceError> {
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
            let linear = |row: &super::formula::Row| {
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
