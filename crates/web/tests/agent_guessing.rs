//! What keeps others out: guessing, replaying, planting. Each story fails when its defence is taken away.

mod door;

use door::{COOKIE, LOGIN, give_code, give_password, halfway, is_out, is_still_halfway};
use http::StatusCode;
use jiff::SignedDuration;
use preau_app::agent;
use preau_testkit::town::{
    Town,
    agents::{PASSWORD, address},
};

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_get_the_same_answer() {
    let town = Town::new().await;
    town.hire("camille", &[("accueil", None)]).await;
    let disabled = town.hire("karim", &[("accueil", None)]).await;
    agent::set_disabled(&town.system(), disabled, true)
        .await
        .unwrap();
    let mut said = Vec::new();
    for (email, password) in [
        (address("camille"), "Pas-Le-Bon-7h"),
        (address("personne"), "Pas-Le-Bon-7h"),
        (address("karim"), PASSWORD),
        ("pas une adresse".to_owned(), PASSWORD),
    ] {
        let mut visitor = town.visitor();
        give_password(&mut visitor, &email, password).await;
        assert_eq!(visitor.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(visitor.cookie(COOKIE).is_none(), "a session for {email}");
        said.push(visitor.field_error("Mot de passe").unwrap().to_owned());
    }
    said.dedup();
    assert_eq!(said.len(), 1, "the answers tell who exists: {said:?}");
}

#[tokio::test]
async fn guessing_a_password_slows_down_for_known_and_unknown_alike() {
    let town = Town::new().await;
    town.hire("camille", &[("accueil", None)]).await;
    for name in ["camille", "personne"] {
        let mut thief = town.visitor();
        for n in 0..5 {
            give_password(&mut thief, &address(name), &format!("Essai-Numero-{n}")).await;
            assert_eq!(
                thief.status(),
                StatusCode::UNPROCESSABLE_ENTITY,
                "try {n} at {name}"
            );
        }
        give_password(&mut thief, &address(name), PASSWORD).await;
        assert_eq!(
            thief.status(),
            StatusCode::TOO_MANY_REQUESTS,
            "the sixth try at {name}"
        );
        assert_eq!(thief.header("retry-after"), Some("60"));
        thief.sees("Trop d’essais");
    }
    // Whoever waits is looked at again; a longer wait follows each failure.
    town.turn(SignedDuration::from_secs(61));
    let mut thief = town.visitor();
    give_password(&mut thief, &address("camille"), "Encore-Un-Essai").await;
    give_password(&mut thief, &address("camille"), PASSWORD).await;
    assert_eq!(thief.header("retry-after"), Some("120"));
    town.turn(SignedDuration::from_secs(121));
    halfway(&town, "camille").await;
}

#[tokio::test]
async fn a_hundred_tries_at_the_same_time_are_not_one() {
    let town = Town::new().await;
    town.hire("camille", &[("accueil", None)]).await;
    let tries = (0..12).map(|n| {
        let (mut thief, email) = (town.visitor(), address("camille"));
        async move {
            give_password(&mut thief, &email, &format!("Essai-Numero-{n}")).await;
            thief.status()
        }
    });
    let looked_at = futures_util::future::join_all(tries).await;
    let looked_at = looked_at
        .iter()
        .filter(|s| **s == StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(looked_at.count(), 5);
}

#[tokio::test]
async fn guessing_a_code_slows_down_even_with_the_right_password() {
    let town = Town::new().await;
    town.hire("camille", &[("accueil", None)]).await;
    let mut thief = halfway(&town, "camille").await;
    for n in 0..5 {
        // The right password in between gives no new tries.
        if n == 3 {
            thief = halfway(&town, "camille").await;
        }
        give_code(&mut thief, &format!("00000{n}")).await;
        assert_eq!(thief.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    give_code(&mut thief, &town.code("camille")).await;
    assert_eq!(thief.status(), StatusCode::TOO_MANY_REQUESTS);
    is_still_halfway(&mut thief).await;
}

#[tokio::test]
async fn one_address_that_tries_many_accounts_is_slowed_down() {
    let town = Town::new().await;
    town.hire("camille", &[("accueil", None)]).await;
    let mut thief = town.visitor();
    for n in 0..30 {
        give_password(
            &mut thief,
            &format!("agent{n}@laigneville.test"),
            "Essai-Numero-1",
        )
        .await;
        assert_eq!(
            thief.status(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "account {n}"
        );
    }
    give_password(&mut thief, &address("camille"), PASSWORD).await;
    assert_eq!(thief.status(), StatusCode::TOO_MANY_REQUESTS);
    // Elsewhere nothing has happened.
    let mut camille = town
        .visitor()
        .from_address("192.0.2.7:4000".parse().unwrap());
    give_password(&mut camille, &address("camille"), PASSWORD).await;
    camille.sees("Confirmez que c’est vous");
}

#[tokio::test]
async fn a_code_is_good_once() {
    let town = Town::new().await;
    town.hire("camille", &[("accueil", None)]).await;
    let code = town.code("camille");
    let mut camille = halfway(&town, "camille").await;
    give_code(&mut camille, &code).await;
    camille.sees("Se déconnecter");
    // Somebody who read the code over a shoulder has ten seconds, and they do not suffice.
    town.turn(SignedDuration::from_secs(10));
    let mut thief = halfway(&town, "camille").await;
    give_code(&mut thief, &code).await;
    assert_eq!(thief.status(), StatusCode::UNPROCESSABLE_ENTITY);
    thief.sees("Ce code a déjà servi");
    town.turn(SignedDuration::from_secs(30));
    give_code(&mut thief, &town.code("camille")).await;
    thief.sees("Se déconnecter");
}

#[tokio::test]
async fn every_step_gives_another_token_so_that_a_planted_one_opens_nothing() {
    let town = Town::new().await;
    town.hire("camille", &[("accueil", None)]).await;
    // A thief gives the victim's browser a session of their own making, at each step.
    let mut victim = town.visitor();
    victim
        .get(LOGIN)
        .await
        .set_cookie(COOKIE, "planted-by-a-thief");
    give_password(&mut victim, &address("camille"), PASSWORD).await;
    let half = victim.cookie(COOKIE).unwrap().to_owned();
    assert_ne!(half, "planted-by-a-thief");
    give_code(&mut victim, &town.code("camille")).await;
    let open = victim.cookie(COOKIE).unwrap().to_owned();
    assert_ne!(open, half, "the halfway token became the open one");
    for stale in ["planted-by-a-thief", &half] {
        let mut thief = town.visitor();
        thief.get(LOGIN).await.set_cookie(COOKIE, stale);
        is_out(&mut thief).await;
    }
}
