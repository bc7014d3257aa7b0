//! The planning in the kitchen, the settings behind it, the papers before it, and what the archive says of it.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod activities;
mod citizen;
mod homes;

use activities::{PLANNING, changes, with_activities};
use homes::{hidden, lea, town, who};
use http::StatusCode;
use jiff::SignedDuration;
use preau_app::planning::{self, Show, Wish};
use preau_rules::permission::RolePreset;
use preau_store::tables::family;

#[tokio::test]
async fn a_child_is_ill_today_and_the_kitchen_knows() {
    let town = with_activities().await;
    let mut lea = lea(&town).await;
    changes(&mut lea, "Zoé, Cantine, lundi 30 novembre").await;
    lea.get("/laigneville/espace-famille/absence").await;
    lea.press("Prévenir").await;
    lea.sees("Rien n’est réservé");
    lea.fill("Du", "30/11/2026")
        .fill("Pourquoi", "malade")
        .press("Prévenir")
        .await;
    lea.sees("absence signalée").does_not_see("Une erreur ?");
    let mut nadia = town.agent("nadia", RolePreset::Administrator).await;
    nadia
        .get("/laigneville/agent/effectifs?jour=2026-11-30")
        .await;
    nadia
        .sees("0 enfant attendu")
        .sees("1 absence signalée")
        .sees("Zoé Durant");
    lea.get("/laigneville/espace-famille/absence").await;
    lea.choose("Finalement, l’enfant viendra")
        .fill("Du", "30/11/2026")
        .press("Prévenir")
        .await;
    lea.sees("absence retirée");
    nadia
        .get("/laigneville/agent/effectifs?jour=2026-11-30")
        .await;
    nadia.sees("1 enfant attendu");
    lea.get("/laigneville/espace-famille/absence").await;
    lea.fill("Du", "29/11/2020").press("Prévenir").await;
    lea.sees("le jour même ou avant");
}

#[tokio::test]
async fn settings_are_kept_version_by_version_and_wrong_ones_are_refused_with_their_line() {
    let town = town().await;
    let mut nadia = town.agent("nadia", RolePreset::Administrator).await;
    nadia.get("/laigneville/agent/activites").await;
    nadia.sees("Aucune activité");
    nadia.follow("Commencer").await;
    nadia.press("Vérifier et enregistrer").await;
    nadia
        .sees("Version 1 enregistrée")
        .sees("Cantine")
        .sees("2 jours ouvrés avant, 10 h 00");
    nadia.follow("Modifier les réglages").await;
    nadia
        .fill(
            "Réglages",
            "[commune]\nname = \"X\"\n[[deadlines]]\nactivity = \"piscine\"\nboth = \"jamais\"\n",
        )
        .press("Vérifier et enregistrer")
        .await;
    assert_eq!(nadia.status(), StatusCode::UNPROCESSABLE_ENTITY);
    nadia.sees("ligne 4").sees("piscine");
    nadia.get("/laigneville/agent/activites/versions/1").await;
    nadia.sees("[activities.cantine]");
}

