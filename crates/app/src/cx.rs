//! What surrounds a use case.

use std::sync::Arc;

use jiff::Timestamp;
use preau_store::{Command, Commune, Communes, Database, Origin, Tx};
use sha2::{Digest, Sha256};

use crate::{
    Caller, Clock, Entropy, Error,
    seal::{Cache, Master},
};

/// Settings of the installation that use cases need.
#[derive(Debug, Clone)]
pub struct AppSettings {
    /// Address of the installation without a final slash, such as `https://familles.exemple.fr`.
    pub public_url: String,
    /// Address that mails come from.
    pub mail_from: String,
    /// Name of this node, for claimed jobs.
    pub node: String,
    /// Log-ins hashed at the same time; the others wait their turn.
    pub hashing: usize,
    /// Cost of the proof of work: the visitor tries up to this many numbers.
    pub proof_of_work: u32,
    /// Address of PayFiP without a final slash.
    pub payfip: String,
    /// The master key, which the keys of the communes are sealed with.
    pub master: Master,
}

/// The installation: one for the process.
pub struct App {
    /// Communes and the registry.
    pub communes: Communes,
    /// The clock.
    pub clock: Clock,
    /// The randomness.
    pub entropy: Entropy,
    /// Settings.
    pub settings: AppSettings,
    /// Secret of the installation that signs forms and proofs of work; kept in the registry.
    pub secret: [u8; 32],
    /// Password hashing takes turns.
    pub hashing: tokio::sync::Semaphore,
    /// Calls to PayFiP take turns.
    pub payfip_calls: tokio::sync::Semaphore,
    /// Keys of communes that were opened.
    pub keys: Cache,
    /// What communes decided of their activities, compiled.
    pub rules: crate::planning::rules::Cache,
}

/// What surrounds one call: cheap to clone.
#[derive(Clone)]
pub struct Cx {
    /// The installation.
    pub app: Arc<App>,
    /// The commune; absent for the host's pages.
    pub commune: Option<Arc<Commune>>,
    /// The database that the call is about: the commune's, or the registry.
    pub db: Database,
    /// Who calls.
    pub caller: Caller,
    /// The instant at which the call was received.
    pub at: Timestamp,
    /// Reference of the HTTP request, found again in the log.
    pub request: Option<String>,
    /// Address the call came from, for throttles.
    pub address: String,
    /// Set from the form: the same form sent twice is done once.
    pub key: Option<[u8; 32]>,
}

impl App {
    /// Opens the installation: makes its secret the first time.
    pub async fn open(
        communes: Communes,
        clock: Clock,
        entropy: Entropy,
        settings: AppSettings,
    ) -> Result<Self, Error> {
        let hashing = tokio::sync::Semaphore::new(settings.hashing.max(1));
        let mut app = Self {
            communes,
            clock,
            entropy,
            settings,
            secret: [0; 32],
            hashing,
            payfip_calls: tokio::sync::Semaphore::new(crate::billing::contract::CALLS),
            keys: Cache::default(),
            rules: crate::planning::rules::Cache::default(),
        };
        app.secret = crate::secret::load_or_make(&app).await?;
        Ok(app)
    }
}

impl Cx {
    /// A call of the software itself about a commune.
    #[must_use]
    pub fn system(app: &Arc<App>, commune: &Arc<Commune>, name: &'static str) -> Self {
        Self {
            db: commune.db.clone(),
            commune: Some(Arc::clone(commune)),
            ..Self::host(app, Caller::System(name))
        }
    }

    /// A call about the registry.
    #[must_use]
    pub fn host(app: &Arc<App>, caller: Caller) -> Self {
        Self {
            db: app.communes.registry().clone(),
            commune: None,
            caller,
            at: app.clock.now(),
            request: None,
            address: String::new(),
            key: None,
            app: Arc::clone(app),
        }
    }

    /// The commune; a page that needs one has one.
    pub fn commune(&self) -> Result<&Arc<Commune>, Error> {
        self.commune.as_ref().ok_or(Error::NotFound)
    }

    /// A reader of the database.
    pub async fn read(&self) -> Result<Tx, Error> {
        Ok(self.db.read().await?)
    }

    /// Runs a command in the lane.
    pub async fn write<C: Command<Refusal = Error>>(&self, command: C) -> Result<C::Answer, Error> {
        self.db.write(command, self.origin(C::NAME)).await
    }

    /// Who, when, and the key that makes a repetition harmless: the form's, the caller's and the command's together,
    /// so that nobody reads another's answer with a guessed key.
    #[must_use]
    pub fn origin(&self, name: &str) -> Origin {
        let actor = self.caller.actor();
        let key = self.key.map(|key| {
            Sha256::new()
                .chain_update(key)
                .chain_update(actor.kind)
                .chain_update(actor.id.unwrap_or_default())
                .chain_update(name)
                .finalize()
                .into()
        });
        Origin {
            actor,
            at: self.at,
            key,
            request: self.request.clone(),
            seed: u64::from_le_bytes(self.app.entropy.bytes()),
        }
    }
}
