//! The first page of a commune, and the menus behind it.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

use jiff::{SignedDuration, tz::TimeZone};
use preau_app::{
    menu::{self, DayForm, Week},
    news::{self, NewsForm},
    portal::{self, Portal},
};
use preau_testkit::town::Town;

async fn publish(town: &Town, form: NewsForm) {
    let cx = town.system();
    let paris = TimeZone::get("Europe/Paris").unwrap();
    let input = form.parse(&paris, cx.at).unwrap();
    news::create(&cx, input).await.unwrap();
}

fn item(title: &str, body: &str) -> NewsForm {
    NewsForm {
        titre: title.to_owned(),
        texte: body.to_owned(),
        ..NewsForm::default()
    }
}

async fn cook(town: &Town, monday: &str, dishes: [&str; 5]) {
    let days = dishes.map(|plats| DayForm {
        plats: plats.to_owned(),
        mentions: if plats.contains("lasagnes") {
            "sans viande".to_owned()
        } else {
            String::new()
        },
    });
    let week = Week::of(monday.parse().unwrap());
    menu::save(&town.system(), menu::parse(week, &days).unwrap())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_new_commune_has_a_first_page_at_once() {
    let town = Town::new().await;
    let mut camille = town.visitor();
    camille
        .get("/laigneville/")
        .await
        .sees("Connectez-vous au Portail")
        .sees("E-mail (identifiant)")
        .sees("Créer un compte")
        .sees("Rien de nouveau aujourd’hui")
        .sees("la cuisine n’a pas encore publié ses menus");
    assert_eq!(camille.status(), 200);
    for page in [
        "accessibilite",
        "mentions-legales",
        "donnees-personnelles",
        "conditions",
        "aide",
        "informations",
        "menus",
        "actualites",
    ] {
        assert_eq!(
            camille.get(&format!("/laigneville/{page}")).await.status(),
            200,
            "{page}"
        );
    }
}

#[tokio::test]
async fn families_read_what_is_new_the_pinned_one_first() {
    let town = Town::new().await;
    publish(
        &town,
        item("Repas de saison", "Jeudi, la cantine reste **ouverte**."),
    )
    .await;
    publish(
        &town,
        NewsForm {
            une: "1".to_owned(),
            ..item("Noël", "Inscriptions ouvertes.")
        },
    )
    .await;
    publish(
        &town,
        NewsForm {
            debut: "2026-11-24T08:00".to_owned(),
            ..item("Demain", "Pas encore.")
        },
    )
    .await;
    publish(
        &town,
        NewsForm {
            debut: "2026-11-20T08:00".to_owned(),
            fin: "2026-11-23T09:00".to_owned(),
            ..item("Hier", "C’est fini.")
        },
    )
    .await;
    let mut camille = town.visitor();
    camille
        .get("/laigneville/")
        .await
        .sees("la cantine reste ouverte")
        .does_not_see("Pas encore.")
        .does_not_see("C’est fini.");
    let text = camille.text();
    assert!(text.find("Noël").unwrap() < text.find("Repas de saison").unwrap());
    town.turn(SignedDuration::from_hours(24));
    camille.get("/laigneville/").await.sees("Pas encore.");
}

#[tokio::test]
async fn a_long_text_is_cut_and_all_of_it_is_one_click_away() {
    let town = Town::new().await;
    let long = format!("{} La fin du texte.", "Une phrase de plus. ".repeat(60));
    publish(&town, item("Compte rendu du conseil", &long)).await;
    let mut camille = town.visitor();
    camille
        .get("/laigneville/")
        .await
        .does_not_see("La fin du texte.");
    camille
        .follow("Lire la suite : Compte rendu du conseil")
        .await
        .sees("La fin du texte.");
}

#[tokio::test]
async fn the_menus_of_the_week_turn_over_on_saturday() {
    let town = Town::new().await;
    cook(
        &town,
        "2026-11-23",
        [
            "Velouté\nPoulet rôti",
            "Betteraves\nlasagnes",
            "",
            "Poisson",
            "Chili",
        ],
    )
    .await;
    cook(&town, "2026-11-30", ["Omelette", "", "", "", ""]).await;
    let mut camille = town.visitor();
    camille
        .get("/laigneville/")
        .await
        .sees("À la cantine cette semaine")
        .sees("Velouté, poulet rôti")
        .sees("sans viande")
        .does_not_see("Mercredi")
        .does_not_see("Omelette");
    camille
        .follow("Tous les menus, à imprimer")
        .await
        .sees("Semaine du 23 – 27 novembre");
    camille
        .follow("Semaine suivante")
        .await
        .sees("Omelette")
        .does_not_see("Poisson");
    camille.follow("Semaine précédente").await.sees("Poisson");
    town.turn(SignedDuration::from_hours(5 * 24));
    camille
        .get("/laigneville/")
        .await
        .sees("la semaine prochaine")
        .sees("Omelette");
}

#[tokio::test]
async fn a_week_that_makes_no_sense_is_this_week() {
    let town = Town::new().await;
    let mut camille = town.visitor();
    for week in ["2026-02-30", "demain", "99999-01-01", "-1", "<script>", ""] {
        let path = format!("/laigneville/menus?semaine={week}");
        camille.get(&path).await.sees("Semaine du 23 – 27 novembre");
    }
}

#[tokio::test]
async fn the_clock_is_that_of_the_commune() {
    let town = Town::at("2026-11-28T09:30:00Z").await;
    let settings = Portal {
        name: "Papeete".to_owned(),
        time_zone: "Pacific/Tahiti".to_owned(),
        ..Portal::default()
    };
    portal::save(&town.system(), settings).await.unwrap();
    cook(&town, "2026-11-23", ["Poisson cru", "", "", "", ""]).await;
    // Saturday in Paris, still Friday evening in Tahiti.
    town.visitor()
        .get("/laigneville/")
        .await
        .sees("cette semaine")
        .sees("Poisson cru");
}

#[tokio::test]
async fn two_communes_do_not_share_their_news() {
    let town = Town::new().await;
    town.another("mogneville", "Mogneville").await;
    publish(&town, item("Réservé à Laigneville", "Bonjour.")).await;
    let mut visitor = town.visitor();
    visitor
        .get("/mogneville/")
        .await
        .does_not_see("Réservé à Laigneville");
    visitor
        .get("/laigneville/")
        .await
        .sees("Réservé à Laigneville");
}

#[tokio::test]
async fn robots_and_icons_are_answered() {
    let town = Town::new().await;
    let mut robot = town.visitor();
    assert!(
        String::from_utf8_lossy(robot.get("/robots.txt").await.bytes())
            .contains("Disallow: /*/agent")
    );
    robot.get("/favicon.ico").await;
    assert_eq!(
        (robot.status().as_u16(), robot.header("content-type")),
        (200, Some("image/svg+xml"))
    );
}
