//! What a commune decides of each field.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Field;

/// What the family sees of a field, and may do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Not on its pages.
    Hidden,
    /// Shown; only agents change it.
    Shown,
    /// Changed at once.
    AtOnce,
    /// A change becomes a request, and counts when an agent accepted it.
    Checked,
}

impl Access {
    /// Every one, in the order of the settings page.
    pub const ALL: [Self; 4] = [Self::Hidden, Self::Shown, Self::AtOnce, Self::Checked];

    /// The word in forms and settings.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::Shown => "shown",
            Self::AtOnce => "at_once",
            Self::Checked => "checked",
        }
    }

    /// The words on the screen.
    pub const fn label_fr(self) -> &'static str {
        match self {
            Self::Hidden => "Masqué",
            Self::Shown => "Visible, modifié par la mairie",
            Self::AtOnce => "Modifiable aussitôt",
            Self::Checked => "Modifiable après vérification",
        }
    }

    /// Reads the word.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.code() == code)
    }

    /// The family may change it, now or after a check.
    pub const fn may_change(self) -> bool {
        matches!(self, Self::AtOnce | Self::Checked)
    }
}

/// What holds for one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// What the family may do.
    pub access: Access,
    /// It may not be left empty.
    #[serde(default)]
    pub required: bool,
}

/// What a commune decided, by field; a field that it left alone is as usual.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Policies(pub BTreeMap<String, Policy>);

impl Policies {
    /// What holds for a field. What concerns health is never held back by a check, an allergy counts
    /// as soon as it is written; nor is whom a family trusts.
    pub fn of(&self, field: &Field) -> Policy {
        let mut policy = self.0.get(field.key).copied().unwrap_or(field.usual);
        if field.never_checked() && policy.access == Access::Checked {
            policy.access = Access::AtOnce;
        }
        policy.required |= field.always_required;
        policy
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dossier::{FIELDS, field};

    #[test]
    fn an_allergy_never_waits_for_a_check() {
        let mut policies = Policies::default();
        for field in FIELDS {
            let checked = Policy {
                access: Access::Checked,
                required: false,
            };
            policies.0.insert(field.key.to_owned(), checked);
        }
        let allergies = field("allergies").unwrap();
        assert_eq!(policies.of(allergies).access, Access::AtOnce);
        assert_eq!(
            policies.of(field("adresse").unwrap()).access,
            Access::Checked
        );
    }

    #[test]
    fn a_name_is_required_whatever_the_commune_says() {
        let policies: Policies = serde_json_like(&[("enfant.nom", Access::AtOnce)]);
        assert!(policies.of(field("enfant.nom").unwrap()).required);
    }

    fn serde_json_like(of: &[(&str, Access)]) -> Policies {
        let made = of.iter().map(|(key, access)| {
            let policy = Policy {
                access: *access,
                required: false,
            };
            ((*key).to_owned(), policy)
        });
        Policies(made.collect())
    }
}
