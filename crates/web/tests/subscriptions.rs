//! Abonnements: by code and by invoice, two parents, a recomposed family, guessing, contesting and undoing.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod citizen;

use citizen::{PASSWORD, log_in, member};
use http::StatusCode;
use jiff::SignedDuration;
use preau_app::{
    Cx, Error,
    family_import::{self, Kind},
    subscriber_code::{self, Whom},
    subscription,
};
use preau_rules::permission::RolePreset;
use preau_testkit::{http::Visitor, town::Town};

const NEW: &str = "/laigneville/espace-citoyen/abonnements/nouveau";

const FAMILIES: &str = "famille_reference;nom_famille;responsable1_civilite;responsable1_nom;responsable1_prenom;responsable1_email;responsable2_nom;responsable2_prenom;responsable2_email;enfant1_nom;enfant1_prenom;enfant1_naissance;enfant1_reference;enfant2_nom;enfant2_prenom;enfant2_naissance;enfant2_reference;code_abonne
F1;Durant;MME;Durant;Léa;lea@exemple.fr;Durant;Jean;jean@exemple.fr;Durant;Zoé;01/01/2017;E1;;;;;BLENFANCE-12087-0001AB
F2;Morel;M;Morel;Paul;paul@exemple.fr;;;;Durant;Zoé;01/01/2017;E1;Morel;Tom;2020-05-06;;BLENFANCE-12087-0002CD
F3;Petit;M;Petit;Ali;;;;;Petit;Lou;2019-02-03;;;;;;
";
const INVOICES: &str = "code_emission;reference;montant;code_personnel;famille_reference
CANT-10;F2026-3;1234,00;P3;F3
CANT-10;F2026-1;12,50;P1;F1
";

async fn bring(cx: &Cx, kind: Kind, text: &str) {
    let checked = family_import::check(cx, kind, text).await.unwrap();
    assert_eq!(checked.problems, []);
    family_import::write(cx, checked.rows, &mut |_, _| {})
        .await
        .unwrap();
}

async fn town() -> Town {
    let town = Town::new().await;
    bring(&town.system(), Kind::Families, FAMILIES).await;
    bring(&town.system(), Kind::Invoices, INVOICES).await;
    town
}

async fn someone(town: &Town, email: &str) -> Visitor {
    let mut visitor = member(town, email).await;
    log_in(&mut visitor, email, PASSWORD).await;
    visitor
}

async fn search_code<'v>(visitor: &'v mut Visitor, code: &str) -> &'v mut Visitor {
    visitor.get(NEW).await;
    visitor
        .fill("Code Abonné", code)
        .press("Avec votre code abonné > Rechercher")
        .await
}

async fn search_invoice<'v>(visitor: &'v mut Visitor, facts: [&str; 4]) -> &'v mut Visitor {
    visitor.get(NEW).await;
    let [emission, reference, montant, personnel] = facts;
    visitor
        .fill("Code émission de la facture", emission)
        .fill("Référence de la facture", reference)
        .fill("Montant de la facture", montant)
        .fill("Code personnel", personnel)
        .press("Avec une de vos factures > Rechercher")
        .await
}

#[tokio::test]
async fn without_an_abonnement_the_spaces_say_why_and_with_one_they_open_at_once() {
    let town = town().await;
    let mut lea = someone(&town, "lea@exemple.fr").await;
    for space in ["espace-famille", "espace-facturation"] {
        lea.get(&format!("/laigneville/{space}")).await;
        assert_eq!(lea.status(), StatusCode::OK);
        lea.sees("Il manque un abonnement").sees("M’abonner");
    }
    lea.follow("M’abonner").await;
    search_code(&mut lea, " blenfance 12087 0001ab ").await;
    lea.sees("Famille Durant").sees("Zoé");
    lea.press("Confirmer mon abonnement").await;
    lea.sees("Vous êtes abonné à la famille Durant")
        .sees("avec un code abonné");
    lea.get("/laigneville/espace-famille").await;
    lea.sees("Léa Durant").sees("Zoé Durant").sees("/ 9 ans");
    lea.get("/laigneville/espace-facturation").await;
    lea.sees("F2026-1").sees("12,50").does_not_see("F2026-3");
}

