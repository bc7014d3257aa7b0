//! The dates of school holidays, as a file: the one that is shipped, or the one that a host puts in
//! its place.

use preau_rules::calendar::{SchoolHoliday, SchoolHolidays, SchoolZone};
use preau_rules::settings::{Day, Names};
use serde::Deserialize;

use crate::settings::{Fault, Source};

const SHIPPED: &str = include_str!("../data/school-holidays.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    holidays: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    zones: Names,
    from: Day,
    to: Day,
}

/// The dates of zones A, B and C from 2024-2025 to 2027-2028.
pub fn shipped() -> SchoolHolidays {
    parse(SHIPPED).unwrap_or_default()
}

/// Reads a file of the shape of the shipped one.
pub fn parse(text: &str) -> Result<SchoolHolidays, Fault> {
    let source = Source::new(text)?;
    let file: File = source.read()?;
    let mut all = Vec::new();
    for (index, row) in file.holidays.into_iter().enumerate() {
        let at = |key: &str| ["holidays".into(), index.into(), key.into()];
        if row.to < row.from {
            return Err(source.error(&at("to"), "Le dernier jour est avant le premier."));
        }
        for zone in &row.zones.0 {
            let Some(zone) = SchoolZone::parse(zone) else {
                let message = format!("« {zone} » n’est ni une zone ni une académie.");
                return Err(source.error(&at("zones"), &message));
            };
            let holiday = SchoolHoliday {
                name: row.name.clone(),
                first: row.from.0,
                last: row.to.0,
            };
            all.push((zone, holiday));
        }
    }
    Ok(SchoolHolidays(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_school_years_are_shipped_for_three_zones() {
        let shipped = parse(SHIPPED).unwrap();
        for zone in [SchoolZone::A, SchoolZone::B, SchoolZone::C] {
            let holidays = shipped.of(zone);
            for year in 2024..=2027 {
                let christmas = holidays
                    .iter()
                    .filter(|h| h.name.contains("Noël") && h.first.year() == year);
                assert_eq!(christmas.count(), 1, "{zone:?} {year}");
            }
            for (one, next) in holidays.iter().zip(&holidays[1..]) {
                assert!(one.first <= one.last && one.last < next.first, "{one:?}");
            }
        }
        let winter: Vec<String> = shipped
            .of(SchoolZone::B)
            .into_iter()
            .filter(|h| h.name.contains("hiver"))
            .map(|h| h.first.to_string())
            .collect();
        assert_eq!(
            winter,
            ["2025-02-08", "2026-02-14", "2027-02-20", "2028-02-05"]
        );
    }

    #[test]
    fn a_file_of_the_host_says_where_it_is_wrong() {
        let wrong =
            "[[holidays]]\nname = \"Noël\"\nzones = \"D\"\nfrom = 2026-12-19\nto = 2027-01-03\n";
        assert_eq!(
            parse(wrong).unwrap_err().to_string(),
            "ligne 3, « holidays[1].zones » : « D » n’est ni une zone ni une académie."
        );
    }
}
