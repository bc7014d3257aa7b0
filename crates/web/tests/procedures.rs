//! Démarches: a commune makes its own form, a family fills it in, and the answer comes.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod citizen;
mod homes;

use homes::{hidden, lea, town};
use http::StatusCode;
use preau_rules::permission::RolePreset;

const SETTINGS: &str = "/laigneville/agent/parametres/demarches";
const NEW: &str = "/laigneville/espace-citoyen/nouvelle-demande";

#[tokio::test]
async fn five_come_ready_made_and_a_derogation_is_asked_for_and_granted() {
    let town = town().await;
    let mut nadia = town.agent("nadia", RolePreset::Administrator).await;
    nadia.get(SETTINGS).await;
    nadia.press("Ajouter cinq démarches usuelles").await;
    nadia
        .sees("Inscription scolaire")
        .sees("Question sur une facture");
    let mut lea = lea(&town).await;
    lea.get("/laigneville/espace-citoyen/demandes").await;
    lea.follow("Faire une demande").await;
    lea.follow("Dérogation de secteur scolaire").await;
    lea.sees("Réponse sous 30 jours ouvrés");
    lea.fill("Explication (facultatif)", "Son frère y est déjà.")
        .press("Envoyer ma demande")
        .await;
    assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY);
    lea.sees("Répondez à « École souhaitée ».");
    assert_eq!(lea.value("Explication"), "Son frère y est déjà.");
    lea.select("Enfant", "Zoé Durant")
        .fill("École souhaitée", "Les Tilleuls")
        .select("Motif", "Fratrie déjà scolarisée")
        .attach("Pièces à joindre", "certificat.pdf", &b"%PDF-1.7"[..])
        .press("Envoyer ma demande")
        .await;
    lea.sees("Votre demande D-2026-0001 est envoyée")
        .sees("École souhaitée : Les Tilleuls")
        .sees("certificat.pdf");
    // What the law wants in the acknowledgement.
    let mail = town.mail_to("lea@exemple.fr").await;
    let text = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "D-2026-0001",
        "Reçue le",
        "Suivie par",
        "considérée comme refusée",
        "tribunal administratif",
    ] {
        assert!(text.contains(words), "{words} is missing in {}", mail.text);
    }
    nadia.get("/laigneville/agent/demandes/D-2026-0001").await;
    nadia.sees("Enfant : Zoé Durant");
    nadia.choose("Accepter la demande");
    nadia.press("Relire avant d’envoyer").await;
    nadia.sees("Ce que vous avez demandé est accepté.");
    nadia.press("Envoyer la réponse").await;
    lea.get("/laigneville/espace-citoyen/demandes/D-2026-0001")
        .await;
    lea.sees("acceptée");
}

#[tokio::test]
async fn a_commune_makes_a_form_of_its_own_and_closes_it() {
    let town = town().await;
    let mut nadia = town.agent("nadia", RolePreset::Administrator).await;
    nadia.get(&format!("{SETTINGS}/nouvelle")).await;
    nadia
        .fill("Nom de la démarche", "Prêt de la salle")
        .fill("Ce qui est demandé, question 1", "Salle")
        .select("Réponse, question 1", "Un choix")
        .fill("Réponses possibles, question 1", "Salle des fêtes")
        .press("Enregistrer")
        .await;
    assert_eq!(nadia.status(), StatusCode::UNPROCESSABLE_ENTITY);
    nadia.sees("donnez de 2 à 20 réponses");
    assert_eq!(nadia.value("Ce qui est demandé, question 1"), "Salle");
    nadia
        .fill("Réponses possibles, question 1", "Salle des fêtes; Préau")
        .fill("Service qui s’en occupe", "Service des fêtes")
        .fill("E-mail du service", "fetes@laigneville.test")
        .choose("La demande est acceptée")
        .check("Se termine par un accord ou un refus")
        .fill(
            "Texte d’accord",
            "La salle est à vous : passez prendre la clé.",
        )
        .press("Enregistrer")
        .await;
    nadia
        .sees("La démarche est proposée aux familles")
        .sees("1 question");
    let mut lea = lea(&town).await;
    lea.get(NEW).await;
    lea.follow("Prêt de la salle").await;
    // An answer that is not offered, whatever the form says.
    let path = lea.url().path().to_owned();
    let token = hidden(&lea, "csrf");
    lea.raw_post(&path, &[("csrf", &token), ("q1", "Mairie")])
        .await;
    assert_eq!(lea.status(), StatusCode::UNPROCESSABLE_ENTITY);
    lea.get(&path).await;
    lea.select("Salle", "Préau")
        .press("Envoyer ma demande")
        .await;
    let mail = town.mail_to("lea@exemple.fr").await;
    let text = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("Service des fêtes"), "{text}");
    assert!(text.contains("votre demande sera acceptée"), "{text}");
    nadia.get("/laigneville/agent/demandes/D-2026-0001").await;
    nadia.choose("Accepter la demande");
    nadia.press("Relire avant d’envoyer").await;
    nadia.sees("passez prendre la clé");
    nadia.get(SETTINGS).await;
    nadia.follow("Prêt de la salle").await;
    nadia.press("Ne plus la proposer").await;
    nadia.sees("plus proposée");
    lea.get(&path).await;
    assert_eq!(lea.status(), StatusCode::NOT_FOUND);
    lea.get(NEW).await;
    lea.sees("Aucun formulaire pour le moment");
}
