//! The tariffs of a commune as its settings file writes them: the keys `tariffs`, `penalties`,
//! `aids`, `absences`, `categories` and `billing`. Nothing is computed here; [`super::build`] reads
//! the texts and says in French what cannot be read.

use serde::{Deserialize, Deserializer, Serialize};

use super::absence_setting::{AbsenceCheck, AbsenceSetting};
use super::aid_setting::AidSetting;
use super::billing::BillingSetting;
use super::categories::Categories;
use super::checks::PriceCheck;
use super::written::{Day, Many, Pair, TableForm, Written, short_or_table};

/// All that a commune says about prices. The root of the settings names these keys one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TariffSettings {
    /// The words that tell cases apart, by axis.
    #[serde(skip_serializing_if = "Categories::is_empty")]
    pub categories: Categories,
    /// The grids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tariffs: Vec<TariffSetting>,
    /// What a fault costs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub penalties: Vec<AdjustSetting>,
    /// Who pays a part.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aids: Vec<AidSetting>,
    /// What follows when a child does not come.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub absences: Vec<AbsenceSetting>,
    /// When and how it is billed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing: Option<BillingSetting>,
    /// Worked examples, run when the file is checked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub price_checks: Vec<PriceCheck>,
    /// Worked examples of absences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub absence_checks: Vec<AbsenceCheck>,
}

/// A grid. Its price stands in one of `price`, `brackets`, `points`, `choices`, or in `lines` where
/// cases follow different rules.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TariffSetting {
    /// What people call it; versions of a tariff have the same name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// One activity, or several; none: all.
    #[serde(skip_serializing_if = "Many::is_empty")]
    pub activity: Many,
    /// One unit, or several; none: all.
    #[serde(skip_serializing_if = "Many::is_empty")]
    pub unit: Many,
    /// Who it is for.
    #[serde(skip_serializing_if = "Many::is_empty")]
    pub when: Many,
    /// First day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Day>,
    /// Last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// The decision that it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// One price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Written>,
    /// Rows of brackets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub brackets: Vec<Pair>,
    /// Points that are joined by lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<Pair>,
    /// Labelled prices among which the family chooses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Pair>,
    /// Cases, the first that holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineSetting>,
    /// What brackets and points are of: `quotient` if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The cases of the columns; units, if the grid has as many and says nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// What a percentage is of: `quotient` if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Moves to a neighbouring bracket, `"rang 2+: -1"`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shifts: Vec<Pair>,
    /// The least price of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Written>,
    /// The highest price of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Written>,
    /// Floor of the resources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis_min: Option<Written>,
    /// Ceiling of the resources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis_max: Option<Written>,
    /// The least total.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_total: Option<Written>,
    /// The highest total, of a period if `period` is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_total: Option<Written>,
    /// For each what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per: Option<PerSetting>,
    /// Over what uses are counted and a cap holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// Whose uses are counted in a period: `enfant` (if nothing is said) or `famille`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counted: Option<Counted>,
    /// In proportion of the period: `jour`, `demi entamé`, `quart plein`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prorata: Option<String>,
    /// Tickets in a book.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tickets: Option<u32>,
    /// In how many parts it is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instalments: Option<u32>,
    /// What is added and taken off.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub supplements: Vec<AdjustSetting>,
    /// What holds when the resources are not known: `plus haut`, `plus bas`, a word, a price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_quotient: Option<Written>,
    /// How the total becomes cents: `centime` if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounding: Option<String>,
    /// Value added tax, `"10 %"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vat: Option<String>,
    /// Whether prices are written without the tax.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub vat_excluded: bool,
    /// The part that is care and not food: an amount or a percentage of the price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub care: Option<Written>,
    /// Whether the total may be below zero.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub credit: bool,
    /// Whether the price may fall when the quotient grows, on purpose.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub falling: bool,
}

/// Whose uses are counted in a period, and share its cap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Counted {
    /// Each child's.
    #[default]
    #[serde(rename = "enfant")]
    Child,
    /// All children's of the family together.
    #[serde(rename = "famille")]
    Family,
}

/// A case of a grid: short, `"maternelle: 3.90"`, or a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum LineSetting {
    /// `"case: price"`.
    Short(Pair),
    /// With its own brackets, bounds or label.
    Table(Box<LineTable>),
}

/// A case of a grid, in full; the keys are those of the grid.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the keys of a grid, of the same meaning")]
pub struct LineTable {
    #[serde(skip_serializing_if = "Many::is_empty")]
    pub when: Many,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Written>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub brackets: Vec<Pair>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<Pair>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shifts: Vec<Pair>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Written>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Written>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis_min: Option<Written>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis_max: Option<Written>,
}

impl TableForm<'_> for LineSetting {
    type Table = LineTable;
    fn from_table(table: LineTable) -> Self {
        Self::Table(Box::new(table))
    }
}

impl<'de> Deserialize<'de> for LineSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        short_or_table(
            deserializer,
            |text| Self::Short(Pair::parse(&text)),
            "une ligne comme \"maternelle: 3.90\", ou un tableau { when = …, price = … }",
        )
    }
}

/// What a price is for: a word, a length of time, or a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum PerSetting {
    /// `"mois"`, `"30 min"`.
    Short(String),
    /// Steps of time in full.
    Table(StepsSetting),
}

/// Steps of time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StepsSetting {
    /// The price is for this length, `"1h"`; the step if nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<Written>,
    /// Length of a step, `"15 min"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<Written>,
    /// A begun step is due (`dû`), free (`gratuit`), due from its middle (`proche`), in proportion
    /// (`exact`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begun: Option<String>,
    /// A step is forgiven until it lasts longer than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace: Option<Written>,
    /// Nothing is due for less than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Written>,
    /// At least this is counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub floor: Option<Written>,
    /// At most this is counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<Written>,
    /// Only what falls between these hours, `"16:30-18:30"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub between: Option<String>,
}

impl TableForm<'_> for PerSetting {
    type Table = StepsSetting;
    fn from_table(table: StepsSetting) -> Self {
        Self::Table(table)
    }
}

impl<'de> Deserialize<'de> for PerSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        short_or_table(
            deserializer,
            Self::Short,
            "\"mois\", \"30 min\", ou un tableau { unit = \"1h\", step = \"15 min\" }",
        )
    }
}

/// A supplement, a reduction or a penalty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdjustSetting {
    /// Its name on the bill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Penalties: one activity, or several; none: all.
    #[serde(skip_serializing_if = "Many::is_empty")]
    pub activity: Many,
    /// Penalties: one unit, or several; none: all.
    #[serde(skip_serializing_if = "Many::is_empty")]
    pub unit: Many,
    /// When it holds.
    #[serde(skip_serializing_if = "Many::is_empty")]
    pub when: Many,
    /// First day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Day>,
    /// Last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// So much more (or less, below zero).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub add: Option<Written>,
    /// So many percent more (or less).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<Written>,
    /// So many times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<Written>,
    /// This instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Written>,
    /// Not less than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Written>,
    /// Not more than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Written>,
    /// What follows that has no price: a warning, an exclusion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// On the total, once, and not on each.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub once: bool,
    /// For each what: a step of time after `after`; `commande` or `famille` are once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per: Option<String>,
    /// Late pick-up: from this hour on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Minutes that are forgiven.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace: Option<Written>,
    /// From the n-th time on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<u32>,
    /// Over what the n-th time is counted: `mois`, `trimestre`, `année scolaire`, `toujours`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<String>,
    /// Only on the first n units of the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<u32>,
    /// On the n units that follow the fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u32>,
}
