//! The ways in which an answer leaves a request.

use crate::{document, dossier, procedure, request::State};

/// How an answer leaves a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Verdict {
    /// Answered: nothing was to be decided.
    #[default]
    Answered,
    /// Granted, and applied.
    Accepted,
    /// Not granted.
    Refused,
    /// The requester must complete it.
    ToComplete,
}

impl Verdict {
    /// Every one, with its word in forms.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Answered, "repondre"),
        (Self::Accepted, "accepter"),
        (Self::Refused, "refuser"),
        (Self::ToComplete, "completer"),
    ];

    pub(super) fn of(code: &str) -> Self {
        let found = Self::ALL.iter().find(|(_, word)| *word == code);
        found.map_or(Self::Answered, |(verdict, _)| *verdict)
    }

    pub(super) fn state(self) -> State {
        match self {
            Self::Answered => State::Answered,
            Self::Accepted => State::Accepted,
            Self::Refused => State::Refused,
            Self::ToComplete => State::ToComplete,
        }
    }

    /// The word of the journal.
    pub(super) fn action(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::ToComplete => "asked",
        }
    }

    /// How the mail begins.
    pub(super) fn opening_fr(self, number: &str) -> String {
        match self {
            Self::Answered => format!("Voici notre réponse à votre demande {number}."),
            Self::Accepted => format!("Votre demande {number} est acceptée."),
            Self::Refused => format!("Votre demande {number} n’a pas pu être acceptée."),
            Self::ToComplete => format!("Il manque quelque chose à votre demande {number}."),
        }
    }
}

/// The verdicts that a request of this kind may get.
#[must_use]
pub fn verdicts(kind: &str) -> &'static [Verdict] {
    if matches!(
        kind,
        dossier::REQUEST | document::REQUEST | procedure::REQUEST
    ) {
        &[Verdict::Accepted, Verdict::Refused, Verdict::ToComplete]
    } else {
        &[Verdict::Answered, Verdict::ToComplete]
    }
}
