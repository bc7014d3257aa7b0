//! Responsables and children of a family: added, changed, put into a second family, taken out.

use askama::Template;
use axum::extract::Path;
use preau_app::{
    Error, FieldError,
    family::{self, Child, ChildForm, Guardian, GuardianForm, Whole},
};
use preau_rules::permission::Right;
use uuid::Uuid;

use crate::{
    agent::{families, family::path},
    call::{Call, Reply},
    failure::Failure,
    forms::{Choice, Form},
    page::Page,
    params,
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

const ACCESS: Access = Access::Holds(Right::Families);

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/agent/familles/{id}/{kind}/{member}", ACCESS, show)
        .post("/agent/familles/{id}/{kind}/{member}", ACCESS, save)
        .post(
            "/agent/familles/{id}/{kind}/{member}/autre-famille",
            ACCESS,
            share,
        )
        .post("/agent/familles/{id}/{kind}/{member}/retrait", ACCESS, take)
}

/// Whose page it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Guardian,
    Child,
}

/// What the address names: which family, which kind, and which member, unless it is a new one.
struct Target {
    family: Uuid,
    kind: Kind,
    member: Option<Uuid>,
}

impl Target {
    fn read((family, kind, member): &(String, String, String)) -> Result<Self, Failure> {
        let kind = match kind.as_str() {
            "responsables" => Kind::Guardian,
            "enfants" => Kind::Child,
            _ => return Err(Error::NotFound.into()),
        };
        let member = match member.as_str() {
            "nouveau" => None,
            id => Some(params::id(id)?),
        };
        Ok(Self {
            family: params::id(family)?,
            kind,
            member,
        })
    }

    fn member(&self) -> Result<Uuid, Failure> {
        self.member.ok_or_else(|| Error::NotFound.into())
    }
}

type Segments = Path<(String, String, String)>;

#[derive(Template)]
#[template(path = "agent/family_member.html")]
struct Member {
    page: Page,
    child: bool,
    form: Form,
    civilities: Vec<Choice>,
    sexes: Vec<Choice>,
    /// Address of this page, for somebody who is there.
    here: Option<String>,
    back: String,
    others: Vec<String>,
    share: Form,
}

fn choices(pairs: &[(&str, &str)], chosen: &str) -> Vec<Choice> {
    let one = |(value, label): &(&str, &str)| Choice {
        value: (*value).to_owned(),
        label: (*label).to_owned(),
        selected: *value == chosen,
    };
    pairs.iter().map(one).collect()
}

fn fields(kind: Kind) -> Form {
    let form = Form::default();
    match kind {
        Kind::Guardian => form
            .optional("civilite", "Civilité")
            .required("nom", "Nom")
            .required("prenom", "Prénom")
            .optional("email", "E-mail")
            .hint("Le code abonné et les avis de la mairie y sont envoyés.")
            .optional("telephone", "Téléphone"),
        Kind::Child => form
            .required("nom", "Nom")
            .required("prenom", "Prénom")
            .required("naissance", "Date de naissance")
            .optional("sexe", "Sexe"),
    }
}

fn of_guardian(guardian: &Guardian) -> Form {
    let mut form = fields(Kind::Guardian);
    form.set("civilite", guardian.civility.as_deref().unwrap_or_default());
    form.set("nom", &guardian.last_name);
    form.set("prenom", &guardian.first_name);
    form.set("email", guardian.email.as_deref().unwrap_or_default());
    form.set("telephone", guardian.phone.as_deref().unwrap_or_default());
    form
}

fn of_child(child: &Child) -> Form {
    let mut form = fields(Kind::Child);
    form.set("nom", &child.last_name);
    form.set("prenom", &child.first_name);
    form.set("naissance", &child.born_on.to_string());
    form.set("sexe", child.sex.as_deref().unwrap_or_default());
    form
}

/// The form of who is there, and their name.
fn known(whole: &Whole, target: &Target) -> Result<(Form, String), Failure> {
    let Some(id) = target.member else {
        let mut form = fields(target.kind);
        form.set("nom", &whole.family.name);
        let title = match target.kind {
            Kind::Guardian => "Nouveau responsable",
            Kind::Child => "Nouvel enfant",
        };
        return Ok((form, title.to_owned()));
    };
    let found = match target.kind {
        Kind::Guardian => whole
            .guardians
            .iter()
            .find(|g| g.id == id)
            .map(|g| (of_guardian(g), format!("{} {}", g.first_name, g.last_name))),
        Kind::Child => whole
            .children
            .iter()
            .find(|c| c.id == id)
            .map(|c| (of_child(c), format!("{} {}", c.first_name, c.last_name))),
    };
    found.ok_or_else(|| Error::NotFound.into())
}

