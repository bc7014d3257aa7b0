//! Dates, durations and counts as French people read them.
//!
//! Months and days are spelled out, hours are written "10 h 00", and no-break spaces keep together
//! what belongs together. Zones are arguments: an instant has no hour of its own.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::money::{Cents, grouped};

const NBSP: char = '\u{a0}';
const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const SHORT_MONTHS: [&str; 12] = [
    "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.",
    "déc.",
];

/// "lundi".
pub const fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "lundi",
        Weekday::Tuesday => "mardi",
        Weekday::Wednesday => "mercredi",
        Weekday::Thursday => "jeudi",
        Weekday::Friday => "vendredi",
        Weekday::Saturday => "samedi",
        Weekday::Sunday => "dimanche",
    }
}

/// "novembre".
pub fn month(date: Date) -> &'static str {
    MONTHS[usize::from(date.month().unsigned_abs() - 1)]
}

/// "19 novembre", "1er décembre".
pub fn day_month(date: Date) -> String {
    format!("{}{NBSP}{}", day_number(date), month(date))
}

/// "19 novembre 2026".
pub fn day_month_year(date: Date) -> String {
    format!("{}{NBSP}{}", day_month(date), date.year())
}

/// "jeudi 19 novembre".
pub fn day(date: Date) -> String {
    format!("{} {}", weekday(date.weekday()), day_month(date))
}

/// "lundi 23 novembre 2026".
pub fn day_year(date: Date) -> String {
    format!("{} {}", weekday(date.weekday()), day_month_year(date))
}

/// "jeu. 19 nov.", for narrow columns.
pub fn day_short(date: Date) -> String {
    let short: String = weekday(date.weekday()).chars().take(3).collect();
    let month = SHORT_MONTHS[usize::from(date.month().unsigned_abs() - 1)];
    format!("{short}.{NBSP}{}{NBSP}{month}", day_number(date))
}

/// "19/11/2026", for tables.
pub fn day_digits(date: Date) -> String {
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
}

/// "10 h 00".
pub fn hour(time: Time) -> String {
    format!("{}{NBSP}h{NBSP}{:02}", time.hour(), time.minute())
}

/// "jeudi 19 novembre à 10 h 00".
pub fn instant(at: Timestamp, zone: &TimeZone) -> String {
    let local = local(at, zone);
    format!("{} à {}", day(local.date()), hour(local.time()))
}

/// "jeudi 19 novembre 2026 à 10 h 00".
pub fn instant_year(at: Timestamp, zone: &TimeZone) -> String {
    let local = local(at, zone);
    format!("{} à {}", day_year(local.date()), hour(local.time()))
}

/// "19/11/2026 10:00", for tables.
pub fn instant_digits(at: Timestamp, zone: &TimeZone) -> String {
    let local = local(at, zone);
    format!(
        "{}{NBSP}{:02}:{:02}",
        day_digits(local.date()),
        local.hour(),
        local.minute()
    )
}

/// Both days included: "23 – 27 novembre", "30 novembre – 4 décembre",
/// "28 décembre 2026 – 2 janvier 2027". One day alone is that day.
pub fn range(first: Date, last: Date) -> String {
    if first == last {
        return day_month(first);
    }
    if first.year() != last.year() {
        return format!("{} – {}", day_month_year(first), day_month_year(last));
    }
    if first.month() != last.month() {
        return format!("{} – {}", day_month(first), day_month(last));
    }
    format!("{}{NBSP}–{NBSP}{}", day_number(first), day_month(last))
}

/// How long ago, for columns of age: "à l’instant", "12 min", "1 h", "9 j". What has not come yet
/// (two clocks that differ by a second) is "à l’instant".
pub fn age(at: Timestamp, now: Timestamp) -> String {
    match elapsed(at, now) {
        Elapsed::Now => "à l’instant".to_owned(),
        Elapsed::Minutes(n) => format!("{n}{NBSP}min"),
        Elapsed::Hours(n) => format!("{n}{NBSP}h"),
        Elapsed::Days(n) => format!("{}{NBSP}j", grouped(n)),
    }
}

