//! The job loop and what it drives: mails that leave, tidying up.
//!
//! A job is enqueued in the transaction that makes it necessary. The worker claims due jobs (one worker at a time
//! holds a job, across nodes, for the time of a lease), does them, and notes how they ended: done, again later, or
//! given up, where an operator sees it.

mod mails;
pub mod transport;
mod worker;

pub use worker::Worker;
