//! Receipts: what was saved, on the screen and by mail, and taken back.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp, civil::Date};
use preau_rules::{
    french,
    number::{Prefix, PublicNumber},
};
use preau_store::{
    StoreError, Tx,
    tables::{
        account, counter, enrolment, journal,
        receipt::{self, Receipt},
        subscription::{self, Tie},
    },
};
use uuid::Uuid;

use super::{board::roster, decide::Wish, plan::who, rules, save::UNDO};
use crate::{
    Caller, Cx, Error,
    citizen::addressee,
    contact::Letterhead,
    mail::{Addressee, BookingsReceipt, Mail, Zone},
    outbox::{self, Post},
};

/// How long a receipt may be taken back, in minutes.
pub const UNDO_MINUTES: i64 = 15;
/// Lines of a receipt in its mail.
const IN_MAIL: usize = 40;
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(48);
const JOURNAL: &str = "receipt";

/// A line of a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// First name of the child.
    pub child: String,
    /// « Restaurant scolaire, Repas ».
    pub label: String,
    /// The day.
    pub day: Date,
    /// « réservé », « annulé », « liste d’attente ».
    pub done: &'static str,
    /// The rule and its values, in words.
    pub why: String,
}

/// A receipt.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The receipt.
    pub receipt: Receipt,
    /// Its lines.
    pub lines: Vec<Line>,
    /// Until when it may be taken back, when it still may.
    pub undo_until: Option<Timestamp>,
}

/// What became of a line, from what stood there and what stands there now.
pub(crate) fn done_fr(before: &str, after: &str) -> &'static str {
    match (before, after) {
        ("waiting", "") => "liste d’attente quittée",
        (_, "") => "annulé",
        (_, "waiting") => "liste d’attente",
        (_, "absent") => "absence signalée",
        ("waiting", "booked") => "place obtenue",
        ("absent", "booked") => "absence retirée",
        _ => "réservé",
    }
}

/// A receipt of one of these families.
async fn of_roster(
    tx: &mut Tx,
    roster: &[enrolment::Line],
    number: &str,
) -> Result<Receipt, Error> {
    let found = receipt::by_number(tx, number).await?;
    let found = found.filter(|r| roster.iter().any(|line| line.family_id == r.family_id));
    found.ok_or(Error::NotFound)
}

/// A receipt that may still be taken back, and what that takes.
pub(super) async fn still_undoable(
    tx: &mut Tx,
    roster: &[enrolment::Line],
    number: &str,
    at: Timestamp,
) -> Result<(Receipt, Vec<Wish>), Error> {
    let found = of_roster(tx, roster, number).await?;
    if undo_until(&found, at).is_none() {
        return Err(Error::Conflict(format!(
            "Ces changements ne peuvent plus être annulés d’un coup : c’était possible pendant {UNDO_MINUTES} minutes. Changez-les sur le planning."
        )));
    }
    let lines = receipt::lines(tx, found.id).await?;
    if lines.iter().any(is_absence) {
        return Err(Error::Conflict(
            "Une absence se retire sur la page « Signaler une absence ».".to_owned(),
        ));
    }
    let wishes = lines.into_iter().map(|line| Wish {
        child: line.child_id,
        day: line.day,
        activity: line.activity,
        unit: line.unit,
        book: line.after.is_empty(),
    });
    Ok((found, wishes.collect()))
}

fn is_absence(line: &receipt::Line) -> bool {
    let absent = preau_rules::booking::State::Absent.code();
    line.before == absent || line.after == absent
}

fn undo_until(receipt: &Receipt, now: Timestamp) -> Option<Timestamp> {
    let until = receipt.at.checked_add(UNDO).ok()?;
    let free = receipt.undoes.is_none() && receipt.undone_by.is_none();
    (free && receipt.by_kind != "system" && now <= until).then_some(until)
}

/// A line for a receipt, and what it says of names.
pub(super) struct Entry {
    /// Of which family.
    pub(super) family: Uuid,
    /// First name of the child.
    pub(super) child: String,
    /// « Restaurant scolaire, Repas ».
    pub(super) label: String,
    /// What is kept.
    pub(super) row: receipt::Line,
}

/// Somebody who is told.
#[derive(Clone)]
struct Person {
    to: Addressee,
    name: String,
    address: String,
}

