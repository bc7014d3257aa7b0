//! Requests of citizens: what they are, who may see them, how they are listed. What agents do with them is in
//! [`crate::decision`]; how one comes in from « Nous contacter » is in [`crate::contact`].

use jiff::{Timestamp, ToSpan, civil::Weekday, tz::TimeZone};
use preau_rules::{
    calendar::{PublicHoliday, Territory},
    permission::Right,
};
use preau_store::{
    StoreError, Tx,
    tables::{
        agent, journal, mail, procedure,
        request::{self, Answerer, Attached, Counts, Line, Message, Request, Seen},
    },
};
use uuid::Uuid;

use crate::{Caller, Cx, Error, read_mark, search::Query};

/// What `about_kind` and the journal call a request.
pub const KIND: &str = "request";

/// Lines on a page of the queue.
pub const PAGE: i64 = 25;

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It came in, nobody looked at it.
    Submitted,
    /// An agent has it in hand.
    InProgress,
    /// The requester must complete it.
    ToComplete,
    /// Granted.
    Accepted,
    /// Not granted.
    Refused,
    /// The requester took it back.
    Cancelled,
    /// Answered by mail.
    Answered,
    /// Closed without an answer.
    Closed,
}

impl State {
    const ALL: [(Self, &'static str, &'static str); 8] = [
        (Self::Submitted, "submitted", "déposée"),
        (Self::InProgress, "in_progress", "en cours"),
        (Self::ToComplete, "to_complete", "à compléter"),
        (Self::Accepted, "accepted", "acceptée"),
        (Self::Refused, "refused", "refusée"),
        (Self::Cancelled, "cancelled", "annulée"),
        (Self::Answered, "answered", "répondue"),
        (Self::Closed, "closed", "close sans réponse"),
    ];

    /// Reads the stored word; an unknown one is taken for a new request, so that somebody looks at it.
    #[must_use]
    pub fn of(code: &str) -> Self {
        let found = Self::ALL.iter().find(|(_, word, _)| *word == code);
        found.map_or(Self::Submitted, |(state, ..)| *state)
    }

    fn row(self) -> (&'static str, &'static str) {
        let found = Self::ALL.iter().find(|(state, ..)| *state == self);
        found.map_or(("submitted", "déposée"), |(_, code, label)| (code, label))
    }

    /// The stored word.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// The word on the screen.
    #[must_use]
    pub fn label_fr(self) -> &'static str {
        self.row().1
    }
}

/// What the journal's word for a deed says of a request, after the name of who did it.
#[must_use]
pub fn deed_fr(action: &str) -> &'static str {
    match action {
        "created" => "a déposé la demande",
        "assigned" => "a changé l’agent qui suit la demande",
        "noted" => "a ajouté une note",
        "answered" => "a répondu",
        "accepted" => "a accepté la demande",
        "refused" => "a refusé la demande",
        "asked" => "a demandé un complément",
        "cancelled" => "a annulé la demande",
        "replied" => "a ajouté un message",
        "closed" => "a clos la demande sans réponse",
        "reopened" => "a rouvert la demande",
        "readdressed" => "a corrigé l’adresse",
        _ => "a modifié la demande",
    }
}

/// The end of the last day on which to answer: `days` days after `at`, week-ends and public holidays left out.
pub fn due(at: Timestamp, zone: &TimeZone, days: i64) -> Result<Timestamp, StoreError> {
    let wrong = |e: jiff::Error| StoreError::Internal(format!("date to answer: {e}"));
    let territory = Territory::of_zone(zone.iana_name().unwrap_or_default());
    let mut day = at.to_zoned(zone.clone()).date();
    let mut left = days.clamp(0, 365);
    while left > 0 {
        day = day.tomorrow().map_err(wrong)?;
        let week_end = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        if !week_end && PublicHoliday::on(day, territory).is_none() {
            left -= 1;
        }
    }
    let next = day.tomorrow().map_err(wrong)?;
    let end = next.to_zoned(zone.clone()).map_err(wrong)?.timestamp();
    end.checked_sub(1.second()).map_err(wrong)
}

/// A page of the queue.
#[derive(Debug, Clone)]
pub struct Queue {
    /// Lines of this page.
    pub lines: Vec<Line>,
    /// Lines of all pages.
    pub total: i64,
    /// What the agent has before them.
    pub counts: Counts,
    /// This page, from 1.
    pub page: i64,
}

/// What an agent asks of the queue.
#[derive(Debug, Clone, Default)]
pub struct QueueForm {
    /// `open`, `mine`, `closed` or `all`; anything else is `open`.
    pub which: String,
    /// `age`, otherwise by the date to answer.
    pub order: String,
    /// Words.
    pub words: String,
    /// Page, from 1.
    pub page: i64,
}

/// The queue as the agent may see it.
pub async fn queue(cx: &Cx, form: &QueueForm) -> Result<Queue, Error> {
    cx.caller.require(Right::Requests)?;
    let agent = cx.caller.agent()?.id;
    let page = form.page.clamp(1, 10_000);
    let which = ["mine", "closed", "all"]
        .into_iter()
        .find(|w| *w == form.which)
        .unwrap_or("open");
    let wanted = request::Wanted {
        agent,
        which,
        like: Query::parse(&form.words).like(),
        order: &form.order,
        limit: PAGE,
        offset: (page - 1) * PAGE,
    };
    let mut tx = cx.read().await?;
    let lines = request::list(&mut tx, &wanted).await?;
    Ok(Queue {
        total: lines.first().map_or(0, |line| line.total),
        counts: request::counts(&mut tx, agent, cx.at).await?,
        lines,
        page,
    })
}

