//! The planning of a family: the second seed's story, receipts, places, long periods, and what may not be.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod activities;
mod citizen;
mod homes;

use activities::{PLANNING, SETTINGS, ali, changes, enrol, with_activities};
use homes::{hidden, lea, town, who};
use http::StatusCode;
use jiff::SignedDuration;
use preau_app::planning::rules;
use preau_testkit::{http::Visitor, town::Town};

const LONG: &str = "/laigneville/espace-famille/reservation";
const SECOND: SignedDuration = SignedDuration::from_secs(1);

#[tokio::test]
async fn a_meal_is_booked_and_cancelled_until_ten_two_working_days_before() {
    let town = with_activities().await;
    let mut lea = lea(&town).await;
    lea.get(PLANNING).await;
    lea.sees("Planning des activités").sees("Prochaine limite");
    lea.check("Zoé, Cantine, lundi 30 novembre")
        .check("Zoé, Cantine, mardi 1er décembre")
        .press("Vérifier")
        .await;
    lea.sees("Vérifiez avant d’enregistrer")
        .sees("Zoé, Cantine, lundi 30 novembre réservé")
        .sees("2 jours ouvrés avant, 10 h 00");
    town.work().await;
    lea.press("Enregistrer 2 changements").await;
    lea.sees("Reçu R-2026-0001").sees("Annuler ces changements");
    let mail = town.mail_to("lea@exemple.fr").await;
    assert!(mail.subject.contains("R-2026-0001"), "{}", mail.subject);
    assert!(mail.text.contains("Zoé, Cantine, lundi"), "{}", mail.text);

    // Thursday the 26th at 10:00:00 sharp is in time for Monday the 30th; one second later is not.
    let limit: jiff::Timestamp = "2026-11-26T10:00:00+01:00".parse().unwrap();
    town.turn(limit.duration_since(town.app.clock.now()) - SignedDuration::from_mins(1));
    let mut late = tied_again(&town).await;
    late.get(PLANNING).await;
    late.uncheck("Zoé, Cantine, lundi 30 novembre")
        .press("Vérifier")
        .await;
    late.sees("annulé");
    town.turn(limit.duration_since(town.app.clock.now()) + SECOND);
    late.press("Enregistrer 1 changement").await;
    assert_eq!(late.status(), StatusCode::UNPROCESSABLE_ENTITY);
    late.sees("Rien n’a été enregistré")
        .sees("le délai est passé depuis le jeudi 26 novembre à 10 h 00")
        .sees("2 jours ouvrés avant, 10 h 00")
        .sees("Demander à la mairie");
    town.turn(-SECOND);
    changes(&mut late, "Zoé, Cantine, lundi 30 novembre").await;
    late.sees("Reçu R-2026-0002").sees("annulé");
}

/// Léa, logged in anew: her session ended with the days that passed.
async fn tied_again(town: &Town) -> Visitor {
    let mut lea = town.visitor();
    citizen::log_in(&mut lea, "lea@exemple.fr", citizen::PASSWORD).await;
    lea
}

#[tokio::test]
async fn a_receipt_is_taken_back_within_fifteen_minutes_and_once() {
    let town = with_activities().await;
    let mut lea = lea(&town).await;
    changes(&mut lea, "Zoé, Cantine, lundi 30 novembre").await;
    town.turn(SignedDuration::from_mins(15));
    lea.press("Annuler ces changements").await;
    lea.sees("Reçu R-2026-0002").sees("Changements annulés");
    lea.get(&format!("{PLANNING}/recu/R-2026-0001")).await;
    lea.sees("Ces changements ont été annulés")
        .does_not_see("Une erreur ?");
    lea.get(PLANNING).await;
    assert!(!lea.is_checked("Zoé, Cantine, lundi 30 novembre"));
    lea.check("Zoé, Cantine, lundi 30 novembre")
        .press("Vérifier")
        .await;
    lea.press("Enregistrer 1 changement").await;
    town.turn(SignedDuration::from_mins(15) + SECOND);
    lea.press("Annuler ces changements").await;
    assert_eq!(lea.status(), StatusCode::CONFLICT);
    lea.sees("pendant 15 minutes");
}

