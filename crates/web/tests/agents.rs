//! Agents, roles and sites: who may give what to whom, and that nobody locks everybody out.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

use http::StatusCode;
use jiff::SignedDuration;
use preau_app::{Caller, Cx, agent, role, site};
use preau_rules::permission::{Right, RolePreset};
use preau_testkit::{
    http::Visitor,
    town::{Town, agents::address},
};

const AGENTS: &str = "/laigneville/agent/parametres/agents";
const ROLES: &str = "/laigneville/agent/parametres/roles";
const SITES: &str = "/laigneville/agent/parametres/sites";

async fn open_agent<'v>(visitor: &'v mut Visitor, name: &str) -> &'v mut Visitor {
    visitor.get(AGENTS).await.follow(name).await
}

#[tokio::test]
async fn the_five_roles_are_there_and_may_be_arranged() {
    let town = Town::new().await;
    let mut camille = town.agent("camille", RolePreset::Administrator).await;
    camille.get(ROLES).await;
    for preset in RolePreset::ALL {
        camille.sees(preset.label_fr());
    }
    camille.follow("Animateur").await;
    assert!(camille.is_checked("Pointage") && !camille.is_checked("Messages"));
    camille.does_not_see("Exploitation");
    camille
        .check("Messages")
        .press("Enregistrer")
        .await
        .sees("Le rôle est enregistré.");

    camille
        .follow("Nouveau rôle")
        .await
        .fill("Nom du rôle", "Animateur")
        .press("Enregistrer")
        .await;
    camille.sees("Cochez au moins un droit.");
    camille.check("Pointage").press("Enregistrer").await;
    camille.sees("Un autre rôle porte déjà ce nom.");
    camille
        .fill("Nom du rôle", "Cantinière")
        .press("Enregistrer")
        .await
        .sees("Le rôle est créé.");
    camille
        .follow("Cantinière")
        .await
        .sees("Rôle tenu par personne");
    camille
        .press("Supprimer ce rôle")
        .await
        .does_not_see("Cantinière");
    // A role that somebody holds stays.
    camille
        .follow("Administrateur")
        .await
        .does_not_see("Supprimer ce rôle");
}

#[tokio::test]
async fn what_a_role_allows_changes_at_once_for_who_holds_it() {
    let town = Town::new().await;
    let mut camille = town.agent("camille", RolePreset::Administrator).await;
    let mut karim = town.agent("karim", RolePreset::Animateur).await;
    karim.get(SITES).await;
    assert_eq!(karim.status(), StatusCode::FORBIDDEN);
    karim.sees("Réglages du portail");
    camille.get(ROLES).await.follow("Animateur").await;
    camille
        .check("Réglages du portail")
        .press("Enregistrer")
        .await;
    karim.get(SITES).await.sees("Aucun site pour l’instant");
}

#[tokio::test]
async fn an_agent_holds_several_roles_by_site() {
    let town = Town::new().await;
    let mut camille = town.agent("camille", RolePreset::Administrator).await;
    for name in ["École du Centre", "École Jean-Moulin"] {
        camille
            .get(SITES)
            .await
            .fill("Nom du site", name)
            .press("Ajouter le site")
            .await
            .sees(name);
    }
    camille
        .fill("Nom du site", "École du Centre")
        .press("Ajouter le site")
        .await;
    camille.sees("Un autre site porte déjà ce nom.");

    camille
        .get(&format!("{AGENTS}/nouveau"))
        .await
        .fill("Prénom", "Karim")
        .fill("Nom", "Benali")
        .fill("Adresse e-mail professionnelle", &address("karim"))
        .press("Envoyer l’invitation")
        .await;
    assert_eq!(camille.status(), StatusCode::UNPROCESSABLE_ENTITY);
    camille.sees("Choisissez au moins un rôle");
    assert_eq!(camille.value("Prénom"), "Karim", "what was typed stays");
    camille
        .check("Animateur > École Jean-Moulin")
        .check("Agent d’accueil > Partout")
        .press("Envoyer l’invitation")
        .await
        .sees("Agent d’accueil, Animateur (École Jean-Moulin)");

    let karim = agent::find(&town.system(), &address("karim"))
        .await
        .unwrap()
        .unwrap();
    let mut tx = town.system().read().await.unwrap();
    let (_, grants) = preau_app::session::grants(&mut tx, karim).await.unwrap();
    let sites = site::list(&town.system()).await.unwrap();
    let at = |name: &str| sites.iter().find(|s| s.name == name).map(|s| s.id);
    assert!(grants.allows(Right::Attendance, at("École Jean-Moulin")));
    assert!(!grants.allows(Right::Attendance, at("École du Centre")));
    assert!(!grants.allows(Right::Attendance, None));
    assert!(grants.allows(Right::Requests, at("École du Centre")));

    // A closed site is offered no more, and what was given there stays readable.
    camille.get(SITES).await.follow("École du Centre").await;
    camille
        .fill("Nom du site", "École Centre")
        .press("Enregistrer")
        .await
        .sees("École Centre");
    camille
        .follow("École Centre")
        .await
        .press("Fermer ce site")
        .await
        .sees("Fermé");
    open_agent(&mut camille, "Karim Benali")
        .await
        .sees("École Jean-Moulin")
        .does_not_see("École Centre");
}

