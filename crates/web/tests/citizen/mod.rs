//! Citizens who sign up, confirm and log in, so that a story can begin where it starts.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "each story takes what it needs"
)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first thing that fails"
)]

use preau_store::tables::{account, sign_up};
use preau_testkit::{http::Visitor, town::Town};
use uuid::Uuid;

/// A password that the rule accepts.
pub const PASSWORD: &str = "Marelle-7-Craie";
pub const ADDRESS: &str = "lea@exemple.fr";

/// The form of « Créer un compte », filled in by Léa.
pub fn fill(visitor: &mut Visitor, email: &str) {
    visitor
        .choose("Mme")
        .fill("Nom", "Durant")
        .fill("Prénom", "Léa")
        .fill("E-mail (identifiant)", email)
        .fill("Mot de passe", PASSWORD)
        .fill("Confirmation du mot de passe", PASSWORD)
        .check("J’ai lu et j’accepte les Conditions d’utilisation");
}

/// Léa on the page that waits.
pub async fn signed_up(town: &Town, email: &str) -> Visitor {
    let mut lea = town.visitor();
    lea.get("/laigneville/compte/creer").await;
    fill(&mut lea, email);
    lea.press("S’inscrire").await;
    assert_eq!(lea.heading(), Some("Confirmez votre inscription"));
    lea
}

/// The path of the link in a mail, such as `/laigneville/activation?id=…`.
pub fn link_in(text: &str) -> String {
    let start = "http://portail.test";
    let line = text.lines().find(|l| l.contains("?id="));
    let line = line.unwrap_or_else(|| panic!("no link in {text}"));
    line[line.find(start).unwrap() + start.len()..]
        .trim()
        .to_owned()
}

/// The six digits in a mail.
pub fn code_in(text: &str) -> String {
    let at = text.find("Votre code").unwrap();
    let digits = text[at..].chars().filter(char::is_ascii_digit);
    digits.take(6).collect()
}

/// Another code.
pub fn not(code: &str) -> &'static str {
    if code == "123456" { "654321" } else { "123456" }
}

/// An account that is confirmed; its owner is on the log-in page.
pub async fn member(town: &Town, email: &str) -> Visitor {
    let mut lea = signed_up(town, email).await;
    let mail = town.mail_to(email).await;
    lea.get(&link_in(&mail.text)).await;
    lea.press("Confirmer mon inscription").await;
    assert_eq!(lea.heading(), Some("Se connecter"));
    lea
}

pub async fn log_in(visitor: &mut Visitor, email: &str, password: &str) {
    visitor.get("/laigneville/connexion").await;
    visitor
        .fill("E-mail (identifiant)", email)
        .fill("Mot de passe", password)
        .press("Se connecter")
        .await;
}

/// Léa, logged in, on Mon espace citoyen.
pub async fn citizen(town: &Town) -> Visitor {
    let mut lea = member(town, ADDRESS).await;
    log_in(&mut lea, ADDRESS, PASSWORD).await;
    assert_eq!(lea.heading(), Some("Bonjour Léa"));
    lea
}

/// The name of a citizen's cookie in Laigneville.
pub const COOKIE: &str = "preau-laigneville";

/// The sign-up of an address that waits.
pub async fn sign_up_of(town: &Town, email: &str) -> Uuid {
    let mut tx = town.system().read().await.unwrap();
    sign_up::latest(&mut tx, email).await.unwrap().unwrap().id
}

/// The account of an address.
pub async fn account_of(town: &Town, email: &str) -> Uuid {
    let mut tx = town.system().read().await.unwrap();
    let found = account::by_email(&mut tx, email).await.unwrap();
    found.unwrap().id
}
