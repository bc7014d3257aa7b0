//! Every route, with every kind of caller: what is declared is what happens, and no door is open that should not be.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod citizen;

use http::StatusCode;
use preau_app::{
    Cx, billing,
    family_import::{self, Kind},
    planning, subscription,
};
use preau_rules::permission::RolePreset;
use preau_store::tables::{
    account, family, session, subscriber_code, subscription as store_subscription,
};
use preau_testkit::{http::Visitor, proof, town::Town};
use preau_web::{Access, Area, RouteInfo, every_route};
use uuid::Uuid;

/// Parameters of paths are filled with what exists nowhere.
fn path(route: &RouteInfo) -> String {
    let mut path = String::new();
    for segment in route.path.split('/').skip(1) {
        let filled = match segment {
            "{id}" | "{tie}" => "0193a000-0000-7000-8000-00000000dead",
            "{number}" => "D-1999-9999",
            s if s.starts_with('{') => "nulle-part",
            s => s,
        };
        path.push('/');
        path.push_str(filled);
    }
    match route.area {
        Area::Host => format!("/host{}", if path == "/" { "" } else { &path }),
        _ => format!("/laigneville{path}"),
    }
}

/// What a caller finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// To the log-in page.
    LogIn,
    /// A clear no.
    Forbidden,
    /// In: the page, or its own refusal of what was asked (nothing there, form expired).
    In,
}

async fn knock(visitor: &mut Visitor, route: &RouteInfo) -> Found {
    let path = path(route);
    if route.method == http::Method::GET {
        visitor.raw(http::Method::GET, &path, "", "").await;
    } else {
        let form = "application/x-www-form-urlencoded";
        visitor
            .raw(http::Method::POST, &path, form, "csrf=none")
            .await;
    }
    let to_log_in = visitor
        .redirects()
        .iter()
        .any(|to| to.contains("/connexion"));
    let status = visitor.status();
    assert_ne!(
        status,
        StatusCode::INTERNAL_SERVER_ERROR,
        "{} {path}",
        route.method
    );
    match status {
        StatusCode::FORBIDDEN => Found::Forbidden,
        _ if to_log_in => Found::LogIn,
        _ => Found::In,
    }
}

