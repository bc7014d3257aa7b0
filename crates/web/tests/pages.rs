//! Useful information and its files; the legal pages and their versions.

mod desk;
mod fields;

use preau_app::portal::{self, Portal};
use preau_rules::permission::RolePreset::{FrontDesk, ServiceManager};
use preau_testkit::town::Town;

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n";

async fn write(agent: &mut preau_testkit::http::Visitor, title: &str, text: &str) {
    agent.get("/laigneville/agent/pages/nouvelle").await;
    agent
        .fill("Titre", title)
        .fill("Texte", text)
        .check("Publiée : tout le monde la voit");
    agent
        .press("Enregistrer")
        .await
        .sees("La page est enregistrée");
}

#[tokio::test]
async fn a_page_is_drafted_published_and_read() {
    let town = Town::new().await;
    let mut families = town.visitor();
    let mut claire = desk::agent(&town, "Claire", ServiceManager, "/agent/pages").await;
    claire.follow("Nouvelle page").await;
    claire
        .fill("Titre", "Règlement de la cantine")
        .fill("Texte", "# Réserver\n\nSur le **portail**.");
    claire.press("Aperçu").await.sees("Aperçu, non enregistré");
    claire.press("Enregistrer").await.sees("brouillon");
    families
        .get("/laigneville/informations/reglement-de-la-cantine")
        .await;
    assert_eq!(families.status(), 404);

    claire
        .check("Publiée : tout le monde la voit")
        .press("Enregistrer")
        .await;
    families
        .get("/laigneville/informations")
        .await
        .sees("Sur le portail.");
    families
        .follow("Règlement de la cantine")
        .await
        .sees("Mis à jour le 23 novembre 2026");
    assert_eq!(families.heading(), Some("Règlement de la cantine"));
    assert!(String::from_utf8_lossy(families.bytes()).contains("<h2>Réserver</h2>"));

    claire
        .press("Retirer cette page")
        .await
        .sees("La page est retirée");
    families
        .get("/laigneville/informations")
        .await
        .sees("Rien n’est encore publié ici");
    claire.press("Annuler").await.sees("remise en place");
    families
        .get("/laigneville/informations")
        .await
        .sees("Règlement de la cantine");
}

#[tokio::test]
async fn an_earlier_version_comes_back() {
    let town = Town::new().await;
    let mut claire = desk::agent(&town, "Claire", ServiceManager, "/agent").await;
    write(&mut claire, "Tarifs", "Le repas coûte 3,50 €.").await;
    claire
        .fill("Texte", "Le repas coûte 35 €.")
        .press("Enregistrer")
        .await;
    claire.follow("Versions").await.sees("Claire Durant");
    claire
        .press("Remettre la version 1")
        .await
        .sees("Version 3");
    town.visitor()
        .get("/laigneville/informations/tarifs")
        .await
        .sees("3,50 €");
}

#[tokio::test]
async fn two_agents_do_not_overwrite_each_other() {
    let town = Town::new().await;
    let mut claire = desk::agent(&town, "Claire", ServiceManager, "/agent").await;
    write(&mut claire, "Tarifs", "Le repas coûte 3,50 €.").await;
    let path = claire.url().path().to_owned();
    let mut karim = desk::agent(&town, "Karim", ServiceManager, "/agent").await;
    karim.get(&path).await;
    claire
        .fill("Texte", "De Claire.")
        .press("Enregistrer")
        .await;
    karim
        .fill("Texte", "De Karim.")
        .press("Enregistrer")
        .await
        .sees("Quelqu’un a modifié cette page");
    assert_eq!(karim.status(), 422);
    assert_eq!(karim.value("Texte"), "De Karim.");
    town.visitor()
        .get("/laigneville/informations/tarifs")
        .await
        .sees("De Claire.");
}

#[tokio::test]
async fn pages_are_put_in_order() {
    let town = Town::new().await;
    let mut claire = desk::agent(&town, "Claire", ServiceManager, "/agent").await;
    write(&mut claire, "Aller", "Premier texte.").await;
    write(&mut claire, "Retour", "Second texte.").await;
    claire.get("/laigneville/agent/pages").await;
    claire.press("Monter Retour").await;
    let text = town
        .visitor()
        .get("/laigneville/informations")
        .await
        .text()
        .to_owned();
    assert!(text.find("Second texte.").unwrap() < text.find("Premier texte.").unwrap());
    claire.press("Descendre Retour").await;
    let text = town
        .visitor()
        .get("/laigneville/informations")
        .await
        .text()
        .to_owned();
    assert!(text.find("Premier texte.").unwrap() < text.find("Second texte.").unwrap());
}