/// A request with all that its page shows.
#[derive(Debug, Clone)]
pub struct Folder {
    /// The request.
    pub request: Request,
    /// What was said, oldest first.
    pub messages: Vec<Message>,
    /// When each side last opened the thread, before now.
    pub seen: Seen,
    /// Papers that came with it.
    pub papers: Vec<Attached>,
    /// Mails about it, oldest first.
    pub mails: Vec<mail::Mail>,
    /// What the journal says, newest first.
    pub history: Vec<journal::Entry>,
    /// Agents who may be given it.
    pub answerers: Vec<Answerer>,
    /// Changes of a family's file that wait for the decision, in words.
    pub changes: Vec<String>,
    /// What is said to who is granted it without a word; may be empty.
    pub accepted: String,
}

impl Folder {
    /// The question, as it was written.
    #[must_use]
    pub fn question(&self) -> &str {
        question(&self.messages)
    }
}

pub(crate) fn question(messages: &[Message]) -> &str {
    let first = messages.iter().find(|m| m.author_kind == "requester");
    first.map_or("", |m| m.body.as_str())
}

/// A request by its number, when the agent may see it. Another site's, another commune's and a made-up number get
/// the same answer.
pub async fn find(cx: &Cx, number: &str) -> Result<Request, Error> {
    let mut tx = cx.read().await?;
    seen(cx, &mut tx, number).await
}

async fn seen(cx: &Cx, tx: &mut Tx, number: &str) -> Result<Request, Error> {
    cx.caller.require(Right::Requests)?;
    let found = request::by_number(tx, number)
        .await?
        .ok_or(Error::NotFound)?;
    cx.caller
        .require_at(Right::Requests, found.site_id)
        .map_err(|_| Error::NotFound)?;
    Ok(found)
}

/// A request with its thread, its mails and its history.
pub async fn open(cx: &Cx, number: &str) -> Result<Folder, Error> {
    let mut tx = cx.read().await?;
    let found = seen(cx, &mut tx, number).await?;
    let id = found.id;
    let folder = Folder {
        seen: request::seen(&mut tx, id).await?,
        messages: request::messages(&mut tx, id).await?,
        papers: request::files(&mut tx, id).await?,
        mails: mail::about(&mut tx, KIND, id).await?,
        history: journal::of_object(&mut tx, KIND, &id.to_string(), 100).await?,
        answerers: request::answerers(&mut tx, found.site_id).await?,
        accepted: procedure::of_request(&mut tx, id)
            .await?
            .map(|p| p.accepted)
            .unwrap_or_default(),
        changes: crate::dossier::hold(&mut tx, &found).await?,
        request: found,
    };
    drop(tx);
    read_mark::note(cx, id, folder.seen, &folder.messages, true).await?;
    Ok(folder)
}

/// Passes when the caller holds the right at this site at this moment, inside the lane.
pub(crate) async fn may_now(
    tx: &mut Tx,
    caller: &Caller,
    right: Right,
    site: Option<Uuid>,
) -> Result<(), Error> {
    let Caller::Agent(agent) = caller else {
        return caller.require(right);
    };
    if agent::name(tx, agent.id).await?.is_none() {
        return Err(Error::LogIn);
    }
    let (_, grants) = crate::session::grants(tx, agent.id).await?;
    if grants.allows(right, site) {
        Ok(())
    } else {
        Err(Error::Forbidden(right.label_fr()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due_day(at: &str, days: i64) -> String {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let end = due(at.parse().unwrap(), &zone, days).unwrap();
        end.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    #[test]
    fn weekends_and_public_holidays_do_not_count() {
        // Wednesday before Christmas, a Friday, and the week-end.
        assert_eq!(due_day("2026-12-23T10:00:00Z", 2), "2026-12-28 23:59:59");
        // Monday, 10 days: Monday in two weeks.
        assert_eq!(due_day("2026-11-23T08:12:00Z", 10), "2026-12-07 23:59:59");
        // Friday night in Paris is still Friday.
        assert_eq!(due_day("2026-11-27T22:30:00Z", 1), "2026-11-30 23:59:59");
        // Saturday.
        assert_eq!(due_day("2026-11-28T10:00:00Z", 1), "2026-11-30 23:59:59");
        assert_eq!(due_day("2026-11-28T10:00:00Z", 0), "2026-11-28 23:59:59");
        // Abolition of slavery in Martinique, on the 22nd of May.
        let fort_de_france = TimeZone::get("America/Martinique").unwrap();
        let end = due("2026-05-21T15:00:00Z".parse().unwrap(), &fort_de_france, 1).unwrap();
        assert_eq!(
            end.to_zoned(fort_de_france).date().to_string(),
            "2026-05-26"
        );
        // The night when the clocks change.
        assert_eq!(due_day("2026-03-27T10:00:00Z", 1), "2026-03-30 23:59:59");
    }

    #[test]
    fn states_come_back() {
        for (state, code, _) in State::ALL {
            assert_eq!(State::of(code), state);
            assert_eq!(state.code(), code);
        }
    }
}
