//! The archive's readable page: one file, opened without a network, printed well.

use askama::Template;
use jiff::{Timestamp, tz::TimeZone};
use preau_rules::{family::born_and_age, french, money::Cents};

use super::held::{Child, Held};

#[derive(Template)]
#[template(path = "data/sheet.html")]
struct Sheet<'a> {
    held: &'a Held,
    zone: &'a TimeZone,
}

impl Sheet<'_> {
    fn on(&self, at: &Timestamp) -> String {
        format!("le {}", french::instant_year(*at, self.zone))
    }

    fn born(&self, child: &Child) -> String {
        let today = self.held.made_at.to_zoned(self.zone.clone()).date();
        born_and_age(child.born_on, today)
    }

    #[expect(
        clippy::unused_self,
        clippy::trivially_copy_pass_by_ref,
        reason = "templates ask the page, by reference"
    )]
    fn euros(&self, cents: &i64) -> String {
        french::euros(Cents(*cents))
    }
}

/// Draws it.
pub(super) fn html(held: &Held, zone: &TimeZone) -> Result<String, askama::Error> {
    Sheet { held, zone }.render()
}
