//! What a price follows: a cell, a table of brackets, or points that are joined by lines.

use super::error::PriceError;
use super::exact::Exact;
use super::facts::Facts;
use super::interval::Interval;
use super::measure::Measure;
use super::when::When;

/// An amount, a part of a measure, or both: `3.80`, `0.287 % quotient`, `1.00 + 10 % coût`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Cents.
    pub fixed: Exact,
    /// This part of that measure.
    pub rate: Option<(Exact, Measure)>,
}

impl Cell {
    /// An amount and nothing else.
    pub const fn amount(cents: Exact) -> Self {
        Self {
            fixed: cents,
            rate: None,
        }
    }

    /// Reads an amount in euros, a percentage, or both joined by `+`. A percentage without a
    /// measure is of `of`.
    pub fn parse(text: &str, of: Measure) -> Option<Self> {
        let mut cell = Self::amount(Exact::ZERO);
        let mut seen = false;
        for part in text.split(" + ") {
            if let Some((rate, measure)) = part.split_once('%') {
                let measure = match measure.trim() {
                    "" => of,
                    name => {
                        Measure::parse(name.trim_start_matches("du ").trim_start_matches("de "))?
                    }
                };
                if cell.rate.is_some() {
                    return None;
                }
                cell.rate = Some((Exact::decimal(rate, -2)?, measure));
            } else {
                if seen {
                    return None;
                }
                seen = true;
                let part = part.trim();
                cell.fixed = Exact::decimal(part.strip_suffix('€').unwrap_or(part), 2)?;
            }
        }
        Some(cell)
    }

    /// The amount in cents, with the measure kept within `basis`.
    pub fn eval(&self, facts: &Facts, basis: Basis) -> Result<Exact, PriceError> {
        let Some((rate, measure)) = self.rate else {
            return Ok(self.fixed);
        };
        let value = facts.get(measure).ok_or(PriceError::Missing(measure))?;
        let value = Exact::whole(basis.clamp(value));
        let part = rate.times(value).ok_or(PriceError::TooLarge)?;
        part.plus(self.fixed).ok_or(PriceError::TooLarge)
    }

    /// "3,80 €", "0,287 % du quotient".
    pub fn show(&self) -> String {
        let fixed = euros(self.fixed);
        let Some((rate, measure)) = self.rate else {
            return fixed;
        };
        let percent = rate.times(Exact::whole(100)).unwrap_or(rate).plain();
        let rate = format!("{percent}\u{a0}% du {}", measure.name());
        if self.fixed.is_zero() {
            rate
        } else {
            format!("{fixed} + {rate}")
        }
    }
}

/// An exact amount in euros: "3,80 €", with more digits where there are.
pub fn euros(cents: Exact) -> String {
    if cents.is_whole() {
        return crate::money::Cents(cents.floor()).to_string();
    }
    let euros = cents.over(Exact::whole(100)).unwrap_or(cents);
    format!("{}\u{202f}€", euros.plain())
}

/// What a measure is kept within before it is multiplied: the floor and the ceiling of resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Basis {
    /// The least.
    pub min: i64,
    /// The most.
    pub max: i64,
}

impl Basis {
    /// Everything is taken as it is.
    pub const ANY: Self = Self {
        min: i64::MIN,
        max: i64::MAX,
    };

    /// The value, kept within.
    pub fn clamp(self, value: i64) -> i64 {
        value.max(self.min).min(self.max)
    }
}

/// Brackets of a measure in rows, cases in columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What is cut into brackets.
    pub by: Measure,
    /// The brackets, in the order of the settings, each with a cell for each column.
    pub rows: Vec<Row>,
    /// The case of each column; the first that holds is taken.
    pub columns: Vec<When>,
    /// Moves to a neighbouring bracket: a second child counts one bracket lower.
    pub shifts: Vec<(When, i64)>,
}

/// A bracket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// From, to.
    pub interval: Interval,
    /// One for each column.
    pub cells: Vec<Cell>,
}

impl Table {
    /// The column whose case holds.
    pub fn column(&self, facts: &Facts) -> Result<usize, PriceError> {
        for (index, when) in self.columns.iter().enumerate() {
            if when.test(facts).map_err(PriceError::Missing)? {
                return Ok(index);
            }
        }
        Err(PriceError::NoCase)
    }

