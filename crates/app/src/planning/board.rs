//! Everything that the planning of some children needs, in memory: children with their enrolments, what is booked, what
//! is taken. Pages draw it, and the lane decides on it.

use std::{collections::HashMap, sync::Arc};

use jiff::{Timestamp, civil::Date};
use preau_rules::{
    booking::{self, Cell, Spot, State},
    calendar::Hour,
    custody::Custody,
    settings::{Query, Rulebook, ServedUnit},
};
use preau_store::{
    Tx,
    tables::{
        booking::{Booking, Taken, of_family, taken},
        enrolment,
    },
};
use uuid::Uuid;

use super::rules::Current;
use crate::Error;

/// Whose planning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Of the families of an account.
    Account(Uuid),
    /// Of a family, at the counter.
    Family(Uuid),
}

/// The children of an account or a family, line by line.
pub(super) async fn roster(
    tx: &mut Tx,
    of: Of,
    rules: &Current,
    now: Timestamp,
) -> Result<Vec<enrolment::Line>, Error> {
    let zone = rules.loaded.rulebook.calendar.zone.clone();
    let today = now.to_zoned(zone).date();
    Ok(match of {
        Of::Account(account) => enrolment::of_account(tx, account, today).await?,
        Of::Family(family) => enrolment::of_family(tx, family, today).await?,
    })
}

/// When it is asked, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    /// The instant.
    pub(super) now: Timestamp,
    /// An agent at the counter.
    pub(super) counter: bool,
    /// Places do not hold either.
    pub(super) over: bool,
}

/// An enrolment that holds on some days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Enrolled {
    pub(super) activity: String,
    pub(super) site: String,
    pub(super) group: String,
    pub(super) choice: String,
    pub(super) first: Date,
    pub(super) last: Option<Date>,
}

/// A child on the planning.
#[derive(Debug, Clone)]
pub(super) struct Child {
    pub(super) id: Uuid,
    pub(super) family: Uuid,
    pub(super) reference: String,
    pub(super) first_name: String,
    pub(super) custody: Option<Custody>,
    /// A paper without which nothing is booked, and which is not there.
    pub(super) paper: Option<String>,
    pub(super) enrolled: Vec<Enrolled>,
}

impl Child {
    fn enrolled(&self, activity: &str, day: Date) -> Option<&Enrolled> {
        self.enrolled.iter().find(|e| {
            e.activity == activity && e.first <= day && e.last.is_none_or(|last| day <= last)
        })
    }
}

/// The board.
pub(super) struct Board {
    pub(super) rules: Arc<Current>,
    pub(super) children: Vec<Child>,
    bookings: HashMap<(Uuid, Date), Vec<Booking>>,
    taken: HashMap<Date, Vec<Taken>>,
}

impl Board {
    /// Reads the board of these days, both included, in three statements (one more a further family).
    pub(super) async fn load(
        tx: &mut Tx,
        rules: &Arc<Current>,
        of: Of,
        (first, last): (Date, Date),
        now: Timestamp,
    ) -> Result<Self, Error> {
        let lines = roster(tx, of, rules, now).await?;
        let mut board = Self {
            rules: Arc::clone(rules),
            children: Vec::new(),
            bookings: HashMap::new(),
            taken: HashMap::new(),
        };
        let mut families = Vec::new();
        for line in lines {
            if !families.contains(&line.family_id) {
                families.push(line.family_id);
            }
            board.add(line);
        }
        for family in families {
            for booking in of_family(tx, family, first, last).await? {
                board.put(booking);
            }
        }
        for one in taken(tx, first, last).await? {
            board.taken.entry(one.day).or_default().push(one);
        }
        Ok(board)
    }

    fn add(&mut self, line: enrolment::Line) {
        // A child of two families of one account stands on the planning once.
        let known = self.children.iter().position(|c| c.id == line.child_id);
        let at = known.unwrap_or_else(|| {
            self.children.push(Child {
                id: line.child_id,
                family: line.family_id,
                reference: line.reference.clone(),
                first_name: line.first_name.clone(),
                custody: line.custody.as_deref().and_then(|c| Custody::parse(c).ok()),
                paper: line.paper.clone(),
                enrolled: Vec::new(),
            });
            self.children.len() - 1
        });
        let Some(child) = self.children.get_mut(at) else {
            return;
        };
        if let (Some(activity), Some(first)) = (line.activity, line.first_on) {
            let enrolled = Enrolled {
                activity,
                site: line.site.unwrap_or_default(),
                group: line.group.unwrap_or_default(),
                choice: line.choice.unwrap_or_default(),
                first,
                last: line.last_on,
            };
            if child.family == line.family_id {
                child.enrolled.push(enrolled);
            }
        }
    }

    pub(super) fn rulebook(&self) -> &Rulebook {
        &self.rules.loaded.rulebook
    }

    pub(super) fn child(&self, id: Uuid) -> Option<&Child> {
        self.children.iter().find(|c| c.id == id)
    }

