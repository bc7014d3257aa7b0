//! One request: what was said, who asks, what became of the mails, what was done; and what may be done with it.

use askama::Template;
use axum::{extract::Path, response::Response};
use http::StatusCode;
use preau_app::{
    Error, FieldError, attachment,
    decision::{self, AnswerForm, Deed},
    request::{self, Folder},
};
use preau_rules::permission::Right;
use uuid::Uuid;

use crate::{
    agent::request_view::{AnswerFields, Typed, View},
    call::{Call, Reply, render},
    citizen::files,
    page::Page,
    params,
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    let act = Access::Holds(Right::RequestsAnswer);
    routes
        .get(
            "/agent/demandes/{number}",
            Access::Holds(Right::Requests),
            show,
        )
        .get(
            "/agent/demandes/{number}/pieces/{file}",
            Access::Holds(Right::Requests),
            paper,
        )
        .post("/agent/demandes/{number}/reponse", act, answer)
        .post("/agent/demandes/{number}/suivi", act, assign)
        .post("/agent/demandes/{number}/notes", act, note)
        .post("/agent/demandes/{number}/cloture", act, close)
        .post("/agent/demandes/{number}/reouverture", act, reopen)
}

async fn paper(call: Call, Path((number, file)): Path<(String, String)>) -> Reply {
    let opened = attachment::of_request(&call.cx, &number, params::id(&file)?).await?;
    Ok(files::paper(opened))
}

#[derive(Template)]
#[template(path = "agent/request.html")]
struct One {
    page: Page,
    view: View,
    typed: Typed,
    /// Somebody changed the request meanwhile: who and how.
    conflict: Option<String>,
}

fn draw(
    call: &Call,
    folder: &Folder,
    typed: Typed,
    conflict: Option<String>,
    status: StatusCode,
) -> Reply {
    let number = &folder.request.number;
    let template = One {
        page: call
            .page(&format!("{number}, {}", folder.request.subject), "demandes")
            .crumb("Ma journée", Some("/agent"))
            .crumb("Demandes", Some("/agent/demandes"))
            .crumb(number, None),
        view: View::new(call, folder, &typed.answer.verdict),
        typed,
        conflict,
    };
    render(&template, status)
}

async fn show(call: Call, Path(number): Path<String>) -> Reply {
    let folder = request::open(&call.cx, &number).await?;
    draw(&call, &folder, Typed::default(), None, StatusCode::OK)
}

/// After a deed: to the page that shows it. What was refused comes back with what was typed.
async fn done(
    call: &Call,
    number: &str,
    result: Result<(), Error>,
    typed: Typed,
    said: &str,
) -> Reply {
    let (typed, conflict, status) = match result {
        Ok(()) => return Ok(gone(call, number, said)),
        Err(Error::Invalid(errors)) => (
            typed.with_errors(&errors),
            None,
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        Err(Error::Conflict(text)) => (typed, Some(text), StatusCode::CONFLICT),
        Err(other) => return Err(other.into()),
    };
    let folder = request::open(&call.cx, number).await?;
    draw(call, &folder, typed, conflict, status)
}

fn gone(call: &Call, number: &str, said: &str) -> Response {
    call.see_saying(&format!("/agent/demandes/{number}"), "ok", said)
}

fn version(form: &Posted) -> i64 {
    form.text("version").parse().unwrap_or_default()
}

#[derive(Template)]
#[template(path = "agent/request_preview.html")]
struct Preview {
    page: Page,
    action: String,
    number: String,
    to_name: String,
    to_address: String,
    subject: String,
    text: String,
    answer: AnswerFields,
    /// What the request is then.
    state: &'static str,
    version: i64,
}

/// First the mail as it would be sent, then the sending.
async fn answer(Path(number): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let text = |name| form.text(name).to_owned();
    let fields = AnswerForm {
        verdict: text("verdict"),
        reponse: text("reponse"),
        zone: text("zone"),
        zone_texte: text("zone_texte"),
    };
    let typed = Typed::default().answer(&fields);
    let folder = request::open(&call.cx, &number).await?;
    if form.text("etape") == "modifier" {
        return draw(&call, &folder, typed, None, StatusCode::OK);
    }
    let parsed = match fields.parse(&folder.accepted) {
        Ok(parsed) => parsed,
        Err(error) => return done(&call, &number, Err(error), typed, "").await,
    };
    if form.text("etape") == "envoyer" {
        let sent = decision::act(&call.cx, &number, version(&form), Deed::Answer(parsed)).await;
        return done(
            &call,
            &number,
            sent,
            typed,
            "Votre réponse part par e-mail.",
        )
        .await;
    }
    let mail = decision::preview(&call.cx, &folder, &parsed).await?;
    let template = Preview {
        page: call
            .page(&format!("Relire la réponse, {number}"), "demandes")
            .crumb("Ma journée", Some("/agent"))
            .crumb("Demandes", Some("/agent/demandes"))
            .crumb(&number, Some(&format!("/agent/demandes/{number}")))
            .crumb("Relire la réponse", None),
        action: call.href(&format!("/agent/demandes/{number}/reponse")),
        to_name: folder.request.requester_name.clone(),
        to_address: folder.request.requester_email.clone(),
        subject: mail.subject,
        text: mail.text,
        state: parsed.state().label_fr(),
        answer: typed.answer,
        version: version(&form),
        number,
    };
    call.html(&template)
}

async fn assign(Path(number): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let (to, said) = match form.text("agent") {
        "moi" => (
            Ok(Some(call.cx.caller.agent()?.id)),
            "Vous suivez cette demande.",
        ),
        "personne" => (
            Ok(None),
            "Plus personne ne suit cette demande : elle revient à tous.",
        ),
        other => (
            other.parse::<Uuid>().map(Some),
            "La demande a changé de mains.",
        ),
    };
    let result = match to {
        Ok(to) => decision::act(&call.cx, &number, version(&form), Deed::Assign(to)).await,
        Err(_) => Err(Error::field("agent", "Choisissez un agent dans la liste.")),
    };
    done(&call, &number, result, Typed::default(), said).await
}

async fn note(Path(number): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let typed = Typed::default().note(form.text("note"));
    let result = match Deed::note(form.text("note")) {
        Ok(deed) => decision::act(&call.cx, &number, version(&form), deed).await,
        Err(error) => Err(error),
    };
    done(
        &call,
        &number,
        result,
        typed,
        "Note ajoutée. Le demandeur ne la voit pas.",
    )
    .await
}

async fn close(Path(number): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let typed = Typed::default().reason(form.text("motif"));
    let result = match Deed::close(form.text("motif")) {
        Ok(deed) => decision::act(&call.cx, &number, version(&form), deed).await,
        Err(error) => Err(error),
    };
    done(
        &call,
        &number,
        result,
        typed,
        "Demande close sans réponse. Vous pouvez la rouvrir.",
    )
    .await
}

async fn reopen(Path(number): Path<String>, Submitted { call, form }: Submitted) -> Reply {
    let result = decision::act(&call.cx, &number, version(&form), Deed::Reopen).await;
    done(
        &call,
        &number,
        result,
        Typed::default(),
        "Demande rouverte.",
    )
    .await
}

impl Typed {
    /// Puts each message beside its field.
    fn with_errors(self, errors: &[FieldError]) -> Self {
        self.errors(errors)
    }
}
