//! Another address: confirmed at the old one, so that nobody takes the account away, and at the new one, so that it is
//! its owner's.

use preau_rules::{email::Email, french};
use preau_store::{
    Command, Tx,
    tables::account::{self, Account, Link},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    BY_ADDRESS, BY_MAILBOX,
    link::{Purpose, Secret, clean, usable},
    note, password, search_text,
};
use crate::{
    Caller, Cx, Error,
    contact::{Letterhead, address_key, throttle_key, throttled},
    mail::{EmailChangeConfirm, Mail, Zone},
    outbox::{self, Post},
    throttle::Try,
    token_hash,
};

struct Ask {
    caller: Caller,
    tries: Try,
    email: String,
    key: String,
    old: (Uuid, Secret),
    new: (Uuid, Secret),
    head: Letterhead,
    address: Option<[u8; 32]>,
}

impl Ask {
    async fn send(
        &self,
        tx: &mut Tx,
        account: &Account,
        purpose: Purpose,
        address: &str,
    ) -> Result<(), Error> {
        let (id, secret) = match purpose {
            Purpose::EmailOld => &self.old,
            _ => &self.new,
        };
        let row = Link {
            email: Some(self.email.clone()),
            ..purpose.row(tx, *id, account.id, secret)
        };
        account::add_link(tx, &row, secret.token_hash).await?;
        let mail = EmailChangeConfirm {
            to: super::to(account),
            zone: Zone::Commune,
            old_email: account.email.clone(),
            new_email: self.email.clone(),
            link: format!(
                "{}/mon-compte/adresse?id={}",
                self.head.card.portal_url, secret.token
            ),
            valid_until: french::instant_year(row.expires_at, &self.head.zone),
        };
        let post = Post {
            kind: EmailChangeConfirm::NAME,
            to_name: &account.full_name(),
            to_address: address,
            rendered: self.head.write(&mail)?,
            about: Some((super::KIND, account.id)),
            good_for: purpose.life(),
        };
        outbox::post(tx, post).await?;
        Ok(())
    }
}

impl Command for Ask {
    const NAME: &'static str = "account.ask_email";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let account = super::mine(tx, &self.caller).await?;
        let mailbox = Some(throttle_key("email change", &self.key));
        throttled(tx, &[(self.address, BY_ADDRESS), (mailbox, BY_MAILBOX)]).await?;
        self.tries.succeeded(tx).await?;
        self.send(tx, &account, Purpose::EmailOld, &account.email)
            .await?;
        // An address that has an account gets nothing: the change ends without effect, and nobody learns why.
        if account::by_email(tx, &self.key).await?.is_none() {
            self.send(tx, &account, Purpose::EmailNew, &self.email)
                .await?;
        } else {
            account::cancel_links(tx, account.id, Purpose::EmailNew.code()).await?;
        }
        note(tx, "email_change_asked", account.id).await
    }
}

/// Asks for another address: both mailboxes get a link.
pub async fn ask(cx: &Cx, typed: &str, current_password: &str) -> Result<(), Error> {
    let me = super::me(cx).await?;
    let email = Email::parse(typed).map_err(|e| Error::field("email", e.message_fr()))?;
    let key = email.key();
    if key == me.email_key {
        return Err(Error::field(
            "email",
            "C’est déjà l’adresse de votre compte.",
        ));
    }
    let tries = password::confirm(cx, "mot_de_passe_adresse", current_password).await?;
    let (old, new) = (cx.app.entropy.id(cx.at), cx.app.entropy.id(cx.at));
    let ask = Ask {
        caller: cx.caller.clone(),
        tries,
        old: (old, Secret::of(cx, Purpose::EmailOld.code(), old, &key)?),
        new: (new, Secret::of(cx, Purpose::EmailNew.code(), new, &key)?),
        email: email.as_str().to_owned(),
        key,
        head: Letterhead::load(cx).await?,
        address: address_key(&cx.address),
    };
    cx.write(ask).await
}

/// A change that waits, for the account's page.
pub async fn pending(cx: &Cx) -> Result<Option<String>, Error> {
    let id = cx.caller.account()?.id;
    let links = account::links(&mut cx.read().await?, id).await?;
    let waits = |l: &Link| {
        l.purpose == Purpose::EmailOld.code() && l.expires_at > cx.at && l.email.is_some()
    };
    let old = links.into_iter().find(waits);
    Ok(old.and_then(|l| l.email))
}

/// What a link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The address now.
    pub old: String,
    /// The address to be.
    pub new: String,
}

/// The change behind a link; nothing when it works no more.
pub async fn behind_link(cx: &Cx, token: &str) -> Result<Option<Change>, Error> {
    let mut tx = cx.read().await?;
    let found = account::link_by_token(&mut tx, token_hash(&clean(token))).await?;
    let Some(link) = found.filter(|l| l.used_at.is_none() && l.expires_at > cx.at) else {
        return Ok(None);
    };
    let account = account::get(&mut tx, link.account_id).await?;
    Ok(account.zip(link.email).map(|(account, new)| Change {
        old: account.email,
        new,
    }))
}

/// What a confirmation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confirmed {
    /// Both are confirmed: the address is the new one.
    Changed,
    /// The other mailbox is to confirm too.
    OneMore,
    /// The link works no more.
    Gone,
}

struct Confirm([u8; 32]);

impl Command for Confirm {
    const NAME: &'static str = "account.confirm_email";
    type Answer = Confirmed;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Confirmed, Error> {
        let Some(link) = account::link_by_token(tx, self.0).await? else {
            return Ok(Confirmed::Gone);
        };
        let purpose = match link.purpose.as_str() {
            "email_old" => Purpose::EmailOld,
            "email_new" => Purpose::EmailNew,
            _ => return Ok(Confirmed::Gone),
        };
        let Some((link, account)) = usable(tx, Some(link), purpose).await? else {
            return Ok(Confirmed::Gone);
        };
        account::use_link(tx, link.id).await?;
        let both = account::links(tx, account.id).await?;
        let used = |purpose: Purpose| {
            both.iter().any(|l| {
                l.purpose == purpose.code() && l.used_at.is_some() && l.email == link.email
            })
        };
        if !(used(Purpose::EmailOld) && used(Purpose::EmailNew)) {
            return Ok(Confirmed::OneMore);
        }
        let email = link.email.unwrap_or_default();
        let key = crate::login::key_of(&email);
        if account::by_email(tx, &key).await?.is_some() {
            return Ok(Confirmed::Gone);
        }
        let search = search_text(&account.first_name, &account.last_name, &email);
        // What was asked from the old address stays with the account.
        account::claim_requests(tx, account.id, &account.email_key).await?;
        account::set_email(tx, account.id, (&email, &key), &search).await?;
        for purpose in [
            Purpose::EmailOld,
            Purpose::EmailNew,
            Purpose::Password,
            Purpose::LogIn,
        ] {
            account::cancel_links(tx, account.id, purpose.code()).await?;
        }
        note(tx, "email_changed", account.id).await?;
        Ok(Confirmed::Changed)
    }
}

/// Confirms at one of the two mailboxes.
pub async fn confirm(cx: &Cx, token: &str) -> Result<Confirmed, Error> {
    cx.write(Confirm(token_hash(&clean(token)))).await
}