#[tokio::test]
async fn an_address_is_not_anothers() {
    let town = Town::new().await;
    let mut claire = desk::agent(&town, "Claire", ServiceManager, "/agent").await;
    write(&mut claire, "Tarifs", "Ceux-ci.").await;
    for (address, said) in [
        ("tarifs", "a déjà cette adresse"),
        ("mentions-legales", "déjà celle d'une page du portail"),
        ("../agent", "sans accent"),
        ("a", "de 2 à 60"),
    ] {
        claire.get("/laigneville/agent/pages/nouvelle").await;
        claire
            .fill("Titre", "Autre")
            .fill("Texte", "Bonjour.")
            .fill("Adresse de la page", address);
        claire.press("Enregistrer").await;
        let error = fields::error(&claire, "Adresse de la page");
        assert!(error.contains(said), "{address}: {error}");
    }
    claire
        .fill("Titre", &"t".repeat(200))
        .fill("Adresse de la page", "autre")
        .press("Enregistrer")
        .await;
    assert!(fields::error(&claire, "Titre").contains("120 caractères"));
}

#[tokio::test]
async fn markdown_cannot_do_harm() {
    let town = Town::new().await;
    let mut claire = desk::agent(&town, "Claire", ServiceManager, "/agent").await;
    let text = "<script>alert(1)</script>\n\n[a](javascript:alert(1))\n\n<iframe src=//x></iframe>\n\n[contact](/contact) [mairie](https://exemple.fr)";
    write(&mut claire, "Piège", text).await;
    let mut families = town.visitor();
    let page = families.get("/laigneville/informations/piege").await;
    let html = String::from_utf8_lossy(page.bytes()).into_owned();
    assert!(
        !html.contains("<script>")
            && !html.contains("<iframe")
            && !html.contains("javascript:alert(1)\"")
    );
    assert!(
        html.contains("href=\"/laigneville/contact\"")
            && html.contains("href=\"https://exemple.fr\"")
    );
    families.follow("contact").await;
    assert_eq!(families.url().path(), "/laigneville/contact");
}

#[tokio::test]
async fn a_file_is_attached_read_and_taken_off() {
    let town = Town::new().await;
    let mut claire = desk::agent(&town, "Claire", ServiceManager, "/agent").await;
    write(&mut claire, "Règlement", "À lire.").await;
    let large = [PDF, &vec![b'x'; 240_000]].concat();
    claire.fill("Nom affiché", "Règlement 2026").attach(
        "Fichier",
        "règlement intérieur.pdf",
        large.clone(),
    );
    claire
        .press("Joindre")
        .await
        .sees("Le fichier est joint")
        .sees("PDF, 240 Ko");
    let mut families = town.visitor();
    families
        .get("/laigneville/informations/reglement")
        .await
        .sees("Règlement 2026")
        .sees("PDF, 240 Ko");
    families.follow("Règlement 2026").await;
    assert_eq!(families.bytes().len(), large.len());
    assert_eq!(families.header("content-type"), Some("application/pdf"));
    assert_eq!(families.header("x-content-type-options"), Some("nosniff"));
    let disposition = families.header("content-disposition").unwrap().to_owned();
    assert!(
        disposition.starts_with("inline; ") && disposition.contains("r%C3%A8glement"),
        "{disposition}"
    );

    // The address is worth nothing once the page is a draft again, or the file is gone.
    let address = families.url().path().to_owned();
    claire
        .uncheck("Publiée : tout le monde la voit")
        .press("Enregistrer")
        .await;
    assert_eq!(families.get(&address).await.status(), 404);
    assert_eq!(claire.someone_else().get(&address).await.status(), 404);
    claire.follow("Règlement 2026").await;
    assert_eq!(claire.status(), 200);
    claire.get("/laigneville/agent/pages").await;
    claire.follow("Règlement").await;
    claire
        .press("Retirer Règlement 2026")
        .await
        .sees("Aucun fichier");
}

