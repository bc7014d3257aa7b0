//! What families owe: the month's bills, invoices and credit notes, payments, and what each family owes in all.
//!
//! A bill is computed by a pure rule ([`preau_rules::bill`]) from what was booked; once issued, an invoice never changes.

mod homes;
mod invoice;
pub mod online;
mod run;

pub use homes::{Quote, set_words};
pub(crate) use homes::{quote, without_uses};
pub use invoice::{
    Account, Full, Means, Paid, Running, balance, collect, credit, my_invoices, my_sheet,
    of_family, of_period, payable, running, sheet,
};
pub use run::{
    Issue, MonthForm, Preview, emission, issue, month, month_fr, preview, runs, title_fr,
};
