//! Sealed bytes: unreadable without the key, and good at one place only.
//!
//! | bytes | content |
//! |---|---|
//! | 1 | version of this format, 1 |
//! | 4 | number of the key, most significant byte first |
//! | 24 | nonce, random |
//! | the rest | XChaCha20-Poly1305 of the plain bytes, padded; its tag is last |
//!
//! The tag also covers the first five bytes and what the value belongs to ([`Place`]), so that a value that is copied
//! elsewhere does not open there. Padding (one byte `80`, then zeros up to a multiple of 32) keeps « oui » and « non »
//! equally long.

use std::fmt;

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305,
    aead::{Aead, Payload},
};
use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

/// The version of this format.
const VERSION: u8 = 1;
/// Version and number of the key.
pub const HEADER: usize = 5;
/// Random bytes that a value needs.
pub const NONCE: usize = 24;
const TAG: usize = 16;
/// Lengths are rounded up to a multiple of this.
const PAD: usize = 32;

/// A key of 256 bits. Overwritten in memory when it is dropped; never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Zeroizing<[u8; 32]>);

impl Key {
    /// Takes 32 random bytes for a key.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads a key that was opened; `None` when it has another length.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::new)
    }

    /// The bytes, to be wrapped or written to the one file that holds them.
    #[must_use]
    pub fn reveal(&self) -> &[u8; 32] {
        &self.0
    }

    /// Sixteen signs by which a key is recognised and that say nothing of it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        use fmt::Write;
        let hash = Sha256::new()
            .chain_update(b"preau key fingerprint\0")
            .chain_update(self.reveal())
            .finalize();
        hash[..8].iter().fold(String::new(), |mut out, b| {
            // Writing to a String does not fail.
            let _ = write!(out, "{b:02x}");
            out
        })
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(***)")
    }
}

/// What a sealed value belongs to: a list of words, each with its length, so that no two lists read the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(Vec<u8>);

impl Place {
    /// The place that these words name.
    #[must_use]
    pub fn of(words: &[&[u8]]) -> Self {
        let mut out = Vec::new();
        for word in words {
            out.extend_from_slice(&(word.len() as u64).to_be_bytes());
            out.extend_from_slice(word);
        }
        Self(out)
    }

    fn with(&self, header: &[u8]) -> Vec<u8> {
        [header, &self.0].concat()
    }
}

/// Why bytes are not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SealedError {
    /// Cut off, or never sealed.
    #[error("not a sealed value")]
    NotSealed,
    /// Sealed by a newer version.
    #[error("sealed in format {0}, this version reads {VERSION}: install the newer Préau")]
    TooNew(u8),
    /// Another key, another place, or a changed byte: nobody can tell which.
    #[error("sealed with another key or for another place, or changed since")]
    Refused,
}

/// The first bytes of what a key of this number seals.
#[must_use]
pub fn header(number: u32) -> [u8; HEADER] {
    let [a, b, c, d] = number.to_be_bytes();
    [VERSION, a, b, c, d]
}

/// The number of the key that sealed these bytes.
pub fn number(sealed: &[u8]) -> Result<u32, SealedError> {
    match sealed {
        [VERSION, a, b, c, d, ..] if sealed.len() >= HEADER + NONCE + PAD + TAG => {
            Ok(u32::from_be_bytes([*a, *b, *c, *d]))
        }
        [0 | VERSION, ..] | [] => Err(SealedError::NotSealed),
        [version, ..] => Err(SealedError::TooNew(*version)),
    }
}

/// Seals bytes for a place. The nonce must be random and never used again.
pub fn seal(
    key: &Key,
    number: u32,
    nonce: [u8; NONCE],
    place: &Place,
    plain: &[u8],
) -> Result<Vec<u8>, SealedError> {
    let header = header(number);
    let mut padded = Zeroizing::new(Vec::with_capacity(plain.len() + PAD));
    padded.extend_from_slice(plain);
    padded.push(0x80);
    let length = padded.len().next_multiple_of(PAD);
    padded.resize(length, 0);
    let aad = place.with(&header);
    let payload = Payload {
        msg: &padded,
        aad: &aad,
    };
    let ciphertext = XChaCha20Poly1305::new(key.reveal().into())
        .encrypt(&nonce.into(), payload)
        .map_err(|_| SealedError::Refused)?;
    Ok([&header[..], &nonce, &ciphertext].concat())
}

