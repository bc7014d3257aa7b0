//! Documents: asked for, sent by telephone, sent again when the scan is bad, accepted, and asked for anew before they end.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod citizen;
mod homes;

use std::io::Cursor;

use homes::{hidden, lea, parent, town, who};
use http::StatusCode;
use jiff::SignedDuration;
use preau_rules::permission::RolePreset;
use preau_store::tables::document;
use preau_testkit::{http::Visitor, town::Town};

const DOCUMENTS: &str = "/laigneville/espace-famille/documents";
const KINDS: &str = "/laigneville/agent/parametres/documents";
const INSURANCE: &str = "Attestation d’assurance scolaire et extrascolaire";
const DAY: SignedDuration = SignedDuration::from_hours(24);

fn scan() -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(2500, 1000)
        .write_to(&mut out, image::ImageFormat::Png)
        .unwrap();
    out.into_inner()
}

/// The commune asks for the usual papers.
async fn asks(town: &Town) -> Visitor {
    let mut nadia = town.agent("nadia", RolePreset::Administrator).await;
    nadia.get(KINDS).await;
    nadia.sees("Aucun document n’est demandé");
    nadia.press("Ajouter les documents usuels").await;
    nadia
        .sees(INSURANCE)
        .sees("par enfant, valable pour l’année scolaire");
    nadia
}

async fn answers(agent: &mut Visitor, number: &str, verdict: &str, words: &str) {
    agent
        .get(&format!("/laigneville/agent/demandes/{number}"))
        .await;
    agent.choose(verdict);
    if !words.is_empty() {
        agent.fill("Votre réponse", words);
    }
    agent.press("Relire avant d’envoyer").await;
    agent.press("Envoyer la réponse").await;
}

#[tokio::test]
async fn a_proof_of_insurance_is_sent_completed_accepted_and_asked_for_again() {
    let town = town().await;
    let mut nadia = asks(&town).await;
    let mut lea = lea(&town).await;
    lea.get(DOCUMENTS).await;
    lea.sees("3 documents à envoyer").sees("Zoé");
    lea.follow(&format!("Envoyer : {INSURANCE}, Zoé")).await;
    lea.press("Envoyer le document").await;
    assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY);
    lea.sees("Choisissez au moins un fichier");
    lea.attach("Fichiers", "IMG_0231.png", scan())
        .fill(
            "Un mot pour la mairie (facultatif)",
            "La photo est un peu sombre.",
        )
        .press("Envoyer le document")
        .await;
    lea.sees("C’est envoyé : demande D-2026-0001")
        .sees("envoyé, en attente");
    let asked = town.mail_to("lea@exemple.fr").await;
    assert!(asked.subject.contains("D-2026-0001"), "{}", asked.subject);

    // The agent sees the picture, drawn again, and asks for a better one.
    nadia.get("/laigneville/agent/demandes/D-2026-0001").await;
    nadia
        .sees("La photo est un peu sombre")
        .sees("IMG_0231.jpg");
    nadia.follow("IMG_0231.jpg").await;
    assert_eq!(nadia.header("content-type"), Some("image/jpeg"));
    assert_eq!(nadia.header("cache-control"), Some("no-store"));
    let drawn = image::load_from_memory(nadia.bytes()).unwrap();
    assert_eq!(drawn.width(), 2400);
    lea.get("/laigneville/espace-citoyen/demandes/D-2026-0001")
        .await;
    lea.sees("Lu par la mairie");
    let complete = "Demander un complément : la demande reste ouverte";
    answers(
        &mut nadia,
        "D-2026-0001",
        complete,
        "Le nom de l’enfant est illisible.",
    )
    .await;
    lea.get("/laigneville/espace-citoyen/demandes/D-2026-0001")
        .await;
    lea.sees("à compléter");
    lea.attach(
        "Pièces jointes",
        "attestation.pdf",
        &b"%PDF-1.7 attestation"[..],
    )
    .press("Envoyer le message")
    .await;
    lea.sees("Voici les pièces demandées.")
        .sees("attestation.pdf");
    lea.follow("attestation.pdf").await;
    assert_eq!(lea.bytes().as_ref(), b"%PDF-1.7 attestation");
    nadia.get("/laigneville/agent/demandes/D-2026-0001").await;
    nadia.sees("Lu par le demandeur");
    town.work().await;
    let accept = "Accepter le document";
    answers(&mut nadia, "D-2026-0001", accept, "").await;
    let answer = town.mail_to("lea@exemple.fr").await;
    assert!(answer.text.contains("est acceptée"), "{}", answer.text);
    lea.get(DOCUMENTS).await;
    lea.sees("accepté jusqu’au 31 août 2027")
        .sees("2 documents à envoyer");

    // A month before the end the family is told, once.
    town.turn(DAY * 251);
    town.work().await;
    let told = town.mail_to("lea@exemple.fr").await;
    assert!(
        told.subject.contains("valable jusqu’au 31 août 2027"),
        "{}",
        told.subject
    );
    let mut lea = town.visitor();
    citizen::log_in(&mut lea, "lea@exemple.fr", citizen::PASSWORD).await;
    lea.get(DOCUMENTS).await;
    lea.sees("à renouveler avant le 31 août 2027");
}

