//! An agent announces something, corrects it, takes it off; and writes the menus.

mod desk;
mod fields;

use preau_rules::permission::RolePreset::{Animateur, FrontDesk, ServiceManager};
use preau_testkit::town::Town;

#[tokio::test]
async fn an_announcement_is_written_previewed_published_and_taken_off() {
    let town = Town::new().await;
    let mut families = town.visitor();
    let mut camille = desk::agent(&town, "Camille", FrontDesk, "/agent/actualites").await;
    camille.sees("Aucune actualité");
    camille.follow("Nouvelle actualité").await;
    camille
        .fill("Titre", "École fermée mardi")
        .fill("Texte", "À cause de la **neige**.\n\n- accueil à la mairie");
    camille.press("Aperçu").await.sees("accueil à la mairie");
    families
        .get("/laigneville/")
        .await
        .does_not_see("École fermée");
    assert_eq!(camille.value("Titre"), "École fermée mardi");
    camille
        .press("Enregistrer")
        .await
        .sees("L’actualité est enregistrée");
    families
        .get("/laigneville/")
        .await
        .sees("École fermée mardi")
        .sees("neige");

    camille.follow("École fermée mardi").await;
    camille
        .fill("Titre", "École fermée lundi")
        .press("Enregistrer")
        .await;
    families
        .get("/laigneville/")
        .await
        .sees("École fermée lundi");

    camille.follow("École fermée lundi").await;
    camille
        .press("Retirer cette actualité")
        .await
        .sees("est retirée");
    families
        .get("/laigneville/")
        .await
        .does_not_see("École fermée");
    camille.press("Annuler").await.sees("remise en place");
    families
        .get("/laigneville/")
        .await
        .sees("École fermée lundi");
}

#[tokio::test]
async fn times_are_those_of_the_commune_and_the_list_says_which() {
    let town = Town::new().await;
    let mut camille = desk::agent(&town, "Camille", FrontDesk, "/agent/actualites/nouvelle").await;
    camille
        .fill("Titre", "Inscriptions")
        .fill("Texte", "Bientôt.")
        .fill("Visible à partir du", "2026-11-24T08:00")
        .fill("Jusqu’au", "2026-11-27T18:00");
    camille
        .press("Enregistrer")
        .await
        .sees("Prévue le mardi 24 novembre à 8 h 00")
        .sees("À venir");
    town.turn(jiff::SignedDuration::from_hours(23));
    let mut camille = town.log_in("camille").await;
    camille
        .get("/laigneville/agent/actualites")
        .await
        .sees("Visible jusqu’au vendredi 27 novembre à 18 h 00");
    camille.follow("Inscriptions").await;
    assert_eq!(camille.value("Visible à partir du"), "2026-11-24T08:00");
}

#[tokio::test]
async fn what_is_wrong_is_said_beside_its_field_and_nothing_is_lost() {
    let town = Town::new().await;
    let mut camille = desk::agent(&town, "Camille", FrontDesk, "/agent/actualites/nouvelle").await;
    camille
        .fill("Titre", &"long ".repeat(40))
        .fill("Texte", "Un texte que je ne veux pas perdre.")
        .fill("Visible à partir du", "2026-11-24T08:00")
        .fill("Jusqu’au", "2026-11-23T08:00");
    camille.press("Enregistrer").await;
    assert_eq!(camille.status(), 422);
    assert!(fields::error(&camille, "Titre").contains("120 caractères au plus"));
    assert!(
        fields::error(&camille, "Jusqu’au")
            .contains("La fin de publication doit venir après le début.")
    );
    assert_eq!(
        camille.value("Texte"),
        "Un texte que je ne veux pas perdre."
    );
    camille
        .fill("Titre", "")
        .fill("Texte", "  ")
        .fill("Jusqu’au", "le 30 février");
    camille.press("Enregistrer").await;
    assert!(
        !fields::error(&camille, "Texte").is_empty()
            && !fields::error(&camille, "Jusqu’au").is_empty()
    );
    town.visitor()
        .get("/laigneville/actualites")
        .await
        .sees("Rien de nouveau");
}

