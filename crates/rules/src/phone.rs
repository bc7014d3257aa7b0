//! Telephone numbers as people write them, kept in E.164.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a number was not taken. The `Display` text is the French sentence for the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PhoneError {
    /// Nothing typed.
    #[error("Indiquez un numéro de téléphone.")]
    Missing,
    /// A letter or another sign that no number holds.
    #[error(
        "Le numéro contient «\u{a0}{0}\u{a0}»\u{a0}: n’écrivez que des chiffres, par exemple 06 12 34 56 78."
    )]
    Character(char),
    /// A French number that has not ten digits.
    #[error("Un numéro français a 10 chiffres, celui-ci en a {digits}.")]
    FrenchLength {
        /// How many were typed, the leading 0 counted.
        digits: usize,
    },
    /// Ten digits that do not start like a French number.
    #[error(
        "Un numéro français commence par 01 à 09. Pour un numéro étranger, commencez par + et l’indicatif du pays."
    )]
    FrenchStart,
    /// A foreign number that is too short or too long for any country.
    #[error(
        "Ce numéro étranger n’est pas complet\u{a0}: commencez par + et l’indicatif du pays, par exemple +32 2 123 45 67."
    )]
    Foreign,
}

impl PhoneError {
    /// The sentence to show beside the field.
    pub fn message_fr(&self) -> String {
        self.to_string()
    }
}

/// A telephone number: `+` and up to 15 digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

/// Leading national digits of the overseas departments, with the country code that E.164 gives
/// them (national numbering plan of the Arcep). Metropolitan France is +33 for all others.
const OVERSEAS: [(&str, &str); 14] = [
    ("262", "262"),
    ("263", "262"),
    ("269", "262"),
    ("639", "262"),
    ("692", "262"),
    ("693", "262"),
    ("590", "590"),
    ("690", "590"),
    ("691", "590"),
    ("594", "594"),
    ("694", "594"),
    ("596", "596"),
    ("696", "596"),
    ("697", "596"),
];

impl Phone {
    /// Parses any usual writing: `02 02 02 02 02`, `02.02.02.02.02`, `+33 (0)2 02 02 02 02`,
    /// `0033…`, `33 2…`, `0692 12 34 56`, `+32 2 123 45 67`. Nine digits without the leading 0
    /// are French too: that is what a spreadsheet leaves of a number.
    pub fn parse(input: &str) -> Result<Self, PhoneError> {
        let text = input.trim();
        let text = text.strip_prefix("tel:").unwrap_or(text);
        let mut plus = false;
        let mut digits = String::new();
        for c in text.replace("(0)", "").chars() {
            match c {
                '0'..='9' => digits.push(c),
                '+' if digits.is_empty() && !plus => plus = true,
                ' ' | '.' | '-' | '/' | '(' | ')' | '_' | '\u{2010}'..='\u{2014}' => {}
                c if c.is_whitespace()
                    || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}') => {}
                other => return Err(PhoneError::Character(other)),
            }
        }
        if digits.is_empty() {
            return Err(PhoneError::Missing);
        }
        if let Some(rest) = digits.strip_prefix("00") {
            return international(rest);
        }
        if plus {
            return international(&digits);
        }
        if let Some(national) = digits.strip_prefix('0') {
            return french(national);
        }
        match digits.len() {
            9 => french(&digits),
            11 if digits.starts_with("33") => international(&digits),
            length => Err(PhoneError::FrenchLength { digits: length }),
        }
    }

    /// `+33202020202`: to store, to compare, to dial.
    pub fn e164(&self) -> &str {
        &self.0
    }

    /// As French people write it: `02 02 02 02 02`, `0692 12 34 56`, `+32 2 12 34 56 78`, with
    /// no-break spaces.
    pub fn display(&self) -> String {
        let digits = &self.0[1..];
        if let Some(national) = digits.strip_prefix("33").filter(|n| n.len() == 9) {
            return pairs(&format!("0{national}"));
        }
        let code = country_code(digits);
        let national = &digits[code.len()..];
        if national.len() == 9
            && OVERSEAS
                .iter()
                .any(|(start, c)| *c == code && national.starts_with(start))
        {
            return format!("0{}\u{a0}{}", &national[..3], pairs(&national[3..]));
        }
        format!("+{code}\u{a0}{}", pairs(national))
    }
}

impl std::fmt::Display for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.display())
    }
}