fn walked(area: Area) -> Vec<RouteInfo> {
    every_route()
        .into_iter()
        .filter(|r| r.area == area)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_nobody_finds_only_public_pages() {
    let town = Town::new().await;
    for route in every_route() {
        let found = knock(&mut town.visitor(), &route).await;
        let expected = match route.access {
            Access::Public => Found::In,
            _ => Found::LogIn,
        };
        assert_eq!(
            found,
            expected,
            "{} {} for nobody",
            route.method,
            path(&route)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_finds_what_its_rights_open_and_nothing_else() {
    let town = Town::new().await;
    for role in RolePreset::ALL {
        let mut agent = town.agent(role.code(), role).await;
        for route in walked(Area::Agent) {
            if route.path.ends_with("/deconnexion") {
                continue;
            }
            let found = knock(&mut agent, &route).await;
            let expected = match route.access {
                Access::Public | Access::LoggedIn => Found::In,
                // Logged in already: the second factor is behind them.
                Access::Halfway | Access::Account => Found::LogIn,
                Access::Holds(right) if role.rights().contains(&right) => Found::In,
                Access::Holds(_) => Found::Forbidden,
            };
            let who = role.code();
            assert_eq!(
                found,
                expected,
                "{} {} for {who}",
                route.method,
                path(&route)
            );
        }
    }
}

/// Two families that have nothing in common.
async fn families(cx: &Cx) {
    let text = "famille_reference;nom_famille;responsable1_nom;responsable1_prenom;enfant1_nom;enfant1_prenom;enfant1_naissance;code_abonne
F1;Durant;Durant;Léa;Durant;Zoé;01/01/2017;BLENFANCE-12087-0001AB
F2;Quenneville;Quenneville;Isaure;Quenneville;Melchior;02/02/2018;BLENFANCE-12087-0002CD
";
    let checked = family_import::check(cx, Kind::Families, text)
        .await
        .unwrap();
    assert_eq!(checked.problems, []);
    family_import::write(cx, checked.rows, &mut |_, _| {})
        .await
        .unwrap();
}

async fn family_of(cx: &Cx, reference: &str) -> Uuid {
    let mut tx = cx.read().await.unwrap();
    let found = family::by_reference(&mut tx, reference).await.unwrap();
    found.unwrap().id
}

/// Somebody with an account, tied to the family of a number.
async fn responsable(town: &Town, email: &str, reference: &str) -> Visitor {
    let mut visitor = citizen::member(town, email).await;
    let cx = town.system();
    let family = family_of(&cx, reference).await;
    subscription::tie_by_agent(&cx, family, email)
        .await
        .unwrap();
    citizen::log_in(&mut visitor, email, citizen::PASSWORD).await;
    visitor
}

#[tokio::test(flavor = "multi_thread")]
async fn a_citizen_with_or_without_abonnement_is_no_agent_and_no_operator() {
    let town = Town::new().await;
    families(&town.system()).await;
    for who in [
        citizen::citizen(&town).await,
        responsable(&town, "isaure@exemple.fr", "F2").await,
    ] {
        let token = who.cookie(citizen::COOKIE).unwrap().to_owned();
        for route in every_route() {
            let mut citizen = town.visitor();
            citizen.set_cookie(citizen::COOKIE, &token);
            // The same token in an agent's or an operator's cookie opens nothing either.
            citizen.set_cookie("preau-laigneville-agent", &token);
            citizen.set_cookie("preau-host-host", &token);
            let found = knock(&mut citizen, &route).await;
            let expected = match route.access {
                Access::Public | Access::Account => Found::In,
                _ => Found::LogIn,
            };
            let leaves = route.path == "/deconnexion" || route.path.starts_with("/connexion");
            if !leaves {
                assert_eq!(found, expected, "{} {}", route.method, path(&route));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_citizen_of_another_commune_is_nobody_here() {
    let town = Town::new().await;
    let lea = citizen::citizen(&town).await;
    let token = lea.cookie(citizen::COOKIE).unwrap().to_owned();
    town.another("valbrune", "Valbrune").await;
    for route in walked(Area::Citizen) {
        let mut stranger = town.visitor();
        stranger.set_cookie("preau-valbrune", &token);
        let there = path(&route).replace("laigneville", "valbrune");
        let form = "application/x-www-form-urlencoded";
        stranger
            .raw(route.method.clone(), &there, form, "csrf=none")
            .await;
        let redirects = stranger.redirects();
        let to_log_in = redirects.iter().any(|to| to.contains("/connexion"));
        let expected = route.access == Access::Account;
        assert_eq!(to_log_in, expected, "{} {there}", route.method);
    }
}

/// Whatever the Quenneville family has that an address could name. A request is named by its number: its identifier is
/// told to nobody but who sent it, and opens the receipt.
async fn things_of(town: &Town, email: &str) -> Vec<String> {
    let cx = town.system();
    let id = family_of(&cx, "F2").await;
    let mut tx = cx.read().await.unwrap();
    let account = account::by_email(&mut tx, email).await.unwrap().unwrap();
    let ties = store_subscription::of_family(&mut tx, id).await.unwrap();
    let sessions = session::of_subject(&mut tx, "account", account.id, cx.at)
        .await
        .unwrap();
    let codes = subscriber_code::of_family(&mut tx, id).await.unwrap();
    let guardians = family::guardians(&mut tx, &[id]).await.unwrap();
    let children = family::children(&mut tx, &[id]).await.unwrap();
    let requests = account::requests(&mut tx, account.id, email, 10)
        .await
        .unwrap();
    let ids = [id, account.id]
        .into_iter()
        .chain(ties.iter().map(|t| t.id))
        .chain(sessions.iter().map(|s| s.id))
        .chain(codes.iter().flat_map(|c| [c.id, c.batch]))
        .chain(guardians.iter().map(|g| g.id))
        .chain(children.iter().map(|c| c.id));
    let mut things: Vec<String> = ids.map(|id| id.to_string()).collect();
    things.extend(requests.into_iter().map(|r| r.number));
    things
}

/// Books two meals for Melchior and bills the one that was; gives the numbers of the receipt and of the invoice.
async fn book(cx: &Cx) -> [String; 2] {
    let settings = "[commune]\nname = \"Laigneville\"\ndepartment = \"60\"\n[activities.cantine]\nname = \"Cantine\"\nenrolment = \"libre\"\n[[tariffs]]\nactivity = \"cantine\"\nprice = 3.80\n";
    planning::rules::save(cx, settings, 0).await.unwrap();
    let id = family_of(cx, "F2").await;
    let mut tx = cx.read().await.unwrap();
    let children = family::children(&mut tx, &[id]).await.unwrap();
    drop(tx);
    let wish = |day| planning::Wish {
        child: children.first().unwrap().id,
        day,
        activity: "cantine".to_owned(),
        unit: "cantine".to_owned(),
        book: true,
    };
    let wishes = [(10, 12), (11, 30)].map(|(month, day)| wish(jiff::civil::date(2026, month, day)));
    let saved = planning::save(cx, Some(id), wishes.into(), None)
        .await
        .unwrap();
    let october = jiff::civil::date(2026, 10, 1);
    let form = billing::MonthForm {
        echeance: "31/12/2026".to_owned(),
        malgre: false,
    };
    billing::issue(cx, october, &form).await.unwrap();
    let issued = billing::of_period(cx, october, 1).await.unwrap();
    [saved.number.unwrap(), issued[0].number.clone()]
}

/// Writes to the town hall while logged in.
async fn write(visitor: &mut Visitor) {
    let solved = proof::solve(visitor, "/laigneville/contact/defi").await;
    visitor.get("/laigneville/contact").await;
    visitor
        .fill("Nom", "Quenneville")
        .fill("Prénom", "Isaure")
        .fill("E-mail", "isaure@exemple.fr")
        .fill("Objet", "Le régime de Melchior")
        .fill("Message", "Melchior ne mange pas de poisson.")
        .script_sets("altcha", &solved);
    visitor.press("Envoyer mon message").await;
    assert!(visitor.status().is_success());
}

fn token_of_form(visitor: &Visitor) -> String {
    let html = String::from_utf8(visitor.bytes().to_vec()).unwrap();
    let at = html.find("name=\"csrf\" value=\"").unwrap() + 19;
    html[at..].split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_finds_or_changes_what_is_another_family_s() {
    let town = Town::new().await;
    families(&town.system()).await;
    let mut isaure = responsable(&town, "isaure@exemple.fr", "F2").await;
    write(&mut isaure).await;
    let [receipt, invoice] = book(&town.system()).await;
    let mut things = things_of(&town, "isaure@exemple.fr").await;
    assert!(things.len() >= 9, "{things:?}");
    things.insert(0, invoice);
    things.insert(0, receipt);
    let callers = [
        ("nobody", town.visitor()),
        ("without abonnement", citizen::citizen(&town).await),
        (
            "of another family",
            responsable(&town, "zoe@exemple.fr", "F1").await,
        ),
    ];
    for (who, mut caller) in callers {
        caller.get("/laigneville/contact").await;
        let token = token_of_form(&caller);
        let form = "application/x-www-form-urlencoded";
        for route in walked(Area::Citizen) {
            let Some(start) = route.path.find('{') else {
                continue;
            };
            let end = route.path.find('}').unwrap() + 1;
            for thing in &things {
                let (before, after) = (&route.path[..start], &route.path[end..]);
                let to = format!("/laigneville{before}{thing}{after}").replace("{name}", "x");
                let words = format!("csrf={token}&code=123456&message=Bonjour&mot_de_passe=x");
                caller.raw(route.method.clone(), &to, form, words).await;
                let status = caller.status();
                assert!(!status.is_server_error(), "{who}: {} {to}", route.method);
                for secret in ["Quenneville", "Isaure", "Melchior"] {
                    caller.does_not_see(secret);
                }
                let sent_to_log_in = caller.redirects().iter().any(|r| r.contains("/connexion"));
                if route.access == Access::Account || route.method == http::Method::POST {
                    assert!(
                        status.is_client_error() || sent_to_log_in,
                        "{who}: {} {to} answered {status}",
                        route.method
                    );
                }
            }
        }
    }
    // All is as it was.
    assert_eq!(things_of(&town, "isaure@exemple.fr").await, things[2..]);
    isaure
        .get(&format!(
            "/laigneville/espace-famille/planning/recu/{}",
            things[0]
        ))
        .await
        .sees("Melchior");
    isaure
        .get("/laigneville/espace-famille/dossier")
        .await
        .sees("Melchior Quenneville");
    let number = things.last().unwrap();
    isaure
        .get(&format!("/laigneville/espace-citoyen/demandes/{number}"))
        .await
        .sees("Melchior ne mange pas de poisson.")
        .does_not_see("Bonjour");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_neighbour_s_agent_is_nobody_here_and_an_agent_is_no_operator() {
    let town = Town::new().await;
    town.another("valbrune", "Valbrune").await;
    let agent = town.agent("camille", RolePreset::Administrator).await;
    let token = agent.cookie("preau-laigneville-agent").unwrap().to_owned();
    for (area, cookie) in [
        (Area::Agent, "preau-valbrune-agent"),
        (Area::Host, "preau-host-host"),
    ] {
        for route in walked(area) {
            let mut stranger = town.visitor();
            stranger.set_cookie(cookie, &token);
            let elsewhere = path(&route).replace("laigneville", "valbrune");
            stranger
                .raw(
                    route.method.clone(),
                    &elsewhere,
                    "application/x-www-form-urlencoded",
                    "csrf=none",
                )
                .await;
            let to_log_in = stranger
                .redirects()
                .iter()
                .any(|to| to.contains("/connexion"));
            let public = route.access == Access::Public;
            assert_eq!(to_log_in, !public, "{} {elsewhere}", route.method);
        }
    }
}

/// A change of this list is a change of who may do what: read it before accepting it.
#[test]
fn the_list_of_routes() {
    let lines: Vec<String> = every_route()
        .iter()
        .map(|r| {
            format!(
                "{:<4} {:?} {:<48} {:?}",
                r.method.as_str(),
                r.area,
                r.path,
                r.access
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}
