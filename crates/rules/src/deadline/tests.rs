use super::*;
use crate::calendar::{Calendar, Hour, SchoolHoliday};
use jiff::Timestamp;
use jiff::civil::{Date, Weekday, date};

fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

fn laigneville() -> Calendar {
    Calendar {
        school_holidays: vec![SchoolHoliday {
            name: "Vacances de la Toussaint".into(),
            first: date(2026, 10, 17),
            last: date(2026, 11, 1),
        }],
        ..Calendar::default()
    }
}

fn hour(text: &str) -> Hour {
    Hour::parse(text).unwrap()
}

fn working(n: u16, at: &str) -> Deadline {
    let count = Count::Working;
    Deadline::new(Rule::new(When::Days { n, count }, Some(hour(at))))
}

fn said(deadline: &Deadline, day: Date) -> (String, String) {
    let calendar = laigneville();
    let service = Service {
        start: Some(hour("12:00")),
        end: Some(hour("13:30")),
        ..Service::on(day)
    };
    let cutoff = cutoff(deadline, service, &calendar);
    (plain(&cutoff.until_fr()), plain(&cutoff.why_fr()))
}

#[test]
fn two_working_days_before_at_ten() {
    let rule = working(2, "10:00");
    let (until, why) = said(&rule, date(2026, 11, 23));
    assert_eq!(until, "jusqu’au jeudi 19 novembre à 10 h 00");
    assert_eq!(why, "2 jours ouvrés avant, 10 h 00");
    let (until, why) = said(&rule, date(2026, 11, 12));
    assert_eq!(until, "jusqu’au lundi 9 novembre à 10 h 00");
    assert_eq!(
        why,
        "2 jours ouvrés avant, 10 h 00 ; le mercredi 11 novembre est férié (Armistice de 1918)"
    );
}

#[test]
fn the_last_second_is_in_time_and_the_next_is_not() {
    let (rule, calendar) = (working(2, "10:00"), laigneville());
    let service = Service::on(date(2026, 11, 23));
    let at = |text: &str| -> Timestamp { text.parse().unwrap() };
    let limit = at("2026-11-19T09:00:00Z");
    assert_eq!(
        verdict(limit, &rule, service, &calendar, None),
        Verdict::Open {
            until: Some(limit),
            request: false
        }
    );
    let late = verdict(at("2026-11-19T09:00:01Z"), &rule, service, &calendar, None);
    assert_eq!(
        late,
        Verdict::Closed {
            since: Some(limit),
            why: Closed::Passed
        }
    );
    let cutoff = cutoff(&rule, service, &calendar);
    assert_eq!(
        plain(&late.message_fr(&cutoff)),
        "Trop tard : le délai est passé depuis le jeudi 19 novembre à 10 h 00."
    );
}

#[test]
fn the_first_lunch_after_the_holidays_is_booked_on_the_last_day_of_school() {
    let count = Count::School;
    let rule = Deadline::new(Rule::new(When::Days { n: 1, count }, Some(hour("10:00"))));
    let (until, why) = said(&rule, date(2026, 11, 2));
    assert_eq!(until, "jusqu’au vendredi 16 octobre à 10 h 00");
    assert_eq!(
        why,
        "le jour d’école précédent, 10 h 00 ; Vacances de la Toussaint du 17 octobre au 1er novembre"
    );
}

