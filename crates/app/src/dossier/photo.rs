//! The face on a member's card: drawn again before it is kept, seen by the family and by agents only.

use bytes::Bytes;
use preau_rules::permission::Right;
use preau_store::{
    Command, StoreError, Tx,
    tables::{fact, file},
};
use uuid::Uuid;

use super::owned;
use crate::{Caller, Cx, Error, family, file as files, image};

struct Put {
    member: Uuid,
    picture: Option<(file::File, Vec<u8>)>,
    caller: Caller,
}

impl Command for Put {
    const NAME: &'static str = "dossier.photo";
    /// The picture that is kept now, and the key of the bytes that nobody needs any more.
    type Answer = (Option<Uuid>, Option<String>);
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Self::Answer, Error> {
        let family = owned(tx, &self.caller, self.member).await?;
        let old = fact::photo(tx, self.member).await?;
        match &self.picture {
            Some((row, thumb)) => {
                file::insert(tx, row).await?;
                fact::set_photo(tx, self.member, row.id, thumb).await?;
            }
            None => fact::take_photo(tx, self.member).await?,
        }
        let mut unused = None;
        if let Some(old) = old {
            unused = file::get(tx, old.file_id).await?.map(|f| f.path);
            file::delete(tx, old.file_id).await?;
        }
        if let Some(found) = preau_store::tables::family::get(tx, family).await? {
            family::note(tx, "photo_changed", &found).await?;
        }
        let kept = self.picture.as_ref().map(|(row, _)| row.id);
        Ok((kept, unused))
    }
}

/// Puts a photo on a member's card: JPEG, PNG or WebP, up to 10 MB and 40 megapixels.
pub async fn set_photo(cx: &Cx, member: Uuid, upload: Bytes) -> Result<(), Error> {
    owned(&mut cx.read().await?, &cx.caller, member).await?;
    let drawn = tokio::task::spawn_blocking(move || image::photo(&upload))
        .await
        .map_err(|e| StoreError::Internal(format!("photo: {e}")))?
        .map_err(|e| Error::field("photo", e.message_fr()))?;
    let row = files::keep(cx, "photo", "photo.jpg", "image/jpeg", drawn.large.into()).await?;
    put(cx, member, Some((row, drawn.small))).await
}

/// Takes the photo off.
pub async fn remove_photo(cx: &Cx, member: Uuid) -> Result<(), Error> {
    put(cx, member, None).await
}

async fn put(cx: &Cx, member: Uuid, picture: Option<(file::File, Vec<u8>)>) -> Result<(), Error> {
    let mine = picture.as_ref().map(|(row, _)| (row.id, row.path.clone()));
    let caller = cx.caller.clone();
    let done = cx
        .write(Put {
            member,
            picture,
            caller,
        })
        .await;
    // The same form sent twice is done once: the second picture is nobody's.
    let unused = match (&done, mine) {
        (Ok((kept, _)), Some((id, path))) if *kept != Some(id) => Some(path),
        (Err(_), Some((_, path))) => Some(path),
        (Ok((_, unused)), _) => unused.clone(),
        (Err(_), None) => None,
    };
    if let Some(path) = unused {
        files::discard(cx, &path).await;
    }
    done.map(|_| ())
}

/// The small picture of a member, JPEG of at most 4 KB: for the family's accounts, and for agents who see families.
pub async fn face(cx: &Cx, member: Uuid) -> Result<Vec<u8>, Error> {
    let mut tx = cx.read().await?;
    if cx.caller.require(Right::Families).is_err() {
        owned(&mut tx, &cx.caller, member).await?;
    }
    fact::thumb(&mut tx, member).await?.ok_or(Error::NotFound)
}
