//! The hidden token of every form: signed, bound to the session (or to the anonymous cookie) and to the commune,
//! good for a day, different each time a form is drawn.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use crate::call::Call;

/// A form older than this is drawn again.
const GOOD_FOR_SECONDS: i64 = 24 * 3600;

fn sign(call: &Call, issued: i64, nonce: &[u8; 12]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mac = Hmac::<Sha256>::new_from_slice(&call.web.app.secret).expect("a key");
    mac.chain_update(b"form\0")
        .chain_update(call.slug.as_bytes())
        .chain_update([0])
        .chain_update(call.binding().as_bytes())
        .chain_update([0])
        .chain_update(issued.to_be_bytes())
        .chain_update(nonce)
        .finalize()
        .into_bytes()
        .into()
}

/// A token for a form of this call.
pub(crate) fn make(call: &Call) -> String {
    let nonce: [u8; 12] = call.web.app.entropy.bytes();
    let issued = call.cx.at.as_second();
    let mut bytes = Vec::with_capacity(52);
    bytes.extend_from_slice(&issued.to_be_bytes());
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&sign(call, issued, &nonce));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// True when the token was made for this visitor, here, not too long ago.
pub(crate) fn good(call: &Call, token: &str, now: Timestamp) -> bool {
    use subtle::ConstantTimeEq;
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(token) else {
        return false;
    };
    let (Some(issued), Some(nonce), Some(mac)) = (
        bytes.get(..8).and_then(|b| b.try_into().ok()),
        bytes.get(8..20).and_then(|b| <&[u8; 12]>::try_from(b).ok()),
        bytes.get(20..),
    ) else {
        return false;
    };
    let issued = i64::from_be_bytes(issued);
    let fresh = (0..=GOOD_FOR_SECONDS).contains(&(now.as_second() - issued));
    fresh && bool::from(sign(call, issued, nonce).ct_eq(mac))
}
