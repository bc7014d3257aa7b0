//! An invoice is paid by card, with all that goes wrong: PayFiP is asked, and never believed.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod activities;
mod citizen;
mod december;
mod desk;
mod homes;

use december::{INVOICE, at, december, issued, stands};
use desk::agent;
use homes::lea;
use http::StatusCode;
use preau_app::billing;
use preau_rules::permission::RolePreset;
use preau_simulator::{Faults, Service};
use preau_testkit::{http::Visitor, town::Town};

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
    lea.get(INVOICE).await;
    lea.press("Payer par carte bancaire").await;
    lea.sees("doit être vérifié par la mairie");

    let mut regine = agent(&town, "Regine", RolePreset::Regisseur, "/agent/facturation").await;
    regine.sees("1 paiement en ligne à vérifier");
    regine.follow("Décider").await;
    regine.sees("F202700001, 13,80 €");
    regine.press("Demander de nouveau à PayFiP").await;
    regine.sees("PayFiP répond toujours autre chose");
    regine.press("Classer ce paiement").await;
    assert_eq!(regine.status(), StatusCode::UNPROCESSABLE_ENTITY);
    regine
        .sees("Choisissez le paiement")
        .sees("Dites ce que la DGFiP a répondu");
    regine
        .choose("F202700001, 13,80 €")
        .fill("Ce que la DGFiP a répondu", "Aucun débit")
        .press("Classer ce paiement")
        .await;
    regine
        .sees("Le paiement est classé")
        .sees("Rien à vérifier");
    town.payfip.misbehave(Faults::default());
    let operation = pay(&mut lea).await;
    town.payfip.decide(&operation, "P");
    notify(&town, &operation).await;
    assert_eq!(stands(&town).await.1, 0);
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
async fn a_thousand_notifications_credit_once() {
    let town = issued().await;
    let mut lea = lea(&town).await;
    let operation = pay(&mut lea).await;
    town.payfip.decide(&operation, "P");
    let bank = async || {
        let mut bank = town.visitor();
        for _ in 0..100 {
            bank.raw_post("/laigneville/payfip/notification", &[("idOp", &operation)])
                .await;
            assert_eq!(bank.status(), StatusCode::OK);
        }
    };
    tokio::join!(
        bank(),
        bank(),
        bank(),
        bank(),
        bank(),
        bank(),
        bank(),
        bank(),
        bank(),
        bank()
    );
    let (paid, owes) = stands(&town).await;
    assert_eq!((paid.len(), owes), (1, 0));
}

#[tokio::test]
async fn what_was_given_up_and_paid_after_all_is_found_by_the_job() {
    let town = issued().await;
    let mut lea = lea(&town).await;
    let operation = pay(&mut lea).await;
    town.payfip.decide(&operation, "A");
    notify(&town, &operation).await;
    town.payfip.decide(&operation, "P");
    at(&town, "2027-01-04T09:03:00+01:00");
    town.work().await;
    assert_eq!(stands(&town).await.1, 0);
}
