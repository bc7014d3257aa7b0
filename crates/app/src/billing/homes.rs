//! Families as prices see them, read many at a time.

use std::collections::HashMap;

use jiff::civil::Date;
use preau_rules::{
    attendance::{Hours, Mark, Seen},
    bill::{self, Bill, Biller, Household, Use},
    booking::State,
    family::typed_date,
    money::Cents,
    permission::Right,
};
use preau_store::{
    Command, Tx,
    tables::{attendance, billing, booking::Booking, family, invoice, journal, subscription},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::run::BATCH;
use crate::{
    Caller, Cx, Error,
    planning::{
        Line, Of,
        rules::{self, Current},
    },
};

/// What the store calls a use without a booking.
pub(super) const UNBOOKED: &str = "unbooked";

/// A family with its bill of some days.
pub(crate) struct Home {
    pub(super) id: Uuid,
    pub(super) reference: String,
    pub(super) name: String,
    pub(super) payer: String,
    pub(super) household: Household,
    pub(super) children: Vec<billing::Kid>,
    pub(super) uses: Vec<billing::Use>,
}

impl Home {
    /// What its days cost.
    pub(super) fn bill(&self, biller: &mut Biller<'_>) -> Bill {
        let place = |child: Uuid| self.children.iter().position(|kid| kid.id == child);
        let uses = self.uses.iter().filter_map(|one| {
            let unbooked = one.state == UNBOOKED;
            Some(Use {
                child: place(one.child_id)?,
                day: one.day,
                activity: &one.activity,
                unit: &one.unit,
                state: if unbooked {
                    State::Booked
                } else {
                    State::parse(&one.state)?
                },
                supplement: &one.supplement,
                seen: Mark::parse(&one.mark).map(|mark| Seen {
                    mark,
                    unbooked,
                    hours: Hours::parse(&one.arrived, &one.departed).unwrap_or_default(),
                }),
            })
        });
        let uses: Vec<Use<'_>> = uses.collect();
        biller.bill(&self.household, &uses)
    }

    /// The lines of its invoice.
    pub(super) fn lines(&self, rules: &Current, bill: Bill) -> Vec<invoice::Line> {
        let line = |line: bill::Line| {
            let one = self.uses.get(line.of)?;
            let child = self.children.iter().find(|kid| kid.id == one.child_id)?;
            Some(invoice::Line {
                child_id: one.child_id,
                child: child.first_name.clone(),
                day: one.day,
                label: label(rules, &one.activity, &one.unit),
                cents: line.cents.0,
                why: line.why,
            })
        };
        bill.lines.into_iter().filter_map(line).collect()
    }
}

/// Who prices by these settings.
pub(crate) fn biller(rules: &Current) -> Biller<'_> {
    Biller::new(&rules.tariffs, &rules.loaded.rulebook)
}

/// « Restaurant scolaire, Repas ».
pub(super) fn label(rules: &Current, activity: &str, unit: &str) -> String {
    let served = rules.loaded.rulebook.served(activity, unit);
    served.map_or_else(|| unit.to_owned(), |unit| unit.label.clone())
}

/// The quotient of the file in cents: of several responsables, the newest paper counts.
fn quotient(guardians: &[&billing::Guardian]) -> Option<(i64, Option<Date>)> {
    let known = guardians.iter().filter_map(|guardian| {
        let cents = Cents::parse(guardian.quotient.as_deref()?).ok()?;
        let on = guardian.quotient_on.as_deref();
        Some((cents.0, on.and_then(typed_date)))
    });
    known.max_by_key(|(_, on)| *on)
}

