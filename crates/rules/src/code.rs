//! Codes that people copy from a screen, a letter or a telephone.
//!
//! The alphabet has no 0, O, 1, I or L. It has 31 signs, and 31 is prime: that makes a check
//! character possible that finds every single wrong sign and every swap of two signs (see
//! [`check_character`]).

use thiserror::Error;

/// The signs of written codes.
pub const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const BASE: u32 = 31;

/// Why a code was not taken. The `Display` text is the French sentence for the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CodeError {
    /// Nothing typed.
    #[error("Indiquez le code.")]
    Missing,
    /// A sign that codes do not hold.
    #[error("Le code ne contient pas «\u{a0}{0}\u{a0}». Vérifiez ce caractère.")]
    Character(char),
    /// Too few or too many signs.
    #[error("Le code a {expected} caractères, vous en avez tapé {typed}.")]
    Length {
        /// How many signs it has.
        expected: usize,
        /// How many were typed, without blanks and dashes.
        typed: usize,
    },
}

impl CodeError {
    /// The sentence to show beside the field.
    pub fn message_fr(&self) -> String {
        self.to_string()
    }
}

/// Six digits: sent by mail, or shown by an authenticator application (TOTP).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SixDigits(String);

impl SixDigits {
    /// A code from random bytes. 2⁶⁴ is not a multiple of a million; the bias is below 10⁻¹³.
    pub fn from_random(random: [u8; 8]) -> Self {
        Self(format!("{:06}", u64::from_be_bytes(random) % 1_000_000))
    }

    /// Parses `123456`, `12 34 56`, `123-456`.
    pub fn parse(input: &str) -> Result<Self, CodeError> {
        let digits = signs(input, |c| c.is_ascii_digit().then_some(c))?;
        exactly(digits, 6).map(Self)
    }

    /// `123456`: to compare and to hash.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `123 456` with a no-break space: to show.
    pub fn grouped(&self) -> String {
        format!("{}\u{a0}{}", &self.0[..3], &self.0[3..])
    }
}

/// A code that opens an agent's account once, when the telephone is lost: `ABCD-EFGH-JKMN`.
/// Twelve signs of 31 are 59.4 bits.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RecoveryCode(String);

impl RecoveryCode {
    /// Signs in a recovery code.
    pub const LENGTH: usize = 12;

    /// A code from random bytes; 128 bits for 60 make the bias of the division negligible.
    pub fn from_random(random: [u8; 16]) -> Self {
        Self(from_random(random, Self::LENGTH))
    }

    /// Parses it in any case, with blanks and dashes anywhere or nowhere.
    pub fn parse(input: &str) -> Result<Self, CodeError> {
        exactly(signs(input, in_alphabet)?, Self::LENGTH).map(Self)
    }

    /// `ABCDEFGHJKMN`: to compare and to hash.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `ABCD-EFGH-JKMN`: to show.
    pub fn grouped(&self) -> String {
        format!("{}-{}-{}", &self.0[..4], &self.0[4..8], &self.0[8..])
    }
}

