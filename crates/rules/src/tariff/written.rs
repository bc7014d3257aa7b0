//! Values as people write them in a settings file: `3.80` or `"3,80"`, one or a list, a short text
//! or a table.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number or a text, kept as text. A decimal number of the file arrives as a binary one; its
/// shortest decimal writing is what stood in the file as long as it has at most fifteen digits, and
/// more are refused, so that no cent is lost on the way.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Written(pub String);

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Written;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("un montant, un nombre ou un texte")
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Written, E> {
                Ok(Written(value.to_string()))
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Written, E> {
                Ok(Written(value.to_string()))
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Written, E> {
                let text = value.to_string();
                let digits = text.bytes().filter(u8::is_ascii_digit).count();
                if !value.is_finite() || digits > 15 {
                    return Err(E::custom(
                        "ce nombre a trop de chiffres\u{a0}: écrivez-le entre guillemets",
                    ));
                }
                Ok(Written(text))
            }
            fn visit_str<E: Error>(self, value: &str) -> Result<Written, E> {
                Ok(Written(value.to_owned()))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl From<&str> for Written {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// A day or a moment, as TOML writes it (`2026-09-01`) or as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil<T>(pub T);

/// A day.
pub type Day = Civil<Date>;
/// A moment by the commune's clock.
pub type Moment = Civil<DateTime>;

impl<T: fmt::Display> Serialize for Civil<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de, T: FromStr> Deserialize<'de> for Civil<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: FromStr> Visitor<'de> for Reader<T> {
            type Value = Civil<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("une date comme 2026-09-01")
            }
            fn visit_str<E: Error>(self, value: &str) -> Result<Civil<T>, E> {
                let read = value.parse().map(Civil);
                read.map_err(|_| E::custom(format!("«\u{a0}{value}\u{a0}» n’est pas une date")))
            }
            // TOML's own dates arrive as a map of one private key.
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Civil<T>, A::Error> {
                match map.next_entry::<String, String>()? {
                    Some((_, value)) => self.visit_str(&value),
                    None => Err(A::Error::custom("une date est vide")),
                }
            }
        }
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

/// One text or a list of texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Many(pub Vec<String>);

impl Many {
    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Terms of a condition, all of which hold.
    pub fn joined(&self) -> String {
        self.0.join(", ")
    }
}

impl<S: Into<String>> From<S> for Many {
    fn from(text: S) -> Self {
        Self(vec![text.into()])
    }
}

impl Serialize for Many {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => serializer.serialize_str(one),
            many => serializer.collect_seq(many),
        }
    }
}

impl<'de> Deserialize<'de> for Many {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Many;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("un texte ou une liste de textes")
            }
            fn visit_str<E: Error>(self, value: &str) -> Result<Many, E> {
                Ok(Many(vec![value.to_owned()]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Many, A::Error> {
                let mut many = Vec::new();
                while let Some(item) = items.next_element()? {
                    many.push(item);
                }
                Ok(Many(many))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// A case and what it costs: `"0-622: 1.00"`, `"0-599: 4.48 | 6.98"` or `["0-599", 4.48, 6.98]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// What stands before the colon.
    pub case: String,
    /// What stands after, one for each column.
    pub values: Vec<String>,
}

impl Pair {
    /// Reads the short writing; what has no colon has no case.
    pub fn parse(text: &str) -> Self {
        let (case, values) = match text.rsplit_once(": ") {
            Some((case, values)) => (case, values),
            None => ("", text),
        };
        let values = values.split('|').map(|value| value.trim().to_owned());
        Self {
            case: case.trim().to_owned(),
            values: values.collect(),
        }
    }
}

impl Serialize for Pair {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let values = self.values.join(" | ");
        if self.case.is_empty() {
            serializer.serialize_str(&values)
        } else {
            serializer.serialize_str(&format!("{}: {values}", self.case))
        }
    }
}

impl<'de> Deserialize<'de> for Pair {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Pair;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("un texte comme \"0-622: 1.00\" ou une liste comme [\"0-622\", 1.00]")
            }
            fn visit_str<E: Error>(self, value: &str) -> Result<Pair, E> {
                Ok(Pair::parse(value))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Pair, A::Error> {
                let case: Written = (items.next_element()?)
                    .ok_or_else(|| A::Error::custom("une ligne est vide"))?;
                let mut values = Vec::new();
                while let Some(Written(value)) = items.next_element()? {
                    values.push(value);
                }
                Ok(Pair {
                    case: case.0,
                    values,
                })
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// Reads a struct that has a short writing as a text or a number.
pub(crate) fn short_or_table<'de, D, T>(
    deserializer: D,
    short: fn(String) -> T,
    expecting: &'static str,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TableForm<'de>,
{
    struct Reader<T>(fn(String) -> T, &'static str);
    impl<'de, T: TableForm<'de>> Visitor<'de> for Reader<T> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.1)
        }
        fn visit_str<E: Error>(self, value: &str) -> Result<T, E> {
            Ok((self.0)(value.to_owned()))
        }
        fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
            Ok((self.0)(value.to_string()))
        }
        fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
            Ok((self.0)(value.to_string()))
        }
        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::Table::deserialize(MapAccessDeserializer::new(map)).map(T::from_table)
        }
    }
    deserializer.deserialize_any(Reader(short, expecting))
}

/// What is written short or as a table of `Table`'s keys.
pub(crate) trait TableForm<'de>: Sized {
    /// The long writing.
    type Table: Deserialize<'de>;
    /// Takes the long writing.
    fn from_table(table: Self::Table) -> Self;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_colon_before_a_space_parts_the_case_from_the_price() {
        let pair = Pair::parse("départ 18:30+, rang 2: 5,00");
        assert_eq!(pair.case, "départ 18:30+, rang 2");
        assert_eq!(pair.values, ["5,00"]);
        assert_eq!(Pair::parse("0-599: 4.48 | 6.98").values, ["4.48", "6.98"]);
        assert_eq!(Pair::parse("3.80").case, "");
    }
}
