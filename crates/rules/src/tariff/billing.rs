//! When and how a commune bills: data for the billing run, and defaults for the grids.

use serde::{Deserialize, Serialize};

use super::quotient::QuotientSetting;
use super::written::Written;

/// The key `billing`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BillingSetting {
    /// How often.
    pub cycle: Cycle,
    /// Before or after the service.
    pub timing: Timing,
    /// One bill for what.
    pub bill: Grouping,
    /// Days from issue to the due date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_days: Option<u16>,
    /// Euros under which a bill is carried over to the next (titres only from 15 €, CGCT
    /// D.1611-1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Written>,
    /// For grids that say nothing: what holds when the resources are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_quotient: Option<Written>,
    /// Whether a quotient that comes late counts backwards.
    pub back_dating: BackDating,
    /// For grids that say nothing: how a total becomes cents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounding: Option<String>,
    /// How the commune computes the quotient, where it does not take the CAF's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quotient: Option<QuotientSetting>,
    /// What else families should know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// How often it is billed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cycle {
    /// Every day.
    #[serde(rename = "jour")]
    Daily,
    /// Every week.
    #[serde(rename = "semaine")]
    Weekly,
    /// Every three weeks.
    #[serde(rename = "3 semaines")]
    ThreeWeeks,
    /// Every month.
    #[default]
    #[serde(rename = "mois")]
    Monthly,
    /// Every two months.
    #[serde(rename = "2 mois")]
    TwoMonthly,
    /// Every quarter.
    #[serde(rename = "trimestre")]
    Quarterly,
    /// Every period between holidays.
    #[serde(rename = "période")]
    Period,
    /// Once a year.
    #[serde(rename = "année")]
    Yearly,
}

/// Before or after the service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Timing {
    /// After it.
    #[default]
    #[serde(rename = "à terme échu")]
    Arrears,
    /// Before it, for a period.
    #[serde(rename = "d’avance")]
    Advance,
    /// With the booking.
    #[serde(rename = "à la réservation")]
    Prepaid,
    /// From a wallet that was filled before.
    #[serde(rename = "porte-monnaie")]
    Wallet,
}

/// One bill for what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Grouping {
    /// All services and children of a family.
    #[default]
    #[serde(rename = "famille")]
    Family,
    /// Each activity.
    #[serde(rename = "activité")]
    Activity,
    /// Each child.
    #[serde(rename = "enfant")]
    Child,
}

/// Whether a quotient that comes late counts backwards.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BackDating {
    /// It counts from the day it came.
    #[default]
    #[serde(rename = "jamais")]
    Never,
    /// It counts for all that is not billed yet.
    #[serde(rename = "non facturé")]
    Unbilled,
    /// It counts from the day it holds for, by a regularisation.
    #[serde(rename = "toujours")]
    Always,
}
