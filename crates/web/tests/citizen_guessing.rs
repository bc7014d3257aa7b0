//! What keeps others out of a citizen's account and family: guessing, replaying, planting, leading astray. Each story
//! fails when its defence is taken away.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod citizen;

use citizen::{
    ADDRESS, COOKIE, PASSWORD, citizen, code_in, link_in, log_in, member, not, signed_up,
};
use http::StatusCode;
use jiff::SignedDuration;
use preau_app::family_import::{self, Kind};
use preau_store::tables::{family, subscription};
use preau_testkit::{http::Visitor, town::Town};

const NEW: &str = "/laigneville/espace-citoyen/abonnements/nouveau";
const SEARCH: &str = "/laigneville/espace-citoyen/abonnements";

async fn bring(town: &Town, kind: Kind, text: &str) {
    let cx = town.system();
    let checked = family_import::check(&cx, kind, text).await.unwrap();
    assert_eq!(checked.problems, []);
    family_import::write(&cx, checked.rows, &mut |_, _| {})
        .await
        .unwrap();
}

/// A family with a code and an invoice.
async fn a_family(town: &Town) {
    let families = "famille_reference;nom_famille;responsable1_nom;responsable1_prenom;enfant1_nom;enfant1_prenom;enfant1_naissance;code_abonne\nF1;Durant;Durant;Léa;Durant;Zoé;01/01/2017;BLENFANCE-12087-0001AB\n";
    bring(town, Kind::Families, families).await;
    let invoices = "code_emission;reference;montant;code_personnel;famille_reference\nCANT-10;F2026-1;12,50;P1;F1\n";
    bring(town, Kind::Invoices, invoices).await;
}

async fn someone(town: &Town, email: &str) -> Visitor {
    let mut visitor = member(town, email).await;
    log_in(&mut visitor, email, PASSWORD).await;
    visitor
}

async fn search_invoice(visitor: &mut Visitor, facts: [&str; 4]) {
    visitor.get(NEW).await;
    for (label, value) in [
        "Code émission de la facture",
        "Référence de la facture",
        "Montant de la facture",
        "Code personnel",
    ]
    .into_iter()
    .zip(facts)
    {
        visitor.fill(label, value);
    }
    visitor.press("Avec une de vos factures > Rechercher").await;
}

