//! The mails that the portal writes.
//!
//! A mail is three small files in `templates/mail/` (subject, text, HTML) and one declaration
//! here. The files hold what is said; the greeting, the commune's notification zone, telephone and
//! hours, the signature and the notice that nobody reads answers come from the common layout, so
//! that no mail can forget them.
//!
//! To add one: write `NAME.subject.txt`, `NAME.txt` and `NAME.html`, declare it with `mail!` in
//! the file of its family, give it a sample, and name it in [`samples`]. One test then checks it
//! with all others.

mod account;
mod agent;
mod card;
mod contact;
mod family;
mod plain;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use account::{
    AccountActivated, AccountAlreadyExists, AccountBlocked, AccountClosed, AccountConfirmation,
    AccountIdle, EmailChangeConfirm, LoginLink, PasswordChanged, PasswordReset,
};
pub use agent::{AgentInvitation, AgentNewSession, AgentPasswordReset, TestMessage};
pub use card::{Accent, CommuneCard};
pub use contact::{ContactAcknowledgement, ContactAnswer, ContactConfirm, ServiceContact};
pub use family::{
    BookingsReceipt, DocumentEndsSoon, InvoiceIssued, SomeoneSubscribed, SubscriberCodeLetter,
};

/// The longest subject that we write, in characters: what a phone shows of it is far less.
pub const SUBJECT_LIMIT: usize = 120;

/// Who is greeted: « Bonjour Mme Léa Durant, ».
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Addressee {
    /// « M. », « Mme », or nothing.
    pub civility: Option<String>,
    /// First and last name; may be empty.
    pub name: String,
}

impl Addressee {
    /// Somebody with a civility.
    pub fn new(civility: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            civility: Some(civility.into()),
            name: name.into(),
        }
    }

    fn greeting(&self) -> String {
        let name = self.name.trim();
        match self.civility.as_deref().map(str::trim) {
            _ if name.is_empty() => "Bonjour,".to_owned(),
            None | Some("") => format!("Bonjour {name},"),
            Some(civility) => format!("Bonjour {civility} {name},"),
        }
    }
}

/// What stands in the notification zone of one mail.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Zone {
    /// The text that the commune wrote for all its notifications.
    #[default]
    Commune,
    /// The agent's words, then the commune's text.
    CompletedBy(String),
    /// The agent's words instead of the commune's text.
    ReplacedBy(String),
}

impl Zone {
    fn text(&self, of_commune: &str) -> String {
        match self {
            Self::Commune => of_commune.to_owned(),
            Self::CompletedBy(words) => format!("{words}\n\n{of_commune}"),
            Self::ReplacedBy(words) => words.clone(),
        }
    }
}

/// Whom a mail speaks to: only a citizen is pointed to « Mes demandes ».
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// A family, or a visitor.
    Citizen,
    /// An agent of the commune.
    Agent,
}

/// A mail ready for the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendered {
    /// One line, at most [`SUBJECT_LIMIT`] characters.
    pub subject: String,
    /// Plain text, lines of at most 76 characters but for links.
    pub text: String,
    /// A whole HTML page, without anything to be fetched.
    pub html: String,
}

/// One mail with what it says.
pub trait Mail {
    /// The stem of its three files.
    const NAME: &'static str;

    /// Writes the mail in the name of a commune.
    ///
    /// # Errors
    /// Only when a value refuses to be written, which none of ours does.
    fn render(&self, card: &CommuneCard) -> Result<Rendered, askama::Error>;
}

/// What the layout needs beside the mail and the card.
struct Frame {
    greeting: String,
    zone: String,
    for_citizen: bool,
    accent: Accent,
    subject: String,
}

impl Frame {
    fn new(to: &Addressee, zone: &Zone, audience: Audience, card: &CommuneCard) -> Self {
        Self {
            greeting: to.greeting(),
            zone: zone.text(&card.notification_zone).trim().to_owned(),
            for_citizen: audience == Audience::Citizen,
            accent: Accent::parse(&card.accent),
            subject: String::new(),
        }
    }
}

