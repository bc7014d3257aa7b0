//! « Créer un compte », and the page that waits for the confirmation.

use jiff::{SignedDuration, Timestamp};
use preau_rules::{
    civility::Civility,
    email::{Email, EmailError},
    french,
    password::{PasswordError, Policy},
    text::Line,
};
use preau_store::{
    Command, StoreError, Tx,
    tables::{
        account,
        sign_up::{self, Hashes, NewSignUp, SignUp},
    },
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{BY_ADDRESS, BY_MAILBOX, link::Secret};
use crate::{
    Cx, Error, Problems,
    contact::{Letterhead, address_key, throttle_key, throttled},
    legal,
    mail::{AccountAlreadyExists, AccountConfirmation, Mail, Zone},
    outbox::{self, Post},
    password, portal,
    proof::{self, Proof, USED_FR},
};

/// Link and code of a confirmation are good this long.
pub const GOOD_FOR: SignedDuration = SignedDuration::from_hours(48);
/// A sign-up that was not confirmed is forgotten after this time.
pub const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The mail is not sent again sooner.
pub const AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(60);
/// The longest first or last name, in characters.
pub(crate) const NAME_LIMIT: usize = 80;

/// The form as typed.
#[derive(Debug, Clone, Default)]
pub struct SignUpForm {
    /// Civility.
    pub civilite: String,
    /// Last name.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// Address: what one logs in with.
    pub email: String,
    /// Password.
    pub mot_de_passe: String,
    /// The same again.
    pub confirmation_mot_de_passe: String,
    /// Code abonné, may be empty.
    pub code_abonne: String,
    /// The conditions are accepted.
    pub conditions: bool,
    /// Version of the conditions that the page linked to.
    pub version: String,
    /// Proof of work, empty without JavaScript: the code of the mail is the proof then.
    pub altcha: String,
    /// A field that people do not see.
    pub leurre: String,
}

/// Checks a new password and its repetition.
pub(crate) fn check_password(
    problems: &mut Problems,
    policy: Policy,
    (password, again): (&str, &str),
    personal: &[&str],
) {
    let accepted = policy.accept(password, personal);
    problems.take("mot_de_passe", accepted, PasswordError::message_fr);
    if again != password {
        problems.add(
            "confirmation_mot_de_passe",
            "Les deux mots de passe sont différents. Tapez deux fois le même.",
        );
    }
}

/// Civility, first and last name as typed, or what is wrong with them.
pub(crate) fn identity(
    problems: &mut Problems,
    (civility, first, last): (&str, &str, &str),
) -> Option<(Civility, String, String)> {
    let civility = Civility::parse_optional(civility).ok().flatten();
    if civility.is_none() {
        problems.add("civilite", "Choisissez votre civilité.");
    }
    let last = problems.take("nom", Line::parse(last, NAME_LIMIT), |e| {
        e.message_fr("Nom")
    });
    let first = problems.take("prenom", Line::parse(first, NAME_LIMIT), |e| {
        e.message_fr("Prénom")
    });
    Some((civility?, first?.into_string(), last?.into_string()))
}

impl SignUpForm {
    fn parse(&self, id: Uuid, terms: i64, policy: Policy) -> Result<NewSignUp, Error> {
        let mut problems = Problems::default();
        let named = identity(&mut problems, (&self.civilite, &self.prenom, &self.nom));
        let email = problems.take("email", Email::parse(&self.email), EmailError::message_fr);
        let personal = [self.prenom.trim(), self.nom.trim(), self.email.trim()];
        let typed = (&*self.mot_de_passe, &*self.confirmation_mot_de_passe);
        check_password(&mut problems, policy, typed, &personal);
        let code = Line::parse_optional(&self.code_abonne, 60);
        let code = problems.take("code_abonne", code, |e| e.message_fr("Code abonné"));
        if !self.conditions {
            problems.add(
                "conditions",
                "Pour créer un compte, lisez et acceptez les Conditions d’utilisation.",
            );
        } else if self.version.trim() != terms.to_string() {
            problems.add(
                "conditions",
                "Les Conditions d’utilisation viennent de changer. Relisez-les, puis acceptez-les.",
            );
        }
        if !self.leurre.is_empty() {
            problems.add("leurre", "Un champ caché de ce formulaire a été rempli, sans doute par un logiciel. Nous l’avons vidé : envoyez de nouveau.");
        }
        match (named, email, code) {
            (Some((civility, first_name, last_name)), Some(email), Some(code))
                if problems.none() =>
            {
                Ok(NewSignUp {
                    id,
                    email: email.as_str().to_owned(),
                    email_key: email.key(),
                    civility: civility.code(),
                    first_name,
                    last_name,
                    password_hash: String::new(),
                    pending_code: code.map(Line::into_string),
                    terms_version: terms,
                })
            }
            _ => Err(problems.into_error()),
        }
    }
}

/// The mailing of a confirmation: what is written, to whom, with which secret.
pub(crate) struct Mailing {
    head: Letterhead,
    secret: Secret,
}

impl Mailing {
    pub(crate) async fn new(cx: &Cx, id: Uuid, email_key: &str) -> Result<Self, Error> {
        Ok(Self {
            head: Letterhead::load(cx).await?,
            secret: Secret::of(cx, "activation", id, email_key)?,
        })
    }

    pub(crate) fn hashes(&self) -> Hashes {
        Hashes {
            token: self.secret.token_hash,
            code: self.secret.code_hash,
        }
    }

    /// Who has an account already learns it by mail, and from nowhere else.
    pub(crate) async fn post(&self, tx: &mut Tx, up: &SignUp) -> Result<(), Error> {
        let url = &self.head.card.portal_url;
        let to = super::to_of(up);
        let known = account::by_email(tx, &up.email_key).await?;
        let (kind, rendered) = if let Some(account) = known {
            let mail = AccountAlreadyExists {
                to: super::to(&account),
                zone: Zone::Commune,
                login: account.email,
                login_url: format!("{url}/connexion"),
                password_url: format!("{url}/mot-de-passe"),
            };
            (AccountAlreadyExists::NAME, self.head.write(&mail)?)
        } else {
            let mail = AccountConfirmation {
                to: to.clone(),
                zone: Zone::Commune,
                link: format!("{url}/activation?id={}", self.secret.token),
                code: self.secret.code.clone(),
                valid_until: french::instant_year(up.expires_at, &self.head.zone),
            };
            (AccountConfirmation::NAME, self.head.write(&mail)?)
        };
        let post = Post {
            kind,
            to_name: &to.name,
            to_address: &up.email,
            rendered,
            about: Some(("sign_up", up.id)),
            good_for: GOOD_FOR,
        };
        outbox::post(tx, post).await?;
        Ok(())
    }
}

pub(crate) fn until(at: Timestamp) -> Result<Timestamp, Error> {
    let end = at.checked_add(GOOD_FOR);
    Ok(end.map_err(|e| StoreError::Internal(e.to_string()))?)
}

fn mailbox(key: &str) -> [u8; 32] {
    throttle_key("sign-up", key)
}

struct Register {
    new: NewSignUp,
    mailing: Mailing,
    proof: Option<Proof>,
    address: Option<[u8; 32]>,
}

impl Command for Register {
    const NAME: &'static str = "account.sign_up";
    type Answer = Uuid;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Uuid, Error> {
        if let Some(proof) = &self.proof
            && !proof.use_once(tx).await?
        {
            return Err(Error::field("altcha", USED_FR));
        }
        let new = &self.new;
        let limits = [
            (self.address, BY_ADDRESS),
            (Some(mailbox(&new.email_key)), BY_MAILBOX),
        ];
        throttled(tx, &limits).await?;
        sign_up::insert(tx, new, self.mailing.hashes(), until(tx.at())?).await?;
        let up = sign_up::get(tx, new.id).await?.ok_or(Error::NotFound)?;
        self.mailing.post(tx, &up).await?;
        Ok(new.id)
    }
}

/// Signs up; gives the identifier of the page that waits. The same for a known address.
pub async fn sign_up(cx: &Cx, form: &SignUpForm) -> Result<Uuid, Error> {
    let mut tx = cx.read().await?;
    let terms = legal::shown(cx, &mut tx, "conditions").await?.version;
    let policy = portal::get(&mut tx).await?.passwords.policy();
    drop(tx);
    let mut new = form.parse(cx.app.entropy.id(cx.at), terms, policy)?;
    let proof = match form.altcha.trim() {
        "" => None,
        text => {
            let proof = proof::check(cx, text)?;
            Some(proof.map_err(|bad| Error::field("altcha", bad.message_fr()))?)
        }
    };
    new.password_hash = password::hash(cx, &form.mot_de_passe).await?;
    let mailing = Mailing::new(cx, new.id, &new.email_key).await?;
    let register = Register {
        new,
        mailing,
        proof,
        address: address_key(&cx.address),
    };
    cx.write(register).await
}

/// What the page that waits shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waiting {
    /// The mail is on its way.
    Pending {
        /// Where to.
        email: String,
        /// Link and code are good until then; it may be past.
        until: Timestamp,
        /// Seconds until it can be sent again, 0 when it can.
        again_in: i64,
    },
    /// It was confirmed.
    Done,
    /// It was forgotten, or never was.
    Gone,
}

