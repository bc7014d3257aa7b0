//! The agents' queue: who sees what, what they do, and two of them on one request.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

use http::StatusCode;
use jiff::SignedDuration;
use preau_app::outbox::{Settle, Settled};
use preau_rules::permission::RolePreset;
use preau_store::tables::mail;
use preau_testkit::{http::Visitor, proof, town::Town};

/// A citizen writes; the number is the next one.
async fn writes(town: &Town, first: &str, subject: &str) {
    let mut visitor = town.visitor();
    visitor.get("/laigneville/contact").await;
    visitor
        .fill("Nom", "Morel")
        .fill("Prénom", first)
        .fill(
            "E-mail",
            &format!("{}@exemple.fr", first.to_lowercase().replace('é', "e")),
        )
        .fill("Objet", subject)
        .fill("Message", &format!("Bonjour, {subject} ?"));
    let solved = proof::solve(&visitor, "/laigneville/contact/defi").await;
    visitor.script_sets("altcha", &solved);
    visitor.press("Envoyer mon message").await;
    visitor.sees("Votre message est à la mairie");
}

/// An agent at the front desk, on a page.
async fn at_desk(town: &Town, name: &str, path: &str) -> Visitor {
    in_role(town, name, RolePreset::FrontDesk, path).await
}

async fn in_role(town: &Town, name: &str, role: RolePreset, path: &str) -> Visitor {
    let mut agent = town.agent(name, role).await;
    agent.get(&format!("/laigneville{path}")).await;
    agent
}

const FIRST: &str = "/agent/demandes/D-2026-0001";

#[tokio::test]
async fn the_queue_shows_what_is_urgent_first() {
    let town = Town::new().await;
    let empty = at_desk(&town, "camille", "/agent/demandes").await;
    empty.sees("Tout est traité");
    writes(&town, "Tom", "Sorties").await;
    town.turn(SignedDuration::from_hours(15 * 24));
    writes(&town, "Élodie", "Étude du soir").await;
    let mut karim = at_desk(&town, "karim", "/agent/demandes").await;
    karim.sees("1 j de retard").sees("1 en retard");
    let text = karim.text().to_owned();
    assert!(text.find("Sorties").unwrap() < text.find("Étude du soir").unwrap());

    karim.fill("Numéro, nom, e-mail ou objet", "elodie ETUDE");
    karim.press("Filtrer").await;
    karim.sees("Étude du soir").does_not_see("Sorties");
    karim
        .get("/laigneville/agent/demandes?q=zz%25_%5C%27")
        .await;
    karim.does_not_see("Sorties").sees("Aucune demande trouvée");
    for odd in [
        "page=0",
        "page=-3",
        "page=9999999999999999999",
        "filtre=%00",
        "tri=x",
        "q=%F0%9F%91%A9",
    ] {
        karim
            .get(&format!("/laigneville/agent/demandes?{odd}"))
            .await;
        assert_eq!(karim.status(), StatusCode::OK, "{odd}");
    }
}

#[tokio::test]
async fn pages_of_the_queue_follow_each_other() {
    let town = Town::new().await;
    for n in 1..=27 {
        town.turn(SignedDuration::from_mins(61));
        writes(&town, "Tom", &format!("Sujet {n}.")).await;
    }
    let mut camille = at_desk(&town, "camille", "/agent/demandes?tri=age").await;
    camille
        .sees("1 à 25 sur 27")
        .sees("Sujet 1.")
        .does_not_see("Sujet 26.");
    camille.follow("Suivante").await;
    camille
        .sees("26 à 27 sur 27")
        .sees("Sujet 26.")
        .does_not_see("Sujet 1.");
    camille.follow("Précédente").await;
    camille.sees("Sujet 1.");
}

