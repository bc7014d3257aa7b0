//! How long a commune keeps what it knows of people, series by series, and since when it decided so.
//!
//! Public archives count from the closing of a file (durée d'utilité administrative); what is erased
//! is told by a *bordereau d'élimination*: series, dates, volume.

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

/// A series of files that ends in the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Series {
    /// Files of families that left.
    Families,
    /// Requests that are over.
    Requests,
    /// Accounts that nobody uses.
    Accounts,
    /// Mails that were sent.
    Mails,
}

impl Series {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 4] = [Self::Families, Self::Requests, Self::Accounts, Self::Mails];

    /// The word in settings, forms and the list of what was erased.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Families => "families",
            Self::Requests => "requests",
            Self::Accounts => "accounts",
            Self::Mails => "mails",
        }
    }

    /// Reads the word.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    /// Its name.
    pub const fn label_fr(self) -> &'static str {
        match self {
            Self::Families => "Dossiers de familles parties",
            Self::Requests => "Demandes terminées",
            Self::Accounts => "Comptes inactifs",
            Self::Mails => "E-mails envoyés",
        }
    }

    /// From when it counts, and what is erased.
    pub const fn about_fr(self) -> &'static str {
        match self {
            Self::Families => {
                "Comptés depuis la clôture du dossier. Identités, coordonnées, santé, photos, personnes de confiance et codes sont effacés."
            }
            Self::Requests => {
                "Comptées depuis leur fin. Les messages et leurs pièces sont effacés ; le nombre et le délai de réponse restent, sans nom."
            }
            Self::Accounts => {
                "Comptés depuis la dernière connexion. La personne est prévenue par e-mail 30 jours avant."
            }
            Self::Mails => "Comptés depuis l’envoi. Le texte et l’adresse sont effacés.",
        }
    }

    /// Months that hold where the commune decided nothing.
    pub const fn usual(self) -> u16 {
        match self {
            Self::Families | Self::Accounts => 36,
            Self::Requests => 60,
            Self::Mails => 12,
        }
    }

    /// The fewest and the most months that a commune may choose.
    pub const fn bounds(self) -> (u16, u16) {
        match self {
            Self::Families | Self::Requests => (12, 120),
            Self::Accounts => (12, 60),
            Self::Mails => (6, 60),
        }
    }
}

/// What was decided from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The first day on which it holds.
    pub from: Date,
    /// Months, by series; a series that is not named is as usual.
    pub months: BTreeMap<String, u16>,
}

/// What a commune decided, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Schedule(pub Vec<Decision>);

impl Schedule {
    /// Months that a series is kept, by what holds on a day.
    pub fn months(&self, series: Series, on: Date) -> u16 {
        let decided = self.0.iter().rev().find(|d| d.from <= on);
        let months = decided.and_then(|d| d.months.get(series.code()).copied());
        months.unwrap_or(series.usual())
    }

    /// What ended before this day is to be erased.
    pub fn limit(&self, series: Series, on: Date) -> Date {
        on.saturating_sub(i32::from(self.months(series, on)).months())
    }

    /// Decides anew; what was to hold later than that is no longer to hold.
    pub fn decide(&mut self, new: Decision) {
        self.0.retain(|d| d.from < new.from);
        self.0.push(new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn decision(from: Date, months: u16) -> Decision {
        Decision {
            from,
            months: BTreeMap::from([("requests".to_owned(), months)]),
        }
    }

    #[test]
    fn a_duration_holds_from_its_day_on() {
        let mut schedule = Schedule::default();
        let today = date(2026, 11, 26);
        assert_eq!(schedule.limit(Series::Requests, today), date(2021, 11, 26));
        schedule.decide(decision(date(2026, 1, 1), 24));
        schedule.decide(decision(date(2027, 1, 1), 36));
        assert_eq!(schedule.months(Series::Requests, date(2025, 12, 31)), 60);
        assert_eq!(schedule.months(Series::Requests, today), 24);
        assert_eq!(schedule.months(Series::Requests, date(2027, 1, 1)), 36);
        assert_eq!(schedule.months(Series::Mails, today), 12);
        schedule.decide(decision(today, 48));
        assert_eq!(schedule.months(Series::Requests, date(2027, 6, 1)), 48);
        assert_eq!(schedule.0.len(), 2);
    }

    #[test]
    fn the_31st_of_a_month_without_one_is_its_last_day() {
        let schedule = Schedule::default();
        assert_eq!(
            schedule.limit(Series::Families, date(2027, 5, 31)),
            date(2024, 5, 31)
        );
        assert_eq!(
            schedule.limit(Series::Families, date(2028, 2, 29)),
            date(2025, 2, 28)
        );
    }
}
