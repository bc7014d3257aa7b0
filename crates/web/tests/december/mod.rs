//! December is booked by two families, and the commune bills it on the 4th of January 2027.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "each story takes what it needs"
)]
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

use jiff::{Timestamp, civil::Date};
use preau_app::{
    Cx,
    billing::{self, MonthForm, contract},
    planning::{self, Wish, rules},
};
use preau_store::tables::{family, invoice, payment};
use preau_testkit::town::Town;
use uuid::Uuid;

use super::{
    activities::{SETTINGS, enrol},
    homes::{self, who},
};

pub const TARIFFS: &str = r#"
[[tariffs]]
name = "Repas"
activity = "cantine"
no_quotient = "plus haut"
lines = [
  { when = "extérieur", label = "Extérieur", price = 6.20 },
  { brackets = ["0-799: 2.60", "800+: 4.60"] },
]

[[absences]]
name = "Absence signalée"
bill = "50 %"

[billing]
due_days = 30
"#;

pub const INVOICE: &str = "/laigneville/espace-facturation/factures/2027-00001";

pub async fn family_id(town: &Town, reference: &str) -> Uuid {
    let mut tx = town.system().read().await.unwrap();
    let found = family::by_reference(&mut tx, reference).await.unwrap();
    found.unwrap().id
}

pub async fn book(town: &Town, reference: &str, child: &str, days: &[&str]) {
    let child = who(town, reference, child).await;
    let wishes = days.iter().map(|day| Wish {
        child,
        day: day.parse().unwrap(),
        activity: "cantine".to_owned(),
        unit: "cantine".to_owned(),
        book: true,
    });
    let family = family_id(town, reference).await;
    let system = town.system();
    let saved = planning::save(&system, Some(family), wishes.collect(), None);
    assert_eq!(saved.await.unwrap().refused, []);
}

pub fn at(town: &Town, instant: &str) {
    let then: Timestamp = instant.parse().unwrap();
    town.turn(then.duration_since(town.app.clock.now()));
}

/// December is booked by two families; it is the 4th of January 2027.
pub async fn december() -> Town {
    let town = homes::town().await;
    let settings = format!("{SETTINGS}{TARIFFS}");
    rules::save(&town.system(), &settings, 0).await.unwrap();
    enrol(&town, "F1", "Zoé", "cantine").await;
    enrol(&town, "F3", "Lou", "cantine").await;
    book(
        &town,
        "F1",
        "Zoé",
        &["2026-12-01", "2026-12-03", "2026-12-04"],
    )
    .await;
    book(&town, "F3", "Lou", &["2026-12-01"]).await;
    at(&town, "2027-01-04T09:00:00+01:00");
    town
}

pub fn period() -> Date {
    "2026-12-01".parse().unwrap()
}

pub async fn issue(town: &Town) -> usize {
    let form = MonthForm {
        echeance: "31/01/2027".to_owned(),
        malgre: false,
    };
    let issued = billing::issue(&town.system(), period(), &form).await;
    issued.unwrap().invoices
}

/// PayFiP is open, and December is issued.
pub async fn issued() -> Town {
    let town = december().await;
    let contract = contract::Contract {
        client: "090909".to_owned(),
        mode: "T".to_owned(),
        open: true,
    };
    contract::set(&town.system(), &contract).await.unwrap();
    assert_eq!(issue(&town).await, 2);
    town
}

/// Payments of the first invoice, and what its family owes.
pub async fn stands(town: &Town) -> (Vec<payment::Payment>, i64) {
    let mut tx = town.system().read().await.unwrap();
    let found = invoice::get(&mut tx, "2027-00001").await.unwrap().unwrap();
    let paid = payment::of_invoice(&mut tx, found.id).await.unwrap();
    let owes = invoice::balance(&mut tx, found.family_id).await.unwrap();
    assert_eq!(invoice::unbalanced(&mut tx).await.unwrap(), 0);
    (paid, owes)
}

/// The same by another agent: whoever comes after the end is told that all is done.
pub async fn issue_if_open(cx: &Cx) -> usize {
    let form = MonthForm {
        echeance: "31/01/2027".to_owned(),
        malgre: false,
    };
    let issued = billing::issue(cx, period(), &form).await;
    issued.map_or(0, |issued| issued.invoices)
}
