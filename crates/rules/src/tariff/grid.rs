//! A tariff, ready to price with. Made from the settings by [`super::build`].

use jiff::civil::Date;

use super::aid::Aid;
use super::exact::Exact;
use super::facts::Facts;
use super::formula::{Basis, Cell, Formula};
use super::measure::Measure;
use super::rounding::Rounding;
use super::settings::Counted;
use super::steps::{Begun, Steps};
use super::when::When;
use super::words::{Word, WordSet};

/// A tariff in force between two days, for some activities and units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// What people call it.
    pub name: String,
    /// The decision that it rests on, "délibération du 12 décembre 2024".
    pub version: Option<String>,
    /// First day.
    pub since: Option<Date>,
    /// Last day.
    pub until: Option<Date>,
    /// Activities that it prices; none: all.
    pub activities: Vec<String>,
    /// Units that it prices; none: all.
    pub units: Vec<Word>,
    /// Who it is for.
    pub when: When,
    /// The first line that holds gives the price of one.
    pub lines: Vec<Line>,
    /// Supplements, then penalties, in the order in which they apply.
    pub adjusts: Vec<Adjust>,
    /// How many times the price is due.
    pub quantity: Quantity,
    /// The least total, in cents.
    pub min_total: Option<Exact>,
    /// The highest total, in cents.
    pub max_total: Option<Exact>,
    /// What holds for who did not make their resources known.
    pub fallback: Option<Fallback>,
    /// How the total becomes cents.
    pub rounding: Rounding,
    /// Third parties that pay a part, in order.
    pub aids: Vec<Aid>,
    /// Value added tax (most activities of a commune are outside its scope).
    pub vat: Option<Vat>,
    /// The part that is care and not food, for the tax certificate (CGI art. 200 quater B).
    pub care: Option<Cell>,
    /// Whether the total may be below zero.
    pub credit: bool,
    /// Tickets in a book.
    pub tickets: Option<u32>,
    /// In how many parts it is paid.
    pub instalments: Option<u32>,
    /// Whether the price is meant never to fall when the quotient grows.
    pub monotone: bool,
}

/// One case of a tariff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When it holds.
    pub when: When,
    /// Its name on the bill.
    pub label: Option<String>,
    /// What the price follows.
    pub formula: Formula,
    /// The least price of one, in cents.
    pub min: Option<Exact>,
    /// The highest price of one, in cents.
    pub max: Option<Exact>,
    /// What resources are kept within.
    pub basis: Basis,
}

/// What is changed, when a condition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjust {
    /// Its name on the bill.
    pub name: String,
    /// When it holds.
    pub when: When,
    /// What it changes; none for what has no price (a warning).
    pub effect: Option<Effect>,
    /// On the total and not on the price of one.
    pub once: bool,
    /// By steps of time: after closing, by quarter begun.
    pub steps: Option<Steps>,
    /// Whether it is a penalty.
    pub penalty: bool,
    /// What else follows, "avertissement".
    pub note: Option<String>,
}

/// A change of price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// So much more, or less.
    Add(Cell),
    /// This part more (0.5) or less (−0.1).
    Percent(Exact),
    /// So many times.
    Times(Exact),
    /// This instead.
    Price(Cell),
    /// Not less than this.
    AtLeast(Cell),
    /// Not more than this.
    AtMost(Cell),
}

/// How many times the price is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    /// For each what.
    pub per: Per,
    /// By steps of time.
    pub steps: Option<Steps>,
    /// In proportion of the period.
    pub prorata: Option<Prorata>,
    /// Over what "numéro" and "fois" are counted, and what a cap holds for.
    pub period: Option<Per>,
    /// Whose uses are counted in it.
    pub counted: Counted,
}

/// In proportion of the days of a period for which a child was enrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prorata {
    /// Parts of the period that are told apart: 2 for halves; none: to the day.
    pub parts: Option<i64>,
    /// What becomes of a part that was begun.
    pub begun: Begun,
}

macro_rules! pers {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $fr:literal;)*) => {
        /// What a price is for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Per { $($(#[$doc])* $name,)* }

        impl Per {
            /// As the settings write them.
            pub const NAMES: &[&str] = &[$($text,)*];

            /// Reads the name of the settings.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$name),)* _ => None }
            }

            /// "par mois".
            pub const fn label_fr(self) -> &'static str {
                match self { $(Self::$name => $fr,)* }
            }
        }
    };
}

