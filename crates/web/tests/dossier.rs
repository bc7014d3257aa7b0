//! Dossier famille: what a family sees and changes of its file, at once or after a check, and what another home, another
//! family and an agent without the right never see.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod citizen;
mod homes;

use std::io::Cursor;

use citizen::member;
use homes::{HOME, hidden, lea, page, parent, tied, town, who};
use http::StatusCode;
use preau_rules::permission::RolePreset;
use preau_store::tables::{fact, family};

fn png() -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(300, 200)
        .write_to(&mut out, image::ImageFormat::Png)
        .unwrap();
    out.into_inner()
}

#[tokio::test]
async fn a_telephone_changes_at_once_and_the_family_reads_who_changed_it() {
    let town = town().await;
    let mut lea = lea(&town).await;
    assert_eq!(lea.heading(), Some("Ma famille"));
    lea.sees("Léa Durant")
        .sees("Jean Durant")
        .sees("Zoé Durant");
    lea.sees("1er janvier 2017 / 9 ans");
    let jean = who(&town, "F1", "Jean").await;
    lea.get(&page(jean, "coordonnees")).await;
    lea.fill("Téléphone portable", "06")
        .press("Enregistrer")
        .await;
    assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(lea.field_error("Téléphone portable (facultatif)").is_some());
    assert_eq!(lea.value("Téléphone portable"), "06");
    lea.fill("Téléphone portable", "06.12.34.56.78")
        .press("Enregistrer")
        .await;
    lea.sees("C’est enregistré : téléphone portable")
        .sees("06 12 34 56 78");
    lea.get(HOME).await;
    lea.sees("Jean Durant, Téléphone portable : 06 12 34 56 78")
        .sees("par Léa Durant");
    lea.get(&page(jean, "coordonnees")).await;
    lea.press("Enregistrer").await;
    lea.sees("Rien n’a changé");
}

#[tokio::test]
async fn an_address_waits_for_its_check_and_counts_when_it_is_accepted() {
    let town = town().await;
    let mut lea = lea(&town).await;
    let me = who(&town, "F1", "Léa").await;
    lea.get(&page(me, "coordonnees")).await;
    lea.fill(
        "Adresse du domicile",
        "2 rue de la Mairie\n60290 Laigneville",
    )
    .fill("Téléphone portable", "07 11 22 33 44")
    .press("Enregistrer")
    .await;
    lea.sees("C’est enregistré : téléphone portable")
        .sees("demande D-2026-0001");
    lea.sees("en attente")
        .sees("2 rue de la Mairie")
        .sees("non renseigné");
    let asked = town.mail_to("lea@exemple.fr").await;
    assert!(asked.text.contains("D-2026-0001"), "{}", asked.text);
    // The rest of the page stays to be changed; what waits does not.
    lea.get(&page(me, "coordonnees")).await;
    lea.sees("En attente de vérification");
    lea.fill("Téléphone fixe", "03 44 00 00 00")
        .press("Enregistrer")
        .await;
    lea.sees("C’est enregistré : téléphone fixe");

    let mut camille = town.agent("camille", RolePreset::FrontDesk).await;
    camille.get("/laigneville/agent/demandes/D-2026-0001").await;
    camille
        .sees("À vérifier")
        .sees("Adresse du domicile : 2 rue de la Mairie");
    camille.choose("Accepter : le changement s’applique aussitôt");
    camille.press("Relire avant d’envoyer").await;
    camille
        .sees("Votre demande D-2026-0001 est acceptée")
        .sees("est alors acceptée");
    camille.press("Envoyer la réponse").await;
    camille.sees("acceptée");

    lea.get(&format!("{HOME}/{me}")).await;
    lea.sees("2 rue de la Mairie").does_not_see("en attente");
    lea.get("/laigneville/espace-citoyen/demandes/D-2026-0001")
        .await;
    lea.sees("acceptée");
    let answer = town.mail_to("lea@exemple.fr").await;
    assert!(answer.text.contains("est acceptée"), "{}", answer.text);
    // A word of thanks does not make the change wait again: the form is gone, and a forged one is refused.
    lea.sees("Cette demande est terminée");
    lea.get(&page(me, "coordonnees")).await;
    let token = hidden(&lea, "csrf");
    let path = "/laigneville/espace-citoyen/demandes/D-2026-0001";
    lea.raw_post(path, &[("csrf", &token), ("message", "Merci !")])
        .await;
    assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY);
    lea.get(&format!("{HOME}/{me}")).await;
    lea.does_not_see("en attente");
}

