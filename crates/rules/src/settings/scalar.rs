//! The words of a settings file: days, hours, names of days, read from text.
//!
//! TOML has dates and hours of its own; both writings are taken, with or without quotes.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::{Date, Weekday};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::calendar::Hour;
use crate::calendar::weekdays::parse_weekday;
use crate::deadline::{After, Anchor, Season, Shift, TableEntry};
use crate::french;

/// What is written as one short text.
pub(crate) trait Word: Sized {
    /// Name of the type in the schema.
    const NAME: &'static str;
    /// What is expected, in French, with an example.
    const EXPECTED: &'static str;

    fn read(text: &str) -> Option<Self>;
    fn written(&self) -> String;
}

/// Gives a [`Word`] its place in files and in the schema.
macro_rules! word {
    ($type:ty) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                read(deserializer)
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.written())
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                Cow::Borrowed(<$type as Word>::NAME)
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "description": <$type as Word>::EXPECTED })
            }
        }
    };
}

fn read<'de, D: Deserializer<'de>, W: Word>(deserializer: D) -> Result<W, D::Error> {
    let text = deserializer.deserialize_any(TextVisitor(W::EXPECTED))?;
    parse(&text)
}

fn parse<W: Word, E: Error>(text: &str) -> Result<W, E> {
    W::read(text).ok_or_else(|| {
        E::custom(format!(
            "«\u{a0}{text}\u{a0}»\u{a0}: écrivez {}",
            W::EXPECTED
        ))
    })
}

struct TextVisitor(&'static str);

impl<'de> Visitor<'de> for TextVisitor {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    /// A date or an hour of TOML's own arrives as a map of one text.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<String, A::Error> {
        match map.next_key::<String>()? {
            Some(key) if key == TOML_DATETIME => map.next_value(),
            _ => Err(A::Error::custom(format!("écrivez {}", self.0))),
        }
    }
}

/// The key under which the TOML reader hides a date or an hour.
pub(crate) const TOML_DATETIME: &str = "$__toml_private_datetime";

/// A date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub Date);

impl Word for Day {
    const NAME: &'static str = "date";
    const EXPECTED: &'static str = "une date, par exemple \"2026-11-23\"";

    fn read(text: &str) -> Option<Self> {
        let plain = text.len() == 10;
        plain.then(|| text.parse().ok().map(Self)).flatten()
    }

    fn written(&self) -> String {
        self.0.to_string()
    }
}
word!(Day);

impl Word for Hour {
    const NAME: &'static str = "heure";
    const EXPECTED: &'static str =
        "une heure, par exemple \"10:00\"\u{a0}; \"24:00\" est la fin de la journée";

    fn read(text: &str) -> Option<Self> {
        Self::parse(text)
    }

    fn written(&self) -> String {
        self.to_string()
    }
}
word!(Hour);

/// A date with an hour, 24:00 included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The day.
    pub day: Date,
    /// The hour; without one, what goes without saying at that place.
    pub hour: Option<Hour>,
}

impl Word for Moment {
    const NAME: &'static str = "instant";
    const EXPECTED: &'static str =
        "une date et une heure, par exemple \"2026-11-19 10:00\" ou \"2026-11-19 24:00\"";

    fn read(text: &str) -> Option<Self> {
        let (day, hour) = match text.trim().split_once([' ', 'T']) {
            Some((day, hour)) => (day, Some(Hour::parse(hour)?)),
            None => (text.trim(), None),
        };
        let Day(day) = Day::read(day)?;
        Some(Self { day, hour })
    }

    fn written(&self) -> String {
        match self.hour {
            Some(hour) => format!("{} {hour}", self.day),
            None => self.day.to_string(),
        }
    }
}
word!(Moment);

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeekdayName(pub Weekday);

impl Word for WeekdayName {
    const NAME: &'static str = "jour";
    const EXPECTED: &'static str = "un jour de la semaine, par exemple \"jeudi\"";

