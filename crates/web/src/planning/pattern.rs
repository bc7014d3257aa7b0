//! Réservation: a long period by pattern. Children, weekdays by unit, from, to, every week or one in two, exceptions.

use askama::Template;
use http::StatusCode;
use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};
use preau_app::{
    FieldError,
    planning::{self, Show, Wish},
};
use preau_rules::{family::typed_date, french};
use uuid::Uuid;

use super::Desk;
use crate::{
    call::{Call, Reply},
    forms::{Choice, Form},
    params::{self, Asked},
    posted::Posted,
};

/// The longest period, in days.
const LONGEST: i32 = 380;
/// Children and cells of the week that are read: far more than there are, and not what a forged form would fill memory with.
const MOST_CHILDREN: usize = 50;
const MOST_CELLS: usize = 500;

struct UnitView {
    label: String,
    /// Value, name for who does not see the column, ticked; nothing on days on which it is not given.
    boxes: Vec<Option<(String, String, bool)>>,
}

#[derive(Template)]
#[template(path = "planning/pattern.html")]
struct Body {
    csrf: String,
    action: String,
    back: String,
    children: Vec<Choice>,
    weekdays: Vec<&'static str>,
    units: Vec<UnitView>,
    form: Form,
    what: Vec<Choice>,
    rhythm: Vec<Choice>,
    counter: bool,
}

pub(super) fn fields() -> Form {
    Form::default()
        .required("faire", "Que voulez-vous faire ?")
        .required("e", "Pour")
        .required("j", "Jours et activités")
        .required("du", "Du")
        .hint("Par exemple 30/11/2026.")
        .required("au", "Au")
        .hint("Par exemple 03/07/2027, la fin de l’année scolaire.")
        .required("rythme", "Rythme")
        .optional("ancre", "Première semaine concernée")
        .hint("Pour « une semaine sur deux » : un jour de cette semaine.")
        .optional("sauf", "Sauf ces jours")
        .hint("Un par ligne, par exemple 24/12/2026.")
        .optional("motif", "Motif, inscrit au journal")
}

/// A day as people or browsers write it.
fn day(text: &str) -> Option<Date> {
    typed_date(text).filter(|day| (2000..=2200).contains(&day.year()))
}

/// What the form says, once it is understood.
pub(super) struct Pattern {
    pub(super) book: bool,
    children: Vec<Uuid>,
    /// Activity, unit, weekday.
    cells: Vec<(String, String, i8)>,
    first: Date,
    last: Date,
    /// Monday of a week that counts, when one in two does.
    anchor: Option<Date>,
    except: Vec<Date>,
}

fn monday(day: Date) -> Date {
    day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days())
}

pub(super) fn read(form: &Posted) -> Result<Pattern, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut say = |field, message: &str| errors.push(FieldError::new(field, message));
    let book = match form.text("faire") {
        "reserver" => true,
        "annuler" => false,
        _ => {
            say("faire", "Choisissez de réserver ou d’annuler.");
            true
        }
    };
    let mut children: Vec<Uuid> = form.all("e").filter_map(|id| id.parse().ok()).collect();
    children.sort_unstable();
    children.dedup();
    children.truncate(MOST_CHILDREN);
    if children.is_empty() {
        say("e", "Cochez au moins un enfant.");
    }
    let mut cells: Vec<(String, String, i8)> = form
        .all("j")
        .filter_map(|text| {
            let mut parts = text.split('*');
            let (activity, unit) = (parts.next()?, parts.next()?);
            let weekday: i8 = parts.next()?.parse().ok()?;
            Some((activity.to_owned(), unit.to_owned(), weekday))
        })
        .collect();
    cells.sort_unstable();
    cells.dedup();
    cells.truncate(MOST_CELLS);
    if cells.is_empty() {
        say("j", "Cochez au moins un jour.");
    }
    let (first, last) = (day(form.text("du")), day(form.text("au")));
    if first.is_none() {
        say("du", "Indiquez le premier jour, par exemple 30/11/2026.");
    }
    match (first, last) {
        (_, None) => say("au", "Indiquez le dernier jour, par exemple 03/07/2027."),
        (Some(first), Some(last)) if last < first => {
            say("au", "Le dernier jour est avant le premier.");
        }
        (Some(first), Some(last)) if (last - first).get_days() > LONGEST => {
            say("au", "Pas plus d’une année à la fois.");
        }
        _ => {}
    }
    let anchor = match form.text("rythme") {
        "chaque" => None,
        "deux" => {
            let anchor = day(form.text("ancre")).map(monday);
            if anchor.is_none() {
                say(
                    "ancre",
                    "Indiquez un jour de la première semaine, par exemple 30/11/2026.",
                );
            }
            anchor
        }
        _ => {
            say(
                "rythme",
                "Choisissez chaque semaine, ou une semaine sur deux.",
            );
            None
        }
    };
    let lines = form.text("sauf").lines().map(str::trim);
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    let except: Vec<Date> = lines.iter().filter_map(|line| day(line)).collect();
    if except.len() != lines.len() {
        say(
            "sauf",
            "Un de ces jours n’est pas une date : écrivez par exemple 24/12/2026, un jour par ligne.",
        );
    }
    match (first, last) {
        (Some(first), Some(last)) if errors.is_empty() => Ok(Pattern {
            book,
            children,
            cells,
            first,
            last,
            anchor,
            except,
        }),
        _ => Err(errors),
    }
}

