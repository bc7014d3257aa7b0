//! An installation of the test's own, and what its host types.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "the tests wait for a process of their own to be ready"
)]
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// An installation's folder with its configuration.
pub(crate) struct Host {
    pub(crate) folder: TempDir,
    pub(crate) port: u16,
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// The program, without the settings of who runs the tests: a host's environment is the host's.
pub(crate) fn preau() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_preau"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PREAU_") {
            command.env_remove(name);
        }
    }
    command
}

impl Host {
    pub(crate) fn new() -> Self {
        let host = Self {
            folder: TempDir::new().unwrap(),
            port: free_port(),
        };
        host.configure("");
        host
    }

    pub(crate) fn configure(&self, more: &str) {
        let root = self.folder.path().display();
        let port = self.port;
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:{port}\"\npublic_url = \"http://localhost:{port}\"\n\
             [data]\nfolder = \"{root}/data\"\n\
             [mail]\ntransport = \"files\"\nfrom = \"nepasrepondre@exemple.fr\"\nfolder = \"{root}/mails\"\n{more}"
        );
        std::fs::write(self.folder.path().join("preau.toml"), text).unwrap();
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = preau();
        command
            .arg("--config")
            .arg(self.folder.path().join("preau.toml"))
            .args(words)
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn types(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    pub(crate) fn succeeds(&self, words: &[&str]) -> String {
        let output = self.types(words);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {errors}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub(crate) fn fails(&self, words: &[&str]) -> String {
        said(&self.types(words))
    }

    pub(crate) fn serve(&self) -> Serving {
        let serving = Serving::start(&mut self.command(&["serve"]));
        until(|| get(self.port, "/").is_some());
        serving
    }
}

/// What a command that failed cleanly said.
pub(crate) fn said(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "it did not fail cleanly");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A process that serves, ended with the test.
pub(crate) struct Serving(Child);

impl Serving {
    pub(crate) fn start(command: &mut Command) -> Self {
        let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
        Self(quiet.spawn().unwrap())
    }

    /// SIGTERM, as a service manager sends it.
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        let pid = self.0.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        self.0.wait().unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) fn until(mut ready: impl FnMut() -> bool) {
    let start = Instant::now();
    while !ready() {
        assert!(start.elapsed() < Duration::from_secs(90), "waited in vain");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Head and body of a page.
pub(crate) fn get(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut text = Vec::new();
    stream.read_to_end(&mut text).ok()?;
    (!text.is_empty()).then(|| String::from_utf8_lossy(&text).into_owned())
}

/// Overwrites the first commune's database with something else.
pub(crate) fn damage(folder: &Path) {
    let other = b"not a database, but long enough to be taken for one at first sight ".repeat(20);
    std::fs::write(find(folder, "commune.sqlite"), other).unwrap();
}

fn find(folder: &Path, name: &str) -> PathBuf {
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|n| n == name) {
                return path;
            }
        }
    }
    panic!("no {name} in {}", folder.display());
}
