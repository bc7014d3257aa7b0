//! Tying and untying: the part that runs in the lane.

use jiff::Timestamp;
use preau_rules::{permission::Right, subscriber_code::Typed};
use preau_store::{
    Command, Tx,
    tables::{
        account::{self, Account},
        family::{self, Family, Guardian},
        invoice_reference, job,
        subscriber_code::{self, Code},
        subscription::{self, NewSubscription},
    },
};
use uuid::Uuid;

use super::{Announce, By, JOB, NO_CODE_FR, NO_INVOICE_FR};
use crate::{
    Caller, Cx, Error, citizen,
    family::note,
    login::key_of,
    search::folded,
    subscriber_code::{State, state},
    throttle,
};

/// The code that this account may use at `now`: there is one, it is good, and this account neither used it nor is tied
/// to its family already.
pub(super) async fn usable_code(
    tx: &mut Tx,
    typed: &Typed,
    account: Uuid,
    now: Timestamp,
) -> Result<Option<Code>, Error> {
    let own = typed.own.as_deref().unwrap_or_default();
    let Some(code) = subscriber_code::by_key(tx, &typed.whole, own).await? else {
        return Ok(None);
    };
    Ok(usable(tx, &code, account, now).await?.then_some(code))
}

async fn usable(tx: &mut Tx, code: &Code, account: Uuid, now: Timestamp) -> Result<bool, Error> {
    let uses = subscriber_code::uses(tx, code.id).await?;
    if uses.iter().any(|u| u.account_id == account) {
        return Ok(false);
    }
    let guardians = family::guardians(tx, &[code.family_id]).await?.len();
    if state(code, uses.len(), guardians, now) != State::Good {
        return Ok(false);
    }
    let tied = subscription::active(tx, account, code.family_id).await?;
    Ok(tied.is_none())
}

/// Which responsable of the family an account is: by address, or by name; nobody whom another account is already.
async fn who(tx: &mut Tx, family: Uuid, account: &Account) -> Result<Option<Uuid>, Error> {
    let ties = subscription::of_family(tx, family).await?;
    let taken = |g: &Guardian| {
        ties.iter()
            .any(|t| t.ended_at.is_none() && t.guardian_id == Some(g.id))
    };
    let guardians = family::guardians(tx, &[family]).await?;
    let mut free = guardians.iter().filter(|g| !taken(g));
    let by_address = free.clone().find(|g| {
        g.email
            .as_deref()
            .is_some_and(|e| key_of(e) == account.email_key)
    });
    let name = folded(&account.full_name());
    let found = by_address
        .or_else(|| free.find(|g| folded(&format!("{} {}", g.first_name, g.last_name)) == name));
    Ok(found.map(|g| g.id))
}

/// Ties an account to a family, and has the others of the family told.
async fn tie(tx: &mut Tx, account: &Account, family: &Family, how: &str) -> Result<Uuid, Error> {
    if family.closed_at.is_some() {
        return Err(Error::Conflict(
            "Le dossier de cette famille est clos. Écrivez à la mairie, qui peut le rouvrir."
                .to_owned(),
        ));
    }
    let guardian_id = who(tx, family.id, account).await?;
    let id = tx.new_id();
    let new = NewSubscription {
        id,
        account_id: account.id,
        family_id: family.id,
        guardian_id,
        how,
    };
    subscription::insert(tx, &new).await?;
    note(tx, "tied", family).await?;
    let at = tx.at();
    job::enqueue(tx, JOB, &Announce { subscription: id }, at, None).await?;
    Ok(id)
}

async fn use_code(tx: &mut Tx, account: &Account, code: &Code) -> Result<Family, Error> {
    let family = family::get(tx, code.family_id)
        .await?
        .ok_or(Error::NotFound)?;
    subscriber_code::used(tx, code.id, account.id, &account.full_name()).await?;
    tie(tx, account, &family, "code").await?;
    Ok(family)
}

/// Ties a new account by the code typed at sign-up, inside the command that activates it. False when the code ties
/// nothing, whatever the reason.
pub async fn tie_by_code(tx: &mut Tx, account: Uuid, typed: &str) -> Result<bool, Error> {
    let Some(typed) = Typed::read(typed) else {
        return Ok(false);
    };
    let at = tx.at();
    let account = account::get(tx, account).await?.ok_or(Error::NotFound)?;
    match usable_code(tx, &typed, account.id, at).await? {
        Some(code) => {
            use_code(tx, &account, &code).await?;
            Ok(true)
        }
        None => Ok(false),
    }
}

struct Confirm {
    caller: Caller,
    by: By,
}

