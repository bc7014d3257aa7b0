//! May this child be booked, or cancelled, for that unit on that day? The same answer draws the cell of the planning,
//! the line of the verification, and decides in the lane.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    calendar::Off,
    deadline::{Consequence, Cutoff, Verdict},
    french,
    settings::{Action, NotServed, Query, Rulebook, Unanswered},
};

/// What stands in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The child has a place.
    Booked,
    /// The child waits for one.
    Waiting,
    /// The family said that the child does not come.
    Absent,
}

impl State {
    const ALL: [(Self, &'static str); 3] = [
        (Self::Booked, "booked"),
        (Self::Waiting, "waiting"),
        (Self::Absent, "absent"),
    ];

    /// Reads the stored word.
    pub fn parse(code: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, word)| *word == code)?;
        Some(found.0)
    }

    /// The stored word.
    pub fn code(self) -> &'static str {
        let found = Self::ALL.iter().find(|(state, _)| *state == self);
        found.map_or("", |(_, word)| word)
    }
}

/// What is known of one cell. The rest of the child's day arrives as what is booked beside it.
#[derive(Debug, Clone, Copy)]
pub struct Cell<'a> {
    /// What the commune decided.
    pub rules: &'a Rulebook,
    /// Activity, unit, day, site, group, option and category.
    pub query: Query<'a>,
    /// The child may be booked for the activity on that day.
    pub enrolled: bool,
    /// The day is this home's.
    pub ours: bool,
    /// A paper without which nothing is booked, and which is not there.
    pub paper: Option<&'a str>,
    /// Places left; nothing where they are not counted.
    pub left: Option<i64>,
    /// Units booked for the child on the same day, as `(activity, unit)`.
    pub beside: &'a [(&'a str, &'a str)],
    /// An agent at the counter: limits of time do not hold, places do unless they say so.
    pub counter: bool,
    /// The instant at which it was asked.
    pub now: Timestamp,
}

/// It can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// No place is left: the child waits for one.
    pub waits: bool,
    /// Name of the supplement of who is late.
    pub supplement: Option<String>,
    /// Until when; nothing where there is no limit.
    pub until: Option<Timestamp>,
    /// The rule and its values, in words.
    pub why: String,
}

/// It cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No such activity or unit.
    Unknown,
    /// The child is not enrolled in the activity on that day.
    NotEnrolled,
    /// The child is in the other home.
    OtherHome,
    /// A paper is missing: its name.
    Paper(String),
    /// The unit is not given on that day.
    NotServed(String),
    /// It would be, but the commune closed: why.
    Closed(String),
    /// The limit of time: the sentence, and the rule behind it.
    Time {
        /// « Trop tard : le délai est passé depuis le jeudi 19 novembre à 10 h 00. »
        message: String,
        /// « 2 jours ouvrés avant, 10 h 00 ».
        why: String,
        /// It was in time once.
        passed: bool,
    },
    /// It goes through a request to the town hall.
    OnRequest(String),
    /// Another unit of the day stands against it.
    Excluded(String),
    /// It goes with another unit that is not booked.
    Needs(String),
    /// Another unit that is booked goes with it.
    Needed(String),
}

impl Refusal {
    /// Why, as a sentence.
    pub fn message_fr(&self) -> String {
        match self {
            Self::Unknown => "Cette activité n’existe pas.".to_owned(),
            Self::NotEnrolled => {
                "L’enfant n’est pas inscrit à cette activité ce jour-là.".to_owned()
            }
            Self::OtherHome => {
                "Ce jour est celui de l’autre foyer, d’après le calendrier de garde.".to_owned()
            }
            Self::Paper(name) => format!(
                "Il manque un document\u{a0}: «\u{a0}{name}\u{a0}». Envoyez-le, et réservez aussitôt après."
            ),
            Self::Closed(why) => format!("Fermé\u{a0}: {why}."),
            Self::NotServed(why) => format!("Pas d’activité : {why}."),
            Self::Time { message, why, .. } => format!("{message} Règle : {why}."),
            Self::OnRequest(message) => format!("{message} Écrivez à la mairie."),
            Self::Excluded(label) => {
                format!("Ne va pas avec « {label} », déjà réservé ce jour-là.")
            }
            Self::Needs(label) => format!("Réservez aussi « {label} » ce jour-là."),
            Self::Needed(label) => format!("« {label} », réservé ce jour-là, ne va pas sans."),
        }
    }

