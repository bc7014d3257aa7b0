//! `cargo xtask test`: the only entry to the checks, for people and for machines. One after the
//! other, in the order in which they are cheapest to fail; what a step needs is prepared when it is
//! its turn.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::metadata::Metadata;
use crate::postgres::{self, Cluster, Durability};
use crate::run;
use crate::tally::Tally;
use crate::tools::{self, Machine};
use crate::{assets, deps};

/// Says which engine the tests use: `sqlite` or `postgres`.
const ENGINE: &str = "PREAU_TEST_ENGINE";
/// The Python that has aiosmtpd, for the SMTP server of the mail tests.
const PYTHON: &str = "PREAU_TEST_PYTHON";
const CHROMIUM: &str = "PREAU_TEST_CHROMIUM";
const CHROMEDRIVER: &str = "PREAU_TEST_CHROMEDRIVER";

/// The crates whose tests touch a database.
const ON_BOTH_ENGINES: &[&str] = &[
    "preau-store",
    "preau-app",
    "preau-web",
    "preau-worker",
    "preau",
    "preau-testkit",
];
/// The test programs of `preau-testkit` that drive a browser start with this word, and stand behind
/// a feature of that crate, so that the other tests need no browser.
const JOURNEYS: &str = "journeys";
const JOURNEYS_FEATURE: &str = "preau-testkit/browser";

/// A check that can be run alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "described in the help of the command line")]
pub enum Step {
    Fmt,
    Clippy,
    Deps,
    Sqlite,
    Postgres,
    Browser,
    Assets,
}

impl Step {
    /// In the order in which they run.
    pub const ALL: [Self; 7] = [
        Self::Fmt,
        Self::Clippy,
        Self::Deps,
        Self::Sqlite,
        Self::Postgres,
        Self::Browser,
        Self::Assets,
    ];

    /// As written on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Clippy => "clippy",
            Self::Deps => "deps",
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Browser => "browser",
            Self::Assets => "assets",
        }
    }

    /// The step of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }
}

/// Runs the steps, prints how each went and how many tests passed and failed. An error when one
/// failed; the steps after it run only with `keep_going`.
pub fn run(steps: &[Step], keep_going: bool) -> Result<()> {
    let mut house = House {
        machine: Machine::this(),
        nextest: tools::has_nextest(),
        cluster: None,
        tally: Tally::default(),
    };
    let mut done = Vec::new();
    for step in steps {
        run::say(&format!("\n── {} ──", step.name()));
        let start = Instant::now();
        let outcome = house.step(*step);
        if let Err(error) = &outcome {
            run::say(&format!("{}: {error:#}", step.name()));
        }
        done.push((*step, start.elapsed(), outcome.is_ok()));
        if outcome.is_err() && (!keep_going || run::interrupted()) {
            break;
        }
    }
    // The server ends before the summary, so that the summary is what stays on the screen.
    house.cluster = None;
    summary(&done, steps.len(), house.tally)
}

fn summary(done: &[(Step, Duration, bool)], wanted: usize, tally: Tally) -> Result<()> {
    run::say("\n── summary ──");
    for (step, time, good) in done {
        let word = if *good { "ok" } else { "FAILED" };
        run::say(&format!(
            "{:<9} {:>7.1} s  {word}",
            step.name(),
            time.as_secs_f64()
        ));
    }
    if done.len() < wanted {
        run::say(&format!("{} not run", wanted - done.len()));
    }
    run::say(&tally.to_string());
    let failed: Vec<_> = done
        .iter()
        .filter(|(_, _, good)| !good)
        .map(|(step, ..)| step.name())
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    bail!(
        "failed: {} (alone: cargo xtask test {})",
        failed.join(", "),
        failed.join(" ")
    )
}

/// What the steps share.
struct House {
    machine: Machine,
    nextest: bool,
    cluster: Option<Cluster>,
    tally: Tally,
}

/// A database engine, as the tests are told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Engine {
    Sqlite,
    Postgres,
}

