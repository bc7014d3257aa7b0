//! Sign-ups that wait for their confirmation, as agents see them: whether the mail arrived, and what helps when it did
//! not: sending it again, correcting the address, activating after checking who it is.

use preau_rules::{email::Email, permission::Right, subscriber_code::stored_key};
use preau_store::{
    Command, Tx,
    tables::{
        account,
        journal::{self, Entry},
        mail::{self, Delivery},
        sign_up::{self, SignUp},
    },
};
use uuid::Uuid;

use super::block::{note_why, reason};
use crate::{
    Caller, Cx, Error,
    citizen::{
        self, activation,
        signup::{FORGOTTEN_AFTER, Mailing, until},
        to_of,
    },
    contact::Letterhead,
    mail::{AccountActivated, Mail as _, Zone},
    outbox::{self, Post},
    search::Query,
};

/// What the journal and mails call a sign-up.
pub const KIND: &str = "sign_up";
/// Sign-ups that are looked at: each is forgotten after a week.
const MOST: i64 = 2_000;
/// Sign-ups on the page.
const SHOWN: usize = 50;
/// Mails shown of one sign-up.
const MAILS: i64 = 20;

/// A sign-up that waits.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Which.
    pub id: Uuid,
    /// First and last name.
    pub name: String,
    /// Address.
    pub email: String,
    /// When the form was sent.
    pub created_at: jiff::Timestamp,
    /// Link and code are good until then; it may be past.
    pub expires_at: jiff::Timestamp,
    /// A code abonné was typed.
    pub with_code: bool,
    /// What became of the latest mail.
    pub mail: Option<Delivery>,
}

impl Waiting {
    fn new(up: SignUp, mail: Option<Delivery>) -> Self {
        Self {
            id: up.id,
            name: format!("{} {}", up.first_name, up.last_name),
            email: up.email,
            created_at: up.created_at,
            expires_at: up.expires_at,
            with_code: up.pending_code.is_some(),
            mail,
        }
    }

    /// When it is forgotten unless it is confirmed.
    #[must_use]
    pub fn forgotten_at(&self) -> jiff::Timestamp {
        let end = self.created_at.checked_add(FORGOTTEN_AFTER);
        end.unwrap_or(jiff::Timestamp::MAX)
    }
}

fn matches(up: &SignUp, query: &Query, key: Option<&str>) -> bool {
    let words = format!("{} {} {}", up.first_name, up.last_name, up.email);
    let code = up.pending_code.as_deref().and_then(stored_key);
    query.finds(&words) || key.is_some_and(|key| code.as_deref() == Some(key))
}

/// Sign-ups that wait, by name, address or the code abonné that was typed, the latest first.
pub(super) async fn search(tx: &mut Tx, typed: &str) -> Result<Vec<Waiting>, Error> {
    let (query, key) = (Query::parse(typed), stored_key(typed));
    let all = sign_up::pending(tx, MOST).await?;
    let found = all
        .into_iter()
        .filter(|up| matches(up, &query, key.as_deref()));
    let found: Vec<SignUp> = found.take(SHOWN).collect();
    let ids: Vec<Uuid> = found.iter().map(|up| up.id).collect();
    let mails = mail::deliveries(tx, KIND, &ids, 1).await?;
    let each = found.into_iter().zip(mails);
    Ok(each
        .map(|(up, mails)| Waiting::new(up, mails.into_iter().next()))
        .collect())
}

/// The page of a sign-up.
#[derive(Debug, Clone)]
pub enum Page {
    /// It waits.
    Waits {
        /// Which.
        waiting: Box<Waiting>,
        /// Its mails, the latest first.
        mails: Vec<Delivery>,
        /// The account that has this address already.
        known: Option<Uuid>,
        /// What happened to it, the latest first.
        journal: Vec<Entry>,
    },
    /// It became this account.
    Confirmed(Uuid),
}

