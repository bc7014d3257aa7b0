//! Files that are sealed: documents about health. Who may have them is asked by the use case that gives them out.

use bytes::Bytes;
use preau_formats::sealed::{self, Key};
use preau_store::{StoreError, tables::file::File};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::Opened;
use crate::{
    Cx, Error,
    seal::{self, KeyError},
};

/// Seals the bytes, writes them, and gives the row that is to be saved by a command.
pub async fn keep_sealed(
    cx: &Cx,
    purpose: &str,
    name: &str,
    media_type: &str,
    bytes: Bytes,
) -> Result<File, Error> {
    let (number, key) = seal::current(cx).await?;
    let file = File {
        id: cx.app.entropy.id(cx.at),
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        sha256: Vec::new(),
        path: String::new(),
        purpose: purpose.to_owned(),
        created_at: cx.at,
        sealed_with: None,
    };
    write(cx, file, number, key, Zeroizing::new(bytes.to_vec())).await
}

/// Seals and writes; the row names the place of the bytes, their hash and their key.
async fn write(
    cx: &Cx,
    mut file: File,
    number: u32,
    key: Key,
    plain: Zeroizing<Vec<u8>>,
) -> Result<File, Error> {
    let (place, nonce) = (seal::place_of_file(file.id), cx.app.entropy.bytes());
    let (bytes, sha256) = blocking(move || {
        let bytes = sealed::seal(&key, number, nonce, &place, &plain)?;
        let sha256 = Sha256::digest(&bytes).to_vec();
        Ok((bytes, sha256))
    })
    .await?;
    file.sha256 = sha256;
    // Another key, another path: old and new bytes stand side by side until the row has turned to the new ones.
    file.path = format!("{}/{}.{number}", file.purpose, file.id);
    file.sealed_with = Some(number.into());
    cx.commune()?.files.put(&file.path, bytes.into()).await?;
    Ok(file)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, sealed::SealedError> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| StoreError::Internal(format!("sealing: {e}")))?;
    Ok(done.map_err(KeyError::from)?)
}

/// Reads a sealed file and opens it. One that is not sealed is refused: its row was changed.
pub async fn open_sealed(cx: &Cx, file: File) -> Result<Opened, Error> {
    let bytes = cx.commune()?.files.get(&file.path).await?;
    let key = seal::key(cx, seal::number(&bytes)?).await?;
    let place = seal::place_of_file(file.id);
    let plain = blocking(move || sealed::open(&key, &place, &bytes)).await?;
    Ok(Opened {
        file,
        bytes: plain.into(),
    })
}

/// Seals a file anew with another key, beside its old bytes. Gives the row as it is to be.
pub(crate) async fn reseal(cx: &Cx, old: &File, number: u32, key: &Key) -> Result<File, Error> {
    let opened = open_sealed(cx, old.clone()).await?;
    let plain = Zeroizing::new(opened.bytes.to_vec());
    write(cx, opened.file, number, key.clone(), plain).await
}
