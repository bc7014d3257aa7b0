//! The first and the last day of a form.

use jiff::civil::Date;
use preau_rules::family::typed_date;

use crate::Problems;

/// Reads `du` and `au`, which may be empty for one day, both included; at most `longest` days apart.
pub(super) fn first_and_last(
    problems: &mut Problems,
    (du, au): (&str, &str),
    longest: i32,
) -> Option<(Date, Date)> {
    let first = typed_date(du);
    let last = if au.trim().is_empty() {
        first
    } else {
        typed_date(au)
    };
    let Some(first) = first else {
        problems.add("du", "Indiquez le premier jour, par exemple 30/11/2026.");
        return None;
    };
    let Some(last) = last else {
        problems.add("au", "Indiquez le dernier jour, par exemple 01/12/2026.");
        return None;
    };
    if last < first {
        problems.add("au", "Le dernier jour est avant le premier.");
    } else if (last - first).get_days() > longest {
        problems.add("au", format!("Pas plus de {longest} jours à la fois."));
    }
    Some((first, last))
}
