//! How many lines a second are priced, on one core, and what exact fractions cost beside a kept crate
//! that always reduces them: `cargo run --release -p preau-rules --example price_speed`.

use std::hint::black_box;
use std::time::Instant;

use jiff::civil::date;
use num_rational::Ratio;
use preau_rules::tariff::exact::Exact;
use preau_rules::tariff::rounding::Rounding;
use preau_rules::tariff::settings::{AdjustSetting, TariffSetting};
use preau_rules::tariff::written::{Many, Pair, Written};
use preau_rules::tariff::{Measure, TariffSettings, Tariffs, price};

const LINES: u32 = 1_000_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout();
    let brackets: Vec<Pair> = (0..13)
        .map(|row: u32| {
            let (low, high) = (row * 150, row * 150 + 149);
            let case = if row == 12 {
                "1800+: ".to_owned()
            } else {
                format!("{low}-{high}: ")
            };
            Pair::parse(&format!("{case}{}.{} | {}.5", row / 2, row % 10, row + 1))
        })
        .collect();
    let grid = |change: fn(&mut TariffSetting)| {
        let mut tariff = TariffSetting {
            no_quotient: Some(Written::from("plus haut")),
            columns: vec!["résident".to_owned(), "extérieur".to_owned()],
            ..TariffSetting::default()
        };
        change(&mut tariff);
        tariff
    };
    let mut table = grid(|_| {});
    table.brackets = brackets;
    table.supplements = vec![
        AdjustSetting {
            when: Many::from("rang 2+"),
            percent: Some(Written::from("-10")),
            ..AdjustSetting::default()
        },
        AdjustSetting {
            when: Many::from("non réservé"),
            add: Some(Written::from("2.00")),
            ..AdjustSetting::default()
        },
    ];
    let linear = grid(|tariff| {
        tariff.columns.clear();
        tariff.price = Some(Written::from("0.287 % quotient"));
        tariff.min = Some(Written::from("1.00"));
        tariff.max = Some(Written::from("5.97"));
    });
    let flat = grid(|tariff| {
        tariff.columns.clear();
        tariff.price = Some(Written::from("3.80"));
    });
    for (name, tariff) in [
        ("flat", flat),
        ("13 brackets, 2 columns, 2 supplements", table),
        ("linear, floor and ceiling", linear),
    ] {
        let settings = TariffSettings {
            tariffs: vec![tariff],
            ..TariffSettings::default()
        };
        let tariffs = Tariffs::build(&settings).map_err(|errors| format!("{errors:?}"))?;
        let mut facts = tariffs.facts(date(2026, 9, 7), None, "extérieur, non réservé")?;
        let grid = tariffs.grid("cantine", None, &facts)?;
        let start = Instant::now();
        let mut sum = 0_i64;
        for line in 0..LINES {
            facts.set(Measure::Quotient, i64::from(line % 250_000));
            facts.set(Measure::Rank, i64::from(line % 3 + 1));
            sum += price(grid, black_box(&facts))?.cents.0;
        }
        black_box(sum);
        report(&mut out, name, start)?;
    }
    let rate = Ratio::<i128>::new(287, 100_000);
    let start = Instant::now();
    for line in 0..LINES {
        let quotient = Ratio::from_integer(i128::from(line % 250_000));
        let price = black_box(rate * quotient) * Ratio::new(9, 10) + Ratio::from_integer(200);
        black_box(price.round().to_integer());
    }
    report(&mut out, "fractions alone, num-rational in 128 bits", start)?;
    let rate = Exact::ratio(287, 100_000).ok_or("rate")?;
    let less = Exact::ratio(9, 10).ok_or("less")?;
    let start = Instant::now();
    for line in 0..LINES {
        let quotient = Exact::whole(i64::from(line % 250_000));
        let price = black_box(rate.times(quotient)).and_then(|price| price.times(less));
        let price = price.and_then(|price| price.plus(Exact::whole(200)));
        black_box(price.and_then(|price| Rounding::CENT.cents(price)));
    }
    report(&mut out, "fractions alone, ours", start)?;
    Ok(())
}

fn report(out: &mut impl std::io::Write, name: &str, start: Instant) -> std::io::Result<()> {
    let rate = f64::from(LINES) / start.elapsed().as_secs_f64();
    writeln!(out, "{name:<45} {:>6.2} million a second", rate / 1e6)
}
