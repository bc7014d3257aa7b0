//! « Ma journée »: what waits for the agent who opens it.

use askama::Template;
use preau_app::journey;
use preau_rules::french;

use crate::{
    agent::lines::{LineView, capital, day},
    call::{Call, Reply},
    page::Page,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/agent", Access::LoggedIn, show)
}

/// A figure with the page behind it.
struct Card {
    href: String,
    label: &'static str,
    figure: i64,
    /// What the figure means; its colour, empty for plain words.
    note: String,
    tag: &'static str,
}

struct Item {
    title: String,
    until: String,
}

#[derive(Template)]
#[template(path = "agent/home.html")]
struct Home {
    page: Page,
    today: String,
    cards: Vec<Card>,
    /// The most urgent requests; absent without the right to read them.
    urgent: Option<Vec<LineView>>,
    news: Option<Vec<Item>>,
    roles: Vec<String>,
}

fn words(n: i64, one: &str, many: &str) -> String {
    french::count(n.unsigned_abs(), one, many)
}

fn cards(call: &Call, day: &journey::Day) -> Vec<Card> {
    let mut cards = Vec::new();
    let card = |path: &str, label, figure, (note, tag): (String, &'static str)| Card {
        href: call.href(path),
        label,
        figure,
        note,
        tag,
    };
    if let Some(requests) = &day.requests {
        let late = if requests.late > 0 {
            (format!("{} en retard", requests.late), "stop")
        } else if requests.open > 0 {
            ("toutes dans les délais".to_owned(), "ok")
        } else {
            ("tout est traité".to_owned(), "ok")
        };
        cards.push(card(
            "/agent/demandes",
            "Demandes à traiter",
            requests.open,
            late,
        ));
        let free = words(
            requests.unassigned,
            "demande sans agent",
            "demandes sans agent",
        );
        cards.push(card(
            "/agent/demandes?filtre=miennes",
            "Entre mes mains",
            requests.mine,
            (free, ""),
        ));
    }
    if let Some(mails) = &day.mails {
        let lost = mails.refused + mails.expired;
        let (path, note) = if lost > 0 {
            (
                "/agent/messages",
                ("à corriger ou à renvoyer".to_owned(), "warn"),
            )
        } else {
            let waiting = words(mails.queued, "message en attente", "messages en attente");
            ("/agent/messages?etat=sent", (waiting, ""))
        };
        cards.push(card(path, "E-mails non remis", lost, note));
    }
    if let Some(news) = &day.news {
        let coming = match day.coming {
            0 => "aucune à venir".to_owned(),
            n => format!("{n} à venir"),
        };
        let shown = i64::try_from(news.len()).unwrap_or(i64::MAX);
        cards.push(card(
            "/agent/actualites",
            "Actualités en ligne",
            shown,
            (coming, ""),
        ));
    }
    cards
}

async fn show(call: Call) -> Reply {
    let found = journey::day(&call.cx).await?;
    let zone = call.portal.zone();
    let item = |news: &preau_store::tables::news::News| Item {
        title: news.title.clone(),
        until: news.visible_until.map_or_else(
            || "sans date de fin".to_owned(),
            |until| format!("jusqu’au {}", french::day_month(day(until, &zone))),
        ),
    };
    let lines = found.urgent.iter().map(|line| LineView::new(&call, line));
    let template = Home {
        page: call.page("Ma journée", "journee"),
        today: capital(&french::day(day(call.cx.at, &zone))),
        cards: cards(&call, &found),
        urgent: found.requests.is_some().then(|| lines.collect()),
        news: found
            .news
            .as_ref()
            .map(|news| news.iter().take(5).map(item).collect()),
        roles: call.cx.caller.agent()?.roles.clone(),
    };
    call.html(&template)
}
