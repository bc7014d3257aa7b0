//! E-mail addresses: the identifier of an account, and where its mails go.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest address that SMTP carries (RFC 5321 § 4.5.3.1.3: a path of 256 with its brackets).
pub const MAX_LENGTH: usize = 254;
/// The longest part before the @ (RFC 5321 § 4.5.3.1.1).
const MAX_LOCAL: usize = 64;

/// Why an address was not taken. The `Display` text is the French sentence for the form.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EmailError {
    /// Nothing typed.
    #[error("Indiquez une adresse e-mail.")]
    Missing,
    /// No @.
    #[error("Il manque le @ dans l’adresse, par exemple camille.durand@exemple.fr.")]
    NoAt,
    /// More than one @.
    #[error("L’adresse contient plusieurs @\u{a0}: écrivez une seule adresse.")]
    SeveralAts,
    /// A blank inside, as between two addresses or after a point.
    #[error("L’adresse contient un espace\u{a0}: enlevez-le.")]
    Blank,
    /// Nothing before the @.
    #[error("Il manque le début de l’adresse, avant le @.")]
    NoLocal,
    /// Nothing after the @.
    #[error("Il manque la fin de l’adresse, après le @, par exemple exemple.fr.")]
    NoDomain,
    /// A domain without a point ("orange").
    #[error(
        "La fin de l’adresse n’est pas complète\u{a0}: après «\u{a0}{0}\u{a0}», il manque par exemple «\u{a0}.fr\u{a0}» ou «\u{a0}.com\u{a0}»."
    )]
    NoTopLevel(String),
    /// A domain that cannot exist.
    #[error("Ce qui suit le @ («\u{a0}{0}\u{a0}») n’est pas un nom de domaine.")]
    BadDomain(String),
    /// A letter or a sign that mail servers do not carry before the @.
    #[error(
        "L’adresse contient «\u{a0}{0}\u{a0}», qu’une adresse e-mail ne peut pas contenir avant le @."
    )]
    BadCharacter(char),
    /// A point first, last or twice in a row before the @.
    #[error("Un point est de trop avant le @.")]
    BadDot,
    /// Longer than mail servers carry.
    #[error("L’adresse est trop longue\u{a0}: {MAX_LENGTH} caractères au plus.")]
    TooLong,
}

impl EmailError {
    /// The sentence to show beside the field.
    pub fn message_fr(&self) -> String {
        self.to_string()
    }
}

/// An address: the local part as typed, the domain in lower case and, where it is written with
/// accents or another script, in its ASCII (punycode) form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email {
    address: String,
    at: usize,
}

impl Email {
    /// Parses what was typed or pasted, with `mailto:`, angle brackets or blanks around it.
    pub fn parse(input: &str) -> Result<Self, EmailError> {
        let visible: String = input
            .chars()
            .filter(|c| {
                !matches!(
                    c,
                    '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
                )
            })
            .collect();
        let text = visible.trim();
        let text = text.strip_prefix("mailto:").unwrap_or(text);
        let text = text
            .strip_prefix('<')
            .and_then(|t| t.strip_suffix('>'))
            .unwrap_or(text);
        if text.is_empty() {
            return Err(EmailError::Missing);
        }
        let (local, domain) = text.split_once('@').ok_or(EmailError::NoAt)?;
        if domain.contains('@') {
            return Err(EmailError::SeveralAts);
        }
        if text.contains(char::is_whitespace) {
            return Err(EmailError::Blank);
        }
        check_local(local)?;
        let domain = ascii_domain(domain)?;
        if local.len() > MAX_LOCAL || local.len() + 1 + domain.len() > MAX_LENGTH {
            return Err(EmailError::TooLong);
        }
        Ok(Self {
            at: local.len(),
            address: format!("{local}@{domain}"),
        })
    }

    /// The address to send to: ASCII only.
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// The part before the @, as typed.
    pub fn local(&self) -> &str {
        &self.address[..self.at]
    }

    /// The part after the @, lower case, ASCII.
    pub fn domain(&self) -> &str {
        &self.address[self.at + 1..]
    }

    /// What makes two addresses the same account: everything in lower case. A `+suffix` counts,
    /// two addresses that differ by it are two accounts.
    pub fn key(&self) -> String {
        self.address.to_ascii_lowercase()
    }

    /// For a screen: the domain with its accents.
    pub fn display(&self) -> String {
        match idna::domain_to_unicode(self.domain()) {
            (domain, Ok(())) => format!("{}@{domain}", self.local()),
            (_, Err(_)) => self.address.clone(),
        }
    }
}

/// The same text as [`Email::as_str`].
impl std::fmt::Display for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.address)
    }
}

