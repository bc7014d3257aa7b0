//! How a fact is typed, kept and shown.

use jiff::civil::Date;
use thiserror::Error;

use crate::{
    custody::{Custody, CustodyError},
    email::{Email, EmailError},
    family::{BirthDateError, birth_date, typed_date},
    french,
    phone::{Phone, PhoneError},
    text::{Line, Prose, TextError},
};

/// The highest quotient that is read, in euros a month.
const QUOTIENT_MOST: u32 = 99_999;

/// What kind of value a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One line of at most so many characters.
    Line(usize),
    /// Several lines.
    Prose(usize),
    /// A telephone, kept as E.164.
    Phone,
    /// An address of mail.
    Email,
    /// The birth date of a child.
    Birth,
    /// Any day.
    Day,
    /// A whole number of euros a month, 0 to 99,999.
    Quotient,
    /// Yes or no; kept as `oui` or `non`.
    YesNo,
    /// The custody calendar of a child with two homes.
    Custody,
    /// Trusted persons, each with a form of its own: nothing is typed here.
    Persons,
    /// One of these: what is kept, what is shown.
    Choice(&'static [(&'static str, &'static str)]),
}

/// Why a value was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ValueError {
    /// A line or a text.
    #[error("{0}")]
    Text(TextError),
    /// A telephone.
    #[error("{0}")]
    Phone(PhoneError),
    /// An address.
    #[error("{0}")]
    Email(EmailError),
    /// A birth date.
    #[error("{0}")]
    Birth(BirthDateError),
    /// A custody calendar.
    #[error("{0}")]
    Custody(CustodyError),
    /// Not a day.
    #[error("not a day")]
    Day,
    /// Not a quotient.
    #[error("not a quotient")]
    Quotient,
    /// None of the choices.
    #[error("not a choice")]
    Choice,
}

impl ValueError {
    /// The sentence beside the field named `label`.
    pub fn message_fr(&self, label: &str) -> String {
        match self {
            Self::Text(error) => error.message_fr(label),
            Self::Phone(error) => error.message_fr(),
            Self::Email(error) => error.message_fr(),
            Self::Birth(error) => error.message_fr(),
            Self::Custody(error) => error.to_string(),
            Self::Day => "Ce n’est pas une date : écrivez par exemple 31/08/2027.".to_owned(),
            Self::Quotient => {
                "Le quotient familial est un nombre entier, par exemple 742. Il figure sur l’attestation de la CAF ou de la MSA.".to_owned()
            }
            Self::Choice => "Choisissez une des réponses proposées.".to_owned(),
        }
    }
}

impl Kind {
    /// Reads what was typed into what is kept; `None` when nothing was typed.
    pub fn parse(self, typed: &str, today: Date) -> Result<Option<String>, ValueError> {
        let text = typed.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let value = match self {
            Self::Line(max) => Line::parse(text, max)
                .map_err(ValueError::Text)?
                .into_string(),
            Self::Prose(max) => Prose::parse(text, max)
                .map_err(ValueError::Text)?
                .into_string(),
            Self::Phone => Phone::parse(text)
                .map_err(ValueError::Phone)?
                .e164()
                .to_owned(),
            Self::Email => Email::parse(text)
                .map_err(ValueError::Email)?
                .as_str()
                .to_owned(),
            Self::Birth => birth_date(text, today)
                .map_err(ValueError::Birth)?
                .to_string(),
            Self::Day => typed_date(text)
                .filter(|day: &Date| (1900..=2200).contains(&day.year()))
                .ok_or(ValueError::Day)?
                .to_string(),
            Self::Quotient => quotient(text).ok_or(ValueError::Quotient)?.to_string(),
            Self::Custody => Custody::parse(text)
                .map_err(ValueError::Custody)?
                .to_string(),
            Self::Persons => return Err(ValueError::Choice),
            Self::YesNo => match text {
                "oui" | "non" => text.to_owned(),
                _ => return Err(ValueError::Choice),
            },
            Self::Choice(choices) => choices
                .iter()
                .find(|(code, _)| *code == text)
                .ok_or(ValueError::Choice)?
                .0
                .to_owned(),
        };
        Ok(Some(value))
    }

