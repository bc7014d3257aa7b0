//! A page of Informations utiles: written with a preview, its files, its versions.

use askama::Template;
use axum::extract::Path;
use preau_app::{
    Error,
    file::ACCEPTED,
    pages::{self, BODY_MAX, PageForm, WithFiles},
};
use preau_rules::{french, permission::Right};

use crate::{
    agent::pages::PATH,
    call::{Call, Reply},
    citizen::informations::FileView,
    forms::Form,
    page::Page,
    params,
    posted::{Posted, Submitted},
    prose,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    let right = Access::Holds(Right::Pages);
    routes
        .get("/agent/pages/nouvelle", right, new)
        .post("/agent/pages/nouvelle", right, create)
        .get("/agent/pages/{id}", right, edit)
        .post("/agent/pages/{id}", right, update)
        .post("/agent/pages/{id}/fichiers", right, attach)
        .post(
            "/agent/pages/{id}/fichiers/{file}/suppression",
            right,
            detach,
        )
        .get("/agent/pages/{id}/versions", right, versions)
        .post(
            "/agent/pages/{id}/versions/{number}/restauration",
            right,
            back,
        )
}

/// What the page of a saved page has more than that of a new one.
struct Saved {
    href: String,
    public: Option<String>,
    version: i64,
    files: Vec<FileView>,
    attach: Form,
    accept: &'static str,
}

#[derive(Template)]
#[template(path = "agent/page_edit.html")]
struct Edit {
    page: Page,
    form: Form,
    limit: usize,
    saved: Option<Saved>,
    preview: Option<(String, String)>,
}

fn shell(call: &Call, title: &str) -> Page {
    call.page(title, "parametres")
        .crumb("Ma journée", Some("/agent"))
        .crumb("Paramètres", Some("/agent/parametres"))
        .crumb("Pages et fichiers", Some(PATH))
        .crumb(title, None)
}

fn template(call: &Call, saved: Option<&WithFiles>, typed: &PageForm) -> Edit {
    let title = saved.map_or("Nouvelle page", |s| s.page.title.as_str());
    let form = Form::default()
        .required("titre", "Titre")
        .value(&typed.titre)
        .optional("adresse", "Adresse de la page")
        .hint("La fin de son adresse : des lettres sans accent, des chiffres, des traits d’union. Faite à partir du titre si vous laissez vide.")
        .value(&typed.adresse)
        .required("texte", "Texte")
        .hint("Une ligne vide sépare deux paragraphes. # Intertitre, **gras**, - liste, [lien](https://…), | tableau |.")
        .value(&typed.texte)
        .optional("publiee", "Publiée : tout le monde la voit")
        .value(&typed.publiee);
    Edit {
        page: shell(call, title),
        form,
        limit: BODY_MAX,
        saved: saved.map(|s| self::saved(call, s)),
        preview: None,
    }
}

fn saved(call: &Call, found: &WithFiles) -> Saved {
    let page = &found.page;
    Saved {
        href: call.href(&format!("{PATH}/{}", page.id)),
        public: page
            .published
            .then(|| call.href(&format!("/informations/{}", page.slug))),
        version: page.version,
        files: found
            .files
            .iter()
            .map(|f| FileView::new(call, f, true))
            .collect(),
        attach: Form::default()
            .required("fichier", "Fichier")
            .hint("PDF, image ou document bureautique, 10 Mo au plus.")
            .optional("libelle", "Nom affiché")
            .hint("Celui du fichier si vous laissez vide."),
        accept: ACCEPTED,
    }
}

fn read(form: &Posted) -> PageForm {
    let text = |name: &str| form.text(name).to_owned();
    PageForm {
        titre: text("titre"),
        adresse: text("adresse"),
        texte: text("texte"),
        publiee: text("publiee"),
    }
}

async fn new(call: Call) -> Reply {
    call.html(&template(&call, None, &PageForm::default()))
}

async fn edit(call: Call, Path(id): Path<String>) -> Reply {
    let found = information(&call, &id).await?;
    call.html(&template(&call, Some(&found), &PageForm::of(&found.page)))
}

async fn information(call: &Call, id: &str) -> Result<WithFiles, crate::failure::Failure> {
    let found = pages::get(&call.cx, params::id(id)?).await?;
    if found.page.kind != pages::INFORMATION {
        return Err(Error::NotFound.into());
    }
    Ok(found)
}

async fn create(Submitted { call, form }: Submitted) -> Reply {
    keep(call, &form, None).await
}

async fn update(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let found = information(&call, &id).await?;
    keep(call, &form, Some(found)).await
}

