//! Deletion of an account by its owner.

use preau_rules::french;
use preau_store::{
    Command, Tx,
    tables::{account, session, sign_up, subscription},
};
use uuid::Uuid;

use super::{note, password};
use crate::{
    Caller, Cx, Error,
    contact::Letterhead,
    mail::{AccountClosed, Mail, Zone},
    outbox::{self, Post},
    throttle::Try,
};

struct Erase {
    caller: Caller,
    tries: Try,
    head: Letterhead,
}

impl Command for Erase {
    const NAME: &'static str = "account.erase";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let account = super::mine(tx, &self.caller).await?;
        self.tries.succeeded(tx).await?;
        let mail = AccountClosed {
            to: super::to(&account),
            zone: Zone::Commune,
            at: french::instant_year(tx.at(), &self.head.zone),
            sign_up_url: format!("{}/compte/creer", self.head.card.portal_url),
        };
        let post = Post {
            kind: AccountClosed::NAME,
            to_name: &account.full_name(),
            to_address: &account.email,
            rendered: self.head.write(&mail)?,
            about: None,
            good_for: crate::contact::MAIL_GOOD_FOR,
        };
        outbox::post(tx, post).await?;
        session::end_others(tx, "account", account.id, Uuid::nil()).await?;
        subscription::end_all(tx, account.id).await?;
        sign_up::forget_of(tx, account.id).await?;
        account::erase(tx, account.id).await?;
        note(tx, "erased", account.id).await
    }
}

/// Deletes the caller's account, who gives the password and ticks the box.
pub async fn erase(cx: &Cx, sure: bool, current_password: &str) -> Result<(), Error> {
    cx.caller.account()?;
    if !sure {
        return Err(Error::field(
            "certain",
            "Cochez la case pour confirmer que vous voulez supprimer votre compte.",
        ));
    }
    let tries = password::confirm(cx, "mot_de_passe_suppression", current_password).await?;
    let erase = Erase {
        caller: cx.caller.clone(),
        tries,
        head: Letterhead::load(cx).await?,
    };
    cx.write(erase).await
}
