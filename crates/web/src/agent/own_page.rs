//! An agent's (or operator's) own account: name, password, code application, recovery codes, sessions.

use askama::Template;
use axum::{extract::Path, response::Response};
use preau_app::{Error, FieldError, own_page, session, totp::Offer};
use preau_rules::french;

use super::{
    invitation::new_password,
    second_factor::{Shown, code_field},
};
use crate::{
    call::{Call, Reply},
    failure::Failure,
    forms::Form,
    page::Page,
    params,
    posted::Submitted,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/agent/mon-compte", Access::LoggedIn, show)
        .post("/agent/mon-compte/nom", Access::LoggedIn, rename)
        .post(
            "/agent/mon-compte/mot-de-passe",
            Access::LoggedIn,
            change_password,
        )
        .get(
            "/agent/mon-compte/application",
            Access::LoggedIn,
            show_application,
        )
        .post("/agent/mon-compte/application", Access::LoggedIn, renew)
        .post("/agent/mon-compte/codes", Access::LoggedIn, make_codes)
        .post("/agent/mon-compte/sessions", Access::LoggedIn, end_others)
        .post("/agent/mon-compte/sessions/{id}", Access::LoggedIn, end_one)
}

pub(crate) fn host_routes(routes: Routes) -> Routes {
    routes
        .get("/mon-compte", Access::LoggedIn, show)
        .post("/mon-compte/nom", Access::LoggedIn, rename)
        .post(
            "/mon-compte/mot-de-passe",
            Access::LoggedIn,
            change_password,
        )
        .get(
            "/mon-compte/application",
            Access::LoggedIn,
            show_application,
        )
        .post("/mon-compte/application", Access::LoggedIn, renew)
        .post("/mon-compte/codes", Access::LoggedIn, make_codes)
        .post("/mon-compte/sessions", Access::LoggedIn, end_others)
        .post("/mon-compte/sessions/{id}", Access::LoggedIn, end_one)
}

struct SessionLine {
    id: String,
    device: String,
    address: String,
    opened: String,
    seen: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "agent/own_page.html")]
struct OwnPage {
    page: Page,
    email: String,
    roles: Vec<String>,
    codes_left: i64,
    sessions: Vec<SessionLine>,
    name: Form,
    password: Form,
    codes: Form,
}

#[derive(Template)]
#[template(path = "agent/application.html")]
struct Application {
    page: Page,
    form: Form,
    offer: Offer,
}

/// Which of the page's forms came back.
enum Part {
    None,
    Name(String, String),
    Password,
    Codes,
}

fn current(form: Form) -> Form {
    form.required("mot_de_passe_actuel", "Mot de passe actuel")
}

async fn template(call: &Call, part: Part, errors: &[FieldError]) -> Result<OwnPage, Failure> {
    let me = own_page::me(&call.cx).await?;
    let (mut first, mut last) = (me.agent.first_name, me.agent.last_name);
    let (mut of_name, mut of_password, mut of_codes) =
        ([].as_slice(), [].as_slice(), [].as_slice());
    match part {
        Part::None => {}
        Part::Name(typed_first, typed_last) => {
            (first, last, of_name) = (typed_first, typed_last, errors);
        }
        Part::Password => of_password = errors,
        Part::Codes => of_codes = errors,
    }
    let name = Form::default().required("prenom", "Prénom").value(first);
    let zone = call.portal.zone();
    let sessions = session::mine(&call.cx)
        .await?
        .into_iter()
        .map(|s| SessionLine {
            id: s.id.to_string(),
            device: s.device,
            address: s.address,
            opened: french::instant_digits(s.created_at, &zone),
            seen: french::ago(s.seen_at, call.cx.at),
            current: s.current,
        });
    Ok(OwnPage {
        page: call.page("Mon compte", "compte").crumb("Mon compte", None),
        email: me.agent.email,
        roles: me.roles,
        codes_left: me.codes_left,
        sessions: sessions.collect(),
        name: name.required("nom", "Nom").value(last).with_errors(of_name),
        password: new_password(current(Form::default())).with_errors(of_password),
        codes: Form::default()
            .required("mot_de_passe_actuel_codes", "Mot de passe actuel")
            .with_errors(of_codes),
    })
}

