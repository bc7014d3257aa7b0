//! Draws every piece of the two sides on a page each, under `target/styleguide/`, to be looked at and to be read by
//! axe; and holds the layouts and macros to what the content security policy and RGAA ask.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

use std::{collections::HashSet, fs, path::Path};

use askama::Template;

struct Field {
    name: &'static str,
    label: &'static str,
    hint: Option<&'static str>,
    value: &'static str,
    error: Option<&'static str>,
    required: bool,
}

struct Choice {
    value: &'static str,
    label: &'static str,
    selected: bool,
}

struct User {
    name: &'static str,
    role_label: &'static str,
}

struct Flash {
    kind: &'static str,
    text: &'static str,
}

struct MenuEntry {
    key: &'static str,
    label: &'static str,
    href: &'static str,
}

/// The same fields as the product's page, filled by hand.
struct Page {
    title: &'static str,
    base: &'static str,
    area_base: &'static str,
    host: bool,
    commune: &'static str,
    tagline: &'static str,
    logo: Option<&'static str>,
    theme_url: &'static str,
    current: &'static str,
    user: Option<User>,
    csrf: &'static str,
    flash: Option<Flash>,
    crumbs: Vec<(&'static str, Option<&'static str>)>,
    footer_accessibility: &'static str,
    agent_menu: Vec<MenuEntry>,
    session_left: Option<i64>,
}

impl Page {
    /// Beside the page, so that it opens from a folder too.
    #[expect(clippy::unused_self, reason = "the templates ask the page")]
    fn asset(&self, name: &str) -> String {
        format!("assets/{name}")
    }
}

#[derive(Template)]
#[template(path = "styleguide.html")]
struct Families {
    page: Page,
    errors: Vec<(&'static str, &'static str)>,
    plain: Field,
    wrong: Field,
    secret: Field,
    code: Field,
    subject: Field,
    choices: Vec<Choice>,
    message: Field,
    civility: Field,
    civilities: Vec<Choice>,
    days: Field,
    weekdays: Vec<Choice>,
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
        title: "Toutes les pièces",
        base: "",
        area_base: "",
        host: false,
        commune: "Laigneville",
        tagline: "Le portail des familles",
        logo: None,
        theme_url: "assets/theme.css",
        current,
        user: Some(User {
            name: "Camille Durant",
            role_label,
        }),
        csrf: "jeton",
        flash: Some(Flash {
            kind: "ok",
            text: "Vos changements sont enregistrés.",
        }),
        crumbs: vec![("Accueil", Some("/")), ("Toutes les pièces", None)],
        footer_accessibility: "partiellement conforme",
        agent_menu: entries
            .map(|(key, label)| MenuEntry {
                key,
                label,
                href: "#",
            })
            .into(),
        session_left: Some(1800),
    }
}

fn field(name: &'static str, label: &'static str) -> Field {
    Field {
        name,
        label,
        hint: None,
        value: "",
        error: None,
        required: true,
    }
}

fn choices<const N: usize>(labels: [&'static str; N]) -> Vec<Choice> {
    labels
        .map(|label| Choice {
            value: label,
            label,
            selected: label == labels[0],
        })
        .into()
}

fn families() -> String {
    let guide = Families {
        page: page("famille", ""),
        errors: vec![("courriel", BAD_MAIL), ("terms", NOT_TICKED)],
        plain: Field {
            value: "Camille",
            ..field("prenom", "Prénom")
        },
        wrong: Field {
            hint: Some("Nous y envoyons la confirmation."),
            value: "camille@",
            error: Some(BAD_MAIL),
            ..field("courriel", "E-mail (identifiant)")
        },
        secret: Field {
            hint: Some("Au moins 8 caractères, avec un chiffre, une minuscule et une majuscule."),
            value: "Secret123",
            ..field("secret", "Mot de passe")
        },
        code: field("code", "Code à 6 chiffres"),
        subject: field("objet", "Objet"),
        choices: choices(["Choisir…", "La cantine", "Une facture"]),
        message: Field {
            value: "Bonjour <b>,",
            ..field("message", "Votre message")
        },
        civility: field("civilite", "Civilité"),
        civilities: choices(["Madame", "Monsieur"]),
        days: Field {
            error: Some("Choisissez au moins un jour"),
            ..field("jours", "Jours")
        },
        weekdays: choices(["Lundi", "Mardi", "Jeudi", "Vendredi"]),
        birth: Field {
            value: "2019-11-24",
            required: false,
            ..field("naissance", "Date de naissance")
        },
        paper: Field {
            required: false,
            ..field("piece", "Pièce justificative")
        },
        terms: Field {
            error: Some(NOT_TICKED),
            ..field("terms", "")
        },
    };
    guide.render().unwrap()
}

fn agents() -> String {
    let guide = Agents {
        page: page("journee", "Accueil"),
        plain: Field {
            value: "#12586a",
            ..field("couleur", "Couleur de la commune")
        },
        paper: Field {
            required: false,
            ..field("logo", "Logo")
        },
    };
    guide.render().unwrap()
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
