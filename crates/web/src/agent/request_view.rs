//! What the page of a request shows, made ready for its template.

use jiff::{Timestamp, tz::TimeZone};
use preau_app::{
    FieldError,
    decision::{self, AnswerForm, LONGEST, LONGEST_ZONE, Verdict, agent_name},
    journal, messages,
    request::{Folder, State, deed_fr},
};
use preau_rules::{french, permission::Right, phone::Phone};
use preau_store::tables::{mail::Mail, request::Message};

use crate::{
    agent::lines::{due_words, state_tag},
    call::Call,
    citizen::requests::{PaperView, papers},
    forms::{Choice, Form},
};

/// What was typed in the answer, to be carried from page to page.
#[derive(Debug, Clone, Default)]
pub(crate) struct AnswerFields {
    pub(crate) verdict: String,
    pub(crate) words: String,
    pub(crate) zone: String,
    pub(crate) zone_words: String,
}

/// What was typed in the forms of the page.
pub(crate) struct Typed {
    pub(crate) answer: AnswerFields,
    pub(crate) form: Form,
    pub(crate) zones: Vec<Choice>,
    pub(crate) longest: usize,
    pub(crate) longest_zone: usize,
    note: String,
    reason: String,
}

impl Default for Typed {
    fn default() -> Self {
        Self {
            answer: AnswerFields::default(),
            form: Form::default(),
            zones: Vec::new(),
            longest: LONGEST,
            longest_zone: LONGEST_ZONE,
            note: String::new(),
            reason: String::new(),
        }
        .drawn()
    }
}

const ZONES: [(&str, &str); 3] = [
    ("commune", "Le texte de la commune, tel quel"),
    ("completer", "Mes mots, puis le texte de la commune"),
    ("remplacer", "Mes mots à la place du texte de la commune"),
];

impl Typed {
    pub(crate) fn answer(mut self, form: &AnswerForm) -> Self {
        self.answer = AnswerFields {
            verdict: form.verdict.clone(),
            words: form.reponse.clone(),
            zone: form.zone.clone(),
            zone_words: form.zone_texte.clone(),
        };
        self.drawn()
    }

    pub(crate) fn note(mut self, note: &str) -> Self {
        note.clone_into(&mut self.note);
        self.drawn()
    }

    pub(crate) fn reason(mut self, reason: &str) -> Self {
        reason.clone_into(&mut self.reason);
        self.drawn()
    }

    pub(crate) fn errors(mut self, errors: &[FieldError]) -> Self {
        self.form = self.form.with_errors(errors);
        self
    }

    fn drawn(mut self) -> Self {
        self.form = Form::default()
            .required("verdict", "Que répondez-vous ?")
            .required("reponse", "Votre réponse")
            .hint("Sans formule d’appel ni signature : l’e-mail les ajoute.")
            .value(&self.answer.words)
            .required("zone", "Zone des notifications")
            .optional("zone_texte", "Texte de la zone")
            .value(&self.answer.zone_words)
            .required("note", "Note interne")
            .hint("Pour les agents seulement.")
            .value(&self.note)
            .required("motif", "Motif")
            .hint("Le demandeur ne reçoit rien. Le motif reste dans la demande.")
            .value(&self.reason);
        let known = ZONES.iter().any(|(value, _)| *value == self.answer.zone);
        let chosen = if known {
            self.answer.zone.as_str()
        } else {
            "commune"
        };
        let choice = |(value, label): &(&str, &str)| Choice {
            value: (*value).to_owned(),
            label: (*label).to_owned(),
            selected: *value == chosen,
        };
        self.zones = ZONES.iter().map(choice).collect();
        self
    }
}

