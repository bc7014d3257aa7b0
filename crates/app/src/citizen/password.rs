//! « Mot de passe oublié », and the change of a password by who is logged in.

use preau_rules::french;
use preau_store::{
    Command, Tx,
    tables::{
        account::{self, Account},
        session,
    },
};
use uuid::Uuid;

use super::{
    BY_ADDRESS, BY_MAILBOX,
    link::{Purpose, Secret, clean, usable},
    login::{BY_PASSWORD, coming_in, token_by_code},
    note,
    signup::check_password,
};
use crate::{
    Cx, Error, Problems,
    contact::{Letterhead, address_key, throttle_key, throttled},
    login::key_of,
    mail::{Mail, PasswordChanged, PasswordReset, Zone},
    outbox::{self, Post},
    password, portal,
    throttle::{self, Try},
    token_hash,
};

struct Forgot {
    id: Uuid,
    key: String,
    head: Letterhead,
    secret: Secret,
    address: Option<[u8; 32]>,
}

impl Command for Forgot {
    const NAME: &'static str = "account.forgot_password";
    type Answer = Uuid;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Uuid, Error> {
        let mailbox = Some(throttle_key("forgot", &self.key));
        throttled(tx, &[(self.address, BY_ADDRESS), (mailbox, BY_MAILBOX)]).await?;
        let found = account::by_email(tx, &self.key).await?;
        let Some(account) = found.filter(|a| a.blocked_at.is_none()) else {
            return Ok(self.id);
        };
        let row = Purpose::Password.row(tx, self.id, account.id, &self.secret);
        account::add_link(tx, &row, self.secret.token_hash).await?;
        let mail = PasswordReset {
            to: super::to(&account),
            zone: Zone::Commune,
            asked_at: french::instant_year(tx.at(), &self.head.zone),
            link: format!(
                "{}/mot-de-passe/choisir?id={}",
                self.head.card.portal_url, self.secret.token
            ),
            code: self.secret.code.clone(),
            valid_until: french::instant_year(row.expires_at, &self.head.zone),
        };
        let post = Post {
            kind: PasswordReset::NAME,
            to_name: &account.full_name(),
            to_address: &account.email,
            rendered: self.head.write(&mail)?,
            about: Some((super::KIND, account.id)),
            good_for: Purpose::Password.life(),
        };
        outbox::post(tx, post).await?;
        note(tx, "password_link_asked", account.id).await?;
        Ok(self.id)
    }
}

/// Sends link and code to choose another password. Gives the identifier of the page that takes the code; the answer
/// does not tell whether the address is known.
pub async fn forgot(cx: &Cx, email: &str) -> Result<Uuid, Error> {
    if email.trim().is_empty() {
        return Err(Error::field("email", "Tapez votre adresse e-mail."));
    }
    let key = key_of(email);
    let id = cx.app.entropy.id(cx.at);
    let forgot = Forgot {
        id,
        head: Letterhead::load(cx).await?,
        secret: Secret::of(cx, Purpose::Password.code(), id, &key)?,
        key,
        address: address_key(&cx.address),
    };
    cx.write(forgot).await
}

/// The token of the link whose code was typed: the page to choose a password opens from it.
pub async fn by_code(cx: &Cx, id: Uuid, typed: &str) -> Result<String, Error> {
    token_by_code(cx, Purpose::Password, id, typed).await
}

/// Whose password a link changes; nothing when it works no more.
pub async fn behind_link(cx: &Cx, token: &str) -> Result<Option<Account>, Error> {
    let mut tx = cx.read().await?;
    let found = account::link_by_token(&mut tx, token_hash(&clean(token))).await?;
    let Some(link) = found.filter(|l| {
        l.purpose == Purpose::Password.code() && l.used_at.is_none() && l.expires_at > cx.at
    }) else {
        return Ok(None);
    };
    let account = account::get(&mut tx, link.account_id).await?;
    Ok(account.filter(|a| a.blocked_at.is_none()))
}

