//! Actualités: to come, to be seen, past; written with a preview; taken off and put back.

use askama::Template;
use axum::extract::Path;
use preau_app::{
    Error,
    news::{self, BODY_MAX, News, NewsForm},
};
use preau_rules::{permission::Right, publication::Window};

use crate::{
    agent::settings,
    call::{Call, Reply},
    forms::Form,
    page::Page,
    params::{self, Asked},
    posted::{Posted, Submitted},
    prose,
    routes::{Access, Routes},
};

const PATH: &str = "/agent/actualites";

pub(crate) fn routes(routes: Routes) -> Routes {
    let right = Access::Holds(Right::News);
    routes
        .get(PATH, right, list)
        .get("/agent/actualites/nouvelle", right, new)
        .post("/agent/actualites/nouvelle", right, create)
        .get("/agent/actualites/{id}", right, edit)
        .post("/agent/actualites/{id}", right, update)
        .post("/agent/actualites/{id}/suppression", right, remove)
        .post("/agent/actualites/{id}/restauration", right, restore)
}

struct Line {
    href: String,
    title: String,
    when: String,
    pinned: bool,
}

struct Group {
    title: &'static str,
    key: &'static str,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "agent/news.html")]
struct List {
    page: Page,
    groups: Vec<Group>,
    empty: bool,
    /// Title and address of an item that was just taken off.
    removed: Option<(String, String)>,
}

fn lines(call: &Call, items: &[News]) -> Vec<Line> {
    let zone = call.portal.zone();
    let line = |item: &News| Line {
        href: call.href(&format!("{PATH}/{}", item.id)),
        title: item.title.clone(),
        when: Window::new(item.visible_from, item.visible_until)
            .map_or_else(|_| String::new(), |w| w.words_fr(call.cx.at, &zone)),
        pinned: item.pinned,
    };
    items.iter().map(line).collect()
}

async fn list(call: Call, Asked { 0: asked }: Asked) -> Reply {
    let all = news::list(&call.cx).await?;
    let removed = match params::asked(&asked, "retiree").and_then(|id| params::id(id).ok()) {
        Some(id) => news::get(&call.cx, id)
            .await
            .ok()
            .filter(|n| n.removed_at.is_some()),
        None => None,
    };
    let groups = [
        ("Visibles en ce moment", "visible", &all.visible),
        ("À venir", "coming", &all.coming),
        ("Passées", "past", &all.past),
    ];
    let template = List {
        page: settings::page(&call, "Actualités"),
        empty: groups.iter().all(|(.., items)| items.is_empty()),
        groups: groups
            .into_iter()
            .filter(|(.., items)| !items.is_empty())
            .map(|(title, key, items)| Group {
                title,
                key,
                lines: lines(&call, items),
            })
            .collect(),
        removed: removed.map(|n| {
            (
                n.title.clone(),
                call.href(&format!("{PATH}/{}/restauration", n.id)),
            )
        }),
    };
    call.html(&template)
}

#[derive(Template)]
#[template(path = "agent/news_edit.html")]
struct Edit {
    page: Page,
    form: Form,
    limit: usize,
    /// Address of the item, when it was saved before.
    saved: Option<String>,
    /// Title and HTML as everybody will see them.
    preview: Option<(String, String)>,
}

fn template(call: &Call, title: &str, saved: Option<&News>, typed: &NewsForm) -> Edit {
    let zone = call.portal.zone();
    let form = Form::default()
        .required("titre", "Titre")
        .value(&typed.titre)
        .required("texte", "Texte")
        .hint("Une ligne vide sépare deux paragraphes. **gras**, *italique*, - liste, [lien](https://…).")
        .value(&typed.texte)
        .optional("debut", "Visible à partir du")
        .hint(format!("Tout de suite si vous laissez vide. Heure de la commune ({}).", zone.iana_name().unwrap_or("Paris")))
        .value(&typed.debut)
        .optional("fin", "Jusqu’au")
        .hint("Sans fin si vous laissez vide.")
        .value(&typed.fin)
        .optional("une", "À la une : toujours avant les autres")
        .value(&typed.une);
    Edit {
        page: call
            .page(title, "parametres")
            .crumb("Ma journée", Some("/agent"))
            .crumb("Paramètres", Some("/agent/parametres"))
            .crumb("Actualités", Some(PATH))
            .crumb(title, None),
        form,
        limit: BODY_MAX,
        saved: saved.map(|n| call.href(&format!("{PATH}/{}", n.id))),
        preview: None,
    }
}

fn read(form: &Posted) -> NewsForm {
    let text = |name: &str| form.text(name).to_owned();
    NewsForm {
        titre: text("titre"),
        texte: text("texte"),
        une: text("une"),
        debut: text("debut"),
        fin: text("fin"),
    }
}

async fn new(call: Call) -> Reply {
    call.html(&template(
        &call,
        "Nouvelle actualité",
        None,
        &NewsForm::default(),
    ))
}

async fn edit(call: Call, Path(id): Path<String>) -> Reply {
    let item = present(&call, &id).await?;
    let now = NewsForm::of(&item, &call.portal.zone());
    call.html(&template(&call, &item.title, Some(&item), &now))
}

async fn present(call: &Call, id: &str) -> Result<News, crate::failure::Failure> {
    let item = news::get(&call.cx, params::id(id)?).await?;
    if item.removed_at.is_some() {
        return Err(Error::NotFound.into());
    }
    Ok(item)
}

async fn create(Submitted { call, form }: Submitted) -> Reply {
    keep(call, &form, None).await
}

async fn update(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let item = present(&call, &id).await?;
    keep(call, &form, Some(item)).await
}

async fn keep(call: Call, form: &Posted, item: Option<News>) -> Reply {
    let typed = read(form);
    let title = item
        .as_ref()
        .map_or("Nouvelle actualité", |n| n.title.as_str());
    let input = match typed.parse(&call.portal.zone(), call.cx.at) {
        Ok(input) => input,
        Err(Error::Invalid(errors)) => {
            let page = template(&call, title, item.as_ref(), &typed);
            let form = page.form.with_errors(&errors);
            return call.invalid(&Edit { form, ..page });
        }
        Err(error) => return Err(error.into()),
    };
    if form.ticked("apercu") {
        let preview = (input.title.clone(), prose::html(&call, &input.body, 4));
        let page = template(&call, title, item.as_ref(), &typed);
        return call.html(&Edit {
            preview: Some(preview),
            ..page
        });
    }
    let words = format!(
        "{}.",
        input.window.words_fr(call.cx.at, &call.portal.zone())
    );
    match item {
        None => news::create(&call.cx, input).await?,
        Some(item) => news::update(&call.cx, item.id, input).await?,
    };
    Ok(call.see_saying(PATH, "ok", &format!("L’actualité est enregistrée. {words}")))
}

async fn remove(Path(id): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    let id = params::id(&id)?;
    news::remove(&call.cx, id).await?;
    Ok(call.see(&format!("{PATH}?retiree={id}")))
}

async fn restore(Path(id): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    news::restore(&call.cx, params::id(&id)?).await?;
    Ok(call.see_saying(PATH, "ok", "L’actualité est remise en place."))
}