    /// What else can be done, where there is something.
    pub fn way_out(&self) -> Option<WayOut> {
        match self {
            Self::Time { passed: true, .. } | Self::OnRequest(_) => Some(WayOut::TownHall),
            Self::NotEnrolled => Some(WayOut::Enrolment),
            Self::OtherHome => Some(WayOut::Custody),
            Self::Paper(_) => Some(WayOut::Paper),
            _ => None,
        }
    }
}

/// What else can be done after a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WayOut {
    /// Ask the town hall.
    TownHall,
    /// Ask it to enrol the child.
    Enrolment,
    /// Look at the custody calendar, and change it.
    Custody,
    /// Send the paper.
    Paper,
}

impl WayOut {
    /// The words of the link.
    pub fn label_fr(self) -> &'static str {
        match self {
            Self::TownHall => "Demander à la mairie",
            Self::Enrolment => "Demander l’inscription",
            Self::Custody => "Voir le calendrier de garde",
            Self::Paper => "Envoyer le document",
        }
    }
}

impl Cell<'_> {
    /// Whether the child may get a place.
    pub fn book(&self) -> Result<Allowed, Refusal> {
        self.place()?;
        let mut allowed = self.time(Action::Book)?;
        let unit = self.rules.unit(&self.query).map_err(|_| Refusal::Unknown)?;
        for (activity, name) in self.beside {
            let against =
                |list: &[String], of: &str| of == unit.activity && list.iter().any(|u| u == name);
            let other = self.rules.served(activity, name);
            let other_against = other
                .is_some_and(|o| o.activity == unit.activity && o.excludes.contains(&unit.unit));
            if against(&unit.excludes, activity) || other_against {
                return Err(Refusal::Excluded(self.label(activity, name)));
            }
        }
        for needed in &unit.requires {
            if !self.beside.contains(&(&unit.activity, needed)) {
                return Err(Refusal::Needs(self.label(&unit.activity, needed)));
            }
        }
        allowed.waits = self.left.is_some_and(|left| left <= 0);
        Ok(allowed)
    }

    /// Whether the place may be given back.
    pub fn cancel(&self) -> Result<Allowed, Refusal> {
        if !self.ours && !self.counter {
            return Err(Refusal::OtherHome);
        }
        let allowed = self.time(Action::Cancel)?;
        let unit = self.rules.unit(&self.query).map_err(|_| Refusal::Unknown)?;
        for (activity, name) in self.beside {
            if *activity == unit.activity
                && self
                    .rules
                    .served(activity, name)
                    .is_some_and(|o| o.requires.contains(&unit.unit))
            {
                return Err(Refusal::Needed(self.label(activity, name)));
            }
        }
        Ok(allowed)
    }

    /// Why nothing can be booked here, whatever the hour.
    pub fn place(&self) -> Result<(), Refusal> {
        match self.rules.not_served(&self.query) {
            Err(_) => return Err(Refusal::Unknown),
            Ok(Some(NotServed::Off(Off::Closure(why)))) => {
                return Err(Refusal::Closed(why.to_owned()));
            }
            Ok(Some(why)) => return Err(Refusal::NotServed(why.sentence_fr(self.query.day))),
            Ok(None) => {}
        }
        if !self.enrolled {
            return Err(Refusal::NotEnrolled);
        }
        if !self.ours && !self.counter {
            return Err(Refusal::OtherHome);
        }
        match self.paper {
            Some(name) if !self.counter => Err(Refusal::Paper(name.to_owned())),
            _ => Ok(()),
        }
    }

    fn label(&self, activity: &str, unit: &str) -> String {
        self.rules
            .served(activity, unit)
            .map_or_else(|| unit.to_owned(), |u| u.label.clone())
    }

    /// The limit of time for an action.
    fn time(&self, action: Action) -> Result<Allowed, Refusal> {
        let query = Query {
            action,
            ..self.query
        };
        let open = |cutoff: Option<&Cutoff<'_>>| Allowed {
            waits: false,
            supplement: None,
            until: cutoff.and_then(Cutoff::instant),
            why: cutoff.map(Cutoff::why_fr).unwrap_or_default(),
        };
        let cutoff = match self.rules.cutoff(&query) {
            Ok(cutoff) => cutoff,
            Err(Unanswered::NoDeadline(_)) => return self.until_start(&query),
            Err(_) => return Err(Refusal::Unknown),
        };
        if self.counter {
            return Ok(open(Some(&cutoff)));
        }
        let verdict = cutoff.verdict(self.now, query.category);
        let refused = |passed| Refusal::Time {
            message: verdict.message_fr(&cutoff),
            why: cutoff.why_fr(),
            passed,
        };
        match &verdict {
            Verdict::Open { request: false, .. } => Ok(open(Some(&cutoff))),
            Verdict::Open { request: true, .. }
            | Verdict::Late {
                consequence: Consequence::Request,
                ..
            } => Err(Refusal::OnRequest(verdict.message_fr(&cutoff))),
            Verdict::Late {
                until,
                consequence: Consequence::Supplement(name),
                ..
            } => Ok(Allowed {
                supplement: Some(name.clone()),
                until: Some(*until),
                why: verdict.message_fr(&cutoff),
                ..open(None)
            }),
            Verdict::NotYet { .. } => Err(refused(false)),
            Verdict::Closed { .. } => Err(refused(true)),
        }
    }

    /// Where the commune wrote no limit: until the service starts.
    fn until_start(&self, query: &Query<'_>) -> Result<Allowed, Refusal> {
        let unit = self.rules.unit(query).map_err(|_| Refusal::Unknown)?;
        let calendar = &self.rules.calendar;
        let start = unit.start.unwrap_or(crate::calendar::Hour::START);
        let until = calendar.instant(query.day, start);
        let why = "jusqu’au début du service".to_owned();
        if self.now > until && !self.counter {
            let message = format!(
                "Trop tard : le service a commencé le {}.",
                french::instant(until, &calendar.zone)
            );
            return Err(Refusal::Time {
                message,
                why,
                passed: true,
            });
        }
        Ok(Allowed {
            waits: false,
            supplement: None,
            until: Some(until),
            why,
        })
    }
}

