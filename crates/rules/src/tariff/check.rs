//! Looks at a grid before it is saved: brackets that miss somebody or hold somebody twice, cases
//! without a price, prices that fall or leap from one bracket to the next.

use super::check_cases::cases;
use super::exact::Exact;
use super::formula::{Formula, Row, Table, euros};
use super::grid::{Grid, Line};
use super::measure::{Kind, Measure};
use super::words::Lexicon;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Good to know.
    Note,
    /// Probably a slip.
    Warning,
    /// Somebody has no price, or two.
    Error,
}

/// Something about a grid that its author should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// No bracket holds these values (both included; cents, minutes or counts).
    Gap {
        /// What is cut into brackets.
        by: Measure,
        /// The first value without a bracket.
        from: i64,
        /// The last one.
        to: i64,
    },
    /// Two brackets hold these values; the first one of the file wins.
    Overlap {
        /// What is cut into brackets.
        by: Measure,
        /// The first value in both.
        from: i64,
        /// The last one.
        to: i64,
    },
    /// People of these words have no price.
    NoPrice {
        /// "extérieur, maternelle, mois 8".
        case: String,
    },
    /// No case ever comes to this line, counted from 1: lines above take them all.
    Unreachable {
        /// Position of the line.
        line: usize,
    },
    /// Who has more pays less.
    Falls {
        /// What grows.
        by: Measure,
        /// Where the price falls.
        at: i64,
        /// The price below, in cents.
        below: Exact,
        /// The price from there on.
        above: Exact,
    },
    /// The price doubles or more at a threshold.
    Leap {
        /// What grows.
        by: Measure,
        /// Where.
        at: i64,
        /// The price below, in cents.
        below: Exact,
        /// The price from there on.
        above: Exact,
    },
    /// The price depends on resources, and nothing says what holds when they are not known.
    NoDefault,
}

impl Finding {
    /// How much it matters.
    pub const fn weight(&self) -> Weight {
        match self {
            Self::Gap { .. } | Self::Overlap { .. } | Self::NoPrice { .. } => Weight::Error,
            Self::Unreachable { .. } | Self::Falls { .. } | Self::NoDefault => Weight::Warning,
            Self::Leap { .. } => Weight::Note,
        }
    }

    /// The sentence to show beside the grid.
    pub fn message_fr(&self) -> String {
        let span = |by: &Measure, from: i64, to: i64| {
            let name = by.name();
            // Brackets in whole euros take 799,50 for 799.
            let whole = by.kind() == Kind::Money && from % 100 == 0 && to % 100 == 99;
            let to = if whole { to - 99 } else { to };
            if to == i64::MAX {
                format!("{name} à partir de {}", by.show(from))
            } else if from == to || by.show(from) == by.show(to) {
                format!("{name} {}", by.show(from))
            } else {
                format!("{name} de {} à {}", by.show(from), by.show(to))
            }
        };
        match self {
            Self::Gap { by, from, to } => {
                format!("Aucune tranche ne contient\u{a0}: {}.", span(by, *from, *to))
            }
            Self::Overlap { by, from, to } => format!(
                "Deux tranches contiennent\u{a0}: {}\u{a0}; la première s’applique.",
                span(by, *from, *to)
            ),
            Self::NoPrice { case } => format!("Aucun prix pour le cas\u{a0}: {case}."),
            Self::Unreachable { line } => format!(
                "La ligne {line} ne sert jamais\u{a0}: les lignes au-dessus prennent tous ses cas."
            ),
            Self::Falls {
                by,
                at,
                below,
                above,
            } => format!(
                "Le prix baisse quand le {} augmente\u{a0}: {} puis {} à partir de {}.",
                by.name(),
                euros(*below),
                euros(*above),
                by.show(*at)
            ),
            Self::Leap {
                by,
                at,
                below,
                above,
            } => format!(
                "Effet de seuil\u{a0}: le prix passe de {} à {} à partir du {} {}.",
                euros(*below),
                euros(*above),
                by.name(),
                by.show(*at)
            ),
            Self::NoDefault => "Le prix dépend du quotient\u{a0}; dites par no_quotient ce qui s’applique quand il n’est pas connu.".to_owned(),
        }
    }
}

/// All that can be said about a grid.
pub fn check(grid: &Grid, lexicon: &Lexicon) -> Vec<Finding> {
    let mut findings = Vec::new();
    for line in &grid.lines {
        if let Formula::Table(table) = &line.formula {
            brackets(table, line, grid.monotone, &mut findings);
        }
    }
    cases(grid, lexicon, &mut findings);
    if grid.needs_resources() && grid.fallback.is_none() {
        findings.push(Finding::NoDefault);
    }
    findings
}

fn brackets(table: &Table, line: &Line, monotone: bool, findings: &mut Vec<Finding>) {
    let by = table.by;
    let mut rows: Vec<_> = table.rows.iter().collect();
    rows.sort_by_key(|row| (row.interval.low, row.interval.high));
    let least = i64::from(by.kind() == Kind::Count);
    let least = least.max(line.basis.min);
    let most = line.basis.max;
    let mut next = least;
    for row in &rows {
        let (low, high) = (row.interval.low, row.interval.high);
        if low > next && next <= most {
            findings.push(Finding::Gap {
                by,
                from: next,
                to: low - 1,
            });
        } else if low < next && next > least && high >= low {
            findings.push(Finding::Overlap {
                by,
                from: low,
                to: high.min(next - 1),
            });
        }
        next = next.max(high.saturating_add(1));
    }
    let ends = rows.iter().any(|row| row.interval.high == i64::MAX);
    if !ends && next <= most {
        findings.push(Finding::Gap {
            by,
            from: next,
            to: most,
        });
    }
    thresholds(by, &rows, monotone, findings);
}

/// Prices that fall or leap from one bracket to the next, column by column.
fn thresholds(by: Measure, rows: &[&Row], monotone: bool, findings: &mut Vec<Finding>) {
    let resources = matches!(by, Measure::Quotient | Measure::Income);
    for (low, high) in rows.iter().zip(rows.iter().skip(1)) {
        let at = high.interval.low;
        for (one, other) in low.cells.iter().zip(&high.cells) {
            if one.rate.is_some() || other.rate.is_some() {
                continue;
            }
            let (below, above) = (one.fixed, other.fixed);
            if above < below && monotone && resources {
                findings.push(Finding::Falls {
                    by,
                    at,
                    below,
                    above,
                });
            }
            let doubled = below.plus(below).is_some_and(|double| above >= double);
            let euro = above
                .minus(below)
                .is_some_and(|step| step >= Exact::whole(100));
            if doubled && euro && resources {
                findings.push(Finding::Leap {
                    by,
                    at,
                    below,
                    above,
                });
            }
        }
    }
}
