//! Money: integer cents, never floats.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why an amount was not taken. The `Display` text is the French sentence for the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MoneyError {
    /// Nothing typed.
    #[error("Indiquez un montant, par exemple 12,50.")]
    Missing,
    /// Not an amount.
    #[error("Ce n’est pas un montant\u{a0}: écrivez par exemple 12,50.")]
    NotAnAmount,
    /// More than two digits after the comma.
    #[error("Un montant a au plus deux chiffres après la virgule.")]
    TooPrecise,
    /// More than an account can hold.
    #[error("Ce montant est trop grand.")]
    TooLarge,
}

impl MoneyError {
    /// The sentence to show beside the field.
    pub fn message_fr(&self) -> String {
        self.to_string()
    }
}

/// An amount in cents of euro; negative for what is owed to the family.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Cents(pub i64);

impl Cents {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Parses what people type: `12,5`, `12.50 €`, `1 234,00`, `1.234,00`, `-3`. A comma or a
    /// point before one or two digits at the end is the decimal one; a point elsewhere is taken
    /// only when a comma follows and it parts groups of three, so `1.234` is asked again.
    pub fn parse(input: &str) -> Result<Self, MoneyError> {
        let compact: String = input
            .chars()
            .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}'))
            .collect();
        let text = compact.trim();
        let text = ["€", "EUR", "eur", "euros", "euro"]
            .iter()
            .find_map(|unit| text.strip_suffix(unit))
            .unwrap_or(text);
        let text = text.trim();
        if text.is_empty() {
            return Err(MoneyError::Missing);
        }
        let (negative, text) = match text.strip_prefix(['-', '\u{2212}']) {
            Some(rest) => (true, rest.trim_start()),
            None => (false, text),
        };
        let (whole, fraction) = split_decimals(text)?;
        let euros = whole_euros(whole)?;
        let cents = match fraction.len() {
            0 => 0,
            1 => parse_digits(fraction)? * 10,
            2 => parse_digits(fraction)?,
            _ => return Err(MoneyError::TooPrecise),
        };
        let total = euros
            .checked_mul(100)
            .and_then(|c| c.checked_add(cents))
            .ok_or(MoneyError::TooLarge)?;
        Ok(Self(if negative { -total } else { total }))
    }

    /// The sum, or nothing when it does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or nothing when it does not fit.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The sum of many, or nothing when it does not fit.
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Option<Self> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }
}

/// `1 234,50 €`, with narrow no-break spaces, so that an amount never breaks over two lines.
impl std::fmt::Display for Cents {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cents = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "\u{2212}" } else { "" };
        write!(
            f,
            "{sign}{},{:02}\u{202f}€",
            grouped(cents / 100),
            cents % 100
        )
    }
}

/// Groups of three parted by narrow no-break spaces.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::with_capacity(digits.len() * 2);
    for (index, c) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push('\u{202f}');
        }
        shown.push(c);
    }
    shown
}

fn split_decimals(text: &str) -> Result<(&str, &str), MoneyError> {
    if let Some((whole, fraction)) = text.split_once(',') {
        return Ok((whole, fraction));
    }
    match text.split_once('.') {
        Some((_, fraction)) if fraction.contains('.') => Err(MoneyError::NotAnAmount),
        Some(parts) => Ok(parts),
        None => Ok((text, "")),
    }
}

fn whole_euros(whole: &str) -> Result<i64, MoneyError> {
    let groups: Vec<&str> = whole
        .split(|c: char| c == '.' || c == '\'' || c == '’' || c.is_whitespace())
        .collect();
    if let [first, rest @ ..] = groups.as_slice()
        && !rest.is_empty()
        && (first.is_empty() || first.len() > 3 || rest.iter().any(|group| group.len() != 3))
    {
        return Err(MoneyError::NotAnAmount);
    }
    let digits = groups.concat();
    if digits.is_empty() {
        Err(MoneyError::NotAnAmount)
    } else {
        parse_digits(&digits)
    }
}

fn parse_digits(digits: &str) -> Result<i64, MoneyError> {
    if !digits.chars().all(|c| c.is_ascii_digit()) {
        return Err(MoneyError::NotAnAmount);
    }
    digits.parse().map_err(|_| MoneyError::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn usual_writings_are_the_same_amount() {
        let cases = [
            ("12,5", 1250),
            ("12.50 €", 1250),
            ("12,50\u{a0}€", 1250),
            ("12,50 EUR", 1250),
            ("12", 1200),
            ("12,", 1200),
            ("0,05", 5),
            ("1 234,00", 123_400),
            ("1\u{202f}234,50\u{202f}€", 123_450),
            ("1.234,00", 123_400),
            ("1234.5", 123_450),
            ("-3", -300),
            ("\u{2212}3,20", -320),
        ];
        for (input, cents) in cases {
            assert_eq!(Cents::parse(input), Ok(Cents(cents)), "{input:?}");
        }
    }

    #[test]
    fn what_is_doubtful_is_asked_again() {
        let cases = [
            ("", MoneyError::Missing),
            (" € ", MoneyError::Missing),
            ("douze", MoneyError::NotAnAmount),
            ("1.234", MoneyError::TooPrecise),
            ("1,234", MoneyError::TooPrecise),
            ("1,234.00", MoneyError::TooPrecise),
            ("12 34", MoneyError::NotAnAmount),
            ("1.2.3", MoneyError::NotAnAmount),
            ("1e3", MoneyError::NotAnAmount),
            (",50", MoneyError::NotAnAmount),
            ("--3", MoneyError::NotAnAmount),
            ("99999999999999999999", MoneyError::TooLarge),
            ("92233720368547758,08", MoneyError::TooLarge),
        ];
        for (input, error) in cases {
            assert_eq!(Cents::parse(input), Err(error), "{input:?}");
        }
    }

    #[test]
    fn an_amount_is_shown_the_french_way() {
        assert_eq!(Cents(123_450).to_string(), "1\u{202f}234,50\u{202f}€");
        assert_eq!(Cents(-5).to_string(), "\u{2212}0,05\u{202f}€");
        assert_eq!(Cents(0).to_string(), "0,00\u{202f}€");
    }

    #[test]
    fn sums_never_wrap() {
        assert_eq!(Cents(i64::MAX).checked_add(Cents(1)), None);
        assert_eq!(Cents(i64::MIN).checked_sub(Cents(1)), None);
        assert_eq!(
            Cents::checked_sum([Cents(1), Cents(2), Cents(-4)]),
            Some(Cents(-1))
        );
    }

    proptest! {
        #[test]
        fn what_is_shown_parses_back(cents in -9_000_000_000_000_000i64..9_000_000_000_000_000) {
            prop_assert_eq!(Cents::parse(&Cents(cents).to_string()), Ok(Cents(cents)));
        }

        #[test]
        fn nothing_that_is_typed_breaks_it(input in "[-0-9.,  €a]{0,24}|.{0,24}") {
            let _: Result<Cents, MoneyError> = Cents::parse(&input);
        }
    }
}
