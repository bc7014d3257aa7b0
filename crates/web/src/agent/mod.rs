//! The town hall's side.

mod account;
mod accounts;
mod activities;
pub(crate) mod agents;
mod appearance;
mod attendance;
mod billing;
mod closing;
mod codes;
mod documents;
mod dossier;
mod dossier_fields;
mod families;
mod family;
mod family_bills;
mod family_members;
mod headcount;
mod home;
mod identity;
mod import;
pub(crate) mod invitation;
mod journal;
mod legal_texts;
mod lines;
pub(crate) mod login;
mod menus;
mod messages;
mod news;
pub(crate) mod one_agent;
pub(crate) mod own_page;
mod page_edit;
mod pages;
mod passwords;
mod payfip;
mod payments;
mod planning;
mod procedures;
mod request;
mod request_view;
mod requests;
mod retention;
mod roles;
mod search;
pub(crate) mod second_factor;
pub(crate) mod session;
mod settings;
mod sign_up;
mod sites;
mod texts;

use crate::routes::{Area, Routes};

/// Every page of the agents.
pub(crate) fn routes() -> Routes {
    Routes::new(Area::Agent)
        .with(home::routes)
        .with(requests::routes)
        .with(request::routes)
        .with(search::routes)
        .with(messages::routes)
        .with(journal::routes)
        .with(dossier::routes)
        .with(dossier_fields::routes)
        .with(families::routes)
        .with(family::routes)
        .with(family_members::routes)
        .with(planning::routes)
        .with(activities::routes)
        .with(closing::routes)
        .with(headcount::routes)
        .with(attendance::routes)
        .with(billing::routes)
        .with(family_bills::routes)
        .with(payfip::routes)
        .with(payments::routes)
        .with(accounts::routes)
        .with(sign_up::routes)
        .with(account::routes)
        .with(codes::routes)
        .with(import::routes)
        .with(login::routes)
        .with(second_factor::routes)
        .with(invitation::routes)
        .with(session::routes)
        .with(own_page::routes)
        .with(agents::routes)
        .with(one_agent::routes)
        .with(roles::routes)
        .with(sites::routes)
        .with(settings::routes)
        .with(pages::routes)
        .with(passwords::routes)
        .with(retention::routes)
        .with(procedures::routes)
        .with(documents::routes)
        .with(page_edit::routes)
        .with(news::routes)
        .with(menus::routes)
        .with(legal_texts::routes)
        .with(texts::routes)
        .with(identity::routes)
        .with(appearance::routes)
}
