//! The communes as operators see them: engine, versions, backups, queues, mails.

use askama::Template;
use axum::extract::Path;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use preau_app::host::{self, Line};
use preau_rules::{french, permission::Right};

use crate::{
    call::{Call, Reply},
    page::Page,
    params,
    posted::Submitted,
    routes::{Access, Routes},
};

const ACCESS: Access = Access::Holds(Right::Host);

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/", ACCESS, list)
        .get("/communes/{slug}", ACCESS, show)
        .post("/communes/{slug}/travaux/{id}/rejouer", ACCESS, replay)
}

/// A backup older than this is told.
const FRESH: SignedDuration = SignedDuration::from_hours(48);
/// Work that waits longer than this is told.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

struct CommuneLine {
    name: String,
    href: String,
    portal: String,
    engine: &'static str,
    open: bool,
    /// Why it cannot be opened.
    trouble: Option<String>,
    schema: String,
    exported: String,
    export_is_old: bool,
    ready: i64,
    dead: i64,
    late: Option<String>,
    queued: i64,
    sent: i64,
    refused: i64,
    expired: i64,
    waiting: usize,
}

impl CommuneLine {
    fn new(line: &Line, now: Timestamp) -> Self {
        let row = &line.row;
        let state = line.state.as_ref().ok();
        let (jobs, mails) = (state.map(|s| &s.jobs), state.map(|s| &s.mails));
        let old = |at: Timestamp| now.duration_since(at) > FRESH;
        let late = jobs
            .and_then(|jobs| jobs.oldest)
            .filter(|due| now.duration_since(*due) > PATIENCE);
        Self {
            name: row.name.clone(),
            href: format!("/host/communes/{}", row.slug),
            portal: format!("/{}/", row.slug),
            engine: if row.engine == "sqlite" {
                "SQLite"
            } else {
                "PostgreSQL"
            },
            open: row.state == "open",
            trouble: line.state.as_ref().err().cloned(),
            schema: state.map_or_else(|| "–".to_owned(), |s| s.schema.to_string()),
            exported: row
                .exported_at
                .map_or_else(|| "jamais".to_owned(), |at| french::ago(at, now)),
            export_is_old: row.exported_at.is_none_or(old),
            ready: jobs.map_or(0, |j| j.ready),
            dead: jobs.map_or(0, |j| j.dead),
            late: late.map(|due| french::age(due, now)),
            queued: mails.map_or(0, |m| m.queued),
            sent: mails.map_or(0, |m| m.sent),
            refused: mails.map_or(0, |m| m.refused),
            expired: mails.map_or(0, |m| m.expired),
            waiting: state.map_or(0, |s| s.waiting),
        }
    }
}

#[derive(Template)]
#[template(path = "host/communes.html")]
struct List {
    page: Page,
    communes: Vec<CommuneLine>,
    version: &'static str,
    schema: i64,
    troubles: usize,
    dead: i64,
    refused: i64,
}

async fn list(call: Call) -> Reply {
    let lines = host::communes(&call.cx).await?;
    let communes: Vec<CommuneLine> = lines
        .iter()
        .map(|l| CommuneLine::new(l, call.cx.at))
        .collect();
    call.html(&List {
        page: call.page("Communes", "communes"),
        version: env!("CARGO_PKG_VERSION"),
        schema: host::schema_of_program(),
        troubles: communes.iter().filter(|c| c.trouble.is_some()).count(),
        dead: communes.iter().map(|c| c.dead).sum(),
        refused: communes.iter().map(|c| c.refused).sum(),
        communes,
    })
}

struct DeadLine {
    action: String,
    kind: String,
    attempts: i64,
    error: String,
    since: String,
}

struct RefusedLine {
    /// Which of our mails: its words are the commune's business.
    kind: String,
    at: String,
    error: String,
}

#[derive(Template)]
#[template(path = "host/commune.html")]
struct OneCommune {
    page: Page,
    commune: CommuneLine,
    dead: Vec<DeadLine>,
    refused: Vec<RefusedLine>,
    created: String,
    address: String,
}

async fn show(call: Call, Path(slug): Path<String>) -> Reply {
    let detail = host::commune(&call.cx, &slug).await?;
    let commune = CommuneLine::new(&detail.line, call.cx.at);
    let zone = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    let dead = detail.dead.iter().map(|job| DeadLine {
        action: format!("{}/travaux/{}/rejouer", commune.href, job.id),
        kind: kind_fr(&job.kind).to_owned(),
        attempts: job.attempts,
        error: job.last_error.clone().unwrap_or_default(),
        since: french::ago(job.created_at, call.cx.at),
    });
    let refused = detail.refused.iter().map(|mail| RefusedLine {
        kind: mail.kind.clone(),
        at: french::instant_digits(mail.settled_at.unwrap_or(mail.created_at), &zone),
        error: mail.last_error.clone().unwrap_or_default(),
    });
    call.html(&OneCommune {
        page: call
            .page(&commune.name, "communes")
            .crumb("Communes", Some("/host"))
            .crumb(&commune.name, None),
        dead: dead.collect(),
        refused: refused.collect(),
        created: french::instant_digits(detail.line.row.created_at, &zone),
        address: detail.line.row.address.clone(),
        commune,
    })
}

/// A kind of job in words; one that has none keeps its name.
fn kind_fr(kind: &str) -> &str {
    match kind {
        "mail.send" => "Envoi d’un e-mail",
        other => other,
    }
}

async fn replay(
    Path((slug, id)): Path<(String, String)>,
    Submitted { call, .. }: Submitted,
) -> Reply {
    host::replay(&call.cx, &slug, params::id(&id)?).await?;
    let path = format!("/host/communes/{slug}");
    Ok(call.see_saying(&path, "ok", "Le travail est de nouveau dans la file."))
}
