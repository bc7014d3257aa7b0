//! A family changes its file: at once where the commune allows it, as a request where an agent checks first.

use std::collections::HashMap;

use jiff::civil::Date;
use preau_rules::{
    custody::Custody,
    dossier::{Access, Field, Kind, Theme, Who, field, of_theme},
    french,
};
use preau_store::{
    Command, Tx,
    tables::{
        fact,
        family::{self, Child, ChildFacts, Guardian, GuardianFacts},
        request::Request,
    },
};
use uuid::Uuid;

use super::{Dossier, Member, REQUEST, change_fr, of_member, owned};
use crate::{
    Caller, Cx, Error, Problems, citizen,
    contact::{self, Contact, Letterhead},
    family::{note, refresh},
    seal,
};

/// What became of a page that was saved.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Outcome {
    /// Labels of what is changed.
    pub done: Vec<String>,
    /// Labels of what waits for a check.
    pub asked: Vec<String>,
    /// Number of the request that holds it.
    pub number: Option<String>,
}

/// A field that is to change.
struct Wish {
    field: &'static Field,
    before: Option<String>,
    after: Option<String>,
    /// The new value, sealed, where it concerns health.
    sealed: Option<Vec<u8>>,
    checked: bool,
}

struct Change {
    caller: Caller,
    member: Uuid,
    name: String,
    wishes: Vec<Wish>,
    head: Letterhead,
}

impl Command for Change {
    const NAME: &'static str = "dossier.change";
    type Answer = Outcome;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Outcome, Error> {
        let family = owned(tx, &self.caller, self.member).await?;
        let me = citizen::mine(tx, &self.caller).await?;
        let by = format!("{} {}", me.first_name, me.last_name);
        self.nobody_else_did(tx, family).await?;
        let mut outcome = Outcome {
            done: Vec::new(),
            asked: Vec::new(),
            number: None,
        };
        let (checked, at_once): (Vec<_>, Vec<_>) = self.wishes.iter().partition(|w| w.checked);
        for wish in at_once {
            let to = wish.after.as_deref();
            write(tx, self.member, wish.field, to, wish.sealed.as_deref()).await?;
            tell(tx, self.member, &by, wish.field, wish.before.as_deref(), to).await?;
            outcome.done.push(wish.field.label.to_owned());
        }
        if !checked.is_empty() {
            outcome.asked = checked.iter().map(|w| w.field.label.to_owned()).collect();
            outcome.number = Some(self.ask(tx, &me, &checked).await?);
        }
        if !outcome.done.is_empty() {
            touched(tx, family, self.member).await?;
        }
        Ok(outcome)
    }
}

impl Change {
    /// What was read before the lane still holds in it: another responsable may have been faster.
    async fn nobody_else_did(&self, tx: &mut Tx, family: Uuid) -> Result<(), Error> {
        let facts = fact::of_family(tx, family).await?;
        let waiting = fact::waiting(tx, family).await?;
        let guardians = family::guardians(tx, &[family]).await?;
        let children = family::children(tx, &[family]).await?;
        let identity = identity(self.member, &guardians, &children);
        for wish in &self.wishes {
            let key = wish.field.key;
            let waits = waiting
                .iter()
                .any(|w| w.member_id == self.member && w.field == key);
            let same = match identity.get(key) {
                Some(value) => value.as_deref() == wish.before.as_deref(),
                // What is sealed is not opened in the lane: the page's own comparison has to do.
                None if wish.field.sealed => true,
                None => {
                    let now = facts
                        .iter()
                        .find(|f| f.member_id == self.member && f.field == key);
                    now.and_then(|f| f.value.as_deref()) == wish.before.as_deref()
                }
            };
            if waits || !same {
                return Err(meanwhile(&[wish.field]));
            }
        }
        Ok(())
    }

