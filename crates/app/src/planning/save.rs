//! Changes of bookings: what each would do, and doing it in the lane.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{SignedDuration, civil::Date};
use preau_rules::{
    booking::{Allowed, Refusal, State},
    permission::Right,
};
use preau_store::{
    Command, Tx,
    tables::{
        booking::{self, Booking},
        counter, receipt,
    },
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    board::{Asked, Board, Of, blank},
    plan::who,
    promote::promote,
    receipt::{Writer, still_undoable},
    rules::{self, Current},
};
use crate::{Caller, Cx, Error, contact::Letterhead};

/// The most changes of one form: a year of three children, every day.
pub const MOST: usize = 4_000;
/// The longest time between the first and the last day of one form.
const LONGEST_DAYS: i32 = 400;

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
    pub way_out: Option<String>,
    /// Nothing is given on that day: a long period passes over it.
    pub nothing: bool,
}

/// What an agent adds at the counter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counter {
    /// Why, in the agent's words.
    pub reason: String,
    /// Places do not hold either.
    pub over: bool,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// Number of the receipt; nothing when nothing could be done.
    pub number: Option<String>,
    /// What could not be done, and why.
    pub refused: Vec<Line>,
}

/// A change that stands on the board already.
pub(super) struct Change {
    pub(super) before: Option<Booking>,
    pub(super) after: Option<Booking>,
    pub(super) line: Line,
}

/// Decides wish after wish on the board: what is given back first, so that what is wanted finds the place. What stands
/// against each other is looked at again once the rest is decided.
fn decide(board: &mut Board, wishes: &[Wish], asked: Asked) -> Result<Vec<Change>, Error> {
    let mut done: Vec<Option<Change>> = wishes.iter().map(|_| None).collect();
    let mut order: Vec<usize> = (0..wishes.len()).collect();
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
    let mut line = Line {
        child_id: child.id,
        child: child.first_name.clone(),
        activity: wish.activity.clone(),
        unit: wish.unit.clone(),
        label: wish.unit.clone(),
        day: wish.day,
        book: wish.book,
        outcome: Outcome::Refused,
        supplement: None,
        why: Refusal::Unknown.message_fr(),
        way_out: None,
        nothing: false,
    };
    let Some(unit) = rules.loaded.rulebook.served(&wish.activity, &wish.unit) else {
        return Ok((Some(refused(None, line, &Refusal::Unknown)), false));
    };
    line.label.clone_from(&unit.label);
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
            way_out: refusal.way_out_fr().map(ToOwned::to_owned),
            nothing: matches!(refusal, Refusal::NotServed(_)),
            ..line
        },
    }
}

fn range(wishes: &[Wish]) -> Result<(Date, Date), Error> {
    let days = wishes.iter().map(|w| w.day);
    let (Some(first), Some(last)) = (days.clone().min(), days.max()) else {
        return Err(Error::Conflict(
            "Aucun changement à enregistrer.".to_owned(),
        ));
    };
    if wishes.len() > MOST || (last - first).get_days() > LONGEST_DAYS {
        return Err(Error::Conflict(
            "C’est trop de changements à la fois : pas plus d’une année scolaire.".to_owned(),
        ));
    }
    Ok((first, last))
}

/// What would become of these wishes now. Nothing is written.
pub async fn verify(
    cx: &Cx,
    family: Option<Uuid>,
    wishes: &[Wish],
    counter: &Counter,
) -> Result<Vec<Line>, Error> {
    let (of, at_counter) = who(cx, family)?;
    let range = range(wishes)?;
    let mut tx = cx.read().await?;
    let rules = rules::current(cx, &mut tx).await?;
    let mut board = Board::load(&mut tx, &rules, of, range, cx.at).await?;
    drop(tx);
    let asked = Asked {
        now: cx.at,
        counter: at_counter,
        over: at_counter && counter.over,
    };
    let decided = decide(&mut board, wishes, asked)?;
    Ok(decided.into_iter().map(|change| change.line).collect())
}

/// What is to be done in the lane.
enum What {
    /// These wishes.
    Wishes(Vec<Wish>),
    /// A receipt taken back.
    Undo(String),
}

struct Save {
    caller: Caller,
    of: Of,
    counter: Option<Counter>,
    what: What,
    rules: Arc<Current>,
    head: Letterhead,
}

