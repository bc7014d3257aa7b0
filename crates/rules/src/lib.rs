//! The rules.

pub mod email;
pub mod id;
pub mod phone;
pub mod text;
