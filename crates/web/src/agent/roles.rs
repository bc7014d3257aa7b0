//! Roles and their rights, as each commune arranges them.

use askama::Template;
use axum::extract::Path;
use preau_app::{Error, role};
use preau_rules::{french, permission::Right};

use crate::{
    call::{Call, Reply},
    forms::Form,
    page::Page,
    params,
    posted::Submitted,
    routes::{Access, Routes},
};

const ACCESS: Access = Access::Holds(Right::Roles);
const LIST: &str = "/agent/parametres/roles";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/agent/parametres/roles", ACCESS, list)
        .get("/agent/parametres/roles/nouveau", ACCESS, show_new)
        .post("/agent/parametres/roles/nouveau", ACCESS, create)
        .get("/agent/parametres/roles/{id}", ACCESS, show)
        .post("/agent/parametres/roles/{id}", ACCESS, change)
        .post("/agent/parametres/roles/{id}/supprimer", ACCESS, remove)
}

struct RoleLine {
    href: String,
    label: String,
    rights: String,
    holders: String,
}

#[derive(Template)]
#[template(path = "agent/roles.html")]
struct List {
    page: Page,
    roles: Vec<RoleLine>,
    new_href: String,
}

struct RightBox {
    code: &'static str,
    label: &'static str,
    about: &'static str,
    ticked: bool,
}

#[derive(Template)]
#[template(path = "agent/role.html")]
struct OneRole {
    page: Page,
    form: Form,
    rights: Vec<RightBox>,
    action: String,
    list: String,
    /// What is said under the heading.
    about: String,
    /// Where the role is removed, when nobody holds it.
    remove: Option<String>,
}

fn page(call: &Call, title: &str) -> Page {
    let page = call
        .page(title, "parametres")
        .crumb("Paramètres", Some("/agent/parametres"));
    if title == "Rôles" {
        return page.crumb(title, None);
    }
    page.crumb("Rôles", Some(LIST)).crumb(title, None)
}

fn holders(count: i64) -> String {
    match u64::try_from(count) {
        Ok(n @ 1..) => french::count(n, "agent", "agents"),
        _ => "personne".to_owned(),
    }
}

async fn list(call: Call) -> Reply {
    let roles = role::list(&call.cx)
        .await?
        .into_iter()
        .map(|role| RoleLine {
            href: call.href(&format!("{LIST}/{}", role.id)),
            rights: role
                .rights
                .iter()
                .map(|r| r.label_fr())
                .collect::<Vec<_>>()
                .join(", "),
            holders: holders(role.holders),
            label: role.label,
        });
    call.html(&List {
        page: page(&call, "Rôles"),
        roles: roles.collect(),
        new_href: call.href(&format!("{LIST}/nouveau")),
    })
}

fn form(label: &str) -> Form {
    Form::default()
        .required("libelle", "Nom du rôle")
        .value(label)
        .required("droits", "Droits")
}

fn boxes(ticked: impl Fn(Right) -> bool) -> Vec<RightBox> {
    let all = Right::OF_COMMUNE.iter().copied();
    all.map(|right| RightBox {
        code: right.code(),
        label: right.label_fr(),
        about: right.about_fr(),
        ticked: ticked(right),
    })
    .collect()
}

fn new_template(call: &Call, form: Form, rights: Vec<RightBox>) -> OneRole {
    OneRole {
        page: page(call, "Nouveau rôle"),
        form,
        rights,
        action: call.href(&format!("{LIST}/nouveau")),
        list: call.href(LIST),
        about: "Cochez ce que ce rôle permet. Vous le donnerez ensuite à des agents, partout ou dans certains sites.".to_owned(),
        remove: None,
    }
}

async fn show_new(call: Call) -> Reply {
    call.html(&new_template(&call, form(""), boxes(|_| false)))
}

async fn create(Submitted { call, form: posted }: Submitted) -> Reply {
    let rights: Vec<String> = posted.all("droits").map(str::to_owned).collect();
    match role::create(&call.cx, posted.text("libelle"), &rights).await {
        Ok(_) => Ok(call.see_saying(LIST, "ok", "Le rôle est créé.")),
        Err(Error::Invalid(errors)) => {
            let form = form(posted.text("libelle")).with_errors(&errors);
            let boxes = boxes(|right| rights.iter().any(|code| code == right.code()));
            call.invalid(&new_template(&call, form, boxes))
        }
        Err(error) => Err(error.into()),
    }
}

fn template(call: &Call, role: &role::Role, form: Form, rights: Vec<RightBox>) -> OneRole {
    let here = format!("{LIST}/{}", role.id);
    OneRole {
        page: page(call, &role.label),
        form,
        rights,
        action: call.href(&here),
        list: call.href(LIST),
        about: format!(
            "Rôle tenu par {}. Ce que vous changez ici vaut aussitôt.",
            holders(role.holders)
        ),
        remove: (role.holders == 0).then(|| call.href(&format!("{here}/supprimer"))),
    }
}

async fn show(call: Call, Path(id): Path<String>) -> Reply {
    let role = role::get(&call.cx, params::id(&id)?).await?;
    let boxes = boxes(|right| role.rights.contains(&right));
    call.html(&template(&call, &role, form(&role.label), boxes))
}

async fn change(Path(id): Path<String>, Submitted { call, form: posted }: Submitted) -> Reply {
    let id = params::id(&id)?;
    let rights: Vec<String> = posted.all("droits").map(str::to_owned).collect();
    match role::change(&call.cx, id, posted.text("libelle"), &rights).await {
        Ok(()) => Ok(call.see_saying(LIST, "ok", "Le rôle est enregistré.")),
        Err(Error::Invalid(errors)) => {
            let role = role::get(&call.cx, id).await?;
            let form = form(posted.text("libelle")).with_errors(&errors);
            let boxes = boxes(|right| rights.iter().any(|code| code == right.code()));
            call.invalid(&template(&call, &role, form, boxes))
        }
        Err(error) => Err(error.into()),
    }
}

async fn remove(Path(id): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    role::remove(&call.cx, params::id(&id)?).await?;
    Ok(call.see_saying(LIST, "ok", "Le rôle est supprimé."))
}
