//! What agents do with a request: take it, write a note, answer, close, open again.
//!
//! Each deed names the version of the request that the agent had before them. When somebody else changed it meanwhile,
//! nothing is done and the agent is told who did what.

mod verdict;

use preau_rules::{
    french,
    permission::Right,
    text::{Line, Prose},
};
use preau_store::{
    Command, StoreError, Tx,
    tables::{
        journal,
        request::{self, Changed, Request},
    },
};
use serde::Serialize;
use uuid::Uuid;

pub use verdict::{Verdict, verdicts};

use crate::{
    Caller, Cx, Error, Problems,
    contact::{Letterhead, MAIL_GOOD_FOR},
    document, dossier,
    mail::{Addressee, ContactAnswer, Mail, Rendered, Zone},
    outbox::{self, Post},
    request::{Folder, KIND, State, deed_fr, due, may_now, question},
};

/// The longest answer, in characters.
pub const LONGEST: usize = 10_000;
/// What is said to who asked for something that is granted without a word.
const ACCEPTED_FR: &str = "Ce que vous avez demandé est accepté.";
/// The longest text for the notification zone, in characters.
pub const LONGEST_ZONE: usize = 2_000;

/// An answer as typed.
#[derive(Debug, Clone, Default)]
pub struct AnswerForm {
    /// `repondre`, `accepter`, `refuser` or `completer`.
    pub verdict: String,
    /// The answer.
    pub reponse: String,
    /// `commune`, `completer` or `remplacer`.
    pub zone: String,
    /// The agent's words for the notification zone.
    pub zone_texte: String,
}

/// An answer that can be sent.
#[derive(Debug, Clone)]
pub struct Answer {
    verdict: Verdict,
    words: String,
    zone: Zone,
}

impl Answer {
    /// Where it leaves the request.
    #[must_use]
    pub fn state(&self) -> State {
        self.verdict.state()
    }
}

impl AnswerForm {
    /// Reads what was typed; `accepted` is what is said to who is granted it without a word.
    pub fn parse(&self, accepted: &str) -> Result<Answer, Error> {
        let mut problems = Problems::default();
        let verdict = Verdict::of(&self.verdict);
        // Who accepts need not explain why.
        let typed = match verdict {
            Verdict::Accepted if self.reponse.trim().is_empty() => match accepted {
                "" => ACCEPTED_FR,
                accepted => accepted,
            },
            _ => &self.reponse,
        };
        let words = problems.take("reponse", Prose::parse(typed, LONGEST), |e| {
            e.message_fr("Votre réponse")
        });
        let mut of_zone = |make: fn(String) -> Zone| {
            let text = Prose::parse(&self.zone_texte, LONGEST_ZONE);
            problems
                .take("zone_texte", text, |e| e.message_fr("Texte de la zone"))
                .map(|text| make(text.into_string()))
        };
        let zone = match self.zone.as_str() {
            "completer" => of_zone(Zone::CompletedBy),
            "remplacer" => of_zone(Zone::ReplacedBy),
            _ => Some(Zone::Commune),
        };
        match (words, zone) {
            (Some(words), Some(zone)) => Ok(Answer {
                verdict,
                words: words.into_string(),
                zone,
            }),
            _ => Err(problems.into_error()),
        }
    }
}

/// What is done.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Given to an agent, or to nobody.
    Assign(Option<Uuid>),
    /// Written down for the other agents.
    Note(String),
    /// Answered by mail.
    Answer(Answer),
    /// Closed without an answer, for this reason.
    Close(String),
    /// Open again.
    Reopen,
}

impl Deed {
    /// A note as typed.
    pub fn note(typed: &str) -> Result<Self, Error> {
        let note = Prose::parse(typed, LONGEST);
        note.map(|note| Self::Note(note.into_string()))
            .map_err(|e| Error::field("note", e.message_fr("Note interne")))
    }

    /// A reason as typed.
    pub fn close(typed: &str) -> Result<Self, Error> {
        let reason = Line::parse(typed, 300);
        reason
            .map(|reason| Self::Close(reason.into_string()))
            .map_err(|e| Error::field("motif", e.message_fr("Motif")))
    }
}

/// What the journal keeps of a request: the state, not who wrote what.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Snapshot {
    state: &'static str,
    assigned_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

struct Act {
    number: String,
    version: i64,
    deed: Deed,
    head: Letterhead,
    caller: Caller,
}

