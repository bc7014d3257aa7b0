//! What a commune may ask of families' passwords: a few choices, each with what follows from it. None asks for less than
//! the portal that families come from. Figures: CNIL, recommendation 2022-100 (50 bits beside a slow-down, 80 alone).

use serde::{Deserialize, Serialize};

use crate::password::Policy;

/// A choice of the commune.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// 8 characters with a digit, a lower case and an upper case letter.
    #[default]
    Usual,
    /// 8 characters of the four kinds.
    FourKinds,
    /// 12 characters of the four kinds.
    Twelve,
    /// 14 characters with a digit, a lower case and an upper case letter, or a phrase of 7 words.
    Phrase,
}

impl Preset {
    /// All of them, the least demanding first.
    pub const ALL: [Self; 4] = [Self::Usual, Self::FourKinds, Self::Twelve, Self::Phrase];

    /// Its word in forms.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Usual => "usuel",
            Self::FourKinds => "quatre-sortes",
            Self::Twelve => "douze",
            Self::Phrase => "phrase",
        }
    }

    /// Reads the word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.code() == code)
    }

    /// What it asks.
    pub fn policy(self) -> Policy {
        let wanted = match self {
            Self::Usual => Policy::FAMILY,
            Self::FourKinds => Policy {
                symbol: true,
                ..Policy::FAMILY
            },
            Self::Twelve => Policy::CNIL,
            Self::Phrase => Policy {
                min_length: 14,
                words: 7,
                ..Policy::FAMILY
            },
        };
        wanted.at_least(Policy::FAMILY)
    }

    /// Bits by the CNIL's formula L × log2 N, of the shortest password that it takes.
    pub fn bits(self) -> f64 {
        let policy = self.policy();
        let signs = if policy.symbol { 37.0 } else { 0.0 };
        f64::from(policy.min_length) * f64::log2(62.0 + signs)
    }

    /// What follows from it, for the agent who chooses.
    pub const fn consequence_fr(self) -> &'static str {
        match self {
            Self::Usual => {
                "La règle que les familles connaissent. Un peu moins que ce que la CNIL demande : le ralentissement des essais et le refus des mots de passe courants la complètent."
            }
            Self::FourKinds => {
                "Ce que la CNIL demande quand les essais sont ralentis, comme ici. Un signe de plus à trouver sur le clavier du téléphone."
            }
            Self::Twelve => {
                "Ce que la CNIL demande d’un mot de passe sans autre protection. Plus long à taper : les oublis seront plus nombreux."
            }
            Self::Phrase => {
                "Aussi solide que le précédent, sans signe à chercher : une phrase se retient et se tape mieux sur un téléphone."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_asks_for_less_than_the_portal_of_before() {
        for preset in Preset::ALL {
            let policy = preset.policy();
            assert_eq!(policy.at_least(Policy::FAMILY), policy, "{preset:?}");
            assert_eq!(Preset::parse(preset.code()), Some(preset));
        }
        assert_eq!(Preset::parse("libre"), None);
    }

    #[test]
    fn the_figures_are_those_of_the_cnil() {
        let bits = Preset::ALL.map(|preset| preset.bits().round());
        assert_eq!(bits.map(|b| b.to_string()), ["48", "53", "80", "83"]);
    }
}
