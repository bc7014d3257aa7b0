//! Worked examples that stand in the settings file and are run whenever it is read.

use serde::{Deserialize, Serialize};

use super::written::{Day, Many, Written};

/// A worked example of a price.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PriceCheck {
    /// What it shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The activity.
    pub activity: String,
    /// The unit, or several whose prices are summed.
    #[serde(skip_serializing_if = "Many::is_empty")]
    pub unit: Many,
    /// The day; the first school day of September 2026 if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Day>,
    /// The facts, `"extérieur, quotient 900, rang 3"`.
    #[serde(skip_serializing_if = "Many::is_empty")]
    pub facts: Many,
    /// The price in euros, or `refusé` where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expect: Option<Written>,
    /// The instalments in euros.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instalments: Vec<Written>,
    /// What follows that has no price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
}