/// How long ago, in a sentence: "à l’instant", "il y a 12 minutes", "il y a 3 jours".
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    match elapsed(at, now) {
        Elapsed::Now => "à l’instant".to_owned(),
        Elapsed::Minutes(n) => format!("il y a {}", count(n, "minute", "minutes")),
        Elapsed::Hours(n) => format!("il y a {}", count(n, "heure", "heures")),
        Elapsed::Days(n) => format!("il y a {}", count(n, "jour", "jours")),
    }
}

/// How long to wait, rounded up: "30 secondes", "2 minutes", "1 heure et 5 minutes".
pub fn wait(seconds: u64) -> String {
    if seconds < 60 {
        return count(seconds, "seconde", "secondes");
    }
    let minutes = seconds.div_ceil(60);
    match (minutes / 60, minutes % 60) {
        (0, m) => count(m, "minute", "minutes"),
        (h, 0) => count(h, "heure", "heures"),
        (h, m) => format!(
            "{} et {}",
            count(h, "heure", "heures"),
            count(m, "minute", "minutes")
        ),
    }
}

/// "1 234,50 €".
pub fn euros(amount: Cents) -> String {
    amount.to_string()
}

/// "1 234".
pub fn number(n: u64) -> String {
    grouped(n)
}

/// "1er", "2e", for what is masculine (jour, rang).
pub fn ordinal(n: u64) -> String {
    if n == 1 {
        "1er".to_owned()
    } else {
        format!("{}e", grouped(n))
    }
}

/// "1re", "2e", for what is feminine (fois, place).
pub fn ordinal_feminine(n: u64) -> String {
    if n == 1 { "1re".to_owned() } else { ordinal(n) }
}

/// The word that goes with `n`: in French, zero and one are singular.
pub const fn plural<'a>(n: u64, one: &'a str, many: &'a str) -> &'a str {
    if n < 2 { one } else { many }
}

/// "1 place", "12 places".
pub fn count(n: u64, one: &str, many: &str) -> String {
    format!("{}{NBSP}{}", grouped(n), plural(n, one, many))
}

/// "Léa", "Léa et Tom", "Léa, Tom et Zoé".
pub fn list<S: AsRef<str>>(items: &[S]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} et {}", first.join(", "), last.as_ref())
        }
    }
}

fn day_number(date: Date) -> String {
    if date.day() == 1 {
        "1er".to_owned()
    } else {
        date.day().to_string()
    }
}

fn local(at: Timestamp, zone: &TimeZone) -> Zoned {
    at.to_zoned(zone.clone())
}

enum Elapsed {
    Now,
    Minutes(u64),
    Hours(u64),
    Days(u64),
}