    /// A kept value as people read it.
    pub fn shown(self, value: &str) -> String {
        match self {
            Self::Line(_) | Self::Prose(_) | Self::Email | Self::Persons => value.to_owned(),
            Self::Phone => Phone::parse(value).map_or_else(|_| value.to_owned(), |p| p.display()),
            Self::Birth | Self::Day => value
                .parse()
                .map_or_else(|_| value.to_owned(), french::day_month_year),
            Self::Quotient => value
                .parse()
                .map_or_else(|_| value.to_owned(), french::number),
            Self::Custody => Custody::parse(value).map_or_else(
                |_| value.to_owned(),
                |custody| {
                    let named = format!("au foyer du dossier n°\u{a0}{}", custody.family);
                    custody.words_fr(&named, "dans l’autre foyer").join("\n")
                },
            ),
            Self::YesNo => if value == "oui" { "Oui" } else { "Non" }.to_owned(),
            Self::Choice(choices) => choices
                .iter()
                .find(|(code, _)| *code == value)
                .map_or(value, |(_, label)| label)
                .to_owned(),
        }
    }
}

/// `742`, `1 042`, `742,00`: a quotient of the CAF has no cents that count.
fn quotient(text: &str) -> Option<u32> {
    let whole = ["€", "euros"]
        .iter()
        .find_map(|unit| text.strip_suffix(unit))
        .unwrap_or(text)
        .trim();
    let whole = whole
        .strip_suffix(",00")
        .or_else(|| whole.strip_suffix(".00"))
        .unwrap_or(whole);
    let digits: String = whole.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok().filter(|n| *n <= QUOTIENT_MOST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    const TODAY: Date = date(2026, 11, 23);
    const KINDS: [Kind; 10] = [
        Kind::Line(80),
        Kind::Prose(300),
        Kind::Phone,
        Kind::Email,
        Kind::Birth,
        Kind::Day,
        Kind::Quotient,
        Kind::YesNo,
        Kind::Custody,
        Kind::Choice(&[("caf", "CAF"), ("msa", "MSA")]),
    ];

    #[test]
    fn what_people_write_is_kept_in_one_writing() {
        let kept = |kind: Kind, typed| kind.parse(typed, TODAY).unwrap();
        assert_eq!(
            kept(Kind::Phone, "06 12 34 56 78").as_deref(),
            Some("+33612345678")
        );
        assert_eq!(kept(Kind::Day, "31/08/2027").as_deref(), Some("2027-08-31"));
        assert_eq!(
            kept(Kind::Quotient, " 1 042,00 € ").as_deref(),
            Some("1042")
        );
        assert_eq!(kept(Kind::Quotient, "0").as_deref(), Some("0"));
        assert_eq!(kept(Kind::Line(10), "  ").as_deref(), None);
    }

    #[test]
    fn what_cannot_be_is_said_beside_its_field() {
        for (kind, typed) in [
            (Kind::Quotient, "742,50"),
            (Kind::Quotient, "-3"),
            (Kind::Quotient, "100000"),
            (Kind::Quotient, "beaucoup"),
            (Kind::Day, "31/02/2027"),
            (Kind::Birth, "01/01/2030"),
            (Kind::Phone, "12"),
            (Kind::YesNo, "peut-être"),
            (Kind::Choice(&[("caf", "CAF")]), "pole"),
            (Kind::Line(3), "trop long"),
        ] {
            let error = kind.parse(typed, TODAY).unwrap_err();
            assert!(error.message_fr("Champ").len() > 10, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn what_is_kept_is_read_again_as_itself(typed in "[ -~é€/.]{0,30}", which in 0..10usize) {
            let kind = KINDS[which];
            if let Ok(Some(kept)) = kind.parse(&typed, TODAY) {
                prop_assert_eq!(kind.parse(&kept, TODAY), Ok(Some(kept.clone())));
                prop_assert!(!kind.shown(&kept).is_empty());
            }
        }
    }
}
