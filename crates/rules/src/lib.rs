//! The rules.

pub mod code;
pub mod common_password;
pub mod email;
pub mod entropy;
pub mod french;
pub mod id;
pub mod money;
pub mod number;
pub mod password;
pub mod permission;
pub mod phone;
pub mod text;
