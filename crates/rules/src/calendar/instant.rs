//! From a date and an hour on the wall to an instant.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};

/// An hour of the day in minutes, 24:00 included: the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hour(u16);

impl Hour {
    /// The first instant of the day.
    pub const START: Self = Self(0);
    /// "24:00": the last instant of the day, which is the first of the next.
    pub const END: Self = Self(24 * 60);

    /// Of hours and minutes; nothing past 24:00.
    pub fn new(hours: u16, minutes: u16) -> Option<Self> {
        let total = hours.checked_mul(60)?.checked_add(minutes)?;
        (minutes < 60 && total <= Self::END.0).then_some(Self(total))
    }

    /// Reads `10:00`, `9:05`, `24:00`, `10h`, `10 h 30`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (hours, minutes) = text.split_once([':', 'h'])?;
        let minutes = match minutes.trim() {
            "" if text.ends_with('h') => 0,
            minutes => minutes
                .strip_suffix(":00")
                .unwrap_or(minutes)
                .parse()
                .ok()?,
        };
        Self::new(hours.trim().parse().ok()?, minutes)
    }

    /// Minutes since the day began.
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

/// `10:00`, as files write it.
impl Hour {
    /// "7 h 30", as it is said.
    pub fn label_fr(self) -> String {
        format!("{}\u{a0}h\u{a0}{:02}", self.0 / 60, self.0 % 60)
    }
}

impl std::fmt::Display for Hour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// The instant at which clocks show `hour` on `day`.
///
/// An hour that clocks skip in spring is the instant of the jump. An hour that they show twice in
/// autumn is the second one: who reads "jusqu’à 2 h 30" is in time on either. So a later hour is
/// never an earlier instant.
pub fn at(day: Date, hour: Hour, zone: &TimeZone) -> Timestamp {
    let (day, minutes) = if hour == Hour::END {
        (day.saturating_add(1.day()), 0)
    } else {
        (day, hour.0)
    };
    let since_midnight = SignedDuration::from_mins(i64::from(minutes));
    let wall = day
        .to_datetime(Time::midnight())
        .saturating_add(since_midnight);
    resolve(wall, zone)
}

fn resolve(wall: DateTime, zone: &TimeZone) -> Timestamp {
    let ambiguous = zone.to_ambiguous_timestamp(wall);
    match ambiguous.offset() {
        AmbiguousOffset::Gap { before, .. } => {
            let after_the_jump = before.to_timestamp(wall).unwrap_or(Timestamp::MAX);
            zone.preceding(after_the_jump)
                .next()
                .map_or(after_the_jump, |jump| jump.timestamp())
        }
        AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { after: offset, .. } => {
            offset.to_timestamp(wall).unwrap_or(Timestamp::MAX)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Territory;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn hour(text: &str) -> Hour {
        Hour::parse(text).unwrap()
    }

    #[test]
    fn hours_are_read_as_town_halls_write_them() {
        assert_eq!(hour("10:00"), hour("10h"));
        assert_eq!(hour("9:05"), hour("9 h 05"));
        assert_eq!(hour("24:00"), Hour::END);
        assert_eq!(hour("10:00:00").to_string(), "10:00");
        for wrong in ["24:01", "10:60", "10", "midi", "", "-1:00", "10:"] {
            assert_eq!(Hour::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_nights_on_which_clocks_change() {
        let paris = Territory::Metropole.zone();
        let utc = |day, text| at(day, hour(text), &paris).to_string();
        let spring = date(2027, 3, 28);
        assert_eq!(utc(spring, "01:59"), "2027-03-28T00:59:00Z");
        assert_eq!(utc(spring, "02:30"), "2027-03-28T01:00:00Z");
        assert_eq!(utc(spring, "03:00"), "2027-03-28T01:00:00Z");
        let autumn = date(2026, 10, 25);
        assert_eq!(utc(autumn, "02:30"), "2026-10-25T01:30:00Z");
        assert_eq!(utc(autumn, "24:00"), "2026-10-25T23:00:00Z");
    }

    proptest! {
        #[test]
        fn a_later_hour_is_never_an_earlier_instant(offset in 0i32..4_000, a in 0u16..=1440, b in 0u16..=1440) {
            let day = date(2024, 1, 1).saturating_add(offset.days());
            for territory in Territory::ALL {
                let zone = territory.zone();
                let (early, late) = (a.min(b), a.max(b));
                prop_assert!(at(day, Hour(early), &zone) <= at(day, Hour(late), &zone));
                prop_assert!(at(day, Hour::END, &zone) == at(day.saturating_add(1.day()), Hour::START, &zone));
            }
        }
    }
}
