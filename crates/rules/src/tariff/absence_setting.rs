//! Rules of absence and their worked examples as the settings file writes them.

use serde::{Deserialize, Serialize};

use super::written::{Day, Many, Moment, Written};

/// A rule as the settings file writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AbsenceSetting {
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// One activity, or several; none: all.
    #[serde(skip_serializing_if = "Many::is_empty")]
    pub activity: Many,
    /// One unit, or several; none: all.
    #[serde(skip_serializing_if = "Many::is_empty")]
    pub unit: Many,
    /// Why the child did not come and with what proof: `maladie, certificat médical`.
    #[serde(skip_serializing_if = "Many::is_empty")]
    pub when: Many,
    /// The proof came within `48 h`, `3 jours` or `3 jours ouvrés` of the beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof_within: Option<String>,
    /// The family told it: `dans les délais`, `09:00` of the day, `1 jour 17:00` before,
    /// `semaine précédente`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<String>,
    /// The absence lasts at least so many booked days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u32>,
    /// What is due: `rien`, `tout`, a percentage, or another price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bill: Option<Written>,
    /// Before the rule helps: `2 jours réservés`, `3 jours`, `1 semaine`, `jusqu’au lundi`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<String>,
    /// At most so many times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Over what the times are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<String>,
    /// How what is not due comes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit: Option<Credit>,
    /// Who has to do something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<Who>,
    /// What else families should know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// How what is not due comes back to the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Credit {
    /// It is not on the bill.
    #[serde(rename = "même facture")]
    SameBill,
    /// Taken off the next bill.
    #[serde(rename = "facture suivante")]
    NextBill,
    /// Paid back.
    #[serde(rename = "remboursement")]
    Refund,
    /// Kept for another day or the next year.
    #[serde(rename = "report")]
    CarryOver,
    /// The family chooses between a refund and a credit.
    #[serde(rename = "au choix")]
    Choice,
}

/// Who has to do something for a day to be deducted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Who {
    /// The family cancels.
    #[serde(rename = "famille")]
    Family,
    /// The service deducts without the family.
    #[serde(rename = "service")]
    Service,
}

/// A worked example of an absence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AbsenceCheck {
    /// What it shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The activity.
    pub activity: String,
    /// The unit.
    #[serde(skip_serializing_if = "Many::is_empty")]
    pub unit: Many,
    /// The facts, `"maladie, certificat médical"`.
    #[serde(skip_serializing_if = "Many::is_empty")]
    pub facts: Many,
    /// The booked days.
    pub days: Vec<Day>,
    /// When it began; the first booked day if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub began: Option<Moment>,
    /// When the proof came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handed: Option<Moment>,
    /// When the family told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<Moment>,
    /// Whether that was within the deadline for cancelling.
    pub in_time: bool,
    /// The days that are due.
    pub due: Vec<Day>,
    /// How what is not due comes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit: Option<Credit>,
}
