//! The door of the agents: what one does before it, and how one sees on which side one is.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]
#![allow(dead_code, reason = "each story takes what it needs")]

use preau_testkit::{
    http::Visitor,
    town::{
        Town,
        agents::{PASSWORD, address},
    },
};

pub(crate) const LOGIN: &str = "/laigneville/agent/connexion";
pub(crate) const COOKIE: &str = "preau-laigneville-agent";

pub(crate) async fn give_password(visitor: &mut Visitor, email: &str, password: &str) {
    visitor
        .get(LOGIN)
        .await
        .fill("Adresse e-mail", email)
        .fill("Mot de passe", password)
        .press("Se connecter")
        .await;
}

pub(crate) async fn give_code(visitor: &mut Visitor, code: &str) {
    visitor
        .fill("Code à 6 chiffres", code)
        .press("Continuer")
        .await;
}

pub(crate) async fn halfway(town: &Town, name: &str) -> Visitor {
    let mut visitor = town.visitor();
    give_password(&mut visitor, &address(name), PASSWORD).await;
    visitor.sees("Confirmez que c’est vous");
    visitor
}

pub(crate) fn link_in(text: &str) -> String {
    let start = text.find("http://portail.test/").unwrap();
    let link: String = text[start..]
        .chars()
        .take_while(|c| !c.is_whitespace())
        .collect();
    link.trim_start_matches("http://portail.test").to_owned()
}

/// The page must lead to the log-in: nobody is in.
pub(crate) async fn is_out(visitor: &mut Visitor) {
    visitor.get("/laigneville/agent").await;
    assert!(
        visitor.url().path().starts_with(LOGIN),
        "still in: {}",
        visitor.url()
    );
}

pub(crate) async fn give_setup_code(visitor: &mut Visitor, code: &str) {
    visitor
        .fill("Code à 6 chiffres", code)
        .press("Confirmer")
        .await;
}

/// Whoever gave only the password sees no page of the agents.
pub(crate) async fn is_still_halfway(visitor: &mut Visitor) {
    visitor.get("/laigneville/agent/mon-compte").await;
    assert_eq!(visitor.url().path(), "/laigneville/agent/connexion/code");
}
