//! Who may do what, as data: rights, and the roles that communes start from. What one agent holds
//! is in [`Grants`].

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use crate::grants::{Grants, Scope};

/// The name of a right that this version does not know (a newer backup, a typing error).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown right or role: {0}")]
pub struct UnknownCode(pub String);

macro_rules! rights {
    ($($(#[$meta:meta])* $name:ident = $code:literal, $label:literal, $about:literal;)+) => {
        /// One thing that an agent may do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub enum Right {
            $($(#[$meta])* $name,)+
        }

        impl Right {
            /// Every right, in the order in which the roles page lists them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Those that a commune gives to its agents: all but the operators' own, which stands last.
            pub const OF_COMMUNE: &'static [Self] = Self::ALL.split_at(Self::ALL.len() - 1).0;

            /// Those of an operator.
            pub const OF_HOST: &'static [Self] = &[Self::Host, Self::Agents];

            /// The name in the database and in exports; it never changes.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// The name on the screen.
            pub const fn label_fr(self) -> &'static str {
                match self { $(Self::$name => $label),+ }
            }

            /// What it lets an agent do, in a sentence.
            pub const fn about_fr(self) -> &'static str {
                match self { $(Self::$name => $about),+ }
            }
        }
    };
}

rights! {
    /// Read the citizens' requests.
    Requests = "requests", "Lire les demandes", "Lire les demandes des usagers et leurs messages.";
    /// Answer them.
    RequestsAnswer = "requests.answer", "Répondre aux demandes", "Répondre aux usagers, prendre une demande en charge et la clore.";
    /// See families and accounts.
    Families = "families", "Familles", "Consulter et modifier les dossiers des familles, leur rattacher des comptes.";
    /// Help with accounts, block them.
    Accounts = "accounts", "Comptes des usagers", "Chercher un compte, aider à l’activer, le bloquer et le débloquer.";
    /// Make and revoke subscriber codes.
    Codes = "codes", "Codes abonné", "Créer, imprimer, envoyer et révoquer les codes abonné.";
    /// See health data of children.
    Health = "health", "Données de santé", "Voir les allergies, les régimes et les protocoles d’accueil des enfants.";
    /// Set up activities.
    Activities = "activities", "Activités", "Régler les activités, les ouvertures, les délais, les places et les tarifs.";
    /// Book for a family.
    Bookings = "bookings", "Réservations", "Réserver et annuler pour une famille, au guichet.";
    /// Roll-call.
    Attendance = "attendance", "Pointage", "Voir les listes du jour et pointer les présences.";
    /// Make invoices.
    Billing = "billing", "Facturation", "Préparer, contrôler et émettre les factures et les avoirs.";
    /// Take payments.
    Collect = "collect", "Encaissement", "Enregistrer les règlements de la régie et les remboursements.";
    /// Close a period of the régie.
    Close = "close", "Clôture", "Clore une période de régie et établir les bordereaux.";
    /// Figures without names.
    Statistics = "statistics", "Statistiques", "Consulter les chiffres, sans les noms.";
    /// Send messages to families.
    Messages = "messages", "Messages", "Écrire à des familles et voir les envois et leurs refus.";
    /// Publish news.
    News = "news", "Actualités", "Publier et retirer les actualités du portail.";
    /// Publish menus.
    Menus = "menus", "Menus", "Publier les menus de la semaine.";
    /// Edit pages and files.
    Pages = "pages", "Pages", "Modifier les informations utiles, les pages légales et leurs fichiers.";
    /// Edit the texts of the portal and its mails.
    PortalTexts = "portal.texts", "Textes du portail", "Modifier les textes d’accueil et la zone des notifications.";
    /// Change the settings of the portal.
    PortalSettings = "portal.settings", "Réglages du portail", "Modifier l’adresse, les horaires, les couleurs, le logo et les règles de sécurité.";
    /// Manage agents.
    Agents = "agents", "Agents", "Créer, bloquer et supprimer des agents, leur donner des rôles.";
    /// Manage roles.
    Roles = "roles", "Rôles", "Modifier les rôles et leurs droits.";
    /// Decide how long data are kept, erase what is over.
    Retention = "retention", "Conservation", "Fixer les durées de conservation et effacer ce qui est échu.";
    /// Read the journal.
    Journal = "journal", "Journal", "Consulter qui a changé quoi, et quand.";
    /// Run the installation; held by operators, in the registry only.
    Host = "host", "Exploitation", "Voir l’état des communes, de leurs files d’attente et de leurs envois, et relancer un travail abandonné.";
}

impl std::str::FromStr for Right {
    type Err = UnknownCode;
    fn from_str(code: &str) -> Result<Self, UnknownCode> {
        Self::ALL
            .iter()
            .copied()
            .find(|right| right.code() == code)
            .ok_or_else(|| UnknownCode(code.to_owned()))
    }
}

impl TryFrom<String> for Right {
    type Error = UnknownCode;
    fn try_from(code: String) -> Result<Self, UnknownCode> {
        code.parse()
    }
}

impl From<Right> for String {
    fn from(right: Right) -> Self {
        right.code().to_owned()
    }
}

/// The roles a commune starts with; it may change their rights and add its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RolePreset {
    /// Answers requests, registers families.
    FrontDesk,
    /// Activities, rules, texts.
    ServiceManager,
    /// Money.
    Regisseur,
    /// Roll-call.
    Animateur,
    /// Everything.
    Administrator,
}

