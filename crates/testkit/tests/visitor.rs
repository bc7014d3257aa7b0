//! The visitor without JavaScript, on a tiny town hall.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Multipart, RawForm, RawQuery};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, Html, IntoResponse, Redirect};
use axum::routing::{get, post};
use axum::{Form, Router};
use preau_testkit::http::{Served, Visitor};

const HOME: &str = r#"<!doctype html><html lang="fr"><head><title>Accueil – Laigneville</title></head><body>
<h1>Bienvenue à l’accueil</h1>
<noscript><p>Sans JavaScript, tout marche.</p></noscript>
<p hidden>Rien à voir</p><script>document.write("inerte")</script>
<ul><li><h2>Cantine</h2><a href="/lieu?id=1">Modifier</a></li><li><h2>Garderie</h2><a href="/lieu?id=2">Modifier</a></li></ul>
<a href="/mot-de-passe">Mot de passe&nbsp;oublié&#8239;?</a>
<form method="post" action="/connexion">
  <input type="hidden" name="jeton" value="j-1">
  <label for="mail">E-mail <span>(identifiant)</span></label><input id="mail" name="mail" type="email">
  <label>Mot de passe <input name="mdp" type="password"></label>
  <button name="suite" value="entrer">Se connecter</button><button name="suite" value="creer">Créer un compte</button>
</form></body></html>"#;

const FORM: &str = r#"<title>Demande</title><h1>Demande</h1>
<form method="post" enctype="multipart/form-data" action="/demande">
  <fieldset aria-describedby="q-error"><legend>Régime</legend><p id="q-error" class="govuk-error-message"><span>Erreur :</span> Choisissez un régime</p>
    <label><input type="radio" name="regime" value="o" checked> Ordinaire</label>
    <label><input type="radio" name="regime" value="v"> Végétarien</label></fieldset>
  <fieldset><legend>Naissance</legend><label>Jour <input name="nj"></label></fieldset>
  <fieldset><legend>Arrivée</legend><label>Jour <input name="aj" aria-describedby="aj-erreur aide"></label>
    <span id="aide">De 1 à 31</span><span id="aj-erreur">Ce jour n’existe pas</span></fieldset>
  <label for="l">Lieu</label><select id="l" name="lieu"><option value="1">École A</option><option value="2">École B</option></select>
  <label><input type="checkbox" name="accord" value="oui"> J’accepte</label>
  <label>Message <textarea name="message">
déjà là</textarea></label>
  <label>Pièce jointe <input type="file" name="piece"></label>
  <label>Photo <input type="file" name="photo"></label>
  <input name="gele" value="x" disabled>
  <button>Envoyer</button>
</form>"#;

fn town_hall() -> Router {
    Router::new()
        .route("/", get(|| async { Html(HOME) }))
        .route(
            "/lieu",
            get(|RawQuery(query): RawQuery| async move { query.unwrap_or_default() }),
        )
        .route(
            "/mot-de-passe",
            get(|| async { (StatusCode::NOT_FOUND, Html("<p>Perdu&nbsp;!</p>")) }),
        )
        .route("/connexion", post(log_in))
        .route(
            "/espace",
            get(|headers: HeaderMap| async move { cookies(&headers) }),
        )
        .route(
            "/demande",
            get(|| async { Html(FORM) }).post(echo_multipart),
        )
        .route("/brut", post(|RawForm(body): RawForm| async move { body }))
        .route(
            "/qui",
            get(|ConnectInfo(from): ConnectInfo<SocketAddr>| async move { from.ip().to_string() }),
        )
        .route("/sans-fin", get(|| async { Redirect::to("/sans-fin") }))
}

fn cookies(headers: &HeaderMap) -> String {
    headers
        .get("cookie")
        .map_or_else(|| "personne".into(), |c| c.to_str().unwrap().to_owned())
}

async fn log_in(headers: HeaderMap, Form(pairs): Form<Vec<(String, String)>>) -> impl IntoResponse {
    let same = headers["sec-fetch-site"] == "same-origin"
        && headers["origin"].to_str().unwrap().starts_with("http://");
    if !same || pairs[0] != ("jeton".into(), "j-1".into()) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let cookie = format!(
        "__Host-s={}/{}; Path=/; Secure; HttpOnly; SameSite=Lax",
        pairs[1].1, pairs[3].1
    );
    (
        AppendHeaders([("set-cookie", cookie)]),
        Redirect::to("/espace"),
    )
        .into_response()
}

async fn echo_multipart(mut parts: Multipart) -> String {
    let mut said = Vec::new();
    while let Some(part) = parts.next_field().await.unwrap() {
        let name = part.name().unwrap().to_owned();
        let file = part
            .file_name()
            .map(|f| format!(" [{f}, {}]", part.content_type().unwrap()));
        said.push(format!(
            "{name}{} = {:?}",
            file.unwrap_or_default(),
            part.text().await.unwrap()
        ));
    }
    said.join("\n")
}

