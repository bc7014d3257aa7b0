//! The planning: the second seed's story, places, waiting lists, two homes, the counter, and what may not be.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod citizen;
mod homes;

use homes::{hidden, lea, parent, town, who};
use http::StatusCode;
use jiff::SignedDuration;
use preau_app::{
    family::{ChildForm, add_child},
    family_import::{self, Kind},
    planning::{self, EnrolForm, Show, Wish, rules},
};
use preau_rules::permission::RolePreset;
use preau_store::tables::family;
use preau_testkit::{http::Visitor, town::Town};

const PLANNING: &str = "/laigneville/espace-famille/planning";
const LONG: &str = "/laigneville/espace-famille/reservation";
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// The town of the second seed: the canteen until 10 h two working days before.
const SETTINGS: &str = r#"
[commune]
name = "Laigneville"
department = "60"

[activities.cantine]
name = "Cantine"
during = "école"
start = "11:45"
end = "13:30"

[activities.soir]
name = "Accueil du soir"
during = "école"
start = "16:30"
end = "18:30"

[activities.mercredi]
name = "Mercredi"
days = "mercredi"
during = "école"

[activities.mercredi.units.journee]
name = "Journée"
excludes = "matin"

[activities.mercredi.units.matin]
name = "Matin"

[activities.mercredi.units.repas]
name = "Repas du mercredi"
requires = "matin"

[[deadlines]]
both = { working_days = 2, at = "10:00" }

[[capacities]]
activity = "soir"
places = 1
"#;

async fn enrol(town: &Town, reference: &str, child: &str, activity: &str) {
    let cx = town.system();
    let mut tx = cx.read().await.unwrap();
    let found = family::by_reference(&mut tx, reference).await.unwrap();
    drop(tx);
    let form = EnrolForm {
        enfant: who(town, reference, child).await.to_string(),
        activite: activity.to_owned(),
        depuis: "01/09/2026".to_owned(),
        ..EnrolForm::default()
    };
    planning::enrol(&cx, found.unwrap().id, &form)
        .await
        .unwrap_or_else(|e| panic!("{reference} {child} {activity}: {e:?}"));
}

/// The clock stands at Monday 23 November 2026; the Durants' Zoé and the Petits' Lou are enrolled.
async fn with_activities() -> Town {
    let town = town().await;
    rules::save(&town.system(), SETTINGS, 0).await.unwrap();
    for activity in ["cantine", "soir", "mercredi"] {
        enrol(&town, "F1", "Zoé", activity).await;
        enrol(&town, "F3", "Lou", activity).await;
    }
    town
}

