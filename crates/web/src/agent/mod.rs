//! The town hall's side.

mod appearance;
mod identity;
mod legal_texts;
mod menus;
mod news;
mod page_edit;
mod pages;
mod settings;
mod texts;

use crate::routes::{Area, Routes};

/// Every page of the agents.
pub(crate) fn routes() -> Routes {
    Routes::new(Area::Agent)
        .with(settings::routes)
        .with(pages::routes)
        .with(page_edit::routes)
        .with(news::routes)
        .with(menus::routes)
        .with(legal_texts::routes)
        .with(texts::routes)
        .with(identity::routes)
        .with(appearance::routes)
}
