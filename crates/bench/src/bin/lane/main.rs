//! The write lane beside what the engines give to a loop that does nothing else, and what 500 open communes cost.
//!
//! Both sides write the same rows to the same three tables, in the same batches: a round of the lane comes first, its
//! batches are recorded and its rows read back, then the bare loop replays them into a database of its own. Rounds
//! alternate, so that a slow minute of the machine slows both; the ratio is taken round by round.

mod communes;
mod postgres;
mod sqlite;
mod work;

use std::process::ExitCode;

use anyhow::Result;
use preau_bench::{Report, Target, median};

/// What the lane has to reach of the bare loop.
const SHARE: Target = Target::AtLeast(70.0);

/// One round: what each side wrote in a second.
struct Round {
    lane: f64,
    bare: f64,
    /// Commands of a batch, on average.
    batch: f64,
}

fn main() -> Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new()?;
    let mut report = Report::new("lane");
    // First, while the process is small.
    let open = runtime.block_on(communes::measure())?;
    let batches = work::Batches::install()?;
    let on_sqlite = runtime.block_on(sqlite::rounds(batches))?;
    let on_postgres = match postgres::address() {
        Some(url) => runtime.block_on(postgres::rounds(&url, batches))?,
        None => Vec::new(),
    };
    beside(&mut report, "SQLite", &on_sqlite);
    if on_postgres.is_empty() {
        eprintln!("PostgreSQL is not measured: PREAU_TEST_POSTGRES is not set");
    } else {
        beside(&mut report, "PostgreSQL", &on_postgres);
    }
    open.tell(&mut report);
    report.finish(std::env::args().skip(1))
}

fn beside(report: &mut Report, engine: &str, rounds: &[Round]) {
    let middle = |value: fn(&Round) -> f64| median(rounds.iter().map(value).collect());
    let share = middle(|round| 100.0 * round.lane / round.bare);
    let (least, most) = rounds
        .iter()
        .fold((f64::MAX, 0.0_f64), |(least, most), round| {
            let share = 100.0 * round.lane / round.bare;
            (least.min(share), most.max(share))
        });
    report.figure(
        &format!("{engine}: lane beside a bare loop, same batches"),
        share,
        "%",
        Some(SHARE),
    );
    report.figure(
        &format!("{engine}: the same, worst round"),
        least,
        "%",
        None,
    );
    report.figure(&format!("{engine}: the same, best round"), most, "%", None);
    report.figure(
        &format!("{engine}: lane, {} clients", work::CLIENTS),
        middle(|round| round.lane),
        "commands/s",
        None,
    );
    report.figure(
        &format!("{engine}: bare loop"),
        middle(|round| round.bare),
        "commands/s",
        None,
    );
    report.figure(
        &format!("{engine}: commands of a batch"),
        middle(|round| round.batch),
        "",
        None,
    );
}