impl std::str::FromStr for Email {
    type Err = EmailError;
    fn from_str(text: &str) -> Result<Self, EmailError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Email {
    type Error = EmailError;
    fn try_from(text: String) -> Result<Self, EmailError> {
        Self::parse(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.address
    }
}

/// The dot-atom of RFC 5322 § 3.2.3. Quoted local parts exist in the standard and nowhere else.
fn check_local(local: &str) -> Result<(), EmailError> {
    if local.is_empty() {
        return Err(EmailError::NoLocal);
    }
    if let Some(bad) = local
        .chars()
        .find(|c| !c.is_ascii_alphanumeric() && !"!#$%&'*+-/=?^_`{|}~.".contains(*c))
    {
        return Err(EmailError::BadCharacter(bad));
    }
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return Err(EmailError::BadDot);
    }
    Ok(())
}

fn ascii_domain(typed: &str) -> Result<String, EmailError> {
    if typed.is_empty() {
        return Err(EmailError::NoDomain);
    }
    let bad = || EmailError::BadDomain(typed.chars().take(80).collect());
    let domain = idna::domain_to_ascii_strict(typed).map_err(|_| bad())?;
    match domain.rsplit_once('.') {
        None => Err(EmailError::NoTopLevel(typed.chars().take(80).collect())),
        // All digits would be an IP address, a single letter has never been a top-level domain.
        Some((_, top)) if top.len() < 2 || top.chars().all(|c| c.is_ascii_digit()) => Err(bad()),
        Some(_) => Ok(domain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_local_part_stays_as_typed_and_the_key_ignores_case() {
        let email = Email::parse("  Camille.DURAND+cantine@Exemple.FR ").unwrap();
        assert_eq!(email.as_str(), "Camille.DURAND+cantine@exemple.fr");
        assert_eq!(email.key(), "camille.durand+cantine@exemple.fr");
        assert_eq!(
            (email.local(), email.domain()),
            ("Camille.DURAND+cantine", "exemple.fr")
        );
    }

    #[test]
    fn a_domain_with_accents_is_sent_in_punycode_and_shown_with_accents() {
        let email = Email::parse("mairie@Saint-Étienne.fr").unwrap();
        assert_eq!(email.as_str(), "mairie@xn--saint-tienne-geb.fr");
        assert_eq!(email.display(), "mairie@saint-étienne.fr");
        assert_eq!(Email::parse(email.as_str()), Ok(email.clone()));
        assert_eq!(Email::parse(&email.display()), Ok(email));
    }

    #[test]
    fn pasted_forms_are_taken() {
        for text in [
            "mailto:a@exemple.fr",
            "<a@exemple.fr>",
            "\u{feff}a@exemple.fr\r\n",
        ] {
            assert_eq!(Email::parse(text).unwrap().as_str(), "a@exemple.fr");
        }
    }

    #[test]
    fn the_message_says_what_is_wrong() {
        let cases = [
            ("", "Indiquez"),
            ("camille.exemple.fr", "Il manque le @"),
            ("a@b.fr;c@d.fr", "plusieurs @"),
            ("a@b.fr c@d.fr", "plusieurs @"),
            ("camille durand@exemple.fr", "espace"),
            ("@exemple.fr", "avant le @"),
            ("camille@", "après le @"),
            ("camille@orange", ".fr"),
            ("camille@exemple..fr", "nom de domaine"),
            ("camille@exemple.fr.", "nom de domaine"),
            ("camille@-exemple.fr", "nom de domaine"),
            ("camille@exe_mple.fr", "nom de domaine"),
            ("camille@192.168.0.1", "nom de domaine"),
            ("camille@[192.168.0.1]", "nom de domaine"),
            ("hélène@exemple.fr", "«\u{a0}é\u{a0}»"),
            ("a\0b@exemple.fr", "ne peut pas contenir"),
            ("\"a b\"@exemple.fr", "espace"),
            ("a,b@exemple.fr", "«\u{a0},\u{a0}»"),
            (".camille@exemple.fr", "point"),
            ("camille..durand@exemple.fr", "point"),
        ];
        for (input, expected) in cases {
            let message = Email::parse(input).unwrap_err().message_fr();
            assert!(message.contains(expected), "{input:?}: {message}");
        }
    }

    #[test]
    fn the_limit_is_what_smtp_carries() {
        let label = "d".repeat(60);
        let local = "a".repeat(64);
        let fits = format!("{local}@{label}.{label}.{label}.fr");
        assert_eq!(Email::parse(&fits).unwrap().as_str(), fits);
        let long = format!("{local}@{label}.{label}.{label}.{label}.fr");
        assert!(Email::parse(&long).is_err());
        assert_eq!(
            Email::parse(&format!("a{local}@exemple.fr")),
            Err(EmailError::TooLong)
        );
    }

    #[test]
    fn json_keeps_it_and_refuses_what_is_not_one() {
        let email: Email = Email::try_from("A@exemple.fr".to_owned()).unwrap();
        assert_eq!(String::from(email), "A@exemple.fr");
    }

    proptest! {
        #[test]
        fn parsing_twice_changes_nothing(input in "[a-zA-Z0-9.+_-]{1,20}@[a-zA-Zàéüß.-]{1,20}\\.[a-z]{2,4}|.{0,40}") {
            if let Ok(email) = Email::parse(&input) {
                prop_assert!(email.as_str().is_ascii());
                prop_assert!(email.as_str().len() <= MAX_LENGTH);
                prop_assert!(!email.as_str().contains(|c: char| c.is_whitespace() || c.is_control()));
                prop_assert_eq!(Email::parse(email.as_str()), Ok(email.clone()));
                prop_assert_eq!(Email::parse(&email.key()).unwrap().key(), email.key());
            }
        }
    }
}
