//! What is done around the code, as `cargo xtask …`: the checks of a change, the measurements, the
//! vendored style sheets. It needs git and Rust; the rest it finds, installs or asks for.
//!
//! The parts that decide something are library functions, so that `crates/xtask/tests` can hold them
//! to account and so that the checks of the house (licences, arrows between crates, words, hashes)
//! also run as ordinary tests.

pub mod arrows;
pub mod assets;
pub mod bench;
pub mod command_line;
pub mod deps;
pub mod metadata;
pub mod postgres;
pub mod run;
pub mod tally;
pub mod test;
pub mod tools;
pub mod words;

use std::path::{Path, PathBuf};

/// The folder of the workspace, the one that holds `Cargo.lock`.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .unwrap_or_else(|| Path::new("."))
        .to_path_buf()
}

/// A variable of the environment. `None` when it is absent, empty, or not UTF-8.
#[expect(
    clippy::disallowed_methods,
    reason = "this program has no configuration file: the one place where it reads its environment"
)]
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Two small letters or digits a byte.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 0xf])
        .filter_map(|half| char::from_digit(u32::from(half), 16))
        .collect()
}
