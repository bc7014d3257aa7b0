//! Effectifs: how many children, where, and who, on a day.

use askama::Template;
use jiff::ToSpan;
use preau_app::planning;
use preau_rules::{french, permission::Right};

use crate::{
    call::{Call, Reply},
    page::Page,
    params::{self, Asked},
    routes::{Access, Routes},
};

const HOME: &str = "/agent/effectifs";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get(HOME, Access::Holds(Right::Attendance), show)
}

struct ListView {
    title: String,
    expected: String,
    absent: String,
    /// Name, family and group, absent.
    children: Vec<(String, String, bool)>,
}

#[derive(Template)]
#[template(path = "agent/attendance.html")]
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
        children: list
            .children
            .iter()
            .map(|c| {
                let about = if c.group.is_empty() {
                    format!("famille {}", c.family)
                } else {
                    format!("{}, famille {}", c.group, c.family)
                };
                (c.name.clone(), about, c.absent)
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
