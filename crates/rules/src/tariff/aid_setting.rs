//! An aid as the settings file writes it.

use serde::{Deserialize, Serialize};

use super::written::{Many, Written};

/// Who pays a part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AidSetting {
    /// Its name on the bill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who pays.
    pub payer: String,
    /// One activity, or several; none: all.
    #[serde(skip_serializing_if = "Many::is_empty")]
    pub activity: Many,
    /// When it holds.
    #[serde(skip_serializing_if = "Many::is_empty")]
    pub when: Many,
    /// A fixed amount, or a part of a measure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Written>,
    /// A percentage of the price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<Written>,
    /// At most this for one price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Written>,
    /// What stays to the family at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<Written>,
    /// At most this in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<Written>,
    /// For at most so many days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
}
