//! Vérification: each change with what becomes of it and why; then what can be done is done.

use askama::Template;
use http::StatusCode;
use jiff::{ToSpan, civil::Date};
use preau_app::{
    Error, FieldError,
    planning::{self, Line, Outcome, Plan, Show, Wish},
};
use preau_rules::{booking::WayOut, french, money::Cents};
use uuid::Uuid;

use super::{Desk, show};
use crate::{
    call::{Call, Reply},
    forms::Form,
    params,
    posted::Posted,
};

/// An agent at the counter says why.
pub(super) const NO_REASON: &str = "Indiquez pourquoi, par exemple « appel de la famille ».";

/// A wish as the confirming form holds it: `child*activity*unit*day*1`.
fn held(line: &Line) -> String {
    let book = u8::from(line.book);
    format!(
        "{}*{}*{}*{}*{book}",
        line.child_id, line.activity, line.unit, line.day
    )
}

fn unheld(text: &str) -> Option<Wish> {
    let mut parts = text.split('*');
    let wish = Wish {
        child: parts.next()?.parse().ok()?,
        activity: parts.next()?.to_owned(),
        unit: parts.next()?.to_owned(),
        day: params::day(parts.next()?)?,
        book: parts.next()? == "1",
    };
    parts.next().is_none().then_some(wish)
}

/// What a box stands for: `0.2.2026-11-26`, by the lists of children and units of the form.
fn boxed(text: &str, children: &[Uuid], units: &[(&str, &str)], book: bool) -> Option<Wish> {
    let mut parts = text.splitn(3, '.');
    let child = children.get(parts.next()?.parse::<usize>().ok()?)?;
    let (activity, unit) = units.get(parts.next()?.parse::<usize>().ok()?)?;
    Some(Wish {
        child: *child,
        day: params::day(parts.next()?)?,
        activity: (*activity).to_owned(),
        unit: (*unit).to_owned(),
        book,
    })
}

/// What the form of the planning asks for: boxes that were ticked, and boxes that no longer are.
fn wanted(form: &Posted) -> Vec<Wish> {
    let children: Vec<Uuid> = form.all("e").filter_map(|id| id.parse().ok()).collect();
    let units: Vec<(&str, &str)> = form.all("u").filter_map(|u| u.split_once('*')).collect();
    let before: Vec<&str> = form
        .text("avant")
        .split(' ')
        .filter(|k| !k.is_empty())
        .collect();
    let ticked: std::collections::HashSet<&str> = form.all("c").collect();
    let known: std::collections::HashSet<&str> = before.iter().copied().collect();
    let book = form.all("c").filter(|key| !known.contains(key));
    let book = book.filter_map(|key| boxed(key, &children, &units, true));
    let cancel = before.iter().filter(|key| !ticked.contains(*key));
    let cancel = cancel.filter_map(|key| boxed(key, &children, &units, false));
    book.chain(cancel).collect()
}

fn booked(plan: &Plan) -> Vec<(usize, String, String, Date)> {
    let mut all = Vec::new();
    for (at, child) in plan.children.iter().enumerate() {
        for row in &child.rows {
            for (day, cell) in plan.days.iter().zip(&row.cells) {
                if matches!(cell.show, Show::Booked | Show::Waiting(_)) {
                    all.push((at, row.activity.clone(), row.unit.clone(), *day));
                }
            }
        }
    }
    all
}

/// Wishes for free cells of the plan alone.
fn free(plan: &Plan, child: usize, of: (&str, &str), day: Date) -> Option<Wish> {
    let found = plan.children.get(child)?;
    let mut rows = found.rows.iter();
    let row = rows.find(|r| r.activity == of.0 && r.unit == of.1)?;
    let at = plan.days.iter().position(|d| *d == day)?;
    let cell = row.cells.get(at)?;
    let open = cell.open && matches!(cell.show, Show::Free(_) | Show::Full);
    open.then(|| Wish {
        child: found.id,
        day,
        activity: row.activity.clone(),
        unit: row.unit.clone(),
        book: true,
    })
}

