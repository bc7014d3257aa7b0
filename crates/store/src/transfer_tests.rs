//! A commune goes from one engine to the other and back, and every migration runs over the sample data of those before.
#![expect(
    clippy::disallowed_methods,
    reason = "tests are told their engine by the environment"
)]

use std::{collections::HashMap, path::Path, sync::Arc};

use preau_formats::archive::{Keys, WrappedKey};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{
    Actor, Address, COMMUNE, Communes, Database, Origin, PgServer, REGISTRY, Settings, StoreError,
    TransferError, Tree,
    ddl::Table,
    engine::{Conn, Tx},
    rows,
    tables::seal::DataKey,
    transfer::Import,
};

/// Keys go along as they are: what they are wrapped with is not the store's.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape that the store asks for"
)]
fn lock(keys: &[DataKey]) -> Result<Option<Keys>, TransferError> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let wrapped = |key: &DataKey| WrappedKey {
        number: u32::try_from(key.number).unwrap(),
        opened_by: key.master.clone(),
        wrapped: STANDARD.encode(&key.wrapped),
        made_at: key.made_at.to_string(),
        retired_at: key.retired_at.map(|at| at.to_string()),
    };
    Ok(Some(Keys {
        commune: Uuid::nil(),
        passphrase: None,
        keys: keys.iter().map(wrapped).collect(),
    }))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape that the store asks for"
)]
fn unlock(keys: &Keys) -> Result<Vec<DataKey>, TransferError> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let opened = |key: &WrappedKey| DataKey {
        number: key.number.into(),
        master: key.opened_by.clone(),
        wrapped: STANDARD.decode(&key.wrapped).unwrap(),
        made_at: key.made_at.parse().unwrap(),
        retired_at: key.retired_at.as_ref().map(|at| at.parse().unwrap()),
    };
    Ok(keys.keys.iter().map(opened).collect())
}

fn from<'a>(archive: &'a Path, slug: Option<&'a str>, server: Option<&'a str>) -> Import<'a> {
    Import {
        id: Uuid::now_v7(),
        archive,
        slug,
        server,
        unlock: &unlock,
    }
}

fn origin() -> Origin {
    Origin {
        actor: Actor::system("test"),
        at: "2026-11-23T08:12:00Z".parse().unwrap(),
        key: None,
        request: None,
        seed: u64::from_be_bytes(Uuid::now_v7().into_bytes()[8..].try_into().unwrap()),
    }
}

fn postgres() -> Option<Arc<PgServer>> {
    let url = std::env::var("PREAU_TEST_POSTGRES").ok()?;
    Some(Arc::new(PgServer::new(&url, 8).unwrap()))
}

async fn communes(folder: &Path) -> Communes {
    let servers: HashMap<_, _> = postgres()
        .map(|s| ("main".to_owned(), s))
        .into_iter()
        .collect();
    Communes::open(Settings {
        folder: folder.to_owned(),
        servers,
        registry_server: None,
    })
    .await
    .unwrap()
}

/// Adds the sample rows of one step: lines `{"table": …, "row": {column: value}}`.
async fn load_sample(tx: &mut Tx, tables: &[Table], sample: &str) {
    tx.begin().await.unwrap();
    tx.batch(match tx.conn {
        Conn::Sqlite(_) => "PRAGMA defer_foreign_keys = ON",
        Conn::Postgres(_) => "SET CONSTRAINTS ALL DEFERRED",
    })
    .await
    .unwrap();
    for line in sample.lines().filter(|l| !l.trim().is_empty()) {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let name = line["table"].as_str().unwrap();
        let table = tables
            .iter()
            .find(|t| t.name == name)
            .unwrap_or_else(|| panic!("{name}"));
        let row = line["row"].as_object().unwrap();
        let kind = |c: &str| {
            table
                .columns
                .iter()
                .find(|x| x.0 == c)
                .unwrap_or_else(|| panic!("{name}.{c}"))
                .1
        };
        let values = row
            .iter()
            .map(|(c, v)| rows::from_json(kind(c), v).unwrap())
            .collect();
        let columns: Vec<&str> = row.keys().map(String::as_str).collect();
        rows::insert(tx, name, &columns, values).await.unwrap();
    }
    assert!(tx.commit().await.unwrap(), "a sample row was refused");
}

async fn dump(db: &Database, tree: &Tree) -> HashMap<String, Vec<String>> {
    let mut tx = db.read().await.unwrap();
    let mut all = HashMap::new();
    for table in tree.catalogue(tree.version()) {
        let page = rows::page(&mut tx, &table, None).await.unwrap();
        all.insert(
            table.name.clone(),
            page.iter().map(|r| rows::line(r)).collect(),
        );
    }
    all
}

