//! Importing families, codes and invoice references: a check that lists every problem by its line, then the import.

use askama::Template;
use preau_app::family_import::{self, Checked, Kind};
use preau_rules::{french, permission::Right};

use crate::{
    agent::families::{self, LIST},
    call::{Call, Reply},
    forms::{Choice, Form},
    page::Page,
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

const ACCESS: Access = Access::Holds(Right::Families);
/// Problems shown; the others are counted.
const SHOWN: usize = 200;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/agent/familles/import", ACCESS, ask)
        .post("/agent/familles/import", ACCESS, take)
}

struct Result {
    lines: String,
    known: usize,
    /// Line, column, what is wrong.
    problems: Vec<(String, String, String)>,
    more: usize,
    /// The file is right: it is kept in the page for the button that imports it.
    content: Option<String>,
}

#[derive(Template)]
#[template(path = "agent/import.html")]
struct Import {
    page: Page,
    form: Form,
    kinds: Vec<Choice>,
    kind: String,
    result: Option<Result>,
}

fn template(call: &Call, kind: &str, error: Option<&str>, result: Option<Result>) -> Import {
    let form = Form::default()
        .required("sorte", "Que contient le fichier ?")
        .required("fichier", "Fichier CSV")
        .hint("Colonnes séparées par ; ou , en UTF-8 ou Windows-1252. La première ligne nomme les colonnes.");
    let errors = error.map(|message| preau_app::FieldError::new("fichier", message));
    let kinds = Kind::ALL.iter().map(|(of, word, label)| Choice {
        value: (*word).to_owned(),
        label: (*label).to_owned(),
        selected: *of == Kind::of(kind),
    });
    Import {
        page: families::page(call, "Importer").crumb("Importer", None),
        form: form.with_errors(errors.as_slice()),
        kinds: kinds.collect(),
        kind: kind.to_owned(),
        result,
    }
}

async fn ask(call: Call) -> Reply {
    call.html(&template(&call, "familles", None, None))
}

fn content(form: &Posted) -> String {
    match form.file("fichier") {
        Some(upload) => family_import::decode(&upload.bytes),
        None => form.text("contenu").to_owned(),
    }
}

fn result(checked: &Checked, text: String) -> Result {
    let problem = |p: &family_import::Problem| {
        let line = if p.line == 0 {
            "fichier".to_owned()
        } else {
            p.line.to_string()
        };
        (line, p.column.clone(), p.message.clone())
    };
    Result {
        lines: french::count(checked.rows.len() as u64, "ligne prête", "lignes prêtes"),
        known: checked.known,
        problems: checked.problems.iter().take(SHOWN).map(problem).collect(),
        more: checked.problems.len().saturating_sub(SHOWN),
        content: (checked.problems.is_empty() && !checked.rows.is_empty()).then_some(text),
    }
}

async fn take(Submitted { call, form }: Submitted) -> Reply {
    let kind = form.text("sorte");
    let text = content(&form);
    if text.trim().is_empty() {
        return call.invalid(&template(
            &call,
            kind,
            Some("Choisissez le fichier à importer."),
            None,
        ));
    }
    let checked = family_import::check(&call.cx, Kind::of(kind), &text).await?;
    if !checked.problems.is_empty() {
        return call.invalid(&template(&call, kind, None, Some(result(&checked, text))));
    }
    if !form.ticked("importer") || checked.rows.is_empty() {
        return call.html(&template(&call, kind, None, Some(result(&checked, text))));
    }
    let count = french::count(
        checked.rows.len() as u64,
        "ligne importée",
        "lignes importées",
    );
    family_import::write(&call.cx, checked.rows, &mut |_, _| {}).await?;
    Ok(call.see_saying(LIST, "ok", &format!("{count}.")))
}
