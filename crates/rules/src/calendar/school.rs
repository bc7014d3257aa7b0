//! School holidays by zone, and the weeks of schools.
//!
//! The dates are fixed by decree (Code de l’éducation, L.521-1) and arrive as data: a file that is
//! shipped, or the one that a commune or its host puts in its place.

use jiff::civil::{Date, Weekday};

use super::weekdays::Weekdays;

/// A school zone: A, B, C, or a territory that has its own calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SchoolZone {
    /// Zone A.
    A,
    /// Zone B.
    B,
    /// Zone C.
    C,
    /// The académie of Corsica.
    Corse,
    /// 971, 977 and 978.
    Guadeloupe,
    /// 972.
    Martinique,
    /// 973.
    Guyane,
    /// 974.
    Reunion,
    /// 976.
    Mayotte,
    /// 975.
    SaintPierreEtMiquelon,
    /// 986.
    WallisEtFutuna,
    /// 987.
    PolynesieFrancaise,
    /// 988.
    NouvelleCaledonie,
}

/// Zone, its name, its académies, its départements.
type ZoneRow = (
    SchoolZone,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const ZONES: &[ZoneRow] = &[
    (
        SchoolZone::A,
        "A",
        &[
            "Besançon",
            "Bordeaux",
            "Clermont-Ferrand",
            "Dijon",
            "Grenoble",
            "Limoges",
            "Lyon",
            "Poitiers",
        ],
        &[
            "01", "03", "07", "15", "16", "17", "19", "21", "23", "24", "25", "26", "33", "38",
            "39", "40", "42", "43", "47", "58", "63", "64", "69", "70", "71", "73", "74", "79",
            "86", "87", "89", "90",
        ],
    ),
    (
        SchoolZone::B,
        "B",
        &[
            "Aix-Marseille",
            "Amiens",
            "Lille",
            "Nancy-Metz",
            "Nantes",
            "Nice",
            "Normandie",
            "Orléans-Tours",
            "Reims",
            "Rennes",
            "Strasbourg",
        ],
        &[
            "02", "04", "05", "06", "08", "10", "13", "14", "18", "22", "27", "28", "29", "35",
            "36", "37", "41", "44", "45", "49", "50", "51", "52", "53", "54", "55", "56", "57",
            "59", "60", "61", "62", "67", "68", "72", "76", "80", "83", "84", "85", "88",
        ],
    ),
    (
        SchoolZone::C,
        "C",
        &["Créteil", "Montpellier", "Paris", "Toulouse", "Versailles"],
        &[
            "09", "11", "12", "30", "31", "32", "34", "46", "48", "65", "66", "75", "77", "78",
            "81", "82", "91", "92", "93", "94", "95",
        ],
    ),
    (SchoolZone::Corse, "Corse", &["Corse"], &["2A", "2B", "20"]),
    (
        SchoolZone::Guadeloupe,
        "Guadeloupe",
        &["Guadeloupe"],
        &["971", "977", "978"],
    ),
    (
        SchoolZone::Martinique,
        "Martinique",
        &["Martinique"],
        &["972"],
    ),
    (SchoolZone::Guyane, "Guyane", &["Guyane"], &["973"]),
    (SchoolZone::Reunion, "La Réunion", &["La Réunion"], &["974"]),
    (SchoolZone::Mayotte, "Mayotte", &["Mayotte"], &["976"]),
    (
        SchoolZone::SaintPierreEtMiquelon,
        "Saint-Pierre-et-Miquelon",
        &[],
        &["975"],
    ),
    (
        SchoolZone::WallisEtFutuna,
        "Wallis-et-Futuna",
        &[],
        &["986"],
    ),
    (
        SchoolZone::PolynesieFrancaise,
        "Polynésie française",
        &[],
        &["987"],
    ),
    (
        SchoolZone::NouvelleCaledonie,
        "Nouvelle-Calédonie",
        &[],
        &["988"],
    ),
];

impl SchoolZone {
    /// By the name of the zone ("B") or of an académie ("Amiens").
    pub fn parse(name: &str) -> Option<Self> {
        let same = |known: &&str| known.to_lowercase() == name.trim().to_lowercase();
        ZONES
            .iter()
            .find(|(_, label, academies, _)| same(label) || academies.iter().any(same))
            .map(|(zone, ..)| *zone)
    }

    /// Of a département, by its code.
    pub fn of_department(code: &str) -> Option<Self> {
        ZONES
            .iter()
            .find(|(.., departments)| departments.contains(&code))
            .map(|(zone, ..)| *zone)
    }

    /// "zone B", "La Réunion".
    pub fn label_fr(self) -> String {
        match self {
            Self::A | Self::B | Self::C => format!("zone {}", self.name()),
            _ => self.name().to_owned(),
        }
    }

    /// As files name it: "B", "La Réunion".
    pub fn name(self) -> &'static str {
        ZONES
            .iter()
            .find(|(zone, ..)| *zone == self)
            .map_or("", |(_, name, ..)| name)
    }
}

