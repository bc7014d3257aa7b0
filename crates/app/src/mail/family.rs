//! What families receive about their code abonné and about who is tied to them.

use super::{Addressee, Zone, mail};

mail! {
    /// A code abonné, to a responsable of the family.
    SubscriberCodeLetter, "subscriber_code" to Citizen,
    ["mail/subscriber_code.subject.txt", "mail/subscriber_code.txt", "mail/subscriber_code.html"],
    {
        /// Name of the family.
        family: String,
        /// The code.
        code: String,
        /// Opens the form of a new account with the code in it.
        link: String,
        /// « lundi 22 novembre 2027 à 0 h 00 »; empty when it does not end.
        valid_until: String,
    }
}

mail! {
    /// Somebody tied an account to the family: the others are told, and can contest it.
    SomeoneSubscribed, "someone_subscribed" to Citizen,
    ["mail/someone_subscribed.subject.txt", "mail/someone_subscribed.txt", "mail/someone_subscribed.html"],
    {
        /// Name of the family.
        family: String,
        /// « Mme Nadia Bernard ».
        who: String,
        /// « avec un code abonné ».
        how: String,
        /// « lundi 23 novembre 2026 à 9 h 12 ».
        at: String,
        /// Opens the page to contest it.
        link: String,
    }
}

mail! {
    /// A paper of the family or of a child ends soon.
    DocumentEndsSoon, "document_ends_soon" to Citizen,
    ["mail/document_ends_soon.subject.txt", "mail/document_ends_soon.txt", "mail/document_ends_soon.html"],
    {
        /// « Attestation d’assurance ».
        document: String,
        /// First name of the child; empty for the family's own.
        child: String,
        /// « 31 août 2027 ».
        until: String,
        /// Where the new one is sent.
        link: String,
    }
}

mail! {
    /// What was booked or given back, line by line.
    BookingsReceipt, "bookings_receipt" to Citizen,
    ["mail/bookings_receipt.subject.txt", "mail/bookings_receipt.txt", "mail/bookings_receipt.html"],
    {
        /// « R-2026-0042 ».
        number: String,
        /// Who did it, when it was not who reads this.
        by: String,
        /// Why, in the words of who did it.
        reason: String,
        /// « Léa, Cantine, jeudi 26 novembre : réservé ».
        lines: Vec<String>,
        /// Opens the receipt.
        link: String,
        /// Until when it may be taken back; empty when it may not.
        undo: String,
    }
}

mail! {
    /// An invoice of the family is there.
    InvoiceIssued, "invoice_issued" to Citizen,
    ["mail/invoice_issued.subject.txt", "mail/invoice_issued.txt", "mail/invoice_issued.html"],
    {
        /// « facture de décembre 2026 ».
        title: String,
        /// « 2027-00001 ».
        number: String,
        /// « 13,80 € ».
        total: String,
        /// « 31 janvier 2027 ».
        until: String,
        /// Opens the invoice.
        link: String,
    }
}

impl InvoiceIssued {
    /// A sample.
    pub fn sample() -> Self {
        Self {
            to: Addressee::new("Mme", "Léa Durant"),
            zone: Zone::Commune,
            title: "facture de décembre 2026".to_owned(),
            number: "2027-00001".to_owned(),
            total: "13,80\u{202f}€".to_owned(),
            until: "31 janvier 2027".to_owned(),
            link: "https://portail.exemple.fr/laigneville/espace-facturation/factures/2027-00001"
                .to_owned(),
        }
    }
}

impl BookingsReceipt {
    /// A sample.
    pub fn sample() -> Self {
        Self {
            to: Addressee::new("Mme", "Léa Durant"),
            zone: Zone::Commune,
            number: "R-2026-0042".to_owned(),
            by: "Nadia Bernard".to_owned(),
            reason: "Appel de la famille".to_owned(),
            lines: vec![
                "Zoé, Cantine, jeudi 26 novembre : réservé".to_owned(),
                "Zoé, Accueil du soir, vendredi 27 novembre : annulé".to_owned(),
            ],
            link: "https://portail.exemple.fr/laigneville/espace-famille/planning/recu/R-2026-0042"
                .to_owned(),
            undo: "lundi 23 novembre à 9 h 27".to_owned(),
        }
    }
}

impl DocumentEndsSoon {
    /// A sample.
    pub fn sample() -> Self {
        Self {
            to: Addressee::new("Mme", "Léa Durant"),
            zone: Zone::Commune,
            document: "Attestation d’assurance scolaire".to_owned(),
            child: "Zoé".to_owned(),
            until: "31 août 2027".to_owned(),
            link: "https://portail.exemple.fr/laigneville/espace-famille/documents".to_owned(),
        }
    }
}

impl SubscriberCodeLetter {
    /// A sample.
    pub fn sample() -> Self {
        Self {
            to: Addressee::new("Mme", "Léa Durant"),
            zone: Zone::Commune,
            family: "Durant".to_owned(),
            code: "LAI-7KQ2-M9XD-4HTR".to_owned(),
            link: "https://portail.exemple.fr/laigneville/compte/creer?code=LAI-7KQ2-M9XD-4HTR"
                .to_owned(),
            valid_until: "mercredi 24 novembre 2027 à 0 h 00".to_owned(),
        }
    }
}

impl SomeoneSubscribed {
    /// A sample.
    pub fn sample() -> Self {
        Self {
            to: Addressee::new("M.", "Jean Durant"),
            zone: Zone::Commune,
            family: "Durant".to_owned(),
            who: "Mme Léa Durant".to_owned(),
            how: "avec un code abonné".to_owned(),
            at: "lundi 23 novembre 2026 à 9 h 12".to_owned(),
            link:
                "https://portail.exemple.fr/laigneville/abonnements/contester/AZOgAAAAcACAAAAAAABq"
                    .to_owned(),
        }
    }
}
