//! The outbox: a mail and the job that sends it are written in the transaction that makes them necessary.

use jiff::SignedDuration;
use preau_store::{
    Command, StoreError, Tx,
    tables::{job, journal, mail},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Cx, Error, mail::Rendered};

/// Kind of the job that sends a mail.
pub const JOB: &str = "mail.send";

/// What the job needs.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendMail {
    /// Which mail.
    pub mail: Uuid,
}

/// A mail to be posted.
pub struct Post<'a> {
    /// Which of our mails it is.
    pub kind: &'a str,
    /// Name of who gets it.
    pub to_name: &'a str,
    /// Address of who gets it.
    pub to_address: &'a str,
    /// What is said.
    pub rendered: Rendered,
    /// The thing it is about.
    pub about: Option<(&'static str, Uuid)>,
    /// It is not sent after this time: a code that no longer works helps nobody.
    pub good_for: SignedDuration,
}

/// Writes the mail and the job that sends it.
pub async fn post(tx: &mut Tx, post: Post<'_>) -> Result<Uuid, StoreError> {
    let (id, at) = (tx.new_id(), tx.at());
    let expires_at = at
        .checked_add(post.good_for)
        .map_err(|e| StoreError::Internal(format!("expiry of a mail: {e}")))?;
    let row = mail::Mail {
        id,
        kind: post.kind.to_owned(),
        to_name: post.to_name.to_owned(),
        to_address: post.to_address.to_owned(),
        subject: post.rendered.subject,
        text: post.rendered.text,
        html: post.rendered.html,
        about_kind: post.about.map(|(kind, _)| kind.to_owned()),
        about_id: post.about.map(|(_, id)| id),
        state: "queued".to_owned(),
        attempts: 0,
        last_error: None,
        created_at: at,
        expires_at,
        settled_at: None,
    };
    mail::insert(tx, &row).await?;
    job::enqueue(tx, JOB, &SendMail { mail: id }, at, Some(expires_at)).await?;
    Ok(id)
}

/// How a try to send a mail ended.
#[derive(Debug, Clone)]
pub enum Settled {
    /// The server took it.
    Sent,
    /// The server will never take it; why, in French.
    Refused(String),
    /// Its time was over.
    Expired,
}

/// Notes how a mail ended.
pub struct Settle {
    /// Which.
    pub mail: Uuid,
    /// How.
    pub settled: Settled,
}

impl Command for Settle {
    const NAME: &'static str = "mail.settle";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let (state, error) = match &self.settled {
            Settled::Sent => ("sent", None),
            Settled::Refused(why) => ("refused", Some(why.as_str())),
            Settled::Expired => (
                "expired",
                Some("Le message n’a pas pu partir avant la fin de sa validité."),
            ),
        };
        mail::settle(tx, self.mail, state, error).await?;
        Ok(())
    }
}

/// Notes that a mail is to be tried again.
pub struct Defer {
    /// Which.
    pub mail: Uuid,
    /// What the server said, in French.
    pub error: String,
}

impl Command for Defer {
    const NAME: &'static str = "mail.defer";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        Ok(mail::defer(tx, self.mail, &self.error).await?)
    }
}

struct Resend {
    mail: Uuid,
    to_address: String,
}

impl Command for Resend {
    const NAME: &'static str = "mail.resend";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let before = mail::get(tx, self.mail).await?.ok_or(Error::NotFound)?;
        let at = tx.at();
        let expires_at = at
            .checked_add(SignedDuration::from_hours(72))
            .map_err(|e| StoreError::Internal(e.to_string()))?;
        if !mail::requeue(tx, self.mail, &self.to_address, expires_at).await? {
            return Err(Error::Conflict(
                "Ce message est déjà parti, ou attend son tour.".to_owned(),
            ));
        }
        job::enqueue(tx, JOB, &SendMail { mail: self.mail }, at, Some(expires_at)).await?;
        let change = journal::Change {
            action: "resent",
            kind: "mail",
            id: self.mail.to_string(),
            name: &before.subject,
            before: Some(&before.to_address),
            after: Some(&self.to_address),
        };
        Ok(journal::note(tx, change).await?)
    }
}

/// Sends a refused or expired mail again, perhaps to a corrected address. Rights are asked by the caller's use case.
pub async fn resend(cx: &Cx, mail: Uuid, to_address: String) -> Result<(), Error> {
    cx.write(Resend { mail, to_address }).await
}
