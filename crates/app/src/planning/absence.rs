//! Signaler une absence: a child who is booked does not come, or comes after all. The place is not given back.

use std::sync::Arc;

use jiff::{ToSpan, civil::Date};
use preau_rules::booking::State;
use preau_store::{
    Command, Tx,
    tables::{
        booking::{self, Booking},
        receipt,
    },
};
use uuid::Uuid;

use super::{
    board::{Board, Of},
    days::first_and_last,
    plan::who,
    receipt::{Entry, Writer},
    rules::{self, Current},
};
use crate::{Caller, Cx, Error, Problems, contact::Letterhead};

/// The longest absence that is told at once, in days.
const LONGEST: i32 = 30;

/// The form as typed.
#[derive(Debug, Clone, Default)]
pub struct AbsenceForm {
    /// Children.
    pub enfants: Vec<String>,
    /// First day.
    pub du: String,
    /// Last day; empty for the first alone.
    pub au: String,
    /// Why; may be empty.
    pub motif: String,
    /// The child comes after all.
    pub vient: bool,
}

struct Tell {
    caller: Caller,
    of: Of,
    children: Vec<Uuid>,
    days: (Date, Date),
    reason: String,
    absent: bool,
    rules: Arc<Current>,
    head: Letterhead,
}

impl Command for Tell {
    const NAME: &'static str = "planning.absence";
    /// Number of the receipt.
    type Answer = String;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<String, Error> {
        let rules = rules::still(tx, &self.rules).await?;
        let at = tx.at();
        let board = Board::load(tx, &rules, self.of, self.days, at).await?;
        let (from, to) = if self.absent {
            (State::Booked, State::Absent)
        } else {
            (State::Absent, State::Booked)
        };
        let mut lines = Vec::new();
        for id in &self.children {
            let child = board.child(*id).ok_or(Error::NotFound)?;
            let all = board.booked(*id);
            for before in all.filter(|b| b.state == from.code() && b.family_id == child.family) {
                let after = Booking {
                    state: to.code().to_owned(),
                    ..before.clone()
                };
                booking::put(tx, &after).await?;
                let unit = board.rulebook().served(&before.activity, &before.unit);
                let label = unit.map_or(&before.unit, |unit| &unit.label);
                lines.push(Entry {
                    family: child.family,
                    child: child.first_name.clone(),
                    label: label.clone(),
                    row: row(before, to),
                });
            }
        }
        lines.sort_by_key(|entry| (entry.row.day, entry.row.child_id));
        let mut writer = Writer::new(&self.caller, &self.head);
        writer.reason = &self.reason;
        let number = writer.write(tx, lines).await?;
        number.ok_or_else(|| {
            let why = if self.absent {
                "Rien n’est réservé pour ces enfants sur ces jours."
            } else {
                "Aucune absence n’est signalée pour ces enfants sur ces jours."
            };
            Error::field("du", why)
        })
    }
}

fn row(before: &Booking, to: State) -> receipt::Line {
    let why = if to == State::Absent {
        "la cuisine et les animateurs le voient ; la place reste prise"
    } else {
        "l’enfant vient comme réservé"
    };
    receipt::Line {
        line: 0,
        child_id: before.child_id,
        day: before.day,
        activity: before.activity.clone(),
        unit: before.unit.clone(),
        before: before.state.clone(),
        after: to.code().to_owned(),
        why: why.to_owned(),
    }
}

/// Tells an absence of the caller's children, or takes it back; gives the number of the receipt.
pub async fn tell(cx: &Cx, family: Option<Uuid>, form: &AbsenceForm) -> Result<String, Error> {
    let (of, _) = who(cx, family)?;
    let rules = rules::load(cx).await?;
    let head = Letterhead::load(cx).await?;
    let today = cx.at.to_zoned(head.zone.clone()).date();
    let mut problems = Problems::default();
    let children: Vec<Uuid> = form
        .enfants
        .iter()
        .filter_map(|id| id.parse().ok())
        .collect();
    if children.is_empty() {
        problems.add("e", "Cochez au moins un enfant.");
    }
    let days = first_and_last(&mut problems, (&form.du, &form.au), LONGEST);
    let Some((first, last)) = days else {
        return Err(problems.into_error());
    };
    if first < today {
        problems.add("du", "Une absence se signale le jour même ou avant. Pour un jour passé, écrivez à la mairie.");
    }
    if first > today.saturating_add(366.days()) {
        problems.add("du", "Ce jour est trop loin.");
    }
    if !problems.none() {
        return Err(problems.into_error());
    }
    let command = Tell {
        caller: cx.caller.clone(),
        of,
        children,
        days: (first, last),
        reason: form.motif.trim().chars().take(300).collect(),
        absent: !form.vient,
        rules,
        head,
    };
    cx.write(command).await
}
