//! The words after `cargo xtask`. Read by hand: four commands do not pay for a parser's build time.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::bench;
use crate::test::Step;

/// What is printed for `help`, and after a word that was not understood.
pub const HELP: &str = "\
cargo xtask test [STEP…] [--keep-going]   check everything, or only the named steps, in this order:
      fmt       formatting
      clippy    lints, warnings are errors
      deps      licences, banned crates, sources; arrows between our crates; words
      sqlite    all tests on SQLite
      postgres  store, app, web, worker, cli and testkit tests again on PostgreSQL
      browser   journeys with axe in Chromium, on both engines
      assets    the committed style sheets are those of their sources
    Stops at the first step that fails; --keep-going runs the others too.
cargo xtask postgres [--durable] [-- COMMAND…]
    A PostgreSQL of its own in a temporary folder, as PREAU_TEST_POSTGRES for COMMAND; without one,
    until Ctrl-C. --durable keeps fsync on.
cargo xtask bench NAME [--json FILE]      run a benchmark (lane, web) built for release
cargo xtask assets                        rebuild crates/web/assets from its npm sources (needs Node)
cargo xtask help";

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Task {
    /// Print [`HELP`].
    Help,
    /// Run checks.
    Test {
        /// In the order of [`Step::ALL`]; never empty.
        steps: Vec<Step>,
        /// Go on after a step that failed.
        keep_going: bool,
    },
    /// Run a command beside a PostgreSQL of its own.
    Postgres {
        /// With fsync.
        durable: bool,
        /// Program and arguments; empty: wait for Ctrl-C.
        command: Vec<String>,
    },
    /// Rebuild the style sheets.
    Assets,
    /// Run a benchmark.
    Bench {
        /// One of [`bench::NAMES`].
        name: String,
        /// Where to write the figures.
        json: Option<PathBuf>,
    },
}

/// Reads the words after `cargo xtask`; the error names the word that was not understood.
pub fn read(words: impl Iterator<Item = String>) -> Result<Task> {
    let mut words = words.into_iter();
    let Some(first) = words.next() else {
        return Ok(Task::Help);
    };
    let rest: Vec<String> = words.collect();
    match first.as_str() {
        "help" | "--help" | "-h" => Ok(Task::Help),
        "test" => test(&rest),
        "postgres" => postgres(rest),
        "bench" => bench(rest),
        "assets" if rest.is_empty() => Ok(Task::Assets),
        "assets" => bail!("`assets` takes no argument"),
        other => bail!("no such command: {other}"),
    }
}

fn test(words: &[String]) -> Result<Task> {
    let mut named = Vec::new();
    let mut keep_going = false;
    for word in words {
        if word == "--keep-going" {
            keep_going = true;
        } else {
            named.push(Step::named(word).with_context(|| format!("no such step: {word}"))?);
        }
    }
    let steps = Step::ALL
        .into_iter()
        .filter(|step| named.is_empty() || named.contains(step))
        .collect();
    Ok(Task::Test { steps, keep_going })
}

fn postgres(words: Vec<String>) -> Result<Task> {
    let mut durable = false;
    let mut words = words.into_iter();
    for word in words.by_ref() {
        match word.as_str() {
            "--durable" => durable = true,
            "--" => break,
            other => bail!("no such option: {other} (the command comes after `--`)"),
        }
    }
    Ok(Task::Postgres {
        durable,
        command: words.collect(),
    })
}

fn bench(words: Vec<String>) -> Result<Task> {
    let mut name = None;
    let mut json = None;
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        if word == "--json" {
            json = Some(PathBuf::from(words.next().context("--json needs a file")?));
        } else if bench::NAMES.contains(&word.as_str()) && name.is_none() {
            name = Some(word);
        } else {
            bail!("no such benchmark: {word} ({})", bench::NAMES.join(", "));
        }
    }
    let name = name.with_context(|| format!("which one? ({})", bench::NAMES.join(", ")))?;
    Ok(Task::Bench { name, json })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(line: &str) -> Result<Task> {
        read(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn steps_run_in_the_order_of_the_house() {
        assert_eq!(
            task("test browser fmt --keep-going").unwrap(),
            Task::Test {
                steps: vec![Step::Fmt, Step::Browser],
                keep_going: true
            }
        );
        let Task::Test { steps, keep_going } = task("test").unwrap() else {
            panic!("`test` is a test");
        };
        assert_eq!(steps, Step::ALL);
        assert!(!keep_going);
    }

    #[test]
    fn a_command_keeps_its_own_options() {
        assert_eq!(
            task("postgres --durable -- psql --durable -c select").unwrap(),
            Task::Postgres {
                durable: true,
                command: ["psql", "--durable", "-c", "select"]
                    .map(str::to_owned)
                    .to_vec()
            }
        );
    }

    #[test]
    fn a_word_that_was_not_understood_is_named() {
        for (line, named) in [
            ("tset", "tset"),
            ("test sqlit", "sqlit"),
            ("postgres psql", "psql"),
            ("bench", "which one"),
            ("bench lanes", "lanes"),
            ("bench lane --json", "--json"),
            ("assets now", "assets"),
        ] {
            let error = task(line).unwrap_err().to_string();
            assert!(error.contains(named), "{line}: {error}");
        }
    }
}
