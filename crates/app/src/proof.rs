//! « Je ne suis pas un robot »: a proof of work in the ALTCHA format (version 1), in place of pictures to decipher.
//!
//! The browser gets `salt` and `challenge = sha256(salt + number)` and finds the number by trying. The server keeps
//! nothing: the challenge is signed, the salt says until when it is good. A solution is good once.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use preau_store::{Tx, tables::proof};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use thiserror::Error;

use crate::{Cx, Error as AppError};

/// How long a challenge is good.
pub const GOOD_FOR: SignedDuration = SignedDuration::from_mins(20);

/// What the browser is asked, in the words of ALTCHA.
#[derive(Debug, Clone, Serialize)]
pub struct Challenge {
    /// Always `SHA-256`.
    pub algorithm: &'static str,
    /// Hexadecimal `sha256(salt + number)`.
    pub challenge: String,
    /// The number is at most this.
    pub maxnumber: u32,
    /// Random, with the end of its life: `…?expires=1795422720&`. The final `&` keeps digits of the number from
    /// passing for digits of the salt.
    pub salt: String,
    /// Hexadecimal HMAC of the challenge.
    pub signature: String,
}

/// A solution as the browser sends it, base64 of JSON.
#[derive(Debug, Deserialize)]
struct Solution {
    algorithm: String,
    challenge: String,
    number: u64,
    salt: String,
    signature: String,
}

/// A solution that is right; whether it was used before, only the lane knows.
#[derive(Debug, Clone)]
pub struct Proof {
    hash: [u8; 32],
    expires_at: Timestamp,
}

/// Why a proof is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadProof {
    /// Not ours, not for this commune, or not the solution.
    #[error("forged")]
    Forged,
    /// Its time is over.
    #[error("expired")]
    Expired,
}

impl BadProof {
    /// What the visitor is told.
    #[must_use]
    pub fn message_fr(self) -> &'static str {
        match self {
            Self::Forged => {
                "La vérification « Je ne suis pas un robot » n’a pas abouti. Envoyez de nouveau : elle recommence d’elle-même."
            }
            Self::Expired => {
                "La vérification « Je ne suis pas un robot » datait de plus de 20 minutes. Envoyez de nouveau : elle recommence d’elle-même."
            }
        }
    }
}

/// What the visitor is told when the proof was used before.
pub const USED_FR: &str = "La vérification « Je ne suis pas un robot » a déjà servi. Envoyez de nouveau : elle recommence d’elle-même.";

/// A new challenge, bound to the commune.
pub fn challenge(cx: &Cx) -> Result<Challenge, AppError> {
    let expires = cx.at.as_second() + GOOD_FOR.as_secs();
    let salt = format!("{}?expires={expires}&", hex(&cx.app.entropy.bytes::<12>()));
    let maxnumber = cx.app.settings.proof_of_work.max(1);
    let number = u64::from_le_bytes(cx.app.entropy.bytes()) % u64::from(maxnumber);
    let challenge = digest(&salt, number);
    Ok(Challenge {
        algorithm: "SHA-256",
        signature: hex(&sign(cx, &challenge)?),
        challenge,
        maxnumber,
        salt,
    })
}

/// Checks a solution, but for its first use.
pub fn check(cx: &Cx, text: &str) -> Result<Result<Proof, BadProof>, AppError> {
    let Some(solution) = read(text) else {
        return Ok(Err(BadProof::Forged));
    };
    let signature = hex(&sign(cx, &solution.challenge)?);
    let ours = bool::from(signature.as_bytes().ct_eq(solution.signature.as_bytes()));
    let solved = digest(&solution.salt, solution.number) == solution.challenge;
    let Some(expires_at) = expiry(&solution.salt).filter(|_| ours && solved) else {
        return Ok(Err(BadProof::Forged));
    };
    if solution.algorithm != "SHA-256" {
        return Ok(Err(BadProof::Forged));
    }
    if cx.at > expires_at {
        return Ok(Err(BadProof::Expired));
    }
    let hash = Sha256::digest(solution.challenge.as_bytes()).into();
    Ok(Ok(Proof { hash, expires_at }))
}

impl Proof {
    /// Uses the proof inside the lane. False when it was used before.
    pub(crate) async fn use_once(&self, tx: &mut Tx) -> Result<bool, AppError> {
        Ok(proof::use_once(tx, self.hash, self.expires_at).await?)
    }
}

fn read(text: &str) -> Option<Solution> {
    // A solution has some 300 characters.
    let bytes = STANDARD.decode(text.get(..text.len().min(2_000))?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn expiry(salt: &str) -> Option<Timestamp> {
    let (_, rest) = salt.split_once("?expires=")?;
    let seconds = rest.strip_suffix('&')?.parse().ok()?;
    Timestamp::from_second(seconds).ok()
}

fn digest(salt: &str, number: u64) -> String {
    let hash = Sha256::new()
        .chain_update(salt)
        .chain_update(number.to_string())
        .finalize();
    hex(&hash)
}

/// A key for each commune and this use only: a proof for one commune is none for another.
fn sign(cx: &Cx, challenge: &str) -> Result<[u8; 32], AppError> {
    let commune = cx.commune()?.id;
    let key = keyed(&cx.app.secret, &[b"proof of work\0", commune.as_bytes()]);
    Ok(keyed(&key, &[challenge.as_bytes()]))
}

/// HMAC-SHA256 of the parts, one after the other.
pub(crate) fn keyed(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mac = Hmac::<Sha256>::new_from_slice(key).expect("a key");
    let mac = parts.iter().fold(mac, Mac::chain_update);
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut out, b| {
        // Writing to a String does not fail.
        let _ = write!(out, "{b:02x}");
        out
    })
}
