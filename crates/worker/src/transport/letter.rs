//! A mail as the queue knows it, and its one form in bytes.

use std::time::SystemTime;

use jiff::Timestamp;
use lettre::Address;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::failure::{Reason, SendError};

/// One mail to one person.
///
/// The same letter always becomes the same bytes: the date, the `Message-ID` and the boundary
/// between the parts come from it, so that a letter that is sent again after a cut is recognised
/// as the same by the receiving side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Becomes the left half of the `Message-ID`.
    pub id: Uuid,
    /// « Mairie de Laigneville ».
    pub from_name: String,
    /// The no-reply address; its domain is the right half of the `Message-ID`.
    pub from_address: String,
    /// Where an answer goes, when somebody reads there.
    pub reply_to: Option<String>,
    /// The recipient's name, may be empty.
    pub to_name: String,
    /// The recipient's address.
    pub to_address: String,
    /// One line; line breaks and control characters become spaces.
    pub subject: String,
    /// The whole mail in plain text.
    pub text: String,
    /// The whole mail in HTML.
    pub html: String,
    /// When the queue took it.
    pub date: Timestamp,
    /// The letter that this one follows in a conversation, so that a mail program shows them
    /// together. It must have been sent from the same domain.
    pub in_reply_to: Option<Uuid>,
    /// Identifier of the list for `List-Id`, for mails that go to many (`actualites.laigneville.fr`).
    pub list_id: Option<String>,
    /// An https address where the recipient stops such mails, for `List-Unsubscribe`.
    pub list_unsubscribe: Option<String>,
}

/// A letter ready to leave.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) message_id: String,
    pub(super) eml: Vec<u8>,
}

impl Letter {
    /// Checks the addresses and formats the message.
    ///
    /// The bodies are always quoted-printable and the headers always ASCII, so that no server on
    /// the way has a reason to rewrite them.
    pub(super) fn prepare(&self) -> Result<Prepared, SendError> {
        let from = address(&self.from_address)
            .map_err(|detail| SendError::temporary(Reason::Sender, detail))?;
        let to = address(&self.to_address)
            .map_err(|detail| SendError::permanent(Reason::MalformedAddress, detail))?;
        let message_id = format!("<{}@{}>", self.id, from.domain());

        let mut message = Message::builder()
            .from(Mailbox::new(name(&self.from_name), from.clone()))
            .to(Mailbox::new(name(&self.to_name), to.clone()));
        if let Some(reply_to) = &self.reply_to {
            let reply_to =
                address(reply_to).map_err(|detail| SendError::temporary(Reason::Sender, detail))?;
            message = message.reply_to(Mailbox::new(None, reply_to));
        }
        message = message
            .subject(one_line(&self.subject))
            .date(SystemTime::from(self.date.max(Timestamp::UNIX_EPOCH)))
            .message_id(Some(message_id.clone()))
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("X-Auto-Response-Suppress", "All"));
        if let Some(earlier) = self.in_reply_to {
            let earlier = format!("<{earlier}@{}>", from.domain());
            message = message.in_reply_to(earlier.clone()).references(earlier);
        }
        if let Some(list) = self.list_id.as_deref().filter(|list| is_list_id(list)) {
            message = message.raw_header(header("List-Id", &format!("<{list}>")));
        }
        if let Some(url) = self
            .list_unsubscribe
            .as_deref()
            .filter(|url| is_header_url(url))
        {
            message = message.raw_header(header("List-Unsubscribe", &format!("<{url}>")));
        }

        // "=_" cannot occur in quoted-printable text (RFC 2045, 6.7): no body can close a part.
        let boundary = format!("=_preau_{}", self.id.simple());
        let message = message
            .multipart(
                MultiPart::alternative()
                    .boundary(boundary)
                    .singlepart(part(ContentType::TEXT_PLAIN, &self.text))
                    .singlepart(part(ContentType::TEXT_HTML, &self.html)),
            )
            .map_err(|error| SendError::permanent(Reason::MalformedAddress, error.to_string()))?;
        Ok(Prepared {
            from,
            to,
            message_id,
            eml: message.formatted(),
        })
    }
}

