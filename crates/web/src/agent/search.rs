//! Searching everywhere: families, requests, accounts, pages, news, agents; a whole number opens its request at once.

use askama::Template;
use axum::extract::Query;
use preau_app::{
    family,
    search::{self, Find},
    subscription::formal,
};
use preau_rules::{family::age, french};
use serde::Deserialize;

use crate::{
    agent::lines::LineView,
    call::{Call, Reply},
    page::Page,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/agent/recherche", Access::LoggedIn, show)
}

#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
}

struct Item {
    href: String,
    title: String,
    about: String,
}

struct Group {
    label: &'static str,
    items: Vec<Item>,
}

#[derive(Template)]
#[template(path = "agent/search.html")]
struct Found {
    page: Page,
    words: String,
    asked: bool,
    families: Vec<Item>,
    /// Where all of them are, when more match than are shown.
    more_families: Option<(String, i64)>,
    requests: Vec<LineView>,
    /// Where all of them are, when more match than are shown.
    more: Option<(String, i64)>,
    groups: Vec<Group>,
}

async fn show(call: Call, Query(asked): Query<Asked>) -> Reply {
    if let Some(number) = search::number(&call.cx, &asked.q).await? {
        return Ok(call.see(&format!("/agent/demandes/{number}")));
    }
    let finds = search::everything(&call.cx, &asked.q).await?;
    let words = asked.q.trim().chars().take(100).collect::<String>();
    let shown = i64::try_from(finds.requests.len()).unwrap_or(i64::MAX);
    let all = form_urlencoded::Serializer::new(String::new())
        .append_pair("filtre", "toutes")
        .append_pair("q", &words)
        .finish();
    let shown_families = i64::try_from(finds.families.len()).unwrap_or(i64::MAX);
    let all_families = form_urlencoded::Serializer::new(String::new())
        .append_pair("q", &words)
        .finish();
    let groups = [
        group(&call, "Comptes", finds.accounts, |find| {
            (format!("/agent/comptes/{}", find.key), find.about.clone())
        }),
        group(&call, "Pages", finds.pages, |find| {
            match find.about.as_str() {
                "legal" => (
                    format!("/agent/textes-legaux/{}", find.key),
                    "texte légal".to_owned(),
                ),
                _ => (
                    format!("/informations/{}", find.key),
                    "Informations utiles".to_owned(),
                ),
            }
        }),
        group(&call, "Actualités", finds.news, |find| {
            (
                format!("/agent/actualites/{}", find.key),
                find.about.clone(),
            )
        }),
        group(&call, "Agents", finds.agents, |find| {
            (format!("/agent/agents/{}", find.key), find.about.clone())
        }),
    ];
    let template = Found {
        page: call
            .page("Recherche", "")
            .crumb("Ma journée", Some("/agent"))
            .crumb("Recherche", None),
        asked: !search::Query::parse(&words).is_empty(),
        more_families: (finds.families_total > shown_families).then(|| {
            (
                call.href(&format!("/agent/familles?{all_families}")),
                finds.families_total,
            )
        }),
        families: finds.families.iter().map(|f| family(&call, f)).collect(),
        more: (finds.requests_total > shown).then(|| {
            (
                call.href(&format!("/agent/demandes?{all}")),
                finds.requests_total,
            )
        }),
        requests: finds
            .requests
            .iter()
            .map(|l| LineView::new(&call, l))
            .collect(),
        groups: groups.into_iter().filter(|g| !g.items.is_empty()).collect(),
        words,
    };
    call.html(&template)
}

/// A family by its name, with who is in it: several have the same.
fn family(call: &Call, found: &family::Found) -> Item {
    let today = call.cx.at.to_zoned(call.portal.zone()).date();
    let mut people: Vec<String> = found.guardians.iter().map(formal).collect();
    people.extend(
        found
            .children
            .iter()
            .map(|c| format!("{} ({})", c.first_name, age(c.born_on, today))),
    );
    let people = french::list(&people);
    let comma = if people.is_empty() { "" } else { ", " };
    Item {
        href: call.href(&format!("/agent/familles/{}", found.line.id)),
        title: format!("Famille {}", found.line.name),
        about: format!("{people}{comma}dossier n° {}", found.line.reference),
    }
}

fn group(
    call: &Call,
    label: &'static str,
    finds: Vec<Find>,
    place: fn(&Find) -> (String, String),
) -> Group {
    let items = finds.into_iter().map(|find| {
        let (path, about) = place(&find);
        Item {
            href: call.href(&path),
            title: find.title,
            about,
        }
    });
    Group {
        label,
        items: items.collect(),
    }
}