/// Opens what was sealed for this place.
pub fn open(key: &Key, place: &Place, sealed: &[u8]) -> Result<Vec<u8>, SealedError> {
    number(sealed)?;
    let (header, rest) = sealed.split_at(HEADER);
    let (nonce, ciphertext) = rest
        .split_first_chunk::<NONCE>()
        .ok_or(SealedError::NotSealed)?;
    let aad = place.with(header);
    let payload = Payload {
        msg: ciphertext,
        aad: &aad,
    };
    let mut plain = XChaCha20Poly1305::new(key.reveal().into())
        .decrypt(nonce.into(), payload)
        .map_err(|_| SealedError::Refused)?;
    let end = plain
        .iter()
        .rposition(|b| *b != 0)
        .filter(|at| plain[*at] == 0x80);
    plain.truncate(end.ok_or(SealedError::Refused)?);
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(field: &str) -> Place {
        Place::of(&[b"fact.sealed", b"zoe", field.as_bytes()])
    }

    fn sealed(plain: &[u8]) -> Vec<u8> {
        seal(
            &Key::new([1; 32]),
            7,
            [9; NONCE],
            &place("allergies"),
            plain,
        )
        .unwrap()
    }

    #[test]
    fn what_was_sealed_opens_at_its_place_with_its_key() {
        for plain in [
            &b""[..],
            b"arachides",
            &[0; 40],
            &[0x80, 0, 0x80],
            &[7; 10_000],
        ] {
            let sealed = sealed(plain);
            assert_eq!(number(&sealed), Ok(7));
            let opened = open(&Key::new([1; 32]), &place("allergies"), &sealed);
            assert_eq!(opened.as_deref(), Ok(plain));
        }
    }

    #[test]
    fn it_opens_nowhere_else() {
        let sealed = sealed(b"arachides");
        let refused = Err(SealedError::Refused);
        assert_eq!(
            open(&Key::new([2; 32]), &place("allergies"), &sealed),
            refused
        );
        assert_eq!(open(&Key::new([1; 32]), &place("doctor"), &sealed), refused);
        let apart = Place::of(&[b"fact.seale", b"dzoe", b"allergies"]);
        assert_eq!(open(&Key::new([1; 32]), &apart, &sealed), refused);
    }

    #[test]
    fn a_changed_byte_anywhere_is_found() {
        let sealed = sealed(b"arachides");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            let opened = open(&Key::new([1; 32]), &place("allergies"), &changed);
            assert!(opened.is_err(), "byte {at}");
        }
        for length in 0..sealed.len() {
            let opened = open(&Key::new([1; 32]), &place("allergies"), &sealed[..length]);
            assert!(opened.is_err(), "cut at {length}");
        }
    }

    #[test]
    fn the_length_does_not_say_yes_or_no() {
        assert_eq!(sealed(b"oui").len(), sealed(b"non, jamais").len());
        assert_eq!(sealed(b"").len(), HEADER + NONCE + PAD + TAG);
    }

    #[test]
    fn a_key_shows_only_its_fingerprint() {
        let key = Key::new([0xab; 32]);
        assert_eq!(format!("{key:?}"), "Key(***)");
        assert_eq!(key.fingerprint().len(), 16);
        assert!(!key.fingerprint().contains("abab"));
        assert_ne!(key.fingerprint(), Key::new([0xac; 32]).fingerprint());
    }

    #[test]
    fn a_newer_format_says_so() {
        let mut newer = sealed(b"arachides");
        newer[0] = 2;
        assert_eq!(number(&newer), Err(SealedError::TooNew(2)));
        assert_eq!(number(b"clear text"), Err(SealedError::TooNew(b'c')));
    }
}
