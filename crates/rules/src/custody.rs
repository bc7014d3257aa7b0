//! The custody calendar of a child with two homes: whose day it is.
//!
//! A rhythm counts from an anchor day, never from the parity of a week's number: 2026 has 53 weeks,
//! and two odd ones would follow each other. What is kept is one line of words,
//! `foyer=12087-00002 rythme=semaines depuis=2026-09-04 vacances=paires sauf=2026-12-24`.

use std::collections::BTreeSet;
use std::fmt;

use jiff::civil::{Date, Weekday};
use thiserror::Error;

use crate::{
    calendar::{SchoolHoliday, Weekdays, parse_weekday},
    family::typed_date,
    french,
};

/// Days that may be changed one by one, at most.
const MOST_CHANGES: usize = 60;
/// The longest number of a family.
const LONGEST: usize = 40;

/// Where the child is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// With the family that the calendar names.
    Named,
    /// In the other home.
    Other,
}

impl Home {
    const fn swapped(self, swapped: bool) -> Self {
        match (self, swapped) {
            (home, false) => home,
            (Self::Named, true) => Self::Other,
            (Self::Other, true) => Self::Named,
        }
    }
}

/// How weeks alternate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rhythm {
    /// One week in two: the one that starts on this day is with the named family.
    Weeks(Date),
    /// With the named family, but for one week-end in two: the Saturday of the first one.
    WeekEnds(Date),
    /// The same each week: the days in the other home.
    Days(Weekdays),
}

/// Who has the halves of the school holidays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holidays {
    /// As the rest of the year.
    AsUsual,
    /// The first half is with the named family in the years of this parity, the second in the others.
    Halves {
        /// The first half in even years.
        first_in_even_years: bool,
    },
}

/// A custody calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Custody {
    /// Number of the family that it is written for.
    pub family: String,
    /// The rhythm.
    pub rhythm: Rhythm,
    /// The school holidays.
    pub holidays: Holidays,
    /// Days on which it is the other way round.
    pub changes: BTreeSet<Date>,
}

/// Why a calendar was not taken. The `Display` text is the French sentence for the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CustodyError {
    /// No family.
    #[error("Indiquez le foyer.")]
    Family,
    /// No rhythm.
    #[error("Choisissez comment la garde alterne.")]
    Rhythm,
    /// No day to count from.
    #[error(
        "Indiquez le premier jour d’une semaine (ou d’un week-end) que vous connaissez, par exemple 04/09/2026."
    )]
    Since,
    /// A week-end that does not start on a Saturday.
    #[error("Un week-end se compte à partir d’un samedi.")]
    NotASaturday,
    /// No day of the week, or all of them.
    #[error("Cochez les jours passés dans l’autre foyer : au moins un, et pas les sept.")]
    Days,
    /// The holidays.
    #[error("Choisissez comment les vacances sont partagées.")]
    Holidays,
    /// A day that is none.
    #[error(
        "Un des jours changés n’est pas une date : écrivez par exemple 24/12/2026, un jour par ligne."
    )]
    Change,
    /// Too many days.
    #[error("Pas plus de {MOST_CHANGES} jours changés.")]
    TooManyChanges,
}