/// A range of days without school, both included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolHoliday {
    /// "Vacances de la Toussaint".
    pub name: String,
    /// The first day without school; often a Saturday.
    pub first: Date,
    /// The last one; classes start again on the morning after.
    pub last: Date,
}

impl SchoolHoliday {
    /// Whether a day is in it.
    pub fn contains(&self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }
}

/// The school holidays of all zones, as a file lists them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SchoolHolidays(pub Vec<(SchoolZone, SchoolHoliday)>);

impl SchoolHolidays {
    /// Those of one zone, in order.
    pub fn of(&self, zone: SchoolZone) -> Vec<SchoolHoliday> {
        let mut holidays: Vec<SchoolHoliday> = self
            .0
            .iter()
            .filter(|(of, _)| *of == zone)
            .map(|(_, holiday)| holiday.clone())
            .collect();
        holidays.sort_by_key(|holiday| holiday.first);
        holidays
    }
}

/// The days on which a school has class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchoolWeek {
    /// All days with class, whole or half.
    pub days: Weekdays,
    /// Those of them with class in the morning only.
    pub mornings: Weekdays,
}

impl SchoolWeek {
    /// Four days: Monday, Tuesday, Thursday, Friday.
    pub const FOUR: Self = Self {
        days: Weekdays::FOUR_DAYS,
        mornings: Weekdays::NONE,
    };

    /// Four and a half: with one morning, of Wednesday or Saturday (Code de l’éducation, D.521-10).
    pub fn four_and_a_half(morning: Weekday) -> Self {
        Self {
            days: Weekdays::FOUR_DAYS.with(morning),
            mornings: Weekdays::NONE.with(morning),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commune_finds_its_zone_by_its_departement_or_its_academie() {
        assert_eq!(SchoolZone::of_department("60"), Some(SchoolZone::B));
        assert_eq!(SchoolZone::parse("Amiens"), Some(SchoolZone::B));
        assert_eq!(SchoolZone::parse("c"), Some(SchoolZone::C));
        assert_eq!(SchoolZone::of_department("2A"), Some(SchoolZone::Corse));
        assert_eq!(SchoolZone::parse("La Réunion"), Some(SchoolZone::Reunion));
        assert_eq!(SchoolZone::parse("D"), None);
    }

    #[test]
    fn every_metropolitan_departement_has_one_zone() {
        let mut codes: Vec<String> = (1..=95)
            .filter(|n| *n != 20)
            .map(|n| format!("{n:02}"))
            .collect();
        codes.extend(["2A".into(), "2B".into()]);
        for code in codes {
            let zones = ZONES
                .iter()
                .filter(|(.., d)| d.contains(&code.as_str()))
                .count();
            assert_eq!(zones, 1, "{code}");
        }
    }

    #[test]
    fn four_and_a_half_days_have_one_morning() {
        let week = SchoolWeek::four_and_a_half(Weekday::Wednesday);
        assert_eq!(
            week.days.label_fr(),
            "lundi, mardi, mercredi, jeudi et vendredi"
        );
        assert_eq!(week.mornings.label_fr(), "mercredi");
    }
}
