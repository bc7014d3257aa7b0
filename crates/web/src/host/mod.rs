//! The host's side: communes, health, operators.

mod front;

pub(crate) use front::front;

use crate::routes::{Area, Routes};

/// Every page of the operators.
pub(crate) fn routes() -> Routes {
    Routes::new(Area::Host)
}
