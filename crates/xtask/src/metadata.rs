//! The part of `cargo metadata` that the checks read.

use std::collections::{HashMap, HashSet};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::run;

/// All packages of the build, and who depends on whom.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    /// Ours and those of others.
    pub packages: Vec<Package>,
    /// Ids of our own crates.
    pub workspace_members: HashSet<String>,
    /// The dependencies as resolved.
    pub resolve: Resolve,
}

/// A package, as its author describes it.
#[derive(Debug, Deserialize)]
pub struct Package {
    /// Unique in the build.
    pub id: String,
    /// The crate's name.
    pub name: String,
    /// As in its manifest.
    pub version: String,
    /// An SPDX expression, when it has one.
    pub license: Option<String>,
    /// Where it comes from; `None` for a path of this workspace.
    pub source: Option<String>,
    /// What it declares.
    pub dependencies: Vec<Dependency>,
    /// What it builds.
    pub targets: Vec<Target>,
}

/// A dependency as declared.
#[derive(Debug, Deserialize)]
pub struct Dependency {
    /// The crate's name.
    pub name: String,
    /// `None` for a normal one, else `dev` or `build`.
    pub kind: Option<String>,
}

/// A library, program, test or benchmark of a package.
#[derive(Debug, Deserialize)]
pub struct Target {
    /// As in `cargo test --test NAME`.
    pub name: String,
    /// `lib`, `bin`, `test` …
    pub kind: Vec<String>,
}

/// The graph.
#[derive(Debug, Deserialize)]
pub struct Resolve {
    /// One a package.
    pub nodes: Vec<Node>,
}

/// A package and what it depends on.
#[derive(Debug, Deserialize)]
pub struct Node {
    /// The package.
    pub id: String,
    /// Its dependencies.
    pub deps: Vec<Arrow>,
}

/// From a package to one that it depends on.
#[derive(Debug, Deserialize)]
pub struct Arrow {
    /// The package depended on.
    pub pkg: String,
    /// As which kinds.
    pub dep_kinds: Vec<Kind>,
}

/// Normal (`None`), `dev` or `build`.
#[derive(Debug, Deserialize)]
pub struct Kind {
    /// As in [`Dependency::kind`].
    pub kind: Option<String>,
}

impl Metadata {
    /// Asks cargo, for these platforms, with all features. `Cargo.lock` must be up to date.
    pub fn read(platforms: &[String]) -> Result<Self> {
        let mut command = Command::new("cargo");
        command
            .args([
                "metadata",
                "--locked",
                "--all-features",
                "--format-version=1",
            ])
            .current_dir(crate::root());
        for platform in platforms {
            command.args(["--filter-platform", platform]);
        }
        let json = run::output(&mut command)?;
        serde_json::from_str(&json).context("cargo metadata prints something unexpected")
    }

    /// Our own crates.
    pub fn ours(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| self.workspace_members.contains(&package.id))
    }

    /// The names of everything that is built into a crate, itself included, tests excluded.
    pub fn built_into(&self, name: &str) -> HashSet<&str> {
        let names: HashMap<&str, &str> = self
            .packages
            .iter()
            .map(|package| (package.id.as_str(), package.name.as_str()))
            .collect();
        let nodes: HashMap<&str, &Node> = self
            .resolve
            .nodes
            .iter()
            .map(|node| (node.id.as_str(), node))
            .collect();
        let mut seen = HashSet::new();
        let mut next: Vec<&str> = self
            .ours()
            .filter(|package| package.name == name)
            .map(|package| package.id.as_str())
            .collect();
        while let Some(id) = next.pop() {
            if !seen.insert(id) {
                continue;
            }
            let arrows = nodes.get(id).into_iter().flat_map(|node| &node.deps);
            next.extend(
                arrows
                    .filter(|arrow| arrow.is_built_in())
                    .map(|arrow| arrow.pkg.as_str()),
            );
        }
        seen.iter()
            .filter_map(|id| names.get(id).copied())
            .collect()
    }
}

impl Arrow {
    fn is_built_in(&self) -> bool {
        self.dep_kinds
            .iter()
            .any(|kind| kind.kind.as_deref() != Some("dev"))
    }
}
