//! A settings file, read and asked at the command line.
#![expect(
    clippy::unwrap_used,
    reason = "a program that does not start is a failed test"
)]

mod host;

use std::path::PathBuf;
use std::process::Output;

use tempfile::TempDir;

const LAIGNEVILLE: &str = r#"
[commune]
name = "Laigneville"
department = "60"

[activities.cantine]
name = "Restaurant scolaire"
during = "école"
start = "12:00"
end = "13:30"
units = { repas = { name = "Repas" } }

[[deadlines]]
activity = "cantine"
book = { working_days = 2, at = "10:00", late = { supplement = "Repas non réservé", until = { same_day = "08:30" } } }
cancel = { working_days = 2, at = "10:00" }

[[checks]]
activity = "cantine"
day = 2026-11-23
until = "2026-11-19 10:00"
"#;

struct File {
    folder: TempDir,
}

impl File {
    fn new(text: &str) -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("reglages.toml"), text).unwrap();
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("reglages.toml")
    }

    fn asked(&self, command: &str, words: &[&str]) -> Output {
        host::preau()
            .args(["rules", command])
            .arg(self.path())
            .args(words)
            .output()
            .unwrap()
    }

    fn answers(&self, command: &str, words: &[&str]) -> String {
        let output = self.asked(command, words);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{words:?}: {errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn refuses(&self, command: &str, words: &[&str]) -> String {
        let output = self.asked(command, words);
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stdout).unwrap();
        said + &String::from_utf8(output.stderr).unwrap()
    }
}

const LUNCH: [&str; 6] = [
    "--activity",
    "cantine",
    "--unit",
    "repas",
    "--day",
    "2026-11-23",
];

#[test]
fn a_town_hall_asks_until_when_a_lunch_can_be_booked() {
    let file = File::new(LAIGNEVILLE);
    let said = file.answers("deadline", &LUNCH);
    assert!(
        said.contains("jusqu’au jeudi 19 novembre à 10 h 00 (2026-11-19T10:00:00+01:00)"),
        "{said}"
    );
    assert!(said.contains("2 jours ouvrés avant, 10 h 00"), "{said}");
    let holiday = file.answers(
        "deadline",
        &[
            "--activity",
            "cantine",
            "--day",
            "2026-11-12",
            "--do",
            "cancel",
        ],
    );
    assert!(
        holiday.contains("le mercredi 11 novembre est férié"),
        "{holiday}"
    );
}

#[test]
fn at_ten_one_is_in_time_and_a_second_later_one_pays() {
    let file = File::new(LAIGNEVILLE);
    for (at, outcome) in [
        ("2026-11-19 10:00:00", "\"open\""),
        ("2026-11-19T09:00:00Z", "\"open\""),
        ("2026-11-19 10:00:01", "\"late\""),
        ("2026-11-23 08:30:01", "\"closed\""),
    ] {
        let said = file.answers("deadline", &[&LUNCH[..], &["--at", at, "--json"]].concat());
        let json: serde_json::Value = serde_json::from_str(&said).unwrap();
        assert_eq!(json["verdict"]["outcome"].to_string(), outcome, "{at}");
        assert_eq!(json["until"], "2026-11-19T10:00:00+01:00");
        assert_eq!(json["until_local"], "2026-11-19 10:00");
        assert_eq!(json["reason"], "2 jours ouvrés avant, 10 h 00");
    }
}

#[test]
fn a_file_is_checked_with_its_examples() {
    let file = File::new(LAIGNEVILLE);
    let said = file.answers("check", &[]);
    assert!(said.contains("1 exemple(s) sur 1 justes"), "{said}");
    let wrong = File::new(&LAIGNEVILLE.replace(
        "until = \"2026-11-19 10:00\"",
        "until = \"2026-11-18 10:00\"",
    ));
    let said = wrong.refuses("check", &[]);
    assert!(said.contains("exemple 1 FAUX"), "{said}");
    assert!(said.contains("jeudi 19 novembre à 10 h 00"), "{said}");
}

