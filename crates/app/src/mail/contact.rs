//! « Nous contacter »: confirm an address, acknowledge a message, answer it.

use serde::{Deserialize, Serialize};

use super::{Addressee, Zone, mail};

/// The service that has a request in hand, and how to reach it (CRPA, art. R112-5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceContact {
    /// « service Enfance et scolarité ».
    pub name: String,
    /// Its telephone, when it has its own.
    pub phone: Option<String>,
    /// Its address, when it has its own.
    pub email: Option<String>,
}

mail! {
    /// Proves that an address is read by who gave it, before anything else is written to it.
    ContactConfirm, "contact_confirm" to Citizen,
    ["mail/contact_confirm.subject.txt", "mail/contact_confirm.txt", "mail/contact_confirm.html"],
    {
        /// Six digits, to be typed in the page that waits.
        code: String,
        /// The same confirmation by a click, for who has left that page.
        link: String,
        /// « samedi 21 novembre 2026 à 10 h 00 ».
        valid_until: String,
        /// The subject of the message that waits.
        subject: String,
    }
}

mail! {
    /// Accusé de réception of a message to the town hall (CRPA, art. L112-11 and R112-5).
    ContactAcknowledgement, "contact_acknowledgement" to Citizen,
    [
        "mail/contact_acknowledgement.subject.txt",
        "mail/contact_acknowledgement.txt",
        "mail/contact_acknowledgement.html"
    ],
    {
        /// « R-2026-00042 ».
        number: String,
        /// « jeudi 19 novembre 2026 à 10 h 00 ».
        received_at: String,
        /// Who has it in hand.
        service: ServiceContact,
        /// The subject as the sender chose or wrote it.
        subject: String,
        /// The message, plain text.
        message: String,
        /// The last day of the usual delay: « jeudi 3 décembre 2026 ».
        answer_by: String,
        /// What silence means, a sentence; may be empty.
        silence: String,
        /// Where to write again.
        contact_url: String,
    }
}

mail! {
    /// The agent's answer to a message.
    ContactAnswer, "contact_answer" to Citizen,
    ["mail/contact_answer.subject.txt", "mail/contact_answer.txt", "mail/contact_answer.html"],
    {
        /// « Votre demande D-2026-0001 est acceptée. »
        opening: String,
        /// « R-2026-00042 ».
        number: String,
        /// The subject of the question.
        subject: String,
        /// When the question came: « jeudi 19 novembre 2026 à 10 h 00 ».
        received_at: String,
        /// The question, plain text.
        message: String,
        /// The answer, plain text.
        answer: String,
        /// Who answers: « Claire Martin, service Enfance ».
        answered_by: String,
        /// Where to write again.
        contact_url: String,
    }
}

impl ContactConfirm {
    /// A sample.
    pub fn sample() -> Self {
        Self {
            to: Addressee::new("Mme", "Léa Durant"),
            zone: Zone::Commune,
            code: "402917".to_owned(),
            link: "https://portail.exemple.fr/laigneville/contact/confirmer?jeton=0f3a9c1e7b5d42688f6e2d1c0b9a8776".to_owned(),
            valid_until: "samedi 21 novembre 2026 à 10 h 00".to_owned(),
            subject: "Inscription à la cantine".to_owned(),
        }
    }
}

impl ContactAcknowledgement {
    /// A sample.
    pub fn sample() -> Self {
        Self {
            to: Addressee::new("Mme", "Léa Durant"),
            zone: Zone::Commune,
            number: "R-2026-00042".to_owned(),
            received_at: "jeudi 19 novembre 2026 à 10 h 00".to_owned(),
            service: ServiceContact {
                name: "service Enfance et scolarité".to_owned(),
                phone: Some("03 44 00 00 01".to_owned()),
                email: Some("enfance@laigneville.exemple.fr".to_owned()),
            },
            subject: "Inscription à la cantine".to_owned(),
            message: "Bonjour,\n\nMon fils Léo entre en maternelle en janvier. Puis-je réserver ses repas \
                dès maintenant, et faut-il un certificat pour un menu sans porc ?\n\nMerci d’avance."
                .to_owned(),
            answer_by: "jeudi 3 décembre 2026".to_owned(),
            silence: "Sans réponse de notre part avant le samedi 23 janvier 2027, votre demande sera considérée comme refusée. Vous aurez alors deux mois pour saisir le tribunal administratif (CRPA, article L231-4).".to_owned(),
            contact_url: "https://portail.exemple.fr/laigneville/contact".to_owned(),
        }
    }
}

impl ContactAnswer {
    /// A sample.
    pub fn sample() -> Self {
        let asked = ContactAcknowledgement::sample();
        Self {
            to: asked.to,
            zone: Zone::CompletedBy("Pensez à apporter le carnet de santé au premier rendez-vous.".to_owned()),
            opening: format!("Voici notre réponse à votre demande {}.", asked.number),
            number: asked.number,
            subject: asked.subject,
            received_at: asked.received_at,
            message: asked.message,
            answer: "Oui, vous pouvez réserver les repas de Léo dès le 1er décembre.\n\nAucun certificat n’est \
                demandé pour un menu sans porc : il suffit de le choisir dans le dossier. La marche à \
                suivre est sur https://portail.exemple.fr/laigneville/informations."
                .to_owned(),
            answered_by: "Claire Martin, service Enfance et scolarité".to_owned(),
            contact_url: asked.contact_url,
        }
    }
}