fn payer(name: &str, guardians: &[&billing::Guardian]) -> String {
    let wants = |g: &&&billing::Guardian| g.invoices.as_deref() == Some("oui");
    let Some(one) = guardians.iter().find(wants).or_else(|| guardians.first()) else {
        return format!("Famille {name}");
    };
    let civility = match one.civility.as_deref() {
        Some("MME") => "Mme ",
        Some("M") => "M. ",
        _ => "",
    };
    let who = format!("{civility}{} {}", one.first_name, one.last_name);
    match one.address.as_deref() {
        Some(address) => format!("{who}\n{address}"),
        None => who,
    }
}

/// Families of consecutive numbers, with what they booked on these days, if that is asked for.
pub(super) async fn homes(
    tx: &mut Tx,
    found: Vec<billing::Home>,
    days: Option<(Date, Date)>,
) -> Result<Vec<Home>, Error> {
    let (Some(first), Some(last)) = (found.first(), found.last()) else {
        return Ok(Vec::new());
    };
    let (from, to) = (first.reference.clone(), last.reference.clone());
    let guardians = billing::guardians(tx, &from, &to).await?;
    let mut words: HashMap<Uuid, String> =
        billing::words(tx, &from, &to).await?.into_iter().collect();
    let mut children: HashMap<Uuid, Vec<billing::Kid>> = HashMap::new();
    for kid in billing::children(tx, &from, &to).await? {
        children.entry(kid.family_id).or_default().push(kid);
    }
    let mut enrolled: HashMap<Uuid, Vec<bill::Enrolled>> = HashMap::new();
    for one in billing::enrolments(tx, &from, &to).await? {
        enrolled
            .entry(one.child_id)
            .or_default()
            .push(bill::Enrolled {
                activity: one.activity,
                first: one.first_on,
                last: one.last_on,
            });
    }
    let mut uses: HashMap<Uuid, Vec<billing::Use>> = HashMap::new();
    if let Some(days) = days {
        for one in billing::uses(tx, (&from, &to), days).await? {
            uses.entry(one.family_id).or_default().push(one);
        }
        for one in attendance::unbooked(tx, (&from, &to), days).await? {
            let all = uses.entry(one.family_id).or_default();
            let place = all.partition_point(|known| known.day <= one.day);
            all.insert(place, one);
        }
    }
    let mut by_family: HashMap<Uuid, Vec<&billing::Guardian>> = HashMap::new();
    for guardian in &guardians {
        by_family
            .entry(guardian.family_id)
            .or_default()
            .push(guardian);
    }
    let homes = found.into_iter().map(|home| {
        let guardians = by_family.remove(&home.id).unwrap_or_default();
        let children = children.remove(&home.id).unwrap_or_default();
        let words = words.remove(&home.id).unwrap_or_default();
        let words = words.split(',').map(|word| word.trim().to_owned());
        let kids = children.iter().map(|kid| bill::Kid {
            born: kid.born_on,
            level: kid.level.as_deref().and_then(bill::level),
            enrolled: enrolled.get(&kid.id).cloned().unwrap_or_default(),
        });
        Home {
            household: Household {
                quotient: quotient(&guardians),
                words: words.filter(|word| !word.is_empty()).collect(),
                children: kids.collect(),
            },
            payer: payer(&home.name, &guardians),
            uses: uses.remove(&home.id).unwrap_or_default(),
            children,
            id: home.id,
            reference: home.reference,
            name: home.name,
        }
    });
    Ok(homes.collect())
}

/// One family.
pub(super) async fn home(
    tx: &mut Tx,
    family: Uuid,
    days: Option<(Date, Date)>,
) -> Result<Home, Error> {
    let found = billing::home(tx, family).await?.ok_or(Error::NotFound)?;
    let mut homes = homes(tx, vec![found], days).await?;
    homes.pop().ok_or(Error::NotFound)
}

/// What one use costs a child, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// The price.
    pub cents: Cents,
    /// Why.
    pub why: String,
}

