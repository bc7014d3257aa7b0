//! « Nous contacter », as a citizen lives it: with a script, without, by mistake, and as somebody who cheats.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

use http::StatusCode;
use jiff::SignedDuration;
use preau_rules::permission::RolePreset;
use preau_testkit::{http::Visitor, proof, town::Town};
use serde_json::Value;

const DEFI: &str = "/laigneville/contact/defi";

/// Léa on the form, everything filled in.
async fn lea(town: &Town) -> Visitor {
    let mut lea = town.visitor();
    lea.get("/laigneville/contact").await;
    fill(&mut lea);
    lea
}

fn fill(visitor: &mut Visitor) {
    visitor
        .fill("Nom", "Durant")
        .fill("Prénom", "Léa")
        .fill("E-mail", "lea@exemple.fr")
        .fill("Objet", "Menus de jeudi")
        .fill("Message", "Bonjour,\nle menu contient-il des arachides ?");
}

/// The script of the page did its work.
async fn prove(visitor: &mut Visitor) {
    let solved = proof::solve(visitor, DEFI).await;
    visitor.script_sets("altcha", &solved);
}

async fn challenge(town: &Town, path: &str) -> Value {
    let mut visitor = town.visitor();
    visitor.get(path).await;
    serde_json::from_slice(visitor.bytes()).unwrap()
}

fn number_on(page: &Visitor) -> String {
    let at = page.text().find("D-2026-").unwrap();
    page.text()[at..at + 11].to_owned()
}

/// The code and the link in the mail.
fn code_in(text: &str) -> (String, String) {
    let word = |start: &str| {
        let at = text.find(start).unwrap() + start.len();
        let rest = text[at..].trim_start();
        rest[..rest.find(char::is_whitespace).unwrap()].to_owned()
    };
    let link = text
        .split_whitespace()
        .find(|w| w.contains("/contact/confirmer/"))
        .unwrap();
    (word("Votre code\u{a0}:"), link.to_owned())
}

#[tokio::test]
async fn a_citizen_writes_and_the_answer_arrives() {
    let town = Town::new().await;
    let mut lea = lea(&town).await;
    prove(&mut lea).await;
    lea.press("Envoyer mon message").await;
    lea.sees("Votre message est à la mairie")
        .sees("D-2026-0001");
    lea.sees("lundi 7 décembre");

    let acknowledgement = town.mail_to("lea@exemple.fr").await;
    assert!(
        acknowledgement.subject.contains("D-2026-0001"),
        "{}",
        acknowledgement.subject
    );
    assert!(
        acknowledgement.text.contains("arachides"),
        "{}",
        acknowledgement.text
    );

    let mut camille = town.agent("camille", RolePreset::FrontDesk).await;
    camille.sees("Demandes à traiter").sees("Menus de jeudi");
    camille.follow("Demandes").await;
    camille.sees("Menus de jeudi").sees("Léa Durant");
    camille.follow("D-2026-0001").await;
    camille
        .sees("le menu contient-il des arachides")
        .sees("envoyé");
    camille.fill("Votre réponse", "Non, aucun plat n’en contient.");
    camille.press("Relire avant d’envoyer").await;
    camille
        .sees("Bonjour Léa Durant")
        .sees("aucun plat n’en contient");
    assert_eq!(town.mails().await.len(), 1, "a preview sends nothing");
    camille.press("Envoyer la réponse").await;
    camille.sees("répondue").sees("Camille Durant a répondu");

    let answer = town.mail_to("lea@exemple.fr").await;
    assert!(
        answer.text.contains("Non, aucun plat n’en contient."),
        "{}",
        answer.text
    );
    assert!(answer.text.contains("Camille Durant"), "{}", answer.text);
    camille.get("/laigneville/agent").await;
    camille.sees("Tout est traité");
}

