//! A CSV file as lines of named cells.

use std::collections::HashMap;

use super::Problem;

/// The longest cell, in characters: longer ones are files that are not what they seem.
const LONGEST: usize = 500;
/// Lines of one file.
const MOST: u64 = 100_000;

/// A line with its cells by the name of their column.
pub(super) struct Cells {
    /// Line of the file, from 1.
    pub(super) line: u64,
    cells: HashMap<String, String>,
}

impl Cells {
    /// A cell, empty when its column is not there.
    pub(super) fn get(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// Whether a cell of a column that begins so is filled.
    pub(super) fn any(&self, start: &str) -> bool {
        self.cells
            .iter()
            .any(|(name, cell)| name.starts_with(start) && !cell.is_empty())
    }
}

fn whole(message: &str) -> Problem {
    Problem {
        line: 0,
        column: String::new(),
        message: message.to_owned(),
    }
}

/// The name of a column as it is compared: "Nom famille" is `nom_famille`.
fn name(header: &str) -> String {
    crate::search::folded(header).replace([' ', '-'], "_")
}

/// Reads the lines; `needed` columns must be there.
pub(super) fn read(text: &str, needed: &[&str], problems: &mut Vec<Problem>) -> Vec<Cells> {
    let first = text.lines().next().unwrap_or_default();
    let semicolons = first.matches(';').count() >= first.matches(',').count();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(if semicolons { b';' } else { b',' })
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let names: Vec<String> = match reader.headers() {
        Ok(headers) => headers.iter().map(name).collect(),
        Err(_) => Vec::new(),
    };
    if names.iter().all(String::is_empty) {
        problems.push(whole(
            "Le fichier est vide : sa première ligne doit nommer les colonnes.",
        ));
        return Vec::new();
    }
    let missing: Vec<&str> = needed
        .iter()
        .filter(|n| !names.iter().any(|h| h == *n))
        .copied()
        .collect();
    if !missing.is_empty() {
        problems.push(whole(&format!(
            "Il manque des colonnes : {}. La première ligne doit nommer les colonnes.",
            missing.join(", ")
        )));
        return Vec::new();
    }
    let mut out = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                problems.push(Problem {
                    line,
                    ..whole("Cette ligne ne peut pas être lue : vérifiez ses guillemets.")
                });
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        if line > MOST {
            problems.push(Problem {
                line,
                ..whole("Le fichier a plus de 100 000 lignes : coupez-le en deux.")
            });
            break;
        }
        if record.len() > names.len() {
            problems.push(Problem {
                line,
                ..whole("Cette ligne a plus de cases que la première : un séparateur est de trop.")
            });
        }
        if record.iter().all(str::is_empty) {
            continue;
        }
        let cells = names
            .iter()
            .cloned()
            .zip(record.iter().map(|c| c.chars().take(LONGEST).collect()));
        out.push(Cells {
            line,
            cells: cells.collect(),
        });
    }
    if out.is_empty() && problems.is_empty() {
        problems.push(whole(
            "Le fichier n’a aucune ligne après celle des noms de colonnes.",
        ));
    }
    out
}
