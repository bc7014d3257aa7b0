//! The two engines behind one [`Tx`]. On SQLite nothing here ever waits: a future of the store is ready at its first
//! poll, which is what lets a lane run use cases without a thread hop a step. On PostgreSQL the same code awaits.

pub(crate) mod postgres;
pub(crate) mod sqlite;

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    ddl::Kind,
    error::StoreError,
    rows,
    sql::Sql,
    value::{FromRow, Reader, Row, Value},
};

/// Which engine keeps a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EngineKind {
    /// One file.
    Sqlite,
    /// One schema of a server.
    Postgres,
}

impl EngineKind {
    /// The word used in the registry and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// Who a change comes from: the first columns of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// `agent`, `account`, `visitor`, `operator`, `system`.
    pub kind: &'static str,
    /// Identifier of the agent or account.
    pub id: Option<Uuid>,
    /// The name at that time, for people who read the journal years later.
    pub name: String,
}

impl Actor {
    /// The software itself: jobs, command line, migrations.
    #[must_use]
    pub fn system(name: &str) -> Self {
        Self {
            kind: "system",
            id: None,
            name: name.to_owned(),
        }
    }
}

/// What surrounds a command: who sent it, when it was received, and the key that makes a repetition harmless.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Who.
    pub actor: Actor,
    /// The instant the server received it: decisions use this one, not the instant of the lane.
    pub at: Timestamp,
    /// The same key gives the same answer, and the command runs once.
    pub key: Option<[u8; 32]>,
    /// Reference of the HTTP request, found again in the log.
    pub request: Option<String>,
    /// Source of identifiers made while the command runs. Fixed by the caller, so that tests repeat.
    pub seed: u64,
}

impl Origin {
    /// The same for a further command: its identifiers are others.
    #[must_use]
    pub fn next(&self) -> Self {
        Self {
            // The step of Knuth's MMIX generator.
            seed: self
                .seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407),
            ..self.clone()
        }
    }
}

pub(crate) enum Conn {
    Sqlite(rusqlite::Connection),
    Postgres(postgres::PgConn),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Reads only.
    Read,
    /// No savepoints, writes without waiting for their answer: any failure replays the batch in `Careful` mode.
    Optimistic,
    /// A savepoint by command.
    Careful,
}

/// A transaction, reading or inside the lane.
pub struct Tx {
    pub(crate) conn: Conn,
    pub(crate) mode: Mode,
    /// The command wrote something.
    pub(crate) wrote: bool,
    /// A statement failed: whatever the command says, nothing of it is kept.
    pub(crate) broken: bool,
    /// Earliest instant at which a job enqueued in this transaction is due.
    pub(crate) job_due: Option<Timestamp>,
    /// Answers of commands already run, by key.
    pub(crate) answered: HashMap<[u8; 32], String>,
    pub(crate) origin: Option<Origin>,
    pub(crate) ids: u64,
    /// Gives a reader's connection back.
    pub(crate) home: Option<std::sync::Arc<dyn Home>>,
}

/// Where the connection of a reader goes when the reader is dropped.
pub(crate) trait Home: Send + Sync {
    fn take_back(&self, conn: Conn);
}

impl Tx {
    pub(crate) fn new(conn: Conn, mode: Mode) -> Self {
        Self {
            conn,
            mode,
            wrote: false,
            broken: false,
            job_due: None,
            answered: HashMap::new(),
            origin: None,
            ids: 0,
            home: None,
        }
    }

    /// Which engine serves this transaction.
    #[must_use]
    pub fn engine(&self) -> EngineKind {
        match self.conn {
            Conn::Sqlite(_) => EngineKind::Sqlite,
            Conn::Postgres(_) => EngineKind::Postgres,
        }
    }

