//! The rules of real communes, written as settings: every deadline that they publish, with worked
//! examples. Facts of the year that each file names; test material, not information for families.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a file that cannot be read is a failed test"
)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use preau_formats::{school_holidays, settings};
use preau_rules::settings::{Source, replay};

/// Deadlines of these bodies that no setting expresses, with the reason. Aim at none.
const NOT_EXPRESSED: &[(&str, usize, &str)] = &[];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/communes")
}

/// The bodies of the list of real rules and how many deadlines each states, where the list is there.
fn published() -> Option<BTreeMap<String, usize>> {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/communes.yaml");
    let text = std::fs::read_to_string(list).ok()?;
    let mut counts = BTreeMap::new();
    for body in text.split("\n---\n").skip(1) {
        let mut lines = body.lines();
        let id = lines.find_map(|line| line.strip_prefix("id: ")).unwrap();
        let stated = lines
            .skip_while(|line| *line != "deadlines:")
            .skip(1)
            .take_while(|line| line.starts_with("- ") || line.starts_with("  "))
            .filter(|line| line.starts_with("- "))
            .count();
        counts.insert(id.to_owned(), stated);
    }
    Some(counts)
}

struct Body {
    id: String,
    deadlines: usize,
    checks: usize,
    from_page: usize,
    failed: Vec<String>,
}

fn bodies() -> Vec<Body> {
    let holidays = school_holidays::shipped();
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let id = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            let loaded = settings::load(&text, &holidays).unwrap_or_else(|faults| {
                let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
                panic!("{id}: {}", said.join("\n"))
            });
            let played = replay(&loaded.settings.checks, &loaded.rulebook);
            Body {
                id,
                deadlines: loaded.settings.deadlines.len(),
                checks: played.len(),
                from_page: played
                    .iter()
                    .filter(|check| check.source == Source::Published)
                    .count(),
                failed: played
                    .into_iter()
                    .filter_map(|check| check.differs.map(|why| format!("{} : {why}", check.label)))
                    .collect(),
            }
        })
        .collect()
}

#[test]
fn every_deadline_of_the_corpus_is_expressed_and_every_example_comes_out() {
    let published = published();
    let bodies = bodies();
    let mut table = String::from("body | stated | expressed | examples | published | passed\n");
    let mut wrong = Vec::new();
    for body in &bodies {
        let stated = published
            .as_ref()
            .map(|list| list.get(&body.id).copied().unwrap_or_default());
        writeln!(
            table,
            "{} | {} | {} | {} | {} | {}",
            body.id,
            stated.map_or("?".to_owned(), |n| n.to_string()),
            body.deadlines,
            body.checks,
            body.from_page,
            body.checks - body.failed.len()
        )
        .unwrap();
        wrong.extend(body.failed.iter().map(|why| format!("{}: {why}", body.id)));
        if body.checks == 0 {
            wrong.push(format!("{}: no example", body.id));
        }
    }
    let sum = |of: fn(&Body) -> usize| bodies.iter().map(of).sum::<usize>();
    writeln!(
        table,
        "{} bodies | {} deadlines expressed | {} examples | {} failed",
        bodies.len(),
        sum(|body| body.deadlines),
        sum(|body| body.checks),
        sum(|body| body.failed.len())
    )
    .unwrap();
    match &published {
        None => table.push_str("absent: the list of real rules; nothing was compared with it\n"),
        Some(list) => wrong.extend(missing(list, &bodies)),
    }
    for (id, count, why) in NOT_EXPRESSED {
        writeln!(table, "{id}: {count} not expressed: {why}").unwrap();
    }
    println!("{table}");
    assert!(wrong.is_empty(), "{table}\n{}", wrong.join("\n"));
}

#[test]
fn settings_that_are_written_are_read_back_the_same() {
    let holidays = school_holidays::shipped();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let loaded = settings::load(&text, &holidays).unwrap();
        let written = settings::write(&loaded.settings).unwrap();
        let again = settings::load(&written, &holidays).unwrap_or_else(|faults| {
            panic!("{faults:?}\n{written}");
        });
        assert_eq!(loaded.settings, again.settings, "{written}");
    }
}

/// What families would read, one example a body.
#[test]
fn the_sentences_of_the_corpus() {
    let holidays = school_holidays::shipped();
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut said = String::new();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let loaded = settings::load(&text, &holidays).unwrap();
        for check in &loaded.settings.checks {
            let cutoff = loaded.rulebook.cutoff(&check.query()).unwrap();
            writeln!(
                said,
                "{} · {} · {} · {} · {}",
                path.file_stem().unwrap().to_str().unwrap(),
                check.day.0,
                check.action.label_fr(),
                cutoff.until_fr(),
                cutoff.why_fr()
            )
            .unwrap();
        }
    }
    insta::assert_snapshot!(said.replace('\u{a0}', " "));
}

/// Deadlines that are stated, and in no file.
fn missing(list: &BTreeMap<String, usize>, bodies: &[Body]) -> Vec<String> {
    let expressed = |id: &str| {
        let found = bodies.iter().find(|body| body.id == id);
        found.map_or(0, |body| body.deadlines)
    };
    let excused = |id: &str| {
        let found = NOT_EXPRESSED.iter().find(|(of, ..)| *of == id);
        found.map_or(0, |(_, count, _)| *count)
    };
    list.iter()
        .filter(|(_, stated)| **stated > 0)
        .filter(|(id, stated)| expressed(id) + excused(id) != **stated)
        .map(|(id, stated)| format!("{id}: {stated} stated, {} expressed", expressed(id)))
        .collect()
}
