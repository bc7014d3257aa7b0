//! Fermer une journée: what is booked on it is given back, the families are told, and nothing more is booked.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use jiff::{ToSpan, civil::Date};
use preau_formats::closing::{self, Closing};
use preau_rules::{
    booking::State,
    calendar::{Closed, Closure, Place},
    french,
    money::Cents,
    permission::Right,
    text::Line,
};
use preau_store::{
    Command, Tx,
    tables::{
        booking::{self, Booking},
        receipt,
    },
};
use uuid::Uuid;

use super::{
    days::first_and_last,
    receipt::{Entry, Writer},
    rules::{self, Current},
};
use crate::{Caller, Cx, Error, Problems, billing, contact::Letterhead};

/// The longest closing, in days.
const LONGEST: i32 = 120;

/// The form as typed.
#[derive(Debug, Clone, Default)]
pub struct CloseForm {
    /// First day.
    pub du: String,
    /// Last day; empty for the first alone.
    pub au: String,
    /// An activity or a unit of the settings; empty for all.
    pub quoi: String,
    /// A site of the settings; empty for all.
    pub site: String,
    /// Why: families read it.
    pub motif: String,
}

/// What a closing changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effect {
    /// Children who were to come.
    pub children: usize,
    /// Their families.
    pub families: usize,
    /// Bookings that are given back, waiting ones included.
    pub bookings: usize,
    /// What they would have cost; nothing where no price is written.
    pub worth: Option<Cents>,
    /// How many of each unit.
    pub by_unit: Vec<(String, usize)>,
}

impl CloseForm {
    fn parse(&self, rules: &Current, today: Date) -> Result<Closing, Error> {
        let mut problems = Problems::default();
        let days = first_and_last(&mut problems, (&self.du, &self.au), LONGEST);
        if let Some((first, _)) = days {
            if first < today {
                problems.add("du", "Ce jour est passé.");
            } else if first > today.saturating_add(2.years()) {
                problems.add("du", "Ce jour est trop loin.");
            }
        }
        let book = &rules.loaded.rulebook;
        let session = Some(self.quoi.clone()).filter(|s| !s.is_empty());
        let served = |s: &String| book.units.iter().any(|u| u.activity == *s || u.unit == *s);
        if session.as_ref().is_some_and(|s| !served(s)) {
            problems.add("quoi", "Choisissez dans la liste.");
        }
        let site = Some(self.site.clone()).filter(|s| !s.is_empty());
        if site.as_ref().is_some_and(|s| !book.sites.contains_key(s)) {
            problems.add("site", "Choisissez dans la liste.");
        }
        let reason = Line::parse(&self.motif, 120);
        let reason = problems.take("motif", reason, |e| e.message_fr("Motif"));
        match (days, reason) {
            (Some((first, last)), Some(reason)) if problems.none() => Ok(Closing {
                first,
                last,
                reason: reason.into_string(),
                site,
                session,
            }),
            _ => Err(problems.into_error()),
        }
    }
}

/// The same, as the calendar holds it.
fn closure(closing: &Closing) -> Closure {
    Closure {
        first: closing.first,
        last: closing.last,
        what: (closing.site.clone()).map_or(Closed::Commune, Closed::Site),
        session: closing.session.clone(),
        reason: closing.reason.clone(),
    }
}

/// Bookings that the closing meets.
async fn met(tx: &mut Tx, closing: &Closing) -> Result<Vec<Booking>, Error> {
    let closure = closure(closing);
    let mut all = booking::on_days(tx, closing.first, closing.last).await?;
    all.retain(|one| {
        let place = Place {
            site: Some(&one.site),
            group: Some(&one.group),
            activity: Some(&one.activity),
            unit: Some(&one.unit),
        };
        closure.closes(one.day, place)
    });
    Ok(all)
}

fn label(rules: &Current, one: &Booking) -> String {
    let unit = rules.loaded.rulebook.served(&one.activity, &one.unit);
    unit.map_or_else(|| one.unit.clone(), |unit| unit.label.clone())
}

async fn today(cx: &Cx) -> Result<(Letterhead, Date), Error> {
    let head = Letterhead::load(cx).await?;
    let today = cx.at.to_zoned(head.zone.clone()).date();
    Ok((head, today))
}

