//! A month is booked, billed, explained and paid: at the counter, and by card with all that goes wrong.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod activities;
mod citizen;
mod desk;
mod homes;

use activities::{SETTINGS, ali, enrol};
use desk::agent;
use homes::{lea, who};
use http::StatusCode;
use jiff::{Timestamp, civil::Date};
use preau_app::{
    billing::{self, MonthForm, online},
    planning::{self, Wish, rules},
};
use preau_rules::permission::RolePreset;
use preau_simulator::{Faults, Service};
use preau_store::tables::{family, invoice, payment};
use preau_testkit::{http::Visitor, town::Town};
use uuid::Uuid;

const TARIFFS: &str = r#"
[[tariffs]]
name = "Repas"
activity = "cantine"
no_quotient = "plus haut"
lines = [
  { when = "extérieur", label = "Extérieur", price = 6.20 },
  { brackets = ["0-799: 2.60", "800+: 4.60"] },
]

[[absences]]
name = "Absence signalée"
bill = "50 %"

[billing]
due_days = 30
"#;

const INVOICE: &str = "/laigneville/espace-facturation/factures/2027-00001";

async fn family_id(town: &Town, reference: &str) -> Uuid {
    let mut tx = town.system().read().await.unwrap();
    let found = family::by_reference(&mut tx, reference).await.unwrap();
    found.unwrap().id
}

async fn book(town: &Town, reference: &str, child: &str, days: &[&str]) {
    let child = who(town, reference, child).await;
    let wishes = days.iter().map(|day| Wish {
        child,
        day: day.parse().unwrap(),
        activity: "cantine".to_owned(),
        unit: "cantine".to_owned(),
        book: true,
    });
    let family = family_id(town, reference).await;
    let system = town.system();
    let saved = planning::save(&system, Some(family), wishes.collect(), None);
    assert_eq!(saved.await.unwrap().refused, []);
}

fn at(town: &Town, instant: &str) {
    let then: Timestamp = instant.parse().unwrap();
    town.turn(then.duration_since(town.app.clock.now()));
}

/// December is booked by two families; it is the 4th of January 2027.
async fn december() -> Town {
    let town = homes::town().await;
    let settings = format!("{SETTINGS}{TARIFFS}");
    rules::save(&town.system(), &settings, 0).await.unwrap();
    enrol(&town, "F1", "Zoé", "cantine").await;
    enrol(&town, "F3", "Lou", "cantine").await;
    book(
        &town,
        "F1",
        "Zoé",
        &["2026-12-01", "2026-12-03", "2026-12-04"],
    )
    .await;
    book(&town, "F3", "Lou", &["2026-12-01"]).await;
    at(&town, "2027-01-04T09:00:00+01:00");
    town
}

fn period() -> Date {
    "2026-12-01".parse().unwrap()
}

async fn issue(town: &Town) -> usize {
    let form = MonthForm {
        echeance: "31/01/2027".to_owned(),
        malgre: false,
    };
    let issued = billing::issue(&town.system(), period(), &form).await;
    issued.unwrap().invoices
}

/// PayFiP is open, and December is issued.
async fn issued() -> Town {
    let town = december().await;
    let contract = online::Contract {
        client: "090909".to_owned(),
        mode: "T".to_owned(),
        open: true,
    };
    online::set(&town.system(), &contract).await.unwrap();
    assert_eq!(issue(&town).await, 2);
    town
}

/// Presses the button, and gives the number of the operation that PayFiP made.
async fn pay(parent: &mut Visitor) -> String {
    parent.get(INVOICE).await;
    parent.press("Payer par carte bancaire").await;
    let url = parent.url().to_string();
    let found = url.split_once("/tpa/paiementws.web?idop=");
    found.unwrap_or_else(|| unreachable!("{url}")).1.to_owned()
}

async fn notify(town: &Town, operation: &str) -> StatusCode {
    let mut bank = town.visitor();
    let path = "/laigneville/payfip/notification";
    bank.raw_post(
        path,
        &[("idop", operation), ("montant", "1"), ("resultrans", "P")],
    )
    .await;
    bank.status()
}