#[tokio::test]
async fn a_request_changes_hands() {
    let town = Town::new().await;
    writes(&town, "Tom", "Sorties").await;
    let mut karim = at_desk(&town, "karim", "/agent/demandes?filtre=miennes").await;
    let mut camille = at_desk(&town, "camille", FIRST).await;
    karim.sees("Rien entre vos mains");
    camille.press("Je m’en occupe").await;
    camille
        .sees("Vous suivez cette demande")
        .sees("Suivie par Camille Durant")
        .sees("en cours");
    camille.select("Agent", "Karim Durant");
    camille.press("Confier").await;
    camille.sees("Suivie par Karim Durant");
    camille.sees("suivie par : Camille Durant → Karim Durant");
    karim
        .get("/laigneville/agent/demandes?filtre=miennes")
        .await;
    karim.sees("Sorties");
    camille.fill("Note interne", "Vu avec l’école.");
    camille.press("Ajouter la note").await;
    camille.sees("Vu avec l’école.");
    assert_eq!(town.mails().await.len(), 1, "a note is mailed to nobody");
}

#[tokio::test]
async fn closed_without_an_answer_and_open_again() {
    let town = Town::new().await;
    writes(&town, "Tom", "Publicité").await;
    let mut camille = at_desk(&town, "camille", FIRST).await;
    camille.press("Clore sans réponse").await;
    assert_eq!(camille.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(camille.field_error("Motif").is_some());
    camille.fill("Motif", "Démarchage");
    camille.press("Clore sans réponse").await;
    camille.sees("close sans réponse").sees("Démarchage");
    camille
        .get("/laigneville/agent/demandes?filtre=closes")
        .await;
    camille.sees("Publicité");
    camille.get(&format!("/laigneville{FIRST}")).await;
    camille.press("Rouvrir la demande").await;
    camille.sees("en cours").sees("Répondre par e-mail");
    assert_eq!(town.mails().await.len(), 1);
}

#[tokio::test]
async fn the_second_agent_is_told_and_keeps_what_was_typed() {
    let town = Town::new().await;
    writes(&town, "Tom", "Sorties").await;
    let mut camille = at_desk(&town, "camille", FIRST).await;
    let mut karim = at_desk(&town, "karim", FIRST).await;
    karim.fill("Votre réponse", "Réponse de Karim.");
    karim.press("Relire avant d’envoyer").await;
    camille.fill("Votre réponse", "Réponse de Camille.");
    camille.press("Relire avant d’envoyer").await;
    camille.press("Envoyer la réponse").await;
    camille.sees("répondue");

    karim.press("Envoyer la réponse").await;
    assert_eq!(karim.status(), StatusCode::CONFLICT);
    karim.sees("Camille Durant a répondu lundi 23 novembre à 9 h 12");
    assert_eq!(
        town.mails().await.len(),
        2,
        "acknowledgement and one answer"
    );
    karim.press("Rouvrir la demande").await;

    // A change that leaves the request open: the answer typed is still there, and may be sent.
    let mut tom = at_desk(&town, "tom", FIRST).await;
    karim.fill("Votre réponse", "Complément de Karim.");
    tom.press("Je m’en occupe").await;
    karim.press("Relire avant d’envoyer").await;
    karim.press("Envoyer la réponse").await;
    assert_eq!(karim.status(), StatusCode::CONFLICT);
    karim.sees("Tom Durant a changé l’agent");
    assert_eq!(karim.value("Votre réponse"), "Complément de Karim.");
    karim.press("Relire avant d’envoyer").await;
    karim.press("Envoyer la réponse").await;
    karim.sees("répondue");
    assert!(
        town.mail_to("tom@exemple.fr")
            .await
            .text
            .contains("Complément de Karim.")
    );
}

#[tokio::test]
async fn an_answer_sent_twice_is_one_mail() {
    let town = Town::new().await;
    writes(&town, "Tom", "Sorties").await;
    let mut camille = at_desk(&town, "camille", FIRST).await;
    camille.fill("Votre réponse", "Oui.");
    camille.press("Relire avant d’envoyer").await;
    let mut again = camille.clone();
    camille.press("Envoyer la réponse").await;
    again.press("Envoyer la réponse").await;
    assert_eq!(again.status(), StatusCode::OK);
    assert_eq!(town.mails().await.len(), 2);
}

#[tokio::test]
async fn the_zone_of_the_mail_is_completed_or_replaced() {
    let town = Town::new().await;
    let cx = town.system();
    let portal = preau_app::portal::Portal {
        notification_zone: "Fermé le mercredi.".to_owned(),
        ..Default::default()
    };
    preau_app::portal::save(&cx, portal).await.unwrap();
    writes(&town, "Tom", "Sorties").await;
    // The acknowledgement leaves first: of two mails at one instant, either may be the later one.
    town.work().await;
    let mut camille = at_desk(&town, "camille", FIRST).await;
    camille.sees("Fermé le mercredi.");
    camille
        .fill("Votre réponse", "Oui.")
        .choose("Mes mots à la place du texte de la commune");
    camille.press("Relire avant d’envoyer").await;
    assert_eq!(camille.status(), StatusCode::UNPROCESSABLE_ENTITY);
    camille.fill("Texte de la zone", "Pensez au carnet.");
    camille.press("Relire avant d’envoyer").await;
    camille
        .sees("Pensez au carnet.")
        .does_not_see("Fermé le mercredi.");
    camille.press("Modifier").await;
    assert_eq!(camille.value("Votre réponse"), "Oui.");
    camille.choose("Mes mots, puis le texte de la commune");
    camille.press("Relire avant d’envoyer").await;
    camille.press("Envoyer la réponse").await;
    let text = town.mail_to("tom@exemple.fr").await.text;
    assert!(
        text.contains("Pensez au carnet.") && text.contains("Fermé le mercredi."),
        "{text}"
    );
}

#[tokio::test]
async fn who_has_no_right_sees_and_does_nothing() {
    let town = Town::new().await;
    writes(&town, "Tom", "Sorties").await;
    for path in [
        "/agent/demandes",
        FIRST,
        "/agent/messages",
        "/agent/journal",
    ] {
        let mut nobody = town.visitor();
        nobody.get(&format!("/laigneville{path}")).await;
        nobody.does_not_see("Sorties");
        assert!(
            nobody.url().path().ends_with("/agent/connexion"),
            "{}",
            nobody.url()
        );
    }
    let mut animateur = in_role(&town, "anis", RolePreset::Animateur, "/agent").await;
    animateur
        .sees("Rien ne vous attend ici")
        .does_not_see("Demandes à traiter");
    for path in [
        "/agent/demandes",
        FIRST,
        "/agent/messages",
        "/agent/journal",
    ] {
        animateur.get(&format!("/laigneville{path}")).await;
        assert_eq!(animateur.status(), StatusCode::FORBIDDEN, "{path}");
    }
    // The form of somebody who may, sent by somebody who may not.
    for deed in ["reponse", "suivi", "notes", "cloture", "reouverture"] {
        animateur
            .raw_post(&format!("/laigneville{FIRST}/{deed}"), &[("agent", "moi")])
            .await;
        assert_eq!(animateur.status(), StatusCode::FORBIDDEN, "{deed}");
    }
}

#[tokio::test]
async fn numbers_of_elsewhere_are_not_found() {
    let town = Town::new().await;
    town.another("ailleurs", "Ailleurs").await;
    writes(&town, "Tom", "Sorties").await;
    let mut camille = at_desk(&town, "camille", FIRST).await;
    camille.sees("Sorties");
    for number in ["D-2026-0002", "D-2026-0001x", "%27", "..%2f", "F-2026-0001"] {
        camille
            .get(&format!("/laigneville/agent/demandes/{number}"))
            .await;
        assert_eq!(camille.status(), StatusCode::NOT_FOUND, "{number}");
    }
    camille.get("/ailleurs/agent/demandes/D-2026-0001").await;
    camille.does_not_see("Sorties");
}

#[tokio::test]
async fn a_refused_mail_is_seen_corrected_and_sent_again() {
    let town = Town::new().await;
    writes(&town, "Tom", "Sorties").await;
    let cx = town.system();
    let mails = mail::in_state(&mut cx.read().await.unwrap(), "queued", None, 10)
        .await
        .unwrap();
    let refused = Settle {
        mail: mails[0].id,
        settled: Settled::Refused("L’adresse tom@exemple.fr n’existe pas.".to_owned()),
    };
    cx.write(refused).await.unwrap();

    let mut camille = at_desk(&town, "camille", "/agent").await;
    camille.sees("à corriger ou à renvoyer");
    camille.get(&format!("/laigneville{FIRST}")).await;
    camille
        .sees("refusé")
        .sees("L’adresse tom@exemple.fr n’existe pas.");
    camille.follow("Corriger l’adresse et renvoyer").await;
    camille.fill("Adresse e-mail", "tom@");
    camille.press("Renvoyer").await;
    assert!(camille.field_error("Adresse e-mail").is_some());
    camille.fill("Adresse e-mail", "tom.morel@exemple.fr");
    camille.press("Renvoyer").await;
    camille.sees("en attente");
    let arrived = town.mail_to("tom.morel@exemple.fr").await;
    assert!(arrived.subject.contains("D-2026-0001"));
    camille.get(&format!("/laigneville{FIRST}")).await;
    camille
        .sees("tom.morel@exemple.fr")
        .sees("a corrigé l’adresse");

    // What arrived is not sent twice.
    let again = format!("/laigneville/agent/messages/{}/renvoi", mails[0].id);
    camille
        .get(&format!("/laigneville/agent/messages/{}", mails[0].id))
        .await;
    camille.does_not_see("Renvoyer");
    camille
        .raw_post(&again, &[("adresse", "autre@exemple.fr")])
        .await;
    assert_eq!(camille.status().as_u16(), 419);
}

#[tokio::test]
async fn codes_of_others_are_not_read_in_the_messages() {
    let town = Town::new().await;
    let mut tom = town.visitor();
    tom.get("/laigneville/contact").await;
    tom.fill("Nom", "Morel")
        .fill("Prénom", "Tom")
        .fill("E-mail", "tom@exemple.fr");
    tom.fill("Objet", "Sorties").fill("Message", "Quand ?");
    tom.press("Envoyer mon message").await;
    town.work().await;
    let mut camille = at_desk(&town, "camille", "/agent/messages?etat=sent").await;
    let subject = town.mail_to("tom@exemple.fr").await.subject;
    camille.follow(&subject).await;
    camille
        .sees("n’est pas montré")
        .does_not_see("Votre code")
        .does_not_see("/contact/confirmer/");
}

#[tokio::test]
async fn the_journal_tells_what_agents_did() {
    let town = Town::new().await;
    writes(&town, "Tom", "Sorties").await;
    let mut camille = in_role(&town, "camille", RolePreset::Administrator, FIRST).await;
    camille.press("Je m’en occupe").await;
    camille.get("/laigneville/agent/journal").await;
    camille.sees("Camille Durant a changé l’agent qui suit la demande D-2026-0001");
    camille
        .sees("déposée")
        .sees("en cours")
        .sees("Un visiteur a déposé la demande");
    camille.does_not_see("tom@exemple.fr");
    camille.select("Sorte", "Demandes");
    camille.press("Filtrer").await;
    camille.sees("a déposé la demande");
    camille
        .get("/laigneville/agent/journal?sorte=rien&avant=x")
        .await;
    camille.sees("Aucune entrée");
}

#[tokio::test]
async fn a_role_at_one_site_does_not_open_the_requests_of_the_commune() {
    let town = Town::new().await;
    writes(&town, "Tom", "Sorties").await;
    let site = preau_app::site::create(&town.system(), "École du Centre", "")
        .await
        .unwrap();
    town.hire("paul", &[(RolePreset::FrontDesk.code(), Some(site))])
        .await;
    let mut paul = town.log_in("paul").await;
    paul.get("/laigneville/agent/demandes").await;
    paul.sees("Tout est traité").does_not_see("Sorties");
    paul.get(&format!("/laigneville{FIRST}")).await;
    assert_eq!(paul.status(), StatusCode::NOT_FOUND);
    paul.get("/laigneville/agent/recherche?q=sorties").await;
    paul.does_not_see("D-2026-0001");
}
