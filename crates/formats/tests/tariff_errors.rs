//! What a régisseur reads when the file is wrong: the line, the key, what to write instead.

use std::fmt::Write as _;

use preau_formats::tariff_settings::{parse, read};
use preau_rules::tariff::Tariffs;
use preau_rules::tariff::check::check;

/// All complaints about a file.
fn complaints(text: &str) -> String {
    let said = match read(text) {
        Ok(_) => "rien à dire".to_owned(),
        Err(errors) => {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            errors.join("\n")
        }
    };
    said.replace(['\u{a0}', '\u{202f}'], " ")
}

#[test]
fn each_slip_is_said_with_its_key() {
    let files = [
        "[[tariffs]]\nprix = 3.80",
        "[[tariffs]]\nbracket = [\"0-600: 1\"]",
        "[[tariffs]]\nprice = true",
        "[[tariffs]]\nprice = trois",
        "[[tariffs]]\nprice = \"trois euros\"",
        "[[tariffs]]\nprice = -3",
        "[[tariffs]]",
        "[[tariffs]]\nprice = 3\nbrackets = [\"0+: 3\"]",
        "[[tariffs]]\nbrackets = [\"0-600 1.00\"]",
        "[[tariffs]]\nbrackets = [\"600-0: 1.00\"]",
        "[[tariffs]]\nbrackets = [\"0-600: 1.00 | 2.00\", \"601+: 3.00\"]",
        "[[tariffs]]\nbrackets = [\"0-600: 1.00 | 2.00\"]",
        "[[tariffs]]\nlines = [\"maternel: 3.00\"]",
        "[[tariffs]]\nlines = [\"rang trois: 3.00\"]",
        "[[tariffs]]\nprice = 3\nrounding = \"au mieux\"",
        "[[tariffs]]\nprice = 3\nno_quotient = \"le maximum\"",
        "[[tariffs]]\nprice = 3\nper = \"quinzaine\"",
        "[[tariffs]]\nprice = 3\nper = { step = \"zéro\" }",
        "[[tariffs]]\nprice = 3\nsince = 2026-09-01\nuntil = 2026-08-31",
        "[[tariffs]]\nprice = 3\nsince = \"demain\"",
        "[[tariffs]]\nprice = 3\n[[tariffs]]\nprice = 4",
        "[[tariffs]]\nprice = 1.23456789012345678",
        "[[tariffs]]\npoints = [\"1200: 5\", \"400: 1\"]",
        "[[tariffs]]\nprice = \"1 %\"\nmin = 5\nmax = 2",
        "[[penalties]]\nwhen = \"non réservé\"",
        "[[penalties]]\nadd = 1\npercent = 50",
        "[[penalties]]\nadd = 1\nafter = \"18h65\"",
        "[[penalties]]\nadd = 1\nmemory = \"un moment\"",
        "[[aids]]\nname = \"Aide\"\namount = 2",
        "[[aids]]\npayer = \"CAF\"\npercent = 120",
        "[[absences]]\nwaiting = \"deux jours\"",
        "[[absences]]\ntold = \"assez tôt\"",
        "[[absences]]\ncredit = \"plus tard\"",
        "[categories]\nlevel = [\"maternelle\", \"maternelle\"]",
        "[categories.residence]\nwords = [\"ici\", \"ailleurs\"]\ndefault = \"là\"",
        "[billing]\ncycle = \"quinzaine\"",
    ];
    let said: Vec<String> = files
        .iter()
        .map(|file| {
            format!(
                "{}\n    {}",
                file.replace('\n', " ⏎ "),
                complaints(file).replace('\n', "\n    ")
            )
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_grid_is_looked_at_before_it_is_saved() {
    let grids = [
        (
            "a gap",
            "brackets = [\"0-799: 1\", \"801-1200: 2\", \"1201+: 3\"]",
        ),
        (
            "nothing for the richest",
            "brackets = [\"0-799: 1\", \"800-1200: 2\"]",
        ),
        (
            "nothing for the poorest",
            "brackets = [\"100-799: 1\", \"800+: 2\"]",
        ),
        (
            "an overlap",
            "brackets = [\"0-800: 1\", \"800-1200: 2\", \"1201+: 3\"]",
        ),
        (
            "who has more pays less",
            "brackets = [\"0-800: 2\", \"801+: 1\"]",
        ),
        (
            "on purpose",
            "falling = true\nbrackets = [\"0-800: 2\", \"801+: 1\"]",
        ),
        ("a threshold", "brackets = [\"0-1000: 1\", \"1001+: 5.30\"]"),
        (
            "no price for those from outside",
            "lines = [\"résident: 3\"]",
        ),
        (
            "no column for those from outside",
            "columns = [\"résident, maternelle\", \"élémentaire\"]\nbrackets = [\"0+: 1 | 2\"]",
        ),
        (
            "a line that never serves",
            "lines = [\"extérieur: 4\", \"résident: 3\", \"rang 3+: 2\"]",
        ),
        (
            "a gap in the durations",
            "by = \"durée\"\nbrackets = [\"0-1h: 1\", \"2h+: 2\"]",
        ),
        (
            "a gap in the ranks",
            "lines = [\"rang 1: 3\", \"rang 3+: 1\"]",
        ),
        ("nothing", "brackets = [\"0-800: 2\", \"801+: 3\"]"),
    ];
    let mut said = String::new();
    for (name, grid) in grids {
        let text = format!("[[tariffs]]\nno_quotient = \"plus haut\"\n{grid}");
        let tariffs = Tariffs::build(&parse(&text).unwrap()).unwrap();
        let findings = check(&tariffs.grids[0], &tariffs.lexicon);
        writeln!(said, "{name}").unwrap();
        for finding in findings {
            let message = finding.message_fr().replace(['\u{a0}', '\u{202f}'], " ");
            writeln!(said, "    {:?}: {message}", finding.weight()).unwrap();
        }
    }
    insta::assert_snapshot!(said);
}

#[test]
fn a_grid_that_does_not_say_what_holds_without_a_quotient_is_asked() {
    let tariffs = Tariffs::build(&parse("[[tariffs]]\nbrackets = [\"0+: 2\"]").unwrap()).unwrap();
    let said = check(&tariffs.grids[0], &tariffs.lexicon)[0].message_fr();
    assert!(said.contains("no_quotient"), "{said}");
}