#[tokio::test]
async fn the_last_administrator_stays_and_nobody_shuts_themselves_out() {
    let town = Town::new().await;
    let mut camille = town.agent("camille", RolePreset::Administrator).await;
    open_agent(&mut camille, "Camille Durant")
        .await
        .does_not_see("Fermer l’accès");
    camille
        .uncheck("Administrateur > Oui")
        .check("Animateur > Oui")
        .press("Enregistrer les rôles")
        .await;
    assert_eq!(camille.status(), StatusCode::UNPROCESSABLE_ENTITY);
    camille.sees("Vous perdriez votre propre droit");

    // The role of the administrators cannot be emptied under their feet either.
    camille
        .get(ROLES)
        .await
        .follow("Administrateur")
        .await
        .uncheck("Agents")
        .press("Enregistrer")
        .await;
    assert_eq!(camille.status(), StatusCode::UNPROCESSABLE_ENTITY);
    camille.sees("dernier administrateur");
    camille
        .uncheck("Agents")
        .uncheck("Rôles")
        .press("Enregistrer")
        .await;
    camille.sees("Vous perdriez votre propre droit");

    // Somebody who was invited but never came is no administrator to count on.
    let invited = agent::NewAgent {
        email: address("absente"),
        first_name: "Absente".to_owned(),
        last_name: "Martin".to_owned(),
        roles: vec![("administrateur".to_owned(), None)],
        ..Default::default()
    };
    agent::create(&town.system(), invited).await.unwrap();
    let mut karim = town.agent("karim", RolePreset::Administrator).await;
    open_agent(&mut karim, "Camille Durant")
        .await
        .press("Fermer l’accès")
        .await
        .sees("Rouvrir l’accès");
    // Karim is the last one now; as Camille was.
    let id = agent::find(&town.system(), &address("karim"))
        .await
        .unwrap()
        .unwrap();
    let me = Cx {
        caller: by(&town, "karim").await,
        ..town.system()
    };
    let refused = agent::set_roles(&me, id, vec![("animateur".to_owned(), None)]).await;
    assert!(
        matches!(refused, Err(preau_app::Error::Invalid(_))),
        "{refused:?}"
    );
    let refused = agent::set_disabled(&me, id, true).await;
    assert!(
        matches!(refused, Err(preau_app::Error::Conflict(_))),
        "{refused:?}"
    );
}

/// Somebody as the caller of a use case, past every page.
async fn by(town: &Town, name: &str) -> Caller {
    let id = agent::find(&town.system(), &address(name))
        .await
        .unwrap()
        .unwrap();
    let mut tx = town.system().read().await.unwrap();
    let (roles, grants) = preau_app::session::grants(&mut tx, id).await.unwrap();
    let at = town.app.clock.now();
    Caller::Agent(preau_app::AgentCaller {
        id,
        session: uuid::Uuid::nil(),
        name: name.to_owned(),
        roles,
        grants,
        seen_at: at,
        expires_at: at,
    })
}

#[tokio::test]
async fn nobody_gives_what_they_do_not_hold_nor_manages_those_above() {
    let town = Town::new().await;
    town.hire("camille", &[("administrateur", None)]).await;
    let rights = ["agents", "requests"].map(str::to_owned);
    role::create(&town.system(), "Secrétaire", &rights)
        .await
        .unwrap();
    town.hire("karim", &[("secretaire", None)]).await;
    town.hire("lea", &[("animateur", None)]).await;
    let mut karim = town.log_in("karim").await;

    open_agent(&mut karim, "Lea Durant").await;
    karim
        .check("Administrateur > Oui")
        .press("Enregistrer les rôles")
        .await;
    assert_eq!(
        karim.status(),
        StatusCode::CONFLICT,
        "Lea holds rights that Karim does not"
    );
    karim.get(&format!("{AGENTS}/nouveau")).await;
    karim
        .fill("Prénom", "Moi")
        .fill("Nom", "Bis")
        .fill("Adresse e-mail professionnelle", "moi.bis@laigneville.test")
        .check("Administrateur > Oui")
        .press("Envoyer l’invitation")
        .await
        .sees("des droits que vous n’avez pas");
    open_agent(&mut karim, "Karim Durant").await;
    karim
        .check("Administrateur > Oui")
        .press("Enregistrer les rôles")
        .await;
    karim.sees("des droits que vous n’avez pas");
    for button in [
        "Fermer l’accès",
        "Retirer l’application de codes",
        "Envoyer un lien de mot de passe",
    ] {
        open_agent(&mut karim, "Camille Durant")
            .await
            .press(button)
            .await;
        assert_eq!(karim.status(), StatusCode::CONFLICT, "{button}");
    }
    open_agent(&mut karim, "Camille Durant").await;
    karim
        .fill("Adresse e-mail professionnelle", &address("voleur"))
        .press("Enregistrer la fiche")
        .await;
    assert_eq!(karim.status(), StatusCode::CONFLICT);
    // What Karim holds, he gives.
    karim.get(&format!("{AGENTS}/nouveau")).await;
    karim
        .fill("Prénom", "Zoé")
        .fill("Nom", "Petit")
        .fill("Adresse e-mail professionnelle", &address("zoe"))
        .check("Secrétaire > Oui")
        .press("Envoyer l’invitation")
        .await
        .sees("L’invitation est partie");
}

