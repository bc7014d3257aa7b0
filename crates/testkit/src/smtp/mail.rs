//! A message as the server received it.

use mail_parser::{Message, MessageParser, PartType};
use serde::Deserialize;

/// What the server wrote beside the message.
#[derive(Debug, Deserialize)]
pub(super) struct Facts {
    from: String,
    to: Vec<String>,
    encrypted: bool,
    user: Option<String>,
}

/// A message that the server accepted.
#[derive(Debug, Clone)]
pub struct ReceivedMail {
    /// The sender of the envelope (`MAIL FROM`), empty for a bounce.
    pub from: String,
    /// The recipients of the envelope (`RCPT TO`), those that were accepted.
    pub to: Vec<String>,
    /// The message as it came, with CRLF.
    pub raw: Vec<u8>,
    /// The decoded subject, empty without one.
    pub subject: String,
    /// The part in plain text.
    pub text: Option<String>,
    /// The part in HTML.
    pub html: Option<String>,
    /// Whether it came over TLS.
    pub encrypted: bool,
    /// The user that the sender was logged in as.
    pub user: Option<String>,
}

impl ReceivedMail {
    pub(super) fn new(facts: Facts, raw: Vec<u8>) -> Self {
        let parsed = MessageParser::default().parse(&raw);
        let subject = parsed
            .as_ref()
            .and_then(Message::subject)
            .unwrap_or_default()
            .to_owned();
        let part = |pick: fn(&PartType<'_>) -> Option<String>| {
            parsed
                .iter()
                .flat_map(|m| &m.parts)
                .find_map(|part| pick(&part.body))
        };
        let text = part(|body| match body {
            PartType::Text(text) => Some(text.replace("\r\n", "\n")),
            _ => None,
        });
        let html = part(|body| match body {
            PartType::Html(html) => Some(html.replace("\r\n", "\n")),
            _ => None,
        });
        let Facts {
            from,
            to,
            encrypted,
            user,
        } = facts;
        Self {
            from,
            to,
            raw,
            subject,
            text,
            html,
            encrypted,
            user,
        }
    }

    /// The header `name` as it was sent, unfolded and trimmed, not decoded.
    pub fn header(&self, name: &str) -> Option<String> {
        let parsed = MessageParser::default().parse(&self.raw)?;
        let raw = parsed.header_raw(name)?;
        Some(raw.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}
