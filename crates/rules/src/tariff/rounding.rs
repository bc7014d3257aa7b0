//! How an amount becomes cents: stated by the grid, done once.

use super::exact::Exact;

/// Where an amount that falls between two goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// To the nearest; a half goes away from zero. What French people call "arrondi".
    Nearest,
    /// To the nearest; a half goes to the even one.
    Even,
    /// Up: against the family.
    Up,
    /// Down: for the family ("arrondi au centime inférieur").
    Down,
}

/// A rounding as data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounding {
    /// Where to.
    pub mode: Mode,
    /// To multiples of this many cents: 1, 5, 10, 50 or 100.
    pub cents: i64,
}

impl Rounding {
    /// To the nearest cent.
    pub const CENT: Self = Self {
        mode: Mode::Nearest,
        cents: 1,
    };

    /// Reads `centime`, `centime inférieur`, `5 centimes`, `10 centimes supérieur`, `euro`,
    /// `centime pair`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace().peekable();
        let count = match words.peek()?.parse::<i64>() {
            Ok(count) => {
                words.next();
                count
            }
            Err(_) => 1,
        };
        let unit = match words.next()? {
            "centime" | "centimes" => 1,
            "euro" | "euros" => 100,
            _ => return None,
        };
        let mode = match words.next() {
            None => Mode::Nearest,
            Some("pair") => Mode::Even,
            Some("supérieur") => Mode::Up,
            Some("inférieur") => Mode::Down,
            Some(_) => return None,
        };
        let cents = count.checked_mul(unit)?;
        ((1..=10_000).contains(&cents) && words.next().is_none()).then_some(Self { mode, cents })
    }

    /// The cents of an exact amount; nothing when they do not fit.
    pub fn cents(self, amount: Exact) -> Option<i64> {
        let steps = amount.over(Exact::whole(self.cents))?;
        let below = steps.floor();
        let rest = steps.minus(Exact::whole(below))?;
        let half = Exact::ratio(1, 2)?;
        let up = match self.mode {
            Mode::Down => false,
            Mode::Up => !rest.is_zero(),
            Mode::Nearest => rest > half || (rest == half && !steps.is_negative()),
            Mode::Even => rest > half || (rest == half && below % 2 != 0),
        };
        below.checked_add(i64::from(up))?.checked_mul(self.cents)
    }

    /// "arrondi au centime le plus proche".
    pub fn label_fr(self) -> String {
        let to = match self.cents {
            1 => "au centime".to_owned(),
            100 => "à l’euro".to_owned(),
            cents => format!("à {cents} centimes"),
        };
        let how = match self.mode {
            Mode::Nearest => "le plus proche",
            Mode::Even => "le plus proche (pair à égalité)",
            Mode::Up => "par excès",
            Mode::Down => "par défaut",
        };
        format!("arrondi {to} {how}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cents(rule: &str, euros: &str) -> i64 {
        let amount = Exact::decimal(euros, 2).unwrap();
        Rounding::parse(rule).unwrap().cents(amount).unwrap()
    }

    #[test]
    fn the_amounts_on_which_floats_stumble() {
        assert_eq!(cents("centime", "1.005"), 101);
        assert_eq!(cents("centime", "2.675"), 268);
        assert_eq!(cents("centime", "0.125"), 13);
        assert_eq!(cents("centime pair", "0.125"), 12);
        assert_eq!(cents("centime inférieur", "1.999"), 199);
        assert_eq!(cents("centime supérieur", "1.991"), 200);
        assert_eq!(cents("5 centimes", "2.43"), 245);
        assert_eq!(cents("10 centimes supérieur", "2.41"), 250);
        assert_eq!(cents("euro", "2.50"), 300);
        assert_eq!(cents("centime", "-0.125"), -13);
    }

    #[test]
    fn a_rounding_that_nobody_stated_is_refused() {
        for text in [
            "",
            "cent",
            "0 centimes",
            "5",
            "centime oblique",
            "centime pair pair",
        ] {
            assert_eq!(Rounding::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn rounding_moves_less_than_a_step_and_keeps_the_order(a in -10_000_000_i64..10_000_000, b in -10_000_000_i64..10_000_000, den in 1_i64..10_000, step in prop::sample::select(vec![1_i64, 5, 10, 100]), mode in prop::sample::select(vec![Mode::Nearest, Mode::Even, Mode::Up, Mode::Down])) {
            let rule = Rounding { mode, cents: step };
            let (a, b) = (Exact::ratio(a.min(b), den).unwrap(), Exact::ratio(a.max(b), den).unwrap());
            let (low, high) = (rule.cents(a).unwrap(), rule.cents(b).unwrap());
            prop_assert!(low <= high);
            let moved = Exact::whole(low).minus(a).unwrap();
            prop_assert!(moved < Exact::whole(step) && moved > Exact::whole(-step));
            prop_assert_eq!(rule.cents(Exact::whole(low)), Some(low));
        }
    }
}
