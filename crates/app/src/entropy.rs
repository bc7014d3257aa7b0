//! Randomness: handed to whoever needs it, so that tests repeat.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use sha2::{Digest, Sha256};

/// Gives random bytes.
#[derive(Clone)]
pub struct Entropy(Source);

#[derive(Clone)]
enum Source {
    System,
    Seeded(u64, Arc<AtomicU64>),
}

impl Entropy {
    /// The operating system's.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// The same sequence for the same seed. For tests and made-up towns, never for secrets.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(seed, Arc::default()))
    }

    /// `N` random bytes, `N` up to 32.
    ///
    /// # Panics
    /// When the operating system has no randomness: nothing safe can be done then.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        const { assert!(N <= 32) };
        let mut out = [0; N];
        match &self.0 {
            #[expect(
                clippy::expect_used,
                clippy::disallowed_methods,
                reason = "the one place where randomness is read; without randomness no secret may be made"
            )]
            Source::System => getrandom::fill(&mut out).expect("randomness of the system"),
            Source::Seeded(seed, count) => {
                let n = count.fetch_add(1, Ordering::Relaxed);
                let hash = Sha256::new()
                    .chain_update(seed.to_le_bytes())
                    .chain_update(n.to_le_bytes())
                    .finalize();
                out.copy_from_slice(&hash[..N]);
            }
        }
        out
    }

    /// A secret of 256 bits for links and cookies, in the URL-safe alphabet (43 characters).
    #[must_use]
    pub fn token(&self) -> String {
        use base64::Engine;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }

    /// A UUIDv7 for `at`.
    #[must_use]
    pub fn id(&self, at: jiff::Timestamp) -> uuid::Uuid {
        let millis = u64::try_from(at.as_millisecond()).unwrap_or_default();
        preau_rules::id::uuid_v7(millis, self.bytes())
    }
}

/// What is kept of a token: its SHA-256. A token has 256 random bits, so no slow hash is needed.
#[must_use]
pub fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
