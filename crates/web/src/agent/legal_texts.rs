//! The legal pages, as an agent changes them.

use askama::Template;
use axum::extract::Path;
use preau_app::{
    Error,
    legal::{self, PLACEHOLDERS, Shown},
    pages::{BODY_MAX, PageForm},
};
use preau_rules::{french, permission::Right};

use crate::{
    agent::pages::PATH,
    call::{Call, Reply},
    forms::Form,
    page::Page,
    posted::Submitted,
    prose,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    let right = Access::Holds(Right::Pages);
    routes.get("/agent/textes-legaux/{slug}", right, edit).post(
        "/agent/textes-legaux/{slug}",
        right,
        save,
    )
}

#[derive(Template)]
#[template(path = "agent/legal_edit.html")]
struct Edit {
    page: Page,
    form: Form,
    about: &'static str,
    limit: usize,
    version: i64,
    date: String,
    public: String,
    /// Where the versions are, once there are several.
    history: Option<String>,
    placeholders: &'static [(&'static str, &'static str)],
    preview: String,
}

fn template(call: &Call, shown: &Shown, typed: &PageForm) -> Edit {
    let filled = legal::fill(&typed.texte, &call.portal, &call.absolute(""));
    let title = shown.legal.title;
    Edit {
        page: call
            .page(title, "parametres")
            .crumb("Ma journée", Some("/agent"))
            .crumb("Paramètres", Some("/agent/parametres"))
            .crumb("Pages et fichiers", Some(PATH))
            .crumb(title, None),
        form: Form::default()
            .required("titre", "Titre")
            .value(&typed.titre)
            .required("texte", "Texte")
            .hint("# Intertitre, **gras**, - liste, [lien](https://…). Les mots entre accolades sont remplacés par vos réglages.")
            .value(&typed.texte),
        about: shown.legal.about,
        limit: BODY_MAX,
        version: shown.version,
        date: french::day_month_year(shown.at.to_zoned(call.portal.zone()).date()),
        public: call.href(&format!("/{}", shown.legal.slug)),
        history: shown
            .page
            .as_ref()
            .map(|p| call.href(&format!("{PATH}/{}/versions", p.id))),
        placeholders: &PLACEHOLDERS,
        preview: prose::html(call, &filled, 3),
    }
}

async fn shown(call: &Call, slug: &str) -> Result<Shown, crate::failure::Failure> {
    let mut tx = call.cx.read().await?;
    Ok(legal::shown(&call.cx, &mut tx, slug).await?)
}

async fn edit(call: Call, Path(slug): Path<String>) -> Reply {
    let shown = shown(&call, &slug).await?;
    let now = PageForm {
        titre: shown.title.clone(),
        texte: shown.body.clone(),
        ..PageForm::default()
    };
    call.html(&template(&call, &shown, &now))
}

async fn save(Path(slug): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let shown = shown(&call, &slug).await?;
    let typed = PageForm {
        titre: form.text("titre").to_owned(),
        texte: form.text("texte").to_owned(),
        ..PageForm::default()
    };
    if form.ticked("apercu") {
        return call.html(&template(&call, &shown, &typed));
    }
    let seen = form.text("version").parse().ok();
    match legal::save(&call.cx, &slug, seen, &typed).await {
        Ok(()) => {
            let path = format!("/agent/textes-legaux/{slug}");
            Ok(call.see_saying(
                &path,
                "ok",
                "Le texte est publié. Les versions précédentes sont conservées.",
            ))
        }
        Err(Error::Invalid(errors)) => {
            let page = template(&call, &shown, &typed);
            let form = page.form.with_errors(&errors);
            call.invalid(&Edit { form, ..page })
        }
        Err(error) => Err(error.into()),
    }
}
