//! The programs that the tests need beside Rust: PostgreSQL, Chromium with its driver, and a Python
//! that knows aiosmtpd (the SMTP server that mail is really sent to). Found where they are; else
//! installed from Debian's packages by root or a sudo that asks nothing; else the error says exactly
//! what to type. nextest is used where it is found.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};

use crate::run;

/// The oldest PostgreSQL that Préau supports.
const OLDEST_POSTGRES: u32 = 15;

/// What a program needs, in the words of Debian.
#[derive(Debug)]
pub struct Need {
    /// What it is, for a reader.
    pub what: &'static str,
    /// The packages that bring it.
    pub packages: &'static [&'static str],
}

/// PostgreSQL's server programs.
pub const POSTGRES: Need = Need {
    what: "PostgreSQL 15 or newer (initdb, postgres)",
    packages: &["postgresql"],
};
/// The browser and the program that drives it.
pub const CHROMIUM: Need = Need {
    what: "Chromium and chromedriver",
    packages: &["chromium", "chromium-driver"],
};
/// The SMTP server that the mail tests talk to.
pub const SMTP: Need = Need {
    what: "Python 3 with aiosmtpd",
    packages: &["python3-aiosmtpd"],
};

/// A browser and its driver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browser {
    /// Chromium or Chrome.
    pub chromium: PathBuf,
    /// The chromedriver of the same version.
    pub chromedriver: PathBuf,
}

/// Where this program looks, and what it may do there.
#[derive(Debug, Clone)]
pub struct Machine {
    /// The folders of PATH.
    pub path: Vec<PathBuf>,
    /// Where Debian keeps its PostgreSQL versions: `<here>/15/bin/initdb`.
    pub postgres_versions: PathBuf,
    /// The user is root.
    pub root: bool,
}

impl Machine {
    /// The machine that this program runs on.
    pub fn this() -> Self {
        let path = crate::environment("PATH").unwrap_or_default();
        Self {
            path: std::env::split_paths(&path).collect(),
            postgres_versions: PathBuf::from("/usr/lib/postgresql"),
            root: run::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0"),
        }
    }

    /// The first of these programs that is in PATH.
    pub fn find(&self, names: &[&str]) -> Option<PathBuf> {
        names
            .iter()
            .flat_map(|name| self.path.iter().map(move |folder| folder.join(name)))
            .find(|program| program.is_file())
    }

    /// The folder of the newest PostgreSQL's programs, when it is new enough.
    pub fn find_postgres(&self) -> Option<PathBuf> {
        let from_path = self
            .find(&["initdb"])
            .and_then(|initdb| Some(initdb.parent()?.to_owned()));
        let from_config = self.find(&["pg_config"]).and_then(|config| {
            let folder = run::output(Command::new(config).arg("--bindir")).ok()?;
            Some(PathBuf::from(folder.trim()))
        });
        let debian = std::fs::read_dir(&self.postgres_versions)
            .into_iter()
            .flatten()
            .filter_map(|version| Some(version.ok()?.path().join("bin")));
        from_path
            .into_iter()
            .chain(from_config)
            .chain(debian)
            .filter_map(|bin| Some((postgres_version(&bin)?, bin)))
            .filter(|(version, _)| *version >= OLDEST_POSTGRES)
            .max()
            .map(|(_, bin)| bin)
    }

    /// Chromium and its driver, when both are there.
    pub fn find_browser(&self) -> Option<Browser> {
        Some(Browser {
            chromium: self.find(&[
                "chromium",
                "chromium-browser",
                "google-chrome",
                "google-chrome-stable",
            ])?,
            chromedriver: self.find(&["chromedriver"])?,
        })
    }

    /// The Python that has aiosmtpd: Debian's own first, since its packages serve that one.
    pub fn find_smtp(&self) -> Option<PathBuf> {
        let debian = self
            .find(&["python3"])
            .map(|_| PathBuf::from("/usr/bin/python3"));
        debian
            .into_iter()
            .chain(self.find(&["python3"]))
            .find(|python| {
                run::output(Command::new(python).args(["-c", "import aiosmtpd"])).is_ok()
            })
    }

