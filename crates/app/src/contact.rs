//! « Nous contacter »: a message to the town hall becomes a request with a number and an acknowledgement.
//!
//! Whoever solved the proof of work is done at once. Whoever could not (no JavaScript) proves their mailbox instead: the
//! message waits for the six figures sent there, then becomes a request in the same way.

mod confirm;
mod receipt;

use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};
use preau_rules::{
    email::{Email, EmailError},
    french,
    number::{Prefix, PublicNumber},
    phone::{Phone, PhoneError},
    text::{Line, Prose},
    throttle::{Limit, Reason, Verdict},
};
use preau_store::{
    Command, StoreError, Tx,
    tables::{account, counter, file::File, journal, request, throttle},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use confirm::{CODE_TRIES, Confirmed, Waiting, confirm, waiting};
pub use receipt::{Receipt, receipt, receipt_token};

use crate::{
    Cx, Error, Problems,
    login::key_of,
    mail::{Addressee, CommuneCard, ContactAcknowledgement, Mail, Rendered, ServiceContact, Zone},
    outbox::{self, Post},
    portal,
    proof::{self, Proof, USED_FR},
    request::{KIND, due},
    search::folded,
};

/// The longest message, in characters.
pub const LONGEST: usize = 5_000;
/// A mail about a request is worth sending this long.
pub(crate) const MAIL_GOOD_FOR: SignedDuration = SignedDuration::from_hours(72);

/// Messages from one network address: room for a school or a library behind it.
const BY_ADDRESS: Limit = Limit {
    free: 10,
    first_seconds: 120,
    cap_seconds: 1_800,
    memory_seconds: 3_600,
    reason: Reason::Address,
};
/// Codes sent to one mailbox without a proof of work: the form must not serve to flood somebody.
const BY_MAILBOX: Limit = Limit {
    free: 3,
    first_seconds: 900,
    cap_seconds: 7_200,
    memory_seconds: 86_400,
    reason: Reason::Account,
};

/// The form as typed.
#[derive(Debug, Clone, Default)]
pub struct ContactForm {
    /// Last name.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// Address.
    pub email: String,
    /// Telephone, may be empty.
    pub telephone: String,
    /// Subject.
    pub objet: String,
    /// Message.
    pub message: String,
    /// Proof of work, empty without JavaScript.
    pub altcha: String,
    /// A field that people do not see.
    pub leurre: String,
}

/// A message that can be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contact {
    /// Kind of the request that it becomes.
    #[serde(default = "kind", skip)]
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) phone: Option<String>,
    pub(crate) subject: String,
    pub(crate) message: String,
}

fn kind() -> &'static str {
    "contact"
}

impl ContactForm {
    pub(crate) fn parse(&self) -> Result<Contact, Error> {
        let mut problems = Problems::default();
        let mut line = |field, text: &str, label: &str, max| {
            problems.take(field, Line::parse(text, max), |e| e.message_fr(label))
        };
        let last = line("nom", &self.nom, "Nom", 80);
        let first = line("prenom", &self.prenom, "Prénom", 80);
        let email = problems.take("email", Email::parse(&self.email), EmailError::message_fr);
        let phone = if self.telephone.trim().is_empty() {
            None
        } else {
            problems.take(
                "telephone",
                Phone::parse(&self.telephone),
                PhoneError::message_fr,
            )
        };
        let subject = problems.take("objet", Line::parse(&self.objet, 120), |e| {
            e.message_fr("Objet")
        });
        let message = problems.take("message", Prose::parse(&self.message, LONGEST), |e| {
            e.message_fr("Message")
        });
        if !self.leurre.is_empty() {
            problems.add("leurre", "Un champ caché de ce formulaire a été rempli, sans doute par un logiciel. Nous l’avons vidé : envoyez de nouveau.");
        }
        match (last, first, email, subject, message) {
            (Some(last), Some(first), Some(email), Some(subject), Some(message))
                if problems.none() =>
            {
                Ok(Contact {
                    kind: kind(),
                    name: format!("{first} {last}"),
                    email: email.as_str().to_owned(),
                    phone: phone.map(|p| p.e164().to_owned()),
                    subject: subject.into_string(),
                    message: message.into_string(),
                })
            }
            _ => Err(problems.into_error()),
        }
    }
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// It is a request; this opens the page with its number.
    Recorded {
        /// Token of the receipt.
        receipt: String,
    },
    /// It waits for the code sent to its sender.
    Waits {
        /// Which.
        id: Uuid,
    },
}

