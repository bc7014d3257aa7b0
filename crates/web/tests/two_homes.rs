//! A child with two homes: whose day it is, and who may fetch the child.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod citizen;
mod homes;

use std::io::Cursor;

use homes::{HOME, hidden, lea, page, parent, town, who};
use http::StatusCode;
use preau_rules::permission::RolePreset;

fn png() -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(80, 80)
        .write_to(&mut out, image::ImageFormat::Png)
        .unwrap();
    out.into_inner()
}

#[tokio::test]
async fn a_custody_calendar_counts_after_a_check_and_each_home_reads_it_its_own_way() {
    let town = town().await;
    let mut lea = lea(&town).await;
    let zoe = who(&town, "F1", "Zoé").await;
    lea.get(&page(zoe, "garde")).await;
    lea.choose("Une semaine sur deux")
        .press("Enregistrer")
        .await;
    assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY);
    lea.sees("le premier jour d’une semaine");
    lea.choose("Une semaine sur deux")
        .fill("Compté à partir du", "2026-11-27")
        .select(
            "Vacances scolaires",
            "Par moitiés : la première chez vous les années paires",
        )
        .fill("Jours où c’est l’inverse", "24/12/2026\n25/12/2026")
        .press("Enregistrer")
        .await;
    lea.sees("Votre demande D-2026-0001 est envoyée");
    lea.sees("chez vous la semaine du 27 novembre 2026");

    let mut camille = town.agent("camille", RolePreset::FrontDesk).await;
    camille.get("/laigneville/agent/demandes/D-2026-0001").await;
    camille.sees("au foyer du dossier n° F1 la semaine du 27 novembre 2026");
    camille.choose("Accepter : le changement s’applique aussitôt");
    camille.press("Relire avant d’envoyer").await;
    camille.press("Envoyer la réponse").await;

    lea.get(&format!("{HOME}/{zoe}")).await;
    lea.sees("du vendredi au jeudi : chez vous la semaine du 27 novembre 2026, dans l’autre foyer la suivante")
        .does_not_see("en attente");
    let mut paul = parent(&town, "paul@exemple.fr", "BLENFANCE-12087-0002CD").await;
    paul.get(&format!("{HOME}/{zoe}")).await;
    paul.sees("dans l’autre foyer la semaine du 27 novembre 2026, chez vous la suivante");
    paul.sees("la première dans l’autre foyer les années paires");
    // Paul's form says the same, and saves as the same.
    paul.get(&page(zoe, "garde")).await;
    assert_eq!(paul.value("Compté à partir du"), "2026-11-27");
    paul.press("Enregistrer").await;
    paul.sees("Rien n’a changé");
}

#[tokio::test]
async fn a_calendar_cannot_be_written_for_a_family_that_is_none_of_the_child_s() {
    let town = town().await;
    let mut lea = lea(&town).await;
    let zoe = who(&town, "F1", "Zoé").await;
    lea.get(&page(zoe, "garde")).await;
    let form = [
        ("csrf", hidden(&lea, "csrf")),
        ("vu", hidden(&lea, "vu")),
        ("garde_foyer", "F3".to_owned()),
        ("garde", "jours".to_owned()),
        ("garde_jours", "mercredi".to_owned()),
    ];
    let form: Vec<_> = form.iter().map(|(k, v)| (*k, v.as_str())).collect();
    lea.raw_post(&page(zoe, "garde"), &form).await;
    assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY);
    lea.sees("Ce foyer n’est pas un des deux de l’enfant");
}

