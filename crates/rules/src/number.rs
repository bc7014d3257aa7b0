//! Public references: `D-2026-0412`, short enough to be said on the telephone.

use thiserror::Error;

/// What was typed is not a reference. The `Display` text is the French sentence for the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("Ce numéro n’est pas complet\u{a0}: il s’écrit comme D-2026-0412.")]
pub struct BadNumber;

/// A prefix of one to three capital letters, a year and a number in that year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicNumber {
    prefix: Prefix,
    year: u16,
    sequence: u32,
}

/// What the number is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Prefix {
    /// A request of a citizen ("demande").
    Request,
    /// A receipt of bookings ("reçu").
    Receipt,
    /// An invoice ("facture").
    Invoice,
    /// A credit note ("avoir").
    CreditNote,
    /// A payment ("paiement").
    Payment,
}

impl Prefix {
    /// Every prefix.
    pub const ALL: [Self; 5] = [
        Self::Request,
        Self::Receipt,
        Self::Invoice,
        Self::CreditNote,
        Self::Payment,
    ];

    /// The letters in front.
    pub const fn letters(self) -> &'static str {
        match self {
            Self::Request => "D",
            Self::Receipt => "R",
            Self::Invoice => "F",
            Self::CreditNote => "AV",
            Self::Payment => "P",
        }
    }
}

impl PublicNumber {
    /// The number of the `sequence`-th thing (from 1) of a year between 1000 and 9999.
    pub fn new(prefix: Prefix, year: i16, sequence: u32) -> Result<Self, BadNumber> {
        match u16::try_from(year) {
            Ok(year @ 1000..=9999) if sequence > 0 => Ok(Self {
                prefix,
                year,
                sequence,
            }),
            _ => Err(BadNumber),
        }
    }

    /// Parses what is typed: any case, blanks, dashes of any kind or none after the prefix,
    /// leading zeros or not (`d 2026 412`, `D2026-0412`, `n° D–2026–0412`).
    pub fn parse(input: &str) -> Result<Self, BadNumber> {
        let text = input.trim();
        let text = ["n°", "N°", "nº", "Nº"]
            .iter()
            .find_map(|head| text.strip_prefix(head))
            .unwrap_or(text);
        let mut parts: Vec<String> = Vec::new();
        let mut last_kind = None;
        for c in text.chars() {
            let kind = match c {
                'a'..='z' | 'A'..='Z' => Some(true),
                '0'..='9' => Some(false),
                '-' | '_' | '/' | '.' | '\u{2010}'..='\u{2015}' | '\u{2212}' => None,
                c if c.is_whitespace() => None,
                _ => return Err(BadNumber),
            };
            if let Some(letter) = kind {
                match parts.last_mut() {
                    Some(part) if last_kind == Some(letter) => part.push(c.to_ascii_uppercase()),
                    _ => parts.push(c.to_ascii_uppercase().to_string()),
                }
            }
            last_kind = kind;
        }
        let [letters, year, sequence] = parts.as_slice() else {
            return Err(BadNumber);
        };
        let prefix = Prefix::ALL
            .into_iter()
            .find(|prefix| prefix.letters() == letters)
            .ok_or(BadNumber)?;
        if year.len() != 4 {
            return Err(BadNumber);
        }
        Self::new(
            prefix,
            year.parse().map_err(|_| BadNumber)?,
            sequence.parse().map_err(|_| BadNumber)?,
        )
    }

    /// What it is the number of.
    pub const fn prefix(self) -> Prefix {
        self.prefix
    }

    /// The year it was given in.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// Its place in the year, from 1.
    pub const fn sequence(self) -> u32 {
        self.sequence
    }
}

impl std::fmt::Display for PublicNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}-{}-{:04}",
            self.prefix.letters(),
            self.year,
            self.sequence
        )
    }
}

impl std::str::FromStr for PublicNumber {
    type Err = BadNumber;
    fn from_str(text: &str) -> Result<Self, BadNumber> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_way_of_typing_it_finds_it() {
        let number = PublicNumber::new(Prefix::Request, 2026, 412).unwrap();
        assert_eq!(number.to_string(), "D-2026-0412");
        for input in [
            "D-2026-0412",
            " d 2026 412 ",
            "D2026-0412",
            "d–2026–0412",
            "n° D-2026-0412",
            "D/2026/412",
        ] {
            assert_eq!(PublicNumber::parse(input), Ok(number), "{input}");
        }
    }

    #[test]
    fn rubbish_is_not_a_number() {
        for input in [
            "",
            "412",
            "D-2026",
            "X-2026-0412",
            "D-26-0412",
            "D-2026-0",
            "D-2026-04-12",
            "D-2026-é",
            "D-2026-99999999999",
        ] {
            assert_eq!(PublicNumber::parse(input), Err(BadNumber), "{input}");
        }
        assert_eq!(PublicNumber::new(Prefix::Request, 2026, 0), Err(BadNumber));
        assert_eq!(PublicNumber::new(Prefix::Request, -1, 1), Err(BadNumber));
    }

    proptest! {
        #[test]
        fn what_is_shown_parses_back(prefix in 0usize..5, year in 1000i16..=9999, sequence in 1u32..) {
            let number = PublicNumber::new(Prefix::ALL[prefix], year, sequence).unwrap();
            prop_assert_eq!(PublicNumber::parse(&number.to_string()), Ok(number));
            prop_assert_eq!(PublicNumber::parse(&number.to_string().to_lowercase().replace('-', " ")), Ok(number));
        }
    }
}
