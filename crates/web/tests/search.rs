//! Searching everywhere, as far as the rights go.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

use preau_app::{
    family_import::{self, Kind},
    news::NewsForm,
    pages::PageForm,
};
use preau_rules::permission::RolePreset;
use preau_testkit::{proof, town::Town};

async fn town() -> Town {
    let town = Town::new().await;
    let mut zoe = town.visitor();
    zoe.get("/laigneville/contact").await;
    zoe.fill("Nom", "Lefèvre")
        .fill("Prénom", "Zoé")
        .fill("E-mail", "zoe@exemple.fr");
    zoe.fill("Objet", "Goûter à l’école")
        .fill("Message", "Bonjour.");
    let solved = proof::solve(&zoe, "/laigneville/contact/defi").await;
    zoe.script_sets("altcha", &solved);
    zoe.press("Envoyer mon message").await;

    let cx = town.system();
    let page = PageForm {
        titre: "Règlement du goûter".to_owned(),
        texte: "Chaque école a le sien.".to_owned(),
        publiee: "1".to_owned(),
        ..Default::default()
    };
    preau_app::pages::create(&cx, page.parse().unwrap())
        .await
        .unwrap();
    let news = NewsForm {
        titre: "Un goûter pour tous".to_owned(),
        texte: "Vendredi à l’école.".to_owned(),
        debut: "2026-11-23T08:00".to_owned(),
        ..Default::default()
    };
    let zone = jiff::tz::TimeZone::get("Europe/Paris").unwrap();
    preau_app::news::create(&cx, news.parse(&zone, cx.at).unwrap())
        .await
        .unwrap();
    town
}

#[tokio::test]
async fn accents_and_case_do_not_matter() {
    let town = town().await;
    let mut admin = town.agent("camille", RolePreset::Administrator).await;
    for words in ["GOUTER ecole", "goûter école", "  école   goûter ? "] {
        let typed = words.replace(' ', "+");
        admin
            .get(&format!("/laigneville/agent/recherche?q={typed}"))
            .await;
        admin
            .sees("D-2026-0001")
            .sees("Règlement du goûter")
            .sees("Un goûter pour tous");
    }
    for words in ["lefevre", "zoe@exemple.fr", "d-2026"] {
        admin
            .get(&format!("/laigneville/agent/recherche?q={words}"))
            .await;
        admin.sees("Goûter à l’école");
    }
    admin.get("/laigneville/agent/recherche?q=camille").await;
    admin.sees("camille@laigneville.test");
    admin
        .get("/laigneville/agent/recherche?q=zzz%3Cscript%3E")
        .await;
    admin.sees("Rien ne correspond");
    for nothing in ["", "%25", "?", "%F0%9F%91%A9"] {
        admin
            .get(&format!("/laigneville/agent/recherche?q={nothing}"))
            .await;
        admin
            .sees("Que cherchez-vous ?")
            .does_not_see("D-2026-0001");
    }
}

#[tokio::test]
async fn a_whole_number_opens_its_request() {
    let town = town().await;
    let mut camille = town.agent("camille", RolePreset::FrontDesk).await;
    for typed in ["D-2026-0001", "d%202026%201", "n%C2%B0%20D-2026-0001"] {
        camille
            .get(&format!("/laigneville/agent/recherche?q={typed}"))
            .await;
        assert!(
            camille
                .url()
                .path()
                .ends_with("/agent/demandes/D-2026-0001"),
            "{typed}"
        );
    }
    camille
        .get("/laigneville/agent/recherche?q=D-2026-0099")
        .await;
    camille.sees("Rien ne correspond");
}

#[tokio::test]
async fn rights_limit_what_is_found() {
    let town = town().await;
    let mut anis = town.agent("anis", RolePreset::Animateur).await;
    for typed in ["gouter", "D-2026-0001", "zoe@exemple.fr", "anis"] {
        anis.get(&format!("/laigneville/agent/recherche?q={typed}"))
            .await;
        anis.sees("Rien ne correspond").does_not_see("Lefèvre");
    }
    let mut front = town.agent("camille", RolePreset::FrontDesk).await;
    front.get("/laigneville/agent/recherche?q=gouter").await;
    front
        .sees("Lefèvre")
        .sees("Un goûter pour tous")
        .does_not_see("Règlement");
    let mut nobody = town.visitor();
    nobody.get("/laigneville/agent/recherche?q=gouter").await;
    nobody.does_not_see("Lefèvre");
}

const FAMILIES: &str = "famille_reference;nom_famille;responsable1_nom;responsable1_prenom;responsable1_email;responsable1_telephone;enfant1_nom;enfant1_prenom;enfant1_naissance;code_abonne
F1;Durant;Durant;Léa;lea@exemple.fr;06 12 34 56 78;Durant;Zoé;01/01/2017;BLENFANCE-12087-0001AB
F2;Morel;Morel;Paul;;;Morel;Tom;2020-05-06;
";
const INVOICES: &str = "code_emission;reference;montant;code_personnel;famille_reference
CANT-10;F2026-31;12,50;P1;F1
";

#[tokio::test]
async fn a_family_is_found_by_whatever_a_parent_says_at_the_counter() {
    let town = town().await;
    let cx = town.system();
    for (kind, text) in [(Kind::Families, FAMILIES), (Kind::Invoices, INVOICES)] {
        let checked = family_import::check(&cx, kind, text).await.unwrap();
        assert_eq!(checked.problems, []);
        family_import::write(&cx, checked.rows, &mut |_, _| {})
            .await
            .unwrap();
    }
    let mut front = town.agent("camille", RolePreset::FrontDesk).await;
    for typed in [
        "durant",
        "ZOE+durant",
        "lea@exemple.fr",
        "0612345678",
        "06+12+34+56+78",
        "blenfance+12087+0001ab",
        "F2026-31",
    ] {
        front
            .get(&format!("/laigneville/agent/recherche?q={typed}"))
            .await;
        front
            .sees("Famille Durant")
            .sees("Zoé (9 ans)")
            .does_not_see("Famille Morel");
    }
    front.follow("Famille Durant").await.sees("Léa Durant");
    // The same word finds no family for who has no right to see families.
    let mut anis = town.agent("anis", RolePreset::Animateur).await;
    anis.get("/laigneville/agent/recherche?q=durant").await;
    anis.does_not_see("Famille Durant").does_not_see("Zoé");
}
