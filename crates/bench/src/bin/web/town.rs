//! Two communes with the texts of the demo, on SQLite.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result};
use jiff::SignedDuration;
use preau_app::{
    App, AppSettings, Clock, Cx, Entropy,
    menu::{self, DayForm, Week},
    news::{self, NewsForm},
    portal::{self, Portal},
    seal::{Master, MasterKey},
    setup,
};
use preau_store::{Actor, Communes, Origin, Settings};
use serde::Deserialize;

/// The demo's texts; what is not shown on the first page is passed over.
#[derive(Deserialize)]
struct Town {
    slug: String,
    portal: Portal,
    news: Vec<News>,
    menu: Vec<Menu>,
}

#[derive(Deserialize)]
struct News {
    title: String,
    body: String,
    #[serde(default)]
    pinned: bool,
    from_days: i64,
}

#[derive(Deserialize)]
struct Menu {
    week: i64,
    days: [Day; 5],
}

#[derive(Deserialize)]
struct Day {
    dishes: Vec<String>,
    #[serde(default)]
    labels: Vec<String>,
}

const TOWNS: [&str; 2] = [
    include_str!("../../../../cli/demo/laigneville.toml"),
    include_str!("../../../../cli/demo/valbrune.toml"),
];

/// Opens an installation in `folder` with both communes.
pub(crate) async fn open(folder: &Path) -> Result<Arc<App>> {
    let communes = Communes::open(Settings {
        folder: folder.to_owned(),
        ..Settings::default()
    })
    .await?;
    let settings = AppSettings {
        public_url: "http://127.0.0.1".to_owned(),
        mail_from: "nepasrepondre@portail.test".to_owned(),
        node: "bench".to_owned(),
        hashing: 2,
        proof_of_work: 50,
        master: Master::of(vec![MasterKey::make(&Entropy::system())]),
    };
    let app = App::open(communes, Clock::system(), Entropy::system(), settings).await;
    let app = Arc::new(app.map_err(in_words)?);
    for text in TOWNS {
        make(&app, &toml::from_str(text).context("the demo's texts")?).await?;
    }
    Ok(app)
}

async fn make(app: &Arc<App>, town: &Town) -> Result<()> {
    let at = app.clock.now();
    let origin = Origin {
        actor: Actor::system("bench"),
        at,
        key: None,
        request: None,
        seed: u64::from_le_bytes(app.entropy.bytes()),
    };
    let id = app.entropy.id(at);
    let made = app
        .communes
        .create(id, &town.slug, &town.portal.name, None, origin)
        .await?;
    let cx = Cx::system(app, &made, "bench");
    setup::new_commune(&cx).await.map_err(in_words)?;
    portal::save(&cx, town.portal.clone())
        .await
        .map_err(in_words)?;
    let zone = town.portal.zone();
    for item in &town.news {
        let from = at.checked_add(SignedDuration::from_hours(24 * item.from_days - 1))?;
        let form = NewsForm {
            titre: item.title.clone(),
            texte: item.body.clone(),
            une: if item.pinned { "1" } else { "" }.to_owned(),
            debut: from
                .to_zoned(zone.clone())
                .strftime("%Y-%m-%dT%H:%M")
                .to_string(),
            fin: String::new(),
        };
        let input = form.parse(&zone, at).map_err(in_words)?;
        news::create(&cx, input).await.map_err(in_words)?;
    }
    let week = Week::to_show(at.to_zoned(zone).date());
    for served in &town.menu {
        let days = served.days.each_ref().map(|day| DayForm {
            plats: day.dishes.join("\n"),
            mentions: day.labels.join("\n"),
        });
        let input = menu::parse(week.later(served.week), &days).map_err(in_words)?;
        menu::save(&cx, input).await.map_err(in_words)?;
    }
    Ok(())
}

fn in_words(error: preau_app::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:?}")
}
