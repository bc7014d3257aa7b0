//! What becomes of wishes for cells: pure work on a board in memory.

use std::{collections::HashSet, sync::Arc};

use jiff::civil::Date;
use preau_rules::booking::{Allowed, Refusal, State, WayOut};
use preau_store::tables::booking::Booking;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::board::{Asked, Board, Child, blank};
use crate::{Error, billing::Quote};

/// What is wanted of one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Which child.
    pub child: Uuid,
    /// The day.
    pub day: Date,
    /// The activity.
    pub activity: String,
    /// The unit.
    pub unit: String,
    /// A place, or none any more.
    pub book: bool,
}

impl Wish {
    fn cell(&self) -> (Uuid, Date, &str, &str) {
        (self.child, self.day, &self.activity, &self.unit)
    }
}

/// What becomes of a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The child has a place.
    Booked,
    /// The child waits for one.
    Waits,
    /// The place is given back, or the list left.
    Cancelled,
    /// It cannot be done.
    Refused,
}

/// A wish with what becomes of it and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Which child.
    pub child_id: Uuid,
    /// First name.
    pub child: String,
    /// The activity.
    pub activity: String,
    /// The unit.
    pub unit: String,
    /// « Restaurant scolaire, Repas ».
    pub label: String,
    /// The day.
    pub day: Date,
    /// A place was wanted, or none any more.
    pub book: bool,
    /// What becomes of it.
    pub outcome: Outcome,
    /// Name of the supplement of who is late.
    pub supplement: Option<String>,
    /// The rule and its values, in words.
    pub why: String,
    /// What else can be done.
    pub way_out: Option<WayOut>,
    /// What it costs, or what is not due any more; nothing where the commune wrote no price.
    pub price: Option<Quote>,
    /// Nothing is given on that day: a long period passes over it.
    pub nothing: bool,
}

impl Outcome {
    /// The word of the verification.
    #[must_use]
    pub fn label_fr(self) -> &'static str {
        match self {
            Self::Booked => "réservé",
            Self::Waits => "liste d’attente",
            Self::Cancelled => "annulé",
            Self::Refused => "pas possible",
        }
    }
}

/// A change that stands on the board already.
pub(super) struct Change {
    pub(super) before: Option<Booking>,
    pub(super) after: Option<Booking>,
    pub(super) line: Line,
}

/// A wish and what is said of it, before anything is known.
fn line(wish: &Wish, child: &Child, label: &str) -> Line {
    Line {
        child_id: child.id,
        child: child.first_name.clone(),
        activity: wish.activity.clone(),
        unit: wish.unit.clone(),
        label: label.to_owned(),
        day: wish.day,
        book: wish.book,
        outcome: Outcome::Refused,
        supplement: None,
        why: String::new(),
        way_out: None,
        price: None,
        nothing: false,
    }
}

/// Decides wish after wish on the board: what is given back first, so that what is wanted finds the place. What stands
/// against each other is looked at again once the rest is decided. Of several wishes for one cell the first counts.
pub(super) fn decide(
    board: &mut Board,
    wishes: &[Wish],
    asked: Asked,
) -> Result<Vec<Change>, Error> {
    let mut done: Vec<Option<Change>> = wishes.iter().map(|_| None).collect();
    let mut known = HashSet::new();
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.retain(|at| wishes.get(*at).is_some_and(|w| known.insert(w.cell())));
    order.sort_by_key(|at| wishes.get(*at).map(|w| w.book));
    while !order.is_empty() {
        let before = order.len();
        let mut again = Vec::new();
        for at in order {
            let (Some(wish), Some(slot)) = (wishes.get(at), done.get_mut(at)) else {
                continue;
            };
            let (change, later) = one(board, wish, asked)?;
            if later {
                again.push(at);
            }
            *slot = change;
        }
        order = again;
        if order.len() == before {
            break;
        }
    }
    Ok(done.into_iter().flatten().collect())
}

/// Decides one wish. The second value says that another wish may change the answer.
fn one(board: &mut Board, wish: &Wish, asked: Asked) -> Result<(Option<Change>, bool), Error> {
    let rules = Arc::clone(&board.rules);
    let child = board.child(wish.child).ok_or(Error::NotFound)?.clone();
    let Some(unit) = rules.loaded.rulebook.served(&wish.activity, &wish.unit) else {
        let line = line(wish, &child, &wish.unit);
        return Ok((Some(refused(None, line, &Refusal::Unknown)), false));
    };
    let mut line = line(wish, &child, &unit.label);
    let before = board.booking(child.id, wish.day, unit).cloned();
    let state = before.as_ref().and_then(|b| State::parse(&b.state));
    let waits = state == Some(State::Waiting);
    if wish.book == state.is_some() {
        return Ok((None, false));
    }
    let answer = board.ask(&child, unit, wish.day, asked, |cell| match wish.book {
        true => cell.book(),
        false if waits => cell.cancel().or_else(|_| {
            Ok(Allowed {
                waits: false,
                supplement: None,
                until: None,
                why: "la liste d’attente se quitte à tout moment".to_owned(),
            })
        }),
        false => cell.cancel(),
    });
    let allowed = match answer {
        Ok(allowed) => allowed,
        Err(refusal) => {
            let later = matches!(
                refusal,
                Refusal::Needs(_) | Refusal::Needed(_) | Refusal::Excluded(_)
            );
            return Ok((Some(refused(before, line, &refusal)), later));
        }
    };
    line.why = allowed.why;
    line.supplement = allowed.supplement;
    let after = if let Some(before) = &before {
        line.outcome = Outcome::Cancelled;
        board.take(before);
        if !waits {
            board.count(before, -1);
        }
        None
    } else {
        let mut after = blank(&child, unit, wish.day, asked.now);
        after.supplement = line.supplement.clone().unwrap_or_default();
        if allowed.waits {
            line.outcome = Outcome::Waits;
            State::Waiting.code().clone_into(&mut after.state);
        } else {
            line.outcome = Outcome::Booked;
            board.count(&after, 1);
        }
        board.put(after.clone());
        Some(after)
    };
    Ok((
        Some(Change {
            before,
            after,
            line,
        }),
        false,
    ))
}

fn refused(before: Option<Booking>, line: Line, refusal: &Refusal) -> Change {
    Change {
        before,
        after: None,
        line: Line {
            outcome: Outcome::Refused,
            why: refusal.message_fr(),
            way_out: refusal.way_out(),
            nothing: matches!(refusal, Refusal::NotServed(_) | Refusal::Closed(_)),
            ..line
        },
    }
}
