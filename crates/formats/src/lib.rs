//! Formats: bytes in, bytes out. No database, no clock, no network.

pub mod archive;
pub mod bundle;
pub mod closing;
pub mod payfip;
pub mod school_holidays;
pub mod sealed;
pub mod settings;
pub mod tariff_settings;
