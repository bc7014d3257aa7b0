//! The directory of communes: which there are, where each one lives, which path or host name leads to it.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use tokio::sync::Notify;
use uuid::Uuid;

use crate::{
    command::Command,
    database::{Address, Database},
    engine::{EngineKind, Origin, Tx, postgres::PgServer},
    error::StoreError,
    files::Files,
    migrate::{COMMUNE, REGISTRY},
    tables::commune::{self, CommuneRow, NameRow},
};

/// Where things are kept.
#[derive(Default)]
pub struct Settings {
    /// Folder of the registry, the communes' files and their SQLite databases.
    pub folder: PathBuf,
    /// PostgreSQL servers by name.
    pub servers: HashMap<String, Arc<PgServer>>,
    /// Server of the registry; a SQLite file in the folder when absent.
    pub registry_server: Option<String>,
}

/// One commune, ready to be used.
pub struct Commune {
    /// Which.
    pub id: Uuid,
    /// First segment of its paths.
    pub slug: String,
    /// Name shown.
    pub name: String,
    /// Whether citizens may come in.
    pub open: bool,
    /// Its database.
    pub db: Database,
    /// Its files.
    pub files: Files,
    /// As the registry has it.
    pub row: CommuneRow,
}

/// The directory.
pub struct Communes {
    settings: Settings,
    registry: Database,
    known: RwLock<Known>,
    bell: Arc<Notify>,
}

#[derive(Default)]
struct Known {
    by_id: HashMap<Uuid, Arc<Commune>>,
    paths: HashMap<String, Uuid>,
    hosts: HashMap<String, Uuid>,
}

/// Schema of the registry on PostgreSQL.
const REGISTRY_SCHEMA: &str = "preau_registry";

impl Communes {
    /// Opens the registry, creating it the first time.
    pub async fn open(settings: Settings) -> Result<Self, StoreError> {
        std::fs::create_dir_all(&settings.folder)
            .map_err(|e| StoreError::Unavailable(format!("{}: {e}", settings.folder.display())))?;
        let bell = Arc::new(Notify::new());
        let (address, present) = match &settings.registry_server {
            None => {
                let path = settings.folder.join("registry.sqlite");
                let present = path.exists();
                (Address::Sqlite(path), present)
            }
            Some(name) => {
                let server = Arc::clone(settings.server(name)?);
                let present = server.has_schema(REGISTRY_SCHEMA).await?;
                (
                    Address::Postgres(server, REGISTRY_SCHEMA.to_owned()),
                    present,
                )
            }
        };
        let registry = Database::new(address, &REGISTRY, Arc::clone(&bell));
        if !present {
            match registry.create().await {
                // Another node made it in the meantime.
                Err(StoreError::Internal(text)) if text.contains("already exists") => {}
                other => other?,
            }
        }
        let communes = Self {
            settings,
            registry,
            known: RwLock::default(),
            bell,
        };
        communes.refresh().await?;
        Ok(communes)
    }

    /// The registry's own database: operators, their sessions, installation-wide settings and mail.
    #[must_use]
    pub fn registry(&self) -> &Database {
        &self.registry
    }

    /// Rung when a job was enqueued in any database of this process.
    #[must_use]
    pub fn bell(&self) -> Arc<Notify> {
        Arc::clone(&self.bell)
    }

