//! Those who receive the children call the roll, and the bill reads it.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod activities;
mod citizen;
mod december;
mod desk;
mod homes;

use activities::{SETTINGS, with_activities};
use december::{at, book, december, family_id, issue};
use desk::agent;
use homes::{lea, who};
use http::StatusCode;
use preau_app::{
    planning::{self, EnrolForm, rules},
    site,
};
use preau_rules::permission::RolePreset;
use preau_store::tables::journal;
use preau_testkit::http::Visitor;

const DAY: &str = "/agent/effectifs?jour=2026-12-03";
const ROLL: &str =
    "/laigneville/agent/pointage?jour=2026-12-03&activite=cantine&unite=cantine&site=";

const PATH: &str = "/laigneville/agent/pointage";

/// What a form of the page carries against forged ones.
fn token(visitor: &Visitor) -> String {
    let html = String::from_utf8(visitor.bytes().to_vec()).unwrap();
    let at = html.find("name=\"csrf\" value=\"").unwrap() + 19;
    html[at..].split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_roll_is_called_at_noon_and_the_bill_says_who_came() {
    let town = december().await;
    let mut anna = agent(&town, "Anna", RolePreset::Animateur, DAY).await;
    anna.sees("1 enfant attendu");
    anna.follow("Faire l’appel : Cantine").await;
    assert!(anna.is_checked("présent, Zoé Durant"));
    anna.choose("absent, Zoé Durant").select(
        "Ajouter un enfant venu sans réservation",
        "Lou Petit (famille Petit)",
    );
    anna.press("Enregistrer l’appel").await;
    anna.sees("L’appel est enregistré")
        .sees("1 présent et 1 absent")
        .sees("sans réservation");
    assert!(anna.is_checked("absent, Zoé Durant"));
    assert!(anna.is_checked("présent, Lou Petit"));
    anna.get(&format!("/laigneville{DAY}")).await;
    anna.sees("appel fait : 1 présent, 1 absent")
        .sees("présent sans réservation");
    // Zoé pays what was booked; Lou pays the meal that was not.
    let month = "/agent/facturation/2026-12";
    let regine = agent(&town, "Regine", RolePreset::Regisseur, month).await;
    regine
        .sees("Venus sans réservation : 1")
        .sees("jamais pointés, alors que l’appel a été fait ce mois-là : 3")
        .sees("23,00 €");
    let mut open = anna.clone();
    open.get(ROLL).await;
    open.choose("présent, Zoé Durant");
    assert_eq!(issue(&town).await, 2);
    let mut lea = lea(&town).await;
    lea.get(december::INVOICE).await;
    lea.sees("absent au pointage");
    // What is billed does not move any more, not even by a page that was open before.
    open.press("Enregistrer l’appel").await;
    assert_eq!(open.status(), StatusCode::CONFLICT);
    open.sees("Le mois de décembre 2026 est facturé");
    anna.get(ROLL).await;
    anna.sees("1 présent et 1 absent");
    anna.sees("Le mois de décembre 2026 est facturé")
        .does_not_see("Enregistrer l’appel");
}

#[tokio::test]
async fn an_excused_child_pays_by_the_rule_of_absences_and_a_mark_can_be_taken_back() {
    let town = december().await;
    let month = "/agent/facturation/2026-12";
    let mut regine = agent(&town, "Regine", RolePreset::Regisseur, month).await;
    let mut anna = agent(&town, "Anna", RolePreset::Animateur, DAY).await;
    anna.get(ROLL).await;
    anna.choose("excusé, Zoé Durant");
    anna.press("Enregistrer l’appel").await;
    regine.get(&format!("/laigneville{month}")).await;
    regine.sees("16,10 €");
    anna.press("Effacer l’appel").await;
    anna.sees("L’appel est effacé");
    regine.get(&format!("/laigneville{month}")).await;
    regine.sees("18,40 €").does_not_see("jamais pointés");
}

#[tokio::test]
async fn hours_are_read_at_the_desk_and_what_was_typed_is_kept() {
    let town = december().await;
    let mut anna = agent(&town, "Anna", RolePreset::Animateur, DAY).await;
    anna.get(ROLL).await;
    for (from, to, said) in [
        ("25:00", "", "Écrivez une heure, par exemple 16:30."),
        ("13:30", "12:00", "Le départ est avant l’arrivée."),
    ] {
        anna.fill("Arrivée", from).fill("Départ", to);
        anna.choose("présent, Zoé Durant");
        anna.press("Enregistrer l’appel").await;
        assert_eq!(anna.status(), StatusCode::UNPROCESSABLE_ENTITY);
        anna.sees(said);
        assert_eq!(anna.value("Arrivée"), from);
    }
    anna.fill("Arrivée", "11 h 50").fill("Départ", "13:20");
    anna.press("Enregistrer l’appel").await;
    assert_eq!(anna.value("Arrivée"), "11:50");
}

#[tokio::test]
async fn pressed_twice_the_roll_is_called_once() {
    let town = december().await;
    let mut anna = agent(&town, "Anna", RolePreset::Animateur, DAY).await;
    anna.get(ROLL).await;
    anna.choose("absent, Zoé Durant").select(
        "Ajouter un enfant venu sans réservation",
        "Lou Petit (famille Petit)",
    );
    let mut twice = anna.clone();
    for visitor in [&mut anna, &mut twice] {
        visitor.press("Enregistrer l’appel").await;
        visitor
            .sees("L’appel est enregistré")
            .sees("1 présent et 1 absent");
    }
    let mut tx = town.system().read().await.unwrap();
    let list = "2026-12-03/cantine/cantine/";
    let told = journal::of_object(&mut tx, "attendance", list, 10).await;
    assert_eq!(told.unwrap().len(), 1);
}

#[tokio::test]
async fn who_works_at_one_school_calls_the_roll_of_that_one_alone() {
    let town = homes::town().await;
    let settings = format!(
        "{SETTINGS}[sites.centre]\nname = \"École du Centre\"\n[sites.nord]\nname = \"École du Nord\"\n"
    );
    rules::save(&town.system(), &settings, 0).await.unwrap();
    let centre = site::create(&town.system(), "École du Centre", "")
        .await
        .unwrap();
    site::create(&town.system(), "École du Nord", "")
        .await
        .unwrap();
    for (family, child, place) in [("F1", "Zoé", "centre"), ("F3", "Lou", "nord")] {
        let form = EnrolForm {
            enfant: who(&town, family, child).await.to_string(),
            activite: "cantine".to_owned(),
            site: place.to_owned(),
            depuis: "01/09/2026".to_owned(),
            ..EnrolForm::default()
        };
        let id = family_id(&town, family).await;
        planning::enrol(&town.system(), id, &form).await.unwrap();
        book(&town, family, child, &["2026-12-03"]).await;
    }
    at(&town, "2026-12-03T12:00:00+01:00");
    town.hire("anna", &[("animateur", Some(centre))]).await;
    let mut anna = town.log_in("anna").await;
    anna.get(&format!("/laigneville{DAY}")).await;
    anna.sees("Zoé").does_not_see("Lou");
    anna.get(&format!("{ROLL}nord")).await;
    assert_eq!(anna.status(), StatusCode::NOT_FOUND);
    anna.get(&format!("{ROLL}centre")).await;
    anna.script_sets("site", "nord");
    anna.press("Enregistrer l’appel").await;
    assert_eq!(anna.status(), StatusCode::NOT_FOUND);
    // Nor is a child of the other school added to one’s own list, nor billed to a family that is not its own.
    let lou = who(&town, "F3", "Lou").await;
    let (durant, petit) = (family_id(&town, "F1").await, family_id(&town, "F3").await);
    for family in [petit, durant] {
        anna.get(&format!("{ROLL}centre")).await;
        let forged = format!("{lou}/{family}");
        let token = token(&anna);
        let words = [
            ("csrf", token.as_str()),
            ("jour", "2026-12-03"),
            ("activite", "cantine"),
            ("unite", "cantine"),
            ("site", "centre"),
            ("ajout", &forged),
        ];
        anna.raw_post(PATH, &words).await;
        assert_eq!(anna.status(), StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn two_who_call_the_same_list_are_told_of_each_other() {
    let town = december().await;
    let mut anna = agent(&town, "Anna", RolePreset::Animateur, DAY).await;
    let mut paul = agent(&town, "Paul", RolePreset::Animateur, DAY).await;
    anna.get(ROLL).await;
    paul.get(ROLL).await;
    anna.choose("absent, Zoé Durant");
    anna.press("Enregistrer l’appel").await;
    paul.press("Enregistrer l’appel").await;
    assert_eq!(paul.status(), StatusCode::CONFLICT);
    paul.sees("Rien n’a été enregistré");
    assert!(paul.is_checked("absent, Zoé Durant"));
}

#[tokio::test]
async fn nobody_is_called_before_the_day_nor_who_is_not_enrolled() {
    let town = with_activities().await;
    book(&town, "F1", "Zoé", &["2026-12-03"]).await;
    at(&town, "2026-12-02T09:00:00+01:00");
    let mut anna = agent(&town, "Anna", RolePreset::Animateur, DAY).await;
    anna.get(ROLL).await;
    anna.sees("L’appel se fait le jour même, ou après")
        .does_not_see("Enregistrer l’appel");
    at(&town, "2026-12-03T12:00:00+01:00");
    let mut anna = agent(&town, "Paul", RolePreset::Animateur, DAY).await;
    anna.get(ROLL).await;
    let nobody = "00000000-0000-7000-8000-000000000001";
    anna.script_sets("site", "ailleurs");
    anna.press("Enregistrer l’appel").await;
    assert_eq!(anna.status(), StatusCode::NOT_FOUND);
    anna.get(ROLL).await;
    let csrf = token(&anna);
    let forged = format!("{nobody}/{nobody}");
    anna.raw_post(
        PATH,
        &[
            ("csrf", csrf.as_str()),
            ("jour", "2026-12-03"),
            ("activite", "cantine"),
            ("unite", "cantine"),
            ("site", ""),
            ("ajout", &forged),
        ],
    )
    .await;
    assert_eq!(anna.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_to_come_is_not_missing_from_the_roll() {
    let town = with_activities().await;
    book(
        &town,
        "F1",
        "Zoé",
        &["2026-12-03", "2026-12-04", "2026-12-10"],
    )
    .await;
    let settings = format!("{SETTINGS}{}", december::TARIFFS);
    rules::save(&town.system(), &settings, 1).await.unwrap();
    at(&town, "2026-12-08T12:00:00+01:00");
    let mut anna = agent(&town, "Anna", RolePreset::Animateur, DAY).await;
    anna.get(ROLL).await;
    anna.press("Enregistrer l’appel").await;
    let month = "/agent/facturation/2026-12";
    let regine = agent(&town, "Regine", RolePreset::Regisseur, month).await;
    regine.sees("jamais pointés, alors que l’appel a été fait ce mois-là : 1");
}
