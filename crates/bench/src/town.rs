//! Two communes with the texts of the demo, on SQLite.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result, ensure};
use jiff::SignedDuration;
use preau_app::{
    App, AppSettings, Clock, Cx, Entropy,
    menu::{self, DayForm, Week},
    news::{self, NewsForm},
    password,
    portal::{self, Portal},
    seal::{Master, MasterKey},
    setup,
};
use preau_store::{
    Actor, Command, Communes, Origin, Settings, Tx,
    tables::account::{self, Account},
};
use serde::Deserialize;
use uuid::Uuid;

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
    include_str!("../../cli/demo/laigneville.toml"),
    include_str!("../../cli/demo/valbrune.toml"),
];

/// Opens an installation in `folder` with both communes.
pub async fn open(folder: &Path) -> Result<Arc<App>> {
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
        payfip: "http://127.0.0.1:9".to_owned(),
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

/// What the accounts of [`accounts`] log in with.
pub const PASSWORD: &str = "Marelle-7-Craie";

/// The address of the n-th account.
pub fn address(n: usize) -> String {
    format!("usager{n}@familles.example")
}

struct Accounts {
    count: usize,
    hash: String,
}

impl Command for Accounts {
    const NAME: &'static str = "bench.accounts";
    type Answer = Vec<Uuid>;
    type Refusal = preau_app::Error;
    async fn run(&self, tx: &mut Tx) -> Result<Vec<Uuid>, preau_app::Error> {
        let mut ids = Vec::new();
        for n in 0..self.count {
            let (id, at) = (tx.new_id(), tx.at());
            let new = Account {
                id,
                email: address(n),
                email_key: address(n),
                civility: "MME".to_owned(),
                first_name: "Nadia".to_owned(),
                last_name: format!("Bernard {n}"),
                pending_code: None,
                terms_version: 1,
                terms_accepted_at: at,
                created_at: at,
                last_seen_at: None,
                blocked_at: None,
            };
            account::insert(tx, &new, Some(self.hash.clone()), "").await?;
            ids.push(id);
        }
        Ok(ids)
    }
}

/// Makes so many accounts in Laigneville, all with the same password.
pub async fn accounts(app: &Arc<App>, count: usize) -> Result<Vec<Uuid>> {
    let commune = app.communes.by_path("laigneville").context("no commune")?;
    let cx = Cx::system(app, &commune, "bench");
    let hash = password::hash(&cx, PASSWORD).await.map_err(in_words)?;
    cx.write(Accounts { count, hash }).await.map_err(in_words)
}

fn in_words(error: preau_app::Error) -> anyhow::Error {
    anyhow::anyhow!("{error:?}")
}

/// The form that logs the n-th account in, as the page of the log-in wants it.
pub fn log_in_form(html: &str, n: usize) -> Result<String> {
    let token = html
        .split("name=\"csrf\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .context("no token in the form")?;
    let token = token
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    let address = address(n).replace('@', "%40");
    Ok(format!(
        "csrf={token}&email={address}&mot_de_passe={PASSWORD}"
    ))
}

/// The cookies of somebody who logged in.
pub async fn log_in(address: std::net::SocketAddr) -> Result<String> {
    const LOGIN: &str = "/laigneville/connexion";
    let mut client = crate::client::Client::connect(address).await?;
    let page = client.get(LOGIN, "identity").await?;
    let cookie = page.field("set-cookie").context("no cookie")?;
    let anonymous = cookie.split(';').next().unwrap_or_default().to_owned();
    let form = log_in_form(&page.text()?, 0)?;
    let answer = client.post(LOGIN, &anonymous, &form).await?;
    ensure!(answer.status == 303, "{LOGIN}: {}", answer.status);
    let set = answer.head.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("set-cookie")
            .then(|| value.trim().split(';').next().unwrap_or_default())
    });
    let mut all = vec![anonymous.as_str()];
    all.extend(set);
    Ok(all.join("; "))
}