    /// The data folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.settings.folder
    }

    /// Reads the registry again: another node or the command line may have changed it.
    pub async fn refresh(&self) -> Result<(), StoreError> {
        let mut tx = self.registry.read().await?;
        let rows = commune::all(&mut tx).await?;
        let names = commune::names(&mut tx).await?;
        drop(tx);
        let before = self.known().by_id.clone();
        let mut known = Known::default();
        for row in rows {
            let id = row.id;
            let commune = match before.get(&id) {
                Some(old) if old.row == row => Arc::clone(old),
                old => Arc::new(self.commune(row, old.map(|c| c.db.clone()))?),
            };
            known.paths.insert(commune.slug.to_lowercase(), id);
            known.by_id.insert(id, commune);
        }
        for name in names {
            let map = if name.kind == "host" {
                &mut known.hosts
            } else {
                &mut known.paths
            };
            map.entry(name.key).or_insert(name.commune_id);
        }
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }

    fn known(&self) -> std::sync::RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn commune(&self, row: CommuneRow, db: Option<Database>) -> Result<Commune, StoreError> {
        let db = match db {
            Some(db) => db,
            None => self.database_of(&row)?,
        };
        Ok(Commune {
            id: row.id,
            slug: row.slug.clone(),
            name: row.name.clone(),
            open: row.state == "open",
            db,
            files: Files::folder(&self.settings.files_folder(row.id))?,
            row,
        })
    }

    /// Every commune, by slug.
    #[must_use]
    pub fn list(&self) -> Vec<Arc<Commune>> {
        let mut all: Vec<_> = self.known().by_id.values().cloned().collect();
        all.sort_by(|a, b| a.slug.cmp(&b.slug));
        all
    }

    /// By its path segment, a former one included, in any case.
    #[must_use]
    pub fn by_path(&self, segment: &str) -> Option<Arc<Commune>> {
        let known = self.known();
        let id = known.paths.get(&segment.to_lowercase())?;
        known.by_id.get(id).cloned()
    }

    /// By a host name of its own.
    #[must_use]
    pub fn by_host(&self, host: &str) -> Option<Arc<Commune>> {
        let known = self.known();
        let id = known.hosts.get(host)?;
        known.by_id.get(id).cloned()
    }

    /// Makes a commune with empty tables. `engine_server` names a PostgreSQL server; SQLite when absent.
    pub async fn create(
        &self,
        id: Uuid,
        slug: &str,
        name: &str,
        engine_server: Option<&str>,
        origin: Origin,
    ) -> Result<Arc<Commune>, StoreError> {
        let row = Self::plan(id, slug, name, engine_server, &origin);
        let db = self.database_of(&row)?;
        db.create().await?;
        self.enlist(row, db, origin).await
    }

    /// The row of a commune to come.
    pub(crate) fn plan(
        id: Uuid,
        slug: &str,
        name: &str,
        engine_server: Option<&str>,
        origin: &Origin,
    ) -> CommuneRow {
        let short = id.simple().to_string();
        let (engine, address) = match engine_server {
            None => (EngineKind::Sqlite, format!("communes/{id}/commune.sqlite")),
            Some(server) => {
                let readable: String = slug
                    .to_lowercase()
                    .chars()
                    .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
                    .take(40)
                    .collect();
                let tail = &short[short.len() - 8..];
                (
                    EngineKind::Postgres,
                    format!("{server}/preau_{readable}_{tail}"),
                )
            }
        };
        CommuneRow {
            id,
            slug: slug.to_owned(),
            name: name.to_owned(),
            engine: engine.as_str().to_owned(),
            address,
            state: "open".to_owned(),
            created_at: crate::value::to_micros(origin.at),
            exported_at: None,
        }
    }

    pub(crate) fn database_of(&self, row: &CommuneRow) -> Result<Database, StoreError> {
        let address = self.settings.address(row)?;
        Ok(Database::new(address, &COMMUNE, Arc::clone(&self.bell)))
    }

    pub(crate) fn files_of(&self, id: Uuid) -> Result<Files, StoreError> {
        Files::folder(&self.settings.files_folder(id))
    }

    /// Writes a commune whose database is ready into the registry; removes the database when the registry refuses.
    pub(crate) async fn enlist(
        &self,
        row: CommuneRow,
        db: Database,
        origin: Origin,
    ) -> Result<Arc<Commune>, StoreError> {
        let id = row.id;
        if let Err(error) = self.registry.write(Enlist(row), origin).await {
            db.remove().await?;
            return Err(error);
        }
        self.refresh().await?;
        self.known()
            .by_id
            .get(&id)
            .cloned()
            .ok_or(StoreError::NotFound)
    }

    /// Adds a former path or a host name.
    pub async fn add_name(
        &self,
        commune: Uuid,
        kind: &'static str,
        key: &str,
        origin: Origin,
    ) -> Result<(), StoreError> {
        let row = NameRow {
            key: key.to_lowercase(),
            kind: kind.to_owned(),
            commune_id: commune,
        };
        self.registry.write(AddName(row), origin).await?;
        self.refresh().await
    }

    /// Removes a commune, its database and its files, for good.
    pub async fn delete(&self, commune: &Commune, origin: Origin) -> Result<(), StoreError> {
        self.registry
            .write(Delist(commune.id, commune.name.clone()), origin)
            .await?;
        self.refresh().await?;
        commune.db.remove().await?;
        let folder = self
            .settings
            .folder
            .join("communes")
            .join(commune.id.to_string());
        match std::fs::remove_dir_all(&folder) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(StoreError::Unavailable(
                format!("{}: {e}", folder.display()),
            )),
            _ => Ok(()),
        }
    }

    /// Closes what nobody used for a while.
    pub fn sweep(&self, age: Duration) {
        self.registry.sweep(age);
        for commune in self.list() {
            commune.db.sweep(age);
        }
    }

    /// Finishes every accepted command and closes.
    pub async fn close(&self) {
        for commune in self.list() {
            commune.db.close().await;
        }
        self.registry.close().await;
    }
}