#[tokio::test]
async fn the_last_place_then_a_waiting_list_then_the_turn_comes() {
    let town = with_activities().await;
    let mut lea = lea(&town).await;
    let mut ali = ali(&town).await;
    let cell = |child: &str| format!("{child}, Accueil du soir, mardi 1er décembre");
    lea.get(PLANNING).await;
    lea.sees("1 pl.");
    lea.check(&cell("Zoé")).press("Vérifier").await;
    lea.press("Enregistrer 1 changement").await;
    town.turn(SECOND);
    ali.get(PLANNING).await;
    ali.sees("compl.");
    ali.check(&format!("{}, complet, liste d’attente", cell("Lou")))
        .press("Vérifier")
        .await;
    ali.sees("liste d’attente");
    ali.press("Enregistrer 1 changement").await;
    ali.get(PLANNING).await;
    ali.sees("n° 1");
    town.work().await;
    town.turn(SECOND);
    changes(&mut lea, &cell("Zoé")).await;
    let told = town.mail_to("ali@exemple.fr").await;
    let text = told.text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("Une place s’est libérée"), "{text}");
    ali.get(PLANNING).await;
    assert!(ali.is_checked(&cell("Lou")));
    lea.get(PLANNING).await;
    lea.sees("compl.");
}

#[tokio::test]
async fn a_year_of_meals_by_pattern_then_taken_back() {
    let town = with_activities().await;
    let mut lea = lea(&town).await;
    lea.get(LONG).await;
    lea.press("Voir ce que cela donne").await;
    assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY);
    lea.sees("Cochez au moins un jour.")
        .sees("Indiquez le dernier jour");
    lea.check("Cantine, lundi")
        .check("Cantine, jeudi")
        .fill("Du", "23/11/2026")
        .fill("Au", "03/07/2027")
        .fill("Sauf ces jours (facultatif)", "30/11/2026\n31/02/2027")
        .press("Voir ce que cela donne")
        .await;
    lea.sees("Un de ces jours n’est pas une date");
    lea.fill("Sauf ces jours", "30/11/2026")
        .press("Voir ce que cela donne")
        .await;
    lea.sees("Les vacances, jours fériés et fermetures sont laissés de côté")
        .sees("lundi 23 novembre 2026")
        .sees("le délai est passé");
    lea.press("Modifier").await;
    assert!(lea.is_checked("Cantine, lundi"));
    lea.press("Voir ce que cela donne").await;
    let text = lea.text().to_owned();
    let at = text.find("Enregistrer ").unwrap();
    let button: String = text[at..]
        .split_whitespace()
        .take(3)
        .collect::<Vec<_>>()
        .join(" ");
    lea.press(&button).await;
    lea.sees("Reçu R-2026-0001");
    lea.get(PLANNING).await;
    assert!(!lea.is_checked("Zoé, Cantine, lundi 30 novembre"));
    assert!(lea.is_checked("Zoé, Cantine, jeudi 3 décembre"));
    lea.get(&format!("{PLANNING}/recu/R-2026-0001")).await;
    lea.press("Annuler ces changements").await;
    lea.sees("Reçu R-2026-0002");
    lea.get(PLANNING).await;
    assert!(!lea.is_checked("Zoé, Cantine, jeudi 3 décembre"));
}

#[tokio::test]
async fn units_that_exclude_or_need_each_other() {
    let town = with_activities().await;
    let mut lea = lea(&town).await;
    lea.get(PLANNING).await;
    // Lunch goes with the morning, whatever the order of the boxes; the whole day excludes the morning.
    lea.check("Zoé, Mercredi, Repas du mercredi, mercredi 2 décembre")
        .press("Vérifier")
        .await;
    lea.sees("Réservez aussi « Mercredi, Matin »");
    lea.get(PLANNING).await;
    lea.check("Zoé, Mercredi, Repas du mercredi, mercredi 2 décembre")
        .check("Zoé, Mercredi, Matin, mercredi 2 décembre")
        .press("Vérifier")
        .await;
    lea.press("Enregistrer 2 changements").await;
    lea.get(PLANNING).await;
    lea.uncheck("Zoé, Mercredi, Matin, mercredi 2 décembre")
        .press("Vérifier")
        .await;
    lea.sees("ne va pas sans");
    lea.get(PLANNING).await;
    lea.check("Zoé, Mercredi, Journée, mercredi 2 décembre")
        .press("Vérifier")
        .await;
    lea.sees("Ne va pas avec");
    lea.get(PLANNING).await;
    lea.check("Zoé, Mercredi, Journée, mercredi 2 décembre")
        .uncheck("Zoé, Mercredi, Matin, mercredi 2 décembre")
        .uncheck("Zoé, Mercredi, Repas du mercredi, mercredi 2 décembre")
        .press("Vérifier")
        .await;
    lea.press("Enregistrer 3 changements").await;
    lea.sees("Reçu R-2026-0002");
}