#[tokio::test]
async fn a_refused_or_cancelled_change_leaves_the_file_as_it_was() {
    let town = town().await;
    let mut lea = lea(&town).await;
    let me = who(&town, "F1", "Léa").await;
    let mut camille = town.agent("camille", RolePreset::FrontDesk).await;
    for (number, verdict) in [
        ("D-2026-0001", Some("Refuser, avec le motif")),
        ("D-2026-0002", None),
    ] {
        lea.get(&page(me, "coordonnees")).await;
        lea.fill("Adresse du domicile", "9 rue du Moulin, 60290 Laigneville")
            .press("Enregistrer")
            .await;
        lea.sees(number);
        if let Some(verdict) = verdict {
            camille
                .get(&format!("/laigneville/agent/demandes/{number}"))
                .await;
            camille
                .choose(verdict)
                .press("Relire avant d’envoyer")
                .await;
            assert_eq!(camille.status(), StatusCode::UNPROCESSABLE_ENTITY);
            camille
                .fill("Votre réponse", "Le justificatif de domicile manque.")
                .press("Relire avant d’envoyer")
                .await;
            camille.press("Envoyer la réponse").await;
        } else {
            lea.get(&format!("/laigneville/espace-citoyen/demandes/{number}"))
                .await;
            lea.press("Annuler ma demande").await;
            lea.sees("annulée");
        }
        lea.get(&format!("{HOME}/{me}")).await;
        lea.does_not_see("rue du Moulin").does_not_see("en attente");
    }
}

#[tokio::test]
async fn a_missing_paper_is_asked_for_and_the_request_goes_on_when_it_comes() {
    let town = town().await;
    let mut lea = lea(&town).await;
    let me = who(&town, "F1", "Léa").await;
    lea.get(&page(me, "situation")).await;
    lea.fill("Quotient familial", "742,5")
        .press("Enregistrer")
        .await;
    assert!(
        lea.field_error("Quotient familial (facultatif)")
            .unwrap()
            .contains("nombre entier")
    );
    lea.fill("Quotient familial", "742")
        .press("Enregistrer")
        .await;
    let mut camille = town.agent("camille", RolePreset::FrontDesk).await;
    camille.get("/laigneville/agent/demandes/D-2026-0001").await;
    camille
        .choose("Demander un complément : la demande reste ouverte")
        .fill("Votre réponse", "Envoyez-nous l’attestation de la CAF.")
        .press("Relire avant d’envoyer")
        .await;
    camille.press("Envoyer la réponse").await;
    camille.sees("à compléter");
    lea.get("/laigneville/espace-citoyen/demandes/D-2026-0001")
        .await;
    lea.sees("à compléter").sees("l’attestation de la CAF");
    lea.fill("Ajouter un message", "Elle est du 3 novembre, la voici.")
        .press("Envoyer le message")
        .await;
    lea.sees("en cours");
}

#[tokio::test]
async fn two_parents_who_change_the_same_thing_are_told_of_each_other() {
    let town = town().await;
    let jean = member(&town, "jean@exemple.fr").await;
    let mut lea = lea(&town).await;
    let mut jean = tied(jean, "jean@exemple.fr", "BLENFANCE-12087-0001AB").await;
    let zoe = who(&town, "F1", "Zoé").await;
    for visitor in [&mut lea, &mut jean] {
        visitor.get(&page(zoe, "assurance")).await;
        visitor.fill("Assureur", "");
    }
    lea.fill("Assureur", "MAIF").press("Enregistrer").await;
    jean.fill("Assureur", "MGEN").press("Enregistrer").await;
    assert_eq!(jean.status(), StatusCode::CONFLICT);
    jean.sees("Quelqu’un d’autre a modifié cette page")
        .sees("Écrit maintenant dans le dossier : MAIF");
    assert_eq!(jean.value("Assureur"), "MGEN");
    jean.press("Enregistrer").await;
    jean.sees("MGEN");
    lea.get(HOME).await;
    lea.sees("Assureur : MAIF → MGEN");
}

