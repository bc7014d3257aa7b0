//! « Je ne suis pas un robot », solved as a browser's script would: fetch the challenge, try numbers, send the proof.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::http::Visitor;

/// Fetches the challenge at `path` and solves it: what the form's hidden field `altcha` holds then.
///
/// # Panics
/// When there is no challenge there, or none that can be solved.
pub async fn solve(visitor: &Visitor, path: &str) -> String {
    let mut fetching = visitor.someone_else();
    fetching.get(path).await;
    let challenge: Value = serde_json::from_slice(fetching.bytes())
        .unwrap_or_else(|e| panic!("{path} is no challenge: {e}"));
    let number = number_of(&challenge);
    proof(&challenge, number)
}

/// The number that a challenge asks for.
///
/// # Panics
/// When it has none.
#[must_use]
pub fn number_of(challenge: &Value) -> u64 {
    let (salt, wanted) = (text(challenge, "salt"), text(challenge, "challenge"));
    let most = challenge["maxnumber"].as_u64().unwrap_or(1_000_000);
    (0..=most)
        .find(|n| hex(&Sha256::digest(format!("{salt}{n}"))) == wanted)
        .unwrap_or_else(|| panic!("no number up to {most} solves {challenge}"))
}

/// The proof as it is sent, right or not.
#[must_use]
pub fn proof(challenge: &Value, number: u64) -> String {
    let proof = json!({
        "algorithm": challenge["algorithm"],
        "challenge": challenge["challenge"],
        "number": number,
        "salt": challenge["salt"],
        "signature": challenge["signature"],
        "took": 12,
    });
    STANDARD.encode(proof.to_string())
}

fn text<'a>(challenge: &'a Value, name: &str) -> &'a str {
    challenge[name]
        .as_str()
        .unwrap_or_else(|| panic!("a challenge without {name}: {challenge}"))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut out, b| {
        // Writing to a String does not fail.
        let _ = write!(out, "{b:02x}");
        out
    })
}