#[tokio::test]
async fn a_forged_wish_writes_nothing() {
    let town = with_activities().await;
    let lou = who(&town, "F3", "Lou").await;
    let zoe = who(&town, "F1", "Zoé").await;
    let mut lea = lea(&town).await;
    lea.get(PLANNING).await;
    let csrf = hidden(&lea, "csrf");
    let save = format!("{PLANNING}/enregistrer");
    let foreign = format!("{lou}*cantine*cantine*2026-11-30*1");
    lea.raw_post(&save, &[("csrf", &csrf), ("w", &foreign)])
        .await;
    assert_eq!(lea.status(), StatusCode::NOT_FOUND);
    for (wish, why) in [
        ("cantine*cantine*2026-12-25*1", "vacances"),
        ("cantine*cantine*2026-12-02*1", "mercredi"),
        ("cantine*cantine*2026-11-23*1", "délai est passé"),
        ("piscine*piscine*2026-11-30*1", "n’existe pas"),
        ("cantine*souper*2026-11-30*1", "n’existe pas"),
    ] {
        let forged = format!("{zoe}*{wish}");
        lea.raw_post(&save, &[("csrf", &csrf), ("w", &forged)])
            .await;
        assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY, "{wish}");
        lea.sees(why);
    }
    // For and against the same cell: the first counts, and places stay counted.
    let both = format!("{zoe}*soir*soir*2026-12-03*");
    let (on, off) = (format!("{both}1"), format!("{both}0"));
    let pairs = [("csrf", csrf.as_str()), ("w", &on), ("w", &off), ("w", &on)];
    lea.raw_post(&save, &pairs).await;
    lea.sees("Reçu R-2026-0001");
    town.turn(SECOND);
    let pairs = [("csrf", csrf.as_str()), ("w", &on), ("w", &off)];
    lea.raw_post(&save, &pairs).await;
    let mut tx = town.system().read().await.unwrap();
    let day = jiff::civil::date(2026, 12, 3);
    let taken = preau_store::tables::booking::taken(&mut tx, day, day)
        .await
        .unwrap();
    assert_eq!(taken.iter().map(|t| t.places).sum::<i64>(), 1);
    drop(tx);
    for nonsense in ["2026-02-29", "2027-02-29", "x"] {
        let forged = format!("{zoe}*cantine*cantine*{nonsense}*1");
        lea.raw_post(&save, &[("csrf", &csrf), ("w", &forged)])
            .await;
        assert_eq!(lea.status(), StatusCode::CONFLICT, "{nonsense}");
    }
    let far = format!("{zoe}*cantine*cantine*2031-11-28*1");
    let near = format!("{zoe}*cantine*cantine*2026-11-30*1");
    lea.raw_post(&save, &[("csrf", &csrf), ("w", &far), ("w", &near)])
        .await;
    assert_eq!(lea.status(), StatusCode::CONFLICT);
    lea.get(&format!("{PLANNING}/recu/R-2026-0999")).await;
    assert_eq!(lea.status(), StatusCode::NOT_FOUND);
    // Another family's receipt is not there either, not even when it is too late to take it back.
    let mut ali = ali(&town).await;
    changes(&mut ali, "Lou, Cantine, lundi 30 novembre").await;
    ali.sees("Reçu R-2026-0002");
    let theirs = format!("{PLANNING}/recu/R-2026-0002");
    lea.get(&theirs).await;
    assert_eq!(lea.status(), StatusCode::NOT_FOUND);
    let undo = format!("{theirs}/annuler");
    lea.raw_post(&undo, &[("csrf", &csrf)]).await;
    assert_eq!(lea.status(), StatusCode::NOT_FOUND);
    town.turn(SignedDuration::from_mins(20));
    lea.raw_post(&undo, &[("csrf", &csrf), ("encore", "1")])
        .await;
    assert_eq!(lea.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_waits_gets_no_place_beside_what_excludes_it() {
    let town = town().await;
    let settings = format!(
        "{SETTINGS}\n[[capacities]]\nactivity = \"mercredi\"\nunit = \"journee\"\nplaces = 1\n"
    );
    rules::save(&town.system(), &settings, 0).await.unwrap();
    for (family, child) in [("F1", "Zoé"), ("F3", "Lou")] {
        enrol(&town, family, child, "mercredi").await;
    }
    let mut lea = lea(&town).await;
    let mut ali = ali(&town).await;
    let day = "Mercredi, Journée, mercredi 2 décembre";
    changes(&mut lea, &format!("Zoé, {day}")).await;
    town.turn(SECOND);
    changes(&mut ali, &format!("Lou, {day}, complet, liste d’attente")).await;
    changes(&mut ali, "Lou, Mercredi, Matin, mercredi 2 décembre").await;
    town.turn(SECOND);
    changes(&mut lea, &format!("Zoé, {day}")).await;
    ali.get(PLANNING).await;
    ali.sees("n° 1");
    assert!(ali.is_checked("Lou, Mercredi, Matin, mercredi 2 décembre"));
}