#[tokio::test]
async fn without_a_script_a_code_by_mail_proves_the_mailbox() {
    let town = Town::new().await;
    let mut lea = lea(&town).await;
    lea.press("Envoyer mon message").await;
    lea.sees("Confirmez votre adresse").sees("lea@exemple.fr");
    let mail = town.mail_to("lea@exemple.fr").await;
    let (code, link) = code_in(&mail.text);

    // A scanner opens the link: nothing happens.
    let mut scanner = town.visitor();
    scanner.get(&link).await;
    scanner.sees("Envoyer mon message");
    assert_eq!(scanner.value("Code à 6 chiffres"), code);
    assert_eq!(town.mails().await.len(), 1);

    lea.fill("Code à 6 chiffres", "12");
    lea.press("Envoyer mon message").await;
    assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let wrong = if code == "000000" { "000001" } else { "000000" };
    lea.fill("Code à 6 chiffres", wrong);
    lea.press("Envoyer mon message").await;
    assert!(
        lea.field_error("Code à 6 chiffres")
            .unwrap()
            .contains("pas celui")
    );

    lea.fill(
        "Code à 6 chiffres",
        &format!(" {} {}", &code[..3], &code[3..]),
    );
    lea.press("Envoyer mon message").await;
    lea.sees("Votre message est à la mairie")
        .sees("D-2026-0001");
    let mails = town.mails().await;
    assert!(mails.last().unwrap().subject.contains("D-2026-0001"));

    // The link once more: to the same number, and no second request.
    scanner.get(&link).await;
    scanner.sees("D-2026-0001");
    assert_eq!(town.mails().await.len(), 2);
}

#[tokio::test]
async fn ten_wrong_codes_and_the_message_is_gone() {
    let town = Town::new().await;
    let mut lea = lea(&town).await;
    lea.press("Envoyer mon message").await;
    let (code, _) = code_in(&town.mail_to("lea@exemple.fr").await.text);
    let wrong = if code == "111111" { "111112" } else { "111111" };
    for _ in 0..9 {
        lea.fill("Code à 6 chiffres", wrong);
        lea.press("Envoyer mon message").await;
        lea.sees("Ce code n’est pas celui");
    }
    lea.sees("Encore 1 essai");
    lea.fill("Code à 6 chiffres", wrong);
    lea.press("Envoyer mon message").await;
    assert_eq!(lea.status(), StatusCode::GONE);
    lea.sees("Ce message n’attend plus");
    assert_eq!(town.mails().await.len(), 1);
}

#[tokio::test]
async fn a_code_is_good_for_two_days() {
    let town = Town::new().await;
    let mut lea = lea(&town).await;
    lea.press("Envoyer mon message").await;
    let (code, link) = code_in(&town.mail_to("lea@exemple.fr").await.text);
    town.turn(SignedDuration::from_hours(47));
    lea.get(&link).await;
    lea.sees("Confirmez votre adresse");
    town.turn(SignedDuration::from_mins(61));
    lea.fill("Code à 6 chiffres", &code);
    lea.press("Envoyer mon message").await;
    assert_eq!(lea.status(), StatusCode::GONE);
}

#[tokio::test]
async fn a_form_posted_twice_is_one_request() {
    let town = Town::new().await;
    let mut lea = lea(&town).await;
    prove(&mut lea).await;
    let mut again = lea.clone();
    lea.press("Envoyer mon message").await;
    again.press("Envoyer mon message").await;
    assert_eq!(number_on(&lea), number_on(&again));
    assert_eq!(lea.url(), again.url());
    assert_eq!(town.mails().await.len(), 1);
}

#[tokio::test]
async fn a_proof_is_good_once() {
    let town = Town::new().await;
    let mut first = lea(&town).await;
    let solved = proof::solve(&first, DEFI).await;
    first.script_sets("altcha", &solved);
    first.press("Envoyer mon message").await;
    first.sees("D-2026-0001");

    let mut second = lea(&town).await;
    second.fill("Message", "Un autre message.");
    second.script_sets("altcha", &solved);
    second.press("Envoyer mon message").await;
    assert_eq!(second.status(), StatusCode::UNPROCESSABLE_ENTITY);
    second.sees("a déjà servi");
    assert_eq!(second.value("Message"), "Un autre message.");
    prove(&mut second).await;
    second.press("Envoyer mon message").await;
    second.sees("D-2026-0002");
}

