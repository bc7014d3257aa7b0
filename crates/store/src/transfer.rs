//! Export and import: a commune's backup, its way in and its way out, from either engine to either engine.

use std::{collections::BTreeMap, fs::File, io::Write, path::Path, sync::Arc};

use preau_formats::archive::{self, ArchiveError, Keys, Manifest, Part, Writer};
use thiserror::Error;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::{
    communes::{Commune, Communes},
    ddl::Table,
    engine::{Conn, EngineKind, Origin, Tx},
    error::StoreError,
    files::Files,
    migrate::{self, COMMUNE},
    rows,
    tables::{
        commune as registry,
        seal::{self, DataKey},
    },
    value::Value,
};

/// Keys go into an archive by its manifest, wrapped for the journey, and not as the rows of this table.
const KEYS: &str = "data_key";

/// Why a commune could not be taken out or in. Nothing was left half done.
#[derive(Debug, Error)]
pub enum TransferError {
    /// The archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys of sealed data cannot be taken along, or not be opened here; says why, in French.
    #[error("{0}")]
    Keys(String),
}

/// How far it is: rows and files done, of how many.
pub type Progress<'a> = &'a mut (dyn FnMut(u64, u64) + Send);

/// Wraps a commune's keys for the journey. Given those there are at the instant of the archive.
pub type Lock<'a> = &'a (dyn Fn(&[DataKey]) -> Result<Option<Keys>, TransferError> + Send + Sync);

/// Opens the keys of an archive and wraps them for the commune to be made. Called before anything is made.
pub type Unlock<'a> = &'a (dyn Fn(&Keys) -> Result<Vec<DataKey>, TransferError> + Send + Sync);

/// A commune to be made from an archive.
pub struct Import<'a> {
    /// Its identifier here.
    pub id: Uuid,
    /// The archive.
    pub archive: &'a Path,
    /// Replaces the archive's first path segment.
    pub slug: Option<&'a str>,
    /// Name of a PostgreSQL server; SQLite when absent.
    pub server: Option<&'a str>,
    /// Opens the keys of sealed data.
    pub unlock: Unlock<'a>,
}

impl Communes {
    /// Writes a commune's archive. The database is seen as of one instant; files follow.
    pub async fn export<W: Write + Send>(
        &self,
        commune: &Commune,
        out: W,
        origin: Origin,
        lock: Lock<'_>,
        progress: Progress<'_>,
    ) -> Result<W, TransferError> {
        let mut tx = commune.db.read().await?;
        // Given up in the middle, the connection is closed rather than used again.
        let home = tx.home.take();
        if tx.engine() == EngineKind::Postgres {
            tx.batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                .await?;
        }
        let written = self
            .write_out(commune, &mut tx, out, &origin, lock, progress)
            .await;
        if tx.engine() == EngineKind::Postgres {
            tx.batch("COMMIT").await?;
        }
        tx.home = home;
        drop(tx);
        let out = written?;
        self.registry().write(Exported(commune.id), origin).await?;
        self.refresh().await?;
        Ok(out)
    }

