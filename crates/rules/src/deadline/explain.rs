//! Why a limit is where it is, in plain French.

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan};

use super::cutoff::{Cutoff, Limit};
use super::limit::{Landed, avoided, skipped};
use super::rule::{After, Anchor, Consequence, Count, Rule, Season, Shift, When};
use super::verdict::{Closed, Verdict};
use crate::calendar::{Calendar, Hour, Off};
use crate::french::{self, count, plural};

impl Cutoff<'_> {
    /// "jusqu’au jeudi 19 novembre à 10 h 00".
    pub fn until_fr(&self) -> String {
        match self.limit {
            Limit::Always => "sans réservation".to_owned(),
            Limit::Never => "jamais".to_owned(),
            Limit::Unpublished => "aucune date publiée".to_owned(),
            Limit::At(at) => format!("jusqu’au {}", self.instant_fr(at)),
        }
    }

    /// The instant as a person says it: midnight is the end of the day before, "à 24 h 00".
    pub fn instant_fr(&self, at: Timestamp) -> String {
        let (day, hour) = self.wall(at);
        let said = if day.year() == self.service.day.year() {
            french::day(day)
        } else {
            french::day_year(day)
        };
        format!("{said} à {}", hour.label_fr())
    }

    /// Day and hour of a limit on the wall; midnight is the end of the day before, 24:00.
    pub fn wall(&self, at: Timestamp) -> (Date, Hour) {
        let local = at.to_zoned(self.calendar.zone.clone());
        let minute = u16::from(local.minute().unsigned_abs());
        let hour = Hour::new(u16::from(local.hour().unsigned_abs()), minute).unwrap_or(Hour::START);
        if hour == Hour::START {
            (local.date().saturating_sub(1.day()), Hour::END)
        } else {
            (local.date(), hour)
        }
    }

    /// "2 jours ouvrés avant, 10 h 00 ; le mercredi 11 novembre est férié (Armistice de 1918)".
    pub fn why_fr(&self) -> String {
        let rule = self.rule();
        let mut parts = vec![self.rule_fr(rule)];
        if let Some(landed) = self.landed {
            parts.extend(anchor_fr(rule.before, landed.anchor));
            parts.extend(self.skipped_fr(rule, landed));
            parts.extend(self.shifted_fr(rule, landed));
        }
        if self.capped {
            parts.push("au plus tard à la fin du service".to_owned());
        }
        if self.deadline.paid {
            parts.push("paiement compris".to_owned());
        }
        parts.extend(self.deadline.note.clone());
        parts.join("\u{a0}; ")
    }

    fn rule_fr(&self, rule: &Rule) -> String {
        let said = when_fr(rule, self.service.day, self.service.start);
        match self.exception {
            Some(exception) => {
                let mut of = Vec::new();
                of.extend(exception.after.map(|after| match after {
                    After::Holidays => "retour de vacances".to_owned(),
                    After::PublicHoliday => "retour de jour férié".to_owned(),
                }));
                of.extend(exception.during.map(|season| match season {
                    Season::Holidays => "vacances scolaires".to_owned(),
                    Season::School => "temps scolaire".to_owned(),
                }));
                if exception.on != crate::calendar::Weekdays::ALL {
                    of.push(exception.on.label_fr());
                }
                if of.is_empty() {
                    of.push("exception".to_owned());
                }
                format!("{}\u{a0}: {said}", of.join(", "))
            }
            None => said,
        }
    }

    fn skipped_fr(&self, rule: &Rule, landed: Landed) -> Vec<String> {
        let skipped = skipped(rule, self.calendar);
        if skipped.is_none() {
            return Vec::new();
        }
        let mut said: Vec<String> = Vec::new();
        let mut last: Option<&str> = None;
        for day in landed
            .counted
            .series(1.day())
            .take_while(|day| *day < landed.anchor)
        {
            let Some(off) = self.calendar.off(day, skipped, self.service.place) else {
                continue;
            };
            if let Off::SchoolHoliday(name) = off {
                if last != Some(name) {
                    said.extend(holiday_fr(self.calendar, day));
                }
                last = Some(name);
            } else if off.is_remarkable() {
                said.push(off.sentence_fr(day));
            }
        }
        said
    }

    fn shifted_fr(&self, rule: &Rule, landed: Landed) -> Option<String> {
        if landed.day == landed.counted {
            return None;
        }
        let avoided = avoided(rule, self.calendar);
        let off = self
            .calendar
            .off(landed.counted, avoided, self.service.place)?;
        let moved = match rule.shift() {
            Shift::Later => "reporté",
            Shift::Earlier | Shift::Stays => "avancé",
        };
        Some(format!(
            "{}, la limite est {moved}e au {}",
            off.sentence_fr(landed.counted),
            french::day(landed.day)
        ))
    }
}

