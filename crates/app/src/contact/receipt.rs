//! The page that shows a request's number to who sent it, and to nobody who guesses.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use preau_store::tables::request;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::{Cx, Error, proof::keyed};

/// What the sender sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Number of the request.
    pub number: String,
    /// Its subject.
    pub subject: String,
    /// Where the acknowledgement went.
    pub email: String,
    /// When it came.
    pub received_at: Timestamp,
    /// When it is to be answered at the latest.
    pub due_at: Timestamp,
}

fn mac(cx: &Cx, id: Uuid) -> [u8; 32] {
    let commune = cx.commune.as_ref().map(|c| c.id).unwrap_or_default();
    let parts: [&[u8]; 3] = [b"receipt\0", commune.as_bytes(), id.as_bytes()];
    keyed(&cx.app.secret, &parts)
}

/// The last part of the address of the receipt: the identifier, and a signature of 128 bits.
#[must_use]
pub fn receipt_token(cx: &Cx, id: Uuid) -> String {
    let mut bytes = id.as_bytes().to_vec();
    bytes.extend_from_slice(&mac(cx, id)[..16]);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The receipt of a token.
pub async fn receipt(cx: &Cx, token: &str) -> Result<Receipt, Error> {
    let bytes: [u8; 32] = URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(Error::NotFound)?;
    let id = Uuid::from_slice(&bytes[..16]).map_err(|_| Error::NotFound)?;
    if !bool::from(mac(cx, id)[..16].ct_eq(&bytes[16..])) {
        return Err(Error::NotFound);
    }
    let mut tx = cx.read().await?;
    let found = request::get(&mut tx, id).await?.ok_or(Error::NotFound)?;
    Ok(Receipt {
        number: found.number,
        subject: found.subject,
        email: found.requester_email,
        received_at: found.created_at,
        due_at: found.due_at,
    })
}
