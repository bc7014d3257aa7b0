//! A page as an agent types it.

use preau_rules::{
    slug::Slug,
    text::{Line, Prose},
};

use super::Page;
use crate::{Error, Problems};

/// Most characters of a title.
pub const TITLE_MAX: usize = 120;
/// Most characters of a text.
pub const BODY_MAX: usize = 50_000;

/// Last parts of addresses that other pages have.
const RESERVED: [&str; 12] = [
    "accessibilite",
    "actualites",
    "aide",
    "conditions",
    "contact",
    "donnees-personnelles",
    "fichiers",
    "informations",
    "mentions-legales",
    "menus",
    "nouvelle",
    "page",
];

/// A page as typed.
#[derive(Debug, Clone, Default)]
pub struct PageForm {
    /// Title.
    pub titre: String,
    /// Last part of its address; made from the title when empty.
    pub adresse: String,
    /// Markdown.
    pub texte: String,
    /// Not empty: everybody sees it.
    pub publiee: String,
}

/// A page, checked.
#[derive(Debug, Clone)]
pub struct PageInput {
    pub(crate) title: String,
    pub(crate) slug: String,
    pub(crate) body: String,
    pub(crate) published: bool,
}

impl PageForm {
    /// What is saved now, to be changed.
    #[must_use]
    pub fn of(page: &Page) -> Self {
        Self {
            titre: page.title.clone(),
            adresse: page.slug.clone(),
            texte: page.body.clone(),
            publiee: if page.published {
                "1".to_owned()
            } else {
                String::new()
            },
        }
    }

    /// Checks every field.
    pub fn parse(&self) -> Result<PageInput, Error> {
        let mut problems = Problems::default();
        let title = problems.take("titre", Line::parse(&self.titre, TITLE_MAX), |e| {
            e.message_fr("Titre")
        });
        let body = problems.take("texte", Prose::parse(&self.texte, BODY_MAX), |e| {
            e.message_fr("Texte")
        });
        let slug = problems.take("adresse", self.slug(), |e| (*e).to_owned());
        match (title, body, slug) {
            (Some(title), Some(body), Some(slug)) => Ok(PageInput {
                title: title.into(),
                slug,
                body: body.into(),
                published: !self.publiee.is_empty(),
            }),
            _ => Err(problems.into_error()),
        }
    }

    /// The same for a legal page, whose address the law or the footer gives.
    pub(crate) fn parse_at(&self, slug: &str) -> Result<PageInput, Error> {
        let fixed = Self {
            adresse: "texte-legal".to_owned(),
            ..self.clone()
        };
        fixed.parse().map(|input| PageInput {
            slug: slug.to_owned(),
            published: true,
            ..input
        })
    }

    fn slug(&self) -> Result<String, &'static str> {
        let typed = self.adresse.trim();
        let slug = if typed.is_empty() {
            Slug::suggest(&self.titre).as_str().to_owned()
        } else {
            typed.to_lowercase()
        };
        if RESERVED.contains(&slug.as_str()) {
            return Err(
                "Cette adresse est déjà celle d’une page du portail. Choisissez-en une autre, par exemple en ajoutant un mot.",
            );
        }
        let good = (2..=60).contains(&slug.len())
            && slug
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !slug.starts_with('-')
            && !slug.ends_with('-');
        if good {
            Ok(slug)
        } else {
            Err(
                "L’adresse a de 2 à 60 caractères : des lettres sans accent, des chiffres et des traits d’union, par exemple tarifs-cantine.",
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(titre: &str, adresse: &str) -> Option<String> {
        let form = PageForm {
            titre: titre.to_owned(),
            adresse: adresse.to_owned(),
            texte: "Bonjour.".to_owned(),
            ..PageForm::default()
        };
        form.parse().ok().map(|input| input.slug)
    }

    #[test]
    fn an_address_comes_from_the_title_or_is_typed() {
        assert_eq!(
            address("Écoles & périscolaire", "").as_deref(),
            Some("ecoles-periscolaire")
        );
        assert_eq!(
            address("Tarifs", "Tarifs-2026").as_deref(),
            Some("tarifs-2026")
        );
        for bad in ["é", "a/b", "a b", "-a-", "..", "aide", "Menus", "nouvelle"] {
            assert_eq!(address("Tarifs", bad), None, "{bad}");
        }
        assert_eq!(address("Aide", ""), None);
    }
}
