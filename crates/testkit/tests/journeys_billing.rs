//! A month in a real browser, with JavaScript and without: it is booked, billed, explained and paid in the PayFiP simulator,
//! whose return and notification are lost; one second past the due date the same is refused, with a way out.

mod lea;

use lea::{CANTEEN, Lea};
use preau_app::{
    billing::{self, MonthForm, contract},
    planning::{self, Wish},
};
use preau_simulator::{Faults, Notifications};
use preau_store::tables::family;
use preau_testkit::browser::JavaScript;

const TARIFFS: &str = r#"
[[tariffs]]
name = "Repas"
activity = "cantine"
no_quotient = "plus haut"
brackets = ["0-799: 2.60", "800+: 4.60"]
"#;
const INVOICE: &str = "/laigneville/espace-facturation/factures/2027-00001";

/// December's meals of Zoé; the commune bills them on the 4th of January, to be paid before the end of the month.
async fn billed(lea: &Lea) {
    let cx = lea.town.system();
    let mut tx = cx.read().await.unwrap();
    let durant = family::by_reference(&mut tx, "F1").await.unwrap().unwrap();
    let children = family::children(&mut tx, &[durant.id]).await.unwrap();
    drop(tx);
    let days = ["2026-12-01", "2026-12-03", "2026-12-04"];
    let wishes = days.map(|day| Wish {
        child: children.first().unwrap().id,
        day: day.parse().unwrap(),
        activity: "cantine".to_owned(),
        unit: "cantine".to_owned(),
        book: true,
    });
    planning::save(&cx, Some(durant.id), wishes.into(), None)
        .await
        .unwrap();
    lea.turn_to("2027-01-04T09:00:00+01:00");
    let cx = lea.town.system();
    let contract = contract::Contract {
        client: "090909".to_owned(),
        mode: "T".to_owned(),
        open: true,
    };
    contract::set(&cx, &contract).await.unwrap();
    let form = MonthForm {
        echeance: "31/01/2027".to_owned(),
        malgre: false,
    };
    billing::issue(&cx, "2026-12-01".parse().unwrap(), &form)
        .await
        .unwrap();
}

async fn a_month_is_paid(javascript: JavaScript) {
    let lea = Lea::new(javascript, &format!("{CANTEEN}{TARIFFS}")).await;
    lea.has_an_account().await;
    billed(&lea).await;
    lea.logs_in().await;
    let browser = &lea.browser;
    browser.viewport(1280, 900).await;
    browser.follow("Espace facturation").await;
    browser.sees("13,80 €").await;
    browser.sees("jusqu’au 31 janvier 2027 à minuit").await;
    lea.look("espace-facturation").await;
    browser.follow("Voir et payer").await;
    browser.sees("3 fois 4,60 €").await;
    browser.sees("les 1er, 3 et 4 décembre").await;
    browser.sees("quotient non connu").await;
    lea.look("facture").await;

    // One second past the due date.
    lea.turn_to("2027-02-01T00:00:00+01:00");
    lea.logs_in().await;
    lea.visit(INVOICE).await;
    browser
        .sees("Le paiement en ligne était possible jusqu’au 31 janvier 2027 à minuit")
        .await;
    lea.look("facture-echue").await;
    lea.turn_to("2027-01-31T23:50:00+01:00");

    lea.town.payfip.misbehave(Faults {
        notifications: Notifications::Lost,
        lose_return: true,
        ..Faults::default()
    });
    lea.visit(INVOICE).await;
    browser.press("Payer par carte bancaire").await;
    browser.sees("Simulateur PayFiP").await;
    browser.sees("F202700001").await;
    browser.sees("13,80 €").await;
    browser.expect_accessible().await;
    browser.press("Payer par carte").await;
    browser.sees("La page s’est perdue").await;
    lea.visit(INVOICE).await;
    browser.sees("Reste à payer").await;

    // Nobody comes back: the portal asks by itself.
    lea.turn_to("2027-01-31T23:51:00+01:00");
    lea.town.work().await;
    lea.visit(INVOICE).await;
    browser.sees("Il ne reste rien à payer").await;
    browser.sees("par carte bancaire (112233)").await;
    lea.look("facture-reglee").await;
    browser.follow("Espace facturation").await;
    browser.sees("Rien à payer").await;
    browser.sees("Facture de décembre 2026").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_billed_and_paid_with_javascript() {
    a_month_is_paid(JavaScript::On).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_billed_and_paid_without_javascript() {
    a_month_is_paid(JavaScript::Off).await;
}
