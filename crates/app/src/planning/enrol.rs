//! Enrolments: the town hall ties a child to an activity, from a day on.

use jiff::{ToSpan, civil::Date};
use preau_rules::{dossier::Kind as Typed, permission::Right};
use preau_store::{
    Command, Tx,
    tables::{
        enrolment::{self, Enrolment},
        family, journal,
    },
};
use uuid::Uuid;

use super::rules::{self, Current};
use crate::{Caller, Cx, Error, Problems};

const JOURNAL: &str = "enrolment";

/// An enrolment as a page shows it.
#[derive(Debug, Clone)]
pub struct Enrolled {
    /// Which.
    pub id: Uuid,
    /// First name of the child.
    pub child: String,
    /// Name of the activity.
    pub activity: String,
    /// Name of the site, the group and the option, where there are.
    pub place: String,
    /// First day.
    pub first_on: Date,
    /// Last day, if there is one.
    pub last_on: Option<Date>,
    /// It is over.
    pub over: bool,
}

/// The form as typed.
#[derive(Debug, Clone, Default)]
pub struct EnrolForm {
    /// Which child.
    pub enfant: String,
    /// Identifier of the activity.
    pub activite: String,
    /// Identifier of the site, or nothing.
    pub site: String,
    /// Identifier of the group, or nothing.
    pub groupe: String,
    /// The option, or nothing.
    pub option: String,
    /// First day.
    pub depuis: String,
    /// Last day, or nothing.
    pub jusquau: String,
}

/// The enrolments of a family's children, the running ones first.
pub async fn enrolments(cx: &Cx, family: Uuid) -> Result<Vec<Enrolled>, Error> {
    cx.caller.require(Right::Bookings)?;
    let mut tx = cx.read().await?;
    let rules = rules::current(cx, &mut tx).await?;
    let children = family::children(&mut tx, &[family]).await?;
    let all = enrolment::list(&mut tx, family).await?;
    let book = &rules.loaded.rulebook;
    let today = cx.at.to_zoned(book.calendar.zone.clone()).date();
    let mut shown: Vec<Enrolled> = all
        .into_iter()
        .map(|e| {
            let child = children.iter().find(|c| c.id == e.child_id);
            let activity = rules.loaded.settings.activities.get(&e.activity);
            let named = [
                book.sites.get(&e.site).cloned().unwrap_or(e.site),
                book.groups.get(&e.group).cloned().unwrap_or(e.group),
                e.choice,
            ];
            let named: Vec<String> = named.into_iter().filter(|n| !n.is_empty()).collect();
            Enrolled {
                id: e.id,
                child: child.map(|c| c.first_name.clone()).unwrap_or_default(),
                activity: activity.map_or(e.activity, |a| a.name.clone()),
                place: named.join(", "),
                first_on: e.first_on,
                last_on: e.last_on,
                over: e.last_on.is_some_and(|last| last < today),
            }
        })
        .collect();
    shown.sort_by_key(|e| e.over);
    Ok(shown)
}

fn day(text: &str, today: Date) -> Option<Date> {
    let line = Typed::Day.parse(text, today).ok().flatten()?;
    line.parse().ok()
}

fn parse(form: &EnrolForm, rules: &Current, today: Date, id: Uuid) -> Result<Enrolment, Error> {
    let mut problems = Problems::default();
    let child = form.enfant.parse::<Uuid>().ok();
    if child.is_none() {
        problems.add("enfant", "Choisissez l’enfant.");
    }
    let settings = &rules.loaded.settings;
    let activity = settings.activities.get(&form.activite);
    if activity.is_none() {
        problems.add("activite", "Choisissez l’activité.");
    }
    if !form.site.is_empty() && !settings.sites.contains_key(&form.site) {
        problems.add("site", "Choisissez un site de la liste.");
    }
    if let Some(sites) = activity.and_then(|a| a.sites.as_ref()) {
        if form.site.is_empty() && sites.0.len() > 1 {
            problems.add(
                "site",
                "Cette activité a lieu sur plusieurs sites : choisissez celui de l’enfant.",
            );
        } else if !form.site.is_empty() && !sites.0.contains(&form.site) {
            problems.add("site", "Cette activité n’a pas lieu sur ce site.");
        }
    }
    if !form.groupe.is_empty() && !settings.groups.contains_key(&form.groupe) {
        problems.add("groupe", "Choisissez un groupe de la liste.");
    }
    let options = activity.and_then(|a| a.options.as_ref());
    if !form.option.is_empty() && !options.is_some_and(|o| o.0.contains(&form.option)) {
        problems.add("option", "Cette activité n’a pas cette option.");
    }
    let first = day(&form.depuis, today);
    if first.is_none() {
        problems.add(
            "depuis",
            "Indiquez le premier jour, par exemple 01/09/2026.",
        );
    }
    let last = day(&form.jusquau, today);
    if last.is_none() && !form.jusquau.trim().is_empty() {
        problems.add(
            "jusquau",
            "Indiquez le dernier jour, par exemple 03/07/2027.",
        );
    }
    if let (Some(first), Some(last)) = (first, last)
        && last < first
    {
        problems.add("jusquau", "Le dernier jour est avant le premier.");
    }
    match (child, first) {
        (Some(child_id), Some(first_on)) if problems.none() => Ok(Enrolment {
            id,
            child_id,
            activity: form.activite.clone(),
            site: match activity.and_then(|a| a.sites.as_ref()) {
                Some(sites) if form.site.is_empty() => sites.0.first().cloned().unwrap_or_default(),
                _ => form.site.clone(),
            },
            group: form.groupe.clone(),
            choice: form.option.clone(),
            first_on,
            last_on: last,
        }),
        _ => Err(problems.into_error()),
    }
}

