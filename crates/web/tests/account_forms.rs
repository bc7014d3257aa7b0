//! Forms of accounts: what a commune asks of passwords, what is filled in for who is known, and what people type by
//! mistake, twice, late or from elsewhere.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod citizen;

use citizen::{ADDRESS, PASSWORD, citizen, code_in, fill, link_in, log_in, member, signed_up};
use http::StatusCode;
use jiff::SignedDuration;
use preau_app::family_import::{self, Kind};
use preau_rules::permission::RolePreset;
use preau_testkit::{http::Visitor, town::Town};

const NEW: &str = "/laigneville/espace-citoyen/abonnements/nouveau";
const RULES: &str = "/laigneville/agent/parametres/mots-de-passe";
const FAMILIES: &str = "famille_reference;nom_famille;responsable1_nom;responsable1_prenom;responsable1_email;responsable1_telephone;enfant1_nom;enfant1_prenom;enfant1_naissance;code_abonne
F1;Durant;Durant;Léa;lea@exemple.fr;+33612345678;Durant;Zoé;01/01/2017;BLENFANCE-12087-0001AB
";
const INVOICES: &str = "code_emission;reference;montant;code_personnel;famille_reference
CANT-10;F2026-1;1234,50;P1;F1
";

async fn with_families(town: &Town) {
    let cx = town.system();
    for (kind, text) in [(Kind::Families, FAMILIES), (Kind::Invoices, INVOICES)] {
        let checked = family_import::check(&cx, kind, text).await.unwrap();
        assert_eq!(checked.problems, []);
        family_import::write(&cx, checked.rows, &mut |_, _| {})
            .await
            .unwrap();
    }
}

async fn chooses(town: &Town, rule: &str) {
    let mut zoe = town.agent("zoe", RolePreset::Administrator).await;
    zoe.get(RULES).await;
    zoe.choose(rule)
        .press("Enregistrer")
        .await
        .sees("La règle est enregistrée");
}

fn types(visitor: &mut Visitor, password: &str) {
    visitor
        .fill("Mot de passe", password)
        .fill("Confirmation du mot de passe", password);
}

#[tokio::test]
async fn a_commune_asks_for_more_at_sign_up_at_the_reset_and_at_the_change() {
    let town = Town::new().await;
    let mut before = citizen(&town).await;
    chooses(
        &town,
        "Au moins 12 caractères, dont au moins un chiffre, une lettre minuscule, une lettre majuscule et un signe, par exemple ! ou -.",
    )
    .await;
    let short = "Vz7k-qmwp";

    let mut paul = town.visitor();
    paul.get("/laigneville/compte/creer").await;
    paul.sees("Au moins 12 caractères");
    fill(&mut paul, "paul@exemple.fr");
    types(&mut paul, short);
    paul.press("S’inscrire").await;
    assert!(paul.field_error("Mot de passe").unwrap().contains("12"));

    before.get("/laigneville/mon-compte").await;
    before.fill("Mot de passe > Mot de passe actuel", PASSWORD);
    types(&mut before, short);
    before.press("Changer mon mot de passe").await;
    assert_eq!(before.status(), StatusCode::UNPROCESSABLE_ENTITY);

    let mut forgetful = town.visitor();
    forgetful
        .get("/laigneville/mot-de-passe")
        .await
        .fill("E-mail (identifiant)", ADDRESS)
        .press("Envoyer l’e-mail")
        .await;
    let link = link_in(&town.mail_to(ADDRESS).await.text);
    forgetful.get(&link).await.sees("Au moins 12 caractères");
    types(&mut forgetful, short);
    forgetful.press("Enregistrer le mot de passe").await;
    assert!(forgetful.field_error("Mot de passe").is_some());

    // Passwords of before stay good.
    log_in(&mut town.visitor(), ADDRESS, PASSWORD).await;
    types(&mut forgetful, "Vz7k-qmwp-Td9");
    forgetful
        .press("Enregistrer le mot de passe")
        .await
        .sees("Votre mot de passe est changé");
}

#[tokio::test]
async fn a_phrase_will_do_where_the_commune_says_so() {
    let town = Town::new().await;
    let phrase = "girafe violon tartine brouillard nappe clou jardin";
    let mut paul = town.visitor();
    paul.get("/laigneville/compte/creer").await;
    fill(&mut paul, "paul@exemple.fr");
    types(&mut paul, phrase);
    paul.press("S’inscrire").await;
    assert!(paul.field_error("Mot de passe").is_some());
    chooses(
        &town,
        "Au moins 14 caractères, dont au moins un chiffre, une lettre minuscule et une lettre majuscule, ou une phrase d’au moins 7 mots différents.",
    )
    .await;
    paul.get("/laigneville/compte/creer").await;
    fill(&mut paul, "paul@exemple.fr");
    types(&mut paul, phrase);
    paul.press("S’inscrire").await.sees("paul@exemple.fr");
}

