//! How a person is addressed.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::text::Line;

/// What was posted is neither "M" nor "MME".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("Choisissez une civilité dans la liste.")]
pub struct BadCivility;

/// Where it is absent, an `Option` says so: nobody is made to choose who was not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Civility {
    /// Monsieur.
    M,
    /// Madame.
    Mme,
}

impl Civility {
    /// Both, in the order of the form.
    pub const ALL: [Self; 2] = [Self::Mme, Self::M];

    /// The name in the database and in forms.
    pub const fn code(self) -> &'static str {
        match self {
            Self::M => "M",
            Self::Mme => "MME",
        }
    }

    /// "M.", "Mme".
    pub const fn label_fr(self) -> &'static str {
        match self {
            Self::M => "M.",
            Self::Mme => "Mme",
        }
    }

    /// "Monsieur", "Madame".
    pub const fn in_full(self) -> &'static str {
        match self {
            Self::M => "Monsieur",
            Self::Mme => "Madame",
        }
    }

    /// Parses a code or what people and other software write; blank is absent.
    pub fn parse_optional(input: &str) -> Result<Option<Self>, BadCivility> {
        match input.trim().trim_end_matches('.').to_lowercase().as_str() {
            "" => Ok(None),
            "m" | "mr" | "monsieur" => Ok(Some(Self::M)),
            "mme" | "madame" | "mlle" | "mademoiselle" => Ok(Some(Self::Mme)),
            _ => Err(BadCivility),
        }
    }
}

/// The name of a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct PersonName {
    /// M. or Mme, if they said so.
    pub civility: Option<Civility>,
    /// First name.
    pub first: Line,
    /// Family name.
    pub last: Line,
}

impl PersonName {
    /// "Camille Durand".
    pub fn full(&self) -> String {
        format!("{} {}", self.first, self.last)
    }

    /// "Mme Camille Durand", with a no-break space after the civility.
    pub fn formal(&self) -> String {
        match self.civility {
            Some(civility) => format!("{}\u{a0}{}", civility.label_fr(), self.full()),
            None => self.full(),
        }
    }

    /// The first line of a letter, without its comma: "Bonjour Madame Durand", or with the first
    /// name where no civility is known.
    pub fn greeting(&self) -> String {
        match self.civility {
            Some(civility) => format!("Bonjour {}\u{a0}{}", civility.in_full(), self.last),
            None => format!("Bonjour {}", self.full()),
        }
    }

    /// "Durand Camille": to sort a list.
    pub fn sorted(&self) -> String {
        format!("{} {}", self.last, self.first)
    }

    /// "CD": where there is no photo.
    pub fn initials(&self) -> String {
        [&self.first, &self.last]
            .into_iter()
            .filter_map(|part| part.as_str().chars().find(|c| c.is_alphanumeric()))
            .flat_map(char::to_uppercase)
            .collect()
    }
}

impl std::fmt::Display for PersonName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.full())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(civility: Option<Civility>, first: &str, last: &str) -> PersonName {
        PersonName {
            civility,
            first: Line::parse(first, 80).unwrap(),
            last: Line::parse(last, 80).unwrap(),
        }
    }

    #[test]
    fn with_a_civility() {
        let camille = person(Some(Civility::Mme), "Camille", "Durand");
        assert_eq!(camille.formal(), "Mme\u{a0}Camille Durand");
        assert_eq!(camille.greeting(), "Bonjour Madame\u{a0}Durand");
        assert_eq!(camille.initials(), "CD");
        assert_eq!(camille.sorted(), "Durand Camille");
    }

    #[test]
    fn without_one_nothing_is_guessed() {
        let camille = person(None, "Camille", "d’Ormesson");
        assert_eq!(camille.formal(), "Camille d’Ormesson");
        assert_eq!(camille.greeting(), "Bonjour Camille d’Ormesson");
    }

    #[test]
    fn every_script_has_initials_or_none() {
        assert_eq!(person(None, "élodie", "王").initials(), "É王");
        assert_eq!(person(None, "🦄", "!").initials(), "");
    }

    #[test]
    fn codes_come_back_and_older_words_are_understood() {
        for civility in Civility::ALL {
            assert_eq!(
                Civility::parse_optional(civility.code()),
                Ok(Some(civility))
            );
            assert_eq!(
                Civility::parse_optional(civility.label_fr()),
                Ok(Some(civility))
            );
            assert_eq!(
                Civility::parse_optional(civility.in_full()),
                Ok(Some(civility))
            );
        }
        assert_eq!(Civility::parse_optional(" "), Ok(None));
        assert_eq!(Civility::parse_optional("Dr"), Err(BadCivility));
    }
}
