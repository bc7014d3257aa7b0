//! Links and codes of one use. Both follow from the installation's secret and the row they are for, so that a mail sent
//! again holds the same ones and the first mail, when it arrives late, works too. Only hashes are kept.

use jiff::SignedDuration;
use preau_rules::code::SixDigits;
use preau_store::{
    Command, Tx,
    tables::account::{self, Account, Link},
};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::{Cx, Error, proof::keyed, token_hash};

/// Wrong codes after which a code works no more: one chance in 100,000 for who guesses.
pub(crate) const CODE_TRIES: i64 = 10;

/// What goes into the mail, and what is kept of it.
#[derive(Debug, Clone)]
pub(crate) struct Secret {
    /// 32 hexadecimal digits, 128 bits: short enough for mail programs not to cut it.
    pub(crate) token: String,
    /// To be typed instead.
    pub(crate) code: String,
    pub(crate) token_hash: [u8; 32],
    pub(crate) code_hash: [u8; 32],
}

impl Secret {
    /// The secret of the row `id` for a purpose; `about` is what it proves, the address for one.
    pub(crate) fn of(cx: &Cx, purpose: &str, id: Uuid, about: &str) -> Result<Self, Error> {
        let commune = cx.commune()?.id;
        let parts: [&[u8]; 6] = [
            b"citizen link\0",
            commune.as_bytes(),
            purpose.as_bytes(),
            b"\0",
            id.as_bytes(),
            about.as_bytes(),
        ];
        let bytes = keyed(&cx.app.secret, &parts);
        let (token, rest) = bytes.split_at(16);
        let mut digits = [0; 8];
        digits.copy_from_slice(&rest[..8]);
        let token = token
            .iter()
            .fold(String::new(), |text, b| format!("{text}{b:02x}"));
        let code = SixDigits::from_random(digits).as_str().to_owned();
        Ok(Self {
            token_hash: token_hash(&token),
            code_hash: code_hash(cx, id, &code),
            token,
            code,
        })
    }
}

/// What is kept of a code.
pub(crate) fn code_hash(cx: &Cx, id: Uuid, code: &str) -> [u8; 32] {
    keyed(
        &cx.app.secret,
        &[b"citizen code\0", id.as_bytes(), code.as_bytes()],
    )
}

/// Whether the code is the one of this hash.
pub(crate) fn same(kept: &[u8], typed: &[u8; 32]) -> bool {
    bool::from(kept.ct_eq(typed))
}

/// The six digits as typed, or what to do.
pub(crate) fn parse_code(typed: &str) -> Result<String, Error> {
    SixDigits::parse(typed)
        .map(|code| code.as_str().to_owned())
        .map_err(|_| {
            Error::field(
                "code",
                "Le code a 6 chiffres : recopiez-le depuis l’e-mail.",
            )
        })
}

/// The token as it stands in an address: mail programs break lines and add signs around it.
pub(crate) fn clean(token: &str) -> String {
    let kept = token.chars().filter(char::is_ascii_hexdigit).take(64);
    kept.collect::<String>().to_ascii_lowercase()
}

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Password,
    LogIn,
    EmailOld,
    EmailNew,
}

impl Purpose {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::LogIn => "login",
            Self::EmailOld => "email_old",
            Self::EmailNew => "email_new",
        }
    }

    pub(crate) const fn life(self) -> SignedDuration {
        match self {
            Self::Password => SignedDuration::from_hours(1),
            Self::LogIn => SignedDuration::from_mins(20),
            Self::EmailOld | Self::EmailNew => SignedDuration::from_hours(48),
        }
    }

    /// The row to write.
    pub(crate) fn row(self, tx: &Tx, id: Uuid, account: Uuid, secret: &Secret) -> Link {
        let expires_at = tx.at().checked_add(self.life());
        Link {
            id,
            account_id: account,
            purpose: self.code().to_owned(),
            email: None,
            code_hash: secret.code_hash.to_vec(),
            tries: 0,
            expires_at: expires_at.unwrap_or(jiff::Timestamp::MAX),
            used_at: None,
        }
    }
}

/// The link when it can be used now, with its account.
pub(crate) async fn usable(
    tx: &mut Tx,
    found: Option<Link>,
    purpose: Purpose,
) -> Result<Option<(Link, Account)>, Error> {
    let at = tx.at();
    let Some(link) =
        found.filter(|l| l.purpose == purpose.code() && l.used_at.is_none() && l.expires_at > at)
    else {
        return Ok(None);
    };
    let account = account::get(tx, link.account_id).await?;
    Ok(account
        .filter(|a| a.blocked_at.is_none())
        .map(|a| (link, a)))
}

/// What a code did. A wrong one is counted, so it is an answer and not a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Tried {
    /// It is the one: the account.
    Right(Uuid),
    /// It is not, or there is none: the same answer.
    Wrong,
}

/// Tries a code; the right one can be tried again until the link is used.
pub(crate) struct TryCode {
    pub(crate) id: Uuid,
    pub(crate) purpose: Purpose,
    pub(crate) code_hash: [u8; 32],
}

impl Command for TryCode {
    const NAME: &'static str = "account.try_code";
    type Answer = Tried;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Tried, Error> {
        let found = account::link(tx, self.id).await?;
        let Some((link, account)) = usable(tx, found, self.purpose).await? else {
            return Ok(Tried::Wrong);
        };
        if link.tries >= CODE_TRIES {
            return Ok(Tried::Wrong);
        }
        if same(&link.code_hash, &self.code_hash) {
            return Ok(Tried::Right(account.id));
        }
        account::link_tried(tx, self.id).await?;
        Ok(Tried::Wrong)
    }
}

pub(crate) const WRONG_CODE_FR: &str = "Ce code n’est pas celui que nous vous avons envoyé, ou il n’est plus valable : recopiez-le depuis l’e-mail le plus récent.";
