//! Sites of the commune: schools and centres.

use askama::Template;
use axum::extract::Path;
use preau_app::{Error, site};
use preau_rules::permission::Right;

use crate::{
    call::{Call, Reply},
    forms::Form,
    page::Page,
    params,
    posted::Submitted,
    routes::{Access, Routes},
};

const ACCESS: Access = Access::Holds(Right::PortalSettings);
const LIST: &str = "/agent/parametres/sites";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/agent/parametres/sites", ACCESS, list)
        .post("/agent/parametres/sites", ACCESS, create)
        .get("/agent/parametres/sites/{id}", ACCESS, show)
        .post("/agent/parametres/sites/{id}", ACCESS, change)
        .post("/agent/parametres/sites/{id}/ouverture", ACCESS, set_open)
}

struct SiteLine {
    href: String,
    name: String,
    address: String,
    closed: bool,
}

#[derive(Template)]
#[template(path = "agent/sites.html")]
struct List {
    page: Page,
    sites: Vec<SiteLine>,
    form: Form,
    action: String,
}

#[derive(Template)]
#[template(path = "agent/site.html")]
struct OneSite {
    page: Page,
    name: String,
    form: Form,
    here: String,
    list: String,
    closed: bool,
}

fn form() -> Form {
    Form::default()
        .required("nom", "Nom du site")
        .hint("Par exemple : École Jean-Moulin.")
        .optional("adresse", "Adresse")
}

fn page(call: &Call, title: &str) -> Page {
    let page = call
        .page(title, "parametres")
        .crumb("Paramètres", Some("/agent/parametres"));
    if title == "Sites" {
        return page.crumb(title, None);
    }
    page.crumb("Sites", Some(LIST)).crumb(title, None)
}

async fn template(call: &Call, form: Form) -> Result<List, Error> {
    let sites = site::list(&call.cx)
        .await?
        .into_iter()
        .map(|site| SiteLine {
            href: call.href(&format!("{LIST}/{}", site.id)),
            name: site.name,
            address: site.address,
            closed: site.closed_at.is_some(),
        });
    Ok(List {
        page: page(call, "Sites"),
        sites: sites.collect(),
        form,
        action: call.href(LIST),
    })
}

async fn list(call: Call) -> Reply {
    call.html(&template(&call, form()).await?)
}

async fn create(Submitted { call, form: posted }: Submitted) -> Reply {
    match site::create(&call.cx, posted.text("nom"), posted.text("adresse")).await {
        Ok(_) => Ok(call.see_saying(LIST, "ok", "Le site est ajouté.")),
        Err(Error::Invalid(errors)) => {
            let form = form().filled(&posted).with_errors(&errors);
            call.invalid(&template(&call, form).await?)
        }
        Err(error) => Err(error.into()),
    }
}

fn one(call: &Call, site: site::Site, form: Form) -> OneSite {
    OneSite {
        page: page(call, &site.name),
        here: call.href(&format!("{LIST}/{}", site.id)),
        list: call.href(LIST),
        closed: site.closed_at.is_some(),
        name: site.name,
        form,
    }
}

async fn show(call: Call, Path(id): Path<String>) -> Reply {
    let site = site::get(&call.cx, params::id(&id)?).await?;
    let mut form = form();
    form.set("nom", &site.name);
    form.set("adresse", &site.address);
    call.html(&one(&call, site, form))
}

async fn change(Path(id): Path<String>, Submitted { call, form: posted }: Submitted) -> Reply {
    let id = params::id(&id)?;
    match site::change(&call.cx, id, posted.text("nom"), posted.text("adresse")).await {
        Ok(()) => Ok(call.see_saying(LIST, "ok", "Le site est enregistré.")),
        Err(Error::Invalid(errors)) => {
            let site = site::get(&call.cx, id).await?;
            let form = form().filled(&posted).with_errors(&errors);
            call.invalid(&one(&call, site, form))
        }
        Err(error) => Err(error.into()),
    }
}

async fn set_open(Path(id): Path<String>, Submitted { call, form: posted }: Submitted) -> Reply {
    let close = posted.text("ouverture") == "ferme";
    site::set_closed(&call.cx, params::id(&id)?, close).await?;
    let text = if close {
        "Le site est fermé : il n’est plus proposé, et reste là où il est nommé."
    } else {
        "Le site est rouvert."
    };
    Ok(call.see_saying(LIST, "ok", text))
}