impl Pattern {
    fn holds(&self, day: Date) -> bool {
        let week = |anchor: Date| (monday(day) - anchor).get_days().div_euclid(7) % 2 == 0;
        !self.except.contains(&day) && self.anchor.is_none_or(week)
    }

    /// What it asks for; no more than one above the most that a form may ask for, whatever was posted.
    pub(super) fn wishes(&self) -> Vec<Wish> {
        let days = self.first.series(1.day()).take_while(|d| *d <= self.last);
        let mut wishes = Vec::new();
        for day in days.filter(|d| self.holds(*d)) {
            if wishes.len() > planning::MOST {
                break;
            }
            let weekday = day.weekday().to_monday_one_offset();
            for (activity, unit, _) in self.cells.iter().filter(|(.., w)| *w == weekday) {
                wishes.extend(self.children.iter().map(|child| Wish {
                    child: *child,
                    day,
                    activity: activity.clone(),
                    unit: unit.clone(),
                    book: self.book,
                }));
            }
        }
        wishes
    }
}

pub(super) async fn draw(
    desk: &Desk,
    call: &Call,
    form: Form,
    posted: &Posted,
    status: StatusCode,
) -> Reply {
    let today = call.cx.at.to_zoned(call.portal.zone()).date();
    // Who is enrolled in what shows in the weeks that come.
    let days = (today, today.saturating_add(35.days()));
    let plan = planning::plan(&call.cx, desk.family, days).await?;
    let ticked = |name: &str, value: &str| posted.all(name).any(|v| v == value);
    let blank = !posted.ticked("csrf");
    let mut units: Vec<UnitView> = Vec::new();
    let mut known: Vec<(String, String)> = Vec::new();
    for row in plan.children.iter().flat_map(|c| &c.rows) {
        let key = (row.activity.clone(), row.unit.clone());
        if known.contains(&key) {
            continue;
        }
        let boxes = (1..=5_i8).map(|n| {
            let value = format!("{}*{}*{n}", row.activity, row.unit);
            let weekday = Weekday::from_monday_one_offset(n).unwrap_or(Weekday::Monday);
            let name = format!("{}, {}", row.label, french::weekday(weekday));
            let tick = ticked("j", &value);
            let mut days = plan.days.iter().zip(&row.cells);
            let given =
                days.any(|(day, cell)| day.weekday() == weekday && cell.show != Show::Nothing);
            (given || tick).then_some((value, name, tick))
        });
        units.push(UnitView {
            label: row.label.clone(),
            boxes: boxes.collect(),
        });
        known.push(key);
    }
    let choice = |name: &str, value: &str, label: &str, first: bool| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        selected: ticked(name, value) || (blank && first),
    };
    let body = Body {
        csrf: call.csrf(),
        action: call.href(&desk.pattern),
        back: call.href(&desk.root),
        children: plan
            .children
            .iter()
            .map(|c| choice("e", &c.id.to_string(), &c.first_name, true))
            .collect(),
        weekdays: (1..=5)
            .filter_map(|n| Weekday::from_monday_one_offset(n).ok())
            .map(french::weekday)
            .collect(),
        units,
        what: vec![
            choice("faire", "reserver", "Réserver", true),
            choice("faire", "annuler", "Annuler ce qui est réservé", false),
        ],
        rhythm: vec![
            choice("rythme", "chaque", "Chaque semaine", true),
            choice("rythme", "deux", "Une semaine sur deux", false),
        ],
        form,
        counter: desk.at_counter(),
    };
    let crumbs = [
        ("Planning des activités", Some(desk.root.as_str())),
        ("Réservation", None),
    ];
    desk.draw(
        call,
        "Réservation sur une longue période",
        &crumbs,
        &body,
        status,
    )
}

/// The empty form.
pub(crate) async fn pattern(desk: Desk, call: Call, asked: Asked) -> Reply {
    let today = call.cx.at.to_zoned(call.portal.zone()).date();
    let from = params::asked(&asked, "du").and_then(params::day);
    let mut form = fields();
    form.set("du", &french::day_digits(from.unwrap_or(today)));
    draw(&desk, &call, form, &Posted::default(), StatusCode::OK).await
}
