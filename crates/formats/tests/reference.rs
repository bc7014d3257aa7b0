//! The reference of the settings file is as the types are, and its examples work.

use preau_formats::{school_holidays, settings};
use preau_rules::settings::replay;

#[test]
fn the_page_in_the_documentation_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/REGLES.md");
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == settings::reference::markdown(),
        "docs/REGLES.md is stale: cargo run -p preau-formats --example reference > docs/REGLES.md"
    );
}

#[test]
fn every_key_of_every_table_is_in_the_page() {
    let page = settings::reference::markdown();
    assert!(!page.contains("{{"), "a table is not known");
    let schema = settings::reference::schema();
    let types = schema.as_value()["$defs"].as_object().unwrap();
    let mut keys = 0;
    for (name, definition) in types {
        let Some(properties) = definition["properties"].as_object() else {
            continue;
        };
        for (key, property) in properties {
            let described = property["description"].as_str().unwrap_or_default();
            let first = described.lines().next().unwrap_or_default();
            assert!(!first.is_empty(), "{name}.{key} says nothing");
            assert!(
                page.lines()
                    .any(|line| line.starts_with(&format!("| `{key}`")) && line.contains(first)),
                "{name}.{key} is not in the page"
            );
            keys += 1;
        }
    }
    assert!(keys > 80, "{keys} keys");
}

#[test]
fn every_example_of_the_page_is_read_and_comes_out() {
    let page = settings::reference::markdown();
    let holidays = school_holidays::shipped();
    let examples: Vec<&str> = page
        .split("```toml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(examples.len() > 6);
    for example in examples {
        let loaded = settings::load(example, &holidays).unwrap_or_else(|faults| {
            let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
            panic!("{}\n{example}", said.join("\n"))
        });
        for check in replay(&loaded.settings.checks, &loaded.rulebook) {
            assert_eq!(check.differs, None, "{}\n{example}", check.label);
        }
    }
}

/// The lines of the page that say what one writes and what it is.
#[test]
fn every_line_of_the_table_of_limits_lands_where_it_says() {
    let page = settings::reference::markdown();
    let holidays = school_holidays::shipped();
    let mut tried = 0;
    for line in page.lines().filter(|line| line.starts_with("| `{ ")) {
        let mut cells = line.trim_matches('|').split(" | ");
        let (written, expected) = (cells.next().unwrap(), cells.next().unwrap().trim());
        for limit in written.split('`').filter(|part| part.starts_with('{')) {
            let file = format!(
                "[commune]\nname = \"X\"\ndepartment = \"60\"\n[activities.a]\nname = \"A\"\nstart = \"12:00\"\n[[deadlines]]\nbook = {limit}\n"
            );
            let loaded = settings::load(&file, &holidays).unwrap();
            let day = jiff::civil::date(2026, 9, 14);
            let query = preau_rules::settings::Query::book("a", None, day);
            let until = loaded.rulebook.cutoff(&query).unwrap().until_fr();
            let until = until.replace('\u{a0}', " ");
            let until = until.trim_start_matches("jusqu’au ");
            let (said_day, said_hour) = until.split_once(" à ").unwrap();
            let expected = expected.split(" (").next().unwrap();
            let hour = expected.rsplit(", ").next().unwrap();
            let right = said_hour == hour || (said_hour == "24 h 00" && !hour.contains(" h "));
            let month = [" septembre", " août", " juin"]
                .iter()
                .fold(expected.to_owned(), |text, month| text.replace(month, ""));
            let number = said_day.split(' ').nth(1).unwrap();
            assert!(
                right && month.contains(number),
                "{limit}: {until} / {expected}"
            );
            tried += 1;
        }
    }
    assert!(tried > 15, "{tried}");
}
