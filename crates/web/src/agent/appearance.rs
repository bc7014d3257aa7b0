//! Couleur et logo: an accent that everybody can read, and a logo that is drawn again.

use askama::Template;
use preau_app::{
    Error,
    portal::{self, Part},
};
use preau_rules::{
    colour::{Accent, Colour, PAPER, SURFACE},
    permission::Right,
};

use crate::{
    agent::settings::{self, Section},
    call::{Call, Reply},
    citizen::theme,
    forms::Form,
    page::Page,
    posted::Submitted,
    routes::{Access, Routes},
};

const PATH: &str = "/agent/parametres/apparence";

/// Accents that every commune may take as they are.
const SHADES: [(&str, &str); 8] = [
    ("#12586a", "Canard"),
    ("#1f4e8c", "Océan"),
    ("#2d5a27", "Sapin"),
    ("#5b3a8e", "Glycine"),
    ("#8c2f39", "Brique"),
    ("#8a4b08", "Miel"),
    ("#0b6153", "Émeraude"),
    ("#3f4a5a", "Ardoise"),
];

pub(crate) fn routes(routes: Routes) -> Routes {
    let right = Access::Holds(Right::PortalSettings);
    routes
        .get(PATH, right, show)
        .post(PATH, right, save)
        .post("/agent/parametres/apparence/logo", right, put_logo)
        .post(
            "/agent/parametres/apparence/logo/suppression",
            right,
            remove_logo,
        )
}

struct Shade {
    value: &'static str,
    name: &'static str,
    current: bool,
}

#[derive(Template)]
#[template(path = "agent/appearance.html")]
struct Appearance {
    page: Page,
    sections: Vec<Section>,
    form: Form,
    shades: Vec<Shade>,
    /// A shade that can be taken instead, when what was typed is too light.
    proposed: Option<String>,
    /// "7,4": contrast of the colour with the page, and with the text of buttons.
    on_paper: String,
    on_button: String,
    has_logo: bool,
    /// The colour that the page shows is not saved.
    draft: bool,
    accent: String,
}

fn figure(ratio: f64) -> String {
    format!("{:.1}", (ratio * 10.0).floor() / 10.0).replace('.', ",")
}

fn template(call: &Call, typed: &str, shown: Accent) -> Appearance {
    let accent = shown.colour();
    let draft = accent.to_string() != call.portal.accent;
    let mut page = settings::page(call, "Couleur et logo");
    page.theme_url = call.href(&theme::path(&accent.to_string()));
    Appearance {
        page,
        sections: settings::sections(call, PATH),
        form: Form::default()
            .required("couleur", "Couleur de la commune")
            .hint("Un code comme #12586a, celui de votre charte graphique par exemple.")
            .value(typed)
            .required("logo", "Nouveau logo")
            .hint("PNG, JPEG ou WebP, 10 Mo au plus. Un fond transparent convient mieux. Il est réduit et nettoyé de ses données cachées."),
        shades: SHADES
            .iter()
            .map(|(value, name)| Shade {
                value,
                name,
                current: *value == accent.to_string(),
            })
            .collect(),
        proposed: None,
        on_paper: figure(accent.contrast(PAPER)),
        on_button: figure(accent.contrast(SURFACE)),
        has_logo: call.portal.logo.is_some(),
        draft,
        accent: accent.to_string(),
    }
}

fn saved(call: &Call) -> Accent {
    Colour::parse(&call.portal.accent).map_or(Accent::DEFAULT, Accent::nearest)
}

async fn show(call: Call) -> Reply {
    call.html(&template(&call, &call.portal.accent, saved(&call)))
}

async fn save(Submitted { call, form }: Submitted) -> Reply {
    // A shade's own button sends its colour; otherwise what was typed counts.
    let typed = match form.text("teinte") {
        "" => form.text("couleur"),
        shade => shade,
    };
    let colour = match Colour::parse(typed) {
        Ok(colour) => colour,
        Err(error) => return refused(&call, typed, &error.to_string(), None),
    };
    let accent = match Accent::check(colour) {
        Ok(accent) => accent,
        Err(light) => return refused(&call, typed, &light.message_fr(), Some(light.proposed)),
    };
    if form.ticked("apercu") {
        return call.html(&template(&call, typed, accent));
    }
    portal::save_part(&call.cx, Part::Accent(accent)).await?;
    Ok(call.see_saying(
        PATH,
        "ok",
        "La couleur est enregistrée, et lisible sur toutes les pages.",
    ))
}

fn refused(call: &Call, typed: &str, message: &str, proposed: Option<Colour>) -> Reply {
    let shown = proposed.map_or(saved(call), Accent::nearest);
    let page = template(call, typed, shown);
    let error = preau_app::FieldError::new("couleur", message);
    call.invalid(&Appearance {
        form: page.form.with_errors(&[error]),
        proposed: proposed.map(|p| p.to_string()),
        ..page
    })
}

async fn put_logo(Submitted { call, form }: Submitted) -> Reply {
    let done = match form.file("logo") {
        Some(upload) => portal::set_logo(&call.cx, upload.bytes.clone()).await,
        None => Err(Error::field("logo", "Choisissez un fichier.")),
    };
    match done {
        Ok(()) => Ok(call.see_saying(PATH, "ok", "Le logo est en place, en haut de chaque page.")),
        Err(Error::Invalid(errors)) => {
            let page = template(&call, &call.portal.accent, saved(&call));
            let form = page.form.with_errors(&errors);
            call.invalid(&Appearance { form, ..page })
        }
        Err(error) => Err(error.into()),
    }
}

async fn remove_logo(Submitted { call, .. }: Submitted) -> Reply {
    portal::remove_logo(&call.cx).await?;
    Ok(call.see_saying(PATH, "ok", "Le logo est retiré."))
}