impl Command for Act {
    const NAME: &'static str = "request.act";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let found = request::by_number(tx, &self.number)
            .await?
            .ok_or(Error::NotFound)?;
        may_now(tx, &self.caller, Right::Requests, found.site_id)
            .await
            .map_err(hidden)?;
        may_now(tx, &self.caller, Right::RequestsAnswer, found.site_id).await?;
        // A note takes nothing away from anybody.
        if found.version != self.version && !matches!(self.deed, Deed::Note(_)) {
            return Err(Error::Conflict(meanwhile(tx, &found, &self.head).await?));
        }
        match &self.deed {
            Deed::Assign(to) => self.assign(tx, &found, *to).await,
            Deed::Note(words) => {
                self.say(tx, &found, "note", words, None).await?;
                let same = (
                    State::of(&found.state),
                    found.assigned_to,
                    agent_name(&found),
                );
                self.change(tx, &found, "noted", same, None).await
            }
            Deed::Answer(answer) => self.answer(tx, &found, answer).await,
            Deed::Close(reason) => {
                open_only(&found)?;
                self.say(
                    tx,
                    &found,
                    "note",
                    &format!("Close sans réponse : {reason}"),
                    None,
                )
                .await?;
                document::withdrawn(tx, &found).await?;
                let to = (State::Closed, found.assigned_to, agent_name(&found));
                self.change(tx, &found, "closed", to, Some(reason)).await
            }
            Deed::Reopen => {
                if found.closed_at.is_none() {
                    return Err(Error::Conflict(
                        "Cette demande est déjà ouverte.".to_owned(),
                    ));
                }
                let decides = verdicts(&found.kind).contains(&Verdict::Accepted);
                if decides && State::of(&found.state) == State::Accepted {
                    return Err(Error::Conflict(
                        "Cette demande a été acceptée et le dossier est à jour : elle ne se rouvre pas. La famille peut en faire une autre.".to_owned(),
                    ));
                }
                document::sent_again(tx, &found).await?;
                let to = (State::InProgress, found.assigned_to, agent_name(&found));
                self.change(tx, &found, "reopened", to, None).await
            }
        }
    }
}

impl Act {
    async fn assign(&self, tx: &mut Tx, found: &Request, to: Option<Uuid>) -> Result<(), Error> {
        open_only(found)?;
        let Some(to) = to else {
            let free = (State::Submitted, None, None);
            return self.change(tx, found, "assigned", free, None).await;
        };
        let agents = request::answerers(tx, found.site_id).await?;
        let agent = agents.into_iter().find(|a| a.id == to).ok_or_else(|| {
            Error::field(
                "agent",
                "Cet agent ne peut pas répondre à cette demande. Choisissez-en un autre.",
            )
        })?;
        let name = format!("{} {}", agent.first_name, agent.last_name);
        let taken = (State::InProgress, Some(to), Some(name));
        self.change(tx, found, "assigned", taken, None).await
    }

    async fn answer(&self, tx: &mut Tx, found: &Request, answer: &Answer) -> Result<(), Error> {
        open_only(found)?;
        if !verdicts(&found.kind).contains(&answer.verdict) {
            return Err(Error::field(
                "verdict",
                "Choisissez une des réponses proposées.",
            ));
        }
        let accepted = answer.verdict == Verdict::Accepted;
        if accepted {
            dossier::accept(tx, found).await?;
        }
        if accepted || answer.verdict == Verdict::Refused {
            let today = tx.at().to_zoned(self.head.zone.clone()).date();
            document::decided(tx, found, accepted, today).await?;
        }
        let messages = request::messages(tx, found.id).await?;
        let rendered = letter(&self.caller, &self.head, found, question(&messages), answer)?;
        let post = Post {
            kind: ContactAnswer::NAME,
            to_name: &found.requester_name,
            to_address: &found.requester_email,
            rendered,
            about: Some((KIND, found.id)),
            good_for: MAIL_GOOD_FOR,
        };
        let mail = outbox::post(tx, post).await?;
        self.say(tx, found, "agent", &answer.words, Some(mail))
            .await?;
        let actor = self.caller.actor();
        let state = answer.verdict.state();
        let to = match found.assigned_to {
            Some(_) => (state, found.assigned_to, agent_name(found)),
            None => (state, actor.id, Some(actor.name)),
        };
        self.change(tx, found, answer.verdict.action(), to, None)
            .await
    }

