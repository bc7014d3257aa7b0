//! A registry and one commune in a temporary folder, on the engine that `PREAU_TEST_ENGINE` names.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests are told their engine by the environment, and fail by panicking"
)]
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::{collections::HashMap, sync::Arc};

use jiff::Timestamp;
use preau_store::{Actor, Commune, Communes, Origin, PgServer, Settings};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) struct Ground {
    pub(crate) communes: Communes,
    pub(crate) commune: Arc<Commune>,
    pub(crate) folder: TempDir,
}

pub(crate) fn on_postgres() -> bool {
    std::env::var("PREAU_TEST_ENGINE").is_ok_and(|engine| engine == "postgres")
}

/// The PostgreSQL server of this run, when there is one.
pub(crate) fn postgres() -> Option<Arc<PgServer>> {
    let url = std::env::var("PREAU_TEST_POSTGRES").ok()?;
    Some(Arc::new(PgServer::new(&url, 12).unwrap()))
}

pub(crate) fn at() -> Timestamp {
    "2026-11-23T08:12:00Z".parse().unwrap()
}

pub(crate) fn origin() -> Origin {
    Origin {
        actor: Actor::system("test"),
        at: at(),
        key: None,
        request: None,
        seed: u64::from_be_bytes(Uuid::now_v7().into_bytes()[8..].try_into().unwrap()),
    }
}

pub(crate) fn server() -> Option<&'static str> {
    on_postgres().then_some("main")
}

pub(crate) async fn communes(folder: &std::path::Path) -> Communes {
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

pub(crate) async fn ground() -> Ground {
    let folder = TempDir::new().unwrap();
    let communes = communes(folder.path()).await;
    let commune = communes
        .create(
            Uuid::now_v7(),
            "laigneville",
            "Laigneville",
            server(),
            origin(),
        )
        .await
        .unwrap();
    Ground {
        communes,
        commune,
        folder,
    }
}
