//! Tools of Préau's tests, so that a test reads as the story of someone who uses the portal.
//!
//! - [`http::Visitor`]: a browser without JavaScript, against a router in this process or over TCP. Fast: for most stories.
//! - `browser::Browser` (feature `browser`): a real Chromium, with screenshots and axe. Slower: for what needs eyes.
//! - [`smtp::SmtpServer`]: a real mail server in its own process, that also refuses, defers and hangs up.
//!
//! All of them name things as people see them: a field by its label, a button or a link by its words. Where a page says
//! the same thing several times, `"group > label"` says which one: the group is the legend, caption, heading or row
//! header of something around it (`"Date de naissance > Jour"`, `"Cantine > Supprimer"`). Blanks, non-breaking spaces
//! and the two apostrophes count as the same.
#![expect(
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a tool of the tests fails by panicking, with a message for the person who reads the failed test"
)]

#[cfg(feature = "browser")]
pub mod browser;
pub mod http;
mod patience;
mod process;
pub mod proof;
pub mod smtp;
#[cfg(feature = "town")]
pub mod town;
mod words;
