//! « Créer un compte », as a family lives it: by the link, by the code, by mistake, and as somebody who cheats.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod citizen;

use citizen::{ADDRESS, PASSWORD, code_in, fill, link_in, log_in, member, not, signed_up};
use http::StatusCode;
use jiff::SignedDuration;
use preau_testkit::{proof, town::Town};

#[tokio::test]
async fn lea_signs_up_confirms_and_comes_in() {
    let town = Town::new().await;
    let mut lea = town.visitor();
    lea.get("/laigneville/")
        .await
        .follow("Créer un compte")
        .await;
    lea.sees("Au moins 8 caractères")
        .sees("Code abonné")
        .sees("Votre contact");
    fill(&mut lea, ADDRESS);
    lea.press("S’inscrire").await.sees(ADDRESS);

    let mail = town.mail_to(ADDRESS).await;
    assert_eq!(
        mail.subject,
        "Portail citoyen : confirmation de création de compte".replace(" :", "\u{a0}:")
    );
    assert!(
        mail.text.starts_with("Bonjour Mme Léa Durant,"),
        "{}",
        mail.text
    );
    let words: Vec<&str> = mail.text.split_whitespace().collect();
    assert!(words.join(" ").contains("Mes demandes"), "{}", mail.text);

    // The scanner of the mail provider opens the link, twice: nothing happens.
    let link = link_in(&mail.text);
    let mut scanner = town.visitor();
    scanner.get(&link).await;
    scanner.get(&link).await.sees("Léa Durant");
    log_in(&mut lea, ADDRESS, PASSWORD).await;
    lea.sees("pas encore confirmée");

    lea.get(&link)
        .await
        .press("Confirmer mon inscription")
        .await;
    lea.sees("Votre inscription est confirmée");
    log_in(&mut lea, ADDRESS, PASSWORD).await;
    assert_eq!(lea.heading(), Some("Bonjour Léa"));

    // One use: the same link says so and lets nobody in.
    let mut other = town.visitor();
    other.get(&link).await.sees("déjà confirmée");
    assert_eq!(
        other.get("/laigneville/espace-citoyen").await.heading(),
        Some("Se connecter")
    );
}

#[tokio::test]
async fn the_code_confirms_too_and_cannot_be_guessed() {
    let town = Town::new().await;
    let mut lea = signed_up(&town, ADDRESS).await;
    let code = code_in(&town.mail_to(ADDRESS).await.text);
    lea.fill("Code à 6 chiffres", "12")
        .press("Confirmer mon inscription")
        .await;
    assert!(
        lea.field_error("Code à 6 chiffres")
            .unwrap()
            .contains("6 chiffres")
    );
    for _ in 0..10 {
        lea.fill("Code à 6 chiffres", not(&code))
            .press("Confirmer mon inscription")
            .await;
        assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    // After ten tries even the right one is refused; the link still works for its owner.
    lea.fill("Code à 6 chiffres", &code)
        .press("Confirmer mon inscription")
        .await;
    assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY);

    let mut paul = signed_up(&town, "paul@exemple.fr").await;
    let code = code_in(&town.mail_to("paul@exemple.fr").await.text);
    let typed = format!(" {} {} ", &code[..3], &code[3..]);
    paul.fill("Code à 6 chiffres", &typed)
        .press("Confirmer mon inscription")
        .await;
    paul.sees("Votre inscription est confirmée");
}

#[tokio::test]
async fn a_link_cut_in_two_has_a_page_that_helps() {
    let town = Town::new().await;
    signed_up(&town, ADDRESS).await;
    let mail = town.mail_to(ADDRESS).await;
    let link = link_in(&mail.text);
    let mut lea = town.visitor();
    lea.get(&link[..link.len() - 9])
        .await
        .sees("coupent les liens en deux");
    lea.fill("E-mail de votre inscription", "LEA@exemple.fr")
        .fill("Code à 6 chiffres", &code_in(&mail.text))
        .press("Confirmer mon inscription")
        .await
        .sees("Votre inscription est confirmée");
    // A blank that a mail program put in does no harm.
    signed_up(&town, "paul@exemple.fr").await;
    let link = link_in(&town.mail_to("paul@exemple.fr").await.text);
    let (start, end) = link.split_at(link.len() - 9);
    lea.get(&format!("{start}%0D%0A%20{end}"))
        .await
        .sees("paul@exemple.fr");
}

