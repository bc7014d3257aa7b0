//! A real SMTP server, in a process of its own, that also fails as real ones do.
//!
//! What happens to a mail is said by the recipient's address, before any `+` and whatever the domain:
//!
//! | address | answer |
//! |---|---|
//! | `refuse@` | 550 5.1.1, there is nobody of that name |
//! | `plein@` | 452 4.2.2, mailbox full |
//! | `grise@` | 451 4.7.1 the first [`SmtpOptions::greylist_times`] times, then accepted |
//! | `coupe@` | accepted, then the connection is cut in the middle of the message |
//! | `lent@` | accepted after [`SmtpOptions::slow`] |
//! | `spam@` | 554 5.7.1 after the whole message |
//! | any other | accepted |
//!
//! A message of more than [`SmtpOptions::size_limit`] bytes gets 552.

mod certificate;
mod mail;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use tempfile::TempDir;

use self::certificate::Certificate;
pub use self::mail::ReceivedMail;
use crate::patience;
use crate::process::{Watched, find_program};

const SCRIPT: &str = include_str!("../../assets/smtp_server.py");

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tls {
    /// Not at all.
    #[default]
    None,
    /// By STARTTLS, without which no mail is taken.
    StartTls,
    /// From the first byte.
    Implicit,
}

/// How the server is set up.
#[derive(Debug, Clone)]
pub struct SmtpOptions {
    /// How the connection is protected.
    pub tls: Tls,
    /// The user and the password without which no mail is taken; `None` lets everyone in.
    pub auth: Option<(String, String)>,
    /// The largest message, in bytes.
    pub size_limit: usize,
    /// How often `grise@` is put off, by address.
    pub greylist_times: u32,
    /// How long `lent@` keeps the sender waiting.
    pub slow: Duration,
    /// The port, for a server that comes back where it was; `None` takes a free one.
    pub port: Option<u16>,
}

impl Default for SmtpOptions {
    fn default() -> Self {
        Self {
            tls: Tls::None,
            auth: None,
            size_limit: 1024 * 1024,
            greylist_times: 1,
            slow: Duration::from_secs(2),
            port: None,
        }
    }
}

/// An answer to a recipient.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Answer {
    /// The recipient's address.
    pub to: String,
    /// The answer, code and words.
    pub answer: String,
}

/// A running server; it ends when this is dropped, and its mails go with it.
#[derive(Debug)]
pub struct SmtpServer {
    port: u16,
    ca_pem: String,
    folder: TempDir,
    _process: Watched,
}

impl SmtpServer {
    /// Starts a server on 127.0.0.1 and returns when it listens.
    ///
    /// Panics with the Debian package to install when Python or aiosmtpd is missing.
    pub fn start(options: SmtpOptions) -> Self {
        Self::try_start(&options)
            .unwrap_or_else(|why| panic!("the SMTP server of the tests: {why}"))
    }

    fn try_start(options: &SmtpOptions) -> Result<Self, String> {
        const HELP: &str = "as root: apt-get install python3-aiosmtpd \
            (PREAU_TEST_PYTHON names another Python that has aiosmtpd)";
        #[derive(Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Said {
            Port(u16),
            Missing(String),
        }

        // Debian's own before any other on PATH, which would not see Debian's packages.
        let python = find_program("PREAU_TEST_PYTHON", &["/usr/bin/python3", "python3"])
            .ok_or_else(|| format!("there is no Python; {HELP}"))?;
        let folder = TempDir::new().map_err(|e| format!("no temporary folder: {e}"))?;
        let script = folder.path().join("smtp_server.py");
        fs::write(&script, SCRIPT).map_err(|e| format!("{}: {e}", script.display()))?;
        let certificate = Certificate::make(folder.path())
            .map_err(|e| format!("no certificate for the tests: {e}"))?;
        let settings = json!({
            "folder": folder.path(),
            "port": options.port.unwrap_or(0),
            "tls": match options.tls {
                Tls::None => "none",
                Tls::StartTls => "starttls",
                Tls::Implicit => "implicit",
            },
            "certificate": certificate.chain,
            "key": certificate.key,
            "user": options.auth.as_ref().map(|(user, _)| user),
            "password": options.auth.as_ref().map(|(_, password)| password),
            "size_limit": options.size_limit,
            "greylist_times": options.greylist_times,
            "slow_seconds": options.slow.as_secs_f64(),
        });
        let args = [
            "-W".into(),
            "ignore".into(),
            script.into_os_string(),
            settings.to_string().into(),
        ];
        let (process, said) = Watched::start(&python, args, &[], |line| {
            serde_json::from_str::<Said>(line).ok()
        })?;
        match said {
            Said::Port(port) => Ok(Self {
                port,
                ca_pem: certificate.ca_pem,
                folder,
                _process: process,
            }),
            Said::Missing(module) => Err(format!(
                "{} has no module {module}; {HELP}",
                python.display()
            )),
        }
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The authority that signed the server's certificate (for `localhost` and `127.0.0.1`), to be trusted by clients.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The messages accepted so far, in the order of their arrival.
    pub fn received(&self) -> Vec<ReceivedMail> {
        let read = |folder: &std::path::Path| -> Result<Vec<ReceivedMail>, std::io::Error> {
            let mut envelopes: Vec<PathBuf> = fs::read_dir(folder)?
                .filter_map(|entry| Some(entry.ok()?.path()))
                .filter(|path| path.extension().is_some_and(|ext| ext == "json"))
                .collect();
            envelopes.sort();
            envelopes
                .into_iter()
                .map(|path| {
                    let facts = serde_json::from_slice(&fs::read(&path)?)?;
                    Ok(ReceivedMail::new(
                        facts,
                        fs::read(path.with_extension("eml"))?,
                    ))
                })
                .collect()
        };
        read(self.folder.path()).unwrap_or_else(|e| panic!("cannot read the received mails: {e}"))
    }

    /// Waits until at least `count` messages have been accepted, and returns all of them.
    ///
    /// Panics after ten seconds, telling what there is and how recipients were answered.
    pub async fn wait_for(&self, count: usize) -> Vec<ReceivedMail> {
        let look = async || match self.received() {
            mails if mails.len() >= count => Ok(mails),
            _ => Err(()),
        };
        if let Ok(mails) = patience::until(look).await {
            return mails;
        }
        let mails: Vec<_> = self
            .received()
            .into_iter()
            .map(|m| (m.to, m.subject))
            .collect();
        panic!(
            "waited in vain for {count} mails; accepted: {mails:?}; answers: {:?}",
            self.answers()
        )
    }

    /// How recipients were answered so far, each attempt, in order.
    pub fn answers(&self) -> Vec<Answer> {
        let lines =
            fs::read_to_string(self.folder.path().join("answers.jsonl")).unwrap_or_default();
        lines
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }
}
