//! How a family gets in, in a real browser, with JavaScript and without: the first seed, step by step. Run on both
//! engines by `cargo xtask test`.

use preau_app::family_import::{self, Kind};
use preau_testkit::{
    browser::{Browser, JavaScript},
    http::Served,
    town::Town,
};

const ADDRESS: &str = "lea@familles.test";
const PASSWORD: &str = "Marelle-7-Craie";
const CODE: &str = "BLENFANCE-12087-0001AB";

const FAMILIES: &str = "famille_reference;nom_famille;responsable1_civilite;responsable1_nom;responsable1_prenom;enfant1_nom;enfant1_prenom;enfant1_naissance;code_abonne
F1;Durant;MME;Durant;Léa;Durant;Zoé;01/01/2017;BLENFANCE-12087-0001AB
";
const INVOICES: &str = "code_emission;reference;montant;code_personnel;famille_reference
CANT-10;F2026-1;1234,00;P1;F1
";

/// A town with the family Durant, and Léa Durant before a browser.
struct Lea {
    town: Town,
    served: Served,
    browser: Browser,
    javascript: JavaScript,
}

impl Lea {
    async fn new(javascript: JavaScript) -> Self {
        let town = Town::new().await;
        let cx = town.system();
        for (kind, text) in [(Kind::Families, FAMILIES), (Kind::Invoices, INVOICES)] {
            let checked = family_import::check(&cx, kind, text).await.unwrap();
            assert_eq!(checked.problems, []);
            family_import::write(&cx, checked.rows, &mut |_, _| {})
                .await
                .unwrap();
        }
        preau_app::document::usual(&cx).await.unwrap();
        preau_app::procedure::usual(&cx).await.unwrap();
        Self {
            served: Served::start(town.site.clone()).await,
            browser: Browser::open(javascript).await,
            town,
            javascript,
        }
    }

    async fn visit(&self, path: &str) {
        self.browser.visit(&self.served.url(path)).await;
    }

    /// Every page is accessible; with JavaScript it is looked at as well, at every width.
    async fn look(&self, name: &str) {
        if self.javascript == JavaScript::On {
            self.browser.look(name).await;
        } else {
            self.browser.expect_accessible().await;
        }
    }

    /// From Accueil to the page that waits for the confirmation.
    async fn signs_up(&self, code: &str) {
        self.visit("/laigneville/").await;
        let browser = &self.browser;
        browser.follow("Créer un compte").await;
        browser.sees("Au moins 8 caractères").await;
        self.look("compte-creer").await;
        browser.choose("Mme").await;
        browser.fill("Nom", "Durant").await;
        browser.fill("Prénom", "Léa").await;
        browser.fill("E-mail (identifiant)", "lea@").await;
        browser.fill("Mot de passe", "Marelle").await;
        if self.javascript == JavaScript::On {
            // The rule is ticked off as it is typed.
            browser.sees("un chiffre").await;
        }
        browser.press("S’inscrire").await;
        browser.sees("points sont à corriger").await;
        self.look("compte-creer-erreurs").await;
        assert_eq!(browser.value("Nom").await, "Durant");
        assert_eq!(browser.value("Mot de passe").await, "");
        browser.fill("E-mail (identifiant)", ADDRESS).await;
        browser.fill("Mot de passe", PASSWORD).await;
        browser.fill("Confirmation du mot de passe", PASSWORD).await;
        if !code.is_empty() {
            browser.fill("Code abonné (facultatif)", code).await;
        }
        browser
            .check("J’ai lu et j’accepte les Conditions d’utilisation")
            .await;
        browser.press("S’inscrire").await;
        browser.sees(ADDRESS).await;
        self.look("compte-attente").await;
    }

    async fn logs_in(&self) {
        let browser = &self.browser;
        browser.sees("Votre inscription est confirmée").await;
        self.look("connexion").await;
        browser.fill("E-mail (identifiant)", ADDRESS).await;
        browser.fill("Mot de passe", PASSWORD).await;
        browser.press("Se connecter").await;
        browser.sees("Bonjour Léa").await;
        self.look("espace-citoyen").await;
    }

    async fn mail(&self) -> String {
        self.town.mail_to(ADDRESS).await.text
    }

    /// By a code abonné in the form, and the link of the mail.
    async fn comes_in_with_a_code(&self) {
        self.signs_up(&CODE.to_lowercase()).await;
        let mail = self.mail().await;
        let link = mail.split_whitespace().find(|w| w.contains("/activation?"));
        let path = link.unwrap().strip_prefix("http://portail.test").unwrap();
        self.visit(path).await;
        self.look("activation").await;
        self.browser.press("Confirmer mon inscription").await;
        self.logs_in().await;
        self.visit("/laigneville/espace-famille").await;
        self.browser.sees("Zoé Durant").await;
        self.look("espace-famille").await;
        self.writes_an_allergy().await;
        self.completes_the_file().await;
        self.visit("/laigneville/mon-compte").await;
        self.look("mon-compte").await;
        self.visit("/laigneville/mon-compte/donnees").await;
        self.look("mes-donnees").await;
        self.browser.press("Se déconnecter").await;
        self.visit("/laigneville/espace-famille").await;
        self.browser.sees("Se connecter").await;
        self.browser.does_not_see("Zoé Durant").await;
    }

    /// In the file of the family, on the page of the child.
    async fn writes_an_allergy(&self) {
        let browser = &self.browser;
        browser
            .follow("Voir et modifier le dossier de Zoé Durant")
            .await;
        self.look("dossier-enfant").await;
        browser.follow("Modifier : Santé").await;
        browser.fill("Allergies (facultatif)", "Arachide").await;
        self.look("dossier-sante").await;
        browser.press("Enregistrer").await;
        browser.sees("Arachide").await;
    }

