//! Every route, with every kind of caller: what is declared is what happens, and no door is open that should not be.

mod citizen;

use http::StatusCode;
use preau_rules::permission::RolePreset;
use preau_testkit::{http::Visitor, town::Town};
use preau_web::{Access, Area, RouteInfo, every_route};

/// Parameters of paths are filled with what exists nowhere.
fn path(route: &RouteInfo) -> String {
    let mut path = String::new();
    for segment in route.path.split('/').skip(1) {
        let filled = match segment {
            "{id}" => "0193a000-0000-7000-8000-00000000dead",
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

#[tokio::test(flavor = "multi_thread")]
async fn a_citizen_is_no_agent_and_no_operator() {
    let town = Town::new().await;
    let lea = citizen::citizen(&town).await;
    let token = lea.cookie(citizen::COOKIE).unwrap().to_owned();
    for route in every_route() {
        let mut lea = town.visitor();
        lea.set_cookie(citizen::COOKIE, &token);
        // The same token in an agent's or an operator's cookie opens nothing either.
        lea.set_cookie("preau-laigneville-agent", &token);
        lea.set_cookie("preau-host-host", &token);
        let found = knock(&mut lea, &route).await;
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
