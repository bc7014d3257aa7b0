//! Codes abonné: made, printed as letters with a QR code, mailed, revoked.

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::IntoResponse,
};
use http::header;
use preau_app::{
    Error,
    subscriber_code::{self, LETTERS, Letter, MONTHS, Whom},
};
use preau_rules::{french, permission::Right};

use crate::{
    agent::{families, family::path},
    call::{Call, Reply},
    forms::{Choice, Form},
    page::Page,
    params::{self, Asked},
    posted::Submitted,
    routes::{Access, Routes},
};

const ACCESS: Access = Access::Holds(Right::Codes);

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .post("/agent/familles/{id}/codes", ACCESS, make)
        .get("/agent/codes/serie", ACCESS, ask_many)
        .post("/agent/codes/serie", ACCESS, make_many)
        .get("/agent/codes/series/{batch}", ACCESS, letters)
        .post("/agent/codes/series/{batch}/envoi", ACCESS, send_batch)
        .get("/agent/codes/{id}/lettre", ACCESS, letter)
        .get("/agent/codes/{id}/qr.svg", ACCESS, qr)
        .post("/agent/codes/{id}/envoi", ACCESS, send)
        .post("/agent/codes/{id}/revocation", ACCESS, revoke)
}

async fn make(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let id = params::id(&id)?;
    subscriber_code::make(&call.cx, Whom::One(id), form.text("mois")).await?;
    let text = "Le code est créé. Imprimez la lettre ou envoyez-le par e-mail.";
    Ok(call.see_saying(&path(id), "ok", text))
}

#[derive(Template)]
#[template(path = "agent/codes_many.html")]
struct Many {
    page: Page,
    form: Form,
    whom: Vec<Choice>,
    batches: Vec<BatchView>,
}

struct BatchView {
    href: String,
    at: String,
    about: String,
    used: String,
}

async fn batches(call: &Call) -> Result<Vec<BatchView>, Error> {
    let found = subscriber_code::batches(&call.cx).await?;
    let zone = call.portal.zone();
    let view = found.into_iter().map(|b| BatchView {
        href: call.href(&format!("/agent/codes/series/{}", b.batch)),
        at: french::instant_digits(b.made_at, &zone),
        about: format!(
            "{}, {} par {}",
            french::count(b.codes.unsigned_abs(), "code", "codes"),
            if b.origin == "imported" {
                "repris"
            } else {
                "créés"
            },
            b.made_by
        ),
        used: french::count(b.used.unsigned_abs(), "utilisé", "utilisés"),
    });
    Ok(view.collect())
}

async fn many(call: &Call, form: Form) -> Result<Many, Error> {
    let chosen = form.field("pour").value.clone();
    let choice = |value: &str, label: &str| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        selected: chosen == value,
    };
    Ok(Many {
        batches: batches(call).await?,
        page: families::page(call, "Codes abonné").crumb("Codes abonné en série", None),
        whom: vec![
            choice(
                "sans-compte",
                "Toutes les familles sans compte et sans code valable",
            ),
            choice("liste", "Les familles de cette liste"),
        ],
        form,
    })
}

fn fields() -> Form {
    Form::default()
        .required("pour", "Pour qui")
        .value("sans-compte")
        .optional("references", "Numéros de famille")
        .hint("Un par ligne, pour une liste.")
        .required("mois", "Valables combien de mois")
        .value(MONTHS.to_string())
}

async fn ask_many(call: Call) -> Reply {
    call.html(&many(&call, fields()).await?)
}

async fn make_many(Submitted { call, form }: Submitted) -> Reply {
    let whom = match form.text("pour") {
        "liste" => Whom::These(form.text("references").to_owned()),
        _ => Whom::WithoutAccount,
    };
    match subscriber_code::make(&call.cx, whom, form.text("mois")).await {
        Ok(made) if made.count == 0 => Ok(call.see_saying(
            families::LIST,
            "info",
            "Aucun code n’est à créer : chaque famille a un compte ou un code valable.",
        )),
        Ok(made) => {
            let count = french::count(made.count as u64, "code est créé", "codes sont créés");
            let at = format!("/agent/codes/series/{}", made.batch);
            Ok(call.see_saying(&at, "ok", &format!("{count}. Imprimez les lettres.")))
        }
        Err(Error::Invalid(errors)) => {
            let form = fields().filled(&form).with_errors(&errors);
            call.invalid(&many(&call, form).await?)
        }
        Err(error) => Err(error.into()),
    }
}

struct LetterView {
    letter: Letter,
    guardians: String,
    children: String,
    until: String,
    qr: String,
}

