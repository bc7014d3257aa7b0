//! Mon compte: civil identity, password, address, sessions, deletion.

use askama::Template;
use axum::extract::Path;
use preau_app::{
    Error, FieldError,
    citizen::{
        self,
        email::{self, Change, Confirmed},
        erase, identity, password, session,
    },
};
use preau_rules::french;

use super::signup::{civilities, new_password};
use crate::{
    call::{Call, Reply},
    failure::Failure,
    forms::{Choice, Form},
    page::Page,
    params::{self, Asked, asked},
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/mon-compte", Access::Account, show)
        .post("/mon-compte/identite", Access::Account, rename)
        .post("/mon-compte/mot-de-passe", Access::Account, change_password)
        .post("/mon-compte/email", Access::Account, ask_email)
        .get("/mon-compte/adresse", Access::Public, show_email)
        .post("/mon-compte/adresse", Access::Public, confirm_email)
        .post("/mon-compte/sessions", Access::Account, end_others)
        .post("/mon-compte/sessions/{id}", Access::Account, end_one)
        .get("/mon-compte/suppression", Access::Account, show_erase)
        .post("/mon-compte/suppression", Access::Account, do_erase)
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
#[template(path = "citizen/my_account.html")]
struct MyAccount {
    page: Page,
    email: String,
    /// The address that waits for its two confirmations.
    pending: Option<String>,
    civilities: Vec<Choice>,
    identity: Form,
    password: Form,
    address: Form,
    sessions: Vec<SessionLine>,
}

/// Which of the page's forms came back.
enum Part<'a> {
    None,
    Identity(&'a Posted),
    Password,
    Email(&'a Posted),
}

fn identity_form() -> Form {
    Form::default()
        .required("civilite", "Civilité")
        .required("nom", "Nom")
        .required("prenom", "Prénom")
}

fn shell(call: &Call) -> Page {
    call.page("Mon compte", "citoyen")
        .crumb("Accueil", Some("/"))
        .crumb("Mon espace citoyen", Some("/espace-citoyen"))
        .crumb("Mon compte", None)
}

async fn template(
    call: &Call,
    part: Part<'_>,
    errors: &[FieldError],
) -> Result<MyAccount, Failure> {
    let me = citizen::me(&call.cx).await?;
    let mut identity = identity_form();
    identity.set("civilite", &me.civility);
    identity.set("nom", &me.last_name);
    identity.set("prenom", &me.first_name);
    let current = Form::default().required("mot_de_passe_actuel", "Mot de passe actuel");
    let mut password = new_password(call, current);
    let mut address = Form::default()
        .required("email", "Nouvelle adresse e-mail")
        .required("mot_de_passe_adresse", "Mot de passe actuel");
    match part {
        Part::None => {}
        Part::Identity(posted) => identity = identity.filled(posted).with_errors(errors),
        Part::Password => password = password.with_errors(errors),
        Part::Email(posted) => address = address.filled(posted).with_errors(errors),
    }
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
    Ok(MyAccount {
        page: shell(call),
        email: me.email,
        pending: email::pending(&call.cx).await?,
        civilities: civilities(&identity.field("civilite").value),
        identity,
        password,
        address,
        sessions: sessions.collect(),
    })
}

async fn show(call: Call) -> Reply {
    call.html(&template(&call, Part::None, &[]).await?)
}

#[expect(clippy::unnecessary_wraps, reason = "every handler ends with a Reply")]
fn done(call: &Call, text: &str) -> Reply {
    Ok(call.see_saying("/mon-compte", "ok", text))
}

async fn refused(call: &Call, part: Part<'_>, error: Error) -> Reply {
    match error {
        Error::Invalid(errors) => call.invalid(&template(call, part, &errors).await?),
        other => Err(other.into()),
    }
}

async fn rename(Submitted { call, form }: Submitted) -> Reply {
    let (first, last) = (form.text("prenom"), form.text("nom"));
    match identity::rename(&call.cx, form.text("civilite"), first, last).await {
        Ok(()) => done(&call, "Votre identité est enregistrée."),
        Err(error) => refused(&call, Part::Identity(&form), error).await,
    }
}

async fn change_password(Submitted { call, form }: Submitted) -> Reply {
    let (new, again) = (
        form.text("mot_de_passe"),
        form.text("confirmation_mot_de_passe"),
    );
    match password::change(&call.cx, form.text("mot_de_passe_actuel"), new, again).await {
        Ok(()) => done(
            &call,
            "Votre mot de passe est changé. Vos autres appareils sont déconnectés.",
        ),
        Err(error) => refused(&call, Part::Password, error).await,
    }
}

async fn ask_email(Submitted { call, form }: Submitted) -> Reply {
    match email::ask(
        &call.cx,
        form.text("email"),
        form.text("mot_de_passe_adresse"),
    )
    .await
    {
        Ok(()) => done(
            &call,
            "Nous avons écrit à l’ancienne adresse et à la nouvelle. Le changement a lieu quand il est confirmé depuis les deux.",
        ),
        Err(error) => refused(&call, Part::Email(&form), error).await,
    }
}

async fn end_one(Path(id): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    session::revoke(&call.cx, params::id(&id)?).await?;
    done(&call, "Cette session est fermée.")
}

async fn end_others(Submitted { call, .. }: Submitted) -> Reply {
    session::revoke_others(&call.cx).await?;
    done(&call, "Toutes vos autres sessions sont fermées.")
}

#[derive(Template)]
#[template(path = "citizen/email_change.html")]
struct EmailChange {
    page: Page,
    token: String,
    /// Absent when the link works no more.
    change: Option<Change>,
}

fn email_page(call: &Call, token: &str, change: Option<Change>) -> Reply {
    call.html(&EmailChange {
        page: call
            .page("Changer d’adresse", "")
            .crumb("Accueil", Some("/"))
            .crumb("Changer d’adresse", None),
        token: token.to_owned(),
        change,
    })
}

async fn show_email(call: Call, asked_for: Asked) -> Reply {
    let token = asked(&asked_for, "id").unwrap_or_default();
    let change = email::behind_link(&call.cx, token).await?;
    email_page(&call, token, change)
}

async fn confirm_email(Submitted { call, form }: Submitted) -> Reply {
    let home = if call.cx.caller.account().is_ok() {
        "/mon-compte"
    } else {
        "/connexion"
    };
    match email::confirm(&call.cx, form.text("id")).await? {
        Confirmed::Changed => Ok(call.see_saying(
            home,
            "ok",
            "L’adresse de votre compte est changée. Connectez-vous désormais avec la nouvelle.",
        )),
        Confirmed::OneMore => Ok(call.see_saying(
            home,
            "info",
            "C’est confirmé depuis cette adresse. Confirmez aussi depuis l’autre.",
        )),
        Confirmed::Gone => email_page(&call, "", None),
    }
}

#[derive(Template)]
#[template(path = "citizen/erase.html")]
struct Erase {
    page: Page,
    form: Form,
}

fn erase_page(call: &Call, form: Form) -> Erase {
    Erase {
        page: call
            .page("Supprimer mon compte", "citoyen")
            .crumb("Accueil", Some("/"))
            .crumb("Mon compte", Some("/mon-compte"))
            .crumb("Supprimer mon compte", None),
        form,
    }
}

fn erase_form() -> Form {
    Form::default()
        .required("mot_de_passe_suppression", "Mot de passe actuel")
        .required(
            "certain",
            "Je veux supprimer mon compte. Je sais que c’est définitif.",
        )
}

async fn show_erase(call: Call) -> Reply {
    call.html(&erase_page(&call, erase_form()))
}

async fn do_erase(Submitted { call, form }: Submitted) -> Reply {
    let password = form.text("mot_de_passe_suppression");
    match erase::erase(&call.cx, form.ticked("certain"), password).await {
        Ok(()) => {
            let mut response = call.see_saying(
                "/",
                "ok",
                "Votre compte est supprimé. Un e-mail vous le confirme.",
            );
            call.put_session(&mut response, None);
            Ok(response)
        }
        Err(Error::Invalid(errors)) => call.invalid(&erase_page(
            &call,
            erase_form().filled(&form).with_errors(&errors),
        )),
        Err(other) => Err(other.into()),
    }
}