pers! {
    /// Each unit that was booked.
    Unit = "unité", "par unité";
    /// A session.
    Session = "séance", "par séance";
    /// Half a day.
    HalfDay = "demi-journée", "par demi-journée";
    /// A day.
    Day = "jour", "par jour";
    /// A week.
    Week = "semaine", "par semaine";
    /// A month.
    Month = "mois", "par mois";
    /// Two months.
    Bimester = "bimestre", "tous les deux mois";
    /// A quarter.
    Quarter = "trimestre", "par trimestre";
    /// A period between holidays, or the holidays.
    Period = "période", "par période";
    /// A civil or school year.
    Year = "an", "par an";
    /// A stay, an event.
    Event = "événement", "par événement";
    /// A family, not a child.
    Family = "famille", "par famille";
    /// A book of tickets.
    Book = "carnet", "par carnet";
    /// A booking order.
    Order = "commande", "par commande";
}

/// What holds for who did not make their resources known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    /// The highest price of the case.
    Highest,
    /// The lowest price of the case.
    Lowest,
    /// The price of another case: outside.
    As {
        /// Words that hold no longer.
        clear: WordSet,
        /// The word that holds instead.
        word: Word,
    },
    /// This price.
    Price(Cell),
}

/// Value added tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vat {
    /// 0.2 for 20 %.
    pub rate: Exact,
    /// Whether prices are written without it.
    pub excluded: bool,
}

impl Grid {
    /// Whether it is in force on a day.
    pub fn in_force(&self, day: Date) -> bool {
        self.since.is_none_or(|since| since <= day) && self.until.is_none_or(|until| day <= until)
    }

    /// Whether it prices this activity and unit.
    pub fn covers(&self, activity: &str, unit: Option<Word>) -> bool {
        let activity = self.activities.is_empty() || self.activities.iter().any(|a| a == activity);
        let units = self.units.is_empty() || unit.is_some_and(|unit| self.units.contains(&unit));
        activity && units
    }

    /// Whether the quotient or the income plays a part in a line.
    pub fn needs_resources(&self) -> bool {
        self.lines.iter().any(|line| {
            let asks = |m: Measure| matches!(m, Measure::Quotient | Measure::Income);
            line.formula.follows(asks) || line.when.within.iter().any(|(m, _)| asks(*m))
        })
    }

    /// Whether a price may say the day or the number of the use that it is of, so that no two are said alike.
    pub fn says_which(&self) -> bool {
        let asks = |m: Measure| matches!(m, Measure::Day | Measure::Occurrence);
        self.lines.iter().any(|line| line.formula.follows(asks))
    }
}

impl Quantity {
    /// Once for each unit.
    pub const ONE: Self = Self {
        per: Per::Unit,
        steps: None,
        prorata: None,
        period: None,
        counted: Counted::Child,
    };

    /// How many times the price is due.
    pub fn of(&self, facts: &Facts) -> Result<Exact, super::error::PriceError> {
        use super::error::PriceError::{Missing, TooLarge};
        let count = facts.get(Measure::Quantity);
        let mut quantity = Exact::whole(count.ok_or(Missing(Measure::Quantity))?);
        if let Some(steps) = &self.steps {
            let times = steps.quantity(steps.minutes(facts)?).ok_or(TooLarge)?;
            quantity = quantity.times(times).ok_or(TooLarge)?;
        }
        if let Some(prorata) = &self.prorata {
            quantity = (prorata.share(facts))
                .and_then(|share| quantity.times(share))
                .ok_or(TooLarge)?;
        }
        Ok(quantity)
    }
}

impl Prorata {
    /// The part of the period that is due; all of it when the days are not told.
    fn share(self, facts: &Facts) -> Option<Exact> {
        let (Some(part), Some(days)) = (
            facts.get(Measure::PeriodPart),
            facts.get(Measure::PeriodDays),
        ) else {
            return Some(Exact::ONE);
        };
        let exact = Exact::ratio(part.min(days), days)?;
        let Some(parts) = self.parts else {
            return Some(exact);
        };
        let parts = Exact::whole(parts);
        let scaled = exact.times(parts)?;
        let below = Exact::whole(scaled.floor());
        let rest = scaled.minus(below)?;
        let up = match self.begun {
            Begun::Due => !rest.is_zero(),
            Begun::Nearest => rest >= Exact::ratio(1, 2)?,
            Begun::Free | Begun::Exact => false,
        };
        below.plus(Exact::whole(i64::from(up)))?.over(parts)
    }
}