/// Where a sign-up stands.
pub async fn waiting(cx: &Cx, id: Uuid) -> Result<Waiting, Error> {
    let found = sign_up::get(&mut cx.read().await?, id).await?;
    Ok(match found {
        None => Waiting::Gone,
        Some(up) if up.account_id.is_some() => Waiting::Done,
        Some(up) => Waiting::Pending {
            again_in: left(&up, cx.at),
            email: up.email,
            until: up.expires_at,
        },
    })
}

fn left(up: &SignUp, at: Timestamp) -> i64 {
    (AGAIN_AFTER - at.duration_since(up.sent_at))
        .as_secs()
        .max(0)
}

/// What sending again did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Again {
    /// It is on its way.
    Sent,
    /// It was confirmed meanwhile, or forgotten.
    TooLate,
}

struct SendAgain {
    id: Uuid,
    mailing: Mailing,
    address: Option<[u8; 32]>,
}

impl Command for SendAgain {
    const NAME: &'static str = "account.send_again";
    type Answer = Again;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Again, Error> {
        let Some(mut up) = pending(tx, self.id).await? else {
            return Ok(Again::TooLate);
        };
        let wait = left(&up, tx.at());
        if wait > 0 {
            return Err(Error::field(
                "renvoyer",
                format!(
                    "L’e-mail vient de partir. Attendez {} avant de le renvoyer.",
                    french::wait(wait.unsigned_abs())
                ),
            ));
        }
        let limits = [
            (self.address, BY_ADDRESS),
            (Some(mailbox(&up.email_key)), BY_MAILBOX),
        ];
        throttled(tx, &limits).await?;
        up.expires_at = until(tx.at())?;
        sign_up::sent(tx, up.id, up.expires_at).await?;
        self.mailing.post(tx, &up).await?;
        Ok(Again::Sent)
    }
}

