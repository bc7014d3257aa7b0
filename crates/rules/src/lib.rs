//! The rules.

pub mod code;
pub mod email;
pub mod french;
pub mod id;
pub mod money;
pub mod number;
pub mod permission;
pub mod phone;
pub mod text;
