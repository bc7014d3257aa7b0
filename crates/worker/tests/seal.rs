//! Health data at rest: unreadable in the database, good at one place only, sealed anew while the portal serves.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

use std::sync::Arc;

use jiff::SignedDuration;
use preau_app::{
    App, Clock, Cx, Entropy, Error,
    file::{keep_sealed, open_sealed},
    seal::{self, FACT, KeyError, Master, MasterKey, SealedError, rotate},
};
use preau_store::{
    Command, Communes, Settings, Tx,
    tables::{
        file::{self, File},
        seal as table,
    },
};
use preau_testkit::town::{Town, on_postgres, postgres};
use uuid::Uuid;

/// What a test writes in one command.
#[derive(Default)]
struct Keep {
    facts: Vec<(Uuid, String, Vec<u8>)>,
    files: Vec<File>,
    keys: Vec<table::DataKey>,
}

impl Command for Keep {
    const NAME: &'static str = "test.keep";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        for (member, field, sealed) in &self.facts {
            table::put(tx, &FACT, *member, field, sealed).await?;
        }
        for row in &self.files {
            file::insert(tx, row).await?;
        }
        for key in &self.keys {
            table::insert_key(tx, key).await?;
        }
        Ok(())
    }
}

/// A child of these tests.
fn child(number: u16) -> Uuid {
    Uuid::from_u128(0x0193_a000_0000_7000_8000_0000_0000_0000 + u128::from(number))
}

async fn know(cx: &Cx, member: Uuid, field: &str, text: &str) {
    let place = seal::place(&FACT, member, field);
    let sealed = seal::seal(cx, &place, text.as_bytes()).await.unwrap();
    keep(cx, member, field, sealed).await;
}

async fn keep(cx: &Cx, member: Uuid, field: &str, sealed: Vec<u8>) {
    let facts = vec![(member, field.to_owned(), sealed)];
    cx.write(Keep {
        facts,
        ..Keep::default()
    })
    .await
    .unwrap();
}

async fn kept(cx: &Cx, member: Uuid, field: &str) -> Vec<u8> {
    let mut tx = cx.read().await.unwrap();
    let found = table::get(&mut tx, &FACT, member, field).await.unwrap();
    found.unwrap()
}

async fn known(cx: &Cx, member: Uuid, field: &str) -> Result<String, Error> {
    let sealed = kept(cx, member, field).await;
    let plain = seal::open(cx, &seal::place(&FACT, member, field), &sealed).await?;
    Ok(String::from_utf8(plain).unwrap())
}

async fn keys(cx: &Cx) -> Vec<table::DataKey> {
    let mut tx = cx.read().await.unwrap();
    table::keys(&mut tx).await.unwrap()
}

/// The number of the key, from the first bytes of the value.
fn sealed_with(sealed: &[u8]) -> u8 {
    sealed[4]
}

/// `count` children with their allergies.
async fn many(cx: &Cx, count: u16) {
    let places: Vec<_> = (0..count)
        .map(|n| seal::place(&FACT, child(n), "allergies"))
        .collect();
    let texts: Vec<String> = (0..count).map(|n| format!("allergie {n}")).collect();
    let values: Vec<_> = places
        .into_iter()
        .zip(texts.iter().map(String::as_bytes))
        .collect();
    let sealed = seal::seal_many(cx, &values).await.unwrap();
    let facts = (0..count)
        .zip(sealed)
        .map(|(n, sealed)| (child(n), "allergies".to_owned(), sealed))
        .collect();
    cx.write(Keep {
        facts,
        ..Keep::default()
    })
    .await
    .unwrap();
}

