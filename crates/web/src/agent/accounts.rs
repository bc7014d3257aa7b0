//! Accounts of citizens: found at once by name, address, family or code; sign-ups that wait stand on top.

use askama::Template;
use axum::extract::Query;
use preau_app::account::{self, Found, PAGE, State, Waiting, name_fr, state};
use preau_rules::{french, permission::Right};
use preau_store::tables::mail::Delivery;
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    agent::request_view::mail_state,
    call::{Call, Reply},
    page::Page,
    routes::{Access, Routes},
};

pub(crate) const LIST: &str = "/agent/comptes";
pub(crate) const ACCESS: Access = Access::Holds(Right::Accounts);

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get(LIST, ACCESS, list)
}

/// The path of an account's page.
pub(crate) fn path(id: Uuid) -> String {
    format!("{LIST}/{id}")
}

/// The shell of a page about accounts.
pub(crate) fn page(call: &Call, title: &str) -> Page {
    let page = call
        .page(title, "comptes")
        .crumb("Ma journée", Some("/agent"));
    if title == "Comptes" {
        return page.crumb(title, None);
    }
    page.crumb("Comptes", Some(LIST)).crumb(title, None)
}

/// The colour of a state; its word says the same.
pub(crate) fn state_tag(state: State) -> &'static str {
    match state {
        State::Waiting => "wait",
        State::Active => "ok",
        State::Blocked => "stop",
        State::Erased => "off",
    }
}

/// What became of a mail, in one line.
pub(crate) struct MailLine {
    pub(crate) to: String,
    pub(crate) state: &'static str,
    pub(crate) tag: &'static str,
    /// Why it was refused, or what keeps it waiting.
    pub(crate) reason: Option<String>,
    pub(crate) at: String,
}

impl MailLine {
    pub(crate) fn new(call: &Call, mail: &Delivery) -> Self {
        let (state, tag) = mail_state(&mail.state);
        let at = mail.settled_at.unwrap_or(mail.created_at);
        Self {
            to: mail.to_address.clone(),
            state,
            tag,
            reason: mail.last_error.clone(),
            at: french::instant_digits(at, &call.portal.zone()),
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    etat: String,
    #[serde(default)]
    page: String,
}

struct WaitingLine {
    href: String,
    name: String,
    email: String,
    since: String,
    mail: Option<MailLine>,
}

struct Line {
    href: String,
    name: String,
    email: String,
    families: String,
    seen: String,
    state: &'static str,
    tag: &'static str,
}

struct Choice {
    value: &'static str,
    label: &'static str,
    selected: bool,
}

#[derive(Template)]
#[template(path = "agent/accounts.html")]
struct List {
    page: Page,
    words: String,
    states: Vec<Choice>,
    waiting: Vec<WaitingLine>,
    lines: Vec<Line>,
    total: String,
    previous: String,
    next: String,
    range: String,
    /// Something was asked for.
    asked: bool,
}

fn waiting_line(call: &Call, waiting: &Waiting) -> WaitingLine {
    WaitingLine {
        href: call.href(&format!("{LIST}/attente/{}", waiting.id)),
        name: waiting.name.clone(),
        email: waiting.email.clone(),
        since: french::ago(waiting.created_at, call.cx.at),
        mail: waiting.mail.as_ref().map(|m| MailLine::new(call, m)),
    }
}

fn line(call: &Call, found: &Found) -> Line {
    let state = state(&found.line);
    let families: Vec<&str> = found.families.iter().map(|f| f.name.as_str()).collect();
    let seen = found.line.last_seen_at;
    Line {
        href: call.href(&path(found.line.id)),
        name: name_fr(&found.line),
        email: found.line.email.clone(),
        families: families.join(", "),
        seen: seen.map_or_else(|| "jamais".to_owned(), |at| french::ago(at, call.cx.at)),
        state: state.label_fr(),
        tag: state_tag(state),
    }
}

fn states(wanted: Option<State>) -> Vec<Choice> {
    let all = Choice {
        value: "",
        label: "tous, sauf supprimés",
        selected: wanted.is_none(),
    };
    let one = State::ALL.into_iter().map(|state| Choice {
        value: state.code(),
        label: state.label_fr(),
        selected: wanted == Some(state),
    });
    std::iter::once(all).chain(one).collect()
}

fn href(call: &Call, asked: &Asked, page: i64) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in [("q", asked.q.trim()), ("etat", &asked.etat)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    query.append_pair("page", &page.to_string());
    call.href(&format!("{LIST}?{}", query.finish()))
}

async fn list(call: Call, Query(asked): Query<Asked>) -> Reply {
    let words = asked.q.trim();
    let wanted = State::of(&asked.etat);
    let at = asked.page.parse().unwrap_or(1);
    let found = account::search(&call.cx, words, wanted, at).await?;
    let first = (found.page - 1) * PAGE + 1;
    let last = first - 1 + i64::try_from(found.accounts.len()).unwrap_or(0);
    let template = List {
        page: page(&call, "Comptes"),
        states: states(wanted),
        waiting: found
            .waiting
            .iter()
            .map(|w| waiting_line(&call, w))
            .collect(),
        lines: found.accounts.iter().map(|f| line(&call, f)).collect(),
        total: french::count(found.total.unsigned_abs(), "compte", "comptes"),
        previous: if found.page > 1 {
            href(&call, &asked, found.page - 1)
        } else {
            String::new()
        },
        next: if last < found.total {
            href(&call, &asked, found.page + 1)
        } else {
            String::new()
        },
        range: format!("{first} à {last} sur {}", found.total),
        asked: !words.is_empty() || wanted.is_some(),
        words: words.to_owned(),
    };
    call.html(&template)
}