#[test]
fn what_is_wrong_is_named_by_its_line_and_key() {
    let file = File::new(
        &LAIGNEVILLE.replace("cancel = { working_days = 2", "cancel = { working_day = 2"),
    );
    for (command, words) in [("check", &[][..]), ("deadline", &LUNCH[..])] {
        let said = file.refuses(command, words);
        assert!(
            said.contains("ligne 16, « deadlines[1].cancel.working_day »"),
            "{said}"
        );
    }
    let json: serde_json::Value =
        serde_json::from_slice(&file.asked("check", &["--json"]).stdout).unwrap();
    assert_eq!(json["errors"][0]["line"], 16);
}

#[test]
fn what_is_not_there_is_answered_with_what_there_is() {
    let file = File::new(LAIGNEVILLE);
    let said = file.refuses(
        "deadline",
        &["--activity", "piscine", "--day", "2026-11-23"],
    );
    assert!(said.contains("il y a : cantine"), "{said}");
    let none = File::new("[commune]\n");
    assert!(
        none.refuses("check", &[])
            .contains("il manque la clé `name`")
    );
    let said = file.refuses("deadline", &[&LUNCH[..], &["--at", "demain"]].concat());
    assert!(said.contains("« demain » n’est pas un instant"), "{said}");
}

#[test]
fn the_host_brings_its_own_school_holidays() {
    let file = File::new(&LAIGNEVILLE.replace("working_days = 2", "school_days = 1"));
    let holidays = file.folder.path().join("vacances.toml");
    std::fs::write(
        &holidays,
        "[[holidays]]\nname = \"Vacances de neige\"\nzones = \"B\"\nfrom = 2026-11-16\nto = 2026-11-22\n",
    )
    .unwrap();
    let said = file.answers(
        "deadline",
        &[&LUNCH[..], &["--holidays", holidays.to_str().unwrap()]].concat(),
    );
    assert!(said.contains("vendredi 13 novembre"), "{said}");
    assert!(said.contains("Vacances de neige"), "{said}");
}

#[test]
fn the_reference_and_the_schema_are_in_the_program() {
    let output = host::preau().args(["rules", "reference"]).output().unwrap();
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("`working_days`")
    );
    let output = host::preau().args(["rules", "schema"]).output().unwrap();
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(schema["$defs"]["LimitKeys"]["properties"]["hours"].is_object());
}

/// The same file with its prices, as a commune has it.
fn with_prices() -> String {
    format!(
        r#"{LAIGNEVILLE}
[[tariffs]]
name = "Repas"
activity = "cantine"
unit = "repas"
since = 2026-09-01
no_quotient = "plus haut"
brackets = ["0-622: 1.00", "623-1000: 3.30", "1001+: 4.00"]

[[price_checks]]
activity = "cantine"
unit = "repas"
facts = "quotient 623"
expect = 3.30
"#
    )
}

#[test]
fn a_price_is_asked_and_explained() {
    let file = File::new(&with_prices());
    let words = [
        "--activity",
        "cantine",
        "--unit",
        "repas",
        "--day",
        "2026-11-23",
    ];
    let asked = |more: &[&str]| file.answers("price", &[&words[..], more].concat());
    let low = asked(&["--quotient", "622"]);
    assert!(low.starts_with("1,00 €"), "{low}");
    assert!(low.contains("quotient"), "{low}");
    assert!(asked(&["--quotient", "623"]).starts_with("3,30 €"));
    // Without a quotient the grid says what applies.
    assert!(asked(&[]).starts_with("4,00 €"));
    let json: serde_json::Value =
        serde_json::from_str(&asked(&["--quotient", "1042", "--json"])).unwrap();
    assert_eq!(json["cents"], 400);
    let refused = file.refuses("price", &["--activity", "piscine", "--day", "2026-11-23"]);
    assert!(refused.contains("piscine"), "{refused}");
}

#[test]
fn one_file_is_checked_with_its_deadlines_and_its_prices() {
    let file = File::new(&with_prices());
    let said = file.answers("check", &[]);
    assert!(said.contains("1 délai(s), 1 tarif(s)"), "{said}");
    assert!(said.contains("2 exemple(s) sur 2 justes"), "{said}");
    let wrong = File::new(&with_prices().replace("expect = 3.30", "expect = 3.40"));
    assert!(wrong.refuses("check", &[]).contains("exemple"));
    let gap = File::new(
        &with_prices()
            .replace("623-1000", "640-1000")
            .replace("quotient 623", "quotient 640"),
    );
    assert!(
        gap.answers("check", &[])
            .contains("Aucune tranche ne contient")
    );
}
