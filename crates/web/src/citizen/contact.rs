//! « Nous contacter »: the form, the challenge of its proof of work, the code by mail, the page with the number.

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::IntoResponse,
};
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use preau_app::{
    Error, citizen,
    contact::{self, CODE_TRIES, Confirmed, ContactForm, LONGEST, Sent, Waiting},
    proof,
};
use preau_rules::french;
use serde::Deserialize;

use crate::{
    call::{Call, Reply, render},
    citizen::informations::Reach,
    forms::Form,
    page::Page,
    params,
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/contact", Access::Public, show)
        .post("/contact", Access::Public, send)
        .get("/contact/defi", Access::Public, challenge)
        .get("/contact/confirmer/{id}", Access::Public, ask_code)
        .post("/contact/confirmer/{id}", Access::Public, take_code)
        .get("/contact/envoyee/{token}", Access::Public, sent)
}

#[derive(Template)]
#[template(path = "citizen/contact.html")]
struct Contact {
    page: Page,
    form: Form,
    reach: Reach,
    limit: usize,
    challenge: String,
    /// How long to wait, after too many messages.
    wait: Option<String>,
    /// The writer is logged in.
    known: bool,
}

fn fields() -> Form {
    Form::default()
        .required("nom", "Nom")
        .required("prenom", "Prénom")
        .required("email", "E-mail")
        .hint("Votre accusé de réception et la réponse y arrivent.")
        .optional("telephone", "Téléphone")
        .hint("Pour vous rappeler si c’est plus simple.")
        .required("objet", "Objet")
        .required("message", "Message")
        .hint("N’écrivez pas de mot de passe ni de numéro de carte bancaire.")
}

fn page(call: &Call, form: Form, wait: Option<String>) -> Contact {
    Contact {
        page: call
            .page("Nous contacter", "contact")
            .crumb("Accueil", Some("/"))
            .crumb("Nous contacter", None),
        form,
        reach: Reach::new(call),
        limit: LONGEST,
        challenge: call.href("/contact/defi"),
        wait,
        known: call.cx.caller.account().is_ok(),
    }
}

/// Who is logged in need not type again what the portal knows.
async fn prefilled(call: &Call) -> Result<Form, Error> {
    let mut form = fields();
    if call.cx.caller.account().is_ok() {
        let me = citizen::reach(&call.cx).await?;
        let phone = me.phone.unwrap_or_default();
        for (field, value) in [
            ("nom", &me.last_name),
            ("prenom", &me.first_name),
            ("email", &me.email),
            ("telephone", &phone),
        ] {
            form.set(field, value);
        }
    }
    Ok(form)
}

async fn show(call: Call) -> Reply {
    let form = prefilled(&call).await?;
    call.html(&page(&call, form, None))
}

async fn challenge(call: Call) -> Reply {
    let challenge = proof::challenge(&call.cx)?;
    let headers = [(header::CACHE_CONTROL, "no-store")];
    Ok((headers, axum::Json(challenge)).into_response())
}

fn typed(form: &Posted) -> ContactForm {
    let text = |name| form.text(name).to_owned();
    ContactForm {
        nom: text("nom"),
        prenom: text("prenom"),
        email: text("email"),
        telephone: text("telephone"),
        objet: text("objet"),
        message: text("message"),
        altcha: text("altcha"),
        leurre: text("leurre"),
    }
}

async fn send(Submitted { call, form }: Submitted) -> Reply {
    match contact::send(&call.cx, &typed(&form)).await {
        Ok(Sent::Recorded { receipt }) => Ok(call.see(&format!("/contact/envoyee/{receipt}"))),
        Ok(Sent::Waits { id }) => Ok(call.see(&format!("/contact/confirmer/{id}"))),
        Err(Error::Invalid(errors)) => {
            let filled = fields().filled(&form).with_errors(&errors);
            call.invalid(&page(&call, filled, None))
        }
        Err(Error::TooMany(until)) => too_many(&call, &form, until),
        Err(other) => Err(other.into()),
    }
}