    /// The bracket of a value, moved by the shifts that hold.
    pub fn row(&self, value: i64, facts: &Facts) -> Result<usize, PriceError> {
        let found = (self.rows.iter()).position(|row| row.interval.has(value));
        let found = found.ok_or(PriceError::Gap {
            measure: self.by,
            value,
        })?;
        let mut moved = i64::try_from(found).unwrap_or(0);
        for (when, by) in &self.shifts {
            if when.holds(facts) {
                moved = moved.saturating_add(*by);
            }
        }
        let last = self.rows.len().saturating_sub(1);
        Ok(usize::try_from(moved.max(0)).unwrap_or(0).min(last))
    }

    /// What stands in a row and a column.
    pub fn cell(&self, row: usize, column: usize) -> Result<&Cell, PriceError> {
        let row = self.rows.get(row).ok_or(PriceError::NoCase)?;
        row.cells.get(column).ok_or(PriceError::NoCase)
    }
}

/// Points joined by straight lines; before the first and after the last the price stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Points {
    /// What the points are placed on.
    pub by: Measure,
    /// Value and cents, growing in the value.
    pub points: Vec<(i64, Exact)>,
}

impl Points {
    /// The price at a value, on the line between its neighbours.
    pub fn at(&self, value: i64) -> Option<Exact> {
        let after = self.points.partition_point(|(x, _)| *x <= value);
        let Some(left) = after.checked_sub(1).and_then(|at| self.points.get(at)) else {
            return self.points.first().map(|(_, y)| *y);
        };
        let Some(right) = self.points.get(after) else {
            return Some(left.1);
        };
        let part = Exact::ratio(value.checked_sub(left.0)?, right.0.checked_sub(left.0)?)?;
        right.1.minus(left.1)?.times(part)?.plus(left.1)
    }
}

/// One of the three.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Formula {
    /// The same for everybody in the case, or a part of a measure.
    Cell(Cell),
    /// By brackets.
    Table(Table),
    /// On lines between points.
    Points(Points),
}

impl Formula {
    /// Whether it is a part of such a measure, or cut by one.
    pub fn follows(&self, asks: impl Fn(Measure) -> bool) -> bool {
        let cell = |cell: &Cell| cell.rate.is_some_and(|(_, m)| asks(m));
        match self {
            Self::Cell(one) => cell(one),
            Self::Points(points) => asks(points.by),
            Self::Table(table) => {
                asks(table.by) || table.rows.iter().any(|row| row.cells.iter().any(cell))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tariff::words::WordSet;
    use jiff::civil::date;

    #[test]
    fn a_cell_is_read_as_it_is_written() {
        let read = |text| Cell::parse(text, Measure::Quotient).map(|cell| cell.show());
        let plain = |text| read(text).map(|t| t.replace(['\u{a0}', '\u{202f}'], " "));
        assert_eq!(plain("3,80").as_deref(), Some("3,80 €"));
        assert_eq!(plain("0.287 %").as_deref(), Some("0,287 % du quotient"));
        assert_eq!(plain("10 % coût").as_deref(), Some("10 % du coût"));
        assert_eq!(
            plain("1 + 0.2 % revenu").as_deref(),
            Some("1,00 € + 0,2 % du revenu")
        );
        for wrong in ["", "abc", "1 + 2", "1 % + 2 %", "10 % lune", "1;2"] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn between_two_points_the_price_is_on_the_line() {
        let points = Points {
            by: Measure::Quotient,
            points: vec![(40_000, Exact::whole(100)), (120_000, Exact::whole(500))],
        };
        let at = |euros: i64| points.at(euros * 100).unwrap();
        assert_eq!(at(0), Exact::whole(100));
        assert_eq!(at(800), Exact::whole(300));
        assert_eq!(at(500), Exact::whole(150));
        assert_eq!(at(99_999), Exact::whole(500));
    }

    #[test]
    fn resources_are_kept_within_the_national_floor_and_ceiling() {
        let cell = Cell::parse("0.0619 % revenu", Measure::Quotient).unwrap();
        let basis = Basis {
            min: 80_100,
            max: 850_000,
        };
        let facts = |euros: i64| {
            Facts::new(date(2026, 1, 5), WordSet::EMPTY).with(Measure::Income, euros * 100)
        };
        let hour = |euros| cell.eval(&facts(euros), basis).unwrap();
        assert_eq!(hour(100), hour(801));
        assert_eq!(hour(9_000), hour(8_500));
        assert_eq!(hour(2_000), Exact::decimal("1.238", 2).unwrap());
    }
}
