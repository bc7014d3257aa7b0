//! Exact fractions, so that a price is rounded once and never before.
//!
//! Numerator and denominator fit in 64 bits, every operation is computed in 128 and given up
//! (`None`) when the reduced result does not fit: nothing wraps. Fractions are reduced only when
//! they would not fit otherwise, which is what makes this faster than a fraction that is always
//! reduced (`cargo run --release -p preau-rules --example price_speed`).

use std::cmp::Ordering;

/// An exact fraction; amounts are in cents, rates without unit.
#[derive(Debug, Clone, Copy)]
pub struct Exact {
    num: i64,
    /// Above zero.
    den: i64,
}

impl Exact {
    /// Nothing.
    pub const ZERO: Self = Self::whole(0);
    /// One.
    pub const ONE: Self = Self::whole(1);

    /// A whole number.
    pub const fn whole(number: i64) -> Self {
        Self {
            num: number,
            den: 1,
        }
    }

    /// A fraction; nothing when the denominator is zero or does not fit.
    pub fn ratio(num: i64, den: i64) -> Option<Self> {
        Self::fit(i128::from(num), i128::from(den))
    }

    /// Reads a decimal number as people write it (`3.80`, `3,80`, `-0.1`), times a power of ten:
    /// euros are read with `shift` 2 into cents, percentages with −2 into a rate.
    pub fn decimal(text: &str, shift: i32) -> Option<Self> {
        let text = text.trim();
        let (negative, digits) = match text.strip_prefix(['-', '\u{2212}']) {
            Some(rest) => (true, rest.trim_start()),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once([',', '.']).unwrap_or((digits, ""));
        let spaces = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{202f}');
        let whole: String = whole.chars().filter(|c| !spaces(*c)).collect();
        if whole.is_empty() || !(whole.bytes().chain(fraction.bytes())).all(|b| b.is_ascii_digit())
        {
            return None;
        }
        let fraction = fraction.trim_end_matches('0');
        let number: i128 = format!("{whole}{fraction}").parse().ok()?;
        let number = if negative { -number } else { number };
        let power = shift - i32::try_from(fraction.len()).ok()?;
        let scale = 10_i128.checked_pow(power.unsigned_abs())?;
        if power >= 0 {
            Self::fit(number.checked_mul(scale)?, 1)
        } else {
            Self::fit(number, scale)
        }
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Option<Self> {
        if self.den == other.den {
            return Self::fit(
                i128::from(self.num) + i128::from(other.num),
                i128::from(self.den),
            );
        }
        let left = i128::from(self.num) * i128::from(other.den);
        let right = i128::from(other.num) * i128::from(self.den);
        Self::fit(
            left.checked_add(right)?,
            i128::from(self.den) * i128::from(other.den),
        )
    }

    /// The difference.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(other.negated()?)
    }

    /// The opposite.
    pub fn negated(self) -> Option<Self> {
        Some(Self {
            num: self.num.checked_neg()?,
            den: self.den,
        })
    }

    /// The product.
    pub fn times(self, other: Self) -> Option<Self> {
        Self::fit(
            i128::from(self.num) * i128::from(other.num),
            i128::from(self.den) * i128::from(other.den),
        )
    }

    /// The quotient; nothing by zero.
    pub fn over(self, other: Self) -> Option<Self> {
        Self::fit(
            i128::from(self.num) * i128::from(other.den),
            i128::from(self.den) * i128::from(other.num),
        )
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.num == 0
    }

    /// Whether it is below zero.
    pub const fn is_negative(self) -> bool {
        self.num < 0
    }

    /// Whether it is a whole number.
    pub const fn is_whole(self) -> bool {
        self.num % self.den == 0
    }

    /// The whole number at or below.
    pub const fn floor(self) -> i64 {
        self.num.div_euclid(self.den)
    }

    /// In the fewest digits: "3,8", "0,287", "1/3" when the digits never end.
    pub fn plain(self) -> String {
        let (num, den) = reduced(i128::from(self.num), i128::from(self.den));
        let (mut power, mut digits) = (1_i128, 0_usize);
        while power % den != 0 {
            power *= 10;
            digits += 1;
            if digits > 12 {
                return format!("{num}/{den}");
            }
        }
        let scaled = num * (power / den);
        let sign = if scaled < 0 { "\u{2212}" } else { "" };
        let scaled = scaled.unsigned_abs();
        let power = power.unsigned_abs();
        if digits == 0 {
            return format!("{sign}{scaled}");
        }
        format!("{sign}{},{:0digits$}", scaled / power, scaled % power)
    }

    fn fit(num: i128, den: i128) -> Option<Self> {
        let (num, den) = if den < 0 {
            (num.checked_neg()?, den.checked_neg()?)
        } else {
            (num, den)
        };
        if den == 0 {
            return None;
        }
        if let (Ok(num), Ok(den)) = (i64::try_from(num), i64::try_from(den)) {
            return Some(Self { num, den });
        }
        let (num, den) = reduced(num, den);
        Some(Self {
            num: i64::try_from(num).ok()?,
            den: i64::try_from(den).ok()?,
        })
    }
}

fn reduced(num: i128, den: i128) -> (i128, i128) {
    let (mut a, mut b) = (num.unsigned_abs(), den.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    match i128::try_from(a) {
        Ok(common) if common > 1 => (num / common, den / common),
        _ => (num, den),
    }
}

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Exact {}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        let left = i128::from(self.num) * i128::from(other.den);
        left.cmp(&(i128::from(other.num) * i128::from(self.den)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_people_write_is_read_exactly() {
        for (text, shift, num, den) in [
            ("3,80", 2, 380, 1),
            ("3.8", 2, 380, 1),
            ("0.0125", 2, 5, 4),
            ("0,0619", -2, 619, 1_000_000),
            ("-0.10", 2, -10, 1),
            ("1 234,5", 2, 123_450, 1),
            ("1000000000000", 2, 100_000_000_000_000, 1),
        ] {
            assert_eq!(
                Exact::decimal(text, shift),
                Exact::ratio(num, den),
                "{text}"
            );
        }
        for text in ["", "3.8.0", "trois", "1e3", "9999999999999999999999"] {
            assert_eq!(Exact::decimal(text, 2), None, "{text}");
        }
    }

    #[test]
    fn a_third_three_times_is_one() {
        let third = Exact::ratio(1, 3).unwrap();
        assert_eq!(third.times(Exact::whole(3)), Some(Exact::ONE));
        assert_eq!(third.plain(), "1/3");
        assert_eq!(Exact::decimal("0.287", 0).unwrap().plain(), "0,287");
    }

    #[test]
    fn what_does_not_fit_is_said_and_never_wraps() {
        let huge = Exact::whole(i64::MAX);
        assert_eq!(huge.times(huge), None);
        assert_eq!(huge.plus(Exact::ONE), None);
        assert_eq!(Exact::whole(i64::MIN).negated(), None);
        assert_eq!(Exact::ONE.over(Exact::ZERO), None);
        assert_eq!(Exact::ratio(1, 0), None);
    }

    proptest! {
        #[test]
        fn adding_then_taking_away_gives_back(a in -1_000_000_i64..1_000_000, b in 1_i64..100_000, c in -1_000_000_i64..1_000_000, d in 1_i64..100_000) {
            let (x, y) = (Exact::ratio(a, b).unwrap(), Exact::ratio(c, d).unwrap());
            prop_assert_eq!(x.plus(y).unwrap().minus(y), Some(x));
            prop_assert_eq!(x.cmp(&y), y.cmp(&x).reverse());
            if c != 0 {
                prop_assert_eq!(x.over(y).unwrap().times(y), Some(x));
            }
        }
    }
}
