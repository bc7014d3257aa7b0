//! Papers that the commune asks for: which, of whom, until when they are good; what came, and what is missing.
//!
//! A paper is sent as a request with files. Accepting the request accepts the paper; the thread of the request is where a
//! better scan is asked for and sent.

mod kinds;
mod remind;
mod send;

use std::collections::HashMap;

use jiff::{ToSpan, civil::Date};
use preau_store::{
    Tx,
    tables::{
        document::{self, Document},
        family::{self, Family},
        request::Request,
        subscription,
    },
};
use uuid::Uuid;

pub use kinds::{KindForm, Validity, change_kind, create_kind, kind, kinds, set_asked, usual};
pub use preau_store::tables::document::Kind;
pub use remind::{JOB, remind};
pub use send::{PaperForm, send};

use crate::{Cx, Error, citizen, portal};

/// Kind of a request that brings a paper.
pub const REQUEST: &str = "document";
/// A paper that ends sooner is to be sent again.
pub const SOON_DAYS: i32 = 30;

/// Where a paper stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Nothing came yet.
    Missing,
    /// An agent is to look at it.
    Sent,
    /// Good, until this day where it ends.
    Good(Option<Date>),
    /// Good, and ends on this day, soon.
    EndsSoon(Date),
    /// It was good until this day.
    Over(Date),
    /// An agent did not take it.
    Refused,
}

impl State {
    /// Nothing is to be done about it.
    #[must_use]
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Good(_) | Self::EndsSoon(_))
    }

    /// The family may send one.
    #[must_use]
    pub fn may_send(&self) -> bool {
        !matches!(self, Self::Sent)
    }
}

/// A paper that is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Which kind.
    pub kind: Kind,
    /// The child or the family that it is about.
    pub owner: Uuid,
    /// First name of the child; nothing for a family.
    pub child: Option<String>,
    /// Where it stands.
    pub state: State,
    /// Number of the request of the latest one, when this family sent it.
    pub number: Option<String>,
}

/// The papers of a family.
#[derive(Debug, Clone)]
pub struct Papers {
    /// Which family.
    pub family: Family,
    /// What is asked for, the family's own first, then child by child.
    pub asked: Vec<Asked>,
}

impl Papers {
    /// How many that must be there are not.
    #[must_use]
    pub fn missing(&self) -> usize {
        let must = self.asked.iter().filter(|a| a.kind.required);
        must.filter(|a| !a.state.is_good() && a.state != State::Sent)
            .count()
    }
}

/// The papers of the caller's families.
pub async fn mine(cx: &Cx) -> Result<Vec<Papers>, Error> {
    let mut tx = cx.read().await?;
    let me = citizen::mine(&mut tx, &cx.caller).await?;
    let today = today(cx, &mut tx).await?;
    let mut all = Vec::new();
    // Few accounts have more than one family.
    for tied in subscription::of_account(&mut tx, me.id).await? {
        let found = family::get(&mut tx, tied.family_id).await?;
        all.push(papers(&mut tx, found.ok_or(Error::NotFound)?, today).await?);
    }
    Ok(all)
}

/// The papers of a family, for an agent.
pub async fn of_family(cx: &Cx, id: Uuid) -> Result<Papers, Error> {
    cx.caller
        .require(preau_rules::permission::Right::Families)?;
    let mut tx = cx.read().await?;
    let today = today(cx, &mut tx).await?;
    let found = family::get(&mut tx, id).await?.ok_or(Error::NotFound)?;
    papers(&mut tx, found, today).await
}

async fn today(cx: &Cx, tx: &mut Tx) -> Result<Date, Error> {
    let zone = portal::get(tx).await?.zone();
    Ok(cx.at.to_zoned(zone).date())
}

/// One of the papers that the caller's families are asked for, and the family.
pub async fn asked(cx: &Cx, kind: Uuid, owner: Uuid) -> Result<(Family, Asked), Error> {
    let found = mine(cx).await?.into_iter().find_map(|papers| {
        let asked = papers.asked.into_iter();
        let mut ours = asked.filter(|a| a.kind.id == kind && a.owner == owner);
        ours.next().map(|asked| (papers.family, asked))
    });
    found.ok_or(Error::NotFound)
}