    async fn ask(
        &self,
        tx: &mut Tx,
        me: &preau_store::tables::account::Account,
        wishes: &[&Wish],
    ) -> Result<String, Error> {
        let labels: Vec<_> = wishes
            .iter()
            .map(|w| w.field.label.to_lowercase())
            .collect();
        let lines = wishes
            .iter()
            .map(|w| change_fr(w.field, w.before.as_deref(), w.after.as_deref()));
        let subject = format!("Dossier de {} : {}", self.name, french::list(&labels));
        let contact = Contact {
            kind: REQUEST,
            name: format!("{} {}", me.first_name, me.last_name),
            email: me.email.clone(),
            phone: None,
            subject: subject.chars().take(120).collect(),
            message: lines.collect::<Vec<_>>().join("\n"),
        };
        let id = tx.new_id();
        let number = contact::record(tx, id, &contact, &self.head).await?;
        for wish in wishes {
            let (before, after) = (wish.before.as_deref(), wish.after.as_deref());
            fact::ask(tx, id, self.member, wish.field.key, before, after).await?;
        }
        Ok(number)
    }
}

fn meanwhile(fields: &[&Field]) -> Error {
    let labels: Vec<_> = fields.iter().map(|f| f.label.to_lowercase()).collect();
    Error::Conflict(format!(
        "Quelqu’un d’autre a modifié cette page pendant que vous l’aviez sous les yeux ({}). Rien n’a été enregistré : ce qui est écrit maintenant est rappelé sous chaque champ. Gardez-le, ou enregistrez votre version.",
        french::list(&labels)
    ))
}

/// Changes a page of a member's file. `typed` gives what was typed in a field; `seen` is what the page showed.
pub async fn change<'t>(
    cx: &Cx,
    member: Uuid,
    theme: Theme,
    seen: &str,
    typed: impl Fn(&str) -> &'t str,
) -> Result<Outcome, Error> {
    let dossier = of_member(cx, member).await?;
    let found = dossier.member(member).ok_or(Error::NotFound)?;
    let head = Letterhead::load(cx).await?;
    let today = cx.at.to_zoned(head.zone.clone()).date();
    let mut wishes = wishes(&dossier, found, theme, today, typed)?;
    if found.seen(theme) != seen {
        let fields: Vec<_> = wishes.iter().map(|w| w.field).collect();
        if !fields.is_empty() {
            return Err(meanwhile(&fields));
        }
    }
    if wishes.is_empty() {
        return Ok(Outcome {
            done: Vec::new(),
            asked: Vec::new(),
            number: None,
        });
    }
    for wish in wishes.iter_mut().filter(|w| w.field.sealed) {
        if let Some(after) = &wish.after {
            let place = seal::place(&seal::FACT, member, wish.field.key);
            wish.sealed = Some(seal::seal(cx, &place, after.as_bytes()).await?);
        }
    }
    let change = Change {
        caller: cx.caller.clone(),
        member,
        name: found.name(),
        wishes,
        head,
    };
    cx.write(change).await
}

/// What differs from what is known, checked field by field. What the family may not change is left alone, whatever the
/// form holds.
fn wishes<'t>(
    dossier: &Dossier,
    member: &Member,
    theme: Theme,
    today: Date,
    typed: impl Fn(&str) -> &'t str,
) -> Result<Vec<Wish>, Error> {
    let mut problems = Problems::default();
    let mut wishes = Vec::new();
    for field in of_theme(member.who, theme) {
        let policy = dossier.policies.of(field);
        if field.kind == Kind::Persons
            || !policy.access.may_change()
            || member.waiting(field).is_some()
        {
            continue;
        }
        let read = field.kind.parse(typed(field.key), today);
        let Some(after) = problems.take(field.key, read, |e| e.message_fr(field.label)) else {
            continue;
        };
        if field.kind == Kind::Custody && !names_a_home(dossier, member, field, after.as_deref()) {
            problems.add(field.key, "Ce foyer n’est pas un des deux de l’enfant.");
            continue;
        }
        if after.is_none() && policy.required {
            problems.add(
                field.key,
                format!("Indiquez : {}.", field.label.to_lowercase()),
            );
            continue;
        }
        let before = member.value(field).map(ToOwned::to_owned);
        if before != after {
            wishes.push(Wish {
                field,
                before,
                after,
                sealed: None,
                checked: policy.access == Access::Checked,
            });
        }
    }
    if problems.none() {
        Ok(wishes)
    } else {
        Err(problems.into_error())
    }
}

