//! The second factor: codes of six figures that change every 30 seconds (RFC 6238), and recovery codes.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use preau_rules::code::RecoveryCode;
use preau_store::StoreError;
use qrcode::{QrCode, render::svg};
use sha2::{Digest, Sha256};
use totp_rs::{Builder, Secret, Totp};
use uuid::Uuid;

use crate::{Cx, Error};

/// Length of a step, in seconds.
const STEP: i64 = 30;
/// How many recovery codes an agent gets.
pub const RECOVERY_CODES: usize = 10;

fn totp(secret: &[u8]) -> Option<Totp> {
    let secret = Secret::from(secret.to_vec());
    Builder::new().with_secret(secret).build().ok()
}

fn seconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_second()).unwrap_or_default()
}

/// The code of an instant. For the demo and for tests.
#[must_use]
pub fn code_at(secret: &[u8], at: Timestamp) -> Option<String> {
    totp(secret).map(|totp| totp.generate(seconds(at)).to_string())
}

/// The step whose code this is, one step early or late included; `None` when it is no code of now, or one that was
/// used: only steps after `last_step` count.
#[must_use]
pub fn verify(secret: &[u8], code: &str, at: Timestamp, last_step: i64) -> Option<i64> {
    let code: String = code.chars().filter(char::is_ascii_digit).collect();
    let step = totp(secret)?.check(&code, seconds(at))?;
    i64::try_from(step).ok().filter(|step| *step > last_step)
}

/// The step of an instant.
#[must_use]
pub fn step_of(at: Timestamp) -> i64 {
    at.as_second() / STEP
}

/// The secret offered to an agent who sets up the second factor: the same for every page of a session, another one
/// after it was taken, and nothing is kept before the agent proves to have it. `token` is the session's, which we do
/// not keep either.
pub(crate) fn offered(cx: &Cx, token: &str, current: &[u8]) -> Result<[u8; 20], Error> {
    let mac = Hmac::<Sha256>::new_from_slice(&cx.app.secret)
        .map_err(|e| StoreError::Internal(format!("hmac: {e}")))?;
    let all = mac
        .chain_update(b"totp\0")
        .chain_update(token.as_bytes())
        .chain_update([0])
        .chain_update(current)
        .finalize()
        .into_bytes();
    let mut secret = [0; 20];
    secret.copy_from_slice(&all[..20]);
    Ok(secret)
}

/// What the page of the set-up shows.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The secret to type, in groups of four.
    pub secret: String,
    /// The QR code, as an address that an image can show.
    pub qr: String,
    /// The address for the application on this very device.
    pub uri: String,
}

/// Draws the set-up page of a secret. `issuer`: what the application calls us.
pub(crate) fn draw(issuer: &str, account: &str, secret: &[u8]) -> Result<Offer, Error> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let base32 = Secret::from(secret.to_vec()).to_base32();
    let (label, who) = (percent(issuer), percent(account));
    let uri = format!("otpauth://totp/{label}:{who}?secret={base32}&issuer={label}");
    let code =
        QrCode::new(uri.as_bytes()).map_err(|e| StoreError::Internal(format!("QR code: {e}")))?;
    let svg = code
        .render::<svg::Color<'_>>()
        .min_dimensions(220, 220)
        .build();
    let groups: Vec<&str> = base32
        .as_bytes()
        .chunks(4)
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    Ok(Offer {
        secret: groups.join(" "),
        qr: format!("data:image/svg+xml;base64,{}", STANDARD.encode(svg)),
        uri,
    })
}

fn percent(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut out, b| {
        if b.is_ascii_alphanumeric() || b"-._~@".contains(&b) {
            out.push(b.into());
        } else {
            // Writing to a String does not fail.
            let _ = write!(out, "%{b:02X}");
        }
        out
    })
}

/// New recovery codes: as shown, and as kept.
pub(crate) fn recovery(cx: &Cx, agent: Uuid) -> (Vec<String>, Vec<[u8; 32]>) {
    (0..RECOVERY_CODES)
        .map(|_| {
            let code = RecoveryCode::from_random(cx.app.entropy.bytes());
            (code.grouped(), recovery_hash(agent, code.as_str()))
        })
        .unzip()
}

/// What is kept of a recovery code. It has 59 random bits and opens nothing without the password, so that a plain hash
/// with the agent as its salt does.
pub(crate) fn recovery_hash(agent: Uuid, code: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(agent.as_bytes())
        .chain_update(code.as_bytes())
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, cut to six figures.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
        ] {
            let at = Timestamp::from_second(second).unwrap();
            assert_eq!(code_at(secret, at).as_deref(), Some(code));
            assert_eq!(verify(secret, code, at, 0), Some(step_of(at)));
        }
    }

    #[test]
    fn a_code_is_good_one_step_around_and_never_after_a_later_one() {
        let secret = b"12345678901234567890";
        let at = |s: i64| Timestamp::from_second(1_234_567_890 + s).unwrap();
        let code = "005924";
        assert!(verify(secret, code, at(30), 0).is_some());
        assert!(verify(secret, code, at(-30), 0).is_some());
        assert!(verify(secret, code, at(60), 0).is_none());
        assert!(verify(secret, code, at(-60), 0).is_none());
        let step = step_of(at(0));
        assert!(verify(secret, code, at(0), step).is_none(), "used before");
        assert_eq!(verify(secret, "005 924", at(0), step - 1), Some(step));
    }

    #[test]
    fn the_application_reads_whose_code_it_is() {
        let offer = draw("Laigneville, espace agent", "zoé@mairie.fr", &[7; 20]).unwrap();
        assert!(offer.uri.starts_with(
            "otpauth://totp/Laigneville%2C%20espace%20agent:zo%C3%A9@mairie.fr?secret="
        ));
        assert_eq!(offer.secret.len(), 39);
        assert!(offer.qr.starts_with("data:image/svg+xml;base64,"));
    }
}