struct Enrol {
    caller: Caller,
    family: Uuid,
    new: Enrolment,
}

impl Command for Enrol {
    const NAME: &'static str = "enrolment.create";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::Bookings).await?;
        let children = family::children(tx, &[self.family]).await?;
        let child = children.iter().find(|c| c.id == self.new.child_id);
        let child = child.ok_or(Error::NotFound)?;
        let all = enrolment::list(tx, self.family).await?;
        let overlaps = |e: &&Enrolment| {
            e.child_id == self.new.child_id
                && e.activity == self.new.activity
                && e.last_on.is_none_or(|last| self.new.first_on <= last)
                && self.new.last_on.is_none_or(|last| e.first_on <= last)
        };
        if all.iter().any(|e| overlaps(&e)) {
            return Err(Error::field(
                "activite",
                "L’enfant est déjà inscrit à cette activité sur ces jours.",
            ));
        }
        enrolment::insert(tx, &self.new).await?;
        note(tx, "created", &self.new, &child.first_name).await
    }
}

async fn note(tx: &mut Tx, action: &str, of: &Enrolment, child: &str) -> Result<(), Error> {
    let said = serde_json::json!({
        "activity": of.activity,
        "site": of.site,
        "first_on": of.first_on.to_string(),
        "last_on": of.last_on.map(|d| d.to_string()),
    });
    let change = journal::Change {
        action,
        kind: JOURNAL,
        id: of.id.to_string(),
        name: child,
        before: None,
        after: Some(&said),
    };
    Ok(journal::note(tx, change).await?)
}

/// Enrols a child of a family.
pub async fn enrol(cx: &Cx, family: Uuid, form: &EnrolForm) -> Result<(), Error> {
    cx.caller.require(Right::Bookings)?;
    let mut tx = cx.read().await?;
    let rules = rules::current(cx, &mut tx).await?;
    drop(tx);
    let zone = rules.loaded.rulebook.calendar.zone.clone();
    let today = cx.at.to_zoned(zone).date();
    let new = parse(form, &rules, today, cx.app.entropy.id(cx.at))?;
    let caller = cx.caller.clone();
    cx.write(Enrol {
        caller,
        family,
        new,
    })
    .await
}

struct End {
    caller: Caller,
    family: Uuid,
    id: Uuid,
    last_on: Date,
}

impl Command for End {
    const NAME: &'static str = "enrolment.end";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::Bookings).await?;
        let children = family::children(tx, &[self.family]).await?;
        let found = enrolment::get(tx, self.id).await?;
        let found = found.ok_or(Error::NotFound)?;
        let child = children.iter().find(|c| c.id == found.child_id);
        let child = child.ok_or(Error::NotFound)?;
        let last_on = self.last_on.max(found.first_on.saturating_sub(1.day()));
        enrolment::end(tx, found.id, last_on).await?;
        let ended = Enrolment {
            last_on: Some(last_on),
            ..found
        };
        note(tx, "ended", &ended, &child.first_name).await
    }
}

/// Ends an enrolment today. What is booked already stays.
pub async fn end_enrolment(cx: &Cx, family: Uuid, id: Uuid) -> Result<(), Error> {
    cx.caller.require(Right::Bookings)?;
    let rules = rules::load(cx).await?;
    let zone = rules.loaded.rulebook.calendar.zone.clone();
    let command = End {
        caller: cx.caller.clone(),
        family,
        id,
        last_on: cx.at.to_zoned(zone).date(),
    };
    cx.write(command).await
}
