//! Migrations: one tree a kind of database, each step written once. A step has sample data beside it, and a test
//! replays all later steps over it.

use crate::{
    ddl::{self, Table},
    engine::Tx,
    error::StoreError,
    value::Value,
};

/// One step.
pub struct Migration {
    /// Short name, as the file's.
    pub name: &'static str,
    /// Definitions in the house's words.
    pub ddl: &'static str,
    /// Sample rows as lines of JSON `{"table": …, "row": {column: value}}`, loaded by a test after this step.
    pub sample: &'static str,
}

/// The steps of a kind of database; the version is the number of steps done.
pub struct Tree {
    /// `commune` or `registry`.
    pub name: &'static str,
    /// Steps in order.
    pub steps: &'static [Migration],
}

macro_rules! step {
    ($path:literal) => {
        Migration {
            name: $path,
            ddl: include_str!(concat!("../migrations/", $path, ".sql")),
            sample: include_str!(concat!("../migrations/", $path, ".sample.jsonl")),
        }
    };
}

/// A commune's database.
pub static COMMUNE: Tree = Tree {
    name: "commune",
    steps: &[
        step!("common/engine"),
        step!("common/people"),
        step!("commune/portal"),
        step!("commune/request"),
        step!("commune/account"),
        step!("commune/family"),
        step!("commune/seal"),
        step!("commune/planning"),
        step!("commune/billing"),
    ],
};

/// The registry of communes.
pub static REGISTRY: Tree = Tree {
    name: "registry",
    steps: &[
        step!("common/engine"),
        step!("common/people"),
        step!("registry/commune"),
    ],
};

impl Tree {
    /// The newest version.
    #[must_use]
    pub fn version(&self) -> i64 {
        i64::try_from(self.steps.len()).unwrap_or(i64::MAX)
    }

    /// Tables as of a version, in the order of creation.
    #[must_use]
    pub fn catalogue(&self, version: i64) -> Vec<Table> {
        let mut tables = Vec::new();
        for step in self
            .steps
            .iter()
            .take(usize::try_from(version).unwrap_or(0))
        {
            ddl::extend_catalogue(&mut tables, step.ddl);
        }
        tables
    }
}

/// The version of a database, 0 when it is empty.
pub(crate) async fn version(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.batch("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)")
        .await?;
    read_version(tx).await
}

pub(crate) async fn read_version(tx: &mut Tx) -> Result<i64, StoreError> {
    let found: Vec<(Option<i64>,)> = tx
        .query_text("SELECT MAX(version) FROM schema_version", Vec::new())
        .await?;
    Ok(found.first().and_then(|v| v.0).unwrap_or(0))
}

/// Brings a database to the newest version.
pub(crate) async fn up(tx: &mut Tx, tree: &Tree) -> Result<(), StoreError> {
    up_to(tx, tree, tree.version()).await
}

/// Brings a database to `target`, step by step in one transaction. Two nodes that start together wait for each other.
pub(crate) async fn up_to(tx: &mut Tx, tree: &Tree, target: i64) -> Result<(), StoreError> {
    // The ordinary start writes nothing.
    if let Ok(found) = read_version(tx).await
        && found >= target
    {
        return check(found, tree);
    }
    tx.begin().await?;
    let done = steps(tx, tree, target).await;
    if done.is_ok() && tx.commit().await? {
        return Ok(());
    }
    tx.rollback().await;
    done
}

async fn steps(tx: &mut Tx, tree: &Tree, target: i64) -> Result<(), StoreError> {
    let found = version(tx).await?;
    check(found, tree)?;
    let range = usize::try_from(found).unwrap_or(0)..usize::try_from(target).unwrap_or(0);
    for at in range {
        let Some(step) = tree.steps.get(at) else {
            break;
        };
        let text = ddl::for_engine(step.ddl, tx.engine());
        tx.batch(&text)
            .await
            .map_err(|e| StoreError::Internal(format!("migration {}: {e}", step.name)))?;
        tx.execute_text(
            "INSERT INTO schema_version (version) VALUES (?1)",
            vec![Value::Int(i64::try_from(at).unwrap_or(0) + 1)],
        )
        .await?;
    }
    Ok(())
}

fn check(found: i64, tree: &Tree) -> Result<(), StoreError> {
    if found > tree.version() {
        return Err(StoreError::TooNew {
            found,
            known: tree.version(),
        });
    }
    Ok(())
}