/// The families of a planning, without what they booked: to price single cells. Nothing where no price is written.
pub(crate) async fn without_uses(tx: &mut Tx, rules: &Current, of: Of) -> Result<Vec<Home>, Error> {
    if rules.tariffs.grids.is_empty() {
        return Ok(Vec::new());
    }
    let families = match of {
        Of::Family(family) => vec![family],
        Of::Account(account) => {
            let tied = subscription::of_account(tx, account).await?;
            tied.into_iter().map(|one| one.family_id).collect()
        }
    };
    let mut known = Vec::with_capacity(families.len());
    // A handful at most.
    for family in families {
        known.push(home(tx, family, None).await?);
    }
    Ok(known)
}

/// What these bookings would cost, family by family as if there were no others; nothing where no price is written.
pub(crate) async fn worth(
    tx: &mut Tx,
    rules: &Current,
    bookings: &[Booking],
) -> Result<Option<Cents>, Error> {
    if rules.tariffs.grids.is_empty() {
        return Ok(None);
    }
    let mut uses: HashMap<Uuid, Vec<billing::Use>> = HashMap::new();
    for one in bookings {
        uses.entry(one.family_id).or_default().push(billing::Use {
            family_id: one.family_id,
            child_id: one.child_id,
            day: one.day,
            activity: one.activity.clone(),
            unit: one.unit.clone(),
            state: one.state.clone(),
            supplement: one.supplement.clone(),
            mark: String::new(),
            arrived: String::new(),
            departed: String::new(),
        });
    }
    let mut biller = biller(rules);
    let mut total = 0;
    let mut after = String::new();
    while !uses.is_empty() {
        let mut found = billing::batch(tx, &after, BATCH).await?;
        let Some(last) = found.last() else { break };
        after.clone_from(&last.reference);
        found.retain(|home| uses.contains_key(&home.id));
        for mut home in homes(tx, found, None).await? {
            home.uses = uses.remove(&home.id).unwrap_or_default();
            total += home.bill(&mut biller).total().0;
        }
    }
    Ok(Some(Cents(total)))
}

/// What a line of a verification costs, alone: brothers and sisters of the same day may change it on the bill.
pub(crate) fn quote(biller: &mut Biller<'_>, homes: &[Home], line: &Line) -> Option<Quote> {
    let place = |home: &Home| home.children.iter().position(|kid| kid.id == line.child_id);
    let (home, child) = homes.iter().find_map(|home| Some((home, place(home)?)))?;
    let one = Use {
        child,
        day: line.day,
        activity: &line.activity,
        unit: &line.unit,
        state: State::Booked,
        supplement: line.supplement.as_deref().unwrap_or_default(),
        seen: None,
    };
    let (cents, why) = biller.quote(&home.household, one).ok()?;
    Some(Quote { cents, why })
}

struct SetWords {
    caller: Caller,
    family: Uuid,
    words: String,
}

impl Command for SetWords {
    const NAME: &'static str = "billing.words";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::Billing).await?;
        let found = family::get(tx, self.family).await?.ok_or(Error::NotFound)?;
        billing::set_words(tx, self.family, &self.words).await?;
        let change = journal::Change {
            action: "changed",
            kind: "family",
            id: self.family.to_string(),
            name: &found.name,
            before: None::<&String>,
            after: Some(&self.words),
        };
        journal::note(tx, change).await?;
        Ok(())
    }
}

/// Sets the words of the tariffs that hold for a family, such as "extérieur"; the next bills go by them.
pub async fn set_words(cx: &Cx, family: Uuid, words: &str) -> Result<(), Error> {
    cx.caller.require(Right::Billing)?;
    let rules = rules::load(cx).await?;
    for word in words.split(',').map(str::trim).filter(|w| !w.is_empty()) {
        if let Err(error) = rules.tariffs.lexicon.word(word) {
            return Err(Error::field("mots", error.to_string()));
        }
    }
    let caller = cx.caller.clone();
    let words = words.trim().to_owned();
    cx.write(SetWords {
        caller,
        family,
        words,
    })
    .await
}
