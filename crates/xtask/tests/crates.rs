//! Every crate that we depend on has its line, with its reason, in the record of decisions.

use std::collections::BTreeSet;
use std::fs;

use xtask::metadata::Metadata;

const RECORD: &str = "docs/decisions/0008-crates.md";

/// What our manifests name, tests and build scripts included, our own crates excluded.
fn declared(metadata: &Metadata) -> BTreeSet<&str> {
    let ours: BTreeSet<&str> = metadata
        .ours()
        .map(|package| package.name.as_str())
        .collect();
    metadata
        .ours()
        .flat_map(|package| &package.dependencies)
        .map(|dependency| dependency.name.as_str())
        .filter(|name| !ours.contains(name))
        .collect()
}

/// The first cell of each line of the record's table whose second cell says something.
fn explained(record: &str) -> BTreeSet<&str> {
    record
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
            let (name, reason) = (cells.next()?, cells.next()?);
            let reads = !name.is_empty() && name != "crate" && reason.contains(' ');
            reads.then_some(name)
        })
        .collect()
}

#[test]
fn every_direct_dependency_has_its_reason_and_no_reason_is_left_over() {
    let metadata = Metadata::read(&[]).unwrap();
    let record = fs::read_to_string(xtask::root().join(RECORD)).unwrap();
    let (declared, explained) = (declared(&metadata), explained(&record));
    assert!(declared.contains("jiff"), "{declared:?}");
    let unexplained: Vec<_> = declared.difference(&explained).collect();
    assert!(
        unexplained.is_empty(),
        "say why in {RECORD}: {unexplained:?}"
    );
    let gone: Vec<_> = explained.difference(&declared).collect();
    assert!(
        gone.is_empty(),
        "no longer used, take them off {RECORD}: {gone:?}"
    );
}

#[test]
fn a_line_without_a_reason_explains_nothing() {
    let table =
        "| crate | why |\n|---|---|\n| jiff | time zones |\n| serde | |\nserde | said elsewhere |";
    assert_eq!(explained(table), BTreeSet::from(["jiff"]));
}
