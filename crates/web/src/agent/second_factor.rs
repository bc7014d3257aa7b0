//! The second step of the log-in: a code of the application, a recovery code, or the set-up of the application.

use askama::Template;
use axum::response::Response;
use preau_app::{
    Error, FieldError,
    login::{self, Halfway, Opened},
    session::{Browser, Known},
    totp::Offer,
};

use super::login::{arrived, browser, home, step};
use crate::{
    call::{Call, Reply},
    failure::Failure,
    forms::Form,
    page::Page,
    params::{Asked, asked},
    posted::Submitted,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/agent/connexion/code", Access::Halfway, show)
        .post("/agent/connexion/code", Access::Halfway, submit)
        .post("/agent/connexion/secours", Access::Halfway, recover)
        .get("/agent/connexion/installer", Access::Halfway, show_set_up)
        .post("/agent/connexion/installer", Access::Halfway, set_up)
}

pub(crate) fn host_routes(routes: Routes) -> Routes {
    routes
        .get("/connexion/code", Access::Halfway, show)
        .post("/connexion/code", Access::Halfway, submit)
        .post("/connexion/secours", Access::Halfway, recover)
        .get("/connexion/installer", Access::Halfway, show_set_up)
        .post("/connexion/installer", Access::Halfway, set_up)
}

#[derive(Template)]
#[template(path = "agent/second_factor.html")]
struct Code {
    page: Page,
    form: Form,
    back: String,
    /// The recovery code is being typed: its part of the page is open.
    recovering: bool,
}

#[derive(Template)]
#[template(path = "agent/set_up.html")]
struct SetUp {
    page: Page,
    form: Form,
    offer: Offer,
    back: String,
}

/// The recovery codes, shown once.
#[derive(Template)]
#[template(path = "agent/codes.html")]
pub(crate) struct Shown {
    pub(crate) page: Page,
    pub(crate) codes: Vec<String>,
    pub(crate) next: String,
}

/// The field of a code of six figures.
pub(crate) fn code_field(form: Form) -> Form {
    form.required("code", "Code à 6 chiffres")
}

fn half(call: &Call) -> Result<Halfway, Failure> {
    match call.known {
        Known::Halfway { agent, session } => Ok(Halfway { agent, session }),
        _ => Err(Error::LogIn.into()),
    }
}

fn form() -> Form {
    code_field(Form::default())
        .hint("Celui que votre application affiche en ce moment. Il change toutes les 30 secondes.")
        .required("secours", "Code de secours")
        .hint("L’un de ceux que vous avez gardés, par exemple ABCD-EFGH-JKMN. Chacun ne sert qu’une fois.")
}

fn template(call: &Call, form: Form, back: &str) -> Code {
    Code {
        page: call.page("Confirmer que c’est vous", ""),
        recovering: form.field("secours").error.is_some(),
        form,
        back: back.to_owned(),
    }
}

async fn show(call: Call, asked_for: Asked) -> Reply {
    let back = asked(&asked_for, "retour").unwrap_or_default();
    if !login::is_set_up(&call.cx, half(&call)?).await? {
        return Ok(step(&call, "/connexion/installer", back));
    }
    call.html(&template(&call, form(), back))
}

fn welcome(call: &Call, browser: &Browser, opened: &Opened, mut response: Response) -> Response {
    arrived(call, browser, &opened.token, &mut response);
    response
}

async fn submit(Submitted { call, form: posted }: Submitted) -> Reply {
    let browser = browser(&call);
    let back = posted.text("retour");
    match login::with_code(&call.cx, half(&call)?, posted.text("code"), &browser).await {
        Ok(opened) => Ok(welcome(
            &call,
            &browser,
            &opened,
            call.see(&home(&call, back)),
        )),
        Err(Error::Invalid(errors)) => refused(&call, &errors, back),
        Err(error) => Err(error.into()),
    }
}

/// A code that was wrong is not written back: the next one is another.
fn refused(call: &Call, errors: &[FieldError], back: &str) -> Reply {
    call.invalid(&template(call, form().with_errors(errors), back))
}

async fn recover(Submitted { call, form: posted }: Submitted) -> Reply {
    let browser = browser(&call);
    let back = posted.text("retour");
    match login::with_recovery_code(&call.cx, half(&call)?, posted.text("secours"), &browser).await
    {
        Ok(opened) => {
            let left = preau_rules::french::count(
                u64::try_from(opened.codes_left).unwrap_or_default(),
                "code de secours",
                "codes de secours",
            );
            let text = format!("Il vous reste {left}. Vous pouvez en refaire dans « Mon compte ».");
            let response = call.see_saying(&home(&call, back), "info", &text);
            Ok(welcome(&call, &browser, &opened, response))
        }
        Err(Error::Invalid(errors)) => refused(&call, &errors, back),
        Err(error) => Err(error.into()),
    }
}

async fn set_up_page(call: &Call, form: Form, back: &str) -> Result<SetUp, Failure> {
    let token = call.token.as_deref().unwrap_or_default();
    Ok(SetUp {
        page: call.page("Protéger votre accès", ""),
        form,
        offer: login::offer(&call.cx, half(call)?, token).await?,
        back: back.to_owned(),
    })
}

async fn show_set_up(call: Call, asked_for: Asked) -> Reply {
    let back = asked(&asked_for, "retour").unwrap_or_default();
    if login::is_set_up(&call.cx, half(&call)?).await? {
        return Ok(step(&call, "/connexion/code", back));
    }
    call.html(&set_up_page(&call, code_field(Form::default()), back).await?)
}

async fn set_up(Submitted { call, form: posted }: Submitted) -> Reply {
    let browser = browser(&call);
    let back = posted.text("retour");
    let token = call.token.clone().unwrap_or_default();
    match login::set_up(
        &call.cx,
        half(&call)?,
        &token,
        posted.text("code"),
        &browser,
    )
    .await
    {
        Ok((opened, codes)) => {
            let page = Shown {
                page: call.page("Vos codes de secours", ""),
                codes,
                next: call.href(&home(&call, back)),
            };
            Ok(welcome(&call, &browser, &opened, call.html(&page)?))
        }
        Err(Error::Invalid(errors)) => {
            let form = code_field(Form::default()).with_errors(&errors);
            call.invalid(&set_up_page(&call, form, back).await?)
        }
        Err(error) => Err(error.into()),
    }
}
