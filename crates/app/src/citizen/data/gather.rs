//! Looks everything up, in one reader, so that it holds together.

use preau_rules::{
    attendance::Mark,
    civility::Civility,
    dossier::{FIELDS, Theme, Who},
};
use preau_store::{
    Tx,
    tables::{
        account::{self, Account},
        attendance, enrolment, invoice, invoice_reference, journal, mail, receipt, request,
        session, subscriber_code,
        subscription::{self, Past},
    },
};
use uuid::Uuid;

use super::held::{
    Attendance, Booking, Child, Conditions, Enrolment, Fact, Family, Guardian, Held, Identity,
    Invoice, Line, Mail, Message, Request, Session, Subscription, UsedCode,
};
use crate::{
    Cx, Error, citizen,
    dossier::{self, Dossier, Member},
    family::{self, members},
    legal,
    mail::{
        AccountAlreadyExists, AccountClosed, ContactAcknowledgement, ContactAnswer, Mail as _,
        PasswordChanged,
    },
    planning, portal,
    request::State,
    session::device,
    subscription::{formal, how_fr},
};

/// Requests in the archive at most.
const REQUESTS: i64 = 10_000;

/// Mails without a link or a code that opens something.
const PLAIN: [&str; 5] = [
    AccountAlreadyExists::NAME,
    AccountClosed::NAME,
    ContactAcknowledgement::NAME,
    ContactAnswer::NAME,
    PasswordChanged::NAME,
];

/// Everything about the caller.
pub(super) async fn all(cx: &Cx) -> Result<Held, Error> {
    let mut tx = cx.read().await?;
    let me = citizen::mine(&mut tx, &cx.caller).await?;
    let portal = portal::get(&mut tx).await?;
    let card = portal::card(cx, &portal);
    let past = subscription::history(&mut tx, me.id).await?;
    let used = subscriber_code::used_by(&mut tx, me.id).await?;
    let dossiers = dossier::mine(cx).await?;
    Ok(Held {
        made_at: cx.at,
        commune: card.name,
        portal: card.portal_url,
        conditions: conditions(cx, &mut tx, &me).await?,
        families: families(&mut tx, &past, &dossiers).await?,
        requests: requests(&mut tx, &me).await?,
        sessions: sessions(&mut tx, me.id).await?,
        mails: mails(&mut tx, &me).await?,
        journal: lines(&mut tx, me.id).await?,
        subscriptions: past.into_iter().map(tied).collect(),
        subscriber_codes: used
            .into_iter()
            .map(|(code, used_at)| UsedCode { code, used_at })
            .collect(),
        account: identity(me),
    })
}

fn identity(me: Account) -> Identity {
    let civility = Civility::parse_optional(&me.civility).ok().flatten();
    Identity {
        civility: civility.map_or(me.civility, |c| c.label_fr().to_owned()),
        email: me.email,
        first_name: me.first_name,
        last_name: me.last_name,
        created_at: me.created_at,
        last_seen_at: me.last_seen_at,
        blocked_at: me.blocked_at,
        pending_subscriber_code: me.pending_code,
    }
}

async fn conditions(cx: &Cx, tx: &mut Tx, me: &Account) -> Result<Conditions, Error> {
    let shown = legal::shown(cx, tx, "conditions").await?;
    let versions = legal::versions(cx, tx, &shown).await?;
    let accepted = versions.into_iter().find(|v| v.version == me.terms_version);
    Ok(Conditions {
        version: me.terms_version,
        accepted_at: me.terms_accepted_at,
        text: accepted.map(|v| v.body),
    })
}

fn tied(past: Past) -> Subscription {
    Subscription {
        family: past.name,
        reference: past.reference,
        how: how_fr(&past.how).to_owned(),
        since: past.since,
        ended_at: past.ended_at,
        ended_by: past
            .ended_by
            .map(|who| if who == "usager" { "vous" } else { "la mairie" }),
    }
}

