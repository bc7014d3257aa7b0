//! What a password must be: a policy as data, each rule checked on its own, so that a page can tick
//! them off while it is typed. Only the check on the server decides. Figures: CNIL, recommendation
//! 2022-100: alone, a password needs 80 bits; beside a slow-down ([`crate::throttle`]), 50.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use crate::common_password::{self, fold};
use crate::entropy::Facts;

/// Characters that are hashed at most: megabytes must not reach Argon2.
pub const MAX_LENGTH: usize = 256;

/// Parts of a name or an address shorter than this are not looked for: "Li" is in "olives".
const MIN_PERSONAL: usize = 3;

/// Words that a phrase has at least: the CNIL's example for a password alone.
const MIN_WORDS: u8 = 7;

/// Letters that a word of a phrase has at least.
const WORD_LENGTH: usize = 3;

/// What a commune asks of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Characters at least.
    pub min_length: u8,
    /// A digit is needed.
    pub digit: bool,
    /// A lower case letter is needed.
    pub lower: bool,
    /// An upper case letter is needed.
    pub upper: bool,
    /// A sign that is neither letter nor digit is needed.
    pub symbol: bool,
    /// How many of these four kinds are needed, whichever they are (0 to 4).
    pub kinds: u8,
    /// A phrase of so many words is taken instead, whatever it is made of; 0 when none is.
    pub words: u8,
}

impl Policy {
    /// What the portal asked of families before Préau: 8 characters with a digit, a lower case and
    /// an upper case letter. 47.6 bits by the CNIL's formula, just under the 50 that it asks beside
    /// a restriction of access: the least a commune may ask, not what Préau advises.
    pub const FAMILY: Self = Self {
        min_length: 8,
        digit: true,
        lower: true,
        upper: true,
        symbol: false,
        kinds: 0,
        words: 0,
    };
    /// The CNIL's example for a password alone: 12 characters of the four kinds.
    pub const CNIL: Self = Self {
        min_length: 12,
        digit: true,
        lower: true,
        upper: true,
        symbol: true,
        kinds: 0,
        words: 0,
    };
    /// Agents: 12 characters of three kinds, beside the second factor.
    pub const AGENT: Self = Self {
        min_length: 12,
        digit: false,
        lower: false,
        upper: false,
        symbol: false,
        kinds: 3,
        words: 0,
    };

    /// This policy, and nothing less than `floor` asks.
    #[must_use]
    pub fn at_least(self, floor: Self) -> Self {
        Self {
            min_length: self.min_length.max(floor.min_length),
            digit: self.digit || floor.digit,
            lower: self.lower || floor.lower,
            upper: self.upper || floor.upper,
            symbol: self.symbol || floor.symbol,
            kinds: self.kinds.max(floor.kinds).min(4),
            words: match self.words {
                0 => 0,
                words => words.max(floor.words).max(MIN_WORDS),
            },
        }
    }

    /// The rules of this policy, in the order in which they are shown.
    pub fn rules(self) -> Vec<Rule> {
        let mut rules = vec![Rule::MinLength(self.min_length)];
        let wanted = [
            (self.digit, Rule::Digit),
            (self.lower, Rule::Lower),
            (self.upper, Rule::Upper),
            (self.symbol, Rule::Symbol),
            (self.kinds > 0, Rule::Kinds(self.kinds)),
        ];
        rules.extend(
            wanted
                .into_iter()
                .filter_map(|(asked, rule)| asked.then_some(rule)),
        );
        rules.extend([Rule::NotCommon, Rule::NotPersonal, Rule::MaxLength]);
        rules
    }

    /// Every rule, with whether `password` meets it. `personal` holds the first name, the name, the
    /// e-mail address and what else anybody would try first.
    pub fn check(self, password: &str, personal: &[&str]) -> Vec<Check> {
        let facts = Facts::of(password);
        let phrase = self.words > 0 && words(password) >= usize::from(self.words);
        self.rules()
            .into_iter()
            .map(|rule| Check {
                rule,
                met: match rule {
                    _ if phrase && rule.is_shape() => true,
                    Rule::MinLength(least) => facts.length >= usize::from(least),
                    Rule::Digit => facts.digit,
                    Rule::Lower => facts.lower,
                    Rule::Upper => facts.upper,
                    Rule::Symbol => facts.symbol,
                    Rule::Kinds(least) => facts.kinds() >= least,
                    Rule::NotCommon => !common_password::is_common(password),
                    Rule::NotPersonal => !holds_personal(password, personal),
                    Rule::MaxLength => facts.length <= MAX_LENGTH,
                },
            })
            .collect()
    }

    /// Takes the password or says which rules it breaks.
    pub fn accept(self, password: &str, personal: &[&str]) -> Result<(), PasswordError> {
        if password.is_empty() {
            return Err(PasswordError::Missing);
        }
        let unmet: Vec<Rule> = self
            .check(password, personal)
            .into_iter()
            .filter(|check| !check.met)
            .map(|check| check.rule)
            .collect();
        if unmet.is_empty() {
            Ok(())
        } else {
            Err(PasswordError::Weak(unmet))
        }
    }

