//! The conversation with a mail server.
//!
//! The commands are given one by one, rather than through lettre's ready-made transport, because
//! only the stage of the conversation tells a refused recipient from a wrong password, and because
//! its timeout covers the connection alone: every answer has one here. The feature `tracing` of lettre
//! must stay off: it writes the whole conversation, password included, to the log.

use std::future::Future;
use std::time::Duration;
use std::{error, fmt};

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use tokio::sync::Mutex;

use super::Seen;
use super::failure::{Reason, SendError, Stage, refusal};
use super::letter::Prepared;
use super::settings::{MailSettings, Security, SettingsError};

/// More than this many connections at rest would serve nobody: the queue has few hands.
const KEPT_CONNECTIONS: usize = 4;

/// A mail server, and the connections that stay open between two mails of a series.
pub struct Smtp {
    host: String,
    port: u16,
    security: Security,
    tls: Option<TlsParameters>,
    credentials: Option<Credentials>,
    hello: ClientId,
    timeout: Duration,
    secrets: Vec<String>,
    at_rest: Mutex<Vec<AsyncSmtpConnection>>,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .finish_non_exhaustive()
    }
}

impl Smtp {
    pub(super) fn open(settings: &MailSettings) -> Result<Self, SettingsError> {
        let host = settings.host.clone().unwrap_or_default();
        let login = settings.credentials()?;
        Ok(Self {
            tls: tls(settings, &host)?,
            port: settings.port(),
            security: settings.security,
            hello: ClientId::Domain(settings.hello_name().to_owned()),
            timeout: settings.timeout(),
            secrets: login
                .as_ref()
                .map(|(user, secret)| forms(user, secret.reveal()))
                .unwrap_or_default(),
            credentials: login
                .map(|(user, secret)| Credentials::new(user, secret.reveal().to_owned())),
            at_rest: Mutex::new(Vec::new()),
            host,
        })
    }

    /// Gives the mail to the server, on a connection that is already open if there is one.
    pub(super) async fn send(&self, mail: &Prepared) -> Result<String, SendError> {
        let rested = self.at_rest.lock().await.pop();
        if let Some(mut connection) = rested {
            match self.offer(&mut connection, mail).await {
                Ok(()) => return self.deliver(connection, mail).await,
                // A server closes connections that rest too long; this says nothing of the mail.
                Err(error) if error.reply().is_none_or(|reply| reply.code == 421) => {}
                Err(error) => {
                    self.leave(connection).await;
                    return Err(error);
                }
            }
        }
        let mut connection = self.connect().await?;
        match self.offer(&mut connection, mail).await {
            Ok(()) => self.deliver(connection, mail).await,
            Err(error) => {
                self.leave(connection).await;
                Err(error)
            }
        }
    }

    pub(super) async fn check(&self) -> Result<Seen, SendError> {
        let mut connection = self.connect().await?;
        let server = connection.server_info().name().to_owned();
        let encrypted = connection.is_encrypted();
        self.step(Stage::Sender, connection.command(Noop)).await?;
        self.leave(connection).await;
        Ok(Seen {
            target: format!("{}:{}", self.host, self.port),
            server: Some(self.scrub(&server)),
            encrypted,
            authenticated: self.credentials.is_some(),
        })
    }