#[tokio::test]
async fn a_forged_proof_is_refused() {
    let town = Town::new().await;
    town.another("ailleurs", "Ailleurs").await;
    let here = challenge(&town, DEFI).await;
    let elsewhere = challenge(&town, "/ailleurs/contact/defi").await;
    let number = proof::number_of(&here);
    let changed = |name: &str, value: &str| {
        let mut changed = here.clone();
        changed[name] = value.into();
        proof::proof(&changed, number)
    };
    let longer = here["salt"]
        .as_str()
        .unwrap()
        .replace("?expires=1", "?expires=2");
    let forged = [
        "rubbish".to_owned(),
        "e30=".to_owned(),
        "é".repeat(3_000),
        proof::proof(&here, number + 1),
        proof::proof(&elsewhere, proof::number_of(&elsewhere)),
        changed("signature", &"0".repeat(64)),
        changed("salt", &longer),
        changed("algorithm", "SHA-1"),
    ];
    for proof in forged {
        let mut bot = lea(&town).await;
        bot.script_sets("altcha", &proof);
        bot.press("Envoyer mon message").await;
        assert_eq!(bot.status(), StatusCode::UNPROCESSABLE_ENTITY, "{proof}");
        bot.sees("n’a pas abouti");
    }
    assert!(town.mails().await.is_empty());
}

#[tokio::test]
async fn a_proof_is_good_for_twenty_minutes() {
    let town = Town::new().await;
    let mut lea = lea(&town).await;
    prove(&mut lea).await;
    town.turn(SignedDuration::from_secs(20 * 60 + 1));
    lea.press("Envoyer mon message").await;
    lea.sees("plus de 20 minutes");
    prove(&mut lea).await;
    town.turn(SignedDuration::from_mins(20));
    lea.press("Envoyer mon message").await;
    lea.sees("D-2026-0001");
}

