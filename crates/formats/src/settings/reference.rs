//! The reference of every key, made from the types: `docs/REGLES.md`, and a JSON schema for editors.
//!
//! What the types cannot say (how the keys go together, examples) is written by hand in
//! `reference.md`, which has a line `{{Type}}` for each table of keys.

use std::fmt::Write;

use preau_rules::settings::{
    Activity, CalendarSection, CapacityEntry, Check, ClosureEntry, CommuneSection, DatesRow,
    DeadlineEntry, ExceptionKeys, Group, LateKeys, LimitKeys, NamedDay, NamedRange, Settings, Site,
    Table, Unit,
};
use schemars::{JsonSchema, Schema, schema_for};
use serde::de::value::Error as Names;
use serde::de::{DeserializeOwned, Deserializer, Error, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

const TEXT: &str = include_str!("reference.md");

/// The JSON schema of a settings file, for editors that complete and check as one types.
pub fn schema() -> Schema {
    schema_for!(Settings)
}

/// The reference as Markdown, in French.
pub fn markdown() -> String {
    let mut page = String::new();
    for line in TEXT.lines() {
        let name = line
            .strip_prefix("{{")
            .and_then(|line| line.strip_suffix("}}"));
        match name.and_then(keys) {
            Some(table) => page.push_str(&table),
            None => page.push_str(line),
        }
        page.push('\n');
    }
    page
}

/// The table of a type's keys, by the type's name.
fn keys(name: &str) -> Option<String> {
    Some(match name {
        "Settings" => table::<Settings>(),
        "CommuneSection" => table::<CommuneSection>(),
        "CalendarSection" => table::<CalendarSection>(),
        "NamedDay" => table::<NamedDay>(),
        "NamedRange" => table::<NamedRange>(),
        "ClosureEntry" => table::<ClosureEntry>(),
        "Site" => table::<Site>(),
        "Group" => table::<Group>(),
        "Activity" => table::<Activity>(),
        "Unit" => table::<Unit>(),
        "CapacityEntry" => table::<CapacityEntry>(),
        "DeadlineEntry" => table::<DeadlineEntry>(),
        "LimitKeys" => table::<LimitKeys>(),
        "Table" => table::<Table>(),
        "DatesRow" => table::<DatesRow>(),
        "LateKeys" => table::<LateKeys>(),
        "ExceptionKeys" => table::<ExceptionKeys>(),
        "Check" => table::<Check>(),
        "words" => words(),
        _ => return None,
    })
}

/// The values that are written as one short text.
fn words() -> String {
    let schema = schema();
    let mut table = String::from("| valeur | ce qu’on écrit |\n|---|---|");
    let types = schema.as_value()["$defs"].as_object();
    for (name, definition) in types.into_iter().flatten() {
        if name.starts_with(char::is_lowercase) {
            let written = definition["description"].as_str().unwrap_or_default();
            let _ = write!(table, "\n| {} | {written} |", name.replace('-', " "));
        }
    }
    table
}

/// One line a key, in the order of the type.
fn table<T: JsonSchema + DeserializeOwned>() -> String {
    let schema = schema_for!(T);
    let schema = schema.as_value();
    let required: Vec<&str> = schema["required"]
        .as_array()
        .map_or_else(Vec::new, |names| {
            names.iter().filter_map(Value::as_str).collect()
        });
    let mut table = String::from("| clé | valeur | ce qu’elle dit |\n|---|---|---|");
    for key in field_names::<T>() {
        let property = &schema["properties"][key];
        let description = property["description"].as_str().unwrap_or_default();
        let needed = if required.contains(&key) {
            " (obligatoire)"
        } else {
            ""
        };
        let _ = write!(
            table,
            "\n| `{key}`{needed} | {} | {} |",
            shape(property),
            description.replace('\n', " ")
        );
    }
    table
}

/// What a value looks like, in French.
fn shape(property: &Value) -> String {
    if let Some(name) = reference(property) {
        return named(name);
    }
    if let Some(choices) = property["anyOf"].as_array() {
        let all: Vec<String> = choices
            .iter()
            .filter(|choice| choice["type"] != "null")
            .map(shape)
            .collect();
        return all.join(" ou ");
    }
    let kind = match &property["type"] {
        Value::Array(kinds) => kinds.first().and_then(Value::as_str).unwrap_or_default(),
        kind => kind.as_str().unwrap_or_default(),
    };
    match kind {
        "string" => "texte".to_owned(),
        "integer" => "nombre".to_owned(),
        "boolean" => "`true` ou `false`".to_owned(),
        "array" => format!("liste : {}", shape(&property["items"])),
        "object" => match &property["additionalProperties"] {
            Value::Object(_) => format!(
                "tables nommées : {}",
                shape(&property["additionalProperties"])
            ),
            _ => "table".to_owned(),
        },
        _ => String::new(),
    }
}

fn reference(property: &Value) -> Option<&str> {
    property["$ref"].as_str()?.strip_prefix("#/$defs/")
}

/// The types that have a section of their own become links, the words are named.
fn named(name: &str) -> String {
    let section = match name {
        "CommuneSection" => "commune",
        "CalendarSection" => "calendrier",
        "NamedDay" | "NamedRange" => "jours-et-périodes-nommés",
        "ClosureEntry" => "fermetures",
        "Site" | "Group" => "sites-et-groupes",
        "Activity" | "Unit" => "activités-et-unités",
        "DeadlineEntry" => "délais",
        "LimitKeys" | "Limite" | "Ouverture" => "limites",
        "Table" => "tableaux",
        "DatesRow" => "calendriers-publiés",
        "LateKeys" => "retardataires",
        "ExceptionKeys" => "exceptions",
        "Check" => "exemples",
        "Action" | "Outcome" | "Source" => return "mot".to_owned(),
        word => return format!("[{}](#valeurs)", word.replace('-', " ")),
    };
    format!("[{}](#{section})", section.replace('-', " "))
}

/// The keys of a type in the order in which it declares them, which the schema does not keep.
fn field_names<T: DeserializeOwned>() -> Vec<&'static str> {
    let mut names: &'static [&'static str] = &[];
    // The error that ends it says nothing: the names were noted on the way.
    let _ = T::deserialize(Noted(&mut names));
    names.to_vec()
}

struct Noted<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Noted<'_> {
    type Error = Names;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Names> {
        Err(Names::custom("only structs have names"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Names> {
        *self.0 = fields;
        Err(Names::custom("noted"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
