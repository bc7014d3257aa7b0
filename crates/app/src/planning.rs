//! The planning of activities: what the commune decided, who is enrolled, who comes when.
//!
//! Pages draw a [`board`](mod@board) and the lane decides on one, with the same pure rules
//! ([`preau_rules::booking`]): a cell is open on the screen if and only if a post at that instant is accepted.

mod absence;
mod attendance;
mod board;
mod close;
mod day;
mod days;
mod decide;
mod enrol;
mod plan;
mod promote;
mod receipt;
pub mod rules;
mod save;

pub use absence::{AbsenceForm, tell};
pub use attendance::{Called, Roll, call, roll};
pub use board::Of;
pub use close::{CloseForm, Effect, close, effect};
pub use day::{List, Place, Present, day};
pub use decide::{Line, Outcome, Wish};
pub use enrol::{EnrolForm, Enrolled, end_enrolment, enrol, enrolments};
pub use plan::{ChildPlan, Plan, Row, Show, Shown, plan};
pub(crate) use receipt::done_fr;
pub use receipt::{Line as ReceiptLine, Sheet, UNDO_MINUTES, receipt};
pub use save::{Counter, MOST, Saved, save, undo, verify};
