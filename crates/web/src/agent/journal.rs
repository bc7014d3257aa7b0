//! The journal: who did what, when, with what was before and after.

use askama::Template;
use axum::extract::Query;
use preau_app::journal::{self, Difference};
use preau_rules::{french, permission::Right};
use serde::Deserialize;

use crate::{
    call::{Call, Reply},
    page::Page,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/agent/journal", Access::Holds(Right::Journal), show)
}

#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    sorte: String,
    #[serde(default)]
    avant: String,
}

struct Kind {
    value: String,
    label: String,
    selected: bool,
}

struct Row {
    who: String,
    did: String,
    at: String,
    differences: Vec<Difference>,
    /// Few and short: in sight at once.
    short: bool,
}

#[derive(Template)]
#[template(path = "agent/journal.html")]
struct Journal {
    page: Page,
    kinds: Vec<Kind>,
    rows: Vec<Row>,
    first: String,
    next: String,
}

fn href(call: &Call, kind: &str, before: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("sorte", kind);
    if !before.is_empty() {
        query.append_pair("avant", before);
    }
    call.href(&format!("/agent/journal?{}", query.finish()))
}

fn short(differences: &[Difference]) -> bool {
    let length = |text: &Option<String>| text.as_ref().map_or(0, |t| t.chars().count());
    let total: usize = differences
        .iter()
        .map(|d| length(&d.before) + length(&d.after))
        .sum();
    differences.len() <= 3 && total <= 160
}

async fn show(call: Call, Query(asked): Query<Asked>) -> Reply {
    let found = journal::list(&call.cx, &asked.sorte, asked.avant.parse().ok()).await?;
    let zone = call.portal.zone();
    let kinds = found.kinds.iter().map(|kind| Kind {
        label: journal::kind_fr(kind).to_owned(),
        selected: *kind == asked.sorte,
        value: kind.clone(),
    });
    let rows = found.entries.iter().map(|entry| Row {
        who: if entry.actor_kind == "visitor" {
            "Un visiteur".to_owned()
        } else {
            entry.actor_name.clone()
        },
        did: journal::sentence_fr(entry),
        at: french::instant_digits(entry.at, &zone),
        short: false,
        differences: journal::differences(entry),
    });
    let rows = rows.map(|row| Row {
        short: short(&row.differences),
        ..row
    });
    let next = found
        .next
        .map(|id| href(&call, &asked.sorte, &id.to_string()));
    let template = Journal {
        page: call
            .page("Journal", "parametres")
            .crumb("Ma journée", Some("/agent"))
            .crumb("Paramètres", Some("/agent/parametres"))
            .crumb("Journal", None),
        kinds: kinds.collect(),
        rows: rows.collect(),
        first: if asked.avant.is_empty() {
            String::new()
        } else {
            href(&call, &asked.sorte, "")
        },
        next: next.unwrap_or_default(),
    };
    call.html(&template)
}