/// One sign-up.
pub async fn get(cx: &Cx, id: Uuid) -> Result<Page, Error> {
    cx.caller.require(Right::Accounts)?;
    let mut tx = cx.read().await?;
    let up = sign_up::get(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if let Some(account) = up.account_id {
        return Ok(Page::Confirmed(account));
    }
    let mails = mail::deliveries(&mut tx, KIND, &[id], MAILS).await?;
    let mails: Vec<Delivery> = mails.into_iter().flatten().collect();
    let known = account::by_email(&mut tx, &up.email_key).await?;
    Ok(Page::Waits {
        journal: journal::of_object(&mut tx, KIND, &id.to_string(), 30).await?,
        known: known.map(|account| account.id),
        waiting: Box::new(Waiting::new(up, mails.first().cloned())),
        mails,
    })
}

/// It waits still, or the reason why nothing is done.
async fn present(tx: &mut Tx, id: Uuid) -> Result<SignUp, Error> {
    let up = sign_up::get(tx, id).await?.ok_or(Error::NotFound)?;
    match up.account_id {
        None => Ok(up),
        Some(_) => Err(Error::Conflict(
            "Cette inscription vient d’être confirmée : le compte est actif.".to_owned(),
        )),
    }
}

async fn note(tx: &mut Tx, action: &str, id: Uuid) -> Result<(), Error> {
    let change = journal::Change::<()> {
        action,
        kind: KIND,
        id: id.to_string(),
        name: "Inscription d’un usager",
        before: None,
        after: None,
    };
    Ok(journal::note(tx, change).await?)
}

struct Resend {
    caller: Caller,
    id: Uuid,
    mailing: Mailing,
}

impl Command for Resend {
    const NAME: &'static str = "account.resend_by_agent";
    type Answer = String;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<String, Error> {
        self.caller.require_now(tx, Right::Accounts).await?;
        let mut up = present(tx, self.id).await?;
        up.expires_at = until(tx.at())?;
        sign_up::sent(tx, up.id, up.expires_at).await?;
        self.mailing.post(tx, &up).await?;
        note(tx, "resent", up.id).await?;
        Ok(up.email)
    }
}

/// Sends the activation mail again, with the same link and code, good for another 48 hours. Gives the address.
pub async fn resend(cx: &Cx, id: Uuid) -> Result<String, Error> {
    cx.caller.require(Right::Accounts)?;
    let up = present(&mut cx.read().await?, id).await?;
    let resend = Resend {
        caller: cx.caller.clone(),
        id,
        mailing: Mailing::new(cx, id, &up.email_key).await?,
    };
    cx.write(resend).await
}

struct Readdress {
    caller: Caller,
    id: Uuid,
    email: Email,
    mailing: Mailing,
}

impl Command for Readdress {
    const NAME: &'static str = "account.readdress_by_agent";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::Accounts).await?;
        let before = present(tx, self.id).await?;
        let key = self.email.key();
        if before.email_key == key {
            return Err(Error::field(
                "email",
                "C’est déjà l’adresse de cette inscription : renvoyez plutôt l’e-mail.",
            ));
        }
        if account::by_email(tx, &key).await?.is_some() {
            return Err(Error::field(
                "email",
                "Cette adresse a déjà un compte : cherchez-le dans la liste des comptes.",
            ));
        }
        let ends = until(tx.at())?;
        let email = (self.email.as_str(), key.as_str());
        if !sign_up::readdress(tx, self.id, email, self.mailing.hashes(), ends).await? {
            return Err(Error::NotFound);
        }
        let up = present(tx, self.id).await?;
        self.mailing.post(tx, &up).await?;
        note(tx, "readdressed", self.id).await
    }
}

/// Corrects the address: the mail goes there, and what went to the other address works no more.
pub async fn readdress(cx: &Cx, id: Uuid, typed: &str) -> Result<(), Error> {
    cx.caller.require(Right::Accounts)?;
    let email = Email::parse(typed).map_err(|e| Error::field("email", e.message_fr()))?;
    let readdress = Readdress {
        caller: cx.caller.clone(),
        id,
        mailing: Mailing::new(cx, id, &email.key()).await?,
        email,
    };
    cx.write(readdress).await
}

struct Activate {
    caller: Caller,
    id: Uuid,
    checked: String,
    head: Letterhead,
}

impl Command for Activate {
    const NAME: &'static str = "account.activate_by_agent";
    type Answer = Uuid;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Uuid, Error> {
        self.caller.require_now(tx, Right::Accounts).await?;
        let up = present(tx, self.id).await?;
        if account::by_email(tx, &up.email_key).await?.is_some() {
            return Err(Error::Conflict(
                "Cette adresse a déjà un compte : corrigez l’adresse, ou aidez la personne à se connecter à ce compte."
                    .to_owned(),
            ));
        }
        let id = activation::create(tx, &up).await?;
        note_why(tx, "identity_checked", (citizen::KIND, id), &self.checked).await?;
        // Whoever owns the mailbox is told: if it is somebody else, they learn that their address was taken.
        let url = &self.head.card.portal_url;
        let mail = AccountActivated {
            to: to_of(&up),
            zone: Zone::Commune,
            login: up.email.clone(),
            login_url: format!("{url}/connexion"),
            contact_url: format!("{url}/contact"),
        };
        let post = Post {
            kind: AccountActivated::NAME,
            to_name: &format!("{} {}", up.first_name, up.last_name),
            to_address: &up.email,
            rendered: self.head.write(&mail)?,
            about: Some((citizen::KIND, id)),
            good_for: crate::contact::MAIL_GOOD_FOR,
        };
        outbox::post(tx, post).await?;
        Ok(id)
    }
}

/// Activates without the mail, after checking who the person is; `typed` says what was checked, and the journal keeps it.
/// Gives the account.
pub async fn activate(cx: &Cx, id: Uuid, typed: &str) -> Result<Uuid, Error> {
    cx.caller.require(Right::Accounts)?;
    let empty = "Indiquez ce que vous avez vérifié, par exemple « carte d’identité vue au guichet » : le journal le garde.";
    let activate = Activate {
        caller: cx.caller.clone(),
        id,
        checked: reason("verification", typed, empty)?,
        head: Letterhead::load(cx).await?,
    };
    cx.write(activate).await
}
