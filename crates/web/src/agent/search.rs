//! Searching everywhere: requests, families, accounts, pages, news, agents; a whole number opens its request at once.

use askama::Template;
use axum::extract::Query;
use preau_app::search::{self, Find};
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
    let groups = [
        group(&call, "Familles", finds.families, |find| {
            (format!("/agent/familles/{}", find.key), find.about.clone())
        }),
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