async fn keep(call: Call, form: &Posted, found: Option<WithFiles>) -> Reply {
    let typed = read(form);
    let shown = template(&call, found.as_ref(), &typed);
    let done = match typed.parse() {
        Ok(input) if form.ticked("apercu") => {
            let preview = Some((typed.titre.clone(), prose::html(&call, &typed.texte, 2)));
            drop(input);
            return call.html(&Edit { preview, ..shown });
        }
        Ok(input) => match &found {
            None => pages::create(&call.cx, input).await,
            Some(found) => {
                let seen = form.text("version").parse().ok();
                pages::update(&call.cx, found.page.id, seen, input).await
            }
        },
        Err(error) => Err(error),
    };
    match done {
        Ok(id) => Ok(call.see_saying(&format!("{PATH}/{id}"), "ok", "La page est enregistrée.")),
        Err(Error::Invalid(errors)) => {
            let form = shown.form.with_errors(&errors);
            call.invalid(&Edit { form, ..shown })
        }
        Err(error) => Err(error.into()),
    }
}

async fn attach(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let found = information(&call, &id).await?;
    let label = form.text("libelle");
    let done = match form.file("fichier") {
        Some(file) => {
            let (page, bytes) = (found.page.id, file.bytes.clone());
            pages::attach(&call.cx, page, label, &file.file_name, bytes).await
        }
        None => Err(Error::field("fichier", "Choisissez un fichier.")),
    };
    match done {
        Ok(_) => Ok(call.see_saying(
            &format!("{PATH}/{id}"),
            "ok",
            "Le fichier est joint à la page.",
        )),
        Err(Error::Invalid(errors)) => {
            let mut shown = template(&call, Some(&found), &PageForm::of(&found.page));
            shown.saved = shown.saved.map(|s| Saved {
                attach: s.attach.filled(&form).with_errors(&errors),
                ..s
            });
            call.invalid(&shown)
        }
        Err(error) => Err(error.into()),
    }
}

async fn detach(
    Path((id, file)): Path<(String, String)>,
    Submitted { call, .. }: Submitted,
) -> Reply {
    pages::detach(&call.cx, params::id(&id)?, params::id(&file)?).await?;
    Ok(call.see_saying(&format!("{PATH}/{id}"), "ok", "Le fichier est retiré."))
}

pub(crate) struct VersionView {
    pub(crate) number: i64,
    pub(crate) title: String,
    pub(crate) author: String,
    pub(crate) date: String,
    pub(crate) html: String,
    pub(crate) current: bool,
    /// Where to put it back; empty when it cannot be.
    pub(crate) back: String,
}

#[derive(Template)]
#[template(path = "agent/page_versions.html")]
pub(crate) struct History {
    pub(crate) page: Page,
    pub(crate) title: String,
    pub(crate) edit: String,
    pub(crate) versions: Vec<VersionView>,
}

pub(crate) fn version_view(
    call: &Call,
    v: &pages::Version,
    current: i64,
    back: String,
) -> VersionView {
    VersionView {
        number: v.version,
        title: v.title.clone(),
        author: v.author.clone(),
        date: french::instant_year(v.at, &call.portal.zone()),
        html: prose::html(call, &v.body, 3),
        current: v.version == current,
        back,
    }
}

async fn versions(call: Call, Path(id): Path<String>) -> Reply {
    let (page, versions) = pages::history(&call.cx, params::id(&id)?).await?;
    let edit = if page.kind == pages::LEGAL {
        format!("/agent/textes-legaux/{}", page.slug)
    } else {
        format!("{PATH}/{id}")
    };
    let template = History {
        page: call
            .page("Versions", "parametres")
            .crumb("Paramètres", Some("/agent/parametres"))
            .crumb("Pages et fichiers", Some(PATH))
            .crumb(&page.title, Some(&edit))
            .crumb("Versions", None),
        title: page.title.clone(),
        edit: call.href(&edit),
        versions: versions
            .iter()
            .map(|v| {
                let back = call.href(&format!("{PATH}/{id}/versions/{}/restauration", v.version));
                version_view(&call, v, page.version, back)
            })
            .collect(),
    };
    call.html(&template)
}

async fn back(
    Path((id, number)): Path<(String, String)>,
    Submitted { call, .. }: Submitted,
) -> Reply {
    let number = number.parse().map_err(|_| Error::NotFound)?;
    pages::restore_version(&call.cx, params::id(&id)?, number).await?;
    let text =
        format!("Le texte de la version {number} est remis en place, comme nouvelle version.");
    Ok(call.see_saying(&format!("{PATH}/{id}/versions"), "ok", &text))
}
