//! The planning as a page shows it.

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use preau_rules::{
    booking::{Allowed, Refusal, State},
    french,
};
use uuid::Uuid;

use super::{
    board::{Asked, Board, Of},
    rules,
};
use crate::{Caller, Cx, Error};

/// The longest range of days of a page: six weeks.
const LONGEST: i32 = 42;

/// What stands in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Nothing is given, or the child is not enrolled.
    Nothing,
    /// A place may be booked; how many are left where they are counted.
    Free(Option<i64>),
    /// No place is left: the child may wait for one.
    Full,
    /// Nothing is booked, and it is too late or too early.
    Closed,
    /// The commune closed that day.
    Shut,
    /// The child has a place.
    Booked,
    /// The child waits, with this rank.
    Waiting(i64),
    /// The family said that the child does not come.
    Absent,
    /// The child is in the other home.
    OtherHome,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// What stands there.
    pub show: Show,
    /// It may be changed now.
    pub open: bool,
    /// Until when it may be changed.
    pub until: Option<Timestamp>,
    /// Why it is as it is, where that is not obvious.
    pub why: String,
}

/// A unit of a child.
#[derive(Debug, Clone)]
pub struct Row {
    /// The activity.
    pub activity: String,
    /// The unit.
    pub unit: String,
    /// « Restaurant scolaire, Repas ».
    pub label: String,
    /// « 7 h 30 – 8 h 30 », or nothing.
    pub hours: String,
    /// A cell a day.
    pub cells: Vec<Shown>,
}

/// A child.
#[derive(Debug, Clone)]
pub struct ChildPlan {
    /// Which.
    pub id: Uuid,
    /// First name.
    pub first_name: String,
    /// Site of the enrolments, in words; nothing when they are not at one.
    pub site: String,
    /// Units, as the day goes.
    pub rows: Vec<Row>,
}

/// The planning.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The days, without those on which nobody has anything.
    pub days: Vec<Date>,
    /// The children.
    pub children: Vec<ChildPlan>,
    /// The next limit: when, and for what: « Cantine, jeudi 26 novembre ».
    pub next: Option<(Timestamp, String)>,
    /// Clocks of the commune.
    pub zone: TimeZone,
    /// Papers without which nothing is booked, and which are not there: first name and paper.
    pub papers: Vec<(String, String)>,
    /// The activities are described: without, nothing can be booked anywhere.
    pub ready: bool,
}

pub(super) fn who(cx: &Cx, family: Option<Uuid>) -> Result<(Of, bool), Error> {
    match (&cx.caller, family) {
        (Caller::Account(account), None) => Ok((Of::Account(account.id), false)),
        (Caller::Agent(_) | Caller::System(_), Some(family)) => {
            cx.caller
                .require(preau_rules::permission::Right::Bookings)?;
            Ok((Of::Family(family), true))
        }
        _ => Err(Error::LogIn),
    }
}

/// The planning from one day to another, both included: of the caller's families, or of a family at the counter.
pub async fn plan(
    cx: &Cx,
    family: Option<Uuid>,
    (first, last): (Date, Date),
) -> Result<Plan, Error> {
    let (of, counter) = who(cx, family)?;
    if last < first || (last - first).get_days() >= LONGEST {
        return Err(Error::NotFound);
    }
    let mut tx = cx.read().await?;
    let rules = rules::current(cx, &mut tx).await?;
    let board = Board::load(&mut tx, &rules, of, (first, last), cx.at).await?;
    drop(tx);
    let asked = Asked {
        now: cx.at,
        counter,
        over: false,
    };
    Ok(draw(&board, (first, last), asked))
}

