//! Use cases: load, ask the rules, save, enqueue. No SQL and no HTTP here.
//!
//! A use case is a function that takes a [`Cx`] (who calls, which commune, at which instant) and typed input. What
//! changes something is a [`preau_store::Command`], run in the commune's lane; it asks for the caller's right there.

pub mod account;
pub mod agent;
pub mod attachment;
pub mod billing;
mod caller;
pub mod citizen;
mod clock;
pub mod contact;
mod cx;
pub mod decision;
pub mod document;
pub mod dossier;
mod entropy;
mod error;
pub mod family;
pub mod family_import;
pub mod file;
pub mod host;
mod image;
pub mod invitation;
pub mod jobs;
pub mod journal;
pub mod journey;
pub mod legal;
pub mod login;
pub mod mail;
pub mod markdown;
pub mod menu;
pub mod messages;
pub mod news;
mod notice;
pub mod outbox;
pub mod own_page;
pub mod pages;
pub mod password;
pub mod planning;
pub mod portal;
pub mod procedure;
pub mod proof;
mod read_mark;
pub mod request;
pub mod retention;
pub mod role;
pub mod seal;
pub mod search;
mod secret;
pub mod session;
pub mod setup;
pub mod site;
pub mod subscriber_code;
pub mod subscription;
mod throttle;
pub mod totp;

pub use caller::{AccountCaller, AgentCaller, Caller};
pub use clock::Clock;
pub use cx::{App, AppSettings, Cx};
pub use entropy::{Entropy, token_hash};
pub use error::{Error, FieldError, Problems};