#[tokio::test]
async fn a_known_address_is_told_to_its_owner_only() {
    let town = Town::new().await;
    member(&town, ADDRESS).await;
    let mut unknown = signed_up(&town, "nouveau@exemple.fr").await;
    let mut known = signed_up(&town, "Lea@Exemple.fr").await;
    let same = |page: &str, email: &str| page.replace(email, "X");
    assert_eq!(
        same(unknown.text(), "nouveau@exemple.fr"),
        same(known.text(), "Lea@exemple.fr"),
        "the two pages tell the difference"
    );
    assert_eq!(unknown.status(), known.status());
    let mail = town.mail_to("Lea@exemple.fr").await;
    assert!(
        mail.subject.starts_with("Vous avez déjà un compte"),
        "{}",
        mail.subject
    );
    for who in [&mut unknown, &mut known] {
        who.fill("Code à 6 chiffres", "000000")
            .press("Confirmer mon inscription")
            .await;
    }
    assert_eq!(
        unknown.field_error("Code à 6 chiffres"),
        known.field_error("Code à 6 chiffres")
    );
}

#[tokio::test]
async fn the_mail_is_sent_again_after_a_minute_and_the_address_corrected() {
    let town = Town::new().await;
    let mut lea = signed_up(&town, "lae@exemple.fr").await;
    let first = town.mail_to("lae@exemple.fr").await;
    lea.press("Renvoyer l’e-mail").await.sees("vient de partir");
    assert_eq!(town.mails().await.len(), 1);
    town.turn(SignedDuration::from_secs(61));
    lea.press("Renvoyer l’e-mail")
        .await
        .sees("L’e-mail est reparti");
    let again = town.mail_to("lae@exemple.fr").await;
    assert_eq!(
        link_in(&first.text),
        link_in(&again.text),
        "the first mail works when it comes late"
    );

    lea.fill("La bonne adresse", "pas une adresse")
        .press("Corriger l’adresse")
        .await;
    assert!(lea.field_error("La bonne adresse").is_some());
    lea.fill("La bonne adresse", ADDRESS)
        .press("Corriger l’adresse")
        .await
        .sees(ADDRESS);
    let mut reader = town.visitor();
    // Who reads the wrong mailbox cannot take the account.
    reader
        .get(&link_in(&first.text))
        .await
        .sees("coupent les liens en deux");
    lea.get(&link_in(&town.mail_to(ADDRESS).await.text)).await;
    lea.press("Confirmer mon inscription")
        .await
        .sees("Votre inscription est confirmée");
}

#[tokio::test]
async fn after_48_hours_the_link_is_renewed_after_7_days_all_is_forgotten() {
    let town = Town::new().await;
    let mut lea = signed_up(&town, ADDRESS).await;
    let link = link_in(&town.mail_to(ADDRESS).await.text);
    let page = lea.url().path().to_owned();
    town.turn(SignedDuration::from_hours(49));
    lea.get(&link).await.sees("Ce lien n’est plus valable");
    lea.press("Renvoyer l’e-mail").await;
    lea.get(&link_in(&town.mail_to(ADDRESS).await.text))
        .await
        .sees("Léa Durant");
    town.turn(SignedDuration::from_hours(24 * 7));
    let tidy = preau_app::jobs::Tidy { of_commune: true };
    town.system().write(tidy).await.unwrap();
    assert_eq!(lea.get(&page).await.status(), StatusCode::GONE);
    lea.get(&link).await.sees("incomplet");
}

#[tokio::test]
async fn every_field_says_what_to_do() {
    let town = Town::new().await;
    let mut lea = town.visitor();
    lea.get("/laigneville/compte/creer")
        .await
        .press("S’inscrire")
        .await;
    assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["Nom", "Prénom", "E-mail (identifiant)", "Mot de passe"] {
        assert!(lea.field_error(field).is_some(), "{field}");
    }
    lea.sees("Choisissez votre civilité")
        .sees("acceptez les Conditions");

    let long = "é".repeat(200);
    let cases: [(&str, &[&str]); 4] = [
        ("Nom", &["   ", "\u{7}", &long]),
        ("Prénom", &["\t", &long]),
        (
            "E-mail (identifiant)",
            &["lea", "lea@", "a@b@c.fr", "lea@exemple.fr\u{0}x", &long],
        ),
        (
            "Mot de passe",
            &[
                "court1A",
                "motdepasse",
                "MOTDEPASSE1",
                "Motdepasse",
                "Durant2026",
                "Azerty123",
                &long,
            ],
        ),
    ];
    for (field, values) in cases {
        for value in values {
            fill(&mut lea, ADDRESS);
            lea.fill(field, value);
            if field == "Mot de passe" {
                lea.fill("Confirmation du mot de passe", value);
            }
            lea.press("S’inscrire").await;
            assert!(
                lea.field_error(field).is_some(),
                "{field}: {value:?} was accepted"
            );
            assert_eq!(lea.value("Mot de passe"), "", "a password came back");
        }
    }
    fill(&mut lea, ADDRESS);
    lea.fill("Confirmation du mot de passe", "Autre-7-Craie")
        .press("S’inscrire")
        .await;
    assert!(lea.field_error("Confirmation du mot de passe").is_some());
    assert_eq!(town.mails().await.len(), 0);
}

