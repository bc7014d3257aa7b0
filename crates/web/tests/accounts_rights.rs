//! Accounts of citizens: which agents may help with them, and what none of them ever reads.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod citizen;

use citizen::{ADDRESS, account_of, link_in, member, sign_up_of, signed_up};
use http::StatusCode;
use preau_app::{
    AgentCaller, Caller, Cx, Error,
    account::{self, waiting},
    subscription,
};
use preau_rules::permission::RolePreset;
use preau_store::tables::mail;
use preau_testkit::town::{Town, agents::address};
use uuid::Uuid;

/// An agent as the caller of a use case, past every page.
async fn past_the_pages(town: &Town, name: &str) -> Cx {
    let id = preau_app::agent::find(&town.system(), &address(name))
        .await
        .unwrap()
        .unwrap();
    let mut tx = town.system().read().await.unwrap();
    let (roles, grants) = preau_app::session::grants(&mut tx, id).await.unwrap();
    let at = town.app.clock.now();
    let caller = AgentCaller {
        id,
        session: Uuid::nil(),
        name: name.to_owned(),
        roles,
        grants,
        seen_at: at,
        expires_at: at,
    };
    Cx {
        caller: Caller::Agent(caller),
        ..town.system()
    }
}

#[tokio::test]
async fn roles_without_the_right_are_refused_by_each_use_case_as_well() {
    let town = Town::new().await;
    member(&town, ADDRESS).await;
    signed_up(&town, "paul@exemple.fr").await;
    let account = account_of(&town, ADDRESS).await;
    let up = sign_up_of(&town, "paul@exemple.fr").await;
    for role in [RolePreset::Animateur, RolePreset::Regisseur] {
        town.hire(role.code(), &[(role.code(), None)]).await;
        let cx = past_the_pages(&town, role.code()).await;
        let answers = [
            account::search(&cx, "", None, 1).await.map(drop),
            account::get(&cx, account).await.map(drop),
            account::block(&cx, account, "Motif").await,
            account::unblock(&cx, account, "Motif").await,
            account::end_sessions(&cx, account).await.map(drop),
            waiting::get(&cx, up).await.map(drop),
            waiting::resend(&cx, up).await.map(drop),
            waiting::readdress(&cx, up, "x@exemple.fr").await,
            waiting::activate(&cx, up, "Passeport").await.map(drop),
        ];
        for (n, answer) in answers.into_iter().enumerate() {
            assert!(
                matches!(answer, Err(Error::Forbidden(_))),
                "{} {n}: {answer:?}",
                role.code()
            );
        }
    }
    let cx = past_the_pages(&town, RolePreset::Animateur.code()).await;
    let tied = subscription::tie_account(&cx, account, "F1").await;
    assert!(matches!(tied, Err(Error::Forbidden(_))), "{tied:?}");
    let nobody = account::block(&town.nobody(), account, "Motif").await;
    assert!(matches!(nobody, Err(Error::LogIn)), "{nobody:?}");
}

#[tokio::test]
async fn a_right_lost_a_second_ago_is_lost_in_the_lane() {
    let town = Town::new().await;
    member(&town, ADDRESS).await;
    let account = account_of(&town, ADDRESS).await;
    let id = town.hire("karim", &[("accueil", None)]).await;
    let cx = past_the_pages(&town, "karim").await;
    let fewer = vec![("animateur".to_owned(), None)];
    preau_app::agent::set_roles(&town.system(), id, fewer)
        .await
        .unwrap();
    let blocked = account::block(&cx, account, "Motif").await;
    assert!(matches!(blocked, Err(Error::Forbidden(_))), "{blocked:?}");
}

#[tokio::test]
async fn who_sees_the_mails_reads_no_link_of_a_citizen_nor_sends_it_elsewhere() {
    let town = Town::new().await;
    member(&town, ADDRESS).await;
    let mut lea = town.visitor();
    lea.get("/laigneville/mot-de-passe").await;
    lea.fill("E-mail (identifiant)", ADDRESS)
        .press("Envoyer l’e-mail")
        .await;
    lea.get("/laigneville/connexion/sans-mot-de-passe").await;
    lea.fill("E-mail (identifiant)", ADDRESS)
        .press("Envoyer le lien")
        .await;
    signed_up(&town, "paul@exemple.fr").await;
    town.work().await;
    let cx = town.system();
    let mut tx = cx.read().await.unwrap();
    let all = mail::in_state(&mut tx, "sent", None, 50).await.unwrap();
    drop(tx);
    let mut camille = town.agent("camille", RolePreset::Administrator).await;
    let kinds = ["account_confirmation", "password_reset", "login_link"];
    for kind in kinds {
        let mail = all.iter().find(|m| m.kind == kind).unwrap();
        let link = link_in(&mail.text);
        camille
            .get(&format!("/laigneville/agent/messages/{}", mail.id))
            .await;
        assert_eq!(camille.status(), StatusCode::OK, "{kind}");
        let token = link.split("?id=").nth(1).unwrap();
        camille.does_not_see(token);
        assert!(preau_app::messages::personal(kind));
    }
}