fn refused(result: &Result<String, Error>) -> bool {
    matches!(
        result,
        Err(Error::Key(KeyError::Sealed(SealedError::Refused)))
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_allergy_is_unreadable_in_the_database_and_opens_for_its_child_only() {
    let town = Town::new().await;
    let cx = town.system();
    know(&cx, child(1), "allergies", "arachides").await;
    let sealed = kept(&cx, child(1), "allergies").await;
    assert!(!sealed.windows(4).any(|four| four == b"arac"));
    assert_eq!(
        known(&cx, child(1), "allergies").await.unwrap(),
        "arachides"
    );
    know(&cx, child(1), "allergies", "aucune").await;
    assert_eq!(known(&cx, child(1), "allergies").await.unwrap(), "aucune");

    // Somebody who can write to the database copies the value to a child of theirs, or to another field.
    keep(&cx, child(2), "allergies", sealed.clone()).await;
    assert!(refused(&known(&cx, child(2), "allergies").await));
    keep(&cx, child(1), "diet", sealed.clone()).await;
    assert!(refused(&known(&cx, child(1), "diet").await));

    // Or to another commune, its key along with it.
    let valbrune = town.another("valbrune", "Valbrune").await;
    let there = Cx::system(&town.app, &valbrune, "test");
    keep(&there, child(1), "allergies", sealed.clone()).await;
    let no_key = known(&there, child(1), "allergies").await;
    assert!(matches!(no_key, Err(Error::Key(KeyError::NoSuchKey(1)))));
    let copied = keys(&cx).await;
    there
        .write(Keep {
            keys: copied,
            ..Keep::default()
        })
        .await
        .unwrap();
    assert!(refused(&known(&there, child(1), "allergies").await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_two_hundred_facts_is_opened_at_once() {
    let town = Town::new().await;
    let cx = town.system();
    many(&cx, 200).await;
    let mut sealed = Vec::new();
    for n in 0..200 {
        sealed.push(kept(&cx, child(n), "allergies").await);
    }
    let places = (0..200).map(|n| seal::place(&FACT, child(n), "allergies"));
    let values: Vec<_> = places.zip(sealed.iter().map(Vec::as_slice)).collect();
    let plain = seal::open_many(&cx, &values).await.unwrap();
    assert_eq!(plain[199], b"allergie 199");
    let mut wrong = values;
    wrong[7].0 = seal::place(&FACT, child(8), "allergies");
    assert!(seal::open_many(&cx, &wrong).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_takes_over_everything_and_the_old_one_goes_an_hour_later() {
    let town = Town::new().await;
    let cx = town.system();
    many(&cx, 450).await;
    let pdf = b"%PDF-1.7 projet d'accueil individualis\xc3\xa9".as_slice();
    let pai = keep_sealed(&cx, "health", "pai.pdf", "application/pdf", pdf.into())
        .await
        .unwrap();
    cx.write(Keep {
        files: vec![pai.clone()],
        ..Keep::default()
    })
    .await
    .unwrap();
    let on_disk = town.commune.files.get(&pai.path).await.unwrap();
    assert!(!on_disk.windows(4).any(|four| four == b"%PDF"));

    // An agent has the page open: what was sealed before comes in after.
    let place = seal::place(&FACT, child(3), "doctor");
    let late = seal::seal(&cx, &place, b"Dr Morel").await.unwrap();
    let mut seen = Vec::new();
    let done = rotate::rotate(&cx, &mut |done, of| seen.push((done, of)))
        .await
        .unwrap();
    assert_eq!((done.number, done.values, done.files), (2, 450, 1));
    assert!(!done.resumed && done.unreadable.is_empty());
    assert_eq!((seen[0], seen[seen.len() - 1]), ((0, 451), (451, 451)));
    for n in [0, 199, 200, 449] {
        assert_eq!(sealed_with(&kept(&cx, child(n), "allergies").await), 2);
        let text = known(&cx, child(n), "allergies").await.unwrap();
        assert_eq!(text, format!("allergie {n}"));
    }
    keep(&cx, child(3), "doctor", late).await;
    assert_eq!(known(&cx, child(3), "doctor").await.unwrap(), "Dr Morel");
    // The old bytes of the file stay for who is reading or exporting them now.
    assert!(town.commune.files.get(&pai.path).await.is_ok());

    town.turn(SignedDuration::from_mins(59));
    town.work().await;
    assert_eq!(keys(&cx).await.len(), 2);
    town.turn(SignedDuration::from_mins(2));
    town.work().await;
    let left = keys(&cx).await;
    assert_eq!(left.iter().map(|k| k.number).collect::<Vec<_>>(), [2]);
    assert_eq!(known(&cx, child(3), "doctor").await.unwrap(), "Dr Morel");
    assert!(town.commune.files.get(&pai.path).await.is_err());
    let mut tx = cx.read().await.unwrap();
    let row = file::get(&mut tx, pai.id).await.unwrap().unwrap();
    drop(tx);
    assert_eq!(open_sealed(&cx, row).await.unwrap().bytes, pdf);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_key_that_was_killed_goes_on_where_it_ended() {
    let town = Town::new().await;
    let cx = town.system();
    many(&cx, 450).await;
    let dying = cx.clone();
    let killed = tokio::spawn(async move {
        let mut die = |done, _| assert!(done < 200, "killed here");
        rotate::rotate(&dying, &mut die).await
    });
    assert!(killed.await.is_err());
    assert!(seal::state(&cx).await.unwrap().unfinished);
    // Meanwhile the portal reads both, and keeps with the new one.
    assert_eq!(sealed_with(&kept(&cx, child(0), "allergies").await), 2);
    assert_eq!(sealed_with(&kept(&cx, child(449), "allergies").await), 1);
    assert!(known(&cx, child(449), "allergies").await.is_ok());
    know(&cx, child(448), "allergies", "lait").await;

    let done = rotate::rotate(&cx, &mut |_, _| {}).await.unwrap();
    assert!(done.resumed);
    assert_eq!((done.number, done.values), (2, 249));
    assert!(!seal::state(&cx).await.unwrap().unfinished);
    assert_eq!(known(&cx, child(448), "allergies").await.unwrap(), "lait");
    assert_eq!(keys(&cx).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn families_write_while_everything_is_sealed_anew() {
    let town = Town::new().await;
    let cx = town.system();
    many(&cx, 400).await;
    let writing = cx.clone();
    let writer = tokio::spawn(async move {
        for n in 0..400 {
            know(&writing, child(n), "allergies", &format!("nouveau {n}")).await;
        }
    });
    let done = rotate::rotate(&cx, &mut |_, _| {}).await.unwrap();
    writer.await.unwrap();
    assert_eq!(done.number, 2);
    for n in 0..400 {
        let text = known(&cx, child(n), "allergies").await.unwrap();
        assert_eq!(text, format!("nouveau {n}"), "a change was lost");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_open_is_named_and_keeps_the_old_key() {
    let town = Town::new().await;
    let cx = town.system();
    many(&cx, 3).await;
    let elsewhere = kept(&cx, child(0), "allergies").await;
    keep(&cx, child(1), "diet", elsewhere).await;
    let done = rotate::rotate(&cx, &mut |_, _| {}).await.unwrap();
    assert_eq!((done.values, done.unreadable.len()), (3, 1));
    assert!(done.unreadable[0].starts_with("fact.sealed "));
    town.turn(SignedDuration::from_hours(3));
    town.work().await;
    let keys = keys(&cx).await;
    assert!(keys.len() == 2 && keys[0].retired_at.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn under_another_master_key_nothing_is_read_and_nothing_is_written() {
    let town = Town::new().await;
    let cx = town.system();
    know(&cx, child(1), "allergies", "arachides").await;
    let servers = on_postgres()
        .then(|| ("main".to_owned(), postgres()))
        .into_iter()
        .collect();
    let communes = Communes::open(Settings {
        folder: town.folder.path().to_owned(),
        servers,
        registry_server: None,
    })
    .await
    .unwrap();
    let entropy = Entropy::system();
    let mut settings = town.app.settings.clone();
    settings.master = Master::of(vec![MasterKey::make(&entropy)]);
    let clock = Clock::standing_at(cx.at);
    let other = Arc::new(App::open(communes, clock, entropy, settings).await.unwrap());
    let commune = other.communes.by_path("laigneville").unwrap();
    let there = Cx::system(&other, &commune, "test");
    let other_master = |error: Error| {
        assert!(
            matches!(error, Error::Key(KeyError::OtherMaster { .. })),
            "{error}"
        );
    };
    other_master(known(&there, child(1), "allergies").await.unwrap_err());
    let place = seal::place(&FACT, child(1), "diet");
    other_master(seal::seal(&there, &place, b"sans porc").await.unwrap_err());
    other_master(rotate::rotate(&there, &mut |_, _| {}).await.unwrap_err());
    let pdf = b"%PDF-1.7".as_slice();
    let kept = keep_sealed(&there, "health", "pai.pdf", "application/pdf", pdf.into()).await;
    other_master(kept.err().unwrap());
    assert!(town.commune.files.list().await.unwrap().is_empty());
    assert_eq!(keys(&cx).await.len(), 1);
    assert_eq!(
        known(&cx, child(1), "allergies").await.unwrap(),
        "arachides"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_sealed_opens_as_itself_only() {
    let town = Town::new().await;
    let cx = town.system();
    let keep = async |text: &'static [u8]| {
        keep_sealed(&cx, "health", "pai.pdf", "application/pdf", text.into())
            .await
            .unwrap()
    };
    let (zoe, tom) = (keep(b"%PDF Zoe").await, keep(b"%PDF Tom").await);
    assert_eq!(zoe.size, 8);
    let files = &town.commune.files;
    let toms = files.get(&tom.path).await.unwrap();
    files.put(&zoe.path, toms).await.unwrap();
    assert!(open_sealed(&cx, zoe.clone()).await.is_err());
    files
        .put(&zoe.path, b"%PDF in clear".as_slice().into())
        .await
        .unwrap();
    assert!(
        open_sealed(&cx, zoe).await.is_err(),
        "clear bytes were put in its place"
    );
    assert_eq!(
        open_sealed(&cx, tom).await.unwrap().bytes,
        b"%PDF Tom".as_slice()
    );
}
