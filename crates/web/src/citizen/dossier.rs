//! Dossier famille: a card for each member of the family, and all that is known of them, page by page.

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use http::header;
use jiff::Timestamp;
use preau_app::{
    Error,
    dossier::{self, Dossier, Member, Trusted},
};
use preau_rules::{
    dossier::{Field, Kind, Who},
    family::born_and_age,
    french,
};
use uuid::Uuid;

use super::family_space::closed;
use crate::{
    call::{Call, Reply},
    page::Page,
    posted::Submitted,
    routes::{Access, Routes},
};

const HOME: &str = "/espace-famille/dossier";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(HOME, Access::Account, show)
        .get("/espace-famille/dossier/{member}", Access::Account, one)
        .get("/espace-famille/visage/{member}", Access::Account, face)
        .get(
            "/espace-famille/dossier/{member}/photo",
            Access::Account,
            show_photo,
        )
        .post(
            "/espace-famille/dossier/{member}/photo",
            Access::Account,
            put_photo,
        )
        .post(
            "/espace-famille/dossier/{member}/photo/suppression",
            Access::Account,
            remove_photo,
        )
}

/// A word on a card.
struct Tag {
    kind: &'static str,
    text: String,
}

struct Card {
    href: String,
    photo: Option<String>,
    initials: String,
    name: String,
    lines: Vec<String>,
    tags: Vec<Tag>,
}

struct Change {
    at: String,
    words: String,
    by: String,
}

struct FamilyView {
    name: String,
    reference: String,
    guardians: Vec<Card>,
    children: Vec<Card>,
    history: Vec<Change>,
}

#[derive(Template)]
#[template(path = "citizen/dossier.html")]
struct Show {
    page: Page,
    families: Vec<FamilyView>,
}

pub(super) fn path(member: Uuid) -> String {
    format!("{HOME}/{member}")
}

pub(super) fn initials(first_name: &str, last_name: &str) -> String {
    [first_name, last_name]
        .iter()
        .filter_map(|name| name.chars().next())
        .flat_map(char::to_uppercase)
        .collect()
}

/// The address of somebody's small picture; another one after each change, so that browsers may keep it.
pub(super) fn picture(call: &Call, id: Uuid, since: Option<Timestamp>) -> Option<String> {
    let since = since?.as_second();
    Some(call.href(&format!("/espace-famille/visage/{id}?v={since}")))
}

fn card(call: &Call, dossier: &Dossier, member: &Member) -> Card {
    let today = call.cx.at.to_zoned(call.portal.zone()).date();
    let mut lines = Vec::new();
    if let Some(born) = member.born_on {
        lines.push(born_and_age(born, today));
    }
    for key in ["telephone", "email", "niveau", "ecole"] {
        let Some(field) = preau_rules::dossier::field(key) else {
            continue;
        };
        if let Some(value) = member
            .value(field)
            .filter(|_| dossier.policies.of(field).access != preau_rules::dossier::Access::Hidden)
        {
            lines.push(field.kind.shown(value));
        }
    }
    let mut tags = Vec::new();
    let waits = member.waits() as u64;
    if waits > 0 {
        tags.push(Tag {
            kind: "wait",
            text: format!(
                "{} en attente",
                french::count(waits, "changement", "changements")
            ),
        });
    }
    let missing = dossier.missing(member);
    if !missing.is_empty() {
        let count = french::count(missing.len() as u64, "information", "informations");
        tags.push(Tag {
            kind: "warn",
            text: format!("{count} à compléter"),
        });
    }
    Card {
        href: call.href(&path(member.id)),
        photo: picture(call, member.id, member.photo),
        initials: initials(&member.first_name, &member.last_name),
        name: member.name(),
        lines,
        tags,
    }
}

