//! Who may fetch a child, and whom to call: one person a form.

use askama::Template;
use axum::extract::Path;
use http::StatusCode;
use preau_app::{
    Error, FieldError,
    dossier::{self, Dossier, MOST_PERSONS, Member, PersonForm, Trusted},
};
use preau_rules::{
    dossier::{Access as Policy, Theme, field},
    phone::Phone,
};
use uuid::Uuid;

use super::dossier::{path, picture, shell};
use crate::{
    call::{Call, Reply, render},
    forms::Form,
    page::Page,
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    const ALL: &str = "/espace-famille/dossier/{member}/personnes";
    const NEW: &str = "/espace-famille/dossier/{member}/personnes/nouvelle";
    const ONE: &str = "/espace-famille/dossier/{member}/personnes/{person}";
    routes
        .get(ALL, Access::Account, list)
        .get(NEW, Access::Account, blank)
        .post(NEW, Access::Account, add)
        .get(ONE, Access::Account, edit)
        .post(ONE, Access::Account, change)
        .post(
            "/espace-famille/dossier/{member}/personnes/{person}/suppression",
            Access::Account,
            remove,
        )
}

fn home(child: Uuid) -> String {
    format!("{}/{}", path(child), Theme::Persons.slug())
}

struct Card {
    name: String,
    link: String,
    phone: String,
    phone_href: String,
    tags: Vec<&'static str>,
    photo: Option<String>,
    initials: String,
    href: String,
    photo_href: String,
}

#[derive(Template)]
#[template(path = "citizen/dossier_persons.html")]
struct List {
    page: Page,
    first_name: String,
    persons: Vec<Card>,
    /// Where one is added, when the family may.
    add: Option<String>,
    full: bool,
    most: usize,
}

fn card(call: &Call, trusted: &Trusted) -> Card {
    let person = &trusted.person;
    let phone = Phone::parse(&person.phone);
    let mut tags = Vec::new();
    if person.may_fetch {
        tags.push("peut venir chercher");
    }
    if person.to_call {
        tags.push("à prévenir");
    }
    Card {
        name: format!("{} {}", person.first_name, person.last_name),
        link: person.link.clone(),
        phone: phone.map_or_else(|_| person.phone.clone(), |p| p.display()),
        phone_href: format!("tel:{}", person.phone),
        tags,
        photo: picture(call, person.id, trusted.photo),
        initials: super::dossier::initials(&person.first_name, &person.last_name),
        href: call.href(&format!("{}/{}", home(person.child_id), person.id)),
        photo_href: call.href(&format!("{}/photo", path(person.id))),
    }
}

/// A child's file, and what the family may do with the persons in it.
async fn child(call: &Call, id: Uuid) -> Result<(Dossier, Policy), Error> {
    let dossier = dossier::of_member(&call.cx, id).await?;
    let known = field(dossier::PERSONS).ok_or(Error::NotFound)?;
    let access = dossier.policies.of(known).access;
    let here = dossier.member(id).is_some_and(|m| m.who == known.who);
    if here && access != Policy::Hidden {
        Ok((dossier, access))
    } else {
        Err(Error::NotFound)
    }
}

async fn list(call: Call, Path(id): Path<Uuid>) -> Reply {
    let (dossier, access) = child(&call, id).await?;
    let member = dossier.member(id).ok_or(Error::NotFound)?;
    let persons: Vec<_> = dossier.trusted(id).map(|t| card(&call, t)).collect();
    let add = || call.href(&format!("{}/nouvelle", home(id)));
    let title = format!("Personnes de confiance de {}", member.first_name);
    let full = persons.len() >= MOST_PERSONS;
    call.html(&List {
        page: shell(&call, member, &title, Some(Theme::Persons.label_fr())),
        first_name: member.first_name.clone(),
        add: (access.may_change() && !full).then(add),
        full,
        most: MOST_PERSONS,
        persons,
    })
}

#[derive(Template)]
#[template(path = "citizen/dossier_person.html")]
struct One {
    page: Page,
    form: Form,
    action: String,
    back: String,
    first_name: String,
    /// Where the person is taken off.
    remove: Option<String>,
}

fn blank_form() -> Form {
    Form::default()
        .required("prenom", "Prénom")
        .required("nom", "Nom")
        .required("lien", "Lien avec l’enfant")
        .hint("Grand-mère, voisin, assistante maternelle…")
        .required("telephone", "Téléphone")
        .optional("vient_chercher", "Peut venir chercher l’enfant")
        .hint("Une pièce d’identité peut être demandée.")
        .optional(
            "a_prevenir",
            "À prévenir si les responsables ne répondent pas",
        )
}

