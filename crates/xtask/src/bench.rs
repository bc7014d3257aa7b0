//! `cargo xtask bench NAME`: a program of `crates/bench`, built for release, with what it needs.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::postgres::{self, Cluster, Durability};
use crate::run;
use crate::tools::Machine;

/// What there is to measure. Each is `crates/bench/src/bin/NAME.rs`.
pub const NAMES: &[&str] = &["lane", "web"];
/// Those that measure PostgreSQL too, with fsync, as in production.
const ON_POSTGRES: &[&str] = &["lane"];

/// Runs a benchmark. It prints its table, and writes its figures to `json` when a file is given.
pub fn run(name: &str, json: Option<&Path>) -> Result<()> {
    let package = ["--release", "--package", "preau-bench", "--bin", name];
    // Built first: a compiler on the same cores would spoil the first figures of the server.
    run::shown(
        Command::new("cargo")
            .arg("build")
            .args(package)
            .current_dir(crate::root()),
    )?;
    let mut command = Command::new("cargo");
    command.args(["run", "--quiet"]).args(package);
    if let Some(json) = json {
        command.arg("--").arg("--json").arg(json);
    }
    let given = crate::environment(postgres::VARIABLE);
    if !ON_POSTGRES.contains(&name) || given.is_some() {
        return run::shown(&mut command);
    }
    let cluster = Cluster::start(&Machine::this(), Durability::Full)?;
    run::shown(command.env(postgres::VARIABLE, cluster.url()))
}
