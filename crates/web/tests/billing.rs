//! A month is simulated, issued, explained, and paid at the counter.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod activities;
mod citizen;
mod december;
mod desk;
mod homes;

use activities::{SETTINGS, ali, enrol};
use december::{INVOICE, TARIFFS, at, book, december, family_id, issued, period, stands};
use desk::agent;
use homes::lea;
use http::StatusCode;
use preau_app::{
    Error,
    billing::{self, MonthForm},
    family_import::{self, ChildRow, FamilyRow, Rows},
    planning::rules,
};
use preau_rules::permission::RolePreset;
use preau_store::{Command, Tx, tables::billing as begun};

#[tokio::test]
async fn the_month_is_simulated_issued_explained_and_paid_at_the_counter() {
    let town = december().await;
    let mut regine = agent(&town, "Regine", RolePreset::Regisseur, "/agent/facturation").await;
    regine.sees("décembre 2026").sees("pas encore facturé");
    regine.follow("décembre 2026").await;
    regine
        .sees("Simulation")
        .sees("18,40 €")
        .sees("2 factures, 4 lignes")
        .sees("Sans quotient familial : 2");
    regine
        .fill("À payer avant la fin du", "demain")
        .press("Émettre")
        .await;
    assert_eq!(regine.status(), StatusCode::UNPROCESSABLE_ENTITY);
    regine.sees("Indiquez une date");
    regine
        .fill("À payer avant la fin du", "31/01/2027")
        .press("Émettre")
        .await;
    regine
        .sees("2 factures sont émises")
        .sees("2027-00001")
        .sees("2027-00002");
    regine.follow("2027-00001").await;
    regine
        .sees("Facture de décembre 2026")
        .sees("Zoé, Cantine")
        .sees("3 fois 4,60 €")
        .sees("Repas")
        .sees("13,80 €")
        .sees("les 1er, 3 et 4 décembre");
    for (typed, said) in [
        ("0", "plus grand que zéro"),
        ("1e3", "montant"),
        ("20", "Il reste 13,80 €"),
    ] {
        regine.fill("Montant reçu", typed).select("Moyen", "Chèque");
        regine.press("Enregistrer le règlement").await;
        assert_eq!(regine.status(), StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        regine.sees(said);
    }
    regine
        .fill("Montant reçu", "3,80")
        .select("Moyen", "Chèque")
        .fill("Référence", "0012345")
        .press("Enregistrer le règlement")
        .await;
    regine
        .sees("reçu Q-2027-00001")
        .sees("Reste à payer : 10,00 €");

    let mut lea = lea(&town).await;
    lea.get("/laigneville/espace-facturation").await;
    lea.sees("Facture de décembre 2026")
        .sees("10,00 €")
        .sees("jusqu’au 31 janvier 2027 à minuit");
    lea.follow("Voir et payer").await;
    lea.sees("par chèque (0012345)")
        .sees("Le paiement en ligne n’est pas encore ouvert");
    let mut ali = ali(&town).await;
    ali.get(INVOICE).await;
    assert_eq!(ali.status(), StatusCode::NOT_FOUND);
    assert_eq!(stands(&town).await.1, 1_000);
}

#[tokio::test]
async fn a_month_is_issued_once_and_numbers_have_no_gap() {
    let town = issued().await;
    let form = MonthForm {
        echeance: "31/01/2027".to_owned(),
        malgre: true,
    };
    let again = billing::issue(&town.system(), period(), &form).await;
    assert!(again.unwrap_err().to_string().contains("déjà émises"));
    let all = billing::of_period(&town.system(), period(), 1)
        .await
        .unwrap();
    let numbers: Vec<&str> = all.iter().map(|i| i.number.as_str()).collect();
    assert_eq!(numbers, ["2027-00001", "2027-00002"]);
    // Pressed twice: the answer is the same.
    let path = "/agent/facturation/2026-11";
    book(&town, "F1", "Zoé", &["2026-11-30"]).await;
    let mut regine = agent(&town, "Regine", RolePreset::Regisseur, path).await;
    let mut twice = regine.clone();
    regine.press("Émettre").await;
    regine.sees("1 facture est émise");
    twice.press("Émettre").await;
    twice.sees("1 facture est émise");
    // The month that runs is not billed.
    let early = billing::issue(&town.system(), "2027-01-01".parse().unwrap(), &form).await;
    assert!(early.is_err());
}

#[tokio::test]
async fn a_month_without_anything_to_bill_stays_open() {
    let town = december().await;
    let november = "2026-11-01".parse().unwrap();
    let form = MonthForm {
        echeance: "31/01/2027".to_owned(),
        malgre: true,
    };
    let issued = billing::issue(&town.system(), november, &form).await;
    assert_eq!(issued.unwrap().invoices, 0);
    let path = "/agent/facturation/2026-11";
    let mut regine = agent(&town, "Regine", RolePreset::Regisseur, path).await;
    regine.sees("Rien à facturer");
    book(&town, "F1", "Zoé", &["2026-11-30"]).await;
    regine.get("/laigneville/agent/facturation/2026-11").await;
    regine.press("Émettre").await;
    regine.sees("1 facture est émise");
    regine.get("/laigneville/agent/facturation/2027-01").await;
    regine.sees("Rien à facturer");
    book(&town, "F1", "Zoé", &["2027-01-05"]).await;
    regine.get("/laigneville/agent/facturation/2027-01").await;
    regine.sees("Mois en cours").sees("4,60 €");
}

#[tokio::test]
async fn two_agents_issue_at_once_and_each_family_has_one_invoice() {
    let town = december().await;
    let form = MonthForm {
        echeance: "31/01/2027".to_owned(),
        malgre: false,
    };
    let (one, two) = (town.system(), town.system());
    let (a, b) = tokio::join!(
        billing::issue(&one, period(), &form),
        billing::issue(&two, period(), &form)
    );
    let made: usize = [a, b].into_iter().flatten().map(|i| i.invoices).sum();
    assert_eq!(made, 2);
    assert_eq!(
        billing::of_period(&one, period(), 1).await.unwrap().len(),
        2
    );
}

#[tokio::test]
async fn several_turns_of_the_lane_by_two_agents_leave_nobody_out_and_no_gap() {
    let town = homes::town().await;
    let cx = town.system();
    let settings = format!("{SETTINGS}{TARIFFS}").replace(
        "[activities.cantine]",
        "[activities.cantine]\nenrolment = \"libre\"",
    );
    rules::save(&cx, &settings, 0).await.unwrap();
    let rows = (0..450).map(|n| FamilyRow {
        reference: format!("G{n:03}"),
        name: "Bernard".to_owned(),
        guardians: Vec::new(),
        children: vec![ChildRow {
            person: n,
            first_name: "Tom".to_owned(),
            last_name: "Bernard".to_owned(),
            born_on: "2018-03-14".parse().unwrap(),
            sex: None,
        }],
        code: None,
    });
    let rows = Rows {
        families: rows.collect(),
        ..Rows::default()
    };
    family_import::write(&cx, rows, &mut |_, _| {})
        .await
        .unwrap();
    for n in 0..450 {
        book(&town, &format!("G{n:03}"), "Tom", &["2026-12-01"]).await;
    }
    at(&town, "2027-01-04T09:00:00+01:00");
    let (one, two) = (town.system(), town.system());
    let (a, b) = tokio::join!(december::issue(&town), december::issue_if_open(&two));
    assert_eq!(a + b, 450);
    let mut numbers = Vec::new();
    for page in 1..=3 {
        let all = billing::of_period(&one, period(), page).await.unwrap();
        numbers.extend(all.into_iter().map(|i| i.number));
    }
    numbers.sort();
    let expected: Vec<String> = (1..=450).map(|n| format!("2027-{n:05}")).collect();
    assert_eq!(numbers, expected);
}

#[tokio::test]
async fn what_has_no_price_is_said_before_anything_is_issued() {
    let town = homes::town().await;
    rules::save(&town.system(), SETTINGS, 0).await.unwrap();
    enrol(&town, "F1", "Zoé", "cantine").await;
    book(&town, "F1", "Zoé", &["2026-12-01"]).await;
    at(&town, "2027-01-04T09:00:00+01:00");
    let path = "/agent/facturation/2026-12";
    let mut regine = agent(&town, "Regine", RolePreset::Regisseur, path).await;
    regine
        .sees("Sans prix : 1")
        .sees("Cantine, mardi 1er décembre");
    regine.press("Émettre").await;
    assert_eq!(regine.status(), StatusCode::UNPROCESSABLE_ENTITY);
    regine.sees("Des réservations n’ont pas de prix");
}

#[tokio::test]
async fn a_word_of_the_family_and_a_quotient_change_the_price_of_the_next_bill() {
    let town = december().await;
    let system = town.system();
    let path = format!("/agent/familles/{}/factures", family_id(&town, "F1").await);
    let mut admin = agent(&town, "Nadia", RolePreset::Administrator, &path).await;
    admin
        .fill("Mots du tarif", "lunaire")
        .press("Enregistrer")
        .await;
    assert_eq!(admin.status(), StatusCode::UNPROCESSABLE_ENTITY);
    admin.sees("lunaire");
    admin
        .fill("Mots du tarif", "extérieur")
        .press("Enregistrer")
        .await;
    admin
        .sees("sont enregistrés")
        .sees("Aucune facture pour l’instant");
    let seen = billing::preview(&system, period()).await.unwrap();
    assert_eq!(seen.total.0, 3 * 620 + 460);
}

#[tokio::test]
async fn a_new_invoice_ties_an_account() {
    let town = issued().await;
    let found = billing::of_period(&town.system(), period(), 1)
        .await
        .unwrap();
    let theirs = found.first().unwrap();
    let mut nina = citizen::member(&town, "nina@exemple.fr").await;
    citizen::log_in(&mut nina, "nina@exemple.fr", citizen::PASSWORD).await;
    nina.get("/laigneville/espace-citoyen/abonnements/nouveau")
        .await;
    nina.fill("Code émission", "202612")
        .fill("Référence", &theirs.number)
        .fill("Montant", "13,80")
        .fill("Code personnel", &theirs.personal_code)
        .press("Avec une de vos factures > Rechercher")
        .await;
    nina.sees("Durant");
}

#[tokio::test]
async fn the_month_so_far_is_explained_line_by_line() {
    let town = december().await;
    at(&town, "2026-12-02T09:00:00+01:00");
    let mut lea = lea(&town).await;
    lea.get("/laigneville/espace-facturation").await;
    lea.sees("Compte en cours : décembre 2026").sees("13,80 €");
    lea.follow("Voir chaque ligne").await;
    lea.sees("3 fois 4,60 €");
}

#[tokio::test]
async fn the_verification_says_what_a_change_costs_and_why() {
    let town = december().await;
    let mut lea = lea(&town).await;
    lea.get("/laigneville/espace-famille/planning?du=2027-01-11")
        .await;
    lea.check("Zoé, Cantine, lundi 11 janvier")
        .check("Zoé, Cantine, mardi 12 janvier")
        .press("Vérifier")
        .await;
    lea.sees("+ 4,60 €")
        .sees("tarif « Repas »")
        .sees("quotient non connu")
        .sees("Estimation + 9,20 €");
}

/// A run that was begun and got no further.
struct Begun;

impl Command for Begun {
    const NAME: &'static str = "test.begun";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let due_on = "2027-02-15".parse().unwrap();
        Ok(begun::start(tx, period(), 1, due_on, "Regine").await?)
    }
}

