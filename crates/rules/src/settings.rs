//! What a commune decides, as one file that it can read and write.
//!
//! [`Settings`] is the file's shape, key by key; the parser is in the `formats` crate. [`compile`]
//! checks it as a whole and makes a [`Rulebook`], which answers; what is wrong or doubtful comes back
//! as [`Problem`]s that name the key, all of them at once.

mod activity;
mod check;
mod compile;
mod deadline;
mod file;
mod gaps;
mod limit;
mod list;
mod problem;
mod replay;
mod rulebook;
mod scalar;

pub use activity::ServedUnit;
pub use check::{Action, Check, Outcome, Source};
pub use compile::compile;
pub use deadline::{
    DatesRow, DeadlineEntry, ExceptionKeys, LateKeys, Limit, LimitKeys, LimitWord, Opening, Table,
};
pub use file::{
    Activity, CalendarSection, CapacityEntry, ClosureEntry, CommuneSection, EnrolmentMode, Group,
    NamedDay, NamedRange, Settings, Site, Unit,
};
pub use gaps::gaps;
pub use list::{DaysOffList, Names, WeekdayList};
pub use problem::{Level, Problem, Step};
pub use replay::{Replayed, replay};
pub use rulebook::{Entry, NotServed, Query, Rulebook, Scope, Unanswered};
pub use scalar::{Day, Moment, TableCell, WeekdayName, YearDay};

#[cfg(test)]
mod tests;
