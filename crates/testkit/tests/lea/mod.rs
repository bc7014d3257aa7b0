//! Léa Durant before a browser, with a family, a child in the canteen, and soon an account.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "each journey takes what it needs"
)]

use jiff::Timestamp;
use preau_app::{
    family_import::{self, Kind},
    planning::{self, EnrolForm, rules},
};
use preau_store::tables::family;
use preau_testkit::{
    browser::{Browser, JavaScript},
    http::Served,
    town::Town,
};

const ADDRESS: &str = "lea@familles.test";
const PASSWORD: &str = "Marelle-7-Craie";
const FAMILIES: &str = "famille_reference;nom_famille;responsable1_civilite;responsable1_nom;responsable1_prenom;enfant1_nom;enfant1_prenom;enfant1_naissance;code_abonne
F1;Durant;MME;Durant;Léa;Durant;Zoé;01/01/2017;BLENFANCE-12087-0001AB
";

/// The canteen, until 10 h two working days before.
pub const CANTEEN: &str = r#"
[commune]
name = "Laigneville"
department = "60"

[activities.cantine]
name = "Cantine"
during = "école"
start = "11:45"
end = "13:30"

[[deadlines]]
activity = "cantine"
both = { working_days = 2, at = "10:00" }
"#;

/// A town with a canteen, the family Durant, and Léa Durant before a browser.
pub struct Lea {
    pub town: Town,
    pub served: Served,
    pub browser: Browser,
    javascript: JavaScript,
}

impl Lea {
    pub async fn new(javascript: JavaScript, settings: &str) -> Self {
        let town = Town::new().await;
        let cx = town.system();
        let checked = family_import::check(&cx, Kind::Families, FAMILIES)
            .await
            .unwrap();
        assert_eq!(checked.problems, []);
        family_import::write(&cx, checked.rows, &mut |_, _| {})
            .await
            .unwrap();
        rules::save(&cx, settings, 0).await.unwrap();
        let mut tx = cx.read().await.unwrap();
        let durant = family::by_reference(&mut tx, "F1").await.unwrap().unwrap();
        let children = family::children(&mut tx, &[durant.id]).await.unwrap();
        drop(tx);
        let form = EnrolForm {
            enfant: children.first().unwrap().id.to_string(),
            activite: "cantine".to_owned(),
            depuis: "01/09/2026".to_owned(),
            ..EnrolForm::default()
        };
        planning::enrol(&cx, durant.id, &form).await.unwrap();
        Self {
            served: Served::start(town.site.clone()).await,
            browser: Browser::open(javascript).await,
            town,
            javascript,
        }
    }

    pub async fn visit(&self, path: &str) {
        self.browser.visit(&self.served.url(path)).await;
    }

    /// Every page is accessible; with JavaScript it is looked at as well, at every width.
    pub async fn look(&self, name: &str) {
        if self.javascript == JavaScript::On {
            self.browser.look(name).await;
        } else {
            self.browser.expect_accessible().await;
        }
        self.browser.viewport(1280, 900).await;
    }

    pub async fn has_an_account(&self) {
        let browser = &self.browser;
        self.visit("/laigneville/compte/creer").await;
        browser.choose("Mme").await;
        browser.fill("Nom", "Durant").await;
        browser.fill("Prénom", "Léa").await;
        browser.fill("E-mail (identifiant)", ADDRESS).await;
        browser.fill("Mot de passe", PASSWORD).await;
        browser.fill("Confirmation du mot de passe", PASSWORD).await;
        browser
            .fill("Code abonné (facultatif)", "BLENFANCE-12087-0001AB")
            .await;
        browser
            .check("J’ai lu et j’accepte les Conditions d’utilisation")
            .await;
        browser.press("S’inscrire").await;
        browser.sees("Confirmez votre inscription").await;
        let mail = self.town.mail_to(ADDRESS).await.text;
        let link = mail.lines().find(|line| line.contains("?id=")).unwrap();
        let path = &link[link.find("/laigneville").unwrap()..];
        self.visit(path.trim()).await;
        browser.press("Confirmer mon inscription").await;
        browser.sees("Votre inscription est confirmée").await;
        self.logs_in().await;
    }

    pub async fn logs_in(&self) {
        let browser = &self.browser;
        self.visit("/laigneville/connexion").await;
        browser.fill("E-mail (identifiant)", ADDRESS).await;
        browser.fill("Mot de passe", PASSWORD).await;
        browser.press("Se connecter").await;
        browser.sees("Bonjour Léa").await;
    }

    pub fn turn_to(&self, instant: &str) {
        let to: Timestamp = instant.parse().unwrap();
        self.town.turn(to.duration_since(self.town.app.clock.now()));
    }
}