    /// What is found, else installed, else an error that says what to type.
    pub fn provide<T>(&self, need: &Need, find: impl Fn(&Self) -> Option<T>) -> Result<T> {
        if let Some(found) = find(self) {
            return Ok(found);
        }
        let installer = self
            .installer()
            .with_context(|| self.how_to_install(need))?;
        run::say(&format!(
            "{} not found: installing {} (Debian)",
            need.what,
            need.packages.join(" ")
        ));
        install(&installer, need.packages).with_context(|| self.how_to_install(need))?;
        find(self).with_context(|| format!("{} not found, even after it was installed", need.what))
    }

    /// The words before `sh -c` that make a shell of root: none for root, `sudo -n` where it asks
    /// for no password.
    fn installer(&self) -> Result<Vec<PathBuf>> {
        self.find(&["apt-get"])
            .context("this is no Debian: there is no apt-get")?;
        if self.root {
            return Ok(Vec::new());
        }
        let sudo = self
            .find(&["sudo"])
            .context("not root, and there is no sudo")?;
        run::output(Command::new(&sudo).args(["-n", "true"]))
            .context("not root, and sudo would ask for a password")?;
        Ok(vec![sudo, PathBuf::from("-n")])
    }

    fn how_to_install(&self, need: &Need) -> String {
        let packages = need.packages.join(" ");
        let sudo = if self.root { "" } else { "sudo " };
        if self.find(&["apt-get"]).is_some() {
            format!(
                "missing: {}; install with: {sudo}apt-get install {packages}",
                need.what
            )
        } else {
            format!("missing: {} (Debian's packages: {packages})", need.what)
        }
    }
}

/// Whether `cargo nextest` can be used.
pub fn has_nextest() -> bool {
    run::output(Command::new("cargo").args(["nextest", "--version"])).is_ok()
}

/// The major version of the PostgreSQL in this folder, when it is complete.
fn postgres_version(bin: &Path) -> Option<u32> {
    if !bin.join("initdb").is_file() {
        return None;
    }
    let version = run::output(Command::new(bin.join("postgres")).arg("--version")).ok()?;
    major_version(&version)
}

/// `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)` is 15; `17beta2` is 17.
fn major_version(line: &str) -> Option<u32> {
    let (_, version) = line.split_once("(PostgreSQL) ")?;
    let end = version.find(|character: char| !character.is_ascii_digit());
    version[..end.unwrap_or(version.len())].parse().ok()
}

/// Installs without questions. A temporary policy keeps the packages from starting services, and
/// another keeps PostgreSQL's from creating a cluster: this machine's owner asked for tests only.
const INSTALL: &str = r#"
set -eu
policy=/usr/sbin/policy-rc.d
clusters=/etc/postgresql-common/createcluster.d
made=""
trap 'rm -f $made; rmdir "$clusters" 2>/dev/null || true' EXIT
if [ ! -e "$policy" ]; then
    made="$made $policy"
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
fi
if [ ! -e "$clusters/preau.conf" ]; then
    mkdir -p "$clusters"
    made="$made $clusters/preau.conf"
    echo 'create_main_cluster = false' > "$clusters/preau.conf"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get install --yes --no-install-recommends "$@"
"#;

fn install(as_root: &[PathBuf], packages: &[&str]) -> Result<()> {
    static UPDATED: AtomicBool = AtomicBool::new(false);
    if !UPDATED.swap(true, Ordering::SeqCst) {
        run::shown(command_as(as_root, "apt-get").arg("update"))
            .context("cannot fetch the list of packages")?;
    }
    run::shown(
        command_as(as_root, "sh")
            .args(["-c", INSTALL, "install"])
            .args(packages),
    )
}

fn command_as(as_root: &[PathBuf], program: &str) -> Command {
    let mut words = as_root
        .iter()
        .map(PathBuf::as_path)
        .chain([Path::new(program)]);
    let mut command = Command::new(words.next().unwrap_or_else(|| Path::new(program)));
    command.args(words);
    command
}

/// The error for a program that is used only where it is found, by its name.
pub fn require(machine: &Machine, program: &str, why: &str) -> Result<PathBuf> {
    match machine.find(&[program]) {
        Some(path) => Ok(path),
        None => bail!("{program} is missing: {why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_postgres_prints_them() {
        for (line, version) in [
            (
                "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n",
                Some(15),
            ),
            ("postgres (PostgreSQL) 9.6.24", Some(9)),
            ("postgres (PostgreSQL) 18beta1", Some(18)),
            ("postgres (PostgreSQL) 17", Some(17)),
            ("sh: not found", None),
        ] {
            assert_eq!(major_version(line), version, "{line}");
        }
    }
}
