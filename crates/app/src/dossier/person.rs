//! Trusted persons: who may fetch a child, whom to call.

use preau_rules::{dossier::field, phone::Phone, text::Line};
use preau_store::{
    Command, Tx,
    tables::{
        fact, family, file,
        trusted_person::{self, TrustedPerson},
    },
};
use uuid::Uuid;

use super::{of_member, owned};
use crate::{
    Caller, Cx, Error, Problems, citizen, citizen::signup::NAME_LIMIT, family::note, file as files,
};

/// A child has so many at most.
pub const MOST: usize = 20;

/// The form as typed.
#[derive(Debug, Clone, Default)]
pub struct PersonForm {
    /// First name.
    pub prenom: String,
    /// Last name.
    pub nom: String,
    /// What they are to the child.
    pub lien: String,
    /// Telephone.
    pub telephone: String,
    /// May fetch the child.
    pub vient_chercher: bool,
    /// Is to be called.
    pub a_prevenir: bool,
}

impl PersonForm {
    fn parse(&self, id: Uuid, child: Uuid) -> Result<TrustedPerson, Error> {
        let mut problems = Problems::default();
        let mut line = |name, text: &str, max, label: &str| {
            problems.take(name, Line::parse(text, max), |e| e.message_fr(label))
        };
        let first_name = line("prenom", &self.prenom, NAME_LIMIT, "Prénom");
        let last_name = line("nom", &self.nom, NAME_LIMIT, "Nom");
        let link = line("lien", &self.lien, 60, "Lien avec l’enfant");
        let phone = problems.take("telephone", Phone::parse(&self.telephone), |e| {
            e.message_fr()
        });
        if !self.vient_chercher && !self.a_prevenir {
            problems.add(
                "vient_chercher",
                "Cochez au moins une des deux : peut venir chercher l’enfant, ou à prévenir.",
            );
        }
        match (first_name, last_name, link, phone) {
            (Some(first_name), Some(last_name), Some(link), Some(phone)) if problems.none() => {
                Ok(TrustedPerson {
                    id,
                    child_id: child,
                    first_name: first_name.into_string(),
                    last_name: last_name.into_string(),
                    link: link.into_string(),
                    phone: phone.e164().to_owned(),
                    may_fetch: self.vient_chercher,
                    to_call: self.a_prevenir,
                })
            }
            _ => Err(problems.into_error()),
        }
    }
}

/// A person in words: « Jeanne Petit (grand-mère), 06 12 34 56 78, peut venir chercher ».
#[must_use]
pub fn words_fr(person: &TrustedPerson) -> String {
    let phone = Phone::parse(&person.phone).map_or_else(|_| person.phone.clone(), |p| p.display());
    let may = match (person.may_fetch, person.to_call) {
        (true, true) => "peut venir chercher, à prévenir",
        (true, false) => "peut venir chercher",
        (false, _) => "à prévenir",
    };
    let TrustedPerson {
        first_name,
        last_name,
        link,
        ..
    } = person;
    format!("{first_name} {last_name} ({link}), {phone}, {may}")
}

struct Change {
    caller: Caller,
    child: Uuid,
    id: Uuid,
    /// What is to be known; nothing when the person is taken off.
    to: Option<TrustedPerson>,
    new: bool,
}

impl Command for Change {
    const NAME: &'static str = "dossier.trusted_person";
    /// The key of the photo's bytes that nobody needs any more.
    type Answer = Option<String>;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Option<String>, Error> {
        let through = owned(tx, &self.caller, self.child).await?;
        let me = citizen::mine(tx, &self.caller).await?;
        let all = trusted_person::of_family(tx, through).await?;
        let before = all
            .iter()
            .find(|p| p.id == self.id && p.child_id == self.child);
        if before.is_none() && !self.new {
            return Err(Error::NotFound);
        }
        if self.new && all.iter().filter(|p| p.child_id == self.child).count() >= MOST {
            return Err(Error::field(
                "nom",
                format!("Pas plus de {MOST} personnes par enfant."),
            ));
        }
        if before == self.to.as_ref() {
            return Ok(None);
        }
        let mut unused = None;
        if let Some(person) = &self.to {
            trusted_person::put(tx, person).await?;
        } else {
            if let Some(photo) = fact::photo(tx, self.id).await? {
                unused = file::get(tx, photo.file_id).await?.map(|f| f.path);
                fact::take_photo(tx, self.id).await?;
                file::delete(tx, photo.file_id).await?;
            }
            trusted_person::take(tx, self.id).await?;
        }
        let by = format!("{} {}", me.first_name, me.last_name);
        let (before, after) = (before.map(words_fr), self.to.as_ref().map(words_fr));
        fact::happened(
            tx,
            self.child,
            &by,
            FIELD,
            before.as_deref(),
            after.as_deref(),
        )
        .await?;
        if let Some(found) = family::get(tx, through).await? {
            note(tx, "file_changed", &found).await?;
        }
        Ok(unused)
    }
}

/// The field whose policy says what a family may do with its trusted persons.
pub const FIELD: &str = "personnes";

/// The child's family lets its responsables change trusted persons.
async fn allowed(cx: &Cx, child: Uuid) -> Result<(), Error> {
    let dossier = of_member(cx, child).await?;
    let known = field(FIELD).ok_or(Error::NotFound)?;
    let policy = dossier.policies.of(known);
    let is_child = dossier.member(child).is_some_and(|m| m.who == known.who);
    if is_child && policy.access.may_change() {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// Adds a trusted person to a child's file.
pub async fn add_person(cx: &Cx, child: Uuid, form: &PersonForm) -> Result<(), Error> {
    allowed(cx, child).await?;
    let id = cx.app.entropy.id(cx.at);
    let to = Some(form.parse(id, child)?);
    change(cx, child, id, to, true).await
}

/// Changes what is known of one.
pub async fn change_person(cx: &Cx, child: Uuid, id: Uuid, form: &PersonForm) -> Result<(), Error> {
    allowed(cx, child).await?;
    let to = Some(form.parse(id, child)?);
    change(cx, child, id, to, false).await
}

/// Takes one off.
pub async fn remove_person(cx: &Cx, child: Uuid, id: Uuid) -> Result<(), Error> {
    allowed(cx, child).await?;
    change(cx, child, id, None, false).await
}

async fn change(
    cx: &Cx,
    child: Uuid,
    id: Uuid,
    to: Option<TrustedPerson>,
    new: bool,
) -> Result<(), Error> {
    let caller = cx.caller.clone();
    let unused = cx
        .write(Change {
            caller,
            child,
            id,
            to,
            new,
        })
        .await?;
    if let Some(path) = unused {
        files::discard(cx, &path).await;
    }
    Ok(())
}