    fn read(text: &str) -> Option<Self> {
        parse_weekday(text).map(Self)
    }

    fn written(&self) -> String {
        french::weekday(self.0).to_owned()
    }
}
word!(WeekdayName);

/// A day of the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearDay {
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31.
    pub day: i8,
}

impl Word for YearDay {
    const NAME: &'static str = "mois-et-jour";
    const EXPECTED: &'static str = "un mois et un jour, par exemple \"06-18\" pour le 18 juin";

    fn read(text: &str) -> Option<Self> {
        let (month, day) = text.trim().split_once('-')?;
        let (month, day) = (month.parse().ok()?, day.parse().ok()?);
        Date::new(2027, month, day)
            .ok()
            .map(|_| Self { month, day })
    }

    fn written(&self) -> String {
        format!("{:02}-{:02}", self.month, self.day)
    }
}
word!(YearDay);

/// The limit for one day of the week, in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableCell(pub TableEntry);

impl Word for TableCell {
    const NAME: &'static str = "jour-et-heure";
    const EXPECTED: &'static str = "un jour et une heure, par exemple \"vendredi 11:00\" (le vendredi qui précède) ou \"lundi S-1 11:00\" (le lundi de la semaine précédente)";

    fn read(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace().peekable();
        let day = parse_weekday(words.next()?)?;
        let weeks_before = words
            .next_if(|word| word.starts_with("S-"))
            .map(|word| word[2..].parse())
            .transpose()
            .ok()?;
        let at = words.next().map(Hour::parse);
        let read = Self(TableEntry {
            day,
            weeks_before,
            at: at.flatten(),
        });
        (at != Some(None) && words.next().is_none()).then_some(read)
    }

    fn written(&self) -> String {
        let weeks = self.0.weeks_before.map(|weeks| format!(" S-{weeks}"));
        let at = self.0.at.map(|at| format!(" {at}"));
        [
            french::weekday(self.0.day),
            &weeks.unwrap_or_default(),
            &at.unwrap_or_default(),
        ]
        .concat()
    }
}
word!(TableCell);

/// A choice among a few words.
macro_rules! choice {
    ($type:ty, $name:literal, $expected:literal, $($word:literal $(| $other:literal)* => $value:expr),+ $(,)?) => {
        impl Word for $type {
            const NAME: &'static str = $name;
            const EXPECTED: &'static str = $expected;

            fn read(text: &str) -> Option<Self> {
                match text.trim().to_lowercase().as_str() {
                    $($word $(| $other)* => Some($value),)+
                    _ => None,
                }
            }

            fn written(&self) -> String {
                $(if *self == $value { return $word.to_owned(); })+
                String::new()
            }
        }
        word!($type);
    };
}

choice!(Anchor, "origine", "\"jour\", \"semaine\", \"mois\", \"vacances\", \"vacances précédentes\", \"période\", \"rentrée de vacances\", \"année scolaire\" ou \"saison\"",
    "jour" => Self::Day,
    "semaine" => Self::Week,
    "mois" => Self::Month,
    "vacances" => Self::Holidays,
    "vacances précédentes" | "vacances precedentes" => Self::PreviousHolidays,
    "période" | "periode" => Self::Period,
    "rentrée de vacances" | "rentree de vacances" => Self::SchoolPeriod,
    "année scolaire" | "annee scolaire" => Self::SchoolYear,
    "saison" => Self::Season,
);
choice!(Shift, "report", "\"reste\", \"avant\" ou \"après\"",
    "reste" => Self::Stays,
    "avant" => Self::Earlier,
    "après" | "apres" => Self::Later,
);
choice!(Season, "temps", "\"école\" ou \"vacances\"",
    "école" | "ecole" => Self::School,
    "vacances" => Self::Holidays,
);
choice!(After, "retour", "\"vacances\" ou \"férié\"",
    "vacances" => Self::Holidays,
    "férié" | "ferie" => Self::PublicHoliday,
);