#[test]
fn each_kind_lands_where_a_town_hall_expects_it() {
    let monday = date(2026, 9, 14);
    let thursday = Weekday::Thursday;
    let one = |day, at| {
        Some(TableEntry {
            day,
            weeks_before: None,
            at: Some(hour(at)),
        })
    };
    let cases = [
        (
            When::Weekday {
                day: thursday,
                weeks_before: 1,
            },
            "jeudi 10 septembre à 24 h 00",
        ),
        (
            When::Weekday {
                day: thursday,
                weeks_before: 2,
            },
            "jeudi 3 septembre à 24 h 00",
        ),
        (
            When::Previous(Weekday::Saturday),
            "samedi 12 septembre à 24 h 00",
        ),
        (
            When::Days {
                n: 7,
                count: Count::Calendar,
            },
            "lundi 7 septembre à 24 h 00",
        ),
        (When::Minutes(48 * 60), "samedi 12 septembre à 12 h 00"),
        (When::ClearDays(3), "jeudi 10 septembre à 24 h 00"),
        (
            When::MonthDay {
                day: 20,
                months_before: 1,
            },
            "jeudi 20 août à 24 h 00",
        ),
        (
            When::MonthDay {
                day: 31,
                months_before: 3,
            },
            "mardi 30 juin à 24 h 00",
        ),
        (
            When::MonthWeekday {
                nth: -1,
                day: Weekday::Friday,
                months_before: 1,
            },
            "vendredi 28 août à 24 h 00",
        ),
        (When::Minutes(90), "lundi 14 septembre à 10 h 30"),
        (When::Months(1), "vendredi 14 août à 24 h 00"),
        (
            When::YearDay { month: 6, day: 18 },
            "jeudi 18 juin à 24 h 00",
        ),
        (
            When::Table([
                one(Weekday::Friday, "11:00"),
                None,
                None,
                None,
                None,
                None,
                None,
            ]),
            "vendredi 11 septembre à 11 h 00",
        ),
        (When::UntilStart, "lundi 14 septembre à 12 h 00"),
        (When::DaysAfter(1), "mardi 15 septembre à 24 h 00"),
        (
            When::Days {
                n: 0,
                count: Count::Calendar,
            },
            "lundi 14 septembre à 13 h 30",
        ),
    ];
    for (when, expected) in cases {
        let deadline = Deadline::new(Rule::new(when, None));
        let (until, why) = said(&deadline, monday);
        assert_eq!(until, format!("jusqu’au {expected}"), "{why}");
    }
}

#[test]
fn fifteen_clear_days_before_the_holidays() {
    let deadline = Deadline::new(Rule {
        before: Anchor::Holidays,
        ..Rule::new(When::ClearDays(15), None)
    });
    let (until, why) = said(&deadline, date(2026, 10, 21));
    assert_eq!(until, "jusqu’au jeudi 1er octobre à 24 h 00");
    assert_eq!(
        why,
        "15 jours francs avant, fin de journée ; compté depuis le samedi 17 octobre (premier jour des vacances)"
    );
}

#[test]
fn hours_may_stand_still_over_a_week_end() {
    let calendar = laigneville();
    let deadline = Deadline::new(Rule {
        days_off: Some(calendar.not_working()),
        ..Rule::new(When::Minutes(48 * 60), None)
    });
    let (until, why) = said(&deadline, date(2026, 9, 14));
    assert_eq!(until, "jusqu’au jeudi 10 septembre à 12 h 00");
    assert_eq!(why, "48 heures qui comptent avant le début (12 h 00)");
}

#[test]
fn a_limit_on_a_public_holiday_moves_as_the_commune_says() {
    let wednesday = |shift| {
        Deadline::new(Rule {
            shift: Some(shift),
            ..Rule::new(
                When::Weekday {
                    day: Weekday::Wednesday,
                    weeks_before: 1,
                },
                Some(hour("12:00")),
            )
        })
    };
    let monday = date(2026, 11, 16);
    let (until, why) = said(&wednesday(Shift::Earlier), monday);
    assert_eq!(until, "jusqu’au mardi 10 novembre à 12 h 00");
    assert_eq!(
        why,
        "le mercredi de la semaine précédente, 12 h 00 ; le mercredi 11 novembre est férié \
         (Armistice de 1918), la limite est avancée au mardi 10 novembre"
    );
    assert_eq!(
        said(&wednesday(Shift::Later), monday).0,
        "jusqu’au jeudi 12 novembre à 12 h 00"
    );
    assert_eq!(
        said(&wednesday(Shift::Stays), monday).0,
        "jusqu’au mercredi 11 novembre à 12 h 00"
    );
}

