//! What is found on a machine, and what is said to somebody whose machine lacks it.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::TempDir;
use xtask::tools::{self, Machine};

/// A machine whose programs are shell scripts in one folder.
struct Pretend {
    folder: TempDir,
}

impl Pretend {
    fn with(programs: &[&str]) -> Self {
        let pretend = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        for program in programs {
            pretend.program(&format!("bin/{program}"), "exit 1");
        }
        pretend
    }

    fn program(&self, path: &str, does: &str) {
        let file = self.folder.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, format!("#!/bin/sh\n{does}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn postgres(&self, version: &str) {
        self.program(&format!("postgresql/{version}/bin/initdb"), "exit 0");
        let line = format!("echo 'postgres (PostgreSQL) {version}.3 (Debian)'");
        self.program(&format!("postgresql/{version}/bin/postgres"), &line);
    }

    fn machine(&self, root: bool) -> Machine {
        Machine {
            path: vec![self.folder.path().join("bin")],
            postgres_versions: self.folder.path().join("postgresql"),
            root,
        }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }
}

fn found_bin(machine: &Machine) -> Option<String> {
    let bin = machine.find_postgres()?;
    Some(
        bin.parent()
            .and_then(Path::file_name)?
            .to_string_lossy()
            .into_owned(),
    )
}

#[test]
fn the_newest_postgresql_is_taken_and_an_old_one_is_not() {
    let pretend = Pretend::with(&[]);
    assert_eq!(found_bin(&pretend.machine(false)), None);
    pretend.postgres("13");
    assert_eq!(found_bin(&pretend.machine(false)), None);
    pretend.postgres("15");
    pretend.postgres("17");
    assert_eq!(found_bin(&pretend.machine(false)).unwrap(), "17");
}

#[test]
fn a_browser_is_found_with_its_driver_or_not_at_all() {
    assert_eq!(
        Pretend::with(&["chromium"]).machine(false).find_browser(),
        None
    );
    let pretend = Pretend::with(&["google-chrome", "chromedriver"]);
    let browser = pretend.machine(false).find_browser().unwrap();
    assert_eq!(browser.chromium, pretend.path("bin/google-chrome"));
    assert_eq!(browser.chromedriver, pretend.path("bin/chromedriver"));
}

#[test]
fn who_may_not_install_is_told_what_to_type() {
    let nothing = |_: &Machine| None::<()>;
    for (programs, need, told) in [
        (
            &["apt-get"][..],
            &tools::POSTGRES,
            "missing: PostgreSQL 15 or newer (initdb, postgres); install with: \
             sudo apt-get install postgresql: not root, and there is no sudo",
        ),
        (
            // This sudo asks for a password.
            &["apt-get", "sudo"],
            &tools::CHROMIUM,
            "missing: Chromium and chromedriver; install with: \
             sudo apt-get install chromium chromium-driver: not root, and sudo would ask for a password",
        ),
        (
            &[],
            &tools::SMTP,
            "missing: Python 3 with aiosmtpd (Debian's packages: python3-aiosmtpd): \
             this is no Debian: there is no apt-get",
        ),
    ] {
        let error = Pretend::with(programs)
            .machine(false)
            .provide(need, nothing)
            .unwrap_err();
        let said = format!("{error:#}");
        assert!(said.starts_with(told), "{said}");
    }
}

#[test]
fn what_is_there_is_not_installed() {
    let pretend = Pretend::with(&["apt-get"]);
    pretend.program("bin/apt-get", "touch \"$(dirname \"$0\")/called\"");
    let found = pretend
        .machine(true)
        .provide(&tools::CHROMIUM, |_| Some("here"))
        .unwrap();
    assert_eq!(found, "here");
    assert!(!pretend.path("bin/called").exists());
}