/// Every cell that the planning shows as open is taken by a post at that instant, and no other one is.
#[tokio::test]
async fn a_cell_is_open_if_and_only_if_a_post_at_that_instant_is_accepted() {
    let town = with_activities().await;
    let cx = town.system();
    let mut tx = cx.read().await.unwrap();
    let durant = family::by_reference(&mut tx, "F1").await.unwrap().unwrap();
    drop(tx);
    drop(lea(&town).await);
    let mut tx = cx.read().await.unwrap();
    let tie = preau_store::tables::subscription::of_family(&mut tx, durant.id)
        .await
        .unwrap();
    drop(tx);
    let account = preau_app::AccountCaller {
        id: tie.first().unwrap().account_id,
        session: uuid::Uuid::nil(),
        name: "Léa Durant".to_owned(),
        email: "lea@exemple.fr".to_owned(),
        seen_at: cx.at,
        expires_at: cx.at,
    };
    let (mut open, mut shut) = (0, 0);
    // Hour after hour over a week, the limits of ten o'clock and their neighbours included.
    for step in 0..84 {
        town.turn(SignedDuration::from_hours(2));
        let mut me = town.system();
        me.caller = preau_app::Caller::Account(account.clone());
        let first = me
            .at
            .to_zoned(jiff::tz::TimeZone::get("Europe/Paris").unwrap())
            .date();
        let last = first.saturating_add(jiff::Span::new().days(13));
        let plan = planning::plan(&me, None, (first, last)).await.unwrap();
        for child in &plan.children {
            for row in &child.rows {
                for (day, cell) in plan.days.iter().zip(&row.cells) {
                    // One cell at a time: what goes with another is another story.
                    if row.activity == "mercredi" {
                        continue;
                    }
                    let wish = Wish {
                        child: child.id,
                        day: *day,
                        activity: row.activity.clone(),
                        unit: row.unit.clone(),
                        book: !matches!(cell.show, Show::Booked),
                    };
                    let none = planning::Counter::default();
                    let lines = planning::verify(&me, None, &[wish], &none).await.unwrap();
                    let taken = lines
                        .iter()
                        .all(|l| l.outcome != planning::Outcome::Refused);
                    assert_eq!(cell.open, taken, "step {step}, {} {day}", row.label);
                    if taken { open += 1 } else { shut += 1 }
                }
            }
        }
    }
    assert!(open > 100 && shut > 100, "{open} open, {shut} shut");
}

#[tokio::test]
async fn nothing_is_booked_without_a_paper_that_blocks() {
    let town = with_activities().await;
    let form = preau_app::document::KindForm {
        nom: "Fiche sanitaire".to_owned(),
        de: "child".to_owned(),
        validite: "always".to_owned(),
        obligatoire: true,
        bloque: true,
        ..preau_app::document::KindForm::default()
    };
    preau_app::document::create_kind(&town.system(), &form)
        .await
        .unwrap();
    let mut lea = lea(&town).await;
    let zoe = who(&town, "F1", "Zoé").await;
    lea.get(PLANNING).await;
    lea.sees("il manque « Fiche sanitaire »");
    let csrf = hidden(&lea, "csrf");
    let forged = format!("{zoe}*cantine*cantine*2026-11-30*1");
    let save = format!("{PLANNING}/enregistrer");
    lea.raw_post(&save, &[("csrf", &csrf), ("w", &forged)])
        .await;
    assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY);
    lea.sees("Il manque un document");
    lea.follow("Envoyer le document").await;
    lea.follow("Envoyer : Fiche sanitaire, Zoé").await;
    lea.attach("Fichiers", "fiche.pdf", &b"%PDF-1.7 fiche"[..])
        .press("Envoyer le document")
        .await;
    lea.get(PLANNING).await;
    lea.does_not_see("il manque");
    lea.check("Zoé, Cantine, lundi 30 novembre")
        .press("Vérifier")
        .await;
    lea.press("Enregistrer 1 changement").await;
    lea.sees("Reçu R-2026-0001");
}

#[tokio::test]
async fn mes_donnees_holds_enrolments_and_every_change_of_bookings() {
    let town = with_activities().await;
    let mut lea = lea(&town).await;
    changes(&mut lea, "Zoé, Cantine, lundi 30 novembre").await;
    lea.get("/laigneville/mon-compte/donnees").await;
    lea.press("Télécharger mes données").await;
    let bytes = std::io::Cursor::new(lea.bytes().to_vec());
    let mut zip = zip::ZipArchive::new(bytes).unwrap();
    let mut text = String::new();
    let mut file = zip.by_name("mes-donnees.json").unwrap();
    std::io::Read::read_to_string(&mut file, &mut text).unwrap();
    let held: serde_json::Value = serde_json::from_str(&text).unwrap();
    let family = &held["families"][0];
    assert_eq!(family["enrolments"][0]["child"], "Zoé");
    let change = &family["bookings"][0];
    assert_eq!(change["receipt"], "R-2026-0001");
    assert_eq!(change["day"], "2026-11-30");
    assert_eq!(change["done"], "réservé");
}
