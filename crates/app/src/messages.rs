//! The mails that were written to people, as agents see them: what became of each, and sending one again.

use jiff::SignedDuration;
use preau_rules::{email::Email, permission::Right};
use preau_store::{
    Command, StoreError, Tx,
    tables::{
        job, journal,
        mail::{self, Counts, Mail},
        request::{self, Changed},
    },
};
use uuid::Uuid;

use crate::{
    Caller, Cx, Error,
    contact::search_text,
    outbox::{JOB, SendMail},
    request::KIND,
};

/// Mails on a page.
pub const PAGE: usize = 50;

/// States of a mail with their words, what asks for attention first.
pub const STATES: [(&str, &str); 4] = [
    ("refused", "refusés"),
    ("expired", "périmés"),
    ("queued", "en attente"),
    ("sent", "envoyés"),
];

/// Mails that hold no code and no link that opens anything.
const HARMLESS: [&str; 8] = [
    "contact_acknowledgement",
    "contact_answer",
    "account_already_exists",
    "account_activated",
    "account_blocked",
    "account_closed",
    "password_changed",
    "test_message",
];

/// Mails with a code or a link that opens somebody's access: nobody else may read them, nor have them sent elsewhere. A
/// mail that nobody has thought about yet is one of them.
#[must_use]
pub fn personal(kind: &str) -> bool {
    !HARMLESS.contains(&kind)
}

/// What the mail is, for people.
#[must_use]
pub fn label_fr(kind: &str) -> &'static str {
    match kind {
        "contact_confirm" => "Code de confirmation",
        "contact_acknowledgement" => "Accusé de réception",
        "contact_answer" => "Réponse",
        "agent_invitation" => "Invitation d’un agent",
        "agent_password_reset" => "Nouveau mot de passe d’un agent",
        "agent_new_session" => "Nouvelle connexion d’un agent",
        "account_confirmation" => "Activation d’un compte",
        "account_already_exists" => "Compte déjà existant",
        "account_activated" => "Compte activé par la mairie",
        "account_blocked" => "Compte bloqué",
        "account_closed" => "Compte supprimé",
        "password_reset" => "Mot de passe oublié",
        "password_changed" => "Mot de passe changé",
        "email_change_confirm" => "Changement d’adresse",
        "login_link" => "Lien de connexion",
        "subscriber_code" => "Code abonné",
        "someone_subscribed" => "Nouveau rattachement à une famille",
        "test_message" => "Message d’essai",
        _ => "Message",
    }
}

/// A page of mails in one state.
#[derive(Debug, Clone)]
pub struct Box {
    /// Newest first.
    pub mails: Vec<Mail>,
    /// Where the next page starts.
    pub next: Option<Uuid>,
    /// How many in each state.
    pub counts: Counts,
}

/// Mails in a state, older than `before`.
pub async fn list(cx: &Cx, state: &str, before: Option<Uuid>) -> Result<Box, Error> {
    cx.caller.require(Right::Messages)?;
    let mut tx = cx.read().await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut mails = mail::in_state(&mut tx, state, before, limit).await?;
    let more = mails.len() > PAGE;
    mails.truncate(PAGE);
    Ok(Box {
        next: mails.last().filter(|_| more).map(|m| m.id),
        mails,
        counts: mail::counts(&mut tx).await?,
    })
}

/// A mail as its page shows it.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The mail. Its text is empty when the agent may not read it.
    pub mail: Mail,
    /// The agent may read it.
    pub readable: bool,
    /// The agent may have it sent to another address.
    pub correctable: bool,
    /// Number of the request it is about, when the agent may see that one.
    pub request: Option<String>,
}

