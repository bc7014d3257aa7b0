//! Faire l'appel: a list of a day, child by child, on a phone or at a desk.

use askama::Template;
use http::StatusCode;
use jiff::{Timestamp, civil::Date};
use preau_app::{
    Error,
    planning::{self, Called, Place, Present, Roll},
};
use preau_rules::{
    attendance::{Hours, Mark},
    french,
    permission::Right,
};

use crate::{
    call::{Call, Reply, render},
    failure::Failure,
    page::Page,
    params::{self, Asked},
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

const HOME: &str = "/agent/effectifs";
const PATH: &str = "/agent/pointage";

pub(crate) fn routes(routes: Routes) -> Routes {
    let right = Access::Holds(Right::Attendance);
    routes.get(PATH, right, show).post(PATH, right, save)
}

/// The address of a list.
pub(crate) fn path(day: Date, place: &Place) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("jour", &day.to_string());
    query.append_pair("activite", &place.activity);
    query.append_pair("unite", &place.unit);
    query.append_pair("site", &place.site);
    format!("{PATH}?{}", query.finish())
}

/// A choice beside a name.
struct Choice {
    value: &'static str,
    label: &'static str,
    chosen: bool,
}

struct Row {
    child: String,
    name: String,
    about: String,
    told: bool,
    unbooked: bool,
    choices: Vec<Choice>,
    arrived: String,
    departed: String,
    error: Option<&'static str>,
}

/// A child who may be added: the value, and the words.
struct Other {
    value: String,
    label: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "agent/attendance.html")]
struct Sheet {
    page: Page,
    title: String,
    site: String,
    day: String,
    action: String,
    back: String,
    /// What the form carries: name and value.
    carried: [(&'static str, String); 5],
    rows: Vec<Row>,
    others: Vec<Other>,
    closed: Option<String>,
    called: Option<String>,
    counts: String,
    conflict: Option<String>,
    errors: Vec<(String, String)>,
}

/// Which list is meant.
fn meant<'a>(of: impl Fn(&str) -> Option<&'a str>) -> Result<(Date, Place), Failure> {
    let day = of("jour").and_then(params::day).ok_or(Error::NotFound)?;
    let text = |name| of(name).unwrap_or_default().to_owned();
    let place = Place {
        activity: text("activite"),
        unit: text("unite"),
        site: text("site"),
    };
    Ok((day, place))
}

/// Before the roll is called, who is expected is taken to be there.
fn proposed(roll: &Roll, child: &Present) -> &'static str {
    match child.mark {
        Some(mark) => mark.code(),
        None if roll.list.called_at.is_some() => "",
        None if child.absent => Mark::Excused.code(),
        None => Mark::Present.code(),
    }
}

fn choices(chosen: &str) -> Vec<Choice> {
    let marks = Mark::ALL.iter().map(|(_, value, label)| (*value, *label));
    let all = marks.chain([("", "non pointé")]);
    all.map(|(value, label)| Choice {
        value,
        label,
        chosen: value == chosen,
    })
    .collect()
}

fn row(roll: &Roll, child: &Present, typed: Option<&Posted>) -> Row {
    let id = child.child;
    let of = |prefix: &str, known: &str| {
        typed
            .map_or(known, |form| form.text(&format!("{prefix}{id}")))
            .to_owned()
    };
    let [arrived, departed] = child.hours.stored();
    let (arrived, departed) = (of("a-", &arrived), of("d-", &departed));
    let about = match child.group.as_str() {
        "" => format!("famille {}", child.family),
        group => format!("{group}, famille {}", child.family),
    };
    Row {
        choices: choices(&of("m-", proposed(roll, child))),
        error: Hours::parse(&arrived, &departed).err(),
        name: child.name.clone(),
        told: child.absent,
        unbooked: child.unbooked,
        child: id.to_string(),
        about,
        arrived,
        departed,
    }
}