/// What a closing would change. Nothing is written.
pub async fn effect(cx: &Cx, form: &CloseForm) -> Result<Effect, Error> {
    cx.caller.require(Right::Activities)?;
    let rules = rules::load(cx).await?;
    let closing = form.parse(&rules, today(cx).await?.1)?;
    let mut tx = cx.read().await?;
    let all = met(&mut tx, &closing).await?;
    let worth = billing::worth(&mut tx, &rules, &all).await?;
    drop(tx);
    let mut by_unit: BTreeMap<String, usize> = BTreeMap::new();
    for one in &all {
        *by_unit.entry(label(&rules, one)).or_default() += 1;
    }
    let count = |of: fn(&Booking) -> Uuid| all.iter().map(of).collect::<BTreeSet<_>>().len();
    Ok(Effect {
        children: count(|one| one.child_id),
        families: count(|one| one.family_id),
        bookings: all.len(),
        worth,
        by_unit: by_unit.into_iter().collect(),
    })
}

/// How it is written: where everything closes, activity by activity, because a closing of the entire commune is also one
/// of the office, and would move the limits of other days.
fn written(closing: &Closing, rules: &Current) -> Vec<Closing> {
    if closing.session.is_some() || closing.site.is_some() {
        return vec![closing.clone()];
    }
    let units = &rules.loaded.rulebook.units;
    let activities: BTreeSet<&String> = units.iter().map(|unit| &unit.activity).collect();
    let of = |activity: &String| Closing {
        session: Some(activity.clone()),
        ..closing.clone()
    };
    activities.into_iter().map(of).collect()
}

struct Close {
    caller: Caller,
    closing: Closing,
    rules: Arc<Current>,
    head: Letterhead,
}

impl Command for Close {
    const NAME: &'static str = "planning.close";
    /// Bookings that were given back.
    type Answer = u64;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<u64, Error> {
        self.caller.require_now(tx, Right::Activities).await?;
        let rules = rules::still(tx, &self.rules).await?;
        let closings = written(&self.closing, &rules);
        let known = &rules.loaded.rulebook.calendar.closures;
        if closings.iter().all(|one| known.contains(&closure(one))) {
            return Err(Error::Conflict(
                "C’est déjà fermé, avec ce motif.".to_owned(),
            ));
        }
        let mut text = rules.text.clone();
        for one in &closings {
            text = closing::add(&text, one)
                .map_err(|error| Error::Conflict(format!("Le fichier des réglages ne se laisse pas compléter ({error}). Ajoutez-y la fermeture à la main.")))?;
        }
        if let Err(faults) = rules::check(&text) {
            return Err(Error::Conflict(faults.join(" ")));
        }
        rules::insert(tx, &self.caller, rules.version, &text).await?;
        let all = met(tx, &self.closing).await?;
        let days = (self.closing.first, self.closing.last);
        let names: HashMap<Uuid, String> = booking::names(tx, days).await?.into_iter().collect();
        let mut lines = Vec::with_capacity(all.len());
        for one in &all {
            booking::take(tx, one).await?;
            if one.state != State::Waiting.code() {
                booking::count(tx, one, -1).await?;
            }
            lines.push(Entry {
                family: one.family_id,
                child: names.get(&one.child_id).cloned().unwrap_or_default(),
                label: label(&rules, one),
                row: receipt::Line {
                    line: 0,
                    child_id: one.child_id,
                    day: one.day,
                    activity: one.activity.clone(),
                    unit: one.unit.clone(),
                    before: one.state.clone(),
                    after: String::new(),
                    why: format!("fermé : {}", self.closing.reason),
                },
            });
        }
        let reason = self.reason_fr();
        let mut writer = Writer::new(&self.caller, &self.head);
        writer.reason = &reason;
        writer.write(tx, lines).await?;
        Ok(all.len() as u64)
    }
}

impl Close {
    /// « Fermé jeudi 3 décembre : Grève. »
    fn reason_fr(&self) -> String {
        let Closing {
            first,
            last,
            reason,
            ..
        } = &self.closing;
        if first == last {
            format!(
                "Fermé {}\u{a0}: {reason}. Rien n’est facturé.",
                french::day(*first)
            )
        } else {
            format!(
                "Fermé du {} au {}\u{a0}: {reason}. Rien n’est facturé.",
                french::day_month(*first),
                french::day_month(*last)
            )
        }
    }
}

/// Closes: a new version of the settings, what was booked is given back, and the families are told; gives how many
/// bookings that were.
pub async fn close(cx: &Cx, form: &CloseForm) -> Result<u64, Error> {
    cx.caller.require(Right::Activities)?;
    let rules = rules::load(cx).await?;
    let (head, today) = today(cx).await?;
    let closing = form.parse(&rules, today)?;
    let caller = cx.caller.clone();
    cx.write(Close {
        caller,
        closing,
        rules,
        head,
    })
    .await
}
