//! Accueil: the log-in box, the news, this week's menus. Three statements: settings, news, menus.

use askama::Template;
use preau_app::{markdown, menu, news};
use preau_rules::french;

use crate::{
    call::{Call, Reply},
    citizen::menus::DayView,
    forms::Form,
    page::Page,
    prose,
    routes::{Access, Routes},
};

/// News on the first page; one more is asked for, to know whether there are others.
const SHOWN: usize = 4;
const ASKED: i64 = 5;
/// A longer text is cut, with a link to all of it.
const SHORT: usize = 420;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/", Access::Public, show)
        .get("/actualites", Access::Public, all)
}

/// A news item as it is shown.
pub(crate) struct NewsView {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) html: String,
    /// Plain words instead of `html` when the text is long.
    pub(crate) excerpt: Option<String>,
    pub(crate) pinned: bool,
    pub(crate) date: String,
    pub(crate) machine_date: String,
}

impl NewsView {
    pub(crate) fn new(call: &Call, item: &news::News, cut: bool) -> Self {
        let zone = call.portal.zone();
        let day = item.visible_from.to_zoned(zone).date();
        let excerpt = (cut && item.body.chars().count() > SHORT)
            .then(|| markdown::excerpt(&item.body, SHORT - 120));
        Self {
            id: item.id.to_string(),
            title: item.title.clone(),
            html: match excerpt {
                Some(_) => String::new(),
                None => prose::html(call, &item.body, 4),
            },
            excerpt,
            pinned: item.pinned,
            date: french::day(day),
            machine_date: day.to_string(),
        }
    }
}

#[derive(Template)]
#[template(path = "citizen/home.html")]
struct Home {
    page: Page,
    login: Form,
    title: String,
    text: String,
    news: Vec<NewsView>,
    more_news: bool,
    menu_title: &'static str,
    week: String,
    week_day: String,
    days: Vec<DayView>,
}

/// The fields of the log-in box, here and on its own page.
pub(crate) fn login_form() -> Form {
    Form::default()
        .required("email", "E-mail (identifiant)")
        .required("mot_de_passe", "Mot de passe")
}

async fn show(call: Call) -> Reply {
    let today = call.cx.at.to_zoned(call.portal.zone()).date();
    let week = menu::Week::to_show(today);
    let mut tx = call.cx.read().await?;
    let items = news::visible(&mut tx, call.cx.at, ASKED).await?;
    let menus = menu::of_week(&mut tx, week).await?;
    drop(tx);
    let template = Home {
        page: call.page("Accueil", "accueil"),
        login: login_form(),
        title: call.portal.welcome_title.clone(),
        text: call.portal.welcome_text.clone(),
        more_news: items.len() > SHOWN,
        news: items
            .iter()
            .take(SHOWN)
            .map(|item| NewsView::new(&call, item, true))
            .collect(),
        menu_title: if week == menu::Week::of(today) {
            "À la cantine cette semaine"
        } else {
            "À la cantine la semaine prochaine"
        },
        week: week.words_fr(),
        week_day: week.monday().to_string(),
        days: menus.iter().map(|m| DayView::new(m, today)).collect(),
    };
    call.html(&template)
}

#[derive(Template)]
#[template(path = "citizen/news.html")]
struct AllNews {
    page: Page,
    news: Vec<NewsView>,
}

async fn all(call: Call) -> Reply {
    let mut tx = call.cx.read().await?;
    let items = news::visible(&mut tx, call.cx.at, 100).await?;
    drop(tx);
    let page = call
        .page("Actualités", "accueil")
        .crumb("Accueil", Some("/"))
        .crumb("Actualités", None);
    let news = items
        .iter()
        .map(|item| NewsView::new(&call, item, false))
        .collect();
    call.html(&AllNews { page, news })
}
