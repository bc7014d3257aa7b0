//! The tariffs, penalties and absence rules of real communes, with their worked examples.
//!
//! Each file of `communes_tariffs/` is written as a commune would write it. All must be read and
//! all their examples must hold. Where the list of the rules that were seen lies beside the
//! repository (`../shared/communes.yaml`), every body that states a rule must have its file.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use preau_formats::tariff_settings;
use preau_rules::tariff::check::{Weight, check};
use preau_rules::tariff::replay::replay;
use preau_rules::tariff::{TariffSettings, Tariffs};

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/communes_tariffs")
}

/// All files by the identifier of their commune.
fn corpus() -> BTreeMap<String, (String, TariffSettings)> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(here()).unwrap() {
        let path = entry.unwrap().path();
        let id = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let settings = tariff_settings::parse(&text).unwrap_or_else(|e| panic!("{id}: {e}"));
        found.insert(id, (text, settings));
    }
    found
}

fn built(id: &str, settings: &TariffSettings) -> Tariffs {
    Tariffs::build(settings).unwrap_or_else(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        panic!("{id}: {}", errors.join("\n"))
    })
}

#[test]
fn every_example_of_every_commune_holds() {
    let (mut bodies, mut examples, mut failures) = (0, 0, String::new());
    let (mut tariffs, mut penalties, mut absences) = (0, 0, 0);
    for (id, (_, settings)) in corpus() {
        let ready = built(&id, &settings);
        bodies += 1;
        tariffs += settings.tariffs.len();
        penalties += settings.penalties.len();
        absences += settings.absences.len();
        for replayed in replay(&settings, &ready) {
            examples += 1;
            if let Err(why) = replayed.outcome {
                writeln!(
                    failures,
                    "{id}, {} ({}): {why}",
                    replayed.key, replayed.name
                )
                .unwrap();
            }
        }
    }
    println!(
        "communes {bodies}, grids {tariffs}, penalties {penalties}, absence rules {absences}, examples {examples}"
    );
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn each_file_says_what_it_shows() {
    for (id, (_, settings)) in corpus() {
        let examples = settings.price_checks.len() + settings.absence_checks.len();
        assert!(examples > 0, "{id} has no example");
        let rules = settings.tariffs.len() + settings.penalties.len() + settings.absences.len();
        assert!(rules > 0, "{id} has no rule");
    }
}

#[test]
fn written_again_the_settings_are_the_same() {
    for (id, (_, settings)) in corpus() {
        let text = tariff_settings::write(&settings).unwrap();
        let again = tariff_settings::parse(&text).unwrap_or_else(|e| panic!("{id}: {e}\n{text}"));
        assert_eq!(again, settings, "{id}");
    }
}

#[test]
fn the_only_errors_are_those_of_the_pages_themselves() {
    let mut said = String::new();
    for (id, (_, settings)) in corpus() {
        let ready = built(&id, &settings);
        for grid in &ready.grids {
            for finding in check(grid, &ready.lexicon) {
                if finding.weight() >= Weight::Warning {
                    writeln!(said, "{id}, {}: {}", grid.name, finding.message_fr()).unwrap();
                }
            }
        }
    }
    insta::assert_snapshot!(said.replace(['\u{a0}', '\u{202f}'], " "));
}

/// A body of the list of rules that were seen: how many entries of each kind it states.
#[derive(Default)]
struct Stated {
    tariffs: usize,
    penalties: usize,
    absences: usize,
}

/// Counts entries without reading the values: a document starts with `id:`, a section's entries
/// start with `- ` or stand in one flow list.
fn stated(yaml: &str) -> BTreeMap<String, Stated> {
    let mut bodies: BTreeMap<String, Stated> = BTreeMap::new();
    let (mut id, mut section) = (String::new(), String::new());
    for line in yaml.lines() {
        if let Some(name) = line.strip_prefix("id: ") {
            name.clone_into(&mut id);
            bodies.insert(id.clone(), Stated::default());
        }
        let mut count = 0;
        if let Some((key, rest)) = line
            .split_once(':')
            .filter(|_| !line.starts_with([' ', '-', '#']))
        {
            key.clone_into(&mut section);
            count = usize::from(rest.trim().starts_with('['));
        } else if line.starts_with("- ") {
            count = 1;
        }
        if let Some(body) = bodies.get_mut(&id) {
            match section.as_str() {
                "tariffs" => body.tariffs += count,
                "penalties" => body.penalties += count,
                "absence" => body.absences += count,
                _ => {}
            }
        }
    }
    bodies
}

/// What is not expressed, and why. None is.
const NOT_EXPRESSED: &[(&str, &str)] = &[];

#[test]
fn every_body_that_states_a_rule_has_its_file() {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/communes.yaml");
    let Ok(yaml) = fs::read_to_string(&list) else {
        println!("SKIPPED: ../shared/communes.yaml is not beside the repository, nothing compared");
        return;
    };
    let corpus = corpus();
    let bodies = stated(&yaml);
    let mut table = [[0_usize; 2]; 3];
    let (mut missing, mut entries) = (Vec::new(), [0_usize; 3]);
    for (id, body) in &bodies {
        let settings = corpus.get(id).map(|(_, settings)| settings);
        let counts = [
            (body.tariffs, settings.map_or(0, |s| s.tariffs.len())),
            (body.penalties, settings.map_or(0, |s| s.penalties.len())),
            (body.absences, settings.map_or(0, |s| s.absences.len())),
        ];
        for (kind, (stated, expressed)) in counts.into_iter().enumerate() {
            if stated > 0 {
                entries[kind] += stated;
                table[kind][0] += 1;
                table[kind][1] += usize::from(expressed > 0);
                let excused = NOT_EXPRESSED.iter().any(|(known, _)| known == id);
                if expressed == 0 && !excused {
                    missing.push(format!(
                        "{id} ({})",
                        ["tariffs", "penalties", "absences"][kind]
                    ));
                }
            }
        }
    }
    println!(
        "bodies of the list: {}, with a file: {}",
        bodies.len(),
        corpus.len()
    );
    println!(
        "{:<10} {:>7} {:>7} {:>9}",
        "", "entries", "bodies", "expressed"
    );
    for (kind, name) in ["tariffs", "penalties", "absences"].iter().enumerate() {
        println!(
            "{name:<10} {:>7} {:>7} {:>9}",
            entries[kind], table[kind][0], table[kind][1]
        );
    }
    for (id, why) in NOT_EXPRESSED {
        println!("not expressed: {id}: {why}");
    }
    assert!(missing.is_empty(), "without a file: {}", missing.join(", "));
}
