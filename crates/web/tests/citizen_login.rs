//! How a citizen comes in and goes out, and who does not.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod citizen;

use citizen::{
    ADDRESS, COOKIE, PASSWORD, citizen, code_in, link_in, log_in, member, not, signed_up,
};
use http::StatusCode;
use jiff::SignedDuration;
use preau_testkit::town::Town;

#[tokio::test]
async fn lea_comes_in_from_the_first_page_and_goes_out() {
    let town = Town::new().await;
    member(&town, ADDRESS).await;
    let mut lea = town.visitor();
    lea.get("/laigneville/").await;
    lea.fill("E-mail (identifiant)", "  LEA@exemple.fr ")
        .fill("Mot de passe", PASSWORD)
        .press("Se connecter")
        .await
        .sees("Bonjour Léa");
    lea.get("/laigneville/session").await;
    assert_eq!(lea.status(), StatusCode::NO_CONTENT);
    lea.get("/laigneville/mon-compte")
        .await
        .press("Se déconnecter")
        .await;
    lea.sees("Vous êtes déconnecté");
    lea.get("/laigneville/session").await;
    assert_eq!(lea.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_page_that_was_asked_for_is_found_again_and_no_other_site() {
    let town = Town::new().await;
    member(&town, ADDRESS).await;
    let mut lea = town.visitor();
    lea.get("/laigneville/espace-citoyen/demandes").await;
    assert_eq!(lea.heading(), Some("Se connecter"));
    lea.fill("E-mail (identifiant)", ADDRESS)
        .fill("Mot de passe", PASSWORD)
        .press("Se connecter")
        .await;
    assert_eq!(lea.heading(), Some("Mes demandes"));
    for bad in [
        "https://piege.exemple/",
        "//piege.exemple",
        "/\\piege.exemple",
        "javascript:alert(1)",
    ] {
        let mut lea = town.visitor();
        let asked = bad.replace('/', "%2F").replace('\\', "%5C");
        lea.get(&format!("/laigneville/connexion?retour={asked}"))
            .await;
        lea.fill("E-mail (identifiant)", ADDRESS)
            .fill("Mot de passe", PASSWORD)
            .press("Se connecter")
            .await;
        assert_eq!(lea.url().path(), "/laigneville/espace-citoyen", "{bad}");
    }
}

#[tokio::test]
async fn unknown_wrong_and_unconfirmed_read_the_same() {
    let town = Town::new().await;
    member(&town, ADDRESS).await;
    signed_up(&town, "attend@exemple.fr").await;
    let mut pages = Vec::new();
    for email in [ADDRESS, "personne@exemple.fr", "attend@exemple.fr"] {
        let mut who = town.visitor();
        log_in(&mut who, email, "Faux-mot-2-passe").await;
        assert_eq!(who.status(), StatusCode::UNPROCESSABLE_ENTITY);
        pages.push(who.text().replace(email, "X"));
    }
    assert!(pages.windows(2).all(|two| two[0] == two[1]), "{pages:?}");
    // The unconfirmed one who knows the password may send the mail again.
    let mut who = town.visitor();
    town.turn(SignedDuration::from_secs(120));
    log_in(&mut who, "attend@exemple.fr", PASSWORD).await;
    who.sees("pas encore confirmée");
    who.press("Renvoyer l’e-mail").await.sees("reparti");
}

#[tokio::test]
async fn a_planted_cookie_opens_nothing_after_the_log_in() {
    let town = Town::new().await;
    member(&town, ADDRESS).await;
    let mut lea = town.visitor();
    lea.get("/laigneville/connexion")
        .await
        .set_cookie(COOKIE, "planted-by-a-thief");
    log_in(&mut lea, ADDRESS, PASSWORD).await;
    let mine = lea.cookie(COOKIE).unwrap().to_owned();
    assert_ne!(mine, "planted-by-a-thief");
    let mut thief = town.visitor();
    thief
        .get("/laigneville/")
        .await
        .set_cookie(COOKIE, "planted-by-a-thief");
    assert_eq!(
        thief.get("/laigneville/mon-compte").await.heading(),
        Some("Se connecter")
    );
    // A second log-in changes the token and ends the first.
    lea.get("/laigneville/mon-compte")
        .await
        .press("Se déconnecter")
        .await;
    thief.set_cookie(COOKIE, &mine);
    assert_eq!(
        thief.get("/laigneville/mon-compte").await.heading(),
        Some("Se connecter")
    );
}

#[tokio::test]
async fn who_guesses_is_slowed_down_and_the_owner_comes_in_from_a_known_browser() {
    let town = Town::new().await;
    let mut lea = citizen(&town).await;
    lea.press("Se déconnecter").await;
    let mut thief = town
        .visitor()
        .from_address("203.0.113.9:4000".parse().unwrap());
    let mut slowed = false;
    for n in 0..12 {
        log_in(&mut thief, ADDRESS, &format!("Essai-{n}-Faux")).await;
        slowed |= thief.status() == StatusCode::TOO_MANY_REQUESTS;
    }
    assert!(slowed, "a thief may guess for ever");
    // Even with the right password the thief waits now; the owner does not.
    log_in(&mut thief, ADDRESS, PASSWORD).await;
    assert_eq!(thief.status(), StatusCode::TOO_MANY_REQUESTS);
    log_in(&mut lea, ADDRESS, PASSWORD).await;
    assert_eq!(lea.heading(), Some("Bonjour Léa"));
    town.turn(SignedDuration::from_hours(25));
    log_in(&mut thief, ADDRESS, PASSWORD).await;
    assert_eq!(thief.heading(), Some("Bonjour Léa"));
}

#[tokio::test]
async fn a_session_slides_ends_and_may_be_kept() {
    let town = Town::new().await;
    let mut lea = citizen(&town).await;
    for _ in 0..3 {
        town.turn(SignedDuration::from_mins(110));
        assert_eq!(
            lea.get("/laigneville/espace-citoyen").await.heading(),
            Some("Bonjour Léa")
        );
    }
    town.turn(SignedDuration::from_mins(121));
    assert_eq!(
        lea.get("/laigneville/espace-citoyen").await.heading(),
        Some("Se connecter")
    );
    lea.fill("E-mail (identifiant)", ADDRESS)
        .fill("Mot de passe", PASSWORD)
        .check("Rester connecté sur cet appareil pendant 30 jours")
        .press("Se connecter")
        .await;
    town.turn(SignedDuration::from_hours(24 * 20));
    assert_eq!(
        lea.get("/laigneville/espace-citoyen").await.heading(),
        Some("Bonjour Léa")
    );
}

#[tokio::test]
async fn a_forgotten_password_is_chosen_again_once_and_ends_other_sessions() {
    let town = Town::new().await;
    let mut home = citizen(&town).await;
    let mut lea = town.visitor();
    lea.get("/laigneville/mot-de-passe").await;
    lea.fill("E-mail (identifiant)", ADDRESS)
        .press("Envoyer l’e-mail")
        .await;
    let mail = town.mail_to(ADDRESS).await;
    let code = code_in(&mail.text);
    lea.fill("Code à 6 chiffres", not(&code))
        .press("Continuer")
        .await;
    assert!(lea.field_error("Code à 6 chiffres").is_some());
    lea.fill("Code à 6 chiffres", &code)
        .press("Continuer")
        .await;
    assert_eq!(lea.heading(), Some("Choisir un mot de passe"));
    lea.fill("Mot de passe", "faible")
        .fill("Confirmation du mot de passe", "faible");
    lea.press("Enregistrer le mot de passe").await;
    assert!(lea.field_error("Mot de passe").is_some());
    lea.fill("Mot de passe", "Toboggan-9-Bleu")
        .fill("Confirmation du mot de passe", "Toboggan-9-Bleu");
    lea.press("Enregistrer le mot de passe")
        .await
        .sees("Votre mot de passe est changé");
    assert!(
        town.mail_to(ADDRESS)
            .await
            .subject
            .starts_with("Votre mot de passe a changé")
    );

    assert_eq!(
        home.get("/laigneville/mon-compte").await.heading(),
        Some("Se connecter")
    );
    lea.get(&link_in(&mail.text))
        .await
        .sees("ne fonctionne plus");
    log_in(&mut lea, ADDRESS, PASSWORD).await;
    assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY);
    log_in(&mut lea, ADDRESS, "Toboggan-9-Bleu").await;
    assert_eq!(lea.heading(), Some("Bonjour Léa"));

    // An unknown address gets the same page, and no mail; a link dies after an hour.
    let before = town.mails().await.len();
    lea.press("Se déconnecter").await;
    lea.get("/laigneville/mot-de-passe").await;
    lea.fill("E-mail (identifiant)", "personne@exemple.fr")
        .press("Envoyer l’e-mail")
        .await;
    assert_eq!(lea.heading(), Some("Consultez votre messagerie"));
    assert_eq!(town.mails().await.len(), before);
    lea.get("/laigneville/mot-de-passe").await;
    lea.fill("E-mail (identifiant)", ADDRESS)
        .press("Envoyer l’e-mail")
        .await;
    let link = link_in(&town.mail_to(ADDRESS).await.text);
    town.turn(SignedDuration::from_mins(61));
    lea.get(&link).await.sees("ne fonctionne plus");
}

#[tokio::test]
async fn a_link_in_a_mail_lets_in_once_and_not_by_being_opened() {
    let town = Town::new().await;
    member(&town, ADDRESS).await;
    let mut lea = town.visitor();
    lea.get("/laigneville/connexion")
        .await
        .follow("Recevoir un lien de connexion")
        .await;
    lea.fill("E-mail (identifiant)", ADDRESS)
        .press("Envoyer le lien")
        .await;
    let mail = town.mail_to(ADDRESS).await;
    let link = link_in(&mail.text);
    let mut scanner = town.visitor();
    scanner.get(&link).await.sees("Léa Durant");
    assert_eq!(
        scanner.get("/laigneville/mon-compte").await.heading(),
        Some("Se connecter")
    );
    lea.fill("Code à 6 chiffres", &code_in(&mail.text))
        .press("Me connecter")
        .await;
    assert_eq!(lea.heading(), Some("Bonjour Léa"));
    scanner.get(&link).await.sees("ne fonctionne plus");
}
