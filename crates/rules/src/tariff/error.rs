//! Why there is no price.

use jiff::civil::Date;
use thiserror::Error;

use super::measure::Measure;
use crate::french;

/// Why there is no price. The `Display` text is the French sentence; each is an anomaly of the
/// billing run, never a price of zero.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PriceError {
    /// No grid for this activity and unit on that day.
    #[error("Aucun tarif n’est en vigueur le {} pour «\u{a0}{what}\u{a0}».", french::day_month_year(*.date))]
    NoGrid {
        /// Activity and unit.
        what: String,
        /// The day.
        date: Date,
    },
    /// No line of the grid is for this case.
    #[error("Le tarif n’a pas de ligne pour ce cas.")]
    NoCase,
    /// The value is in none of the brackets.
    #[error("{} {} n’est dans aucune tranche du tarif.", .measure.name(), .measure.show(*.value))]
    Gap {
        /// What is cut into brackets.
        measure: Measure,
        /// Its value.
        value: i64,
    },
    /// The grid asks for something that is not known.
    #[error("Le tarif demande une valeur qui n’est pas connue\u{a0}: {}.", .0.name())]
    Missing(Measure),
    /// The resources are not known and the grid does not say what holds then.
    #[error(
        "Le quotient n’est pas connu, et le tarif ne dit pas quel prix s’applique alors (no_quotient)."
    )]
    NoQuotient,
    /// The price is more than an account can hold.
    #[error("Ce prix est trop grand pour être calculé.")]
    TooLarge,
}

impl PriceError {
    /// The sentence to show.
    pub fn message_fr(&self) -> String {
        self.to_string()
    }
}
