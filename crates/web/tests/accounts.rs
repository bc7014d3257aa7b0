//! Accounts of citizens as agents see them: found, helped through the activation, blocked and opened again.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod citizen;

use citizen::{
    ADDRESS, PASSWORD, account_of, citizen, code_in, link_in, log_in, member, sign_up_of, signed_up,
};
use http::StatusCode;
use jiff::SignedDuration;
use preau_app::{
    Error, account,
    family_import::{self, Kind},
    outbox::{Settle, Settled},
};
use preau_rules::permission::RolePreset;
use preau_store::tables::mail;
use preau_testkit::{http::Visitor, town::Town};
use uuid::Uuid;

const LIST: &str = "/laigneville/agent/comptes";

async fn camille(town: &Town) -> Visitor {
    town.agent("camille", RolePreset::FrontDesk).await
}

async fn families(town: &Town) {
    let text = "famille_reference;nom_famille;responsable1_nom;responsable1_prenom;responsable1_email;enfant1_nom;enfant1_prenom;enfant1_naissance;code_abonne\nF1;Durant;Durant;Léa;lea@exemple.fr;Durant;Zoé;01/01/2017;BLENFANCE-12087-0001AB\nF2;Morel;Morel;Jean;jean@exemple.fr;;;;\n";
    let cx = town.system();
    let checked = family_import::check(&cx, Kind::Families, text)
        .await
        .unwrap();
    assert_eq!(checked.problems, []);
    family_import::write(&cx, checked.rows, &mut |_, _| {})
        .await
        .unwrap();
}

/// The server of the addressee refused the activation mail.
async fn refused(town: &Town, id: Uuid) {
    let cx = town.system();
    let mails = mail::about(&mut cx.read().await.unwrap(), "sign_up", id)
        .await
        .unwrap();
    let refused = Settle {
        mail: mails.last().unwrap().id,
        settled: Settled::Refused("L’adresse lae@exemple.fr n’existe pas.".to_owned()),
    };
    cx.write(refused).await.unwrap();
}