fn draw(board: &Board, (first, last): (Date, Date), asked: Asked) -> Plan {
    let all: Vec<Date> = first.series(1.day()).take_while(|d| *d <= last).collect();
    let mut children = Vec::new();
    let mut next: Option<(Timestamp, String)> = None;
    for child in &board.children {
        let mut rows = Vec::new();
        for unit in board.units(child, (first, last)) {
            let mut cells = Vec::with_capacity(all.len());
            for day in &all {
                let booked = board.booking(child.id, *day, unit);
                let state = booked.and_then(|b| State::parse(&b.state));
                let rank = booked.map_or(0, |b| b.rank);
                let shown = board.ask(child, unit, *day, asked, |cell| match state {
                    Some(state) => taken(state, rank, cell.cancel()),
                    None => empty(cell.left, cell.book()),
                });
                if let Some(until) = shown.until.filter(|u| shown.open && *u >= asked.now)
                    && next.as_ref().is_none_or(|(at, _)| until < *at)
                {
                    next = Some((until, format!("{}, {}", unit.label, french::day(*day))));
                }
                cells.push(shown);
            }
            let hours = match (unit.start, unit.end) {
                (Some(start), Some(end)) => format!("{} – {}", start.label_fr(), end.label_fr()),
                _ => String::new(),
            };
            rows.push(Row {
                activity: unit.activity.clone(),
                unit: unit.unit.clone(),
                label: unit.label.clone(),
                hours,
                cells,
            });
        }
        let mut sites = child.enrolled.iter().map(|e| e.site.as_str());
        let site = sites.next().filter(|one| sites.all(|s| s == *one));
        children.push(ChildPlan {
            id: child.id,
            first_name: child.first_name.clone(),
            site: site
                .and_then(|site| board.rulebook().sites.get(site).cloned())
                .unwrap_or_default(),
            rows,
        });
    }
    // A day on which nobody has anything, a Sunday, takes no column.
    let used: Vec<bool> = (0..all.len())
        .map(|at| {
            let cells = children.iter().flat_map(|c| &c.rows);
            cells
                .filter_map(|row| row.cells.get(at))
                .any(|cell| cell.show != Show::Nothing)
        })
        .collect();
    let keep = |at: usize| {
        let weekday = all.get(at).map(|d| d.weekday().to_monday_zero_offset());
        used.get(at).copied().unwrap_or(false) || weekday.is_some_and(|day| day < 5)
    };
    for row in children.iter_mut().flat_map(|c| &mut c.rows) {
        let mut at = 0;
        row.cells.retain(|_| {
            at += 1;
            keep(at - 1)
        });
    }
    let days = all.iter().enumerate();
    let days = days.filter(|(at, _)| keep(*at)).map(|(_, day)| *day);
    Plan {
        days: days.collect(),
        next,
        children,
        papers: board
            .children
            .iter()
            .filter_map(|c| Some((c.first_name.clone(), c.paper.clone()?)))
            .collect(),
        zone: board.rulebook().calendar.zone.clone(),
        ready: !board.rulebook().units.is_empty(),
    }
}

fn taken(state: State, rank: i64, cancel: Result<Allowed, Refusal>) -> Shown {
    let show = match state {
        State::Booked => Show::Booked,
        State::Waiting => Show::Waiting(rank),
        State::Absent => Show::Absent,
    };
    // Who waits may leave the list at any time.
    let (open, until, why) = match cancel {
        Ok(allowed) => (true, allowed.until, String::new()),
        Err(Refusal::Needed(_)) => (true, None, String::new()),
        Err(refusal) => (state == State::Waiting, None, refusal.message_fr()),
    };
    Shown {
        show,
        open: open && state != State::Absent,
        until,
        why,
    }
}

fn empty(left: Option<i64>, book: Result<Allowed, Refusal>) -> Shown {
    let (show, open, until, why) = match book {
        Ok(allowed) if allowed.waits => (Show::Full, true, allowed.until, String::new()),
        Ok(allowed) => {
            let late = allowed.supplement.map(|s| format!("en retard : {s}"));
            (
                Show::Free(left),
                true,
                allowed.until,
                late.unwrap_or_default(),
            )
        }
        // It goes with another unit, which the same form may book or give back.
        Err(Refusal::Needs(_) | Refusal::Excluded(_)) => {
            (Show::Free(left), true, None, String::new())
        }
        Err(Refusal::OtherHome) => (
            Show::OtherHome,
            false,
            None,
            Refusal::OtherHome.message_fr(),
        ),
        Err(refusal @ (Refusal::Time { .. } | Refusal::OnRequest(_) | Refusal::Paper(_))) => {
            (Show::Closed, false, None, refusal.message_fr())
        }
        Err(refusal @ Refusal::Closed(_)) => (Show::Shut, false, None, refusal.message_fr()),
        Err(refusal) => (Show::Nothing, false, None, refusal.message_fr()),
    };
    Shown {
        show,
        open,
        until,
        why,
    }
}
