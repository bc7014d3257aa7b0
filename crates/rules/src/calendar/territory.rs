//! Parts of France that differ by their public holidays or their clocks.

use jiff::tz::TimeZone;

/// Where a commune lies, as far as days off and clocks are concerned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Territory {
    /// Metropolitan France, Corsica included.
    #[default]
    Metropole,
    /// Bas-Rhin, Haut-Rhin and Moselle: local law (Code du travail, L.3134-13).
    AlsaceMoselle,
    /// 971.
    Guadeloupe,
    /// 972.
    Martinique,
    /// 973.
    Guyane,
    /// 974.
    Reunion,
    /// 975.
    SaintPierreEtMiquelon,
    /// 976.
    Mayotte,
    /// 977.
    SaintBarthelemy,
    /// 978.
    SaintMartin,
    /// 986.
    WallisEtFutuna,
    /// 987.
    PolynesieFrancaise,
    /// 988.
    NouvelleCaledonie,
}

/// Clocks by the rules in force since 1996 (directive 2000/84/EC for metropolitan France), as POSIX
/// writes them, so that no file of the machine is read.
const ZONES: &[(&str, &str)] = &[
    ("Europe/Paris", "CET-1CEST,M3.5.0,M10.5.0/3"),
    ("America/Guadeloupe", "AST4"),
    ("America/Martinique", "AST4"),
    ("America/St_Barthelemy", "AST4"),
    ("America/Marigot", "AST4"),
    ("America/Cayenne", "<-03>3"),
    ("America/Miquelon", "<-03>3<-02>,M3.2.0,M11.1.0"),
    ("Indian/Reunion", "<+04>-4"),
    ("Indian/Mayotte", "EAT-3"),
    ("Pacific/Noumea", "<+11>-11"),
    ("Pacific/Wallis", "<+12>-12"),
    ("Pacific/Tahiti", "<-10>10"),
    ("Pacific/Marquesas", "<-0930>9:30"),
    ("Pacific/Gambier", "<-09>9"),
];

impl Territory {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Metropole,
        Self::AlsaceMoselle,
        Self::Guadeloupe,
        Self::Martinique,
        Self::Guyane,
        Self::Reunion,
        Self::SaintPierreEtMiquelon,
        Self::Mayotte,
        Self::SaintBarthelemy,
        Self::SaintMartin,
        Self::WallisEtFutuna,
        Self::PolynesieFrancaise,
        Self::NouvelleCaledonie,
    ];

    /// Its name.
    pub const fn label_fr(self) -> &'static str {
        match self {
            Self::Metropole => "Métropole",
            Self::AlsaceMoselle => "Alsace-Moselle",
            Self::Guadeloupe => "Guadeloupe",
            Self::Martinique => "Martinique",
            Self::Guyane => "Guyane",
            Self::Reunion => "La Réunion",
            Self::SaintPierreEtMiquelon => "Saint-Pierre-et-Miquelon",
            Self::Mayotte => "Mayotte",
            Self::SaintBarthelemy => "Saint-Barthélemy",
            Self::SaintMartin => "Saint-Martin",
            Self::WallisEtFutuna => "Wallis-et-Futuna",
            Self::PolynesieFrancaise => "Polynésie française",
            Self::NouvelleCaledonie => "Nouvelle-Calédonie",
        }
    }

    /// By its name, in any case.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase();
        Self::ALL
            .into_iter()
            .find(|territory| territory.label_fr().to_lowercase() == name)
    }

    /// Of a département, by its code (`60`, `2A`, `974`).
    pub fn of_department(code: &str) -> Self {
        match code {
            "57" | "67" | "68" => Self::AlsaceMoselle,
            "971" => Self::Guadeloupe,
            "972" => Self::Martinique,
            "973" => Self::Guyane,
            "974" => Self::Reunion,
            "975" => Self::SaintPierreEtMiquelon,
            "976" => Self::Mayotte,
            "977" => Self::SaintBarthelemy,
            "978" => Self::SaintMartin,
            "986" => Self::WallisEtFutuna,
            "987" => Self::PolynesieFrancaise,
            "988" => Self::NouvelleCaledonie,
            _ => Self::Metropole,
        }
    }

    /// Of a commune's time zone, where nothing else is known: Paris is taken for metropolitan.
    pub fn of_zone(name: &str) -> Self {
        let found = Self::ALL.into_iter().find(|t| t.zone_name() == name);
        found.unwrap_or(Self::Metropole)
    }

    /// The name of its time zone. Polynesia has three; this is Tahiti's.
    pub const fn zone_name(self) -> &'static str {
        match self {
            Self::Metropole | Self::AlsaceMoselle => "Europe/Paris",
            Self::Guadeloupe => "America/Guadeloupe",
            Self::Martinique => "America/Martinique",
            Self::Guyane => "America/Cayenne",
            Self::Reunion => "Indian/Reunion",
            Self::SaintPierreEtMiquelon => "America/Miquelon",
            Self::Mayotte => "Indian/Mayotte",
            Self::SaintBarthelemy => "America/St_Barthelemy",
            Self::SaintMartin => "America/Marigot",
            Self::WallisEtFutuna => "Pacific/Wallis",
            Self::PolynesieFrancaise => "Pacific/Tahiti",
            Self::NouvelleCaledonie => "Pacific/Noumea",
        }
    }

    /// Its clocks.
    pub fn zone(self) -> TimeZone {
        zone(self.zone_name()).unwrap_or(TimeZone::UTC)
    }
}

/// The clocks of a French time zone, by its IANA name.
pub fn zone(name: &str) -> Option<TimeZone> {
    let (_, posix) = ZONES.iter().find(|(known, _)| *known == name)?;
    TimeZone::posix(posix).ok()
}

/// The names that [`zone`] knows.
pub fn zone_names() -> impl Iterator<Item = &'static str> {
    ZONES.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn each_territory_has_its_clock() {
        for territory in Territory::ALL {
            assert!(zone(territory.zone_name()).is_some(), "{territory:?}");
            assert_eq!(Territory::parse(territory.label_fr()), Some(territory));
        }
        assert!(zone_names().all(|name| zone(name).is_some()));
        let noon = date(2026, 11, 23).at(12, 0, 0, 0);
        for (department, utc) in [
            ("60", "2026-11-23T11:00:00Z"),
            ("974", "2026-11-23T08:00:00Z"),
            ("971", "2026-11-23T16:00:00Z"),
            ("988", "2026-11-23T01:00:00Z"),
        ] {
            let zone = Territory::of_department(department).zone();
            let instant = noon.to_zoned(zone).unwrap().timestamp();
            assert_eq!(instant.to_string(), utc, "{department}");
        }
    }

    #[test]
    fn our_clocks_are_those_of_the_machine_where_it_has_them() {
        for name in zone_names() {
            let Ok(theirs) = TimeZone::get(name) else {
                continue;
            };
            let ours = zone(name).unwrap();
            for month in 1..=12 {
                let at = date(2027, month, 20)
                    .at(12, 0, 0, 0)
                    .to_zoned(TimeZone::UTC)
                    .unwrap()
                    .timestamp();
                assert_eq!(ours.to_offset(at), theirs.to_offset(at), "{name} {month}");
            }
        }
    }
}
