//! A commune gives itself a face: name, texts, colour, logo.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod desk;
mod fields;

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};
use preau_rules::permission::RolePreset::{Administrator, FrontDesk, ServiceManager};
use preau_testkit::{http::Visitor, town::Town};

fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(width, height)
        .write_to(&mut out, format)
        .unwrap();
    out.into_inner()
}

async fn admin(town: &Town, path: &str) -> Visitor {
    desk::agent(town, "Zoe", Administrator, path).await
}

#[tokio::test]
async fn the_town_hall_says_where_and_when_it_answers() {
    let town = Town::new().await;
    let mut zoe = admin(&town, "/agent/parametres").await;
    zoe.sees("À compléter pour être en règle");
    zoe.follow("Compléter").await;
    zoe.fill("Nom de la commune", "Laigneville-les-Bains")
        .fill("Téléphone du service", "0344000000")
        .fill("Horaires", "Lundi au vendredi, de 9 h à 12 h")
        .fill(
            "Adresse postale",
            "12 place de la République\n60290 Laigneville",
        )
        .fill("Site internet de la mairie", "www.laigneville.exemple.fr")
        .choose("Partiellement conforme (50 % des critères ou plus)");
    zoe.press("Enregistrer")
        .await
        .sees("Les réglages sont enregistrés");
    town.visitor()
        .get("/laigneville/informations")
        .await
        .sees("Laigneville-les-Bains")
        .sees("03 44 00 00 00")
        .sees("12 place de la République")
        .sees("Accessibilité : partiellement conforme")
        .sees("www.laigneville.exemple.fr");
}

#[tokio::test]
async fn every_wrong_setting_is_said_at_once() {
    let town = Town::new().await;
    let mut zoe = admin(&town, "/agent/parametres/portail").await;
    zoe.fill("Nom de la commune", "")
        .fill("Téléphone du service", "douze")
        .fill("Adresse e-mail", "mairie")
        .fill("Site internet de la mairie", "javascript:alert(1)")
        .fill("Délai de réponse, en jours", "-3");
    zoe.press("Enregistrer")
        .await
        .sees("5 points sont à corriger");
    assert_eq!(zoe.status(), 422);
    for field in [
        "Nom de la commune",
        "Téléphone du service",
        "Adresse e-mail",
        "Site internet de la mairie",
        "Délai de réponse, en jours",
    ] {
        assert!(!fields::error(&zoe, field).is_empty(), "{field}");
    }
}

#[tokio::test]
async fn the_text_of_all_mails_is_seen_before_it_is_sent() {
    let town = Town::new().await;
    let mut claire = desk::agent(&town, "Claire", ServiceManager, "/agent/parametres/textes").await;
    claire
        .fill("Titre de l’accueil", "Bienvenue à Laigneville")
        .fill("Zone des notifications", "Le service est fermé vendredi.");
    claire
        .press("Aperçu de l’e-mail")
        .await
        .sees("non enregistré")
        .sees("Le service est fermé vendredi.");
    town.visitor()
        .get("/laigneville/")
        .await
        .does_not_see("Bienvenue à Laigneville");
    claire
        .press("Enregistrer")
        .await
        .sees("Les textes sont enregistrés");
    town.visitor()
        .get("/laigneville/")
        .await
        .sees("Bienvenue à Laigneville");
    claire
        .press("Envoyer un message d’essai")
        .await
        .sees("claire@laigneville.test");
    let mail = town.mail_to("claire@laigneville.test").await;
    assert!(mail.text.contains("Le service est fermé vendredi."));
}

#[tokio::test]
async fn a_colour_that_cannot_be_read_is_refused_and_a_nearby_one_proposed() {
    let town = Town::new().await;
    let mut zoe = admin(&town, "/agent/parametres/apparence").await;
    zoe.fill("Couleur de la commune", "#ffd45c")
        .press("Enregistrer")
        .await;
    assert_eq!(zoe.status(), 422);
    let error = fields::error(&zoe, "Couleur de la commune");
    assert!(
        error.contains("trop claire") && error.contains("4,5"),
        "{error}"
    );
    let proposed = error.split("Nous proposons ").nth(1).unwrap()[..7].to_owned();
    zoe.press(&format!(
        "Prendre {proposed}, la nuance lisible la plus proche"
    ))
    .await
    .sees("La couleur est enregistrée");
    let html =
        String::from_utf8_lossy(town.visitor().get("/laigneville/").await.bytes()).into_owned();
    assert!(html.contains(&format!("/laigneville/theme/{}.css", &proposed[1..])));
    let mut visitor = town.visitor();
    visitor
        .get(&format!("/laigneville/theme/{}.css", &proposed[1..]))
        .await;
    assert_eq!(
        visitor.header("content-type"),
        Some("text/css; charset=utf-8")
    );
    assert!(String::from_utf8_lossy(visitor.bytes()).contains(&format!("--accent:{proposed}")));

    for bad in ["rouge", "#12", "#12586a;}", ""] {
        zoe.get("/laigneville/agent/parametres/apparence").await;
        zoe.fill("Couleur de la commune", bad)
            .press("Enregistrer")
            .await;
        assert_eq!(zoe.status(), 422, "{bad}");
    }
    assert_eq!(
        visitor.get("/laigneville/theme/red;}.css").await.status(),
        404
    );
}