#[tokio::test]
async fn a_grandmother_may_fetch_the_child_and_both_homes_know_her() {
    let town = town().await;
    let mut lea = lea(&town).await;
    let zoe = who(&town, "F1", "Zoé").await;
    lea.get(&page(zoe, "personnes")).await;
    lea.sees("Personne pour le moment");
    lea.follow("Ajouter une personne").await;
    lea.fill("Prénom", "Jeanne")
        .fill("Nom", "Petit")
        .fill("Lien avec l’enfant", "grand-mère")
        .fill("Téléphone", "06 12")
        .press("Enregistrer")
        .await;
    assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(lea.field_error("Téléphone").is_some());
    lea.sees("Cochez au moins une des deux");
    assert_eq!(lea.value("Lien avec l’enfant"), "grand-mère");
    lea.fill("Téléphone", "06 12 34 56 99")
        .check("Peut venir chercher l’enfant")
        .press("Enregistrer")
        .await;
    lea.sees("La personne est ajoutée")
        .sees("Jeanne Petit")
        .sees("06 12 34 56 99");
    lea.follow("Modifier la photo de Jeanne Petit").await;
    lea.attach("Photo", "jeanne.png", png())
        .press("Enregistrer la photo")
        .await;
    lea.sees("La photo de Jeanne est enregistrée");

    let mut paul = parent(&town, "paul@exemple.fr", "BLENFANCE-12087-0002CD").await;
    paul.get(&page(zoe, "personnes")).await;
    paul.sees("Jeanne Petit");
    paul.follow("Modifier ou retirer Jeanne Petit").await;
    paul.press("Retirer cette personne").await;
    paul.sees("La personne est retirée")
        .sees("Personne pour le moment");
    lea.get(HOME).await;
    lea.sees("Zoé Durant, Personnes autorisées et à prévenir")
        .sees("par Léa Durant");
}

#[tokio::test]
async fn another_family_s_persons_are_not_there_by_any_address() {
    let town = town().await;
    let mut lea = lea(&town).await;
    let zoe = who(&town, "F1", "Zoé").await;
    lea.get(&format!("{}/nouvelle", page(zoe, "personnes")))
        .await;
    lea.fill("Prénom", "Jeanne")
        .fill("Nom", "Petit")
        .fill("Lien avec l’enfant", "grand-mère")
        .fill("Téléphone", "06 12 34 56 99")
        .check("À prévenir si les responsables ne répondent pas")
        .press("Enregistrer")
        .await;
    let person = {
        let mut tx = town.system().read().await.unwrap();
        let found = preau_store::tables::family::by_reference(&mut tx, "F1")
            .await
            .unwrap()
            .unwrap();
        preau_store::tables::trusted_person::of_family(&mut tx, found.id)
            .await
            .unwrap()[0]
            .id
    };
    let mut ali = parent(&town, "ali@exemple.fr", "BLENFANCE-12087-0003EF").await;
    let lou = who(&town, "F3", "Lou").await;
    for path in [
        page(zoe, "personnes"),
        page(zoe, "personnes/nouvelle"),
        page(zoe, &format!("personnes/{person}")),
        page(lou, &format!("personnes/{person}")),
        page(person, "photo"),
    ] {
        ali.get(&path).await;
        assert_eq!(ali.status(), StatusCode::NOT_FOUND, "{path}");
    }
    ali.get(&page(lou, "personnes/nouvelle")).await;
    let token = hidden(&ali, "csrf");
    let form = [
        ("csrf", token.as_str()),
        ("prenom", "Ali"),
        ("nom", "Petit"),
        ("lien", "voisin"),
        ("telephone", "06 11 11 11 11"),
        ("vient_chercher", "1"),
    ];
    for path in [
        page(zoe, "personnes/nouvelle"),
        page(zoe, &format!("personnes/{person}")),
        page(lou, &format!("personnes/{person}")),
        page(lou, &format!("personnes/{person}/suppression")),
        page(person, "photo/suppression"),
    ] {
        ali.raw_post(&path, &form).await;
        assert_eq!(ali.status(), StatusCode::NOT_FOUND, "{path}");
    }
    lea.get(&page(zoe, "personnes")).await;
    lea.sees("Jeanne Petit").does_not_see("voisin");
}