async fn ali(town: &Town) -> Visitor {
    parent(town, "ali@exemple.fr", "BLENFANCE-12087-0003EF").await
}

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
    lea.press("Enregistrer 2 changements").await;
    lea.sees("Reçu R-2026-0001")
        .sees("Annuler ces changements");
    town.work().await;
    let mail = town.mail_to("lea@exemple.fr").await;
    assert!(mail.subject.contains("R-2026-0001"), "{}", mail.subject);
    assert!(mail.text.contains("Zoé, Cantine, lundi"), "{}", mail.text);

    // Thursday the 26th at 10:00:00 sharp is in time for Monday the 30th; one second later is not.
    let limit: jiff::Timestamp = "2026-11-26T10:00:00+01:00".parse().unwrap();
    town.turn(limit.duration_since(town.app.clock.now()) - SignedDuration::from_mins(1));
    let mut late = tied_again(&town).await;
    late.get(PLANNING).await;
    late.uncheck("Zoé, Cantine, lundi 30 novembre").press("Vérifier").await;
    late.sees("annulé");
    town.turn(limit.duration_since(town.app.clock.now()) + SECOND);
    late.press("Enregistrer 1 changement").await;
    assert_eq!(late.status(), StatusCode::UNPROCESSABLE_ENTITY);
    late.sees("Rien n’a été enregistré")
        .sees("le délai est passé depuis le jeudi 26 novembre à 10 h 00")
        .sees("2 jours ouvrés avant, 10 h 00")
        .sees("Demander à la mairie");
    town.turn(-SECOND);
    late.get(PLANNING).await;
    late.uncheck("Zoé, Cantine, lundi 30 novembre").press("Vérifier").await;
    late.press("Enregistrer 1 changement").await;
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
    lea.get(PLANNING).await;
    lea.check("Zoé, Cantine, lundi 30 novembre").press("Vérifier").await;
    lea.press("Enregistrer 1 changement").await;
    town.turn(SignedDuration::from_mins(15));
    lea.press("Annuler ces changements").await;
    lea.sees("Reçu R-2026-0002").sees("Changements annulés");
    lea.get(&format!("{PLANNING}/recu/R-2026-0001")).await;
    lea.sees("Ces changements ont été annulés")
        .does_not_see("Une erreur ?");
    lea.get(PLANNING).await;
    assert!(!lea.is_checked("Zoé, Cantine, lundi 30 novembre"));
    lea.check("Zoé, Cantine, lundi 30 novembre").press("Vérifier").await;
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
    ali.check(&format!("{}, complet, liste d’attente", cell("Lou"))).press("Vérifier").await;
    ali.sees("liste d’attente");
    ali.press("Enregistrer 1 changement").await;
    ali.get(PLANNING).await;
    ali.sees("n° 1");
    town.work().await;
    town.turn(SECOND);
    lea.get(PLANNING).await;
    lea.uncheck(&cell("Zoé")).press("Vérifier").await;
    lea.press("Enregistrer 1 changement").await;
    town.work().await;
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
    lea.fill("Sauf ces jours", "30/11/2026").press("Voir ce que cela donne").await;
    lea.sees("Les vacances, jours fériés et fermetures sont laissés de côté")
        .sees("lundi 23 novembre 2026")
        .sees("le délai est passé");
    lea.press("Modifier").await;
    assert!(lea.is_checked("Cantine, lundi"));
    lea.press("Voir ce que cela donne").await;
    let text = lea.text().to_owned();
    let at = text.find("Enregistrer ").unwrap();
    let button: String = text[at..].split_whitespace().take(3).collect::<Vec<_>>().join(" ");
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
    lea.check("Zoé, Mercredi, Repas du mercredi, mercredi 2 décembre").press("Vérifier").await;
    lea.sees("Réservez aussi « Mercredi, Matin »");
    lea.get(PLANNING).await;
    lea.check("Zoé, Mercredi, Repas du mercredi, mercredi 2 décembre")
        .check("Zoé, Mercredi, Matin, mercredi 2 décembre")
        .press("Vérifier")
        .await;
    lea.press("Enregistrer 2 changements").await;
    lea.get(PLANNING).await;
    lea.uncheck("Zoé, Mercredi, Matin, mercredi 2 décembre").press("Vérifier").await;
    lea.sees("ne va pas sans");
    lea.get(PLANNING).await;
    lea.check("Zoé, Mercredi, Journée, mercredi 2 décembre").press("Vérifier").await;
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
    lea.raw_post(&save, &[("csrf", &csrf), ("w", &foreign)]).await;
    assert_eq!(lea.status(), StatusCode::NOT_FOUND);
    for (wish, why) in [
        ("cantine*cantine*2026-12-25*1", "vacances"),
        ("cantine*cantine*2026-12-02*1", "mercredi"),
        ("cantine*cantine*2026-11-23*1", "délai est passé"),
        ("piscine*piscine*2026-11-30*1", "n’existe pas"),
        ("cantine*souper*2026-11-30*1", "n’existe pas"),
    ] {
        let forged = format!("{zoe}*{wish}");
        lea.raw_post(&save, &[("csrf", &csrf), ("w", &forged)]).await;
        assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY, "{wish}");
        lea.sees(why);
    }
    for nonsense in ["2026-02-29", "2027-02-29", "x"] {
        let forged = format!("{zoe}*cantine*cantine*{nonsense}*1");
        lea.raw_post(&save, &[("csrf", &csrf), ("w", &forged)]).await;
        assert_eq!(lea.status(), StatusCode::CONFLICT, "{nonsense}");
    }
    let far = format!("{zoe}*cantine*cantine*2031-11-28*1");
    let near = format!("{zoe}*cantine*cantine*2026-11-30*1");
    lea.raw_post(&save, &[("csrf", &csrf), ("w", &far), ("w", &near)]).await;
    assert_eq!(lea.status(), StatusCode::CONFLICT);
    lea.get(&format!("{PLANNING}/recu/R-2026-0001")).await;
    assert_eq!(lea.status(), StatusCode::NOT_FOUND);
    // Another family's receipt is not there either.
    let mut ali = ali(&town).await;
    ali.get(PLANNING).await;
    ali.check("Lou, Cantine, lundi 30 novembre").press("Vérifier").await;
    ali.press("Enregistrer 1 changement").await;
    lea.get(&format!("{PLANNING}/recu/R-2026-0001")).await;
    assert_eq!(lea.status(), StatusCode::NOT_FOUND);
}

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
    lea.check("Zoé, Cantine, lundi 30 novembre").press("Vérifier").await;
    lea.press("Enregistrer 1 changement").await;
    lea.get(&format!("{PLANNING}?du=2026-12-07")).await;
    lea.sees("autre foyer");
    paul.get(&format!("{PLANNING}?du=2026-12-07")).await;
    paul.check("Zoé, Cantine, lundi 7 décembre").press("Vérifier").await;
    paul.press("Enregistrer 1 changement").await;
    paul.sees("Reçu R-2026-0002");
    // The other home's meal is seen, and cannot be given back.
    paul.get(PLANNING).await;
    let zoe = who(&town, "F1", "Zoé").await;
    let csrf = hidden(&paul, "csrf");
    let forged = format!("{zoe}*cantine*cantine*2026-11-30*0");
    let save = format!("{PLANNING}/enregistrer");
    paul.raw_post(&save, &[("csrf", &csrf), ("w", &forged)]).await;
    assert_eq!(paul.status(), StatusCode::UNPROCESSABLE_ENTITY);
    paul.sees("celui de l’autre foyer");
}