impl Verdict<'_> {
    /// What a person reads: "Ouvert jusqu’au jeudi 19 novembre à 10 h 00."
    pub fn message_fr(&self, cutoff: &Cutoff<'_>) -> String {
        let at = |instant| cutoff.instant_fr(instant);
        match self {
            Self::NotYet { opens } => {
                let local = opens.to_zoned(cutoff.calendar.zone.clone());
                format!(
                    "Pas encore ouvert\u{a0}: à partir du {} à {}.",
                    french::day_year(local.date()),
                    french::hour(local.time())
                )
            }
            Self::Open {
                until: None,
                request: _,
            } => "Aucune réservation n’est nécessaire.".to_owned(),
            Self::Open {
                until: Some(until),
                request: false,
            } => format!("Ouvert jusqu’au {}.", at(*until)),
            Self::Open {
                until: Some(until),
                request: true,
            } => format!(
                "Ouvert sur demande jusqu’au {}\u{a0}: la mairie confirme.",
                at(*until)
            ),
            Self::Late {
                since,
                until,
                consequence,
            } => {
                let price = match consequence {
                    Consequence::Supplement(name) => {
                        format!("avec le supplément «\u{a0}{name}\u{a0}»")
                    }
                    Consequence::Request => "sur demande à la mairie".to_owned(),
                };
                format!(
                    "Le délai est passé depuis le {}. Encore possible {price} jusqu’au {}.",
                    at(*since),
                    at(*until)
                )
            }
            Self::Closed { since, why } => match (why, since) {
                (Closed::Passed, Some(since)) => {
                    format!(
                        "Trop tard\u{a0}: le délai est passé depuis le {}.",
                        at(*since)
                    )
                }
                (Closed::Passed, None) => "Trop tard.".to_owned(),
                (Closed::Never, _) => "La commune ne le permet pas.".to_owned(),
                (Closed::Unpublished, _) => {
                    "La commune n’a pas publié de date pour ce jour.".to_owned()
                }
            },
        }
    }
}

fn when_fr(rule: &Rule, day: Date, start: Option<Hour>) -> String {
    let said = match &rule.when {
        When::Always => return "aucune réservation n’est nécessaire".to_owned(),
        When::Never => return "la commune ne le permet pas".to_owned(),
        When::UntilStart => return "jusqu’au début du service".to_owned(),
        When::Minutes(n) => {
            let from = start.map_or_else(
                || " (heure inconnue, compté depuis 0\u{a0}h)".to_owned(),
                |start| format!(" ({})", start.label_fr()),
            );
            let counted = if rule.days_off.is_some() && rule.shift() == Shift::Stays {
                " qui comptent"
            } else {
                ""
            };
            return format!("{}{counted} avant le début{from}", duration_fr(*n));
        }
        When::Table(table) => {
            let index = usize::from(day.weekday().to_monday_zero_offset().unsigned_abs());
            let weekday = french::weekday(day.weekday());
            return match table.get(index).copied().flatten() {
                Some(entry) => format!(
                    "pour un {weekday}\u{a0}: {}{}",
                    table_fr(entry.day, entry.weeks_before, day.weekday()),
                    at_fr(entry.at.or(rule.at))
                ),
                None => format!("aucune limite publiée pour un {weekday}"),
            };
        }
        When::Days { n: 0, .. } => "le jour même".to_owned(),
        When::Days { n, count } => days_fr(*n, *count),
        When::DaysAfter(n) => format!("{} après", count(u64::from(*n), "jour", "jours")),
        When::ClearDays(n) => format!(
            "{} avant",
            count(u64::from(*n), "jour franc", "jours francs")
        ),
        When::Months(n) => format!("{} avant", count(u64::from(*n), "mois", "mois")),
        When::Weekday { day, weeks_before } => week_fr(*day, *weeks_before),
        When::Previous(day) => format!("le {} qui précède", french::weekday(*day)),
        When::MonthDay { day, months_before } => {
            let number = match day {
                1 => "le 1er".to_owned(),
                31.. => "le dernier jour".to_owned(),
                day => format!("le {day}"),
            };
            format!("{number} {}", month_fr(*months_before))
        }
        When::MonthWeekday {
            nth,
            day,
            months_before,
        } => {
            let nth = match u64::try_from(*nth) {
                Ok(nth) => french::ordinal(nth),
                Err(_) => "dernier".to_owned(),
            };
            format!(
                "le {nth} {} {}",
                french::weekday(*day),
                month_fr(*months_before)
            )
        }
        When::YearDay { month, day } => Date::new(2028, *month, *day).map_or_else(
            |_| "chaque année".to_owned(),
            |date| format!("chaque année le {}", french::day_month(date)),
        ),
        When::On(_) => "date fixée par la commune".to_owned(),
        When::Dates(_) => return "calendrier publié par la commune".to_owned(),
    };
    format!("{said}{}", at_fr(rule.at))
}