/// What came back from a form that could not be saved.
#[derive(Default)]
struct Back<'a> {
    posted: Option<&'a Posted>,
    errors: &'a [FieldError],
    of_share: bool,
}

async fn template(call: &Call, target: &Target, back: Back<'_>) -> Result<Member, Failure> {
    let whole = family::get(&call.cx, target.family).await?;
    let (mut form, title) = known(&whole, target)?;
    let mut share = Form::default()
        .required("reference", "Numéro de l’autre famille")
        .hint("Il est sur la fiche de la famille, par exemple F-00042.");
    if let Some(posted) = back.posted {
        if back.of_share {
            share = share.filled(posted).with_errors(back.errors);
        } else {
            form = form.filled(posted).with_errors(back.errors);
        }
    }
    let family = path(target.family);
    let others = whole
        .others
        .iter()
        .filter(|(id, _)| Some(*id) == target.member);
    let part = if target.kind == Kind::Child {
        "enfants"
    } else {
        "responsables"
    };
    Ok(Member {
        page: families::page(call, &title)
            .crumb(&whole.family.name, Some(&family))
            .crumb(&title, None),
        child: target.kind == Kind::Child,
        civilities: choices(
            &[("", "Non précisée"), ("MME", "Mme"), ("M", "M.")],
            &form.field("civilite").value,
        ),
        sexes: choices(
            &[("", "Non précisé"), ("F", "Fille"), ("M", "Garçon")],
            &form.field("sexe").value,
        ),
        form,
        here: target
            .member
            .map(|id| call.href(&format!("{family}/{part}/{id}"))),
        back: call.href(&family),
        others: others
            .map(|(_, f)| format!("{} ({})", f.name, f.reference))
            .collect(),
        share,
    })
}

async fn show(call: Call, Path(segments): Segments) -> Reply {
    let target = Target::read(&segments)?;
    call.html(&template(&call, &target, Back::default()).await?)
}

async fn put(call: &Call, target: &Target, form: &Posted) -> Result<(), Error> {
    let text = |name| form.text(name).to_owned();
    let guardian = || GuardianForm {
        civilite: text("civilite"),
        nom: text("nom"),
        prenom: text("prenom"),
        email: text("email"),
        telephone: text("telephone"),
    };
    let child = || ChildForm {
        nom: text("nom"),
        prenom: text("prenom"),
        naissance: text("naissance"),
        sexe: text("sexe"),
    };
    let (cx, family) = (&call.cx, target.family);
    match (target.kind, target.member) {
        (Kind::Guardian, None) => family::add_guardian(cx, family, &guardian()).await,
        (Kind::Guardian, Some(id)) => family::change_guardian(cx, family, id, &guardian()).await,
        (Kind::Child, None) => family::add_child(cx, family, &child()).await,
        (Kind::Child, Some(id)) => family::change_child(cx, family, id, &child()).await,
    }
}

async fn save(Path(segments): Segments, Submitted { call, form }: Submitted) -> Reply {
    let target = Target::read(&segments)?;
    match put(&call, &target, &form).await {
        Ok(()) => Ok(call.see_saying(&path(target.family), "ok", "La fiche est enregistrée.")),
        Err(Error::Invalid(errors)) => {
            let back = Back {
                posted: Some(&form),
                errors: &errors,
                of_share: false,
            };
            call.invalid(&template(&call, &target, back).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn share(Path(segments): Segments, Submitted { call, form }: Submitted) -> Reply {
    let target = Target::read(&segments)?;
    let (cx, family, id, into) = (
        &call.cx,
        target.family,
        target.member()?,
        form.text("reference"),
    );
    let shared = match target.kind {
        Kind::Guardian => family::share_guardian(cx, family, id, into).await,
        Kind::Child => family::share_child(cx, family, id, into).await,
    };
    match shared {
        Ok(()) => Ok(call.see_saying(
            &path(family),
            "ok",
            "C’est fait : les deux familles partagent cette fiche.",
        )),
        Err(Error::Invalid(errors)) => {
            let back = Back {
                posted: Some(&form),
                errors: &errors,
                of_share: true,
            };
            call.invalid(&template(&call, &target, back).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn take(Path(segments): Segments, Submitted { call, .. }: Submitted) -> Reply {
    let target = Target::read(&segments)?;
    let id = target.member()?;
    match target.kind {
        Kind::Guardian => family::take_guardian(&call.cx, target.family, id).await?,
        Kind::Child => family::take_child(&call.cx, target.family, id).await?,
    }
    Ok(call.see_saying(
        &path(target.family),
        "ok",
        "La personne est retirée de cette famille.",
    ))
}
