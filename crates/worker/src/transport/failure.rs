//! Why a mail did not leave, told once to the queue (try again or not) and once to people.

use std::fmt;

/// What a server answered when it refused, cleaned of control characters and of our secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The three digits (RFC 5321).
    pub code: u16,
    /// The enhanced code (RFC 3463), such as `5.1.1`, where the server gave one.
    pub enhanced: Option<String>,
    /// The words of the server, at most 200 characters. May hold the recipient's address: to be
    /// shown to agents, not to be logged.
    pub text: String,
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        self.enhanced
            .as_ref()
            .map_or(Ok(()), |enhanced| write!(f, " {enhanced}"))
    }
}

/// What went wrong, in the order in which a conversation with a server meets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The address in the letter is not one.
    MalformedAddress,
    /// Nobody answers at that host and port.
    Connection,
    /// The server took longer than the settings allow.
    Timeout,
    /// The server closed the conversation, or does not speak SMTP.
    Interrupted,
    /// The certificate or the encryption was not accepted, or the server does not offer it.
    Encryption,
    /// User name or password refused.
    Authentication,
    /// The server refuses our own address.
    Sender,
    /// The recipient's address does not exist.
    UnknownRecipient,
    /// The recipient's box is full.
    FullBox,
    /// The server wants us to come back later (grey-listing, overload).
    Later,
    /// The address is refused for another reason (relaying, policy, disabled box).
    Recipient,
    /// The message is too big.
    TooBig,
    /// The message was taken for spam or otherwise refused for what it holds.
    Message,
    /// The `.eml` file cannot be written.
    Storage,
}

impl Reason {
    fn in_french(self) -> &'static str {
        match self {
            Self::MalformedAddress => "L’adresse n’est pas valable",
            Self::Connection => "Le serveur de mail est injoignable",
            Self::Timeout => "Le serveur de mail n’a pas répondu à temps",
            Self::Interrupted => "Le serveur de mail a interrompu l’échange",
            Self::Encryption => {
                "La connexion chiffrée avec le serveur de mail n’a pas pu s’établir"
            }
            Self::Authentication => "Le serveur de mail refuse notre identifiant",
            Self::Sender => "Le serveur de mail refuse notre adresse d’expédition",
            Self::UnknownRecipient => "L’adresse n’existe pas",
            Self::FullBox => "La boîte du destinataire est pleine",
            Self::Later => "Le serveur du destinataire demande de réessayer plus tard",
            Self::Recipient => "Le serveur du destinataire refuse cette adresse",
            Self::TooBig => "Le message est trop volumineux",
            Self::Message => {
                "Le serveur du destinataire refuse le message, peut-être pris pour un indésirable"
            }
            Self::Storage => "Le mail n’a pas pu être écrit sur le disque",
        }
    }
}

/// A mail that did not leave. Never holds the password of the mail server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The same letter may pass later: the server is down or busy, or our own settings are wrong
    /// and will be mended.
    #[error("temporary: {reason:?}{}{}", sep(reply.as_ref()), shown(reply.as_ref(), detail))]
    Temporary {
        /// What went wrong.
        reason: Reason,
        /// The server's answer, where there was one.
        reply: Option<Reply>,
        /// The technical cause, for the log.
        detail: String,
    },
    /// This letter will never pass.
    #[error("permanent: {reason:?}{}{}", sep(reply.as_ref()), shown(reply.as_ref(), detail))]
    Permanent {
        /// What went wrong.
        reason: Reason,
        /// The server's answer, where there was one.
        reply: Option<Reply>,
        /// The technical cause, for the log.
        detail: String,
    },
}

// A reply is logged by its codes only, since its words often repeat the recipient's address.
fn shown(reply: Option<&Reply>, detail: &str) -> String {
    reply.map_or_else(|| detail.to_owned(), ToString::to_string)
}

fn sep(reply: Option<&Reply>) -> &'static str {
    if reply.is_some() { " " } else { ": " }
}

impl SendError {
    pub(super) fn temporary(reason: Reason, detail: impl Into<String>) -> Self {
        Self::Temporary {
            reason,
            reply: None,
            detail: detail.into(),
        }
    }

    pub(super) fn permanent(reason: Reason, detail: impl Into<String>) -> Self {
        Self::Permanent {
            reason,
            reply: None,
            detail: detail.into(),
        }
    }

    /// Whether a further attempt is pointless.
    pub fn is_permanent(&self) -> bool {
        matches!(self, Self::Permanent { .. })
    }

    /// What went wrong.
    pub fn reason(&self) -> Reason {
        let (Self::Temporary { reason, .. } | Self::Permanent { reason, .. }) = self;
        *reason
    }

    /// The server's answer, where there was one.
    pub fn reply(&self) -> Option<&Reply> {
        let (Self::Temporary { reply, .. } | Self::Permanent { reply, .. }) = self;
        reply.as_ref()
    }

    /// A short sentence in French for the agent: « L’adresse n’existe pas (550 5.1.1) ».
    pub fn explain(&self) -> String {
        let sentence = self.reason().in_french();
        self.reply().map_or_else(
            || sentence.to_owned(),
            |reply| format!("{sentence} ({reply})"),
        )
    }
}

/// The moment of the conversation at which an answer came: the same code means another thing
/// after `RCPT TO` than after `AUTH`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Greeting,
    Encryption,
    Authentication,
    Sender,
    Recipient,
    Content,
}

