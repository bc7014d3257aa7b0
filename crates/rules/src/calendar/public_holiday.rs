//! Public holidays, computed.
//!
//! Code du travail: L.3133-1 (everywhere), L.3134-13 (Alsace-Moselle), L.3422-2 and the decrees on the
//! commemoration of the abolition of slavery (overseas). What a territory adds by its own
//! deliberation is a day that the commune writes in its calendar.

use jiff::ToSpan;
use jiff::civil::Date;

use super::territory::Territory;

/// A public holiday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PublicHoliday {
    /// 1 January.
    NewYear,
    /// Two days before Easter, Alsace-Moselle.
    GoodFriday,
    /// The day after Easter.
    EasterMonday,
    /// 1 May.
    Labour,
    /// 8 May.
    Victory,
    /// 39 days after Easter.
    Ascension,
    /// 50 days after Easter.
    WhitMonday,
    /// 14 July.
    National,
    /// 15 August.
    Assumption,
    /// 1 November.
    AllSaints,
    /// 11 November.
    Armistice,
    /// 25 December.
    Christmas,
    /// 26 December, Alsace-Moselle.
    SaintStephen,
    /// Overseas, at a date of each territory.
    Abolition,
}

impl PublicHoliday {
    /// The holiday of a day in a territory.
    pub fn on(date: Date, territory: Territory) -> Option<Self> {
        Self::fixed(date, territory).or_else(|| Self::movable(date, territory))
    }

    /// Those of a year, in order.
    pub fn of_year(year: i16, territory: Territory) -> Vec<(Date, Self)> {
        let first = Date::new(year, 1, 1).into_iter();
        first
            .flat_map(|first| first.series(1.day()))
            .take_while(|day| day.year() == year)
            .filter_map(|day| Self::on(day, territory).map(|holiday| (day, holiday)))
            .collect()
    }

    /// Its name.
    pub const fn label_fr(self) -> &'static str {
        match self {
            Self::NewYear => "Jour de l’an",
            Self::GoodFriday => "Vendredi saint",
            Self::EasterMonday => "Lundi de Pâques",
            Self::Labour => "Fête du travail",
            Self::Victory => "Victoire de 1945",
            Self::Ascension => "Ascension",
            Self::WhitMonday => "Lundi de Pentecôte",
            Self::National => "Fête nationale",
            Self::Assumption => "Assomption",
            Self::AllSaints => "Toussaint",
            Self::Armistice => "Armistice de 1918",
            Self::Christmas => "Noël",
            Self::SaintStephen => "Saint-Étienne",
            Self::Abolition => "Abolition de l’esclavage",
        }
    }

    fn fixed(date: Date, territory: Territory) -> Option<Self> {
        let holiday = match (date.month(), date.day()) {
            (1, 1) => Self::NewYear,
            (5, 1) => Self::Labour,
            (5, 8) => Self::Victory,
            (7, 14) => Self::National,
            (8, 15) => Self::Assumption,
            (11, 1) => Self::AllSaints,
            (11, 11) => Self::Armistice,
            (12, 25) => Self::Christmas,
            (12, 26) if territory == Territory::AlsaceMoselle => Self::SaintStephen,
            day if abolition(territory, date.year()) == Some(day) => Self::Abolition,
            _ => return None,
        };
        Some(holiday)
    }

    fn movable(date: Date, territory: Territory) -> Option<Self> {
        if !(3..=6).contains(&date.month()) {
            return None;
        }
        let since_easter = date.day_of_year() - easter(date.year()).day_of_year();
        match since_easter {
            -2 if territory == Territory::AlsaceMoselle => Some(Self::GoodFriday),
            1 => Some(Self::EasterMonday),
            39 => Some(Self::Ascension),
            50 => Some(Self::WhitMonday),
            _ => None,
        }
    }
}

/// Month and day. Saint-Martin left the date of Guadeloupe in 2018.
const fn abolition(territory: Territory, year: i16) -> Option<(i8, i8)> {
    match territory {
        Territory::Mayotte => Some((4, 27)),
        Territory::Martinique => Some((5, 22)),
        Territory::SaintMartin if year >= 2018 => Some((5, 28)),
        Territory::Guadeloupe | Territory::SaintMartin => Some((5, 27)),
        Territory::Guyane => Some((6, 10)),
        Territory::SaintBarthelemy => Some((10, 9)),
        Territory::Reunion => Some((12, 20)),
        _ => None,
    }
}

/// Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher).
pub fn easter(year: i16) -> Date {
    let year_number = i32::from(year);
    let golden = year_number % 19;
    let (century, of_century) = (year_number / 100, year_number % 100);
    let correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - correction + 15) % 30;
    let to_sunday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * to_sunday) / 451;
    let days_after_first_of_march = epact + to_sunday - 7 * late + 21;
    Date::new(year, 3, 1).map_or(Date::MAX, |march| {
        march.saturating_add(days_after_first_of_march.days())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn easter_falls_where_the_almanac_has_it() {
        for (year, month, day) in [
            (2000, 4, 23),
            (2008, 3, 23),
            (2024, 3, 31),
            (2025, 4, 20),
            (2026, 4, 5),
            (2027, 3, 28),
            (2028, 4, 16),
            (2038, 4, 25),
        ] {
            assert_eq!(easter(year), date(year, month, day));
        }
    }

    #[test]
    fn the_year_of_laigneville_has_eleven_holidays() {
        let days: Vec<String> = PublicHoliday::of_year(2026, Territory::Metropole)
            .into_iter()
            .map(|(day, holiday)| format!("{day} {}", holiday.label_fr()))
            .collect();
        assert_eq!(
            days,
            [
                "2026-01-01 Jour de l’an",
                "2026-04-06 Lundi de Pâques",
                "2026-05-01 Fête du travail",
                "2026-05-08 Victoire de 1945",
                "2026-05-14 Ascension",
                "2026-05-25 Lundi de Pentecôte",
                "2026-07-14 Fête nationale",
                "2026-08-15 Assomption",
                "2026-11-01 Toussaint",
                "2026-11-11 Armistice de 1918",
                "2026-12-25 Noël",
            ]
        );
    }

    #[test]
    fn strasbourg_rests_on_good_friday_and_on_the_day_after_christmas() {
        let alsace = Territory::of_department("67");
        assert_eq!(
            PublicHoliday::on(date(2026, 4, 3), alsace),
            Some(PublicHoliday::GoodFriday)
        );
        assert_eq!(
            PublicHoliday::on(date(2026, 12, 26), alsace),
            Some(PublicHoliday::SaintStephen)
        );
        assert_eq!(
            PublicHoliday::on(date(2026, 4, 3), Territory::Metropole),
            None
        );
    }

    #[test]
    fn saint_martin_changed_its_day_of_the_abolition() {
        let on = |y, m, d| PublicHoliday::on(date(y, m, d), Territory::SaintMartin);
        assert_eq!(on(2017, 5, 27), Some(PublicHoliday::Abolition));
        assert_eq!(on(2018, 5, 27), None);
        assert_eq!(on(2018, 5, 28), Some(PublicHoliday::Abolition));
    }
}
