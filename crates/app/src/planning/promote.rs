//! Waiting lists: a place that was given back goes to who waits, in the same command.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{Timestamp, civil::Date};
use preau_rules::{
    booking::{Cell, Refusal, State},
    french,
    settings::{Query, ServedUnit},
};
use preau_store::{
    Tx,
    tables::{
        booking::{self, Booking},
        family,
    },
};

use super::{
    board::Board,
    receipt::Writer,
    save::{Change, Line, Outcome, kept},
};
use crate::{Caller, Error, contact::Letterhead};

/// Places that were given back go to who waits, in the order of arrival, while the unit can still be booked.
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
    let rules = Arc::clone(&board.rules);
    let rulebook = &rules.loaded.rulebook;
    if days.is_empty() || rulebook.capacities.is_empty() {
        return Ok(());
    }
    let days: Vec<Date> = days.into_iter().collect();
    let at = tx.at();
    for waiting in booking::waiting(tx, &days).await? {
        let Some(unit) = rulebook.served(&waiting.activity, &waiting.unit) else {
            continue;
        };
        let Some(why) = may_have(board, &waiting, unit, at) else {
            continue;
        };
        let after = Booking {
            state: State::Booked.code().to_owned(),
            since: at,
            ..waiting.clone()
        };
        booking::put(tx, &after).await?;
        booking::count(tx, &after, 1).await?;
        board.count(&after, 1);
        let name = family::children(tx, &[waiting.family_id]).await?;
        let name = name.into_iter().find(|c| c.id == waiting.child_id);
        let change = Change {
            line: Line {
                child_id: waiting.child_id,
                child: name.map(|c| c.first_name).unwrap_or_default(),
                activity: waiting.activity.clone(),
                unit: waiting.unit.clone(),
                label: unit.label.clone(),
                day: waiting.day,
                book: true,
                outcome: Outcome::Booked,
                supplement: None,
                why,
                way_out: None,
                nothing: false,
            },
            before: Some(waiting.clone()),
            after: Some(after),
        };
        let system = Caller::System("liste d’attente");
        let mut writer = Writer::new(&system, head);
        writer.reason = "Une place s’est libérée.";
        writer
            .write(tx, waiting.family_id, vec![kept(&change)])
            .await?;
    }
    Ok(())
}

/// Why a child who waits gets the place, if it does.
fn may_have(board: &Board, waiting: &Booking, unit: &ServedUnit, at: Timestamp) -> Option<String> {
    let left = board.left(waiting.day, unit, &waiting.site, &waiting.group)?;
    if left <= 0 {
        return None;
    }
    let query = Query {
        site: Some(waiting.site.as_str()).filter(|site| !site.is_empty()),
        group: Some(waiting.group.as_str()).filter(|group| !group.is_empty()),
        ..Query::book(&unit.activity, Some(&unit.unit), waiting.day)
    };
    let cell = Cell {
        rules: board.rulebook(),
        query,
        enrolled: true,
        ours: true,
        paper: None,
        left: Some(left),
        beside: &[],
        counter: false,
        now: at,
    };
    match cell.book() {
        Ok(_) | Err(Refusal::Needs(_)) => Some(format!(
            "une place s’est libérée, et c’était le tour de l’enfant (inscrit sur la liste le {})",
            french::instant(waiting.since, &board.rulebook().calendar.zone)
        )),
        Err(_) => None,
    }
}
