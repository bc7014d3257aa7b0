//! When something that failed is tried again, and when it is given up: schedules as data.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// Delays double from `first_seconds` to `cap_seconds`; each is lengthened by up to a quarter, by
/// a share that the id decides, so that a thousand mails refused in one minute do not all come
/// back in one minute, and a test can tell when each does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// Delay after the first failure, before the share.
    pub first_seconds: u32,
    /// Longest delay, before the share.
    pub cap_seconds: u32,
    /// Tries in all; one more failure and it is dead.
    pub max_attempts: u32,
    /// Given up when this old, counted from its creation.
    pub lifetime_seconds: u32,
}

/// What follows a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Try again then.
    Retry(Timestamp),
    /// Put it where an operator sees it.
    GiveUp(Why),
}

/// Why it is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// As often as its schedule allows.
    TooManyAttempts,
    /// The next try would come after its end.
    Expired,
}

impl Why {
    /// The name in the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooManyAttempts => "attempts",
            Self::Expired => "expired",
        }
    }

    /// For the operator's list.
    pub const fn label_fr(self) -> &'static str {
        match self {
            Self::TooManyAttempts => "abandonné après le nombre d’essais prévu",
            Self::Expired => "abandonné, il n’est plus temps",
        }
    }
}

const HOUR: u32 = 3_600;
const DAY: u32 = 24 * HOUR;

impl Schedule {
    /// A mail: seconds at first (a busy server, greylisting), then hours, two days in all, as mail
    /// servers do among themselves.
    pub const MAIL: Self = Self {
        first_seconds: 30,
        cap_seconds: 4 * HOUR,
        max_attempts: 24,
        lifetime_seconds: 2 * DAY,
    };
    /// The state of a payment at the bank: soon, because a family waits for it.
    pub const PAYMENT: Self = Self {
        first_seconds: 10,
        cap_seconds: HOUR,
        max_attempts: 40,
        lifetime_seconds: DAY,
    };
    /// Nightly work: a day's worth of tries, the next night starts anew.
    pub const HOUSEKEEPING: Self = Self {
        first_seconds: 60,
        cap_seconds: HOUR,
        max_attempts: 12,
        lifetime_seconds: DAY,
    };

    /// The delay after failure number `attempt` (from 1) of the thing with this id.
    pub fn delay(&self, attempt: u32, id: Uuid) -> SignedDuration {
        let doublings = attempt.saturating_sub(1).min(40);
        let base = (u64::from(self.first_seconds) << doublings).min(u64::from(self.cap_seconds));
        let millis = base * 1_000 + base * 250 * share(id) / 1_000;
        SignedDuration::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
    }

    /// What follows failure number `attempt` (from 1) at `now` of what was made at `created`.
    /// `deadline`, where the thing has one of its own (a code that expires), ends it earlier.
    pub fn next(
        &self,
        attempt: u32,
        id: Uuid,
        created: Timestamp,
        deadline: Option<Timestamp>,
        now: Timestamp,
    ) -> Next {
        if attempt >= self.max_attempts {
            return Next::GiveUp(Why::TooManyAttempts);
        }
        let own = created
            .checked_add(SignedDuration::from_secs(i64::from(self.lifetime_seconds)))
            .unwrap_or(Timestamp::MAX);
        let end = deadline.map_or(own, |deadline| deadline.min(own));
        match now.checked_add(self.delay(attempt, id)) {
            Ok(at) if at < end => Next::Retry(at),
            _ => Next::GiveUp(Why::Expired),
        }
    }
}

/// From 0 to 999, by the id alone: the same at each attempt, so that delays never shrink.
fn share(id: Uuid) -> u64 {
    // FNV-1a: ids made in one millisecond differ only at the end, and must still spread.
    let hash = id
        .as_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    (hash >> 20) % 1_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn a_mail_is_tried_for_two_days_and_then_given_up() {
        let id = Uuid::from_u128(7);
        let (mut now, mut attempt) = (START, 1);
        let why = loop {
            match Schedule::MAIL.next(attempt, id, START, None, now) {
                Next::Retry(at) => (now, attempt) = (at, attempt + 1),
                Next::GiveUp(why) => break why,
            }
        };
        let hours = now.duration_since(START).as_hours();
        assert_eq!(why, Why::Expired);
        assert!((40..48).contains(&hours), "given up after {hours} h");
        assert!((15..24).contains(&attempt), "{attempt} attempts");
    }

    #[test]
    fn nothing_is_tried_after_its_own_end() {
        let deadline = START + SignedDuration::from_secs(20);
        let next = Schedule::MAIL.next(1, Uuid::nil(), START, Some(deadline), START);
        assert_eq!(next, Next::GiveUp(Why::Expired));
    }

    #[test]
    fn the_last_attempt_is_the_last() {
        let schedule = Schedule {
            first_seconds: 1,
            cap_seconds: 1,
            max_attempts: 3,
            lifetime_seconds: DAY,
        };
        assert!(matches!(
            schedule.next(2, Uuid::nil(), START, None, START),
            Next::Retry(_)
        ));
        assert_eq!(
            schedule.next(3, Uuid::nil(), START, None, START),
            Next::GiveUp(Why::TooManyAttempts)
        );
    }

    #[test]
    fn neighbours_do_not_come_back_together() {
        let delays: std::collections::BTreeSet<_> = (0..100)
            .map(|n| Schedule::MAIL.delay(9, Uuid::from_u128(n)))
            .collect();
        assert!(delays.len() > 80);
    }

    proptest! {
        #[test]
        fn delays_grow_and_stay_within_bounds(first in 1u32..1_000, cap in 1_000u32..100_000, attempt in 1u32..200, id: u128) {
            let schedule = Schedule { first_seconds: first, cap_seconds: cap, max_attempts: 300, lifetime_seconds: DAY };
            let id = Uuid::from_u128(id);
            let delay = schedule.delay(attempt, id);
            prop_assert!(delay <= schedule.delay(attempt + 1, id));
            prop_assert!(delay >= SignedDuration::from_secs(i64::from(first)));
            prop_assert!(delay <= SignedDuration::from_secs(i64::from(cap) * 5 / 4 + 1));
        }
    }
}
