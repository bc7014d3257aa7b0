//! `cargo xtask bench NAME`: a program of `crates/bench`, built for release, with what it needs.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::postgres::{self, Cluster, Durability};
use crate::run;
use crate::tools::Machine;

/// What there is to measure. Each is `crates/bench/src/bin/NAME.rs`.
pub const NAMES: &[&str] = &["billing", "family", "lane", "login", "planning", "web"];
/// Those that measure PostgreSQL too, with fsync, as in production.
const ON_POSTGRES: &[&str] = &["lane"];

/// Runs a benchmark. It prints its table, and writes its figures to `json` when a file is given.
pub fn run(name: &str, json: Option<&Path>) -> Result<()> {
    // `preau` beside it, always: `web` starts it, and with the same packages chosen each time cargo chooses the same
    // features and builds the crates of others once. Built first: a compiler on the same cores would spoil the figures.
    run::shown(
        Command::new("cargo")
            .args([
                "build",
                "--release",
                "--package",
                "preau-bench",
                "--bin",
                name,
            ])
            .args(["--package", "preau", "--bin", "preau"])
            .current_dir(crate::root()),
    )?;
    let mut command = Command::new(built(name)?);
    command.current_dir(crate::root());
    if let Some(json) = json {
        command.arg("--json").arg(std::path::absolute(json)?);
    }
    let given = crate::environment(postgres::VARIABLE);
    if !ON_POSTGRES.contains(&name) || given.is_some() {
        return run::shown(&mut command);
    }
    let cluster = Cluster::start(&Machine::this(), Durability::Full)?;
    run::shown(command.env(postgres::VARIABLE, cluster.url()))
}

/// Where cargo put the program: beside the folder of this one. It is not started through `cargo run`, which would
/// choose features for one package alone and build half of the world again.
fn built(name: &str) -> Result<PathBuf> {
    let xtask = std::env::current_exe()?;
    let target = xtask
        .parent()
        .and_then(Path::parent)
        .context("this program stands in no folder of cargo")?;
    Ok(target.join("release").join(name))
}
