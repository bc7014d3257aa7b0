//! Citizens: how they get an account, come in, and look after what is theirs.
//!
//! A sign-up is no account yet: it becomes one when its address is confirmed, so nobody can hold an address that is not
//! theirs. Answers are the same whether an address is known or not; who is concerned learns it by mail.

pub mod activation;
pub mod data;
pub mod email;
pub mod erase;
pub mod identity;
mod link;
pub mod login;

pub mod password;
pub mod requests;
pub mod session;
pub mod signup;

use preau_rules::{
    civility::Civility,
    phone::Phone,
    throttle::{Limit, Reason},
};
use preau_store::{
    Tx,
    tables::{account::Account, family, journal, sign_up::SignUp, subscription},
};

use crate::{Caller, Cx, Error, mail::Addressee, search::folded};

/// Kind of an account in the journal and in mails.
pub const KIND: &str = "account";

/// Mails asked for to one mailbox: nobody's is to be filled from here.
pub(crate) const BY_MAILBOX: Limit = Limit {
    free: 4,
    first_seconds: 300,
    cap_seconds: 7_200,
    memory_seconds: 86_400,
    reason: Reason::Account,
};
/// Forms that send a mail, from one network address: room for a school or a library behind it.
pub(crate) const BY_ADDRESS: Limit = Limit {
    free: 20,
    first_seconds: 60,
    cap_seconds: 1_800,
    memory_seconds: 3_600,
    reason: Reason::Address,
};

/// How a citizen is greeted: « Mme Léa Durant ».
pub(crate) fn addressee(civility: &str, first: &str, last: &str) -> Addressee {
    Addressee {
        civility: Civility::parse_optional(civility)
            .ok()
            .flatten()
            .map(|c| c.label_fr().to_owned()),
        name: format!("{first} {last}"),
    }
}

/// The same, of an account.
pub(crate) fn to(account: &Account) -> Addressee {
    addressee(&account.civility, &account.first_name, &account.last_name)
}

/// The same, of a sign-up.
pub(crate) fn to_of(up: &SignUp) -> Addressee {
    addressee(&up.civility, &up.first_name, &up.last_name)
}

/// What agents find an account by.
pub(crate) fn search_text(first: &str, last: &str, email: &str) -> String {
    folded(&format!("{first} {last} {email}"))
}

/// The caller's account as it is at this moment; a blocked one is out.
pub(crate) async fn mine(tx: &mut Tx, caller: &Caller) -> Result<Account, Error> {
    let id = caller.account()?.id;
    let found = preau_store::tables::account::get(tx, id).await?;
    found.filter(|a| a.blocked_at.is_none()).ok_or(Error::LogIn)
}

/// The caller's account.
pub async fn me(cx: &Cx) -> Result<Account, Error> {
    mine(&mut cx.read().await?, &cx.caller).await
}

/// How the caller is reached, for forms that need not ask again.
#[derive(Debug, Clone)]
pub struct Reach {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Address of the account.
    pub email: String,
    /// Telephone, from the family's file when the account is one of its responsables.
    pub phone: Option<String>,
}

/// How the caller is reached.
pub async fn reach(cx: &Cx) -> Result<Reach, Error> {
    let mut tx = cx.read().await?;
    let me = mine(&mut tx, &cx.caller).await?;
    let mut ties = subscription::history(&mut tx, me.id).await?;
    ties.retain(|tie| tie.ended_at.is_none() && tie.guardian_id.is_some());
    let families: Vec<_> = ties.iter().map(|tie| tie.family_id).collect();
    let guardians = family::guardians(&mut tx, &families).await?;
    let mut own = guardians
        .into_iter()
        .filter(|g| ties.iter().any(|tie| tie.guardian_id == Some(g.id)));
    let phone = own.find_map(|g| g.phone);
    Ok(Reach {
        phone: phone
            .and_then(|p| Phone::parse(&p).ok())
            .map(|p| p.display()),
        first_name: me.first_name,
        last_name: me.last_name,
        email: me.email,
    })
}

/// Notes what happened to an account. The journal is never erased: it says which account, not whose.
pub(crate) async fn note(tx: &mut Tx, action: &str, account: uuid::Uuid) -> Result<(), Error> {
    let change = journal::Change::<()> {
        action,
        kind: KIND,
        id: account.to_string(),
        name: "Compte usager",
        before: None,
        after: None,
    };
    Ok(journal::note(tx, change).await?)
}