async fn show(call: Call) -> Reply {
    call.html(&template(&call, Part::None, &[]).await?)
}

fn done(call: &Call, text: &str) -> Response {
    call.see_saying(&format!("{}/mon-compte", call.root()), "ok", text)
}

async fn refused(call: &Call, part: Part, error: Error) -> Reply {
    match error {
        Error::Invalid(errors) => call.invalid(&template(call, part, &errors).await?),
        other => Err(other.into()),
    }
}

async fn rename(Submitted { call, form }: Submitted) -> Reply {
    let (first, last) = (form.text("prenom"), form.text("nom"));
    match own_page::rename(&call.cx, first, last).await {
        Ok(()) => Ok(done(&call, "Votre nom est enregistré.")),
        Err(error) => refused(&call, Part::Name(first.to_owned(), last.to_owned()), error).await,
    }
}

async fn change_password(Submitted { call, form }: Submitted) -> Reply {
    let text = |name| form.text(name);
    let (new, again) = (text("mot_de_passe"), text("confirmation_mot_de_passe"));
    match own_page::change_password(&call.cx, text("mot_de_passe_actuel"), new, again).await {
        Ok(()) => Ok(done(
            &call,
            "Votre mot de passe est changé. Vos autres sessions sont fermées.",
        )),
        Err(error) => refused(&call, Part::Password, error).await,
    }
}

async fn make_codes(Submitted { call, form }: Submitted) -> Reply {
    match own_page::make_codes(&call.cx, form.text("mot_de_passe_actuel_codes")).await {
        Ok(codes) => show_codes(&call, codes),
        Err(Error::Invalid(errors)) => {
            let errors: Vec<FieldError> = errors
                .into_iter()
                .map(|e| FieldError::new("mot_de_passe_actuel_codes", e.message))
                .collect();
            refused(&call, Part::Codes, Error::Invalid(errors)).await
        }
        Err(error) => Err(error.into()),
    }
}

fn show_codes(call: &Call, codes: Vec<String>) -> Reply {
    call.html(&Shown {
        page: call.page("Vos codes de secours", "compte"),
        codes,
        next: format!("{}/mon-compte", call.area_base()),
    })
}

async fn application(call: &Call, form: Form) -> Result<Application, Failure> {
    let token = call.token.as_deref().unwrap_or_default();
    let account = format!("{}/mon-compte", call.root());
    Ok(Application {
        page: call
            .page("Changer d’application", "compte")
            .crumb("Mon compte", Some(&account))
            .crumb("Changer d’application", None),
        form,
        offer: own_page::offer(&call.cx, token).await?,
    })
}

fn application_form() -> Form {
    code_field(current(Form::default()))
}

async fn show_application(call: Call) -> Reply {
    call.html(&application(&call, application_form()).await?)
}

async fn renew(Submitted { call, form }: Submitted) -> Reply {
    let token = call.token.clone().unwrap_or_default();
    let (password, code) = (form.text("mot_de_passe_actuel"), form.text("code"));
    match own_page::renew(&call.cx, &token, password, code).await {
        Ok(codes) => show_codes(&call, codes),
        Err(Error::Invalid(errors)) => {
            let form = application_form().with_errors(&errors);
            call.invalid(&application(&call, form).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn end_one(Path(id): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    session::revoke(&call.cx, params::id(&id)?).await?;
    Ok(done(&call, "Cette session est fermée."))
}

async fn end_others(Submitted { call, .. }: Submitted) -> Reply {
    session::revoke_others(&call.cx).await?;
    Ok(done(&call, "Toutes vos autres sessions sont fermées."))
}
