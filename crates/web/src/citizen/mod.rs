//! The portal of the families.

mod absence;
mod activation;
mod billing_space;
mod contact;
mod custody;
mod data;
pub(crate) mod documents;
pub(crate) mod dossier;
mod dossier_edit;
mod dossier_persons;
pub(crate) mod family_space;
pub(crate) mod files;
pub(crate) mod home;
pub(crate) mod informations;
pub(crate) mod legal;
mod login;
pub(crate) mod menus;
mod my_account;
mod password;
mod payment;
mod planning;
mod procedures;
pub(crate) mod requests;
mod session;
mod signup;
mod space;
mod subscriptions;
pub(crate) mod theme;

use crate::routes::{Area, Routes};

/// Every page of the portal.
pub(crate) fn routes() -> Routes {
    Routes::new(Area::Citizen)
        .with(activation::routes)
        .with(contact::routes)
        .with(data::routes)
        .with(files::routes)
        .with(home::routes)
        .with(informations::routes)
        .with(legal::routes)
        .with(login::routes)
        .with(menus::routes)
        .with(my_account::routes)
        .with(password::routes)
        .with(requests::routes)
        .with(session::routes)
        .with(signup::routes)
        .with(space::routes)
        .with(subscriptions::routes)
        .with(dossier::routes)
        .with(dossier_edit::routes)
        .with(dossier_persons::routes)
        .with(documents::routes)
        .with(procedures::routes)
        .with(planning::routes)
        .with(absence::routes)
        .with(family_space::routes)
        .with(billing_space::routes)
        .with(payment::routes)
        .with(theme::routes)
}