#[tokio::test]
async fn the_other_home_sees_the_child_s_health_and_not_this_home_s_address() {
    let town = town().await;
    let mut lea = lea(&town).await;
    let (me, zoe) = (who(&town, "F1", "Léa").await, who(&town, "F1", "Zoé").await);
    lea.get(&page(me, "situation")).await;
    lea.fill("Numéro d’allocataire", "1234567")
        .press("Enregistrer")
        .await;
    lea.get(&page(zoe, "sante")).await;
    lea.fill("Allergies", "Arachide : œdème")
        .press("Enregistrer")
        .await;
    lea.sees("Arachide");

    let mut paul = parent(&town, "paul@exemple.fr", "BLENFANCE-12087-0002CD").await;
    paul.sees("Zoé Durant")
        .sees("Paul Morel")
        .does_not_see("Jean Durant");
    paul.get(&format!("{HOME}/{zoe}")).await;
    paul.sees("Arachide : œdème").does_not_see("1234567");
    paul.get(&format!("{HOME}/{me}")).await;
    assert_eq!(paul.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn another_family_s_member_is_not_there_by_any_address() {
    let town = town().await;
    let mut ali = parent(&town, "ali@exemple.fr", "BLENFANCE-12087-0003EF").await;
    let zoe = who(&town, "F1", "Zoé").await;
    let mut lea = lea(&town).await;
    lea.get(&page(zoe, "photo")).await;
    lea.attach("Photo", "zoe.png", png())
        .press("Enregistrer la photo")
        .await;
    lea.sees("La photo de Zoé est enregistrée");
    let lou = who(&town, "F3", "Lou").await;
    for path in [
        format!("{HOME}/{zoe}"),
        page(zoe, "sante"),
        page(zoe, "photo"),
        format!("/laigneville/espace-famille/visage/{zoe}"),
    ] {
        ali.get(&path).await;
        assert_eq!(ali.status(), StatusCode::NOT_FOUND, "{path}");
    }
    // The form of one's own child, sent to the address of another's.
    ali.get(&page(lou, "sante")).await;
    let token = hidden(&ali, "csrf");
    for theme in ["sante", "photo", "photo/suppression"] {
        let form = [("csrf", token.as_str()), ("allergies", "rien"), ("vu", "")];
        ali.raw_post(&page(zoe, theme), &form).await;
        assert_eq!(ali.status(), StatusCode::NOT_FOUND, "{theme}");
    }
    lea.get(&format!("/laigneville/espace-famille/visage/{zoe}"))
        .await;
    assert_eq!(lea.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_photo_is_drawn_again_and_what_is_none_is_refused_in_words() {
    let town = town().await;
    let mut lea = lea(&town).await;
    let zoe = who(&town, "F1", "Zoé").await;
    lea.get(&page(zoe, "photo")).await;
    for (bytes, why) in [
        (b"%PDF-1.7 facture".to_vec(), "n’est pas une image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), "SVG"),
        (png()[..40].to_vec(), "abîmée"),
    ] {
        lea.attach("Photo", "zoe.jpg", bytes)
            .press("Enregistrer la photo")
            .await;
        assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY);
        lea.sees(why);
    }
    lea.attach("Photo", "zoe.png", png())
        .press("Enregistrer la photo")
        .await;
    lea.get(&format!("/laigneville/espace-famille/visage/{zoe}"))
        .await;
    assert_eq!(lea.header("content-type"), Some("image/jpeg"));
    assert!(lea.bytes().len() <= 4096);
    lea.get(&page(zoe, "photo")).await;
    lea.press("Retirer la photo").await;
    lea.get(&format!("/laigneville/espace-famille/visage/{zoe}"))
        .await;
    assert_eq!(lea.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn health_is_sealed_seen_by_right_only_and_who_looked_is_noted() {
    let town = town().await;
    let mut lea = lea(&town).await;
    let zoe = who(&town, "F1", "Zoé").await;
    lea.get(&page(zoe, "sante")).await;
    lea.fill("Allergies", "Arachide").press("Enregistrer").await;
    lea.get(HOME).await;
    lea.sees("Allergies : modifié").does_not_see("Arachide");

    let (found, facts) = {
        let mut tx = town.system().read().await.unwrap();
        let found = family::by_reference(&mut tx, "F1").await.unwrap().unwrap();
        let facts = fact::of_family(&mut tx, found.id).await.unwrap();
        (found, facts)
    };
    let kept = facts.iter().find(|f| f.field == "allergies").unwrap();
    let sealed = kept.sealed.as_deref().unwrap();
    assert!(kept.value.is_none() && !sealed.windows(5).any(|w| w == b"Arach"));

    let path = format!("/laigneville/agent/familles/{}/dossier", found.id);
    let mut front = town.agent("camille", RolePreset::FrontDesk).await;
    front.get(&path).await;
    front.sees("Zoé Durant").does_not_see("Arachide");
    let mut manager = town.agent("nadia", RolePreset::Administrator).await;
    manager.get(&path).await;
    manager.sees("Arachide");
    manager
        .get(&format!("/laigneville/agent/familles/{}", found.id))
        .await;
    manager.sees("a consulté les données de santé");
}

#[tokio::test]
async fn the_commune_decides_field_by_field_and_a_forged_form_changes_nothing() {
    let town = town().await;
    let mut lea = lea(&town).await;
    let me = who(&town, "F1", "Léa").await;
    let mut nadia = town.agent("nadia", RolePreset::Administrator).await;
    nadia.get("/laigneville/agent/parametres/dossier").await;
    nadia
        .select("Téléphone portable", "Visible, modifié par la mairie")
        .select("Téléphone du travail", "Masqué")
        .press("Enregistrer")
        .await;
    nadia.sees("C’est enregistré");
    lea.get(&page(me, "coordonnees")).await;
    lea.sees("C’est la mairie qui modifie cette information")
        .does_not_see("Téléphone du travail");
    let (token, seen) = (hidden(&lea, "csrf"), hidden(&lea, "vu"));
    let form = [
        ("csrf", token.as_str()),
        ("vu", seen.as_str()),
        ("telephone", "06 00 00 00 01"),
        ("telephone_travail", "06 00 00 00 02"),
    ];
    lea.raw_post(&page(me, "coordonnees"), &form).await;
    lea.get(&format!("{HOME}/{me}")).await;
    lea.does_not_see("06 00 00 00");
}