#[tokio::test]
async fn a_rule_that_is_none_of_the_list_changes_nothing() {
    let town = Town::new().await;
    let mut zoe = town.agent("zoe", RolePreset::Administrator).await;
    zoe.get(RULES).await;
    let html = String::from_utf8(zoe.bytes().to_vec()).unwrap();
    let at = html.find("name=\"csrf\" value=\"").unwrap() + 19;
    let token = html[at..].split('"').next().unwrap().to_owned();
    for rule in ["", "aucune", "{\"min_length\":1}"] {
        zoe.raw_post(RULES, &[("csrf", &token), ("regle", rule)])
            .await;
        assert_eq!(zoe.status(), StatusCode::UNPROCESSABLE_ENTITY, "{rule}");
    }
    town.visitor()
        .get("/laigneville/compte/creer")
        .await
        .sees("Au moins 8 caractères");
}

#[tokio::test]
async fn who_is_logged_in_writes_without_saying_again_who_they_are() {
    let town = Town::new().await;
    with_families(&town).await;
    let mut lea = citizen(&town).await;
    lea.get(NEW)
        .await
        .fill("Code Abonné", "BLENFANCE-12087-0001AB")
        .press("Avec votre code abonné > Rechercher")
        .await
        .press("Confirmer mon abonnement")
        .await;
    lea.get("/laigneville/contact").await;
    for (field, value) in [
        ("Nom", "Durant"),
        ("Prénom", "Léa"),
        ("E-mail", ADDRESS),
        ("Téléphone (facultatif)", "06 12 34 56 78"),
    ] {
        assert_eq!(lea.value(field).replace('\u{a0}', " "), value, "{field}");
    }
    // The mailbox is known to be hers: no proof of work, no code.
    lea.fill("Objet", "Goûter")
        .fill("Message", "Bonjour.")
        .press("Envoyer mon message")
        .await
        .sees("D-2026-0001");
    lea.get("/laigneville/espace-citoyen/demandes")
        .await
        .sees("Goûter");
    // From another address the mailbox is to be proved, as for everybody.
    lea.get("/laigneville/contact").await;
    lea.fill("E-mail", "voisin@exemple.fr")
        .fill("Objet", "Pour un autre")
        .fill("Message", "Bonjour.")
        .press("Envoyer mon message")
        .await
        .sees("Confirmez votre adresse");
    // What was corrected is kept when the form comes back.
    lea.get("/laigneville/contact").await;
    lea.fill("Nom", "Durant-Morel")
        .press("Envoyer mon message")
        .await;
    assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(lea.value("Nom"), "Durant-Morel");
    let mut nobody = town.visitor();
    nobody.get("/laigneville/contact").await;
    assert_eq!(nobody.value("Nom"), "");
}

#[tokio::test]
async fn an_amount_is_read_as_people_write_it() {
    let town = Town::new().await;
    with_families(&town).await;
    let mut lea = citizen(&town).await;
    let search = async |lea: &mut Visitor, montant: &str| {
        lea.get(NEW).await;
        lea.fill("Code émission de la facture", "CANT-10")
            .fill("Référence de la facture", "F2026-1")
            .fill("Montant de la facture", montant)
            .fill("Code personnel", "P1")
            .press("Avec une de vos factures > Rechercher")
            .await;
        lea.status()
    };
    for montant in [
        "1234,5",
        "1234.50 €",
        " 1 234,50 ",
        "1\u{202f}234,50\u{a0}€",
        "1234,50 EUR",
    ] {
        assert_eq!(search(&mut lea, montant).await, StatusCode::OK, "{montant}");
        lea.sees("Famille Durant");
    }
    for montant in [
        "",
        " ",
        "douze",
        "12,5,0",
        "1234,505",
        "1e3",
        "<b>1234,50</b>",
        "1234,50 🙂",
        "999999999999999999999",
    ] {
        let status = search(&mut lea, montant).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{montant}");
        let error = lea.field_error("Montant de la facture");
        assert!(error.is_some(), "{montant}");
        assert_eq!(lea.value("Référence de la facture"), "F2026-1");
    }
}

#[tokio::test]
async fn every_field_of_identity_and_address_says_what_is_wrong() {
    let town = Town::new().await;
    let mut lea = citizen(&town).await;
    let long = "é".repeat(200);
    for name in ["", "   ", "\u{7}", &*long] {
        lea.get("/laigneville/mon-compte").await;
        lea.fill("Prénom", name)
            .press("Enregistrer mon identité")
            .await;
        assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY, "{name:?}");
        assert!(lea.field_error("Prénom").is_some(), "{name:?}");
    }
    for name in ["Мария 🎒", "<script>alert(1)</script>", "  O’Brien "] {
        lea.get("/laigneville/mon-compte").await;
        lea.fill("Prénom", name)
            .press("Enregistrer mon identité")
            .await
            .sees("Votre identité est enregistrée");
        assert_eq!(lea.value("Prénom"), name.trim());
    }
    for email in ["", "lea", "lea@", "a@b@c.fr", "lea@exemple.fr\u{0}", &*long] {
        lea.get("/laigneville/mon-compte").await;
        lea.fill("Nouvelle adresse e-mail", email)
            .fill("Adresse e-mail > Mot de passe actuel", PASSWORD)
            .press("Changer mon adresse")
            .await;
        assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY, "{email:?}");
        assert!(
            lea.field_error("Nouvelle adresse e-mail").is_some(),
            "{email:?}"
        );
    }
    assert_eq!(town.mails().await.len(), 1, "nothing was mailed by mistake");
}