/// Adds what a button of copying asks for: a child's days on the others, or the week before on this one and the next.
async fn copied(
    desk: &Desk,
    call: &Call,
    form: &Posted,
    mut wishes: Vec<Wish>,
) -> Result<Vec<Wish>, Error> {
    let what = form.text("copier");
    if what.is_empty() {
        return Ok(wishes);
    }
    let (first, last) = show::range(call, Some(form.text("du")));
    let plan = planning::plan(&call.cx, desk.family, (first, last)).await?;
    let mut more = Vec::new();
    if what == "semaine" {
        let before = (
            first.saturating_sub(7.days()),
            first.saturating_sub(1.day()),
        );
        let before = planning::plan(&call.cx, desk.family, before).await?;
        for (child, activity, unit, day) in booked(&before) {
            let id = before.children.get(child).map(|c| c.id);
            let here = plan.children.iter().position(|c| Some(c.id) == id);
            let day = day.saturating_add(7.days());
            more.extend(here.and_then(|at| free(&plan, at, (&activity, &unit), day)));
        }
    } else {
        let children: Vec<Uuid> = form.all("e").filter_map(|id| id.parse().ok()).collect();
        let from = what.parse::<usize>().ok().and_then(|at| children.get(at));
        let of = plan.children.iter().position(|c| Some(&c.id) == from);
        let given_back = |day: Date, a: &str, u: &str| {
            let mut all = wishes.iter();
            all.any(|w| {
                !w.book && Some(&w.child) == from && w.day == day && w.activity == a && w.unit == u
            })
        };
        let there = booked(&plan).into_iter().filter(|(at, ..)| Some(*at) == of);
        let there = there.filter(|(_, a, u, day)| !given_back(*day, a, u));
        let there = there.map(|(_, a, u, day)| (a, u, day));
        let now = wishes.iter().filter(|w| w.book && Some(&w.child) == from);
        let now = now.map(|w| (w.activity.clone(), w.unit.clone(), w.day));
        let all: Vec<(String, String, Date)> = there.chain(now).collect();
        for (activity, unit, day) in all {
            let others = (0..plan.children.len()).filter(|at| Some(*at) != of);
            more.extend(others.filter_map(|at| free(&plan, at, (&activity, &unit), day)));
        }
    }
    more.retain(|wish| !wishes.contains(wish));
    wishes.extend(more);
    Ok(wishes)
}