impl RolePreset {
    /// Every preset.
    pub const ALL: [Self; 5] = [
        Self::FrontDesk,
        Self::ServiceManager,
        Self::Regisseur,
        Self::Animateur,
        Self::Administrator,
    ];

    /// The name in the database, the command line and exports; it never changes.
    pub const fn code(self) -> &'static str {
        match self {
            Self::FrontDesk => "accueil",
            Self::ServiceManager => "responsable",
            Self::Regisseur => "regisseur",
            Self::Animateur => "animateur",
            Self::Administrator => "administrateur",
        }
    }

    /// The name on the screen.
    pub const fn label_fr(self) -> &'static str {
        match self {
            Self::FrontDesk => "Agent d’accueil",
            Self::ServiceManager => "Responsable de service",
            Self::Regisseur => "Régisseur",
            Self::Animateur => "Animateur",
            Self::Administrator => "Administrateur",
        }
    }

    /// The rights it starts with.
    pub const fn rights(self) -> &'static [Right] {
        use Right::{
            Accounts, Activities, Attendance, Billing, Bookings, Close, Codes, Collect, Families,
            Health, Journal, Menus, Messages, News, Pages, PortalTexts, Requests, RequestsAnswer,
            Statistics,
        };
        match self {
            Self::FrontDesk => &[
                Requests,
                RequestsAnswer,
                Families,
                Accounts,
                Codes,
                Bookings,
                Messages,
                News,
            ],
            Self::ServiceManager => &[
                Requests,
                RequestsAnswer,
                Families,
                Accounts,
                Codes,
                Health,
                Activities,
                Bookings,
                Attendance,
                Statistics,
                Messages,
                News,
                Menus,
                Pages,
                PortalTexts,
                Journal,
            ],
            Self::Regisseur => &[
                Requests,
                RequestsAnswer,
                Families,
                Billing,
                Collect,
                Close,
                Statistics,
                Messages,
            ],
            // Allergies are needed where children eat; nothing else of the family's file is.
            Self::Animateur => &[Attendance, Health],
            Self::Administrator => Right::OF_COMMUNE,
        }
    }
}

impl std::str::FromStr for RolePreset {
    type Err = UnknownCode;
    fn from_str(code: &str) -> Result<Self, UnknownCode> {
        Self::ALL
            .into_iter()
            .find(|role| role.code() == code)
            .ok_or_else(|| UnknownCode(code.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_and_come_back() {
        let codes: BTreeSet<&str> = Right::ALL.iter().map(|right| right.code()).collect();
        assert_eq!(codes.len(), Right::ALL.len());
        for right in Right::ALL {
            assert_eq!(right.code().parse(), Ok(*right));
            assert!(!right.label_fr().is_empty() && right.about_fr().ends_with('.'));
        }
        for role in RolePreset::ALL {
            assert_eq!(role.code().parse(), Ok(role));
        }
        assert!("root".parse::<Right>().is_err());
    }

    #[test]
    fn the_codes_in_the_database_are_these() {
        let codes: Vec<&str> = Right::ALL.iter().map(|right| right.code()).collect();
        insta::assert_snapshot!(codes.join(" "), @"requests requests.answer families accounts codes health activities bookings attendance billing collect close statistics messages news menus pages portal.texts portal.settings agents roles retention journal host");
        assert_eq!(Right::ALL.last(), Some(&Right::Host));
        assert!(!Right::OF_COMMUNE.contains(&Right::Host));
    }
}