impl Command for Confirm {
    const NAME: &'static str = "subscription.confirm";
    type Answer = String;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<String, Error> {
        let me = citizen::mine(tx, &self.caller).await?;
        let family = match self.by {
            By::Code(id) => {
                let at = tx.at();
                let refused = || Error::field("code_abonne", NO_CODE_FR);
                let code = subscriber_code::get(tx, id).await?.ok_or_else(refused)?;
                if !usable(tx, &code, me.id, at).await? {
                    return Err(refused());
                }
                use_code(tx, &me, &code).await?
            }
            By::Invoice(id) => {
                let refused = || Error::field("facture", NO_INVOICE_FR);
                let invoice = invoice_reference::get(tx, id).await?.ok_or_else(refused)?;
                if subscription::active(tx, me.id, invoice.family_id)
                    .await?
                    .is_some()
                {
                    return Err(refused());
                }
                let found = family::get(tx, invoice.family_id).await?;
                let family = found.ok_or_else(refused)?;
                tie(tx, &me, &family, "invoice").await?;
                family
            }
        };
        throttle::forgive(tx, "subscription", &me.id.to_string()).await?;
        Ok(family.name)
    }
}

pub(super) async fn confirm(cx: &Cx, by: By) -> Result<String, Error> {
    let caller = cx.caller.clone();
    cx.write(Confirm { caller, by }).await
}

struct End {
    caller: Caller,
    id: Uuid,
    by_agent: bool,
}

impl Command for End {
    const NAME: &'static str = "subscription.end";
    type Answer = Uuid;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Uuid, Error> {
        let found = subscription::get(tx, self.id).await?;
        if self.by_agent {
            self.caller.require_now(tx, Right::Families).await?;
        } else {
            let me = citizen::mine(tx, &self.caller).await?;
            found
                .as_ref()
                .filter(|s| s.account_id == me.id)
                .ok_or(Error::NotFound)?;
        }
        let found = found.ok_or(Error::NotFound)?;
        if subscription::end(tx, self.id).await? {
            let family = family::get(tx, found.family_id)
                .await?
                .ok_or(Error::NotFound)?;
            note(tx, "untied", &family).await?;
        }
        Ok(found.family_id)
    }
}

/// Ends one of the caller's own subscriptions.
pub async fn end(cx: &Cx, id: Uuid) -> Result<(), Error> {
    let caller = cx.caller.clone();
    let by_agent = false;
    cx.write(End {
        caller,
        id,
        by_agent,
    })
    .await
    .map(|_| ())
}

/// An agent ends a subscription; gives the family.
pub async fn untie(cx: &Cx, id: Uuid) -> Result<Uuid, Error> {
    cx.caller.require(Right::Families)?;
    let caller = cx.caller.clone();
    let by_agent = true;
    cx.write(End {
        caller,
        id,
        by_agent,
    })
    .await
}

struct TieByAgent {
    caller: Caller,
    family: Uuid,
    email_key: String,
}

impl Command for TieByAgent {
    const NAME: &'static str = "subscription.tie";
    type Answer = String;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<String, Error> {
        self.caller.require_now(tx, Right::Families).await?;
        let family = family::get(tx, self.family).await?.ok_or(Error::NotFound)?;
        let account = account::by_email(tx, &self.email_key).await?.ok_or_else(|| {
            Error::field(
                "email",
                "Aucun compte n’a cette adresse. La personne doit d’abord créer son compte et le confirmer.",
            )
        })?;
        if subscription::active(tx, account.id, family.id)
            .await?
            .is_some()
        {
            return Err(Error::field(
                "email",
                "Ce compte est déjà rattaché à cette famille.",
            ));
        }
        tie(tx, &account, &family, "agent").await?;
        Ok(account.full_name())
    }
}

struct TieAccount {
    caller: Caller,
    account: Uuid,
    reference: String,
}

impl Command for TieAccount {
    const NAME: &'static str = "subscription.tie_account";
    type Answer = String;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<String, Error> {
        self.caller.require_now(tx, Right::Families).await?;
        let account = account::get(tx, self.account)
            .await?
            .ok_or(Error::NotFound)?;
        let found = family::by_reference(tx, &self.reference).await?;
        let family = found.ok_or_else(|| {
            Error::field(
                "reference",
                "Aucune famille ne porte ce numéro. Il est en haut de la page de la famille.",
            )
        })?;
        if subscription::active(tx, account.id, family.id)
            .await?
            .is_some()
        {
            return Err(Error::field(
                "reference",
                "Ce compte est déjà rattaché à cette famille.",
            ));
        }
        tie(tx, &account, &family, "agent").await?;
        Ok(family.name)
    }
}

/// An agent ties an account to the family of a number; gives the name of the family.
pub async fn tie_account(cx: &Cx, account: Uuid, reference: &str) -> Result<String, Error> {
    cx.caller.require(Right::Families)?;
    if reference.trim().is_empty() {
        return Err(Error::field(
            "reference",
            "Indiquez le numéro de la famille.",
        ));
    }
    let tie = TieAccount {
        caller: cx.caller.clone(),
        account,
        reference: reference.trim().to_owned(),
    };
    cx.write(tie).await
}

/// An agent ties the account of an address to a family; gives the name of its owner.
pub async fn tie_by_agent(cx: &Cx, family: Uuid, email: &str) -> Result<String, Error> {
    cx.caller.require(Right::Families)?;
    if email.trim().is_empty() {
        return Err(Error::field(
            "email",
            "Indiquez l’adresse e-mail du compte.",
        ));
    }
    let tie = TieByAgent {
        caller: cx.caller.clone(),
        family,
        email_key: key_of(email),
    };
    cx.write(tie).await
}