/// Tells the owner that the password is another one.
async fn tell(tx: &mut Tx, head: &Letterhead, account: &Account) -> Result<(), Error> {
    let mail = PasswordChanged {
        to: super::to(account),
        zone: Zone::Commune,
        at: french::instant_year(tx.at(), &head.zone),
        password_url: format!("{}/mot-de-passe", head.card.portal_url),
    };
    let post = Post {
        kind: PasswordChanged::NAME,
        to_name: &account.full_name(),
        to_address: &account.email,
        rendered: head.write(&mail)?,
        about: Some((super::KIND, account.id)),
        good_for: crate::contact::MAIL_GOOD_FOR,
    };
    outbox::post(tx, post).await?;
    note(tx, "password_changed", account.id).await
}

struct Choose {
    token_hash: [u8; 32],
    hash: String,
    head: Letterhead,
}

impl Command for Choose {
    const NAME: &'static str = "account.choose_password";
    type Answer = bool;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<bool, Error> {
        let found = account::link_by_token(tx, self.token_hash).await?;
        let Some((link, account)) = usable(tx, found, Purpose::Password).await? else {
            return Ok(false);
        };
        if !account::use_link(tx, link.id).await? {
            return Ok(false);
        }
        account::set_password(tx, account.id, &self.hash).await?;
        // Whoever was in with the old password is out, and so is whoever holds a link.
        session::end_others(tx, "account", account.id, Uuid::nil()).await?;
        account::cancel_links(tx, account.id, Purpose::LogIn.code()).await?;
        throttle::forgive(tx, BY_PASSWORD, &account.email_key).await?;
        tell(tx, &self.head, &account).await?;
        Ok(true)
    }
}

/// Takes a new password of somebody by the commune's rule of this moment, or says what is missing.
async fn check(cx: &Cx, typed: (&str, &str), of: &Account) -> Result<Problems, Error> {
    let policy = portal::get(&mut cx.read().await?).await?.passwords.policy();
    let mut problems = Problems::default();
    let personal = [&*of.first_name, &*of.last_name, &*of.email];
    check_password(&mut problems, policy, typed, &personal);
    Ok(problems)
}

/// Chooses another password by a link. False when it works no more.
pub async fn choose(cx: &Cx, token: &str, password: &str, again: &str) -> Result<bool, Error> {
    let Some(account) = behind_link(cx, token).await? else {
        return Ok(false);
    };
    let problems = check(cx, (password, again), &account).await?;
    if !problems.none() {
        return Err(problems.into_error());
    }
    let choose = Choose {
        token_hash: token_hash(&clean(token)),
        hash: password::hash(cx, password).await?,
        head: Letterhead::load(cx).await?,
    };
    coming_in(cx, account.id).write(choose).await
}

/// The password again, before something that a borrowed screen must not do.
pub(crate) async fn confirm(cx: &Cx, field: &'static str, typed: &str) -> Result<Try, Error> {
    let id = cx.caller.account()?.id;
    if typed.is_empty() {
        return Err(Error::field(field, "Tapez votre mot de passe actuel."));
    }
    let tries = Try::count(cx, "citizen confirm", &id.to_string()).await?;
    let hash = account::password(&mut cx.read().await?, id).await?;
    if password::verify(cx, typed, hash).await? {
        Ok(tries)
    } else {
        Err(Error::field(
            field,
            "Ce n’est pas votre mot de passe actuel.",
        ))
    }
}

struct Change {
    caller: crate::Caller,
    tries: Try,
    hash: String,
    head: Letterhead,
}

impl Command for Change {
    const NAME: &'static str = "account.change_password";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let account = super::mine(tx, &self.caller).await?;
        self.tries.succeeded(tx).await?;
        account::set_password(tx, account.id, &self.hash).await?;
        let keep = self.caller.account()?.session;
        session::end_others(tx, "account", account.id, keep).await?;
        tell(tx, &self.head, &account).await
    }
}

/// Chooses another password; the other sessions end.
pub async fn change(cx: &Cx, current: &str, new: &str, again: &str) -> Result<(), Error> {
    let me = super::me(cx).await?;
    let mut problems = check(cx, (new, again), &me).await?;
    if current.is_empty() {
        problems.add("mot_de_passe_actuel", "Tapez votre mot de passe actuel.");
    }
    if !problems.none() {
        return Err(problems.into_error());
    }
    let tries = confirm(cx, "mot_de_passe_actuel", current).await?;
    let change = Change {
        caller: cx.caller.clone(),
        tries,
        hash: password::hash(cx, new).await?,
        head: Letterhead::load(cx).await?,
    };
    let cx = Cx {
        key: None,
        ..cx.clone()
    };
    cx.write(change).await
}
