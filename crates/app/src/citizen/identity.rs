//! The civil identity of an account.

use preau_store::{
    Command, Tx,
    tables::{account, journal},
};

use super::{search_text, signup};
use crate::{Caller, Cx, Error, Problems};

struct Rename {
    caller: Caller,
    civility: &'static str,
    first: String,
    last: String,
}

impl Command for Rename {
    const NAME: &'static str = "account.rename_citizen";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let before = super::mine(tx, &self.caller).await?;
        let search = search_text(&self.first, &self.last, &before.email);
        let names = (self.first.as_str(), self.last.as_str());
        account::set_name(tx, before.id, self.civility, names, &search).await?;
        let change = journal::Change::<()> {
            action: "renamed",
            kind: super::KIND,
            id: before.id.to_string(),
            name: "Compte usager",
            before: None,
            after: None,
        };
        Ok(journal::note(tx, change).await?)
    }
}

/// Changes civility, first and last name of the caller.
pub async fn rename(cx: &Cx, civility: &str, first: &str, last: &str) -> Result<(), Error> {
    cx.caller.account()?;
    let mut problems = Problems::default();
    let Some((civility, first, last)) = signup::identity(&mut problems, (civility, first, last))
    else {
        return Err(problems.into_error());
    };
    let rename = Rename {
        caller: cx.caller.clone(),
        civility: civility.code(),
        first,
        last,
    };
    cx.write(rename).await
}