fn duration_fr(minutes: u32) -> String {
    let hours = count(u64::from(minutes / 60), "heure", "heures");
    match (minutes / 60, minutes % 60) {
        (_, 0) => hours,
        (0, minutes) => count(u64::from(minutes), "minute", "minutes"),
        (_, minutes) => format!("{hours} {minutes:02}"),
    }
}

fn at_fr(at: Option<Hour>) -> String {
    match at {
        None => ", fin de journée".to_owned(),
        Some(hour) => format!(", {}", hour.label_fr()),
    }
}

fn days_fr(n: u16, counted: Count) -> String {
    match (n, counted) {
        (1, Count::Calendar) => "la veille".to_owned(),
        (1, Count::Working) => "le jour ouvré précédent".to_owned(),
        (1, Count::School) => "le jour d’école précédent".to_owned(),
        (n, counted) => {
            let days = match counted {
                Count::Calendar => "jours",
                Count::Working => "jours ouvrés",
                Count::School => "jours d’école",
            };
            format!("{} avant", count(u64::from(n), days, days))
        }
    }
}

fn week_fr(day: Weekday, weeks_before: u8) -> String {
    let day = french::weekday(day);
    match weeks_before {
        0 => format!("le {day} de la même semaine"),
        1 => format!("le {day} de la semaine précédente"),
        n => format!("le {day}, {n} semaines avant"),
    }
}

fn table_fr(day: Weekday, weeks_before: Option<u8>, of: Weekday) -> String {
    match weeks_before {
        Some(weeks) => week_fr(day, weeks),
        None if day == of => "le jour même".to_owned(),
        None => format!("le {} qui précède", french::weekday(day)),
    }
}

fn month_fr(months_before: u8) -> String {
    match months_before {
        0 => "du même mois".to_owned(),
        1 => "du mois précédent".to_owned(),
        n => format!("{n} {} avant", plural(u64::from(n), "mois", "mois")),
    }
}

fn anchor_fr(before: Anchor, day: Date) -> Option<String> {
    let what = match before {
        Anchor::Day => return None,
        Anchor::Week => "début de la semaine",
        Anchor::Month => "premier jour d’activité du mois",
        Anchor::Holidays | Anchor::PreviousHolidays => "premier jour des vacances",
        Anchor::Period => "premier jour de la période",
        Anchor::SchoolPeriod => "premier jour d’école après les vacances",
        Anchor::SchoolYear => "année scolaire",
        Anchor::Season => "premier jour de la saison",
    };
    Some(format!("compté depuis le {} ({what})", french::day(day)))
}

fn holiday_fr(calendar: &Calendar, day: Date) -> Option<String> {
    calendar.school_holiday(day).map(|holiday| {
        format!(
            "{} du {} au {}",
            holiday.name,
            french::day_month(holiday.first),
            french::day_month(holiday.last)
        )
    })
}
