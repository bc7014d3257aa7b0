//! The pages of the footer.

use askama::Template;
use preau_app::legal;
use preau_rules::french;

use crate::{
    call::{Call, Reply},
    page::Page,
    params::{self, Asked},
    prose,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/accessibilite", Access::Public, |c: Call, q: Asked| {
            show(c, q, "accessibilite")
        })
        .get("/mentions-legales", Access::Public, |c: Call, q: Asked| {
            show(c, q, "mentions-legales")
        })
        .get(
            "/donnees-personnelles",
            Access::Public,
            |c: Call, q: Asked| show(c, q, "donnees-personnelles"),
        )
        .get("/conditions", Access::Public, |c: Call, q: Asked| {
            show(c, q, "conditions")
        })
        .get("/aide", Access::Public, |c: Call, q: Asked| {
            show(c, q, "aide")
        })
}

struct VersionView {
    number: i64,
    date: String,
    href: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "citizen/legal.html")]
struct Shown {
    page: Page,
    title: String,
    html: String,
    version: i64,
    date: String,
    machine_date: String,
    /// Earlier versions are shown where people accepted one of them.
    versions: Vec<VersionView>,
    /// This one is no longer in force.
    old: bool,
}

async fn show(call: Call, Asked { 0: asked }: Asked, slug: &'static str) -> Reply {
    let mut tx = call.cx.read().await?;
    let shown = legal::shown(&call.cx, &mut tx, slug).await?;
    let versions = if slug == "conditions" {
        legal::versions(&call.cx, &mut tx, &shown).await?
    } else {
        Vec::new()
    };
    drop(tx);
    let wanted = params::asked(&asked, "version").and_then(|v| v.parse::<i64>().ok());
    let other = match wanted.filter(|v| *v != shown.version) {
        None => None,
        Some(number) => Some(
            versions
                .iter()
                .find(|v| v.version == number)
                .ok_or(preau_app::Error::NotFound)?,
        ),
    };
    let (title, body, version, at) = match other {
        Some(v) => (&v.title, &v.body, v.version, v.at),
        None => (&shown.title, &shown.body, shown.version, shown.at),
    };
    let day = at.to_zoned(call.portal.zone()).date();
    let zone = call.portal.zone();
    let template = Shown {
        page: call
            .page(title, "")
            .crumb("Accueil", Some("/"))
            .crumb(title, None),
        title: title.clone(),
        html: prose::html(
            &call,
            &legal::fill(body, &call.portal, &call.absolute("")),
            2,
        ),
        version,
        date: french::day_month_year(day),
        machine_date: day.to_string(),
        versions: versions
            .iter()
            .map(|v| VersionView {
                number: v.version,
                date: french::day_month_year(v.at.to_zoned(zone.clone()).date()),
                href: call.href(&format!("/{slug}?version={}", v.version)),
                current: v.version == version,
            })
            .collect(),
        old: other.is_some(),
    };
    call.html(&template)
}
