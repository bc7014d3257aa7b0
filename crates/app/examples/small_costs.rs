//! What is done in place, measured: a read of SQLite, the thread hop that it is spared, a mail rendered.
//! `cargo run --release -p preau-app --example small_costs`; the figures stand in docs/decisions/0010 and 0011.

use std::{collections::HashMap, hint::black_box, sync::Arc, time::Instant};

use jiff::Timestamp;
use preau_app::{
    App, AppSettings, Clock, Cx, Entropy,
    mail::{CommuneCard, samples},
    portal::{self, Portal},
    seal::{self, Master, MasterKey},
};
use preau_store::{Actor, Communes, Origin, Settings};

const ROUNDS: u32 = 20_000;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// A commune on SQLite in this folder, with its settings saved.
async fn town(folder: std::path::PathBuf, at: Timestamp) -> Outcome<Cx> {
    let communes = Communes::open(Settings {
        folder,
        servers: HashMap::new(),
        registry_server: None,
    })
    .await?;
    let settings = AppSettings {
        public_url: "http://portail.test".to_owned(),
        mail_from: "nepasrepondre@portail.test".to_owned(),
        node: "mesure".to_owned(),
        hashing: 2,
        proof_of_work: 50,
        payfip: "http://127.0.0.1:9".to_owned(),
        master: Master::of(vec![MasterKey::make(&Entropy::system())]),
    };
    let app = Arc::new(
        App::open(
            communes,
            Clock::standing_at(at),
            Entropy::system(),
            settings,
        )
        .await?,
    );
    let origin = Origin {
        actor: Actor::system("mesure"),
        at,
        key: None,
        request: None,
        seed: 1,
    };
    let id = app.entropy.id(at);
    let commune = app.communes.create(id, "ici", "Ici", None, origin).await?;
    let cx = Cx::system(&app, &commune, "mesure");
    portal::save(&cx, Portal::default()).await?;
    Ok(cx)
}

#[expect(
    clippy::print_stdout,
    reason = "the figures are what this program is for"
)]
fn say(what: &str, started: Instant, times: u32) {
    println!(
        "{what:<44} {:>8.1} µs",
        started.elapsed().as_secs_f64() * 1e6 / f64::from(times)
    );
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let folder = std::env::temp_dir().join(format!("preau-small-costs-{}", std::process::id()));
    let cx = town(folder.clone(), Timestamp::UNIX_EPOCH).await?;

    let started = Instant::now();
    for _ in 0..ROUNDS {
        let mut tx = cx.read().await?;
        black_box(portal::get(&mut tx).await?);
    }
    say(
        "reader taken, settings read, reader put back",
        started,
        ROUNDS,
    );

    let mut tx = cx.read().await?;
    let started = Instant::now();
    for _ in 0..ROUNDS {
        black_box(portal::get(&mut tx).await?);
    }
    say("settings read", started, ROUNDS);
    drop(tx);

    let started = Instant::now();
    for round in 0..ROUNDS {
        black_box(tokio::task::spawn_blocking(move || round).await?);
    }
    say("a hop to a blocking thread and back", started, ROUNDS);

    let card = CommuneCard::sample();
    let kinds = u32::try_from(samples(&card)?.len())?;
    let rounds = 1_000;
    let started = Instant::now();
    for _ in 0..rounds {
        black_box(samples(&card)?);
    }
    say(
        "a mail rendered: subject, text, HTML",
        started,
        rounds * kinds,
    );

    let place = |n| seal::place(&seal::FACT, cx.app.entropy.id(cx.at), n);
    let facts: Vec<_> = ["allergies"; 200]
        .map(|n| (place(n), b"arachides".as_slice()))
        .into();
    let sealed = seal::seal_many(&cx, &facts).await?;
    let values: Vec<_> = facts
        .iter()
        .zip(&sealed)
        .map(|((place, _), sealed)| (place.clone(), sealed.as_slice()))
        .collect();
    let started = Instant::now();
    for _ in 0..rounds {
        black_box(seal::open_many(&cx, &values).await?);
    }
    say("200 sealed facts opened", started, rounds);

    cx.app.communes.close().await;
    std::fs::remove_dir_all(folder)?;
    Ok(())
}