fn view(call: &Call, dossier: &Dossier) -> FamilyView {
    let cards = |who| {
        let members = dossier.members.iter().filter(move |m| m.who == who);
        members.map(|m| card(call, dossier, m)).collect()
    };
    let zone = call.portal.zone();
    let history = dossier.history.iter().map(|event| Change {
        at: french::instant(event.at, &zone),
        words: format!("{}, {}", event.of, event.words),
        by: event.by.clone(),
    });
    FamilyView {
        name: dossier.family.name.clone(),
        reference: dossier.family.reference.clone(),
        guardians: cards(Who::Guardian),
        children: cards(Who::Child),
        history: history.collect(),
    }
}

async fn show(call: Call) -> Reply {
    let dossiers = dossier::mine(&call.cx).await?;
    if dossiers.is_empty() {
        return closed(&call, "Espace famille", "famille", super::family_space::WHY);
    }
    let title = if dossiers.len() == 1 {
        "Ma famille"
    } else {
        "Mes familles"
    };
    let page = call
        .page(title, "famille")
        .crumb("Accueil", Some("/"))
        .crumb("Espace famille", Some("/espace-famille"))
        .crumb(title, None);
    let families = dossiers.iter().map(|d| view(&call, d)).collect();
    call.html(&Show { page, families })
}

struct Line {
    label: &'static str,
    value: Option<String>,
    /// The change that waits, and where its request is.
    waiting: Option<(String, String)>,
    required: bool,
}

struct Part {
    title: &'static str,
    /// Where it is changed, when the family may change something of it.
    edit: Option<String>,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "citizen/dossier_member.html")]
struct One {
    page: Page,
    photo: Option<String>,
    initials: String,
    born: Option<String>,
    photo_href: String,
    parts: Vec<Part>,
}

/// A value as the family with the number `mine` reads it: homes are « chez vous » and the other one.
pub(super) fn shown(field: &Field, value: &str, mine: &str) -> String {
    let custody = (field.kind == Kind::Custody).then(|| super::custody::words(value, mine));
    custody.flatten().unwrap_or_else(|| field.kind.shown(value))
}

/// The shell of a member's pages.
pub(super) fn shell(call: &Call, member: &Member, title: &str, last: Option<&str>) -> Page {
    let page = call
        .page(title, "famille")
        .crumb("Accueil", Some("/"))
        .crumb("Espace famille", Some("/espace-famille"))
        .crumb("Ma famille", Some(HOME));
    match last {
        None => page.crumb(&member.name(), None),
        Some(last) => page
            .crumb(&member.name(), Some(&path(member.id)))
            .crumb(last, None),
    }
}

async fn one(call: Call, Path(id): Path<Uuid>) -> Reply {
    let dossier = dossier::of_member(&call.cx, id).await?;
    let member = dossier.member(id).ok_or(Error::NotFound)?;
    let mine = &dossier.family.reference;
    let parts = preau_rules::dossier::themes(member.who).filter_map(|theme| {
        let fields: Vec<_> = dossier.shown(member.who, theme).collect();
        if fields.is_empty() {
            return None;
        }
        let editable = fields
            .iter()
            .any(|f| dossier.policies.of(f).access.may_change());
        let lines = fields.iter().map(|field| Line {
            label: field.label,
            value: member.value(field).map(|v| shown(field, v, mine)),
            waiting: member.waiting(field).map(|change| {
                let after = change.after.as_deref();
                (
                    after.map_or_else(|| "à effacer".to_owned(), |v| shown(field, v, mine)),
                    call.href(&format!("/espace-citoyen/demandes/{}", change.number)),
                )
            }),
            required: dossier.policies.of(field).required,
        });
        Some(Part {
            title: theme.label_fr(),
            edit: editable.then(|| call.href(&format!("{}/{}", path(id), theme.slug()))),
            lines: lines.collect(),
        })
    });
    let today = call.cx.at.to_zoned(call.portal.zone()).date();
    let template = One {
        page: shell(&call, member, &member.name(), None),
        photo: picture(&call, member.id, member.photo),
        initials: initials(&member.first_name, &member.last_name),
        born: member.born_on.map(|born| born_and_age(born, today)),
        photo_href: call.href(&format!("{}/photo", path(id))),
        parts: parts.collect(),
    };
    call.html(&template)
}

