//! The style sheets and scripts under `crates/web/assets` are built from `crates/web/frontend` with
//! Node, and committed, so that nobody needs Node to build Préau. Beside them stands a list of the
//! hashes of every source and every output: who changes one and forgets the other is told.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest as _, Sha256};

use crate::run;
use crate::tools::{self, Machine};

/// Sources, under `crates/web`.
const SOURCES: &str = "frontend";
/// What `npm run build`, run in the sources, writes beside them (`../assets`).
const OUTPUTS: &str = "assets";
/// The list: lines of `sha256sum`, with paths from `crates/web`.
const LIST: &str = "assets/SOURCES.sha256";
/// What npm fetched is no source.
const FETCHED: &str = "node_modules";
/// What npm says when the registry is out of reach, as opposed to a fault of ours.
const OUT_OF_REACH: &[&str] = &[
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "ENETUNREACH",
    "ERR_SOCKET_TIMEOUT",
];

/// Hashes by path; a path is relative to the folder that was listed and has `/` between its parts.
pub type Hashes = BTreeMap<String, String>;

/// The folder that holds the sources and the outputs.
pub fn folder() -> PathBuf {
    crate::root().join("crates/web")
}

/// `cargo xtask assets`: builds from the sources, replaces the outputs, writes the list.
pub fn rebuild() -> Result<()> {
    let machine = Machine::this();
    let web = folder();
    let built = match build(&machine, &web)? {
        Build::Done(built) => built,
        Build::OutOfReach(complaint) => bail!("the npm registry is out of reach:\n{complaint}"),
    };
    let outputs = web.join(OUTPUTS);
    if outputs.exists() {
        fs::remove_dir_all(&outputs).context("cannot replace the outputs")?;
    }
    copy(&built.path().join(OUTPUTS), &outputs)?;
    let list = current(&web)?;
    fs::write(web.join(LIST), written(&list)).context("cannot write the list of hashes")?;
    run::say(&format!(
        "{} sources and outputs listed in crates/web/{LIST}",
        list.len()
    ));
    Ok(())
}

/// The step `assets`: the hashes, then a full rebuild compared byte by byte where Node is present.
pub fn step() -> Result<()> {
    crate::deps::report(
        "hashes (`cargo xtask assets` builds again)",
        &complaints(&folder())?,
    )?;
    let machine = Machine::this();
    if machine.find(&["npm"]).is_none() {
        run::say("hashes are as recorded; Node is not installed, so no rebuild was compared");
        return Ok(());
    }
    match build(&machine, &folder())? {
        Build::OutOfReach(_) => {
            run::say(
                "hashes are as recorded; the npm registry is out of reach, so NO REBUILD WAS COMPARED",
            );
        }
        Build::Done(built) => {
            let committed = hashes(&folder().join(OUTPUTS))?;
            let rebuilt = hashes(&built.path().join(OUTPUTS))?;
            let listed = LIST.trim_start_matches("assets/");
            let committed = committed
                .into_iter()
                .filter(|(name, _)| name != listed)
                .collect();
            crate::deps::report("a rebuild differs", &differences(&committed, &rebuilt))?;
            run::say("hashes are as recorded, and a full rebuild is the same byte by byte");
        }
    }
    Ok(())
}

/// What differs from the list; empty when all is well. `web` is [`folder`], or a copy of it.
pub fn complaints(web: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(web.join(LIST))
        .with_context(|| format!("no {LIST}: run `cargo xtask assets`"))?;
    let recorded = text
        .lines()
        .map(|line| {
            let (hash, name) = line
                .split_once("  ")
                .with_context(|| format!("{LIST}: {line}"))?;
            Ok((name.to_owned(), hash.to_owned()))
        })
        .collect::<Result<Hashes>>()?;
    Ok(differences(&recorded, &current(web)?))
}

/// The hashes of all sources and outputs as they are now, by path from `web`.
pub fn current(web: &Path) -> Result<Hashes> {
    let mut list = Hashes::new();
    for part in [SOURCES, OUTPUTS] {
        let hashes = hashes(&web.join(part))?;
        list.extend(
            hashes
                .into_iter()
                .map(|(name, hash)| (format!("{part}/{name}"), hash)),
        );
    }
    list.remove(LIST);
    Ok(list)
}

/// The list as it stands in its file; `sha256sum -c` reads it too.
pub fn written(list: &Hashes) -> String {
    list.iter()
        .flat_map(|(name, hash)| [hash, "  ", name, "\n"])
        .collect()
}

fn differences(wanted: &Hashes, found: &Hashes) -> Vec<String> {
    let missing = wanted
        .iter()
        .filter_map(|(name, hash)| match found.get(name) {
            None => Some(format!("{name} is missing")),
            Some(other) if other != hash => Some(format!("{name} was changed")),
            Some(_) => None,
        });
    let new = found.keys().filter(|name| !wanted.contains_key(*name));
    missing
        .chain(new.map(|name| format!("{name} is new")))
        .collect()
}

enum Build {
    /// The folder that holds sources and outputs.
    Done(tempfile::TempDir),
    /// npm could not fetch; what it said.
    OutOfReach(String),
}

/// Builds in a temporary copy, from the packages of the lock file.
fn build(machine: &Machine, web: &Path) -> Result<Build> {
    let why =
        "the style sheets are built with Node 20 or newer (Debian: apt-get install nodejs npm)";
    let npm = tools::require(machine, "npm", why)?;
    let copied = tempfile::Builder::new().prefix("preau-assets-").tempdir()?;
    let sources = copied.path().join(SOURCES);
    copy(&web.join(SOURCES), &sources)?;
    fs::create_dir(copied.path().join(OUTPUTS))?;
    let npm_in = |arguments: &[&str]| {
        let mut command = Command::new(&npm);
        command.args(arguments).current_dir(&sources);
        command
    };
    let fetch = [
        "ci",
        "--no-audit",
        "--no-fund",
        // One more try after a second; npm's own patience with a missing network is over a minute.
        "--fetch-retries=1",
        "--fetch-retry-mintimeout=1000",
    ];
    if let Err(error) = run::output(&mut npm_in(&fetch)) {
        let complaint = format!("{error:#}");
        if OUT_OF_REACH.iter().any(|code| complaint.contains(code)) {
            return Ok(Build::OutOfReach(complaint));
        }
        return Err(error);
    }
    run::shown(&mut npm_in(&["run", "build"]))?;
    Ok(Build::Done(copied))
}

fn hashes(folder: &Path) -> Result<Hashes> {
    let mut list = Hashes::new();
    for name in files(folder)? {
        let bytes = fs::read(folder.join(&name)).with_context(|| format!("cannot read {name}"))?;
        let hash = Sha256::digest(&bytes);
        list.insert(name, crate::hexadecimal(&hash));
    }
    Ok(list)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for name in files(from)? {
        let target = to.join(&name);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::copy(from.join(&name), &target).with_context(|| format!("cannot copy {name}"))?;
    }
    Ok(())
}

/// All files below a folder, by their path from there, without what npm fetched.
fn files(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut next = vec![String::new()];
    while let Some(below) = next.pop() {
        let here = folder.join(&below);
        let entries =
            fs::read_dir(&here).with_context(|| format!("cannot list {}", here.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if below.is_empty() {
                name.clone()
            } else {
                format!("{below}/{name}")
            };
            if !entry.path().is_dir() {
                found.push(path);
            } else if name != FETCHED {
                next.push(path);
            }
        }
    }
    Ok(found)
}