/// Sends a message to the town hall.
pub async fn send(cx: &Cx, form: &ContactForm) -> Result<Sent, Error> {
    let contact = form.parse()?;
    let head = Letterhead::load(cx).await?;
    let address = address_key(&cx.address);
    let proof = match form.altcha.trim() {
        // Whoever is logged in and writes from the address of the account has proved the mailbox before.
        "" if is_own(cx, &contact.email) => None,
        "" => return confirm::wait(cx, contact, head, address).await,
        text => {
            let proof = proof::check(cx, text)?;
            Some(proof.map_err(|bad| Error::field("altcha", bad.message_fr()))?)
        }
    };
    let record = Record {
        contact,
        head,
        proof,
        address,
    };
    let id = cx.write(record).await?;
    Ok(Sent::Recorded {
        receipt: receipt_token(cx, id),
    })
}

fn is_own(cx: &Cx, email: &str) -> bool {
    let mine = cx.caller.account().map(|me| key_of(&me.email));
    mine.is_ok_and(|key| key == key_of(email))
}

/// What is needed to write in the commune's name.
#[derive(Debug, Clone)]
pub(crate) struct Letterhead {
    pub(crate) card: CommuneCard,
    pub(crate) zone: TimeZone,
    pub(crate) days: i64,
    pub(crate) service: ServiceContact,
    /// What silence means, where the law or the commune says so: `accepted` or `refused`.
    pub(crate) silence: String,
}

impl Letterhead {
    pub(crate) async fn load(cx: &Cx) -> Result<Self, Error> {
        let portal = portal::get(&mut cx.read().await?).await?;
        let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Ok(Self {
            card: portal::card(cx, &portal),
            zone: portal.zone(),
            days: portal.answer_days,
            service: ServiceContact {
                name: portal.town_hall.clone(),
                phone: filled(&portal.phone),
                email: filled(&portal.email),
            },
            silence: String::new(),
        })
    }

    /// What follows when nobody answers within two months (CRPA, articles L231-1 and R112-5); empty where nothing does.
    pub(crate) fn silence_fr(&self, at: Timestamp) -> String {
        let day = at
            .to_zoned(self.zone.clone())
            .date()
            .saturating_add(2.months());
        let day = french::day_year(day);
        match self.silence.as_str() {
            "accepted" => format!(
                "Sans réponse de notre part avant le {day}, votre demande sera acceptée ; vous pourrez alors demander une attestation (CRPA, article L232-3)."
            ),
            "refused" => format!(
                "Sans réponse de notre part avant le {day}, votre demande sera considérée comme refusée. Vous aurez alors deux mois pour saisir le tribunal administratif (CRPA, article L231-4)."
            ),
            _ => String::new(),
        }
    }

    pub(crate) fn contact_url(&self) -> String {
        format!("{}/contact", self.card.portal_url)
    }

    pub(crate) fn write(&self, mail: &impl Mail) -> Result<Rendered, Error> {
        mail.render(&self.card)
            .map_err(|e| StoreError::Internal(format!("mail: {e}")).into())
    }
}

struct Record {
    contact: Contact,
    head: Letterhead,
    /// Absent when the writer is logged in.
    proof: Option<Proof>,
    address: Option<[u8; 32]>,
}

impl Command for Record {
    const NAME: &'static str = "contact.record";
    type Answer = Uuid;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Uuid, Error> {
        match &self.proof {
            Some(proof) if !proof.use_once(tx).await? => {
                return Err(Error::field("altcha", USED_FR));
            }
            _ => {}
        }
        // What no proof slows down is counted by account as well.
        let account = tx.actor().id.filter(|_| self.proof.is_none());
        let account = account.map(|id| throttle_key("contact account", &id.to_string()));
        throttled(tx, &[(self.address, BY_ADDRESS), (account, BY_ADDRESS)]).await?;
        let id = tx.new_id();
        record(tx, id, &self.contact, &self.head).await?;
        Ok(id)
    }
}

/// The message becomes a request: number, first message of the thread, acknowledgement, journal. Gives the number.
pub(crate) async fn record(
    tx: &mut Tx,
    id: Uuid,
    contact: &Contact,
    head: &Letterhead,
) -> Result<String, Error> {
    record_with(tx, id, contact, &[], head).await
}

