//! The lane on PostgreSQL beside a pipelined loop over tokio-postgres, written by hand.

use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use futures_util::poll;
use jiff::Timestamp;
use preau_store::{Communes, PgServer, Settings};
use tempfile::TempDir;
use tokio_postgres::{Client, Error, NoTls, Row, Statement, types::ToSql};
use uuid::Uuid;

use crate::{
    Round,
    work::{self, Batches, CLIENTS},
};

const ROUNDS: usize = 7;
/// Commands of a client in a round.
const EACH: u64 = 40;

const NEWS: &str = "id, title, body, pinned, visible_from, visible_until, created_at, updated_at";
const JOURNAL: &str = "id, at, actor_kind, actor_id, actor_name, action, object_kind, object_id, object_name, before, after, http_request";
const DONE: &str = "key, name, answer, at";

/// Address of the cluster that `cargo xtask bench` starts, with fsync.
#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark is told its server by the environment"
)]
pub(crate) fn address() -> Option<String> {
    std::env::var("PREAU_TEST_POSTGRES").ok()
}

/// Rounds of the lane, each followed by the bare loop with the same rows.
pub(crate) async fn rounds(url: &str, batches: &Batches) -> Result<Vec<Round>> {
    let folder = TempDir::new()?;
    let server = Arc::new(PgServer::new(url, 8)?);
    let communes = Communes::open(Settings {
        folder: folder.path().to_owned(),
        servers: HashMap::from([("main".to_owned(), server)]),
        registry_server: None,
    })
    .await?;
    let main = Some("main");
    let lane = communes
        .create(Uuid::from_u128(1), "lane", "Lane", main, work::origin(0))
        .await?;
    let bare = communes
        .create(Uuid::from_u128(2), "bare", "Bare", main, work::origin(1))
        .await?;
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let connection = tokio::spawn(connection);
    let mut rounds = Vec::new();
    let many = CLIENTS * EACH;
    for round in 0..=ROUNDS as u64 {
        batches.take();
        let lane_time = work::storm(&lane.db, round * many, EACH).await?;
        let sizes = batches.take();
        look_at(&client, &lane.row.address).await?;
        let rows = written(&client, round * many).await?;
        ensure!(rows.len() as u64 == many, "{} rows of {many}", rows.len());
        look_at(&client, &bare.row.address).await?;
        let bare_time = write(&client, &rows, &sizes).await?;
        // The first round warms the server.
        if round > 0 {
            rounds.push(work::round(many, lane_time, bare_time, sizes.len()));
        }
    }
    drop(client);
    connection.await.context("connection")??;
    communes.close().await;
    for commune in [lane, bare] {
        commune.db.remove().await?;
    }
    Ok(rounds)
}

/// `address` is `server/schema`.
async fn look_at(client: &Client, address: &str) -> Result<()> {
    let (_, schema) = address.split_once('/').context("address of a commune")?;
    Ok(client
        .batch_execute(&format!("SET search_path TO \"{schema}\""))
        .await?)
}

/// What one command writes: its fields in the order of the columns.
struct Rows {
    news: (
        Uuid,
        String,
        String,
        bool,
        Timestamp,
        Option<Timestamp>,
        Timestamp,
        Timestamp,
    ),
    journal: Journal,
    done: (Vec<u8>, String, String, Timestamp),
}

struct Journal {
    id: Uuid,
    at: Timestamp,
    actor: (String, Option<Uuid>, String),
    what: [String; 4],
    before: Option<String>,
    after: Option<String>,
    request: Option<String>,
}

