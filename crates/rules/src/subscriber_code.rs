//! The code abonné: what ties an account to a family's file.
//!
//! One of ours is the commune's prefix and twelve signs, `LAI-7KQ2-M9XD-4HTR`: eleven at random
//! (54.5 bits) and a check character, all from the alphabet of [`crate::code`] without 0, O, 1, I
//! and L. A code that another software made (`BLENFANCE-12087-…`) is taken as it is. Both are
//! compared by a key: capitals and figures only, so that blanks, dashes, accents and small letters do
//! not matter.

use unicode_normalization::{UnicodeNormalization, char::canonical_combining_class};

use crate::code::{ALPHABET, check_character, from_random, is_checked};

/// Random signs in a code of ours.
const RANDOM: usize = 11;
/// Signs in a code of ours, the check character included.
const SIGNS: usize = RANDOM + 1;
/// The longest key that is kept: longer ones belong to nobody.
const LONGEST: usize = 60;

/// What stands before a commune's own codes: up to four capitals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix(String);

impl Prefix {
    /// The first three letters of a commune's path: `LAI` for `laigneville`, `SMA` for `st-martin`
    /// read without its dash.
    pub fn of_slug(slug: &str) -> Self {
        let letters = slug.chars().filter(char::is_ascii_alphabetic);
        let short: String = letters.take(3).collect();
        if short.is_empty() {
            return Self("FAM".to_owned());
        }
        Self(short.to_ascii_uppercase())
    }

    /// `LAI`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A new code of ours, as it is written: `LAI-7KQ2-M9XD-4HTR`. 128 bits for 54.5 make the bias of
/// the division negligible.
pub fn make(prefix: &Prefix, random: [u8; 16]) -> String {
    let mut signs = from_random(random, RANDOM);
    signs.extend(check_character(&signs));
    let groups = [&signs[..4], &signs[4..8], &signs[8..]];
    format!("{}-{}", prefix.0, groups.join("-"))
}

/// What a stored code is compared by: the twelve signs of one of ours, whatever its prefix; every
/// letter and figure of another.
pub fn stored_key(code: &str) -> Option<String> {
    let typed = Typed::read(code)?;
    Some(typed.own.unwrap_or(typed.whole))
}

/// A code as somebody typed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// Every letter and figure, in capitals without accents.
    pub whole: String,
    /// The twelve signs at the end when their check character is right: a prefix mistyped does no
    /// harm, as codes of ours are told apart by these.
    pub own: Option<String>,
}

impl Typed {
    /// Reads it; `None` when there is nothing to compare, or too much.
    pub fn read(input: &str) -> Option<Self> {
        let whole: String = input
            .nfkd()
            .filter(|c| is_sign(*c))
            .flat_map(char::to_uppercase)
            .nfkd()
            .filter(|c| is_sign(*c))
            .take(LONGEST + 1)
            .collect();
        if whole.is_empty() || whole.chars().count() > LONGEST {
            return None;
        }
        let own = whole
            .len()
            .checked_sub(SIGNS)
            .filter(|prefix| *prefix <= 4)
            .and_then(|prefix| whole.get(prefix..))
            .filter(|signs| is_checked(signs))
            .map(ToOwned::to_owned);
        Some(Self { whole, own })
    }

    /// Whether it starts as a code of this commune, is as long, and cannot be one: a slip of the
    /// hand and not a guess.
    pub fn is_slip(&self, prefix: &Prefix) -> bool {
        self.own.is_none()
            && self
                .whole
                .strip_prefix(prefix.as_str())
                .is_some_and(|signs| signs.chars().count() == SIGNS)
    }
}

/// A letter or a figure: accents are taken apart from their letters and left out.
fn is_sign(c: char) -> bool {
    c.is_alphanumeric() && canonical_combining_class(c) == 0
}

/// How many codes there can be with one prefix, as a power of two.
pub fn bits() -> f64 {
    let signs = u32::try_from(ALPHABET.len()).unwrap_or(1);
    let random = u32::try_from(RANDOM).unwrap_or(0);
    f64::from(random) * f64::from(signs).log2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_code_says_its_commune_and_is_hard_to_guess() {
        let prefix = Prefix::of_slug("laigneville");
        let code = make(&prefix, [7; 16]);
        assert!(code.starts_with("LAI-"), "{code}");
        assert_eq!(code.len(), 18, "{code}");
        assert!(!code[4..].contains(['0', 'O', '1', 'I', 'L']), "{code}");
        assert!(bits() > 54.0, "{}", bits());
        assert_eq!(Prefix::of_slug("60").as_str(), "FAM");
    }

    #[test]
    fn a_code_of_another_software_is_taken_as_it_is() {
        for typed in [
            "BLENFANCE-12087-4F2A9",
            " blenfance 12087 4f2a9 ",
            "BLENFANCE\u{2011}12087\u{2011}4F2A9\u{200b}",
            "ＢＬENFANCE-12087-4F2A9",
        ] {
            assert_eq!(
                stored_key(typed).unwrap(),
                "BLENFANCE120874F2A9",
                "{typed:?}"
            );
        }
    }

    /// Each sign is read on its own, so that what holds for every character holds for every text.
    #[test]
    fn reading_a_key_again_changes_nothing() {
        for c in char::MIN..=char::MAX {
            if let Some(typed) = Typed::read(c.encode_utf8(&mut [0; 4])) {
                assert_eq!(Typed::read(&typed.whole).as_ref(), Some(&typed), "{c:?}");
            }
        }
        assert_eq!(stored_key("é\u{1fd2}-12").unwrap(), "EΙ12");
    }

    #[test]
    fn nothing_and_too_much_are_no_codes() {
        for typed in ["", " - ", "🙂", "\u{200b}", &"A".repeat(61)] {
            assert_eq!(Typed::read(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn a_slip_is_not_a_guess() {
        let prefix = Prefix::of_slug("laigneville");
        let code = make(&prefix, [9; 16]);
        let wrong = if code.ends_with('2') { "3" } else { "2" };
        let slip = format!("{}{wrong}", &code[..17]);
        assert!(Typed::read(&slip).unwrap().is_slip(&prefix));
        assert!(!Typed::read(&code).unwrap().is_slip(&prefix));
        assert!(
            !Typed::read("BLENFANCE-12087-4F2A9")
                .unwrap()
                .is_slip(&prefix)
        );
    }

    proptest! {
        #[test]
        fn a_code_is_read_as_people_type_it(random: [u8; 16], blanks in 0usize..4) {
            let code = make(&Prefix::of_slug("valbrune"), random);
            let typed = code.to_lowercase().replace('-', &" ".repeat(blanks));
            prop_assert_eq!(stored_key(&typed), stored_key(&code));
            prop_assert_eq!(stored_key(&code).unwrap().len(), SIGNS);
        }

        #[test]
        fn nothing_that_is_typed_breaks_it(input in ".{0,80}") {
            if let Some(typed) = Typed::read(&input) {
                prop_assert_eq!(Typed::read(&typed.whole), Some(typed.clone()));
            }
        }
    }
}
