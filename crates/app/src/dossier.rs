//! The file of a family: what the town hall holds about each responsable and each child, as the family sees it and as
//! agents do.
//!
//! Which facts there are is data of the rules ([`preau_rules::dossier`]); what a commune decided of each is a setting
//! ([`policy`]). Identities, telephones and addresses of mail stand in the rows of the members, everything else in a row
//! a fact, what concerns health sealed. A child of two families has one file: what is known of the child is seen in
//! both, what is known of a responsable only in the families that they are in.

mod change;
mod person;
mod photo;
pub mod policy;

use std::collections::HashMap;

use jiff::{Timestamp, civil::Date};
use preau_rules::{
    dossier::{Access, FIELDS, Field, Policies, Theme, Who, field},
    permission::Right,
};
use preau_store::{
    Tx,
    tables::{
        fact,
        family::{self, Child, Family, Guardian},
        journal, subscription,
        trusted_person::{self, TrustedPerson},
    },
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use change::{Outcome, change};
pub(crate) use change::{accept, hold};
pub use person::{
    FIELD as PERSONS, MOST as MOST_PERSONS, PersonForm, add_person, change_person, remove_person,
    words_fr,
};
pub use photo::{face, remove_photo, set_photo};

use crate::{Caller, Cx, Error, citizen, seal};

/// Kind of a request that holds changes of a file.
pub const REQUEST: &str = "dossier";
/// Changes shown in the family's journal.
const HISTORY: i64 = 30;

/// A change that waits for an agent's check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// What it is to be; nothing when it is to be emptied.
    pub after: Option<String>,
    /// Number of the request.
    pub number: String,
}

/// A responsable or a child, with what is known of them.
#[derive(Debug, Clone)]
pub struct Member {
    /// Which.
    pub id: Uuid,
    /// Responsable or child.
    pub who: Who,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Birth date of a child.
    pub born_on: Option<Date>,
    /// Since when there is a photo.
    pub photo: Option<Timestamp>,
    values: HashMap<&'static str, String>,
    waiting: HashMap<&'static str, Waiting>,
}

impl Member {
    /// First and last name.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    /// What is known of a field.
    #[must_use]
    pub fn value(&self, field: &Field) -> Option<&str> {
        self.values.get(field.key).map(String::as_str)
    }

    /// The change of a field that waits for a check.
    #[must_use]
    pub fn waiting(&self, field: &Field) -> Option<&Waiting> {
        self.waiting.get(field.key)
    }

    /// Changes that wait for a check.
    #[must_use]
    pub fn waits(&self) -> usize {
        self.waiting.len()
    }

    /// What somebody who saw this page had before them: a change made by another since is found out by it.
    #[must_use]
    pub fn seen(&self, theme: Theme) -> String {
        let mut hash = Sha256::new();
        for field in FIELDS.iter().filter(|f| f.theme == theme) {
            hash.update(field.key);
            hash.update([0]);
            hash.update(self.value(field).unwrap_or_default());
            hash.update([0]);
        }
        let digest: [u8; 32] = hash.finalize().into();
        let short: [u8; 8] = std::array::from_fn(|at| digest[at]);
        format!("{:016x}", u64::from_be_bytes(short))
    }
}

/// Something that changed in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Who changed it.
    pub by: String,
    /// Of whom.
    pub of: String,
    /// What, as a sentence: « Téléphone portable : 06 12 34 56 78 → 07 … ».
    pub words: String,
}

/// Somebody who may fetch a child, or is to be called.
#[derive(Debug, Clone)]
pub struct Trusted {
    /// Who.
    pub person: TrustedPerson,
    /// Since when there is a photo.
    pub photo: Option<Timestamp>,
}

/// The file of one family.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// The family.
    pub family: Family,
    /// Its responsables, then its children.
    pub members: Vec<Member>,
    /// Whom the family trusts with its children.
    pub persons: Vec<Trusted>,
    /// What changed, the latest first.
    pub history: Vec<Event>,
    /// What the commune decided of each field.
    pub policies: Policies,
}

impl Dossier {
    /// One of its members.
    #[must_use]
    pub fn member(&self, id: Uuid) -> Option<&Member> {
        self.members.iter().find(|m| m.id == id)
    }

    /// Whom the family trusts with a child.
    pub fn trusted(&self, child: Uuid) -> impl Iterator<Item = &Trusted> {
        self.persons
            .iter()
            .filter(move |t| t.person.child_id == child)
    }

    /// The fields of a member's page that the family sees.
    pub fn shown(&self, who: Who, theme: Theme) -> impl Iterator<Item = &'static Field> {
        preau_rules::dossier::of_theme(who, theme)
            .filter(|field| self.policies.of(field).access != Access::Hidden)
    }

    /// Required fields of a member that are empty.
    #[must_use]
    pub fn missing(&self, member: &Member) -> Vec<&'static Field> {
        let own = FIELDS.iter().filter(|f| f.who == member.who);
        own.filter(|field| {
            let policy = self.policies.of(field);
            policy.required && policy.access.may_change() && member.value(field).is_none()
        })
        .collect()
    }
}

