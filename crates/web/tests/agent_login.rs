//! How agents come in. Each story fails when its defence is taken away.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod door;

use door::{
    LOGIN, give_code, give_password, give_setup_code, halfway, is_out, is_still_halfway, link_in,
};
use http::StatusCode;
use jiff::SignedDuration;
use preau_app::agent;
use preau_rules::permission::RolePreset;
use preau_testkit::town::{
    Town,
    agents::{PASSWORD, address, secret},
};

#[tokio::test]
async fn an_invited_agent_chooses_a_password_and_sets_up_the_second_factor() {
    let town = Town::new().await;
    let mut camille = town.agent("camille", RolePreset::Administrator).await;
    camille
        .get("/laigneville/agent/parametres/agents/nouveau")
        .await
        .fill("Prénom", "Karim")
        .fill("Nom", "Benali")
        .fill("Adresse e-mail professionnelle", &address("karim"))
        .check("Agent d’accueil > Oui")
        .press("Envoyer l’invitation")
        .await
        .sees("L’invitation est partie")
        .sees("Invitation envoyée");
    let mail = town.mail_to(&address("karim")).await;
    assert!(
        mail.text.contains("Camille Durant") && mail.text.contains("Agent d’accueil"),
        "{}",
        mail.text
    );
    let link = link_in(&mail.text);

    let mut karim = town.visitor();
    karim.get(&link).await.sees("Bienvenue, Karim");
    for (password, wrong) in [
        ("court", "au moins 12"),
        ("Karim-Benali-60290", "ni votre nom"),
    ] {
        karim
            .fill("Nouveau mot de passe", password)
            .fill("Le même, une seconde fois", password)
            .press("Continuer")
            .await;
        assert_eq!(karim.status(), StatusCode::UNPROCESSABLE_ENTITY);
        karim.sees(wrong);
    }
    karim
        .fill("Nouveau mot de passe", PASSWORD)
        .fill("Le même, une seconde fois", PASSWORD)
        .press("Continuer")
        .await
        .sees("Protégez votre accès");
    let secret = secret_on(karim.text());
    give_setup_code(&mut karim, "000000").await;
    assert_eq!(karim.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        secret_on(karim.text()),
        secret,
        "a slip does not change the key"
    );
    let code = preau_app::totp::code_at(&secret, town.app.clock.now()).unwrap();
    give_setup_code(&mut karim, &code).await;
    karim.sees("Ils ne s’affichent que maintenant");
    assert_eq!(codes_on(karim.text()).len(), 10);
    karim
        .follow("Je les ai gardés, continuer")
        .await
        .sees("Karim Benali");

    // The link is used up.
    let mut thief = town.visitor();
    thief.get(&link).await.sees("Ce lien ne fonctionne plus");
    assert_eq!(thief.status(), StatusCode::GONE);
    // Whoever learns the password only cannot set up a telephone of their own.
    give_password(&mut thief, &address("karim"), PASSWORD).await;
    thief
        .get("/laigneville/agent/connexion/installer")
        .await
        .sees("Confirmez que c’est vous");
    let planted = thief.value("Code à 6 chiffres");
    assert!(planted.is_empty());
    // The code of the set-up is used, too.
    give_code(&mut thief, &code).await;
    assert_eq!(thief.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_second_factor_that_is_there_is_not_replaced_by_who_knows_the_password() {
    let town = Town::new().await;
    let id = town.hire("karim", &[("accueil", None)]).await;
    agent::reset_second_factor(&town.system(), id)
        .await
        .unwrap();
    // Both stand on the set-up page; the owner is first.
    let mut thief = town.visitor();
    give_password(&mut thief, &address("karim"), PASSWORD).await;
    thief.sees("Protégez votre accès");
    let mut karim = town.visitor();
    give_password(&mut karim, &address("karim"), PASSWORD).await;
    let (mine, theirs) = (secret_on(karim.text()), secret_on(thief.text()));
    assert_ne!(mine, theirs, "everybody is offered the same secret");
    let code = |secret: &[u8]| preau_app::totp::code_at(secret, town.app.clock.now()).unwrap();
    give_setup_code(&mut karim, &code(&mine)).await;
    karim.sees("Vos codes de secours");
    give_setup_code(&mut thief, &code(&theirs)).await;
    assert_eq!(thief.status(), StatusCode::FORBIDDEN);
    is_still_halfway(&mut thief).await;
}

#[tokio::test]
async fn an_invitation_ends_after_seven_days_and_the_next_one_replaces_it() {
    let town = Town::new().await;
    let mut camille = town.agent("camille", RolePreset::Administrator).await;
    let invite = |name: &'static str| preau_app::agent::NewAgent {
        email: address(name),
        first_name: "Karim".to_owned(),
        last_name: "Benali".to_owned(),
        roles: vec![("accueil".to_owned(), None)],
        ..Default::default()
    };
    let created = agent::create(&town.system(), invite("karim"))
        .await
        .unwrap();
    // The first mail is there before the second one is written.
    town.work().await;
    let first = created
        .invitation_link
        .unwrap()
        .replace("http://portail.test", "");
    let mut karim = town.visitor();
    karim.get(&first).await.sees("Bienvenue, Karim");
    camille
        .get("/laigneville/agent/parametres/agents")
        .await
        .follow("Karim Benali")
        .await;
    camille
        .press("Renvoyer l’invitation")
        .await
        .sees("Une nouvelle invitation est partie");
    karim.get(&first).await.sees("Ce lien ne fonctionne plus");
    let second = link_in(&town.mail_to(&address("karim")).await.text);
    town.turn(SignedDuration::from_hours(7 * 24 - 1));
    karim.get(&second).await.sees("Bienvenue, Karim");
    town.turn(SignedDuration::from_hours(2));
    karim.get(&second).await.sees("Ce lien ne fonctionne plus");
    // Camille's session ended in the meantime; she comes back and sees why Karim did not.
    let mut camille = town.log_in("camille").await;
    camille
        .get("/laigneville/agent/parametres/agents")
        .await
        .sees("Invitation expirée");
}

#[tokio::test]
async fn an_agent_comes_in_with_password_and_code_and_goes_out() {
    let town = Town::new().await;
    town.hire("camille", &[("administrateur", None)]).await;
    let mut camille = town.visitor();
    camille.get("/laigneville/agent/mon-compte").await;
    camille
        .fill("Adresse e-mail", " CAMILLE@laigneville.test ")
        .fill("Mot de passe", PASSWORD)
        .press("Se connecter")
        .await;
    camille.sees("Confirmez que c’est vous");
    is_still_halfway(&mut camille).await;
    give_code(&mut camille, &town.code("camille")).await;
    // And stands where they wanted to go.
    assert_eq!(camille.url().path(), "/laigneville/agent/mon-compte");
    camille.sees("Camille Durant").sees("Administrateur");
    camille
        .press("Se déconnecter")
        .await
        .sees("Vous êtes déconnecté.");
    is_out(&mut camille).await;
}
#[tokio::test]
async fn the_way_back_stays_on_the_portal() {
    let town = Town::new().await;
    town.hire("camille", &[("accueil", None)]).await;
    for (n, evil) in [
        "https://voleur.test/",
        "//voleur.test/agent",
        "/\\voleur.test",
        "/agent/../../host",
        "javascript:alert(1)",
        "/agent//voleur.test",
        "/agent@voleur.test",
    ]
    .iter()
    .enumerate()
    {
        let mut camille = town.visitor();
        let address_of_page = format!("{LOGIN}?retour={evil}");
        camille
            .get(&address_of_page)
            .await
            .fill("Adresse e-mail", &address("camille"))
            .fill("Mot de passe", PASSWORD)
            .press("Se connecter")
            .await;
        town.turn(SignedDuration::from_secs(60));
        give_code(&mut camille, &town.code("camille")).await;
        let all = camille.redirects().join(" ") + camille.url().as_str();
        assert!(!all.contains("://voleur.test"), "{n}: {evil} led to {all}");
        assert_eq!(camille.url().host_str(), Some("localhost"), "{evil}");
    }
}

#[tokio::test]
async fn a_disabled_agent_is_out_at_once_and_a_lost_right_too() {
    let town = Town::new().await;
    let mut camille = town.agent("camille", RolePreset::Administrator).await;
    let mut karim = town.agent("karim", RolePreset::Administrator).await;
    karim
        .get("/laigneville/agent/parametres/roles/nouveau")
        .await
        .sees("Nouveau rôle");

    // Karim has a form open when he loses his role: sending it does nothing any more.
    camille
        .get("/laigneville/agent/parametres/agents")
        .await
        .follow("Karim Durant")
        .await;
    camille
        .uncheck("Administrateur > Oui")
        .check("Animateur > Oui")
        .press("Enregistrer les rôles")
        .await
        .sees("Ils valent dès maintenant");
    karim
        .fill("Nom du rôle", "Porte dérobée")
        .check("Agents")
        .press("Enregistrer")
        .await;
    assert_eq!(karim.status(), StatusCode::FORBIDDEN);
    camille
        .get("/laigneville/agent/parametres/roles")
        .await
        .does_not_see("Porte dérobée");

    karim
        .get("/laigneville/agent/mon-compte")
        .await
        .sees("Animateur");
    camille
        .get("/laigneville/agent/parametres/agents")
        .await
        .follow("Karim Durant")
        .await;
    camille
        .press("Fermer l’accès")
        .await
        .sees("L’accès est fermé");
    is_out(&mut karim).await;
    // And the way in is closed.
    town.turn(SignedDuration::from_secs(60));
    give_password(&mut karim, &address("karim"), PASSWORD).await;
    assert_eq!(karim.status(), StatusCode::UNPROCESSABLE_ENTITY);
    // Opened again, the password of before is good, the session of before is not.
    camille
        .press("Rouvrir l’accès")
        .await
        .sees("L’accès est rouvert");
    is_out(&mut karim).await;
    halfway(&town, "karim").await;
}

#[tokio::test]
async fn a_session_lasts_while_it_is_used() {
    let town = Town::new().await;
    let mut camille = town.agent("camille", RolePreset::FrontDesk).await;
    for _ in 0..3 {
        town.turn(SignedDuration::from_hours(6));
        camille.get("/laigneville/agent/session").await;
        assert_eq!(camille.status(), StatusCode::NO_CONTENT);
    }
    town.turn(SignedDuration::from_hours(11));
    camille.get("/laigneville/agent/session").await;
    assert_eq!(camille.status(), StatusCode::UNAUTHORIZED);
    is_out(&mut camille).await;
    // The password alone opens a quarter of an hour.
    let mut late = halfway(&town, "camille").await;
    town.turn(SignedDuration::from_mins(16));
    is_out(&mut late).await;
}

#[tokio::test]
async fn a_new_browser_is_told_to_its_owner_a_known_one_is_not() {
    let town = Town::new().await;
    let mut camille = town.agent("camille", RolePreset::FrontDesk).await;
    assert!(town.mails().await.is_empty(), "the first log-in is no news");
    town.turn(SignedDuration::from_mins(5));
    camille.press("Se déconnecter").await;
    give_password(&mut camille, &address("camille"), PASSWORD).await;
    give_code(&mut camille, &town.code("camille")).await;
    assert!(town.mails().await.is_empty(), "the browser is known");

    town.turn(SignedDuration::from_mins(5));
    let mut thief = town.visitor().with_header(
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    );
    give_password(&mut thief, &address("camille"), PASSWORD).await;
    give_code(&mut thief, &town.code("camille")).await;
    let mail = town.mail_to(&address("camille")).await;
    assert!(mail.text.contains("Firefox sous Linux"), "{}", mail.text);
    // The owner sees the stranger and closes the door.
    camille
        .get(&link_in(&mail.text))
        .await
        .sees("Firefox sous Linux");
    camille
        .press("Fermer toutes les autres sessions")
        .await
        .does_not_see("Firefox sous Linux");
    is_out(&mut thief).await;
    camille
        .get("/laigneville/agent/mon-compte")
        .await
        .sees("Cette session");
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_mail_and_tells_nothing() {
    let town = Town::new().await;
    let mut camille = town.agent("camille", RolePreset::FrontDesk).await;
    let mut said = Vec::new();
    for name in ["personne", "camille"] {
        let mut visitor = town.visitor();
        visitor.get(LOGIN).await.follow("Mot de passe oublié").await;
        visitor
            .fill("Adresse e-mail", &address(name))
            .press("Envoyer le lien")
            .await;
        said.push((visitor.url().clone(), visitor.text().to_owned()));
    }
    assert_eq!(said[0], said[1], "the answers tell who exists");
    assert_eq!(town.mails().await.len(), 1);
    let link = link_in(&town.mail_to(&address("camille")).await.text);

    let mut later = town.visitor();
    later
        .get(&link)
        .await
        .fill("Nouveau mot de passe", "Le-Lundi-Suivant-8")
        .fill("Le même, une seconde fois", "Le-Lundi-Suivant-8")
        .press("Enregistrer")
        .await
        .sees("Votre mot de passe est enregistré.");
    // Nobody is in by the link alone, and whoever was in is out.
    is_out(&mut later).await;
    is_out(&mut camille).await;
    give_password(&mut later, &address("camille"), PASSWORD).await;
    assert_eq!(later.status(), StatusCode::UNPROCESSABLE_ENTITY);
    give_password(&mut later, &address("camille"), "Le-Lundi-Suivant-8").await;
    later.sees("Confirmez que c’est vous");
    // The link is used up, and an old one is too old.
    later.get(&link).await.sees("Ce lien ne fonctionne plus");
    later.get(&format!("{LOGIN}/../mot-de-passe")).await;
    later
        .fill("Adresse e-mail", &address("camille"))
        .press("Envoyer le lien")
        .await;
    let link = link_in(&town.mail_to(&address("camille")).await.text);
    town.turn(SignedDuration::from_mins(61));
    later.get(&link).await.sees("Ce lien ne fonctionne plus");
}

#[tokio::test]
async fn a_recovery_code_replaces_the_telephone_once() {
    let town = Town::new().await;
    let mut camille = town.agent("camille", RolePreset::FrontDesk).await;
    camille
        .get("/laigneville/agent/mon-compte")
        .await
        .sees("Il ne vous reste plus de code de secours");
    camille
        .fill(
            "Double authentification > Mot de passe actuel",
            "Pas-Le-Bon-7h",
        )
        .press("Refaire mes codes de secours")
        .await;
    assert_eq!(camille.status(), StatusCode::UNPROCESSABLE_ENTITY);
    camille
        .fill("Double authentification > Mot de passe actuel", PASSWORD)
        .press("Refaire mes codes de secours")
        .await
        .sees("Ils ne s’affichent que maintenant");
    let codes = codes_on(camille.text());
    assert_eq!(codes.len(), 10);
    for (code, works) in [(&codes[3], true), (&codes[3], false), (&codes[4], true)] {
        let mut later = halfway(&town, "camille").await;
        later
            .fill("Code de secours", &code.to_lowercase())
            .press("Utiliser ce code de secours")
            .await;
        if works {
            later.sees("Se déconnecter");
        } else {
            assert_eq!(later.status(), StatusCode::UNPROCESSABLE_ENTITY);
            is_still_halfway(&mut later).await;
        }
    }
    camille
        .get("/laigneville/agent/mon-compte")
        .await
        .sees("Il vous reste 8 codes de secours");
}

fn codes_on(text: &str) -> Vec<String> {
    let is_code = |w: &&str| w.len() == 14 && w.split('-').all(|g| g.len() == 4);
    text.split_whitespace()
        .filter(is_code)
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn another_telephone_takes_the_place_of_the_one_before() {
    let town = Town::new().await;
    let mut camille = town.agent("camille", RolePreset::FrontDesk).await;
    camille
        .get("/laigneville/agent/mon-compte/application")
        .await;
    let new = secret_on(camille.text());
    assert_ne!(new, secret("camille"));
    let code = preau_app::totp::code_at(&new, town.app.clock.now()).unwrap();
    // A borrowed screen does not suffice.
    camille
        .fill("Code à 6 chiffres", &code)
        .press("Changer d’application")
        .await;
    assert_eq!(camille.status(), StatusCode::UNPROCESSABLE_ENTITY);
    camille
        .fill("Code à 6 chiffres", &code)
        .fill("Mot de passe actuel", PASSWORD)
        .press("Changer d’application")
        .await
        .sees("Vos codes de secours");
    town.turn(SignedDuration::from_secs(60));
    let mut later = halfway(&town, "camille").await;
    give_code(&mut later, &town.code("camille")).await;
    assert_eq!(
        later.status(),
        StatusCode::UNPROCESSABLE_ENTITY,
        "the old telephone still works"
    );
    let code = preau_app::totp::code_at(&new, town.app.clock.now()).unwrap();
    give_code(&mut later, &code).await;
    later.sees("Se déconnecter");
}

/// Reads the key that the page shows in groups of four, as a person would type it.
fn secret_on(text: &str) -> Vec<u8> {
    let base32 = |c: char| c.is_ascii_uppercase() || ('2'..='7').contains(&c);
    let is_group = |w: &&str| w.len() == 4 && w.chars().all(base32);
    let key: String = text.split_whitespace().filter(is_group).collect();
    assert_eq!(key.len(), 32, "the key on the page: {key}");
    let (mut bits, mut kept, mut out) = (0_u32, 0, Vec::new());
    for letter in key.bytes() {
        let value = if letter.is_ascii_uppercase() {
            letter - b'A'
        } else {
            letter - b'2' + 26
        };
        bits = (bits << 5) | u32::from(value);
        kept += 5;
        if kept >= 8 {
            kept -= 8;
            out.push(u8::try_from((bits >> kept) & 0xff).unwrap());
        }
    }
    out
}
