//! The job loop and what it drives: mails that leave, reminders, purges.

pub mod transport;