#[tokio::test]
async fn someone_logs_in_and_stays_so() {
    let mut lea = Visitor::of(town_hall());
    lea.get("/").await;
    assert_eq!(
        (lea.title(), lea.heading()),
        ("Accueil – Laigneville", Some("Bienvenue à l'accueil"))
    );
    lea.sees("Sans JavaScript, tout marche")
        .does_not_see("Rien à voir")
        .does_not_see("inerte");

    lea.fill("E-mail (identifiant)", "lea@famille.test")
        .fill("Mot de passe", "secret")
        .press("Créer un compte")
        .await;
    assert_eq!(lea.url().path(), "/espace");
    assert_eq!(lea.redirects(), ["http://localhost/espace"]);
    lea.sees("__Host-s=lea@famille.test/creer");
    assert_eq!(lea.cookie("__Host-s"), Some("lea@famille.test/creer"));

    let mut max = lea.someone_else();
    max.get("/espace").await.sees("personne");
}

#[tokio::test]
async fn links_are_followed_by_their_words_and_twins_by_their_group() {
    let mut visitor = Visitor::of(town_hall());
    visitor
        .get("/")
        .await
        .follow("Garderie > Modifier")
        .await
        .sees("id=2");
    visitor
        .get("/")
        .await
        .follow("Mot de passe oublié ?")
        .await
        .sees("Perdu !");
    assert_eq!(visitor.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
#[should_panic(expected = "several links « Modifier »")]
async fn a_doubtful_link_is_not_followed() {
    Visitor::of(town_hall())
        .get("/")
        .await
        .follow("Modifier")
        .await;
}

#[tokio::test]
#[should_panic(
    expected = r#"no field « Prénom » on http://localhost/ (200 OK, « Accueil – Laigneville »); there are ["E-mail (identifiant)", "Mot de passe"]"#
)]
async fn a_missing_field_says_which_there_are() {
    Visitor::of(town_hall())
        .get("/")
        .await
        .fill("Prénom", "Léa");
}

#[tokio::test]
#[should_panic(expected = "redirected without end")]
async fn a_loop_of_redirects_is_noticed() {
    Visitor::of(town_hall()).get("/sans-fin").await;
}

#[tokio::test]
async fn every_kind_of_field_is_sent_as_a_browser_sends_it() {
    let mut visitor = Visitor::of(town_hall());
    visitor.get("/demande").await;
    assert_eq!(visitor.field_error("Régime"), Some("Choisissez un régime"));
    assert_eq!(visitor.field_error("Arrivée"), None);
    assert_eq!(visitor.field_error("Jour"), Some("Ce jour n'existe pas"));
    assert_eq!(visitor.field_error("Lieu"), None);
    assert_eq!(
        (visitor.value("Lieu"), visitor.value("Message")),
        ("École A".into(), "déjà là".into())
    );
    assert!(visitor.is_checked("Ordinaire"));

    visitor
        .choose("Végétarien")
        .fill("Arrivée > Jour", "3")
        .select("Lieu", "École B")
        .check("J’accepte")
        .fill("Message", "deux\nlignes")
        .attach("Pièce jointe", "été.pdf", "%PDF")
        .press("Envoyer")
        .await;
    let sent = [
        r#"regime = "v""#,
        r#"nj = """#,
        r#"aj = "3""#,
        r#"lieu = "2""#,
        r#"accord = "oui""#,
        r#"message = "deux\r\nlignes""#,
        r#"piece [été.pdf, application/pdf] = "%PDF""#,
        r#"photo [, application/octet-stream] = """#,
    ];
    assert_eq!(visitor.text(), sent.join("\n"));
}

#[tokio::test]
async fn a_forged_post_carries_only_what_it_is_given() {
    let mut visitor = Visitor::of(town_hall());
    visitor
        .raw_post("/brut", &[("a", "1 é"), ("b", "&")])
        .await
        .sees("a=1+%C3%A9&b=%26");
    visitor.raw_post("/connexion", &[("mail", "x")]).await;
    assert_eq!(visitor.status(), StatusCode::FORBIDDEN);

    let mut foreign = Visitor::of(town_hall()).with_header("sec-fetch-site", "cross-site");
    foreign.get("/").await.press("Se connecter").await;
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn over_tcp_the_story_is_the_same() {
    let served = Served::start(town_hall()).await;
    let mut lea = Visitor::new(&served.url("/"));
    lea.get("")
        .await
        .fill("E-mail", "lea@famille.test")
        .press("Se connecter")
        .await;
    lea.sees("__Host-s=lea@famille.test/entrer");
    lea.get("/qui").await.sees("127.0.0.1");

    let mut by_name = Visitor::new("http://laigneville.localhost/").via(served.address());
    by_name.get("/").await.sees("Bienvenue");
}

#[tokio::test]
async fn a_service_learns_where_its_visitor_comes_from() {
    let mut visitor = Visitor::of(town_hall()).from_address("192.0.2.7:1234".parse().unwrap());
    visitor.get("/qui").await.sees("192.0.2.7");
}
