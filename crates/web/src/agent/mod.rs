//! The town hall's side.

use crate::routes::{Area, Routes};

/// Every page of the agents.
pub(crate) fn routes() -> Routes {
    Routes::new(Area::Agent)
}
