//! The queue of requests: what is to be done first, by date to answer or by age.

use askama::Template;
use axum::extract::Query;
use preau_app::request::{self, PAGE, QueueForm};
use preau_rules::permission::Right;
use serde::Deserialize;

use crate::{
    agent::lines::LineView,
    call::{Call, Reply},
    page::Page,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/agent/demandes", Access::Holds(Right::Requests), show)
}

/// What the address says.
#[derive(Debug, Clone, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    filtre: String,
    #[serde(default)]
    tri: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: String,
}

impl Asked {
    fn href(&self, call: &Call, filter: &str, page: i64) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let page = if page > 1 {
            page.to_string()
        } else {
            String::new()
        };
        let pairs = [
            ("filtre", filter),
            ("tri", &self.tri),
            ("q", &self.q),
            ("page", &page),
        ];
        for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        let query = query.finish();
        let mark = if query.is_empty() { "" } else { "?" };
        call.href(&format!("/agent/demandes{mark}{query}"))
    }
}

struct Tab {
    href: String,
    label: &'static str,
    count: Option<i64>,
    current: bool,
}

#[derive(Template)]
#[template(path = "agent/requests.html")]
struct Queue {
    page: Page,
    tabs: Vec<Tab>,
    filter: String,
    by_age: bool,
    /// Closed ones have no order to choose.
    ordered: bool,
    words: String,
    late: i64,
    lines: Vec<LineView>,
    previous: String,
    next: String,
    range: String,
    empty: (&'static str, String),
}

const TABS: [(&str, &str, &str); 4] = [
    ("", "open", "À traiter"),
    ("miennes", "mine", "Les miennes"),
    ("closes", "closed", "Closes"),
    ("toutes", "all", "Toutes"),
];

async fn show(call: Call, Query(asked): Query<Asked>) -> Reply {
    let tab = TABS.iter().find(|(word, ..)| *word == asked.filtre);
    let (filter, which, label) = tab.copied().unwrap_or(TABS[0]);
    let form = QueueForm {
        which: which.to_owned(),
        order: asked.tri.clone(),
        words: asked.q.clone(),
        page: asked.page.parse().unwrap_or(1),
    };
    let queue = request::queue(&call.cx, &form).await?;
    let count = |which| match which {
        "open" => Some(queue.counts.open),
        "mine" => Some(queue.counts.mine),
        _ => None,
    };
    let tabs = TABS.iter().map(|(word, which, label)| Tab {
        href: asked.href(&call, word, 1),
        label,
        count: count(which),
        current: *word == filter,
    });
    let first = (queue.page - 1) * PAGE + 1;
    let last = first - 1 + i64::try_from(queue.lines.len()).unwrap_or(0);
    let href = |page| asked.href(&call, filter, page);
    let template = Queue {
        page: call
            .page(label, "demandes")
            .crumb("Ma journée", Some("/agent"))
            .crumb("Demandes", None),
        tabs: tabs.collect(),
        filter: filter.to_owned(),
        by_age: asked.tri == "age",
        ordered: matches!(which, "open" | "mine"),
        late: queue.counts.late,
        previous: if queue.page > 1 {
            href(queue.page - 1)
        } else {
            String::new()
        },
        next: if last < queue.total {
            href(queue.page + 1)
        } else {
            String::new()
        },
        range: format!("{first} à {last} sur {}", queue.total),
        empty: nothing(which, &asked.q),
        words: asked.q.clone(),
        lines: queue
            .lines
            .iter()
            .map(|l| LineView::new(&call, l))
            .collect(),
    };
    call.html(&template)
}

/// Why the list is empty.
fn nothing(which: &str, words: &str) -> (&'static str, String) {
    if !words.trim().is_empty() {
        let text = format!(
            "Rien ne correspond à « {} » ici. Vérifiez l’orthographe, ou cherchez parmi toutes les demandes.",
            words.trim()
        );
        return ("Aucune demande trouvée", text);
    }
    let (title, text) = match which {
        "open" => (
            "Tout est traité",
            "Aucune demande n’attend de réponse. Les nouvelles arrivent ici, la plus urgente en premier.",
        ),
        "mine" => (
            "Rien entre vos mains",
            "Les demandes que vous prenez en charge, ou qu’on vous confie, sont ici.",
        ),
        "closed" => (
            "Aucune demande close",
            "Les demandes répondues ou closes sont gardées ici.",
        ),
        _ => (
            "Aucune demande pour l’instant",
            "Ce que les usagers écrivent par « Nous contacter » arrive ici.",
        ),
    };
    (title, text.to_owned())
}