/// Reads a negative answer (4xx or 5xx).
///
/// Before the recipient is named, a refusal says something of our own settings and nothing of
/// this letter: it stays temporary, so that a mail is not lost for a password that was changed.
pub(super) fn refusal(stage: Stage, code: u16, text: &str) -> SendError {
    let (enhanced, words) = split_enhanced(text);
    let reason = match stage {
        Stage::Greeting => Reason::Later,
        Stage::Encryption => Reason::Encryption,
        Stage::Authentication => Reason::Authentication,
        Stage::Sender if matches!(code, 530 | 535 | 538) => Reason::Authentication,
        Stage::Sender if code < 500 => Reason::Later,
        Stage::Sender => Reason::Sender,
        Stage::Recipient => of_recipient(code, enhanced),
        Stage::Content => of_content(code, enhanced),
    };
    let about_this_letter = matches!(stage, Stage::Recipient | Stage::Content);
    let reply = Some(Reply {
        code,
        enhanced: enhanced.map(str::to_owned),
        text: words.chars().take(200).collect(),
    });
    let detail = format!("answer during {stage:?}");
    if code >= 500 && about_this_letter && reason != Reason::Authentication {
        SendError::Permanent {
            reason,
            reply,
            detail,
        }
    } else {
        SendError::Temporary {
            reason,
            reply,
            detail,
        }
    }
}

fn of_recipient(code: u16, enhanced: Option<&str>) -> Reason {
    match enhanced
        .and_then(|value| value.split_once('.'))
        .map(|(_, subject)| subject)
    {
        Some("1.1" | "1.2" | "1.3" | "1.6" | "1.10") if code >= 500 => Reason::UnknownRecipient,
        Some("2.2") => Reason::FullBox,
        _ if matches!(code, 452 | 552) => Reason::FullBox,
        _ if matches!(code, 530 | 535 | 538) => Reason::Authentication,
        _ if code < 500 => Reason::Later,
        _ => Reason::Recipient,
    }
}

fn of_content(code: u16, enhanced: Option<&str>) -> Reason {
    match enhanced
        .and_then(|value| value.split_once('.'))
        .map(|(_, subject)| subject)
    {
        Some("2.2") => Reason::FullBox,
        Some("2.3" | "3.4") => Reason::TooBig,
        _ if code == 552 => Reason::TooBig,
        _ if code == 452 => Reason::FullBox,
        _ if code < 500 => Reason::Later,
        _ => Reason::Message,
    }
}

fn split_enhanced(text: &str) -> (Option<&str>, &str) {
    let text = text.trim();
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let mut parts = first.split('.');
    let class = parts.next();
    let numeric = |part: Option<&str>| {
        part.is_some_and(|part| {
            (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let is_code = matches!(class, Some("4" | "5"))
        && numeric(parts.next())
        && numeric(parts.next())
        && parts.next().is_none();
    if is_code {
        (Some(first), rest.trim())
    } else {
        (None, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_reads_why_in_plain_words() {
        let cases = [
            (
                Stage::Recipient,
                550,
                "5.1.1 no such user",
                true,
                "L’adresse n’existe pas (550 5.1.1)",
            ),
            (
                Stage::Recipient,
                550,
                "relay denied",
                true,
                "Le serveur du destinataire refuse cette adresse (550)",
            ),
            (
                Stage::Recipient,
                452,
                "4.2.2 full",
                false,
                "La boîte du destinataire est pleine (452 4.2.2)",
            ),
            (
                Stage::Recipient,
                451,
                "4.7.1 greylisted",
                false,
                "Le serveur du destinataire demande de réessayer plus tard (451 4.7.1)",
            ),
            (
                Stage::Content,
                552,
                "5.3.4 too big",
                true,
                "Le message est trop volumineux (552 5.3.4)",
            ),
            // Our own password is wrong: the mail must wait, not be given up.
            (
                Stage::Authentication,
                535,
                "5.7.8 bad credentials",
                false,
                "Le serveur de mail refuse notre identifiant (535 5.7.8)",
            ),
            (
                Stage::Sender,
                550,
                "5.7.1 not yours",
                false,
                "Le serveur de mail refuse notre adresse d’expédition (550 5.7.1)",
            ),
        ];
        for (stage, code, text, permanent, sentence) in cases {
            let error = refusal(stage, code, text);
            assert_eq!(error.explain(), sentence);
            assert_eq!(error.is_permanent(), permanent, "{sentence}");
        }
    }

    #[test]
    fn the_log_holds_codes_and_not_the_words_of_the_server() {
        let error = refusal(
            Stage::Recipient,
            550,
            "5.1.1 <lea.durant@exemple.fr> unknown",
        );
        assert_eq!(error.to_string(), "permanent: UnknownRecipient 550 5.1.1");
        assert_eq!(
            error.reply().map(|reply| reply.text.as_str()),
            Some("<lea.durant@exemple.fr> unknown")
        );
    }

    #[test]
    fn a_sentence_that_begins_with_digits_is_not_an_enhanced_code() {
        for text in ["5.1.1.1 x", "10.1.2 x", "5.1234.1 x", "5.1 x", ""] {
            assert_eq!(split_enhanced(text).0, None, "{text}");
        }
    }
}
