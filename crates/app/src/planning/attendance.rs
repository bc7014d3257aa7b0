//! Faire l'appel: a list of a day is marked, child by child. Bills read the marks before the bookings.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use preau_rules::{
    attendance::{Hours, Mark},
    french,
    permission::Right,
};
use preau_store::{
    Command, Tx,
    tables::{
        attendance::{self, Enrolled, Marked},
        billing, journal,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    day::{List, Place, lists},
    rules::{self, Current},
};
use crate::{Caller, Cx, Error, contact::Letterhead};

/// A list as it is called.
#[derive(Debug, Clone)]
pub struct Roll {
    /// Who is expected, and who came without a booking.
    pub list: List,
    /// Who else may have come: enrolled, and not on the list; once for each family of the child.
    pub others: Vec<Enrolled>,
    /// Why nothing can be marked, if so.
    pub closed: Option<String>,
}

/// What is marked beside a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// Which child.
    pub child: Uuid,
    /// The family that it is billed to.
    pub family: Uuid,
    /// There, or not; nothing takes the mark away.
    pub mark: Option<Mark>,
    /// When the child came and left; kept of who is there.
    pub hours: Hours,
}

impl Called {
    /// The hours of who is there; nobody else has any.
    fn kept(&self) -> Hours {
        match self.mark {
            Some(Mark::Present) => self.hours,
            _ => Hours::default(),
        }
    }
}

/// Why a list cannot be marked: its day has not come, or its month is billed.
async fn closed(tx: &mut Tx, day: Date, today: Date) -> Result<Option<String>, Error> {
    if day > today {
        return Ok(Some("L’appel se fait le jour même, ou après.".to_owned()));
    }
    let run = billing::run(tx, day.first_of_month()).await?;
    Ok(run.map(|_| {
        format!(
            "Le mois de {} {} est facturé : l’appel ne change plus. Ce qui est faux se corrige sur la facture, par un avoir.",
            french::month(day),
            day.year()
        )
    }))
}

/// A list of a day with what is marked on it.
pub async fn roll(cx: &Cx, day: Date, place: &Place) -> Result<Roll, Error> {
    cx.caller.require(Right::Attendance)?;
    let zone = Letterhead::load(cx).await?.zone;
    let mut tx = cx.read().await?;
    let rules = rules::current(cx, &mut tx).await?;
    let list = one(&mut tx, &rules, &cx.caller, day, place).await?;
    let known = |e: &Enrolled| list.children.iter().any(|c| c.child == e.child_id);
    let all = attendance::enrolled(&mut tx, &place.activity, &place.site, day).await?;
    Ok(Roll {
        others: all.into_iter().filter(|e| !known(e)).collect(),
        closed: closed(&mut tx, day, cx.at.to_zoned(zone).date()).await?,
        list,
    })
}

async fn one(
    tx: &mut Tx,
    rules: &Current,
    caller: &Caller,
    day: Date,
    place: &Place,
) -> Result<List, Error> {
    let all = lists(tx, rules, caller, day).await?;
    match all.into_iter().find(|list| list.place == *place) {
        Some(list) => Ok(list),
        None => List::empty(tx, rules, caller, place).await,
    }
}

struct Call {
    caller: Caller,
    day: Date,
    place: Place,
    /// When the list was last marked, as the page knew it.
    seen: Option<Timestamp>,
    marks: Vec<Called>,
    rules: Arc<Current>,
    zone: TimeZone,
}

impl Command for Call {
    const NAME: &'static str = "planning.attendance";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::Attendance).await?;
        let rules = rules::still(tx, &self.rules).await?;
        let at = tx.at();
        let list = one(tx, &rules, &self.caller, self.day, &self.place).await?;
        if let Some(why) = closed(tx, self.day, at.to_zoned(self.zone.clone()).date()).await? {
            return Err(Error::Conflict(why));
        }
        if list.called_at != self.seen {
            let by = list.called_by.as_deref().unwrap_or("Quelqu’un");
            return Err(Error::Conflict(format!(
                "{by} a fait l’appel de cette liste pendant que la page était ouverte. Rien n’a été enregistré : la page montre son appel, corrigez-le s’il le faut."
            )));
        }
        let enrolled =
            attendance::enrolled(tx, &self.place.activity, &self.place.site, self.day).await?;
        for one in &self.marks {
            let expected = list.children.iter().find(|c| c.child == one.child);
            let (family, group) = match expected {
                Some(child) => (child.family_id, child.group_id.clone()),
                None => enrolled
                    .iter()
                    .find(|e| e.child_id == one.child && e.family_id == one.family)
                    .map(|e| (e.family_id, e.group.clone()))
                    .ok_or(Error::NotFound)?,
            };
            self.mark(tx, one, family, group, at).await?;
        }
        let after = lists(tx, &rules, &self.caller, self.day).await?;
        let after = after.into_iter().find(|l| l.place == self.place);
        let name = format!("{}, {}", list.label, french::day_year(self.day));
        let (before, after) = (told(&list), after.as_ref().map(told));
        let change = journal::Change {
            action: "called",
            kind: "attendance",
            id: format!(
                "{}/{}/{}/{}",
                self.day, self.place.activity, self.place.unit, self.place.site
            ),
            name: &name,
            before: Some(&before),
            after: after.as_ref(),
        };
        Ok(journal::note(tx, change).await?)
    }
}

/// What the journal says of a list: figures, no names.
fn told(list: &List) -> Value {
    json!({
        "present": list.marked(Mark::Present),
        "absent": list.marked(Mark::Absent),
        "excused": list.marked(Mark::Excused),
    })
}

impl Call {
    async fn mark(
        &self,
        tx: &mut Tx,
        one: &Called,
        family: Uuid,
        group: String,
        at: Timestamp,
    ) -> Result<(), Error> {
        let [arrived, departed] = one.kept().stored();
        let row = Marked {
            child_id: one.child,
            day: self.day,
            activity: self.place.activity.clone(),
            unit: self.place.unit.clone(),
            family_id: family,
            site: self.place.site.clone(),
            group,
            mark: one.mark.map_or("", Mark::code).to_owned(),
            arrived,
            departed,
            at,
            by_name: self.caller.actor().name,
            first_name: String::new(),
            last_name: String::new(),
            family: String::new(),
        };
        match one.mark {
            Some(_) => attendance::put(tx, &row).await?,
            None => attendance::take(tx, &row).await?,
        }
        Ok(())
    }
}

/// Marks a list. `seen` is when it was last marked, as the caller saw it: who comes second is told.
pub async fn call(
    cx: &Cx,
    day: Date,
    place: Place,
    seen: Option<Timestamp>,
    marks: Vec<Called>,
) -> Result<(), Error> {
    cx.caller.require(Right::Attendance)?;
    let zone = Letterhead::load(cx).await?.zone;
    let rules = rules::load(cx).await?;
    let caller = cx.caller.clone();
    cx.write(Call {
        caller,
        day,
        place,
        seen,
        marks,
        rules,
        zone,
    })
    .await
}