    /// A telephone at once, a custody calendar after a check, a grandmother, a proof of insurance.
    async fn completes_the_file(&self) {
        let browser = &self.browser;
        browser.follow("Modifier : Garde").await;
        browser.choose("Une semaine sur deux").await;
        browser
            .fill("Compté à partir du (facultatif)", "2026-11-27")
            .await;
        self.look("dossier-garde").await;
        browser.press("Enregistrer").await;
        browser.sees("chez vous la semaine du 27").await;
        self.look("dossier-garde-en-attente").await;
        browser.follow("Modifier : Personnes de confiance").await;
        self.look("personnes-aucune").await;
        browser.follow("Ajouter une personne").await;
        for (field, value) in [
            ("Prénom", "Jeanne"),
            ("Nom", "Petit"),
            ("Lien avec l’enfant", "grand-mère"),
            ("Téléphone", "06 98 76 54 32"),
        ] {
            browser.fill(field, value).await;
        }
        browser.check("Peut venir chercher l’enfant").await;
        self.look("personne").await;
        browser.press("Enregistrer").await;
        browser.sees("Jeanne Petit").await;
        self.look("personnes").await;
        self.visit("/laigneville/espace-famille/documents").await;
        browser.sees("Zoé").await;
        self.look("documents").await;
        browser
            .follow("Envoyer : Attestation d’assurance scolaire et extrascolaire, Zoé")
            .await;
        browser
            .attach("Fichiers", "assurance.pdf", b"%PDF-1.7 attestation")
            .await;
        self.look("document").await;
        browser.press("Envoyer le document").await;
        browser.sees("envoyé, en attente").await;
        self.visit("/laigneville/espace-citoyen/demandes/D-2026-0002")
            .await;
        browser.sees("assurance.pdf").await;
        self.look("demande-pieces").await;
        browser
            .attach(
                "Pièces jointes (facultatif)",
                "meilleure.pdf",
                b"%PDF-1.7 nette",
            )
            .await;
        browser.press("Envoyer le message").await;
        browser.sees("meilleure.pdf").await;
        self.asks_for_a_derogation().await;
    }

    /// By a form that the commune made.
    async fn asks_for_a_derogation(&self) {
        let browser = &self.browser;
        self.visit("/laigneville/espace-citoyen/nouvelle-demande")
            .await;
        self.look("nouvelle-demande").await;
        browser.follow("Dérogation de secteur scolaire").await;
        browser.select("Enfant", "Zoé Durant").await;
        browser.select("Motif", "Mode de garde").await;
        browser.press("Envoyer ma demande").await;
        browser.sees("Répondez à").await;
        self.look("demarche-erreur").await;
        browser.fill("École souhaitée", "Les Tilleuls").await;
        browser.press("Envoyer ma demande").await;
        browser.sees("D-2026-0003").await;
    }

    /// Without a code, by the six digits, then by an invoice.
    async fn comes_in_and_subscribes_by_an_invoice(&self) {
        self.signs_up("").await;
        let mail = self.mail().await;
        let at = mail.find("Votre code").unwrap();
        let code: String = mail[at..]
            .chars()
            .filter(char::is_ascii_digit)
            .take(6)
            .collect();
        let browser = &self.browser;
        browser.fill("Code à 6 chiffres", &code).await;
        browser.press("Confirmer mon inscription").await;
        self.logs_in().await;
        self.visit("/laigneville/espace-citoyen/abonnements").await;
        self.look("abonnements-aucun").await;
        self.visit("/laigneville/espace-famille").await;
        browser.sees("Il manque un abonnement").await;
        self.look("espace-famille-ferme").await;
        browser.follow("M’abonner").await;
        browser.press("Avec une de vos factures > Rechercher").await;
        browser.sees("Indiquez le code émission").await;
        self.look("m-abonner-erreurs").await;
        for (field, value) in [
            ("Code émission de la facture", "cant 10"),
            ("Référence de la facture", "F2026-1"),
            ("Montant de la facture", "1 234,00 €"),
            ("Code personnel", "p1"),
        ] {
            browser.fill(field, value).await;
        }
        browser.press("Avec une de vos factures > Rechercher").await;
        browser.sees("Est-ce bien votre famille").await;
        browser.sees("Zoé").await;
        self.look("m-abonner-trouve").await;
        browser.press("Confirmer mon abonnement").await;
        browser.sees("Vous êtes abonné à la famille Durant").await;
        self.look("abonnements").await;
        // Active at once, without a new log-in.
        self.visit("/laigneville/espace-famille").await;
        browser.sees("Zoé Durant").await;
        self.visit("/laigneville/espace-facturation").await;
        browser.sees("F2026-1").await;
        self.look("espace-facturation").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_family_comes_in_with_a_code() {
    let lea = Lea::new(JavaScript::On).await;
    lea.comes_in_with_a_code().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_family_comes_in_with_a_code_and_without_javascript() {
    let lea = Lea::new(JavaScript::Off).await;
    lea.comes_in_with_a_code().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_family_without_a_code_subscribes_by_an_invoice() {
    let lea = Lea::new(JavaScript::On).await;
    lea.comes_in_and_subscribes_by_an_invoice().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_family_without_a_code_and_without_javascript_subscribes_by_an_invoice() {
    let lea = Lea::new(JavaScript::Off).await;
    lea.comes_in_and_subscribes_by_an_invoice().await;
}
