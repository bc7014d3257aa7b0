//! How fast somebody who mistypes a password, or tries many, may go on.
//!
//! CNIL, recommendation 2022-100: with a password of 50 bits, access is restricted: a delay of a
//! minute at least after five failures, growing, and at most 25 tries a day. The account is never
//! closed: the owner waits as long as the intruder does, two hours at most, and can always come in
//! by "Mot de passe oublié", which proves the mailbox instead.

use jiff::{SignedDuration, Timestamp};

use crate::french;

/// A limit as data. Counted by account (whoever tries), and by network address (whatever account
/// is tried); the longer wait holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// From this many failures on there is a wait.
    pub free: u32,
    /// The wait after that many, in seconds; it doubles with each further failure.
    pub first_seconds: u32,
    /// The longest wait, in seconds.
    pub cap_seconds: u32,
    /// Failures older than this are forgotten, in seconds.
    pub memory_seconds: u32,
    /// What the person is told.
    pub reason: Reason,
}

/// Whose failures they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The account's.
    Account,
    /// The network address's: a school or a library may share it.
    Address,
}

/// What may be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Try.
    Allowed,
    /// Not before this instant.
    Wait {
        /// When a try is looked at again.
        until: Timestamp,
        /// Whose failures made it so.
        reason: Reason,
    },
}

const DAY: u32 = 86_400;

impl Limit {
    /// By account: 5 tries, then waits of 1, 2, 4 … 120 minutes: 22 tries on the first day, 12 on
    /// each day after.
    pub const ACCOUNT: Self = Self {
        free: 5,
        first_seconds: 60,
        cap_seconds: 7_200,
        memory_seconds: DAY,
        reason: Reason::Account,
    };
    /// By address: room for a town hall or a school behind one address, none for a list of
    /// accounts.
    pub const ADDRESS: Self = Self {
        free: 30,
        first_seconds: 15,
        cap_seconds: 1_800,
        memory_seconds: DAY,
        reason: Reason::Address,
    };

    /// How long to wait after `failures` in a row.
    pub fn wait(&self, failures: u32) -> SignedDuration {
        if failures < self.free {
            return SignedDuration::ZERO;
        }
        let doublings = (failures - self.free).min(30);
        let seconds = (u64::from(self.first_seconds) << doublings).min(u64::from(self.cap_seconds));
        SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX))
    }

    /// Whether a try may be made now, after `failures` since the last success, the last of them at
    /// `last`. A try that is refused here is not looked at, and does not count as a failure.
    pub fn verdict(&self, failures: u32, last: Timestamp, now: Timestamp) -> Verdict {
        let wait = self.wait(failures);
        // Two at the same moment are looked at in any order: the last one may be later than now.
        if wait.is_zero() || self.counts_anew(last, now) {
            return Verdict::Allowed;
        }
        match last.checked_add(wait) {
            Ok(until) if until > now => Verdict::Wait {
                until,
                reason: self.reason,
            },
            _ => Verdict::Allowed,
        }
    }

    /// Whether the failures are forgotten: a further one is the first.
    pub fn counts_anew(&self, last: Timestamp, now: Timestamp) -> bool {
        now.duration_since(last) >= SignedDuration::from_secs(i64::from(self.memory_seconds))
    }
}

