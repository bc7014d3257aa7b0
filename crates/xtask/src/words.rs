//! What no file of this repository may hold: the path of somebody's machine, a mark that something
//! is left to do, a registry's address in npm's lock file; and no Rust file longer than one reads.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::run;

/// A Rust file longer than this holds more than one idea. The aim is 400.
const MOST_LINES: usize = 500;

/// Written in two parts, so that this file does not hold what it looks for.
const MACHINE_PATHS: &[(&str, &str)] = &[
    ("/ro", "ot/"),
    ("/ho", "me/"),
    ("/wo", "rk/"),
    ("/Us", "ers/"),
];
const MARKS: &[(&str, &str)] = &[("TO", "DO"), ("FIX", "ME")];
/// The key under which npm's lock file names the registry that a package was fetched from.
const RESOLVED: (&str, &str) = ("\"reso", "lved\":");

/// Works of others, kept as they were published.
const FOREIGN: &[&str] = &["LICENSE"];
const FOREIGN_PARTS: &[&str] = &["/vendor/", "axe.min.js", "axe-core"];

/// What is wrong in the files that git knows or would take; empty when all is well.
pub fn complaints() -> Result<Vec<String>> {
    let root = crate::root();
    let mut complaints = Vec::new();
    for file in files(&root)? {
        let name = file.to_string_lossy().into_owned();
        let foreign = FOREIGN.contains(&name.as_str())
            || FOREIGN_PARTS.iter().any(|part| name.contains(part));
        // A picture or a font is no text; a file that was just removed is no file.
        let Ok(text) = std::fs::read_to_string(root.join(&file)) else {
            continue;
        };
        if !foreign {
            complaints.extend(check(&name, &text));
        }
    }
    Ok(complaints)
}

/// What is wrong in one file. `name` is its path from the root of the repository.
pub fn check(name: &str, text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let mut complain = |what: &str| complaints.push(format!("{name}:{}: {what}", number + 1));
        if MACHINE_PATHS
            .iter()
            .any(|(start, end)| has_path(line, &format!("{start}{end}")))
        {
            complain("the path of a machine");
        }
        if MARKS
            .iter()
            .any(|(start, end)| has_word(line, &format!("{start}{end}")))
        {
            complain("a mark that something is left to do");
        }
        if name.ends_with("package-lock.json")
            && line.contains(&format!("{}{}", RESOLVED.0, RESOLVED.1))
        {
            complain("the address of a registry (see crates/web/frontend/.npmrc)");
        }
    }
    let lines = text.lines().count();
    if Path::new(name).extension().is_some_and(|end| end == "rs") && lines > MOST_LINES {
        complaints.push(format!("{name}: {lines} lines, more than {MOST_LINES}"));
    }
    complaints
}

/// The path stands at its own start: `a{path}` is a part of another path or of an address.
fn has_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|before| !before.is_alphanumeric() && !"._-/}".contains(before))
    })
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        [before, after]
            .into_iter()
            .flatten()
            .all(|neighbour| !neighbour.is_alphanumeric() && neighbour != '_')
    })
}

/// Tracked files, and new ones that are not ignored.
fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let list = run::output(
        Command::new("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .current_dir(root),
    )
    .context("the files of this repository are listed by git")?;
    Ok(list
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(PathBuf::from)
        .collect())
}