fn elapsed(at: Timestamp, now: Timestamp) -> Elapsed {
    let seconds = u64::try_from(now.duration_since(at).as_secs()).unwrap_or(0);
    match seconds {
        0..60 => Elapsed::Now,
        60..3_600 => Elapsed::Minutes(seconds / 60),
        3_600..86_400 => Elapsed::Hours(seconds / 3_600),
        _ => Elapsed::Days(seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn plain(text: &str) -> String {
        text.replace(['\u{a0}', '\u{202f}'], " ")
    }

    fn paris() -> TimeZone {
        TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
    }

    #[test]
    fn a_deadline_is_an_instant_in_the_zone_of_the_commune() {
        let at: Timestamp = "2026-11-19T09:00:00Z".parse().unwrap();
        assert_eq!(plain(&instant(at, &paris())), "jeudi 19 novembre à 10 h 00");
        assert_eq!(
            plain(&instant_year(at, &paris())),
            "jeudi 19 novembre 2026 à 10 h 00"
        );
        assert_eq!(plain(&instant_digits(at, &paris())), "19/11/2026 10:00");
        let reunion = TimeZone::fixed(jiff::tz::offset(4));
        assert_eq!(plain(&instant(at, &reunion)), "jeudi 19 novembre à 13 h 00");
    }

    #[test]
    fn summer_and_winter_time_are_told_apart() {
        let before: Timestamp = "2026-10-25T00:30:00Z".parse().unwrap();
        let after: Timestamp = "2026-10-25T01:30:00Z".parse().unwrap();
        assert_eq!(
            plain(&instant(before, &paris())),
            "dimanche 25 octobre à 2 h 30"
        );
        assert_eq!(
            plain(&instant(after, &paris())),
            "dimanche 25 octobre à 2 h 30"
        );
    }

    #[test]
    fn days_are_spelled_out() {
        assert_eq!(
            plain(&day_year(date(2026, 11, 23))),
            "lundi 23 novembre 2026"
        );
        assert_eq!(plain(&day(date(2026, 12, 1))), "mardi 1er décembre");
        assert_eq!(plain(&day_short(date(2026, 11, 19))), "jeu. 19 nov.");
        assert_eq!(plain(&day_month_year(date(2028, 2, 29))), "29 février 2028");
    }

    #[test]
    fn a_range_says_each_thing_once() {
        assert_eq!(
            plain(&range(date(2026, 11, 23), date(2026, 11, 27))),
            "23 – 27 novembre"
        );
        assert_eq!(
            plain(&range(date(2026, 11, 30), date(2026, 12, 4))),
            "30 novembre – 4 décembre"
        );
        assert_eq!(
            plain(&range(date(2026, 12, 28), date(2027, 1, 1))),
            "28 décembre 2026 – 1er janvier 2027"
        );
        assert_eq!(
            plain(&range(date(2026, 12, 1), date(2026, 12, 1))),
            "1er décembre"
        );
    }

    #[test]
    fn ages_and_waits_are_rounded_for_reading() {
        let at = Timestamp::from_second(1_000_000).unwrap();
        let after = |seconds: i64| Timestamp::from_second(1_000_000 + seconds).unwrap();
        for (seconds, short, long) in [
            (-5, "à l’instant", "à l’instant"),
            (59, "à l’instant", "à l’instant"),
            (61, "1 min", "il y a 1 minute"),
            (3_600, "1 h", "il y a 1 heure"),
            (86_399, "23 h", "il y a 23 heures"),
            (3 * 86_400, "3 j", "il y a 3 jours"),
            (9 * 86_400 + 7, "9 j", "il y a 9 jours"),
        ] {
            assert_eq!(plain(&age(at, after(seconds))), short);
            assert_eq!(plain(&ago(at, after(seconds))), long);
        }
        assert_eq!(plain(&wait(1)), "1 seconde");
        assert_eq!(plain(&wait(61)), "2 minutes");
        assert_eq!(plain(&wait(3_900)), "1 heure et 5 minutes");
    }

    #[test]
    fn zero_is_singular_in_french() {
        assert_eq!(plain(&count(0, "place", "places")), "0 place");
        assert_eq!(plain(&count(1, "place", "places")), "1 place");
        assert_eq!(plain(&count(1_200, "place", "places")), "1 200 places");
        assert_eq!(
            [ordinal(1), ordinal(2), ordinal_feminine(1)],
            ["1er", "2e", "1re"]
        );
        assert_eq!(list(&["Léa", "Tom", "Zoé"]), "Léa, Tom et Zoé");
        assert_eq!(list(&["Léa"]), "Léa");
        assert_eq!(euros(Cents(123_450)), "1\u{202f}234,50\u{202f}€");
    }

    proptest! {
        #[test]
        fn every_day_can_be_said(days in 0i32..60_000) {
            let date = date(1900, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            let said = day_year(date);
            prop_assert!(said.starts_with(weekday(date.weekday())));
            prop_assert!(said.ends_with(&date.year().to_string()));
            prop_assert_eq!(said.contains("1er"), date.day() == 1);
        }
    }
}
