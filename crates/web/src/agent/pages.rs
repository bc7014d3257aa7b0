//! Pages et fichiers: the list, its order, what is taken off and put back.

use askama::Template;
use axum::extract::Path;
use preau_app::{legal, pages};
use preau_rules::{french, permission::Right};

use crate::{
    agent::settings,
    call::{Call, Reply},
    page::Page,
    params::{self, Asked},
    posted::Submitted,
    routes::{Access, Routes},
};

pub(crate) const PATH: &str = "/agent/pages";

pub(crate) fn routes(routes: Routes) -> Routes {
    let right = Access::Holds(Right::Pages);
    routes
        .get(PATH, right, list)
        .post("/agent/pages/{id}/position", right, shift)
        .post("/agent/pages/{id}/suppression", right, remove)
        .post("/agent/pages/{id}/restauration", right, restore)
        .get(
            "/agent/fichiers/{id}/{name}",
            right,
            crate::citizen::files::of_page,
        )
}

struct Line {
    href: String,
    title: String,
    slug: String,
    published: bool,
    updated: String,
    first: bool,
    last: bool,
}

struct LegalLine {
    href: String,
    title: &'static str,
    about: &'static str,
}

#[derive(Template)]
#[template(path = "agent/pages.html")]
struct List {
    page: Page,
    lines: Vec<Line>,
    legal: Vec<LegalLine>,
    /// Where to put back a page that was just taken off.
    removed: Option<String>,
}

async fn list(call: Call, Asked { 0: asked }: Asked) -> Reply {
    let found = pages::list(&call.cx).await?;
    let count = found.len();
    let line = |(at, p): (usize, &pages::Page)| Line {
        href: call.href(&format!("{PATH}/{}", p.id)),
        title: p.title.clone(),
        slug: p.slug.clone(),
        published: p.published,
        updated: french::ago(p.updated_at, call.cx.at),
        first: at == 0,
        last: at + 1 == count,
    };
    let template = List {
        page: settings::page(&call, "Pages et fichiers"),
        lines: found.iter().enumerate().map(line).collect(),
        legal: legal::ALL
            .iter()
            .map(|l| LegalLine {
                href: call.href(&format!("/agent/textes-legaux/{}", l.slug)),
                title: l.title,
                about: l.about,
            })
            .collect(),
        removed: params::asked(&asked, "retiree")
            .and_then(|id| params::id(id).ok())
            .map(|id| call.href(&format!("{PATH}/{id}/restauration"))),
    };
    call.html(&template)
}

async fn shift(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    pages::shift(&call.cx, params::id(&id)?, form.text("sens") == "haut").await?;
    Ok(call.see(PATH))
}

async fn remove(Path(id): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    let id = params::id(&id)?;
    pages::remove(&call.cx, id).await?;
    Ok(call.see(&format!("{PATH}?retiree={id}")))
}

async fn restore(Path(id): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    pages::restore(&call.cx, params::id(&id)?).await?;
    Ok(call.see_saying(PATH, "ok", "La page est remise en place."))
}
