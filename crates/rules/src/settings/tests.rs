use super::*;
use crate::calendar::{SchoolHoliday, SchoolHolidays, SchoolZone};
use jiff::civil::{Date, date};

fn shipped() -> SchoolHolidays {
    let toussaint = SchoolHoliday {
        name: "Vacances de la Toussaint".into(),
        first: date(2026, 10, 17),
        last: date(2026, 11, 1),
    };
    SchoolHolidays(vec![(SchoolZone::B, toussaint)])
}

fn names(names: &[&str]) -> Names {
    Names(names.iter().map(|name| (*name).to_owned()).collect())
}

fn working(n: u16) -> Limit {
    Limit::Keys(Box::new(LimitKeys {
        working_days: Some(n),
        at: crate::calendar::Hour::new(10, 0),
        ..LimitKeys::default()
    }))
}

/// Canteen and childcare of a commune of the Oise, with one rule for all.
fn laigneville() -> Settings {
    let mut settings = Settings::default();
    settings.commune.name = "Laigneville".into();
    settings.commune.department = Some("60".into());
    for id in ["cantine", "garderie"] {
        let activity = Activity {
            name: id.into(),
            during: Some(crate::deadline::Season::School),
            ..Activity::default()
        };
        settings.activities.insert(id.into(), activity);
    }
    settings.deadlines.push(DeadlineEntry {
        both: Some(working(2)),
        ..DeadlineEntry::default()
    });
    settings
}

fn until(rulebook: &Rulebook, query: &Query<'_>) -> String {
    let cutoff = rulebook.cutoff(query).unwrap();
    cutoff.until_fr().replace('\u{a0}', " ")
}

const MONDAY: Date = date(2026, 11, 23);

