//! A strike: the town hall closes a day, sees how many children that concerns, and the families are told.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod activities;
mod citizen;
mod december;
mod desk;
mod homes;

use activities::{PLANNING, SETTINGS, with_activities};
use december::{TARIFFS, at, book, family_id};
use desk::agent;
use homes::{lea, who};
use http::StatusCode;
use preau_app::planning::{self, CloseForm, Wish, rules};
use preau_rules::{money::Cents, permission::RolePreset};
use preau_store::tables::booking;
use preau_testkit::http::Visitor;

const PATH: &str = "/agent/activites/fermeture";

/// The page with what stands in its titles.
fn page(visitor: &Visitor) -> String {
    let html = String::from_utf8(visitor.bytes().to_vec()).unwrap();
    html.replace(['\u{a0}', '\u{202f}'], " ")
}

#[tokio::test]
async fn a_strike_closes_the_canteen_and_the_families_are_told() {
    let town = with_activities().await;
    book(&town, "F1", "Zoé", &["2026-12-03", "2026-12-04"]).await;
    book(&town, "F3", "Lou", &["2026-12-03"]).await;
    let mut lea = lea(&town).await;
    town.work().await;
    let mut camille = agent(&town, "Camille", RolePreset::Administrator, PATH).await;
    camille.press("Voir ce que cela change").await;
    assert_eq!(camille.status(), StatusCode::UNPROCESSABLE_ENTITY);
    camille.sees("Indiquez le premier jour");
    camille
        .fill("Premier jour fermé", "03/12/2026")
        .select("Ce qui ferme", "Cantine")
        .fill("Motif", "Grève");
    camille.press("Voir ce que cela change").await;
    camille
        .sees("2 enfants de 2 familles")
        .sees("Cantine : 2 réservations");
    // Nothing is done yet.
    lea.get(&format!("{PLANNING}?du=2026-11-30")).await;
    lea.does_not_see("Grève");
    let mut twice = camille.clone();
    camille.press("Fermer et prévenir").await;
    camille.sees("C’est fermé. 2 réservations rendues");
    // Pressed twice, it is done once; who asks for it again is told.
    twice.press("Fermer et prévenir").await;
    twice.sees("C’est fermé. 2 réservations rendues");
    let mut paul = agent(&town, "Paul", RolePreset::Administrator, PATH).await;
    paul.fill("Premier jour fermé", "03/12/2026")
        .select("Ce qui ferme", "Cantine")
        .fill("Motif", "Grève");
    paul.press("Voir ce que cela change").await;
    paul.press("Fermer et prévenir").await;
    assert_eq!(paul.status(), StatusCode::CONFLICT);
    paul.sees("C’est déjà fermé, avec ce motif");
    town.work().await;
    let mail = town.mail_to("lea@exemple.fr").await;
    assert!(mail.text.contains("Grève"), "{}", mail.text);
    assert!(mail.text.contains("annulé"), "{}", mail.text);
    lea.get(&format!("{PLANNING}?du=2026-11-30")).await;
    lea.sees("Fermé : Grève (Cantine)");
    // A page that was open before books nothing more.
    let late = Wish {
        child: who(&town, "F3", "Lou").await,
        day: "2026-12-03".parse().unwrap(),
        activity: "cantine".to_owned(),
        unit: "cantine".to_owned(),
        book: true,
    };
    let family = family_id(&town, "F3").await;
    let saved = planning::save(&town.system(), Some(family), vec![late], None).await;
    let refused = saved.unwrap().refused;
    assert_eq!(refused[0].why, "Fermé\u{a0}: Grève.");
    let mut tx = town.system().read().await.unwrap();
    let day = |text: &str| text.parse().unwrap();
    let left = booking::on_days(&mut tx, day("2026-12-03"), day("2026-12-04")).await;
    let left: Vec<_> = left.unwrap().into_iter().map(|b| b.day).collect();
    assert_eq!(left, [day("2026-12-04")]);
    let taken = booking::taken(&mut tx, day("2026-12-03"), day("2026-12-04")).await;
    let taken: Vec<_> = taken
        .unwrap()
        .into_iter()
        .map(|t| (t.day, t.places))
        .collect();
    assert_eq!(taken, [(day("2026-12-03"), 0), (day("2026-12-04"), 1)]);
    drop(tx);
    // Who tries all the same is refused, and the reason is the closing.
    camille.get("/laigneville/agent/activites/fichier").await;
    camille.sees("Grève");
}

