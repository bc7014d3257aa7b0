//! Draws every piece of the two sides on a page each, under `target/styleguide/`, to be looked at and to be read by
//! axe; and holds the layouts and macros to what the content security policy and RGAA ask.
use std::{collections::HashSet, fs, path::Path};

use askama::Template;

use crate::{
    assets,
    call::Flash,
    forms::{Choice, Field},
    page::{MenuEntry, Page, User},
};

#[derive(Template)]
#[template(path = "styleguide.html")]
struct Families {
    page: Page,
    errors: Vec<(String, String)>,
    plain: Field,
    wrong: Field,
    secret: Field,
    code: Field,
    subject: Field,
    choices: Vec<Choice>,
    message: Field,
    civility: Field,
    civilities: Vec<Choice>,
    birth: Field,
    paper: Field,
    terms: Field,
}

#[derive(Template)]
#[template(path = "styleguide_agent.html")]
struct Agents {
    page: Page,
    plain: Field,
    paper: Field,
}

const BAD_MAIL: &str = "Indiquez une adresse e-mail complète, par exemple nom@exemple.fr";
const NOT_TICKED: &str = "Acceptez les conditions d’utilisation";

fn page(current: &'static str, role_label: &'static str) -> Page {
    let entries = [
        ("journee", "Ma journée"),
        ("demandes", "Demandes"),
        ("parametres", "Paramètres"),
    ];
    Page {
        title: "Toutes les pièces".to_owned(),
        base: String::new(),
        area_base: String::new(),
        host: false,
        commune: "Laigneville".to_owned(),
        tagline: "Le portail des familles".to_owned(),
        logo: None,
        theme_url: "assets/theme.css".to_owned(),
        current,
        user: Some(User {
            name: "Camille Durant".to_owned(),
            role_label: role_label.to_owned(),
        }),
        csrf: "jeton".to_owned(),
        flash: Some(Flash {
            kind: "ok".to_owned(),
            text: "Vos changements sont enregistrés.".to_owned(),
        }),
        crumbs: vec![
            ("Accueil".to_owned(), Some("/".to_owned())),
            ("Toutes les pièces".to_owned(), None),
        ],
        footer_accessibility: "partiellement conforme".to_owned(),
        agent_menu: entries
            .map(|(key, label)| MenuEntry {
                key,
                label,
                href: "#".to_owned(),
            })
            .into(),
        session_left: Some(1800),
    }
}

fn field(name: &'static str, label: &str) -> Field {
    Field {
        name,
        label: label.to_owned(),
        required: true,
        ..Field::default()
    }
}

fn choices<const N: usize>(labels: [&'static str; N]) -> Vec<Choice> {
    labels
        .map(|label| Choice {
            value: label.to_owned(),
            label: label.to_owned(),
            selected: label == labels[0],
        })
        .into()
}

fn families() -> String {
    let guide = Families {
        page: page("famille", ""),
        errors: vec![
            ("courriel".to_owned(), BAD_MAIL.to_owned()),
            ("terms".to_owned(), NOT_TICKED.to_owned()),
        ],
        plain: Field {
            value: "Camille".to_owned(),
            ..field("prenom", "Prénom")
        },
        wrong: Field {
            hint: Some("Nous y envoyons la confirmation.".to_owned()),
            value: "camille@".to_owned(),
            error: Some(BAD_MAIL.to_owned()),
            ..field("courriel", "E-mail (identifiant)")
        },
        secret: Field {
            hint: Some(
                "Au moins 8 caractères, avec un chiffre, une minuscule et une majuscule."
                    .to_owned(),
            ),
            value: "Secret123".to_owned(),
            ..field("secret", "Mot de passe")
        },
        code: field("code", "Code à 6 chiffres"),
        subject: field("objet", "Objet"),
        choices: choices(["Choisir…", "La cantine", "Une facture"]),
        message: Field {
            value: "Bonjour <b>,".to_owned(),
            ..field("message", "Votre message")
        },
        civility: field("civilite", "Civilité"),
        civilities: choices(["Madame", "Monsieur"]),
        birth: Field {
            value: "2019-11-24".to_owned(),
            required: false,
            ..field("naissance", "Date de naissance")
        },
        paper: Field {
            required: false,
            ..field("piece", "Pièce justificative")
        },
        terms: Field {
            error: Some(NOT_TICKED.to_owned()),
            ..field("terms", "")
        },
    };
    beside(guide.render().unwrap())
}

fn agents() -> String {
    let guide = Agents {
        page: page("journee", "Accueil"),
        plain: Field {
            value: "#12586a".to_owned(),
            ..field("couleur", "Couleur de la commune")
        },
        paper: Field {
            required: false,
            ..field("logo", "Logo")
        },
    };
    beside(guide.render().unwrap())
}

/// Addresses of our files beside the page, so that it opens from a folder too.
fn beside(html: String) -> String {
    let names = [
        "preau.css",
        "agent.css",
        "favicon.svg",
        "preau.js",
        "pow.js",
        "pow-worker.js",
    ];
    names.iter().fold(html, |html, name| {
        html.replace(&assets::url(name), &format!("assets/{name}"))
    })
}

/// The values of an attribute, in the order of the page.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    html.split(start.as_str())
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[test]
fn every_piece_is_drawn_to_be_looked_at() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = here.join("../../target/styleguide");
    fs::create_dir_all(out.join("assets")).unwrap();
    for asset in fs::read_dir(here.join("assets")).unwrap() {
        let path = asset.unwrap().path();
        fs::copy(&path, out.join("assets").join(path.file_name().unwrap())).unwrap();
    }
    fs::write(out.join("assets/theme.css"), "").unwrap();
    fs::write(out.join("families.html"), families()).unwrap();
    fs::write(out.join("agents.html"), agents()).unwrap();
}

#[test]
fn no_page_needs_an_inline_style_or_script() {
    for html in [families(), agents()] {
        assert!(!html.contains(" style="), "a style attribute");
        assert!(!html.contains("<style"), "a style element");
        assert!(
            !html.contains(" on"),
            "an event attribute, or a word that looks like one"
        );
        assert_eq!(
            html.matches("<script").count(),
            html.matches("<script type=\"module\" src=").count()
        );
    }
}

#[test]
fn labels_hints_and_errors_find_their_field() {
    for html in [families(), agents()] {
        let ids = values(&html, "id");
        let unique: HashSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len(), "an id twice: {ids:?}");
        let pointers = [
            "for",
            "aria-describedby",
            "aria-labelledby",
            "aria-controls",
        ];
        for target in pointers
            .iter()
            .flat_map(|a| values(&html, a))
            .flat_map(str::split_whitespace)
        {
            assert!(unique.contains(&target), "{target} is nowhere");
        }
    }
}

#[test]
fn what_was_typed_is_escaped_and_a_password_never_comes_back() {
    let html = families();
    assert!(!html.contains("Bonjour <b>"));
    assert!(html.contains("camille@"));
    assert!(!html.contains("Secret123"));
}

#[test]
fn the_six_entries_are_in_the_bar_and_in_the_menu_of_the_phone() {
    let html = families();
    let entries = [
        "/",
        "/espace-citoyen",
        "/espace-famille",
        "/espace-facturation",
        "/contact",
        "/informations",
    ];
    let (menu, bar) = html.split_once("class=\"nav-wide\"").unwrap();
    for entry in entries {
        let link = format!("<li><a href=\"{entry}\"");
        assert!(menu.contains(&link) && bar.contains(&link), "{entry}");
    }
}