fn kept(trusted: &Trusted) -> Form {
    let person = &trusted.person;
    let phone = Phone::parse(&person.phone).map_or_else(|_| person.phone.clone(), |p| p.display());
    let mut form = blank_form();
    form.set("prenom", &person.first_name);
    form.set("nom", &person.last_name);
    form.set("lien", &person.link);
    form.set("telephone", &phone);
    form.set("vient_chercher", if person.may_fetch { "1" } else { "" });
    form.set("a_prevenir", if person.to_call { "1" } else { "" });
    form
}

fn draw(
    call: &Call,
    member: &Member,
    person: Option<&Trusted>,
    form: Form,
    status: StatusCode,
) -> Reply {
    let title = match person {
        None => format!("Ajouter une personne pour {}", member.first_name),
        Some(t) => format!("{} {}", t.person.first_name, t.person.last_name),
    };
    let own = person.map(|t| format!("{}/{}", home(member.id), t.person.id));
    let action = own
        .clone()
        .unwrap_or_else(|| format!("{}/nouvelle", home(member.id)));
    let template = One {
        page: shell(call, member, &title, Some(&title)),
        form,
        action: call.href(&action),
        back: call.href(&home(member.id)),
        first_name: member.first_name.clone(),
        remove: own.map(|own| call.href(&format!("{own}/suppression"))),
    };
    render(&template, status)
}

async fn blank(call: Call, Path(id): Path<Uuid>) -> Reply {
    let (dossier, _) = changeable(&call, id).await?;
    let member = dossier.member(id).ok_or(Error::NotFound)?;
    draw(&call, member, None, blank_form(), StatusCode::OK)
}

async fn changeable(call: &Call, id: Uuid) -> Result<(Dossier, Policy), Error> {
    let (dossier, access) = child(call, id).await?;
    if access.may_change() {
        Ok((dossier, access))
    } else {
        Err(Error::NotFound)
    }
}

fn read(form: &Posted) -> PersonForm {
    PersonForm {
        prenom: form.text("prenom").to_owned(),
        nom: form.text("nom").to_owned(),
        lien: form.text("lien").to_owned(),
        telephone: form.text("telephone").to_owned(),
        vient_chercher: form.ticked("vient_chercher"),
        a_prevenir: form.ticked("a_prevenir"),
    }
}

/// The form comes back with what was typed.
fn again(
    call: &Call,
    dossier: &Dossier,
    (child, person): (Uuid, Option<Uuid>),
    form: &Posted,
    errors: &[FieldError],
) -> Reply {
    let member = dossier.member(child).ok_or(Error::NotFound)?;
    let trusted = person.and_then(|id| dossier.trusted(child).find(|t| t.person.id == id));
    let form = blank_form().filled(form).with_errors(errors);
    draw(
        call,
        member,
        trusted,
        form,
        StatusCode::UNPROCESSABLE_ENTITY,
    )
}

async fn add(Path(id): Path<Uuid>, Submitted { call, form }: Submitted) -> Reply {
    let (dossier, _) = changeable(&call, id).await?;
    match dossier::add_person(&call.cx, id, &read(&form)).await {
        Ok(()) => Ok(call.see_saying(&home(id), "ok", "La personne est ajoutée.")),
        Err(Error::Invalid(errors)) => again(&call, &dossier, (id, None), &form, &errors),
        Err(other) => Err(other.into()),
    }
}

async fn edit(call: Call, Path((id, person)): Path<(Uuid, Uuid)>) -> Reply {
    let (dossier, _) = changeable(&call, id).await?;
    let member = dossier.member(id).ok_or(Error::NotFound)?;
    let found = dossier.trusted(id).find(|t| t.person.id == person);
    let found = found.ok_or(Error::NotFound)?;
    draw(&call, member, Some(found), kept(found), StatusCode::OK)
}

async fn change(
    Path((id, person)): Path<(Uuid, Uuid)>,
    Submitted { call, form }: Submitted,
) -> Reply {
    let (dossier, _) = changeable(&call, id).await?;
    match dossier::change_person(&call.cx, id, person, &read(&form)).await {
        Ok(()) => Ok(call.see_saying(&home(id), "ok", "C’est enregistré.")),
        Err(Error::Invalid(errors)) => again(&call, &dossier, (id, Some(person)), &form, &errors),
        Err(other) => Err(other.into()),
    }
}

async fn remove(
    Path((id, person)): Path<(Uuid, Uuid)>,
    Submitted { call, .. }: Submitted,
) -> Reply {
    dossier::remove_person(&call.cx, id, person).await?;
    Ok(call.see_saying(
        &home(id),
        "ok",
        "La personne est retirée : elle ne peut plus venir chercher l’enfant.",
    ))
}