#[tokio::test]
async fn a_logo_is_drawn_again_and_replaced_and_taken_off() {
    let town = Town::new().await;
    let mut zoe = admin(&town, "/agent/parametres/apparence").await;
    zoe.attach(
        "Nouveau logo",
        "blason.jpg",
        picture(1600, 800, ImageFormat::Jpeg),
    );
    zoe.press("Envoyer ce logo")
        .await
        .sees("Le logo est en place");
    let mut families = town.visitor();
    let logo = |html: &str| {
        let at = html.split("src=\"/laigneville/logo/").nth(1)?;
        Some(format!("/laigneville/logo/{}", at.split('"').next()?))
    };
    let page = |v: &Visitor| String::from_utf8_lossy(v.bytes()).into_owned();
    families.get("/laigneville/").await;
    let first = logo(&page(&families)).unwrap();
    families.get(&first).await;
    assert_eq!(families.header("content-type"), Some("image/png"));
    let drawn = image::load_from_memory_with_format(families.bytes(), ImageFormat::Png).unwrap();
    assert_eq!((drawn.width(), drawn.height()), (512, 256));

    zoe.attach(
        "Nouveau logo",
        "blason.webp",
        picture(64, 64, ImageFormat::WebP),
    );
    zoe.press("Envoyer ce logo")
        .await
        .sees("Le logo est en place");
    families.get("/laigneville/").await;
    assert_ne!(logo(&page(&families)).unwrap(), first);
    assert_eq!(families.get(&first).await.status(), 404);
    assert_eq!(town.commune.files.list().await.unwrap().len(), 1);

    zoe.press("Retirer le logo")
        .await
        .sees("Le logo est retiré");
    families.get("/laigneville/").await;
    assert_eq!(logo(&page(&families)), None);
    assert!(town.commune.files.list().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_no_logo_is_refused_with_what_to_do() {
    let town = Town::new().await;
    let mut zoe = admin(&town, "/agent/parametres/apparence").await;
    let mut bomb = picture(32, 32, ImageFormat::Png);
    bomb[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    let sum = crc32(&bomb[12..29]).to_be_bytes();
    bomb[29..33].copy_from_slice(&sum);
    let cases: [(&str, Vec<u8>, &str); 5] = [
        (
            "blason.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>".to_vec(),
            "SVG",
        ),
        ("bombe.png", bomb, "65536 × 65536"),
        ("affiche.png", b"%PDF-1.7\n".to_vec(), "n'est pas une image"),
        (
            "coupe.png",
            picture(300, 300, ImageFormat::Png)[..80].to_vec(),
            "abîmée",
        ),
        ("point.png", picture(8, 8, ImageFormat::Png), "au moins 32"),
    ];
    for (name, bytes, said) in cases {
        zoe.attach("Nouveau logo", name, bytes)
            .press("Envoyer ce logo")
            .await;
        assert_eq!(zoe.status(), 422, "{name}");
        let error = fields::error(&zoe, "Nouveau logo");
        assert!(error.contains(said), "{name}: {error}");
    }
    assert!(town.commune.files.list().await.unwrap().is_empty());
}

#[tokio::test]
async fn each_role_changes_what_is_its_own() {
    let town = Town::new().await;
    let mut camille = desk::agent(&town, "Camille", FrontDesk, "/agent/parametres").await;
    camille
        .sees("Actualités")
        .does_not_see("Couleur et logo")
        .does_not_see("Textes et e-mails");
    for path in ["apparence", "portail", "textes"] {
        let path = format!("/laigneville/agent/parametres/{path}");
        assert_eq!(camille.get(&path).await.status(), 403, "{path}");
    }
    let claire = desk::agent(&town, "Claire", ServiceManager, "/agent/parametres").await;
    claire
        .sees("Textes et e-mails")
        .does_not_see("Couleur et logo");
}

#[tokio::test]
async fn every_card_opens_its_page() {
    let town = Town::new().await;
    let mut zoe = admin(&town, "/agent/parametres").await;
    let html = String::from_utf8_lossy(zoe.bytes()).into_owned();
    let links: Vec<&str> = html
        .split("<a class=\"card tile\" href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert_eq!(links.len(), 16);
    for link in links {
        assert_eq!(zoe.get(link).await.status(), 200, "{link}");
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, b| {
        (0..8).fold(crc ^ u32::from(*b), |c, _| {
            (c >> 1) ^ (0xedb8_8320 & (0_u32.wrapping_sub(c & 1)))
        })
    })
}