    /// The policy in a sentence, to stand under the field before anything is typed.
    pub fn hint_fr(self) -> String {
        let length = format!("Au moins {}\u{a0}caractères", self.min_length);
        let kinds: Vec<String> = self
            .rules()
            .into_iter()
            .filter(|rule| rule.is_kind())
            .map(Rule::label_fr)
            .collect();
        let phrase = match self.words {
            0 => String::new(),
            words => format!(", ou une phrase d’au moins {words}\u{a0}mots différents"),
        };
        if kinds.is_empty() {
            return format!("{length}{phrase}.");
        }
        format!(
            "{length}, dont au moins {}{phrase}.",
            crate::french::list(&kinds)
        )
    }
}

/// One rule of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// So many characters at least.
    MinLength(u8),
    /// A digit.
    Digit,
    /// A lower case letter.
    Lower,
    /// An upper case letter.
    Upper,
    /// A sign that is neither letter nor digit.
    Symbol,
    /// So many kinds among the four.
    Kinds(u8),
    /// Not among those that everybody tries first.
    NotCommon,
    /// Without the name or the address of its owner.
    NotPersonal,
    /// At most [`MAX_LENGTH`] characters.
    MaxLength,
}

impl Rule {
    /// A stable name, for the page's script.
    pub const fn code(self) -> &'static str {
        match self {
            Self::MinLength(_) => "min-length",
            Self::Digit => "digit",
            Self::Lower => "lower",
            Self::Upper => "upper",
            Self::Symbol => "symbol",
            Self::Kinds(_) => "kinds",
            Self::NotCommon => "not-common",
            Self::NotPersonal => "not-personal",
            Self::MaxLength => "max-length",
        }
    }

    /// The rule as a line of the list under the field.
    pub fn label_fr(self) -> String {
        match self {
            Self::MinLength(least) => format!("au moins {least}\u{a0}caractères"),
            Self::Digit => "un chiffre".to_owned(),
            Self::Lower => "une lettre minuscule".to_owned(),
            Self::Upper => "une lettre majuscule".to_owned(),
            Self::Symbol => "un signe, par exemple ! ou -".to_owned(),
            Self::Kinds(least) => {
                format!(
                    "{least}\u{a0}sortes de caractères parmi minuscules, majuscules, chiffres et signes"
                )
            }
            Self::NotCommon => "pas un mot de passe que tout le monde essaierait".to_owned(),
            Self::NotPersonal => {
                "ni votre nom, ni votre prénom, ni votre adresse e-mail".to_owned()
            }
            Self::MaxLength => format!("au plus {MAX_LENGTH}\u{a0}caractères"),
        }
    }

    /// About length and kinds: what a page can tick off by itself, and what a phrase need not meet.
    pub const fn is_shape(self) -> bool {
        self.is_kind() || matches!(self, Self::MinLength(_))
    }

    /// The figure of the rule, for the page's script; 1 for those without.
    pub const fn least(self) -> u8 {
        match self {
            Self::MinLength(least) | Self::Kinds(least) => least,
            _ => 1,
        }
    }

    /// About what the password is made of, which is said before anything is typed.
    const fn is_kind(self) -> bool {
        matches!(
            self,
            Self::Digit | Self::Lower | Self::Upper | Self::Symbol | Self::Kinds(_)
        )
    }
}

/// A rule and whether the password meets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// The rule.
    pub rule: Rule,
    /// Whether it is met.
    pub met: bool,
}

/// Why a password was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// Nothing typed.
    #[error("the password is missing")]
    Missing,
    /// It breaks these rules.
    #[error("the password breaks {} rules", .0.len())]
    Weak(Vec<Rule>),
}

impl PasswordError {
    /// The sentence to show beside the field.
    pub fn message_fr(&self) -> String {
        match self {
            Self::Missing => "Choisissez un mot de passe.".to_owned(),
            Self::Weak(rules) => {
                let labels: Vec<String> = rules.iter().map(|rule| rule.label_fr()).collect();
                format!(
                    "Ce mot de passe ne convient pas encore. Il faut\u{a0}: {}.",
                    labels.join("\u{a0}; ")
                )
            }
        }
    }
}

/// The form to hash and to compare: Unicode NFC, so that an “é” from a Mac opens on Windows.
pub fn prepare(password: &str) -> String {
    password.nfc().collect()
}

/// Different words of three letters or more.
fn words(password: &str) -> usize {
    let folded = fold(password);
    let all: BTreeSet<&str> = folded
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| word.chars().count() >= WORD_LENGTH)
        .collect();
    all.len()
}

fn holds_personal(password: &str, personal: &[&str]) -> bool {
    let readings = common_password::readings(&fold(password));
    personal
        .iter()
        .flat_map(|given| {
            // Of an address the part before the @ is personal; the rest is the provider.
            let own = given.rsplit_once('@').map_or(*given, |(local, _)| local);
            let whole = fold(own);
            let parts: Vec<String> = whole
                .split(|c: char| !c.is_alphabetic())
                .map(str::to_owned)
                .collect();
            parts.into_iter().chain([whole])
        })
        .filter(|part| part.chars().count() >= MIN_PERSONAL)
        .any(|part| readings.iter().any(|reading| reading.contains(&part)))
}

#[cfg(test)]
mod tests;
