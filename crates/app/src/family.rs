//! Families as agents see them: found at once, on one page. What agents change is in [`change`](crate::family::create) and
//! its neighbours; what ties an account to a family is in [`crate::subscription`].

mod change;
mod close;
mod forms;

use std::collections::HashMap;

use preau_rules::{permission::Right, phone::Phone, subscriber_code::Typed};
use preau_store::{
    Tx,
    tables::{
        family, invoice_reference,
        invoice_reference::InvoiceReference,
        journal::{self, Entry},
        subscriber_code::{self, Code, Use},
        subscription::{self, Tie},
    },
};
use uuid::Uuid;

pub use change::{
    add_child, add_guardian, change_child, change_guardian, create, rename, share_child,
    share_guardian, take_child, take_guardian,
};
pub use close::{close, reopen};
pub use forms::{ChildForm, FamilyForm, GuardianForm};
pub use preau_store::tables::family::{Child, Family, Guardian, Line};

use crate::{
    Cx, Error,
    search::{Query, folded},
};

/// What `about_kind` and the journal call a family.
pub const KIND: &str = "family";

/// Families on a page of the list.
pub const PAGE: i64 = 25;

/// A family in the list, with who is in it.
#[derive(Debug, Clone)]
pub struct Found {
    /// The family.
    pub line: Line,
    /// Its responsables.
    pub guardians: Vec<Guardian>,
    /// Its children.
    pub children: Vec<Child>,
}

/// A page of the list.
#[derive(Debug, Clone)]
pub struct List {
    /// Families of this page.
    pub families: Vec<Found>,
    /// Families of all pages.
    pub total: i64,
    /// This page, from 1.
    pub page: i64,
}

/// Finds families by name, child, mail, telephone, code abonné or reference of an invoice.
pub async fn search(cx: &Cx, typed: &str, page: i64) -> Result<List, Error> {
    cx.caller.require(Right::Families)?;
    let page = page.clamp(1, 10_000);
    let query = Query::parse(&joined_phone(typed));
    let code = Typed::read(typed);
    let (key, own) = code.map_or_else(Default::default, |c| (c.whole, c.own.unwrap_or_default()));
    let wanted = family::Wanted {
        like: query.like(),
        key: &key,
        own_key: &own,
        limit: PAGE,
        offset: (page - 1) * PAGE,
    };
    let mut tx = cx.read().await?;
    let lines = family::search(&mut tx, &wanted, cx.at).await?;
    let total = lines.first().map_or(0, |line| line.total);
    let families = with_members(&mut tx, lines).await?;
    Ok(List {
        families,
        total,
        page,
    })
}

/// A telephone is found however it is spaced: blanks between its digits go.
fn joined_phone(typed: &str) -> String {
    match Phone::parse(typed) {
        Ok(phone) => phone_word(&phone),
        Err(_) => typed.to_owned(),
    }
}

fn phone_word(phone: &Phone) -> String {
    phone.display().split_whitespace().collect()
}

async fn with_members(tx: &mut Tx, lines: Vec<Line>) -> Result<Vec<Found>, Error> {
    let ids: Vec<Uuid> = lines.iter().map(|line| line.id).collect();
    let (mut guardians, mut children) = members(tx, &ids).await?;
    let found = lines.into_iter().map(|line| Found {
        guardians: guardians.remove(&line.id).unwrap_or_default(),
        children: children.remove(&line.id).unwrap_or_default(),
        line,
    });
    Ok(found.collect())
}

pub(crate) type Members = (HashMap<Uuid, Vec<Guardian>>, HashMap<Uuid, Vec<Child>>);

/// Who is in these families.
pub(crate) async fn members(tx: &mut Tx, ids: &[Uuid]) -> Result<Members, Error> {
    let (mut guardians, mut children) = Members::default();
    for guardian in family::guardians(tx, ids).await? {
        guardians
            .entry(guardian.family_id)
            .or_insert_with(Vec::new)
            .push(guardian);
    }
    for child in family::children(tx, ids).await? {
        children
            .entry(child.family_id)
            .or_insert_with(Vec::new)
            .push(child);
    }
    Ok((guardians, children))
}

/// A family with all that an agent sees of it.
#[derive(Debug, Clone)]
pub struct Whole {
    /// The family.
    pub family: Family,
    /// Its responsables.
    pub guardians: Vec<Guardian>,
    /// Its children, the eldest first.
    pub children: Vec<Child>,
    /// Its codes, the latest first; empty for who may not see codes.
    pub codes: Vec<Code>,
    /// Who used them.
    pub uses: Vec<Use>,
    /// Accounts that are or were tied to it.
    pub ties: Vec<Tie>,
    /// Contested subscriptions: which, in which request, its number.
    pub contested: Vec<(Uuid, Uuid, String)>,
    /// Invoices of before.
    pub invoices: Vec<InvoiceReference>,
    /// What happened to it, the latest first.
    pub journal: Vec<Entry>,
    /// Other families of its children and responsables: who, the family.
    pub others: Vec<(Uuid, Family)>,
}

