//! Errors of a settings file, where a person finds them.

use std::fmt;
use std::ops::Range;

use preau_rules::settings::{Problem, Step};
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

/// Something wrong or doubtful in a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// The key, `deadlines[2].book.at`; lists are counted from 1. Empty where there is none.
    pub key: String,
    /// The sentence, in French.
    pub message: String,
}

/// `ligne 12, « deadlines[2].book.at » : écrivez une heure…`
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ligne {}", self.line)?;
        if !self.key.is_empty() {
            write!(f, ", « {} »", self.key)?;
        }
        write!(f, " : {}", self.message)
    }
}

/// A TOML text with the place of each of its keys.
pub struct Source<'a> {
    text: &'a str,
    root: Spanned<DeTable<'a>>,
}

impl<'a> Source<'a> {
    /// Parses the text; an error here is one of writing, not of meaning.
    pub fn new(text: &'a str) -> Result<Self, Fault> {
        match DeTable::parse(text) {
            Ok(root) => Ok(Self { text, root }),
            Err(error) => Err(Fault {
                line: line(text, error.span().map_or(0, |span| span.start)),
                key: String::new(),
                message: written(error.message()),
            }),
        }
    }

    /// Its first keys.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.root.get_ref().keys().map(|key| key.get_ref().as_ref())
    }

    /// Reads it as a type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        self.read_part(|_| true)
    }

    /// Reads as a type those of its first keys that are kept. So each part of a file has its own
    /// reader, which refuses only what is wrong in its own part.
    pub fn read_part<T: DeserializeOwned>(&self, keep: impl Fn(&str) -> bool) -> Result<T, Fault> {
        let mut part = self.root.clone();
        for (key, _) in self.root.get_ref() {
            if !keep(key.get_ref()) {
                part.get_mut().remove(key.get_ref().as_ref());
            }
        }
        T::deserialize(Deserializer::from(part)).map_err(|error| {
            let at = error.span().unwrap_or(0..0);
            Fault {
                line: line(self.text, at.start),
                key: self.key_at(&at),
                message: french(error.message()),
            }
        })
    }

    /// A problem with its line.
    pub fn fault(&self, problem: &Problem) -> Fault {
        Fault {
            line: line(self.text, self.offset(&problem.path)),
            key: problem.key(),
            message: problem.message.clone(),
        }
    }

    /// An error at a key.
    pub fn error(&self, path: &[Step], message: &str) -> Fault {
        self.fault(&Problem {
            path: path.to_vec(),
            level: preau_rules::settings::Level::Error,
            message: message.to_owned(),
        })
    }

    /// Where the last key of the path that exists begins.
    fn offset(&self, path: &[Step]) -> usize {
        let mut found = 0;
        let mut table = Some(self.root.get_ref());
        let mut array = None;
        for step in path {
            let (span, value) = match step {
                Step::Key(key) => {
                    let Some(entry) = table.and_then(|table| table.get_key_value(key.as_str()))
                    else {
                        return found;
                    };
                    (entry.0.span(), entry.1.get_ref())
                }
                Step::Index(index) => {
                    let item: Option<&Spanned<DeValue<'_>>> =
                        array.and_then(|array: &toml::de::DeArray<'_>| array.get(*index));
                    let Some(item) = item else {
                        return found;
                    };
                    (item.span(), item.get_ref())
                }
            };
            found = span.start;
            table = value.as_table();
            array = value.as_array();
        }
        found
    }

    /// The innermost key around a place in the text.
    fn key_at(&self, at: &Range<usize>) -> String {
        let mut best: Option<(usize, String)> = None;
        nodes(self.root.get_ref(), "", &mut |key, span| {
            let around = span.start <= at.start && at.end <= span.end;
            let size = span.end - span.start;
            if around && best.as_ref().is_none_or(|(smallest, _)| size <= *smallest) {
                best = Some((size, key.to_owned()));
            }
        });
        best.map_or_else(String::new, |(_, key)| key)
    }
}

fn nodes(table: &DeTable<'_>, above: &str, visit: &mut impl FnMut(&str, Range<usize>)) {
    for (key, value) in table {
        let name = key.get_ref();
        let path = if above.is_empty() {
            name.to_string()
        } else {
            format!("{above}.{name}")
        };
        visit(&path, key.span());
        node(value, &path, visit);
    }
}

fn node(value: &Spanned<DeValue<'_>>, path: &str, visit: &mut impl FnMut(&str, Range<usize>)) {
    visit(path, value.span());
    match value.get_ref() {
        DeValue::Table(table) => nodes(table, path, visit),
        DeValue::Array(array) => {
            for (index, item) in array.iter().enumerate() {
                node(item, &format!("{path}[{}]", index + 1), visit);
            }
        }
        _ => {}
    }
}

fn line(text: &str, offset: usize) -> usize {
    1 + text
        .bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
}

/// What the TOML reader says of the writing, in French where people get it wrong.
fn written(message: &str) -> String {
    if message.starts_with("invalid unquoted key") {
        return "une clé qui a un accent, une espace ou une apostrophe se met entre guillemets"
            .to_owned();
    }
    if message.starts_with("duplicate key") {
        return "cette clé est écrite deux fois".to_owned();
    }
    if message.starts_with("string values must be quoted") {
        return "un texte se met entre guillemets".to_owned();
    }
    format!("ce n’est pas du TOML ({message})")
}

/// What serde says, in French. Our own messages are in French already.
fn french(message: &str) -> String {
    let rest = |start: &str| message.strip_prefix(start);
    if let Some(rest) = rest("unknown field ") {
        let (name, known) = rest.split_once(", expected ").unwrap_or((rest, ""));
        let known = known.trim_start_matches("one of ");
        return format!("la clé {name} n’existe pas ici ; celles qui existent : {known}");
    }
    if let Some(rest) = rest("unknown variant ") {
        let (name, known) = rest.split_once(", expected ").unwrap_or((rest, ""));
        let known = known.trim_start_matches("one of ");
        return format!("{name} n’est pas un des mots possibles : {known}");
    }
    if let Some(name) = rest("missing field ") {
        return format!("il manque la clé {name}");
    }
    let wrong = rest("invalid type: ").or_else(|| rest("invalid value: "));
    if let Some((found, expected)) = wrong.and_then(|rest| rest.split_once(", expected ")) {
        return format!("écrivez {}, et non {}", noun(expected), noun(found));
    }
    message.to_owned()
}

fn noun(text: &str) -> String {
    let (kind, value) = text.split_once(' ').unwrap_or((text, ""));
    let french = match kind {
        "integer" => "le nombre",
        "floating" => return text.replace("floating point", "le nombre à virgule"),
        "boolean" => "le booléen",
        "string" => "le texte",
        "sequence" => return "une liste".to_owned(),
        "map" | "struct" => return "des clés".to_owned(),
        "u8" | "u16" | "u32" | "i8" => return "un nombre entier, sans guillemets".to_owned(),
        "a" if text == "a string" => return "un texte, entre guillemets".to_owned(),
        "a" if text == "a boolean" => return "true ou false".to_owned(),
        "a" if text == "a sequence" => return "une liste".to_owned(),
        "a" if text == "a map" => return "des clés".to_owned(),
        _ => return text.to_owned(),
    };
    format!("{french} {value}")
}