/// The rows that the lane wrote after the first `known` of each table. Nothing was ever removed there, so that the
/// place of a row tells its turn.
async fn written(client: &Client, known: u64) -> Result<Vec<Rows>> {
    let read = async |table: &str, columns: &str| {
        let text = format!("SELECT {columns} FROM {table} ORDER BY ctid OFFSET {known}");
        client.query(&text, &[]).await
    };
    let news = read("news", NEWS).await?;
    let journal = read("journal", JOURNAL).await?;
    let done = read("command_done", DONE).await?;
    let rows = news.iter().zip(&journal).zip(&done);
    Ok(rows
        .map(|((n, j), d)| Rows {
            news: (
                n.get(0),
                n.get(1),
                n.get(2),
                n.get(3),
                n.get(4),
                n.get(5),
                n.get(6),
                n.get(7),
            ),
            journal: Journal::from(j),
            done: (d.get(0), d.get(1), d.get(2), d.get(3)),
        })
        .collect())
}

impl From<&Row> for Journal {
    fn from(row: &Row) -> Self {
        Self {
            id: row.get(0),
            at: row.get(1),
            actor: (row.get(2), row.get(3), row.get(4)),
            what: [row.get(5), row.get(6), row.get(7), row.get(8)],
            before: row.get(9),
            after: row.get(10),
            request: row.get(11),
        }
    }
}

type Flight<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'a>>;

/// Every statement of a batch leaves before the first answer is read.
async fn write(client: &Client, rows: &[Rows], sizes: &[usize]) -> Result<Duration> {
    let prepare = async |table: &str, columns: &str| {
        let marks: Vec<String> = (1..=columns.split(',').count())
            .map(|at| format!("${at}"))
            .collect();
        let text = format!(
            "INSERT INTO {table} ({columns}) VALUES ({})",
            marks.join(", ")
        );
        client.prepare(&text).await
    };
    let news = prepare("news", NEWS).await?;
    let journal = prepare("journal", JOURNAL).await?;
    let done = prepare("command_done", DONE).await?;
    let started = Instant::now();
    let mut rest = rows;
    for size in sizes {
        let (batch, later) = rest.split_at((*size).min(rest.len()));
        rest = later;
        let mut flights: Vec<Flight<'_>> = Vec::with_capacity(3 * batch.len() + 2);
        send(&mut flights, client.batch_execute("BEGIN")).await?;
        for row in batch {
            let n = &row.news;
            let fields: [&(dyn ToSql + Sync); 8] = [&n.0, &n.1, &n.2, &n.3, &n.4, &n.5, &n.6, &n.7];
            send(&mut flights, insert(client, &news, fields)).await?;
            let j = &row.journal;
            let fields: [&(dyn ToSql + Sync); 12] = [
                &j.id, &j.at, &j.actor.0, &j.actor.1, &j.actor.2, &j.what[0], &j.what[1],
                &j.what[2], &j.what[3], &j.before, &j.after, &j.request,
            ];
            send(&mut flights, insert(client, &journal, fields)).await?;
            let d = &row.done;
            let fields: [&(dyn ToSql + Sync); 4] = [&d.0, &d.1, &d.2, &d.3];
            send(&mut flights, insert(client, &done, fields)).await?;
        }
        send(&mut flights, client.batch_execute("COMMIT")).await?;
        for flight in flights {
            flight.await?;
        }
    }
    let took = started.elapsed();
    ensure!(rest.is_empty(), "{} rows belong to no batch", rest.len());
    Ok(took)
}

async fn insert<const N: usize>(
    client: &Client,
    statement: &Statement,
    fields: [&(dyn ToSql + Sync); N],
) -> Result<(), Error> {
    client.execute(statement, &fields).await.map(|_| ())
}

/// The first poll hands the statement to the connection.
async fn send<'a>(
    flights: &mut Vec<Flight<'a>>,
    statement: impl Future<Output = Result<(), Error>> + Send + 'a,
) -> Result<(), Error> {
    let mut flight: Flight<'a> = Box::pin(statement);
    match poll!(&mut flight) {
        std::task::Poll::Ready(done) => done,
        std::task::Poll::Pending => {
            flights.push(flight);
            Ok(())
        }
    }
}
