//! PostgreSQL: one schema a database. Connections are shared by all schemas of a server and kept warm by schema.

use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::{
    TryStreamExt,
    future::{BoxFuture, try_join_all},
    poll,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::{Client, Config, Statement};

use crate::{
    error::StoreError,
    sql::{Sql, dollars},
    value::{FromRow, Reader, Row, Value},
};

type Flight = Pin<Box<dyn Future<Output = Result<u64, tokio_postgres::Error>> + Send>>;

/// A server, with the connections to it.
pub struct PgServer {
    config: Config,
    /// `None` where the server is reached without TLS.
    tls: Option<tokio_postgres_rustls::MakeRustlsConnect>,
    idle: Mutex<Vec<PgConn>>,
    permits: Arc<Semaphore>,
}

/// A connection, its prepared statements and the writes in flight.
pub(crate) struct PgConn {
    client: Option<Arc<Client>>,
    statements: HashMap<String, Statement>,
    schema: String,
    lock: i64,
    flight: Vec<Flight>,
    used: Instant,
    permit: Option<OwnedSemaphorePermit>,
}

impl PgServer {
    /// `url` as libpq writes it; `connections` is the most that this node opens.
    pub fn new(url: &str, connections: usize) -> Result<Self, StoreError> {
        let mut config: Config = url
            .parse()
            .map_err(|e| StoreError::Internal(format!("address of PostgreSQL: {e}")))?;
        if config.get_application_name().is_none() {
            config.application_name("preau");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(3));
        }
        let tls = match config.get_ssl_mode() {
            tokio_postgres::config::SslMode::Disable => None,
            _ => Some(tls()?),
        };
        Ok(Self {
            config,
            tls,
            idle: Mutex::new(Vec::new()),
            permits: Arc::new(Semaphore::new(connections.max(2))),
        })
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<PgConn>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection whose search path is `schema` only, a warm one when there is one.
    pub(crate) async fn get(&self, schema: &str) -> Result<PgConn, StoreError> {
        let wait = Duration::from_secs(5);
        let permit = tokio::time::timeout(wait, Arc::clone(&self.permits).acquire_owned())
            .await
            .map_err(|_| StoreError::Unavailable("every connection is in use".to_owned()))?
            .map_err(|_| StoreError::Unavailable("stopping".to_owned()))?;
        let idle = {
            let mut idle = self.idle();
            idle.retain(PgConn::alive);
            let at = idle
                .iter()
                .rposition(|c| c.schema == schema)
                .or_else(|| idle.len().checked_sub(1));
            at.map(|at| idle.remove(at))
        };
        let mut conn = match idle {
            Some(conn) => conn,
            None => self.connect().await?,
        };
        conn.permit = Some(permit);
        if conn.schema != schema {
            conn.batch(&format!("SET search_path TO {}", quoted(schema)))
                .await?;
            schema.clone_into(&mut conn.schema);
            conn.lock = lock_key(schema);
        }
        Ok(conn)
    }

    async fn connect(&self) -> Result<PgConn, StoreError> {
        let client = if let Some(tls) = &self.tls {
            let (client, connection) = self.config.connect(tls.clone()).await?;
            tokio::spawn(connection);
            client
        } else {
            let (client, connection) = self.config.connect(tokio_postgres::NoTls).await?;
            tokio::spawn(connection);
            client
        };
        Ok(PgConn {
            client: Some(Arc::new(client)),
            ..PgConn::gone()
        })
    }

    /// Keeps the connection for the next one. A connection with something still open is rolled back first, by the
    /// server, in the order of the wire.
    pub(crate) fn take_back(&self, mut conn: PgConn) {
        conn.permit = None;
        conn.flight.clear();
        conn.used = Instant::now();
        if conn.alive() {
            self.idle().push(conn);
        }
    }

    pub(crate) async fn has_schema(&self, schema: &str) -> Result<bool, StoreError> {
        let mut conn = self.get("public").await?;
        let found: Vec<(i64,)> = conn
            .query_text(
                "SELECT COUNT(*) FROM pg_namespace WHERE nspname = ?1",
                vec![Value::from(schema)],
            )
            .await?;
        self.take_back(conn);
        Ok(found.first().is_some_and(|n| n.0 > 0))
    }

    /// Closes what was not used for `age`.
    pub(crate) fn sweep(&self, age: Duration) {
        self.idle().retain(|c| c.alive() && c.used.elapsed() < age);
    }
}

/// An identifier in quotes.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The advisory lock of a schema: the first bytes of its name's SHA-256, the same on every node.
fn lock_key(schema: &str) -> i64 {
    use sha2::{Digest, Sha256};
    let hash = Sha256::digest(schema.as_bytes());
    i64::from_be_bytes(std::array::from_fn(|i| hash[i]))
}

fn tls() -> Result<tokio_postgres_rustls::MakeRustlsConnect, StoreError> {
    let mut roots = rustls::RootCertStore::empty();
    for cert in rustls_native_certs::load_native_certs().certs {
        // A certificate of the system that rustls cannot read is none of ours.
        let _ = roots.add(cert);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| StoreError::Internal(e.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(tokio_postgres_rustls::MakeRustlsConnect::new(config))
}

impl PgConn {
    /// No connection: what is left in a transaction whose connection went home.
    pub(crate) fn gone() -> Self {
        Self {
            client: None,
            statements: HashMap::new(),
            schema: String::new(),
            lock: 0,
            flight: Vec::new(),
            used: Instant::now(),
            permit: None,
        }
    }

    fn alive(&self) -> bool {
        self.client.as_ref().is_some_and(|c| !c.is_closed())
    }

    fn client(&self) -> Result<Arc<Client>, StoreError> {
        self.client
            .clone()
            .ok_or_else(|| StoreError::Unavailable("connection closed".to_owned()))
    }

    async fn statement(&mut self, text: &str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.get(text) {
            return Ok(statement.clone());
        }
        let statement = self.client()?.prepare(text).await?;
        self.statements.insert(text.to_owned(), statement.clone());
        Ok(statement)
    }

    pub(crate) async fn prepare(&mut self, text: &str) -> Result<(), StoreError> {
        self.statement(text).await.map(|_| ())
    }

    pub(crate) fn query<'a, R: FromRow + 'a>(
        &'a mut self,
        sql: &'a Sql,
        args: Vec<Value>,
    ) -> BoxFuture<'a, Result<Vec<R>, StoreError>> {
        Box::pin(self.query_dollars(sql.postgres(), args))
    }

    pub(crate) async fn query_text<R: FromRow>(
        &mut self,
        text: &str,
        args: Vec<Value>,
    ) -> Result<Vec<R>, StoreError> {
        self.query_dollars(&dollars(text), args).await
    }

    pub(crate) async fn rows(
        &mut self,
        text: &str,
        args: Vec<Value>,
    ) -> Result<Vec<tokio_postgres::Row>, StoreError> {
        let statement = self.statement(&dollars(text)).await?;
        let rows = self.client()?.query_raw(&statement, args).await?;
        Ok(rows.try_collect().await?)
    }

    async fn query_dollars<R: FromRow>(
        &mut self,
        text: &str,
        args: Vec<Value>,
    ) -> Result<Vec<R>, StoreError> {
        let statement = self.statement(text).await?;
        let rows: Vec<tokio_postgres::Row> = self
            .client()?
            .query_raw(&statement, args)
            .await?
            .try_collect()
            .await?;
        read(&rows)
    }

    pub(crate) fn query_many<'a, R: FromRow + 'a>(
        &'a mut self,
        sql: &'a Sql,
        sets: Vec<Vec<Value>>,
    ) -> BoxFuture<'a, Result<Vec<Vec<R>>, StoreError>> {
        Box::pin(async move {
            let statement = self.statement(sql.postgres()).await?;
            let client = self.client()?;
            let all = sets.into_iter().map(|args| async {
                let rows: Vec<tokio_postgres::Row> = client
                    .query_raw(&statement, args)
                    .await?
                    .try_collect()
                    .await?;
                read(&rows)
            });
            try_join_all(all).await
        })
    }

    pub(crate) fn execute<'a>(
        &'a mut self,
        sql: &'a Sql,
        args: Vec<Value>,
    ) -> BoxFuture<'a, Result<u64, StoreError>> {
        Box::pin(async move {
            let statement = self.statement(sql.postgres()).await?;
            Ok(self.client()?.execute_raw(&statement, args).await?)
        })
    }

    pub(crate) fn put<'a>(
        &'a mut self,
        sql: &'a Sql,
        args: Vec<Value>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let statement = self.statement(sql.postgres()).await?;
            self.launch(statement, args).await
        })
    }

    pub(crate) async fn put_text(
        &mut self,
        text: &str,
        args: Vec<Value>,
    ) -> Result<(), StoreError> {
        let statement = self.statement(&dollars(text)).await?;
        if self.flight.len() > 500 {
            self.land().await?;
        }
        self.launch(statement, args).await
    }

    /// The first poll hands the statement to the connection: it leaves now, in order, and is answered later.
    async fn launch(&mut self, statement: Statement, args: Vec<Value>) -> Result<(), StoreError> {
        let client = self.client()?;
        let mut flight: Flight =
            Box::pin(async move { client.execute_raw(&statement, args).await });
        match poll!(&mut flight) {
            std::task::Poll::Ready(result) => {
                result?;
            }
            std::task::Poll::Pending => self.flight.push(flight),
        }
        Ok(())
    }

    /// Waits for the writes in flight.
    pub(crate) async fn land(&mut self) -> Result<(), StoreError> {
        let flight = std::mem::take(&mut self.flight);
        let mut first = Ok(());
        for write in flight {
            if let Err(error) = write.await
                && first.is_ok()
            {
                first = Err(StoreError::from(error));
            }
        }
        first
    }

    pub(crate) async fn batch(&mut self, text: &str) -> Result<(), StoreError> {
        Ok(self.client()?.batch_execute(text).await?)
    }

    /// Begins, and takes the commune's lock: one writer at a time, whatever the number of nodes. Sent without
    /// waiting, what follows is executed after it.
    pub(crate) async fn begin(&mut self) -> Result<(), StoreError> {
        let client = self.client()?;
        let text = format!("BEGIN; SELECT pg_advisory_xact_lock({})", self.lock);
        let mut flight: Flight =
            Box::pin(async move { client.batch_execute(&text).await.map(|()| 0) });
        if let std::task::Poll::Ready(result) = poll!(&mut flight) {
            result?;
        } else {
            self.flight.push(flight);
        }
        Ok(())
    }

    pub(crate) async fn commit(&mut self) -> Result<bool, StoreError> {
        let client = self.client()?;
        let mut commit = Box::pin(async move { client.batch_execute("COMMIT").await });
        // Leaves right behind the writes. After a failed write the server turns it into a rollback.
        let early = poll!(&mut commit);
        let landed = self.land().await;
        let committed = match early {
            std::task::Poll::Ready(result) => result,
            std::task::Poll::Pending => commit.await,
        };
        match (landed, committed) {
            (Ok(()), Ok(())) => Ok(true),
            (_, Err(error)) => Err(StoreError::from(error)),
            (Err(error), Ok(())) if error.is_unavailable() => Err(error),
            (Err(_), Ok(())) => Ok(false),
        }
    }

    pub(crate) async fn rollback(&mut self) -> Result<(), StoreError> {
        let _ = self.land().await;
        self.batch("ROLLBACK").await
    }
}

fn read<R: FromRow>(rows: &[tokio_postgres::Row]) -> Result<Vec<R>, StoreError> {
    rows.iter()
        .map(|row| R::from_row(&mut Reader::new(Row::Postgres(row))))
        .collect()
}
