//! Effectifs: how many children, where, and who, on a day.

use askama::Template;
use jiff::ToSpan;
use preau_app::planning::{self, List, Present};
use preau_rules::{attendance::Mark, french, permission::Right};

use crate::{
    agent::attendance,
    call::{Call, Reply},
    page::Page,
    params::{self, Asked},
    routes::{Access, Routes},
};

const HOME: &str = "/agent/effectifs";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get(HOME, Access::Holds(Right::Attendance), show)
}

struct ChildView {
    name: String,
    about: String,
    /// What is to be known: the words and their colour.
    known: Option<(&'static str, &'static str)>,
}

struct ListView {
    title: String,
    expected: String,
    absent: String,
    /// « Appel fait : 21 présents, 2 absents ».
    called: String,
    call: String,
    children: Vec<ChildView>,
}

#[derive(Template)]
#[template(path = "agent/headcount.html")]
struct Day {
    page: Page,
    title: String,
    before: String,
    after: String,
    today: String,
    lists: Vec<ListView>,
}

async fn show(call: Call, asked: Asked) -> Reply {
    let today = call.cx.at.to_zoned(call.portal.zone()).date();
    let day = params::asked(&asked, "jour").and_then(params::day);
    let day = day.unwrap_or(today);
    let lists = planning::day(&call.cx, day).await?;
    let href = |day: jiff::civil::Date| call.href(&format!("{HOME}?jour={day}"));
    let lists = lists.iter().map(|list| ListView {
        title: if list.site.is_empty() {
            list.label.clone()
        } else {
            format!("{}, {}", list.label, list.site)
        },
        expected: french::count(list.expected() as u64, "enfant attendu", "enfants attendus"),
        absent: match list.absent() as u64 {
            0 => String::new(),
            n => french::count(n, "absence signalée", "absences signalées"),
        },
        called: called(list),
        call: call.href(&attendance::path(day, &list.place)),
        children: list
            .children
            .iter()
            .map(|c| {
                let about = if c.group.is_empty() {
                    format!("famille {}", c.family)
                } else {
                    format!("{}, famille {}", c.group, c.family)
                };
                ChildView {
                    name: c.name.clone(),
                    about,
                    known: known(c),
                }
            })
            .collect(),
    });
    call.html(&Day {
        page: call.page("Effectifs", "effectifs").crumb("Effectifs", None),
        title: french::day_year(day),
        before: href(day.saturating_sub(1.day())),
        after: href(day.saturating_add(1.day())),
        today: href(today),
        lists: lists.collect(),
    })
}

/// How the roll was called.
fn called(list: &List) -> String {
    if list.called_at.is_none() {
        return String::new();
    }
    let absent = list.marked(Mark::Absent) + list.marked(Mark::Excused);
    let present = french::count(list.marked(Mark::Present) as u64, "présent", "présents");
    match absent as u64 {
        0 => format!("appel fait\u{a0}: {present}"),
        n => format!(
            "appel fait\u{a0}: {present}, {}",
            french::count(n, "absent", "absents")
        ),
    }
}

/// What is to be known of a child: the words and their colour.
fn known(child: &Present) -> Option<(&'static str, &'static str)> {
    match child.mark {
        Some(Mark::Present) if child.unbooked => Some(("présent sans réservation", "stop")),
        Some(Mark::Present) => Some(("présent", "ok")),
        Some(mark) => Some((mark.label_fr(), "stop")),
        None => child.absent.then_some(("absence signalée", "warn")),
    }
}
