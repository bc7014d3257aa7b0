//! How a citizen comes in: address and password, or a link in a mail.
//!
//! The answer is the same, and takes as long, whether the address is unknown, the password wrong, the address not
//! confirmed or the account blocked; who gives the right password of the last two reads what to do. Every log-in gives
//! the browser another token. Tries are counted by account and by network address; a browser that its owner has used
//! before has a counter of its own, so that strangers who guess do not keep the owner out.

use jiff::Timestamp;
use preau_rules::french;
use preau_store::{
    Command, Tx,
    tables::{account, session, sign_up},
};
use uuid::Uuid;

use super::{
    BY_ADDRESS, BY_MAILBOX,
    link::{Purpose, Secret, Tried, TryCode, WRONG_CODE_FR, clean, code_hash, parse_code, usable},
    session::Entry,
};
use crate::{
    Caller, Cx, Error, FieldError, Problems,
    caller::AccountCaller,
    contact::{Letterhead, address_key, throttle_key, throttled},
    login::key_of,
    mail::{LoginLink, Mail, Zone},
    outbox::{self, Post},
    password,
    session::Browser,
    throttle::Try,
    token_hash,
};

/// The tries that are counted by address of the account.
pub(crate) const BY_PASSWORD: &str = "citizen password";

/// The same call as the citizen who is coming in, for the journal. Each try stands for itself: what it opens is known to
/// the browser that asked only, so that a repetition is not answered from memory.
pub(crate) fn coming_in(cx: &Cx, id: Uuid) -> Cx {
    let caller = Caller::Account(AccountCaller {
        id,
        session: Uuid::nil(),
        name: "Compte usager".to_owned(),
        email: String::new(),
        seen_at: cx.at,
        expires_at: cx.at,
    });
    Cx {
        caller,
        key: None,
        ..cx.clone()
    }
}

/// How a try with the right password ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum In {
    /// The token to give to the browser, in place of the one before.
    Opened(String),
    /// The address is not confirmed: the page of this sign-up sends the mail again.
    Unconfirmed(Uuid),
    /// An agent has blocked the account. Who knows the password reads why; who guesses does not learn it.
    Blocked {
        /// Since when.
        since: Timestamp,
        /// Why, in the agent's words.
        reason: String,
    },
}

struct Enter {
    account: Uuid,
    entry: Entry,
    tries: Try,
}

impl Command for Enter {
    const NAME: &'static str = "account.log_in";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let account = account::get(tx, self.account).await?;
        let account = account
            .filter(|a| a.blocked_at.is_none())
            .ok_or(Error::LogIn)?;
        self.tries.succeeded(tx).await?;
        account::claim_requests(tx, account.id, &account.email_key).await?;
        self.entry.open(tx, account.id).await
    }
}

/// Whose password is to be compared.
#[derive(Clone, Copy)]
enum Whose {
    Account(Uuid),
    Blocked(Uuid),
    SignUp(Uuid),
    Nobody,
}

struct Found {
    whose: Whose,
    hash: Option<String>,
    /// The owner came in with this browser before.
    known_browser: bool,
}

async fn find(cx: &Cx, key: &str, browser: &Browser) -> Result<Found, Error> {
    let mut tx = cx.read().await?;
    let Some(account) = account::by_email(&mut tx, key).await? else {
        let up = sign_up::latest(&mut tx, key).await?;
        return Ok(Found {
            whose: up.as_ref().map_or(Whose::Nobody, |up| Whose::SignUp(up.id)),
            hash: up.map(|up| up.password_hash),
            known_browser: false,
        });
    };
    let device = browser.device_hash();
    let (_, from_here) = session::devices(&mut tx, "account", account.id, device).await?;
    Ok(Found {
        hash: account::password(&mut tx, account.id).await?,
        whose: if account.blocked_at.is_none() {
            Whose::Account(account.id)
        } else {
            Whose::Blocked(account.id)
        },
        known_browser: from_here > 0,
    })
}

/// Address and password.
pub async fn with_password(
    cx: &Cx,
    email: &str,
    password: &str,
    keep: bool,
    browser: &Browser,
) -> Result<In, Error> {
    let mut problems = Problems::default();
    if email.trim().is_empty() {
        problems.add("email", "Tapez votre adresse e-mail.");
    }
    if password.is_empty() {
        problems.add("mot_de_passe", "Tapez votre mot de passe.");
    }
    if !problems.none() {
        return Err(problems.into_error());
    }
    let key = key_of(email);
    let found = find(cx, &key, browser).await?;
    let whom = match &browser.device {
        Some(device) if found.known_browser => format!("{key}\0{device}"),
        _ => key,
    };
    let tries = Try::count(cx, BY_PASSWORD, &whom).await?;
    let right = password::verify(cx, password, found.hash).await?;
    match found.whose {
        Whose::Account(account) if right => {
            let (entry, token) = Entry::new(cx, browser, keep);
            let enter = Enter {
                account,
                entry,
                tries,
            };
            coming_in(cx, account).write(enter).await?;
            Ok(In::Opened(token))
        }
        Whose::Blocked(id) if right => {
            let found = account::block_reason(&mut cx.read().await?, id).await?;
            let (since, reason) = found.ok_or(Error::LogIn)?;
            let reason = reason.unwrap_or_default();
            Ok(In::Blocked { since, reason })
        }
        Whose::SignUp(id) if right => Ok(In::Unconfirmed(id)),
        _ => Err(Error::Invalid(vec![FieldError::new(
            "mot_de_passe",
            "Cette adresse et ce mot de passe ne vont pas ensemble. Vérifiez les deux, puis réessayez.",
        )])),
    }
}

