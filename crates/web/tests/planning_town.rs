//! The planning between homes, at the counter, in a race, in the kitchen; and the settings behind it.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod activities;
mod citizen;
mod homes;

use std::fmt::Write as _;

use activities::{PLANNING, SETTINGS, enrol, with_activities};
use homes::{hidden, lea, parent, town, who};
use http::StatusCode;
use jiff::SignedDuration;
use preau_app::{
    family::{ChildForm, add_child},
    family_import::{self, Kind},
    planning::{self, Show, Wish, rules},
};
use preau_rules::permission::RolePreset;
use preau_store::tables::family;
use preau_testkit::town::Town;

/// Writes the custody calendar of Zoé, as the first home and the town hall agreed on it.
async fn custody(town: &Town, line: &'static str) {
    struct Agreed(uuid::Uuid, &'static str);
    impl preau_store::Command for Agreed {
        const NAME: &'static str = "test.custody";
        type Answer = ();
        type Refusal = preau_app::Error;
        async fn run(&self, tx: &mut preau_store::Tx) -> Result<(), preau_app::Error> {
            let line = Some(self.1);
            Ok(preau_store::tables::fact::set(tx, self.0, "garde", line, None).await?)
        }
    }
    let zoe = who(town, "F1", "Zoé").await;
    town.system().write(Agreed(zoe, line)).await.unwrap();
}

#[tokio::test]
async fn each_home_books_its_own_days_and_sees_the_others_closed() {
    let town = with_activities().await;
    custody(&town, "foyer=F1 rythme=semaines depuis=2026-11-30").await;
    let mut lea = lea(&town).await;
    let mut paul = parent(&town, "paul@exemple.fr", "BLENFANCE-12087-0002CD").await;
    lea.get(PLANNING).await;
    lea.check("Zoé, Cantine, lundi 30 novembre")
        .press("Vérifier")
        .await;
    lea.press("Enregistrer 1 changement").await;
    lea.get(&format!("{PLANNING}?du=2026-12-07")).await;
    lea.sees("autre foyer");
    paul.get(&format!("{PLANNING}?du=2026-12-07")).await;
    paul.check("Zoé, Cantine, lundi 7 décembre")
        .press("Vérifier")
        .await;
    paul.press("Enregistrer 1 changement").await;
    paul.sees("Reçu R-2026-0002");
    // The other home's meal is seen, and cannot be given back.
    paul.get(PLANNING).await;
    let zoe = who(&town, "F1", "Zoé").await;
    let csrf = hidden(&paul, "csrf");
    let forged = format!("{zoe}*cantine*cantine*2026-11-30*0");
    let save = format!("{PLANNING}/enregistrer");
    paul.raw_post(&save, &[("csrf", &csrf), ("w", &forged)])
        .await;
    assert_eq!(paul.status(), StatusCode::UNPROCESSABLE_ENTITY);
    paul.sees("celui de l’autre foyer");
}

#[tokio::test]
async fn at_the_counter_a_limit_passes_with_a_reason_and_a_full_day_on_purpose() {
    let town = with_activities().await;
    let mut nadia = town.agent("nadia", RolePreset::Administrator).await;
    let mut lea = lea(&town).await;
    town.work().await;
    let cx = town.system();
    let mut tx = cx.read().await.unwrap();
    let durant = family::by_reference(&mut tx, "F1").await.unwrap().unwrap();
    drop(tx);
    nadia
        .get(&format!(
            "/laigneville/agent/familles/{}/planning",
            durant.id
        ))
        .await;
    nadia.sees("Planning de la famille Durant");
    nadia
        .check("Zoé, Cantine, lundi 23 novembre")
        .press("Vérifier")
        .await;
    nadia.press("Enregistrer 1 changement").await;
    assert_eq!(nadia.status(), StatusCode::UNPROCESSABLE_ENTITY);
    nadia.sees("Indiquez pourquoi");
    nadia
        .fill("Motif, inscrit au journal", "Appel de la maman")
        .press("Enregistrer 1 changement")
        .await;
    nadia.sees("Reçu R-2026-0001").sees("Appel de la maman");
    let told = town.mail_to("lea@exemple.fr").await;
    assert!(told.text.contains("Appel de la maman"), "{}", told.text);
    lea.get(&format!("{PLANNING}/recu/R-2026-0001")).await;
    lea.sees("Appel de la maman");
    nadia.get("/laigneville/agent/journal").await;
    nadia.sees("R-2026-0001");
}

#[tokio::test]
async fn what_is_copied_to_a_sister_and_from_the_week_before() {
    let town = with_activities().await;
    let cx = town.system();
    let mut tx = cx.read().await.unwrap();
    let durant = family::by_reference(&mut tx, "F1").await.unwrap().unwrap();
    drop(tx);
    let nina = ChildForm {
        prenom: "Nina".to_owned(),
        nom: "Durant".to_owned(),
        naissance: "01/01/2019".to_owned(),
        ..ChildForm::default()
    };
    add_child(&cx, durant.id, &nina).await.unwrap();
    enrol(&town, "F1", "Nina", "cantine").await;
    let mut lea = lea(&town).await;
    lea.get(PLANNING).await;
    lea.check("Zoé, Cantine, lundi 30 novembre")
        .check("Zoé, Cantine, mardi 1er décembre")
        .press("Copier sur Nina")
        .await;
    lea.sees("Nina, Cantine, lundi 30 novembre réservé");
    lea.press("Enregistrer 4 changements").await;
    lea.get(&format!("{PLANNING}?du=2026-12-07")).await;
    lea.press("Copier la semaine précédente").await;
    lea.sees("Nina, Cantine, mardi 8 décembre réservé");
    lea.press("Enregistrer 4 changements").await;
    lea.sees("Reçu R-2026-0002");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_race_for_the_last_places_gives_each_once() {
    let town = town().await;
    let cx = town.system();
    let settings = SETTINGS.replace("places = 1", "places = 10");
    rules::save(&cx, &settings, 0).await.unwrap();
    let mut rows = "famille_reference;nom_famille;responsable1_nom;responsable1_prenom;enfant1_nom;enfant1_prenom;enfant1_naissance;enfant1_reference\n".to_owned();
    for n in 0..60 {
        writeln!(
            rows,
            "R{n};Course;Course;Parent;Course;Enfant{n};01/01/2018;X{n}"
        )
        .unwrap();
    }
    let checked = family_import::check(&cx, Kind::Families, &rows)
        .await
        .unwrap();
    assert_eq!(checked.problems, []);
    family_import::write(&cx, checked.rows, &mut |_, _| {})
        .await
        .unwrap();
    let mut racers = Vec::new();
    for n in 0..60 {
        enrol(&town, &format!("R{n}"), &format!("Enfant{n}"), "soir").await;
        let mut tx = cx.read().await.unwrap();
        let reference = format!("R{n}");
        let found = family::by_reference(&mut tx, &reference)
            .await
            .unwrap()
            .unwrap();
        let child = family::children(&mut tx, &[found.id]).await.unwrap();
        racers.push((found.id, child.first().unwrap().id));
    }
    let day = jiff::civil::date(2026, 12, 1);
    let wish = |child, book| Wish {
        child,
        day,
        activity: "soir".to_owned(),
        unit: "soir".to_owned(),
        book,
    };
    for _ in 0..3 {
        let go = racers.iter().map(|(family, child)| {
            let (cx, wishes) = (cx.clone(), vec![wish(*child, true)]);
            let family = *family;
            tokio::spawn(async move { planning::save(&cx, Some(family), wishes, None).await })
        });
        for one in go.collect::<Vec<_>>() {
            assert!(one.await.unwrap().unwrap().number.is_some());
        }
        let mut placed = 0;
        let mut ranks = Vec::new();
        for (family, _) in &racers {
            let plan = planning::plan(&cx, Some(*family), (day, day))
                .await
                .unwrap();
            let rows = plan.children.iter().flat_map(|c| &c.rows);
            for cell in rows.flat_map(|r| &r.cells) {
                match cell.show {
                    Show::Booked => placed += 1,
                    Show::Waiting(rank) => ranks.push(rank),
                    _ => {}
                }
            }
        }
        assert_eq!(placed, 10);
        ranks.sort_unstable();
        assert_eq!(ranks, (1..=50).collect::<Vec<i64>>());
        // All give back, one after the other: places go to who waits until nobody does.
        for (family, child) in &racers {
            let saved = planning::save(&cx, Some(*family), vec![wish(*child, false)], None).await;
            saved.unwrap();
        }
        let mut tx = cx.read().await.unwrap();
        let taken = preau_store::tables::booking::taken(&mut tx, day, day)
            .await
            .unwrap();
        assert!(taken.iter().all(|t| t.places == 0), "{taken:?}");
    }
}

#[tokio::test]
async fn a_child_is_ill_today_and_the_kitchen_knows() {
    let town = with_activities().await;
    let mut lea = lea(&town).await;
    lea.get(PLANNING).await;
    lea.check("Zoé, Cantine, lundi 30 novembre")
        .press("Vérifier")
        .await;
    lea.press("Enregistrer 1 changement").await;
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
    lea.get(PLANNING).await;
    lea.check("Zoé, Cantine, lundi 30 novembre")
        .press("Vérifier")
        .await;
    lea.press("Enregistrer 1 changement").await;
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
