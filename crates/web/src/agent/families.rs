//! Families: found at once by name, child, mail, telephone, code or invoice; a new one.

use askama::Template;
use axum::extract::Query;
use preau_app::{
    Error,
    family::{self, FamilyForm, Found, PAGE},
};
use preau_rules::{french, permission::Right};
use serde::Deserialize;

use crate::{
    call::{Call, Reply},
    forms::Form,
    page::Page,
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

pub(crate) const LIST: &str = "/agent/familles";
const ACCESS: Access = Access::Holds(Right::Families);

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(LIST, ACCESS, list)
        .get("/agent/familles/nouvelle", ACCESS, new)
        .post("/agent/familles/nouvelle", ACCESS, create)
}

/// The shell of a page about families.
pub(crate) fn page(call: &Call, title: &str) -> Page {
    let page = call
        .page(title, "familles")
        .crumb("Ma journée", Some("/agent"));
    if title == "Familles" {
        return page.crumb(title, None);
    }
    page.crumb("Familles", Some(LIST))
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: String,
}

struct Line {
    href: String,
    name: String,
    reference: String,
    guardians: String,
    children: String,
    accounts: String,
    tag: &'static str,
}

impl Line {
    fn new(call: &Call, found: &Found) -> Self {
        let guardians: Vec<String> = found
            .guardians
            .iter()
            .map(|g| format!("{} {}", g.first_name, g.last_name))
            .collect();
        let children: Vec<&str> = found
            .children
            .iter()
            .map(|c| c.first_name.as_str())
            .collect();
        let line = &found.line;
        let (accounts, tag) = match (line.accounts, line.codes) {
            (0, 0) => ("sans compte".to_owned(), "off"),
            (0, _) => ("code à utiliser".to_owned(), "wait"),
            (n, _) => (french::count(n.unsigned_abs(), "compte", "comptes"), "ok"),
        };
        Self {
            href: call.href(&format!("{LIST}/{}", line.id)),
            name: line.name.clone(),
            reference: line.reference.clone(),
            guardians: guardians.join(", "),
            children: children.join(", "),
            accounts,
            tag,
        }
    }
}

#[derive(Template)]
#[template(path = "agent/families.html")]
struct List {
    page: Page,
    words: String,
    lines: Vec<Line>,
    total: String,
    previous: String,
    next: String,
    range: String,
    may_codes: bool,
}

fn href(call: &Call, words: &str, page: i64) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if !words.is_empty() {
        query.append_pair("q", words);
    }
    if page > 1 {
        query.append_pair("page", &page.to_string());
    }
    let query = query.finish();
    let mark = if query.is_empty() { "" } else { "?" };
    call.href(&format!("{LIST}{mark}{query}"))
}

async fn list(call: Call, Query(asked): Query<Asked>) -> Reply {
    let words = asked.q.trim();
    let found = family::search(&call.cx, words, asked.page.parse().unwrap_or(1)).await?;
    let first = (found.page - 1) * PAGE + 1;
    let last = first - 1 + i64::try_from(found.families.len()).unwrap_or(0);
    let link = |page| href(&call, words, page);
    let template = List {
        page: page(&call, "Familles"),
        previous: if found.page > 1 {
            link(found.page - 1)
        } else {
            String::new()
        },
        next: if last < found.total {
            link(found.page + 1)
        } else {
            String::new()
        },
        range: format!("{first} à {last} sur {}", found.total),
        total: french::count(found.total.unsigned_abs(), "famille", "familles"),
        words: words.to_owned(),
        lines: found.families.iter().map(|f| Line::new(&call, f)).collect(),
        may_codes: call.cx.caller.require(Right::Codes).is_ok(),
    };
    call.html(&template)
}

#[derive(Template)]
#[template(path = "agent/family_edit.html")]
pub(crate) struct Edit {
    pub(crate) page: Page,
    pub(crate) form: Form,
    pub(crate) back: String,
    /// A family that exists keeps its number.
    pub(crate) with_reference: bool,
}

pub(crate) fn fields() -> Form {
    Form::default()
        .required("nom", "Nom de la famille")
        .hint("Celui des responsables, par exemple Durant ou Durant-Morel.")
        .optional("reference", "Numéro de famille")
        .hint("Celui de votre ancien logiciel. Vide : un numéro est donné automatiquement.")
}

pub(crate) fn typed(form: &Posted) -> FamilyForm {
    FamilyForm {
        nom: form.text("nom").to_owned(),
        reference: form.text("reference").to_owned(),
    }
}

fn edit(call: &Call, form: Form) -> Edit {
    Edit {
        page: page(call, "Nouvelle famille").crumb("Nouvelle famille", None),
        form,
        back: call.href(LIST),
        with_reference: true,
    }
}

async fn new(call: Call) -> Reply {
    call.html(&edit(&call, fields()))
}

async fn create(Submitted { call, form }: Submitted) -> Reply {
    match family::create(&call.cx, &typed(&form)).await {
        Ok(id) => Ok(call.see_saying(
            &format!("{LIST}/{id}"),
            "ok",
            "La famille est enregistrée. Ajoutez ses responsables et ses enfants.",
        )),
        Err(Error::Invalid(errors)) => {
            call.invalid(&edit(&call, fields().filled(&form).with_errors(&errors)))
        }
        Err(error) => Err(error.into()),
    }
}
