//! « Mon compte » of an agent (or operator): name, password, second factor. A citizen's account is another thing, in
//! [`crate::account`].

use preau_rules::text::Line;
use preau_store::{
    Command, Tx,
    tables::{
        agent::{self, Agent},
        journal, recovery, session,
    },
};
use uuid::Uuid;

use crate::{
    AgentCaller, Cx, Error, FieldError, Problems, invitation,
    notice::{self, Sender},
    password,
    throttle::Try,
    totp::{self, Offer},
};

/// The longest first or last name, in characters.
pub(crate) const NAME_LIMIT: usize = 80;

/// The account's page.
#[derive(Debug, Clone)]
pub struct Me {
    /// Who.
    pub agent: Agent,
    /// Recovery codes that were not used.
    pub codes_left: i64,
    /// The roles held, with their sites.
    pub roles: Vec<String>,
}

/// The caller's account.
pub async fn me(cx: &Cx) -> Result<Me, Error> {
    let id = cx.caller.agent()?.id;
    let mut tx = cx.read().await?;
    Ok(Me {
        agent: agent::get(&mut tx, id).await?.ok_or(Error::LogIn)?,
        codes_left: recovery::left(&mut tx, id).await?,
        roles: crate::agent::words(&agent::held(&mut tx, id).await?, id),
    })
}

/// First and last name as typed, or what is wrong with them.
pub(crate) fn names(problems: &mut Problems, first: &str, last: &str) -> Option<(String, String)> {
    let first = problems.take("prenom", Line::parse(first, NAME_LIMIT), |e| {
        e.message_fr("Prénom")
    });
    let last = problems.take("nom", Line::parse(last, NAME_LIMIT), |e| {
        e.message_fr("Nom")
    });
    Some((first?.into_string(), last?.into_string()))
}

struct Rename {
    id: Uuid,
    first: String,
    last: String,
}

impl Command for Rename {
    const NAME: &'static str = "own_page.rename";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let before = agent::get(tx, self.id).await?.ok_or(Error::LogIn)?;
        let key = crate::login::key_of(&before.email);
        agent::set_identity(tx, self.id, (&before.email, &key), &self.first, &self.last).await?;
        let name = format!("{} {}", self.first, self.last);
        let change = journal::Change {
            action: "changed",
            kind: "agent",
            id: self.id.to_string(),
            name: &name,
            before: Some(&notice::full_name(&before)),
            after: Some(&name),
        };
        Ok(journal::note(tx, change).await?)
    }
}

/// Changes the caller's name.
pub async fn rename(cx: &Cx, first: &str, last: &str) -> Result<(), Error> {
    let id = cx.caller.agent()?.id;
    let mut problems = Problems::default();
    let Some((first, last)) = names(&mut problems, first, last) else {
        return Err(problems.into_error());
    };
    cx.write(Rename { id, first, last }).await
}

/// The password again, before something that a borrowed screen must not do.
async fn confirm(
    cx: &Cx,
    caller: &AgentCaller,
    field: &'static str,
    typed: &str,
) -> Result<Try, Error> {
    if typed.is_empty() {
        return Err(Error::field(field, "Tapez votre mot de passe actuel."));
    }
    let tries = Try::count(cx, "confirm", &caller.id.to_string()).await?;
    let mut tx = cx.read().await?;
    let hash = agent::password(&mut tx, caller.id).await?;
    drop(tx);
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
    caller: AgentCaller,
    tries: Try,
    what: What,
}

enum What {
    Password(String),
    SecondFactor {
        secret: [u8; 20],
        step: i64,
        codes: Vec<[u8; 32]>,
    },
    Codes(Vec<[u8; 32]>),
}