#[test]
fn residents_come_first() {
    let on = |day| Rule::new(When::On(date(2025, 2, day)), None);
    let mut deadline = working(2, "10:00");
    deadline.opens = Some(Opens::ByCategory(vec![
        ("résident".into(), on(4)),
        ("autres".into(), on(10)),
    ]));
    let calendar = laigneville();
    let cutoff = cutoff(&deadline, Service::on(date(2025, 4, 22)), &calendar);
    let now: Timestamp = "2025-02-05T08:00:00Z".parse().unwrap();
    assert!(cutoff.verdict(now, Some("résident")).is_possible());
    let outside = cutoff.verdict(now, Some("extérieur"));
    assert_eq!(
        plain(&outside.message_fr(&cutoff)),
        "Pas encore ouvert : à partir du lundi 10 février 2025 à 0 h 00."
    );
}

#[test]
fn who_is_late_pays_a_supplement_until_the_same_morning() {
    let mut deadline = working(2, "10:00");
    deadline.late.push(Late {
        consequence: Consequence::Supplement("Repas non réservé".into()),
        until: Rule::new(
            When::Days {
                n: 0,
                count: Count::Calendar,
            },
            Some(hour("08:30")),
        ),
    });
    let calendar = laigneville();
    let cutoff = cutoff(&deadline, Service::on(date(2026, 11, 23)), &calendar);
    let now: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
    assert_eq!(
        plain(&cutoff.verdict(now, None).message_fr(&cutoff)),
        "Le délai est passé depuis le jeudi 19 novembre à 10 h 00. Encore possible avec le \
         supplément « Repas non réservé » jusqu’au lundi 23 novembre à 8 h 30."
    );
    let too_late: Timestamp = "2026-11-23T07:30:01Z".parse().unwrap();
    assert!(!cutoff.verdict(too_late, None).is_possible());
}

#[test]
fn what_is_never_possible_and_what_needs_no_booking() {
    let day = date(2026, 11, 23);
    let never = Deadline::new(Rule::new(When::Never, None));
    let always = Deadline::new(Rule::new(When::Always, None));
    assert_eq!(said(&never, day).1, "la commune ne le permet pas");
    assert_eq!(said(&always, day).1, "aucune réservation n’est nécessaire");
    let calendar = laigneville();
    let open = verdict(Timestamp::MAX, &always, Service::on(day), &calendar, None);
    assert!(open.is_possible());
}

#[test]
fn lateness_has_steps_and_the_last_may_go_to_the_end_of_the_service() {
    let mut deadline = working(2, "10:00");
    let step = |name: &str, until| Late {
        consequence: Consequence::Supplement(name.into()),
        until,
    };
    let count = Count::Working;
    let eve = Rule::new(When::Days { n: 1, count }, Some(hour("10:00")));
    deadline.late.push(step("un euro", eve));
    deadline
        .late
        .push(step("double", Rule::new(When::Always, None)));
    let calendar = laigneville();
    let service = Service {
        end: Some(hour("13:30")),
        ..Service::on(date(2026, 11, 23))
    };
    let cutoff = cutoff(&deadline, service, &calendar);
    let price = |now: &str| match cutoff.verdict(now.parse().unwrap(), None) {
        Verdict::Late {
            consequence: Consequence::Supplement(name),
            ..
        } => name.as_str(),
        Verdict::Closed { .. } => "fermé",
        other => panic!("{other:?}"),
    };
    assert_eq!(price("2026-11-20T09:00:00Z"), "un euro");
    assert_eq!(price("2026-11-20T09:00:01Z"), "double");
    assert_eq!(price("2026-11-23T12:30:00Z"), "double");
    assert_eq!(price("2026-11-23T12:30:01Z"), "fermé");
}