#[tokio::test]
async fn an_invoice_ties_whatever_way_its_amount_is_written() {
    let town = town().await;
    let mut ali = someone(&town, "ali@exemple.fr").await;
    search_invoice(&mut ali, ["", "", "douze", ""]).await;
    assert_eq!(ali.status(), StatusCode::UNPROCESSABLE_ENTITY);
    ali.sees("Ce n’est pas un montant")
        .sees("Indiquez le code émission");
    for montant in ["1234", "1 234,00", "1234.00 €", "1 234 €"] {
        search_invoice(&mut ali, ["cant 10", "f2026-3", montant, "p3"]).await;
        ali.sees("Famille Petit").sees("Lou");
    }
    ali.press("Confirmer mon abonnement")
        .await
        .sees("Vous êtes abonné à la famille Petit");
}

#[tokio::test]
async fn a_code_that_ties_nothing_gets_one_answer_whatever_the_reason() {
    let town = town().await;
    let system = town.system();
    let family = |name: &'static str| {
        let system = system.clone();
        async move {
            let mut tx = system.read().await.unwrap();
            preau_store::tables::family::by_reference(&mut tx, name)
                .await
                .unwrap()
                .unwrap()
                .id
        }
    };
    let f3 = family("F3").await;
    let code_of = |cx: Cx, months: &'static str| async move {
        subscriber_code::make(&cx, Whom::One(f3), months)
            .await
            .unwrap();
        let mut tx = cx.read().await.unwrap();
        let codes = preau_store::tables::subscriber_code::of_family(&mut tx, f3)
            .await
            .unwrap();
        codes.into_iter().next().unwrap()
    };
    let revoked = code_of(system.clone(), "12").await;
    subscriber_code::revoke(&system, revoked.id).await.unwrap();
    let expired = code_of(system.clone(), "1").await;
    town.turn(SignedDuration::from_hours(24 * 40));
    let other = town.another("valbrune", "Valbrune").await;
    let there = Cx::system(&town.app, &other, "test");
    bring(
        &there,
        Kind::Families,
        &FAMILIES.replace("0001AB", "0009ZZ"),
    )
    .await;
    let mut lea = someone(&town, "lea@exemple.fr").await;
    search_code(&mut lea, "BLENFANCE-12087-0001AB")
        .await
        .press("Confirmer mon abonnement")
        .await;
    let typed = [
        "LAI-2222-3333-4444",
        "n’importe quoi 🙂 <b>",
        &revoked.code,
        &expired.code,
        "BLENFANCE-12087-0001AB",
        "BLENFANCE-12087-0009ZZ",
        &"A".repeat(300),
    ];
    let mut answers = Vec::new();
    for code in typed {
        search_code(&mut lea, code).await;
        assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY, "{code}");
        answers.push(lea.field_error("Code Abonné").unwrap().to_owned());
        town.turn(SignedDuration::from_hours(25));
        log_in(&mut lea, "lea@exemple.fr", PASSWORD).await;
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    search_code(&mut lea, "  ")
        .await
        .sees("Indiquez votre code abonné.");
}

#[tokio::test]
async fn guessing_is_slowed_down_and_a_known_code_does_not_help() {
    let town = town().await;
    let mut lea = someone(&town, "lea@exemple.fr").await;
    let mut waited = 0;
    for n in 0..12 {
        search_code(&mut lea, &format!("BLENFANCE-12087-9{n:03}XX")).await;
        waited += u32::from(lea.status() == StatusCode::TOO_MANY_REQUESTS);
        // Looking up what one holds does not start the count anew.
        search_code(&mut lea, "BLENFANCE-12087-0001AB").await;
    }
    assert!(waited >= 6, "{waited}");
    lea.sees("Trop d’essais en peu de temps");
}