/// Payments of the first invoice, and what its family owes.
async fn stands(town: &Town) -> (Vec<payment::Payment>, i64) {
    let mut tx = town.system().read().await.unwrap();
    let found = invoice::get(&mut tx, "2027-00001").await.unwrap().unwrap();
    let paid = payment::of_invoice(&mut tx, found.id).await.unwrap();
    let owes = invoice::balance(&mut tx, found.family_id).await.unwrap();
    assert_eq!(invoice::unbalanced(&mut tx).await.unwrap(), 0);
    (paid, owes)
}

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
    let all = billing::of_period(&town.system(), period()).await.unwrap();
    let numbers: Vec<&str> = all.iter().map(|i| i.number.as_str()).collect();
    assert_eq!(numbers, ["2027-00001", "2027-00002"]);
    // The month that runs is not billed.
    let early = billing::issue(&town.system(), "2027-01-01".parse().unwrap(), &form).await;
    assert!(early.is_err());
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
    assert_eq!(billing::of_period(&one, period()).await.unwrap().len(), 2);
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
    let wrong = billing::set_words(&system, family_id(&town, "F1").await, "lunaire").await;
    assert!(wrong.is_err());
    billing::set_words(&system, family_id(&town, "F1").await, "extérieur")
        .await
        .unwrap();
    let seen = billing::preview(&system, period()).await.unwrap();
    assert_eq!(seen.total.0, 3 * 620 + 460);
}

#[tokio::test]
async fn a_card_pays_once_whatever_comes_and_in_whatever_order() {
    let town = issued().await;
    let mut lea = lea(&town).await;
    let operation = pay(&mut lea).await;
    // Before any result, and from somebody who pretends to be the bank.
    assert_eq!(notify(&town, &operation).await, StatusCode::OK);
    assert_eq!(notify(&town, "0000").await, StatusCode::OK);
    assert_eq!(stands(&town).await, (vec![], 1_380));
    lea.get(INVOICE).await;
    lea.press("Payer par carte bancaire").await;
    lea.sees("Un paiement de cette facture a été commencé à 9 h");

    // The return is lost, the notification comes four times.
    town.payfip.decide(&operation, "P");
    for _ in 0..4 {
        assert_eq!(notify(&town, &operation).await, StatusCode::OK);
    }
    let back = format!("/laigneville/payfip/retour?idop={operation}");
    lea.get(&back).await;
    lea.sees("Votre paiement est enregistré")
        .sees("par carte bancaire (112233)");
    let (paid, owes) = stands(&town).await;
    assert_eq!((paid.len(), owes), (1, 0));
    town.work().await;
    at(&town, "2027-01-05T12:00:00+01:00");
    town.work().await;
    assert_eq!(stands(&town).await.0.len(), 1);
}

#[tokio::test]
async fn nobody_comes_back_and_the_result_is_asked_for_all_the_same() {
    let town = issued().await;
    let mut lea = lea(&town).await;
    let operation = pay(&mut lea).await;
    town.payfip.misbehave(Faults {
        service: Service::Down,
        ..Faults::default()
    });
    town.payfip.decide(&operation, "P");
    at(&town, "2027-01-04T09:02:00+01:00");
    town.work().await;
    assert_eq!(stands(&town).await.0, []);
    town.payfip.misbehave(Faults::default());
    at(&town, "2027-01-04T09:11:00+01:00");
    town.work().await;
    assert_eq!(stands(&town).await.1, 0);
}

#[tokio::test]
async fn refused_abandoned_or_forgotten_pays_nothing_and_can_be_tried_again() {
    let town = issued().await;
    let mut lea = lea(&town).await;
    for (code, said) in [("R", "refusé par la banque"), ("A", "abandonné")] {
        let operation = pay(&mut lea).await;
        town.payfip.decide(&operation, code);
        lea.get(&format!("/laigneville/payfip/retour?idop={operation}"))
            .await;
        lea.sees(said).sees("Rien n’a été payé");
    }
    pay(&mut lea).await;
    town.payfip.purge();
    at(&town, "2027-01-04T09:21:00+01:00");
    let operation = pay(&mut lea).await;
    town.payfip.decide(&operation, "V");
    notify(&town, &operation).await;
    assert_eq!(stands(&town).await.1, 0);
}

