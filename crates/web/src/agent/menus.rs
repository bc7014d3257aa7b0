//! Menus de la semaine: one form for five days.

use askama::Template;
use preau_app::{
    Error,
    menu::{self, DAYS, DayForm, LABELS, Menu, Week},
};
use preau_rules::{french, permission::Right};

use crate::{
    agent::settings,
    call::{Call, Reply},
    forms::{Field, Form},
    page::Page,
    params::{self, Asked},
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

const PATH: &str = "/agent/menus";

pub(crate) fn routes(routes: Routes) -> Routes {
    let right = Access::Holds(Right::Menus);
    routes.get(PATH, right, show).post(PATH, right, save)
}

struct Day {
    name: String,
    date: String,
    dishes: Field,
    labels: Field,
    today: bool,
}

#[derive(Template)]
#[template(path = "agent/menus.html")]
struct Menus {
    page: Page,
    form: Form,
    days: Vec<Day>,
    week: String,
    monday: String,
    when: &'static str,
    previous: String,
    next: String,
    copy: String,
    public: String,
    labels: String,
    /// The dishes are those of the week before, not saved yet.
    copied: bool,
}

fn form(days: &[DayForm; 5]) -> Form {
    days.iter()
        .zip(DAYS)
        .fold(Form::default(), |form, (day, (name, dishes, labels))| {
            form.optional(dishes, &format!("Plats du {name}"))
                .value(&day.plats)
                .optional(labels, &format!("Mentions du {name}"))
                .value(&day.mentions)
        })
}

fn template(call: &Call, week: Week, form: Form, copied: bool) -> Menus {
    let today = call.cx.at.to_zoned(call.portal.zone()).date();
    let days = DAYS.iter().zip(0..).map(|((_, dishes, labels), index)| {
        let day = week.day(index);
        Day {
            name: menu::day_name(day),
            date: french::day_month(day),
            dishes: form.field(dishes).clone(),
            labels: form.field(labels).clone(),
            today: day == today,
        }
    });
    let at = |week: Week| call.href(&format!("{PATH}?semaine={}", week.monday()));
    Menus {
        page: settings::page(call, "Menus de la semaine"),
        days: days.collect(),
        form,
        week: week.words_fr(),
        monday: week.monday().to_string(),
        when: match week {
            w if w == Week::of(today) => "cette semaine",
            w if w == Week::of(today).later(1) => "la semaine prochaine",
            _ => "",
        },
        previous: at(week.later(-1)),
        next: at(week.later(1)),
        copy: format!("{}&copie=1", at(week)),
        public: call.href(&format!("/menus?semaine={}", week.monday())),
        labels: LABELS.join(", "),
        copied,
    }
}

/// The menus of a week as the form shows them.
fn typed(week: Week, menus: &[Menu]) -> [DayForm; 5] {
    let mut index = 0;
    [(); 5].map(|()| {
        let day = week.day(index);
        index += 1;
        menus
            .iter()
            .find(|m| m.day == day)
            .map_or_else(DayForm::default, |m| DayForm {
                plats: m.dishes.clone(),
                mentions: m.labels.replace('\n', ", "),
            })
    })
}

fn week_of(call: &Call, asked: Option<&str>) -> Week {
    let today = call.cx.at.to_zoned(call.portal.zone()).date();
    asked
        .and_then(params::day)
        .map_or(Week::to_show(today), Week::of)
}

async fn show(call: Call, Asked { 0: asked }: Asked) -> Reply {
    let week = week_of(&call, params::asked(&asked, "semaine"));
    let copied = params::asked(&asked, "copie").is_some();
    let source = if copied { week.later(-1) } else { week };
    let mut tx = call.cx.read().await?;
    let menus = menu::of_week(&mut tx, source).await?;
    drop(tx);
    call.html(&template(&call, week, form(&typed(source, &menus)), copied))
}

fn read(form: &Posted) -> [DayForm; 5] {
    DAYS.map(|(_, dishes, labels)| DayForm {
        plats: form.text(dishes).to_owned(),
        mentions: form.text(labels).to_owned(),
    })
}

async fn save(Submitted { call, form: posted }: Submitted) -> Reply {
    let week = week_of(&call, Some(posted.text("semaine")));
    let days = read(&posted);
    match menu::parse(week, &days) {
        Ok(input) => {
            menu::save(&call.cx, input).await?;
            let path = format!("{PATH}?semaine={}", week.monday());
            let text = format!(
                "Les menus sont publiés : {}.",
                lower_first(&week.words_fr())
            );
            Ok(call.see_saying(&path, "ok", &text))
        }
        Err(Error::Invalid(errors)) => {
            let form = form(&days).with_errors(&errors);
            call.invalid(&template(&call, week, form, false))
        }
        Err(error) => Err(error.into()),
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}
