//! When a news item is to be seen, and the week that menus are published for.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use thiserror::Error;

use crate::french;

/// The end is not after the beginning. The `Display` text is the French sentence for the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("La fin de publication doit venir après le début.")]
pub struct EndsBeforeItStarts;

/// From `from` on, and until just before `until` if there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    from: Timestamp,
    until: Option<Timestamp>,
}

/// Where an instant stands to a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Not yet to be seen.
    Scheduled,
    /// To be seen.
    Visible,
    /// No longer to be seen.
    Past,
}

impl Window {
    /// A window that is not empty.
    pub fn new(from: Timestamp, until: Option<Timestamp>) -> Result<Self, EndsBeforeItStarts> {
        if until.is_some_and(|until| until <= from) {
            return Err(EndsBeforeItStarts);
        }
        Ok(Self { from, until })
    }

    /// First instant to be seen.
    pub const fn from(&self) -> Timestamp {
        self.from
    }

    /// First instant not to be seen any more.
    pub const fn until(&self) -> Option<Timestamp> {
        self.until
    }

    /// Where `now` stands.
    pub fn state(&self, now: Timestamp) -> State {
        if now < self.from {
            State::Scheduled
        } else if self.until.is_some_and(|until| now >= until) {
            State::Past
        } else {
            State::Visible
        }
    }

    /// The state in words for an agent: "Visible jusqu’au vendredi 27 novembre à 18 h 00".
    pub fn words_fr(&self, now: Timestamp, zone: &TimeZone) -> String {
        match (self.state(now), self.until) {
            (State::Scheduled, _) => format!("Prévue le {}", french::instant(self.from, zone)),
            (State::Visible, None) => {
                format!("Visible depuis le {}", french::instant(self.from, zone))
            }
            (State::Visible, Some(until)) => {
                format!("Visible jusqu’au {}", french::instant(until, zone))
            }
            (State::Past, Some(until)) => format!("Retirée le {}", french::instant(until, zone)),
            (State::Past, None) => State::Past.label_fr().to_owned(),
        }
    }
}

impl State {
    /// One word, beside a sign and a colour.
    pub const fn label_fr(self) -> &'static str {
        match self {
            Self::Scheduled => "Prévue",
            Self::Visible => "Visible",
            Self::Past => "Retirée",
        }
    }

    /// The name in addresses and exports.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Visible => "visible",
            Self::Past => "past",
        }
    }
}

/// The Monday of the week of a day (ISO 8601: weeks start on Monday). A day within the first week
/// that a calendar can hold is its own Monday.
pub fn monday(date: Date) -> Date {
    let back = i32::from(date.weekday().since(Weekday::Monday));
    date.checked_sub(Span::new().days(back)).unwrap_or(date)
}

/// "Semaine du 23 – 27 novembre": Monday to Friday of the week of a day.
pub fn week_fr(date: Date) -> String {
    let monday = monday(date);
    let friday = monday.checked_add(Span::new().days(4)).unwrap_or(monday);
    format!("Semaine du {}", french::range(monday, friday))
}

/// The Monday to show a menu for: this week's, and from Saturday on next week's, for nobody plans
/// on a Saturday what was eaten on Tuesday.
pub fn menu_week(today: Date) -> Date {
    match today.weekday() {
        Weekday::Saturday | Weekday::Sunday => {
            let monday = monday(today);
            monday.checked_add(Span::new().days(7)).unwrap_or(monday)
        }
        _ => monday(today),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn an_item_comes_and_goes() {
        let window = Window::new(at(100), Some(at(200))).unwrap();
        let states = [99, 100, 199, 200].map(|second| window.state(at(second)));
        assert_eq!(
            states,
            [
                State::Scheduled,
                State::Visible,
                State::Visible,
                State::Past
            ]
        );
        assert_eq!(Window::new(at(100), Some(at(100))), Err(EndsBeforeItStarts));
    }

    #[test]
    fn the_agent_reads_until_when() {
        let window = Window::new(
            "2026-11-19T09:00:00Z".parse().unwrap(),
            Some("2026-11-27T17:00:00Z".parse().unwrap()),
        )
        .unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let words = |now: &str| {
            window
                .words_fr(now.parse().unwrap(), &zone)
                .replace('\u{a0}', " ")
        };
        assert_eq!(
            words("2026-11-18T09:00:00Z"),
            "Prévue le jeudi 19 novembre à 10 h 00"
        );
        assert_eq!(
            words("2026-11-20T09:00:00Z"),
            "Visible jusqu’au vendredi 27 novembre à 18 h 00"
        );
        assert_eq!(
            words("2026-12-20T09:00:00Z"),
            "Retirée le vendredi 27 novembre à 18 h 00"
        );
    }

    #[test]
    fn a_menu_is_for_the_week_ahead() {
        assert_eq!(menu_week(date(2026, 11, 27)), date(2026, 11, 23));
        assert_eq!(menu_week(date(2026, 11, 28)), date(2026, 11, 30));
        assert_eq!(menu_week(date(2026, 11, 29)), date(2026, 11, 30));
        assert_eq!(
            week_fr(date(2026, 12, 3)).replace('\u{a0}', " "),
            "Semaine du 30 novembre – 4 décembre"
        );
        assert_eq!(monday(Date::MIN).weekday(), Weekday::Monday);
    }

    proptest! {
        #[test]
        fn monday_is_at_most_six_days_back(days in 0i32..60_000) {
            let day = date(1900, 1, 1).checked_add(Span::new().days(days)).unwrap();
            let monday = monday(day);
            prop_assert_eq!(monday.weekday(), Weekday::Monday);
            prop_assert!((0..7).contains(&(day - monday).get_days()));
        }

        #[test]
        fn time_goes_one_way(from in 0i64..1_000, long in 1i64..1_000, a in 0i64..3_000, b in 0i64..3_000) {
            let window = Window::new(at(from), Some(at(from + long))).unwrap();
            let rank = |second| match window.state(at(second)) { State::Scheduled => 0, State::Visible => 1, State::Past => 2 };
            prop_assert!(rank(a.min(b)) <= rank(a.max(b)));
        }
    }
}
