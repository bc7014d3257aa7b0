//! Bills as a régisseur would check them by hand: a month of a family, from a settings file.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

use jiff::civil::{Date, date};
use preau_formats::{school_holidays, settings, tariff_settings};
use preau_rules::{
    attendance::{Hours, Mark, Seen},
    bill::{Bill, Biller, Enrolled, Household, Kid, Use},
    booking::State,
    settings::Rulebook,
    tariff::Tariffs,
};
use proptest::prelude::*;

const CANTEEN: &str = r#"
[commune]
name = "Laigneville"
department = "60"

[activities.cantine]
name = "Cantine"

[activities.mercredi]
name = "Mercredi"
start = "08:00"
end = "12:00"
"#;

fn read(tariffs: &str) -> (Rulebook, Tariffs) {
    let text = format!("{CANTEEN}{tariffs}");
    let book = settings::load(&text, &school_holidays::shipped()).unwrap();
    let (_, tariffs) = tariff_settings::read(&text).unwrap();
    (book.rulebook, tariffs)
}

fn kid(year: i16, enrolled: &[&str]) -> Kid {
    let enrolled = enrolled.iter().map(|activity| Enrolled {
        activity: (*activity).to_owned(),
        first: date(2026, 9, 1),
        last: None,
    });
    Kid {
        born: date(year, 3, 14),
        level: Some("élémentaire"),
        enrolled: enrolled.collect(),
    }
}

fn home(children: Vec<Kid>) -> Household {
    Household {
        children,
        ..Household::default()
    }
}

