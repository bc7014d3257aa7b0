//! Changes of bookings: what each would do, and doing it in the lane.

use std::sync::Arc;

use jiff::{SignedDuration, civil::Date};
use preau_rules::{booking::State, permission::Right};
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
    board::{Asked, Board, Of, roster},
    decide::{Change, Line, Outcome, Wish, decide},
    plan::who,
    promote::promote,
    receipt::{Entry, Writer, still_undoable},
    rules::{self, Current},
};
use crate::{
    Caller, Cx, Error,
    billing::{biller, quote, without_uses},
    contact::Letterhead,
};

/// The most changes of one form: a year of three children, every day.
pub const MOST: usize = 4_000;
/// The longest time between the first and the last day of one form.
const LONGEST_DAYS: i32 = 400;

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
    let homes = without_uses(&mut tx, &rules, of).await?;
    drop(tx);
    let asked = Asked {
        now: cx.at,
        counter: at_counter,
        over: at_counter && counter.over,
    };
    let decided = decide(&mut board, wishes, asked)?;
    let mut biller = biller(&rules);
    let priced = |change: Change| {
        let price = quote(&mut biller, &homes, &change.line);
        Line {
            price,
            ..change.line
        }
    };
    Ok(decided.into_iter().map(priced).collect())
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
                let roster = roster(tx, self.of, &rules, at).await?;
                let (found, wishes) = still_undoable(tx, &roster, number, at).await?;
                (wishes, Some(found))
            }
        };
        let mut board = Board::load(tx, &rules, self.of, range(&wishes)?, at).await?;
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
        let entries = done.iter().filter_map(|change| kept(&board, change));
        let number = writer.write(tx, entries.collect()).await?;
        promote(tx, &mut board, &done, &self.head).await?;
        Ok(Saved { number, refused })
    }
}

fn kept(board: &Board, change: &Change) -> Option<Entry> {
    let state = |b: Option<&Booking>| b.map(|b| b.state.as_str()).unwrap_or_default().to_owned();
    let line = &change.line;
    Some(Entry {
        family: board.child(line.child_id)?.family,
        child: line.child.clone(),
        label: line.label.clone(),
        row: receipt::Line {
            line: 0,
            child_id: line.child_id,
            day: line.day,
            activity: line.activity.clone(),
            unit: line.unit.clone(),
            before: state(change.before.as_ref()),
            after: state(change.after.as_ref()),
            why: line.why.clone(),
        },
    })
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