#[tokio::test]
async fn at_the_counter_a_limit_passes_with_a_reason_and_a_full_day_on_purpose() {
    let town = with_activities().await;
    let mut nadia = town
        .agent("nadia", RolePreset::Administrator)
        .await;
    let mut lea = lea(&town).await;
    let cx = town.system();
    let mut tx = cx.read().await.unwrap();
    let durant = family::by_reference(&mut tx, "F1").await.unwrap().unwrap();
    drop(tx);
    nadia
        .get(&format!("/laigneville/agent/familles/{}/planning", durant.id))
        .await;
    nadia.sees("Planning de la famille Durant");
    nadia.check("Zoé, Cantine, lundi 23 novembre").press("Vérifier").await;
    nadia.press("Enregistrer 1 changement").await;
    assert_eq!(nadia.status(), StatusCode::UNPROCESSABLE_ENTITY);
    nadia.sees("Indiquez pourquoi");
    nadia
        .fill("Motif, inscrit au journal", "Appel de la maman")
        .press("Enregistrer 1 changement")
        .await;
    nadia.sees("Reçu R-2026-0001").sees("Appel de la maman");
    town.work().await;
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
        rows.push_str(&format!("R{n};Course;Course;Parent;Course;Enfant{n};01/01/2018;X{n}\n"));
    }
    let checked = family_import::check(&cx, Kind::Families, &rows).await.unwrap();
    assert_eq!(checked.problems, []);
    family_import::write(&cx, checked.rows, &mut |_, _| {}).await.unwrap();
    let mut racers = Vec::new();
    for n in 0..60 {
        enrol(&town, &format!("R{n}"), &format!("Enfant{n}"), "soir").await;
        let mut tx = cx.read().await.unwrap();
        let reference = format!("R{n}");
        let found = family::by_reference(&mut tx, &reference).await.unwrap().unwrap();
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
            let plan = planning::plan(&cx, Some(*family), (day, day)).await.unwrap();
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
        let taken = preau_store::tables::booking::taken(&mut tx, day, day).await.unwrap();
        assert!(taken.iter().all(|t| t.places == 0), "{taken:?}");
    }
}