#[tokio::test]
async fn a_run_that_stopped_is_resumed_by_the_tariffs_and_the_due_date_that_it_began_with() {
    let town = december().await;
    let system = town.system();
    system.write(Begun).await.unwrap();
    let dearer = format!("{SETTINGS}{TARIFFS}").replace("4.60", "9.90");
    rules::save(&system, &dearer, 1).await.unwrap();
    let mut regine = agent(&town, "Regine", RolePreset::Regisseur, "/agent/facturation").await;
    regine.sees("à reprendre : 0 facture émise");
    regine.get("/laigneville/agent/facturation/2026-12").await;
    regine
        .fill("À payer avant la fin du", "31/01/2027")
        .press("Émettre")
        .await;
    regine.sees("2 factures sont émises").sees("13,80 €");
    let all = billing::of_period(&system, period(), 1).await.unwrap();
    assert!(
        all.iter()
            .all(|i| i.due_on == "2027-02-15".parse().unwrap())
    );
}

#[tokio::test]
async fn who_has_an_account_is_told_of_the_invoice() {
    let town = december().await;
    let _lea = lea(&town).await;
    town.work().await;
    assert_eq!(december::issue(&town).await, 2);
    let mail = town.mail_to("lea@exemple.fr").await;
    let said = format!("{} {}", mail.subject, mail.text).replace('\u{a0}', " ");
    for words in [
        "facture de décembre 2026",
        "13,80",
        "31 janvier 2027",
        "/espace-facturation/factures/2027-00001",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}