/// What may be answered, as radios; the first is chosen unless another was.
fn verdicts(kind: &str, chosen: &str) -> Vec<Choice> {
    let allowed = decision::verdicts(kind);
    let all = Verdict::ALL.iter().filter(|(v, _)| allowed.contains(v));
    let known = all.clone().any(|(_, code)| *code == chosen);
    all.enumerate()
        .map(|(at, (verdict, code))| Choice {
            value: (*code).to_owned(),
            label: match verdict {
                Verdict::Answered => "Répondre, et clore la demande",
                Verdict::Accepted if kind == preau_app::dossier::REQUEST => {
                    "Accepter : le changement s’applique aussitôt"
                }
                Verdict::Accepted if kind == preau_app::document::REQUEST => "Accepter le document",
                Verdict::Accepted => "Accepter la demande",
                Verdict::Refused => "Refuser, avec le motif",
                Verdict::ToComplete => "Demander un complément : la demande reste ouverte",
            }
            .to_owned(),
            selected: if known { *code == chosen } else { at == 0 },
        })
        .collect()
}

/// A step of the thread.
pub(crate) enum Step {
    /// Somebody wrote.
    Said {
        who: String,
        at: String,
        body: String,
        /// By an agent, to the requester.
        ours: bool,
        /// Between agents.
        note: bool,
        papers: Vec<PaperView>,
        /// « Lu par le demandeur jeudi 26 novembre à 9 h 12 ».
        read: Option<String>,
    },
    /// A mail left, or tried to.
    Mail(MailView),
}

/// What became of a mail.
pub(crate) struct MailView {
    pub(crate) label: &'static str,
    pub(crate) to: String,
    pub(crate) at: String,
    pub(crate) state: &'static str,
    pub(crate) tag: &'static str,
    /// Why it did not arrive.
    pub(crate) reason: Option<String>,
    /// The page of the mail, for who may send it again.
    pub(crate) href: Option<String>,
}

/// The word and the colour of a mail's state.
pub(crate) fn mail_state(state: &str) -> (&'static str, &'static str) {
    match state {
        "sent" => ("envoyé", "ok"),
        "refused" => ("refusé", "stop"),
        "expired" => ("périmé", "warn"),
        _ => ("en attente", "wait"),
    }
}

impl MailView {
    pub(crate) fn new(call: &Call, zone: &TimeZone, mail: &Mail) -> Self {
        let (state, tag) = mail_state(&mail.state);
        let may = call.cx.caller.require(Right::Messages).is_ok();
        let href = call.href(&format!("/agent/messages/{}", mail.id));
        Self {
            label: messages::label_fr(&mail.kind),
            to: mail.to_address.clone(),
            at: french::instant(mail.settled_at.unwrap_or(mail.created_at), zone),
            state,
            tag,
            reason: mail.last_error.clone(),
            href: may.then_some(href),
        }
    }
}

/// A line of the history.
pub(crate) struct Past {
    pub(crate) words: String,
    pub(crate) at: String,
    pub(crate) details: Vec<String>,
}

/// An agent in the list to choose from.
pub(crate) struct Other {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) current: bool,
}

/// A request as its page shows it.
pub(crate) struct View {
    pub(crate) path: String,
    pub(crate) number: String,
    pub(crate) subject: String,
    pub(crate) state: &'static str,
    pub(crate) state_tag: &'static str,
    pub(crate) due: String,
    pub(crate) due_tag: &'static str,
    pub(crate) due_day: String,
    pub(crate) closed: bool,
    pub(crate) version: i64,
    pub(crate) requester: String,
    pub(crate) email: String,
    /// As shown, and for `tel:`.
    pub(crate) phone: Option<(String, String)>,
    pub(crate) received: String,
    pub(crate) agent: Option<String>,
    pub(crate) mine: bool,
    pub(crate) others: Vec<Other>,
    pub(crate) may_answer: bool,
    pub(crate) steps: Vec<Step>,
    pub(crate) history: Vec<Past>,
    /// The commune's text for all notifications, a paragraph each.
    pub(crate) zone: String,
    /// Changes of a family's file that wait for the decision.
    pub(crate) changes: Vec<String>,
    pub(crate) verdicts: Vec<Choice>,
    /// It is to be accepted or refused.
    pub(crate) decides: bool,
    /// Whether who asks has an account.
    pub(crate) with_account: bool,
}

