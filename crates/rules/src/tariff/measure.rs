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

/// From `low` to `high`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// The least.
    pub low: i64,
    /// The most.
    pub high: i64,
    /// Whether it is written in whole euros: 622,50 then counts as 622.
    pub whole: bool,
}

impl Interval {
    /// Whether a number is in it.
    pub const fn has(&self, value: i64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Reads `0-622`, `623..1000`, `<600`, `<=600`, `>1500`, `>=1501`, `1501+`, `3`, in the writing
    /// of the measure.
    pub fn parse(measure: Measure, text: &str) -> Option<Self> {
        let text = text.trim();
        let kind = measure.kind();
        let ends = |low: Option<Point>, high: Option<Point>| {
            let whole =
                kind == Kind::Money && [&low, &high].into_iter().flatten().all(|point| point.whole);
            let step = if whole { 100 } else { 1 };
            let low = low.map_or(Some(i64::MIN), |p| p.lower(step))?;
            let high = high.map_or(Some(i64::MAX), |p| p.upper(step))?;
            (low <= high).then_some(Self { low, high, whole })
        };
        for (sign, strict) in [("<=", false), ("≤", false), ("<", true)] {
            if let Some(rest) = text.strip_prefix(sign) {
                return ends(None, Some(Point::parse(kind, rest, strict)?));
            }
        }
        for (sign, strict) in [(">=", false), ("≥", false), (">", true)] {
            if let Some(rest) = text.strip_prefix(sign) {
                return ends(Some(Point::parse(kind, rest, strict)?), None);
            }
        }
        if let Some(rest) = text.strip_suffix('+') {
            return ends(Some(Point::parse(kind, rest, false)?), None);
        }
        let split = text.split_once("..").or_else(|| match kind {
            Kind::Day => None,
            _ => text.split_once(['-', '–']),
        });
        let (low, high) = split.unwrap_or((text, text));
        ends(
            Some(Point::parse(kind, low, false)?),
            Some(Point::parse(kind, high, false)?),
        )
    }

    /// "de 623 à 1 000", "à partir de 1 501", "jusqu’à 622", "3".
    pub fn show(&self, measure: Measure) -> String {
        let whole = |value: i64| {
            if self.whole {
                value.saturating_sub(value.rem_euclid(100))
            } else {
                value
            }
        };
        let start = i64::from(measure.kind() == Kind::Count);
        match (self.low <= start, self.high == i64::MAX) {
            (true, true) => "quel qu’il soit".to_owned(),
            (_, true) => format!("à partir de {}", measure.show(self.low)),
            _ if whole(self.low) == whole(self.high) => measure.show(whole(self.low)),
            (true, false) => format!("jusqu’à {}", measure.show(whole(self.high))),
            (false, false) => format!(
                "de {} à {}",
                measure.show(self.low),
                measure.show(whole(self.high))
            ),
        }
    }
}

/// One end of an interval.
struct Point {
    value: i64,
    whole: bool,
    strict: bool,
}

impl Point {
    fn parse(kind: Kind, text: &str, strict: bool) -> Option<Self> {
        let value = number(kind, text)?;
        let whole = value % 100 == 0 && !text.contains([',', '.']);
        Some(Self {
            value,
            whole,
            strict,
        })
    }

    fn lower(&self, step: i64) -> Option<i64> {
        self.value.checked_add(if self.strict { step } else { 0 })
    }

    fn upper(&self, step: i64) -> Option<i64> {
        let value = self.value.checked_add(step - 1)?;
        value.checked_sub(if self.strict { step } else { 0 })
    }
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

    fn quotient(text: &str) -> Interval {
        Interval::parse(Measure::Quotient, text).unwrap()
    }

    #[test]
    fn brackets_in_whole_euros_leave_no_gap_for_cents() {
        assert!(quotient("0-622").has(62_250));
        assert!(!quotient("623-1000").has(62_250));
        assert_eq!(quotient("0-622").high + 1, quotient("623-1000").low);
        assert_eq!(quotient("<600").high + 1, quotient(">=600").low);
        assert_eq!(quotient("<= 600").high + 1, quotient("601+").low);
        assert_eq!(quotient("≤600").high + 1, quotient(">600").low);
    }

    #[test]
    fn brackets_in_cents_are_taken_at_their_word() {
        assert_eq!(quotient("<=200,99").high, 20_099);
        assert_eq!(quotient("201.00-300.99").low, 20_100);
    }

    #[test]
    fn the_gap_between_799_and_800_is_a_gap() {
        let (below, above) = (quotient("<799"), quotient(">800"));
        assert!(!below.has(79_900) && !above.has(80_000));
    }

    #[test]
    fn each_measure_in_its_own_writing() {
        let read = |measure, text| Interval::parse(measure, text).map(|i| (i.low, i.high));
        assert_eq!(read(Measure::Duration, "1h-1h30"), Some((60, 90)));
        assert_eq!(read(Measure::Departure, "18:30+"), Some((1110, i64::MAX)));
        assert_eq!(read(Measure::Arrival, "7h30-8h15"), Some((450, 495)));
        assert_eq!(
            read(Measure::Day, "2026-07-06..2026-07-10"),
            Some((20_260_706, 20_260_710))
        );
        assert_eq!(read(Measure::Rank, "3+"), Some((3, i64::MAX)));
        for wrong in ["", "-", "10-5", "abc", "1-2-3", ">"] {
            assert_eq!(read(Measure::Rank, wrong), None, "{wrong:?}");
        }
    }

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

    #[test]
    fn people_read_them_in_french() {
        let plain = |text: String| text.replace(['\u{a0}', '\u{202f}'], " ");
        let show = |m, text| plain(Interval::parse(m, text).unwrap().show(m));
        assert_eq!(show(Measure::Quotient, "623-1000"), "de 623 à 1 000");
        assert_eq!(show(Measure::Quotient, "<600"), "jusqu’à 599");
        assert_eq!(show(Measure::Quotient, ">1500"), "à partir de 1 501");
        assert_eq!(show(Measure::Rank, "2"), "2");
        assert_eq!(show(Measure::Duration, "61-90"), "de 1 h 01 à 1 h 30");
        assert_eq!(plain(Measure::Departure.show(1110)), "18 h 30");
    }
}
