//! Passwords: hashed with Argon2id, in blocking threads, a few at a time.

use std::sync::OnceLock;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use preau_rules::password::{self as rules, Policy};
use preau_store::StoreError;

use crate::{Cx, Error, Problems};

/// Parameters advised by OWASP (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. In KiB and passes.
const COST: (u32, u32, u32) = (19_456, 2, 1);

fn argon() -> Result<Argon2<'static>, StoreError> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None)
        .map_err(|e| StoreError::Internal(format!("argon2: {e}")))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &str, salt: &[u8]) -> Result<String, StoreError> {
    let hash = argon()?
        .hash_password_with_salt(rules::prepare(password).as_bytes(), salt)
        .map_err(|e| StoreError::Internal(format!("argon2: {e}")))?;
    Ok(hash.to_string())
}

/// A hash that no password opens: who asks about an unknown address waits as long as about a known one.
fn nobody() -> Result<&'static str, StoreError> {
    static HASH: OnceLock<String> = OnceLock::new();
    if let Some(hash) = HASH.get() {
        return Ok(hash);
    }
    let hash = hash_now("a password that nobody has", b"sixteen bytes of")?;
    Ok(HASH.get_or_init(|| hash))
}

async fn in_turn<T: Send + 'static>(
    cx: &Cx,
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Error> {
    let internal = |e: &dyn std::fmt::Display| StoreError::Internal(format!("hashing: {e}"));
    let turn = cx.app.hashing.acquire().await.map_err(|e| internal(&e))?;
    let done = tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| internal(&e))?;
    drop(turn);
    Ok(done?)
}

/// The hash to keep of a password that the policy accepted, as a PHC string.
pub async fn hash(cx: &Cx, password: &str) -> Result<String, Error> {
    let (password, salt) = (password.to_owned(), cx.app.entropy.bytes::<16>());
    in_turn(cx, move || hash_now(&password, &salt)).await
}

/// Whether the password is the one of this hash. Without a hash the answer is no, and takes as long.
pub async fn verify(cx: &Cx, password: &str, hash: Option<String>) -> Result<bool, Error> {
    let long = password.chars().count() > rules::MAX_LENGTH;
    let password = if long {
        String::new()
    } else {
        rules::prepare(password)
    };
    in_turn(cx, move || {
        let nobody = nobody()?;
        let kept = hash.as_deref().unwrap_or(nobody);
        let same = argon()?.verify_password(password.as_bytes(), kept).is_ok();
        Ok(same && hash.is_some() && !long)
    })
    .await
}

/// Checks a new agent's password and its repetition; notes what is wrong beside `mot_de_passe` and `confirmation`.
pub fn check(problems: &mut Problems, password: &str, again: Option<&str>, personal: &[&str]) {
    let policy = Policy::AGENT.accept(password, personal);
    problems.take("mot_de_passe", policy, rules::PasswordError::message_fr);
    if again.is_some_and(|again| again != password) {
        problems.add(
            "confirmation_mot_de_passe",
            "Les deux mots de passe sont différents. Tapez deux fois le même.",
        );
    }
}

/// What stands under the field of a new password.
#[must_use]
pub fn hint() -> String {
    Policy::AGENT.hint_fr()
}