/// Declares a mail: its structure, and the three templates that it fills.
///
/// Every mail also has `to` (who is greeted) and `zone` (the notification zone).
macro_rules! mail {
    (
        $(#[$doc:meta])*
        $name:ident, $stem:literal to $audience:ident,
        [$subject:tt, $text:tt, $html:tt],
        { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)* }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub struct $name {
            /// Who is greeted.
            pub to: $crate::mail::Addressee,
            /// The notification zone of this mail.
            pub zone: $crate::mail::Zone,
            $($(#[$field_doc])* pub $field: $kind,)*
        }

        const _: () = {
            use $crate::mail::{Audience, CommuneCard, Frame, Mail, Rendered, plain};

            #[derive(askama::Template)]
            #[template(path = $subject)]
            struct Subject<'a> {
                mail: &'a $name,
                card: &'a CommuneCard,
            }

            #[derive(askama::Template)]
            #[template(path = $text)]
            struct Text<'a> {
                mail: &'a $name,
                card: &'a CommuneCard,
                frame: &'a Frame,
            }

            #[derive(askama::Template)]
            #[template(path = $html)]
            struct Html<'a> {
                mail: &'a $name,
                card: &'a CommuneCard,
                frame: &'a Frame,
            }

            impl Mail for $name {
                const NAME: &'static str = $stem;

                fn render(&self, card: &CommuneCard) -> Result<Rendered, askama::Error> {
                    use askama::Template as _;
                    let subject = Subject { mail: self, card };
                    let Self { to, zone, .. } = subject.mail;
                    let frame = &Frame {
                        subject: plain::subject(&subject.render()?),
                        ..Frame::new(to, zone, Audience::$audience, subject.card)
                    };
                    let text = Text { mail: self, card, frame }.render()?;
                    let html = Html { mail: self, card, frame }.render()?;
                    Ok(Rendered {
                        subject: frame.subject.clone(),
                        text: plain::letter(&text),
                        html: plain::french_spaces(&html),
                    })
                }
            }
        };
    };
}
use mail;

/// One mail of each kind, about made-up people, for the preview of the settings page and for tests.
///
/// # Errors
/// As for [`Mail::render`].
pub fn samples(card: &CommuneCard) -> Result<Vec<(&'static str, Rendered)>, askama::Error> {
    fn one<M: Mail>(
        mail: &M,
        card: &CommuneCard,
    ) -> Result<(&'static str, Rendered), askama::Error> {
        mail.render(card).map(|rendered| (M::NAME, rendered))
    }
    Ok(vec![
        one(&ContactConfirm::sample(), card)?,
        one(&ContactAcknowledgement::sample(), card)?,
        one(&ContactAnswer::sample(), card)?,
        one(&AccountConfirmation::sample(), card)?,
        one(&AccountAlreadyExists::sample(), card)?,
        one(&PasswordReset::sample(), card)?,
        one(&PasswordChanged::sample(), card)?,
        one(&EmailChangeConfirm::sample(), card)?,
        one(&LoginLink::sample(), card)?,
        one(&AccountClosed::sample(), card)?,
        one(&AccountIdle::sample(), card)?,
        one(&AccountActivated::sample(), card)?,
        one(&AccountBlocked::sample(), card)?,
        one(&SubscriberCodeLetter::sample(), card)?,
        one(&SomeoneSubscribed::sample(), card)?,
        one(&DocumentEndsSoon::sample(), card)?,
        one(&BookingsReceipt::sample(), card)?,
        one(&InvoiceIssued::sample(), card)?,
        one(&AgentInvitation::sample(), card)?,
        one(&AgentPasswordReset::sample(), card)?,
        one(&AgentNewSession::sample(), card)?,
        one(&TestMessage::sample(), card)?,
    ])
}
