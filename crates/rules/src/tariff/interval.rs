//! The intervals that a measure is cut into.

use super::measure::{Kind, Measure, number};

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
