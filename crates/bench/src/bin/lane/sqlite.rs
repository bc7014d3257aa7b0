//! The lane on SQLite beside rusqlite alone.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use preau_store::{Communes, Settings};
use rusqlite::{Connection, Row, params, types::Value};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{
    Round,
    work::{self, Batches, CLIENTS},
};

const ROUNDS: usize = 7;
/// Commands of a client in a round.
const EACH: u64 = 100;

/// The tables, with the columns that a command writes.
const TABLES: [(&str, &str, usize); 3] = [
    (
        "news",
        "id, title, body, pinned, visible_from, visible_until, created_at, updated_at",
        8,
    ),
    (
        "journal",
        "id, at, actor_kind, actor_id, actor_name, action, object_kind, object_id, object_name, before, after, http_request",
        12,
    ),
    ("command_done", "key, name, answer, at", 4),
];

/// What one command writes: a row of each table.
type Rows = [Vec<Value>; 3];

/// Rounds of the lane, each followed by the bare loop with the same rows.
pub(crate) async fn rounds(batches: &Batches) -> Result<Vec<Round>> {
    let folder = TempDir::new()?;
    let communes = Communes::open(Settings {
        folder: folder.path().to_owned(),
        ..Settings::default()
    })
    .await?;
    let lane = communes
        .create(Uuid::from_u128(1), "lane", "Lane", None, work::origin(0))
        .await?;
    let bare = communes
        .create(Uuid::from_u128(2), "bare", "Bare", None, work::origin(1))
        .await?;
    let path = |address: &str| folder.path().join(address);
    let mut loop_ = Bare::open(&path(&bare.row.address))?;
    let mut rounds = Vec::new();
    let many = CLIENTS * EACH;
    for round in 0..=ROUNDS as u64 {
        batches.take();
        let lane_time = work::storm(&lane.db, round * many, EACH).await?;
        let sizes = batches.take();
        let rows = written(&path(&lane.row.address), round * many)?;
        ensure!(rows.len() as u64 == many, "{} rows of {many}", rows.len());
        let (again, bare_time) = {
            let sizes = sizes.clone();
            tokio::task::spawn_blocking(move || {
                let time = loop_.write(&rows, &sizes);
                (loop_, time)
            })
            .await
            .context("the bare loop")?
        };
        loop_ = again;
        // The first round warms the files and the caches.
        if round > 0 {
            rounds.push(work::round(many, lane_time, bare_time?, sizes.len()));
        }
    }
    communes.close().await;
    Ok(rounds)
}

/// The rows that the lane wrote after the first `known` of each table, in its order.
fn written(path: &Path, known: u64) -> Result<Vec<Rows>> {
    let conn = Connection::open(path)?;
    let read = |(table, columns, count): (&str, &str, usize)| -> Result<Vec<Vec<Value>>> {
        let text = format!("SELECT {columns} FROM {table} WHERE rowid > ?1 ORDER BY rowid");
        let mut statement = conn.prepare(&text)?;
        let row = |row: &Row<'_>| (0..count).map(|at| row.get(at)).collect();
        Ok(statement
            .query_map([i64::try_from(known)?], row)?
            .collect::<Result<_, _>>()?)
    };
    let [news, journal, done] = [read(TABLES[0])?, read(TABLES[1])?, read(TABLES[2])?];
    let rows = news.into_iter().zip(journal).zip(done);
    Ok(rows
        .map(|((news, journal), done)| [news, journal, done])
        .collect())
}

/// Writes rows with rusqlite and nothing else, its statements prepared once.
struct Bare(Connection);

impl Bare {
    fn open(path: &Path) -> Result<Self> {
        let conn = Connection::open(path)?;
        // As the lane's connection.
        conn.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;",
        )?;
        Ok(Self(conn))
    }

    fn write(&mut self, rows: &[Rows], sizes: &[usize]) -> Result<Duration> {
        let prepare = |(table, columns, count): (&str, &str, usize)| {
            let marks: Vec<String> = (1..=count).map(|at| format!("?{at}")).collect();
            self.0.prepare(&format!(
                "INSERT INTO {table} ({columns}) VALUES ({})",
                marks.join(", ")
            ))
        };
        let mut news = prepare(TABLES[0])?;
        let mut journal = prepare(TABLES[1])?;
        let mut done = prepare(TABLES[2])?;
        let started = Instant::now();
        let mut rest = rows;
        for size in sizes {
            let (batch, later) = rest.split_at((*size).min(rest.len()));
            rest = later;
            self.0.execute_batch("BEGIN IMMEDIATE")?;
            for [n, j, d] in batch {
                news.execute(params![n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7]])?;
                journal.execute(params![
                    j[0], j[1], j[2], j[3], j[4], j[5], j[6], j[7], j[8], j[9], j[10], j[11]
                ])?;
                done.execute(params![d[0], d[1], d[2], d[3]])?;
            }
            self.0.execute_batch("COMMIT")?;
        }
        let took = started.elapsed();
        ensure!(rest.is_empty(), "{} rows belong to no batch", rest.len());
        Ok(took)
    }
}
