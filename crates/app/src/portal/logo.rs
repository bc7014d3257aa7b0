//! The commune's logo: what an agent brought is drawn again, small, without what cameras and programs hide in files.

use bytes::Bytes;
use preau_rules::permission::Right;
use preau_store::{Command, StoreError, Tx, tables::file};
use uuid::Uuid;

use crate::{Caller, Cx, Error, file as files, image};

struct Put {
    file: Option<file::File>,
    caller: Caller,
}

impl Command for Put {
    const NAME: &'static str = "portal.logo";
    /// The logo that is shown now, and the key of the bytes that nobody needs any more.
    type Answer = (Option<Uuid>, Option<String>);
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Self::Answer, Error> {
        self.caller.require_now(tx, Right::PortalSettings).await?;
        let before = super::get(tx).await?.logo;
        if let Some(row) = &self.file {
            file::insert(tx, row).await?;
        }
        let shown = self.file.as_ref().map(|f| f.id);
        super::change(tx, |portal| portal.logo = shown).await?;
        let Some(before) = before else {
            return Ok((shown, None));
        };
        let old = file::get(tx, before).await?.map(|f| f.path);
        file::delete(tx, before).await?;
        Ok((shown, old))
    }
}

/// Puts a new logo: PNG, JPEG or WebP, up to 10 MB and 40 megapixels.
pub async fn set_logo(cx: &Cx, upload: Bytes) -> Result<(), Error> {
    cx.caller.require(Right::PortalSettings)?;
    let drawn = tokio::task::spawn_blocking(move || image::logo(&upload))
        .await
        .map_err(|e| StoreError::Internal(format!("logo: {e}")))?
        .map_err(|e| Error::field("logo", e.message_fr()))?;
    let row = files::keep(cx, "logo", "logo.png", "image/png", drawn.into()).await?;
    put(cx, Some(row)).await
}

/// Goes back to the mark of the product.
pub async fn remove_logo(cx: &Cx) -> Result<(), Error> {
    put(cx, None).await
}

async fn put(cx: &Cx, row: Option<file::File>) -> Result<(), Error> {
    let caller = cx.caller.clone();
    let mine = row.as_ref().map(|f| (f.id, f.path.clone()));
    let done = cx.write(Put { file: row, caller }).await;
    let unused = match (&done, mine) {
        (Ok((shown, old)), Some((id, path))) if *shown != Some(id) => {
            let _ = old;
            Some(path)
        }
        (Err(_), Some((_, path))) => Some(path),
        (Ok((_, old)), _) => old.clone(),
        (Err(_), None) => None,
    };
    if let Some(path) = unused {
        files::discard(cx, &path).await;
    }
    done.map(|_| ())
}