fn came(child: usize, day: i8, activity: &'static str) -> Use<'static> {
    Use {
        child,
        day: date(2026, 10, day),
        activity,
        unit: activity,
        state: State::Booked,
        supplement: "",
        seen: None,
    }
}

fn cents(bill: &Bill) -> Vec<i64> {
    assert_eq!(bill.anomalies, []);
    bill.lines.iter().map(|line| line.cents.0).collect()
}

#[test]
fn the_rank_counts_only_who_is_enrolled_in_the_same_activity() {
    let (book, tariffs) =
        read("[[tariffs]]\nactivity = \"cantine\"\nlines = [\"rang 2+: 3\", \"rang 1: 4\"]\n");
    let uses = [came(1, 5, "cantine")];
    // The eldest goes to secondary school, or to another activity: the second is the first here.
    for eldest in [kid(2012, &[]), kid(2012, &["mercredi"])] {
        let home = home(vec![eldest, kid(2017, &["cantine"])]);
        assert_eq!(
            cents(&Biller::new(&tariffs, &book).bill(&home, &uses)),
            [400]
        );
    }
    let home = home(vec![kid(2015, &["cantine"]), kid(2017, &["cantine"])]);
    assert_eq!(
        cents(&Biller::new(&tariffs, &book).bill(&home, &uses)),
        [300]
    );
}

#[test]
fn the_rank_among_those_who_come_is_of_the_same_day_and_activity() {
    let (book, tariffs) = read(
        "[[tariffs]]\nprice = 4\nsupplements = [{ name = \"Deuxième\", when = \"rang présent 2+\", percent = -50 }]\n",
    );
    let home = home(vec![
        kid(2015, &["cantine", "mercredi"]),
        kid(2017, &["cantine"]),
    ]);
    let uses = [
        came(0, 5, "cantine"),
        came(1, 5, "cantine"),
        came(0, 7, "mercredi"),
        came(1, 7, "cantine"),
    ];
    assert_eq!(
        cents(&Biller::new(&tariffs, &book).bill(&home, &uses)),
        [400, 200, 400, 400]
    );
}

#[test]
fn an_absence_that_was_told_goes_by_the_rule_of_the_file() {
    let rule = |bill: &str| {
        format!(
            "[[tariffs]]\nactivity = \"cantine\"\nprice = 4\n[[absences]]\nactivity = \"cantine\"\nbill = \"{bill}\"\nwaiting = \"1 jour réservé\"\n"
        )
    };
    let home = home(vec![kid(2017, &["cantine"])]);
    let mut uses = [5, 6, 8].map(|day| came(0, day, "cantine"));
    for one in &mut uses[1..] {
        one.state = State::Absent;
    }
    // One day of carence, then what the rule says.
    for (said, expected) in [("rien", vec![400, 400]), ("50 %", vec![400, 400, 200])] {
        let (book, tariffs) = read(&rule(said));
        assert_eq!(
            cents(&Biller::new(&tariffs, &book).bill(&home, &uses)),
            expected,
            "{said}"
        );
    }
    let (book, tariffs) = read("[[tariffs]]\nactivity = \"cantine\"\nprice = 4\n");
    assert_eq!(
        cents(&Biller::new(&tariffs, &book).bill(&home, &uses)),
        [400, 400, 400]
    );
}

#[test]
fn who_booked_late_pays_the_supplement_and_who_waits_pays_nothing() {
    let (book, tariffs) = read(
        "[[tariffs]]\nactivity = \"cantine\"\nprice = 4\n[[penalties]]\nname = \"Repas hors délai\"\nwhen = \"hors délai\"\nadd = 1.50\n",
    );
    let home = home(vec![kid(2017, &["cantine"])]);
    let late = Use {
        supplement: "Repas hors délai",
        ..came(0, 5, "cantine")
    };
    let waits = Use {
        state: State::Waiting,
        ..came(0, 6, "cantine")
    };
    assert_eq!(
        cents(&Biller::new(&tariffs, &book).bill(&home, &[late, waits])),
        [550]
    );
    let (price, why) = Biller::new(&tariffs, &book).quote(&home, late).unwrap();
    assert_eq!(price.0, 550);
    assert!(why.contains("Repas hors délai"), "{why}");
}

#[test]
fn what_is_counted_over_more_than_a_month_is_said_and_not_guessed() {
    for period in ["per = \"an\"", "period = \"trimestre\"\nmax_total = 30"] {
        let (book, tariffs) = read(&format!(
            "[[tariffs]]\nname = \"Forfait\"\nactivity = \"cantine\"\nprice = 4\n{period}\n"
        ));
        let home = home(vec![kid(2017, &["cantine"])]);
        let bill = Biller::new(&tariffs, &book).bill(&home, &[came(0, 5, "cantine")]);
        assert_eq!(bill.lines, []);
        let why = &bill.anomalies[0].why;
        assert!(why.contains("ne se compte pas au mois"), "{why}");
    }
}

#[test]
fn a_forfait_of_a_month_is_due_once_a_child() {
    let (book, tariffs) = read("[[tariffs]]\nactivity = \"cantine\"\nper = \"mois\"\nprice = 40\n");
    let home = home(vec![kid(2015, &["cantine"]), kid(2017, &["cantine"])]);
    let uses = [
        came(0, 5, "cantine"),
        came(0, 6, "cantine"),
        came(1, 6, "cantine"),
    ];
    assert_eq!(
        cents(&Biller::new(&tariffs, &book).bill(&home, &uses)),
        [4_000, 0, 4_000]
    );
}

proptest! {
    /// The lines of a month with a cap sum to the cap or to the price of all, whatever the number of uses.
    #[test]
    fn a_month_with_a_cap_sums_to_its_price(uses in 1_i8..=31, price in 1_i64..1_000, cap in 1_i64..10_000) {
        let euros = |cents: i64| format!("{}.{:02}", cents / 100, cents % 100);
        let (book, tariffs) = read(&format!(
            "[[tariffs]]\nactivity = \"cantine\"\nprice = {}\nperiod = \"mois\"\nmax_total = {}\n",
            euros(price),
            euros(cap)
        ));
        let home = home(vec![kid(2017, &["cantine"])]);
        let all: Vec<Use<'_>> = (1..=uses).map(|day| came(0, day, "cantine")).collect();
        let bill = Biller::new(&tariffs, &book).bill(&home, &all);
        prop_assert_eq!(bill.total().0, (price * i64::from(uses)).min(cap));
        prop_assert!(bill.lines.iter().all(|line| line.cents.0 >= 0));
    }

    /// Every use is either priced or complained of, once, and the sum is that of the lines.
    #[test]
    fn nothing_is_lost_between_uses_and_lines(days in proptest::collection::vec((0_usize..3, 1_i8..=31, any::<bool>()), 0..40)) {
        let (book, tariffs) = read("[[tariffs]]\nactivity = \"cantine\"\nprice = 4\n");
        let home = home(vec![kid(2015, &["cantine"]), kid(2017, &["cantine"]), kid(2019, &[])]);
        let uses: Vec<Use<'_>> = days
            .iter()
            .map(|(child, day, meal)| came(*child, *day, if *meal { "cantine" } else { "mercredi" }))
            .collect();
        let bill = Biller::new(&tariffs, &book).bill(&home, &uses);
        let mut all: Vec<usize> = bill.lines.iter().map(|line| line.of).collect();
        all.extend(bill.anomalies.iter().map(|anomaly| anomaly.of));
        all.sort_unstable();
        prop_assert_eq!(all, (0..uses.len()).collect::<Vec<_>>());
        let meals = i64::try_from(bill.lines.len()).unwrap();
        prop_assert_eq!(bill.total().0, 400 * meals);
    }
}

#[test]
fn a_day_of_holidays_and_a_weekday_are_words_of_the_tariffs() {
    let (book, tariffs) = read(
        "[[tariffs]]\nactivity = \"mercredi\"\nlines = [\"vacances: 9\", \"mercredi: 7\", \"adulte: 1\"]\n",
    );
    let home = home(vec![kid(2017, &["mercredi"])]);
    let on = |day: Date| Use {
        day,
        ..came(0, 7, "mercredi")
    };
    let uses = [on(date(2026, 10, 7)), on(date(2026, 10, 21))];
    assert_eq!(
        cents(&Biller::new(&tariffs, &book).bill(&home, &uses)),
        [700, 900]
    );
}

fn seen(one: Use<'static>, mark: Mark, unbooked: bool) -> Use<'static> {
    Use {
        seen: Some(Seen {
            mark,
            unbooked,
            hours: Hours::default(),
        }),
        ..one
    }
}

#[test]
fn the_roll_counts_before_the_booking() {
    let (book, tariffs) = read(
        "[[tariffs]]\nactivity = \"cantine\"\nlines = [{ when = \"non réservé\", price = 7 }, { price = 4 }]\n[[absences]]\nname = \"Absence excusée\"\nbill = \"50 %\"\n",
    );
    let home = home(vec![kid(2017, &["cantine"])]);
    let told = |day| Use {
        state: State::Absent,
        ..came(0, day, "cantine")
    };
    let uses = [
        seen(came(0, 5, "cantine"), Mark::Present, false),
        seen(came(0, 6, "cantine"), Mark::Absent, false),
        seen(came(0, 8, "cantine"), Mark::Excused, false),
        seen(told(9), Mark::Present, false),
        seen(told(12), Mark::Absent, false),
        seen(came(0, 13, "cantine"), Mark::Present, true),
    ];
    let bill = Biller::new(&tariffs, &book).bill(&home, &uses);
    assert_eq!(cents(&bill), [400, 400, 200, 400, 200, 700]);
    for (line, said) in [
        (1, "absent au pointage"),
        (2, "Absence excusée"),
        (3, "mais présent au pointage"),
        (4, "Absence signalée"),
        (5, "Venu sans réservation"),
    ] {
        assert!(
            bill.lines[line].why.contains(said),
            "{:?}",
            bill.lines[line]
        );
    }
}

#[test]
fn the_hours_of_the_roll_are_what_is_billed() {
    let (book, tariffs) = read(
        "[[tariffs]]\nactivity = \"mercredi\"\nlines = [{ when = \"départ 12:10+\", price = 9 }, { price = 4 }]\n",
    );
    let home = home(vec![kid(2017, &["mercredi"])]);
    let mut late = seen(came(0, 5, "mercredi"), Mark::Present, false);
    late.seen = late.seen.map(|seen| Seen {
        hours: Hours::parse("", "12:25").unwrap(),
        ..seen
    });
    let uses = [late, came(0, 6, "mercredi")];
    assert_eq!(
        cents(&Biller::new(&tariffs, &book).bill(&home, &uses)),
        [900, 400]
    );
}