/// How many places there are for a unit at a place and on a day, and who shares them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capacity {
    /// These activities; empty: all.
    pub activities: Vec<String>,
    /// These units; empty: all of them together.
    pub units: Vec<String>,
    /// These sites; empty: all of them together.
    pub sites: Vec<String>,
    /// These groups; empty: all of them together.
    pub groups: Vec<String>,
    /// These days of the week.
    pub days: Option<crate::calendar::Weekdays>,
    /// From this day of service on.
    pub first: Option<Date>,
    /// Until this day of service.
    pub last: Option<Date>,
    /// How many.
    pub places: u32,
}

/// Whom a place is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot<'a> {
    /// The activity.
    pub activity: &'a str,
    /// The unit.
    pub unit: &'a str,
    /// The site, or nothing.
    pub site: &'a str,
    /// The group, or nothing.
    pub group: &'a str,
}

impl Capacity {
    /// Whether a place for it is one of these.
    pub fn counts(&self, spot: Spot<'_>) -> bool {
        let named = |list: &[String], name: &str| list.is_empty() || list.iter().any(|n| n == name);
        named(&self.activities, spot.activity)
            && named(&self.units, spot.unit)
            && named(&self.sites, spot.site)
            && named(&self.groups, spot.group)
    }

    /// Whether it holds on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.days.is_none_or(|days| days.contains(day.weekday()))
            && self.first.is_none_or(|first| first <= day)
            && self.last.is_none_or(|last| day <= last)
    }
}

/// Places left on a day: the least of all limits that hold; nothing where none does. `taken` is what is taken on
/// that day, spot by spot.
pub fn left<'a>(
    limits: &[Capacity],
    day: Date,
    spot: Spot<'_>,
    taken: impl Iterator<Item = (Spot<'a>, i64)> + Clone,
) -> Option<i64> {
    let hold = limits.iter().filter(|c| c.holds_on(day) && c.counts(spot));
    hold.map(|c| {
        let there = taken.clone().filter(|(of, _)| c.counts(*of));
        i64::from(c.places) - there.map(|(_, n)| n).sum::<i64>()
    })
    .min()
}
