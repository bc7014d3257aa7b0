//! Menus of a week, to be read and to be printed.

use askama::Template;
use jiff::civil::Date;
use preau_app::menu::{self, Menu, Week};
use preau_rules::french;

use crate::{
    call::{Call, Reply},
    page::Page,
    params::{self, Asked},
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/menus", Access::Public, show)
}

/// A day's menu as it is shown.
pub(crate) struct DayView {
    pub(crate) name: String,
    pub(crate) date: String,
    pub(crate) machine_date: String,
    pub(crate) dishes: Vec<String>,
    /// All dishes in one line.
    pub(crate) line: String,
    pub(crate) labels: Vec<String>,
    pub(crate) today: bool,
}

impl DayView {
    pub(crate) fn new(menu: &Menu, today: Date) -> Self {
        let lines = |text: &str| text.lines().map(ToOwned::to_owned).collect::<Vec<_>>();
        let dishes = lines(&menu.dishes);
        Self {
            name: menu::day_name(menu.day),
            date: french::day_month(menu.day),
            machine_date: menu.day.to_string(),
            line: one_line(&dishes),
            dishes,
            labels: lines(&menu.labels),
            today: menu.day == today,
        }
    }
}

/// "Velouté de potiron, poulet rôti, riz": one sentence, so dishes after the first start small.
fn one_line(dishes: &[String]) -> String {
    let rest = dishes.iter().skip(1).map(|dish| {
        let mut letters = dish.chars();
        match (letters.next(), letters.next()) {
            // "BBQ", "Île": only an ordinary capital before a small letter.
            (Some(first), Some(second)) if second.is_lowercase() => {
                first.to_lowercase().chain(dish.chars().skip(1)).collect()
            }
            _ => dish.clone(),
        }
    });
    let all: Vec<String> = dishes.first().cloned().into_iter().chain(rest).collect();
    all.join(", ")
}

#[derive(Template)]
#[template(path = "citizen/menus.html")]
struct Menus {
    page: Page,
    week: String,
    days: Vec<DayView>,
    previous: String,
    next: String,
    /// Where this week stands to today.
    when: &'static str,
    to_now: bool,
}

async fn show(call: Call, Asked { 0: asked }: Asked) -> Reply {
    let today = call.cx.at.to_zoned(call.portal.zone()).date();
    let now = Week::to_show(today);
    let week = params::asked(&asked, "semaine")
        .and_then(params::day)
        .map_or(now, Week::of);
    let mut tx = call.cx.read().await?;
    let menus = menu::of_week(&mut tx, week).await?;
    let (before, after) = menu::neighbours(&mut tx, week).await?;
    drop(tx);
    let href = |week: Option<Week>| {
        week.map_or(String::new(), |w| {
            call.href(&format!("/menus?semaine={}", w.monday()))
        })
    };
    let template = Menus {
        page: call
            .page("Menus de la cantine", "accueil")
            .crumb("Accueil", Some("/"))
            .crumb("Menus de la cantine", None),
        week: week.words_fr(),
        days: menus.iter().map(|m| DayView::new(m, today)).collect(),
        previous: href(before),
        next: href(after),
        when: if week == Week::of(today) {
            "cette semaine"
        } else if week == Week::of(today).later(1) {
            "la semaine prochaine"
        } else {
            ""
        },
        to_now: week != now,
    };
    call.html(&template)
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn dishes_make_a_sentence() {
        let line =
            |dishes: &[&str]| one_line(&dishes.iter().map(|d| (*d).to_owned()).collect::<Vec<_>>());
        assert_eq!(
            line(&["Velouté", "Poulet rôti", "BBQ", "À la vapeur"]),
            "Velouté, poulet rôti, BBQ, À la vapeur"
        );
        assert_eq!(line(&[]), "");
    }
}
