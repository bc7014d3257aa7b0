//! The segment of the path that is a commune: `/laigneville/…`.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// Fewest characters.
pub const MIN_LENGTH: usize = 2;
/// Most characters.
pub const MAX_LENGTH: usize = 60;

/// First segments that belong to the installation, or that robots, browsers and intruders ask for
/// on every site.
const RESERVED: [&str; 32] = [
    "admin",
    "agent",
    "agents",
    "api",
    "apple-touch-icon",
    "assets",
    "commune",
    "communes",
    "connexion",
    "demo",
    "doctor",
    "favicon",
    "health",
    "healthz",
    "host",
    "index",
    "livez",
    "login",
    "logout",
    "mairie",
    "metrics",
    "preau",
    "readyz",
    "robots",
    "security",
    "sitemap",
    "static",
    "status",
    "well-known",
    "wp-admin",
    "wp-content",
    "www",
];

/// Why a path was not taken. The `Display` text is the French sentence for the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SlugError {
    /// Too short or too long.
    #[error("L’adresse de la commune a de {MIN_LENGTH} à {MAX_LENGTH} caractères.")]
    Length,
    /// A sign that a path should not hold.
    #[error(
        "L’adresse de la commune ne peut pas contenir «\u{a0}{0}\u{a0}»\u{a0}: seulement des lettres sans accent, des chiffres et des traits d’union."
    )]
    Character(char),
    /// A hyphen first or last.
    #[error("L’adresse de la commune ne commence ni ne finit par un trait d’union.")]
    Hyphen,
    /// A word of the installation.
    #[error("Cette adresse est réservée au logiciel. Choisissez-en une autre.")]
    Reserved,
}

impl SlugError {
    /// The sentence to show.
    pub fn message_fr(&self) -> String {
        self.to_string()
    }
}

/// A commune's path segment, kept as written (`MairieLaigneville60290`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

impl Slug {
    /// Parses it: ASCII letters, digits and hyphens, 2 to 60, not reserved in any case.
    pub fn parse(input: &str) -> Result<Self, SlugError> {
        let text = input.trim();
        if let Some(bad) = text
            .chars()
            .find(|c| !c.is_ascii_alphanumeric() && *c != '-')
        {
            return Err(SlugError::Character(bad));
        }
        if !(MIN_LENGTH..=MAX_LENGTH).contains(&text.len()) {
            return Err(SlugError::Length);
        }
        if text.starts_with('-') || text.ends_with('-') {
            return Err(SlugError::Hyphen);
        }
        if RESERVED.contains(&text.to_ascii_lowercase().as_str()) {
            return Err(SlugError::Reserved);
        }
        Ok(Self(text.to_owned()))
    }

    /// A path for the name of a commune: `Saint-Étienne-du-Bois` gives `saint-etienne-du-bois`,
    /// `L’Haÿ-les-Roses` gives `l-hay-les-roses`. Always a valid one.
    pub fn suggest(name: &str) -> Self {
        let mut slug = String::new();
        for c in name.nfkd().flat_map(char::to_lowercase) {
            match c {
                'a'..='z' | '0'..='9' => slug.push(c),
                'œ' => slug.push_str("oe"),
                'æ' => slug.push_str("ae"),
                'ß' => slug.push_str("ss"),
                'ø' => slug.push('o'),
                'ł' => slug.push('l'),
                c if unicode_normalization::char::is_combining_mark(c) => {}
                _ if slug.is_empty() || slug.ends_with('-') => {}
                _ => slug.push('-'),
            }
        }
        if slug.len() > MAX_LENGTH {
            let cut = slug[..=MAX_LENGTH].rfind('-').unwrap_or(MAX_LENGTH);
            slug.truncate(cut);
        }
        let slug = slug.trim_end_matches('-').to_owned();
        Self::parse(&slug).unwrap_or_else(|_| {
            let longer = format!("commune-{slug}");
            Self(longer.trim_end_matches('-').to_owned() + if slug.is_empty() { "-1" } else { "" })
        })
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes two paths the same: lower case, because people type addresses in any.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl std::fmt::Display for Slug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for Slug {
    type Err = SlugError;
    fn from_str(text: &str) -> Result<Self, SlugError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Slug {
    type Error = SlugError;
    fn try_from(text: String) -> Result<Self, SlugError> {
        Self::parse(&text)
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_path_is_kept_as_written() {
        let slug = Slug::parse("MairieLaigneville60290").unwrap();
        assert_eq!(slug.as_str(), "MairieLaigneville60290");
        assert_eq!(slug.key(), "mairielaigneville60290");
    }

    #[test]
    fn what_cannot_be_a_path_is_refused() {
        let cases = [
            ("a", SlugError::Length),
            ("", SlugError::Length),
            ("..", SlugError::Character('.')),
            ("a/b", SlugError::Character('/')),
            ("favicon.ico", SlugError::Character('.')),
            ("saint-étienne", SlugError::Character('é')),
            ("-laigneville", SlugError::Hyphen),
            ("laigneville-", SlugError::Hyphen),
            ("Host", SlugError::Reserved),
            ("ASSETS", SlugError::Reserved),
            ("healthz", SlugError::Reserved),
        ];
        for (input, error) in cases {
            assert_eq!(Slug::parse(input), Err(error), "{input:?}");
        }
        assert_eq!(Slug::parse(&"a".repeat(61)), Err(SlugError::Length));
    }

    #[test]
    fn names_of_communes_give_readable_paths() {
        for (name, slug) in [
            ("Saint-Étienne-du-Bois", "saint-etienne-du-bois"),
            ("L’Haÿ-les-Roses", "l-hay-les-roses"),
            ("Œuf-en-Ternois", "oeuf-en-ternois"),
            ("  Le  Mesnil (Oise) ", "le-mesnil-oise"),
            ("Y", "commune-y"),
            ("Host", "commune-host"),
            ("東京", "commune-1"),
            (
                "Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson-sur-la-Grande-Riviere",
                "saint-remy-en-bouzemont-saint-genest-et-isson-sur-la-grande",
            ),
        ] {
            assert_eq!(Slug::suggest(name).as_str(), slug);
        }
    }

    proptest! {
        #[test]
        fn a_suggestion_is_always_valid(name in ".{0,90}|[a-z-]{50,90}") {
            let slug = Slug::suggest(&name);
            prop_assert_eq!(Slug::parse(slug.as_str()), Ok(slug.clone()));
        }
    }
}
