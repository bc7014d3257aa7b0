//! The portal of the families.

mod contact;
pub(crate) mod files;
pub(crate) mod home;
pub(crate) mod informations;
pub(crate) mod legal;
pub(crate) mod menus;
pub(crate) mod theme;

use crate::routes::{Area, Routes};

/// Every page of the portal.
pub(crate) fn routes() -> Routes {
    Routes::new(Area::Citizen)
        .with(contact::routes)
        .with(files::routes)
        .with(home::routes)
        .with(informations::routes)
        .with(legal::routes)
        .with(menus::routes)
        .with(theme::routes)
}