macro_rules! secret {
    ($($name:ident),*) => {$(
        /// A log must not tell the code.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}
secret!(SixDigits, RecoveryCode);

/// `length` signs (at most 20) from random bytes, without a check character.
pub fn from_random(random: [u8; 16], length: usize) -> String {
    let mut rest = u128::from_be_bytes(random);
    let mut code = String::with_capacity(length);
    for _ in 0..length.min(20) {
        let index = usize::try_from(rest % u128::from(BASE)).unwrap_or(0);
        code.push(char::from(ALPHABET[index]));
        rest /= u128::from(BASE);
    }
    code
}

/// What was typed, in capitals, without blanks and dashes; refused when it holds a sign outside the
/// alphabet.
pub fn normalise(input: &str) -> Result<String, CodeError> {
    signs(input, in_alphabet)
}

/// The check character of a code of at most 29 signs, to be written behind it.
///
/// As in the pure systems of ISO/IEC 7064, each sign has a weight that is a power of a fixed number
/// and the check character makes the weighted sum a multiple of the modulus. Here the modulus is
/// 31, the size of the alphabet, and the number is 3, whose powers take all 30 values before they
/// repeat. As 31 is prime, one wrong sign always changes the sum, and so does the exchange of two
/// signs wherever they stand, because no two weights are equal.
///
/// `None` when the code is empty, too long or holds a sign outside the alphabet.
pub fn check_character(code: &str) -> Option<char> {
    if code.is_empty() || code.len() > 29 {
        return None;
    }
    let sum = weighted_sum(code, 3)?;
    let index = usize::try_from((BASE - sum) % BASE).ok()?;
    Some(char::from(ALPHABET[index]))
}

/// Whether the last sign of a normalised code is its check character.
pub fn is_checked(code: &str) -> bool {
    (2..=30).contains(&code.len()) && weighted_sum(code, 1) == Some(0)
}

/// The sum modulo 31 with weights from right to left: `first`, 3 × `first`, 9 × `first`…
fn weighted_sum(code: &str, first: u32) -> Option<u32> {
    let mut weight = first;
    let mut sum = 0;
    for byte in code.bytes().rev() {
        let value = u32::try_from(ALPHABET.iter().position(|sign| *sign == byte)?).ok()?;
        sum = (sum + value * weight) % BASE;
        weight = weight * 3 % BASE;
    }
    Some(sum)
}

fn in_alphabet(c: char) -> Option<char> {
    let upper = c.to_ascii_uppercase();
    u8::try_from(upper)
        .is_ok_and(|byte| ALPHABET.contains(&byte))
        .then_some(upper)
}

fn signs(input: &str, accept: impl Fn(char) -> Option<char>) -> Result<String, CodeError> {
    let mut kept = String::new();
    for c in input.chars() {
        if c.is_whitespace()
            || matches!(c, '-' | '_' | '.' | '\u{200b}'..='\u{200f}' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{feff}')
        {
            continue;
        }
        kept.push(accept(c).ok_or(CodeError::Character(c))?);
    }
    if kept.is_empty() {
        Err(CodeError::Missing)
    } else {
        Ok(kept)
    }
}

fn exactly(code: String, expected: usize) -> Result<String, CodeError> {
    if code.len() == expected {
        Ok(code)
    } else {
        Err(CodeError::Length {
            expected,
            typed: code.len(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn six_digits_are_read_with_or_without_blanks() {
        for input in [
            "123456",
            "12 34 56",
            " 123\u{a0}456 ",
            "123-456",
            "1 2 3 4 5 6\r\n",
        ] {
            assert_eq!(
                SixDigits::parse(input).unwrap().as_str(),
                "123456",
                "{input:?}"
            );
        }
        assert_eq!(SixDigits::parse(" "), Err(CodeError::Missing));
        assert_eq!(
            SixDigits::parse("12345"),
            Err(CodeError::Length {
                expected: 6,
                typed: 5
            })
        );
        assert_eq!(SixDigits::parse("12345O"), Err(CodeError::Character('O')));
        assert_eq!(SixDigits::from_random([0; 8]).grouped(), "000\u{a0}000");
    }

    #[test]
    fn a_recovery_code_is_read_as_people_copy_it() {
        let code = RecoveryCode::from_random([200; 16]);
        let typed = code.grouped().to_lowercase().replace('-', " ");
        assert_eq!(RecoveryCode::parse(&typed), Ok(code.clone()));
        assert_eq!(
            RecoveryCode::parse("ABCD-EFGH-JKM0"),
            Err(CodeError::Character('0'))
        );
        assert_eq!(
            RecoveryCode::parse("ABCD-EFGH"),
            Err(CodeError::Length {
                expected: 12,
                typed: 8
            })
        );
    }

    #[test]
    fn a_log_does_not_tell_a_code() {
        assert_eq!(
            format!("{:?}", SixDigits::from_random([1; 8])),
            "SixDigits(…)"
        );
    }

    #[test]
    fn the_weights_are_all_different() {
        let mut weights: Vec<u32> = (0..30)
            .scan(1, |w, _| {
                let now = *w;
                *w = *w * 3 % BASE;
                Some(now)
            })
            .collect();
        weights.sort_unstable();
        weights.dedup();
        assert_eq!(weights.len(), 30);
    }

    proptest! {
        #[test]
        fn shown_codes_parse_back(random: [u8; 16], eight: [u8; 8]) {
            let code = RecoveryCode::from_random(random);
            prop_assert_eq!(RecoveryCode::parse(&code.grouped()), Ok(code));
            let six = SixDigits::from_random(eight);
            prop_assert_eq!(SixDigits::parse(&six.grouped()), Ok(six));
        }

        #[test]
        fn a_wrong_sign_or_a_swap_is_always_found(random: [u8; 16], length in 4usize..16, at in 0usize..16, other in 0usize..16, sign in 0usize..31) {
            let mut code = from_random(random, length);
            code.push(check_character(&code).unwrap());
            prop_assert!(is_checked(&code));
            let (at, other) = (at % code.len(), other % code.len());
            let mut wrong = code.clone().into_bytes();
            wrong[at] = ALPHABET[sign];
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assert_eq!(is_checked(&wrong), wrong == code);
            let mut swapped = code.clone().into_bytes();
            swapped.swap(at, other);
            let swapped = String::from_utf8(swapped).unwrap();
            prop_assert_eq!(is_checked(&swapped), swapped == code);
        }

        #[test]
        fn nothing_that_is_typed_breaks_it(input in ".{0,30}") {
            if let Ok(code) = normalise(&input) {
                prop_assert_eq!(normalise(&code), Ok(code.clone()));
                let _: bool = is_checked(&code);
            }
        }
    }
}
