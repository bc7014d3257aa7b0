//! What is the citizen's own: requests, identity, password, address, sessions, deletion.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod citizen;
mod desk;

use citizen::{ADDRESS, COOKIE, PASSWORD, citizen, link_in, log_in, member, signed_up};
use http::StatusCode;
use preau_rules::permission::RolePreset;
use preau_testkit::{http::Visitor, proof, town::Town};

async fn write(visitor: &mut Visitor, email: &str, subject: &str) -> String {
    let solved = proof::solve(visitor, "/laigneville/contact/defi").await;
    visitor.get("/laigneville/contact").await;
    visitor
        .fill("Nom", "Durant")
        .fill("Prénom", "Léa")
        .fill("E-mail", email)
        .fill("Objet", subject)
        .fill("Message", "Bonjour, une question.")
        .script_sets("altcha", &solved);
    visitor.press("Envoyer mon message").await;
    let at = visitor.text().find("D-2026-").unwrap();
    visitor.text()[at..at + 11].to_owned()
}

#[tokio::test]
async fn requests_of_before_and_of_now_are_there_and_nobody_elses() {
    let town = Town::new().await;
    let mut lea = town.visitor();
    let before = write(&mut lea, "Lea@exemple.fr", "Avant le compte").await;
    let foreign = write(&mut town.visitor(), "paul@exemple.fr", "De Paul").await;
    let mut lea = citizen(&town).await;
    lea.sees("Avant le compte").does_not_see("De Paul");
    // Written while logged in, with another address to answer to.
    let now = write(&mut lea, "travail@exemple.fr", "Du travail").await;
    lea.get("/laigneville/espace-citoyen/demandes").await;
    lea.sees(&before).sees(&now).does_not_see(&foreign);
    lea.get(&format!("/laigneville/espace-citoyen/demandes/{foreign}"))
        .await;
    assert_eq!(lea.status(), StatusCode::NOT_FOUND);

    lea.get(&format!("/laigneville/espace-citoyen/demandes/{before}"))
        .await;
    lea.press("Envoyer le message").await;
    assert!(lea.field_error("Ajouter un message").is_some());
    lea.fill("Ajouter un message", "J’oubliais : <b>merci</b>")
        .press("Envoyer le message")
        .await;
    lea.sees("J’oubliais : <b>merci</b>");

    let path = format!("/agent/demandes/{before}");
    let camille = desk::agent(&town, "Camille", RolePreset::Administrator, &path).await;
    camille.sees("J’oubliais");
}

#[tokio::test]
async fn identity_and_password_change_and_other_devices_go_out() {
    let town = Town::new().await;
    let mut lea = citizen(&town).await;
    let mut phone = town.visitor();
    log_in(&mut phone, ADDRESS, PASSWORD).await;
    lea.get("/laigneville/mon-compte").await;
    lea.fill("Nom", "Durant-Morel")
        .press("Enregistrer mon identité")
        .await
        .sees("Léa Durant-Morel");
    lea.fill("Nom", " ").press("Enregistrer mon identité").await;
    assert!(lea.field_error("Nom").is_some());

    lea.get("/laigneville/mon-compte").await;
    let change = |visitor: &mut Visitor, current: &str| {
        visitor
            .fill("Mot de passe > Mot de passe actuel", current)
            .fill("Mot de passe", "Toboggan-9-Bleu")
            .fill("Confirmation du mot de passe", "Toboggan-9-Bleu");
    };
    change(&mut lea, "Pas-le-bon-1");
    lea.press("Changer mon mot de passe").await;
    assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY);
    change(&mut lea, PASSWORD);
    lea.press("Changer mon mot de passe")
        .await
        .sees("Votre mot de passe est changé");
    assert_eq!(
        phone.get("/laigneville/mon-compte").await.heading(),
        Some("Se connecter")
    );
    assert_eq!(
        lea.get("/laigneville/mon-compte").await.heading(),
        Some("Mon compte")
    );
}