/// The value of a hidden field on the page.
fn hidden(visitor: &Visitor, name: &str) -> String {
    let html = String::from_utf8(visitor.bytes().to_vec()).unwrap();
    let start = format!("name=\"{name}\" value=\"");
    let at = html.find(&start).unwrap() + start.len();
    html[at..].split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn no_form_tells_whether_an_address_has_an_account() {
    let town = Town::new().await;
    member(&town, ADDRESS).await;
    for (page, button) in [
        (
            "/laigneville/connexion/sans-mot-de-passe",
            "Envoyer le lien",
        ),
        ("/laigneville/mot-de-passe", "Envoyer l’e-mail"),
    ] {
        let mut said = Vec::new();
        for email in [ADDRESS, "personne@exemple.fr"] {
            let mut thief = town.visitor();
            thief
                .get(page)
                .await
                .fill("E-mail (identifiant)", email)
                .press(button)
                .await;
            thief.fill("Code à 6 chiffres", "000000");
            let before = (thief.status(), thief.text().replace(email, "X"));
            let button = if page.ends_with("mot-de-passe") && !page.contains("sans") {
                "Continuer"
            } else {
                "Me connecter"
            };
            thief.press(button).await;
            let after = thief.field_error("Code à 6 chiffres").map(str::to_owned);
            said.push((before, thief.status(), after));
        }
        assert_eq!(said[0], said[1], "{page}");
    }
    // Correcting the address of one's own sign-up tells nothing either.
    let mut said = Vec::new();
    for (n, email) in [ADDRESS, "inconnu@exemple.fr"].into_iter().enumerate() {
        let mut thief = signed_up(&town, &format!("voleur{n}@exemple.fr")).await;
        thief
            .fill("La bonne adresse", email)
            .press("Corriger l’adresse")
            .await;
        said.push((thief.status(), thief.text().replace(email, "X")));
    }
    assert_eq!(said[0], said[1]);
}

#[tokio::test]
async fn an_invoice_with_one_wrong_fact_reads_like_none_at_all() {
    let town = Town::new().await;
    a_family(&town).await;
    let mut paul = someone(&town, "paul@exemple.fr").await;
    for facts in [
        ["CANT-11", "F2026-1", "12,50", "P1"],
        ["CANT-10", "F2026-2", "12,50", "P1"],
        ["CANT-10", "F2026-1", "12,51", "P1"],
        ["CANT-10", "F2026-1", "12,50", "P2"],
        ["X", "X", "1", "X"],
    ] {
        search_invoice(&mut paul, facts).await;
        assert_eq!(paul.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            paul.text().contains("Aucune facture ne correspond"),
            "{facts:?}"
        );
        paul.does_not_see("Zoé");
    }
    // Five are free, then each costs time, and the right one too.
    search_invoice(&mut paul, ["CANT-10", "F2026-1", "12,50", "P1"]).await;
    assert_eq!(paul.status(), StatusCode::TOO_MANY_REQUESTS);
    paul.does_not_see("Zoé");
}

#[tokio::test]
async fn a_code_sent_by_mail_is_not_guessed() {
    let town = Town::new().await;
    member(&town, ADDRESS).await;
    for (page, button, next) in [
        (
            "/laigneville/connexion/sans-mot-de-passe",
            "Envoyer le lien",
            "Me connecter",
        ),
        ("/laigneville/mot-de-passe", "Envoyer l’e-mail", "Continuer"),
    ] {
        let mut thief = town.visitor();
        thief
            .get(page)
            .await
            .fill("E-mail (identifiant)", ADDRESS)
            .press(button)
            .await;
        let mail = town.mail_to(ADDRESS).await;
        let code = code_in(&mail.text);
        for _ in 0..10 {
            thief
                .fill("Code à 6 chiffres", not(&code))
                .press(next)
                .await;
            assert_eq!(thief.status(), StatusCode::UNPROCESSABLE_ENTITY);
        }
        thief.fill("Code à 6 chiffres", &code).press(next).await;
        assert_eq!(
            thief.status(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "{page}: the eleventh try"
        );
        // Its owner has the link still.
        let mut lea = town.visitor();
        lea.get(&link_in(&mail.text))
            .await
            .does_not_see("ne fonctionne plus");
    }
}

#[tokio::test]
async fn a_planted_cookie_opens_nothing_after_a_link_either() {
    let town = Town::new().await;
    member(&town, ADDRESS).await;
    let mut lea = town.visitor();
    lea.get("/laigneville/connexion/sans-mot-de-passe").await;
    lea.fill("E-mail (identifiant)", ADDRESS)
        .press("Envoyer le lien")
        .await;
    let link = link_in(&town.mail_to(ADDRESS).await.text);
    let mut reader = town.visitor();
    reader
        .get("/laigneville/")
        .await
        .set_cookie(COOKIE, "planted-by-a-thief");
    reader.get(&link).await.press("Me connecter").await;
    assert_eq!(reader.heading(), Some("Bonjour Léa"));
    assert_ne!(reader.cookie(COOKIE), Some("planted-by-a-thief"));
    let mut thief = town.visitor();
    thief
        .get("/laigneville/")
        .await
        .set_cookie(COOKIE, "planted-by-a-thief");
    assert_eq!(
        thief.get("/laigneville/mon-compte").await.heading(),
        Some("Se connecter")
    );
}

#[tokio::test]
async fn what_one_searched_is_confirmed_once_and_by_nobody_else() {
    let town = Town::new().await;
    a_family(&town).await;
    let mut lea = citizen(&town).await;
    lea.get(NEW).await;
    lea.fill("Code Abonné", "BLENFANCE-12087-0001AB")
        .press("Avec votre code abonné > Rechercher")
        .await
        .sees("Famille Durant");
    let (token, form) = (hidden(&lea, "jeton"), hidden(&lea, "csrf"));
    // Somebody who has seen the page's source has the token of another, and of another's form.
    let mut paul = someone(&town, "paul@exemple.fr").await;
    let confirm = format!("{SEARCH}/confirmation");
    paul.raw_post(&confirm, &[("csrf", &form), ("jeton", &token)])
        .await;
    assert_eq!(paul.status().as_u16(), 419, "a form of another session");
    paul.get(NEW).await;
    let own = hidden(&paul, "csrf");
    paul.raw_post(&confirm, &[("csrf", &own), ("jeton", &token)])
        .await;
    assert_eq!(
        paul.status(),
        StatusCode::UNPROCESSABLE_ENTITY,
        "a search of another account"
    );
    paul.get("/laigneville/espace-famille")
        .await
        .does_not_see("Zoé");

    let pairs = [("csrf", form.as_str()), ("jeton", token.as_str())];
    lea.raw_post(&confirm, &pairs)
        .await
        .sees("Vous êtes abonné");
    let mut tab = lea.clone();
    tab.raw_post(&confirm, &pairs).await;
    let mut tx = town.system().read().await.unwrap();
    let durant = family::by_reference(&mut tx, "F1").await.unwrap().unwrap();
    let ties = subscription::of_family(&mut tx, durant.id).await.unwrap();
    drop(tx);
    assert_eq!(ties.len(), 1, "the same form twice is one abonnement");
    // The search is good for half an hour.
    let mut zoe = someone(&town, "zoe@exemple.fr").await;
    search_invoice(&mut zoe, ["CANT-10", "F2026-1", "12,50", "P1"]).await;
    town.turn(SignedDuration::from_mins(31));
    zoe.press("Confirmer mon abonnement").await;
    assert_eq!(zoe.status(), StatusCode::UNPROCESSABLE_ENTITY);
    zoe.get("/laigneville/espace-famille")
        .await
        .does_not_see("Zoé Durant");
}

#[tokio::test]
async fn a_form_of_another_site_or_of_before_the_log_in_changes_nothing() {
    let town = Town::new().await;
    let mut lea = citizen(&town).await;
    lea.get("/laigneville/mon-compte").await;
    let form = hidden(&lea, "csrf");
    let save = "/laigneville/mon-compte/identite";
    let pairs = [
        ("csrf", form.as_str()),
        ("civilite", "MME"),
        ("prenom", "Volée"),
        ("nom", "Durant"),
    ];
    let mut led = lea.clone().with_header("sec-fetch-site", "cross-site");
    led.raw_post(save, &pairs).await;
    assert_eq!(led.status().as_u16(), 419, "a form of another site");
    let mut anonymous = town.visitor();
    anonymous.get("/laigneville/connexion").await;
    let before = hidden(&anonymous, "csrf");
    let mut old = pairs;
    old[0].1 = &before;
    lea.raw_post(save, &old).await;
    assert_eq!(lea.status().as_u16(), 419, "a token of a visitor");
    lea.get("/laigneville/mon-compte")
        .await
        .does_not_see("Volée");
    lea.raw_post(save, &pairs).await.sees("Volée");
}

#[tokio::test]
async fn no_address_leads_to_another_site() {
    let town = Town::new().await;
    let mut lea = citizen(&town).await;
    for path in [
        "/Laigneville//piege.exemple/",
        "/LAIGNEVILLE/%2F%2Fpiege.exemple",
        "/laigneville//piege.exemple",
        "/laigneville/connexion?retour=//piege.exemple",
        "/laigneville/connexion?retour=https://piege.exemple",
        "/laigneville/connexion?retour=/%09/piege.exemple",
        "/laigneville/connexion?retour=/%5Cpiege.exemple",
    ] {
        lea.get(path).await;
        let to = lea.redirects().join(" ");
        assert_eq!(
            lea.url().host_str(),
            Some("localhost"),
            "{path} led to {to}"
        );
        assert!(
            lea.redirects()
                .iter()
                .all(|to| !to.contains("://piege") && !to.starts_with("//")),
            "{path} led to {to}"
        );
    }
}
