//! The `[mail]` section of the configuration.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::letter::address;

/// Which transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// To a mail server.
    Smtp,
    /// Into a folder.
    Files,
    /// Into memory: mails are lost when the process ends.
    Memory,
}

/// How what we say to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// In clear: only for a relay on the same machine or network, without a password.
    None,
    /// In clear until STARTTLS, which is then required: we never go on in clear.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Tls,
}

impl Security {
    fn usual_port(self) -> u16 {
        match self {
            Self::None => 25,
            Self::Starttls => 587,
            Self::Tls => 465,
        }
    }
}

/// A text that never shows in a log or an error.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the one who needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The `[mail]` section. Only `transport` and `from` are always needed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    /// `smtp`, `files` or `memory`.
    pub transport: Kind,
    /// The no-reply address that all mails come from.
    pub from: String,
    /// The mail server's name.
    pub host: Option<String>,
    /// Its port: 587, or 465 for `tls`, or 25 for `none` when not given.
    pub port: Option<u16>,
    /// `starttls` (when not given), `tls` or `none`.
    #[serde(default)]
    pub security: Security,
    /// User name on the mail server.
    pub username: Option<String>,
    /// Password on the mail server.
    pub password: Option<Secret>,
    /// A file that holds nothing but the password, instead of `password`.
    pub password_file: Option<PathBuf>,
    /// How long one answer of the server may take.
    #[serde(default = "default_timeout")]
    pub timeout_seconds: u64,
    /// A PEM file with further authorities to trust, for a server with a private certificate.
    pub ca_file: Option<PathBuf>,
    /// The name we give in EHLO; when not given, the domain of `from`.
    pub hello_name: Option<String>,
    /// The folder for `files`.
    pub folder: Option<PathBuf>,
}

fn default_timeout() -> u64 {
    30
}

/// A setting that is wrong, with its key and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key} : {message}")]
pub struct SettingsError {
    /// The key as written in the file, `mail.host`.
    pub key: &'static str,
    /// In French, for the person who runs the server.
    pub message: String,
}

impl SettingsError {
    pub(super) fn new(key: &'static str, message: impl Into<String>) -> Self {
        Self {
            key,
            message: message.into(),
        }
    }
}

impl MailSettings {
    /// Mails as `.eml` files in `folder`.
    pub fn files(from: impl Into<String>, folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: Some(folder.into()),
            ..Self::of(Kind::Files, from)
        }
    }

    /// Mails kept in memory.
    pub fn memory(from: impl Into<String>) -> Self {
        Self::of(Kind::Memory, from)
    }

    /// Mails by SMTP to `host`, to be completed.
    pub fn smtp(from: impl Into<String>, host: impl Into<String>) -> Self {
        Self {
            host: Some(host.into()),
            ..Self::of(Kind::Smtp, from)
        }
    }

    fn of(transport: Kind, from: impl Into<String>) -> Self {
        Self {
            transport,
            from: from.into(),
            host: None,
            port: None,
            security: Security::default(),
            username: None,
            password: None,
            password_file: None,
            timeout_seconds: default_timeout(),
            ca_file: None,
            hello_name: None,
            folder: None,
        }
    }

    /// Checks the settings against each other, without reading a file or opening a connection.
    ///
    /// # Errors
    /// All that is wrong, not only the first.
    pub fn validate(&self) -> Result<(), Vec<SettingsError>> {
        let mut errors = Vec::new();
        if address(&self.from).is_err() {
            errors.push(SettingsError::new(
                "mail.from",
                format!("« {} » n’est pas une adresse de mail", self.from),
            ));
        }
        match self.transport {
            Kind::Smtp => self.validate_smtp(&mut errors),
            Kind::Files if self.folder.is_none() => errors.push(SettingsError::new(
                "mail.folder",
                "indiquez le dossier où écrire les mails (transport = \"files\")",
            )),
            Kind::Files | Kind::Memory => {}
        }
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors)
        }
    }

    fn validate_smtp(&self, errors: &mut Vec<SettingsError>) {
        let mut wrong = |key, message: &str| errors.push(SettingsError::new(key, message));
        match self.host.as_deref() {
            None | Some("") => wrong("mail.host", "indiquez le nom du serveur de mail"),
            Some(host) if !is_host(host) => {
                wrong(
                    "mail.host",
                    "donnez un nom ou une adresse IP seuls, sans « smtp:// » ni port",
                );
            }
            Some(_) => {}
        }
        if self.port == Some(0) {
            wrong("mail.port", "le port va de 1 à 65535");
        }
        if !(1..=600).contains(&self.timeout_seconds) {
            wrong(
                "mail.timeout_seconds",
                "donnez une durée de 1 à 600 secondes",
            );
        }
        if self
            .hello_name
            .as_deref()
            .is_some_and(|name| !is_host(name))
        {
            wrong(
                "mail.hello_name",
                "donnez un nom de machine, par exemple « portail.exemple.fr »",
            );
        }
        let has_password = self.password.is_some() || self.password_file.is_some();
        if self.password.is_some() && self.password_file.is_some() {
            wrong(
                "mail.password_file",
                "choisissez entre mail.password et mail.password_file",
            );
        }
        if self.username.is_some() && !has_password {
            wrong(
                "mail.password",
                "indiquez le mot de passe de mail.username (ou mail.password_file)",
            );
        }
        if self.username.is_none() && has_password {
            wrong(
                "mail.username",
                "indiquez l’identifiant qui va avec le mot de passe",
            );
        }
        if has_password && self.security == Security::None && !self.is_local() {
            wrong(
                "mail.security",
                "le mot de passe partirait en clair sur le réseau : choisissez \"starttls\" ou \"tls\"",
            );
        }
        if self.ca_file.is_some() && self.security == Security::None {
            wrong(
                "mail.ca_file",
                "ne sert qu’avec mail.security = \"starttls\" ou \"tls\"",
            );
        }
    }

    fn is_local(&self) -> bool {
        self.host.as_deref().is_some_and(|host| {
            host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        })
    }

    pub(super) fn port(&self) -> u16 {
        self.port.unwrap_or_else(|| self.security.usual_port())
    }

    pub(super) fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }

    pub(super) fn hello_name(&self) -> &str {
        self.hello_name
            .as_deref()
            .or_else(|| self.from.rsplit_once('@').map(|(_, domain)| domain))
            .unwrap_or("localhost")
    }

    pub(super) fn credentials(&self) -> Result<Option<(String, Secret)>, SettingsError> {
        let Some(username) = self.username.clone() else {
            return Ok(None);
        };
        let password = match (&self.password, &self.password_file) {
            (Some(password), _) => password.clone(),
            (None, Some(path)) => {
                let text = read("mail.password_file", path)?;
                Secret::new(text.trim_end_matches(['\r', '\n']))
            }
            (None, None) => return Ok(None),
        };
        Ok(Some((username, password)))
    }

    pub(super) fn authorities(&self) -> Result<Option<String>, SettingsError> {
        self.ca_file
            .as_deref()
            .map(|path| read("mail.ca_file", path))
            .transpose()
    }
}

fn read(key: &'static str, path: &Path) -> Result<String, SettingsError> {
    std::fs::read_to_string(path).map_err(|error| {
        SettingsError::new(
            key,
            format!("« {} » ne peut pas être lu : {error}", path.display()),
        )
    })
}

fn is_host(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
        || (!text.is_empty()
            && text.len() <= 253
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)))
}