#[tokio::test]
async fn a_device_is_disconnected_and_only_ones_own() {
    let town = Town::new().await;
    let mut lea = citizen(&town).await;
    let mut phone = town.visitor();
    log_in(&mut phone, ADDRESS, PASSWORD).await;
    lea.get("/laigneville/mon-compte")
        .await
        .press("Déconnecter les autres appareils")
        .await;
    assert_eq!(
        phone.get("/laigneville/mon-compte").await.heading(),
        Some("Se connecter")
    );
    assert_eq!(
        lea.get("/laigneville/mon-compte").await.heading(),
        Some("Mon compte")
    );
}

#[tokio::test]
async fn an_address_changes_when_both_mailboxes_agree() {
    let town = Town::new().await;
    let mut lea = citizen(&town).await;
    lea.get("/laigneville/mon-compte").await;
    lea.fill("Nouvelle adresse e-mail", "lea.durant@exemple.fr")
        .fill("Adresse e-mail > Mot de passe actuel", PASSWORD)
        .press("Changer mon adresse")
        .await
        .sees("attend d’être confirmé");
    let new = link_in(&town.mail_to("lea.durant@exemple.fr").await.text);
    let old = link_in(&town.mail_to(ADDRESS).await.text);
    let mut mailbox = town.visitor();
    mailbox.get(&new).await;
    mailbox
        .press("Confirmer depuis cette adresse")
        .await
        .sees("Confirmez aussi depuis l’autre");
    log_in(&mut mailbox, "lea.durant@exemple.fr", PASSWORD).await;
    assert_eq!(
        mailbox.status(),
        StatusCode::UNPROCESSABLE_ENTITY,
        "one confirmation is not two"
    );
    mailbox.get(&old).await;
    mailbox
        .press("Confirmer depuis cette adresse")
        .await
        .sees("est changée");
    log_in(&mut mailbox, "lea.durant@exemple.fr", PASSWORD).await;
    assert_eq!(mailbox.heading(), Some("Bonjour Léa"));
    mailbox.get(&old).await.sees("ne fonctionne plus");
}

#[tokio::test]
async fn an_account_is_deleted_by_its_owner_and_the_address_is_free_again() {
    let town = Town::new().await;
    let mut lea = citizen(&town).await;
    lea.get("/laigneville/mon-compte")
        .await
        .follow("Supprimer mon compte")
        .await;
    lea.sees("Ce que la loi fait garder");
    lea.fill("Mot de passe actuel", PASSWORD)
        .press("Supprimer mon compte")
        .await;
    lea.sees("Cochez la case");
    lea.check("Je veux supprimer mon compte. Je sais que c’est définitif.")
        .fill("Mot de passe actuel", PASSWORD)
        .press("Supprimer mon compte")
        .await
        .sees("Votre compte est supprimé");
    assert!(
        town.mail_to(ADDRESS)
            .await
            .subject
            .starts_with("Votre compte est supprimé")
    );
    log_in(&mut lea, ADDRESS, PASSWORD).await;
    assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY);
    signed_up(&town, ADDRESS).await;
}

#[tokio::test]
async fn the_session_of_one_commune_opens_nothing_in_another() {
    let town = Town::new().await;
    town.another("nogent", "Nogent").await;
    let mut lea = citizen(&town).await;
    let token = lea.cookie(COOKIE).unwrap().to_owned();
    lea.set_cookie("preau-nogent", &token);
    assert_eq!(
        lea.get("/nogent/mon-compte").await.heading(),
        Some("Se connecter")
    );
    // A citizen's token is no agent's.
    lea.set_cookie("preau-laigneville-agent", &token);
    lea.get("/laigneville/agent").await;
    assert_eq!(lea.url().path(), "/laigneville/agent/connexion");
    member(&town, "autre@exemple.fr").await;
}
