//! The host's side: communes, health, operators.

mod communes;
mod front;

pub(crate) use front::front;

use crate::{
    agent::{agents, invitation, login, one_agent, own_page, second_factor, session},
    routes::{Area, Routes},
};

/// Every page of the operators.
pub(crate) fn routes() -> Routes {
    Routes::new(Area::Host)
        .with(login::host_routes)
        .with(second_factor::host_routes)
        .with(invitation::host_routes)
        .with(session::host_routes)
        .with(own_page::host_routes)
        .with(agents::host_routes)
        .with(one_agent::host_routes)
        .with(communes::routes)
}
