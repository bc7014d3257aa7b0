//! A closing is written into a settings file that a person wrote: their comments and their order stay.

use jiff::civil::Date;
use toml_edit::{Array, Datetime, DocumentMut, InlineTable, Item, Value};

/// A closing as the file writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// First day.
    pub first: Date,
    /// Last day.
    pub last: Date,
    /// Why.
    pub reason: String,
    /// This site only.
    pub site: Option<String>,
    /// This activity or unit only.
    pub session: Option<String>,
}

/// The file could not be changed: where it stops being TOML, or what stands in the way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClosingError {
    /// The text is no TOML.
    #[error("{0}")]
    Text(String),
    /// `calendar.closures` is something else than a list.
    #[error("calendar.closures n’est pas une liste")]
    NotAList,
}

fn day(date: Date) -> Result<Value, ClosingError> {
    let day: Datetime = date
        .to_string()
        .parse()
        .map_err(|_| ClosingError::Text(date.to_string()))?;
    Ok(day.into())
}

fn entry(closing: &Closing) -> Result<InlineTable, ClosingError> {
    let mut entry = InlineTable::new();
    if closing.first == closing.last {
        entry.insert("day", day(closing.first)?);
    } else {
        entry.insert("from", day(closing.first)?);
        entry.insert("to", day(closing.last)?);
    }
    for (key, value) in [("site", &closing.site), ("session", &closing.session)] {
        if let Some(value) = value {
            entry.insert(key, value.as_str().into());
        }
    }
    entry.insert("reason", closing.reason.as_str().into());
    Ok(entry)
}

/// The same file, with one closing more.
pub fn add(text: &str, closing: &Closing) -> Result<String, ClosingError> {
    let mut file: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| ClosingError::Text(error.to_string()))?;
    let calendar = file.entry("calendar").or_insert_with(toml_edit::table);
    let calendar = calendar.as_table_like_mut().ok_or(ClosingError::NotAList)?;
    let closures = calendar
        .entry("closures")
        .or_insert_with(|| Item::Value(Value::Array(Array::new())));
    let mut entry = entry(closing)?;
    match closures {
        Item::Value(Value::Array(list)) => {
            entry.decor_mut().set_prefix("\n  ");
            list.push_formatted(Value::InlineTable(entry));
            list.set_trailing("\n");
            list.set_trailing_comma(true);
        }
        Item::ArrayOfTables(list) => list.push(entry.into_table()),
        _ => return Err(ClosingError::NotAList),
    }
    Ok(file.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "a test stops at the first thing that fails"
    )]
    use jiff::civil::date;

    use super::*;
    use crate::{school_holidays, settings};

    const TOWN: &str = "[commune]\nname = \"Laigneville\"\ndepartment = \"60\"\n# Les activités.\n[activities.cantine]\nname = \"Cantine\"\n";

    fn strike() -> Closing {
        Closing {
            first: date(2026, 12, 3),
            last: date(2026, 12, 3),
            reason: "Grève, « préavis »".to_owned(),
            site: None,
            session: Some("cantine".to_owned()),
        }
    }

    fn closed(text: &str) -> usize {
        let loaded = settings::load(text, &school_holidays::shipped());
        loaded.unwrap().rulebook.calendar.closures.len()
    }

    #[test]
    fn a_closing_is_added_to_a_file_that_has_none_or_some_however_they_are_written() {
        let one = add(TOWN, &strike()).unwrap();
        assert!(one.contains("# Les activités."));
        assert_eq!(closed(&one), 1);
        let works = Closing {
            last: date(2026, 12, 11),
            session: None,
            ..strike()
        };
        let two = add(&one, &works).unwrap();
        assert_eq!(closed(&two), 2);
        assert!(two.contains("from = 2026-12-03, to = 2026-12-11"), "{two}");
        let tables = format!("{TOWN}[[calendar.closures]]\nday = 2026-12-24\nreason = \"Noël\"\n");
        assert_eq!(closed(&add(&tables, &strike()).unwrap()), 2);
        let commented = format!(
            "{TOWN}[calendar]\nclosures = [ # à jour\n  {{ day = 2026-12-24, reason = \"Noël\" }} ]\n"
        );
        let three = add(&commented, &strike()).unwrap();
        assert!(three.contains("# à jour"));
        assert_eq!(closed(&three), 2);
    }

    #[test]
    fn what_is_no_list_is_left_alone() {
        assert!(add("[calendar]\nclosures = 3\n", &strike()).is_err());
        assert!(add("calendar = 3\n", &strike()).is_err());
        assert!(add("[calendar", &strike()).is_err());
    }
}
