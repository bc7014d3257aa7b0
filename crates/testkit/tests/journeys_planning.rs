//! The second seed in a real browser, with JavaScript and without: a parent books the year's meals, cancels one ahead, is in
//! time at 10:00:00 two working days before and late one second after.

mod lea;

use jiff::SignedDuration;
use lea::{CANTEEN, Lea};
use preau_testkit::browser::JavaScript;

const PLANNING: &str = "/laigneville/espace-famille/planning";

async fn the_second_seed(javascript: JavaScript) {
    let lea = Lea::new(javascript, CANTEEN).await;
    lea.has_an_account().await;
    let browser = &lea.browser;
    browser.viewport(1280, 900).await;

    // The year's meals by a long period.
    lea.visit("/laigneville/espace-famille").await;
    browser.sees("Planning des activités").await;
    browser.follow("Réservation").await;
    lea.look("reservation").await;
    for day in ["lundi", "mardi", "jeudi", "vendredi"] {
        browser.check(&format!("Cantine, {day}")).await;
    }
    browser.fill("Du", "27/11/2026").await;
    browser.fill("Au", "03/07/2027").await;
    browser.press("Voir ce que cela donne").await;
    browser.sees("Mois par mois").await;
    lea.look("reservation-apercu").await;
    let heading = browser.text().await;
    let at = heading.find("Enregistrer ").unwrap();
    let words: Vec<&str> = heading[at..].split_whitespace().take(3).collect();
    browser.press(&words.join(" ")).await;
    browser.sees("Reçu R-2026-0001").await;
    lea.look("recu").await;

    // One is cancelled ahead.
    lea.visit(&format!("{PLANNING}?du=2026-11-30")).await;
    lea.look("planning").await;
    browser.uncheck("Zoé, Cantine, jeudi 10 décembre").await;
    browser.press("Vérifier").await;
    lea.look("verification").await;
    browser.press("Enregistrer 1 changement").await;
    browser.sees("Reçu R-2026-0002").await;

    // Monday the 30th: until Thursday the 26th at ten o'clock, sharp.
    lea.turn_to("2026-11-26T09:50:00+01:00");
    lea.logs_in().await;
    lea.visit(&format!("{PLANNING}?du=2026-11-30")).await;
    browser.uncheck("Zoé, Cantine, lundi 30 novembre").await;
    browser.press("Vérifier").await;
    // The click comes back before the page does: the clock is turned once the verification stands there.
    browser.sees("Vérifiez avant d’enregistrer").await;
    lea.turn_to("2026-11-26T10:00:01+01:00");
    browser.press("Enregistrer 1 changement").await;
    browser.sees("Rien n’a été enregistré").await;
    browser
        .sees("le délai est passé depuis le jeudi 26 novembre à 10")
        .await;
    lea.look("verification-trop-tard").await;
    lea.town.turn(-SignedDuration::from_secs(1));
    lea.visit(&format!("{PLANNING}?du=2026-11-30")).await;
    browser.uncheck("Zoé, Cantine, lundi 30 novembre").await;
    browser.press("Vérifier").await;
    browser.press("Enregistrer 1 changement").await;
    browser.sees("Reçu R-2026-0003").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_seed_with_javascript() {
    the_second_seed(JavaScript::On).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_seed_without_javascript() {
    the_second_seed(JavaScript::Off).await;
}
