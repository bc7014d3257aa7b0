//! Rows of any table as lines of JSON, by the catalogue: for archives and sample data.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Number, Value as Json};

use crate::{
    ddl::{Kind, Table},
    engine::{EngineKind, Tx},
    error::StoreError,
    value::{Reader, Value},
};

/// Rows read at once.
const PAGE: usize = 2_000;

/// The next rows of a table after the row with key `after`, in the order of the key.
pub(crate) async fn page(
    tx: &mut Tx,
    table: &Table,
    after: Option<&[Value]>,
) -> Result<Vec<Vec<Value>>, StoreError> {
    let columns: Vec<&str> = table.columns.iter().map(|c| c.0.as_str()).collect();
    let key: Vec<String> = table
        .key
        .iter()
        .map(|k| ordered(tx.engine(), table, k))
        .collect();
    let places: Vec<String> = (1..=key.len()).map(|n| format!("?{n}")).collect();
    let later = match after {
        Some(_) => format!("WHERE ({}) > ({})", key.join(", "), places.join(", ")),
        None => String::new(),
    };
    let text = format!(
        "SELECT {} FROM {} {later} ORDER BY {} LIMIT {PAGE}",
        columns.join(", "),
        table.name,
        key.join(", ")
    );
    let kinds: Vec<Kind> = table.columns.iter().map(|c| c.1).collect();
    let args = after.map(<[Value]>::to_vec).unwrap_or_default();
    tx.query_values(&text, args, &kinds).await
}

/// Text sorts by its bytes on both engines.
fn ordered(engine: EngineKind, table: &Table, column: &str) -> String {
    let text = table
        .columns
        .iter()
        .any(|(name, kind)| name == column && matches!(kind, Kind::Text | Kind::Json));
    if text && engine == EngineKind::Postgres {
        format!("{column} COLLATE \"C\"")
    } else {
        column.to_owned()
    }
}

/// The key of a row.
pub(crate) fn key_of(table: &Table, row: &[Value]) -> Vec<Value> {
    let at = |key: &String| table.columns.iter().position(|c| &c.0 == key);
    let found = table.key.iter().filter_map(at);
    found.filter_map(|at| row.get(at).cloned()).collect()
}

/// Counts the rows of a table.
pub(crate) async fn count(tx: &mut Tx, table: &Table) -> Result<u64, StoreError> {
    let text = format!("SELECT COUNT(*) FROM {}", table.name);
    let found: Vec<(i64,)> = tx.query_text(&text, Vec::new()).await?;
    Ok(found.first().map_or(0, |n| u64::try_from(n.0).unwrap_or(0)))
}

/// Adds a row with values for these columns.
pub(crate) async fn insert(
    tx: &mut Tx,
    table: &str,
    columns: &[&str],
    values: Vec<Value>,
) -> Result<(), StoreError> {
    let places: Vec<String> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
    let text = format!(
        "INSERT INTO {table} ({}) VALUES ({})",
        columns.join(", "),
        places.join(", ")
    );
    tx.execute_text(&text, values).await
}

/// A row as a line of JSON.
pub(crate) fn line(row: &[Value]) -> String {
    Json::Array(row.iter().map(to_json).collect()).to_string()
}

fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Int(x) => Json::Number(Number::from(*x)),
        Value::Text(x) => Json::String(x.clone()),
        Value::Bytes(x) => Json::String(STANDARD.encode(x)),
        Value::Bool(x) => Json::Bool(*x),
        Value::Uuid(x) => Json::String(x.to_string()),
        Value::Instant(x) => Json::String(format!("{x:.6}")),
        Value::Date(x) => Json::String(x.to_string()),
    }
}

/// A value of a column from its JSON.
pub(crate) fn from_json(kind: Kind, json: &Json) -> Result<Value, StoreError> {
    let text = || json.as_str();
    let value = match (kind, json) {
        (_, Json::Null) => Some(Value::Null),
        (Kind::Int, Json::Number(n)) => n.as_i64().map(Value::Int),
        (Kind::Bool, Json::Bool(b)) => Some(Value::Bool(*b)),
        (Kind::Text | Kind::Json, Json::String(s)) => Some(Value::Text(s.clone())),
        (Kind::Bytes, _) => text()
            .and_then(|s| STANDARD.decode(s).ok())
            .map(Value::Bytes),
        (Kind::Uuid, _) => text().and_then(|s| s.parse().ok()).map(Value::Uuid),
        (Kind::Instant, _) => text().and_then(|s| s.parse().ok()).map(Value::Instant),
        (Kind::Date, _) => text().and_then(|s| s.parse().ok()).map(Value::Date),
        _ => None,
    };
    value.ok_or_else(|| StoreError::Internal(format!("{json} is no {kind:?}")))
}

/// Reads a row of columns of these kinds.
pub(crate) fn read(reader: &mut Reader<'_>, kinds: &[Kind]) -> Result<Vec<Value>, StoreError> {
    let mut row = Vec::with_capacity(kinds.len());
    for kind in kinds {
        row.push(match kind {
            Kind::Int => reader.take::<Option<i64>>()?.into(),
            Kind::Text | Kind::Json => reader.take::<Option<String>>()?.into(),
            Kind::Bytes => reader.take::<Option<Vec<u8>>>()?.into(),
            Kind::Bool => reader.take::<Option<bool>>()?.into(),
            Kind::Uuid => reader.take::<Option<uuid::Uuid>>()?.into(),
            Kind::Instant => reader.take::<Option<jiff::Timestamp>>()?.into(),
            Kind::Date => reader.take::<Option<jiff::civil::Date>>()?.into(),
        });
    }
    Ok(row)
}
