//! What holds for every tariff, every family and every amount.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use jiff::civil::date;
use preau_formats::tariff_settings::parse;
use preau_rules::money::Cents;
use preau_rules::tariff::curve::curve;
use preau_rules::tariff::error::PriceError;
use preau_rules::tariff::exact::Exact;
use preau_rules::tariff::instalments::instalments;
use preau_rules::tariff::price::{marginal, period_total, price};
use preau_rules::tariff::{Facts, Grid, Measure, Tariffs};
use proptest::prelude::*;

fn tariffs(text: &str) -> Tariffs {
    let settings = parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    Tariffs::build(&settings).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"))
}

fn facts(tariffs: &Tariffs, text: &str) -> Facts {
    tariffs.facts(date(2026, 9, 7), None, text).unwrap()
}

fn grid<'a>(tariffs: &'a Tariffs, facts: &Facts) -> &'a Grid {
    tariffs.grid("cantine", None, facts).unwrap()
}

fn euros(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// Brackets that follow each other, with prices that never fall.
fn growing() -> impl Strategy<Value = String> {
    prop::collection::vec((1_i64..400, 0_i64..300), 1..8).prop_map(|steps| {
        let (mut low, mut cents) = (0, 0);
        let mut rows = Vec::new();
        for (index, (width, more)) in steps.iter().enumerate() {
            cents += more;
            let last = index + 1 == steps.len();
            let end = if last {
                "+".to_owned()
            } else {
                format!("-{}", low + width)
            };
            rows.push(format!("\"{low}{end}: {}\"", euros(cents)));
            low += width + 1;
        }
        format!("brackets = [{}]", rows.join(", "))
    })
}

/// A formula of any kind that grows with the quotient.
fn formula() -> impl Strategy<Value = String> {
    prop_oneof![
        growing(),
        (1_i64..2_000, 0_i64..200, 1_i64..2_000).prop_map(|(rate, min, more)| format!(
            "price = \"0.{rate:04} % quotient\"\nmin = {}\nmax = {}",
            euros(min),
            euros(min + more)
        )),
        (0_i64..500, 1_i64..900, 0_i64..500, 0_i64..900).prop_map(|(x, dx, y, dy)| format!(
            "points = [\"{x}: {}\", \"{}: {}\"]",
            euros(y),
            x + dx,
            euros(y + dy)
        )),
    ]
}

/// Supplements, bounds, a rounding.
fn rest() -> impl Strategy<Value = String> {
    let change = prop_oneof![
        (0_i64..500).prop_map(|c| format!("add = {}", euros(c))),
        (0_i64..300).prop_map(|c| format!("add = -{}", euros(c))),
        (-90_i64..200).prop_map(|p| format!("percent = {p}")),
        (0_i64..4).prop_map(|t| format!("times = {t}")),
        (0_i64..900).prop_map(|c| format!("max = {}", euros(c))),
    ];
    let rounding = prop::sample::select(vec![
        "centime",
        "centime inférieur",
        "5 centimes",
        "10 centimes supérieur",
        "euro",
        "centime pair",
    ]);
    (
        prop::collection::vec((change, any::<bool>()), 0..4),
        rounding,
    )
        .prop_map(|(changes, rounding)| {
            let changes: Vec<String> = changes
                .iter()
                .map(|(change, once)| format!("{{ {change}, once = {once} }}"))
                .collect();
            format!(
                "rounding = \"{rounding}\"\nsupplements = [{}]",
                changes.join(", ")
            )
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn who_has_more_never_pays_less(formula in formula(), rest in rest(), a in 0_i64..200_000, b in 0_i64..200_000, quantity in 0_i64..40) {
        let tariffs = tariffs(&format!("[[tariffs]]\nno_quotient = \"plus haut\"\n{formula}\n{rest}"));
        let facts = facts(&tariffs, "").with(Measure::Quantity, quantity);
        let grid = grid(&tariffs, &facts);
        let at = |quotient| price(grid, &facts.clone().with(Measure::Quotient, quotient)).unwrap().cents;
        prop_assert!(at(a.min(b)) <= at(a.max(b)));
        // Without a quotient, nobody pays less than the highest.
        prop_assert!(price(grid, &facts).unwrap().cents >= at(a));
        let points = curve(grid, &facts, Measure::Quotient, 200_000, 20);
        prop_assert!(points.windows(2).all(|pair| pair[0].1 <= pair[1].1));
    }

    #[test]
    fn lines_sum_to_the_price_which_is_rounded_and_not_negative(formula in formula(), rest in rest(), quotient in 0_i64..200_000, quantity in 0_i64..40, percent in 0_i64..=100) {
        let text = format!("[[tariffs]]\nno_quotient = \"plus haut\"\n{formula}\n{rest}\n[[aids]]\npayer = \"CAF\"\npercent = {percent}\n[[aids]]\npayer = \"CCAS\"\namount = 1.50\n");
        let tariffs = tariffs(&text);
        let facts = facts(&tariffs, "").with(Measure::Quantity, quantity).with(Measure::Quotient, quotient);
        let grid = grid(&tariffs, &facts);
        let priced = price(grid, &facts).unwrap();
        let lines = priced.lines.iter().map(|line| line.cents);
        prop_assert_eq!(Cents::checked_sum(lines), Some(priced.cents));
        prop_assert!(priced.cents >= Cents::ZERO && priced.cents <= priced.total);
        prop_assert_eq!(priced.total.0 % grid.rounding.cents, 0);
        let parts = instalments(priced.cents, 10);
        prop_assert_eq!(Cents::checked_sum(parts), Some(priced.cents));
    }

    #[test]
    fn a_price_is_rounded_once_and_not_by_unit(millis in 1_i64..5_000, quantity in 1_i64..200) {
        let tariffs = tariffs(&format!("[[tariffs]]\nprice = \"{}.{:03}\"", millis / 1000, millis % 1000));
        let facts = facts(&tariffs, "").with(Measure::Quantity, quantity);
        let cents = price(grid(&tariffs, &facts), &facts).unwrap().cents.0;
        // To the nearest: twice the distance is at most a cent.
        let exact = millis * quantity;
        prop_assert!((cents * 10 - exact).abs() * 2 <= 10);
    }

    #[test]
    fn the_days_of_a_month_sum_to_the_month(cents in 1_i64..900, cap in 1_i64..20_000, uses in 1_i64..40) {
        let tariffs = tariffs(&format!("[[tariffs]]\nprice = {}\nperiod = \"mois\"\nmax_total = {}", euros(cents), euros(cap)));
        let facts = facts(&tariffs, "");
        let grid = grid(&tariffs, &facts);
        let days: Vec<Cents> = (1..=uses).map(|nth| marginal(grid, &facts, nth).unwrap()).collect();
        prop_assert!(days.iter().all(|day| *day >= Cents::ZERO));
        let month = period_total(grid, &facts, uses).unwrap().total;
        prop_assert_eq!(month, Cents((cents * uses).min(cap)));
        prop_assert_eq!(Cents::checked_sum(days), Some(month));
    }

    #[test]
    fn parts_of_a_month_sum_to_it(days in 1_i64..31, part in 0_i64..31) {
        let part = part.min(days);
        let tariffs = tariffs("[[tariffs]]\nper = \"mois\"\nprice = 40\nprorata = \"jour\"");
        let share = |part| {
            let facts = facts(&tariffs, "").with(Measure::PeriodPart, part).with(Measure::PeriodDays, days);
            grid(&tariffs, &facts).quantity.of(&facts).unwrap()
        };
        prop_assert_eq!(share(part).plus(share(days - part)), Some(Exact::ONE));
    }

    #[test]
    fn nothing_wraps(amount in prop_oneof![Just(0_i64), Just(1_000_000_000_000), 0_i64..2_000_000_000_000], quantity in prop_oneof![Just(0_i64), Just(1), Just(i64::MAX), 0_i64..1_000_000_000], quotient in prop_oneof![Just(0_i64), Just(9_999_900), Just(i64::MAX), 0_i64..i64::MAX], percent in -100_i64..100_000) {
        let text = format!("[[tariffs]]\nlines = [\"PAI: {amount}\", \"{percent}.5 % quotient\"]\nsupplements = [{{ percent = {percent} }}]", percent = percent.abs());
        let tariffs = tariffs(&text);
        for case in ["", "PAI"] {
            let facts = facts(&tariffs, case).with(Measure::Quantity, quantity).with(Measure::Quotient, quotient);
            match price(grid(&tariffs, &facts), &facts) {
                Ok(priced) => {
                    prop_assert!(priced.cents >= Cents::ZERO);
                    prop_assert!(priced.cents <= Cents(1_000_000_000_000_000));
                }
                Err(error) => prop_assert_eq!(error, PriceError::TooLarge),
            }
        }
    }

    #[test]
    fn no_text_makes_the_reader_fall(text in "\\PC{0,30}", amount in "[0-9.,%+| a-z€:-]{0,20}") {
        let quoted = |text: &str| text.replace(['\\', '"'], "");
        let file = format!("[[tariffs]]\nwhen = \"{}\"\nbrackets = [\"{}\"]\nlines = [\"{}\"]\nper = \"{}\"\nmin = \"{}\"", quoted(&text), quoted(&amount), quoted(&amount), quoted(&text), quoted(&amount));
        if let Ok(settings) = parse(&file) {
            let _ = Tariffs::build(&settings);
        }
    }

    #[test]
    fn the_same_for_every_child_of_a_pair_whichever_comes_first(cents in 1_i64..900, less in 0_i64..400) {
        let tariffs = tariffs(&format!("[[tariffs]]\nlines = [\"rang 1: {}\", \"rang 2+: {}\"]", euros(cents + less), euros(cents)));
        let at = |rank| {
            let facts = facts(&tariffs, "").with(Measure::Rank, rank);
            price(grid(&tariffs, &facts), &facts).unwrap().cents
        };
        prop_assert_eq!(at(2), at(7));
        prop_assert!(at(1) >= at(2));
    }
}

#[test]
fn the_limits_of_the_brief_have_a_price_or_a_sentence() {
    let tariffs = tariffs(
        "[[tariffs]]\nno_quotient = \"plus haut\"\nbrackets = [\"0-600: 1\", \"601-2000: 3\", \"2001+: 5\"]",
    );
    let at = |quotient: i64| {
        let facts = facts(&tariffs, "").with(Measure::Quotient, quotient);
        price(grid(&tariffs, &facts), &facts).map(|priced| priced.cents)
    };
    assert_eq!(at(0), Ok(Cents(100)));
    assert_eq!(at(9_999_900), Ok(Cents(500)));
    assert_eq!(at(100_000_000_000_000), Ok(Cents(500)));
    assert!(matches!(at(-1), Err(PriceError::Gap { .. })));
}
