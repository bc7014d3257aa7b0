//! Paramètres: what there is to set up, as far as the agent's rights go.

use askama::Template;
use preau_rules::permission::Right;

use crate::{
    call::{Call, Reply},
    page::Page,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/agent/parametres", Access::LoggedIn, show)
}

/// A settings page.
pub(crate) struct Section {
    pub(crate) label: &'static str,
    pub(crate) about: &'static str,
    pub(crate) icon: &'static str,
    pub(crate) href: String,
    pub(crate) current: bool,
}

/// Path, label, what it is for, icon, the right it asks for.
const SECTIONS: [(&str, &str, &str, &str, Right); 16] = [
    (
        "/agent/actualites",
        "Actualités",
        "Annoncer, épingler, programmer et retirer.",
        "bell",
        Right::News,
    ),
    (
        "/agent/menus",
        "Menus de la semaine",
        "Les plats de la cantine, jour par jour.",
        "meal",
        Right::Menus,
    ),
    (
        "/agent/pages",
        "Pages et fichiers",
        "Informations utiles, pages légales, documents joints.",
        "file",
        Right::Pages,
    ),
    (
        "/agent/parametres/portail",
        "Commune et mairie",
        "Nom, adresse, téléphone, horaires, délai de réponse, mentions légales.",
        "home",
        Right::PortalSettings,
    ),
    (
        "/agent/parametres/textes",
        "Textes et e-mails",
        "Mots d’accueil, zone commune à tous les e-mails, essai d’envoi.",
        "mail",
        Right::PortalTexts,
    ),
    (
        "/agent/parametres/apparence",
        "Couleur et logo",
        "La couleur de la commune et son logo, lisibles par tous.",
        "eye",
        Right::PortalSettings,
    ),
    (
        "/agent/parametres/dossier",
        "Dossier famille",
        "Ce que les familles voient et changent, champ par champ.",
        "users",
        Right::PortalSettings,
    ),
    (
        "/agent/parametres/documents",
        "Documents demandés",
        "Assurance, vaccinations, justificatifs : lesquels, et pour combien de temps.",
        "file",
        Right::PortalSettings,
    ),
    (
        "/agent/parametres/demarches",
        "Démarches",
        "Les formulaires que les familles remplissent : questions, pièces, délais.",
        "edit",
        Right::PortalSettings,
    ),
    (
        "/agent/parametres/mots-de-passe",
        "Mots de passe des familles",
        "Ce que le portail leur demande, et ce qui en résulte.",
        "lock",
        Right::PortalSettings,
    ),
    (
        "/agent/parametres/paiement",
        "Paiement en ligne",
        "Le contrat PayFiP de la commune, et son essai.",
        "lock",
        Right::Close,
    ),
    (
        "/agent/parametres/agents",
        "Agents",
        "Qui travaille ici, avec quels rôles, sur quels sites.",
        "users",
        Right::Agents,
    ),
    (
        "/agent/parametres/sites",
        "Sites",
        "Écoles, accueils, mairies annexes.",
        "pin",
        Right::PortalSettings,
    ),
    (
        "/agent/parametres/roles",
        "Rôles et droits",
        "Ce que chaque rôle permet de faire.",
        "key",
        Right::Roles,
    ),
    (
        "/agent/parametres/conservation",
        "Conservation des données",
        "Combien de temps, et ce qui est à effacer.",
        "clock",
        Right::Retention,
    ),
    (
        "/agent/journal",
        "Journal",
        "Qui a changé quoi, et quand.",
        "clock",
        Right::Journal,
    ),
];

/// The settings pages that this agent may open; `path` is the one that is open.
pub(crate) fn sections(call: &Call, path: &str) -> Vec<Section> {
    SECTIONS
        .iter()
        .filter(|(.., right)| call.cx.caller.require(*right).is_ok())
        .map(|(at, label, about, icon, _)| Section {
            label,
            about,
            icon,
            href: call.href(at),
            current: *at == path,
        })
        .collect()
}

/// The shell of a settings page, with its breadcrumb.
pub(crate) fn page(call: &Call, title: &str) -> Page {
    call.page(title, "parametres")
        .crumb("Ma journée", Some("/agent"))
        .crumb("Paramètres", Some("/agent/parametres"))
        .crumb(title, None)
}

#[derive(Template)]
#[template(path = "agent/settings.html")]
struct Index {
    page: Page,
    sections: Vec<Section>,
    /// What the law asks for and is not filled in yet.
    missing: Vec<&'static str>,
    portal_href: String,
}

async fn show(call: Call) -> Reply {
    let portal = &call.portal;
    let facts = [
        (&portal.address, "l’adresse de la mairie"),
        (&portal.phone, "son téléphone"),
        (&portal.host, "l’hébergeur"),
        (&portal.dpo, "le délégué à la protection des données"),
    ];
    let may = call.cx.caller.require(Right::PortalSettings).is_ok();
    let template = Index {
        page: call
            .page("Paramètres", "parametres")
            .crumb("Ma journée", Some("/agent"))
            .crumb("Paramètres", None),
        sections: sections(&call, ""),
        missing: facts
            .into_iter()
            .filter(|(fact, _)| may && fact.is_empty())
            .map(|(_, words)| words)
            .collect(),
        portal_href: call.href("/agent/parametres/portail"),
    };
    call.html(&template)
}
