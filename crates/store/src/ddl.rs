//! Table definitions are written once, with our own words for types, one column a line. This file maps the words
//! for each engine and reads the catalogue of tables and columns from the same text.

use crate::engine::EngineKind;

/// The kind of a column, as written in the migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whole number.
    Int,
    /// Text.
    Text,
    /// JSON kept as text.
    Json,
    /// Raw bytes.
    Bytes,
    /// Yes or no.
    Bool,
    /// Identifier.
    Uuid,
    /// Instant, UTC, microseconds.
    Instant,
    /// Civil date.
    Date,
}

const WORDS: [(&str, Kind, &str, &str); 8] = [
    ("INT", Kind::Int, "INTEGER", "bigint"),
    ("TEXT", Kind::Text, "TEXT", "text"),
    ("JSON", Kind::Json, "TEXT", "text"),
    ("BYTES", Kind::Bytes, "BLOB", "bytea"),
    ("BOOL", Kind::Bool, "INTEGER", "boolean"),
    ("UUID", Kind::Uuid, "BLOB", "uuid"),
    ("INSTANT", Kind::Instant, "INTEGER", "timestamptz"),
    ("DATE", Kind::Date, "TEXT", "date"),
];

/// The definition in the words of one engine. Sections that begin with `-- sqlite` or `-- postgres` and end with
/// `-- both` are kept for that engine only.
#[must_use]
pub(crate) fn for_engine(ddl: &str, engine: EngineKind) -> String {
    let mut keep = true;
    let mut out = String::with_capacity(ddl.len());
    for line in ddl.lines() {
        match line.trim() {
            "-- sqlite" => keep = engine == EngineKind::Sqlite,
            "-- postgres" => keep = engine == EngineKind::Postgres,
            "-- both" => keep = true,
            _ if keep => {
                out.push_str(&map_line(line, engine));
                out.push('\n');
            }
            _ => {}
        }
    }
    out
}

fn map_line(line: &str, engine: EngineKind) -> String {
    let code = line.split("--").next().unwrap_or_default();
    let mut out = String::with_capacity(code.len());
    let mut word = String::new();
    let flush = |word: &mut String, out: &mut String| {
        let mapped = WORDS.iter().find(|w| w.0 == word);
        out.push_str(match (mapped, engine) {
            (Some(w), EngineKind::Sqlite) => w.2,
            (Some(w), EngineKind::Postgres) => w.3,
            (None, EngineKind::Postgres) if word == "STRICT" => "",
            _ => word,
        });
        word.clear();
    };
    for c in code.chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            word.push(c);
        } else {
            flush(&mut word, &mut out);
            out.push(c);
        }
    }
    flush(&mut word, &mut out);
    out
}

/// A table as the migrations define it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Name of the table.
    pub name: String,
    /// Columns in order, with their kind.
    pub columns: Vec<(String, Kind)>,
    /// Columns of the primary key, which give the order of an export.
    pub key: Vec<String>,
}

/// Adds to the catalogue what one migration defines. Tables stay in the order of creation, so that a table comes
/// after those that it refers to.
pub(crate) fn extend_catalogue(tables: &mut Vec<Table>, ddl: &str) {
    let mut open: Option<Table> = None;
    for line in ddl.lines() {
        let line = line.split("--").next().unwrap_or_default().trim();
        let words: Vec<&str> = line
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .filter(|w| !w.is_empty())
            .collect();
        match words.as_slice() {
            ["CREATE", "TABLE", name, ..] => {
                open = Some(Table {
                    name: (*name).to_owned(),
                    columns: Vec::new(),
                    key: Vec::new(),
                });
            }
            ["ALTER", "TABLE", table, "ADD", "COLUMN", name, kind, ..] => {
                if let (Some(t), Some(kind)) =
                    (tables.iter_mut().find(|t| t.name == *table), kind_of(kind))
                {
                    t.columns.push(((*name).to_owned(), kind));
                }
            }
            ["DROP", "TABLE", name, ..] => tables.retain(|t| t.name != *name),
            ["PRIMARY", "KEY", columns @ ..] => {
                if let Some(t) = open.as_mut() {
                    t.key = columns
                        .iter()
                        .take_while(|c| **c != "STRICT")
                        .map(|c| (*c).to_owned())
                        .collect();
                }
            }
            [name, kind, rest @ ..] => {
                if let (Some(t), Some(kind)) = (open.as_mut(), kind_of(kind)) {
                    t.columns.push(((*name).to_owned(), kind));
                    if rest.starts_with(&["PRIMARY", "KEY"]) {
                        t.key = vec![(*name).to_owned()];
                    }
                }
            }
            _ => {}
        }
        if line.ends_with(';') && open.is_some() {
            tables.extend(open.take());
        }
    }
}

fn kind_of(word: &str) -> Option<Kind> {
    WORDS.iter().find(|w| w.0 == word).map(|w| w.1)
}