impl View {
    pub(crate) fn new(call: &Call, folder: &Folder, verdict: &str) -> Self {
        let request = &folder.request;
        let zone = call.portal.zone();
        let me = call.cx.caller.agent().ok().map(|agent| agent.id);
        let state = State::of(&request.state);
        let (due, due_tag) = due_words(request.due_at, call.cx.at, &zone);
        let other = |a: &preau_store::tables::request::Answerer| Other {
            id: a.id.to_string(),
            name: format!("{} {}", a.first_name, a.last_name),
            current: request.assigned_to == Some(a.id),
        };
        let right = Right::RequestsAnswer;
        Self {
            changes: folder.changes.clone(),
            verdicts: verdicts(&request.kind, verdict),
            decides: decision::verdicts(&request.kind).contains(&Verdict::Accepted),
            with_account: request.kind != "contact",
            path: call.href(&format!("/agent/demandes/{}", request.number)),
            number: request.number.clone(),
            subject: request.subject.clone(),
            state: state.label_fr(),
            state_tag: state_tag(state),
            due,
            due_tag,
            due_day: french::day_year(request.due_at.to_zoned(zone.clone()).date()),
            closed: request.closed_at.is_some(),
            version: request.version,
            requester: request.requester_name.clone(),
            email: request.requester_email.clone(),
            phone: request.requester_phone.as_deref().map(phone),
            received: french::instant(request.created_at, &zone),
            agent: agent_name(request),
            mine: me.is_some() && request.assigned_to == me,
            others: folder.answerers.iter().map(other).collect(),
            may_answer: call.cx.caller.require_at(right, request.site_id).is_ok(),
            steps: steps(call, folder, &zone),
            history: history(folder, &zone),
            zone: call.portal.notification_zone.clone(),
        }
    }
}

fn phone(e164: &str) -> (String, String) {
    let shown = Phone::parse(e164).map_or_else(|_| e164.to_owned(), |p| p.display());
    (shown, e164.to_owned())
}

/// Messages and mails in the order in which they were made: identifiers of one command sort so. A mail stands after
/// the message that it carries.
fn steps(call: &Call, folder: &Folder, zone: &TimeZone) -> Vec<Step> {
    let base = format!("/agent/demandes/{}", folder.request.number);
    let seen = folder.seen.by_requester;
    let last = folder
        .messages
        .iter()
        .rev()
        .find(|m| m.author_kind == "agent" && seen.is_some_and(|at| at >= m.at));
    let said = folder.messages.iter().map(|m| {
        let papers = papers(call, &base, m.id, &folder.papers);
        let read = seen.filter(|_| last.is_some_and(|l| l.id == m.id));
        let read = read.map(|at| format!("Lu par le demandeur {}", french::instant(at, zone)));
        ((m.id, 0), said(m, zone, papers, read))
    });
    let after = |mail: &Mail| {
        let carried = folder.messages.iter().find(|m| m.mail_id == Some(mail.id));
        carried.map_or((mail.id, 0), |m| (m.id, 1))
    };
    let mails = folder
        .mails
        .iter()
        .map(|m| (after(m), Step::Mail(MailView::new(call, zone, m))));
    let mut all: Vec<_> = said.chain(mails).collect();
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, step)| step).collect()
}

fn said(message: &Message, zone: &TimeZone, papers: Vec<PaperView>, read: Option<String>) -> Step {
    let at: Timestamp = message.at;
    Step::Said {
        who: message.author_name.clone(),
        at: french::instant(at, zone),
        body: message.body.clone(),
        ours: message.author_kind == "agent",
        note: message.author_kind == "note",
        papers,
        read,
    }
}

fn history(folder: &Folder, zone: &TimeZone) -> Vec<Past> {
    let past = |entry: &preau_store::tables::journal::Entry| {
        let details = journal::differences(entry).into_iter().map(|d| {
            let side = |text: Option<String>| text.unwrap_or_else(|| "rien".to_owned());
            format!("{} : {} → {}", d.name, side(d.before), side(d.after))
        });
        let actor = match entry.actor_kind.as_str() {
            "visitor" => "Le demandeur",
            _ => &entry.actor_name,
        };
        Past {
            words: format!("{actor} {}", deed_fr(&entry.action)),
            at: french::instant(entry.at, zone),
            details: if entry.action == "created" {
                Vec::new()
            } else {
                details.collect()
            },
        }
    };
    folder.history.iter().map(past).collect()
}
