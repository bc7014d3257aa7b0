//! The operators' pages: communes, their health, jobs to be replayed, and who may see that.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

use http::StatusCode;
use jiff::SignedDuration;
use preau_app::Cx;
use preau_rules::permission::RolePreset;
use preau_store::{Command, StoreError, Tx, tables::job};
use preau_testkit::town::{Town, on_postgres};

#[tokio::test]
async fn an_operator_sees_every_commune_and_an_agent_sees_none() {
    let town = Town::new().await;
    town.another("nogent", "Nogent").await;
    let mut visitor = town.visitor();
    visitor.get("/host").await;
    assert_eq!(visitor.url().path(), "/host/connexion");
    visitor.does_not_see("Laigneville");

    let mut olga = town.operator("olga").await;
    assert_eq!(olga.url().path(), "/host");
    olga.sees("Laigneville")
        .sees("Nogent")
        .sees("toutes répondent");
    olga.sees(if on_postgres() {
        "PostgreSQL"
    } else {
        "SQLite"
    });
    olga.sees("jamais");

    // An administrator of a commune is nobody here, and an operator is nobody there.
    let mut camille = town.agent("camille", RolePreset::Administrator).await;
    camille.get("/host").await;
    assert_eq!(camille.url().path(), "/host/connexion");
    olga.get("/laigneville/agent").await;
    assert_eq!(olga.url().path(), "/laigneville/agent/connexion");
    // The very token of one side opens nothing on the other.
    let token = olga.cookie("preau-host-host").unwrap().to_owned();
    olga.set_cookie("preau-laigneville-agent", &token)
        .get("/laigneville/agent")
        .await;
    assert_eq!(olga.url().path(), "/laigneville/agent/connexion");
}

struct Bury;
impl Command for Bury {
    const NAME: &'static str = "test.bury";
    type Answer = ();
    type Refusal = StoreError;
    async fn run(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let at = tx.at();
        job::enqueue(tx, "test.nothing", &(), at, None).await?;
        let until = at + SignedDuration::from_secs(1);
        for claimed in job::claim(tx, "test", until, 1).await? {
            job::bury(tx, claimed.id, "test", "Le serveur a raccroché.").await?;
        }
        Ok(())
    }
}

#[tokio::test]
async fn a_job_that_was_given_up_is_seen_and_replayed() {
    let town = Town::new().await;
    let cx = town.system();
    town.commune
        .db
        .write(Bury, cx.origin(Bury::NAME))
        .await
        .unwrap();
    let mut olga = town.operator("olga").await;
    olga.sees("1 abandonnés");
    olga.follow("Laigneville")
        .await
        .sees("Le serveur a raccroché.");
    olga.press("Rejouer")
        .await
        .sees("Le travail est de nouveau dans la file.");
    olga.does_not_see("Le serveur a raccroché.");
    let mut tx = cx.read().await.unwrap();
    let health = job::health(&mut tx).await.unwrap();
    assert_eq!((health.ready, health.dead), (1, 0));
}

#[tokio::test]
async fn a_commune_that_cannot_be_opened_is_told_with_its_reason() {
    if on_postgres() {
        return;
    }
    let town = Town::new().await;
    let broken = town.another("nogent", "Nogent").await;
    broken.db.close().await;
    let file = town.folder.path().join(&broken.row.address);
    std::fs::write(
        &file,
        b"this is no database, and long enough to be read as one",
    )
    .unwrap();
    // As after a restart: nothing is open.
    let folder = town.folder.path().to_owned();
    let again = reopened(&folder, &town).await;
    let mut olga = again.0;
    olga.get("/host").await;
    assert_eq!(olga.status(), StatusCode::OK);
    olga.sees("En panne")
        .sees("La base ne répond pas")
        .sees("1 en panne");
    olga.follow("Nogent")
        .await
        .sees("Cette commune ne peut pas être ouverte.");
    assert_eq!(olga.status(), StatusCode::OK);
    olga.get("/host")
        .await
        .follow("Laigneville")
        .await
        .sees("Aucun");
}

/// The same folder served by another process, and its operator.
async fn reopened(folder: &std::path::Path, town: &Town) -> (preau_testkit::http::Visitor,) {
    use preau_app::{App, Clock, Entropy};
    use preau_store::{Communes, Settings};
    drop(town.operator("olga").await);
    let communes = Communes::open(Settings {
        folder: folder.to_owned(),
        ..Settings::default()
    })
    .await
    .unwrap();
    let later = town.app.clock.now() + SignedDuration::from_mins(2);
    let app = App::open(
        communes,
        Clock::standing_at(later),
        Entropy::system(),
        town.app.settings.clone(),
    )
    .await
    .unwrap();
    let site = preau_web::service(std::sync::Arc::new(app), false);
    let mut olga = preau_testkit::http::Visitor::of(site);
    olga.get("/host").await;
    let code =
        preau_app::totp::code_at(&preau_testkit::town::agents::secret("olga"), later).unwrap();
    olga.fill("Adresse e-mail", "olga@laigneville.test")
        .fill("Mot de passe", preau_testkit::town::agents::PASSWORD)
        .press("Se connecter")
        .await;
    olga.fill("Code à 6 chiffres", &code)
        .press("Continuer")
        .await;
    (olga,)
}

#[tokio::test]
async fn operators_manage_operators_and_their_own_account() {
    let town = Town::new().await;
    let mut olga = town.operator("olga").await;
    olga.follow("Exploitants")
        .await
        .sees("Olga Durant")
        .sees("Exploitant");
    olga.follow("Ajouter un exploitant").await;
    olga.fill("Prénom", "Igor")
        .fill("Nom", "Petit")
        .fill("Adresse e-mail professionnelle", "igor@exploitation.test")
        .check("Exploitant > Oui")
        .press("Envoyer l’invitation")
        .await
        .sees("Invitation envoyée");
    let mails = preau_app::Cx::host(&town.app, preau_app::Caller::System("test"));
    assert_eq!(queued(&mails).await, 1);
    olga.get("/host/mon-compte")
        .await
        .sees("Cette session")
        .sees("Exploitant");
    olga.press("Se déconnecter")
        .await
        .sees("Vous êtes déconnecté.");
    olga.get("/host").await;
    assert_eq!(olga.url().path(), "/host/connexion");
}

async fn queued(cx: &Cx) -> i64 {
    let mut tx = cx.read().await.unwrap();
    let counts = preau_store::tables::mail::counts(&mut tx).await.unwrap();
    counts.queued + counts.sent
}
