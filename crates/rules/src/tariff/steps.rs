//! Time that is charged by steps: by half-hour begun, by quarter of an hour after closing time, by
//! the hour in proportion.

use super::error::PriceError;
use super::exact::Exact;
use super::facts::Facts;
use super::measure::Measure;

/// What happens to a step that is not full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// Due once it has lasted longer than the grace.
    Due,
    /// Not due.
    Free,
    /// Due from its middle on.
    Nearest,
    /// Due in proportion.
    Exact,
}

/// How minutes become a quantity. All lengths in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steps {
    /// Length of a step.
    pub step: i64,
    /// The price is for this length.
    pub unit: i64,
    /// What becomes of a step that was begun.
    pub begun: Begun,
    /// A step is forgiven until it lasts longer than this.
    pub grace: i64,
    /// Nothing is due for less than this.
    pub threshold: i64,
    /// At least this is counted, once anything is.
    pub floor: i64,
    /// At most this is counted.
    pub ceiling: i64,
    /// Only what falls between these hours of the day counts (minutes since midnight).
    pub between: Option<(i64, i64)>,
}

impl Steps {
    /// By steps of that many minutes, each begun one due.
    pub const fn of(step: i64) -> Self {
        Self {
            step,
            unit: step,
            begun: Begun::Due,
            grace: 0,
            threshold: 0,
            floor: 0,
            ceiling: i64::MAX,
            between: None,
        }
    }

    /// The minutes that are looked at: those between the hours, or all.
    pub fn minutes(&self, facts: &Facts) -> Result<i64, PriceError> {
        let Some((from, to)) = self.between else {
            return (facts.get(Measure::Duration)).ok_or(PriceError::Missing(Measure::Duration));
        };
        let departure = facts.get(Measure::Departure);
        let departure = departure.ok_or(PriceError::Missing(Measure::Departure))?;
        let arrival = facts.get(Measure::Arrival).unwrap_or(from);
        Ok((departure.min(to) - arrival.max(from)).max(0))
    }

    /// How many times the price is due for so many minutes.
    pub fn quantity(&self, minutes: i64) -> Option<Exact> {
        if minutes <= 0 || minutes < self.threshold {
            return Some(Exact::ZERO);
        }
        let minutes = minutes.max(self.floor).min(self.ceiling);
        if self.begun == Begun::Exact {
            return Exact::ratio(minutes, self.unit);
        }
        let (full, rest) = (minutes / self.step, minutes % self.step);
        let counts = match self.begun {
            Begun::Due => rest > self.grace,
            Begun::Nearest => rest.checked_mul(2)? >= self.step,
            Begun::Free | Begun::Exact => false,
        };
        let steps = full + i64::from(counts);
        Exact::ratio(steps.checked_mul(self.step)?, self.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    use crate::tariff::words::WordSet;

    fn count(steps: &Steps, minutes: i64) -> i64 {
        steps.quantity(minutes).unwrap().floor()
    }

    #[test]
    fn a_quarter_begun_after_closing_time_is_due() {
        let late = Steps::of(15);
        assert_eq!(count(&late, 0), 0);
        assert_eq!(count(&late, 1), 1);
        assert_eq!(count(&late, 15), 1);
        assert_eq!(count(&late, 16), 2);
    }

    #[test]
    fn five_minutes_of_grace_hold_for_each_step() {
        let half = Steps {
            grace: 5,
            ..Steps::of(30)
        };
        assert_eq!(count(&half, 5), 0);
        assert_eq!(count(&half, 6), 1);
        assert_eq!(count(&half, 35), 1);
        assert_eq!(count(&half, 36), 2);
    }

    #[test]
    fn an_hourly_price_counted_by_quarters_from_ten_minutes_to_ten_hours() {
        let hour = Steps {
            unit: 60,
            threshold: 10,
            ceiling: 600,
            ..Steps::of(15)
        };
        assert_eq!(hour.quantity(9), Some(Exact::ZERO));
        assert_eq!(hour.quantity(10), Exact::ratio(1, 4));
        assert_eq!(hour.quantity(61), Exact::ratio(5, 4));
        assert_eq!(hour.quantity(700), Some(Exact::whole(10)));
    }

    #[test]
    fn only_what_falls_in_the_band_counts() {
        let evening = Steps {
            between: Some((990, 1110)),
            ..Steps::of(60)
        };
        let facts = Facts::new(date(2026, 9, 7), WordSet::EMPTY);
        let leaves = |at| evening.minutes(&facts.clone().with(Measure::Departure, at));
        assert_eq!(leaves(980), Ok(0));
        assert_eq!(leaves(1050), Ok(60));
        assert_eq!(leaves(1200), Ok(120));
        assert_eq!(
            evening.minutes(&facts),
            Err(PriceError::Missing(Measure::Departure))
        );
    }

    proptest! {
        #[test]
        fn staying_longer_never_costs_less(a in 0_i64..2_000, b in 0_i64..2_000, step in 1_i64..120, grace in 0_i64..30, begun in prop::sample::select(vec![Begun::Due, Begun::Free, Begun::Nearest, Begun::Exact])) {
            let steps = Steps { begun, grace, ..Steps::of(step) };
            prop_assert!(steps.quantity(a.min(b)) <= steps.quantity(a.max(b)));
        }

        #[test]
        fn in_proportion_the_parts_of_a_stay_sum_to_it(a in 1_i64..2_000, b in 1_i64..2_000) {
            let steps = Steps { begun: Begun::Exact, unit: 60, ..Steps::of(60) };
            let sum = steps.quantity(a).unwrap().plus(steps.quantity(b).unwrap());
            prop_assert_eq!(sum, steps.quantity(a + b));
        }
    }
}
