//! How strong a password is, by the CNIL's formula (recommendation 2022-100): L × log2 N.

use unicode_normalization::UnicodeNormalization;

/// The strength by the CNIL's formula. It counts what the password could be made of; a common word
/// has the same figure as a random one, which is why [`Policy::check`](crate::password::Policy::check) looks at words too.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entropy {
    /// L: characters.
    pub length: u32,
    /// N: size of the alphabet: 10 digits, 26 + 26 letters, 37 signs, those that are used.
    pub alphabet: u32,
    /// L × log2 N, in bits.
    pub bits: f64,
}

/// What the CNIL takes a password for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Below 50 bits.
    Weak,
    /// 50 bits: enough where tries are slowed down, as here.
    Fair,
    /// 80 bits (79 counts, as in the CNIL's own example of 12 characters): enough anywhere.
    Strong,
}

impl Strength {
    /// The word on the meter.
    pub const fn label_fr(self) -> &'static str {
        match self {
            Self::Weak => "faible",
            Self::Fair => "correct",
            Self::Strong => "solide",
        }
    }
}

impl Entropy {
    /// Counts a password.
    pub fn of(password: &str) -> Self {
        let facts = Facts::of(password);
        let length = u32::try_from(facts.length).unwrap_or(u32::MAX);
        let kinds = [
            (facts.digit, 10),
            (facts.lower, 26),
            (facts.upper, 26),
            (facts.symbol, 37),
        ];
        let alphabet: u32 = kinds
            .into_iter()
            .filter_map(|(used, size)| used.then_some(size))
            .sum();
        Self {
            length,
            alphabet,
            bits: f64::from(length) * f64::from(alphabet.max(1)).log2(),
        }
    }

    /// The CNIL's classes.
    pub fn strength(self) -> Strength {
        if self.bits >= 79.0 {
            Strength::Strong
        } else if self.bits >= 50.0 {
            Strength::Fair
        } else {
            Strength::Weak
        }
    }
}

/// What a password is made of.
#[derive(Default)]
pub(crate) struct Facts {
    pub(crate) length: usize,
    pub(crate) digit: bool,
    pub(crate) lower: bool,
    pub(crate) upper: bool,
    pub(crate) symbol: bool,
}

impl Facts {
    pub(crate) fn of(password: &str) -> Self {
        let mut facts = Self::default();
        for c in password.nfc() {
            facts.length += 1;
            match c {
                c if c.is_numeric() => facts.digit = true,
                c if c.is_lowercase() => facts.lower = true,
                c if c.is_uppercase() => facts.upper = true,
                _ => facts.symbol = true,
            }
        }
        facts
    }

    pub(crate) fn kinds(&self) -> u8 {
        u8::from(self.digit) + u8::from(self.lower) + u8::from(self.upper) + u8::from(self.symbol)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_figures_of_the_cnil() {
        let seed = Entropy::of("Vz7kqmwp");
        assert_eq!((seed.length, seed.alphabet), (8, 62));
        assert!((seed.bits - 47.6).abs() < 0.1);
        assert_eq!(seed.strength(), Strength::Weak);
        assert_eq!(Entropy::of("Vz7kqmw-").strength(), Strength::Fair);
        assert_eq!(Entropy::of("Vz7kqmwpTd9-").strength(), Strength::Strong);
        assert_eq!(Entropy::of("Vz7kqmwpTd9rXq").strength(), Strength::Strong);
        assert!(Entropy::of("").bits.abs() < f64::EPSILON);
    }

    proptest! {
        #[test]
        fn a_longer_password_is_never_weaker(password in "[a-zA-Z0-9!-]{1,20}", more in "[a-zA-Z0-9!-]{1,5}") {
            let longer = format!("{password}{more}");
            prop_assert!(Entropy::of(&longer).bits >= Entropy::of(&password).bits);
        }
    }
}