impl Settings {
    fn server(&self, name: &str) -> Result<&Arc<PgServer>, StoreError> {
        self.servers.get(name).ok_or_else(|| {
            StoreError::Unavailable(format!(
                "no PostgreSQL server named {name} in the configuration"
            ))
        })
    }

    fn address(&self, row: &CommuneRow) -> Result<Address, StoreError> {
        if row.engine == EngineKind::Sqlite.as_str() {
            return Ok(Address::Sqlite(self.folder.join(&row.address)));
        }
        let (server, schema) = row
            .address
            .split_once('/')
            .ok_or_else(|| StoreError::Internal(format!("address {}", row.address)))?;
        Ok(Address::Postgres(
            Arc::clone(self.server(server)?),
            schema.to_owned(),
        ))
    }

    fn files_folder(&self, id: Uuid) -> PathBuf {
        self.folder
            .join("communes")
            .join(id.to_string())
            .join("files")
    }
}

struct Enlist(CommuneRow);
impl Command for Enlist {
    const NAME: &'static str = "commune.create";
    type Answer = ();
    type Refusal = StoreError;
    async fn run(&self, tx: &mut Tx) -> Result<(), StoreError> {
        commune::insert(tx, &self.0).await?;
        note(tx, "created", self.0.id, &self.0.name).await
    }
}

struct AddName(NameRow);
impl Command for AddName {
    const NAME: &'static str = "commune.name";
    type Answer = ();
    type Refusal = StoreError;
    async fn run(&self, tx: &mut Tx) -> Result<(), StoreError> {
        commune::add_name(tx, &self.0).await?;
        note(tx, "named", self.0.commune_id, &self.0.key).await
    }
}

struct Delist(Uuid, String);
impl Command for Delist {
    const NAME: &'static str = "commune.delete";
    type Answer = ();
    type Refusal = StoreError;
    async fn run(&self, tx: &mut Tx) -> Result<(), StoreError> {
        commune::delete(tx, self.0).await?;
        note(tx, "removed", self.0, &self.1).await
    }
}

async fn note(tx: &mut Tx, action: &str, id: Uuid, name: &str) -> Result<(), StoreError> {
    let change = crate::tables::journal::Change::<()> {
        action,
        kind: "commune",
        id: id.to_string(),
        name,
        before: None,
        after: None,
    };
    crate::tables::journal::note(tx, change).await
}
