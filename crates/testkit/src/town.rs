//! A town in a few lines: the whole application in this process, on the engine that `PREAU_TEST_ENGINE` names, with a
//! clock that the test turns and a mailbox that it opens.

pub mod agents;

use std::{collections::HashMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use preau_app::{
    App, AppSettings, Caller, Clock, Cx, Entropy,
    seal::{Master, MasterKey},
};
use preau_simulator::Simulator;
use preau_store::{Actor, Commune, Communes, Origin, PgServer, Settings};
use preau_worker::{
    Worker,
    transport::{Letter, Mailbox, Transport},
};
use tempfile::TempDir;

use crate::http::Visitor;

/// Lundi 23 novembre 2026, 9 h 12 in Paris: an ordinary school Monday.
pub const MONDAY: &str = "2026-11-23T08:12:00Z";

/// An installation with its communes.
pub struct Town {
    /// The installation.
    pub app: Arc<App>,
    /// The first commune, "Laigneville".
    pub commune: Arc<Commune>,
    /// The whole site.
    pub site: axum::Router,
    worker: Worker,
    mailbox: Mailbox,
    /// The PayFiP that its families pay on.
    pub payfip: Simulator,
    /// Removed at the end, with all that is in it.
    pub folder: TempDir,
}

/// The engine that the tests run on: SQLite unless `PREAU_TEST_ENGINE=postgres`.
#[must_use]
pub fn on_postgres() -> bool {
    variable("PREAU_TEST_ENGINE").as_deref() == Some("postgres")
}

#[expect(
    clippy::disallowed_methods,
    reason = "the tests are told their engine by the environment"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The PostgreSQL server of the tests.
///
/// # Panics
/// When `PREAU_TEST_POSTGRES` is not set: `cargo xtask postgres` starts one.
#[must_use]
pub fn postgres() -> Arc<PgServer> {
    let url = variable("PREAU_TEST_POSTGRES").unwrap_or_else(|| {
        panic!("PREAU_TEST_POSTGRES is not set: run `cargo xtask postgres -- cargo test …`")
    });
    Arc::new(PgServer::new(&url, 12).unwrap_or_else(|e| panic!("PREAU_TEST_POSTGRES: {e}")))
}

/// Who sets the scene.
#[must_use]
pub fn origin(at: Timestamp) -> Origin {
    Origin {
        actor: Actor::system("test"),
        at,
        key: None,
        request: None,
        seed: 7,
    }
}

/// A PayFiP of this test's own, on this machine; its address.
async fn serve(payfip: &Simulator) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.unwrap_or_else(|e| panic!("simulator: {e}"));
    let address = listener.local_addr();
    let address = address.unwrap_or_else(|e| panic!("simulator: {e}"));
    let router = payfip.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

impl Town {
    /// Laigneville, on a Monday morning.
    pub async fn new() -> Self {
        Self::at(MONDAY).await
    }

    /// Laigneville at another instant, RFC 3339.
    pub async fn at(instant: &str) -> Self {
        let start: Timestamp = instant.parse().unwrap_or_else(|e| panic!("{instant}: {e}"));
        let folder = TempDir::new().unwrap_or_else(|e| panic!("temporary folder: {e}"));
        let mut servers = HashMap::new();
        if on_postgres() {
            servers.insert("main".to_owned(), postgres());
        }
        let communes = Communes::open(Settings {
            folder: folder.path().to_owned(),
            servers,
            registry_server: None,
        })
        .await
        .unwrap_or_else(|e| panic!("registry: {e}"));
        let payfip = Simulator::default();
        let address = serve(&payfip).await;
        let app = App::open(
            communes,
            Clock::standing_at(start),
            Entropy::system(),
            AppSettings {
                public_url: "http://portail.test".to_owned(),
                mail_from: "nepasrepondre@portail.test".to_owned(),
                node: "test".to_owned(),
                hashing: 2,
                proof_of_work: 50,
                payfip: address,
                master: Master::of(vec![MasterKey::make(&Entropy::system())]),
            },
        )
        .await
        .unwrap_or_else(|e| panic!("application: {e}"));
        let app = Arc::new(app);
        let commune = Self::found(&app, "laigneville", "Laigneville").await;
        let (transport, mailbox) = Transport::memory();
        Self {
            site: preau_web::service(Arc::clone(&app), false),
            worker: Worker::new(Arc::clone(&app), transport),
            mailbox,
            payfip,
            commune,
            app,
            folder,
        }
    }

    /// Another commune in the same installation.
    pub async fn another(&self, slug: &str, name: &str) -> Arc<Commune> {
        Self::found(&self.app, slug, name).await
    }

    async fn found(app: &Arc<App>, slug: &str, name: &str) -> Arc<Commune> {
        let at = app.clock.now();
        // Two commands at one instant must not make the same identifiers.
        let seed = u64::from_le_bytes(app.entropy.bytes());
        let server = on_postgres().then_some("main");
        app.communes
            .create(
                app.entropy.id(at),
                slug,
                name,
                server,
                Origin { seed, ..origin(at) },
            )
            .await
            .unwrap_or_else(|e| panic!("commune {slug}: {e}"))
    }

    /// Somebody with a browser, on no page yet. Paths start with the commune's: `/laigneville/contact`.
    #[must_use]
    pub fn visitor(&self) -> Visitor {
        Visitor::of(self.site.clone())
    }

    /// A call of the software itself, to set the scene.
    #[must_use]
    pub fn system(&self) -> Cx {
        Cx::system(&self.app, &self.commune, "test")
    }

    /// A call of nobody.
    #[must_use]
    pub fn nobody(&self) -> Cx {
        Cx {
            caller: Caller::Nobody,
            ..self.system()
        }
    }

    /// Turns the clock on.
    pub fn turn(&self, by: SignedDuration) {
        let to = self.app.clock.now() + by;
        self.app.clock.turn_to(to);
    }

    /// Does every job that is due.
    pub async fn work(&self) {
        self.worker.run_due().await;
    }

    /// Every mail delivered so far, due jobs done first.
    pub async fn mails(&self) -> Vec<Letter> {
        self.work().await;
        let kept = self
            .mailbox
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        kept.iter().map(|k| k.letter.clone()).collect()
    }

    /// The latest mail to an address.
    pub async fn mail_to(&self, address: &str) -> Letter {
        let mails = self.mails().await;
        let found = mails.iter().rfind(|m| m.to_address == address).cloned();
        found.unwrap_or_else(|| {
            let to: Vec<_> = mails.iter().map(|m| &m.to_address).collect();
            panic!("no mail to {address}; mails went to {to:?}")
        })
    }
}
