//! Receipts, and taking one back.

use askama::Template;
use http::StatusCode;
use preau_app::planning::{self, Sheet};
use preau_rules::french;

use super::{
    Desk,
    verify::{Verification, finish},
};
use crate::call::{Call, Reply};

struct LineView {
    child: String,
    label: String,
    day: String,
    done: &'static str,
    tag: &'static str,
    why: String,
}

#[derive(Template)]
#[template(path = "planning/receipt.html")]
struct Body {
    csrf: String,
    number: String,
    at: String,
    by: String,
    reason: String,
    lines: Vec<LineView>,
    undo: Option<(String, String)>,
    undone_by: Option<(String, String)>,
    undoes: bool,
    back: String,
}

/// The receipt.
pub(crate) async fn receipt(desk: Desk, call: Call, number: &str) -> Reply {
    let Sheet {
        receipt,
        lines,
        undo_until,
    } = planning::receipt(&call.cx, desk.family, number).await?;
    let zone = call.portal.zone();
    let href = |number: &str| call.href(&format!("{}/recu/{number}", desk.root));
    let lines = lines.iter().map(|line| LineView {
        child: line.child.clone(),
        label: line.label.clone(),
        day: french::day(line.day),
        done: line.done,
        tag: match line.done {
            "réservé" | "place obtenue" => "ok",
            "liste d’attente" => "wait",
            _ => "off",
        },
        why: line.why.clone(),
    });
    let title = format!("Reçu {}", receipt.number);
    let body = Body {
        csrf: call.csrf(),
        at: french::instant_year(receipt.at, &zone),
        by: receipt.by_name.clone(),
        reason: receipt.reason.clone(),
        lines: lines.collect(),
        undo: undo_until.map(|at| {
            let path = format!("{}/annuler", href(&receipt.number));
            (path, french::instant(at, &zone))
        }),
        undone_by: receipt.undone_by.as_ref().map(|n| (n.clone(), href(n))),
        undoes: receipt.undoes.is_some(),
        back: call.href(&desk.root),
        number: receipt.number,
    };
    let crumbs = [
        ("Planning des activités", Some(desk.root.as_str())),
        (title.as_str(), None),
    ];
    desk.draw(&call, &title, &crumbs, &body, StatusCode::OK)
}

/// Takes it back.
pub(crate) async fn undo(desk: Desk, call: Call, number: &str) -> Reply {
    let saved = planning::undo(&call.cx, desk.family, number).await?;
    finish(&desk, &call, saved, |lines| Verification {
        lines,
        from: String::new(),
        reason: String::new(),
        reason_error: false,
        over: false,
        changed: true,
    })
}