impl Command for Save {
    const NAME: &'static str = "planning.save";
    type Answer = Saved;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Saved, Error> {
        if self.counter.is_some() {
            self.caller.require_now(tx, Right::Bookings).await?;
        }
        let rules = rules::still(tx, &self.rules).await?;
        let at = tx.at();
        let (wishes, undoes) = match &self.what {
            What::Wishes(wishes) => (wishes.clone(), None),
            What::Undo(number) => {
                let (found, wishes) = still_undoable(tx, number, at).await?;
                (wishes, Some(found))
            }
        };
        let mut board = Board::load(tx, &rules, self.of, range(&wishes)?, at).await?;
        if let Some(undone) = &undoes
            && !board.children.iter().any(|c| c.family == undone.family_id)
        {
            return Err(Error::NotFound);
        }
        let asked = Asked {
            now: at,
            counter: self.counter.is_some(),
            over: self.counter.as_ref().is_some_and(|c| c.over),
        };
        let decided = decide(&mut board, &wishes, asked)?;
        let turn = counter::next(tx, "booking").await?;
        let (done, refused): (Vec<Change>, Vec<Change>) = decided
            .into_iter()
            .partition(|c| c.line.outcome != Outcome::Refused);
        let refused = refused.into_iter().map(|c| c.line).collect();
        if done.is_empty() {
            return Ok(Saved {
                number: None,
                refused,
            });
        }
        for (at, change) in (0_i64..).zip(&done) {
            write(tx, change, turn * 10_000 + at).await?;
        }
        let mut writer = Writer::new(&self.caller, &self.head);
        writer.reason = self.counter.as_ref().map_or("", |c| &c.reason);
        writer.undoes = undoes.map(|found| found.id);
        let mut number = None;
        // A receipt a family: an account of two families gets two.
        let families: BTreeSet<Uuid> = done
            .iter()
            .filter_map(|c| board.child(c.line.child_id).map(|child| child.family))
            .collect();
        for family in families {
            let of_family = |c: &&Change| {
                board
                    .child(c.line.child_id)
                    .is_some_and(|child| child.family == family)
            };
            let lines = done.iter().filter(of_family).map(kept);
            let made = writer.write(tx, family, lines.collect()).await?;
            number.get_or_insert(made);
        }
        promote(tx, &mut board, &done, &self.head).await?;
        Ok(Saved { number, refused })
    }
}

pub(super) fn kept(change: &Change) -> (receipt::Line, Line) {
    let state = |b: Option<&Booking>| b.map(|b| b.state.clone()).unwrap_or_default();
    let row = receipt::Line {
        line: 0,
        child_id: change.line.child_id,
        day: change.line.day,
        activity: change.line.activity.clone(),
        unit: change.line.unit.clone(),
        before: state(change.before.as_ref()),
        after: state(change.after.as_ref()),
        why: change.line.why.clone(),
    };
    (row, change.line.clone())
}

async fn write(tx: &mut Tx, change: &Change, turn: i64) -> Result<(), Error> {
    let booked = State::Booked.code();
    if let Some(before) = &change.before {
        booking::take(tx, before).await?;
        if before.state == booked {
            booking::count(tx, before, -1).await?;
        }
    }
    if let Some(after) = &change.after {
        let after = Booking {
            turn,
            ..after.clone()
        };
        booking::put(tx, &after).await?;
        if after.state == booked {
            booking::count(tx, &after, 1).await?;
        }
    }
    Ok(())
}

async fn run(
    cx: &Cx,
    family: Option<Uuid>,
    what: What,
    counter: Option<Counter>,
) -> Result<Saved, Error> {
    let (of, at_counter) = who(cx, family)?;
    let mut tx = cx.read().await?;
    let rules = rules::current(cx, &mut tx).await?;
    drop(tx);
    let head = Letterhead::load(cx).await?;
    let command = Save {
        caller: cx.caller.clone(),
        of,
        counter: at_counter.then(|| counter.unwrap_or_default()),
        what,
        rules,
        head,
    };
    cx.write(command).await
}

/// Does what can be done of these wishes, and says what cannot.
pub async fn save(
    cx: &Cx,
    family: Option<Uuid>,
    wishes: Vec<Wish>,
    counter: Option<Counter>,
) -> Result<Saved, Error> {
    range(&wishes)?;
    run(cx, family, What::Wishes(wishes), counter).await
}

/// Takes a receipt back, line by line, within its time and never past a limit.
pub async fn undo(cx: &Cx, family: Option<Uuid>, number: &str) -> Result<Saved, Error> {
    run(cx, family, What::Undo(number.to_owned()), None).await
}

/// How long a receipt may be taken back.
pub(super) const UNDO: SignedDuration = SignedDuration::from_mins(super::UNDO_MINUTES);
