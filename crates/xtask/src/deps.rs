//! Licences, banned crates and sources, by the rules of `deny.toml`. cargo-deny does it where it is
//! installed (it also reads licence texts); else this does, so that the check always runs: of the
//! same file it reads what stands in [`Rules`], and refuses keys that it does not know.

use std::collections::{BTreeSet, HashMap};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use spdx::{Expression, Licensee, ParseMode};

use crate::metadata::{Metadata, Package};
use crate::{arrows, run, words};

/// `deny.toml`, as far as we use it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// What is built.
    pub graph: Graph,
    /// Which licences may enter.
    pub licenses: Licences,
    /// Which crates may not.
    pub bans: Bans,
    /// From where.
    pub sources: Sources,
}

/// What is built.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Graph {
    /// The platforms that count.
    pub targets: Vec<String>,
    /// Always true: an optional dependency is looked at too.
    pub all_features: bool,
}

/// Which licences may enter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Licences {
    /// SPDX identifiers, some WITH an exception.
    pub allow: Vec<String>,
    /// More, for a single crate.
    pub exceptions: Vec<Exception>,
}

/// Licences that are allowed for one crate.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Its name.
    #[serde(rename = "crate")]
    pub name: String,
    /// SPDX identifiers.
    pub allow: Vec<String>,
}

/// Which crates may not enter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Bans {
    /// `allow`: only those that say so must be single.
    pub multiple_versions: String,
    /// `allow`: our own crates name each other without a version.
    pub wildcards: String,
    /// Each with its reason.
    pub deny: Vec<Ban>,
}

/// A crate that is refused, altogether or in two versions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ban {
    /// Its name.
    #[serde(rename = "crate")]
    pub name: String,
    /// Who may use it all the same.
    #[serde(default)]
    pub wrappers: Vec<String>,
    /// It may enter, but only in one version.
    #[serde(default)]
    pub deny_multiple_versions: bool,
    /// Why.
    pub reason: String,
}

/// From where.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Sources {
    /// `deny`: the public registry only.
    pub unknown_registry: String,
    /// `deny`: no git dependency.
    pub unknown_git: String,
}

/// The public registry, as cargo writes it whatever mirror it fetches from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The step `deps`: licences, bans and sources, then the arrows and the words of our own crates.
pub fn step() -> Result<()> {
    let rules = Rules::read()?;
    let metadata = Metadata::read(&rules.graph.targets)?;
    if run::output(Command::new("cargo").args(["deny", "--version"])).is_ok() {
        run::shown(
            Command::new("cargo")
                .args(["deny", "--locked", "check", "licenses", "bans", "sources"])
                .current_dir(crate::root()),
        )?;
    } else {
        report("licences, bans and sources", &rules.check(&metadata)?)?;
        run::say(&format!(
            "{} packages checked by deny.toml (cargo-deny is not installed; this check reads what \
             packages say of their licence, not its text)",
            metadata.packages.len()
        ));
    }
    report("arrows between our crates", &arrows::check(&metadata))?;
    report("words", &words::complaints()?)
}

/// An error that lists the complaints, when there are any.
pub fn report(of: &str, complaints: &[String]) -> Result<()> {
    if complaints.is_empty() {
        return Ok(());
    }
    bail!("{of}:\n  {}", complaints.join("\n  "))
}

impl Rules {
    /// Reads `deny.toml` of this workspace.
    pub fn read() -> Result<Self> {
        let file = crate::root().join("deny.toml");
        let text = std::fs::read_to_string(&file).context("cannot read deny.toml")?;
        Self::parse(&text)
    }

    /// Reads the text of a `deny.toml`; what this check would silently leave out is an error.
    pub fn parse(text: &str) -> Result<Self> {
        let rules: Self = toml::from_str(text)
            .context("deny.toml says something that this check does not know: extend deps.rs, or install cargo-deny")?;
        for (key, value, only) in [
            (
                "bans.multiple-versions",
                &rules.bans.multiple_versions,
                "allow",
            ),
            ("bans.wildcards", &rules.bans.wildcards, "allow"),
            (
                "sources.unknown-registry",
                &rules.sources.unknown_registry,
                "deny",
            ),
            ("sources.unknown-git", &rules.sources.unknown_git, "deny"),
        ] {
            if value != only {
                bail!("deny.toml: {key} = \"{value}\" is not known to this check, only \"{only}\"");
            }
        }
        if !rules.graph.all_features {
            bail!("deny.toml: graph.all-features must be true");
        }
        Ok(rules)
    }

    /// What stands against these rules; empty when all is well.
    pub fn check(&self, metadata: &Metadata) -> Result<Vec<String>> {
        let mut complaints = Vec::new();
        for package in &metadata.packages {
            complaints.extend(self.licence(package)?);
            complaints.extend(Self::source(package));
        }
        for ban in &self.bans.deny {
            complaints.extend(ban.check(metadata));
        }
        Ok(complaints)
    }

    fn licence(&self, package: &Package) -> Result<Option<String>> {
        let name = format!("{} {}", package.name, package.version);
        let Some(licence) = &package.license else {
            return Ok(Some(format!("{name} names no licence")));
        };
        let Ok(expression) = Expression::parse_mode(licence, ParseMode::LAX) else {
            return Ok(Some(format!("{name}: \"{licence}\" is no SPDX expression")));
        };
        let exceptions = self.licenses.exceptions.iter();
        let allowed = exceptions
            .filter(|exception| exception.name == package.name)
            .flat_map(|exception| &exception.allow)
            .chain(&self.licenses.allow)
            .map(|allowed| {
                Licensee::parse(allowed)
                    .map_err(|_| anyhow::anyhow!("deny.toml: no SPDX licence: {allowed}"))
            })
            .collect::<Result<Vec<_>>>()?;
        let good = expression.evaluate(|wanted| allowed.iter().any(|ours| ours.satisfies(wanted)));
        Ok((!good).then(|| format!("{name}: licence {licence} is not allowed")))
    }

    fn source(package: &Package) -> Option<String> {
        match package.source.as_deref() {
            None | Some(REGISTRY) => None,
            Some(source) => Some(format!(
                "{} {} comes from {source}",
                package.name, package.version
            )),
        }
    }
}

impl Ban {
    fn check(&self, metadata: &Metadata) -> Vec<String> {
        let found: HashMap<&str, &Package> = metadata
            .packages
            .iter()
            .filter(|package| package.name == self.name)
            .map(|package| (package.id.as_str(), package))
            .collect();
        if self.deny_multiple_versions {
            let versions: BTreeSet<&str> = found
                .values()
                .map(|package| package.version.as_str())
                .collect();
            if versions.len() < 2 {
                return Vec::new();
            }
            let versions = versions.into_iter().collect::<Vec<_>>().join(", ");
            return vec![format!(
                "{} in versions {versions}: {}",
                self.name, self.reason
            )];
        }
        let users: BTreeSet<&str> = metadata
            .resolve
            .nodes
            .iter()
            .filter(|node| {
                node.deps
                    .iter()
                    .any(|arrow| found.contains_key(arrow.pkg.as_str()))
            })
            .filter_map(|node| {
                metadata
                    .packages
                    .iter()
                    .find(|package| package.id == node.id)
            })
            .map(|package| package.name.as_str())
            .filter(|user| !self.wrappers.iter().any(|wrapper| wrapper == user))
            .collect();
        users
            .into_iter()
            .map(|user| format!("{user} uses {}: {}", self.name, self.reason))
            .collect()
    }
}
