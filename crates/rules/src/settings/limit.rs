//! Limits in a settings file that are a word, a date or keys.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};

use super::deadline::{LateKeys, Limit, LimitKeys, LimitWord, Opening};
use super::scalar::{Moment, TOML_DATETIME};

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LimitVisitor)
    }
}

struct LimitVisitor;

impl<'de> Visitor<'de> for LimitVisitor {
    type Value = Limit;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "\"toujours\", \"jamais\", \"début\", ou des clés comme { days = 7, at = \"10:00\" }",
        )
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Limit, E> {
        match text.trim().to_lowercase().as_str() {
            "toujours" => Ok(Limit::Word(LimitWord::Always)),
            "jamais" => Ok(Limit::Word(LimitWord::Never)),
            "début" | "debut" => Ok(Limit::Word(LimitWord::UntilStart)),
            _ => Err(E::custom(format!(
                "«\u{a0}{text}\u{a0}»\u{a0}: écrivez \"toujours\", \"jamais\", \"début\", ou des clés comme {{ days = 7, at = \"10:00\" }}"
            ))),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Limit, A::Error> {
        LimitKeys::deserialize(MapAccessDeserializer::new(map))
            .map(|keys| Limit::Keys(Box::new(keys)))
    }
}

impl JsonSchema for Limit {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Limite")
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let keys = generator.subschema_for::<LimitKeys>();
        json_schema!({
            "anyOf": [{ "enum": ["toujours", "jamais", "début"] }, keys],
            "description": "une limite (voir LimitKeys), ou \"toujours\", \"jamais\", \"début\"",
        })
    }
}

impl<'de> Deserialize<'de> for Opening {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OpeningVisitor)
    }
}

struct OpeningVisitor;

impl<'de> Visitor<'de> for OpeningVisitor {
    type Value = Opening;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("une date comme \"2026-11-23\", ou des clés comme { days = 30 }")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Opening, E> {
        let moment = Moment::deserialize(serde::de::value::StrDeserializer::<E>::new(text))?;
        Ok(Opening::At(moment))
    }

    /// A date of TOML's own arrives as a map of one text.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Opening, A::Error> {
        let first = map.next_key::<String>()?;
        if first.as_deref() == Some(TOML_DATETIME) {
            return self.visit_str(&map.next_value::<String>()?);
        }
        let whole = MapAccessDeserializer::new(Resumed { first, rest: map });
        LimitKeys::deserialize(whole).map(|keys| Opening::Keys(Box::new(keys)))
    }
}

/// A map of which the first key was looked at.
struct Resumed<A> {
    first: Option<String>,
    rest: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Resumed<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        match self.first.take() {
            Some(first) => seed.deserialize(first.into_deserializer()).map(Some),
            None => self.rest.next_key_seed(seed),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.rest.next_value_seed(seed)
    }
}

impl JsonSchema for Opening {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Ouverture")
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let keys = generator.subschema_for::<LimitKeys>();
        json_schema!({
            "anyOf": [{ "type": "string" }, keys],
            "description": "une date (\"2026-11-23\" ou \"2026-11-23 08:30\"), ou une limite",
        })
    }
}

/// Keys, or a list of them.
pub(super) fn one_or_many<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<LateKeys>, D::Error> {
    deserializer.deserialize_any(LateVisitor)
}

struct LateVisitor;

impl<'de> Visitor<'de> for LateVisitor {
    type Value = Vec<LateKeys>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "des clés comme { supplement = \"Repas non réservé\" }, ou une liste de telles clés",
        )
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Vec<LateKeys>, A::Error> {
        LateKeys::deserialize(MapAccessDeserializer::new(map)).map(|keys| vec![keys])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<LateKeys>, A::Error> {
        let mut steps = Vec::new();
        while let Some(step) = seq.next_element()? {
            steps.push(step);
        }
        Ok(steps)
    }
}
