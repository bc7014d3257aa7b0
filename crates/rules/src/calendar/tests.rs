use super::*;
use jiff::civil::date;

const ANYWHERE: Place<'static> = Place {
    site: None,
    group: None,
    activity: None,
    unit: None,
};

fn laigneville() -> Calendar {
    Calendar {
        school_holidays: vec![
            SchoolHoliday {
                name: "Vacances de la Toussaint".into(),
                first: date(2026, 10, 17),
                last: date(2026, 11, 1),
            },
            SchoolHoliday {
                name: "Pont de l’Ascension".into(),
                first: date(2027, 5, 6),
                last: date(2027, 5, 8),
            },
        ],
        ..Calendar::default()
    }
}

#[test]
fn why_a_day_does_not_count() {
    let mut calendar = laigneville();
    calendar.bridges.push(date(2026, 7, 13));
    calendar.office_closed = Weekdays::of(&[Weekday::Thursday]);
    calendar.closures.push(Closure {
        first: date(2026, 12, 24),
        last: date(2026, 12, 24),
        what: Closed::Commune,
        session: None,
        reason: "Réveillon".into(),
    });
    for (day, why) in [
        (
            date(2026, 11, 11),
            Some(Off::PublicHoliday("Armistice de 1918")),
        ),
        (date(2026, 11, 15), Some(Off::Weekday)),
        (date(2026, 7, 13), Some(Off::Bridge)),
        (date(2026, 11, 12), Some(Off::OfficeWeekday)),
        (date(2026, 11, 13), None),
        (date(2026, 10, 20), None),
    ] {
        assert_eq!(calendar.not_worked(day), why, "{day}");
    }
    for (day, why) in [
        (
            date(2026, 10, 20),
            Some(Off::SchoolHoliday("Vacances de la Toussaint")),
        ),
        (date(2026, 11, 4), Some(Off::WithoutClass)),
        (date(2026, 12, 24), Some(Off::Closure("Réveillon"))),
        (date(2026, 11, 12), None),
    ] {
        assert_eq!(calendar.no_school(day, ANYWHERE), why, "{day}");
    }
}

#[test]
fn the_school_day_before_the_first_after_the_holidays() {
    let calendar = laigneville();
    let back = date(2026, 11, 2);
    assert_eq!(
        calendar.previous(back, DaysOff::SCHOOL, ANYWHERE),
        Some(date(2026, 10, 16))
    );
    assert_eq!(
        calendar.next(date(2026, 10, 16), DaysOff::SCHOOL, ANYWHERE),
        Some(back)
    );
    assert_eq!(
        calendar.previous(back, calendar.not_working(), ANYWHERE),
        Some(date(2026, 10, 30))
    );
}

#[test]
fn a_school_of_four_and_a_half_days_has_its_own_week() {
    let mut calendar = laigneville();
    calendar.site_weeks.insert(
        "pagnol".into(),
        SchoolWeek::four_and_a_half(Weekday::Wednesday),
    );
    let wednesday = date(2026, 11, 4);
    let pagnol = Place {
        site: Some("pagnol"),
        ..ANYWHERE
    };
    assert_eq!(calendar.no_school(wednesday, pagnol), None);
    assert_eq!(
        calendar.no_school(wednesday, ANYWHERE),
        Some(Off::WithoutClass)
    );
}

#[test]
fn a_calendar_in_which_no_day_counts_gives_up() {
    let never = DaysOff {
        weekdays: Weekdays::ALL,
        ..DaysOff::NONE
    };
    let calendar = laigneville();
    assert_eq!(calendar.next(date(2026, 11, 2), never, ANYWHERE), None);
    assert_eq!(calendar.previous(Date::MIN, DaysOff::NONE, ANYWHERE), None);
}

#[test]
fn the_public_holidays_are_those_of_the_official_list() {
    let list = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/reference/data/jours-feries-2006-2031.csv");
    let Ok(csv) = std::fs::read_to_string(&list) else {
        println!("absent: the official list of public holidays; nothing was compared");
        return;
    };
    let mut official: BTreeMap<(String, Date), usize> = BTreeMap::new();
    for line in csv.lines().skip(1) {
        let mut cells = line.splitn(3, ',');
        let (Some(day), Some(_), Some(places)) = (cells.next(), cells.next(), cells.next()) else {
            panic!("{line}");
        };
        for place in places.split('|') {
            *official
                .entry((
                    place.to_lowercase().replace("lémy", "lemy"),
                    day.parse().unwrap(),
                ))
                .or_default() += 1;
        }
    }
    let mut ours = 0;
    for territory in Territory::ALL {
        for year in 2006..=2031 {
            for (day, holiday) in PublicHoliday::of_year(year, territory) {
                let key = (territory.label_fr().to_lowercase(), day);
                assert!(official.remove(&key).is_some(), "{key:?} {holiday:?}");
                ours += 1;
            }
        }
    }
    assert!(official.is_empty(), "not computed: {official:?}");
    assert!(ours > 3_000, "{ours} compared");
}
