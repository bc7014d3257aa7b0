//! How a mail leaves the house: by SMTP, into a folder, or into memory.
//!
//! The three ways share one [`Letter`] and one [`SendError`], so that the queue, the demo and the
//! tests go through the same code up to the last step. A failure says whether a later attempt can
//! succeed, and explains itself to an agent in French. Nothing here reads a clock: the date of a
//! letter is the date that the queue gave it, and a letter sent twice is the same bytes twice.

mod failure;
mod files;
mod letter;
mod settings;
#[cfg(test)]
mod settings_tests;
mod smtp;
#[cfg(test)]
mod smtp_tests;

use std::sync::{Arc, Mutex, PoisonError};

pub use failure::{Reason, Reply, SendError};
pub use files::Files;
pub use letter::Letter;
pub use settings::{Kind, MailSettings, Secret, Security, SettingsError};
pub use smtp::Smtp;

/// What a transport says once a mail is out of our hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The `Message-ID`, with its angle brackets.
    pub message_id: String,
    /// The server's last line, or the name of the file that was written.
    pub answer: String,
}

/// What `preau doctor` saw of the mail transport.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// `host:port`, a folder, or `memory`.
    pub target: String,
    /// The name by which the server presents itself.
    pub server: Option<String>,
    /// Whether what we say to the server is encrypted.
    pub encrypted: bool,
    /// Whether the server accepted our user name and password.
    pub authenticated: bool,
}

/// A mail kept by [`Transport::Memory`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What was asked to be sent.
    pub letter: Letter,
    /// The bytes that a server would have received.
    pub eml: Vec<u8>,
}

/// Mails kept in memory, shared between the transport and the test that reads them.
pub type Mailbox = Arc<Mutex<Vec<Kept>>>;

/// Where mails go. Cloning shares the connections and the mailbox.
#[derive(Debug, Clone)]
pub enum Transport {
    /// To a mail server.
    Smtp(Arc<Smtp>),
    /// One `.eml` file a mail, for the demonstration and for trials.
    Files(Arc<Files>),
    /// Kept in the process, for tests.
    Memory(Mailbox),
}

impl Transport {
    /// Builds the transport that the settings describe.
    ///
    /// Reads the files that the settings name (password, authority), but opens no connection: a
    /// mail server that is down must not prevent the portal from starting.
    ///
    /// # Errors
    /// Every setting that is wrong, with its key.
    pub fn open(settings: &MailSettings) -> Result<Self, Vec<SettingsError>> {
        settings.validate()?;
        match settings.transport {
            Kind::Memory => Ok(Self::memory().0),
            Kind::Files => Files::open(settings)
                .map(|files| Self::Files(Arc::new(files)))
                .map_err(|error| vec![error]),
            Kind::Smtp => Smtp::open(settings)
                .map(|smtp| Self::Smtp(Arc::new(smtp)))
                .map_err(|error| vec![error]),
        }
    }

    /// A transport that keeps everything, and the mailbox where to find it.
    pub fn memory() -> (Self, Mailbox) {
        let mailbox = Mailbox::default();
        (Self::Memory(Arc::clone(&mailbox)), mailbox)
    }

    /// Sends one letter.
    ///
    /// # Errors
    /// [`SendError::Temporary`] when the same letter may pass later, [`SendError::Permanent`] when
    /// it will be refused for ever.
    pub async fn send(&self, letter: &Letter) -> Result<Receipt, SendError> {
        let prepared = letter.prepare()?;
        let answer = match self {
            Self::Smtp(smtp) => smtp.send(&prepared).await?,
            Self::Files(files) => files.write(letter, &prepared.eml).await?,
            Self::Memory(mailbox) => {
                let mut kept = mailbox.lock().unwrap_or_else(PoisonError::into_inner);
                kept.push(Kept {
                    letter: letter.clone(),
                    eml: prepared.eml,
                });
                format!("n° {}", kept.len())
            }
        };
        Ok(Receipt {
            message_id: prepared.message_id,
            answer,
        })
    }

    /// Tries the transport without sending anything, and says what it saw.
    ///
    /// # Errors
    /// What prevented it, as for [`send`](Self::send).
    pub async fn check(&self) -> Result<Seen, SendError> {
        match self {
            Self::Smtp(smtp) => smtp.check().await,
            Self::Files(files) => files.check().await,
            Self::Memory(_) => Ok(Seen {
                target: "memory".to_owned(),
                ..Seen::default()
            }),
        }
    }

    /// Takes leave of the server: to be called when the queue is empty, so that no connection is
    /// held open for nothing.
    pub async fn rest(&self) {
        if let Self::Smtp(smtp) = self {
            smtp.rest().await;
        }
    }
}
