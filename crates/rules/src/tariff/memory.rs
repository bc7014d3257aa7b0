//! How long a fault is remembered: penalties from the n-th time on.

use jiff::ToSpan;
use jiff::civil::Date;

/// Over what the times are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// The calendar month of the fault.
    Month,
    /// The civil quarter.
    Quarter,
    /// From 1 September to 31 August.
    SchoolYear,
    /// The civil year.
    Year,
    /// So many days back, the fault's included.
    Days(i64),
    /// For ever.
    Always,
}

impl Memory {
    /// Reads `mois`, `trimestre`, `année scolaire`, `année`, `30 jours`, `toujours`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            "mois" => Some(Self::Month),
            "trimestre" => Some(Self::Quarter),
            "année scolaire" => Some(Self::SchoolYear),
            "année" => Some(Self::Year),
            "toujours" => Some(Self::Always),
            other => {
                let days = other.strip_suffix(" jours")?.trim().parse().ok()?;
                (1..=3_660).contains(&days).then_some(Self::Days(days))
            }
        }
    }

    /// The first day that is remembered on `day`.
    pub fn since(self, day: Date) -> Date {
        let first_of = |month: i8, year: i16| Date::new(year, month, 1).unwrap_or(Date::MIN);
        match self {
            Self::Month => day.first_of_month(),
            Self::Quarter => first_of((day.month() - 1) / 3 * 3 + 1, day.year()),
            Self::SchoolYear if day.month() >= 9 => first_of(9, day.year()),
            Self::SchoolYear => first_of(9, day.year() - 1),
            Self::Year => first_of(1, day.year()),
            Self::Days(days) => day.checked_sub((days - 1).days()).unwrap_or(Date::MIN),
            Self::Always => Date::MIN,
        }
    }

    /// Which time it is on `day`: the earlier faults that are remembered, and this one.
    pub fn occurrence(self, earlier: &[Date], day: Date) -> i64 {
        let since = self.since(day);
        let known = (earlier.iter())
            .filter(|at| since <= **at && **at <= day)
            .count();
        i64::try_from(known).unwrap_or(i64::MAX - 1) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_third_late_pick_up_of_the_school_year() {
        let earlier = [date(2026, 6, 30), date(2026, 9, 3), date(2027, 1, 12)];
        let count = |text| {
            let memory = Memory::parse(text).unwrap();
            memory.occurrence(&earlier, date(2027, 1, 20))
        };
        assert_eq!(count("mois"), 2);
        assert_eq!(count("trimestre"), 2);
        assert_eq!(count("année"), 2);
        assert_eq!(count("année scolaire"), 3);
        assert_eq!(count("toujours"), 4);
        assert_eq!(count("9 jours"), 2);
        assert_eq!(count("8 jours"), 1);
        assert_eq!(Memory::parse("0 jours"), None);
    }

    #[test]
    fn a_fault_of_tomorrow_is_not_remembered_today() {
        let earlier = [date(2026, 9, 8)];
        assert_eq!(Memory::Always.occurrence(&earlier, date(2026, 9, 7)), 1);
    }
}
