//! Informations utiles: the pages that agents write, with their files, and how to reach the town hall.

use askama::Template;
use axum::extract::Path;
use preau_app::{file, markdown, pages};
use preau_rules::{french, phone::Phone};

use crate::{
    call::{Call, Reply},
    citizen::files,
    page::Page,
    prose,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/informations", Access::Public, list).get(
        "/informations/{slug}",
        Access::Public,
        show,
    )
}

/// How to reach the town hall.
pub(crate) struct Reach {
    pub(crate) town_hall: String,
    pub(crate) address: Vec<String>,
    pub(crate) phone: String,
    /// For `tel:`.
    pub(crate) dial: String,
    pub(crate) hours: Vec<String>,
    pub(crate) email: String,
    pub(crate) website: String,
    /// The web site without its scheme.
    pub(crate) website_name: String,
}

impl Reach {
    pub(crate) fn new(call: &Call) -> Self {
        let portal = &call.portal;
        let short = portal.website.split("://").nth(1).unwrap_or_default();
        Self {
            town_hall: portal.town_hall.clone(),
            address: portal.address_lines().map(ToOwned::to_owned).collect(),
            phone: portal.phone.clone(),
            dial: Phone::parse(&portal.phone)
                .map_or_else(|_| String::new(), |p| p.e164().to_owned()),
            hours: portal.hours.lines().map(ToOwned::to_owned).collect(),
            email: portal.email.clone(),
            website: portal.website.clone(),
            website_name: short.trim_end_matches('/').to_owned(),
        }
    }
}

/// A file as it is listed.
pub(crate) struct FileView {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) href: String,
    /// "PDF, 240 Ko".
    pub(crate) about: String,
}

impl FileView {
    pub(crate) fn new(call: &Call, found: &pages::PageFile, agent: bool) -> Self {
        let kind = file::kind_of(&found.media_type);
        Self {
            id: found.file_id.to_string(),
            label: found.label.clone(),
            href: call.href(&files::path(found.file_id, &found.name, agent)),
            about: format!("{}, {}", kind.label, file::size_fr(found.size)),
        }
    }
}

struct Entry {
    href: String,
    title: String,
    excerpt: String,
}

#[derive(Template)]
#[template(path = "citizen/informations.html")]
struct List {
    page: Page,
    entries: Vec<Entry>,
    reach: Reach,
}

async fn list(call: Call) -> Reply {
    let mut tx = call.cx.read().await?;
    let found = pages::published(&mut tx).await?;
    drop(tx);
    let entries = found.iter().map(|p| Entry {
        href: call.href(&format!("/informations/{}", p.slug)),
        title: p.title.clone(),
        excerpt: markdown::excerpt(&p.body, 150),
    });
    let template = List {
        page: call
            .page("Informations utiles", "informations")
            .crumb("Accueil", Some("/"))
            .crumb("Informations utiles", None),
        entries: entries.collect(),
        reach: Reach::new(&call),
    };
    call.html(&template)
}

#[derive(Template)]
#[template(path = "citizen/information.html")]
struct One {
    page: Page,
    title: String,
    html: String,
    files: Vec<FileView>,
    updated: String,
    machine_date: String,
    reach: Reach,
}

async fn show(call: Call, Path(slug): Path<String>) -> Reply {
    let mut tx = call.cx.read().await?;
    let found = pages::read(&mut tx, &slug).await?;
    drop(tx);
    let day = found.page.updated_at.to_zoned(call.portal.zone()).date();
    let title = found.page.title.clone();
    let template = One {
        page: call
            .page(&title, "informations")
            .crumb("Accueil", Some("/"))
            .crumb("Informations utiles", Some("/informations"))
            .crumb(&title, None),
        title,
        html: prose::html(&call, &found.page.body, 2),
        files: found
            .files
            .iter()
            .map(|f| FileView::new(&call, f, false))
            .collect(),
        updated: french::day_month_year(day),
        machine_date: day.to_string(),
        reach: Reach::new(&call),
    };
    call.html(&template)
}