#[tokio::test]
async fn a_file_is_what_it_holds_and_not_what_it_says() {
    let town = Town::new().await;
    let mut claire = desk::agent(&town, "Claire", ServiceManager, "/agent").await;
    write(&mut claire, "Affiches", "À voir.").await;
    claire
        .attach("Fichier", "affiche.png", PDF)
        .press("Joindre")
        .await;
    let mut families = town.visitor();
    families.get("/laigneville/informations/affiches").await;
    families.follow("affiche").await;
    assert_eq!(families.header("content-type"), Some("application/pdf"));
    assert!(families.url().path().ends_with("affiche.pdf"));

    for (name, content, said) in [
        (
            "page.html",
            "<html><script>alert(1)</script>",
            "n'est pas accepté",
        ),
        (
            "dessin.svg",
            "<svg xmlns='http://www.w3.org/2000/svg'/>",
            "n'est pas accepté",
        ),
        ("facture.pdf", "MZ\u{90}\0\u{3}", "n'est pas accepté"),
        ("vide.pdf", "", "est vide"),
    ] {
        claire
            .attach("Fichier", name, content.as_bytes().to_vec())
            .press("Joindre")
            .await;
        assert_eq!(claire.status(), 422);
        let error = fields::error(&claire, "Fichier");
        assert!(error.contains(said), "{name}: {error}");
    }
    claire.press("Joindre").await;
    assert!(fields::error(&claire, "Fichier").contains("Choisissez un fichier."));
    claire
        .attach("Fichier", "lourd.pdf", [PDF, &vec![0; 10_600_000]].concat())
        .press("Joindre")
        .await;
    assert!(fields::error(&claire, "Fichier").contains("dépasse 10 Mo"));
}

#[tokio::test]
async fn the_legal_pages_say_who_is_responsible() {
    let town = Town::new().await;
    let settings = Portal {
        name: "Laigneville".to_owned(),
        town_hall: "Mairie de Laigneville".to_owned(),
        phone: "03 44 00 00 00".to_owned(),
        publisher: "Jeanne Petit, maire".to_owned(),
        host: "Exemple SAS\n1 rue du Port, 75001 Paris".to_owned(),
        dpo: "ADICO, Beauvais".to_owned(),
        accessibility: "partiellement".to_owned(),
        ..Portal::default()
    };
    portal::save(&town.system(), settings).await.unwrap();
    let mut families = town.visitor();
    families
        .get("/laigneville/mentions-legales")
        .await
        .sees("Jeanne Petit, maire")
        .sees("Exemple SAS, 1 rue du Port, 75001 Paris")
        .does_not_see("{");
    families
        .get("/laigneville/donnees-personnelles")
        .await
        .sees("ADICO, Beauvais")
        .sees("CNIL");
    families
        .get("/laigneville/accessibilite")
        .await
        .sees("partiellement conforme")
        .sees("Contenus non accessibles")
        .sees("Défenseur des droits");
    families
        .get("/laigneville/conditions")
        .await
        .sees("Version 1, du 23 novembre 2026");
}

#[tokio::test]
async fn the_conditions_keep_every_version_with_its_number_and_date() {
    let town = Town::new().await;
    town.turn(jiff::SignedDuration::from_hours(5 * 24));
    let mut claire = desk::agent(&town, "Claire", ServiceManager, "/agent/pages").await;
    claire.get("/laigneville/agent/pages").await;
    claire.follow("Conditions d’utilisation").await;
    let text = claire
        .value("Texte")
        .replace("Son usage est gratuit", "Cet usage est gratuit");
    claire
        .fill("Texte", &text)
        .press("Publier")
        .await
        .sees("Le texte est publié");
    let mut families = town.visitor();
    families
        .get("/laigneville/conditions")
        .await
        .sees("Cet usage est gratuit")
        .sees("Version 2, du 28 novembre 2026");
    families
        .follow("Version 1")
        .await
        .sees("Son usage est gratuit")
        .sees("Version 1, qui n’est plus en vigueur");
    families.get("/laigneville/conditions?version=9").await;
    assert_eq!(families.status(), 404);
    claire.follow("Toutes les versions").await;
    claire
        .press("Remettre la version 1")
        .await
        .sees("Version 3");
    families
        .get("/laigneville/conditions")
        .await
        .sees("Son usage est gratuit");
}

#[tokio::test]
async fn who_may_not_write_pages_does_not() {
    let town = Town::new().await;
    let mut camille = desk::agent(&town, "Camille", FrontDesk, "/agent/pages").await;
    assert_eq!(camille.status(), 403);
    for path in ["pages/nouvelle", "textes-legaux/conditions"] {
        assert_eq!(
            camille
                .get(&format!("/laigneville/agent/{path}"))
                .await
                .status(),
            403
        );
    }
}