struct AskLink {
    id: Uuid,
    key: String,
    head: Letterhead,
    secret: Secret,
    address: Option<[u8; 32]>,
}

impl Command for AskLink {
    const NAME: &'static str = "account.login_link";
    type Answer = Uuid;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Uuid, Error> {
        let mailbox = Some(throttle_key("login link", &self.key));
        throttled(tx, &[(self.address, BY_ADDRESS), (mailbox, BY_MAILBOX)]).await?;
        let found = account::by_email(tx, &self.key).await?;
        let Some(account) = found.filter(|a| a.blocked_at.is_none()) else {
            return Ok(self.id);
        };
        let row = Purpose::LogIn.row(tx, self.id, account.id, &self.secret);
        account::add_link(tx, &row, self.secret.token_hash).await?;
        let mail = LoginLink {
            to: super::to(&account),
            zone: Zone::Commune,
            link: format!(
                "{}/connexion/lien?id={}",
                self.head.card.portal_url, self.secret.token
            ),
            code: self.secret.code.clone(),
            valid_until: french::instant_year(row.expires_at, &self.head.zone),
        };
        let post = Post {
            kind: LoginLink::NAME,
            to_name: &account.full_name(),
            to_address: &account.email,
            rendered: self.head.write(&mail)?,
            about: Some((super::KIND, account.id)),
            good_for: Purpose::LogIn.life(),
        };
        outbox::post(tx, post).await?;
        Ok(self.id)
    }
}

/// « Recevoir un lien de connexion ». Gives the identifier of the page that takes the code; the answer does not tell
/// whether the address is known.
pub async fn ask_link(cx: &Cx, email: &str) -> Result<Uuid, Error> {
    if email.trim().is_empty() {
        return Err(Error::field("email", "Tapez votre adresse e-mail."));
    }
    let key = key_of(email);
    let id = cx.app.entropy.id(cx.at);
    let ask = AskLink {
        id,
        head: Letterhead::load(cx).await?,
        secret: Secret::of(cx, Purpose::LogIn.code(), id, &key)?,
        key,
        address: address_key(&cx.address),
    };
    cx.write(ask).await
}

/// The name on the button of a log-in link; nothing when it works no more.
pub async fn behind_link(cx: &Cx, token: &str) -> Result<Option<String>, Error> {
    let mut tx = cx.read().await?;
    let found = account::link_by_token(&mut tx, token_hash(&clean(token))).await?;
    let Some(link) = found.filter(|l| {
        l.purpose == Purpose::LogIn.code() && l.used_at.is_none() && l.expires_at > cx.at
    }) else {
        return Ok(None);
    };
    let account = account::get(&mut tx, link.account_id).await?;
    Ok(account
        .filter(|a| a.blocked_at.is_none())
        .map(|a| a.full_name()))
}

struct EnterByLink {
    token_hash: [u8; 32],
    entry: Entry,
}

impl Command for EnterByLink {
    const NAME: &'static str = "account.log_in_by_link";
    type Answer = bool;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<bool, Error> {
        let found = account::link_by_token(tx, self.token_hash).await?;
        let Some((link, account)) = usable(tx, found, Purpose::LogIn).await? else {
            return Ok(false);
        };
        if !account::use_link(tx, link.id).await? {
            return Ok(false);
        }
        account::claim_requests(tx, account.id, &account.email_key).await?;
        self.entry.open(tx, account.id).await?;
        Ok(true)
    }
}

/// Comes in by the link's token; nothing when it works no more.
pub async fn with_link(cx: &Cx, token: &str, browser: &Browser) -> Result<Option<String>, Error> {
    enter_by(cx, token_hash(&clean(token)), browser).await
}

async fn enter_by(
    cx: &Cx,
    token_hash: [u8; 32],
    browser: &Browser,
) -> Result<Option<String>, Error> {
    let (entry, token) = Entry::new(cx, browser, false);
    let cx = Cx {
        key: None,
        ..cx.clone()
    };
    let opened = cx.write(EnterByLink { token_hash, entry }).await?;
    Ok(opened.then_some(token))
}

/// Comes in by the code, on the page that the link was asked from.
pub async fn with_link_code(
    cx: &Cx,
    id: Uuid,
    typed: &str,
    browser: &Browser,
) -> Result<String, Error> {
    let hash = try_code(cx, Purpose::LogIn, id, typed).await?;
    let token = enter_by(cx, hash, browser).await?;
    token.ok_or_else(|| Error::field("code", WRONG_CODE_FR))
}

/// The hash of the token of the link whose code was typed, or what to do.
pub(crate) async fn try_code(
    cx: &Cx,
    purpose: Purpose,
    id: Uuid,
    typed: &str,
) -> Result<[u8; 32], Error> {
    Ok(token_hash(&token_by_code(cx, purpose, id, typed).await?))
}

/// The token of the link whose code was typed, or what to do.
pub(crate) async fn token_by_code(
    cx: &Cx,
    purpose: Purpose,
    id: Uuid,
    typed: &str,
) -> Result<String, Error> {
    let code = parse_code(typed)?;
    let counted = Cx {
        key: None,
        ..cx.clone()
    };
    let tried = TryCode {
        id,
        purpose,
        code_hash: code_hash(cx, id, &code),
    };
    let Tried::Right(account) = counted.write(tried).await? else {
        return Err(Error::field("code", WRONG_CODE_FR));
    };
    let account = account::get(&mut cx.read().await?, account).await?;
    let account = account.ok_or_else(|| Error::field("code", WRONG_CODE_FR))?;
    Ok(Secret::of(cx, purpose.code(), id, &account.email_key)?.token)
}
