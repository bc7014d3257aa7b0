//! Why a price is what it is, in words that a parent understands. Made on demand, from the positions
//! that pricing kept.

use jiff::civil::Date;

use super::build::Tariffs;
use super::error::PriceError;
use super::exact::Exact;
use super::facts::Facts;
use super::formula::{Cell, Formula, euros};
use super::grid::{Adjust, Effect, Fallback, Grid, Line, Per};
use super::instalments::instalments;
use super::measure::{Measure, minutes};
use super::price::{Priced, PricedLine, What, Why};
use super::words::Lexicon;
use crate::french;
use crate::money::Cents;

/// A price, said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What the family owes.
    pub cents: Cents,
    /// All of it in one sentence.
    pub sentence: String,
    /// The tariff, its decision and since when it holds.
    pub tariff: String,
    /// One step a line, each with its amount: the lines of the bill.
    pub steps: Vec<(String, Cents)>,
    /// The parts in which it is paid, if it is.
    pub instalments: Vec<Cents>,
    /// What follows that has no price: a warning, an exclusion.
    pub notes: Vec<String>,
}

/// What is asked on the command line or by a simulator.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// The activity.
    pub activity: &'a str,
    /// The unit.
    pub unit: Option<&'a str>,
    /// The day.
    pub date: Date,
    /// Everything else: `extérieur, quotient 900, rang 3`.
    pub facts: &'a str,
}

/// Prices and explains; the French sentence of what stands in the way otherwise.
pub fn explain(tariffs: &Tariffs, question: &Question<'_>) -> Result<Explanation, String> {
    let facts = tariffs.facts(question.date, question.unit, question.facts)?;
    let unit = question.unit.and_then(|unit| tariffs.unit(unit));
    let grid = tariffs.grid_or_penalties(question.activity, unit, &facts);
    let grid = grid.map_err(|error| match (error, question.unit) {
        (PriceError::NoGrid { date, .. }, Some(unit)) => PriceError::NoGrid {
            what: format!("{}, {unit}", question.activity),
            date,
        }
        .message_fr(),
        (error, _) => error.message_fr(),
    })?;
    let priced = super::price::price_asked(grid, &facts).map_err(|error| refusal(grid, &error))?;
    Ok(say(&tariffs.lexicon, grid, &facts, &priced))
}

/// Why there is no price, with the grid that gave none.
pub fn refusal(grid: &Grid, error: &PriceError) -> String {
    format!("{} Tarif «\u{a0}{}\u{a0}».", error.message_fr(), grid.name)
}

/// A price that was computed, said.
pub fn say(lexicon: &Lexicon, grid: &Grid, facts: &Facts, priced: &Priced) -> Explanation {
    let tariff = tariff(grid);
    let steps: Vec<(String, Cents)> = (priced.lines.iter())
        .map(|line| (step(lexicon, grid, facts, priced, line), line.cents))
        .collect();
    let mut parts: Vec<String> = Vec::with_capacity(steps.len() + 1);
    parts.push(tariff.clone());
    for (index, (text, cents)) in steps.iter().enumerate() {
        parts.push(if index == 0 {
            text.clone()
        } else {
            format!("{text}\u{a0}: {}", signed(*cents))
        });
    }
    let sentence = format!("{}\u{a0}: {}.", priced.cents, parts.join("\u{a0}; "));
    let notes = (priced.lines.iter())
        .filter_map(|line| match line.what {
            What::Adjust(index) => grid.adjusts.get(index)?.note.clone(),
            _ => None,
        })
        .collect();
    Explanation {
        cents: priced.cents,
        sentence,
        tariff,
        steps,
        instalments: instalments(priced.cents, grid.instalments.unwrap_or(0)),
        notes,
    }
}

/// "tarif « Repas » (délibération du 12 décembre), en vigueur depuis le 1er janvier 2026".
fn tariff(grid: &Grid) -> String {
    let mut text = format!("tarif «\u{a0}{}\u{a0}»", grid.name);
    if let Some(version) = &grid.version {
        text = format!("{text} ({version})");
    }
    if let Some(since) = grid.since {
        let since = french::day_month_year(since);
        text = format!("{text}, en vigueur depuis le {since}");
    }
    text
}

