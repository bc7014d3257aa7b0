//! What stands in an address, read without a complaint: what cannot be read is not there.

use jiff::civil::Date;
use uuid::Uuid;

use crate::failure::Failure;

/// The pairs after the question mark.
pub(crate) type Asked = axum::extract::Query<Vec<(String, String)>>;

/// The first value of that name.
pub(crate) fn asked<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

/// An identifier; there is nothing at an address that is none.
pub(crate) fn id(text: &str) -> Result<Uuid, Failure> {
    text.parse().map_err(|_| preau_app::Error::NotFound.into())
}

/// A day such as `2026-11-23`, not centuries away.
pub(crate) fn day(text: &str) -> Option<Date> {
    let day: Date = text.parse().ok()?;
    (2000..=2200).contains(&day.year()).then_some(day)
}
