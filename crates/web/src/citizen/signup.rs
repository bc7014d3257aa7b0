//! « Créer un compte », and the page that waits for its confirmation.

use askama::Template;
use axum::extract::Path;
use http::StatusCode;
use preau_app::{
    Error, FieldError,
    citizen::{
        activation::{self, Confirmed},
        signup::{self, Again, SignUpForm, Waiting},
    },
    legal,
};
use preau_rules::{civility::Civility, french};

use super::session::{too_many, wait};
use crate::{
    call::{Call, Reply, render},
    failure::Failure,
    forms::{Choice, Form},
    page::Page,
    params,
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/compte/creer", Access::Public, show)
        .post("/compte/creer", Access::Public, send)
        .get("/compte/confirmation/{id}", Access::Public, waits)
        .post("/compte/confirmation/{id}", Access::Public, take_code)
        .post(
            "/compte/confirmation/{id}/renvoyer",
            Access::Public,
            send_again,
        )
        .post("/compte/confirmation/{id}/adresse", Access::Public, correct)
}

#[derive(Template)]
#[template(path = "citizen/signup.html")]
struct SignUp {
    page: Page,
    form: Form,
    civilities: Vec<Choice>,
    challenge: String,
    /// Version of the conditions that the page links to.
    version: i64,
}

/// The two civilities, with the one that was chosen.
pub(crate) fn civilities(chosen: &str) -> Vec<Choice> {
    Civility::ALL
        .iter()
        .map(|c| Choice {
            value: c.code().to_owned(),
            label: c.label_fr().to_owned(),
            selected: c.code() == chosen,
        })
        .collect()
}

/// A new password and its repetition, with the rule under the first.
pub(crate) fn new_password(call: &Call, form: Form) -> Form {
    form.required("mot_de_passe", "Mot de passe")
        .new_password(call.portal.passwords.policy())
        .required("confirmation_mot_de_passe", "Confirmation du mot de passe")
}

fn fields(call: &Call) -> Form {
    let form = Form::default()
        .required("civilite", "Civilité")
        .required("nom", "Nom")
        .required("prenom", "Prénom")
        .required("email", "E-mail (identifiant)")
        .hint("L’e-mail de confirmation y arrive, et vous vous connectez avec.");
    new_password(call, form)
        .optional("code_abonne", "Code abonné")
        .hint("Il est sur le courrier de la mairie. Sans lui, créez votre compte quand même : vous le saisirez plus tard dans « Mes abonnements ».")
        .required("conditions", "J’ai lu et j’accepte les Conditions d’utilisation")
}

async fn page(call: &Call, form: Form) -> Result<SignUp, Failure> {
    let mut tx = call.cx.read().await?;
    let version = legal::shown(&call.cx, &mut tx, "conditions").await?.version;
    Ok(SignUp {
        page: call
            .page("Créer un compte", "")
            .crumb("Accueil", Some("/"))
            .crumb("Créer un compte", None),
        civilities: civilities(&form.field("civilite").value),
        form,
        challenge: call.href("/contact/defi"),
        version,
    })
}

async fn show(call: Call) -> Reply {
    if call.cx.caller.account().is_ok() {
        return Ok(call.see("/espace-citoyen"));
    }
    call.html(&page(&call, fields(&call)).await?)
}

fn typed(form: &Posted) -> SignUpForm {
    let text = |name| form.text(name).to_owned();
    SignUpForm {
        civilite: text("civilite"),
        nom: text("nom"),
        prenom: text("prenom"),
        email: text("email"),
        mot_de_passe: text("mot_de_passe"),
        confirmation_mot_de_passe: text("confirmation_mot_de_passe"),
        code_abonne: text("code_abonne"),
        conditions: form.ticked("conditions"),
        version: text("version"),
        altcha: text("altcha"),
        leurre: text("leurre"),
    }
}

async fn send(Submitted { call, form }: Submitted) -> Reply {
    match signup::sign_up(&call.cx, &typed(&form)).await {
        Ok(id) => Ok(call.see(&format!("/compte/confirmation/{id}"))),
        Err(Error::Invalid(errors)) => {
            let filled = fields(&call).filled(&form).with_errors(&errors);
            call.invalid(&page(&call, filled).await?)
        }
        Err(Error::TooMany(until)) => {
            let filled = fields(&call).filled(&form).with_errors(&wait(&call, until));
            too_many(&call, &page(&call, filled).await?, until)
        }
        Err(other) => Err(other.into()),
    }
}

