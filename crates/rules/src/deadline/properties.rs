//! What holds for every rule that counts, on every day.

use super::*;
use crate::calendar::{Calendar, Closed as What, Closure, DaysOff, Hour, SchoolHoliday, Territory};
use jiff::civil::{Date, Weekday, date};
use jiff::{SignedDuration, ToSpan};
use proptest::prelude::*;

fn calendar(territory: Territory) -> Calendar {
    let mut calendar = Calendar::of(territory);
    for year in 2024..=2028 {
        calendar.school_holidays.push(SchoolHoliday {
            name: "Vacances de printemps".into(),
            first: date(year, 4, 10),
            last: date(year, 4, 26),
        });
        calendar.school_holidays.push(SchoolHoliday {
            name: "Vacances de la Toussaint".into(),
            first: date(year, 10, 17),
            last: date(year, 11, 1),
        });
        calendar.closures.push(Closure {
            first: date(year, 12, 24),
            last: date(year, 12, 24),
            what: What::Commune,
            session: None,
            reason: "Réveillon".into(),
        });
    }
    calendar
}

fn count() -> impl Strategy<Value = Count> {
    prop_oneof![
        Just(Count::Calendar),
        Just(Count::Working),
        Just(Count::School)
    ]
}

fn weekday() -> impl Strategy<Value = Weekday> {
    (0i8..7).prop_map(|n| Weekday::from_monday_zero_offset(n).unwrap())
}

fn when() -> impl Strategy<Value = When> {
    prop_oneof![
        (0u16..20, count()).prop_map(|(n, count)| When::Days { n, count }),
        (0u16..20).prop_map(When::ClearDays),
        (0u32..12_000).prop_map(When::Minutes),
        (0u8..3).prop_map(When::Months),
        (weekday(), 1u8..4).prop_map(|(day, weeks_before)| When::Weekday { day, weeks_before }),
        weekday().prop_map(When::Previous),
        (1u8..=31, 1u8..4).prop_map(|(day, months_before)| When::MonthDay { day, months_before }),
        (weekday(), 1u8..4).prop_map(|(day, months_before)| When::MonthWeekday {
            nth: -1,
            day,
            months_before
        }),
        (1i8..=12, 1i8..=28).prop_map(|(month, day)| When::YearDay { month, day }),
        Just(When::UntilStart),
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    let shift = prop_oneof![Just(Shift::Stays), Just(Shift::Earlier), Just(Shift::Later)];
    let days_off = prop_oneof![Just(None), Just(Some(DaysOff::SCHOOL))];
    let before = prop_oneof![Just(Anchor::Day), Just(Anchor::Week), Just(Anchor::Month)];
    let at = proptest::option::of((0u16..24, 0u16..60));
    (when(), at, before, days_off, shift).prop_map(|(when, at, before, days_off, shift)| Rule {
        when,
        at: at.and_then(|(h, m)| Hour::new(h, m)),
        before,
        days_off,
        shift: Some(shift),
    })
}

fn day() -> impl Strategy<Value = Date> {
    (0i32..1_500).prop_map(|n| date(2024, 9, 1).saturating_add(n.days()))
}

fn lunch(day: Date) -> Service<'static> {
    Service {
        start: Hour::new(11, 30),
        end: Hour::new(13, 30),
        ..Service::on(day)
    }
}

proptest! {
    #[test]
    fn a_later_day_never_closes_earlier(rule in rule(), day in day(), later in 1i32..60) {
        let calendar = calendar(Territory::Metropole);
        let deadline = Deadline::new(rule);
        let first = cutoff(&deadline, lunch(day), &calendar).instant().unwrap();
        let second = cutoff(&deadline, lunch(day.saturating_add(later.days())), &calendar).instant().unwrap();
        prop_assert!(first <= second, "{first} {second}");
    }

    #[test]
    fn no_limit_is_after_the_service(rule in rule(), day in day()) {
        for territory in Territory::ALL {
            let calendar = calendar(territory);
            let deadline = Deadline::new(rule.clone());
            let end = calendar.instant(day, Hour::new(13, 30).unwrap());
            prop_assert!(cutoff(&deadline, lunch(day), &calendar).instant().unwrap() <= end);
        }
    }

    #[test]
    fn the_instant_itself_is_in_time_and_the_next_second_is_not(rule in rule(), day in day()) {
        let calendar = calendar(Territory::Metropole);
        let deadline = Deadline::new(rule);
        let cutoff = cutoff(&deadline, lunch(day), &calendar);
        let at = cutoff.instant().unwrap();
        prop_assert!(cutoff.verdict(at, None).is_possible());
        prop_assert!(!cutoff.verdict(at + SignedDuration::from_secs(1), None).is_possible());
    }

    #[test]
    fn clocks_that_change_move_no_limit_on_the_wall(rule in rule(), day in day()) {
        let summer_time = calendar(Territory::Metropole);
        let mut none = summer_time.clone();
        none.zone = jiff::tz::TimeZone::UTC;
        let deadline = Deadline::new(rule);
        let here = cutoff(&deadline, lunch(day), &summer_time).instant().unwrap();
        let there = cutoff(&deadline, lunch(day), &none).instant().unwrap();
        let wall = here.to_zoned(summer_time.zone.clone()).datetime();
        let other = there.to_zoned(none.zone.clone()).datetime();
        let skipped = other.hour() == 2 && other.month() == 3;
        prop_assert!(wall == other || skipped, "{wall} {other}");
    }

    #[test]
    fn every_limit_can_be_said(rule in rule(), day in day()) {
        let calendar = calendar(Territory::Reunion);
        let deadline = Deadline::new(rule);
        let cutoff = cutoff(&deadline, lunch(day), &calendar);
        prop_assert!(cutoff.until_fr().starts_with("jusqu’au "));
        prop_assert!(!cutoff.why_fr().is_empty());
    }
}
