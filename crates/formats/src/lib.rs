//! Formats: bytes in, bytes out. No database, no clock, no network.

pub mod archive;
pub mod sealed;
