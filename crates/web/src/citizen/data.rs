//! Mes données: what the archive holds, and the archive.

use askama::Template;
use preau_app::citizen::data;

use super::files::download;
use crate::{
    call::{Call, Reply},
    page::Page,
    posted::Submitted,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/mon-compte/donnees", Access::Account, show)
        .post("/mon-compte/donnees", Access::Account, give)
}

#[derive(Template)]
#[template(path = "citizen/data.html")]
struct Data {
    page: Page,
}

async fn show(call: Call) -> Reply {
    let page = call
        .page("Mes données", "citoyen")
        .crumb("Accueil", Some("/"))
        .crumb("Mon compte", Some("/mon-compte"))
        .crumb("Mes données", None);
    call.html(&Data { page })
}

/// The one answer to a form that is no redirect: the file itself, made for it and kept nowhere.
async fn give(Submitted { call, .. }: Submitted) -> Reply {
    let archive = data::archive(&call.cx).await?;
    Ok(download(&archive.name, "application/zip", archive.bytes))
}