    async fn say(
        &self,
        tx: &mut Tx,
        found: &Request,
        author_kind: &str,
        body: &str,
        mail_id: Option<Uuid>,
    ) -> Result<(), Error> {
        let actor = self.caller.actor();
        let said = request::Said {
            author_kind,
            author_id: actor.id,
            author_name: &actor.name,
            body,
            mail_id,
        };
        request::say(tx, found.id, &said).await?;
        Ok(())
    }

    async fn change(
        &self,
        tx: &mut Tx,
        found: &Request,
        action: &str,
        (state, assigned_to, name): (State, Option<Uuid>, Option<String>),
        reason: Option<&String>,
    ) -> Result<(), Error> {
        let at = tx.at();
        let closed_at = match action {
            "answered" | "accepted" | "refused" | "closed" => Some(at),
            "reopened" => None,
            _ => found.closed_at,
        };
        let due_at = if action == "reopened" {
            due(at, &self.head.zone, self.head.days)?
        } else {
            found.due_at
        };
        let to = Changed {
            state: state.code(),
            assigned_to,
            due_at,
            closed_at,
        };
        if !request::change(tx, found.id, found.version, &to).await? {
            return Err(
                StoreError::Internal("a request changed inside the lane".to_owned()).into(),
            );
        }
        let before = Snapshot {
            state: State::of(&found.state).code(),
            assigned_to: agent_name(found),
            reason: None,
        };
        let after = Snapshot {
            state: state.code(),
            assigned_to: name,
            reason: reason.cloned(),
        };
        let change = journal::Change {
            action,
            kind: KIND,
            id: found.id.to_string(),
            name: &found.number,
            before: Some(&before),
            after: Some(&after),
        };
        Ok(journal::note(tx, change).await?)
    }
}

/// The name of the agent who has it in hand.
#[must_use]
pub fn agent_name(request: &Request) -> Option<String> {
    let (first, last) = (
        request.agent_first_name.as_ref()?,
        request.agent_last_name.as_ref()?,
    );
    Some(format!("{first} {last}"))
}

/// A request that one may not see is not there.
fn hidden(error: Error) -> Error {
    match error {
        Error::Forbidden(_) => Error::NotFound,
        other => other,
    }
}

fn open_only(found: &Request) -> Result<(), Error> {
    if found.closed_at.is_none() {
        return Ok(());
    }
    Err(Error::Conflict(
        "Cette demande est close. Rouvrez-la pour continuer.".to_owned(),
    ))
}

/// Who changed the request meanwhile, and how.
async fn meanwhile(tx: &mut Tx, found: &Request, head: &Letterhead) -> Result<String, Error> {
    let last = journal::of_object(tx, KIND, &found.id.to_string(), 1).await?;
    let Some(entry) = last.first() else {
        return Ok("Cette demande a changé entre-temps.".to_owned());
    };
    Ok(format!(
        "{} {} {}, pendant que cette page était ouverte.",
        entry.actor_name,
        deed_fr(&entry.action),
        french::instant(entry.at, &head.zone)
    ))
}

fn letter(
    caller: &Caller,
    head: &Letterhead,
    request: &Request,
    question: &str,
    answer: &Answer,
) -> Result<Rendered, Error> {
    head.write(&ContactAnswer {
        to: Addressee {
            civility: None,
            name: request.requester_name.clone(),
        },
        zone: answer.zone.clone(),
        opening: answer.verdict.opening_fr(&request.number),
        number: request.number.clone(),
        subject: request.subject.clone(),
        received_at: french::instant_year(request.created_at, &head.zone),
        message: question.to_owned(),
        answer: answer.words.clone(),
        answered_by: format!("{}, {}", caller.actor().name, head.service.name),
        contact_url: head.contact_url(),
    })
}

/// The mail as it would be sent.
pub async fn preview(cx: &Cx, folder: &Folder, answer: &Answer) -> Result<Rendered, Error> {
    cx.caller
        .require_at(Right::RequestsAnswer, folder.request.site_id)?;
    let head = Letterhead::load(cx).await?;
    letter(
        &cx.caller,
        &head,
        &folder.request,
        folder.question(),
        answer,
    )
}

/// Does something with a request, as it was at `version`.
pub async fn act(cx: &Cx, number: &str, version: i64, deed: Deed) -> Result<(), Error> {
    cx.caller.require(Right::RequestsAnswer)?;
    let act = Act {
        number: number.to_owned(),
        version,
        deed,
        head: Letterhead::load(cx).await?,
        caller: cx.caller.clone(),
    };
    cx.write(act).await
}
