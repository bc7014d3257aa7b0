//! The pages that the law or good sense ask for. They have a text from the start, filled with the commune's facts;
//! what an agent saves takes its place, and every version keeps its number and its date.

use jiff::Timestamp;
use preau_rules::permission::Right;
use preau_store::{Tx, tables::page};

use crate::{
    Cx, Error,
    pages::{self, Page, PageForm, Save, Version},
    portal::Portal,
};

/// A page with the text that it has from the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Legal {
    /// Its address.
    pub slug: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What it is for, for agents.
    pub about: &'static str,
    text: &'static str,
}

/// All of them, in the order of the footer.
pub const ALL: [Legal; 5] = [
    Legal {
        slug: "accessibilite",
        title: "Déclaration d’accessibilité",
        about: "Forme fixée par la loi : état, résultats, contenus non accessibles, contact, recours.",
        text: include_str!("../texts/accessibilite.md"),
    },
    Legal {
        slug: "mentions-legales",
        title: "Mentions légales",
        about: "Qui publie, qui dirige la publication, qui héberge.",
        text: include_str!("../texts/mentions-legales.md"),
    },
    Legal {
        slug: "donnees-personnelles",
        title: "Données personnelles",
        about: "Ce que le portail garde, pourquoi, combien de temps, et les droits de chacun.",
        text: include_str!("../texts/donnees-personnelles.md"),
    },
    Legal {
        slug: "conditions",
        title: "Conditions d’utilisation",
        about: "Ce que l’usager accepte en créant son compte. Chaque version a un numéro et une date.",
        text: include_str!("../texts/conditions.md"),
    },
    Legal {
        slug: "aide",
        title: "Aide",
        about: "Les questions que les familles posent le plus.",
        text: include_str!("../texts/aide.md"),
    },
];

/// The page at an address.
#[must_use]
pub fn by_slug(slug: &str) -> Option<&'static Legal> {
    ALL.iter().find(|legal| legal.slug == slug)
}

/// What stands between braces in a text, and what it stands for.
pub const PLACEHOLDERS: [(&str, &str); 12] = [
    ("commune", "nom de la commune"),
    ("mairie", "nom de la mairie"),
    ("adresse", "adresse postale"),
    ("telephone", "téléphone"),
    ("horaires", "horaires"),
    ("courriel", "adresse e-mail"),
    ("site", "site internet de la mairie"),
    ("directeur", "directeur de la publication"),
    ("dpo", "délégué à la protection des données"),
    ("hebergeur", "hébergeur"),
    ("conformite", "état de l’accessibilité"),
    ("portail", "adresse du portail"),
];

/// A legal page as it is shown or changed.
pub struct Shown {
    /// Which.
    pub legal: &'static Legal,
    /// The saved page, when an agent has changed it.
    pub page: Option<Page>,
    /// Its title.
    pub title: String,
    /// Markdown, not filled.
    pub body: String,
    /// Number of the version.
    pub version: i64,
    /// Its date.
    pub at: Timestamp,
}

/// The page at an address as it is now.
pub async fn shown(cx: &Cx, tx: &mut Tx, slug: &str) -> Result<Shown, Error> {
    let legal = by_slug(slug).ok_or(Error::NotFound)?;
    let saved = page::by_slug(tx, slug)
        .await?
        .filter(|p| p.kind == pages::LEGAL);
    Ok(match saved {
        None => {
            let first = first(cx, legal)?;
            Shown {
                legal,
                page: None,
                title: first.title,
                body: first.body,
                version: first.version,
                at: first.at,
            }
        }
        Some(page) => Shown {
            legal,
            title: page.title.clone(),
            body: page.body.clone(),
            version: page.version,
            at: page.updated_at,
            page: Some(page),
        },
    })
}

/// The text that a page has from the start: version 1, of the day the commune's portal was made.
fn first(cx: &Cx, legal: &Legal) -> Result<Version, Error> {
    Ok(Version {
        version: 1,
        title: legal.title.to_owned(),
        body: legal.text.trim().to_owned(),
        author: "Préau".to_owned(),
        at: cx.commune()?.row.created_at,
    })
}

/// Every version of a legal page, newest first.
pub async fn versions(cx: &Cx, tx: &mut Tx, shown: &Shown) -> Result<Vec<Version>, Error> {
    match &shown.page {
        Some(page) => Ok(page::versions(tx, page.id).await?),
        None => Ok(vec![first(cx, shown.legal)?]),
    }
}

