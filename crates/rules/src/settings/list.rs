//! Lists of words in a settings file: one may be written alone.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::calendar::weekdays::parse_weekday;
use crate::calendar::{DaysOff, Weekdays};
use crate::french;

/// What a list holds.
trait ListItem {
    const NAME: &'static str;
    const EXPECTED: &'static str;
}

/// Days of the week.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WeekdayList(pub Weekdays);

impl WeekdayList {
    fn item(text: &str) -> Option<Weekdays> {
        match text.trim().to_lowercase().as_str() {
            "tous" => Some(Weekdays::ALL),
            "week-ends" | "week-end" => Some(Weekdays::WEEK_END),
            name => parse_weekday(name).map(|day| Weekdays::of(&[day])),
        }
    }
}

impl ListItem for WeekdayList {
    const NAME: &'static str = "jours";
    const EXPECTED: &'static str = "un ou plusieurs jours, par exemple \"mercredi\" ou [\"lundi\", \"jeudi\"]\u{a0}; \"tous\" les dit tous";
}

/// Days that do not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DaysOffList(pub DaysOff);

impl DaysOffList {
    fn item(text: &str) -> Option<DaysOff> {
        let mut off = DaysOff::NONE;
        match text.trim().to_lowercase().as_str() {
            "fériés" | "feries" => off.public_holidays = true,
            "vacances" => off.school_holidays = true,
            "sans école" | "sans ecole" => off.without_class = true,
            "mairie fermée" | "mairie fermee" => off.office = true,
            "fermetures" => off.closures = true,
            "ponts" => off.bridges = true,
            name => off.weekdays = WeekdayList::item(name)?,
        }
        Some(off)
    }
}

impl ListItem for DaysOffList {
    const NAME: &'static str = "jours-exclus";
    const EXPECTED: &'static str = "un ou plusieurs de\u{a0}: \"week-ends\", un jour de la semaine, \"fériés\", \"vacances\", \"sans école\", \"mairie fermée\", \"fermetures\", \"ponts\"";
}

/// One name or several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names(pub Vec<String>);

impl ListItem for Names {
    const NAME: &'static str = "noms";
    const EXPECTED: &'static str =
        "un ou plusieurs noms, par exemple \"cantine\" ou [\"matin\", \"soir\"]";
}

/// Gives a list its place in files and in the schema.
macro_rules! list {
    ($type:ty, $fold:expr, $written:expr) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let items = deserializer.deserialize_any(ListVisitor(Self::EXPECTED))?;
                let fold: fn(Self, &str) -> Option<Self> = $fold;
                items.iter().try_fold(Self::default(), |list, item| {
                    fold(list, item).ok_or_else(|| {
                        D::Error::custom(format!(
                            "«\u{a0}{item}\u{a0}»\u{a0}: écrivez {}",
                            Self::EXPECTED
                        ))
                    })
                })
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let written: fn(&Self) -> Vec<String> = $written;
                serializer.collect_seq(written(self))
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                Cow::Borrowed(Self::NAME)
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }],
                    "description": Self::EXPECTED,
                })
            }
        }
    };
}

list!(
    Names,
    |mut list, item| {
        list.0.push(item.to_owned());
        Some(list)
    },
    |list| list.0.clone()
);
list!(
    WeekdayList,
    |list, item| Self::item(item).map(|days| Self(list.0.or(days))),
    |list| list
        .0
        .iter()
        .map(|day| french::weekday(day).to_owned())
        .collect()
);
list!(
    DaysOffList,
    |list, item| Self::item(item).map(|off| Self(list.0.or(off))),
    |list| {
        let DaysOff {
            weekdays,
            without_class,
            public_holidays,
            school_holidays,
            office,
            closures,
            bridges,
        } = list.0;
        let mut words: Vec<String> = weekdays
            .iter()
            .map(|day| french::weekday(day).to_owned())
            .collect();
        let named = [
            (without_class, "sans école"),
            (public_holidays, "fériés"),
            (school_holidays, "vacances"),
            (office, "mairie fermée"),
            (closures, "fermetures"),
            (bridges, "ponts"),
        ];
        words.extend(
            named
                .into_iter()
                .filter(|(holds, _)| *holds)
                .map(|(_, word)| word.to_owned()),
        );
        words
    }
);

struct ListVisitor(&'static str);

impl<'de> Visitor<'de> for ListVisitor {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<String>, E> {
        Ok(vec![text.to_owned()])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<String>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(items)
    }
}