fn step(
    lexicon: &Lexicon,
    grid: &Grid,
    facts: &Facts,
    priced: &Priced,
    line: &PricedLine,
) -> String {
    match line.what {
        What::Base => base(lexicon, grid, facts, &priced.why),
        What::Adjust(index) => {
            (grid.adjusts.get(index)).map_or_else(String::new, |adjust| adjusted(adjust, facts))
        }
        What::Floor => "minimum".to_owned(),
        What::Ceiling => match grid.quantity.period {
            Some(period) => format!("plafond {}", period.label_fr()),
            None => "plafond".to_owned(),
        },
        What::Zero => "un prix n’est jamais négatif".to_owned(),
        What::Vat => "TVA".to_owned(),
        What::Granted(index) => format!("aide accordée n°\u{a0}{}", index + 1),
        What::Aid(index) => (grid.aids.get(index)).map_or_else(String::new, |aid| {
            format!("{}, pris en charge par {}", aid.name, aid.payer)
        }),
    }
}

/// The case, the quotient and its bracket, the price of one, how many times.
fn base(lexicon: &Lexicon, grid: &Grid, facts: &Facts, why: &Why) -> String {
    let mut parts: Vec<String> = Vec::new();
    let line = grid.lines.get(why.line);
    if let Some(word) = facts.granted {
        let word = lexicon.text(word);
        parts.push(format!("exception accordée\u{a0}: «\u{a0}{word}\u{a0}»"));
    }
    if why.defaulted {
        parts.push(defaulted(lexicon, grid));
    }
    if let Some(line) = line {
        match &line.label {
            Some(label) => parts.push(label.clone()),
            None if !line.when.is_always() => parts.push(line.when.show(lexicon)),
            None => {}
        }
        parts.extend(followed(lexicon, line, facts, why));
    }
    let one = euros(why.unit);
    let amount = if why.quantity == Exact::ONE {
        match grid.quantity.per {
            Per::Unit => one,
            per => format!("{one} {}", per.label_fr()),
        }
    } else {
        times(grid, facts, why, &one)
    };
    if parts.is_empty() {
        return amount;
    }
    format!("{}\u{a0}: {amount}", parts.join(", "))
}

fn defaulted(lexicon: &Lexicon, grid: &Grid) -> String {
    match grid.fallback {
        Some(Fallback::As { word, .. }) => format!(
            "quotient non connu, donc prix «\u{a0}{}\u{a0}»",
            lexicon.text(word)
        ),
        Some(Fallback::Lowest) => "quotient non connu, donc prix le plus bas".to_owned(),
        Some(Fallback::Price(_)) => "quotient non connu, donc prix fixé pour ce cas".to_owned(),
        _ => "quotient non connu, donc prix le plus haut".to_owned(),
    }
}