async fn rehearse(address: Address, tree: &'static Tree) {
    let db = Database::new(address, tree, Arc::default());
    db.create_at(0).await.unwrap();
    for (at, step) in tree.steps.iter().enumerate() {
        let version = i64::try_from(at).unwrap() + 1;
        let mut tx = db.exclusive().await.unwrap();
        crate::migrate::up_to(&mut tx, tree, version)
            .await
            .unwrap_or_else(|e| panic!("{}: {e}", step.name));
        load_sample(&mut tx, &tree.catalogue(version), step.sample).await;
        db.put_back(tx);
    }
    for (table, lines) in dump(&db, tree).await {
        assert!(!lines.is_empty(), "no sample row for table {table}");
    }
    db.remove().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_migration_runs_over_the_sample_data_of_those_before() {
    let folder = TempDir::new().unwrap();
    for tree in [&COMMUNE, &REGISTRY] {
        rehearse(Address::Sqlite(folder.path().join(tree.name)), tree).await;
        if let Some(server) = postgres() {
            let schema = format!("rehearsal_{}_{}", tree.name, Uuid::now_v7().simple());
            rehearse(Address::Postgres(server, schema), tree).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commune_moves_to_the_other_engine_and_back_without_a_difference() {
    let folder = TempDir::new().unwrap();
    let communes = communes(folder.path()).await;
    let first = communes
        .create(Uuid::now_v7(), "laigneville", "Laigneville", None, origin())
        .await
        .unwrap();
    communes
        .add_name(first.id, "path", "MairieLaigneville60290", origin())
        .await
        .unwrap();
    let mut tx = first.db.exclusive().await.unwrap();
    for step in COMMUNE.steps {
        load_sample(&mut tx, &COMMUNE.catalogue(COMMUNE.version()), step.sample).await;
    }
    first.db.put_back(tx);
    first
        .files
        .put("logo/a.png", b"an image".as_slice().into())
        .await
        .unwrap();
    let before = dump(&first.db, &COMMUNE).await;
    let other = postgres().map(|_| "main");
    let mut commune = first;
    for server in [other, None] {
        let path = folder.path().join("commune.tar.gz");
        let out = std::fs::File::create(&path).unwrap();
        communes
            .export(&commune, out, origin(), &lock, &mut |_, _| {})
            .await
            .unwrap();
        communes.delete(&commune, origin()).await.unwrap();
        assert!(communes.by_path("laigneville").is_none());
        let mut seen = (0, 0);
        commune = communes
            .import(from(&path, None, server), origin(), &mut |done, of| {
                seen = (done, of);
            })
            .await
            .unwrap();
        assert!(seen.0 == seen.1 && seen.0 > 10, "{seen:?}");
        assert_eq!(dump(&commune.db, &COMMUNE).await, before);
        assert_eq!(
            &commune.files.get("logo/a.png").await.unwrap()[..],
            b"an image"
        );
        assert!(
            communes.by_path("mairielaigneville60290").is_some(),
            "former path"
        );
    }
    communes.delete(&commune, origin()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_fails_leaves_nothing_behind() {
    let folder = TempDir::new().unwrap();
    let communes = communes(folder.path()).await;
    let commune = communes
        .create(Uuid::now_v7(), "laigneville", "Laigneville", None, origin())
        .await
        .unwrap();
    let path = folder.path().join("commune.tar.gz");
    let out = std::fs::File::create(&path).unwrap();
    communes
        .export(&commune, out, origin(), &lock, &mut |_, _| {})
        .await
        .unwrap();
    let import = async |path: &Path, slug| {
        communes
            .import(from(path, slug, None), origin(), &mut |_, _| {})
            .await
    };
    let taken = import(&path, None).await.err().unwrap();
    assert!(
        matches!(taken, TransferError::Store(StoreError::Constraint(_))),
        "{taken}"
    );
    let whole = std::fs::read(&path).unwrap();
    let cut = folder.path().join("cut.tar.gz");
    std::fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(
        import(&cut, Some("autre")).await,
        Err(TransferError::Archive(_))
    ));
    assert_eq!(communes.list().len(), 1);
    assert_eq!(
        std::fs::read_dir(folder.path().join("communes"))
            .unwrap()
            .count(),
        1
    );
    import(&path, Some("autre")).await.unwrap();
    assert_eq!(communes.list().len(), 2);
}
