//! What a commune decided of each field of the file.

use preau_rules::{
    dossier::{Access, FIELDS, Policies, Policy},
    permission::Right,
};
use preau_store::{
    Command, StoreError, Tx,
    tables::{journal, setting},
};

use crate::{Caller, Cx, Error};

const NAME: &str = "dossier";

/// The commune's decisions.
pub async fn get(tx: &mut Tx) -> Result<Policies, StoreError> {
    Ok(setting::get(tx, NAME).await?.unwrap_or_default())
}

/// The commune's decisions, for the settings page.
pub async fn load(cx: &Cx) -> Result<Policies, Error> {
    cx.caller.require(Right::PortalSettings)?;
    Ok(get(&mut cx.read().await?).await?)
}

/// Reads the settings page: for each field, `(key, access, required)`. What is as usual is not kept.
#[must_use]
pub fn read(typed: impl Fn(&str) -> (Option<Access>, bool)) -> Policies {
    let mut policies = Policies::default();
    for field in FIELDS {
        let (access, required) = typed(field.key);
        let policy = Policy {
            access: access.unwrap_or(field.usual.access),
            required: required || field.always_required,
        };
        if policy != field.usual {
            policies.0.insert(field.key.to_owned(), policy);
        }
    }
    policies
}

struct Save {
    policies: Policies,
    caller: Caller,
}

impl Command for Save {
    const NAME: &'static str = "dossier.policies";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::PortalSettings).await?;
        let before = get(tx).await?;
        if before == self.policies {
            return Ok(());
        }
        setting::set(tx, NAME, &self.policies).await?;
        let change = journal::Change {
            action: "changed",
            kind: "setting",
            id: NAME.to_owned(),
            name: "Dossier famille",
            before: Some(&before),
            after: Some(&self.policies),
        };
        Ok(journal::note(tx, change).await?)
    }
}

/// Decides anew.
pub async fn save(cx: &Cx, policies: Policies) -> Result<(), Error> {
    cx.caller.require(Right::PortalSettings)?;
    let caller = cx.caller.clone();
    cx.write(Save { policies, caller }).await
}
