//! The file of a family, whole, for agents; health only for who has the right, and that they looked is noted.

use askama::Template;
use axum::extract::Path;
use preau_app::{document, dossier};
use preau_rules::{
    dossier::{Who, of_theme, themes},
    family::born_and_age,
    french,
    permission::Right,
};
use uuid::Uuid;

use crate::{
    call::{Call, Reply},
    citizen::{documents::state, dossier::jpeg},
    page::Page,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    let right = Access::Holds(Right::Families);
    routes.get("/agent/familles/{id}/dossier", right, show).get(
        "/agent/visages/{member}",
        right,
        face,
    )
}

struct Line {
    label: &'static str,
    value: String,
    /// The change that waits, and where its request is.
    waiting: Option<(String, String)>,
}

struct Part {
    title: &'static str,
    lines: Vec<Line>,
}

struct MemberView {
    name: String,
    about: String,
    photo: Option<String>,
    parts: Vec<Part>,
}

struct PaperLine {
    name: String,
    state: String,
    tag: &'static str,
    request: Option<(String, String)>,
}

struct Change {
    at: String,
    words: String,
    by: String,
}

#[derive(Template)]
#[template(path = "agent/dossier.html")]
struct Show {
    page: Page,
    name: String,
    members: Vec<MemberView>,
    papers: Vec<PaperLine>,
    history: Vec<Change>,
    /// Who looks may see what concerns health.
    health: bool,
}

async fn show(call: Call, Path(id): Path<Uuid>) -> Reply {
    let dossier = dossier::of_family(&call.cx, id).await?;
    let today = call.cx.at.to_zoned(call.portal.zone()).date();
    let health = call.cx.caller.require(Right::Health).is_ok();
    let members = dossier.members.iter().map(|member| {
        let parts = themes(member.who).filter_map(|theme| {
            let known = of_theme(member.who, theme).filter(|f| health || !f.sealed);
            let lines: Vec<_> = known
                .filter_map(|field| {
                    let value = member.value(field).map(|v| field.kind.shown(v));
                    let waiting = member.waiting(field).map(|change| {
                        let after = change.after.as_deref();
                        let after =
                            after.map_or_else(|| "à effacer".to_owned(), |v| field.kind.shown(v));
                        let href = call.href(&format!("/agent/demandes/{}", change.number));
                        (after, href)
                    });
                    if value.is_none() && waiting.is_none() {
                        return None;
                    }
                    Some(Line {
                        label: field.label,
                        value: value.unwrap_or_default(),
                        waiting,
                    })
                })
                .collect();
            (!lines.is_empty()).then_some(Part {
                title: theme.label_fr(),
                lines,
            })
        });
        MemberView {
            name: member.name(),
            about: match (member.who, member.born_on) {
                (Who::Child, Some(born)) => born_and_age(born, today),
                _ => "Responsable".to_owned(),
            },
            photo: member.photo.map(|since| {
                let since = since.as_second();
                call.href(&format!("/agent/visages/{}?v={since}", member.id))
            }),
            parts: parts.collect(),
        }
    });
    let all = document::of_family(&call.cx, id).await?;
    let papers = all.asked.iter().map(|asked| {
        let (state, tag) = state(asked);
        let whose = asked.child.as_deref().unwrap_or("la famille");
        PaperLine {
            name: format!("{}, {whose}", asked.kind.name),
            state,
            tag,
            request: asked.number.as_ref().map(|number| {
                (
                    number.clone(),
                    call.href(&format!("/agent/demandes/{number}")),
                )
            }),
        }
    });
    let zone = call.portal.zone();
    let history = dossier.history.iter().map(|event| Change {
        at: french::instant(event.at, &zone),
        words: format!("{}, {}", event.of, event.words),
        by: event.by.clone(),
    });
    let template = Show {
        page: call
            .page("Dossier complet", "familles")
            .crumb("Ma journée", Some("/agent"))
            .crumb("Familles", Some("/agent/familles"))
            .crumb(
                &format!("Famille {}", dossier.family.name),
                Some(&format!("/agent/familles/{id}")),
            )
            .crumb("Dossier complet", None),
        name: dossier.family.name.clone(),
        members: members.collect(),
        papers: papers.collect(),
        history: history.collect(),
        health,
    };
    call.html(&template)
}

async fn face(call: Call, Path(member): Path<Uuid>) -> Reply {
    Ok(jpeg(dossier::face(&call.cx, member).await?))
}