impl Custody {
    /// Reads the line that is kept.
    pub fn parse(line: &str) -> Result<Self, CustodyError> {
        let value = |key: &str| {
            let mut words = line.split_whitespace();
            words.find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
        };
        let family = value("foyer").filter(|f| !f.is_empty() && f.chars().count() <= LONGEST);
        let since = || {
            let day = value("depuis")
                .and_then(typed_date)
                .ok_or(CustodyError::Since);
            day.and_then(known)
        };
        let rhythm = match value("rythme") {
            Some("semaines") => Rhythm::Weeks(since()?),
            Some("weekends") => {
                let first = since()?;
                if first.weekday() != Weekday::Saturday {
                    return Err(CustodyError::NotASaturday);
                }
                Rhythm::WeekEnds(first)
            }
            Some("jours") => Rhythm::Days(days(value("jours").unwrap_or_default())?),
            _ => return Err(CustodyError::Rhythm),
        };
        let holidays = match value("vacances") {
            None | Some("") => Holidays::AsUsual,
            Some("paires") => Holidays::Halves {
                first_in_even_years: true,
            },
            Some("impaires") => Holidays::Halves {
                first_in_even_years: false,
            },
            Some(_) => return Err(CustodyError::Holidays),
        };
        let listed = value("sauf").unwrap_or_default();
        let changes = listed.split(',').filter(|text| !text.is_empty());
        let changes: BTreeSet<Date> = changes
            .map(|text| {
                typed_date(text)
                    .and_then(|d| known(d).ok())
                    .ok_or(CustodyError::Change)
            })
            .collect::<Result<_, _>>()?;
        if changes.len() > MOST_CHANGES {
            return Err(CustodyError::TooManyChanges);
        }
        Ok(Self {
            family: family.ok_or(CustodyError::Family)?.to_owned(),
            rhythm,
            holidays,
            changes,
        })
    }

    /// Where the child is on a day; `holiday` is the school holiday that the day is in.
    pub fn home(&self, day: Date, holiday: Option<&SchoolHoliday>) -> Home {
        let home = match (self.holidays, holiday) {
            (
                Holidays::Halves {
                    first_in_even_years,
                },
                Some(holiday),
            ) => {
                let even = holiday.first.year() % 2 == 0;
                let half = days_between(holiday.first, holiday.last) / 2;
                let first = days_between(holiday.first, day) <= half;
                Home::Named.swapped(first != (even == first_in_even_years))
            }
            _ => self.rhythm.home(day),
        };
        home.swapped(self.changes.contains(&day))
    }

    /// Whether a day is this family's.
    pub fn is_with(&self, family: &str, day: Date, holiday: Option<&SchoolHoliday>) -> bool {
        (self.home(day, holiday) == Home::Named) == (self.family == family)
    }

    /// The calendar in words, a sentence a line; `named` and `other` are the homes: « chez vous ».
    pub fn words_fr(&self, named: &str, other: &str) -> Vec<String> {
        let mut lines = vec![match self.rhythm {
            Rhythm::Weeks(since) => format!(
                "Une semaine sur deux, du {} au {} : {named} la semaine du {}, {other} la suivante.",
                french::weekday(since.weekday()),
                french::weekday(since.yesterday().unwrap_or(since).weekday()),
                french::day_month_year(since),
            ),
            Rhythm::WeekEnds(first) => format!(
                "Toute la semaine {named}, et {other} un week-end sur deux à partir du {}.",
                french::day_year(first)
            ),
            Rhythm::Days(days) => {
                let there: Vec<_> = days.iter().map(french::weekday).collect();
                format!(
                    "Chaque semaine {other} : {} ; {named} les autres jours.",
                    french::list(&there)
                )
            }
        }];
        if let Holidays::Halves {
            first_in_even_years,
        } = self.holidays
        {
            let (first, second) = if first_in_even_years {
                ("paires", "impaires")
            } else {
                ("impaires", "paires")
            };
            lines.push(format!(
                "Vacances par moitiés : la première {named} les années {first}, la seconde les années {second}."
            ));
        }
        if !self.changes.is_empty() {
            let days: Vec<_> = self
                .changes
                .iter()
                .map(|d| french::day_month_year(*d))
                .collect();
            lines.push(format!("À l’inverse : {}.", french::list(&days)));
        }
        lines
    }
}

impl Rhythm {
    fn home(self, day: Date) -> Home {
        match self {
            Self::Weeks(since) => {
                Home::Named.swapped(days_between(since, day).div_euclid(7) % 2 != 0)
            }
            Self::WeekEnds(first) => {
                let since = days_between(first, day);
                Home::Named.swapped(since.div_euclid(7) % 2 == 0 && since.rem_euclid(7) < 2)
            }
            Self::Days(days) => Home::Named.swapped(days.contains(day.weekday())),
        }
    }
}

