//! What things cost: tariffs as data, priced by exact arithmetic and rounded once.
//!
//! A commune writes its tariffs in its settings file ([`settings`]); [`build`] reads them into
//! [`Tariffs`], or says in French what cannot be read. Few things compose: *words* that tell cases
//! apart ([`words`]), *measures* that are cut into intervals ([`measure`], [`interval`]), *conditions* of both
//! ([`when`]), and *formulas* ([`formula`]): an amount, a part of a measure, a table of brackets,
//! points on lines. A *grid* ([`grid`]) has lines, of which the first that holds gives the price of
//! one, a quantity ([`steps`] where it is time), supplements and penalties, bounds, a rounding
//! ([`rounding`]), and third parties that pay a part ([`aid`]).
//!
//! [`fn@price::price`] prices; [`explain`] says why in a sentence for parents; [`check`] looks for
//! gaps, overlaps, missing cases and jumps. [`absence`] says what is due when a child does not come,
//! [`memory`] counts the times that a penalty remembers, [`instalments`] parts a yearly price,
//! [`quotient`] computes
//! the quotient where the commune does it itself, [`siblings`] ranks the children of a family, [`replay`] runs the worked examples of a file.

pub mod absence;
mod absence_say;
pub mod absence_setting;
#[cfg(test)]
mod absence_tests;
pub mod aid;
pub mod aid_setting;
mod base;
pub mod billing;
pub mod build;
mod build_absence;
mod build_adjust;
mod build_grid;
mod build_line;
mod build_link;
pub mod categories;
pub mod check;
mod check_cases;
pub mod checks;
pub mod curve;
pub mod error;
pub mod exact;
pub mod explain;
pub mod facts;
pub mod formula;
pub mod grid;
pub mod instalments;
pub mod interval;
pub mod measure;
pub mod memory;
pub mod price;
pub mod quotient;
pub mod replay;
pub mod rounding;
pub mod settings;
pub mod siblings;
pub mod steps;
pub mod when;
pub mod words;
pub mod written;

pub use build::{SettingError, Tariffs};
pub use error::PriceError;
pub use facts::Facts;
pub use grid::Grid;
pub use measure::Measure;
pub use price::{Priced, price};
pub use settings::TariffSettings;
