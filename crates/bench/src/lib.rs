//! What every benchmark of Préau shares: named figures with the target they are held to, printed as
//! a table and written as JSON. A benchmark is a program in `src/bin`, run by
//! `cargo xtask bench NAME [--json FILE]`, which gives it a PostgreSQL in `PREAU_TEST_POSTGRES` when
//! it measures one. The table says on which machine: read the ratios, not the absolute figures.
//!
//! ```
//! use preau_bench::{Report, Target};
//!
//! let mut report = Report::new("lane");
//! report.figure("raw SQLite", 41_000.0, "rows/s", None);
//! report.figure("lane, 256 clients", 31_000.0, "commands/s", None);
//! report.figure("lane beside raw", 75.6, "%", Some(Target::AtLeast(70.0)));
//! assert!(report.met());
//! ```

pub mod client;
mod pages;
mod process;
pub mod town;

pub use pages::{kilobytes, pages_per_second};

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use serde::Serialize;

pub use process::{Process, processor_time};

/// The figures of one run of one benchmark.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The benchmark's name, as in `cargo xtask bench NAME`.
    pub name: String,
    /// Where it ran.
    pub machine: Machine,
    /// In the order in which they were measured.
    pub figures: Vec<Figure>,
}

/// One measured value.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// What was measured, unique in the report.
    pub name: String,
    /// In `unit`.
    pub value: f64,
    /// `requests/s`, `KB`, `%` …
    pub unit: String,
    /// What it is held to, when it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
}

/// A limit, in the unit of its figure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// More is better.
    AtLeast(f64),
    /// Less is better.
    AtMost(f64),
}

/// The machine that a report comes from.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// Cores that this process may use.
    pub cores: usize,
    /// The processor, as it names itself.
    pub processor: String,
    /// `rustc --version`.
    pub rustc: String,
}

impl Report {
    /// An empty report of this machine.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            machine: Machine::this(),
            figures: Vec::new(),
        }
    }

    /// Adds a figure.
    pub fn figure(&mut self, name: &str, value: f64, unit: &str, target: Option<Target>) {
        self.figures.push(Figure {
            name: name.to_owned(),
            value,
            unit: unit.to_owned(),
            target,
        });
    }

    /// Whether every figure that has a target reaches it.
    pub fn met(&self) -> bool {
        self.figures.iter().all(Figure::met)
    }

    /// The table for a reader.
    pub fn table(&self) -> String {
        let Machine {
            cores,
            processor,
            rustc,
        } = &self.machine;
        let mut table = format!("{} · {cores} cores, {processor}, {rustc}\n", self.name);
        let width =
            |text: &dyn Fn(&Figure) -> usize| self.figures.iter().map(text).max().unwrap_or(0);
        let names = width(&|figure| figure.name.chars().count());
        let values = width(&|figure| readable(figure.value).chars().count());
        let units = width(&|figure| figure.unit.chars().count());
        for figure in &self.figures {
            let Figure {
                name,
                value,
                unit,
                target,
            } = figure;
            let value = readable(*value);
            let held_to = match target {
                None => String::new(),
                Some(target) => {
                    format!("{target}  {}", if figure.met() { "met" } else { "MISSED" })
                }
            };
            let line = format!("  {name:<names$}  {value:>values$} {unit:<units$}  {held_to}");
            // Writing to a string does not fail.
            let _ = writeln!(table, "{}", line.trim_end());
        }
        table
    }

    /// Prints the table and writes the JSON where the command line asks for it (`--json FILE`).
    /// The exit code says whether the targets were met.
    pub fn finish(&self, arguments: impl Iterator<Item = String>) -> Result<ExitCode> {
        let json = json_file(arguments)?;
        let _ = write!(std::io::stdout().lock(), "{}", self.table());
        if let Some(file) = json {
            self.write_json(&file)?;
        }
        Ok(if self.met() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    /// Writes the report as JSON, followed by a line end.
    pub fn write_json(&self, file: &Path) -> Result<()> {
        let json = serde_json::to_string_pretty(self)?;
        std::fs::write(file, json + "\n")
            .with_context(|| format!("cannot write {}", file.display()))
    }
}

impl Figure {
    /// True when there is no target.
    pub fn met(&self) -> bool {
        match self.target {
            None => true,
            Some(Target::AtLeast(least)) => self.value >= least,
            Some(Target::AtMost(most)) => self.value <= most,
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AtLeast(least) => write!(f, "≥ {}", readable(*least)),
            Self::AtMost(most) => write!(f, "≤ {}", readable(*most)),
        }
    }
}

impl Machine {
    /// This machine; what it does not tell is `unknown`.
    pub fn this() -> Self {
        let unknown = || "unknown".to_owned();
        let processor = std::fs::read_to_string("/proc/cpuinfo")
            .ok()
            .and_then(|text| {
                let line = text.lines().find(|line| line.starts_with("model name"))?;
                Some(line.split_once(':')?.1.trim().to_owned())
            });
        let rustc = Command::new("rustc").arg("--version").output().ok();
        Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            processor: processor.unwrap_or_else(unknown),
            rustc: rustc.map_or_else(unknown, |output| {
                String::from_utf8_lossy(&output.stdout).trim().to_owned()
            }),
        }
    }
}