#[tokio::test]
async fn two_parents_have_an_account_each_and_the_first_is_told_and_can_contest() {
    let town = town().await;
    let code = "BLENFANCE-12087-0001AB";
    let mut lea = someone(&town, "lea@exemple.fr").await;
    search_code(&mut lea, code)
        .await
        .press("Confirmer mon abonnement")
        .await;
    // Jean has no account yet: he is told at his address.
    assert!(
        town.mail_to("jean@exemple.fr")
            .await
            .text
            .contains("Mme Léa Durant")
    );
    let mut stranger = someone(&town, "x@exemple.fr").await;
    search_code(&mut stranger, code)
        .await
        .press("Confirmer mon abonnement")
        .await;
    stranger.sees("Vous êtes abonné à la famille Durant");
    // Each responsable once: two responsables, two uses.
    let mut third = someone(&town, "y@exemple.fr").await;
    search_code(&mut third, code).await;
    assert_eq!(third.status(), StatusCode::UNPROCESSABLE_ENTITY);

    let mail = town.mail_to("lea@exemple.fr").await;
    assert!(mail.text.contains("a rattaché son compte"), "{}", mail.text);
    let link = mail
        .text
        .split_whitespace()
        .find(|w| w.contains("/contester/"))
        .unwrap();
    let path = link.strip_prefix("http://portail.test").unwrap().to_owned();
    let mut reader = town.visitor();
    reader.get(&path).await.sees("avec un code abonné");
    reader
        .press("Contester ce rattachement")
        .await
        .sees("La mairie est prévenue");
    reader
        .get(&path)
        .await
        .does_not_see("Contester ce rattachement ?");
    reader.get(&format!("{}A", &path[..path.len() - 1])).await;
    assert_ne!(reader.status(), StatusCode::INTERNAL_SERVER_ERROR);

    let mut camille = town.agent("camille", RolePreset::Administrator).await;
    camille
        .get("/laigneville/agent/familles?q=durant")
        .await
        .follow("Durant")
        .await;
    camille.sees("contesté, D-2026-");
    let all = town.system();
    let mut tx = all.read().await.unwrap();
    let durant = preau_store::tables::family::by_reference(&mut tx, "F1")
        .await
        .unwrap()
        .unwrap();
    let ties = preau_store::tables::subscription::of_family(&mut tx, durant.id)
        .await
        .unwrap();
    drop(tx);
    let wrong = ties.iter().find(|t| t.email == "x@exemple.fr").unwrap();
    subscription::untie(&all, wrong.id).await.unwrap();
    stranger
        .get("/laigneville/espace-famille")
        .await
        .sees("Il manque un abonnement");
    lea.get("/laigneville/espace-famille")
        .await
        .sees("Zoé Durant");
}

#[tokio::test]
async fn a_recomposed_family_is_two_families_on_one_account_and_nobody_ends_anothers() {
    let town = town().await;
    let mut lea = someone(&town, "lea@exemple.fr").await;
    for code in ["BLENFANCE-12087-0001AB", "BLENFANCE-12087-0002CD"] {
        search_code(&mut lea, code)
            .await
            .press("Confirmer mon abonnement")
            .await;
    }
    lea.get("/laigneville/espace-famille").await;
    lea.sees("Famille Durant")
        .sees("Famille Morel")
        .sees("Tom Morel");
    let mut ali = someone(&town, "ali@exemple.fr").await;
    let system = town.system();
    let mut tx = system.read().await.unwrap();
    let durant = preau_store::tables::family::by_reference(&mut tx, "F1")
        .await
        .unwrap()
        .unwrap();
    let ties = preau_store::tables::subscription::of_family(&mut tx, durant.id)
        .await
        .unwrap();
    drop(tx);
    ali.get("/laigneville/espace-citoyen/abonnements").await;
    let end = format!("/laigneville/espace-citoyen/abonnements/{}/fin", ties[0].id);
    ali.raw_post(&end, &[]).await;
    assert!(!ali.status().is_success());
    assert!(matches!(
        subscription::untie(&town.nobody(), ties[0].id).await,
        Err(Error::LogIn)
    ));
    lea.get("/laigneville/espace-citoyen/abonnements").await;
    lea.press("Famille Morel > Mettre fin")
        .await
        .sees("Cet abonnement est terminé");
    lea.get("/laigneville/espace-famille").await;
    lea.sees("Famille Durant").does_not_see("Tom Morel");
}

#[tokio::test]
async fn a_code_given_at_sign_up_opens_the_space_at_the_first_log_in() {
    let town = town().await;
    let mut lea = town.visitor();
    lea.get("/laigneville/compte/creer").await;
    citizen::fill(&mut lea, "lea@exemple.fr");
    lea.fill("Code abonné", "blenfance-12087-0001ab")
        .press("S’inscrire")
        .await;
    let mail = town.mail_to("lea@exemple.fr").await;
    lea.get(&citizen::link_in(&mail.text))
        .await
        .press("Confirmer mon inscription")
        .await;
    log_in(&mut lea, "lea@exemple.fr", PASSWORD).await;
    lea.get("/laigneville/espace-famille")
        .await
        .sees("Zoé Durant");
}
