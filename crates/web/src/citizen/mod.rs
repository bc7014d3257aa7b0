//! The portal of the families.

pub(crate) mod theme;

use crate::routes::{Area, Routes};

/// Every page of the portal.
pub(crate) fn routes() -> Routes {
    Routes::new(Area::Citizen).with(theme::routes)
}
