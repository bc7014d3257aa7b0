//! The planning of all children: two weeks on a large screen, a week a day at a time on a phone.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use http::StatusCode;
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Weekday},
};
use preau_app::planning::{self, Plan, Show, Shown};
use preau_rules::french;

use super::Desk;
use crate::{
    call::{Call, Reply},
    params::{self, Asked},
};

/// A cell as it is drawn.
struct Cell {
    /// Class of its colour.
    class: &'static str,
    /// Words inside it, beside the glyph.
    words: String,
    /// Value of its box; nothing when it cannot be changed.
    value: Option<String>,
    checked: bool,
    /// What it is, for who does not see the colour: « complet, liste d’attente ».
    state: &'static str,
    /// Why it is closed.
    why: String,
}

struct Row {
    label: String,
    hours: String,
    cells: Vec<Cell>,
}

struct Child {
    name: String,
    site: String,
    rows: Vec<Row>,
    /// Words and value of the button that copies this child's planning on the others.
    copy: Option<(String, usize)>,
}

struct Day {
    /// « J 26 ».
    short: String,
    /// « jeudi 26 novembre ».
    long: String,
    /// « jusqu’au mardi 24 novembre à 10 h 00 ».
    limit: String,
    /// « Fermé : Grève (Cantine) ».
    shut: Vec<String>,
    wednesday: bool,
}

/// A day on a phone: a row a unit, a column a child.
struct Card {
    day: Day,
    children: Vec<String>,
    rows: Vec<Row>,
}

/// A form with what it shows: children, units, and the boxes that were ticked.
struct Sheet {
    children: Vec<String>,
    units: Vec<String>,
    before: String,
}

