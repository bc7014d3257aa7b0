//! The second seed in a real browser, with JavaScript and without: a parent books the year's meals, cancels one ahead, is in
//! time at 10:00:00 two working days before and late one second after.

use jiff::{SignedDuration, Timestamp};
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
const PLANNING: &str = "/laigneville/espace-famille/planning";
const FAMILIES: &str = "famille_reference;nom_famille;responsable1_civilite;responsable1_nom;responsable1_prenom;enfant1_nom;enfant1_prenom;enfant1_naissance;code_abonne
F1;Durant;MME;Durant;Léa;Durant;Zoé;01/01/2017;BLENFANCE-12087-0001AB
";
const SETTINGS: &str = r#"
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
        let checked = family_import::check(&cx, Kind::Families, FAMILIES)
            .await
            .unwrap();
        assert_eq!(checked.problems, []);
        family_import::write(&cx, checked.rows, &mut |_, _| {})
            .await
            .unwrap();
        rules::save(&cx, SETTINGS, 0).await.unwrap();
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
        self.browser.viewport(1280, 900).await;
    }

    async fn has_an_account(&self) {
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
        let mail = self.town.mail_to(ADDRESS).await.text;
        let link = mail.lines().find(|line| line.contains("?id=")).unwrap();
        let path = &link[link.find("/laigneville").unwrap()..];
        self.visit(path.trim()).await;
        browser.press("Confirmer mon inscription").await;
        self.logs_in().await;
    }

    async fn logs_in(&self) {
        let browser = &self.browser;
        self.visit("/laigneville/connexion").await;
        browser.fill("E-mail (identifiant)", ADDRESS).await;
        browser.fill("Mot de passe", PASSWORD).await;
        browser.press("Se connecter").await;
        browser.sees("Bonjour Léa").await;
    }

    fn turn_to(&self, instant: &str) {
        let to: Timestamp = instant.parse().unwrap();
        self.town.turn(to.duration_since(self.town.app.clock.now()));
    }
}

async fn the_second_seed(javascript: JavaScript) {
    let lea = Lea::new(javascript).await;
    lea.has_an_account().await;
    let browser = &lea.browser;
    browser.viewport(1280, 900).await;

    // The year's meals by a long period.
    lea.visit("/laigneville/espace-famille").await;
    browser.sees("Planning des activités").await;
    browser.follow("Réservation").await;
    lea.look("reservation").await;
    for day in ["lundi", "mardi", "jeudi", "vendredi"] {
        browser.check(&format!("Cantine, {day}")).await;
    }
    browser.fill("Du", "27/11/2026").await;
    browser.fill("Au", "03/07/2027").await;
    browser.press("Voir ce que cela donne").await;
    browser.sees("Mois par mois").await;
    lea.look("reservation-apercu").await;
    let heading = browser.text().await;
    let at = heading.find("Enregistrer ").unwrap();
    let words: Vec<&str> = heading[at..].split_whitespace().take(3).collect();
    browser.press(&words.join(" ")).await;
    browser.sees("Reçu R-2026-0001").await;
    lea.look("recu").await;

    // One is cancelled ahead.
    lea.visit(&format!("{PLANNING}?du=2026-11-30")).await;
    lea.look("planning").await;
    browser.uncheck("Zoé, Cantine, jeudi 10 décembre").await;
    browser.press("Vérifier").await;
    lea.look("verification").await;
    browser.press("Enregistrer 1 changement").await;
    browser.sees("Reçu R-2026-0002").await;

    // Monday the 30th: until Thursday the 26th at ten o'clock, sharp.
    lea.turn_to("2026-11-26T09:50:00+01:00");
    lea.logs_in().await;
    lea.visit(&format!("{PLANNING}?du=2026-11-30")).await;
    browser.uncheck("Zoé, Cantine, lundi 30 novembre").await;
    browser.press("Vérifier").await;
    // The click comes back before the page does: the clock is turned once the verification stands there.
    browser.sees("Vérifiez avant d’enregistrer").await;
    lea.turn_to("2026-11-26T10:00:01+01:00");
    browser.press("Enregistrer 1 changement").await;
    browser.sees("Rien n’a été enregistré").await;
    browser
        .sees("le délai est passé depuis le jeudi 26 novembre à 10")
        .await;
    lea.look("verification-trop-tard").await;
    lea.town.turn(-SignedDuration::from_secs(1));
    lea.visit(&format!("{PLANNING}?du=2026-11-30")).await;
    browser.uncheck("Zoé, Cantine, lundi 30 novembre").await;
    browser.press("Vérifier").await;
    browser.press("Enregistrer 1 changement").await;
    browser.sees("Reçu R-2026-0003").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_seed_with_javascript() {
    the_second_seed(JavaScript::On).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_seed_without_javascript() {
    the_second_seed(JavaScript::Off).await;
}