#[test]
fn the_rule_with_most_keys_holds() {
    let mut settings = laigneville();
    for site in ["pagnol", "jaures"] {
        settings.sites.insert(site.into(), Site::default());
    }
    settings.deadlines.push(DeadlineEntry {
        activity: Some(names(&["cantine"])),
        book: Some(working(3)),
        ..DeadlineEntry::default()
    });
    settings.deadlines.push(DeadlineEntry {
        activity: Some(names(&["cantine"])),
        site: Some(names(&["pagnol"])),
        book: Some(working(1)),
        ..DeadlineEntry::default()
    });
    let (rulebook, problems) = compile(&settings, &shipped());
    let rulebook = rulebook.unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    let cantine = Query::book("cantine", None, MONDAY);
    let pagnol = Query {
        site: Some("pagnol"),
        ..cantine
    };
    let cancel = Query {
        action: Action::Cancel,
        ..pagnol
    };
    let garderie = Query::book("garderie", None, MONDAY);
    for (query, day) in [
        (cantine, "mercredi 18 novembre"),
        (pagnol, "vendredi 20 novembre"),
        (cancel, "jeudi 19 novembre"),
        (garderie, "jeudi 19 novembre"),
    ] {
        let expected = format!("jusqu’au {day} à 10 h 00");
        assert_eq!(until(&rulebook, &query), expected, "{query:?}");
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once_with_its_key() {
    let mut settings = laigneville();
    settings.calendar.time_zone = Some("Europe/Berlin".into());
    settings.calendar.school_zone = Some("Z".into());
    settings.deadlines.push(DeadlineEntry {
        activity: Some(names(&["cantinne"])),
        ..DeadlineEntry::default()
    });
    settings.deadlines.push(DeadlineEntry {
        book: Some(Limit::Keys(Box::new(LimitKeys {
            days: Some(2),
            hours: Some(48),
            weeks_before: Some(1),
            ..LimitKeys::default()
        }))),
        cancel: Some(Limit::Keys(Box::default())),
        ..DeadlineEntry::default()
    });
    let (rulebook, problems) = compile(&settings, &shipped());
    assert!(rulebook.is_none());
    let keys: Vec<String> = problems
        .iter()
        .filter(|problem| problem.level == Level::Error)
        .map(Problem::key)
        .collect();
    assert_eq!(
        keys,
        [
            "calendar.time_zone",
            "calendar.school_zone",
            "deadlines[2].activity",
            "deadlines[2]",
            "deadlines[3].book.hours",
            "deadlines[3].book.weeks_before",
            "deadlines[3].cancel",
        ]
    );
    let said = &problems
        .iter()
        .find(|p| p.key() == "deadlines[2].activity")
        .unwrap()
        .message;
    assert_eq!(
        said,
        "« cantinne » n’est pas déclaré (activité) ; connus : cantine et garderie."
    );
}

#[test]
fn a_question_without_an_answer_says_what_there_is() {
    let mut settings = laigneville();
    settings.deadlines.clear();
    if let Some(cantine) = settings.activities.get_mut("cantine") {
        cantine.options = Some(names(&["occasionnel"]));
        for unit in ["midi", "gouter"] {
            cantine.units.insert(unit.into(), Unit::default());
        }
    }
    settings.deadlines.push(DeadlineEntry {
        activity: Some(names(&["cantine"])),
        option: Some(names(&["occasionnel"])),
        book: Some(working(2)),
        ..DeadlineEntry::default()
    });
    let (rulebook, _) = compile(&settings, &shipped());
    let rulebook = rulebook.unwrap();
    let asked = |query: Query<'_>| rulebook.cutoff(&query).unwrap_err().message_fr();
    assert_eq!(
        asked(Query::book("piscine", None, MONDAY)),
        "cette activité n’existe pas\u{a0}; il y a\u{a0}: cantine et garderie"
    );
    assert_eq!(
        asked(Query::book("cantine", None, MONDAY)),
        "précisez l’unité\u{a0}: gouter et midi"
    );
    assert_eq!(
        asked(Query::book("cantine", Some("midi"), MONDAY)),
        "ces réglages ne disent de délai pour cela qu’avec\u{a0}: l’option occasionnel"
    );
    assert_eq!(
        asked(Query::book("garderie", None, MONDAY)),
        "ces réglages ne disent aucun délai pour cela"
    );
}

#[test]
fn a_day_without_service_says_why() {
    let (rulebook, _) = compile(&laigneville(), &shipped());
    let rulebook = rulebook.unwrap();
    let why = |day: Date| {
        let query = Query::book("cantine", None, day);
        let not_served = rulebook.not_served(&query).unwrap();
        not_served.map(|why| why.sentence_fr(day).replace('\u{a0}', " "))
    };
    assert_eq!(why(MONDAY), None);
    for (day, said) in [
        (date(2026, 11, 11), "l’activité n’a pas lieu le mercredi"),
        (
            date(2026, 10, 20),
            "le mardi 20 octobre est en vacances scolaires",
        ),
        (date(2026, 5, 14), "le jeudi 14 mai est férié (Ascension)"),
    ] {
        assert_eq!(why(day).as_deref(), Some(said));
    }
}

#[test]
fn what_a_town_hall_forgot_to_say_is_pointed_out() {
    let mut settings = laigneville();
    settings.deadlines.clear();
    settings.deadlines.push(DeadlineEntry {
        activity: Some(names(&["cantine"])),
        book: Some(Limit::Keys(Box::new(LimitKeys {
            days: Some(1),
            ..LimitKeys::default()
        }))),
        ..DeadlineEntry::default()
    });
    settings.deadlines.push(DeadlineEntry {
        activity: Some(names(&["cantine"])),
        book: Some(Limit::Keys(Box::new(LimitKeys {
            hours: Some(48),
            ..LimitKeys::default()
        }))),
        ..DeadlineEntry::default()
    });
    let (rulebook, _) = compile(&settings, &shipped());
    let said: Vec<String> = gaps(&rulebook.unwrap(), date(2026, 9, 1))
        .into_iter()
        .map(|problem| format!("{} {}", problem.key(), problem.message))
        .collect();
    for expected in [
        "deadlines[1].book L’heure n’est pas dite",
        "deadlines[1].book La veille d’un lundi est un dimanche",
        "deadlines[2].book Un délai en heures se compte depuis le début",
        "deadlines[2].book Ces heures comptent aussi les week-ends",
        "deadlines[2] Le délai n° 1 dit déjà quelque chose",
        "activities.cantine cantine/cantine, annuler : aucun délai n’est dit",
        "activities.garderie garderie/garderie, réserver : aucun délai n’est dit",
        "calendar.school_holidays Les vacances scolaires ne sont connues que jusqu’au",
    ] {
        let found = said.iter().any(|line| line.starts_with(expected));
        assert!(found, "{expected}\n{said:#?}");
    }
}

#[test]
fn a_weekly_limit_that_meets_a_public_holiday_forces_a_choice() {
    let wednesday = |shift| {
        let mut settings = laigneville();
        settings.deadlines[0].both = Some(Limit::Keys(Box::new(LimitKeys {
            weekday: Some(WeekdayName(jiff::civil::Weekday::Wednesday)),
            at: crate::calendar::Hour::new(12, 0),
            shift,
            ..LimitKeys::default()
        })));
        let (rulebook, _) = compile(&settings, &shipped());
        gaps(&rulebook.unwrap(), date(2026, 9, 1))
            .into_iter()
            .filter(|problem| problem.message.contains("tombe un jour férié"))
            .map(|problem| problem.message.replace('\u{a0}', " "))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        wednesday(None)[0],
        "cantine/cantine, réserver : pour le lundi 16 novembre 2026, la limite tombe un jour férié \
         (le mercredi 11 novembre). Dites ce qu’elle fait : « shift = \"avant\" », \"après\" ou \"reste\"."
    );
    assert!(wednesday(Some(crate::deadline::Shift::Stays)).is_empty());
}