impl Verdict {
    /// The stricter of two: by account and by address.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Allowed, verdict) | (verdict, Self::Allowed) => verdict,
            (Self::Wait { until: mine, .. }, Self::Wait { until: theirs, .. }) => {
                if mine >= theirs { self } else { other }
            }
        }
    }

    /// Whole seconds to wait, for `Retry-After`; 0 when allowed.
    pub fn retry_after(self, now: Timestamp) -> u64 {
        match self {
            Self::Allowed => 0,
            Self::Wait { until, .. } => {
                let millis = u64::try_from(until.duration_since(now).as_millis()).unwrap_or(0);
                millis.div_ceil(1_000)
            }
        }
    }

    /// The sentence for the page, with what else can be done; `None` when allowed.
    pub fn message_fr(self, now: Timestamp) -> Option<String> {
        let Self::Wait { reason, .. } = self else {
            return None;
        };
        let wait = french::wait(self.retry_after(now));
        Some(match reason {
            Reason::Account => format!(
                "Trop d’essais sans succès sur ce compte. Réessayez dans {wait}, ou choisissez un nouveau mot \
                 de passe avec «\u{a0}Mot de passe oublié\u{a0}»."
            ),
            Reason::Address => format!(
                "Trop d’essais sans succès depuis votre connexion à Internet. Réessayez dans {wait}."
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn after(seconds: i64) -> Timestamp {
        START + SignedDuration::from_secs(seconds)
    }

    /// The instants at which somebody who tries whenever it is allowed is looked at.
    fn tireless(limit: Limit, days: i64) -> Vec<Timestamp> {
        let (mut failures, mut last, mut now) = (0, START, START);
        let mut tries = vec![];
        while now < after(days * 86_400) {
            match limit.verdict(failures, last, now) {
                Verdict::Allowed => {
                    tries.push(now);
                    (failures, last) = (failures + 1, now);
                }
                Verdict::Wait { until, .. } => now = until,
            }
        }
        tries
    }

    #[test]
    fn five_slips_cost_nothing_the_sixth_try_waits_a_minute() {
        let limit = Limit::ACCOUNT;
        assert_eq!(limit.verdict(4, START, START), Verdict::Allowed);
        let Verdict::Wait { until, reason } = limit.verdict(5, START, START) else {
            panic!("no wait")
        };
        assert_eq!((until, reason), (after(60), Reason::Account));
        assert_eq!(limit.verdict(5, START, after(60)), Verdict::Allowed);
    }

    #[test]
    fn an_intruder_has_at_most_25_tries_in_any_day() {
        let tries = tireless(Limit::ACCOUNT, 10);
        for (index, first) in tries.iter().enumerate() {
            let day = tries[index..]
                .iter()
                .filter(|t| t.duration_since(*first) < SignedDuration::from_hours(24))
                .count();
            assert!(day <= 25, "{day} tries from {first}");
        }
        assert!(tries.len() > 100, "the door is never closed for ever");
    }

    #[test]
    fn the_owner_is_told_how_long_and_what_else() {
        let verdict = Limit::ACCOUNT.verdict(7, START, after(1));
        let message = verdict.message_fr(after(1)).unwrap().replace('\u{a0}', " ");
        assert!(
            message.contains("dans 4 minutes") && message.contains("Mot de passe oublié"),
            "{message}"
        );
        assert_eq!(verdict.retry_after(after(1)), 239);
        assert_eq!(Verdict::Allowed.message_fr(START), None);
    }

    #[test]
    fn the_stricter_of_two_holds() {
        let short = Limit::ADDRESS.verdict(30, START, START);
        let long = Limit::ACCOUNT.verdict(9, START, START);
        assert_eq!(short.and(long), long);
        assert_eq!(long.and(short), long);
        assert_eq!(Verdict::Allowed.and(short), short);
    }

    #[test]
    fn a_free_try_is_allowed_even_when_a_later_one_was_looked_at_first() {
        let earlier = START - SignedDuration::from_millis(3);
        assert_eq!(Limit::ADDRESS.verdict(1, START, earlier), Verdict::Allowed);
        assert_eq!(Limit::ACCOUNT.verdict(4, START, earlier), Verdict::Allowed);
    }

    proptest! {
        #[test]
        fn nobody_waits_longer_than_the_cap(failures: u32, ago in 0i64..200_000) {
            for limit in [Limit::ACCOUNT, Limit::ADDRESS] {
                let now = after(ago);
                if let Verdict::Wait { until, .. } = limit.verdict(failures, START, now) {
                    prop_assert!(until.duration_since(START) <= SignedDuration::from_secs(i64::from(limit.cap_seconds)));
                    prop_assert!(until > now);
                }
                prop_assert!(limit.wait(failures) <= limit.wait(failures.saturating_add(1)));
            }
        }
    }
}