impl House {
    fn step(&mut self, step: Step) -> Result<()> {
        match step {
            Step::Fmt => run::shown(cargo().args(["fmt", "--all", "--check"])),
            Step::Clippy => run::shown(cargo().args([
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ])),
            Step::Deps => deps::step(),
            Step::Assets => assets::step(),
            Step::Sqlite => {
                self.tests(Engine::Sqlite, self.all_tests())?;
                // nextest runs no examples of the documentation.
                if self.nextest {
                    let mut examples = cargo();
                    examples.args(["test", "--workspace", "--doc", "--quiet"]);
                    self.tests(Engine::Sqlite, examples)?;
                }
                Ok(())
            }
            Step::Postgres => self.tests(Engine::Postgres, self.database_tests()),
            Step::Browser => {
                let browser = self
                    .machine
                    .provide(&tools::CHROMIUM, Machine::find_browser)?;
                for engine in [Engine::Sqlite, Engine::Postgres] {
                    let mut journeys = self.journeys()?;
                    journeys
                        .env(CHROMIUM, &browser.chromium)
                        .env(CHROMEDRIVER, &browser.chromedriver);
                    self.tests(engine, journeys)?;
                }
                Ok(())
            }
        }
    }

    /// The test runner, over the entire workspace: a smaller choice of packages would choose other
    /// features of shared dependencies, and build those again.
    fn runner(&self) -> Command {
        let mut command = cargo();
        if self.nextest {
            command.args(["nextest", "run", "--no-fail-fast"]);
        } else {
            command.args(["test", "--no-fail-fast"]);
        }
        command
    }

    fn all_tests(&self) -> Command {
        let mut command = self.runner();
        command.arg("--workspace");
        command
    }

    fn database_tests(&self) -> Command {
        let mut command = self.runner();
        if self.nextest {
            let chosen: Vec<_> = ON_BOTH_ENGINES
                .iter()
                .map(|name| format!("package(={name})"))
                .collect();
            command.args(["--workspace", "--filterset", &chosen.join(" + ")]);
        } else {
            command.args(ON_BOTH_ENGINES.iter().flat_map(|name| ["--package", name]));
            command.arg("--tests");
        }
        command
    }

    fn journeys(&self) -> Result<Command> {
        let metadata = Metadata::read(&[])?;
        let journeys: Vec<&str> = metadata
            .ours()
            .flat_map(|package| &package.targets)
            .filter(|target| target.kind.iter().any(|kind| kind == "test"))
            .map(|target| target.name.as_str())
            .filter(|name| name.starts_with(JOURNEYS))
            .collect();
        if journeys.is_empty() {
            bail!("no test program is named {JOURNEYS}…");
        }
        let mut command = self.runner();
        command.args(["--workspace", "--features", JOURNEYS_FEATURE]);
        command.args(journeys.iter().flat_map(|name| ["--test", name]));
        Ok(command)
    }

    /// Runs tests on an engine and counts them.
    fn tests(&mut self, engine: Engine, mut command: Command) -> Result<()> {
        let python = self.machine.provide(&tools::SMTP, Machine::find_smtp)?;
        command.env(PYTHON, python);
        match engine {
            Engine::Sqlite => command.env(ENGINE, "sqlite").env_remove(postgres::VARIABLE),
            Engine::Postgres => {
                let url = self.postgres_url()?;
                command.env(ENGINE, "postgres").env(postgres::VARIABLE, url)
            }
        };
        if !run::tallied(&mut command, &mut self.tally)? {
            bail!("tests failed, or did not build");
        }
        Ok(())
    }

    /// The server that the caller gave, else one of our own, started once.
    fn postgres_url(&mut self) -> Result<String> {
        if let Some(given) = crate::environment(postgres::VARIABLE) {
            return Ok(given);
        }
        if self.cluster.is_none() {
            self.cluster = Some(Cluster::start(&self.machine, Durability::Fast)?);
        }
        let cluster = self
            .cluster
            .as_ref()
            .context("a cluster was just started")?;
        Ok(cluster.url().to_owned())
    }
}

fn cargo() -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(crate::root());
    command
}
