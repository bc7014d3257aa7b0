//! What people type, parsed where it enters.
//!
//! A [`Line`] holds one line, a [`Prose`] several. Both are in Unicode NFC, so that an “é” typed on
//! a Mac and one typed on Windows are the same letter in a search, and both are free of characters
//! that change how the text around them is shown. Emoji, other scripts and HTML are plain text:
//! escaping is the business of whoever prints them.

use serde::Serialize;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// Why a text was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TextError {
    /// Nothing visible was typed.
    #[error("the text is missing")]
    Missing,
    /// More than `max` characters (Unicode scalar values, after normalisation).
    #[error("the text is longer than {max} characters")]
    TooLong {
        /// How many characters the field takes.
        max: usize,
    },
    /// A control character, or one that reverses the direction of the text after it.
    #[error("the text holds a control or direction character")]
    ForbiddenCharacter,
}

impl TextError {
    /// The sentence to show beside the field called `label` ("Nom", "Objet"…).
    pub fn message_fr(&self, label: &str) -> String {
        match self {
            Self::Missing => format!("Remplissez le champ «\u{a0}{label}\u{a0}»."),
            Self::TooLong { max } => {
                format!("«\u{a0}{label}\u{a0}» est trop long\u{a0}: {max} caractères au plus.")
            }
            Self::ForbiddenCharacter => format!(
                "«\u{a0}{label}\u{a0}» contient un caractère invisible que nous ne pouvons pas \
                 enregistrer. Effacez le texte et tapez-le de nouveau."
            ),
        }
    }
}

/// One line: trimmed, inner white space folded to single spaces, never empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Line(String);

impl Line {
    /// Parses a field that must be filled, of at most `max` characters.
    pub fn parse(input: &str, max: usize) -> Result<Self, TextError> {
        let cleaned = clean(input, |c| if c.is_whitespace() { ' ' } else { c })?;
        let mut folded = String::with_capacity(cleaned.len());
        for word in cleaned.split(' ').filter(|word| !word.is_empty()) {
            if !folded.is_empty() {
                folded.push(' ');
            }
            folded.push_str(word);
        }
        bounded(folded, max).map(Self)
    }

    /// Parses a field that may stay empty.
    pub fn parse_optional(input: &str, max: usize) -> Result<Option<Self>, TextError> {
        optional(Self::parse(input, max))
    }

    /// Takes back a line that was parsed before it was saved.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, owned.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Several lines: line ends are `\n`, no blank at either end, never empty. Indentation, tabs and
/// spaces at line ends stay, because Markdown gives them a meaning.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Prose(String);

impl Prose {
    /// Parses a field that must be filled, of at most `max` characters.
    pub fn parse(input: &str, max: usize) -> Result<Self, TextError> {
        let unix = input.replace("\r\n", "\n");
        let cleaned = clean(&unix, |c| match c {
            '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
            other => other,
        })?;
        bounded(cleaned.trim().to_owned(), max).map(Self)
    }

    /// Parses a field that may stay empty.
    pub fn parse_optional(input: &str, max: usize) -> Result<Option<Self>, TextError> {
        optional(Self::parse(input, max))
    }

