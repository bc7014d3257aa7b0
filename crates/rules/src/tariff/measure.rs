//! What is measured of a family, a child or a day, and the intervals that a tariff is cut into.

use jiff::civil::Date;

use super::exact::Exact;
use crate::french;
use crate::money::Cents;

/// How the numbers of a measure are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Euros, held in cents: a quotient, an income, a cost.
    Money,
    /// A count from one: a rank, a number of children.
    Count,
    /// A length, `45 min`, `1h30`, held in minutes.
    Minutes,
    /// An hour of the day, `18:30`, held in minutes since midnight.
    Hour,
    /// A day, `2026-07-14`, held as 20260714.
    Day,
}

macro_rules! measures {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $kind:ident;)*) => {
        /// What a price may depend on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Measure { $($(#[$doc])* $name,)* }

        impl Measure {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// As the settings write it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// How its numbers are written.
            pub const fn kind(self) -> Kind {
                match self { $(Self::$name => Kind::$kind,)* }
            }
        }
    };
}

measures! {
    /// The quotient familial, as the commune takes it (CAF, MSA, its own).
    Quotient = "quotient", Money;
    /// The income that an income scale asks for.
    Income = "revenu", Money;
    /// What the thing itself costs or is priced at: an outing, an event, a meal's real cost.
    Cost = "coût", Money;
    /// An amount that came with the booking or a questionnaire.
    Given = "montant", Money;
    /// Rank of the child among those of the family who are enrolled, from the eldest.
    Rank = "rang", Count;
    /// Rank of the child among those of the family who are present at the same time.
    RankPresent = "rang présent", Count;
    /// How many children of the family are enrolled.
    Children = "enfants", Count;
    /// How many children of the family are present at the same time.
    ChildrenPresent = "enfants présents", Count;
    /// How many dependent children the family has, enrolled or not.
    Dependants = "enfants à charge", Count;
    /// Which one of the period (month, if the grid says nothing) this is.
    Nth = "numéro", Count;
    /// How many there are in the period.
    Uses = "fois", Count;
    /// How many days a week were chosen.
    Days = "jours par semaine", Count;
    /// How many units are priced together.
    Quantity = "quantité", Count;
    /// How many persons are in the home.
    Persons = "personnes", Count;
    /// Age of the child in whole years.
    Age = "âge", Count;
    /// How long the child is there.
    Duration = "durée", Minutes;
    /// When the child comes.
    Arrival = "arrivée", Hour;
    /// When the child leaves.
    Departure = "départ", Hour;
    /// How many calendar days before the day it was booked, cancelled or told.
    Notice = "préavis", Count;
    /// How many times this fault happened within the memory of its penalty, this one included.
    Occurrence = "récidive", Count;
    /// Which unit of the order this is.
    OrderIndex = "rang dans la commande", Count;
    /// Which unit since the fault this is, the first after it being 1.
    SinceFault = "depuis la faute", Count;
    /// How many days of the period the child was enrolled.
    PeriodPart = "jours inscrits", Count;
    /// How many days the period has.
    PeriodDays = "jours de la période", Count;
    /// Number of the month, 1 to 12, of the day that is priced.
    Month = "mois", Count;
    /// The day that is priced.
    Day = "date", Day;
}

