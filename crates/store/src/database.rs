//! A database: a commune's, or the registry. Readers beside one lane.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::{Notify, OnceCell};

use crate::{
    command::Command,
    engine::{
        Conn, EngineKind, Home, Mode, Origin, Tx,
        postgres::PgServer,
        sqlite::{self, Use},
    },
    error::StoreError,
    lane::Lane,
    migrate::{self, Tree},
};

/// Where a database lives.
#[derive(Clone)]
pub enum Address {
    /// A file.
    Sqlite(PathBuf),
    /// A schema of a server.
    Postgres(Arc<PgServer>, String),
}

/// A handle; clones share it. Nothing is opened before the first use.
#[derive(Clone)]
pub struct Database {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    address: Address,
    tree: &'static Tree,
    ready: OnceCell<()>,
    pub(crate) lane: Lane,
    writer: Mutex<Option<rusqlite::Connection>>,
    readers: Mutex<Vec<rusqlite::Connection>>,
    used: Mutex<Instant>,
    /// The instant of the next job that was enqueued here and not yet looked at.
    job_due: Mutex<Option<Timestamp>>,
    /// Rung when a job was enqueued; shared by all databases of an installation.
    bell: Arc<Notify>,
}

/// Readers of one file that stay open between two reads.
const WARM_READERS: usize = 8;

impl Database {
    /// Opens nothing yet. `bell` is rung when a job was enqueued.
    #[must_use]
    pub fn new(address: Address, tree: &'static Tree, bell: Arc<Notify>) -> Self {
        Self {
            shared: Arc::new(Shared {
                address,
                tree,
                ready: OnceCell::new(),
                lane: Lane::default(),
                writer: Mutex::new(None),
                readers: Mutex::new(Vec::new()),
                used: Mutex::new(Instant::now()),
                job_due: Mutex::new(None),
                bell,
            }),
        }
    }

    /// Which engine keeps it.
    #[must_use]
    pub fn engine(&self) -> EngineKind {
        self.shared.engine()
    }

    /// Creates it, empty, with the newest tables. Fails when there is already something.
    pub async fn create(&self) -> Result<(), StoreError> {
        self.shared.create().await?;
        self.ready().await
    }

    /// Creates it with the tables of version `version` only: an import loads old data before the newer migrations.
    pub(crate) async fn create_at(&self, version: i64) -> Result<(), StoreError> {
        self.shared.create().await?;
        let mut tx = self.shared.raw().await?;
        let done = migrate::up_to(&mut tx, self.shared.tree, version).await;
        self.shared.put_back(tx);
        done
    }

    /// Removes it with all that is in it.
    pub async fn remove(&self) -> Result<(), StoreError> {
        self.close().await;
        match &self.shared.address {
            Address::Sqlite(path) => {
                for end in ["", "-wal", "-shm"] {
                    let mut name = path.clone().into_os_string();
                    name.push(end);
                    match std::fs::remove_file(&name) {
                        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                            return Err(StoreError::Unavailable(format!(
                                "{}: {e}",
                                path.display()
                            )));
                        }
                        _ => {}
                    }
                }
                Ok(())
            }
            Address::Postgres(server, schema) => {
                let mut conn = server.get("public").await?;
                let schema = crate::engine::postgres::quoted(schema);
                let dropped = conn
                    .batch(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE"))
                    .await;
                server.take_back(conn);
                dropped
            }
        }
    }

    fn ready(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        self.shared.ready()
    }

    /// A reader. Several statements see each other's world only as far as the engine's default isolation goes; what
    /// must hold together is decided in the lane.
    pub fn read(&self) -> BoxFuture<'_, Result<Tx, StoreError>> {
        Box::pin(async {
            self.ready().await?;
            let conn = self.shared.reader().await?;
            let mut tx = Tx::new(conn, Mode::Read);
            tx.home = Some(Arc::clone(&self.shared) as Arc<dyn Home>);
            Ok(tx)
        })
    }

    /// Runs a command in the lane and answers after its commit.
    pub fn write<C: Command>(
        &self,
        command: C,
        origin: Origin,
    ) -> BoxFuture<'_, Result<C::Answer, C::Refusal>> {
        Box::pin(async {
            self.ready().await?;
            Lane::submit(&self.shared, command, origin).await
        })
    }

    /// The earliest instant of jobs enqueued here since the last call.
    #[must_use]
    pub fn take_job_due(&self) -> Option<Timestamp> {
        self.shared
            .job_due
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// The clock of the engine's machine.
    pub async fn clock(&self) -> Result<Timestamp, StoreError> {
        let mut tx = self.read().await?;
        let text = match tx.engine() {
            EngineKind::Postgres => "SELECT clock_timestamp()",
            EngineKind::Sqlite => "SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
        };
        let found: Vec<(Timestamp,)> = tx.query_text(text, Vec::new()).await?;
        found.first().map(|t| t.0).ok_or(StoreError::NotFound)
    }

    /// Commands that wait in the lane.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.shared.lane.depth()
    }

    /// Closes connections that were idle for `age`. A database that nobody uses costs a few hundred bytes.
    pub fn sweep(&self, age: Duration) {
        self.shared.sweep(age);
    }

    /// Accepts no more commands, waits until those accepted are answered, closes the connections.
    pub async fn close(&self) {
        self.shared.lane.close();
        while !self.shared.lane.idle() {
            tokio::task::yield_now().await;
        }
        self.shared.sweep(Duration::ZERO);
    }

    /// A connection outside the lane, for what owns the database alone: creation, import, snapshot.
    pub(crate) async fn exclusive(&self) -> Result<Tx, StoreError> {
        self.shared.raw().await
    }

    pub(crate) fn put_back(&self, tx: Tx) {
        self.shared.put_back(tx);
    }

    /// Brings the tables to the newest version and opens the database to all.
    pub(crate) async fn finish(&self) -> Result<(), StoreError> {
        self.ready().await
    }
}

