//! The portal in a real browser: the stories that show that it is done, and a look at every page.

use preau_rules::permission::RolePreset;
use preau_testkit::{
    browser::{Browser, JavaScript},
    http::Served,
    town::{
        Town,
        agents::{PASSWORD, address},
    },
};

/// A town that is served, and a browser before it.
struct Scene {
    town: Town,
    served: Served,
    browser: Browser,
}

impl Scene {
    async fn new(javascript: JavaScript) -> Self {
        let town = Town::new().await;
        Self {
            served: Served::start(town.site.clone()).await,
            browser: Browser::open(javascript).await,
            town,
        }
    }

    async fn visit(&mut self, path: &str) {
        let url = self.served.url(path);
        self.browser.visit(&url).await;
    }

    /// Somebody who was hired comes in by password and code.
    async fn comes_in(&mut self, home: &str, name: &str) {
        self.visit(home).await;
        let code = self.town.code(name);
        let browser = &mut self.browser;
        browser.fill("Adresse e-mail", &address(name)).await;
        browser.fill("Mot de passe", PASSWORD).await;
        browser.press("Se connecter").await;
        browser.fill("Code à 6 chiffres", &code).await;
        browser.press("Continuer").await;
    }

    async fn writes_to_the_town_hall(&mut self) {
        self.visit("/laigneville/").await;
        self.browser.follow("Nous contacter").await;
        let browser = &mut self.browser;
        browser.fill("Nom", "Morel").await;
        browser.fill("Prénom", "Léa").await;
        browser.fill("E-mail", "lea.morel@familles.test").await;
        browser.fill("Objet", "Menus de décembre").await;
        browser
            .fill("Message", "Bonjour, où trouver les menus de décembre ?")
            .await;
        browser.press("Envoyer mon message").await;
    }

    async fn answers(&mut self) {
        // The acknowledgement is delivered before: mails of one instant go in no fixed order.
        self.town.work().await;
        self.town
            .hire("camille", &[(RolePreset::FrontDesk.code(), None)])
            .await;
        self.comes_in("/laigneville/agent", "camille").await;
        self.visit("/laigneville/agent/demandes/D-2026-0001").await;
        let browser = &mut self.browser;
        browser.sees("où trouver les menus de décembre").await;
        browser
            .fill("Votre réponse", "Bonjour, ils sont sur la page d’accueil.")
            .await;
        browser.press("Relire avant d’envoyer").await;
        browser.press("Envoyer la réponse").await;
        browser.sees("Rouvrir la demande").await;
        let answer = self.town.mail_to("lea.morel@familles.test").await;
        assert!(
            answer.text.contains("ils sont sur la page d’accueil"),
            "{}",
            answer.text
        );
        assert!(answer.subject.contains("D-2026-0001"), "{}", answer.subject);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_citizen_writes_finds_the_acknowledgement_and_gets_the_answer() {
    let mut scene = Scene::new(JavaScript::On).await;
    scene.writes_to_the_town_hall().await;
    scene.browser.sees("D-2026-0001").await;
    let mail = scene.town.mail_to("lea.morel@familles.test").await;
    assert!(mail.subject.contains("D-2026-0001"), "{}", mail.subject);
    scene.answers().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_javascript_the_code_in_the_mail_is_the_proof() {
    let mut scene = Scene::new(JavaScript::Off).await;
    scene.writes_to_the_town_hall().await;
    scene.browser.sees("Confirmez votre adresse").await;
    let mail = scene.town.mail_to("lea.morel@familles.test").await;
    let at = mail
        .text
        .find("code")
        .unwrap_or_else(|| panic!("no code in {}", mail.text));
    let code: String = mail.text[at..]
        .chars()
        .filter(char::is_ascii_digit)
        .take(6)
        .collect();
    scene.browser.fill("Code", &code).await;
    scene.browser.press("Envoyer mon message").await;
    scene.browser.sees("D-2026-0001").await;
    scene.answers().await;
}

/// Pages that everybody sees.
const PUBLIC: &[(&str, &str)] = &[
    ("accueil", "/laigneville/"),
    ("contact", "/laigneville/contact"),
    ("informations", "/laigneville/informations"),
    ("menus", "/laigneville/menus"),
    ("mentions-legales", "/laigneville/mentions-legales"),
    ("donnees-personnelles", "/laigneville/donnees-personnelles"),
    ("conditions", "/laigneville/conditions"),
    ("accessibilite", "/laigneville/accessibilite"),
    ("aide", "/laigneville/aide"),
    ("agent-connexion", "/laigneville/agent/connexion"),
    ("erreur-404", "/laigneville/nulle-part"),
    ("communes", "/"),
    ("aucune-commune", "/nulle-part/"),
    ("exploitant-connexion", "/host/connexion"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_public_page_is_accessible_at_every_width() {
    let mut scene = Scene::new(JavaScript::On).await;
    for (name, path) in PUBLIC {
        scene.visit(path).await;
        scene.browser.look(name).await;
    }
}

/// Pages of an agent with every right.
const AGENT: &[(&str, &str)] = &[
    ("agent-journee", "/laigneville/agent"),
    ("agent-demandes", "/laigneville/agent/demandes"),
    ("agent-demande", "/laigneville/agent/demandes/D-2026-0001"),
    ("agent-recherche", "/laigneville/agent/recherche?q=morel"),
    ("agent-messages", "/laigneville/agent/messages"),
    ("agent-journal", "/laigneville/agent/journal"),
    ("agent-parametres", "/laigneville/agent/parametres"),
    ("agent-actualites", "/laigneville/agent/actualites"),
    ("agent-menus", "/laigneville/agent/menus"),
    ("agent-pages", "/laigneville/agent/pages"),
    ("agent-agents", "/laigneville/agent/parametres/agents"),
    ("agent-roles", "/laigneville/agent/parametres/roles"),
    ("agent-sites", "/laigneville/agent/parametres/sites"),
    ("agent-mon-compte", "/laigneville/agent/mon-compte"),
    ("agent-comptes", "/laigneville/agent/comptes"),
    ("agent-familles", "/laigneville/agent/familles"),
    ("agent-codes", "/laigneville/agent/codes/serie"),
    (
        "agent-conservation",
        "/laigneville/agent/parametres/conservation",
    ),
    ("agent-demarches", "/laigneville/agent/parametres/demarches"),
    (
        "agent-demarche",
        "/laigneville/agent/parametres/demarches/nouvelle",
    ),
    ("agent-documents", "/laigneville/agent/parametres/documents"),
    (
        "agent-document",
        "/laigneville/agent/parametres/documents/nouveau",
    ),
    ("agent-import", "/laigneville/agent/familles/import"),
    (
        "agent-dossier-champs",
        "/laigneville/agent/parametres/dossier",
    ),
    (
        "agent-mots-de-passe",
        "/laigneville/agent/parametres/mots-de-passe",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_the_agents_is_accessible_at_every_width() {
    let mut scene = Scene::new(JavaScript::On).await;
    scene.writes_to_the_town_hall().await;
    scene.browser.sees("D-2026-0001").await;
    scene
        .town
        .hire("camille", &[(RolePreset::Administrator.code(), None)])
        .await;
    scene.comes_in("/laigneville/agent", "camille").await;
    for (name, path) in AGENT {
        scene.visit(path).await;
        scene.browser.look(name).await;
    }
}
