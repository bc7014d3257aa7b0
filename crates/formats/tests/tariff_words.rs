//! What a parent reads about a price.

use std::fmt::Write as _;

use jiff::civil::date;
use preau_formats::tariff_settings::parse;
use preau_rules::tariff::Tariffs;
use preau_rules::tariff::explain::{Question, explain, say};
use preau_rules::tariff::price::price;

const TOWN: &str = r#"
[[tariffs]]
name = "Restaurant scolaire"
activity = "cantine"
unit = "repas"
since = 2026-01-01
version = "délibération du 12 décembre 2025"
no_quotient = "plus haut"
lines = ["adulte: 6.50", { when = "PAI", label = "Panier PAI", price = 1.45 }]
brackets = ["0-622: 1.00", "623-1000: 3.30", "1001+: 3.50"]
supplements = [{ name = "Hors commune", when = "extérieur", percent = 20 }]

[[tariffs]]
name = "Garderie du soir"
activity = "garderie"
per = { step = "30 min", between = "16:30-18:30" }
price = "0.08 % quotient"
min = 0.40
max = 1.20
no_quotient = "plus haut"

[[tariffs]]
activity = "creche"
per = { step = "30 min", unit = "1h" }
price = "0.0619 % revenu"
basis_max = 8500
of = "revenu"
no_quotient = "plus haut"

[[tariffs]]
name = "Matins du mois"
activity = "matin"
period = "mois"
price = 2.60
max_total = 50

[[tariffs]]
name = "Étude"
activity = "etude"
per = "mois"
price = 40
prorata = "jour"

[[tariffs]]
activity = "sejour"
price = 300
instalments = 3

[[penalties]]
name = "Repas non réservé"
activity = "cantine"
when = "non réservé"
add = 2.00
effect = "rappel du règlement"

[[penalties]]
name = "Retard"
activity = "garderie"
after = "18:30"
per = "15 min"
add = 10

[[aids]]
name = "Aide aux vacances"
payer = "la CAF"
activity = "sejour"
when = "quotient <=800"
percent = 40
"#;

#[test]
fn prices_say_why() {
    let tariffs = Tariffs::build(&parse(TOWN).unwrap()).unwrap();
    let questions = [
        ("cantine", Some("repas"), "quotient 700"),
        (
            "cantine",
            Some("repas"),
            "quotient 700, extérieur, non réservé",
        ),
        ("cantine", Some("repas"), ""),
        ("cantine", Some("repas"), "PAI"),
        (
            "cantine",
            Some("repas"),
            "extérieur, exception résident, quotient 300",
        ),
        ("cantine", Some("repas"), "adulte, quantité 2"),
        ("garderie", None, "quotient 900, départ 17:40"),
        ("garderie", None, "quotient 300, départ 18:46"),
        ("creche", None, "revenu 9200, durée 8h10"),
        ("matin", None, "fois 25"),
        ("etude", None, "jours inscrits 10, jours de la période 30"),
        ("sejour", None, "quotient 500"),
        ("cantine", Some("gouter"), ""),
        ("cantine", Some("repas"), "rang trois"),
        ("piscine", None, ""),
    ];
    let mut said = String::new();
    for (activity, unit, facts) in questions {
        let question = Question {
            activity,
            unit,
            date: date(2026, 9, 7),
            facts,
        };
        let answer = match explain(&tariffs, &question) {
            Ok(said) => {
                let mut text = said.sentence;
                if !said.instalments.is_empty() {
                    let parts: Vec<String> =
                        said.instalments.iter().map(ToString::to_string).collect();
                    write!(text, " Échéances : {}.", parts.join(", ")).unwrap();
                }
                for note in said.notes {
                    write!(text, " Suite : {note}.").unwrap();
                }
                text
            }
            Err(refusal) => format!("refusé : {refusal}"),
        };
        let answer = answer.replace(['\u{a0}', '\u{202f}'], " ");
        writeln!(said, "{activity} ({facts})\n    {answer}").unwrap();
    }
    insta::assert_snapshot!(said);
}

#[test]
fn the_date_of_the_quotient_is_said() {
    let tariffs = Tariffs::build(&parse(TOWN).unwrap()).unwrap();
    let mut facts = tariffs
        .facts(date(2026, 9, 7), Some("repas"), "quotient 700")
        .unwrap();
    facts.quotient_on = Some(date(2026, 1, 15));
    let unit = tariffs.lexicon.word("repas").unwrap();
    let grid = tariffs.grid("cantine", Some(unit), &facts).unwrap();
    let said = say(
        &tariffs.lexicon,
        grid,
        &facts,
        &price(grid, &facts).unwrap(),
    );
    let sentence = said.sentence.replace(['\u{a0}', '\u{202f}'], " ");
    assert!(
        sentence.contains("quotient 700 (connu au 15 janvier 2026)"),
        "{sentence}"
    );
}