impl fmt::Display for Custody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "foyer={} ", self.family)?;
        match self.rhythm {
            Rhythm::Weeks(since) => write!(f, "rythme=semaines depuis={since}")?,
            Rhythm::WeekEnds(first) => write!(f, "rythme=weekends depuis={first}")?,
            Rhythm::Days(days) => {
                let names: Vec<_> = days.iter().map(french::weekday).collect();
                write!(f, "rythme=jours jours={}", names.join(","))?;
            }
        }
        match self.holidays {
            Holidays::AsUsual => {}
            Holidays::Halves {
                first_in_even_years: true,
            } => f.write_str(" vacances=paires")?,
            Holidays::Halves {
                first_in_even_years: false,
            } => f.write_str(" vacances=impaires")?,
        }
        if !self.changes.is_empty() {
            let days: Vec<_> = self.changes.iter().map(Date::to_string).collect();
            write!(f, " sauf={}", days.join(","))?;
        }
        Ok(())
    }
}

/// A day of our time.
fn known(day: Date) -> Result<Date, CustodyError> {
    let ours = (2000..=2200).contains(&day.year());
    ours.then_some(day).ok_or(CustodyError::Since)
}

fn days(text: &str) -> Result<Weekdays, CustodyError> {
    let names: Vec<_> = text.split(',').filter(|name| !name.is_empty()).collect();
    let days: Option<Vec<Weekday>> = names.into_iter().map(parse_weekday).collect();
    let days = Weekdays::of(&days.ok_or(CustodyError::Days)?);
    if (1..7).contains(&days.iter().count()) {
        Ok(days)
    } else {
        Err(CustodyError::Days)
    }
}