    async fn write_out<W: Write + Send>(
        &self,
        commune: &Commune,
        tx: &mut Tx,
        out: W,
        origin: &Origin,
        lock: Lock<'_>,
        progress: Progress<'_>,
    ) -> Result<W, TransferError> {
        let mut tables = COMMUNE.catalogue(COMMUNE.version());
        tables.retain(|table| table.name != KEYS);
        let mut manifest = self.manifest(commune, &tables, origin).await?;
        manifest.keys = lock(&seal::keys(tx).await?)?;
        let files = commune.files.list().await?;
        let mut total = files.len() as u64;
        for table in &tables {
            total += rows::count(tx, table).await?;
        }
        let mut writer = Writer::new(out, &manifest)?;
        let mut done = 0;
        for table in &tables {
            let mut after = None;
            loop {
                let page = rows::page(tx, table, after.as_deref()).await?;
                let Some(last) = page.last() else {
                    break;
                };
                after = Some(rows::key_of(table, last));
                let lines: Vec<String> = page.iter().map(|row| rows::line(row)).collect();
                writer.rows(&table.name, &lines)?;
                done += lines.len() as u64;
                progress(done, total);
            }
        }
        for key in files {
            match commune.files.get(&key).await {
                Ok(bytes) => writer.file(&key, &bytes)?,
                // Removed since the list was made.
                Err(StoreError::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
            done += 1;
            progress(done, total);
        }
        Ok(writer.finish()?)
    }

    async fn manifest(
        &self,
        commune: &Commune,
        tables: &[Table],
        origin: &Origin,
    ) -> Result<Manifest, StoreError> {
        let mut tx = self.registry().read().await?;
        let names = registry::names(&mut tx).await?;
        let of_kind = |kind: &str| {
            names
                .iter()
                .filter(|n| n.commune_id == commune.id && n.kind == kind)
                .map(|n| n.key.clone())
                .collect()
        };
        Ok(Manifest {
            format: archive::FORMAT,
            schema_version: COMMUNE.version(),
            slug: commune.slug.clone(),
            name: commune.name.clone(),
            state: commune.row.state.clone(),
            paths: of_kind("path"),
            hosts: of_kind("host"),
            made_at: origin.at.to_string(),
            tables: tables
                .iter()
                .map(|t| {
                    (
                        t.name.clone(),
                        t.columns.iter().map(|c| c.0.clone()).collect(),
                    )
                })
                .collect(),
            keys: None,
        })
    }

    /// Makes a commune from an archive. When anything fails, what was made is removed again.
    pub async fn import(
        &self,
        what: Import<'_>,
        origin: Origin,
        progress: Progress<'_>,
    ) -> Result<Arc<Commune>, TransferError> {
        let (id, archive) = (what.id, what.archive);
        // Read through once before anything is made: a cut-off archive changes nothing.
        let (manifest, total) = blocking(archive, check).await?;
        if manifest.schema_version > COMMUNE.version() {
            return Err(StoreError::TooNew {
                found: manifest.schema_version,
                known: COMMUNE.version(),
            }
            .into());
        }
        let slug = what.slug.unwrap_or(&manifest.slug);
        if self.by_path(slug).is_some() {
            return Err(StoreError::Constraint(format!("the path {slug} is taken")).into());
        }
        let keys = manifest.keys.as_ref().map_or(Ok(Vec::new()), what.unlock)?;
        let mut row = Self::plan(id, slug, &manifest.name, what.server, &origin);
        row.state.clone_from(&manifest.state);
        let db = self.database_of(&row)?;
        db.create_at(manifest.schema_version).await?;
        let files = self.files_of(id)?;
        let loaded = async {
            let mut tx = db.exclusive().await?;
            let result = load(&mut tx, &files, archive, &manifest, total, progress).await;
            db.put_back(tx);
            result?;
            db.finish().await?;
            db.write(KeepKeys(keys), origin.next()).await?;
            Ok::<_, TransferError>(())
        }
        .await;
        if let Err(error) = loaded {
            db.remove().await?;
            for key in files.list().await? {
                files.delete(&key).await?;
            }
            return Err(error);
        }
        let commune = self.enlist(row, db, origin.clone()).await?;
        let mut origin = origin;
        for (kind, names) in [("path", manifest.paths), ("host", manifest.hosts)] {
            for name in names {
                // A name that another commune holds here stays with it.
                if self.by_path(&name).is_none() && self.by_host(&name).is_none() {
                    origin = origin.next();
                    self.add_name(id, kind, &name, origin.clone()).await?;
                }
            }
        }
        Ok(commune)
    }
}

/// Reads an archive through and gives its manifest and the number of rows and files.
fn check(file: File) -> Result<(Manifest, u64), TransferError> {
    let mut manifest = None;
    let end = archive::read::<_, ArchiveError>(
        file,
        |m| {
            manifest = Some(m);
            Ok(())
        },
        |_| Ok(()),
    )?;
    let manifest = manifest.ok_or_else(|| ArchiveError::Damaged("no manifest".to_owned()))?;
    Ok((manifest, end.rows.values().sum::<u64>() + end.files))
}

async fn blocking<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce(File) -> Result<T, TransferError> + Send + 'static,
) -> Result<T, TransferError> {
    let file = File::open(path).map_err(ArchiveError::from)?;
    tokio::task::spawn_blocking(move || work(file))
        .await
        .unwrap_or_else(|e| Err(StoreError::Internal(e.to_string()).into()))
}

/// Loads the rows in one transaction and the files beside it, part by part: memory holds a few parts only.
async fn load(
    tx: &mut Tx,
    files: &Files,
    archive: &Path,
    manifest: &Manifest,
    total: u64,
    progress: Progress<'_>,
) -> Result<(), TransferError> {
    let tables: BTreeMap<String, Table> = COMMUNE
        .catalogue(manifest.schema_version)
        .into_iter()
        .map(|t| (t.name.clone(), t))
        .collect();
    let columns: BTreeMap<&str, &Vec<String>> = manifest
        .tables
        .iter()
        .map(|(name, columns)| (name.as_str(), columns))
        .collect();
    tx.begin().await?;
    tx.batch(match tx.conn {
        Conn::Sqlite(_) => "PRAGMA defer_foreign_keys = ON",
        Conn::Postgres(_) => "SET CONSTRAINTS ALL DEFERRED",
    })
    .await?;
    let (send, receive) = mpsc::channel(4);
    let reading = blocking(archive, move |file| {
        let each = |part| {
            send.blocking_send(part)
                .map_err(|_| ArchiveError::Damaged("loading ended early".to_owned()))
        };
        Ok(archive::read::<_, ArchiveError>(file, |_| Ok(()), each)?)
    });
    let loading = async {
        // Dropped with this block: a failed loading ends the reading too.
        let mut receive = receive;
        let mut done = 0;
        while let Some(part) = receive.recv().await {
            done += match part {
                Part::File(key, bytes) => {
                    files.put(&key, bytes.into()).await?;
                    1
                }
                Part::Rows(name, lines) => {
                    let (Some(table), Some(columns)) =
                        (tables.get(&name), columns.get(name.as_str()))
                    else {
                        return Err(ArchiveError::Damaged(format!("unknown table {name}")).into());
                    };
                    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
                    for line in &lines {
                        let values = parse(table, &names, line)?;
                        rows::insert(tx, &name, &names, values).await?;
                    }
                    lines.len() as u64
                }
            };
            progress(done, total);
        }
        Ok::<_, TransferError>(())
    };
    let (read, loaded) = futures_util::future::join(reading, loading).await;
    loaded?;
    read?;
    if tx.commit().await? {
        Ok(())
    } else {
        Err(ArchiveError::Damaged("a row was refused by the database".to_owned()).into())
    }
}

fn parse(table: &Table, columns: &[&str], line: &str) -> Result<Vec<Value>, TransferError> {
    let damaged = |what: String| ArchiveError::Damaged(format!("table {}: {what}", table.name));
    let cells: Vec<serde_json::Value> =
        serde_json::from_str(line).map_err(|e| damaged(e.to_string()))?;
    if cells.len() != columns.len() {
        return Err(damaged("a row with too few values".to_owned()).into());
    }
    let mut values = Vec::with_capacity(cells.len());
    for (column, cell) in columns.iter().zip(&cells) {
        let kind = table
            .columns
            .iter()
            .find(|c| c.0 == *column)
            .map(|c| c.1)
            .ok_or_else(|| damaged(format!("unknown column {column}")))?;
        values.push(rows::from_json(kind, cell)?);
    }
    Ok(values)
}

/// The version of a commune's tables, for the host's page and the doctor.
pub async fn schema_version(commune: &Commune) -> Result<i64, StoreError> {
    let mut tx = commune.db.read().await?;
    migrate::read_version(&mut tx).await
}

struct Exported(Uuid);
impl crate::command::Command for Exported {
    const NAME: &'static str = "commune.export";
    type Answer = ();
    type Refusal = StoreError;
    async fn run(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let at = tx.at();
        registry::set_exported(tx, self.0, at).await
    }
}

struct KeepKeys(Vec<DataKey>);
impl crate::command::Command for KeepKeys {
    const NAME: &'static str = "key.import";
    type Answer = ();
    type Refusal = StoreError;
    async fn run(&self, tx: &mut Tx) -> Result<(), StoreError> {
        for key in &self.0 {
            seal::insert_key(tx, key).await?;
        }
        Ok(())
    }
}