/// Saves a legal page. `seen`: the version that the agent started from.
pub async fn save(cx: &Cx, slug: &str, seen: Option<i64>, form: &PageForm) -> Result<(), Error> {
    cx.caller.require(Right::Pages)?;
    let mut tx = cx.read().await?;
    let now = shown(cx, &mut tx, slug).await?;
    drop(tx);
    let input = form.parse_at(slug)?;
    let unchanged = now.page.is_none() && (&now.title, &now.body) == (&input.title, &input.body);
    if unchanged {
        return Ok(());
    }
    let save = Save {
        id: now.page.as_ref().map(|p| p.id),
        kind: pages::LEGAL,
        input,
        seen: now.page.is_some().then_some(seen).flatten(),
        first: Some(first(cx, now.legal)?),
        caller: cx.caller.clone(),
    };
    cx.write(save).await.map(|_| ())
}

/// Puts the commune's facts into a text. A line about a fact that is not known is left out.
#[must_use]
pub fn fill(text: &str, portal: &Portal, portal_url: &str) -> String {
    let facts = facts(portal, portal_url);
    let mut out = String::with_capacity(text.len() + 400);
    for line in text.lines() {
        let missing = facts
            .iter()
            .any(|(name, value)| value.is_empty() && line.contains(&format!("{{{name}}}")));
        if missing {
            continue;
        }
        let filled = facts.iter().fold(line.to_owned(), |line, (name, value)| {
            if line.contains('{') {
                line.replace(&format!("{{{name}}}"), value)
            } else {
                line
            }
        });
        out.push_str(&filled);
        out.push('\n');
    }
    out
}

fn facts(portal: &Portal, portal_url: &str) -> Vec<(&'static str, String)> {
    let lines = |text: &str| {
        let lines: Vec<String> = text
            .lines()
            .map(str::trim)
            .filter(|l| !l.is_empty())
            .map(plain)
            .collect();
        lines.join(", ")
    };
    let link = |scheme: &str, target: &str| {
        if target.is_empty() {
            String::new()
        } else {
            format!("[{}](<{scheme}{target}>)", plain(target))
        }
    };
    let conformity = match portal.accessibility.as_str() {
        "totalement" => "totalement conforme",
        "partiellement" => "partiellement conforme",
        _ => "non conforme",
    };
    vec![
        ("commune", plain(&portal.name)),
        ("mairie", plain(&portal.town_hall)),
        ("adresse", lines(&portal.address)),
        ("telephone", plain(&portal.phone)),
        ("horaires", lines(&portal.hours)),
        ("courriel", link("mailto:", &portal.email)),
        ("site", link("", &portal.website)),
        ("directeur", plain(&portal.publisher)),
        ("dpo", lines(&portal.dpo)),
        ("hebergeur", lines(&portal.host)),
        ("conformite", conformity.to_owned()),
        ("portail", link("", portal_url)),
    ]
}

/// The same words, with nothing in them that Markdown would read, nor a brace.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '{' | '}' => {}
            c if c.is_ascii_punctuation() => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::to_html;

    fn portal() -> Portal {
        Portal {
            name: "Laigneville".to_owned(),
            town_hall: "Mairie de Laigneville".to_owned(),
            address: "Place de la République\n60290 Laigneville".to_owned(),
            email: "enfance@laigneville.exemple.fr".to_owned(),
            host: "<b>Exemple</b> *SAS*".to_owned(),
            ..Portal::default()
        }
    }

    #[test]
    fn every_text_is_filled_and_has_no_brace_left() {
        for legal in ALL {
            for portal in [portal(), Portal::default()] {
                let filled = fill(
                    legal.text,
                    &portal,
                    "https://portail.exemple.fr/laigneville",
                );
                assert!(!filled.contains(['{', '}']), "{}: {filled}", legal.slug);
                let html = to_html(&filled, 2);
                assert!(
                    html.contains("<h2>") && !html.contains("<h1>"),
                    "{}",
                    legal.slug
                );
            }
        }
    }

    #[test]
    fn a_fact_is_words_and_an_unknown_one_has_no_line() {
        let text = "- Hébergeur : {hebergeur}\n- Téléphone : {telephone}\n- E-mail : {courriel}";
        let html = to_html(&fill(text, &portal(), ""), 2);
        assert!(html.contains("&lt;b&gt;Exemple&lt;/b&gt; *SAS*"), "{html}");
        assert!(
            html.contains("<a href=\"mailto:enfance@laigneville.exemple.fr\""),
            "{html}"
        );
        assert!(!html.contains("Téléphone"), "{html}");
    }
}