#[derive(Template)]
#[template(path = "citizen/signup_waits.html")]
struct Waits {
    page: Page,
    form: Form,
    action: String,
    /// What waits; absent when it is gone.
    waiting: Option<Letter>,
}

struct Letter {
    email: String,
    until: String,
    over: bool,
    /// « 45 secondes », when it cannot be sent again yet.
    again_in: Option<String>,
}

fn code_form() -> Form {
    Form::default()
        .required("code", "Code à 6 chiffres")
        .required("email", "La bonne adresse")
}

/// Draws the page of a sign-up that waits, or goes where it went.
async fn reply(call: &Call, id: &str, form: Form) -> Reply {
    let waiting = match signup::waiting(&call.cx, params::id(id)?).await? {
        Waiting::Done => return Ok(activated(call)),
        Waiting::Gone => None,
        Waiting::Pending {
            email,
            until,
            again_in,
        } => Some(Letter {
            email,
            over: until <= call.cx.at,
            until: french::instant(until, &call.portal.zone()),
            again_in: (again_in > 0).then(|| french::wait(again_in.unsigned_abs())),
        }),
    };
    let (gone, wrong) = (waiting.is_none(), !form.errors().is_empty());
    let template = Waits {
        page: call
            .page("Confirmez votre inscription", "")
            .crumb("Accueil", Some("/"))
            .crumb("Créer un compte", Some("/compte/creer"))
            .crumb("Confirmer", None),
        form,
        action: call.href(&format!("/compte/confirmation/{id}")),
        waiting,
    };
    match (gone, wrong) {
        (true, _) => render(&template, StatusCode::GONE),
        (_, true) => call.invalid(&template),
        _ => call.html(&template),
    }
}

/// The account is there: log in.
pub(crate) fn activated(call: &Call) -> axum::response::Response {
    call.see_saying(
        "/connexion",
        "ok",
        "Votre inscription est confirmée. Connectez-vous avec votre adresse et votre mot de passe.",
    )
}

async fn waits(call: Call, Path(id): Path<String>) -> Reply {
    reply(&call, &id, code_form()).await
}

async fn take_code(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let errors = match activation::by_code(&call.cx, params::id(&id)?, form.text("code")).await {
        Ok(Confirmed::Done) => return Ok(activated(&call)),
        Ok(Confirmed::Expired { .. }) => vec![FieldError::new(
            "code",
            "Ce code n’est plus valable. Renvoyez l’e-mail.",
        )],
        Ok(Confirmed::Wrong) => vec![wrong_code()],
        Err(Error::Invalid(errors)) => errors,
        Err(other) => return Err(other.into()),
    };
    let mut form_back = code_form();
    form_back.set("code", form.text("code"));
    reply(&call, &id, form_back.with_errors(&errors)).await
}

/// The same words whatever is wrong with a code.
pub(crate) fn wrong_code() -> FieldError {
    FieldError::new(
        "code",
        "Ce code n’est pas celui que nous vous avons envoyé, ou trop de codes ont été essayés. Recopiez-le depuis l’e-mail le plus récent, ou utilisez son lien.",
    )
}

async fn sent(
    call: &Call,
    id: &str,
    form: Form,
    outcome: Result<Again, Error>,
    said: &str,
) -> Reply {
    let path = format!("/compte/confirmation/{id}");
    match outcome {
        Ok(Again::Sent) => Ok(call.see_saying(&path, "ok", said)),
        Ok(Again::TooLate) => Ok(call.see(&path)),
        Err(Error::Invalid(errors)) => reply(call, id, form.with_errors(&errors)).await,
        Err(Error::TooMany(until)) => reply(call, id, form.with_errors(&wait(call, until))).await,
        Err(other) => Err(other.into()),
    }
}

async fn send_again(Path(id): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    let outcome = signup::send_again(&call.cx, params::id(&id)?).await;
    sent(&call, &id, code_form(), outcome, "L’e-mail est reparti.").await
}

async fn correct(Path(id): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let email = form.text("email");
    let outcome = signup::correct_address(&call.cx, params::id(&id)?, email).await;
    let mut back = code_form();
    back.set("email", email);
    sent(
        &call,
        &id,
        back,
        outcome,
        "L’adresse est corrigée, l’e-mail y est parti.",
    )
    .await
}