async fn face(call: Call, Path(id): Path<Uuid>) -> Reply {
    let bytes = dossier::face(&call.cx, id).await?;
    Ok(jpeg(bytes))
}

/// A small picture that only this browser keeps.
pub(crate) fn jpeg(bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, "private, max-age=86400"),
    ];
    (headers, bytes).into_response()
}

#[derive(Template)]
#[template(path = "citizen/dossier_photo.html")]
struct PhotoPage {
    page: Page,
    form: crate::forms::Form,
    action: String,
    back: String,
    photo: Option<String>,
    initials: String,
}

/// Whose photo it is: a member of the family, or somebody whom it trusts.
struct Pictured {
    first_name: String,
    initials: String,
    photo: Option<String>,
    /// The page to go back to.
    back: String,
}

fn pictured(call: &Call, dossier: &Dossier, id: Uuid) -> Result<Pictured, Error> {
    if let Some(member) = dossier.member(id) {
        return Ok(Pictured {
            first_name: member.first_name.clone(),
            initials: initials(&member.first_name, &member.last_name),
            photo: picture(call, id, member.photo),
            back: HOME.to_owned(),
        });
    }
    let found = dossier.persons.iter().find(|t| t.person.id == id);
    let Trusted { person, photo } = found.ok_or(Error::NotFound)?;
    Ok(Pictured {
        first_name: person.first_name.clone(),
        initials: initials(&person.first_name, &person.last_name),
        photo: picture(call, id, *photo),
        back: format!("{}/personnes", path(person.child_id)),
    })
}

fn photo_page(call: &Call, of: Pictured, id: Uuid, form: crate::forms::Form) -> PhotoPage {
    let title = format!("Modifier la photo de {}", of.first_name);
    PhotoPage {
        page: call
            .page(&title, "famille")
            .crumb("Accueil", Some("/"))
            .crumb("Espace famille", Some("/espace-famille"))
            .crumb("Ma famille", Some(HOME))
            .crumb("Modifier la photo", None),
        form,
        action: call.href(&format!("{}/photo", path(id))),
        back: call.href(&of.back),
        photo: of.photo,
        initials: of.initials,
    }
}

fn photo_form() -> crate::forms::Form {
    crate::forms::Form::default()
        .required("photo", "Photo")
        .hint("JPEG, PNG ou WebP, 10 Mo au plus. Elle est redimensionnée ; le lieu et la date de la prise de vue sont effacés.")
}

async fn show_photo(call: Call, Path(id): Path<Uuid>) -> Reply {
    let dossier = dossier::of_member(&call.cx, id).await?;
    let of = pictured(&call, &dossier, id)?;
    call.html(&photo_page(&call, of, id, photo_form()))
}

async fn put_photo(Path(id): Path<Uuid>, Submitted { call, form }: Submitted) -> Reply {
    let dossier = dossier::of_member(&call.cx, id).await?;
    let of = pictured(&call, &dossier, id)?;
    let done = match form.file("photo") {
        Some(upload) => dossier::set_photo(&call.cx, id, upload.bytes.clone()).await,
        None => Err(Error::field("photo", "Choisissez une photo.")),
    };
    match done {
        Ok(()) => {
            let said = format!("La photo de {} est enregistrée.", of.first_name);
            Ok(call.see_saying(&of.back, "ok", &said))
        }
        Err(Error::Invalid(errors)) => {
            let form = photo_form().with_errors(&errors);
            call.invalid(&photo_page(&call, of, id, form))
        }
        Err(other) => Err(other.into()),
    }
}

async fn remove_photo(Path(id): Path<Uuid>, Submitted { call, .. }: Submitted) -> Reply {
    let dossier = dossier::of_member(&call.cx, id).await?;
    let of = pictured(&call, &dossier, id)?;
    dossier::remove_photo(&call.cx, id).await?;
    Ok(call.see_saying(&of.back, "ok", "La photo est retirée."))
}
