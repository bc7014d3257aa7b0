//! A commune's archive: one compressed tar with everything a commune is.
//!
//! | entry | content |
//! |---|---|
//! | `manifest.json` | [`Manifest`], first; with the keys of sealed data ([`Keys`]), wrapped |
//! | `tables/NAME/000001.jsonl` | rows of a table, one JSON array a line, in the order of the primary key |
//! | `files/KEY` | a file |
//! | `end.json` | [`End`]: rows and files counted, last; an archive without it was cut off |
//!
//! Rows: whole numbers and booleans as such, text and JSON as strings, bytes in base64, identifiers with hyphens,
//! instants in RFC 3339 with microseconds, dates as `2026-11-23`. The same data give the same rows on either engine.

use std::{
    collections::BTreeMap,
    io::{self, Read, Write},
};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// The version of this format.
pub const FORMAT: u32 = 1;

/// What the archive is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the format.
    pub format: u32,
    /// Version of the tables.
    pub schema_version: i64,
    /// First segment of the commune's paths.
    pub slug: String,
    /// Name of the commune.
    pub name: String,
    /// `open` or `closed`.
    pub state: String,
    /// Former paths.
    pub paths: Vec<String>,
    /// Host names.
    pub hosts: Vec<String>,
    /// When it was made, RFC 3339.
    pub made_at: String,
    /// Columns of each table, in the order of the rows' values. Tables in the order of loading.
    pub tables: Vec<(String, Vec<String>)>,
    /// Keys of sealed data. None: nothing was ever sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<Keys>,
}

/// The keys that sealed data need, never in clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    /// Identifier of the commune that the archive was made of.
    pub commune: Uuid,
    /// How a passphrase opens them. None: the master key of an installation does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passphrase: Option<Stretch>,
    /// Each key.
    pub keys: Vec<WrappedKey>,
}

/// How a passphrase becomes a key: Argon2id with these parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// Salt, base64.
    pub salt: String,
    /// Memory, in KiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

/// A key, sealed with another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrappedKey {
    /// Its number in the commune.
    pub number: u32,
    /// Fingerprint of what opens it: a master key, or the key that the passphrase gives.
    pub opened_by: String,
    /// The sealed key, base64.
    pub wrapped: String,
    /// When it was made, RFC 3339.
    pub made_at: String,
    /// Since when it seals nothing more, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<String>,
}

/// What the archive held.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Rows by table.
    pub rows: BTreeMap<String, u64>,
    /// Files.
    pub files: u64,
}

/// Why an archive cannot be read.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// Not an archive, or damaged on its way.
    #[error("cannot be read as an archive of a commune: {0}")]
    Damaged(String),
    /// Cut off: its end is missing, or says otherwise.
    #[error("incomplete: {0}")]
    Incomplete(String),
    /// Made by a newer Préau.
    #[error("made in format {0}, this version reads up to {FORMAT}: install the newer Préau")]
    TooNew(u32),
    /// The disk.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Writes an archive.
pub struct Writer<W: Write> {
    tar: tar::Builder<GzEncoder<W>>,
    end: End,
    part: u32,
}

impl<W: Write> Writer<W> {
    /// Begins with the manifest.
    pub fn new(out: W, manifest: &Manifest) -> Result<Self, ArchiveError> {
        let mut writer = Self {
            tar: tar::Builder::new(GzEncoder::new(out, Compression::new(6))),
            end: End::default(),
            part: 0,
        };
        let text = serde_json::to_vec_pretty(manifest).map_err(io::Error::from)?;
        writer.entry("manifest.json", &text)?;
        Ok(writer)
    }

    fn entry(&mut self, path: &str, bytes: &[u8]) -> Result<(), ArchiveError> {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        header.set_cksum();
        Ok(self.tar.append_data(&mut header, path, bytes)?)
    }

    /// Adds rows of a table, each one line of JSON.
    pub fn rows(&mut self, table: &str, lines: &[String]) -> Result<(), ArchiveError> {
        self.part += 1;
        let path = format!("tables/{table}/{:06}.jsonl", self.part);
        let mut bytes = lines.join("\n").into_bytes();
        bytes.push(b'\n');
        *self.end.rows.entry(table.to_owned()).or_default() += lines.len() as u64;
        self.entry(&path, &bytes)
    }

    /// Adds a file.
    pub fn file(&mut self, key: &str, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.end.files += 1;
        self.entry(&format!("files/{key}"), bytes)
    }

    /// Writes the end, and gives the output back.
    pub fn finish(mut self) -> Result<W, ArchiveError> {
        let text = serde_json::to_vec_pretty(&self.end).map_err(io::Error::from)?;
        self.entry("end.json", &text)?;
        Ok(self.tar.into_inner()?.finish()?)
    }
}

