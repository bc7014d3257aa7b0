//! The page that documents the tariffs: its examples are read and replayed, and no key is missing.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::fs;
use std::path::Path;

use preau_formats::tariff_settings::parse;
use preau_rules::tariff::Tariffs;
use preau_rules::tariff::replay::replay;

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tarifs.md");
    fs::read_to_string(path).unwrap()
}

/// The text of each fenced example.
fn examples(page: &str) -> Vec<String> {
    let blocks = page.split("```toml\n").skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap().to_owned())
        .collect()
}

#[test]
fn every_example_of_the_page_is_read_and_holds() {
    let examples = examples(&page());
    assert!(examples.len() >= 8);
    for example in examples {
        let settings = parse(&example).unwrap_or_else(|error| panic!("{error}\n{example}"));
        let tariffs = Tariffs::build(&settings);
        let tariffs = tariffs.unwrap_or_else(|errors| panic!("{errors:?}\n{example}"));
        for replayed in replay(&settings, &tariffs) {
            if let Err(why) = replayed.outcome {
                panic!("{} {}: {why}\n{example}", replayed.key, replayed.name);
            }
        }
    }
}

/// The keys that a table knows, as the reader lists them when it meets one that it does not.
fn keys(table: &str) -> Vec<String> {
    let error = parse(&format!("{table} qqq = 1 }}]"))
        .or_else(|_| parse(&table.replace("TABLE", "qqq = 1")));
    let message = error.unwrap_err().message;
    let list = message.split("clés possibles\u{a0}: ").nth(1);
    let list = list.unwrap_or_else(|| panic!("{table}: {message}"));
    list.split(", ").map(str::to_owned).collect()
}

#[test]
fn every_key_is_documented() {
    let page = page();
    let tables = [
        "TABLE",
        "[[tariffs]]\nTABLE",
        "[[tariffs]]\nlines = [{ TABLE }]",
        "[[tariffs]]\nper = { TABLE }",
        "[[penalties]]\nTABLE",
        "[[aids]]\nTABLE",
        "[[absences]]\nTABLE",
        "[categories.residence]\nTABLE",
        "[billing]\nTABLE",
        "[billing.quotient]\nTABLE",
        "[[price_checks]]\nTABLE",
        "[[absence_checks]]\nTABLE",
    ];
    let mut missing = Vec::new();
    for table in tables {
        for key in keys(table) {
            if !page.contains(&format!("`{key}")) {
                missing.push(format!("{} {key}", table.split('\n').next().unwrap()));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}
