//! Absences as a régisseur meets them.

use jiff::civil::{Date, DateTime, date};

use super::absence::{Absence, Bill, Consequence, consequence};
use super::absence_setting::{AbsenceSetting, Credit};
use super::build::Tariffs;
use super::settings::TariffSettings;
use super::written::{Many, Written};

/// Monday 7 to Friday 11 September 2026, Wednesday without canteen.
const WEEK: [i8; 4] = [7, 8, 10, 11];

fn town(rules: Vec<AbsenceSetting>) -> Tariffs {
    Tariffs::build(&TariffSettings {
        absences: rules,
        ..TariffSettings::default()
    })
    .unwrap()
}

struct Case<'a> {
    facts: &'a str,
    days: &'a [i8],
    handed: Option<DateTime>,
    told: Option<DateTime>,
}

impl Case<'_> {
    fn of(facts: &str) -> Case<'_> {
        Case {
            facts,
            days: &WEEK,
            handed: None,
            told: None,
        }
    }

    fn decide(&self, town: &Tariffs) -> Consequence {
        let days: Vec<Date> = self.days.iter().map(|day| date(2026, 9, *day)).collect();
        let facts = town.facts(days[0], None, self.facts).unwrap();
        consequence(
            &town.absences,
            &Absence {
                activity: "cantine",
                unit: None,
                facts: &facts,
                days: &days,
                began: days[0].at(8, 0, 0, 0),
                handed: self.handed,
                told: self.told,
                in_time: false,
            },
        )
    }
}

fn september(day: i8, hour: i8, minute: i8) -> DateTime {
    date(2026, 9, day).at(hour, minute, 0, 0)
}

fn illness(within: &str, waiting: &str) -> AbsenceSetting {
    AbsenceSetting {
        name: Some("Maladie".to_owned()),
        when: Many::from("maladie, certificat médical"),
        proof_within: Some(within.to_owned()),
        waiting: Some(waiting.to_owned()),
        credit: Some(Credit::NextBill),
        ..AbsenceSetting::default()
    }
}

#[test]
fn a_certificate_counts_to_the_last_minute_of_its_48_hours() {
    let town = town(vec![illness("48 h", "1 jour réservé")]);
    let due = |handed| {
        let case = Case {
            handed,
            ..Case::of("maladie, certificat médical")
        };
        case.decide(&town).due()
    };
    assert_eq!(due(Some(september(9, 8, 0))), 1);
    assert_eq!(due(Some(september(9, 8, 1))), 4);
    assert_eq!(due(None), 4);
}

#[test]
fn working_days_for_the_proof_leap_over_the_week_end() {
    let town = town(vec![illness("3 jours ouvrés", "2 jours")]);
    let due = |handed| {
        let case = Case {
            days: &[11, 14],
            handed,
            ..Case::of("maladie, certificat médical")
        };
        case.decide(&town).due()
    };
    // Friday, then Monday 14, Tuesday 15, Wednesday 16.
    assert_eq!(due(Some(september(16, 23, 59))), 1);
    assert_eq!(due(Some(september(17, 0, 0))), 2);
}

#[test]
fn waiting_counts_booked_days_calendar_days_or_weeks() {
    let due = |waiting: &str| {
        let town = town(vec![illness("10 jours", waiting)]);
        let case = Case {
            handed: Some(september(7, 9, 0)),
            ..Case::of("maladie, certificat médical")
        };
        case.decide(&town).due()
    };
    assert_eq!(due("1 jour réservé"), 1);
    assert_eq!(due("3 jours"), 2);
    assert_eq!(due("3 jours réservés"), 3);
    assert_eq!(due("1 semaine"), 4);
    assert_eq!(due("jusqu’au jeudi"), 2);
    assert_eq!(due("jusqu’au lundi"), 4);
}

#[test]
fn told_the_day_before_by_five() {
    let town = town(vec![AbsenceSetting {
        told: Some("1 jour 17:00".to_owned()),
        bill: Some(Written::from("50 %")),
        ..AbsenceSetting::default()
    }]);
    let bill = |told| {
        let case = Case {
            days: &[8],
            told,
            ..Case::of("sans motif")
        };
        case.decide(&town).days[0].1
    };
    assert!(matches!(bill(Some(september(7, 17, 0))), Bill::Part(_)));
    assert_eq!(bill(Some(september(7, 17, 1))), Bill::Full);
    assert_eq!(bill(None), Bill::Full);
}

#[test]
fn three_absences_a_year_are_forgiven_and_not_a_fourth() {
    let town = town(vec![AbsenceSetting {
        when: Many::from("sans motif"),
        limit: Some(3),
        memory: Some("année scolaire".to_owned()),
        ..AbsenceSetting::default()
    }]);
    assert_eq!(Case::of("sans motif, récidive 3").decide(&town).due(), 0);
    assert_eq!(Case::of("sans motif, récidive 4").decide(&town).due(), 4);
}

#[test]
fn only_long_absences_are_deducted() {
    let town = town(vec![AbsenceSetting {
        at_least: Some(4),
        bill: Some(Written::from("1.20")),
        ..AbsenceSetting::default()
    }]);
    let long = Case::of("").decide(&town);
    assert_eq!(long.days[0].1, Bill::Price(crate::money::Cents(120)));
    let short = Case {
        days: &[7, 8],
        ..Case::of("")
    };
    assert_eq!(short.decide(&town).days[0].1, Bill::Full);
}

#[test]
fn the_family_reads_what_is_due_why_and_how_it_comes_back() {
    let town = town(vec![illness("48 h", "1 jour réservé")]);
    let said = |handed| {
        let case = Case {
            days: &[7, 8],
            handed,
            ..Case::of("maladie, certificat médical")
        };
        let decided = case.decide(&town);
        decided.explain_fr(&town.absences).replace('\u{a0}', " ")
    };
    insta::assert_snapshot!(said(Some(september(8, 9, 0))), @"Maladie (1 jour réservé de carence) : lundi 7 septembre, dû ; mardi 8 septembre, non facturé. La déduction est faite sur la facture suivante.");
    insta::assert_snapshot!(said(Some(september(12, 9, 0))), @"Aucune règle ne dispense de payer ce qui était réservé : lundi 7 septembre, dû ; mardi 8 septembre, dû. La règle « Maladie » ne s’applique pas : le justificatif n’est pas arrivé à temps.");
}