fn draw(
    call: &Call,
    (day, place): (Date, &Place),
    roll: &Roll,
    typed: Option<&Posted>,
    conflict: Option<String>,
    status: StatusCode,
) -> Reply {
    let list = &roll.list;
    let zone = call.portal.zone();
    let rows: Vec<Row> = list.children.iter().map(|c| row(roll, c, typed)).collect();
    let errors = rows.iter().filter_map(|row| {
        let message = format!("{}\u{a0}: {}", row.name, row.error?);
        Some((format!("a-{}", row.child), message))
    });
    let added = typed.map_or("", |form| form.text("ajout"));
    let others = roll.others.iter().map(|e| {
        let value = format!("{}/{}", e.child_id, e.family_id);
        Other {
            chosen: value == added,
            value,
            label: format!("{} {} (famille {})", e.first_name, e.last_name, e.family),
        }
    });
    let count = |mark, one: &str, many: &str| {
        let count = list.marked(mark) as u64;
        (count > 0).then(|| french::count(count, one, many))
    };
    let counts = [
        count(Mark::Present, "présent", "présents"),
        count(Mark::Absent, "absent", "absents"),
        count(Mark::Excused, "excusé", "excusés"),
    ];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    let back = format!("{HOME}?jour={day}");
    let sheet = Sheet {
        page: call
            .page("Appel", "effectifs")
            .crumb("Effectifs", Some(&back))
            .crumb("Appel", None),
        title: list.label.clone(),
        site: list.site.clone(),
        day: french::day_year(day),
        action: call.href(PATH),
        back: call.href(&back),
        carried: [
            ("jour", day.to_string()),
            ("activite", place.activity.clone()),
            ("unite", place.unit.clone()),
            ("site", place.site.clone()),
            (
                "vu",
                list.called_at.map_or_else(String::new, |at| at.to_string()),
            ),
        ],
        errors: errors.collect(),
        rows,
        others: others.collect(),
        closed: roll.closed.clone(),
        called: list
            .called_at
            .zip(list.called_by.as_ref())
            .map(|(at, by)| format!("Appel fait par {by}, {}", french::instant(at, &zone))),
        counts: french::list(&counts),
        conflict,
    };
    render(&sheet, status)
}

async fn show(call: Call, asked: Asked) -> Reply {
    let (day, place) = meant(|name| params::asked(&asked, name))?;
    let roll = planning::roll(&call.cx, day, &place).await?;
    draw(&call, (day, &place), &roll, None, None, StatusCode::OK)
}

/// What the form says of the children who are on it, and of the one who is added; nothing when an hour cannot be read.
fn marks(roll: &Roll, form: &Posted) -> Option<Vec<Called>> {
    let clear = form.text("etape") == "effacer";
    let mut marks = Vec::new();
    for child in &roll.list.children {
        let of = |prefix: &str| format!("{prefix}{}", child.child);
        // Who was booked since the page was drawn is not on it.
        let name = of("m-");
        let Some(mark) = form.all(&name).next() else {
            continue;
        };
        let hours = Hours::parse(form.text(&of("a-")), form.text(&of("d-")));
        marks.push(Called {
            child: child.child,
            family: child.family_id,
            mark: Mark::parse(mark).filter(|_| !clear),
            hours: if clear { Hours::default() } else { hours.ok()? },
        });
    }
    let added = form.text("ajout").split_once('/');
    let added = added.and_then(|(child, family)| Some((child.parse().ok()?, family.parse().ok()?)));
    if let Some((child, family)) = added.filter(|_| !clear) {
        marks.push(Called {
            child,
            family,
            mark: Some(Mark::Present),
            hours: Hours::default(),
        });
    }
    Some(marks)
}

async fn save(Submitted { call, form }: Submitted) -> Reply {
    let (day, place) = meant(|name| Some(form.text(name)))?;
    let roll = planning::roll(&call.cx, day, &place).await?;
    let Some(marks) = marks(&roll, &form) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return draw(&call, (day, &place), &roll, Some(&form), None, status);
    };
    let seen: Option<Timestamp> = form.text("vu").parse().ok();
    match planning::call(&call.cx, day, place.clone(), seen, marks).await {
        Ok(()) => {
            let said = match form.text("etape") {
                "effacer" => "L’appel est effacé.",
                _ => "L’appel est enregistré.",
            };
            Ok(call.see_saying(&path(day, &place), "ok", said))
        }
        Err(Error::Conflict(why)) => {
            let roll = planning::roll(&call.cx, day, &place).await?;
            let status = StatusCode::CONFLICT;
            draw(&call, (day, &place), &roll, None, Some(why), status)
        }
        Err(other) => Err(other.into()),
    }
}