#[derive(Template)]
#[template(path = "planning/show.html")]
struct Body {
    csrf: String,
    action: String,
    pattern: String,
    /// The other pages of the family.
    tabs: Vec<(String, &'static str, bool)>,
    title: String,
    absence: Option<String>,
    next: Option<(String, String, String)>,
    ready: bool,
    /// Papers that are missing, and where they are sent.
    papers: Vec<(String, String)>,
    documents: String,
    /// There is something to book.
    any: bool,
    wide_title: String,
    phone_title: String,
    wide: (String, String),
    phone: (String, String),
    chips: Vec<(String, String, bool)>,
    days: Vec<Day>,
    kids: Vec<Child>,
    wide_sheet: Sheet,
    cards: Vec<Card>,
    phone_sheet: Sheet,
    from: String,
}

fn monday(day: Date) -> Date {
    // At the week-end, the week that comes is the one of interest.
    let day = match day.weekday() {
        Weekday::Saturday => day.saturating_add(2.days()),
        Weekday::Sunday => day.saturating_add(1.days()),
        _ => day,
    };
    let back = i64::from(day.weekday().to_monday_zero_offset());
    day.saturating_sub(back.days())
}

/// The days of the page.
pub(crate) fn range(call: &Call, asked: Option<&str>) -> (Date, Date) {
    let today = call.cx.at.to_zoned(call.portal.zone()).date();
    let first = monday(asked.and_then(params::day).unwrap_or(today));
    (first, first.saturating_add(13.days()))
}

fn cell(shown: &Shown, key: String) -> Cell {
    let (class, words, checked, state) = match shown.show {
        Show::Nothing => ("off", "·".to_owned(), false, "pas d’activité"),
        Show::Free(Some(left)) if left <= 5 => ("free", format!("{left} pl."), false, "libre"),
        Show::Free(_) => ("free", String::new(), false, "libre"),
        Show::Full => (
            "full",
            "compl.".to_owned(),
            false,
            "complet, liste d’attente",
        ),
        Show::Closed => ("lock", "–".to_owned(), false, "clos"),
        Show::Shut => ("lock", "–".to_owned(), false, "fermé"),
        Show::Booked if shown.open => ("free", String::new(), true, "réservé"),
        Show::Booked => ("lock on", String::new(), true, "réservé, clos"),
        Show::Waiting(rank) => ("wait", format!("n° {rank}"), true, "liste d’attente"),
        Show::Absent => ("sick", "abs.".to_owned(), true, "absence signalée"),
        Show::OtherHome => ("off", "–".to_owned(), false, "autre foyer"),
    };
    Cell {
        class,
        words,
        value: shown.open.then_some(key),
        checked,
        state,
        why: shown.why.clone(),
    }
}

/// What the commune closed that day, by reason.
fn shut(plan: &Plan, at: usize) -> Vec<String> {
    let mut by_reason: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in plan.children.iter().flat_map(|child| &child.rows) {
        if let Some(cell) = row.cells.get(at).filter(|cell| cell.show == Show::Shut) {
            let labels = by_reason.entry(cell.why.trim_end_matches('.')).or_default();
            labels.insert(&row.label);
        }
    }
    let all = by_reason.into_iter();
    all.map(|(why, labels)| {
        let labels: Vec<&str> = labels.into_iter().collect();
        format!("{why} ({})", french::list(&labels))
    })
    .collect()
}

fn day(date: Date, plan: &Plan, at: usize, now: Timestamp) -> Day {
    let rows = plan.children.iter().flat_map(|child| &child.rows);
    let cells = rows.filter_map(|row| row.cells.get(at));
    let open: Vec<&Shown> = cells
        .clone()
        .filter(|c| c.open && c.until.is_some())
        .collect();
    let limit = open.iter().filter_map(|c| c.until).min();
    let served = cells.clone().any(|c| c.show != Show::Nothing);
    let shut = shut(plan, at);
    Day {
        short: format!(
            "{} {}",
            french::weekday(date.weekday())
                .chars()
                .next()
                .unwrap_or(' ')
                .to_uppercase(),
            date.day()
        ),
        long: french::day(date),
        limit: match limit {
            Some(at) if at >= now => format!("jusqu’au {}", french::instant(at, &plan.zone)),
            _ if !served => cells
                .map(|cell| cell.why.as_str())
                .find(|why| !why.is_empty())
                .unwrap_or("pas d’activité")
                .to_owned(),
            _ if open.is_empty() && shut.is_empty() => "clos".to_owned(),
            _ => String::new(),
        },
        shut,
        wednesday: date.weekday() == Weekday::Wednesday,
    }
}

/// A unit that is offered to somebody on the page.
struct Offer {
    activity: String,
    unit: String,
    label: String,
    hours: String,
}

impl Offer {
    fn is(&self, row: &planning::Row) -> bool {
        self.activity == row.activity && self.unit == row.unit
    }
}

fn units(plan: &Plan) -> Vec<Offer> {
    let mut all: Vec<Offer> = Vec::new();
    for row in plan.children.iter().flat_map(|c| &c.rows) {
        if !all.iter().any(|unit| unit.is(row)) {
            all.push(Offer {
                activity: row.activity.clone(),
                unit: row.unit.clone(),
                label: row.label.clone(),
                hours: row.hours.clone(),
            });
        }
    }
    all
}

/// The cells of a row of the plan, by what the form calls them.
fn cells(plan: &Plan, units: &[Offer], at: usize, row: &planning::Row) -> Vec<Cell> {
    let unit = units.iter().position(|unit| unit.is(row));
    let unit = unit.unwrap_or(usize::MAX);
    let days = plan.days.iter().zip(&row.cells);
    days.map(|(day, shown)| cell(shown, format!("{at}.{unit}.{day}")))
        .collect()
}

fn sheet(plan: &Plan, units: &[Offer], days: &[Date]) -> Sheet {
    let mut before = Vec::new();
    for (at, child) in plan.children.iter().enumerate() {
        for row in &child.rows {
            let unit = units.iter().position(|unit| unit.is(row));
            for (day, shown) in plan.days.iter().zip(&row.cells) {
                let ticked = matches!(shown.show, Show::Booked | Show::Waiting(_));
                if let Some(unit) = unit.filter(|_| ticked && shown.open && days.contains(day)) {
                    before.push(format!("{at}.{unit}.{day}"));
                }
            }
        }
    }
    Sheet {
        children: plan.children.iter().map(|c| c.id.to_string()).collect(),
        units: units
            .iter()
            .map(|u| format!("{}*{}", u.activity, u.unit))
            .collect(),
        before: before.join(" "),
    }
}

fn cards(plan: &Plan, units: &[Offer], call: &Call) -> Vec<Card> {
    let week = plan.days.iter().enumerate().take_while(|(_, day)| {
        plan.days
            .first()
            .is_some_and(|first| (**day - *first).get_days() < 7)
    });
    week.map(|(at, date)| {
        let mut rows = Vec::new();
        for (index, unit) in units.iter().enumerate() {
            let mut cells = Vec::new();
            for (child, of) in plan.children.iter().enumerate() {
                let row = of.rows.iter().find(|row| unit.is(row));
                let shown = row.and_then(|r| r.cells.get(at));
                let nothing = Shown {
                    show: Show::Nothing,
                    open: false,
                    until: None,
                    why: String::new(),
                };
                let key = format!("{child}.{index}.{date}");
                cells.push(cell(shown.unwrap_or(&nothing), key));
            }
            if cells.iter().any(|c| c.state != "pas d’activité") {
                rows.push(Row {
                    label: unit.label.clone(),
                    hours: unit.hours.clone(),
                    cells,
                });
            }
        }
        Card {
            day: day(*date, plan, at, call.cx.at),
            children: plan.children.iter().map(|c| c.first_name.clone()).collect(),
            rows,
        }
    })
    .collect()
}

fn kids(plan: &Plan, units: &[Offer]) -> Vec<Child> {
    let named = |at: usize| {
        let others = plan.children.iter().enumerate();
        let others = others.filter(|(other, c)| *other != at && !c.rows.is_empty());
        let names: Vec<&str> = others.map(|(_, c)| c.first_name.as_str()).collect();
        (!names.is_empty()).then(|| format!("Copier sur {}", french::list(&names)))
    };
    let all = plan.children.iter().enumerate();
    all.map(|(at, child)| Child {
        name: child.first_name.clone(),
        site: child.site.clone(),
        copy: named(at)
            .filter(|_| !child.rows.is_empty())
            .map(|words| (words, at)),
        rows: child
            .rows
            .iter()
            .map(|row| Row {
                label: row.label.clone(),
                hours: row.hours.clone(),
                cells: cells(plan, units, at, row),
            })
            .collect(),
    })
    .collect()
}

/// The pages of the family.
fn tabs(call: &Call, desk: &Desk) -> Vec<(String, &'static str, bool)> {
    if desk.at_counter() {
        return Vec::new();
    }
    vec![
        (call.href("/espace-famille/dossier"), "Ma famille", false),
        (call.href("/espace-famille/planning"), "Planning", true),
        (call.href("/espace-famille/documents"), "Documents", false),
    ]
}

/// The planning.
pub(crate) async fn show(desk: Desk, call: Call, asked: Asked) -> Reply {
    let (first, last) = range(&call, params::asked(&asked, "du"));
    let mut plan = planning::plan(&call.cx, desk.family, (first, last)).await?;
    if plan.children.is_empty() && !desk.at_counter() {
        let why = crate::citizen::family_space::WHY;
        return crate::citizen::family_space::closed(&call, "Espace famille", "famille", why);
    }
    let only = params::asked(&asked, "enfant").and_then(|id| id.parse().ok());
    let only = only.filter(|id| plan.children.iter().any(|c| c.id == *id));
    let here = call.href(&desk.root);
    let with = |day: Date| match only {
        Some(id) => format!("{here}?du={day}&enfant={id}"),
        None => format!("{here}?du={day}"),
    };
    let mut chips = vec![(
        format!("{here}?du={first}"),
        "Tous".to_owned(),
        only.is_none(),
    )];
    chips.extend(plan.children.iter().map(|c| {
        let href = format!("{here}?du={first}&enfant={}", c.id);
        (href, c.first_name.clone(), only == Some(c.id))
    }));
    plan.children.retain(|c| only.is_none_or(|id| c.id == id));
    let units = units(&plan);
    let week: Vec<Date> = plan
        .days
        .iter()
        .filter(|d| (**d - first).get_days() < 7)
        .copied()
        .collect();
    let next = plan.next.clone().map(|(at, what)| {
        let left = at.as_second() - call.cx.at.as_second();
        let left = french::wait(u64::try_from(left).unwrap_or(0));
        (french::instant(at, &plan.zone), what, left)
    });
    let title = if desk.at_counter() {
        format!("Planning de la famille {}", desk.name)
    } else {
        "Planning des activités".to_owned()
    };
    let days = plan.days.iter().enumerate();
    let body = Body {
        csrf: call.csrf(),
        action: call.href(&format!("{}/verification", desk.root)),
        pattern: call.href(&desk.pattern),
        tabs: tabs(&call, &desk),
        title: title.clone(),
        absence: (plan.ready && !desk.at_counter()).then(|| call.href("/espace-famille/absence")),
        next,
        ready: plan.ready,
        papers: plan.papers.clone(),
        documents: call.href("/espace-famille/documents"),
        any: !units.is_empty(),
        wide_title: french::range(first, last),
        phone_title: french::range(first, first.saturating_add(6.days())),
        wide: (
            with(first.saturating_sub(14.days())),
            with(first.saturating_add(14.days())),
        ),
        phone: (
            with(first.saturating_sub(7.days())),
            with(first.saturating_add(7.days())),
        ),
        chips: if plan.children.len() > 1 || only.is_some() {
            chips
        } else {
            Vec::new()
        },
        days: days.map(|(at, d)| day(*d, &plan, at, call.cx.at)).collect(),
        kids: kids(&plan, &units),
        wide_sheet: sheet(&plan, &units, &plan.days),
        cards: cards(&plan, &units, &call),
        phone_sheet: sheet(&plan, &units, &week),
        from: first.to_string(),
    };
    desk.draw(&call, &title, &[(&title, None)], &body, StatusCode::OK)
}
