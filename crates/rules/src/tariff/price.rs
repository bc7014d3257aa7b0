//! The price of one thing: the line of the grid, its quantity, what is added and taken off, one
//! rounding, and who pays.

use super::base::{Found, base};
use super::error::PriceError;
use super::exact::Exact;
use super::facts::Facts;
use super::formula::{Basis, Cell};
use super::grid::{Adjust, Effect, Grid, Per};
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
    cell: &Cell,
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
