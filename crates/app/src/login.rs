//! How an agent comes in: address and password, then the second factor. Operators come in the same way, on the
//! registry's database.
//!
//! The answer is the same, and takes as long, whether the address is unknown, the password wrong or the agent disabled.
//! Every step forward gives the browser another token, so that a token planted in it before opens nothing.

use jiff::Timestamp;
use preau_rules::{code::RecoveryCode, email::Email, permission::Grants};
use preau_store::{
    Command, Tx,
    tables::{
        agent::{self, Agent},
        recovery, session,
    },
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    AgentCaller, Caller, Cx, Error, FieldError, Problems,
    mail::{AgentNewSession, Mail, Rendered, Zone},
    notice::{self, Sender},
    outbox::{self, Post},
    password,
    session::{Browser, Opening},
    throttle::Try,
    totp::{self, Offer},
};

/// The tries that are counted by address of the account.
pub(crate) const BY_PASSWORD: &str = "password";
/// The tries that are counted by agent.
const BY_CODE: &str = "code";

/// The address as compared, whatever was typed.
pub(crate) fn key_of(email: &str) -> String {
    Email::parse(email).map_or_else(
        |_| email.trim().to_lowercase().chars().take(254).collect(),
        |email| email.key(),
    )
}

/// The same call as the agent who is coming in, for the journal; without any right. Each try stands for itself: what it
/// opens is known to the browser that asked only, so that a repetition is not answered from memory.
pub(crate) fn coming_in(cx: &Cx, id: Uuid, name: String) -> Cx {
    let caller = Caller::Agent(AgentCaller {
        id,
        session: Uuid::nil(),
        name,
        roles: Vec::new(),
        grants: Grants::none(),
        seen_at: cx.at,
        expires_at: cx.at,
    });
    Cx {
        caller,
        key: None,
        ..cx.clone()
    }
}

struct HalfOpen {
    agent: Uuid,
    opening: Opening,
    tries: Try,
}

impl Command for HalfOpen {
    const NAME: &'static str = "login.password";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        if agent::name(tx, self.agent).await?.is_none() {
            return Err(Error::LogIn);
        }
        self.tries.succeeded(tx).await?;
        self.opening.insert(tx, self.agent, "password").await?;
        Ok(())
    }
}

/// Address and password. Gives the token of a session that waits for the second factor.
pub async fn with_password(
    cx: &Cx,
    email: &str,
    password: &str,
    browser: &Browser,
) -> Result<String, Error> {
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
    let tries = Try::count(cx, BY_PASSWORD, &key).await?;
    let mut tx = cx.read().await?;
    let found = agent::password_by_email(&mut tx, &key).await?;
    drop(tx);
    let (id, hash) = found.map_or((None, None), |(id, hash)| (Some(id), hash));
    let right = password::verify(cx, password, hash).await?;
    let Some(agent) = id.filter(|_| right) else {
        return Err(Error::Invalid(vec![FieldError::new(
            "mot_de_passe",
            "Cette adresse et ce mot de passe ne vont pas ensemble. Vérifiez les deux, puis réessayez.",
        )]));
    };
    let (opening, token) = Opening::new(cx, browser);
    let half = HalfOpen {
        agent,
        opening,
        tries,
    };
    coming_in(cx, agent, String::new()).write(half).await?;
    Ok(token)
}

/// What proves the second factor.
enum Proof {
    Code(String),
    Recovery([u8; 32]),
    /// The set-up: the secret that the code was made from, and the recovery codes to keep.
    SetUp {
        secret: [u8; 20],
        code: String,
        codes: Vec<[u8; 32]>,
    },
}

struct FullyOpen {
    agent: Agent,
    half: Uuid,
    proof: Proof,
    opening: Opening,
    tries: Try,
    notice: Option<Rendered>,
}

/// What came of the second factor.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct In {
    codes_left: i64,
}

fn wrong_code(at: Timestamp, secret: &[u8], code: &str) -> Error {
    let used = totp::verify(secret, code, at, 0).is_some();
    Error::field(
        "code",
        if used {
            "Ce code a déjà servi. Attendez que votre application affiche le suivant."
        } else {
            "Ce code n’est pas le bon. Tapez les 6 chiffres que votre application affiche en ce moment."
        },
    )
}

impl FullyOpen {
    async fn prove(&self, tx: &mut Tx) -> Result<(), Error> {
        let id = self.agent.id;
        let held = agent::totp(tx, id).await?.ok_or(Error::LogIn)?;
        let secret = held.secret.as_deref().filter(|_| held.confirmed);
        match (&self.proof, secret) {
            (Proof::Code(code), Some(secret)) => {
                let step = totp::verify(secret, code, tx.at(), held.last_step);
                let step = step.ok_or_else(|| wrong_code(tx.at(), secret, code))?;
                agent::use_step(tx, id, step).await?;
            }
            (Proof::Recovery(hash), Some(_)) => {
                if !recovery::use_up(tx, id, *hash).await? {
                    return Err(Error::field(
                        "secours",
                        "Ce code de secours n’est pas le bon, ou il a déjà servi. Essayez-en un autre de votre liste.",
                    ));
                }
            }
            // Who knows the password only must not replace a second factor that is there.
            (
                Proof::SetUp {
                    secret,
                    code,
                    codes,
                },
                None,
            ) => {
                let step = totp::verify(secret, code, tx.at(), 0);
                let step = step.ok_or_else(|| wrong_code(tx.at(), secret, code))?;
                agent::set_totp(tx, id, Some(secret), step).await?;
                recovery::replace(tx, id, codes).await?;
            }
            _ => return Err(Error::LogIn),
        }
        Ok(())
    }
}