/// The value in the middle; zero of none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn json_file(mut arguments: impl Iterator<Item = String>) -> Result<Option<PathBuf>> {
    match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => Ok(None),
        (Some("--json"), Some(file)) => Ok(Some(PathBuf::from(file))),
        (Some("--json"), None) => bail!("--json needs a file"),
        (Some(other), _) => bail!("no such option: {other} (only --json FILE)"),
    }
}

/// Whole numbers from a hundred up, with thin spaces between thousands; two decimals below.
fn readable(value: f64) -> String {
    if value.abs() < 100.0 {
        let text = format!("{value:.2}");
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    let digits = format!("{:.0}", value.abs());
    let mut text = if value < 0.0 {
        "-".to_owned()
    } else {
        String::new()
    };
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let mut report = Report::new("lane");
        report.machine = Machine {
            cores: 2,
            processor: "two cores".into(),
            rustc: "rustc 1.95".into(),
        };
        report.figure("raw", 41_234.5, "rows/s", None);
        report.figure("lane beside raw", 75.625, "%", Some(Target::AtLeast(70.0)));
        report.figure("memory", 41.5, "MB", Some(Target::AtMost(40.0)));
        report
    }

    #[test]
    fn the_table_says_what_was_missed() {
        assert_eq!(
            report().table(),
            "lane · 2 cores, two cores, rustc 1.95\n  \
               raw              41\u{202f}234 rows/s\n  \
               lane beside raw   75.62 %       ≥ 70  met\n  \
               memory             41.5 MB      ≤ 40  MISSED\n"
        );
        assert!(!report().met());
    }

    #[test]
    fn the_json_can_be_compared_by_a_program() {
        let folder = std::env::temp_dir().join(format!("preau-bench-{}", std::process::id()));
        report().write_json(&folder).unwrap();
        let json: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&folder).unwrap()).unwrap();
        std::fs::remove_file(&folder).unwrap();
        assert_eq!(json["machine"]["cores"], 2);
        assert_eq!(json["figures"][0]["target"], serde_json::Value::Null);
        assert_eq!(json["figures"][1]["target"]["at_least"], 70.0);
    }

    #[test]
    fn figures_are_readable() {
        let written = [0.0, 0.5, 99.994, 100.4, 1_234_567.0, -1234.0].map(readable);
        assert_eq!(
            written,
            [
                "0",
                "0.5",
                "99.99",
                "100",
                "1\u{202f}234\u{202f}567",
                "-1\u{202f}234"
            ]
        );
    }
}