#[tokio::test]
async fn a_mail_that_was_refused_is_seen_and_the_address_corrected() {
    let town = Town::new().await;
    signed_up(&town, "lae@exemple.fr").await;
    let id = sign_up_of(&town, "lae@exemple.fr").await;
    let mut camille = camille(&town).await;
    camille
        .get(LIST)
        .await
        .sees("En attente d’activation")
        .sees("en attente");
    refused(&town, id).await;
    camille.get(LIST).await.sees("refusé").sees("n’existe pas");
    camille
        .get(&format!("{LIST}?q=durant&etat=attente"))
        .await
        .follow("Léa Durant")
        .await;
    camille
        .sees("L’adresse lae@exemple.fr n’existe pas")
        .sees("non donné");

    camille
        .fill("La bonne adresse", "lea@")
        .press("Corriger et envoyer")
        .await;
    assert_eq!(camille.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(camille.value("La bonne adresse"), "lea@");
    camille
        .fill("La bonne adresse", "LAE@exemple.fr")
        .press("Corriger et envoyer")
        .await;
    camille.sees("C’est déjà l’adresse");
    town.turn(SignedDuration::from_secs(1));
    camille
        .fill("La bonne adresse", ADDRESS)
        .press("Corriger et envoyer")
        .await
        .sees("un nouvel e-mail d’activation y part")
        .sees("a corrigé l’adresse");
    let mail = town.mail_to(ADDRESS).await;
    camille.get(LIST).await.sees("envoyé");
    let mut lea = town.visitor();
    lea.get(&link_in(&mail.text))
        .await
        .press("Confirmer mon inscription")
        .await
        .sees("Votre inscription est confirmée");
    // The page of the sign-up leads to the account that it became.
    camille
        .get(&format!("{LIST}/attente/{id}"))
        .await
        .sees("actif");
    assert!(
        camille
            .url()
            .path()
            .ends_with(&account_of(&town, ADDRESS).await.to_string())
    );
}

#[tokio::test]
async fn the_activation_mail_is_sent_again_and_good_for_48_hours_more() {
    let town = Town::new().await;
    signed_up(&town, ADDRESS).await;
    let first = town.mail_to(ADDRESS).await;
    let id = sign_up_of(&town, ADDRESS).await;
    town.turn(SignedDuration::from_hours(50));
    let mut camille = camille(&town).await;
    camille
        .get(&format!("{LIST}/attente/{id}"))
        .await
        .sees("expiré depuis");
    camille
        .press("Renvoyer l’e-mail")
        .await
        .sees("repart à lea@exemple.fr")
        .sees("valable jusqu’au");
    let again = town.mail_to(ADDRESS).await;
    assert_eq!(code_in(&first.text), code_in(&again.text));
    assert_eq!(town.mails().await.len(), 2);
}

#[tokio::test]
async fn an_account_is_activated_at_the_counter_and_the_mailbox_is_told() {
    let town = Town::new().await;
    families(&town).await;
    let mut lea = town.visitor();
    lea.get("/laigneville/compte/creer").await;
    citizen::fill(&mut lea, ADDRESS);
    lea.fill("Code abonné", "BLENFANCE-12087-0001AB")
        .press("S’inscrire")
        .await;
    let mut camille = camille(&town).await;
    // The code that was typed finds the sign-up.
    camille
        .get(&format!("{LIST}?q=blenfance-12087-0001ab"))
        .await
        .follow("Léa Durant")
        .await;
    camille.press("Activer le compte").await;
    assert_eq!(camille.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(camille.field_error("Ce que vous avez vérifié").is_some());
    town.work().await;
    camille
        .fill(
            "Ce que vous avez vérifié",
            "Carte d’identité vue au guichet",
        )
        .press("Activer le compte")
        .await
        .sees("Le compte est activé")
        .sees("a activé le compte après vérification d’identité")
        .sees("Carte d’identité vue au guichet")
        .sees("Durant (F1)");
    let mail = town.mail_to(ADDRESS).await;
    assert!(
        mail.subject.starts_with("Votre compte est activé"),
        "{}",
        mail.subject
    );
    log_in(&mut lea, ADDRESS, PASSWORD).await;
    assert_eq!(lea.heading(), Some("Bonjour Léa"));
    lea.get("/laigneville/espace-famille")
        .await
        .sees("Zoé Durant");
}

#[tokio::test]
async fn nobody_is_activated_over_an_account_that_is_there() {
    let town = Town::new().await;
    member(&town, ADDRESS).await;
    signed_up(&town, "Lea@exemple.fr").await;
    let id = sign_up_of(&town, ADDRESS).await;
    let mut camille = camille(&town).await;
    camille
        .get(&format!("{LIST}/attente/{id}"))
        .await
        .sees("a déjà un compte");
    camille
        .fill("Ce que vous avez vérifié", "Passeport")
        .press("Activer le compte")
        .await;
    assert_eq!(camille.status(), StatusCode::CONFLICT);
    camille
        .get(&format!("{LIST}/attente/{id}"))
        .await
        .follow("Voir ce compte")
        .await
        .sees("actif");
}

#[tokio::test]
async fn a_blocked_account_is_out_at_once_and_its_owner_reads_why() {
    let town = Town::new().await;
    let mut lea = citizen(&town).await;
    let mut camille = camille(&town).await;
    camille
        .get(LIST)
        .await
        .follow("Léa Durant")
        .await
        .sees("Sessions ouvertes");
    camille.press("Bloquer le compte").await;
    assert!(
        camille
            .field_error("Motif")
            .unwrap()
            .contains("la personne le lira")
    );
    camille
        .fill("Motif", "Deux personnes <b>disent</b> être la mère.")
        .press("Bloquer le compte")
        .await
        .sees("Le compte est bloqué")
        .sees("Personne n’est connecté avec ce compte");
    assert_eq!(
        lea.get("/laigneville/mon-compte").await.heading(),
        Some("Se connecter")
    );
    let mail = town.mail_to(ADDRESS).await;
    assert!(mail.text.contains("disent"), "{}", mail.text);
    assert!(mail.text.contains("/laigneville/contact"), "{}", mail.text);

    // Who knows the password reads why; who guesses reads what everybody reads.
    log_in(&mut lea, ADDRESS, PASSWORD).await;
    assert_eq!(lea.status(), StatusCode::FORBIDDEN);
    assert_eq!(lea.heading(), Some("Votre compte est bloqué"));
    lea.sees("Deux personnes <b>disent</b> être la mère.")
        .sees("Nous contacter");
    assert_eq!(
        lea.get("/laigneville/mon-compte").await.heading(),
        Some("Se connecter")
    );
    let mut said = Vec::new();
    for email in [ADDRESS, "personne@exemple.fr"] {
        let mut thief = town.visitor();
        log_in(&mut thief, email, "Faux-mot-2-passe").await;
        said.push((thief.status(), thief.text().replace(email, "X")));
    }
    assert_eq!(
        said[0], said[1],
        "the answer tells that the account is blocked"
    );
    // No mail opens it either.
    let before = town.mails().await.len();
    for (page, button) in [
        (
            "/laigneville/connexion/sans-mot-de-passe",
            "Envoyer le lien",
        ),
        ("/laigneville/mot-de-passe", "Envoyer l’e-mail"),
    ] {
        let mut thief = town.visitor();
        thief
            .get(page)
            .await
            .fill("E-mail (identifiant)", ADDRESS)
            .press(button)
            .await;
    }
    assert_eq!(town.mails().await.len(), before);

    camille
        .get(&format!("{LIST}?etat=bloque"))
        .await
        .follow("Léa Durant")
        .await;
    camille.press("Débloquer le compte").await;
    assert!(camille.field_error("Motif").is_some());
    camille
        .fill("Motif", "Livret de famille vu")
        .press("Débloquer le compte")
        .await
        .sees("Le compte est débloqué")
        .sees("Livret de famille vu");
    log_in(&mut lea, ADDRESS, PASSWORD).await;
    assert_eq!(lea.heading(), Some("Bonjour Léa"));
    camille.get(LIST).await.follow("Léa Durant").await;
    camille
        .press("Fermer toutes ses sessions")
        .await
        .sees("1 session est fermée");
    assert_eq!(
        lea.get("/laigneville/mon-compte").await.heading(),
        Some("Se connecter")
    );
}

#[tokio::test]
async fn an_account_is_found_by_family_tied_and_untied() {
    let town = Town::new().await;
    families(&town).await;
    let mut lea = citizen(&town).await;
    let mut camille = camille(&town).await;
    camille
        .get(&format!("{LIST}?q=zoe"))
        .await
        .sees("Aucun compte trouvé");
    camille.get(LIST).await.follow("Léa Durant").await;
    for (typed, why) in [
        ("", "Indiquez le numéro"),
        ("X-99", "Aucune famille ne porte ce numéro"),
    ] {
        camille
            .fill("Numéro de la famille", typed)
            .press("Rattacher à cette famille")
            .await;
        assert_eq!(camille.status(), StatusCode::UNPROCESSABLE_ENTITY);
        camille.sees(why);
    }
    camille
        .fill("Numéro de la famille", " F1 ")
        .press("Rattacher à cette famille")
        .await
        .sees("Le compte est rattaché à la famille Durant");
    camille
        .fill("Numéro de la famille", "F1")
        .press("Rattacher à cette famille")
        .await;
    camille.sees("déjà rattaché à cette famille");
    lea.get("/laigneville/espace-famille")
        .await
        .sees("Zoé Durant");
    // By a child, by the family's page, and from everywhere.
    camille
        .get(&format!("{LIST}?q=zoe"))
        .await
        .sees("lea@exemple.fr");
    camille
        .get("/laigneville/agent/recherche?q=lea@exemple.fr")
        .await;
    camille.sees("Familles").sees("Comptes");
    camille
        .follow("Famille Durant")
        .await
        .sees("Famille Durant");
    camille
        .get("/laigneville/agent/familles?q=durant")
        .await
        .follow("Durant")
        .await;
    camille
        .follow("Abonnements > Léa Durant")
        .await
        .sees("Durant (F1)");
    camille
        .press("Mettre fin à l’abonnement à Durant")
        .await
        .sees("L’abonnement est terminé")
        .sees("terminé le");
    lea.get("/laigneville/espace-famille")
        .await
        .sees("Il manque un abonnement");
}

#[tokio::test]
async fn a_deleted_account_stays_in_the_list_of_the_deleted_without_a_name() {
    let town = Town::new().await;
    let mut lea = citizen(&town).await;
    let id = account_of(&town, ADDRESS).await;
    lea.get("/laigneville/mon-compte/suppression").await;
    lea.check("Je veux supprimer mon compte. Je sais que c’est définitif.")
        .fill("Mot de passe actuel", PASSWORD)
        .press("Supprimer mon compte")
        .await;
    let mut camille = camille(&town).await;
    camille
        .get(LIST)
        .await
        .sees("Aucun compte")
        .does_not_see("Léa Durant");
    camille
        .get(&format!("{LIST}?etat=supprime"))
        .await
        .follow("Compte supprimé")
        .await;
    camille
        .sees("par son titulaire")
        .does_not_see("Bloquer le compte")
        .does_not_see(ADDRESS);
    let blocked = account::block(&town.system(), id, "Doublon").await;
    assert!(matches!(blocked, Err(Error::NotFound)), "{blocked:?}");
}