fn booking(change: receipt::Change) -> Booking {
    Booking {
        done: planning::done_fr(&change.before, &change.after),
        receipt: change.number,
        at: change.at,
        by: change.by_name,
        reason: change.reason,
        child: change.child,
        day: change.day,
        activity: change.activity,
        unit: change.unit,
    }
}

fn marked_fr(one: attendance::Marked) -> Attendance {
    Attendance {
        child: one.first_name,
        day: one.day,
        activity: one.activity,
        unit: one.unit,
        site: one.site,
        mark: Mark::parse(&one.mark).map_or("", Mark::label_fr),
        arrived: one.arrived,
        departed: one.departed,
        at: one.at,
        by: one.by_name,
    }
}

/// The families of today; who was tied yesterday sees nothing of them any more.
async fn families(tx: &mut Tx, past: &[Past], dossiers: &[Dossier]) -> Result<Vec<Family>, Error> {
    let now: Vec<&Past> = past.iter().filter(|p| p.ended_at.is_none()).collect();
    let ids: Vec<Uuid> = now.iter().map(|p| p.family_id).collect();
    let (mut guardians, mut children) = members(tx, &ids).await?;
    let mut out = Vec::new();
    // A handful at most.
    for past in now {
        let guardians = guardians.remove(&past.family_id).unwrap_or_default();
        let children = children.remove(&past.family_id).unwrap_or_default();
        let invoices = invoice_reference::of_family(tx, past.family_id).await?;
        let bookings = receipt::history(tx, past.family_id).await?;
        let marked = attendance::of_family(tx, past.family_id).await?;
        let (billed, payments) = invoice::history(tx, past.family_id).await?;
        let enrolled = enrolment::list(tx, past.family_id).await?;
        let file = dossiers.iter().find(|d| d.family.id == past.family_id);
        out.push(Family {
            enrolments: enrolled
                .into_iter()
                .map(|e| Enrolment {
                    child: children
                        .iter()
                        .find(|c| c.id == e.child_id)
                        .map(|c| c.first_name.clone())
                        .unwrap_or_default(),
                    activity: e.activity,
                    site: e.site,
                    first_on: e.first_on,
                    last_on: e.last_on,
                })
                .collect(),
            bookings: bookings.into_iter().map(booking).collect(),
            attendances: marked.into_iter().map(marked_fr).collect(),
            billed,
            payments,
            facts: file.map_or_else(Vec::new, |file| facts(file, past.guardian_id)),
            name: past.name.clone(),
            reference: past.reference.clone(),
            guardians: guardians
                .into_iter()
                .map(|g| {
                    let is_you = past.guardian_id == Some(g.id);
                    Guardian {
                        name: formal(&g),
                        is_you,
                        email: g.email.filter(|_| is_you),
                        phone: g.phone.filter(|_| is_you),
                    }
                })
                .collect(),
            children: children
                .into_iter()
                .map(|c| Child {
                    first_name: c.first_name,
                    last_name: c.last_name,
                    born_on: c.born_on,
                    sex: c.sex,
                })
                .collect(),
            invoices: invoices
                .into_iter()
                .map(|i| Invoice {
                    reference: i.reference,
                    emission: i.code_emission,
                    amount: i.montant,
                })
                .collect(),
        });
    }
    Ok(out)
}

/// What a file holds of the account's owner and of the children; names and birth dates are told already.
fn facts(file: &Dossier, me: Option<Uuid>) -> Vec<Fact> {
    let ours = file
        .members
        .iter()
        .filter(|m| m.who == Who::Child || Some(m.id) == me);
    let of = |member: &Member| -> Vec<Fact> {
        let known = FIELDS.iter().filter(|f| f.theme != Theme::Identity);
        known
            .filter_map(|field| {
                Some(Fact {
                    of: member.name(),
                    theme: field.theme.label_fr(),
                    label: field.label,
                    value: field.kind.shown(member.value(field)?),
                })
            })
            .collect()
    };
    ours.flat_map(of).collect()
}

