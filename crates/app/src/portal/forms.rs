//! The settings as agents type them: parsed here, every problem gathered.

use jiff::tz::TimeZone;
use preau_rules::{
    email::Email,
    phone::Phone,
    text::{Line, Prose, TextError},
};

use super::Portal;
use crate::{Error, Problems};

/// States of conformity that the law knows (arrêté du 20 septembre 2019), with their words.
pub const ACCESSIBILITY: [(&str, &str); 3] = [
    (
        "non",
        "Non conforme (aucun audit valable, ou moins de 50 % des critères)",
    ),
    (
        "partiellement",
        "Partiellement conforme (50 % des critères ou plus)",
    ),
    ("totalement", "Totalement conforme (100 % des critères)"),
];

/// Time zones of French communes, with their words.
pub const ZONES: [(&str, &str); 12] = [
    ("Europe/Paris", "Paris (métropole)"),
    ("America/Guadeloupe", "Guadeloupe"),
    ("America/Martinique", "Martinique"),
    ("America/Cayenne", "Guyane"),
    ("Indian/Reunion", "La Réunion"),
    ("Indian/Mayotte", "Mayotte"),
    ("America/Miquelon", "Saint-Pierre-et-Miquelon"),
    ("America/St_Barthelemy", "Saint-Barthélemy, Saint-Martin"),
    ("Pacific/Noumea", "Nouvelle-Calédonie"),
    ("Pacific/Tahiti", "Polynésie (Tahiti)"),
    ("Pacific/Marquesas", "Polynésie (Marquises)"),
    ("Pacific/Wallis", "Wallis-et-Futuna"),
];

/// Name, address, telephone and legal facts, as typed.
#[derive(Debug, Clone, Default)]
pub struct IdentityForm {
    /// Name of the commune.
    pub nom: String,
    /// Line under the name.
    pub accroche: String,
    /// Name of the town hall.
    pub mairie: String,
    /// Postal address.
    pub adresse: String,
    /// Telephone.
    pub telephone: String,
    /// Hours.
    pub horaires: String,
    /// E-mail.
    pub courriel: String,
    /// Web site.
    pub site: String,
    /// Days to answer.
    pub delai: String,
    /// State of conformity.
    pub accessibilite: String,
    /// Director of publication.
    pub directeur: String,
    /// Data protection officer.
    pub dpo: String,
    /// Host.
    pub hebergeur: String,
    /// Time zone.
    pub fuseau: String,
}

/// The same, checked.
#[derive(Debug, Clone)]
pub struct Identity(Portal);

/// Words of the first page and of the mails, as typed.
#[derive(Debug, Clone, Default)]
pub struct TextsForm {
    /// Title of the first page.
    pub titre: String,
    /// Text under it.
    pub texte: String,
    /// Text common to all notifications.
    pub zone: String,
}

/// The same, checked.
#[derive(Debug, Clone)]
pub struct Texts {
    title: String,
    text: String,
    zone: String,
}

struct Reading(Problems);

impl Reading {
    fn line(&mut self, field: &'static str, label: &str, typed: &str, max: usize) -> String {
        let line = Line::parse(typed, max);
        self.said(field, label, line.map(Into::into))
    }

    fn line_or_none(
        &mut self,
        field: &'static str,
        label: &str,
        typed: &str,
        max: usize,
    ) -> String {
        let line = Line::parse_optional(typed, max);
        let text = line.map(|l| l.map(Into::into).unwrap_or_default());
        self.said(field, label, text)
    }

    fn prose_or_none(
        &mut self,
        field: &'static str,
        label: &str,
        typed: &str,
        max: usize,
    ) -> String {
        let prose = Prose::parse_optional(typed, max);
        let text = prose.map(|p| p.map(Into::into).unwrap_or_default());
        self.said(field, label, text)
    }

    fn said(
        &mut self,
        field: &'static str,
        label: &str,
        text: Result<String, TextError>,
    ) -> String {
        let taken = self.0.take(field, text, |e| e.message_fr(label));
        taken.unwrap_or_default()
    }

    fn one_of(&mut self, field: &'static str, typed: &str, known: &[(&str, &str)]) -> String {
        if !known.iter().any(|(value, _)| *value == typed) {
            self.0.add(field, "Choisissez dans la liste.");
        }
        typed.to_owned()
    }
}

impl IdentityForm {
    /// What is saved now, to be changed.
    #[must_use]
    pub fn of(portal: &Portal) -> Self {
        let p = portal.clone();
        Self {
            nom: p.name,
            accroche: p.tagline,
            mairie: p.town_hall,
            adresse: p.address,
            telephone: p.phone,
            horaires: p.hours,
            courriel: p.email,
            site: p.website,
            delai: p.answer_days.to_string(),
            accessibilite: p.accessibility,
            directeur: p.publisher,
            dpo: p.dpo,
            hebergeur: p.host,
            fuseau: p.time_zone,
        }
    }

