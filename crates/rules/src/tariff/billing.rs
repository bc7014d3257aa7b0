//! When and how a commune bills: data for the billing run, and defaults for the grids.

use serde::{Deserialize, Serialize};

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
    /// What else families should know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// How often it is billed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cycle {
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
    /// Every three weeks.
    ThreeWeeks,
    /// Every month.
    #[default]
    Monthly,
    /// Every two months.
    TwoMonthly,
    /// Every quarter.
    Quarterly,
    /// Every period between holidays.
    Period,
    /// Once a year.
    Yearly,
}

/// Before or after the service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Timing {
    /// After it.
    #[default]
    Arrears,
    /// Before it, for a period.
    Advance,
    /// With the booking.
    Prepaid,
    /// From a wallet that was filled before.
    Wallet,
}

/// One bill for what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grouping {
    /// All services and children of a family.
    #[default]
    Family,
    /// Each activity.
    Activity,
    /// Each child.
    Child,
}

/// Whether a quotient that comes late counts backwards.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BackDating {
    /// It counts from the day it came.
    #[default]
    Never,
    /// It counts for all that is not billed yet.
    Unbilled,
    /// It counts from the day it holds for, by a regularisation.
    Always,
}