/// A custody calendar is written for the family that changes it, or stays written for the other one.
fn names_a_home(dossier: &Dossier, member: &Member, field: &Field, line: Option<&str>) -> bool {
    let named = |line: &str| Custody::parse(line).ok().map(|custody| custody.family);
    let Some(now) = line.and_then(named) else {
        return true;
    };
    now == dossier.family.reference || member.value(field).and_then(named) == Some(now)
}

/// The values that stand in the member's own row.
fn identity(
    member: Uuid,
    guardians: &[Guardian],
    children: &[Child],
) -> HashMap<&'static str, Option<String>> {
    let mut values = HashMap::new();
    if let Some(g) = guardians.iter().find(|g| g.id == member) {
        values.insert("responsable.civilite", g.civility.clone());
        values.insert("responsable.nom", Some(g.last_name.clone()));
        values.insert("responsable.prenom", Some(g.first_name.clone()));
        values.insert("telephone", g.phone.clone());
        values.insert("email", g.email.clone());
    }
    if let Some(c) = children.iter().find(|c| c.id == member) {
        values.insert("enfant.nom", Some(c.last_name.clone()));
        values.insert("enfant.prenom", Some(c.first_name.clone()));
        values.insert("naissance", Some(c.born_on.to_string()));
        values.insert("sexe", c.sex.clone());
    }
    values
}

/// Writes one value where it is kept.
async fn write(
    tx: &mut Tx,
    member: Uuid,
    field: &Field,
    to: Option<&str>,
    sealed: Option<&[u8]>,
) -> Result<(), Error> {
    match (field.key, field.who) {
        (
            "responsable.civilite"
            | "responsable.nom"
            | "responsable.prenom"
            | "telephone"
            | "email",
            _,
        ) => write_guardian(tx, member, field.key, to).await,
        ("enfant.nom" | "enfant.prenom" | "naissance" | "sexe", _) => {
            write_child(tx, member, field.key, to).await
        }
        _ => match (to, sealed) {
            (None, _) => Ok(fact::clear(tx, member, field.key).await?),
            (Some(_), Some(sealed)) => {
                Ok(fact::set(tx, member, field.key, None, Some(sealed)).await?)
            }
            (Some(to), None) => Ok(fact::set(tx, member, field.key, Some(to), None).await?),
        },
    }
}

async fn write_guardian(
    tx: &mut Tx,
    member: Uuid,
    key: &str,
    to: Option<&str>,
) -> Result<(), Error> {
    let family = family::of_guardian(tx, member).await?;
    let ids: Vec<_> = family.iter().map(|f| f.id).collect();
    let all = family::guardians(tx, &ids).await?;
    let now = all
        .into_iter()
        .find(|g| g.id == member)
        .ok_or(Error::NotFound)?;
    let mut facts = GuardianFacts {
        civility: now.civility.as_deref(),
        first_name: &now.first_name,
        last_name: &now.last_name,
        email: now.email.as_deref(),
        phone: now.phone.as_deref(),
    };
    match (key, to) {
        ("responsable.civilite", to) => facts.civility = to,
        ("responsable.nom", Some(to)) => facts.last_name = to,
        ("responsable.prenom", Some(to)) => facts.first_name = to,
        ("telephone", to) => facts.phone = to,
        ("email", to) => facts.email = to,
        _ => {}
    }
    Ok(family::set_guardian(tx, member, &facts).await?)
}

