//! Goes through all cases that a grid tells apart: which have no price, which lines never serve.

use jiff::civil::Date;

use super::check::Finding;
use super::facts::Facts;
use super::formula::Formula;
use super::grid::{Grid, Line};
use super::measure::{Kind, Measure};
use super::when::When;
use super::words::{Lexicon, Word, WordSet};

/// More cases than this are not gone through; no commune comes near.
const MOST: usize = 20_000;

/// The cases without a price, and the lines that never serve.
pub(super) fn cases(grid: &Grid, lexicon: &Lexicon, findings: &mut Vec<Finding>) {
    let day = grid
        .since
        .unwrap_or_else(|| Date::new(2026, 9, 1).unwrap_or(Date::MIN));
    let Some(sets) = word_sets(grid, lexicon) else {
        return;
    };
    let Some(points) = points(grid, sets.len()) else {
        return;
    };
    let mut served = vec![false; grid.lines.len()];
    let mut missing: Vec<(WordSet, &[(Measure, i64)])> = Vec::new();
    for words in sets {
        for point in &points {
            let mut facts = Facts::new(day, words);
            for (measure, value) in point {
                facts.set(*measure, *value);
            }
            let line = grid.lines.iter().position(|line| line.when.holds(&facts));
            if let Some(found) = line.and_then(|line| served.get_mut(line)) {
                *found = true;
            }
            let line = line.and_then(|line| grid.lines.get(line));
            let priced = line.is_some_and(|line| has_column(line, &facts));
            if !priced && missing.iter().all(|(known, _)| *known != words) {
                missing.push((words, point));
            }
        }
    }
    for (words, point) in missing {
        let measured = point
            .iter()
            .map(|(measure, value)| format!("{} {}", measure.name(), measure.show(*value)));
        let said: Vec<String> = (words.iter().map(|word| lexicon.text(word).to_owned()))
            .chain(measured)
            .collect();
        findings.push(Finding::NoPrice {
            case: said.join(", "),
        });
    }
    for (at, served) in served.iter().enumerate() {
        if !served {
            findings.push(Finding::Unreachable { line: at + 1 });
        }
    }
}

fn has_column(line: &Line, facts: &Facts) -> bool {
    match &line.formula {
        Formula::Table(table) => table.columns.iter().any(|column| column.holds(facts)),
        _ => true,
    }
}

/// The conditions of lines and columns.
fn conditions(grid: &Grid) -> Vec<&When> {
    let mut found = Vec::new();
    for line in &grid.lines {
        found.push(&line.when);
        if let Formula::Table(table) = &line.formula {
            found.extend(&table.columns);
        }
    }
    found
}

/// All combinations of the words that the grid tells apart, for people that it is for.
fn word_sets(grid: &Grid, lexicon: &Lexicon) -> Option<Vec<WordSet>> {
    let mut spoken = WordSet::EMPTY;
    for when in conditions(grid).into_iter().chain([&grid.when]) {
        spoken = when.words().fold(spoken, WordSet::with);
    }
    let mut choices: Vec<Vec<Option<Word>>> = Vec::new();
    for axis in lexicon.axes() {
        if axis.words.iter().any(|word| spoken.has(*word)) {
            let counts =
                |word: &&Word| !axis.open || spoken.has(**word) || axis.default == Some(**word);
            choices.push(
                axis.words
                    .iter()
                    .filter(counts)
                    .map(|word| Some(*word))
                    .collect(),
            );
        }
    }
    if grid.units.iter().any(|unit| spoken.has(*unit)) {
        choices.push(grid.units.iter().map(|unit| Some(*unit)).collect());
    }
    let on_axis = |word: &Word| lexicon.axis_of(*word).is_some() || grid.units.contains(word);
    let labels: Vec<Word> = spoken.iter().filter(|word| !on_axis(word)).collect();
    // Labels to choose among exclude each other: every line asks for another one.
    if labels.len() > 3 && labels.len() == grid.lines.len() {
        choices.push(labels.into_iter().map(Some).collect());
    } else {
        choices.extend(labels.into_iter().map(|word| vec![None, Some(word)]));
    }
    let mut sets = vec![WordSet::EMPTY];
    for choice in choices {
        if sets.len().checked_mul(choice.len())? > MOST {
            return None;
        }
        sets = (sets.iter())
            .flat_map(|set| {
                choice
                    .iter()
                    .map(|word| word.map_or(*set, |word| set.with(word)))
            })
            .collect();
    }
    sets.retain(|set| grid.when.words_hold(set));
    Some(sets)
}

/// Values at the ends of the intervals that lines ask for, and beside them.
fn points(grid: &Grid, sets: usize) -> Option<Vec<Vec<(Measure, i64)>>> {
    let mut by_measure: Vec<(Measure, Vec<i64>)> = Vec::new();
    for when in conditions(grid) {
        for (measure, interval) in &when.within {
            let least = i64::from(measure.kind() == Kind::Count);
            let ends = [
                interval.low.saturating_sub(1),
                interval.low,
                interval.high,
                interval.high.saturating_add(1),
            ];
            let ends = ends.into_iter().filter(|at| (least..i64::MAX).contains(at));
            let ends = ends.filter(|at| *measure != Measure::Month || *at <= 12);
            match by_measure.iter_mut().find(|(known, _)| known == measure) {
                Some((_, values)) => values.extend(ends),
                None => by_measure.push((*measure, ends.chain([least]).collect())),
            }
        }
    }
    let mut points: Vec<Vec<(Measure, i64)>> = vec![Vec::new()];
    for (measure, mut values) in by_measure {
        values.sort_unstable();
        values.dedup();
        if points.len().checked_mul(values.len())?.checked_mul(sets)? > MOST * 10 {
            return None;
        }
        points = (points.iter())
            .flat_map(|point| {
                values.iter().map(|value| {
                    let mut longer = point.clone();
                    longer.push((measure, *value));
                    longer
                })
            })
            .collect();
    }
    Some(points)
}
