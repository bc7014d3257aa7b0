//! The clock: handed to whoever needs it, so that tests turn it by hand and the demo can start at a chosen instant.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::Timestamp;

/// Tells the instant.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    /// The machine's clock plus this many microseconds.
    System(i64),
    /// Microseconds since 1970, moved by hand only.
    Turned(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System(0))
    }

    /// Shows `start` now and runs on from there. For the demo.
    #[must_use]
    pub fn starting_at(start: Timestamp) -> Self {
        Self(Source::System(
            start.as_microsecond() - machine().as_microsecond(),
        ))
    }

    /// Stands still until it is turned. For tests.
    #[must_use]
    pub fn standing_at(start: Timestamp) -> Self {
        Self(Source::Turned(Arc::new(AtomicI64::new(
            start.as_microsecond(),
        ))))
    }

    /// The instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let micros = match &self.0 {
            Source::System(shift) => machine().as_microsecond() + shift,
            Source::Turned(at) => at.load(Ordering::SeqCst),
        };
        Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Turns a standing clock to `to`; a running one is left alone.
    pub fn turn_to(&self, to: Timestamp) {
        if let Source::Turned(at) = &self.0 {
            at.store(to.as_microsecond(), Ordering::SeqCst);
        }
    }

    /// True when it stands still.
    #[must_use]
    pub fn stands(&self) -> bool {
        matches!(self.0, Source::Turned(_))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the machine's clock is read"
)]
fn machine() -> Timestamp {
    Timestamp::now()
}
