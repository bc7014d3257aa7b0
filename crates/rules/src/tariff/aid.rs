//! Third parties that pay a part of a price: the CAF, the CCAS, an employer.

use super::error::PriceError;
use super::exact::Exact;
use super::facts::Facts;
use super::formula::{Basis, Cell};
use super::rounding::Rounding;
use super::when::When;
use crate::money::Cents;

/// An aid, by the tariff or granted to a family or a child. What it pays is taken off what the
/// family owes, and owed by the payer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aid {
    /// Its name on the bill.
    pub name: String,
    /// Who pays it.
    pub payer: String,
    /// Activities that it is for; none: all.
    pub activities: Vec<String>,
    /// When it holds.
    pub when: When,
    /// What it pays, of the price before any aid.
    pub pays: Pays,
    /// At most this for one price, in cents.
    pub max: Option<i64>,
    /// What stays to the family at least, in cents.
    pub left: i64,
    /// At most this in all, in cents, over the time it was granted for.
    pub budget: Option<i64>,
    /// For at most so many days.
    pub days: Option<u32>,
}

/// What an aid pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pays {
    /// A fixed amount.
    Amount(Cell),
    /// This part of the price.
    Part(Exact),
}

/// What an aid has paid already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    /// Cents.
    pub cents: i64,
    /// Days.
    pub days: u32,
}

impl Aid {
    /// What it pays of a price of `total`, of which `owed` is left to the family.
    pub fn share(
        &self,
        total: Cents,
        owed: Cents,
        facts: &Facts,
        used: Used,
    ) -> Result<Cents, PriceError> {
        let spent = self.days.is_some_and(|days| used.days >= days);
        if spent || !self.when.holds(facts) {
            return Ok(Cents::ZERO);
        }
        let exact = match self.pays {
            Pays::Amount(cell) => cell.eval(facts, Basis::ANY)?,
            Pays::Part(part) => (Exact::whole(total.0).times(part)).ok_or(PriceError::TooLarge)?,
        };
        let cents = Rounding::CENT.cents(exact).ok_or(PriceError::TooLarge)?;
        let left = self
            .budget
            .map_or(i64::MAX, |budget| budget.saturating_sub(used.cents));
        let most = owed.0.saturating_sub(self.left).min(left);
        let most = most.min(self.max.unwrap_or(i64::MAX));
        Ok(Cents(cents.min(most).max(0)))
    }
}