#[tokio::test]
async fn a_refused_paper_is_missing_and_one_taken_back_was_never_there() {
    let town = town().await;
    let mut nadia = asks(&town).await;
    let mut lea = lea(&town).await;
    for number in ["D-2026-0001", "D-2026-0002"] {
        lea.get(DOCUMENTS).await;
        let link = if number == "D-2026-0001" {
            "Envoyer"
        } else {
            "Envoyer un nouveau"
        };
        lea.follow(&format!("{link} : Justificatif de domicile, La famille"))
            .await;
        lea.attach("Fichiers", "facture.pdf", &b"%PDF-1.7 electricite"[..])
            .press("Envoyer le document")
            .await;
        lea.sees(number);
        if number == "D-2026-0001" {
            answers(
                &mut nadia,
                number,
                "Refuser, avec le motif",
                "Elle a plus de trois mois.",
            )
            .await;
            lea.get(DOCUMENTS).await;
            lea.sees("refusé");
        }
    }
    lea.get("/laigneville/espace-citoyen/demandes/D-2026-0002")
        .await;
    lea.press("Annuler ma demande").await;
    lea.does_not_see("Envoyer le message");
    lea.get(DOCUMENTS).await;
    lea.sees("refusé").does_not_see("envoyé, en attente");
}

#[tokio::test]
async fn another_family_s_papers_are_not_there_by_any_address() {
    let town = town().await;
    asks(&town).await;
    let mut lea = lea(&town).await;
    lea.get(DOCUMENTS).await;
    lea.follow(&format!("Envoyer : {INSURANCE}, Zoé")).await;
    lea.attach("Fichiers", "attestation.pdf", &b"%PDF-1.7"[..])
        .press("Envoyer le document")
        .await;
    let zoe = who(&town, "F1", "Zoé").await;
    let lou = who(&town, "F3", "Lou").await;
    let (kind, file) = {
        let mut tx = town.system().read().await.unwrap();
        let kinds = document::kinds(&mut tx).await.unwrap();
        let request = preau_store::tables::request::by_number(&mut tx, "D-2026-0001")
            .await
            .unwrap()
            .unwrap();
        let files = preau_store::tables::request::files(&mut tx, request.id)
            .await
            .unwrap();
        (kinds[0].id, files[0].id)
    };
    let mut ali = parent(&town, "ali@exemple.fr", "BLENFANCE-12087-0003EF").await;
    for path in [
        format!("{DOCUMENTS}/{kind}/{zoe}"),
        format!("/laigneville/espace-citoyen/demandes/D-2026-0001/pieces/{file}"),
        format!("/laigneville/agent/demandes/D-2026-0001/pieces/{file}"),
    ] {
        ali.get(&path).await;
        assert!(!ali.bytes().starts_with(b"%PDF"), "{path}");
        ali.does_not_see("Envoyer le document");
    }
    ali.get(&format!("{DOCUMENTS}/{kind}/{lou}")).await;
    let token = hidden(&ali, "csrf");
    ali.raw_post(&format!("{DOCUMENTS}/{kind}/{zoe}"), &[("csrf", &token)])
        .await;
    assert_eq!(ali.status(), StatusCode::NOT_FOUND);
    // The other parent of the same child sees that it came, and not the paper.
    let mut paul = parent(&town, "paul@exemple.fr", "BLENFANCE-12087-0002CD").await;
    paul.get(DOCUMENTS).await;
    paul.sees("envoyé, en attente").does_not_see("D-2026-0001");
}

#[tokio::test]
async fn what_is_no_paper_is_refused_in_words_and_nothing_is_written() {
    let town = town().await;
    asks(&town).await;
    let mut lea = lea(&town).await;
    lea.get(DOCUMENTS).await;
    lea.follow("Envoyer : Protocole d’accueil (PAI), Zoé").await;
    for (name, bytes, why) in [
        (
            "pai.pdf",
            &b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..],
            "ni un PDF",
        ),
        ("pai.heic", &b"\0\0\0\x18ftypheic\0\0\0\0"[..], "HEIC"),
        ("pai.pdf", &b"%PDF-1.7"[..], "jusqu’à quel jour"),
    ] {
        let dated = why != "jusqu’à quel jour";
        lea.fill("Valable jusqu’au", if dated { "2027-06-30" } else { "" });
        lea.attach("Fichiers", name, bytes)
            .press("Envoyer le document")
            .await;
        assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        lea.sees(why);
    }
    lea.get("/laigneville/espace-citoyen/demandes").await;
    lea.does_not_see("D-2026-0001");
}