async fn write_child(tx: &mut Tx, member: Uuid, key: &str, to: Option<&str>) -> Result<(), Error> {
    let family = family::of_child(tx, member).await?;
    let ids: Vec<_> = family.iter().map(|f| f.id).collect();
    let all = family::children(tx, &ids).await?;
    let now = all
        .into_iter()
        .find(|c| c.id == member)
        .ok_or(Error::NotFound)?;
    let mut facts = ChildFacts {
        first_name: &now.first_name,
        last_name: &now.last_name,
        born_on: now.born_on,
        sex: now.sex.as_deref(),
    };
    match (key, to) {
        ("enfant.nom", Some(to)) => facts.last_name = to,
        ("enfant.prenom", Some(to)) => facts.first_name = to,
        ("naissance", Some(to)) => facts.born_on = to.parse().unwrap_or(now.born_on),
        ("sexe", to) => facts.sex = to,
        _ => {}
    }
    Ok(family::set_child(tx, member, &facts).await?)
}

/// The family's own journal: who changed what, in words; what concerns health without its value.
async fn tell(
    tx: &mut Tx,
    member: Uuid,
    by: &str,
    field: &Field,
    before: Option<&str>,
    after: Option<&str>,
) -> Result<(), Error> {
    let (before, after) = if field.sealed {
        (None, None)
    } else {
        (before, after)
    };
    Ok(fact::happened(tx, member, by, field.key, before, after).await?)
}

/// The commune's journal, and what the member's families are found by.
async fn touched(tx: &mut Tx, through: Uuid, member: Uuid) -> Result<(), Error> {
    let mut families = family::of_guardian(tx, member).await?;
    families.extend(family::of_child(tx, member).await?);
    for found in &families {
        refresh(tx, found.id).await?;
    }
    if let Some(found) = families.iter().find(|f| f.id == through) {
        note(tx, "file_changed", found).await?;
    }
    Ok(())
}

/// An agent accepts: what was asked for counts from now on. What changed since it was asked for is told.
pub(crate) async fn accept(tx: &mut Tx, request: &Request) -> Result<(), Error> {
    let asked = fact::of_request(tx, request.id).await?;
    let by = &request.requester_name;
    let mut families = Vec::new();
    for change in &asked {
        let known = field(&change.field).ok_or(Error::NotFound)?;
        let of = match known.who {
            Who::Guardian => family::of_guardian(tx, change.member_id).await?,
            Who::Child => family::of_child(tx, change.member_id).await?,
        };
        let Some(first) = of.first() else {
            return Err(Error::Conflict(
                "Cette personne n’est plus dans aucune famille : la demande ne peut plus être acceptée. Refusez-la en l’expliquant.".to_owned(),
            ));
        };
        let now = present(tx, first.id, change.member_id, known).await?;
        if now != change.before {
            return Err(Error::Conflict(format!(
                "Le dossier a changé depuis la demande ({}). Relisez-le, puis refusez la demande ou demandez un complément.",
                change_fr(known, change.before.as_deref(), now.as_deref())
            )));
        }
        let to = change.after.as_deref();
        write(tx, change.member_id, known, to, None).await?;
        tell(
            tx,
            change.member_id,
            by,
            known,
            change.before.as_deref(),
            to,
        )
        .await?;
        families.push((first.id, change.member_id));
    }
    families.dedup();
    for (through, member) in families {
        touched(tx, through, member).await?;
    }
    Ok(())
}

async fn present(
    tx: &mut Tx,
    family: Uuid,
    member: Uuid,
    known: &Field,
) -> Result<Option<String>, Error> {
    let guardians = family::guardians(tx, &[family]).await?;
    let children = family::children(tx, &[family]).await?;
    if let Some(value) = identity(member, &guardians, &children).remove(known.key) {
        return Ok(value);
    }
    let facts = fact::of_family(tx, family).await?;
    let found = facts
        .into_iter()
        .find(|f| f.member_id == member && f.field == known.key);
    Ok(found.and_then(|f| f.value))
}

/// The changes that a request holds, in words: for the agent who decides.
pub(crate) async fn hold(tx: &mut Tx, request: &Request) -> Result<Vec<String>, Error> {
    let asked = fact::of_request(tx, request.id).await?;
    let words = asked.iter().filter_map(|change| {
        let known = field(&change.field)?;
        Some(change_fr(
            known,
            change.before.as_deref(),
            change.after.as_deref(),
        ))
    });
    Ok(words.collect())
}