/// A part of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Rows of a table, each one line of JSON.
    Rows(String, Vec<String>),
    /// A file.
    File(String, Vec<u8>),
}

/// Reads an archive from its start: the manifest, then every part in order.
///
/// `each` is called with every part; an error of its own ends the reading. The end is checked against what was read.
pub fn read<R: Read, E: From<ArchiveError>>(
    input: R,
    mut start: impl FnMut(Manifest) -> Result<(), E>,
    mut each: impl FnMut(Part) -> Result<(), E>,
) -> Result<End, E> {
    let mut tar = tar::Archive::new(GzDecoder::new(input));
    let mut seen = End::default();
    let mut end = None;
    let mut started = false;
    let entries = tar.entries().map_err(|e| damaged(&e))?;
    for entry in entries {
        let mut entry = entry.map_err(|e| damaged(&e))?;
        let path = entry.path().map_err(|e| damaged(&e))?;
        let path = path.to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(|e| damaged(&e))?;
        match path.split('/').collect::<Vec<_>>().as_slice() {
            ["manifest.json"] if !started => {
                let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|e| damaged(&e))?;
                if manifest.format > FORMAT {
                    return Err(ArchiveError::TooNew(manifest.format).into());
                }
                started = true;
                start(manifest)?;
            }
            _ if !started => {
                return Err(ArchiveError::Damaged("no manifest at its start".to_owned()).into());
            }
            ["tables", table, _] => {
                let text = String::from_utf8(bytes).map_err(|e| damaged(&e))?;
                let lines: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
                *seen.rows.entry((*table).to_owned()).or_default() += lines.len() as u64;
                each(Part::Rows((*table).to_owned(), lines))?;
            }
            ["files", key @ ..] if !key.is_empty() && !key.contains(&"..") => {
                seen.files += 1;
                each(Part::File(key.join("/"), bytes))?;
            }
            ["end.json"] => {
                end = Some(serde_json::from_slice::<End>(&bytes).map_err(|e| damaged(&e))?);
            }
            _ => return Err(ArchiveError::Damaged(format!("unknown entry {path}")).into()),
        }
    }
    match end {
        None => Err(ArchiveError::Incomplete("its end is missing".to_owned()).into()),
        Some(end) if end != seen => {
            Err(ArchiveError::Incomplete("its end counts other rows or files".to_owned()).into())
        }
        Some(end) => Ok(end),
    }
}

fn damaged(error: &dyn std::fmt::Display) -> ArchiveError {
    ArchiveError::Damaged(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            format: FORMAT,
            schema_version: 3,
            slug: "laigneville".to_owned(),
            name: "Laigneville".to_owned(),
            state: "open".to_owned(),
            paths: vec!["mairielaigneville60290".to_owned()],
            hosts: Vec::new(),
            made_at: "2026-11-23T08:12:00Z".to_owned(),
            tables: vec![("news".to_owned(), vec!["id".to_owned()])],
            keys: None,
        }
    }

    fn archive() -> Vec<u8> {
        let mut writer = Writer::new(Vec::new(), &manifest()).unwrap();
        writer
            .rows("news", &["[1]".to_owned(), "[2]".to_owned()])
            .unwrap();
        writer.file("logo/a.png", b"png").unwrap();
        writer.finish().unwrap()
    }

    fn parts(bytes: &[u8]) -> Result<(Vec<Part>, End), ArchiveError> {
        let mut parts = Vec::new();
        let end = read(
            bytes,
            |m| {
                assert_eq!(m, manifest());
                Ok(())
            },
            |part| {
                parts.push(part);
                Ok::<_, ArchiveError>(())
            },
        )?;
        Ok((parts, end))
    }

    #[test]
    fn what_was_written_is_read_again() {
        let (parts, end) = parts(&archive()).unwrap();
        let rows = Part::Rows("news".to_owned(), vec!["[1]".to_owned(), "[2]".to_owned()]);
        let file = Part::File("logo/a.png".to_owned(), b"png".to_vec());
        assert_eq!(parts, [rows, file]);
        assert_eq!((end.rows["news"], end.files), (2, 1));
    }

    #[test]
    fn an_archive_cut_off_anywhere_is_refused() {
        let whole = archive();
        for length in [0, 10, whole.len() / 2, whole.len() - 20] {
            assert!(parts(&whole[..length]).is_err(), "cut at {length}");
        }
    }

    #[test]
    fn something_else_is_refused() {
        assert!(parts(b"%PDF-1.7 no archive").is_err());
    }

    #[test]
    fn a_newer_format_says_so() {
        let newer = Manifest {
            format: FORMAT + 1,
            ..manifest()
        };
        let bytes = Writer::new(Vec::new(), &newer).unwrap().finish().unwrap();
        assert!(matches!(parts(&bytes), Err(ArchiveError::TooNew(2))));
    }
}
