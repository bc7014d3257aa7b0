//! What a person reads who mistyped a settings file: the line, the key, and what to write.

use preau_formats::{school_holidays, settings};
use proptest::prelude::*;

fn faults(file: &str) -> Vec<String> {
    match settings::load(file, &school_holidays::shipped()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults
            .iter()
            .map(|fault| fault.to_string().replace('\u{a0}', " "))
            .collect(),
    }
}

const START: &str = "[commune]\nname = \"Laigneville\"\ndepartment = \"60\"\n\n[activities.cantine]\nname = \"Cantine\"\n\n[[deadlines]]\nactivity = \"cantine\"\n";

fn with(line: &str) -> String {
    let found = faults(&format!("{START}{line}\n"));
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

#[test]
fn a_mistyped_key_or_value_is_named_with_its_line() {
    for (line, said) in [
        (
            "book = { worknig_days = 2 }",
            "ligne 10, « deadlines[1].book.worknig_days » : la clé `worknig_days` n’existe pas ici ; celles qui existent : `working_days`",
        ),
        (
            "book = { days = 2, at = \"25:00\" }",
            "ligne 10, « deadlines[1].book.at » : « 25:00 » : écrivez une heure, par exemple \"10:00\"",
        ),
        (
            "book = { days = \"deux\" }",
            "ligne 10, « deadlines[1].book.days » : écrivez un nombre entier, sans guillemets, et non le texte \"deux\"",
        ),
        (
            "book = { days = -1 }",
            "ligne 10, « deadlines[1].book.days » : écrivez un nombre entier, sans guillemets, et non le nombre `-1`",
        ),
        (
            "book = \"la veille\"",
            "ligne 10, « deadlines[1].book » : « la veille » : écrivez \"toujours\", \"jamais\", \"début\", ou des clés",
        ),
        (
            "book = { weekday = \"thursday\" }",
            "ligne 10, « deadlines[1].book.weekday » : « thursday » : écrivez un jour de la semaine",
        ),
        (
            "book = { table = { lundi = \"vendredi 11:00\", lundy = \"vendredi\" } }",
            "ligne 10, « deadlines[1].book.table.lundy » : la clé `lundy` n’existe pas ici",
        ),
        (
            "book = { days = 2, hours = 48 }",
            "ligne 10, « deadlines[1].book.hours » : « days » dit déjà quand",
        ),
        ("book = { date = 2027-02-30 }", "ligne 10"),
        (
            "unit = \"dejeuner\"\nbook = \"début\"",
            "ligne 10, « deadlines[1].unit » : « dejeuner » n’est pas déclaré (unité) ; connus : cantine.",
        ),
        (
            "book = { opens_by = { résident = \"2027-01-04\" } }",
            "ligne 10 : une clé qui a un accent, une espace ou une apostrophe se met entre guillemets",
        ),
        (
            "book = { days = 2 }\nbook = { days = 3 }",
            "ligne 11 : cette clé est écrite deux fois",
        ),
    ] {
        let found = with(line);
        assert!(found.starts_with(said), "{line}\n{found}\n{said}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_slip_of_the_keyboard_makes_it_fall_over(at in 0usize..4_000, typed in "[ -~é\n]{0,3}", gone in 0usize..6) {
        let page = settings::reference::markdown();
        let example = page.split("```toml\n").nth(1 + at % 6).unwrap_or_default();
        let example = example.split("```").next().unwrap_or_default();
        let characters: Vec<char> = example.chars().collect();
        let at = at % (characters.len() + 1);
        let end = (at + gone).min(characters.len());
        let before: String = characters[..at].iter().collect();
        let after: String = characters[end..].iter().collect();
        let file = format!("{before}{typed}{after}");
        match settings::load(&file, &school_holidays::shipped()) {
            Ok(loaded) => {
                let from = jiff::civil::date(2026, 9, 1);
                let _ = preau_rules::settings::gaps(&loaded.rulebook, from);
                let _ = preau_rules::settings::replay(&loaded.settings.checks, &loaded.rulebook);
            }
            Err(faults) => {
                prop_assert!(!faults.is_empty());
                let lines = file.lines().count() + 1;
                prop_assert!(faults.iter().all(|fault| (1..=lines).contains(&fault.line)));
            }
        }
    }
}

#[test]
fn a_missing_name_is_asked_for() {
    assert_eq!(
        faults("[commune]\ndepartment = \"60\"\n"),
        ["ligne 1, « commune » : il manque la clé `name`"]
    );
}

#[test]
fn all_errors_of_meaning_come_at_once() {
    let file = format!(
        "{START}site = \"pagnol\"\nbook = {{ at = \"10:00\" }}\n\n[[deadlines]]\nactivity = \"piscine\"\ncancel = \"jamais\"\n"
    );
    let found = faults(&file);
    let lines: Vec<&str> = found
        .iter()
        .map(|fault| fault.split(" : ").next().unwrap())
        .collect();
    assert_eq!(
        lines,
        [
            "ligne 10, « deadlines[1].site »",
            "ligne 11, « deadlines[1].book »",
            "ligne 14, « deadlines[2].activity »",
        ]
    );
}

#[test]
fn dates_and_hours_may_be_written_without_quotes() {
    let file = format!(
        "valid_from = 2026-09-01\n{START}book = {{ date = 2026-09-01, at = 10:00 }}\ncancel = {{ opens = 2026-08-01, days = 2 }}\n"
    );
    assert_eq!(faults(&file), Vec::<String>::new());
}

#[test]
fn what_speaks_of_prices_is_left_to_its_own_reader() {
    let prices =
        "[[tariffs]]\nactivity = \"cantine\"\nprice = 3.50\n\n[billing]\ncycle = \"mois\"\n";
    let both = format!("{START}book = {{ days = 2 }}\n\n{prices}");
    assert_eq!(faults(&both), Vec::<String>::new());
    let mistyped = both.replace("[billing]", "[biling]");
    let said = faults(&mistyped);
    assert!(
        said[0].starts_with("ligne 16, « biling » : la clé `biling` n’existe pas ici"),
        "{said:?}"
    );
}