    pub(super) async fn rest(&self) {
        let connections = std::mem::take(&mut *self.at_rest.lock().await);
        for connection in connections {
            self.leave(connection).await;
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let from_the_first_byte = if self.security == Security::Tls {
            self.tls.clone()
        } else {
            None
        };
        let mut connection = self
            .step(
                Stage::Greeting,
                AsyncSmtpConnection::connect_tokio1(
                    (self.host.as_str(), self.port),
                    Some(self.timeout),
                    &self.hello,
                    from_the_first_byte,
                    None,
                ),
            )
            .await?;
        if let (Security::Starttls, Some(tls)) = (self.security, &self.tls) {
            if !connection.can_starttls() {
                self.leave(connection).await;
                return Err(SendError::temporary(
                    Reason::Encryption,
                    "the server does not offer STARTTLS",
                ));
            }
            self.step(
                Stage::Encryption,
                connection.starttls(tls.clone(), &self.hello),
            )
            .await?;
        }
        if let Some(credentials) = &self.credentials
            && let Err(error) = self
                .step(
                    Stage::Authentication,
                    connection.auth(DEFAULT_MECHANISMS, credentials),
                )
                .await
        {
            self.leave(connection).await;
            return Err(error);
        }
        Ok(connection)
    }

    /// `MAIL FROM`: the first word of a mail, and the one that shows that a connection is alive.
    async fn offer(
        &self,
        connection: &mut AsyncSmtpConnection,
        mail: &Prepared,
    ) -> Result<(), SendError> {
        let plain = mail.from.to_string().is_ascii() && mail.to.to_string().is_ascii();
        let mut parameters = Vec::new();
        if !plain {
            if !connection
                .server_info()
                .supports_feature(Extension::SmtpUtfEight)
            {
                return Err(SendError::permanent(
                    Reason::Recipient,
                    "the server does not know accented addresses (SMTPUTF8)",
                ));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let command = Mail::new(Some(mail.from.clone()), parameters);
        self.step(Stage::Sender, connection.command(command))
            .await
            .map(drop)
    }

    /// What follows `MAIL FROM`; the connection is kept when the server took the mail.
    async fn deliver(
        &self,
        mut connection: AsyncSmtpConnection,
        mail: &Prepared,
    ) -> Result<String, SendError> {
        let said = async {
            let recipient = Rcpt::new(mail.to.clone(), Vec::new());
            self.step(Stage::Recipient, connection.command(recipient))
                .await?;
            self.step(Stage::Content, connection.command(Data)).await?;
            self.step(Stage::Content, connection.message(&mail.eml))
                .await
        }
        .await;
        match said {
            Ok(answer) => {
                let mut at_rest = self.at_rest.lock().await;
                if at_rest.len() < KEPT_CONNECTIONS {
                    at_rest.push(connection);
                } else {
                    drop(at_rest);
                    self.leave(connection).await;
                }
                Ok(self.scrub(&words(&answer)))
            }
            Err(error) => {
                self.leave(connection).await;
                Err(error)
            }
        }
    }

    /// A polite end, which may fail or be refused without anybody caring.
    async fn leave(&self, mut connection: AsyncSmtpConnection) {
        let farewell = self.timeout.min(Duration::from_secs(2));
        drop(tokio::time::timeout(farewell, connection.abort()).await);
    }

    /// Waits for one answer, no longer than the settings allow.
    async fn step<T>(
        &self,
        stage: Stage,
        answer: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, SendError> {
        match tokio::time::timeout(self.timeout, answer).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(self.failure(stage, &error)),
            Err(_) => Err(SendError::temporary(
                Reason::Timeout,
                format!("no answer during {stage:?}"),
            )),
        }
    }

    fn failure(&self, stage: Stage, error: &Error) -> SendError {
        let chain = self.scrub(&chain(error));
        if let Some(code) = error.status() {
            let number = code.to_string().parse().unwrap_or(0);
            let text = error::Error::source(error)
                .map(ToString::to_string)
                .unwrap_or_default();
            return refusal(stage, number, &self.scrub(&text));
        }
        let reason = if error.is_timeout() {
            Reason::Timeout
        } else if error.is_tls() || stage == Stage::Encryption || chain.contains("certificate") {
            Reason::Encryption
        } else if error.is_client() && stage == Stage::Authentication {
            Reason::Authentication
        } else if stage == Stage::Greeting && !error.is_response() {
            Reason::Connection
        } else {
            Reason::Interrupted
        };
        SendError::temporary(reason, chain)
    }

    /// Takes out of a server's words whatever it repeated of our password, and control characters.
    fn scrub(&self, text: &str) -> String {
        let mut text: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        for secret in &self.secrets {
            text = text.replace(secret, "***");
        }
        text
    }
}

fn words(answer: &Response) -> String {
    let line = answer.message().collect::<Vec<_>>().join(" ");
    format!("{} {}", answer.code(), line)
        .chars()
        .take(200)
        .collect()
}

fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error::Error::source(error).and_then(error::Error::source);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// The forms under which a password goes over the wire: as it is, and as PLAIN and LOGIN send it.
fn forms(user: &str, password: &str) -> Vec<String> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    if password.is_empty() {
        return Vec::new();
    }
    vec![
        STANDARD.encode(format!("\0{user}\0{password}")),
        STANDARD.encode(password),
        password.to_owned(),
    ]
}

fn tls(settings: &MailSettings, host: &str) -> Result<Option<TlsParameters>, SettingsError> {
    if settings.security == Security::None {
        return Ok(None);
    }
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(pem) = settings.authorities()? {
        if !pem.contains("-----BEGIN CERTIFICATE-----") {
            return Err(SettingsError::new(
                "mail.ca_file",
                "ce fichier ne contient pas de certificat PEM",
            ));
        }
        let authorities = Certificate::from_pem(pem.as_bytes()).map_err(|_| {
            SettingsError::new(
                "mail.ca_file",
                "ce fichier ne contient pas de certificat PEM",
            )
        })?;
        builder = builder.add_root_certificate(authorities);
    }
    builder.build().map(Some).map_err(|error| {
        SettingsError::new(
            "mail.security",
            format!("le chiffrement ne peut pas être préparé : {error}"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::settings::Secret;
    use super::*;

    #[test]
    fn a_server_that_repeats_our_password_is_not_quoted() {
        let settings = MailSettings {
            username: Some("portail".to_owned()),
            password: Some(Secret::new("trombone-7")),
            ..MailSettings::smtp("ne-pas-repondre@exemple.fr", "smtp.exemple.fr")
        };
        let smtp = Smtp::open(&settings).expect("a transport");
        // As it is, as LOGIN sends it, and as PLAIN sends it.
        for said in [
            "trombone-7",
            "dHJvbWJvbmUtNw==",
            "AHBvcnRhaWwAdHJvbWJvbmUtNw==",
        ] {
            assert_eq!(
                smtp.scrub(&format!("AUTH {said}\r\nrefused")),
                "AUTH ***  refused"
            );
        }
    }
}
