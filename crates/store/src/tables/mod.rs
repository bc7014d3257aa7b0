//! A file a family of tables: the rows, the statements, and functions that say what they do. No decision is taken here.

pub mod account;
pub mod agent;
pub mod attendance;
pub mod billing;
pub mod booking;
pub mod command;
pub mod commune;
pub mod contact;
pub mod counter;
pub mod document;
pub mod enrolment;
pub mod fact;
pub mod family;
pub mod file;
pub mod invitation;
pub mod invoice;
pub mod invoice_reference;
pub mod job;
pub mod journal;
pub mod mail;
pub mod menu;
pub mod news;
pub mod page;
pub mod payment;
pub mod procedure;
pub mod proof;
pub mod receipt;
pub mod recovery;
pub mod request;
pub mod retention;
pub mod role;
pub mod rulebook;
pub mod seal;
pub mod session;
pub mod setting;
pub mod sign_up;
pub mod site;
pub mod subscriber_code;
pub mod subscription;
pub mod throttle;
pub mod trusted_person;

use crate::sql::Sql;

/// Every statement, so that a test prepares them all on both engines. `true`: of the registry only.
#[must_use]
pub fn every_statement() -> Vec<(&'static Sql, bool)> {
    let both = [
        account::ALL,
        agent::ALL,
        billing::ALL,
        booking::ALL,
        command::ALL,
        contact::ALL,
        counter::ALL,
        document::ALL,
        enrolment::ALL,
        fact::ALL,
        family::ALL,
        file::ALL,
        invitation::ALL,
        invoice::ALL,
        invoice_reference::ALL,
        job::ALL,
        journal::ALL,
        mail::ALL,
        menu::ALL,
        news::ALL,
        page::ALL,
        payment::ALL,
        procedure::ALL,
        proof::ALL,
        receipt::ALL,
        recovery::ALL,
        request::ALL,
        retention::ALL,
        role::ALL,
        rulebook::ALL,
        attendance::ALL,
        seal::ALL,
        session::ALL,
        setting::ALL,
        sign_up::ALL,
        site::ALL,
        subscriber_code::ALL,
        subscription::ALL,
        throttle::ALL,
        trusted_person::ALL,
    ];
    let registry = [commune::ALL];
    let listed = |lists: &[&'static [&'static Sql]], of_registry: bool| {
        lists
            .iter()
            .flat_map(|list| list.iter().map(move |sql| (*sql, of_registry)))
            .collect::<Vec<_>>()
    };
    let mut all = listed(&both, false);
    all.extend(listed(&registry, true));
    all
}