async fn papers(tx: &mut Tx, family: Family, today: Date) -> Result<Papers, Error> {
    let kinds = document::kinds(tx).await?;
    let children = family::children(tx, &[family.id]).await?;
    let mut latest: HashMap<(Uuid, Uuid), Vec<Document>> = HashMap::new();
    for found in document::of_family(tx, family.id).await? {
        let of = latest.entry((found.kind_id, found.owner_id)).or_default();
        of.push(found);
    }
    let open: Vec<Kind> = kinds
        .into_iter()
        .filter(|k| k.closed_at.is_none())
        .collect();
    let one = |kind: &Kind, owner: Uuid, child: Option<String>| {
        let came = latest.get(&(kind.id, owner)).map_or(&[][..], Vec::as_slice);
        let last = came.iter().rev().find(|d| d.state != "withdrawn");
        Asked {
            kind: kind.clone(),
            owner,
            child,
            state: state(came, today),
            number: last
                .filter(|d| d.family_id == family.id)
                .map(|d| d.number.clone()),
        }
    };
    let of_family = open.iter().filter(|k| k.of_whom == "family");
    let mut asked: Vec<Asked> = of_family.map(|k| one(k, family.id, None)).collect();
    for child in &children {
        let of_child = open.iter().filter(|k| k.of_whom == "child");
        asked.extend(of_child.map(|k| one(k, child.id, Some(child.first_name.clone()))));
    }
    Ok(Papers { family, asked })
}

/// Where a kind stands for its owner, after all that came, the oldest first. A paper that is good stays so while a newer
/// one is looked at or was refused.
fn state(came: &[Document], today: Date) -> State {
    let good = came.iter().rev().find(|d| d.state == "accepted");
    let last = came.iter().rev().find(|d| d.state != "withdrawn");
    if last.is_some_and(|d| d.state == "sent") {
        return State::Sent;
    }
    match good.map(|d| d.valid_until) {
        Some(Some(end)) if end < today => State::Over(end),
        Some(Some(end)) if end <= today.saturating_add(SOON_DAYS.days()) => State::EndsSoon(end),
        Some(end) => State::Good(end),
        None if last.is_some() => State::Refused,
        None => State::Missing,
    }
}

/// What an agent decided of a request counts for the paper that came with it.
pub(crate) async fn decided(
    tx: &mut Tx,
    request: &Request,
    accepted: bool,
    today: Date,
) -> Result<(), Error> {
    let Some(found) = document::of_request(tx, request.id).await? else {
        return Ok(());
    };
    if !accepted {
        return Ok(document::decide(tx, found.id, "refused", found.valid_until).await?);
    }
    let kind = document::kind(tx, found.kind_id)
        .await?
        .ok_or(Error::NotFound)?;
    let until = Validity::of(&kind).until(today, found.valid_until);
    document::decide(tx, found.id, "accepted", until).await?;
    if let Some(until) = until {
        remind::later(tx, found.id, until).await?;
    }
    Ok(())
}

/// The request is over without a decision: the family took it back, or an agent closed it.
pub(crate) async fn withdrawn(tx: &mut Tx, request: &Request) -> Result<(), Error> {
    if let Some(found) = document::of_request(tx, request.id).await? {
        document::decide(tx, found.id, "withdrawn", None).await?;
    }
    Ok(())
}

/// A request is open again: so is the paper that came with it.
pub(crate) async fn sent_again(tx: &mut Tx, request: &Request) -> Result<(), Error> {
    if let Some(found) = document::of_request(tx, request.id).await?
        && matches!(found.state.as_str(), "refused" | "withdrawn")
    {
        document::decide(tx, found.id, "sent", found.valid_until).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn came(state: &str, valid_until: Option<Date>) -> Document {
        Document {
            id: Uuid::nil(),
            kind_id: Uuid::nil(),
            owner_id: Uuid::nil(),
            family_id: Uuid::nil(),
            request_id: Uuid::nil(),
            number: "D-2026-0001".to_owned(),
            state: state.to_owned(),
            valid_until,
            decided_at: None,
        }
    }

    #[test]
    fn a_good_paper_stays_good_while_another_is_refused() {
        let today = date(2026, 11, 26);
        let until = |day| came("accepted", Some(day));
        assert_eq!(state(&[], today), State::Missing);
        assert_eq!(state(&[came("withdrawn", None)], today), State::Missing);
        assert_eq!(state(&[came("sent", None)], today), State::Sent);
        assert_eq!(state(&[came("refused", None)], today), State::Refused);
        assert_eq!(
            state(&[until(date(2027, 8, 31))], today),
            State::Good(Some(date(2027, 8, 31)))
        );
        assert_eq!(
            state(&[until(date(2027, 8, 31)), came("refused", None)], today),
            State::Good(Some(date(2027, 8, 31)))
        );
        assert_eq!(
            state(&[until(date(2026, 12, 26))], today),
            State::EndsSoon(date(2026, 12, 26))
        );
        assert_eq!(state(&[until(today)], today), State::EndsSoon(today));
        assert_eq!(
            state(&[until(date(2026, 11, 25))], today),
            State::Over(date(2026, 11, 25))
        );
        assert_eq!(state(&[came("accepted", None)], today), State::Good(None));
    }
}
