//! Conservation: what is over is shown, erased when an agent says so, and told.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod citizen;
mod homes;

use homes::{HOME, lea, page, parent, town, who};
use http::StatusCode;
use jiff::SignedDuration;
use preau_rules::permission::RolePreset;
use preau_store::tables::family;

const PAGE: &str = "/laigneville/agent/parametres/conservation";
const DAY: SignedDuration = SignedDuration::from_hours(24);

#[tokio::test]
async fn a_family_that_left_is_closed_kept_for_its_time_and_then_erased() {
    let town = town().await;
    let mut lea = lea(&town).await;
    let zoe = who(&town, "F1", "Zoé").await;
    lea.get(&page(zoe, "sante")).await;
    lea.fill("Allergies", "Arachide").press("Enregistrer").await;
    let id = {
        let mut tx = town.system().read().await.unwrap();
        family::by_reference(&mut tx, "F1")
            .await
            .unwrap()
            .unwrap()
            .id
    };
    let mut nadia = town.agent("nadia", RolePreset::Administrator).await;
    let path = format!("/laigneville/agent/familles/{id}");
    nadia.get(&path).await;
    nadia.press("Clore le dossier").await;
    nadia.sees("Cochez la case");
    nadia.check("La famille est partie");
    nadia.press("Clore le dossier").await;
    nadia.sees("Dossier clos le");
    lea.get(HOME).await;
    lea.sees("M’abonner").does_not_see("Zoé Durant");
    // Nothing is over yet.
    nadia.get(PAGE).await;
    nadia.sees("rien d’échu").does_not_see("Effacer : Dossiers");
    town.turn(DAY * 366 * 3);
    let mut nadia = town.agent("nina", RolePreset::Administrator).await;
    nadia.get(PAGE).await;
    nadia.sees("Effacer : Dossiers de familles parties");
    nadia.press("Effacer : Dossiers de familles parties").await;
    nadia.sees("Cochez la case");
    nadia.check("Le bordereau est visé : effacer définitivement les dossiers de familles parties");
    nadia.press("Effacer : Dossiers de familles parties").await;
    nadia.sees("Dossiers de familles parties, 1");
    nadia.get(&path).await;
    assert_eq!(nadia.status(), StatusCode::NOT_FOUND);
    // Zoé lives at her father's too: her file stays there, health included.
    let mut paul = parent(&town, "paul@exemple.fr", "BLENFANCE-12087-0002CD").await;
    paul.get(&format!("{HOME}/{zoe}")).await;
    paul.sees("Zoé Durant").sees("Arachide");
    nadia.get(&format!("{PAGE}/bordereau.csv")).await;
    let csv = String::from_utf8_lossy(nadia.bytes()).into_owned();
    assert!(csv.contains("Dossiers de familles parties;;"), "{csv}");
    assert!(csv.contains(";1;éliminé;"), "{csv}");
}

#[tokio::test]
async fn an_account_that_nobody_uses_is_warned_first_and_kept_by_logging_in() {
    let town = town().await;
    let lea = lea(&town).await;
    drop(lea);
    town.turn(DAY * 366 * 3);
    let mut nadia = town.agent("nadia", RolePreset::Administrator).await;
    nadia.get(PAGE).await;
    nadia.sees("1 inactifs dont le titulaire n’est pas encore prévenu");
    nadia.press("Prévenir par e-mail").await;
    nadia.sees("1 personne est prévenue");
    let mail = town.mail_to("lea@exemple.fr").await;
    assert!(
        mail.subject.contains("sera supprimé le"),
        "{}",
        mail.subject
    );
    nadia
        .does_not_see("pas encore prévenu")
        .does_not_see("Effacer : Comptes inactifs");
    town.turn(DAY * 31);
    let mut nadia = town.agent("nina", RolePreset::Administrator).await;
    nadia.get(PAGE).await;
    nadia.sees("Effacer : Comptes inactifs");
    // She comes back in time.
    let mut lea = town.visitor();
    citizen::log_in(&mut lea, "lea@exemple.fr", citizen::PASSWORD).await;
    nadia.get(PAGE).await;
    nadia.does_not_see("Effacer : Comptes inactifs");
    town.turn(DAY * 366 * 4);
    let mut nadia = town.agent("nour", RolePreset::Administrator).await;
    nadia.get(PAGE).await;
    nadia.press("Prévenir par e-mail").await;
    town.turn(DAY * 31);
    let mut nadia = town.agent("nell", RolePreset::Administrator).await;
    nadia.get(PAGE).await;
    nadia.check("Le bordereau est visé : effacer définitivement les comptes inactifs");
    nadia.press("Effacer : Comptes inactifs").await;
    nadia.sees("Comptes inactifs, 1");
    let mut lea = town.visitor();
    citizen::log_in(&mut lea, "lea@exemple.fr", citizen::PASSWORD).await;
    assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_request_that_is_over_leaves_a_figure_without_a_name() {
    let town = town().await;
    let mut lea = lea(&town).await;
    let me = who(&town, "F1", "Léa").await;
    lea.get(&page(me, "coordonnees")).await;
    lea.fill("Adresse du domicile", "9 rue du Moulin, 60290 Laigneville")
        .press("Enregistrer")
        .await;
    lea.get("/laigneville/espace-citoyen/demandes/D-2026-0001")
        .await;
    lea.press("Annuler ma demande").await;
    town.turn(DAY * 366 * 6);
    let mut nadia = town.agent("nadia", RolePreset::Administrator).await;
    nadia.get(PAGE).await;
    nadia.sees("Demandes terminées");
    for series in ["E-mails envoyés", "Demandes terminées"] {
        nadia.get(PAGE).await;
        let code = if series == "E-mails envoyés" {
            "mails"
        } else {
            "requests"
        };
        let form = [
            ("csrf", homes::hidden(&nadia, "csrf")),
            ("serie", code.to_owned()),
            (code, "1".to_owned()),
        ];
        let form: Vec<_> = form.iter().map(|(k, v)| (*k, v.as_str())).collect();
        nadia.raw_post(&format!("{PAGE}/effacer"), &form).await;
        nadia.get(PAGE).await;
        nadia.sees(series);
    }
    nadia.get("/laigneville/agent/demandes/D-2026-0001").await;
    assert_eq!(nadia.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn durations_are_decided_from_a_day_on_within_bounds_and_by_right() {
    let town = town().await;
    let mut nadia = town.agent("nadia", RolePreset::Administrator).await;
    nadia.get(PAGE).await;
    nadia
        .fill("Demandes terminées", "3")
        .fill("À partir du", "2020-01-01")
        .press("Enregistrer les durées")
        .await;
    assert_eq!(nadia.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        nadia
            .field_error("Demandes terminées")
            .unwrap()
            .contains("de 12 à 120")
    );
    assert!(nadia.field_error("À partir du").is_some());
    assert_eq!(nadia.value("Demandes terminées"), "3");
    nadia
        .fill("Demandes terminées", "24")
        .fill("À partir du", "2027-01-01")
        .press("Enregistrer les durées")
        .await;
    nadia
        .sees("À partir du 1er janvier 2027")
        .sees("demandes terminées 24 mois");
    nadia.sees("Durée : 60 mois");
    let mut camille = town.agent("camille", RolePreset::FrontDesk).await;
    camille.get(PAGE).await;
    assert_eq!(camille.status(), StatusCode::FORBIDDEN);
}
