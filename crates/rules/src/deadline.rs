//! Until when a day may be booked or cancelled, as data.
//!
//! A [`Deadline`] is what a commune decided for one action on one kind of service. [`cutoff`] says
//! the instant for one day, [`verdict`] what may be done now; both are cheap enough to be asked for
//! each cell of a planning. The sentence that a person reads is made on demand, by
//! [`Cutoff::until_fr`], [`Cutoff::why_fr`] and [`Verdict::message_fr`].
//!
//! At the very instant of the limit one is still in time; one second later one is not. "24:00" is
//! the end of the day. Hours before a service are hours of the clock on the wall: 48 hours before
//! Monday noon is Saturday noon, also in the night that has 25 hours.

mod cutoff;
mod explain;
mod limit;
mod rule;
mod verdict;

pub(crate) use cutoff::in_season;
pub use cutoff::{Cutoff, Limit, Service, cutoff};
pub use rule::{
    After, Anchor, Consequence, Count, Deadline, Exception, Late, Opens, PublishedDates, Rule,
    Season, Shift, TableEntry, When,
};
pub use verdict::{Closed, Verdict, verdict};

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
