//! Models of tariffs and penalties that communes use beyond the list that was seen, each as a story
//! with its price.

#![expect(clippy::panic, reason = "a test stops at the first surprise")]

use jiff::civil::date;
use preau_formats::tariff_settings::parse;
use preau_rules::money::Cents;
use preau_rules::tariff::exact::Exact;
use preau_rules::tariff::explain::{Question, explain};
use preau_rules::tariff::price::{marginal, period_total, with_granted};
use preau_rules::tariff::{PriceError, Tariffs, aid};

fn tariffs(text: &str) -> Tariffs {
    let settings = parse(text).unwrap_or_else(|error| panic!("{error}"));
    Tariffs::build(&settings).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// "4,90 €" of the first price, or the refusal.
fn price(tariffs: &Tariffs, facts: &str) -> String {
    let question = Question {
        activity: "alsh",
        unit: None,
        date: date(2026, 9, 7),
        facts,
    };
    match explain(tariffs, &question) {
        Ok(said) => said.cents.to_string().replace('\u{202f}', " "),
        Err(refusal) => refusal.replace(['\u{a0}', '\u{202f}'], " "),
    }
}

#[test]
fn the_hour_of_the_national_scale_of_nurseries() {
    let psu = tariffs(
        r#"
[[tariffs]]
activity = "alsh"
name = "Barème national (PSU), accueil collectif"
since = 2025-09-01
per = { step = "30 min", unit = "1h" }
of = "revenu"
basis_min = 801
basis_max = 8500
no_quotient = "plus haut"
lines = [
  "enfants à charge 1: 0.0619 %",
  "enfants à charge 2: 0.0516 %",
  "enfants à charge 3: 0.0413 %",
  "enfants à charge 4-7: 0.0310 %",
  "enfants à charge 8+: 0.0206 %",
]
"#,
    );
    assert_eq!(
        price(&psu, "enfants à charge 1, revenu 2000, durée 1h"),
        "1,24 €"
    );
    assert_eq!(
        price(&psu, "enfants à charge 2, revenu 2000, durée 8h10"),
        "8,77 €"
    );
    assert_eq!(
        price(&psu, "enfants à charge 2, revenu 100, durée 1h"),
        "0,41 €"
    );
    assert_eq!(
        price(&psu, "enfants à charge 2, revenu 20000, durée 1h"),
        "4,39 €"
    );
    assert_eq!(price(&psu, "enfants à charge 2, durée 1h"), "4,39 €");
}

#[test]
fn siblings_count_one_bracket_lower() {
    let grid = tariffs(
        r#"
[[tariffs]]
no_quotient = "plus haut"
brackets = ["0-500: 2", "501-1000: 4", "1001+: 6"]
shifts = ["enfants 2: -1", "enfants 3+: -2"]
"#,
    );
    assert_eq!(price(&grid, "quotient 1200"), "6,00 €");
    assert_eq!(price(&grid, "quotient 1200, enfants 2"), "4,00 €");
    assert_eq!(price(&grid, "quotient 1200, enfants 3"), "2,00 €");
    assert_eq!(price(&grid, "quotient 300, enfants 3"), "2,00 €");
}

#[test]
fn regular_if_at_least_eight_times_in_the_month() {
    let grid = tariffs("[[tariffs]]\nby = \"fois\"\nbrackets = [\"<8: 4.50\", \"8+: 3.80\"]");
    assert_eq!(price(&grid, "fois 7"), "4,50 €");
    assert_eq!(price(&grid, "fois 8"), "3,80 €");
}

#[test]
fn the_first_ten_dearer_than_those_after() {
    let grid = tariffs(
        "[[tariffs]]\nby = \"numéro\"\nbrackets = [\"1-10: 3.00\", \"11-15: 2.00\", \"16+: 0\"]",
    );
    assert_eq!(price(&grid, "numéro 10"), "3,00 €");
    assert_eq!(price(&grid, "numéro 11"), "2,00 €");
    assert_eq!(price(&grid, "numéro 16"), "0,00 €");
}

#[test]
fn interpolated_between_two_quotients() {
    let grid = tariffs(
        "[[tariffs]]\npoints = [\"400: 1.00\", \"1200: 5.00\"]\nrounding = \"5 centimes\"\nno_quotient = \"plus haut\"",
    );
    assert_eq!(price(&grid, "quotient 399"), "1,00 €");
    assert_eq!(price(&grid, "quotient 800"), "3,00 €");
    assert_eq!(price(&grid, "quotient 805"), "3,05 €");
    assert_eq!(price(&grid, "quotient 99999"), "5,00 €");
    assert_eq!(price(&grid, ""), "5,00 €");
}

#[test]
fn interpolated_inside_a_bracket() {
    let grid = tariffs(
        r#"
[[tariffs]]
no_quotient = "plus haut"
lines = [
  { when = "quotient <400", price = 1.00 },
  { when = "quotient 400-1200", points = ["400: 1.50", "1200: 4.50"] },
  { when = "quotient >1200", price = 6.00 },
]
"#,
    );
    assert_eq!(price(&grid, "quotient 399"), "1,00 €");
    assert_eq!(price(&grid, "quotient 800"), "3,00 €");
    assert_eq!(price(&grid, "quotient 1201"), "6,00 €");
    assert_eq!(price(&grid, ""), "6,00 €");
}

#[test]
fn half_hours_with_five_minutes_of_grace() {
    let grid = tariffs(
        "[[tariffs]]\nprice = 0.80\nper = { step = \"30 min\", grace = 5, between = \"16:30-18:30\" }",
    );
    assert_eq!(price(&grid, "départ 17:00"), "0,80 €");
    assert_eq!(price(&grid, "départ 17:05"), "0,80 €");
    assert_eq!(price(&grid, "départ 17:06"), "1,60 €");
    assert_eq!(price(&grid, "départ 19:30"), "3,20 €");
}

#[test]
fn a_month_that_was_joined_half_way() {
    let grid = |prorata: &str| {
        tariffs(&format!(
            "[[tariffs]]\nper = \"mois\"\nprice = 40\nprorata = \"{prorata}\""
        ))
    };
    let joined = "jours inscrits 10, jours de la période 30";
    assert_eq!(price(&grid("jour"), joined), "13,33 €");
    assert_eq!(price(&grid("demi entamé"), joined), "20,00 €");
    assert_eq!(price(&grid("demi plein"), joined), "0,00 €");
    assert_eq!(price(&grid("quart proche"), joined), "10,00 €");
    assert_eq!(price(&grid("jour"), ""), "40,00 €");
}

#[test]
fn a_late_order_is_dearer_on_its_first_three_units_only() {
    let grid = tariffs(
        "[[tariffs]]\nprice = 3.00\n[[penalties]]\nwhen = \"hors délai\"\nadd = 2.00\nfirst = 3",
    );
    assert_eq!(
        price(&grid, "hors délai, rang dans la commande 3"),
        "5,00 €"
    );
    assert_eq!(
        price(&grid, "hors délai, rang dans la commande 4"),
        "3,00 €"
    );
    let next = tariffs(
        "[[tariffs]]\nprice = 3.00\n[[penalties]]\nname = \"Les dix repas suivants\"\npercent = 100\nnext = 10",
    );
    assert_eq!(price(&next, "depuis la faute 10"), "6,00 €");
    assert_eq!(price(&next, "depuis la faute 11"), "3,00 €");
    assert_eq!(price(&next, ""), "3,00 €");
}

#[test]
fn a_penalty_from_the_third_time_with_a_warning_before() {
    let grid = tariffs(
        r#"
[[tariffs]]
price = 3.00
[[penalties]]
name = "Oublis"
when = "non réservé, récidive 2"
effect = "courrier d’avertissement"
[[penalties]]
name = "Oublis répétés"
when = "non réservé"
from = 3
memory = "trimestre"
times = 2
"#,
    );
    assert_eq!(price(&grid, "non réservé, récidive 2"), "3,00 €");
    assert_eq!(price(&grid, "non réservé, récidive 3"), "6,00 €");
}

#[test]
fn occasional_by_quotient_too() {
    let grid = tariffs(
        r#"
[[tariffs]]
columns = ["régulier", "occasionnel"]
no_quotient = "plus haut"
brackets = ["0-600: 1.00 | 1.50", "601+: 3.00 | 4.50"]
supplements = [{ when = "extérieur", add = 1.00 }]
"#,
    );
    assert_eq!(price(&grid, "occasionnel, quotient 500"), "1,50 €");
    assert_eq!(price(&grid, "régulier, extérieur"), "4,00 €");
}

#[test]
fn value_added_tax_inside_or_on_top() {
    let question = |t: &Tariffs| {
        let facts = t.facts(date(2026, 9, 7), None, "").unwrap();
        t.price("alsh", None, &facts).unwrap()
    };
    let inside = question(&tariffs("[[tariffs]]\nprice = 11.00\nvat = \"10 %\""));
    assert_eq!((inside.cents, inside.vat), (Cents(1100), Cents(100)));
    let on_top = question(&tariffs(
        "[[tariffs]]\nprice = 10.00\nvat = \"5.5 %\"\nvat_excluded = true",
    ));
    assert_eq!((on_top.cents, on_top.vat), (Cents(1055), Cents(55)));
}

#[test]
fn the_part_that_is_care_goes_on_the_tax_certificate() {
    let care = |settings: &str, facts: &str| {
        let tariffs = tariffs(settings);
        let facts = tariffs.facts(date(2026, 9, 7), None, facts).unwrap();
        tariffs.price("alsh", None, &facts).unwrap().care
    };
    assert_eq!(
        care("[[tariffs]]\nprice = 12.00\ncare = \"70 %\"", ""),
        Cents(840)
    );
    assert_eq!(
        care("[[tariffs]]\nprice = 12.00\ncare = 8.50", "quantité 2"),
        Cents(1700)
    );
    assert_eq!(care("[[tariffs]]\nprice = 12.00", ""), Cents(0));
}

#[test]
fn a_monthly_cap_makes_the_last_days_free_and_the_days_sum_to_the_month() {
    let tariffs = tariffs("[[tariffs]]\nprice = 2.60\nperiod = \"mois\"\nmax_total = 50");
    let facts = tariffs.facts(date(2026, 9, 7), None, "").unwrap();
    let grid = tariffs.grid("alsh", None, &facts).unwrap();
    let days: Vec<Cents> = (1..=25)
        .map(|nth| marginal(grid, &facts, nth).unwrap())
        .collect();
    assert_eq!(days[18], Cents(260));
    assert_eq!(days[19], Cents(60));
    assert_eq!(days[20], Cents(0));
    let month = period_total(grid, &facts, 25).unwrap().cents;
    assert_eq!(Cents::checked_sum(days), Some(month));
}

#[test]
fn an_aid_granted_to_one_child_ends_with_its_budget() {
    let tariffs = tariffs(
        "[[tariffs]]\nprice = 10.00\n[[aids]]\nname = \"Bon vacances\"\npayer = \"CAF\"\nactivity = \"ailleurs\"\namount = 4.00\nbudget = 10.00",
    );
    let facts = tariffs.facts(date(2026, 9, 7), None, "").unwrap();
    let priced = tariffs.price("alsh", None, &facts).unwrap();
    let granted = aid::Aid {
        name: "Bon vacances".to_owned(),
        payer: "CAF".to_owned(),
        activities: Vec::new(),
        when: preau_rules::tariff::when::When::default(),
        pays: aid::Pays::Part(Exact::ratio(1, 2).unwrap()),
        max: None,
        left: 0,
        budget: Some(1200),
        days: Some(3),
    };
    let after = |cents, days| {
        let used = aid::Used { cents, days };
        let aids = [(granted.clone(), used)];
        with_granted(priced.clone(), &facts, &aids).unwrap().cents
    };
    assert_eq!(after(0, 0), Cents(500));
    assert_eq!(after(1000, 2), Cents(800));
    assert_eq!(after(1200, 2), Cents(1000));
    assert_eq!(after(0, 3), Cents(1000));
}

#[test]
fn an_exception_granted_to_a_family_is_said_with_the_price() {
    let grid = tariffs("[[tariffs]]\nlines = [\"extérieur: 6.00\", \"résident: 4.00\"]");
    assert_eq!(price(&grid, "extérieur"), "6,00 €");
    assert_eq!(price(&grid, "extérieur, exception résident"), "4,00 €");
    let question = Question {
        activity: "alsh",
        unit: None,
        date: date(2026, 9, 7),
        facts: "extérieur, exception résident",
    };
    let said = explain(&grid, &question).unwrap().sentence;
    assert!(said.contains("exception accordée"), "{said}");
}

#[test]
fn reductions_never_make_a_price_negative_unless_it_is_a_credit() {
    let grid = "[[tariffs]]\nprice = 2.00\nsupplements = [{ name = \"Bon\", add = -5.00 }]";
    assert_eq!(price(&tariffs(grid), ""), "0,00 €");
    let credit = grid.replace("price =", "credit = true\nprice =");
    assert_eq!(
        price(&tariffs(&credit), "").replace('\u{2212}', "-"),
        "-3,00 €"
    );
}

#[test]
fn a_unit_without_a_price_of_its_own_has_that_of_its_activity() {
    let settings =
        parse("[[tariffs]]\nactivity = \"alsh\"\nprice = 5\nlines = [\"jours fixes: 4\"]");
    let settings = settings.unwrap_or_else(|error| panic!("{error}"));
    assert!(
        Tariffs::build(&settings).is_err(),
        "nobody declared the option"
    );
    let tariffs = Tariffs::build_with(&settings, &["jours fixes"]);
    let tariffs = tariffs.unwrap_or_else(|errors| panic!("{errors:?}"));
    let question = |facts| Question {
        activity: "alsh",
        unit: Some("matin"),
        date: date(2026, 9, 7),
        facts,
    };
    let cents = |facts| explain(&tariffs, &question(facts)).map(|said| said.cents);
    assert_eq!(cents(""), Ok(Cents(500)));
    assert_eq!(cents("jours fixes"), Ok(Cents(400)));
}

#[test]
fn a_missing_tariff_is_never_a_price_of_nothing() {
    let late = "[[penalties]]\nactivity = \"alsh\"\nafter = \"18:30\"\nadd = 6\n";
    let question = |tariffs: &Tariffs| {
        let facts = tariffs.facts(date(2026, 9, 7), None, "départ 18:40");
        tariffs.price(
            "alsh",
            None,
            &facts.unwrap_or_else(|error| panic!("{error}")),
        )
    };
    let alone = tariffs(late);
    assert!(matches!(question(&alone), Err(PriceError::NoGrid { .. })));
    assert_eq!(price(&alone, "départ 18:40"), "6,00 €");
    // The activity has a tariff, but none for this day: the penalty alone would hide it.
    let ended = tariffs(&format!(
        "{late}[[tariffs]]\nactivity = \"alsh\"\nuntil = 2026-07-05\nprice = 3\n"
    ));
    assert!(matches!(question(&ended), Err(PriceError::NoGrid { .. })));
    assert!(price(&ended, "départ 18:40").starts_with("Aucun tarif"));
}