impl Command for FullyOpen {
    const NAME: &'static str = "login.second_factor";
    type Answer = In;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<In, Error> {
        let id = self.agent.id;
        self.prove(tx).await?;
        // One halfway session opens one session.
        if !session::end(tx, self.half, id).await? {
            return Err(Error::LogIn);
        }
        let opened = self.opening.insert(tx, id, "open").await?;
        self.tries.succeeded(tx).await?;
        agent::seen(tx, id).await?;
        let name = notice::full_name(&self.agent);
        crate::session::note(tx, "opened", opened, &name).await?;
        if let Some(rendered) = self.notice.clone() {
            let post = Post {
                kind: AgentNewSession::NAME,
                to_name: &name,
                to_address: &self.agent.email,
                rendered,
                about: Some(("agent", id)),
                good_for: jiff::SignedDuration::from_hours(48),
            };
            outbox::post(tx, post).await?;
        }
        Ok(In {
            codes_left: recovery::left(tx, id).await?,
        })
    }
}

/// An agent who gave the password and owes the second factor.
#[derive(Debug, Clone, Copy)]
pub struct Halfway {
    /// Which agent.
    pub agent: Uuid,
    /// Which session.
    pub session: Uuid,
}

/// A session that is fully open.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The token to give to the browser, in place of the one before.
    pub token: String,
    /// Recovery codes that are left.
    pub codes_left: i64,
}

/// Whether the agent has set up the second factor.
pub async fn is_set_up(cx: &Cx, half: Halfway) -> Result<bool, Error> {
    let mut tx = cx.read().await?;
    let totp = agent::totp(&mut tx, half.agent).await?;
    Ok(totp.ok_or(Error::LogIn)?.confirmed)
}

/// The code of the application.
pub async fn with_code(
    cx: &Cx,
    half: Halfway,
    code: &str,
    browser: &Browser,
) -> Result<Opened, Error> {
    if code.trim().is_empty() {
        return Err(Error::field(
            "code",
            "Tapez les 6 chiffres que votre application affiche.",
        ));
    }
    open(cx, half, Proof::Code(code.to_owned()), browser).await
}

/// One of the recovery codes.
pub async fn with_recovery_code(
    cx: &Cx,
    half: Halfway,
    code: &str,
    browser: &Browser,
) -> Result<Opened, Error> {
    let code = RecoveryCode::parse(code).map_err(|e| Error::field("secours", e.message_fr()))?;
    let proof = Proof::Recovery(totp::recovery_hash(half.agent, code.as_str()));
    open(cx, half, proof, browser).await
}

/// What the set-up page shows to an agent without second factor; `token` is the session's.
pub async fn offer(cx: &Cx, half: Halfway, token: &str) -> Result<Offer, Error> {
    let mut tx = cx.read().await?;
    let sender = Sender::load(cx, &mut tx).await?;
    let agent = agent::get(&mut tx, half.agent).await?.ok_or(Error::LogIn)?;
    let secret = totp::offered(cx, token, &[])?;
    totp::draw(sender.issuer(), &agent.email, &secret)
}

/// The first code proves that the application holds the secret. Gives the session and the recovery codes, this once.
pub async fn set_up(
    cx: &Cx,
    half: Halfway,
    token: &str,
    code: &str,
    browser: &Browser,
) -> Result<(Opened, Vec<String>), Error> {
    if code.trim().is_empty() {
        return Err(Error::field(
            "code",
            "Tapez les 6 chiffres que votre application affiche.",
        ));
    }
    let (shown, codes) = totp::recovery(cx, half.agent);
    let proof = Proof::SetUp {
        secret: totp::offered(cx, token, &[])?,
        code: code.to_owned(),
        codes,
    };
    Ok((open(cx, half, proof, browser).await?, shown))
}

async fn open(cx: &Cx, half: Halfway, proof: Proof, browser: &Browser) -> Result<Opened, Error> {
    let tries = Try::count(cx, BY_CODE, &half.agent.to_string()).await?;
    let mut tx = cx.read().await?;
    let sender = Sender::load(cx, &mut tx).await?;
    let agent = agent::get(&mut tx, half.agent).await?.ok_or(Error::LogIn)?;
    let device = browser.device_hash();
    let (before, from_here) = session::devices(&mut tx, "agent", agent.id, device).await?;
    drop(tx);
    // The first session of all is no news to its owner.
    let notice = if before > 0 && from_here == 0 {
        let mail = AgentNewSession {
            to: notice::to(&agent),
            zone: Zone::Commune,
            at: sender.instant(cx.at),
            device: crate::session::device(&browser.user_agent),
            address: Some(cx.address.clone()).filter(|a| !a.is_empty()),
            sessions_url: format!("{}/mon-compte", sender.url),
        };
        Some(sender.render(&mail)?)
    } else {
        None
    };
    let (opening, token) = Opening::new(cx, browser);
    let cx = coming_in(cx, agent.id, notice::full_name(&agent));
    let command = FullyOpen {
        agent,
        half: half.session,
        proof,
        opening,
        tries,
        notice,
    };
    let answer = cx.write(command).await?;
    Ok(Opened {
        token,
        codes_left: answer.codes_left,
    })
}