/// The same, with files that came with it.
pub(crate) async fn record_with(
    tx: &mut Tx,
    id: Uuid,
    contact: &Contact,
    files: &[File],
    head: &Letterhead,
) -> Result<String, Error> {
    let at = tx.at();
    let number = next_number(tx, at, &head.zone).await?;
    let due_at = due(at, &head.zone, head.days)?;
    let phone = contact.phone.as_deref();
    let search = search_text(
        &number,
        &contact.name,
        &contact.email,
        &contact.subject,
        phone,
    );
    let new = request::NewRequest {
        id,
        number: &number,
        kind: contact.kind,
        subject: &contact.subject,
        requester_name: &contact.name,
        requester_email: &contact.email,
        requester_phone: phone,
        site_id: None,
        due_at,
        search: &search,
    };
    request::insert(tx, &new).await?;
    let writer = tx.actor();
    if let Some(account) = writer.id.filter(|_| writer.kind == "account") {
        account::own_request(tx, id, account).await?;
    }
    let said = request::Said {
        author_kind: "requester",
        author_id: None,
        author_name: &contact.name,
        body: &contact.message,
        mail_id: None,
    };
    request::say_with(tx, id, &said, files).await?;
    let acknowledgement = ContactAcknowledgement {
        to: Addressee {
            civility: None,
            name: contact.name.clone(),
        },
        zone: Zone::Commune,
        number: number.clone(),
        received_at: french::instant_year(at, &head.zone),
        service: head.service.clone(),
        subject: contact.subject.clone(),
        message: contact.message.clone(),
        silence: head.silence_fr(at),
        answer_by: french::day_year(due_at.to_zoned(head.zone.clone()).date()),
        contact_url: head.contact_url(),
    };
    let post = Post {
        kind: ContactAcknowledgement::NAME,
        to_name: &contact.name,
        to_address: &contact.email,
        rendered: head.write(&acknowledgement)?,
        about: Some((KIND, id)),
        good_for: MAIL_GOOD_FOR,
    };
    outbox::post(tx, post).await?;
    // The journal is never erased: it keeps the number and the state, not who wrote what.
    let after = serde_json::json!({ "state": "submitted" });
    let change = journal::Change {
        action: "created",
        kind: KIND,
        id: id.to_string(),
        name: &number,
        before: None,
        after: Some(&after),
    };
    journal::note(tx, change).await?;
    Ok(number)
}

async fn next_number(tx: &mut Tx, at: Timestamp, zone: &TimeZone) -> Result<String, Error> {
    let year = at.to_zoned(zone.clone()).year();
    let sequence = counter::next(tx, &format!("request-{year}")).await?;
    let sequence = u32::try_from(sequence).unwrap_or_default();
    let number = PublicNumber::new(Prefix::Request, year, sequence)
        .map_err(|e| StoreError::Internal(format!("number of a request: {e}")))?;
    Ok(number.to_string())
}

/// What a request is found by.
pub(crate) fn search_text(
    number: &str,
    name: &str,
    email: &str,
    subject: &str,
    phone: Option<&str>,
) -> String {
    let phone = phone
        .and_then(|p| Phone::parse(p).ok())
        .map(|p| p.display().split_whitespace().collect::<String>())
        .unwrap_or_default();
    folded(&format!("{number} {name} {email} {subject} {phone}"))
}

/// Counts a message under each key, or says until when to wait.
pub(crate) async fn throttled(
    tx: &mut Tx,
    limits: &[(Option<[u8; 32]>, Limit)],
) -> Result<(), Error> {
    let now = tx.at();
    let mut verdict = Verdict::Allowed;
    let mut counts = Vec::new();
    for (key, limit) in limits.iter().filter_map(|(key, l)| key.map(|k| (k, l))) {
        let (sent, last) = throttle::get(tx, key).await?.unwrap_or((0, now));
        let sent = if limit.counts_anew(last, now) {
            0
        } else {
            sent
        };
        let so_far = u32::try_from(sent).unwrap_or(u32::MAX);
        verdict = verdict.and(limit.verdict(so_far, last, now));
        counts.push((key, sent + 1));
    }
    if let Verdict::Wait { until, .. } = verdict {
        return Err(Error::TooMany(until));
    }
    for (key, count) in counts {
        throttle::set(tx, key, count).await?;
    }
    Ok(())
}

pub(crate) fn throttle_key(what: &str, whom: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(what)
        .chain_update([0])
        .chain_update(whom)
        .finalize()
        .into()
}

/// One household has a whole /64 of IPv6.
pub(crate) fn address_key(address: &str) -> Option<[u8; 32]> {
    let network = match address.parse().ok()? {
        std::net::IpAddr::V4(v4) => v4.to_string(),
        std::net::IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.to_string(),
            None => format!("{:?}", &v6.segments()[..4]),
        },
    };
    Some(throttle_key("contact", &network))
}
