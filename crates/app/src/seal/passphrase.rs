//! A passphrase becomes a key: for archives that leave the installation.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine, engine::general_purpose::STANDARD};
use preau_formats::{archive::Stretch, sealed::Key};
use preau_store::TransferError;
use zeroize::Zeroizing;

use crate::Entropy;

/// KiB, passes and lanes. More than for a log-in: an archive is opened rarely, and whoever stole one has years.
const COST: (u32, u32, u32) = (65_536, 3, 1);
/// An archive that asks for more is not ours: 1 GiB, passes.
const MOST: (u32, u32) = (1_048_576, 64);
/// The shortest passphrase, in signs.
const SHORTEST: usize = 12;

/// New parameters, with a salt of their own.
pub(super) fn new(entropy: &Entropy) -> Stretch {
    let (memory, passes, lanes) = COST;
    Stretch {
        salt: STANDARD.encode(entropy.bytes::<16>()),
        memory,
        passes,
        lanes,
    }
}

/// The key of a passphrase. Takes a second or so.
pub(super) fn stretch(passphrase: &str, how: &Stretch) -> Result<Key, TransferError> {
    let refused = |e: &dyn std::fmt::Display| {
        TransferError::Keys(format!("la phrase secrète ne peut pas être employée : {e}"))
    };
    if how.memory > MOST.0 || how.passes > MOST.1 {
        return Err(refused(&"ses paramètres ne sont pas de Préau"));
    }
    let salt = STANDARD.decode(&how.salt).map_err(|e| refused(&e))?;
    let params =
        Params::new(how.memory, how.passes, how.lanes, Some(32)).map_err(|e| refused(&e))?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), &salt, &mut *key)
        .map_err(|e| refused(&e))?;
    Ok(Key::new(*key))
}

/// A passphrase that is worth something.
pub(super) fn check(passphrase: &str) -> Result<(), TransferError> {
    if passphrase.chars().count() < SHORTEST {
        return Err(TransferError::Keys(format!(
            "la phrase secrète est trop courte : {SHORTEST} signes au moins, plusieurs mots de préférence"
        )));
    }
    Ok(())
}