async fn requests(tx: &mut Tx, me: &Account) -> Result<Vec<Request>, Error> {
    let mine = account::requests(tx, me.id, &me.email_key, REQUESTS).await?;
    let ids: Vec<Uuid> = mine.iter().map(|r| r.id).collect();
    let whole = request::whole(tx, &ids).await?;
    let one = |(found, said): (request::Request, Vec<request::Message>)| Request {
        number: found.number,
        subject: found.subject,
        state: State::of(&found.state).label_fr(),
        name: found.requester_name,
        email: found.requester_email,
        phone: found.requester_phone,
        created_at: found.created_at,
        closed_at: found.closed_at,
        // Notes between agents stay between agents, as on the page of the request.
        messages: said
            .into_iter()
            .filter(|m| m.author_kind != "note")
            .map(|m| Message {
                at: m.at,
                by: m.author_name,
                text: m.body,
            })
            .collect(),
    };
    Ok(whole.into_iter().map(one).collect())
}

async fn sessions(tx: &mut Tx, me: Uuid) -> Result<Vec<Session>, Error> {
    let found = session::every(tx, "account", me).await?;
    let one = |s: session::Past| Session {
        device: device(&s.user_agent),
        user_agent: s.user_agent,
        address: s.address,
        opened_at: s.created_at,
        seen_at: s.seen_at,
        ends_at: s.ended_at.unwrap_or(s.expires_at),
    };
    Ok(found.into_iter().map(one).collect())
}

async fn mails(tx: &mut Tx, me: &Account) -> Result<Vec<Mail>, Error> {
    let found = mail::of_account(tx, me.id, &me.email_key, me.created_at).await?;
    let one = |m: mail::Mail| Mail {
        written_at: m.created_at,
        to: m.to_address,
        subject: m.subject,
        state: match m.state.as_str() {
            "sent" => "envoyé",
            "refused" => "refusé par la messagerie",
            "expired" => "non envoyé, trop tard",
            _ => "en cours d’envoi",
        },
        text: Some(m.text).filter(|_| PLAIN.contains(&m.kind.as_str())),
    };
    Ok(found.into_iter().map(one).collect())
}

async fn lines(tx: &mut Tx, me: Uuid) -> Result<Vec<Line>, Error> {
    let found = journal::of_account(tx, me).await?;
    let one = |entry: journal::Entry| Line {
        at: entry.at,
        by: match entry.actor_kind.as_str() {
            "account" | "visitor" => "vous",
            "agent" => "la mairie",
            _ => "le portail",
        },
        what: what(&entry),
    };
    Ok(found.into_iter().map(one).collect())
}

/// What was done, as the end of a sentence; agents are not named.
fn what(entry: &journal::Entry) -> String {
    let name = &entry.object_name;
    match (entry.object_kind.as_str(), entry.action.as_str()) {
        ("account", "activated") => "inscription confirmée".to_owned(),
        ("account", "password_link_asked") => {
            "lien pour changer de mot de passe demandé".to_owned()
        }
        ("account", "password_changed") => "mot de passe changé".to_owned(),
        ("account", "email_change_asked") => "changement d’adresse demandé".to_owned(),
        ("account", "email_changed") => "adresse changée".to_owned(),
        ("account", "data_exported") => "archive « Mes données » téléchargée".to_owned(),
        ("account", "blocked" | "disabled") => "compte bloqué".to_owned(),
        ("account", "unblocked" | "enabled") => "compte débloqué".to_owned(),
        ("account", "renamed") => "identité modifiée".to_owned(),
        ("session", "opened") => "connexion".to_owned(),
        ("session", "ended") => "session fermée".to_owned(),
        ("session", "ended_others") => "autres sessions fermées".to_owned(),
        ("family", action) => format!("{}, dossier {name}", family::deed_fr(action)),
        ("request", action) => format!("{}, {name}", crate::request::deed_fr(action)),
        (kind, action) => format!("{kind} : {action}"),
    }
}