#[tokio::test]
async fn a_script_in_the_text_is_shown_and_not_run() {
    let town = Town::new().await;
    let mut camille = desk::agent(&town, "Camille", FrontDesk, "/agent/actualites/nouvelle").await;
    camille
        .fill("Titre", "<script>alert('titre')</script>")
        .fill(
            "Texte",
            "<script>alert('texte')</script>\n\n[ici](javascript:alert(1))",
        );
    camille.press("Enregistrer").await;
    let mut families = town.visitor();
    let page = families.get("/laigneville/").await;
    let html = String::from_utf8_lossy(page.bytes()).to_lowercase();
    assert!(
        !html.contains("<script>alert") && !html.contains("href=\"javascript"),
        "{html}"
    );
    page.sees("alert('titre')");
}

#[tokio::test]
async fn the_form_sent_twice_is_one_announcement() {
    let town = Town::new().await;
    let mut camille = desk::agent(&town, "Camille", FrontDesk, "/agent/actualites/nouvelle").await;
    let html = String::from_utf8_lossy(camille.bytes()).into_owned();
    let token = html.split("name=\"csrf\" value=\"").nth(1).unwrap();
    let token = token.split('"').next().unwrap().to_owned();
    let pairs = [
        ("csrf", token.as_str()),
        ("titre", "Une fois"),
        ("texte", "Bonjour."),
    ];
    for _ in 0..2 {
        camille
            .raw_post("/laigneville/agent/actualites/nouvelle", &pairs)
            .await;
    }
    let text = town.visitor().get("/laigneville/").await.text().to_owned();
    assert_eq!(text.matches("Une fois").count(), 1);
}

#[tokio::test]
async fn who_may_not_publish_does_not() {
    let town = Town::new().await;
    let mut paul = desk::agent(&town, "Paul", Animateur, "/agent/actualites").await;
    assert_eq!(paul.status(), 403);
    assert_eq!(paul.get("/laigneville/agent/menus").await.status(), 403);
    let mut nobody = town.visitor();
    nobody.get("/laigneville/agent/actualites/nouvelle").await;
    assert!(
        nobody
            .url()
            .path()
            .starts_with("/laigneville/agent/connexion")
    );
}

#[tokio::test]
async fn the_menus_of_a_week_are_one_form_and_the_week_before_is_copied() {
    let town = Town::new().await;
    let mut claire = desk::agent(&town, "Claire", ServiceManager, "/agent/menus").await;
    claire
        .sees("Semaine du 23 – 27 novembre")
        .sees("cette semaine");
    claire
        .fill("Plats du lundi", "Velouté de potiron\n\nPoulet rôti ")
        .fill("Plats du mardi", "Lasagnes")
        .fill("Mentions du mardi", "sans viande, bio");
    claire
        .press("Publier la semaine")
        .await
        .sees("Les menus sont publiés");
    town.visitor()
        .get("/laigneville/")
        .await
        .sees("Velouté de potiron, poulet rôti")
        .sees("sans viande");

    claire.follow("Suivante").await.sees("la semaine prochaine");
    claire
        .follow("Copier la semaine précédente")
        .await
        .sees("Rien n’est publié avant");
    assert_eq!(
        claire.value("Plats du lundi"),
        "Velouté de potiron\nPoulet rôti"
    );
    assert_eq!(claire.value("Mentions du mardi"), "sans viande, bio");
    town.visitor()
        .get("/laigneville/menus?semaine=2026-11-30")
        .await
        .sees("Pas encore de menus");
    claire
        .fill("Plats du lundi", "")
        .press("Publier la semaine")
        .await;
    town.visitor()
        .get("/laigneville/menus?semaine=2026-11-30")
        .await
        .sees("Lasagnes")
        .does_not_see("Velouté");
}

#[tokio::test]
async fn a_label_without_a_dish_is_asked_about() {
    let town = Town::new().await;
    let mut claire = desk::agent(&town, "Claire", ServiceManager, "/agent/menus").await;
    claire
        .fill("Mentions du jeudi", "bio")
        .press("Publier la semaine")
        .await;
    assert!(fields::error(&claire, "Plats du jeudi").contains("Indiquez les plats du jeudi"));
}