    /// Checks every field.
    pub fn parse(&self) -> Result<Identity, Error> {
        let mut r = Reading(Problems::default());
        let days = self.delai.trim().parse::<i64>().ok();
        let answer_days = days.filter(|d| (1..=60).contains(d)).unwrap_or_else(|| {
            r.0.add("delai", "Indiquez un nombre de jours, de 1 à 60.");
            0
        });
        let portal = Portal {
            name: r.line("nom", "Nom de la commune", &self.nom, 80),
            tagline: r.line_or_none("accroche", "Accroche", &self.accroche, 80),
            town_hall: r.line("mairie", "Nom de la mairie", &self.mairie, 120),
            address: r.prose_or_none("adresse", "Adresse postale", &self.adresse, 300),
            phone: self.phone(&mut r),
            hours: r.prose_or_none("horaires", "Horaires", &self.horaires, 300),
            email: self.email(&mut r),
            website: self.website(&mut r),
            answer_days,
            accessibility: r.one_of("accessibilite", &self.accessibilite, &ACCESSIBILITY),
            publisher: r.line(
                "directeur",
                "Directeur de la publication",
                &self.directeur,
                120,
            ),
            dpo: r.prose_or_none("dpo", "Délégué à la protection des données", &self.dpo, 300),
            host: r.prose_or_none("hebergeur", "Hébergeur", &self.hebergeur, 300),
            time_zone: r.one_of("fuseau", &self.fuseau, &ZONES),
            ..Portal::default()
        };
        if TimeZone::get(&portal.time_zone).is_err() && r.0.none() {
            r.0.add("fuseau", "Ce fuseau horaire n’est pas connu du serveur.");
        }
        if r.0.none() {
            Ok(Identity(portal))
        } else {
            Err(r.0.into_error())
        }
    }

    fn phone(&self, r: &mut Reading) -> String {
        if self.telephone.trim().is_empty() {
            return String::new();
        }
        let phone = Phone::parse(&self.telephone);
        let taken = r.0.take(
            "telephone",
            phone,
            preau_rules::phone::PhoneError::message_fr,
        );
        taken.map(|p| p.display()).unwrap_or_default()
    }

    fn email(&self, r: &mut Reading) -> String {
        if self.courriel.trim().is_empty() {
            return String::new();
        }
        let email = Email::parse(&self.courriel);
        let taken = r.0.take(
            "courriel",
            email,
            preau_rules::email::EmailError::message_fr,
        );
        taken.map(|e| e.display()).unwrap_or_default()
    }

    fn website(&self, r: &mut Reading) -> String {
        let typed = self.site.trim();
        if typed.is_empty() {
            return String::new();
        }
        let (scheme, rest) = typed.split_once("://").unwrap_or(("https", typed));
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let good = ["http", "https"].contains(&scheme.to_ascii_lowercase().as_str())
            && host.contains('.')
            && rest.len() < 200
            && !rest
                .contains(|c: char| c.is_whitespace() || c.is_control() || "\"<>`@\\".contains(c))
            && !host.starts_with('.')
            && !host.ends_with('.');
        if !good {
            r.0.add(
                "site",
                "Cette adresse n’est pas complète. Écrivez-la comme dans un navigateur, par exemple https://www.laigneville.fr.",
            );
        }
        format!("{}://{rest}", scheme.to_ascii_lowercase())
    }
}

impl Identity {
    pub(super) fn put(&self, portal: &mut Portal) {
        let now = portal.clone();
        *portal = Portal {
            welcome_title: now.welcome_title,
            welcome_text: now.welcome_text,
            notification_zone: now.notification_zone,
            accent: now.accent,
            logo: now.logo,
            passwords: now.passwords,
            ..self.0.clone()
        };
    }
}

impl TextsForm {
    /// What is saved now, to be changed.
    #[must_use]
    pub fn of(portal: &Portal) -> Self {
        Self {
            titre: portal.welcome_title.clone(),
            texte: portal.welcome_text.clone(),
            zone: portal.notification_zone.clone(),
        }
    }

    /// Checks every field.
    pub fn parse(&self) -> Result<Texts, Error> {
        let mut r = Reading(Problems::default());
        let texts = Texts {
            title: r.line("titre", "Titre de l’accueil", &self.titre, 120),
            text: r.prose_or_none("texte", "Texte de l’accueil", &self.texte, 600),
            zone: r.prose_or_none("zone", "Zone des notifications", &self.zone, 2000),
        };
        if r.0.none() {
            Ok(texts)
        } else {
            Err(r.0.into_error())
        }
    }
}

impl Texts {
    /// Puts the words into the settings, saved or not: also for a preview.
    pub fn put(&self, portal: &mut Portal) {
        portal.welcome_title.clone_from(&self.title);
        portal.welcome_text.clone_from(&self.text);
        portal.notification_zone.clone_from(&self.zone);
    }
}
