//! What families owe: the month's bills, invoices and credit notes, payments, and what each family owes in all.
//!
//! A bill is computed by a pure rule ([`preau_rules::bill`]) from what was booked; once issued, an invoice never changes.

pub mod contract;
mod counter;
mod homes;
mod invoice;
pub mod online;
mod preview;
mod run;

pub use counter::{Means, Paid, collect, credit};
pub use homes::{Quote, set_words};
pub(crate) use homes::{biller, quote, without_uses, worth};
pub use invoice::{
    Account, Full, PAGE, Running, balance, my_invoices, my_sheet, of_family, of_period, payable,
    running, sheet,
};
pub use preview::{Preview, preview, runs};
pub use run::{Issue, MonthForm, emission, issue, month, month_fr, title_fr};
