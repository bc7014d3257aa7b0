//! What may be done now.

use jiff::Timestamp;

use super::cutoff::{Cutoff, Limit, Service, cutoff};
use super::rule::{Consequence, Deadline};
use crate::calendar::Calendar;

/// Why something cannot be done any more, or at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// The limit has passed.
    Passed,
    /// The commune does not allow it.
    Never,
    /// The commune has published no date for this day.
    Unpublished,
}

/// What may be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// Not before this instant.
    NotYet {
        /// When it opens.
        opens: Timestamp,
    },
    /// Yes.
    Open {
        /// Until this instant, included; nothing where no booking is needed.
        until: Option<Timestamp>,
        /// It is a request that an agent decides.
        request: bool,
    },
    /// The limit has passed, and it can still be done, at a price.
    Late {
        /// When the limit passed.
        since: Timestamp,
        /// Until this instant, included.
        until: Timestamp,
        /// At which price.
        consequence: &'a Consequence,
    },
    /// No.
    Closed {
        /// Since when, where there is an instant.
        since: Option<Timestamp>,
        /// Why.
        why: Closed,
    },
}

impl Verdict<'_> {
    /// Whether something can be done, in time or late.
    pub const fn is_possible(&self) -> bool {
        matches!(self, Self::Open { .. } | Self::Late { .. })
    }
}

impl<'a> Cutoff<'a> {
    /// What may be done at `now` by a family of that category.
    pub fn verdict(&self, now: Timestamp, category: Option<&str>) -> Verdict<'a> {
        let closed = |since, why| Verdict::Closed { since, why };
        let until = match self.limit {
            Limit::Never => return closed(None, Closed::Never),
            Limit::Unpublished => return closed(None, Closed::Unpublished),
            Limit::Always => None,
            Limit::At(until) => Some(until),
        };
        if let Some(until) = until
            && now > until
        {
            return self.after(now, until);
        }
        match self.opens(category) {
            Some(opens) if now < opens => Verdict::NotYet { opens },
            _ => Verdict::Open {
                until,
                request: self.deadline.request,
            },
        }
    }

    fn after(&self, now: Timestamp, since: Timestamp) -> Verdict<'a> {
        match self.late(now) {
            Some((until, consequence)) => Verdict::Late {
                since,
                until,
                consequence,
            },
            None => Verdict::Closed {
                since: Some(since),
                why: Closed::Passed,
            },
        }
    }
}

/// What may be done at `now`: [`cutoff`], then [`Cutoff::verdict`].
pub fn verdict<'a>(
    now: Timestamp,
    deadline: &'a Deadline,
    service: Service<'a>,
    calendar: &'a Calendar,
    category: Option<&str>,
) -> Verdict<'a> {
    cutoff(deadline, service, calendar).verdict(now, category)
}