/// The files of the families that the caller is tied to.
pub async fn mine(cx: &Cx) -> Result<Vec<Dossier>, Error> {
    let mut tx = cx.read().await?;
    let me = citizen::mine(&mut tx, &cx.caller).await?;
    let mut raw = Vec::new();
    // Few accounts have more than one family.
    for tied in subscription::of_account(&mut tx, me.id).await? {
        raw.push(Raw::load(&mut tx, tied.family_id).await?);
    }
    drop(tx);
    let mut all = Vec::new();
    for one in raw {
        all.push(one.open(cx, true).await?);
    }
    Ok(all)
}

/// The file that a member of the caller's families is in. Another family's member and a made-up one get the same answer.
pub async fn of_member(cx: &Cx, member: Uuid) -> Result<Dossier, Error> {
    let mut tx = cx.read().await?;
    let family = owned(&mut tx, &cx.caller, member).await?;
    let raw = Raw::load(&mut tx, family).await?;
    drop(tx);
    raw.open(cx, true).await
}

/// Passes when the caller is tied to a family at this moment.
pub(crate) async fn owned_family(tx: &mut Tx, caller: &Caller, family: Uuid) -> Result<(), Error> {
    let me = citizen::mine(tx, caller).await?;
    let tied = subscription::active(tx, me.id, family).await?;
    tied.map(|_| ()).ok_or(Error::NotFound)
}

/// The family through which the caller may see and change a member or a trusted person, as it is at this moment.
pub(crate) async fn owned(tx: &mut Tx, caller: &Caller, member: Uuid) -> Result<Uuid, Error> {
    let me = citizen::mine(tx, caller).await?;
    for tied in subscription::of_account(tx, me.id).await? {
        let id = tied.family_id;
        let guardians = family::guardians(tx, &[id]).await?;
        let children = family::children(tx, &[id]).await?;
        let here = guardians.iter().any(|g| g.id == member)
            || children.iter().any(|c| c.id == member)
            || trusted_person::of_family(tx, id)
                .await?
                .iter()
                .any(|p| p.id == member);
        if here {
            return Ok(id);
        }
    }
    Err(Error::NotFound)
}

struct Look {
    family: Uuid,
    reference: String,
    caller: Caller,
}

impl preau_store::Command for Look {
    const NAME: &'static str = "dossier.look";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::Health).await?;
        let change = journal::Change::<()> {
            action: "health_seen",
            kind: crate::family::KIND,
            id: self.family.to_string(),
            name: &self.reference,
            before: None,
            after: None,
        };
        Ok(journal::note(tx, change).await?)
    }
}

/// The file of a family for an agent. Health is there for who has the right, and that they looked is noted.
pub async fn of_family(cx: &Cx, family: Uuid) -> Result<Dossier, Error> {
    cx.caller.require(Right::Families)?;
    let health = cx.caller.require(Right::Health).is_ok();
    let mut tx = cx.read().await?;
    let raw = Raw::load(&mut tx, family).await?;
    drop(tx);
    if health && raw.facts.iter().any(|f| f.sealed.is_some()) {
        let look = Look {
            family,
            reference: raw.family.reference.clone(),
            caller: cx.caller.clone(),
        };
        cx.write(look).await?;
    }
    raw.open(cx, health).await
}

/// A file as it is kept: what concerns health is not opened yet.
struct Raw {
    family: Family,
    guardians: Vec<Guardian>,
    children: Vec<Child>,
    facts: Vec<fact::Fact>,
    waiting: Vec<fact::Asked>,
    history: Vec<fact::Event>,
    photos: Vec<fact::Photo>,
    persons: Vec<TrustedPerson>,
    policies: Policies,
}

impl Raw {
    async fn load(tx: &mut Tx, id: Uuid) -> Result<Self, Error> {
        Ok(Self {
            family: family::get(tx, id).await?.ok_or(Error::NotFound)?,
            guardians: family::guardians(tx, &[id]).await?,
            children: family::children(tx, &[id]).await?,
            facts: fact::of_family(tx, id).await?,
            waiting: fact::waiting(tx, id).await?,
            history: fact::history(tx, id, HISTORY).await?,
            photos: fact::photos(tx, id).await?,
            persons: trusted_person::of_family(tx, id).await?,
            policies: policy::get(tx).await?,
        })
    }