fn part(kind: ContentType, body: &str) -> SinglePart {
    SinglePart::builder()
        .header(kind)
        .header(ContentTransferEncoding::QuotedPrintable)
        .body(body.to_owned())
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// Parses an address that is safe in a command and in a header.
///
/// Stricter than the standard: quoted local parts, which may hold spaces and line breaks, are in
/// no family's file and are the usual way to smuggle a second recipient.
pub(super) fn address(text: &str) -> Result<Address, String> {
    let text = text.trim();
    let forbidden = |c: char| c.is_control() || c.is_whitespace() || "<>()[],;:\\\"".contains(c);
    if text.contains(forbidden) {
        return Err("forbidden character in an address".to_owned());
    }
    text.parse::<Address>().map_err(|error| error.to_string())
}

fn name(text: &str) -> Option<String> {
    let text = one_line(text);
    (!text.is_empty()).then_some(text)
}

/// One line without control characters: what may stand in a header.
///
/// Format characters that turn the reading direction go too: they make a name read as another.
fn one_line(text: &str) -> String {
    let kept: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect();
    kept.split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn is_list_id(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
}

fn is_header_url(text: &str) -> bool {
    text.starts_with("https://")
        && text
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"<>".contains(&b))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A letter of the town hall to Mme Durant; the tests change what they are about.
    pub(crate) fn letter_to(to_address: &str) -> Letter {
        Letter {
            id: Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0001),
            from_name: "Mairie de Laigneville".to_owned(),
            from_address: "ne-pas-repondre@portail.exemple.fr".to_owned(),
            reply_to: None,
            to_name: "Mme Léa Durant".to_owned(),
            to_address: to_address.to_owned(),
            subject: "Votre message a bien été reçu".to_owned(),
            text: "Bonjour Mme Léa Durant,\n\nÀ bientôt.\n".to_owned(),
            html: "<p>Bonjour Mme Léa Durant,</p>\n".to_owned(),
            date: "2026-11-19T09:00:00Z".parse().expect("an instant"),
            in_reply_to: None,
            list_id: None,
            list_unsubscribe: None,
        }
    }

    /// The header block, unfolded: one header a line.
    fn headers(letter: &Letter) -> Vec<String> {
        let eml = String::from_utf8(letter.prepare().expect("a letter").eml).expect("ASCII");
        let (block, _) = eml.split_once("\r\n\r\n").expect("a blank line");
        block
            .replace("\r\n ", " ")
            .split("\r\n")
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn a_letter_carries_what_machines_need_to_know() {
        let mut letter = letter_to("lea.durant@exemple.fr");
        letter.in_reply_to = Some(Uuid::from_u128(7));
        letter.list_id = Some("actualites.laigneville.fr".to_owned());
        letter.list_unsubscribe = Some("https://portail.exemple.fr/x?jeton=1".to_owned());
        let headers = headers(&letter);
        for expected in [
            "From: \"Mairie de Laigneville\" <ne-pas-repondre@portail.exemple.fr>",
            "Date: Thu, 19 Nov 2026 09:00:00 +0000",
            "Message-ID: <01990000-0000-7000-8000-000000000001@portail.exemple.fr>",
            "In-Reply-To: <00000000-0000-0000-0000-000000000007@portail.exemple.fr>",
            "Auto-Submitted: auto-generated",
            "X-Auto-Response-Suppress: All",
            "List-Id: <actualites.laigneville.fr>",
            "List-Unsubscribe: <https://portail.exemple.fr/x?jeton=1>",
            "Content-Type: multipart/alternative; boundary=\"=_preau_01990000000070008000000000000001\"",
        ] {
            assert!(
                headers.iter().any(|line| line == expected),
                "{expected} in {headers:#?}"
            );
        }
    }

    #[test]
    fn the_same_letter_is_the_same_bytes() {
        let letter = letter_to("lea.durant@exemple.fr");
        assert_eq!(
            letter.prepare().expect("once").eml,
            letter.prepare().expect("twice").eml
        );
    }

    #[test]
    fn no_name_or_subject_adds_a_header() {
        let attack = "Léa\r\nBcc: tous@exemple.fr\r\n\r\n<script>\u{2028}X-A: b\0\u{85}\u{202e}";
        let plain = headers(&letter_to("lea.durant@exemple.fr"));
        let mut letter = letter_to("lea.durant@exemple.fr");
        letter.from_name = attack.to_owned();
        letter.to_name = format!("\"{attack}\\");
        letter.subject = attack.repeat(5);
        letter.list_id = Some(attack.to_owned());
        letter.list_unsubscribe = Some(format!("https://x/{attack}"));
        let attacked = headers(&letter);
        let names = |lines: &[String]| {
            lines
                .iter()
                .map(|line| line.split(':').next().unwrap_or("").to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&attacked), names(&plain));
    }

    #[test]
    fn no_address_adds_a_recipient_or_a_command() {
        for attack in [
            "lea@exemple.fr\r\nRCPT TO:<tous@exemple.fr>",
            "lea@exemple.fr>,<tous@exemple.fr",
            "\"lea\r\n\"@exemple.fr",
            "lea@exemple.fr,tous@exemple.fr",
            "lea durant@exemple.fr",
            "lea",
            "",
        ] {
            let error = letter_to(attack).prepare().expect_err(attack);
            assert!(error.is_permanent());
            assert_eq!(error.reason(), Reason::MalformedAddress);
        }
    }

    #[test]
    fn a_body_can_neither_end_the_mail_nor_close_a_part() {
        let mut letter = letter_to("lea.durant@exemple.fr");
        letter.text = "a\n.\nb\n--=_preau_01990000000070008000000000000001--\r.\rc\n".to_owned();
        let eml = String::from_utf8(letter.prepare().expect("a letter").eml).expect("ASCII");
        assert_eq!(
            eml.matches("--=_preau_01990000000070008000000000000001--")
                .count(),
            1
        );
        assert!(
            !eml.replace("\r\n", "").contains(['\r', '\n']),
            "only whole line ends"
        );
    }

    #[test]
    fn a_clock_before_1970_does_not_break_a_mail() {
        let mut letter = letter_to("lea.durant@exemple.fr");
        letter.date = Timestamp::MIN;
        assert!(
            headers(&letter)
                .iter()
                .any(|line| line == "Date: Thu, 01 Jan 1970 00:00:00 +0000")
        );
    }
}