impl TryFrom<String> for Phone {
    type Error = PhoneError;
    fn try_from(text: String) -> Result<Self, PhoneError> {
        Self::parse(&text)
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

fn french(national: &str) -> Result<Phone, PhoneError> {
    if national.len() != 9 {
        return Err(PhoneError::FrenchLength {
            digits: national.len() + 1,
        });
    }
    if national.starts_with('0') {
        return Err(PhoneError::FrenchStart);
    }
    let code = OVERSEAS
        .iter()
        .find(|(start, _)| national.starts_with(start))
        .map_or("33", |(_, code)| code);
    Ok(Phone(format!("+{code}{national}")))
}

fn international(digits: &str) -> Result<Phone, PhoneError> {
    if let Some(national) = digits.strip_prefix("33") {
        return french(national.strip_prefix('0').unwrap_or(national));
    }
    if !(7..=15).contains(&digits.len()) || digits.starts_with('0') {
        return Err(PhoneError::Foreign);
    }
    // People keep the national 0 after an overseas code: +262 0692 12 34 56.
    for code in ["262", "590", "594", "596"] {
        if let Some(national) = digits.strip_prefix(code) {
            let national = national.strip_prefix('0').unwrap_or(national);
            return if national.len() == 9 {
                Ok(Phone(format!("+{code}{national}")))
            } else {
                Err(PhoneError::Foreign)
            };
        }
    }
    Ok(Phone(format!("+{digits}")))
}

/// The country code at the head of an international number (ITU E.164: one, two or three digits).
fn country_code(digits: &str) -> &str {
    const TWO: [&str; 44] = [
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46",
        "47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63",
        "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
    ];
    let length = if digits.starts_with(['1', '7']) {
        1
    } else if TWO.iter().any(|code| digits.starts_with(code)) {
        2
    } else {
        3
    };
    &digits[..length]
}

/// Groups of two; an odd count starts with a single digit.
fn pairs(digits: &str) -> String {
    let mut shown = String::with_capacity(digits.len() * 2);
    for (index, c) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(2) {
            shown.push('\u{a0}');
        }
        shown.push(c);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(input: &str) -> String {
        Phone::parse(input)
            .unwrap()
            .display()
            .replace('\u{a0}', " ")
    }

    #[test]
    fn every_usual_french_writing_is_the_same_number() {
        for input in [
            "02 02 02 02 02",
            "0202020202",
            "02.02.02.02.02",
            "02-02-02-02-02",
            "02/02/02/02/02",
            " 02\u{a0}02\u{202f}02 02 02 ",
            "+33 2 02 02 02 02",
            "+33 (0)2 02 02 02 02",
            "+33(0)202020202",
            "0033 2 02 02 02 02",
            "33 2 02 02 02 02",
            "+33 02 02 02 02 02",
            "202020202",
            "tel:+33202020202",
        ] {
            let phone = Phone::parse(input).unwrap();
            assert_eq!(phone.e164(), "+33202020202", "{input}");
            assert_eq!(shown(input), "02 02 02 02 02");
        }
    }

    #[test]
    fn overseas_numbers_have_their_own_code() {
        assert_eq!(
            Phone::parse("0692 12 34 56").unwrap().e164(),
            "+262692123456"
        );
        assert_eq!(
            Phone::parse("+262 0692 12 34 56").unwrap().e164(),
            "+262692123456"
        );
        assert_eq!(shown("0590 81 23 45"), "0590 81 23 45");
        assert_eq!(shown("+687 27 12 34"), "+687 27 12 34");
    }

    #[test]
    fn foreign_numbers_stay_foreign() {
        assert_eq!(
            Phone::parse("+32 2 123 45 67").unwrap().e164(),
            "+3221234567"
        );
        assert_eq!(shown("0044 20 7946 0958"), "+44 20 79 46 09 58");
        assert_eq!(shown("+1 202 555 0143"), "+1 20 25 55 01 43");
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(Phone::parse("  "), Err(PhoneError::Missing));
        assert_eq!(
            Phone::parse("06 12 34 56 7"),
            Err(PhoneError::FrenchLength { digits: 9 })
        );
        assert_eq!(
            Phone::parse("06 12 34 56 78 9"),
            Err(PhoneError::FrenchLength { digits: 11 })
        );
        assert_eq!(
            Phone::parse("06 12 34 56 7O"),
            Err(PhoneError::Character('O'))
        );
        assert_eq!(
            Phone::parse("+33 00 12 34 56 78"),
            Err(PhoneError::FrenchStart)
        );
        assert_eq!(Phone::parse("+999"), Err(PhoneError::Foreign));
        assert!(
            PhoneError::FrenchLength { digits: 9 }
                .message_fr()
                .contains("10 chiffres")
        );
    }

    proptest! {
        #[test]
        fn what_is_shown_parses_to_the_same_number(input in "0[1-9][0-9]{8}|\\+(32|44|49|1|212)[1-9][0-9]{8}") {
            let phone = Phone::parse(&input).unwrap();
            prop_assert_eq!(Phone::parse(&phone.display()), Ok(phone.clone()));
            prop_assert_eq!(Phone::parse(phone.e164()), Ok(phone));
        }

        #[test]
        fn nothing_that_is_typed_breaks_it(input in ".{0,40}") {
            if let Ok(phone) = Phone::parse(&input) {
                prop_assert!(phone.e164().len() <= 16);
                prop_assert!(phone.e164()[1..].chars().all(|c| c.is_ascii_digit()));
                prop_assert!(!phone.display().is_empty());
            }
        }
    }
}
