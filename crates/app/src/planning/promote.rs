//! Waiting lists: a place that was given back goes to who waits, in the same command.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{Timestamp, civil::Date};
use preau_rules::{booking::State, french};
use preau_store::{
    Tx,
    tables::{
        booking::{self, Booking},
        receipt,
    },
};

use super::{
    board::{Asked, Board, Of},
    decide::Change,
    receipt::{Entry, Writer},
};
use crate::{Caller, Error, contact::Letterhead};

/// Places that were given back go to who waits, in the order of arrival, while the rules would still give them one.
pub(super) async fn promote(
    tx: &mut Tx,
    board: &mut Board,
    done: &[Change],
    head: &Letterhead,
) -> Result<(), Error> {
    let freed = done.iter().filter_map(|c| c.before.as_ref());
    let days: BTreeSet<Date> = freed
        .filter(|b| b.state == State::Booked.code())
        .map(|b| b.day)
        .collect();
    if days.is_empty() || board.rulebook().capacities.is_empty() {
        return Ok(());
    }
    let days: Vec<Date> = days.into_iter().collect();
    let at = tx.at();
    for waiting in booking::waiting(tx, &days).await? {
        let rules = Arc::clone(&board.rules);
        let unit = rules
            .loaded
            .rulebook
            .served(&waiting.activity, &waiting.unit);
        let left = unit.and_then(|u| board.left(waiting.day, u, &waiting.site, &waiting.group));
        // Only who may get a place is looked at closely, by the rules that hold for everybody.
        if left.is_none_or(|left| left <= 0) {
            continue;
        }
        let Some(entry) = may_have(tx, board, &waiting, at).await? else {
            continue;
        };
        let after = Booking {
            state: State::Booked.code().to_owned(),
            since: at,
            ..waiting
        };
        booking::put(tx, &after).await?;
        booking::count(tx, &after, 1).await?;
        board.count(&after, 1);
        let system = Caller::System("liste d’attente");
        let mut writer = Writer::new(&system, head);
        writer.reason = "Une place s’est libérée.";
        writer.write(tx, vec![entry]).await?;
    }
    Ok(())
}

/// The line of the receipt of who gets the place now, when the rules allow it.
async fn may_have(
    tx: &mut Tx,
    board: &Board,
    waiting: &Booking,
    at: Timestamp,
) -> Result<Option<Entry>, Error> {
    let day = (waiting.day, waiting.day);
    let of = Of::Family(waiting.family_id);
    let theirs = Board::load(tx, &board.rules, of, day, at).await?;
    let unit = theirs.rulebook().served(&waiting.activity, &waiting.unit);
    let (Some(child), Some(unit)) = (theirs.child(waiting.child_id), unit) else {
        return Ok(None);
    };
    let asked = Asked {
        now: at,
        counter: false,
        over: false,
    };
    let gets = theirs.ask(child, unit, waiting.day, asked, |cell| {
        cell.book().is_ok_and(|allowed| !allowed.waits)
    });
    if !gets {
        return Ok(None);
    }
    let since = french::instant(waiting.since, &theirs.rulebook().calendar.zone);
    Ok(Some(Entry {
        family: waiting.family_id,
        child: child.first_name.clone(),
        label: unit.label.clone(),
        row: receipt::Line {
            line: 0,
            child_id: waiting.child_id,
            day: waiting.day,
            activity: waiting.activity.clone(),
            unit: waiting.unit.clone(),
            before: waiting.state.clone(),
            after: State::Booked.code().to_owned(),
            why: format!(
                "une place s’est libérée, et c’était le tour de l’enfant (inscrit sur la liste le {since})"
            ),
        },
    }))
}
