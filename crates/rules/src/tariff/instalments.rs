//! A price that is paid in parts.

use crate::money::Cents;

/// Parts of a sum that add up to it and differ by a cent at most; the first ones are the larger.
/// None for no part.
pub fn instalments(total: Cents, count: u32) -> Vec<Cents> {
    if count == 0 {
        return Vec::new();
    }
    let parts = i64::from(count);
    let (each, rest) = (total.0.div_euclid(parts), total.0.rem_euclid(parts));
    (0..parts)
        .map(|at| Cents(each + i64::from(at < rest)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_hundred_euros_in_three() {
        assert_eq!(
            instalments(Cents(10_000), 3),
            [Cents(3_334), Cents(3_333), Cents(3_333)]
        );
        assert_eq!(instalments(Cents(10_000), 0), []);
    }

    proptest! {
        #[test]
        fn no_cent_is_lost(total in -1_000_000_000_i64..1_000_000_000, count in 1_u32..60) {
            let parts = instalments(Cents(total), count);
            prop_assert_eq!(Cents::checked_sum(parts.iter().copied()), Some(Cents(total)));
            let least = parts.iter().min().unwrap().0;
            let most = parts.iter().max().unwrap().0;
            prop_assert!(most - least <= 1);
        }
    }
}