#[tokio::test]
async fn only_what_closes_is_given_back() {
    let town = with_activities().await;
    book(&town, "F1", "Zoé", &["2026-12-03"]).await;
    let mut camille = agent(&town, "Camille", RolePreset::Administrator, PATH).await;
    camille
        .fill("Premier jour fermé", "03/12/2026")
        .fill("Dernier jour fermé", "04/12/2026")
        .select("Ce qui ferme", "Accueil du soir")
        .fill("Motif", "Réunion");
    camille.press("Voir ce que cela change").await;
    camille.sees("Rien n’est réservé : personne n’est à prévenir.");
    camille.press("Fermer et prévenir").await;
    camille.sees("Personne n’avait réservé");
    for (field, typed, said) in [
        ("Premier jour fermé", "22/11/2026", "Ce jour est passé"),
        ("Dernier jour fermé", "01/12/2026", "avant le premier"),
        ("Dernier jour fermé", "01/12/2027", "Pas plus de 120 jours"),
        ("Motif", "", "Motif"),
    ] {
        camille.get(&format!("/laigneville{PATH}")).await;
        camille
            .fill("Premier jour fermé", "03/12/2026")
            .fill("Motif", "Travaux")
            .fill(field, typed);
        camille.press("Voir ce que cela change").await;
        assert_eq!(
            camille.status(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "{typed}"
        );
        camille.sees(said);
    }
}

#[tokio::test]
async fn the_effect_is_said_in_euros_too_and_a_day_that_is_over_is_not_closed() {
    let town = with_activities().await;
    let settings = format!("{SETTINGS}{TARIFFS}");
    rules::save(&town.system(), &settings, 1).await.unwrap();
    book(&town, "F1", "Zoé", &["2026-12-03"]).await;
    book(&town, "F3", "Lou", &["2026-12-03"]).await;
    let form = CloseForm {
        du: "03/12/2026".to_owned(),
        motif: "Grève".to_owned(),
        ..CloseForm::default()
    };
    let effect = planning::effect(&town.system(), &form).await.unwrap();
    assert_eq!((effect.children, effect.worth), (2, Some(Cents(920))));
    at(&town, "2026-12-03T23:59:59+01:00");
    let last = town.system();
    at(&town, "2026-12-04T00:00:00+01:00");
    assert!(planning::close(&town.system(), &form).await.is_err());
    assert_eq!(planning::close(&last, &form).await.unwrap(), 2);
}

#[tokio::test]
async fn a_strike_of_everybody_leaves_the_limits_of_other_days_where_they_were() {
    let town = with_activities().await;
    let mut lea = lea(&town).await;
    let friday = "vendredi 4 décembre, jusqu’au mercredi 2 décembre à 10 h 00";
    lea.get(&format!("{PLANNING}?du=2026-11-30")).await;
    let html = page(&lea);
    assert!(html.contains(friday), "{html}");
    let mut camille = agent(&town, "Camille", RolePreset::Administrator, PATH).await;
    camille
        .fill("Premier jour fermé", "03/12/2026")
        .fill("Motif", "Grève");
    camille.press("Voir ce que cela change").await;
    camille.press("Fermer et prévenir").await;
    lea.get(&format!("{PLANNING}?du=2026-11-30")).await;
    let html = page(&lea);
    assert!(html.contains(friday), "{html}");
    assert!(html.contains("Fermé : Grève"), "{html}");
}
