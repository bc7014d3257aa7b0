//! The browser, on a tiny town hall with a strict content security policy.

use axum::extract::{Multipart, Query};
use axum::http::HeaderMap;
use axum::response::{AppendHeaders, Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use preau_testkit::browser::{Browser, JavaScript, Key};
use preau_testkit::http::Served;
use serde_json::json;

const HEAD: &str = r#"<!doctype html><html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/style.css"><script type="module" src="/page.js"></script>"#;

const HOME: &str = r#"<title>Accueil – Laigneville</title></head><body><main>
<h1>Bienvenue à l’accueil</h1>
<noscript><p>Sans JavaScript, tout marche.</p></noscript><p id="plus"></p>
<ul><li><h2>Cantine</h2><a href="/lieu?id=1">Modifier<span class="cache"> la cantine</span></a></li>
<li><h2>Garderie</h2><a href="/lieu?id=2">Modifier<span class="cache"> la garderie</span></a></li></ul>
<p><a href="/mot-de-passe">Mot de passe&nbsp;oublié&#8239;?</a></p>
<form method="post" action="/connexion">
  <input type="hidden" name="jeton" value="j-1">
  <p><label for="mail">E-mail (identifiant)</label> <input id="mail" name="mail" type="email" autocomplete="username"></p>
  <p><label>Mot de passe <input name="mdp" type="password" autocomplete="current-password"></label></p>
  <p><button>Se connecter</button></p>
</form></main></body></html>"#;

const DEMAND: &str = r#"<title>Demande – Laigneville</title></head><body><main><h1>Demande</h1>
<form method="post" enctype="multipart/form-data" action="/demande">
  <fieldset><legend>Régime</legend>
    <div class="boite"><input type="radio" id="o" name="regime" value="o" checked><label for="o">Ordinaire</label></div>
    <div class="boite"><input type="radio" id="v" name="regime" value="v"><label for="v">Végétarien</label></div></fieldset>
  <fieldset><legend>Naissance</legend><label>Jour <input name="nj"></label></fieldset>
  <fieldset><legend>Arrivée</legend><label>Jour <input name="aj"></label></fieldset>
  <p><label for="l">Lieu</label> <select id="l" name="lieu"><option value="1">École A</option><option value="2">École&nbsp;B</option></select></p>
  <p><label for="d">À partir du</label> <input id="d" type="date" name="date"></p>
  <div class="boite"><input type="checkbox" id="a" name="accord" value="oui"><label for="a">J’accepte</label></div>
  <p><label>Message <textarea name="message">déjà là</textarea></label></p>
  <p><label>Pièce jointe <input type="file" name="piece"></label></p>
  <p><button>Envoyer</button></p>
</form></main></body></html>"#;

const FAULTY: &str = r#"<title>Fautes</title></head><body><main><h1>Fautes</h1><img src="/style.css"><input name="x">
<p class="large">Trop large pour un téléphone</p></main></body></html>"#;

/// The boxes are covered by their label's drawing, as in many design systems.
const STYLE: &str = ".cache{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.boite{position:relative}.boite label::before{content:'';position:absolute;left:0;width:24px;height:24px;background:#fff}
.boite label{padding-left:28px} a{display:inline-block;min-height:24px} .large{width:500px}
@media(prefers-color-scheme:dark){html{background:#111;color:#eee}a{color:#9cf}}";

const SCRIPT: &str =
    "document.getElementById('plus').textContent = 'Avec JavaScript, un peu mieux.';";

fn page(body: &str) -> Response {
    let csp = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; \
        require-trusted-types-for 'script'";
    (
        AppendHeaders([("content-security-policy", csp)]),
        Html(format!("{HEAD}{body}")),
    )
        .into_response()
}

async fn log_in(Form(pairs): Form<Vec<(String, String)>>) -> Response {
    let cookie = format!(
        "__Host-s={}; Path=/; Secure; HttpOnly; SameSite=Lax",
        pairs[1].1
    );
    (
        AppendHeaders([("set-cookie", cookie)]),
        Redirect::to("/espace"),
    )
        .into_response()
}

async fn space(headers: HeaderMap) -> Response {
    let cookie = headers
        .get("cookie")
        .map_or("personne", |cookie| cookie.to_str().unwrap_or("?"));
    page(&format!(
        "<title>Mon espace</title></head><body><main><h1>Bonjour</h1><p>{cookie}</p></main>"
    ))
}

async fn echo(mut parts: Multipart) -> Response {
    let mut said = String::new();
    while let Ok(Some(part)) = parts.next_field().await {
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().unwrap_or_default().to_owned();
        let text = part.text().await.unwrap_or_default();
        said = format!("{said}<li>{name} {file} = {text}</li>");
    }
    page(&format!(
        "<title>Reçu</title></head><body><main><h1>Reçu</h1><ul>{said}</ul></main>"
    ))
}

async fn town_hall() -> Served {
    let place = |Query(query): Query<Vec<(String, String)>>| async move {
        page(&format!(
            "<title>Lieu</title></head><body><main><h1>Lieu n° {}</h1></main>",
            query[0].1
        ))
    };
    Served::start(
        Router::new()
            .route("/", get(|| async { page(HOME) }))
            .route(
                "/style.css",
                get(|| async { ([("content-type", "text/css")], STYLE) }),
            )
            .route(
                "/page.js",
                get(|| async { ([("content-type", "text/javascript")], SCRIPT) }),
            )
            .route(
                "/favicon.ico",
                get(|| async { axum::http::StatusCode::NO_CONTENT }),
            )
            .route("/lieu", get(place))
            .route(
                "/mot-de-passe",
                get(|| async { page("<title>Perdu</title><h1>Perdu&nbsp;!</h1>") }),
            )
            .route("/connexion", post(log_in))
            .route("/espace", get(space))
            .route("/demande", get(|| async { page(DEMAND) }).post(echo))
            .route("/fautes", get(|| async { page(FAULTY) })),
    )
    .await
}

#[tokio::test]
async fn someone_logs_in_with_and_without_javascript() {
    let town = town_hall().await;
    for (javascript, greeting, other) in [
        (JavaScript::On, "Avec JavaScript", "Sans JavaScript"),
        (JavaScript::Off, "Sans JavaScript", "Avec JavaScript"),
    ] {
        let browser = Browser::open(javascript).await;
        browser.visit(&town.url("/")).await;
        assert_eq!(browser.title().await, "Accueil – Laigneville");
        assert_eq!(browser.heading().await, "Bienvenue à l'accueil");
        browser.sees(greeting).await;
        browser.does_not_see(other).await;

        browser
            .fill("E-mail (identifiant)", "lea@famille.test")
            .await;
        browser.fill("Mot de passe", "secret").await;
        browser.press("Se connecter").await;
        browser.sees("__Host-s=lea@famille.test").await;
        assert_eq!(browser.url().await.path(), "/espace");
        assert_eq!(
            browser.cookie("__Host-s").await.as_deref(),
            Some("lea@famille.test")
        );
        browser.forget_cookies().await;
        browser.visit("/espace").await;
        browser.sees("personne").await;
    }
}

#[tokio::test]
async fn links_are_followed_by_their_words_and_twins_by_their_group() {
    let town = town_hall().await;
    let browser = Browser::open(JavaScript::On).await;
    browser.visit(&town.url("/")).await;
    browser.follow("Garderie > Modifier").await;
    browser.sees("Lieu n° 2").await;
    browser.visit("/").await;
    browser.follow("Modifier la cantine").await;
    browser.sees("Lieu n° 1").await;
    browser.visit("/").await;
    browser.follow("Mot de passe oublié ?").await;
    browser.sees("Perdu !").await;
}

#[tokio::test]
async fn every_kind_of_field_is_filled() {
    let town = town_hall().await;
    for javascript in [JavaScript::On, JavaScript::Off] {
        let browser = Browser::open(javascript).await;
        browser.visit(&town.url("/demande")).await;
        browser.choose("Végétarien").await;
        browser.fill("Arrivée > Jour", "3").await;
        browser.select("Lieu", "École B").await;
        browser.fill("À partir du", "2026-11-19").await;
        browser.check("J'accepte").await;
        browser.check("J'accepte").await;
        browser.fill("Message", "nouveau").await;
        browser.attach("Pièce jointe", "été.txt", "bonjour").await;
        assert!(browser.is_checked("Régime > Végétarien").await);
        assert_eq!(browser.value("Message").await, "nouveau");
        browser.press("Envoyer").await;
        for line in [
            "regime = v",
            "nj =",
            "aj = 3",
            "lieu = 2",
            "date = 2026-11-19",
            "accord = oui",
            "message = nouveau",
            "piece été.txt = bonjour",
        ] {
            browser.sees(line).await;
        }
    }
}

#[tokio::test]
async fn the_keyboard_is_enough() {
    let town = town_hall().await;
    let browser = Browser::open(JavaScript::On).await;
    browser.visit(&town.url("/")).await;
    for _ in 0..4 {
        browser.type_keys(&(Key::Tab + "")).await;
    }
    assert_eq!(browser.focused().await, "E-mail (identifiant)");
    browser
        .type_keys(&("lea@famille.test".to_owned() + &(Key::Tab + "secret") + &(Key::Enter + "")))
        .await;
    browser.sees("__Host-s=lea@famille.test").await;
}

#[tokio::test]
async fn a_good_page_passes_at_every_width_light_and_dark() {
    let town = town_hall().await;
    let browser = Browser::open(JavaScript::Off).await;
    browser.visit(&town.url("/")).await;
    browser.look("testkit/accueil").await;
    browser.dark_mode(true).await;
    let light = browser
        .evaluate("getComputedStyle(document.documentElement).backgroundColor")
        .await;
    assert_eq!(light, json!("rgb(17, 17, 17)"));
    browser.expect_accessible().await;

    browser.viewport(360, 740).await;
    let screen = browser.screenshot("testkit/accueil").await;
    assert!(screen.ends_with("target/screens/testkit/accueil-360-dark.png"));
    let png = std::fs::read(screen).unwrap_or_default();
    assert_eq!(
        png.get(16..20),
        Some(&360_u32.to_be_bytes()[..]),
        "the picture is as wide as the window"
    );

    browser.sees("Sans JavaScript").await;
    browser.press("Se connecter").await;
    browser.sees("Bonjour").await;
    browser.does_not_see("Avec JavaScript").await;
}

#[tokio::test]
async fn a_bad_page_is_found_out_with_and_without_javascript() {
    let town = town_hall().await;
    for javascript in [JavaScript::On, JavaScript::Off] {
        let browser = Browser::open(javascript).await;
        browser.visit(&town.url("/fautes")).await;
        let mut found: Vec<_> = browser
            .axe()
            .await
            .into_iter()
            .map(|violation| violation.id)
            .collect();
        found.sort();
        assert_eq!(found, ["image-alt", "label"]);
    }
}

#[tokio::test]
#[should_panic(expected = "at 360 px the page is 5")]
async fn what_stands_out_sideways_is_noticed() {
    let town = town_hall().await;
    let browser = Browser::open(JavaScript::On).await;
    browser.visit(&town.url("/fautes")).await;
    browser.look("testkit/fautes").await;
}

#[tokio::test]
async fn the_console_tells_what_the_policy_refuses_and_the_world_is_out_of_reach() {
    let town = town_hall().await;
    let browser = Browser::open(JavaScript::On).await;
    browser.visit(&town.url("/")).await;
    browser.sees("Avec JavaScript").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser
        .evaluate(
            "document.body.append(Object.assign(new Image(), {src: 'http://tiers.example/x.png'}))",
        )
        .await;
    browser.sees("Bienvenue").await;
    assert!(
        browser
            .complaints()
            .await
            .iter()
            .any(|line| line.contains("Content Security Policy"))
    );
    let far = browser
        .evaluate("fetch('http://example.com/').then(() => 'joint', () => 'hors de portée')")
        .await;
    assert_eq!(far, json!("hors de portée"));
}

#[tokio::test]
async fn two_people_do_not_share_their_cookies() {
    let town = town_hall().await;
    let (lea, max) = tokio::join!(Browser::open(JavaScript::On), Browser::open(JavaScript::On));
    lea.visit(&town.url("/")).await;
    lea.fill("E-mail (identifiant)", "lea@famille.test").await;
    lea.press("Se connecter").await;
    lea.sees("lea@famille.test").await;
    max.visit(&town.url("/espace")).await;
    max.sees("personne").await;
    drop(lea);
    max.visit(&town.url("/espace")).await;
    max.sees("personne").await;
}