pub(super) struct LineView {
    pub(super) child: String,
    pub(super) label: String,
    pub(super) day: String,
    pub(super) done: &'static str,
    pub(super) tag: &'static str,
    pub(super) why: String,
    pub(super) supplement: String,
    /// What it costs, below zero for what is given back.
    pub(super) price: String,
    /// Why.
    pub(super) price_why: String,
    /// Words and address of what else can be done.
    pub(super) way_out: Option<(&'static str, String)>,
}

/// What a line adds to the month, or takes off it.
fn cost(line: &Line) -> Option<Cents> {
    let price = line.price.as_ref()?.cents;
    match line.outcome {
        Outcome::Booked => Some(price),
        Outcome::Cancelled => Some(Cents(-price.0)),
        Outcome::Waits | Outcome::Refused => None,
    }
}

/// « + 4,60 € ».
fn signed(cents: Cents) -> String {
    let sign = if cents.0 < 0 { "−" } else { "+" };
    format!("{sign}\u{a0}{}", Cents(cents.0.abs()))
}

pub(super) fn view(call: &Call, line: &Line) -> LineView {
    let tag = match line.outcome {
        Outcome::Booked => "ok",
        Outcome::Waits => "wait",
        Outcome::Cancelled => "off",
        Outcome::Refused => "stop",
    };
    let price = cost(line).map_or_else(String::new, signed);
    LineView {
        price_why: (line.price.as_ref()).map_or_else(String::new, |quote| quote.why.clone()),
        price,
        child: line.child.clone(),
        label: line.label.clone(),
        day: french::day(line.day),
        done: line.outcome.label_fr(),
        tag,
        why: line.why.clone(),
        supplement: line.supplement.clone().unwrap_or_default(),
        way_out: line.way_out.map(|way| {
            let path = match way {
                WayOut::TownHall | WayOut::Enrolment => "/contact",
                WayOut::Custody => "/espace-famille/dossier",
                WayOut::Paper => "/espace-famille/documents",
            };
            (way.label_fr(), call.href(path))
        }),
    }
}

#[derive(Template)]
#[template(path = "planning/verify.html")]
struct Body {
    csrf: String,
    action: String,
    back: String,
    from: String,
    counter: bool,
    held: Vec<String>,
    done: Vec<LineView>,
    refused: Vec<LineView>,
    /// « Enregistrer 3 changements ».
    button: String,
    waits: bool,
    /// What all of it comes to; nothing where no price is written.
    total: Option<String>,
    form: Form,
    /// The page came back because something changed meanwhile.
    changed: bool,
}

/// What an agent adds: why, and whether places hold.
fn counter_fields(what: &Verification) -> Form {
    let form = Form::default()
        .required("motif", "Motif, inscrit au journal")
        .value(&what.reason)
        .optional("depasser", "Même si c’est complet")
        .value(if what.over { "1" } else { "" });
    let error = FieldError::new("motif", NO_REASON);
    form.with_errors(if what.reason_error {
        std::slice::from_ref(&error)
    } else {
        &[]
    })
}

/// The page of the verification.
pub(super) struct Verification {
    pub(super) lines: Vec<Line>,
    pub(super) from: String,
    pub(super) reason: String,
    pub(super) reason_error: bool,
    pub(super) over: bool,
    pub(super) changed: bool,
}

pub(super) fn draw(desk: &Desk, call: &Call, what: Verification) -> Reply {
    let form = counter_fields(&what);
    let (done, refused): (Vec<&Line>, Vec<&Line>) = what
        .lines
        .iter()
        .partition(|line| line.outcome != Outcome::Refused);
    let body = Body {
        csrf: call.csrf(),
        action: call.href(&format!("{}/enregistrer", desk.root)),
        back: call.href(&format!("{}?du={}", desk.root, what.from)),
        from: what.from,
        counter: desk.at_counter(),
        held: done.iter().map(|line| held(line)).collect(),
        button: format!(
            "Enregistrer {}",
            french::count(done.len() as u64, "changement", "changements")
        ),
        waits: done.iter().any(|line| line.outcome == Outcome::Waits),
        total: (done.iter().any(|line| cost(line).is_some())).then(|| {
            let all = done.iter().filter_map(|line| cost(line));
            signed(Cents(all.map(|cents| cents.0).sum()))
        }),
        done: done.iter().map(|line| view(call, line)).collect(),
        refused: refused.iter().map(|line| view(call, line)).collect(),
        form,
        changed: what.changed,
    };
    let status = if what.reason_error || what.changed {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let crumbs = [
        ("Planning des activités", Some(desk.root.as_str())),
        ("Vérification", None),
    ];
    desk.draw(call, "Vérifiez avant d’enregistrer", &crumbs, &body, status)
}

/// Shows what each change would do.
pub(crate) async fn verify(desk: Desk, call: Call, form: Posted) -> Reply {
    let counter = desk.counter_of(&form);
    let from = form.text("du").to_owned();
    let from = params::day(&from).map_or_else(String::new, |day| day.to_string());
    let wishes = copied(&desk, &call, &form, wanted(&form)).await?;
    if wishes.is_empty() {
        let path = format!("{}?du={from}", desk.root);
        let text = "Rien n’a changé : cochez ou décochez des cases, puis vérifiez.";
        return Ok(call.see_saying(&path, "info", text));
    }
    let lines = planning::verify(&call.cx, desk.family, &wishes, &counter).await?;
    let what = Verification {
        lines,
        from,
        reason: counter.reason,
        reason_error: false,
        over: counter.over,
        changed: false,
    };
    draw(&desk, &call, what)
}

/// Does what was verified.
pub(crate) async fn save(desk: Desk, call: Call, form: Posted) -> Reply {
    let counter = desk.counter_of(&form);
    let from = params::day(form.text("du")).map_or_else(String::new, |day| day.to_string());
    let wishes: Vec<Wish> = form.all("w").filter_map(unheld).collect();
    let again = |lines, reason_error, changed| Verification {
        lines,
        from: from.clone(),
        reason: counter.reason.clone(),
        reason_error,
        over: counter.over,
        changed,
    };
    if desk.at_counter() && counter.reason.is_empty() {
        let lines = planning::verify(&call.cx, desk.family, &wishes, &counter).await?;
        return draw(&desk, &call, again(lines, true, false));
    }
    let kept = desk.at_counter().then(|| counter.clone());
    let saved = planning::save(&call.cx, desk.family, wishes, kept).await?;
    finish(&desk, &call, saved, |lines| again(lines, false, true))
}

/// To the receipt, or back with the reasons when nothing could be done.
pub(super) fn finish(
    desk: &Desk,
    call: &Call,
    saved: planning::Saved,
    again: impl FnOnce(Vec<Line>) -> Verification,
) -> Reply {
    let Some(number) = saved.number else {
        if saved.refused.is_empty() {
            let text = "Rien n’était à changer : c’est déjà fait.";
            return Ok(call.see_saying(&desk.root, "info", text));
        }
        return draw(desk, call, again(saved.refused));
    };
    let path = format!("{}/recu/{number}", desk.root);
    if saved.refused.is_empty() {
        return Ok(call.see(&path));
    }
    let first = saved.refused.iter().take(3).map(|line| {
        format!(
            "{}, {}, {} : {}",
            line.child,
            line.label,
            french::day(line.day),
            line.why
        )
    });
    let first: Vec<String> = first.collect();
    let count = french::count(
        saved.refused.len() as u64,
        "ligne n’a pas pu être enregistrée",
        "lignes n’ont pas pu être enregistrées",
    );
    let text = format!("{count} : {}", first.join(" "));
    Ok(call.see_saying(&path, "warn", &text))
}