/// One family.
pub async fn get(cx: &Cx, id: Uuid) -> Result<Whole, Error> {
    cx.caller.require(Right::Families)?;
    let mut tx = cx.read().await?;
    let found = family::get(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let guardians = family::guardians(&mut tx, &[id]).await?;
    let children = family::children(&mut tx, &[id]).await?;
    let codes = if cx.caller.require(Right::Codes).is_ok() {
        subscriber_code::of_family(&mut tx, id).await?
    } else {
        Vec::new()
    };
    Ok(Whole {
        others: others(&mut tx, id, &guardians, &children).await?,
        uses: subscriber_code::uses_of_family(&mut tx, id).await?,
        ties: subscription::of_family(&mut tx, id).await?,
        contested: subscription::contested(&mut tx, id).await?,
        invoices: invoice_reference::of_family(&mut tx, id).await?,
        journal: journal::of_object(&mut tx, KIND, &id.to_string(), 30).await?,
        family: found,
        guardians,
        children,
        codes,
    })
}

/// Families that the members are in as well. Few are: a family has a handful of members.
async fn others(
    tx: &mut Tx,
    id: Uuid,
    guardians: &[Guardian],
    children: &[Child],
) -> Result<Vec<(Uuid, Family)>, Error> {
    let mut out = Vec::new();
    for guardian in guardians.iter().filter(|g| g.families > 1) {
        let families = family::of_guardian(tx, guardian.id).await?;
        out.extend(families.into_iter().map(|f| (guardian.id, f)));
    }
    for child in children.iter().filter(|c| c.families > 1) {
        let families = family::of_child(tx, child.id).await?;
        out.extend(families.into_iter().map(|f| (child.id, f)));
    }
    out.retain(|(_, family)| family.id != id);
    Ok(out)
}

/// What a family is found by.
pub(crate) fn search_text<'a>(
    name: &str,
    reference: &str,
    guardians: impl Iterator<Item = (&'a str, &'a str, Option<&'a str>, Option<&'a str>)>,
    children: impl Iterator<Item = (&'a str, &'a str)>,
) -> String {
    let mut text = format!("{name} {reference}");
    for (first, last, email, phone) in guardians {
        let phone = phone
            .and_then(|p| Phone::parse(p).ok())
            .map(|p| phone_word(&p));
        let words = [Some(first), Some(last), email, phone.as_deref()];
        for word in words.into_iter().flatten() {
            text.push(' ');
            text.push_str(word);
        }
    }
    for (first, last) in children {
        text.push(' ');
        text.push_str(first);
        text.push(' ');
        text.push_str(last);
    }
    folded(&text)
}

/// Writes again what a family is found by, after a change of it or of somebody in it.
pub(crate) async fn refresh(tx: &mut Tx, id: Uuid) -> Result<(), Error> {
    let Some(found) = family::get(tx, id).await? else {
        return Ok(());
    };
    let guardians = family::guardians(tx, &[id]).await?;
    let children = family::children(tx, &[id]).await?;
    let text = search_text(
        &found.name,
        &found.reference,
        guardians.iter().map(|g| {
            (
                g.first_name.as_str(),
                g.last_name.as_str(),
                g.email.as_deref(),
                g.phone.as_deref(),
            )
        }),
        children
            .iter()
            .map(|c| (c.first_name.as_str(), c.last_name.as_str())),
    );
    Ok(family::set_search(tx, id, &text).await?)
}

/// Notes what happened to a family. The journal is never erased: it says which file and what was done to it, not whose it
/// is.
pub(crate) async fn note(tx: &mut Tx, action: &str, family: &Family) -> Result<(), Error> {
    let change = journal::Change::<()> {
        action,
        kind: KIND,
        id: family.id.to_string(),
        name: &family.reference,
        before: None,
        after: None,
    };
    Ok(journal::note(tx, change).await?)
}

/// What was done to a family, as the end of a sentence that starts with the name of who did it.
#[must_use]
pub fn deed_fr(action: &str) -> &str {
    match action {
        "created" => "a enregistré la famille",
        "imported" => "a importé la famille",
        "renamed" => "a changé le nom de la famille",
        "guardian_added" => "a ajouté un responsable",
        "guardian_changed" => "a modifié la fiche d’un responsable",
        "guardian_taken" => "a retiré un responsable",
        "child_added" => "a ajouté un enfant",
        "child_changed" => "a modifié la fiche d’un enfant",
        "child_taken" => "a retiré un enfant",
        "closed" => "a clos le dossier",
        "reopened" => "a rouvert le dossier",
        "photo_changed" => "a changé une photo",
        "file_changed" => "a modifié le dossier",
        "health_seen" => "a consulté les données de santé",
        "code_made" => "a créé un code abonné",
        "code_sent" => "a envoyé un code abonné par e-mail",
        "code_revoked" => "a révoqué un code abonné",
        "tied" => "a rattaché un compte",
        "untied" => "a mis fin à un abonnement",
        "contested" => "a contesté un abonnement",
        other => other,
    }
}
