//! The file of a family: which facts a town hall may hold about a responsable or a child, theme by
//! theme, how each is typed and shown, and what the family may do with it.
//!
//! The fields are data ([`FIELDS`]); a commune decides for each whether it is hidden, shown, changed
//! at once or changed after an agent's check, and whether it is required ([`Policies`]). The nature
//! of a handicap is never asked, and menus are chosen by what is in them, never by religion.

mod fields;
mod kind;
mod policy;

pub use fields::{FIELDS, Field, Theme, Who, field, of_theme, themes};
pub use kind::{Kind, ValueError};
pub use policy::{Access, Policies, Policy};
