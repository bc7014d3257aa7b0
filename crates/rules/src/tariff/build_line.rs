//! Reads the lines of a grid: cases, brackets, columns, points.

use super::build::Reader;
use super::exact::Exact;
use super::formula::{Basis, Cell, Formula, Points, Row, Table};
use super::grid::Line;
use super::interval::Interval;
use super::measure::{Measure, number};
use super::settings::{LineSetting, LineTable, TariffSetting};
use super::when::When;
use super::written::{Many, Pair, Written};

/// The lines of a grid: those of `lines` and `choices`, then the grid's own price for all others.
pub(super) fn lines(reader: &mut Reader, key: &str, source: &TariffSetting) -> Vec<Line> {
    let mut lines = Vec::new();
    for (at, pair) in source.choices.iter().enumerate() {
        let key = format!("{key}.choices[{}]", at + 1);
        let mut table = inherited(source);
        table.when = Many::from(pair.case.as_str());
        table.price = Some(Written(pair.values.join(" | ")));
        lines.extend(line(reader, &key, &table, source));
    }
    for (at, setting) in source.lines.iter().enumerate() {
        let key = format!("{key}.lines[{}]", at + 1);
        let mut table = inherited(source);
        match setting {
            LineSetting::Short(pair) => {
                table.when = Many::from(pair.case.as_str());
                table.price = Some(Written(pair.values.join(" | ")));
            }
            LineSetting::Table(own) => overlay(&mut table, own),
        }
        lines.extend(line(reader, &key, &table, source));
    }
    let own = LineTable {
        price: source.price.clone(),
        brackets: source.brackets.clone(),
        points: source.points.clone(),
        ..inherited(source)
    };
    let has_own = own.price.is_some() || !own.brackets.is_empty() || !own.points.is_empty();
    let nothing = source.lines.is_empty() && source.choices.is_empty();
    if has_own || nothing {
        lines.extend(line(reader, key, &own, source));
    }
    lines
}

/// What a line takes from its grid unless it says otherwise.
fn inherited(source: &TariffSetting) -> LineTable {
    LineTable {
        by: source.by.clone(),
        columns: source.columns.clone(),
        of: source.of.clone(),
        shifts: source.shifts.clone(),
        min: source.min.clone(),
        max: source.max.clone(),
        basis_min: source.basis_min.clone(),
        basis_max: source.basis_max.clone(),
        ..LineTable::default()
    }
}

fn overlay(table: &mut LineTable, own: &LineTable) {
    let inherited = std::mem::take(table);
    let own = own.clone();
    let either = |own: Vec<_>, other: Vec<_>| if own.is_empty() { other } else { own };
    *table = LineTable {
        by: own.by.or(inherited.by),
        columns: if own.columns.is_empty() {
            inherited.columns
        } else {
            own.columns
        },
        of: own.of.or(inherited.of),
        shifts: either(own.shifts, inherited.shifts),
        min: own.min.or(inherited.min),
        max: own.max.or(inherited.max),
        basis_min: own.basis_min.or(inherited.basis_min),
        basis_max: own.basis_max.or(inherited.basis_max),
        ..own
    };
}

fn line(reader: &mut Reader, key: &str, table: &LineTable, source: &TariffSetting) -> Option<Line> {
    let at = |name: &str| format!("{key}.{name}");
    let when = reader.when(key, &table.when);
    let by = measure(reader, &at("by"), table.by.as_ref())?;
    let of = measure(reader, &at("of"), table.of.as_ref())?;
    let given = usize::from(table.price.is_some())
        + usize::from(!table.brackets.is_empty())
        + usize::from(!table.points.is_empty());
    if given != 1 {
        return reader.fail(
            key,
            "donnez un prix, et un seul, par price, brackets, points ou lines",
        );
    }
    let formula = if let Some(price) = &table.price {
        priced(reader, key, price, table, source, of)?
    } else if table.brackets.is_empty() {
        points(reader, &at("points"), &table.points, by)?
    } else {
        brackets(reader, key, table, source, (by, of))?
    };
    let bound = |reader: &mut Reader, name: &str, text: Option<&Written>| {
        let kind = if matches!(formula, Formula::Cell(_)) {
            of
        } else {
            by
        }
        .kind();
        let text = text?;
        match number(kind, &text.0) {
            Some(value) => Some(value),
            None => reader.fail(
                &at(name),
                format!("«\u{a0}{}\u{a0}» n’est pas un nombre", text.0),
            ),
        }
    };
    let basis = Basis {
        min: bound(reader, "basis_min", table.basis_min.as_ref()).unwrap_or(i64::MIN),
        max: bound(reader, "basis_max", table.basis_max.as_ref()).unwrap_or(i64::MAX),
    };
    let min = reader.amount(&at("min"), table.min.as_ref());
    let max = reader.amount(&at("max"), table.max.as_ref());
    if basis.min > basis.max || min.zip(max).is_some_and(|(min, max)| min > max) {
        return reader.fail(key, "le minimum dépasse le maximum");
    }
    Some(Line {
        when,
        label: table.label.clone(),
        formula,
        min,
        max,
        basis,
    })
}

