//! « Mes données »: the archive holds what is the person's, all of it, and nobody else's.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod citizen;

use std::io::{Cursor, Read};

use citizen::{PASSWORD, link_in, log_in, member};
use http::StatusCode;
use jiff::SignedDuration;
use preau_app::family_import::{self, Kind};
use preau_rules::permission::RolePreset;
use preau_testkit::{http::Visitor, town::Town};
use serde_json::Value;

const PAGE: &str = "/laigneville/mon-compte/donnees";
const FAMILIES: &str = "famille_reference;nom_famille;responsable1_civilite;responsable1_nom;responsable1_prenom;responsable1_email;responsable1_telephone;responsable2_nom;responsable2_prenom;responsable2_email;responsable2_telephone;enfant1_nom;enfant1_prenom;enfant1_naissance;code_abonne
F1;Durant;MME;Durant;Léa;lea@exemple.fr;06 12 34 56 78;Durant;Jean;jean@exemple.fr;06 99 88 77 66;Durant;Zoé;01/01/2017;BLENFANCE-12087-0001AB
F2;Morel;M;Morel;Paul;paul@exemple.fr;;;;;;Morel;Tom;2020-05-06;BLENFANCE-12087-0002CD
F3;Petit;MME;Petit;Ana;;;;;;;Petit;Lou;2019-02-03;BLENFANCE-12087-0003EF
";

async fn town() -> Town {
    let town = Town::new().await;
    let cx = town.system();
    let checked = family_import::check(&cx, Kind::Families, FAMILIES)
        .await
        .unwrap();
    assert_eq!(checked.problems, []);
    family_import::write(&cx, checked.rows, &mut |_, _| {})
        .await
        .unwrap();
    town
}

async fn someone(town: &Town, email: &str) -> Visitor {
    let mut who = member(town, email).await;
    log_in(&mut who, email, PASSWORD).await;
    who
}

async fn subscribes(who: &mut Visitor, code: &str) {
    who.get("/laigneville/espace-citoyen/abonnements/nouveau")
        .await
        .fill("Code Abonné", code)
        .press("Avec votre code abonné > Rechercher")
        .await
        .press("Confirmer mon abonnement")
        .await;
}

async fn writes(who: &mut Visitor, subject: &str) {
    who.get("/laigneville/contact").await;
    who.fill("Objet", subject)
        .fill("Message", &format!("Bonjour, {subject} ?"))
        .press("Envoyer mon message")
        .await
        .sees("D-2026-");
}

/// The readable page and the JSON of who asks.
async fn archive(who: &mut Visitor) -> (String, Value) {
    who.get(PAGE).await.press("Télécharger mes données").await;
    assert_eq!(who.status(), StatusCode::OK);
    let mut zip = zip::ZipArchive::new(Cursor::new(who.bytes().to_vec())).unwrap();
    let mut read = |name: &str| {
        let mut text = String::new();
        let mut file = zip.by_name(name).unwrap();
        file.read_to_string(&mut text).unwrap();
        text
    };
    let json = serde_json::from_str(&read("mes-donnees.json")).unwrap();
    (read("mes-donnees.html"), json)
}

#[tokio::test]
async fn lea_finds_what_is_hers_and_nobody_elses() {
    let town = town().await;
    let mut lea = someone(&town, "lea@exemple.fr").await;
    subscribes(&mut lea, "BLENFANCE-12087-0001AB").await;
    town.turn(SignedDuration::from_secs(1));
    subscribes(&mut lea, "BLENFANCE-12087-0003EF").await;
    lea.get("/laigneville/espace-citoyen/abonnements")
        .await
        .press("Famille Petit > Mettre fin")
        .await;
    lea.get("/laigneville/espace-famille/dossier").await;
    lea.follow("Voir et modifier le dossier de Zoé Durant")
        .await;
    lea.follow("Modifier : Santé").await;
    lea.fill("Allergies", "Arachide : œdème")
        .press("Enregistrer")
        .await;
    writes(&mut lea, "le goûter de Zoé").await;
    let mut paul = someone(&town, "paul@exemple.fr").await;
    subscribes(&mut paul, "BLENFANCE-12087-0002CD").await;
    writes(&mut paul, "le car de Tom").await;
    let mut camille = town.agent("camille", RolePreset::Administrator).await;
    camille.get("/laigneville/agent/demandes/D-2026-0001").await;
    camille
        .fill("Note interne", "famille à rappeler")
        .press("Ajouter la note")
        .await;

    let (html, json) = archive(&mut lea).await;
    let all = format!("{html}{json}");
    for hers in [
        "lea@exemple.fr",
        "Léa",
        "Durant",
        "Zoé",
        "BLENFANCE-12087-0001AB",
        "D-2026-0001",
        "le goûter de Zoé",
        "Arachide : œdème",
        "connexion",
        "inscription confirmée",
        "confirmation de création de compte",
        "Jean Durant",
    ] {
        assert!(html.contains(hers), "{hers} is missing");
        assert!(json.to_string().contains(hers), "{hers} is missing in JSON");
    }
    for foreign in [
        "paul@exemple.fr",
        "Morel",
        "Tom",
        "D-2026-0002",
        "jean@exemple.fr",
        "+33699887766",
        "06 99 88",
        "famille à rappeler",
        "Lou",
        "camille",
        "$argon2",
    ] {
        assert!(!all.contains(foreign), "{foreign} is not Léa's");
    }
    let ties = json["subscriptions"].as_array().unwrap();
    assert_eq!(ties.len(), 2);
    assert_eq!(ties[1]["family"], "Petit");
    assert_eq!(ties[1]["ended_by"], "vous");
    assert_eq!(json["families"].as_array().unwrap().len(), 1);
    assert_eq!(json["families"][0]["guardians"][0]["phone"], "+33612345678");
    assert_eq!(json["conditions"]["version"], 1);

    // Who asked, and when, is there the next time.
    let (html, _) = archive(&mut lea).await;
    assert!(html.contains("archive « Mes données » téléchargée"));
}

#[tokio::test]
async fn what_opens_the_account_is_not_in_the_archive() {
    let town = town().await;
    let mut lea = someone(&town, "lea@exemple.fr").await;
    town.visitor()
        .get("/laigneville/mot-de-passe")
        .await
        .fill("E-mail (identifiant)", "lea@exemple.fr")
        .press("Envoyer l’e-mail")
        .await;
    let link = link_in(&town.mail_to("lea@exemple.fr").await.text);
    let secret = link.split("id=").nth(1).unwrap().to_owned();
    let (html, json) = archive(&mut lea).await;
    let text = json.to_string();
    assert!(text.contains("password") || html.contains("mot de passe"));
    assert!(!html.contains(&secret) && !text.contains(&secret));
}

#[tokio::test]
async fn nobody_asks_for_another_and_the_file_is_kept_by_no_cache() {
    let town = town().await;
    let mut nobody = town.visitor();
    nobody.get(PAGE).await;
    assert_eq!(nobody.heading(), Some("Se connecter"));
    assert!(matches!(
        preau_app::citizen::data::archive(&town.nobody()).await,
        Err(preau_app::Error::LogIn)
    ));
    assert!(matches!(
        preau_app::citizen::data::archive(&town.system()).await,
        Err(preau_app::Error::LogIn)
    ));
    let mut lea = someone(&town, "lea@exemple.fr").await;
    archive(&mut lea).await;
    assert_eq!(lea.header("cache-control"), Some("no-store"));
    let name = lea.header("content-disposition").unwrap();
    assert!(
        name.contains("mes-donnees-laigneville-2026-11-23.zip"),
        "{name}"
    );
}
