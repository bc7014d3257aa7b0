//! Aperçu de la réservation: what a long period makes day by day; then one write.

use std::collections::BTreeMap;

use askama::Template;
use http::StatusCode;
use preau_app::{
    Error, FieldError,
    planning::{self, Line, Outcome, Wish},
};
use preau_rules::french;

use super::{
    Desk,
    pattern::{Pattern, draw, fields, read},
    verify::{NO_REASON, Verification, finish},
};
use crate::{
    call::{Call, Reply},
    posted::Posted,
};

/// Refused days that are named one by one.
const NAMED: usize = 60;

struct DayView {
    day: String,
    what: String,
    why: String,
}

#[derive(Template)]
#[template(path = "planning/preview.html")]
struct Preview {
    csrf: String,
    action: String,
    /// The form as it was filled.
    held: Vec<(String, String)>,
    /// « 34 jours réservés, 1 déjà clos, 2 complets ».
    said: String,
    /// By child: first name, what is done.
    children: Vec<(String, String)>,
    /// By month: name, how many.
    months: Vec<(String, String)>,
    refused: Vec<DayView>,
    waits: Vec<DayView>,
    more: usize,
    passed_over: usize,
    button: String,
    possible: bool,
    counter: bool,
}

fn by(lines: &[&Line], key: impl Fn(&Line) -> String) -> Vec<(String, String)> {
    let mut all: Vec<(String, u64)> = Vec::new();
    for line in lines {
        let key = key(line);
        match all.iter_mut().find(|(k, _)| *k == key) {
            Some((_, n)) => *n += 1,
            None => all.push((key, 1)),
        }
    }
    all.into_iter()
        .map(|(key, n)| (key, french::count(n, "ligne", "lignes")))
        .collect()
}

fn days(lines: &[&Line]) -> Vec<DayView> {
    lines
        .iter()
        .take(NAMED)
        .map(|line| DayView {
            day: french::day_year(line.day),
            what: format!("{}, {}", line.child, line.label),
            why: line.why.clone(),
        })
        .collect()
}

fn said(lines: &[Line], book: bool) -> String {
    let mut counts: BTreeMap<u8, u64> = BTreeMap::new();
    for line in lines.iter().filter(|l| !l.nothing) {
        let key = match line.outcome {
            Outcome::Booked | Outcome::Cancelled => 0,
            Outcome::Waits => 1,
            Outcome::Refused => 2,
        };
        *counts.entry(key).or_default() += 1;
    }
    let n = |key: u8| counts.get(&key).copied().unwrap_or(0);
    let mut parts = vec![if book {
        french::count(n(0), "réservation", "réservations")
    } else {
        french::count(n(0), "annulation", "annulations")
    }];
    if n(1) > 0 {
        let words = french::count(n(1), "complète", "complètes");
        parts.push(format!("{words} → liste d’attente"));
    }
    if n(2) > 0 {
        parts.push(french::count(n(2), "pas possible", "pas possibles"));
    }
    parts.join(", ")
}

/// What the pattern would do, or does it.
pub(crate) async fn preview(desk: Desk, call: Call, posted: Posted) -> Reply {
    let again = |errors: &[FieldError]| fields().filled(&posted).with_errors(errors);
    let invalid = StatusCode::UNPROCESSABLE_ENTITY;
    if posted.text("etape") == "modifier" {
        return draw(&desk, &call, again(&[]), &posted, StatusCode::OK).await;
    }
    let pattern = match read(&posted) {
        Ok(pattern) => pattern,
        Err(errors) => return draw(&desk, &call, again(&errors), &posted, invalid).await,
    };
    let counter = desk.counter_of(&posted);
    if desk.at_counter() && counter.reason.is_empty() {
        let errors = [FieldError::new("motif", NO_REASON)];
        return draw(&desk, &call, again(&errors), &posted, invalid).await;
    }
    let lines = planning::verify(&call.cx, desk.family, &pattern.wishes(), &counter).await;
    let lines = match lines {
        Err(Error::Conflict(why)) => {
            let errors = [FieldError::new("au", why)];
            return draw(&desk, &call, again(&errors), &posted, invalid).await;
        }
        other => other?,
    };
    if posted.text("etape") == "enregistrer" {
        let done = lines.into_iter().filter(|l| l.outcome != Outcome::Refused);
        let wishes: Vec<Wish> = done
            .map(|l| Wish {
                child: l.child_id,
                day: l.day,
                activity: l.activity,
                unit: l.unit,
                book: l.book,
            })
            .collect();
        let kept = desk.at_counter().then_some(counter);
        let saved = planning::save(&call.cx, desk.family, wishes, kept).await?;
        return finish(&desk, &call, saved, |lines| Verification {
            lines,
            from: String::new(),
            reason: String::new(),
            reason_error: false,
            over: false,
            changed: true,
        });
    }
    show(&desk, &call, &posted, &pattern, &lines)
}

fn show(desk: &Desk, call: &Call, posted: &Posted, pattern: &Pattern, lines: &[Line]) -> Reply {
    let of = |outcomes: &[Outcome]| -> Vec<&Line> {
        let all = lines.iter().filter(|l| !l.nothing);
        all.filter(|l| outcomes.contains(&l.outcome)).collect()
    };
    let done = of(&[Outcome::Booked, Outcome::Cancelled, Outcome::Waits]);
    let (waits, refused) = (of(&[Outcome::Waits]), of(&[Outcome::Refused]));
    let names = [
        "faire", "e", "j", "du", "au", "rythme", "ancre", "sauf", "motif",
    ];
    let held = names.iter().flat_map(|name| {
        posted
            .all(name)
            .map(|value| ((*name).to_owned(), value.to_owned()))
    });
    let body = Preview {
        csrf: call.csrf(),
        action: call.href(&desk.pattern),
        held: held.collect(),
        said: said(lines, pattern.book),
        children: by(&done, |line| line.child.clone()),
        months: by(&done, |line| {
            format!("{}\u{a0}{}", french::month(line.day), line.day.year())
        }),
        more: refused.len().saturating_sub(NAMED),
        passed_over: lines.iter().filter(|l| l.nothing).count(),
        refused: days(&refused),
        waits: days(&waits),
        button: format!(
            "Enregistrer {}",
            french::count(done.len() as u64, "ligne", "lignes")
        ),
        possible: !done.is_empty(),
        counter: desk.at_counter(),
    };
    let crumbs = [
        ("Planning des activités", Some(desk.root.as_str())),
        ("Réservation", Some(desk.pattern.as_str())),
        ("Aperçu", None),
    ];
    desk.draw(
        call,
        "Aperçu de la réservation",
        &crumbs,
        &body,
        StatusCode::OK,
    )
}