    /// Takes back a prose that was parsed before it was saved.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, owned.
    pub fn into_string(self) -> String {
        self.0
    }
}

macro_rules! text_traits {
    ($($name:ident),*) => {$(
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    )*};
}
text_traits!(Line, Prose);

fn optional<T>(parsed: Result<T, TextError>) -> Result<Option<T>, TextError> {
    match parsed {
        Ok(text) => Ok(Some(text)),
        Err(TextError::Missing) => Ok(None),
        Err(error) => Err(error),
    }
}

fn clean(input: &str, fold: impl Fn(char) -> char) -> Result<String, TextError> {
    let mut kept = String::with_capacity(input.len());
    for c in input.chars().filter(|c| !is_paste_residue(*c)).map(fold) {
        if is_forbidden(c) {
            return Err(TextError::ForbiddenCharacter);
        }
        kept.push(c);
    }
    Ok(kept.nfc().collect())
}

fn bounded(text: String, max: usize) -> Result<String, TextError> {
    if text.chars().all(|c| c.is_whitespace() || is_blank(c)) {
        return Err(TextError::Missing);
    }
    if text.chars().count() > max {
        return Err(TextError::TooLong { max });
    }
    Ok(text)
}

/// Left behind by word processors and web pages; nobody typed it and nobody would miss it.
fn is_paste_residue(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// Controls (but line feed and tab, which [`Line`] has folded before), direction embeddings,
/// overrides and isolates (they could make "exe.pdf" of "fdp.exe" for an agent who reads a file
/// name), and code points that Unicode reserves as never being characters.
fn is_forbidden(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fdd0}'..='\u{fdef}')
        || (u32::from(c) & 0xfffe) == 0xfffe
}

/// Legitimate inside a word or an emoji, but shows nothing when it stands alone.
fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200c}'..='\u{200f}' | '\u{2061}'..='\u{2064}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_is_trimmed_and_folded() {
        let line = Line::parse("  Jean\u{a0}\t Marie \r\n Dupont ", 40).unwrap();
        assert_eq!(line.as_str(), "Jean Marie Dupont");
    }

    #[test]
    fn an_accent_typed_in_two_parts_is_one_letter() {
        assert_eq!(Line::parse("Rene\u{301}e", 5).unwrap().as_str(), "Renée");
    }

    #[test]
    fn other_scripts_emoji_and_markup_are_text() {
        for text in [
            "Διονύσης",
            "王小明",
            "محمد",
            "👩‍👧‍👦 merci",
            "<b>Zoé</b> & Cie",
            "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        ] {
            assert_eq!(Line::parse(text, 40).unwrap().as_str(), text);
        }
    }

    #[test]
    fn what_shows_nothing_is_missing() {
        for text in ["", "   ", "\u{200b}", "\u{200e}\u{3164}", "\r\n\r\n"] {
            assert_eq!(Line::parse(text, 40), Err(TextError::Missing), "{text:?}");
            assert_eq!(Prose::parse(text, 40), Err(TextError::Missing), "{text:?}");
            assert_eq!(Line::parse_optional(text, 40), Ok(None));
        }
    }

    #[test]
    fn controls_and_direction_overrides_are_refused() {
        for text in [
            "a\0b",
            "a\u{1b}[31m",
            "facture\u{202e}fdp.exe",
            "a\u{2066}b",
            "a\u{ffff}",
        ] {
            assert_eq!(
                Line::parse(text, 40),
                Err(TextError::ForbiddenCharacter),
                "{text:?}"
            );
            assert_eq!(
                Prose::parse(text, 40),
                Err(TextError::ForbiddenCharacter),
                "{text:?}"
            );
        }
    }

    #[test]
    fn the_limit_counts_characters_not_bytes() {
        assert!(Line::parse("ééééé", 5).is_ok());
        assert_eq!(Line::parse("éééééé", 5), Err(TextError::TooLong { max: 5 }));
    }

    #[test]
    fn prose_keeps_its_lines_and_its_markdown() {
        let prose = Prose::parse("\r\n# Cantine\r\n\r\n- lundi  \r\tfin\r\n", 100).unwrap();
        assert_eq!(prose.as_str(), "# Cantine\n\n- lundi  \n\tfin");
    }

    #[test]
    fn messages_name_the_field() {
        assert_eq!(
            TextError::Missing.message_fr("Nom"),
            "Remplissez le champ «\u{a0}Nom\u{a0}»."
        );
        assert!(
            TextError::TooLong { max: 80 }
                .message_fr("Objet")
                .contains("80 caractères")
        );
    }

    proptest! {
        #[test]
        fn parsing_twice_changes_nothing(input in "\\PC{0,40}|.{0,40}") {
            if let Ok(line) = Line::parse(&input, 60) {
                prop_assert_eq!(Line::parse(line.as_str(), 60), Ok(line.clone()));
                prop_assert!(!line.as_str().contains('\n'));
                prop_assert!(!line.as_str().chars().any(char::is_control));
                prop_assert_eq!(line.as_str().trim(), line.as_str());
            }
            if let Ok(prose) = Prose::parse(&input, 60) {
                prop_assert_eq!(Prose::parse(prose.as_str(), 60), Ok(prose.clone()));
                prop_assert!(!prose.as_str().contains('\r'));
            }
        }
    }
}