#[tokio::test]
async fn names_and_addresses_of_all_kinds_are_welcome() {
    let town = Town::new().await;
    for (first, last, email) in [
        ("  Zoë ", "O’Brien-Šťastný", "zoe+cantine@exemple.fr"),
        ("Мария", "Иванова", "MARIA@EXEMPLE.FR"),
        ("李", "<b>王</b> 🎒", "li@école.fr"),
    ] {
        let mut who = town.visitor();
        who.get("/laigneville/compte/creer").await;
        fill(&mut who, email);
        who.fill("Prénom", first)
            .fill("Nom", last)
            .press("S’inscrire")
            .await;
        assert_eq!(
            who.heading(),
            Some("Confirmez votre inscription"),
            "{}",
            who.text()
        );
        let mails = town.mails().await;
        let mail = mails.last().unwrap();
        assert!(
            mail.text.contains(first.trim()) && !mail.html.contains("<b>王"),
            "{}",
            mail.text
        );
        who.get(&link_in(&mail.text)).await.sees(last.trim());
    }
}

#[tokio::test]
async fn the_same_form_twice_is_one_sign_up_and_a_forged_proof_none() {
    let town = Town::new().await;
    let mut lea = town.visitor();
    lea.get("/laigneville/compte/creer").await;
    fill(&mut lea, ADDRESS);
    let solved = proof::solve(&lea, "/laigneville/contact/defi").await;
    lea.get("/laigneville/compte/creer").await;
    fill(&mut lea, ADDRESS);
    lea.script_sets("altcha", &solved);
    lea.press("S’inscrire").await.sees(ADDRESS);
    // The same proof again is refused.
    lea.get("/laigneville/compte/creer").await;
    fill(&mut lea, "autre@exemple.fr");
    lea.script_sets("altcha", &solved);
    lea.press("S’inscrire").await.sees("a déjà servi");
    lea.script_sets("altcha", "eyJ9");
    fill(&mut lea, "autre@exemple.fr");
    lea.press("S’inscrire").await;
    assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(town.mails().await.len(), 1);
}

#[tokio::test]
async fn another_commune_knows_nothing_of_it() {
    let town = Town::new().await;
    town.another("nogent", "Nogent").await;
    let mut lea = signed_up(&town, ADDRESS).await;
    let link = link_in(&town.mail_to(ADDRESS).await.text);
    let elsewhere = link.replace("/laigneville/", "/nogent/");
    lea.get(&elsewhere).await.sees("incomplet");
    let page = lea.get("/laigneville/").await.url().path().to_owned();
    assert_eq!(page, "/laigneville/");

    // A form of one commune's page is not taken by another.
    lea.get("/laigneville/compte/creer").await;
    let html = String::from_utf8(lea.bytes().to_vec()).unwrap();
    let at = html.find("name=\"csrf\" value=\"").unwrap() + 19;
    let token = html[at..].split('"').next().unwrap().to_owned();
    lea.raw_post("/nogent/compte/creer", &[("csrf", &token)])
        .await;
    assert_eq!(lea.status().as_u16(), 419);
    lea.get("/laigneville/activation?id=")
        .await
        .sees("incomplet");
    lea.raw_post("/laigneville/activation", &[("id", "x")])
        .await;
    assert_eq!(lea.status().as_u16(), 419);
}

#[tokio::test]
async fn a_mailbox_cannot_be_flooded() {
    let town = Town::new().await;
    let mut refused = 0;
    for _ in 0..12 {
        let mut who = town.visitor();
        who.get("/laigneville/compte/creer").await;
        fill(&mut who, ADDRESS);
        who.press("S’inscrire").await;
        if who.status() == StatusCode::TOO_MANY_REQUESTS {
            refused += 1;
            who.sees("patientez");
            assert_eq!(who.value("Nom"), "Durant", "what was typed is kept");
        }
    }
    assert!(refused >= 6, "{refused}");
    assert!(town.mails().await.len() <= 6);
}