/// One mail.
pub async fn open(cx: &Cx, id: Uuid) -> Result<Opened, Error> {
    cx.caller.require(Right::Messages)?;
    let mut tx = cx.read().await?;
    let mut found = mail::get(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let about = match (found.about_kind.as_deref(), found.about_id) {
        (Some(KIND), Some(id)) => request::get(&mut tx, id).await?,
        _ => None,
    };
    let may_see = |r: &request::Request| cx.caller.require_at(Right::Requests, r.site_id).is_ok();
    let of_others = about.as_ref().is_some_and(|r| !may_see(r));
    let readable = !personal(&found.kind) && !of_others;
    if !readable {
        found.text.clear();
        found.html.clear();
    }
    Ok(Opened {
        correctable: readable,
        readable,
        request: about.filter(may_see).map(|r| r.number),
        mail: found,
    })
}

struct Resend {
    mail: Uuid,
    to: Option<Email>,
    caller: Caller,
}

impl Command for Resend {
    const NAME: &'static str = "mail.send_again";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::Messages).await?;
        let found = mail::get(tx, self.mail).await?.ok_or(Error::NotFound)?;
        let at = tx.at();
        if personal(&found.kind) && found.expires_at <= at {
            return Err(Error::Conflict(
                "Le code ou le lien de ce message n’est plus valable : il faut en demander un nouveau.".to_owned(),
            ));
        }
        let to = self
            .to
            .as_ref()
            .map_or(found.to_address.as_str(), Email::as_str);
        let expires_at = if personal(&found.kind) {
            found.expires_at
        } else {
            at.checked_add(SignedDuration::from_hours(72))
                .map_err(|e| StoreError::Internal(e.to_string()))?
        };
        if !mail::requeue(tx, found.id, to, expires_at).await? {
            return Err(Error::Conflict(
                "Ce message est déjà parti, ou attend son tour.".to_owned(),
            ));
        }
        job::enqueue(tx, JOB, &SendMail { mail: found.id }, at, Some(expires_at)).await?;
        if to != found.to_address {
            correct(tx, &self.caller, &found, to).await?;
        }
        let old = serde_json::json!({ "address": found.to_address });
        let new = serde_json::json!({ "address": to });
        let change = journal::Change {
            action: "resent",
            kind: "mail",
            id: found.id.to_string(),
            name: label_fr(&found.kind),
            before: Some(&old),
            after: Some(&new),
        };
        Ok(journal::note(tx, change).await?)
    }
}

/// The request that the mail is about gets the corrected address, so that the next answer arrives too.
async fn correct(tx: &mut Tx, caller: &Caller, found: &Mail, to: &str) -> Result<(), Error> {
    if personal(&found.kind) {
        return Err(Error::Forbidden(Right::Messages.label_fr()));
    }
    let (Some(KIND), Some(id)) = (found.about_kind.as_deref(), found.about_id) else {
        return Ok(());
    };
    let Some(request) = request::get(tx, id).await? else {
        return Ok(());
    };
    crate::request::may_now(tx, caller, Right::Requests, request.site_id).await?;
    if request.requester_email != found.to_address {
        return Ok(());
    }
    let phone = request.requester_phone.as_deref();
    let search = search_text(
        &request.number,
        &request.requester_name,
        to,
        &request.subject,
        phone,
    );
    request::readdress(tx, id, to, &search).await?;
    let unchanged = Changed {
        state: &request.state,
        assigned_to: request.assigned_to,
        due_at: request.due_at,
        closed_at: request.closed_at,
    };
    request::change(tx, id, request.version, &unchanged).await?;
    let old = serde_json::json!({ "address": found.to_address });
    let new = serde_json::json!({ "address": to });
    let change = journal::Change {
        action: "readdressed",
        kind: KIND,
        id: id.to_string(),
        name: &request.number,
        before: Some(&old),
        after: Some(&new),
    };
    Ok(journal::note(tx, change).await?)
}

/// Sends a refused or expired mail again; to a corrected address when one is given.
pub async fn resend(cx: &Cx, mail: Uuid, corrected: &str) -> Result<(), Error> {
    cx.caller.require(Right::Messages)?;
    let to = match corrected.trim() {
        "" => None,
        typed => Some(Email::parse(typed).map_err(|e| Error::field("adresse", e.message_fr()))?),
    };
    let caller = cx.caller.clone();
    cx.write(Resend { mail, to, caller }).await
}