#[tokio::test]
async fn what_is_wrong_is_said_beside_its_field_and_kept() {
    let town = Town::new().await;
    let long = "é".repeat(5_001);
    let bad = [
        ("Nom", "", "Remplissez"),
        ("Nom", " \u{200b} ", "Remplissez"),
        ("Prénom", "a\u{1b}[31m", "caractère invisible"),
        ("Prénom", "facture\u{202e}fdp", "caractère invisible"),
        ("E-mail", "lea", "@"),
        ("E-mail", "", ""),
        ("E-mail", "lea@exemple.fr\r\nBcc: tous@exemple.fr", ""),
        ("Téléphone", "12", "10 chiffres"),
        ("Objet", "   ", "Remplissez"),
        ("Message", "", "Remplissez"),
        ("Message", &long, "5000"),
    ];
    for (field, typed, says) in bad {
        let mut lea = lea(&town).await;
        prove(&mut lea).await;
        lea.fill(field, typed);
        lea.press("Envoyer mon message").await;
        assert_eq!(
            lea.status(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "{field} {typed:.20}"
        );
        let label = if field == "Téléphone" {
            "Téléphone (facultatif)"
        } else {
            field
        };
        let said = lea
            .field_error(label)
            .unwrap_or_else(|| panic!("{field} {typed:.20}"));
        let said = said.replace(['\u{a0}', ' '], "");
        assert!(said.contains(&says.replace(' ', "")), "{field}: {said}");
        let other = if field == "Nom" {
            ("Prénom", "Léa")
        } else {
            ("Nom", "Durant")
        };
        assert_eq!(lea.value(other.0), other.1);
    }
    assert!(town.mails().await.is_empty());
}

#[tokio::test]
async fn several_mistakes_are_said_together() {
    let town = Town::new().await;
    let mut nobody = town.visitor();
    nobody.get("/laigneville/contact").await;
    nobody.press("Envoyer mon message").await;
    nobody.sees("5 points sont à corriger");
    // A program fills in what people do not see.
    let mut bot = lea(&town).await;
    prove(&mut bot).await;
    bot.fill("Ne remplissez pas ce champ", "https://casino.exemple");
    bot.press("Envoyer mon message").await;
    bot.sees("Un champ caché").sees("Nom");
    assert!(town.mails().await.is_empty());
}

#[tokio::test]
async fn odd_but_good_input_goes_through_unharmed() {
    let town = Town::new().await;
    let mut zoe = town.visitor();
    zoe.get("/laigneville/contact").await;
    zoe.fill("Nom", "<b>d’Été</b> & fils")
        .fill("Prénom", "Zoé 👩‍👧")
        .fill("E-mail", " zoe+cantine@École.example ")
        .fill("Téléphone", "+33 (0)6 12 34 56 78")
        .fill("Objet", "Repas\r\nBcc: tous@exemple.fr")
        .fill(
            "Message",
            "<script>alert(1)</script>\n\n👍 = 100 % d’accord",
        );
    prove(&mut zoe).await;
    zoe.press("Envoyer mon message").await;
    zoe.sees("D-2026-0001");
    let mail = town.mail_to("zoe+cantine@xn--cole-9oa.example").await;
    assert!(!mail.subject.contains(['\r', '\n']), "{}", mail.subject);
    assert!(
        mail.text.contains("Repas Bcc: tous@exemple.fr")
            || mail.text.contains("Repas Bcc\u{a0}: tous@exemple.fr"),
        "{}",
        mail.text
    );
    assert!(!mail.html.contains("<script>"), "{}", mail.html);

    let mut camille = town.agent("camille", RolePreset::FrontDesk).await;
    camille.get("/laigneville/agent/demandes/D-2026-0001").await;
    camille
        .sees("<script>alert(1)</script>")
        .sees("06 12 34 56 78")
        .sees("<b>d’Été</b> & fils");
    assert!(!String::from_utf8_lossy(camille.bytes()).contains("<script>alert"));
}

#[tokio::test]
async fn many_messages_from_one_address_wait() {
    let town = Town::new().await;
    let here = "192.0.2.7:4000".parse().unwrap();
    for sent in 1..=10 {
        let mut lea = town.visitor().from_address(here);
        lea.get("/laigneville/contact").await;
        fill(&mut lea);
        prove(&mut lea).await;
        lea.press("Envoyer mon message").await;
        lea.sees(&format!("D-2026-{sent:04}"));
    }
    let mut lea = town.visitor().from_address(here);
    lea.get("/laigneville/contact").await;
    fill(&mut lea);
    prove(&mut lea).await;
    lea.press("Envoyer mon message").await;
    assert_eq!(lea.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(lea.header("retry-after"), Some("120"));
    lea.sees("2 minutes");
    assert_eq!(lea.value("Objet"), "Menus de jeudi");

    // Another address is not concerned; after the wait this one may write again.
    let mut tom = town
        .visitor()
        .from_address("192.0.2.8:4000".parse().unwrap());
    tom.get("/laigneville/contact").await;
    fill(&mut tom);
    prove(&mut tom).await;
    tom.press("Envoyer mon message").await;
    tom.sees("D-2026-0011");
    town.turn(SignedDuration::from_secs(121));
    prove(&mut lea).await;
    lea.press("Envoyer mon message").await;
    lea.sees("D-2026-0012");
}

#[tokio::test]
async fn the_form_does_not_flood_a_mailbox() {
    let town = Town::new().await;
    for (at, status) in [200, 200, 200, 429].into_iter().enumerate() {
        let from = format!("192.0.2.{}:4000", at + 1).parse().unwrap();
        let mut bot = town.visitor().from_address(from);
        bot.get("/laigneville/contact").await;
        fill(&mut bot);
        bot.press("Envoyer mon message").await;
        assert_eq!(bot.status().as_u16(), status);
    }
    assert_eq!(town.mails().await.len(), 3);
}

#[tokio::test]
async fn a_receipt_is_not_guessed() {
    let town = Town::new().await;
    town.another("ailleurs", "Ailleurs").await;
    let mut lea = lea(&town).await;
    prove(&mut lea).await;
    lea.press("Envoyer mon message").await;
    let path = lea.url().path().to_owned();
    let mut other = town.visitor();
    other.get(&path).await;
    other.sees("D-2026-0001");
    let (head, last) = path.split_at(path.len() - 2);
    let changed = if last.starts_with('A') { "B" } else { "A" };
    for wrong in [
        format!("{head}{changed}{}", &last[1..]),
        "/laigneville/contact/envoyee/D-2026-0001".to_owned(),
        "/laigneville/contact/confirmer/0193a000-0000-7000-8000-000000000001x".to_owned(),
        path.replace("/laigneville/", "/ailleurs/"),
    ] {
        other.get(&wrong).await;
        assert_eq!(other.status(), StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test]
async fn numbers_start_again_with_the_year_of_the_commune() {
    let town = Town::at("2026-12-31T22:30:00Z").await;
    for (hours, number) in [(0, "D-2026-0001"), (1, "D-2027-0001"), (0, "D-2027-0002")] {
        let mut lea = lea(&town).await;
        town.turn(SignedDuration::from_hours(hours));
        prove(&mut lea).await;
        lea.press("Envoyer mon message").await;
        lea.sees(number);
    }
}
