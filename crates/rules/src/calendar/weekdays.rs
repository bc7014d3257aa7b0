//! Days of the week as a set, and their names as a town hall writes them.

use jiff::civil::Weekday;

use crate::french;

/// Monday to Sunday, in the order of the week.
pub const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

/// Some days of the week.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Weekdays(u8);

impl Weekdays {
    /// No day.
    pub const NONE: Self = Self(0);
    /// Every day.
    pub const ALL: Self = Self(0b111_1111);
    /// Saturday and Sunday.
    pub const WEEK_END: Self = Self(0b110_0000);
    /// Monday, Tuesday, Thursday, Friday: the school week of four days (Code de l’éducation,
    /// D.521-12).
    pub const FOUR_DAYS: Self = Self(0b001_1011);
    /// Monday to Friday.
    pub const MONDAY_TO_FRIDAY: Self = Self(0b001_1111);

    /// These days.
    pub fn of(days: &[Weekday]) -> Self {
        days.iter().fold(Self::NONE, |set, day| set.with(*day))
    }

    /// With one day more.
    #[must_use]
    pub fn with(self, day: Weekday) -> Self {
        Self(self.0 | bit(day))
    }

    /// The days of either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The days that are not in it.
    #[must_use]
    pub const fn complement(self) -> Self {
        Self(!self.0 & Self::ALL.0)
    }

    /// Whether a day is in it.
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & bit(day) != 0
    }

    /// Whether no day is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The days, from Monday on.
    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        WEEK.into_iter().filter(move |day| self.contains(*day))
    }

    /// "lundi, mardi, jeudi et vendredi".
    pub fn label_fr(self) -> String {
        let names: Vec<&str> = self.iter().map(french::weekday).collect();
        french::list(&names)
    }
}

fn bit(day: Weekday) -> u8 {
    1 << day.to_monday_zero_offset()
}

/// Reads "lundi" or "lun".
pub fn parse_weekday(name: &str) -> Option<Weekday> {
    let name = name.trim().to_lowercase();
    WEEK.into_iter().find(|day| {
        let full = french::weekday(*day);
        name == full || name == full[..3]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_names_its_days_in_the_order_of_the_week() {
        let days = Weekdays::of(&[Weekday::Friday, Weekday::Monday]);
        assert_eq!(days.label_fr(), "lundi et vendredi");
        assert!(days.contains(Weekday::Friday) && !days.contains(Weekday::Sunday));
        assert_eq!(
            days.complement().label_fr(),
            "mardi, mercredi, jeudi, samedi et dimanche"
        );
        assert_eq!(
            Weekdays::FOUR_DAYS.label_fr(),
            "lundi, mardi, jeudi et vendredi"
        );
        assert_eq!(Weekdays::WEEK_END.label_fr(), "samedi et dimanche");
    }

    #[test]
    fn every_day_is_read_back_from_its_name() {
        for day in WEEK {
            assert_eq!(parse_weekday(french::weekday(day)), Some(day));
            assert_eq!(
                parse_weekday(&french::weekday(day)[..3].to_uppercase()),
                Some(day)
            );
        }
        assert_eq!(parse_weekday("monday"), None);
    }
}