impl Shared {
    pub(crate) fn engine(&self) -> EngineKind {
        match self.address {
            Address::Sqlite(_) => EngineKind::Sqlite,
            Address::Postgres(..) => EngineKind::Postgres,
        }
    }

    async fn create(&self) -> Result<(), StoreError> {
        match &self.address {
            Address::Sqlite(path) => {
                if path.exists() {
                    return Err(StoreError::Constraint(format!(
                        "{} already exists",
                        path.display()
                    )));
                }
                if let Some(folder) = path.parent() {
                    std::fs::create_dir_all(folder).map_err(|e| {
                        StoreError::Unavailable(format!("{}: {e}", folder.display()))
                    })?;
                }
                sqlite::open(path, Use::Write, true).map(|_| ())
            }
            Address::Postgres(server, schema) => {
                let mut conn = server.get("public").await?;
                let made = conn
                    .batch(&format!(
                        "CREATE SCHEMA {}",
                        crate::engine::postgres::quoted(schema)
                    ))
                    .await;
                server.take_back(conn);
                made
            }
        }
    }

    fn ready(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        if self.ready.initialized() {
            return Box::pin(std::future::ready(Ok(())));
        }
        Box::pin(async {
            self.ready
                .get_or_try_init(|| async {
                    let mut tx = self.raw().await?;
                    let done = migrate::up(&mut tx, self.tree).await;
                    self.put_back(tx);
                    done
                })
                .await
                .copied()
        })
    }

    async fn raw(&self) -> Result<Tx, StoreError> {
        let conn = match &self.address {
            Address::Sqlite(path) => Conn::Sqlite(sqlite::open(path, Use::Write, false)?),
            Address::Postgres(server, schema) => Conn::Postgres(server.get(schema).await?),
        };
        Ok(Tx::new(conn, Mode::Careful))
    }

    fn put_back(&self, mut tx: Tx) {
        if let Conn::Postgres(conn) = tx.conn_out()
            && let Address::Postgres(server, _) = &self.address
        {
            server.take_back(conn);
        }
    }

    pub(crate) async fn writer(&self) -> Result<Conn, StoreError> {
        self.touch();
        match &self.address {
            Address::Sqlite(path) => {
                let warm = self
                    .writer
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .take();
                Ok(Conn::Sqlite(match warm {
                    Some(conn) => conn,
                    None => sqlite::open(path, Use::Write, false)?,
                }))
            }
            Address::Postgres(server, schema) => Ok(Conn::Postgres(server.get(schema).await?)),
        }
    }

    pub(crate) fn keep_writer(&self, conn: Conn, due: Option<Timestamp>) {
        match conn {
            Conn::Sqlite(conn) => {
                *self.writer.lock().unwrap_or_else(PoisonError::into_inner) = Some(conn);
            }
            Conn::Postgres(conn) => {
                if let Address::Postgres(server, _) = &self.address {
                    server.take_back(conn);
                }
            }
        }
        if let Some(due) = due {
            let mut known = self.job_due.lock().unwrap_or_else(PoisonError::into_inner);
            *known = Some(known.map_or(due, |k| k.min(due)));
            drop(known);
            self.bell.notify_one();
        }
    }

    async fn reader(&self) -> Result<Conn, StoreError> {
        self.touch();
        match &self.address {
            Address::Sqlite(path) => {
                let warm = self
                    .readers
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .pop();
                let conn = match warm {
                    Some(conn) => conn,
                    None => sqlite::open(path, Use::Read, false)?,
                };
                conn.prepare_cached("BEGIN")
                    .and_then(|mut s| s.execute([]))?;
                Ok(Conn::Sqlite(conn))
            }
            Address::Postgres(server, schema) => Ok(Conn::Postgres(server.get(schema).await?)),
        }
    }

    fn touch(&self) {
        *self.used.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn sweep(&self, age: Duration) {
        if self
            .used
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .elapsed()
            < age
        {
            return;
        }
        let readers =
            std::mem::take(&mut *self.readers.lock().unwrap_or_else(PoisonError::into_inner));
        let writer = self
            .writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop((readers, writer));
        if let Address::Postgres(server, _) = &self.address {
            server.sweep(age);
        }
    }
}

impl Home for Shared {
    fn take_back(&self, conn: Conn) {
        match conn {
            Conn::Sqlite(conn) => {
                let ended = conn
                    .prepare_cached("COMMIT")
                    .and_then(|mut s| s.execute([]));
                let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
                if ended.is_ok() && readers.len() < WARM_READERS {
                    readers.push(conn);
                }
            }
            Conn::Postgres(conn) => {
                if let Address::Postgres(server, _) = &self.address {
                    server.take_back(conn);
                }
            }
        }
    }
}

impl Tx {
    /// Takes the connection out; the transaction is over.
    pub(crate) fn conn_out(&mut self) -> Conn {
        let gone = Conn::Postgres(crate::engine::postgres::PgConn::gone());
        std::mem::replace(&mut self.conn, gone)
    }
}