/// What the price followed: the value, since when it is known, and where it falls.
fn followed(lexicon: &Lexicon, line: &Line, facts: &Facts, why: &Why) -> Vec<String> {
    let mut parts = Vec::new();
    let value = |measure: Measure| {
        let value = facts.get(measure).filter(|_| !why.defaulted)?;
        let mut text = format!("{} {}", measure.name(), measure.show(value));
        if let Some(on) = facts.quotient_on.filter(|_| measure == Measure::Quotient) {
            text = format!("{text} (connu au {})", french::day_month_year(on));
        }
        let kept = line.basis.clamp(value);
        if kept != value {
            let bound = if kept < value { "plafonné" } else { "relevé" };
            text = format!("{text}, {bound} à {}", measure.show(kept));
        }
        Some(text)
    };
    match &line.formula {
        Formula::Cell(cell) => parts.extend(part(cell, value)),
        Formula::Points(points) => {
            parts.extend(value(points.by));
            parts.push("prix entre deux points du barème".to_owned());
        }
        Formula::Table(table) => {
            let column = why.column.and_then(|at| table.columns.get(at));
            if let Some(column) = column.filter(|column| !column.is_always()) {
                parts.push(column.show(lexicon));
            }
            let row = why.row.and_then(|at| table.rows.get(at));
            if let Some(row) =
                row.filter(|row| row.interval.low != i64::MIN || row.interval.high != i64::MAX)
            {
                let shown = row.interval.show(table.by);
                if table.by.kind() == super::measure::Kind::Count {
                    parts.push(format!("{} {shown}", table.by.name()));
                } else {
                    parts.extend(value(table.by));
                    parts.push(format!("tranche {shown}"));
                }
                let shifted = facts
                    .get(table.by)
                    .is_some_and(|v| !row.interval.has(line.basis.clamp(v)));
                if shifted && !why.defaulted {
                    parts.push("tranche décalée".to_owned());
                }
            }
            let cell = row.zip(why.column).and_then(|(row, at)| row.cells.get(at));
            parts.extend(cell.and_then(|cell| part(cell, value)));
        }
    }
    let bounded = [(line.min, "minimum"), (line.max, "maximum")];
    for (bound, word) in bounded {
        if bound == Some(why.unit)
            && !matches!(&line.formula, Formula::Cell(Cell { rate: None, .. }))
        {
            parts.push(format!("{word} du tarif"));
        }
    }
    parts
}

fn part(cell: &Cell, value: impl Fn(Measure) -> Option<String>) -> Option<String> {
    let (_, measure) = cell.rate?;
    Some(match value(measure) {
        Some(value) => format!("{value}, {}", cell.show()),
        None => cell.show(),
    })
}

/// "3 × 1,50 €", with the time that was counted.
fn times(grid: &Grid, facts: &Facts, why: &Why, one: &str) -> String {
    let amount = format!("{}\u{a0}×\u{a0}{one}", why.quantity.plain());
    let Some(steps) = &grid.quantity.steps else {
        if grid.quantity.prorata.is_some()
            && let (Some(part), Some(days)) = (
                facts.get(Measure::PeriodPart),
                facts.get(Measure::PeriodDays),
            )
        {
            return format!("{amount} (inscrit {part} jours sur {days})");
        }
        return amount;
    };
    match steps.minutes(facts) {
        Ok(length) => format!(
            "{amount} ({}, par {})",
            minutes(length),
            minutes(steps.step)
        ),
        Err(_) => amount,
    }
}

fn adjusted(adjust: &Adjust, facts: &Facts) -> String {
    let how = match &adjust.effect {
        None => return adjust.note.clone().unwrap_or_else(|| adjust.name.clone()),
        Some(Effect::Percent(part)) => {
            let percent = part.times(Exact::whole(100)).unwrap_or(*part);
            let sign = if part.is_negative() { "" } else { "+" };
            format!("{sign}{}\u{a0}%", percent.plain())
        }
        Some(Effect::Times(times)) => format!("×\u{a0}{}", times.plain()),
        Some(Effect::Price(cell)) => format!("prix porté à {}", cell.show()),
        Some(Effect::AtLeast(cell)) => format!("au moins {}", cell.show()),
        Some(Effect::AtMost(cell)) => format!("au plus {}", cell.show()),
        Some(Effect::Add(cell)) => match &adjust.steps {
            Some(steps) => {
                let length = steps.minutes(facts).unwrap_or(0);
                let count = steps.quantity(length).unwrap_or(Exact::ZERO);
                let each = minutes(steps.step);
                format!(
                    "{}\u{a0}×\u{a0}{} par {each} commencées",
                    count.plain(),
                    cell.show()
                )
            }
            None => return adjust.name.clone(),
        },
    };
    format!("{} ({how})", adjust.name)
}

fn signed(cents: Cents) -> String {
    if cents < Cents::ZERO {
        cents.to_string()
    } else {
        format!("+{cents}")
    }
}
