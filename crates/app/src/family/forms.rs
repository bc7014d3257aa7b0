//! What agents type about families, read into what can be saved.

use jiff::civil::Date;
use preau_rules::{civility::Civility, email::Email, family::birth_date, phone::Phone, text::Line};
use preau_store::tables::family::{ChildFacts, GuardianFacts};

use crate::{Error, Problems, own_page::NAME_LIMIT};

/// The longest reference, in characters.
pub(crate) const REFERENCE_LIMIT: usize = 40;

/// A family as typed.
#[derive(Debug, Clone, Default)]
pub struct FamilyForm {
    /// Its name.
    pub nom: String,
    /// Its number in another software; may be empty.
    pub reference: String,
}

impl FamilyForm {
    /// Name, and reference when one was typed.
    pub(crate) fn parse(&self) -> Result<(String, Option<String>), Error> {
        let mut problems = Problems::default();
        let name = problems.take("nom", Line::parse(&self.nom, NAME_LIMIT), |e| {
            e.message_fr("Nom de la famille")
        });
        let reference = problems.take(
            "reference",
            Line::parse_optional(&self.reference, REFERENCE_LIMIT),
            |e| e.message_fr("Numéro de famille"),
        );
        match (name, reference) {
            (Some(name), Some(reference)) => {
                Ok((name.into_string(), reference.map(Line::into_string)))
            }
            _ => Err(problems.into_error()),
        }
    }
}

/// A responsable as typed.
#[derive(Debug, Clone, Default)]
pub struct GuardianForm {
    /// `M`, `MME` or empty.
    pub civilite: String,
    /// Last name.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// Address; may be empty.
    pub email: String,
    /// Telephone; may be empty.
    pub telephone: String,
}

/// A responsable that can be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GuardianInput {
    pub(crate) civility: Option<&'static str>,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
}

impl GuardianInput {
    pub(crate) fn facts(&self) -> GuardianFacts<'_> {
        GuardianFacts {
            civility: self.civility,
            first_name: &self.first_name,
            last_name: &self.last_name,
            email: self.email.as_deref(),
            phone: self.phone.as_deref(),
        }
    }
}

impl GuardianForm {
    pub(crate) fn parse(&self) -> Result<GuardianInput, Error> {
        let mut problems = Problems::default();
        let civility = problems.take("civilite", Civility::parse_optional(&self.civilite), |e| {
            e.to_string()
        });
        let last = problems.take("nom", Line::parse(&self.nom, NAME_LIMIT), |e| {
            e.message_fr("Nom")
        });
        let first = problems.take("prenom", Line::parse(&self.prenom, NAME_LIMIT), |e| {
            e.message_fr("Prénom")
        });
        let email = optional(&self.email, Email::parse);
        let email = problems.take("email", email, preau_rules::email::EmailError::message_fr);
        let phone = optional(&self.telephone, Phone::parse);
        let phone = problems.take(
            "telephone",
            phone,
            preau_rules::phone::PhoneError::message_fr,
        );
        match (civility, last, first, email, phone) {
            (Some(civility), Some(last), Some(first), Some(email), Some(phone)) => {
                Ok(GuardianInput {
                    civility: civility.map(Civility::code),
                    first_name: first.into_string(),
                    last_name: last.into_string(),
                    email: email.map(|e| e.as_str().to_owned()),
                    phone: phone.map(|p| p.e164().to_owned()),
                })
            }
            _ => Err(problems.into_error()),
        }
    }
}

fn optional<T, E>(text: &str, parse: impl Fn(&str) -> Result<T, E>) -> Result<Option<T>, E> {
    if text.trim().is_empty() {
        Ok(None)
    } else {
        parse(text).map(Some)
    }
}

/// A child as typed.
#[derive(Debug, Clone, Default)]
pub struct ChildForm {
    /// Last name.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// Birth date.
    pub naissance: String,
    /// `F`, `M` or empty.
    pub sexe: String,
}

/// A child that can be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChildInput {
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) born_on: Date,
    pub(crate) sex: Option<&'static str>,
}

impl ChildInput {
    pub(crate) fn facts(&self) -> ChildFacts<'_> {
        ChildFacts {
            first_name: &self.first_name,
            last_name: &self.last_name,
            born_on: self.born_on,
            sex: self.sex,
        }
    }
}

impl ChildForm {
    pub(crate) fn parse(&self, today: Date) -> Result<ChildInput, Error> {
        let mut problems = Problems::default();
        let last = problems.take("nom", Line::parse(&self.nom, NAME_LIMIT), |e| {
            e.message_fr("Nom")
        });
        let first = problems.take("prenom", Line::parse(&self.prenom, NAME_LIMIT), |e| {
            e.message_fr("Prénom")
        });
        let born_on = problems.take("naissance", birth_date(&self.naissance, today), |e| {
            e.message_fr()
        });
        let sex = match self.sexe.trim().to_lowercase().as_str() {
            "" => Some(None),
            "f" | "fille" | "féminin" => Some(Some("F")),
            "m" | "g" | "garçon" | "masculin" => Some(Some("M")),
            _ => {
                problems.add("sexe", "Choisissez fille ou garçon, ou laissez vide.");
                None
            }
        };
        match (last, first, born_on, sex) {
            (Some(last), Some(first), Some(born_on), Some(sex)) => Ok(ChildInput {
                first_name: first.into_string(),
                last_name: last.into_string(),
                born_on,
                sex,
            }),
            _ => Err(problems.into_error()),
        }
    }
}