#[tokio::test]
async fn an_answer_for_another_amount_is_looked_at_by_a_person() {
    let town = issued().await;
    let mut lea = lea(&town).await;
    let operation = pay(&mut lea).await;
    town.payfip.decide(&operation, "P");
    town.payfip.misbehave(Faults {
        other_amount: true,
        ..Faults::default()
    });
    lea.get(&format!("/laigneville/payfip/retour?idop={operation}"))
        .await;
    lea.sees("réponse inattendue")
        .sees("Ne payez pas une seconde fois");
    assert_eq!(stands(&town).await, (vec![], 1_380));
    let regine = agent(&town, "Regine", RolePreset::Regisseur, "/agent/facturation").await;
    regine
        .sees("Paiements en ligne à vérifier")
        .sees("F202700001");
}

#[tokio::test]
async fn the_last_second_of_the_due_date_is_in_time_and_the_next_is_not() {
    let town = issued().await;
    at(&town, "2027-01-31T23:59:59+01:00");
    let mut lea = lea(&town).await;
    lea.get(INVOICE).await;
    lea.sees("à payer en ligne jusqu’au 31 janvier 2027 à minuit");
    at(&town, "2027-02-01T00:00:00+01:00");
    lea.press("Payer par carte bancaire").await;
    lea.sees("Le paiement en ligne était possible jusqu’au 31 janvier 2027 à minuit")
        .sees("avis du Trésor public");
    assert_eq!(town.payfip.operations(), Vec::<String>::new());
    at(&town, "2027-01-31T23:59:59+01:00");
    pay(&mut lea).await;
}

#[tokio::test]
async fn a_credit_note_takes_an_invoice_back_and_money_that_still_comes_is_owed() {
    let town = issued().await;
    let mut lea = lea(&town).await;
    let operation = pay(&mut lea).await;
    let path = "/agent/factures/2027-00001";
    let mut regine = agent(&town, "Regine", RolePreset::Regisseur, path).await;
    regine.press("Émettre l’avoir").await;
    assert_eq!(regine.status(), StatusCode::UNPROCESSABLE_ENTITY);
    regine.sees("Dites pourquoi");
    regine
        .fill("Motif de l’avoir", "Grève du 3 décembre")
        .press("Émettre l’avoir")
        .await;
    regine
        .sees("Avoir de décembre 2026")
        .sees("Grève du 3 décembre");
    let again = billing::credit(&town.system(), "2027-00001", "encore").await;
    assert!(again.is_err());
    assert_eq!(stands(&town).await.1, 0);

    town.payfip.decide(&operation, "P");
    notify(&town, &operation).await;
    assert_eq!(stands(&town).await.1, -1_380);
    lea.get("/laigneville/espace-facturation").await;
    lea.sees("En votre faveur").sees("13,80 €");
}

#[tokio::test]
async fn a_silent_payfip_is_said_and_nothing_is_kept() {
    let town = issued().await;
    let mut lea = lea(&town).await;
    for service in [Service::Down, Service::Garbled] {
        town.payfip.misbehave(Faults {
            service,
            ..Faults::default()
        });
        lea.get(INVOICE).await;
        lea.press("Payer par carte bancaire").await;
        lea.sees("PayFiP ne répond pas").sees("Rien n’a été payé");
    }
    town.payfip.misbehave(Faults::default());
    pay(&mut lea).await;
}

#[tokio::test]
async fn the_contract_with_payfip_is_kept_and_tried() {
    let town = december().await;
    let path = "/agent/parametres/paiement";
    let mut regine = agent(&town, "Regine", RolePreset::Regisseur, path).await;
    regine
        .fill("Numéro de client PayFiP", "12 34")
        .choose("Oui");
    regine.press("Enregistrer").await;
    assert_eq!(regine.status(), StatusCode::UNPROCESSABLE_ENTITY);
    regine.sees("six chiffres");
    regine
        .fill("Numéro de client PayFiP", "090909")
        .press("Enregistrer")
        .await;
    regine.sees("sont enregistrés");
    regine.press("Tester le raccordement").await;
    regine.sees("PayFiP répond : REGIE DE DEMONSTRATION");
}

#[tokio::test]
async fn a_new_invoice_ties_an_account() {
    let town = issued().await;
    let found = billing::of_period(&town.system(), period()).await.unwrap();
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
