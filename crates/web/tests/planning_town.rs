//! The planning between homes, at the counter, and in a race.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod activities;
mod citizen;
mod homes;

use std::fmt::Write as _;

use activities::{PLANNING, SETTINGS, changes, enrol, with_activities};
use homes::{hidden, lea, parent, town, who};
use http::StatusCode;
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
    changes(&mut lea, "Zoé, Cantine, lundi 30 novembre").await;
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
