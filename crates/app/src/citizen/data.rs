//! « Mes données »: everything that the commune holds about an account, in one archive that is made on demand and not
//! kept: `mes-donnees.html` to be read, `mes-donnees.json` for machines (RGPD, articles 15 and 20).
//!
//! What is somebody else's stays out: of the other responsables of a family only the names, as they stand on the pages
//! of the family. So do the words of mails with a link or a code in them: whoever borrows a session must not find there
//! what opens the account.

mod gather;
mod held;
mod sheet;

use preau_formats::bundle;
use preau_store::{Command, StoreError, Tx};

pub use held::Held;

use super::note;
use crate::{Caller, Cx, Error, portal};

/// The archive.
#[derive(Debug, Clone)]
pub struct Archive {
    /// Name of the file.
    pub name: String,
    /// A ZIP.
    pub bytes: Vec<u8>,
}

/// Notes that the archive was asked for: the owner reads it there when it was somebody else.
struct Ask {
    caller: Caller,
}

impl Command for Ask {
    const NAME: &'static str = "account.export";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let me = super::mine(tx, &self.caller).await?;
        note(tx, "data_exported", me.id).await
    }
}

/// Makes the archive of the caller.
pub async fn archive(cx: &Cx) -> Result<Archive, Error> {
    cx.caller.account()?;
    let caller = cx.caller.clone();
    cx.write(Ask { caller }).await?;
    let held = gather::all(cx).await?;
    let zone = portal::get(&mut cx.read().await?).await?.zone();
    let internal = |what: &str| StoreError::Internal(format!("archive of an account: {what}"));
    let json = serde_json::to_vec_pretty(&held).map_err(|e| internal(&e.to_string()))?;
    let html = sheet::html(&held, &zone).map_err(|e| internal(&e.to_string()))?;
    let local = cx.at.to_zoned(zone).datetime();
    let files: [(&str, &[u8]); 2] = [
        ("mes-donnees.html", html.as_bytes()),
        ("mes-donnees.json", &json),
    ];
    let bytes = bundle::pack(&files, local).map_err(|e| internal(&e.to_string()))?;
    Ok(Archive {
        name: format!("mes-donnees-{}-{}.zip", cx.commune()?.slug, local.date()),
        bytes,
    })
}