    async fn open(self, cx: &Cx, health: bool) -> Result<Dossier, Error> {
        let mut values = self.identities();
        let mut places = Vec::new();
        for fact in &self.facts {
            let Some(known) = field(&fact.field) else {
                continue;
            };
            if let Some(value) = &fact.value {
                values
                    .entry(fact.member_id)
                    .or_default()
                    .insert(known.key, value.clone());
            } else if let Some(sealed) = fact.sealed.as_deref().filter(|_| health) {
                let place = seal::place(&seal::FACT, fact.member_id, known.key);
                places.push((fact.member_id, known.key, place, sealed));
            }
        }
        if !places.is_empty() {
            let sealed: Vec<_> = places.iter().map(|(_, _, p, s)| (p.clone(), *s)).collect();
            let plain = seal::open_many(cx, &sealed).await?;
            for ((member, key, ..), plain) in places.iter().zip(plain) {
                let text = String::from_utf8_lossy(&plain).into_owned();
                values.entry(*member).or_default().insert(key, text);
            }
        }
        Ok(self.assembled(values))
    }

    /// What stands in rows of its own: who the members are, whom they trust.
    fn identities(&self) -> HashMap<Uuid, HashMap<&'static str, String>> {
        let mut values: HashMap<Uuid, HashMap<&'static str, String>> = HashMap::new();
        let mut put = |id, key, value: Option<&str>| {
            if let Some(value) = value {
                values.entry(id).or_default().insert(key, value.to_owned());
            }
        };
        for g in &self.guardians {
            put(g.id, "responsable.civilite", g.civility.as_deref());
            put(g.id, "responsable.nom", Some(&g.last_name));
            put(g.id, "responsable.prenom", Some(&g.first_name));
            put(g.id, "telephone", g.phone.as_deref());
            put(g.id, "email", g.email.as_deref());
        }
        for c in &self.children {
            put(c.id, "enfant.nom", Some(&c.last_name));
            put(c.id, "enfant.prenom", Some(&c.first_name));
            put(c.id, "naissance", Some(&c.born_on.to_string()));
            put(c.id, "sexe", c.sex.as_deref());
            let trusted = self.persons.iter().filter(|p| p.child_id == c.id);
            let words: Vec<_> = trusted.map(words_fr).collect();
            put(
                c.id,
                PERSONS,
                (!words.is_empty()).then(|| words.join("\n")).as_deref(),
            );
        }
        values
    }

    fn assembled(self, mut values: HashMap<Uuid, HashMap<&'static str, String>>) -> Dossier {
        let mut waiting: HashMap<Uuid, HashMap<&'static str, Waiting>> = HashMap::new();
        for asked in self.waiting {
            if let Some(known) = field(&asked.field) {
                let change = Waiting {
                    after: asked.after,
                    number: asked.number,
                };
                waiting
                    .entry(asked.member_id)
                    .or_default()
                    .insert(known.key, change);
            }
        }
        let photo: HashMap<Uuid, Timestamp> = self
            .photos
            .iter()
            .map(|p| (p.member_id, p.changed_at))
            .collect();
        let mut member = |id, who, first: String, last: String, born_on| Member {
            id,
            who,
            first_name: first,
            last_name: last,
            born_on,
            photo: photo.get(&id).copied(),
            values: values.remove(&id).unwrap_or_default(),
            waiting: waiting.remove(&id).unwrap_or_default(),
        };
        let mut members = Vec::new();
        for g in self.guardians {
            members.push(member(g.id, Who::Guardian, g.first_name, g.last_name, None));
        }
        for c in self.children {
            let born = Some(c.born_on);
            members.push(member(c.id, Who::Child, c.first_name, c.last_name, born));
        }
        let names: HashMap<Uuid, String> = members.iter().map(|m| (m.id, m.name())).collect();
        let history = self.history.into_iter().filter_map(|event| {
            let known = field(&event.field)?;
            Some(Event {
                at: event.at,
                of: names.get(&event.member_id).cloned().unwrap_or_default(),
                words: change_fr(known, event.before.as_deref(), event.after.as_deref()),
                by: event.by_name,
            })
        });
        let persons = self.persons.into_iter().map(|person| Trusted {
            photo: photo.get(&person.id).copied(),
            person,
        });
        Dossier {
            persons: persons.collect(),
            history: history.collect(),
            family: self.family,
            members,
            policies: self.policies,
        }
    }
}

/// A change as the family reads it: « Téléphone portable : 06 12 34 56 78 → 07 … ». What concerns health is not repeated.
#[must_use]
pub fn change_fr(field: &Field, before: Option<&str>, after: Option<&str>) -> String {
    let label = field.label;
    if field.sealed {
        return format!("{label} : modifié");
    }
    let shown = |value: Option<&str>| value.map(|v| field.kind.shown(v).replace('\n', ", "));
    match (shown(before), shown(after)) {
        (Some(before), Some(after)) => format!("{label} : {before} → {after}"),
        (None, Some(after)) => format!("{label} : {after}"),
        (Some(before), None) => format!("{label} : {before} → rien"),
        (None, None) => label.to_owned(),
    }
}