#[tokio::test]
async fn who_arranges_roles_gives_no_right_they_lack() {
    let town = Town::new().await;
    town.hire("camille", &[("administrateur", None)]).await;
    role::create(&town.system(), "Organisateur", &["roles".to_owned()])
        .await
        .unwrap();
    town.hire("karim", &[("organisateur", None)]).await;
    let mut karim = town.log_in("karim").await;
    karim.get(ROLES).await.follow("Organisateur").await;
    karim.check("Agents").press("Enregistrer").await;
    assert_eq!(karim.status(), StatusCode::UNPROCESSABLE_ENTITY);
    karim.sees("Vous ne pouvez pas donner un droit que vous n’avez pas vous-même.");
    // A right of the operators is none of a commune's, whoever asks.
    let refused = role::create(&town.system(), "Exploitant", &["host".to_owned()]).await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn an_administrator_helps_who_lost_the_telephone() {
    let town = Town::new().await;
    let mut camille = town.agent("camille", RolePreset::Administrator).await;
    let mut karim = town.agent("karim", RolePreset::FrontDesk).await;
    open_agent(&mut camille, "Karim Durant").await;
    camille
        .press("Retirer l’application de codes")
        .await
        .sees("L’application de codes est retirée")
        .sees("Application de codes à installer")
        .sees("Camille Durant a retiré son application de codes");
    karim.get("/laigneville/agent").await;
    assert!(
        karim
            .url()
            .path()
            .starts_with("/laigneville/agent/connexion"),
        "the session goes on"
    );
    town.turn(SignedDuration::from_secs(60));
    karim.get("/laigneville/agent/connexion").await;
    karim
        .fill("Adresse e-mail", &address("karim"))
        .fill("Mot de passe", preau_testkit::town::agents::PASSWORD)
        .press("Se connecter")
        .await
        .sees("Protégez votre accès");
}

#[tokio::test]
async fn two_agents_do_not_share_an_address() {
    let town = Town::new().await;
    let mut camille = town.agent("camille", RolePreset::Administrator).await;
    town.hire("karim", &[("accueil", None)]).await;
    open_agent(&mut camille, "Karim Durant").await;
    camille
        .fill("Adresse e-mail professionnelle", "CAMILLE@laigneville.test")
        .press("Enregistrer la fiche")
        .await;
    assert_eq!(camille.status(), StatusCode::UNPROCESSABLE_ENTITY);
    camille.sees("Cette adresse est déjà celle d’un agent");
    camille
        .fill(
            "Adresse e-mail professionnelle",
            "k.benali@laigneville.test",
        )
        .press("Enregistrer la fiche")
        .await;
    camille.sees("C’est enregistré.");
    assert!(
        agent::find(&town.system(), "K.Benali@laigneville.test")
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn an_agent_ends_no_session_of_another() {
    let town = Town::new().await;
    let mut camille = town.agent("camille", RolePreset::FrontDesk).await;
    let karim = town.agent("karim", RolePreset::FrontDesk).await;
    drop(karim);
    let their = Cx {
        caller: by(&town, "karim").await,
        ..town.system()
    };
    let session = preau_app::session::mine(&their).await.unwrap()[0].id;
    let me = Cx {
        caller: by(&town, "camille").await,
        ..town.system()
    };
    let refused = preau_app::session::revoke(&me, session).await;
    assert!(
        matches!(refused, Err(preau_app::Error::NotFound)),
        "{refused:?}"
    );
    assert_eq!(preau_app::session::mine(&their).await.unwrap().len(), 1);
    camille
        .get("/laigneville/agent/mon-compte")
        .await
        .sees("Cette session");
}