/// The page comes back with what was written, and says how long to wait.
fn too_many(call: &Call, form: &Posted, until: Timestamp) -> Reply {
    let seconds = (until.as_second() - call.cx.at.as_second()).max(1);
    let wait = french::wait(seconds.unsigned_abs());
    let template = page(call, fields().filled(form), Some(wait));
    let mut response = render(&template, StatusCode::TOO_MANY_REQUESTS)?;
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    Ok(response)
}

#[derive(Template)]
#[template(path = "citizen/contact_confirm.html")]
struct Confirm {
    page: Page,
    form: Form,
    action: String,
    /// The message that waits; absent when it is gone.
    waiting: Option<Waits>,
}

struct Waits {
    email: String,
    subject: String,
    until: String,
}

#[derive(Deserialize)]
struct Link {
    #[serde(default)]
    code: String,
}

fn code_field(code: &str) -> Form {
    Form::default()
        .required("code", "Code à 6 chiffres")
        .value(code)
}

fn confirm_page(call: &Call, id: &str, form: Form, waiting: Option<Waits>) -> Confirm {
    Confirm {
        page: call
            .page("Confirmez votre adresse", "contact")
            .crumb("Accueil", Some("/"))
            .crumb("Nous contacter", Some("/contact"))
            .crumb("Confirmer", None),
        form,
        action: call.href(&format!("/contact/confirmer/{id}")),
        waiting,
    }
}

/// Draws the page of a message that waits, or goes where it went.
async fn confirm_reply(call: &Call, id: &str, form: Form) -> Reply {
    let waiting = contact::waiting(&call.cx, params::id(id)?).await?;
    let found = match waiting {
        Waiting::Done { receipt } => return Ok(call.see(&format!("/contact/envoyee/{receipt}"))),
        Waiting::Gone => {
            return render(&confirm_page(call, id, form, None), StatusCode::GONE);
        }
        Waiting::Pending {
            email,
            subject,
            until,
        } => Waits {
            email,
            subject,
            until: french::instant(until, &call.portal.zone()),
        },
    };
    let wrong = !form.errors().is_empty();
    let template = confirm_page(call, id, form, Some(found));
    if wrong {
        call.invalid(&template)
    } else {
        call.html(&template)
    }
}

/// Opening the link confirms nothing: scanners of mail open links too.
async fn ask_code(call: Call, Path(id): Path<String>, Query(link): Query<Link>) -> Reply {
    let code: String = link
        .code
        .chars()
        .filter(char::is_ascii_digit)
        .take(6)
        .collect();
    confirm_reply(&call, &id, code_field(&code)).await
}

async fn take_code(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let errors = match contact::confirm(&call.cx, params::id(&id)?, form.text("code")).await {
        Ok(Confirmed::Done { receipt }) => {
            return Ok(call.see(&format!("/contact/envoyee/{receipt}")));
        }
        Ok(Confirmed::Wrong { left }) => {
            let tries = french::count(left.unsigned_abs(), "essai", "essais");
            let mut message = "Ce code n’est pas celui que nous vous avons envoyé : recopiez-le depuis l’e-mail le plus récent.".to_owned();
            if left < CODE_TRIES / 2 {
                message = format!("{message} Encore {tries}, puis le message sera effacé.");
            }
            vec![preau_app::FieldError::new("code", message)]
        }
        Ok(Confirmed::Gone) => Vec::new(),
        Err(Error::Invalid(errors)) => errors,
        Err(other) => return Err(other.into()),
    };
    let form = code_field(form.text("code")).with_errors(&errors);
    confirm_reply(&call, &id, form).await
}

#[derive(Template)]
#[template(path = "citizen/contact_sent.html")]
struct SentPage {
    page: Page,
    number: String,
    subject: String,
    email: String,
    at: String,
    answer_by: String,
}

async fn sent(call: Call, Path(token): Path<String>) -> Reply {
    let receipt = contact::receipt(&call.cx, &token).await?;
    let zone = call.portal.zone();
    let template = SentPage {
        page: call
            .page("Message envoyé", "contact")
            .crumb("Accueil", Some("/"))
            .crumb("Nous contacter", Some("/contact"))
            .crumb("Message envoyé", None),
        number: receipt.number,
        subject: receipt.subject,
        email: receipt.email,
        at: french::instant(receipt.received_at, &zone),
        answer_by: french::day(receipt.due_at.to_zoned(zone).date()),
    };
    call.html(&template)
}