fn days_between(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::{ToSpan, civil::date};
    use proptest::prelude::*;

    fn read(line: &str) -> Custody {
        Custody::parse(line).unwrap_or_else(|e| panic!("{line}: {e}"))
    }

    #[test]
    fn the_53_weeks_of_2026_do_not_give_two_weeks_in_a_row() {
        let custody = read("foyer=F1 rythme=semaines depuis=2026-12-21");
        let mut monday = date(2026, 12, 21);
        let mut homes = Vec::new();
        for _ in 0..4 {
            homes.push(custody.home(monday, None));
            monday = monday.saturating_add(7.days());
        }
        assert_eq!(homes, [Home::Named, Home::Other, Home::Named, Home::Other]);
        assert!(custody.is_with("F2", date(2026, 12, 28), None));
        assert!(!custody.is_with("F1", date(2027, 1, 3), None));
    }

    #[test]
    fn weeks_that_change_on_a_friday() {
        let custody = read("foyer=F1 rythme=semaines depuis=2026-09-04");
        assert_eq!(custody.home(date(2026, 9, 10), None), Home::Named);
        assert_eq!(custody.home(date(2026, 9, 11), None), Home::Other);
        assert_eq!(custody.home(date(2026, 9, 3), None), Home::Other);
    }

    #[test]
    fn one_week_end_in_two() {
        let custody = read("foyer=F1 rythme=weekends depuis=2026-11-28");
        assert_eq!(custody.home(date(2026, 11, 27), None), Home::Named);
        assert_eq!(custody.home(date(2026, 11, 29), None), Home::Other);
        assert_eq!(custody.home(date(2026, 12, 5), None), Home::Named);
        assert_eq!(custody.home(date(2026, 12, 12), None), Home::Other);
    }

    #[test]
    fn wednesdays_elsewhere_and_one_exchanged() {
        let custody = read("foyer=F1 rythme=jours jours=mercredi sauf=2026-11-25,26/11/2026");
        assert_eq!(custody.home(date(2026, 11, 18), None), Home::Other);
        assert_eq!(custody.home(date(2026, 11, 25), None), Home::Named);
        assert_eq!(custody.home(date(2026, 11, 26), None), Home::Other);
        let words = custody
            .words_fr("chez vous", "dans l’autre foyer")
            .join(" ");
        assert!(words.contains("mercredi"), "{words}");
        assert!(words.contains("25\u{a0}novembre\u{a0}2026"), "{words}");
    }

    #[test]
    fn halves_of_the_holidays_change_over_with_the_year() {
        let custody = read("foyer=F1 rythme=semaines depuis=2026-09-04 vacances=paires");
        let holiday = |year| SchoolHoliday {
            name: "Vacances de la Toussaint".to_owned(),
            first: date(year, 10, 17),
            last: date(year, 11, 1),
        };
        let on = |year, month, day| custody.home(date(year, month, day), Some(&holiday(year)));
        assert_eq!(on(2026, 10, 17), Home::Named);
        assert_eq!(on(2026, 10, 24), Home::Named);
        assert_eq!(on(2026, 10, 25), Home::Other);
        assert_eq!(on(2026, 11, 1), Home::Other);
        assert_eq!(on(2027, 10, 17), Home::Other);
        assert_eq!(on(2027, 11, 1), Home::Named);
    }

    #[test]
    fn what_cannot_be_is_said() {
        for (line, error) in [
            ("rythme=semaines depuis=2026-09-04", CustodyError::Family),
            ("foyer=F1", CustodyError::Rhythm),
            ("foyer=F1 rythme=semaines", CustodyError::Since),
            (
                "foyer=F1 rythme=semaines depuis=31/02/2026",
                CustodyError::Since,
            ),
            (
                "foyer=F1 rythme=semaines depuis=0900-01-01",
                CustodyError::Since,
            ),
            (
                "foyer=F1 rythme=weekends depuis=2026-11-27",
                CustodyError::NotASaturday,
            ),
            ("foyer=F1 rythme=jours", CustodyError::Days),
            (
                "foyer=F1 rythme=jours jours=lundi,dredi",
                CustodyError::Days,
            ),
            (
                "foyer=F1 rythme=jours jours=lundi,mardi,mercredi,jeudi,vendredi,samedi,dimanche",
                CustodyError::Days,
            ),
            (
                "foyer=F1 rythme=jours jours=lundi vacances=parfois",
                CustodyError::Holidays,
            ),
            (
                "foyer=F1 rythme=jours jours=lundi sauf=demain",
                CustodyError::Change,
            ),
        ] {
            assert_eq!(Custody::parse(line), Err(error), "{line}");
        }
    }

    proptest! {
        #[test]
        fn each_day_is_in_exactly_one_home(offset in 0i32..4000, kind in 0usize..4, holidays in 0usize..3) {
            let rhythm = ["semaines depuis=2026-09-04", "weekends depuis=2026-11-28", "jours jours=lundi,jeudi", "semaines depuis=2026-09-07"][kind];
            let holidays = ["", " vacances=paires", " vacances=impaires"][holidays];
            let custody = read(&format!("foyer=F1 rythme={rhythm}{holidays}"));
            prop_assert_eq!(&read(&custody.to_string()), &custody);
            let day = date(2024, 1, 1).saturating_add(offset.days());
            let holiday = SchoolHoliday { name: String::new(), first: date(2026, 7, 4), last: date(2026, 8, 31) };
            let holiday = holiday.contains(day).then_some(&holiday);
            prop_assert!(custody.is_with("F1", day, holiday) != custody.is_with("F2", day, holiday));
        }

        #[test]
        fn nothing_that_is_sent_breaks_it(line in "(foyer=F1 )?(rythme=(semaines|weekends|jours) )?(depuis=[0-9/-]{0,12} )?(jours=[a-z,]{0,12} )?(sauf=[0-9/,-]{0,30})?") {
            if let Ok(custody) = Custody::parse(&line) {
                prop_assert_eq!(Custody::parse(&custody.to_string()), Ok(custody));
            }
        }
    }
}