    fn watch<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        self.broken |= result.is_err();
        result
    }

    fn may_write(&mut self) -> Result<(), StoreError> {
        if self.mode == Mode::Read {
            return Err(StoreError::Internal("a write outside the lane".to_owned()));
        }
        self.wrote = true;
        Ok(())
    }

    /// All rows of a statement.
    pub async fn query<R: FromRow>(
        &mut self,
        sql: &'static Sql,
        args: impl AsRef<[Value]> + Send,
    ) -> Result<Vec<R>, StoreError> {
        let result = match &mut self.conn {
            Conn::Sqlite(conn) => sqlite::query(conn, sql.sqlite(), args.as_ref()),
            Conn::Postgres(conn) => conn.query(sql, args.as_ref().to_vec()).await,
        };
        self.watch(result)
    }

    /// The first row, if there is one.
    pub async fn query_opt<R: FromRow>(
        &mut self,
        sql: &'static Sql,
        args: impl AsRef<[Value]> + Send,
    ) -> Result<Option<R>, StoreError> {
        Ok(self.query(sql, args).await?.into_iter().next())
    }

    /// The first row; [`StoreError::NotFound`] when there is none.
    pub async fn query_one<R: FromRow>(
        &mut self,
        sql: &'static Sql,
        args: impl AsRef<[Value]> + Send,
    ) -> Result<R, StoreError> {
        self.query_opt(sql, args).await?.ok_or(StoreError::NotFound)
    }

    /// The same statement for many sets of arguments, in one round trip on PostgreSQL.
    pub async fn query_many<R: FromRow>(
        &mut self,
        sql: &'static Sql,
        sets: Vec<Vec<Value>>,
    ) -> Result<Vec<Vec<R>>, StoreError> {
        let result = match &mut self.conn {
            Conn::Sqlite(conn) => sets
                .iter()
                .map(|args| sqlite::query(conn, sql.sqlite(), args))
                .collect(),
            Conn::Postgres(conn) => conn.query_many(sql, sets).await,
        };
        self.watch(result)
    }

    /// Has the engine read the statement, without running it.
    pub async fn prepare(&mut self, sql: &'static Sql) -> Result<(), StoreError> {
        match &mut self.conn {
            Conn::Sqlite(conn) => Ok(conn.prepare(sql.sqlite()).map(|_| ())?),
            Conn::Postgres(conn) => conn.prepare(sql.postgres()).await,
        }
    }

    /// Writes, and says how many rows changed.
    pub async fn execute(
        &mut self,
        sql: &'static Sql,
        args: impl AsRef<[Value]> + Send,
    ) -> Result<u64, StoreError> {
        self.may_write()?;
        let result = match &mut self.conn {
            Conn::Sqlite(conn) => sqlite::execute(conn, sql.sqlite(), args.as_ref()),
            Conn::Postgres(conn) => conn.execute(sql, args.as_ref().to_vec()).await,
        };
        self.watch(result)
    }

    /// Writes with `RETURNING`, and gives the rows.
    pub async fn change<R: FromRow>(
        &mut self,
        sql: &'static Sql,
        args: impl AsRef<[Value]> + Send,
    ) -> Result<Vec<R>, StoreError> {
        self.may_write()?;
        self.query(sql, args).await
    }

    /// Writes with `RETURNING`, and gives the one row.
    pub async fn change_one<R: FromRow>(
        &mut self,
        sql: &'static Sql,
        args: impl AsRef<[Value]> + Send,
    ) -> Result<R, StoreError> {
        self.may_write()?;
        self.query_one(sql, args).await
    }

    /// Writes without waiting for the engine's answer: on PostgreSQL the statement leaves at once and its failure shows
    /// before the commit. For the many writes whose count nobody looks at.
    pub async fn put(
        &mut self,
        sql: &'static Sql,
        args: impl AsRef<[Value]> + Send,
    ) -> Result<(), StoreError> {
        self.may_write()?;
        let wait = self.mode == Mode::Careful;
        let result = match &mut self.conn {
            Conn::Sqlite(conn) => sqlite::execute(conn, sql.sqlite(), args.as_ref()).map(|_| ()),
            Conn::Postgres(conn) if wait => {
                conn.execute(sql, args.as_ref().to_vec()).await.map(|_| ())
            }
            Conn::Postgres(conn) => conn.put(sql, args.as_ref().to_vec()).await,
        };
        self.watch(result)
    }

    /// The instant the command was received.
    ///
    /// # Panics
    /// Never: outside a command it is the start of 1970, which no rule accepts.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.origin.as_ref().map_or(Timestamp::UNIX_EPOCH, |o| o.at)
    }

    /// Who sent the command.
    #[must_use]
    pub fn actor(&self) -> Actor {
        self.origin
            .as_ref()
            .map_or_else(|| Actor::system("lecture"), |o| o.actor.clone())
    }

    /// A new identifier (UUIDv7), made from the command's instant and seed: a replayed command makes the same ones.
    #[must_use]
    pub fn new_id(&mut self) -> Uuid {
        self.ids += 1;
        let (at, seed) = self
            .origin
            .as_ref()
            .map_or((Timestamp::UNIX_EPOCH, 0), |o| (o.at, o.seed));
        let millis = u64::try_from(at.as_millisecond()).unwrap_or_default();
        // 26 bits of counter first, around the two of the variant: identifiers of one command sort in the order they were
        // made. Of the seed, 48 bits stay.
        let mut random = [0; 10];
        let counter = u32::try_from(self.ids & 0x03ff_ffff).unwrap_or_default();
        random[..4].copy_from_slice(&((counter >> 14 << 16) | (counter & 0x3fff)).to_be_bytes());
        random[4..].copy_from_slice(&seed.to_be_bytes()[2..]);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// Runs several statements given as text, without arguments: definitions, transaction control.
    pub(crate) async fn batch(&mut self, text: &str) -> Result<(), StoreError> {
        match &mut self.conn {
            Conn::Sqlite(conn) => conn.execute_batch(text).map_err(StoreError::from),
            Conn::Postgres(conn) => conn.batch(text).await,
        }
    }

    /// Rows of a statement given as text.
    pub(crate) async fn query_text<R: FromRow>(
        &mut self,
        text: &str,
        args: Vec<Value>,
    ) -> Result<Vec<R>, StoreError> {
        match &mut self.conn {
            Conn::Sqlite(conn) => sqlite::query(conn, text, &args),
            Conn::Postgres(conn) => conn.query_text(text, args).await,
        }
    }

    /// Rows of a statement given as text, of columns of these kinds.
    pub(crate) async fn query_values(
        &mut self,
        text: &str,
        args: Vec<Value>,
        kinds: &[Kind],
    ) -> Result<Vec<Vec<Value>>, StoreError> {
        match &mut self.conn {
            Conn::Sqlite(conn) => {
                sqlite::query_with(conn, text, &args, |reader| rows::read(reader, kinds))
            }
            Conn::Postgres(conn) => {
                let found = conn.rows(text, args).await?;
                found
                    .iter()
                    .map(|row| rows::read(&mut Reader::new(Row::Postgres(row)), kinds))
                    .collect()
            }
        }
    }

    /// Writes with a statement given as text.
    pub(crate) async fn execute_text(
        &mut self,
        text: &str,
        args: Vec<Value>,
    ) -> Result<(), StoreError> {
        match &mut self.conn {
            Conn::Sqlite(conn) => sqlite::execute(conn, text, &args).map(|_| ()),
            Conn::Postgres(conn) => conn.put_text(text, args).await,
        }
    }

    /// SQLite ends a transaction by itself when the disk is full or fails.
    pub(crate) fn lost(&self) -> bool {
        matches!(&self.conn, Conn::Sqlite(conn) if conn.is_autocommit())
    }

    pub(crate) async fn begin(&mut self) -> Result<(), StoreError> {
        match &mut self.conn {
            Conn::Sqlite(conn) => conn
                .prepare_cached("BEGIN IMMEDIATE")
                .and_then(|mut s| s.execute([]).map(|_| ()))
                .map_err(StoreError::from),
            Conn::Postgres(conn) => conn.begin().await,
        }
    }

    /// Commits. `Ok(false)`: a write that nobody waited for had failed, nothing was kept, replay carefully.
    pub(crate) async fn commit(&mut self) -> Result<bool, StoreError> {
        match &mut self.conn {
            Conn::Sqlite(conn) => conn
                .prepare_cached("COMMIT")
                .and_then(|mut s| s.execute([]).map(|_| true))
                .map_err(StoreError::from),
            Conn::Postgres(conn) => conn.commit().await,
        }
    }

    pub(crate) async fn rollback(&mut self) {
        let result = match &mut self.conn {
            Conn::Sqlite(conn) if conn.is_autocommit() => Ok(()),
            Conn::Sqlite(conn) => conn.execute_batch("ROLLBACK").map_err(StoreError::from),
            Conn::Postgres(conn) => conn.rollback().await,
        };
        if let Err(error) = result {
            tracing::warn!(%error, "rollback failed");
        }
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if let Some(home) = self.home.take() {
            let placeholder = Conn::Postgres(postgres::PgConn::gone());
            home.take_back(std::mem::replace(&mut self.conn, placeholder));
        }
    }
}
