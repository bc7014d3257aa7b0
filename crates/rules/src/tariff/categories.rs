//! The words of a commune as its settings file writes them, and those that every commune knows.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::words::{Lexicon, WordError};

/// The words of a commune: axes by name, and `options`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Categories(pub BTreeMap<String, AxisSetting>);

impl Categories {
    /// Whether the commune adds none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The words of an axis, or of `options`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum AxisSetting {
    /// Only the words.
    Words(Vec<String>),
    /// With what holds when nothing is said.
    Table(AxisTable),
}

/// An axis in full.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AxisTable {
    /// Of these exactly one holds.
    pub words: Vec<String>,
    /// What holds when nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// What counts as a word of the axis: `ULIS = "résident"`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub same: BTreeMap<String, String>,
}

impl<'de> Deserialize<'de> for AxisSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> serde::de::Visitor<'de> for Reader {
            type Value = AxisSetting;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("une liste de mots, ou { words = […], default = \"…\" }")
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut items: A,
            ) -> Result<AxisSetting, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = items.next_element()? {
                    words.push(word);
                }
                Ok(AxisSetting::Words(words))
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                map: A,
            ) -> Result<AxisSetting, A::Error> {
                AxisTable::deserialize(serde::de::value::MapAccessDeserializer::new(map))
                    .map(AxisSetting::Table)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// Axes that every commune has: name, words, what holds when nothing is said. A commune replaces one
/// by an axis of the same name.
const AXES: &[(&str, &[&str], Option<&str>)] = &[
    ("residence", &["résident", "extérieur"], Some("résident")),
    ("level", &["maternelle", "élémentaire"], None),
    (
        "person",
        &["enfant", "adulte", "agent", "enseignant", "stagiaire"],
        Some("enfant"),
    ),
    ("contract", &["régulier", "occasionnel"], None),
    (
        "reason",
        &[
            "maladie",
            "hospitalisation",
            "grève",
            "sortie scolaire",
            "enseignant absent",
            "fermeture",
            "cas de force majeure",
            "sans motif",
        ],
        None,
    ),
    (
        "proof",
        &[
            "certificat médical",
            "attestation sur l’honneur",
            "justificatif",
        ],
        None,
    ),
];

/// Axes of which a tariff may speak of one word and forget the others.
const OPEN: &[&str] = &["person", "reason", "proof"];

/// Words that hold or not, which every commune knows.
const OPTIONS: &[&str] = &[
    "PAI",
    "panier repas",
    "non réservé",
    "hors délai",
    "absence injustifiée",
    "annulé hors délai",
    "avec repas",
    "sans repas",
    "déjeune à la cantine",
    "première inscription",
    "vacances",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
];

impl Categories {
    /// The words that this commune knows, and the complaints about those that it cannot.
    pub fn lexicon(&self) -> (Lexicon, Vec<(String, WordError)>) {
        let mut lexicon = Lexicon::default();
        let mut complaints = Vec::new();
        for (name, words, default) in AXES {
            if !self.0.contains_key(*name) {
                let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
                if let Err(error) = lexicon.axis(name, &words, *default, &[]) {
                    complaints.push(((*name).to_owned(), error));
                }
            }
        }
        for (name, setting) in &self.0 {
            let done = match setting {
                AxisSetting::Words(words) if name == "options" => words
                    .iter()
                    .try_for_each(|word| lexicon.option(word).map(drop)),
                AxisSetting::Words(words) => lexicon.axis(name, words, None, &[]),
                AxisSetting::Table(table) => {
                    let same: Vec<_> = (table.same.iter())
                        .map(|(other, word)| (other.clone(), word.clone()))
                        .collect();
                    lexicon.axis(name, &table.words, table.default.as_deref(), &same)
                }
            };
            if let Err(error) = done {
                complaints.push((name.clone(), error));
            }
        }
        for word in OPTIONS {
            if let Err(error) = lexicon.option(word) {
                complaints.push(("options".to_owned(), error));
            }
        }
        for name in OPEN {
            lexicon.leave_open(name);
        }
        (lexicon, complaints)
    }
}