/// Writes receipts in somebody's name.
pub(super) struct Writer<'a> {
    caller: &'a Caller,
    head: &'a Letterhead,
    /// Why, in the agent's words.
    pub(super) reason: &'a str,
    /// The receipt that is taken back.
    pub(super) undoes: Option<Uuid>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(caller: &'a Caller, head: &'a Letterhead) -> Self {
        Self {
            caller,
            head,
            reason: "",
            undoes: None,
        }
    }

    /// Keeps a receipt a family, and mails it; gives the number of the first.
    pub(super) async fn write(
        &self,
        tx: &mut Tx,
        entries: Vec<Entry>,
    ) -> Result<Option<String>, Error> {
        let mut order: Vec<Uuid> = Vec::new();
        let mut families: HashMap<Uuid, Vec<Entry>> = HashMap::new();
        for entry in entries {
            let own = families.entry(entry.family).or_insert_with(|| {
                order.push(entry.family);
                Vec::new()
            });
            own.push(entry);
        }
        let people = self.people(tx, &order).await?;
        let mut number = None;
        for (family, people) in order.iter().zip(people) {
            let own = families.remove(family).unwrap_or_default();
            let made = self.write_one(tx, *family, &own, people).await?;
            number.get_or_insert(made);
        }
        Ok(number)
    }

    /// Who is told, family by family: who did it gets the mail; what others did for the family, everybody of it.
    async fn people(&self, tx: &mut Tx, families: &[Uuid]) -> Result<Vec<Vec<Person>>, Error> {
        if let Caller::Account(me) = self.caller {
            let me = account::get(tx, me.id).await?;
            let me = me.into_iter().map(|me| Person {
                to: addressee(&me.civility, &me.first_name, &me.last_name),
                name: me.full_name(),
                address: me.email,
            });
            let me: Vec<Person> = me.collect();
            return Ok(vec![me; families.len()]);
        }
        let ties = subscription::of_families(tx, families).await?;
        let told = |ties: Vec<Tie>| {
            let ties = ties.into_iter();
            let ties = ties.filter(|t| t.ended_at.is_none() && !t.blocked);
            let people = ties.map(|t| Person {
                to: addressee(&t.civility, &t.first_name, &t.last_name),
                name: t.full_name(),
                address: t.email,
            });
            people.collect()
        };
        Ok(ties.into_iter().map(told).collect())
    }

    async fn write_one(
        &self,
        tx: &mut Tx,
        family: Uuid,
        lines: &[Entry],
        people: Vec<Person>,
    ) -> Result<String, Error> {
        let at = tx.at();
        let year = at.to_zoned(self.head.zone.clone()).year();
        let sequence = counter::next(tx, &format!("receipt-{year}")).await?;
        let number = PublicNumber::new(
            Prefix::Receipt,
            year,
            u32::try_from(sequence).unwrap_or_default(),
        )
        .map_err(|e| StoreError::Internal(format!("number of a receipt: {e}")))?
        .to_string();
        let actor = self.caller.actor();
        let by_name = match self.caller {
            Caller::Account(account) => account.name.clone(),
            _ => actor.name.clone(),
        };
        let new = Receipt {
            id: tx.new_id(),
            number: number.clone(),
            family_id: family,
            at,
            by_kind: actor.kind.to_owned(),
            by_id: actor.id,
            by_name,
            reason: self.reason.to_owned(),
            undoes: self.undoes,
            undone_by: None,
        };
        let rows: Vec<receipt::Line> = (1..)
            .zip(lines)
            .map(|(at, entry)| receipt::Line {
                line: at,
                ..entry.row.clone()
            })
            .collect();
        receipt::insert(tx, &new, &rows).await?;
        if actor.kind == "agent" {
            let change = journal::Change {
                action: "booked",
                kind: JOURNAL,
                id: new.id.to_string(),
                name: &number,
                before: None,
                after: Some(&self.reason),
            };
            journal::note(tx, change).await?;
        }
        self.mail(tx, &new, lines, people).await?;
        Ok(number)
    }

    async fn mail(
        &self,
        tx: &mut Tx,
        new: &Receipt,
        lines: &[Entry],
        people: Vec<Person>,
    ) -> Result<(), Error> {
        let mut said: Vec<String> = lines
            .iter()
            .take(IN_MAIL)
            .map(|entry| {
                let row = &entry.row;
                let (day, done) = (french::day(row.day), done_fr(&row.before, &row.after));
                format!("{}, {}, {day} : {done}", entry.child, entry.label)
            })
            .collect();
        if lines.len() > IN_MAIL {
            said.push(format!("et {} autres lignes", lines.len() - IN_MAIL));
        }
        let absence = lines.iter().any(|entry| is_absence(&entry.row));
        let undo = undo_until(new, new.at).filter(|_| !absence);
        for person in people {
            let mail = BookingsReceipt {
                to: person.to,
                zone: Zone::Commune,
                number: new.number.clone(),
                by: match self.caller {
                    Caller::Account(_) => String::new(),
                    _ => new.by_name.clone(),
                },
                reason: new.reason.clone(),
                lines: said.clone(),
                link: format!(
                    "{}/espace-famille/planning/recu/{}",
                    self.head.card.portal_url, new.number
                ),
                undo: undo
                    .filter(|_| new.by_kind == "account")
                    .map(|at| french::instant(at, &self.head.zone))
                    .unwrap_or_default(),
            };
            let post = Post {
                kind: BookingsReceipt::NAME,
                to_name: &person.name,
                to_address: &person.address,
                rendered: self.head.write(&mail)?,
                about: Some((JOURNAL, new.id)),
                good_for: GOOD_FOR,
            };
            outbox::post(tx, post).await?;
        }
        Ok(())
    }
}

/// A receipt of the caller's families, or of a family at the counter.
pub async fn receipt(cx: &Cx, family: Option<Uuid>, number: &str) -> Result<Sheet, Error> {
    let (of, _) = who(cx, family)?;
    let mut tx = cx.read().await?;
    let rules = rules::current(cx, &mut tx).await?;
    let roster = roster(&mut tx, of, &rules, cx.at).await?;
    let found = of_roster(&mut tx, &roster, number).await?;
    let lines = receipt::lines(&mut tx, found.id).await?;
    let absence = lines.iter().any(is_absence);
    let lines = lines.into_iter().map(|line| {
        let child = roster.iter().find(|c| c.child_id == line.child_id);
        let unit = rules.loaded.rulebook.served(&line.activity, &line.unit);
        Line {
            child: child.map(|c| c.first_name.clone()).unwrap_or_default(),
            label: unit.map_or_else(|| line.unit.clone(), |u| u.label.clone()),
            day: line.day,
            done: done_fr(&line.before, &line.after),
            why: line.why,
        }
    });
    Ok(Sheet {
        undo_until: undo_until(&found, cx.at).filter(|_| !absence),
        lines: lines.collect(),
        receipt: found,
    })
}