    /// Units that a child may be booked for on some of these days, as the day goes.
    pub(super) fn units(&self, child: &Child, (first, last): (Date, Date)) -> Vec<&ServedUnit> {
        let enrolled = |unit: &ServedUnit| {
            unit.free
                || child.enrolled.iter().any(|e| {
                    e.activity == unit.activity
                        && e.first <= last
                        && e.last.is_none_or(|end| first <= end)
                })
        };
        let mut units: Vec<&ServedUnit> = self.rulebook().units.iter().collect();
        units.retain(|unit| enrolled(unit));
        units.sort_by_key(|unit| {
            let start = unit.start.map_or(12 * 60, Hour::minutes);
            (start, unit.label.clone())
        });
        units
    }

    pub(super) fn booking(&self, child: Uuid, day: Date, unit: &ServedUnit) -> Option<&Booking> {
        let there = self.bookings.get(&(child, day))?;
        there
            .iter()
            .find(|b| b.activity == unit.activity && b.unit == unit.unit)
    }

    /// Everything that is booked for a child on the days of the board.
    pub(super) fn booked(&self, child: Uuid) -> impl Iterator<Item = &Booking> {
        let own = self
            .bookings
            .iter()
            .filter(move |((id, _), _)| *id == child);
        own.flat_map(|(_, all)| all)
    }

    /// Asks the rules about one cell.
    pub(super) fn ask<T>(
        &self,
        child: &Child,
        unit: &ServedUnit,
        day: Date,
        asked: Asked,
        ask: impl FnOnce(&Cell<'_>) -> T,
    ) -> T {
        let enrolled = child.enrolled(&unit.activity, day);
        let (site, group) = match enrolled {
            Some(e) => (e.site.as_str(), e.group.as_str()),
            None => ("", ""),
        };
        let rules = self.rulebook();
        let there = self.bookings.get(&(child.id, day));
        let beside: Vec<(&str, &str)> = there
            .into_iter()
            .flatten()
            .filter(|b| b.state != State::Waiting.code())
            .filter(|b| b.activity != unit.activity || b.unit != unit.unit)
            .map(|b| (b.activity.as_str(), b.unit.as_str()))
            .collect();
        let holiday = rules.calendar.school_holiday(day);
        let cell = Cell {
            rules,
            query: Query {
                site: Some(site).filter(|site| !site.is_empty()),
                group: Some(group).filter(|group| !group.is_empty()),
                option: enrolled
                    .map(|e| e.choice.as_str())
                    .filter(|choice| !choice.is_empty()),
                ..Query::book(&unit.activity, Some(&unit.unit), day)
            },
            enrolled: unit.free || enrolled.is_some(),
            ours: child
                .custody
                .as_ref()
                .is_none_or(|custody| custody.is_with(&child.reference, day, holiday)),
            paper: child.paper.as_deref(),
            left: self.left(day, unit, site, group).filter(|_| !asked.over),
            beside: &beside,
            counter: asked.counter,
            now: asked.now,
        };
        ask(&cell)
    }

    /// Places left.
    pub(super) fn left(
        &self,
        day: Date,
        unit: &ServedUnit,
        site: &str,
        group: &str,
    ) -> Option<i64> {
        let spot = Spot {
            activity: &unit.activity,
            unit: &unit.unit,
            site,
            group,
        };
        let there = self.taken.get(&day).map_or(&[][..], Vec::as_slice);
        let there = there.iter().map(|t| {
            let spot = Spot {
                activity: &t.activity,
                unit: &t.unit,
                site: &t.site,
                group: &t.group,
            };
            (spot, t.places)
        });
        booking::left(&self.rulebook().capacities, day, spot, there)
    }

    /// Puts a booking on the board, or changes it; the places follow with [`Self::count`].
    pub(super) fn put(&mut self, booking: Booking) {
        let there = self
            .bookings
            .entry((booking.child_id, booking.day))
            .or_default();
        there.retain(|b| b.activity != booking.activity || b.unit != booking.unit);
        there.push(booking);
    }

    /// Takes a booking off the board.
    pub(super) fn take(&mut self, booking: &Booking) {
        if let Some(there) = self.bookings.get_mut(&(booking.child_id, booking.day)) {
            there.retain(|b| b.activity != booking.activity || b.unit != booking.unit);
        }
    }

    /// Counts a place more where the booking is, or one less.
    pub(super) fn count(&mut self, booking: &Booking, more: i64) {
        let there = self.taken.entry(booking.day).or_default();
        let same = there.iter_mut().find(|t| {
            t.activity == booking.activity
                && t.unit == booking.unit
                && t.site == booking.site
                && t.group == booking.group
        });
        match same {
            Some(one) => one.places += more,
            None => there.push(Taken {
                day: booking.day,
                activity: booking.activity.clone(),
                unit: booking.unit.clone(),
                site: booking.site.clone(),
                group: booking.group.clone(),
                places: more,
            }),
        }
    }
}

/// The booking that a child would have.
pub(super) fn blank(child: &Child, unit: &ServedUnit, day: Date, now: Timestamp) -> Booking {
    let enrolled = child.enrolled(&unit.activity, day);
    Booking {
        child_id: child.id,
        day,
        activity: unit.activity.clone(),
        unit: unit.unit.clone(),
        family_id: child.family,
        state: State::Booked.code().to_owned(),
        site: enrolled.map(|e| e.site.clone()).unwrap_or_default(),
        group: enrolled.map(|e| e.group.clone()).unwrap_or_default(),
        supplement: String::new(),
        turn: 0,
        since: now,
        rank: 0,
    }
}