impl Command for Change {
    const NAME: &'static str = "own_page.change";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let id = self.caller.id;
        let agent = agent::get(tx, id).await?;
        let agent = agent
            .filter(|a| a.disabled_at.is_none())
            .ok_or(Error::LogIn)?;
        self.tries.succeeded(tx).await?;
        let action = match &self.what {
            What::Password(hash) => {
                agent::set_password(tx, id, hash).await?;
                "password_changed"
            }
            What::SecondFactor {
                secret,
                step,
                codes,
            } => {
                agent::set_totp(tx, id, Some(secret), *step).await?;
                recovery::replace(tx, id, codes).await?;
                "second_factor_changed"
            }
            What::Codes(codes) => {
                recovery::replace(tx, id, codes).await?;
                "recovery_codes_made"
            }
        };
        // Who changes a way in has a reason: whoever else is in goes out.
        if !matches!(self.what, What::Codes(_)) {
            session::end_others(tx, "agent", id, self.caller.session).await?;
        }
        invitation::note(tx, action, &agent).await
    }
}

async fn change(cx: &Cx, caller: AgentCaller, tries: Try, what: What) -> Result<(), Error> {
    let cx = Cx {
        key: None,
        ..cx.clone()
    };
    cx.write(Change {
        caller,
        tries,
        what,
    })
    .await
}

/// Chooses another password; the other sessions end.
pub async fn change_password(cx: &Cx, current: &str, new: &str, again: &str) -> Result<(), Error> {
    let caller = cx.caller.agent()?.clone();
    let me = me(cx).await?.agent;
    let mut problems = Problems::default();
    let personal = [&*me.first_name, &*me.last_name, &*me.email];
    password::check(&mut problems, new, Some(again), &personal);
    if current.is_empty() {
        problems.add("mot_de_passe_actuel", "Tapez votre mot de passe actuel.");
    }
    if !problems.none() {
        return Err(problems.into_error());
    }
    let tries = confirm(cx, &caller, "mot_de_passe_actuel", current).await?;
    let hash = password::hash(cx, new).await?;
    change(cx, caller, tries, What::Password(hash)).await
}

async fn next_secret(cx: &Cx, token: &str, id: Uuid) -> Result<[u8; 20], Error> {
    let mut tx = cx.read().await?;
    let held = agent::totp(&mut tx, id).await?.ok_or(Error::LogIn)?;
    totp::offered(cx, token, held.secret.as_deref().unwrap_or_default())
}

/// What the page of another code application shows; `token` is the session's.
pub async fn offer(cx: &Cx, token: &str) -> Result<Offer, Error> {
    let caller = cx.caller.agent()?;
    let secret = next_secret(cx, token, caller.id).await?;
    let email = me(cx).await?.agent.email;
    let mut tx = cx.read().await?;
    let sender = Sender::load(cx, &mut tx).await?;
    totp::draw(sender.issuer(), &email, &secret)
}

/// Takes another code application in place of the one before. Gives new recovery codes, this once.
pub async fn renew(cx: &Cx, token: &str, typed: &str, code: &str) -> Result<Vec<String>, Error> {
    let caller = cx.caller.agent()?.clone();
    let secret = next_secret(cx, token, caller.id).await?;
    let mut errors = Vec::new();
    let step = totp::verify(&secret, code, cx.at, 0);
    if step.is_none() {
        errors.push(FieldError::new(
            "code",
            "Ce code n’est pas le bon. Tapez les 6 chiffres que la nouvelle application affiche en ce moment.",
        ));
    }
    if typed.is_empty() {
        errors.push(FieldError::new(
            "mot_de_passe_actuel",
            "Tapez votre mot de passe actuel.",
        ));
    }
    let Some(step) = step.filter(|_| errors.is_empty()) else {
        return Err(Error::Invalid(errors));
    };
    let tries = confirm(cx, &caller, "mot_de_passe_actuel", typed).await?;
    let (shown, codes) = totp::recovery(cx, caller.id);
    change(
        cx,
        caller,
        tries,
        What::SecondFactor {
            secret,
            step,
            codes,
        },
    )
    .await?;
    Ok(shown)
}

/// Makes new recovery codes in place of those before, shown this once.
pub async fn make_codes(cx: &Cx, typed: &str) -> Result<Vec<String>, Error> {
    let caller = cx.caller.agent()?.clone();
    let tries = confirm(cx, &caller, "mot_de_passe_actuel", typed).await?;
    let (shown, codes) = totp::recovery(cx, caller.id);
    change(cx, caller, tries, What::Codes(codes)).await?;
    Ok(shown)
}