#[derive(Template)]
#[template(path = "agent/letters.html")]
struct Letters {
    page: Page,
    #[expect(
        clippy::struct_field_names,
        reason = "the page of letters lists letters"
    )]
    letters: Vec<LetterView>,
    town_hall: String,
    address: Vec<String>,
    phone: String,
    today: String,
    portal_url: String,
    /// Where the codes of the series are mailed from.
    send: Option<String>,
    previous: String,
    next: String,
    range: String,
}

fn view(call: &Call, letter: Letter) -> LetterView {
    LetterView {
        guardians: letter.guardians.join("\n"),
        children: french::list(&letter.children),
        until: letter
            .expires_at
            .map(|at| {
                french::day_month_year(
                    (at - jiff::SignedDuration::from_secs(1))
                        .to_zoned(call.portal.zone())
                        .date(),
                )
            })
            .unwrap_or_default(),
        qr: call.href(&format!("/agent/codes/{}/qr.svg", letter.id)),
        letter,
    }
}

fn printed(call: &Call, page: Page, letters: Vec<Letter>) -> Letters {
    let portal = &call.portal;
    Letters {
        page,
        letters: letters.into_iter().map(|l| view(call, l)).collect(),
        town_hall: portal.town_hall.clone(),
        address: portal.address_lines().map(ToOwned::to_owned).collect(),
        phone: portal.phone.clone(),
        today: french::day_month_year(call.cx.at.to_zoned(portal.zone()).date()),
        portal_url: call.absolute("/"),
        send: None,
        previous: String::new(),
        next: String::new(),
        range: String::new(),
    }
}

async fn letter(call: Call, Path(id): Path<String>) -> Reply {
    let letter = subscriber_code::letter(&call.cx, params::id(&id)?).await?;
    let page = families::page(&call, "Lettre")
        .crumb(&letter.family, Some(&path(letter.family_id)))
        .crumb("Lettre", None);
    call.html(&printed(&call, page, vec![letter]))
}

async fn letters(call: Call, Path(batch): Path<String>, Query(asked): Asked) -> Reply {
    let batch = params::id(&batch)?;
    let at = params::asked(&asked, "page")
        .and_then(|p| p.parse().ok())
        .unwrap_or(1_i64);
    let found = subscriber_code::letters(&call.cx, batch, at).await?;
    if found.letters.is_empty() {
        return Err(Error::NotFound.into());
    }
    let (first, shown) = (
        (at - 1) * LETTERS + 1,
        i64::try_from(found.letters.len()).unwrap_or(0),
    );
    let last = first + shown - 1;
    let link = |page: i64| call.href(&format!("/agent/codes/series/{batch}?page={page}"));
    let page = families::page(&call, "Lettres").crumb("Lettres", None);
    let template = Letters {
        previous: if at > 1 { link(at - 1) } else { String::new() },
        next: if last < found.total {
            link(at + 1)
        } else {
            String::new()
        },
        range: format!("{first} à {last} sur {}", found.total),
        send: Some(call.href(&format!("/agent/codes/series/{batch}/envoi"))),
        ..printed(&call, page, found.letters)
    };
    call.html(&template)
}

async fn qr(call: Call, Path(id): Path<String>) -> Reply {
    let svg = subscriber_code::qr(&call.cx, params::id(&id)?).await?;
    let headers = [(header::CONTENT_TYPE, "image/svg+xml")];
    Ok((headers, svg).into_response())
}

async fn send(Path(id): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    let sent = subscriber_code::send(&call.cx, params::id(&id)?).await?;
    let text = format!("Le code part à {}.", french::list(&sent.to));
    Ok(call.see_saying(&path(sent.family), "ok", &text))
}

async fn send_batch(Path(batch): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    let batch = params::id(&batch)?;
    let sent = subscriber_code::send_batch(&call.cx, batch).await?;
    let families = |n| french::count(n, "famille", "familles");
    let mut text = format!("Le code part par e-mail à {}.", families(sent.families));
    if sent.without > 0 {
        text = format!(
            "{text} Sans adresse e-mail : {}, à qui donner la lettre.",
            families(sent.without)
        );
    }
    let at = format!("/agent/codes/series/{batch}");
    Ok(call.see_saying(&at, "ok", &text))
}

async fn revoke(Path(id): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    let family = subscriber_code::revoke(&call.cx, params::id(&id)?).await?;
    let text = "Le code est révoqué : il n’ouvre plus rien. Les comptes déjà rattachés le restent.";
    Ok(call.see_saying(&path(family), "ok", text))
}