fn measure(reader: &mut Reader, key: &str, text: Option<&String>) -> Option<Measure> {
    let Some(text) = text else {
        return Some(Measure::Quotient);
    };
    let names: Vec<&str> = Measure::ALL.iter().map(|m| m.name()).collect();
    reader.one_of(key, text, Measure::parse(text), &names.join(", "))
}

/// A price, or one for each column.
fn priced(
    reader: &mut Reader,
    key: &str,
    price: &Written,
    table: &LineTable,
    source: &TariffSetting,
    of: Measure,
) -> Option<Formula> {
    let key = format!("{key}.price");
    let values: Vec<String> = price.0.split('|').map(|v| v.trim().to_owned()).collect();
    let cells = cells(reader, &key, &values, of)?;
    if let [cell] = cells.as_slice() {
        return Some(Formula::Cell(*cell));
    }
    let columns = columns(reader, &key, table, source, cells.len())?;
    let interval = Interval {
        low: i64::MIN,
        high: i64::MAX,
        whole: false,
    };
    Some(Formula::Table(Table {
        by: Measure::Quantity,
        rows: vec![Row { interval, cells }],
        columns,
        shifts: Vec::new(),
    }))
}

fn cells(reader: &mut Reader, key: &str, values: &[String], of: Measure) -> Option<Vec<Cell>> {
    let mut cells = Vec::with_capacity(values.len());
    for value in values {
        let cell = reader.cell(key, value, of)?;
        if cell.fixed.is_negative() && cell.rate.is_none() {
            return reader.fail(
                key,
                "un prix ne peut pas être négatif\u{a0}; une réduction s’écrit dans supplements",
            );
        }
        cells.push(cell);
    }
    Some(cells)
}

/// The cases of the columns: those that are written, or the units when there are as many.
fn columns(
    reader: &mut Reader,
    key: &str,
    table: &LineTable,
    source: &TariffSetting,
    count: usize,
) -> Option<Vec<When>> {
    let texts = if !table.columns.is_empty() {
        &table.columns
    } else if count > 1 {
        &source.unit.0
    } else {
        &vec![String::new(); 1]
    };
    if texts.len() != count {
        return reader.fail(
            key,
            format!(
                "{count} prix pour {} colonnes\u{a0}: écrivez columns = [\"résident\", \"extérieur\"], ou autant d’unités que de prix",
                texts.len()
            ),
        );
    }
    let mut columns = Vec::with_capacity(count);
    for text in texts {
        match When::parse(&reader.lexicon, text) {
            Ok(when) => columns.push(when),
            Err(message) => return reader.fail(&format!("{key}.columns"), message),
        }
    }
    Some(columns)
}

fn brackets(
    reader: &mut Reader,
    key: &str,
    table: &LineTable,
    source: &TariffSetting,
    (by, of): (Measure, Measure),
) -> Option<Formula> {
    let mut rows = Vec::with_capacity(table.brackets.len());
    let first = table.brackets.first()?.values.len();
    for (at, pair) in table.brackets.iter().enumerate() {
        let key = format!("{key}.brackets[{}]", at + 1);
        let case = match Measure::strip(&pair.case) {
            Some((measure, rest)) if measure == by => rest,
            _ => &pair.case,
        };
        let Some(interval) = Interval::parse(by, case) else {
            let written = [pair.case.as_str(), &pair.values.join(" | ")];
            let written = written.iter().find(|text| !text.is_empty()).unwrap_or(&"");
            return reader.fail(
                &key,
                format!(
                    "«\u{a0}{written}\u{a0}» n’est pas une tranche\u{a0}: écrivez \"0-622: 1.00\", \"<600: 1.00\" ou \"1501+: 3.50\""
                ),
            );
        };
        if pair.values.len() != first {
            return reader.fail(
                &key,
                format!("{} prix au lieu de {first}", pair.values.len()),
            );
        }
        let cells = cells(reader, &key, &pair.values, of)?;
        rows.push(Row { interval, cells });
    }
    let columns = columns(reader, key, table, source, first)?;
    let mut shifts = Vec::new();
    for (at, pair) in table.shifts.iter().enumerate() {
        let key = format!("{key}.shifts[{}]", at + 1);
        let when = reader.when(&key, &Many::from(pair.case.as_str()));
        let by = pair.values.first().and_then(|text| text.parse().ok());
        match by.filter(|by: &i64| by.abs() <= 100) {
            Some(by) => shifts.push((when, by)),
            None => return reader.fail(&key, "écrivez par exemple \"rang 2+: -1\""),
        }
    }
    Some(Formula::Table(Table {
        by,
        rows,
        columns,
        shifts,
    }))
}

fn points(reader: &mut Reader, key: &str, pairs: &[Pair], by: Measure) -> Option<Formula> {
    let mut points: Vec<(i64, Exact)> = Vec::with_capacity(pairs.len());
    for pair in pairs {
        let value = number(by.kind(), &pair.case);
        let price = pair.values.first().and_then(|text| Exact::decimal(text, 2));
        let (Some(value), Some(price)) = (value, price) else {
            return reader.fail(key, "écrivez par exemple [\"400: 1.00\", \"1200: 5.97\"]");
        };
        if points.last().is_some_and(|(last, _)| *last >= value) {
            return reader.fail(key, "les points vont du plus petit au plus grand");
        }
        points.push((value, price));
    }
    Some(Formula::Points(Points { by, points }))
}