#[tokio::test]
async fn an_address_in_another_case_is_the_same_account() {
    let town = Town::new().await;
    member(&town, "lea+ecole@xn--cole-9oa.fr").await;
    for typed in ["LEA+ECOLE@ÉCOLE.FR", "  lea+ecole@xn--cole-9oa.fr "] {
        let mut lea = town.visitor();
        log_in(&mut lea, typed, PASSWORD).await;
        assert_eq!(lea.heading(), Some("Bonjour Léa"), "{typed}");
    }
}

#[tokio::test]
async fn a_search_confirmed_twice_ties_once_and_one_confirmed_late_is_made_again() {
    let town = Town::new().await;
    with_families(&town).await;
    let mut lea = citizen(&town).await;
    let search = async |who: &mut Visitor| {
        who.get(NEW).await;
        who.fill("Code Abonné", "BLENFANCE-12087-0001AB")
            .press("Avec votre code abonné > Rechercher")
            .await
            .sees("Famille Durant");
    };
    search(&mut lea).await;
    town.turn(SignedDuration::from_mins(31));
    lea.press("Confirmer mon abonnement").await;
    assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY);
    lea.sees("plus d’une demi-heure");
    search(&mut lea).await;
    let html = String::from_utf8(lea.bytes().to_vec()).unwrap();
    let value = |name: &str| {
        let start = format!("name=\"{name}\" value=\"");
        let at = html.find(&start).unwrap() + start.len();
        html[at..].split('"').next().unwrap().to_owned()
    };
    let (csrf, token) = (value("csrf"), value("jeton"));
    let confirm = "/laigneville/espace-citoyen/abonnements/confirmation";
    for _ in 0..2 {
        lea.raw_post(confirm, &[("csrf", &csrf), ("jeton", &token)])
            .await
            .sees("Vous êtes abonné à la famille Durant");
    }
    // What a search showed to one account confirms nothing for another, nor in another commune.
    let mut other = member(&town, "autre@exemple.fr").await;
    log_in(&mut other, "autre@exemple.fr", PASSWORD).await;
    other.get(NEW).await;
    let html = String::from_utf8(other.bytes().to_vec()).unwrap();
    let at = html.find("name=\"csrf\" value=\"").unwrap() + 19;
    let own = html[at..].split('"').next().unwrap().to_owned();
    other
        .raw_post(confirm, &[("csrf", &own), ("jeton", &token)])
        .await;
    assert_eq!(other.status(), StatusCode::UNPROCESSABLE_ENTITY);
    town.another("nogent", "Nogent").await;
    lea.raw_post(
        &confirm.replace("laigneville", "nogent"),
        &[("csrf", &csrf), ("jeton", &token)],
    )
    .await;
    assert_eq!(lea.heading(), Some("Se connecter"));
}

#[tokio::test]
async fn an_activation_posted_twice_or_by_halves_opens_one_account() {
    let town = Town::new().await;
    let mut lea = signed_up(&town, ADDRESS).await;
    let mail = town.mail_to(ADDRESS).await;
    let link = link_in(&mail.text);
    let token = link.split("id=").nth(1).unwrap().to_owned();
    lea.get(&link).await;
    let html = String::from_utf8(lea.bytes().to_vec()).unwrap();
    let at = html.find("name=\"csrf\" value=\"").unwrap() + 19;
    let csrf = html[at..].split('"').next().unwrap().to_owned();
    for half in [&token[..token.len() / 2], &token[token.len() / 2..], ""] {
        lea.raw_post("/laigneville/activation", &[("csrf", &csrf), ("id", half)])
            .await
            .sees("incomplet");
    }
    for _ in 0..2 {
        lea.raw_post(
            "/laigneville/activation",
            &[("csrf", &csrf), ("id", &token)],
        )
        .await;
        assert_eq!(lea.heading(), Some("Se connecter"));
    }
    // The code of the same mail, late: it says so and does no harm.
    lea.get("/laigneville/activation?id=").await;
    lea.fill("E-mail de votre inscription", ADDRESS)
        .fill("Code à 6 chiffres", &code_in(&mail.text))
        .press("Confirmer mon inscription")
        .await;
    assert_ne!(lea.status(), StatusCode::INTERNAL_SERVER_ERROR);
    log_in(&mut lea, ADDRESS, PASSWORD).await;
    assert_eq!(lea.heading(), Some("Bonjour Léa"));
}

#[tokio::test]
async fn a_form_sent_a_day_late_is_asked_again() {
    let town = Town::new().await;
    let mut lea = town.visitor();
    lea.get("/laigneville/compte/creer").await;
    fill(&mut lea, ADDRESS);
    town.turn(SignedDuration::from_hours(25));
    lea.press("S’inscrire").await;
    assert_eq!(lea.status().as_u16(), 419);
    assert_eq!(town.mails().await.len(), 0);
}