async fn pending(tx: &mut Tx, id: Uuid) -> Result<Option<SignUp>, Error> {
    let found = sign_up::get(tx, id).await?;
    Ok(found.filter(|up| up.account_id.is_none()))
}

/// Sends the mail again, with the same link and the same code.
pub async fn send_again(cx: &Cx, id: Uuid) -> Result<Again, Error> {
    let Some(up) = pending(&mut cx.read().await?, id).await? else {
        return Ok(Again::TooLate);
    };
    let again = SendAgain {
        id,
        mailing: Mailing::new(cx, id, &up.email_key).await?,
        address: address_key(&cx.address),
    };
    cx.write(again).await
}

struct Readdress {
    id: Uuid,
    email: (String, String),
    mailing: Mailing,
    address: Option<[u8; 32]>,
}

impl Command for Readdress {
    const NAME: &'static str = "account.correct_address";
    type Answer = Again;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Again, Error> {
        let (email, key) = &self.email;
        let limits = [(self.address, BY_ADDRESS), (Some(mailbox(key)), BY_MAILBOX)];
        throttled(tx, &limits).await?;
        let ends = until(tx.at())?;
        let hashes = self.mailing.hashes();
        if !sign_up::readdress(tx, self.id, (email, key), hashes, ends).await? {
            return Ok(Again::TooLate);
        }
        let up = sign_up::get(tx, self.id).await?.ok_or(Error::NotFound)?;
        self.mailing.post(tx, &up).await?;
        Ok(Again::Sent)
    }
}

/// Corrects the address; the mail goes there, what went to the other works no more.
pub async fn correct_address(cx: &Cx, id: Uuid, typed: &str) -> Result<Again, Error> {
    let email = Email::parse(typed).map_err(|e| Error::field("email", e.message_fr()))?;
    let key = email.key();
    let readdress = Readdress {
        id,
        mailing: Mailing::new(cx, id, &key).await?,
        email: (email.as_str().to_owned(), key),
        address: address_key(&cx.address),
    };
    cx.write(readdress).await
}
