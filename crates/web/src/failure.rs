//! Refusals and failures, each with one page and a way out.

use std::any::Any;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use preau_app::{Error, Error as AppError};
use preau_store::StoreError;

use crate::{call::Call, page::Page, routes::Area, typography};

/// Why a page was not served.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    /// A use case said no.
    App(Error),
    /// The form's token is too old, or of another session.
    Expired,
    /// More was sent than is accepted.
    TooLarge,
    /// What was sent cannot be read.
    Malformed,
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

/// The gate draws the page: only it knows the commune and the caller.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The same words in the shell of agents and operators.
#[derive(Template)]
#[template(path = "error_staff.html")]
struct StaffErrorPage<'a> {
    page: &'a Page,
    status: u16,
    heading: &'a str,
    text: &'a str,
    actions: &'a [(String, String)],
    reference: &'a Option<String>,
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    page: Page,
    status: u16,
    heading: String,
    text: String,
    actions: Vec<(String, String)>,
    reference: Option<String>,
}

struct Words {
    status: StatusCode,
    heading: &'static str,
    text: String,
    retry_after: Option<i64>,
}

fn words(call: &Call, failure: &Failure) -> Words {
    let say = |status, heading, text: &str| Words {
        status,
        heading,
        text: text.to_owned(),
        retry_after: None,
    };
    match failure {
        Failure::App(Error::NotFound) => say(
            StatusCode::NOT_FOUND,
            "Cette page n’existe pas",
            "L’adresse est peut-être incomplète, ou la page a été retirée. Rien n’est perdu : repartez de l’accueil.",
        ),
        Failure::App(Error::Forbidden(what)) => Words {
            status: StatusCode::FORBIDDEN,
            heading: "Vous n’avez pas ce droit",
            text: format!("Cette page demande le droit « {what} ». Un administrateur de votre collectivité peut vous le donner."),
            retry_after: None,
        },
        Failure::App(Error::LogIn) => say(
            StatusCode::FORBIDDEN,
            "Votre session a pris fin",
            "Reconnectez-vous pour continuer.",
        ),
        Failure::App(Error::Conflict(text)) => {
            say(StatusCode::CONFLICT, "Ce n’est plus possible", text)
        }
        Failure::App(Error::Invalid(errors)) => Words {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            heading: "Un point est à corriger",
            text: errors
                .iter()
                .map(|e| e.message.as_str())
                .collect::<Vec<_>>()
                .join(" "),
            retry_after: None,
        },
        Failure::App(Error::TooMany(until)) => {
            let seconds = (until.as_second() - call.cx.at.as_second()).max(1);
            let wait = if seconds < 90 {
                format!("{seconds} secondes")
            } else {
                format!("{} minutes", (seconds + 59) / 60)
            };
            Words {
                status: StatusCode::TOO_MANY_REQUESTS,
                heading: "Trop d’essais en peu de temps",
                text: format!("Pour protéger les comptes, patientez {wait} avant de recommencer."),
                retry_after: Some(seconds),
            }
        }
        Failure::App(Error::Store(error))
            if error.is_unavailable() || matches!(error, StoreError::TooNew { .. }) =>
        Words {
            status: StatusCode::SERVICE_UNAVAILABLE,
            heading: "Le portail reprend son souffle",
            text: "Votre demande n’a pas été enregistrée. Réessayez dans quelques instants : ce que vous aviez déjà enregistré est conservé.".to_owned(),
            retry_after: Some(30),
        },
        // What is not said here stands in the log: only the host can put the right key back.
        Failure::App(Error::Key(_)) => Words {
            status: StatusCode::SERVICE_UNAVAILABLE,
            heading: "Ces données ne peuvent pas être lues pour le moment",
            text: "Elles sont chiffrées, et la clé qui les ouvre n’est pas disponible. Rien n’est perdu ni modifié : réessayez plus tard, ou écrivez à la mairie.".to_owned(),
            retry_after: Some(300),
        },
        Failure::App(Error::Store(_)) => say(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Une erreur est survenue de notre côté",
            "Votre demande n’a pas été enregistrée. Vous pouvez réessayer ; si cela se répète, écrivez à la mairie.",
        ),
        Failure::Expired => Words {
            // 419 is what frameworks answer to an expired form; no registered status says it.
            status: StatusCode::from_u16(419).unwrap_or(StatusCode::FORBIDDEN),
            heading: "Ce formulaire a expiré",
            text: "La page était ouverte depuis longtemps, ou dans une autre session. Revenez en arrière, rechargez la page et envoyez de nouveau : rien n’a été enregistré.".to_owned(),
            retry_after: None,
        },
        Failure::TooLarge => say(
            StatusCode::PAYLOAD_TOO_LARGE,
            "C’est trop volumineux",
            "Un envoi ne peut pas dépasser 10 Mo. Réduisez la taille du fichier, puis recommencez.",
        ),
        Failure::Malformed => say(
            StatusCode::BAD_REQUEST,
            "Nous n’avons pas pu lire votre envoi",
            "Il s’est peut-être interrompu en route. Revenez en arrière et envoyez-le de nouveau.",
        ),
    }
}

/// Draws the page of a failure.
pub(crate) fn page(call: &Call, failure: Failure) -> Response {
    let said = words(call, &failure);
    let reference = call.cx.request.clone();
    if let Failure::App(Error::Store(error)) = &failure {
        tracing::error!(%error, commune = call.slug, reference, "a page failed");
    }
    if let Failure::App(Error::Key(error)) = &failure {
        tracing::error!(%error, commune = call.slug, reference, "sealed data cannot be read or kept");
    }
    let home = match call.area {
        Area::Citizen => (call.href("/"), "Revenir à l’accueil"),
        Area::Agent => (call.href("/agent"), "Revenir à ma journée"),
        Area::Host => ("/host".to_owned(), "Revenir aux communes"),
    };
    let mut actions = vec![(home.0, home.1.to_owned())];
    if call.area == Area::Citizen && call.cx.commune.is_some() {
        actions.push((call.href("/contact"), "Écrire à la mairie".to_owned()));
    }
    let template = ErrorPage {
        page: call.page(said.heading, ""),
        status: said.status.as_u16(),
        heading: said.heading.to_owned(),
        text: said.text,
        actions,
        reference: reference.filter(|_| said.status.is_server_error()),
    };
    let drawn = if call.area == Area::Citizen {
        template.render()
    } else {
        let staff = StaffErrorPage {
            page: &template.page,
            status: template.status,
            heading: &template.heading,
            text: &template.text,
            actions: &template.actions,
            reference: &template.reference,
        };
        staff.render()
    };
    let html = drawn.unwrap_or_else(|_| said.heading.to_owned());
    let mut response = (said.status, Html(typography::tidy(&html))).into_response();
    if let Some(seconds) = said.retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// A handler that panicked: a defect of ours, with a page like every other failure.
pub(crate) fn of_panic(panic: Box<dyn Any + Send>) -> Response {
    let words = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("panic");
    Failure::from(StoreError::Internal(words.to_owned())).into_response()
}

#[derive(Template)]
#[template(path = "no_commune.html")]
struct NoCommune {
    css: String,
    favicon: String,
}

/// No commune stands at this address.
pub(crate) fn no_commune() -> Response {
    let template = NoCommune {
        css: crate::assets::url("preau.css"),
        favicon: crate::assets::url("favicon.svg"),
    };
    let html = template.render().unwrap_or_default();
    (StatusCode::NOT_FOUND, Html(html)).into_response()
}