impl Measure {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// Reads its name; `QF` is the quotient.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        if text == "qf" {
            return Some(Self::Quotient);
        }
        Self::ALL.iter().copied().find(|m| m.name() == text)
    }

    /// Splits "rang présent 2+" into the measure and the rest; the longest name wins.
    pub fn strip(text: &str) -> Option<(Self, &str)> {
        let mut found: Option<(Self, &str)> = None;
        let names = (Self::ALL.iter().map(|m| (*m, m.name()))).chain([(Self::Quotient, "QF")]);
        for (measure, name) in names {
            let Some(head) = text.get(..name.len()) else {
                continue;
            };
            let rest = text.get(name.len()..).unwrap_or_default();
            let parted = rest.starts_with(|c: char| c.is_whitespace() || "<>=≤≥".contains(c));
            let longer = found.is_none_or(|(_, known)| rest.len() < known.len());
            if (head == name || head.to_lowercase() == name) && parted && longer {
                found = Some((measure, rest));
            }
        }
        found.map(|(measure, rest)| (measure, rest.trim()))
    }

    /// One number of it, as people read it.
    pub fn show(self, value: i64) -> String {
        match self.kind() {
            Kind::Money => Exact::ratio(value, 100).map_or_else(String::new, |v| grouped(&v)),
            Kind::Count => value.to_string(),
            Kind::Minutes => minutes(value),
            Kind::Hour => format!("{}\u{a0}h\u{a0}{:02}", value / 60, value % 60),
            Kind::Day => day(value).map_or_else(|| value.to_string(), french::day_month_year),
        }
    }
}

fn grouped(value: &Exact) -> String {
    let Some(cents) = value.times(Exact::whole(100)).map(Exact::floor) else {
        return value.plain();
    };
    let shown = Cents(cents).to_string();
    let shown = shown.trim_end_matches(['€', '\u{202f}']);
    shown.strip_suffix(",00").unwrap_or(shown).to_owned()
}

/// "45 min", "1 h", "1 h 30".
pub(crate) fn minutes(value: i64) -> String {
    match (value / 60, value % 60) {
        (0, m) => format!("{m}\u{a0}min"),
        (h, 0) => format!("{h}\u{a0}h"),
        (h, m) => format!("{h}\u{a0}h\u{a0}{m:02}"),
    }
}

/// A day as 20260714.
pub fn day_number(date: Date) -> i64 {
    i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day())
}

fn day(number: i64) -> Option<Date> {
    let year = i16::try_from(number / 10_000).ok()?;
    let month = i8::try_from(number / 100 % 100).ok()?;
    Date::new(year, month, i8::try_from(number % 100).ok()?).ok()
}

/// Reads one number in the writing of its kind.
pub fn number(kind: Kind, text: &str) -> Option<i64> {
    let text = text.trim();
    match kind {
        Kind::Money => {
            let text = text.strip_suffix('€').unwrap_or(text);
            let cents = Exact::decimal(text, 2)?;
            cents.is_whole().then(|| cents.floor())
        }
        Kind::Count => text.parse().ok(),
        Kind::Minutes => length(text),
        Kind::Hour => hour(text),
        Kind::Day => text.parse::<Date>().ok().map(day_number),
    }
}

/// `90`, `90 min`, `1h`, `1h30`.
pub(crate) fn length(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Some(minutes) = text.strip_suffix("min") {
        return minutes.trim().parse().ok();
    }
    match text.split_once('h') {
        None => text.parse().ok(),
        Some((hours, "")) => hours.trim().parse::<i64>().ok()?.checked_mul(60),
        Some((hours, minutes)) => {
            let minutes: i64 = minutes.trim().parse().ok()?;
            let hours: i64 = hours.trim().parse().ok()?;
            hours.checked_mul(60)?.checked_add(minutes)
        }
    }
}

/// `18:30`, `18h30`, `18h`, `24:00`.
pub(crate) fn hour(text: &str) -> Option<i64> {
    let text = text.trim();
    let (hours, minutes) = text.split_once([':', 'h'])?;
    let hours: i64 = hours.trim().parse().ok()?;
    let minutes: i64 = match minutes.trim() {
        "" => 0,
        minutes => minutes.parse().ok()?,
    };
    let valid = (0..=24).contains(&hours) && (0..60).contains(&minutes);
    (valid && hours * 60 + minutes <= 1440).then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_wins() {
        assert_eq!(
            Measure::strip("rang présent 2+"),
            Some((Measure::RankPresent, "2+"))
        );
        assert_eq!(
            Measure::strip("QF<=1000"),
            Some((Measure::Quotient, "<=1000"))
        );
        assert_eq!(
            Measure::strip("Quotient 700"),
            Some((Measure::Quotient, "700"))
        );
        assert_eq!(Measure::strip("dater"), None);
    }
}
