//! What agents change in families.

use preau_rules::permission::Right;
use preau_store::{
    Command, Tx,
    tables::{
        counter,
        family::{self, Family},
    },
};
use uuid::Uuid;

use super::{
    ChildForm, FamilyForm, GuardianForm,
    forms::{ChildInput, GuardianInput},
    note, refresh, search_text,
};
use crate::{Caller, Cx, Error, portal};

/// Responsables and children that one family may have, each.
const MOST: usize = 20;

struct Create {
    caller: Caller,
    name: String,
    reference: Option<String>,
}

impl Command for Create {
    const NAME: &'static str = "family.create";
    type Answer = Uuid;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Uuid, Error> {
        self.caller.require_now(tx, Right::Families).await?;
        let reference = match &self.reference {
            Some(reference) => reference.clone(),
            None => next_reference(tx).await?,
        };
        if family::by_reference(tx, &reference).await?.is_some() {
            return Err(Error::field(
                "reference",
                "Une autre famille porte déjà ce numéro. Laissez vide : il sera donné automatiquement.",
            ));
        }
        let id = tx.new_id();
        let search = search_text(
            &self.name,
            &reference,
            std::iter::empty(),
            std::iter::empty(),
        );
        let new = family::NewFamily {
            id,
            name: &self.name,
            reference: &reference,
            search: &search,
        };
        family::insert(tx, &new).await?;
        let family = present(tx, id).await?;
        note(tx, "created", &family).await?;
        Ok(id)
    }
}

/// `F-00042`: the next one that no import has taken.
async fn next_reference(tx: &mut Tx) -> Result<String, Error> {
    for _ in 0..1000 {
        let next = counter::next(tx, "family").await?;
        let reference = format!("F-{next:05}");
        if family::by_reference(tx, &reference).await?.is_none() {
            return Ok(reference);
        }
    }
    Err(Error::Conflict(
        "Aucun numéro de famille libre n’a été trouvé : donnez-en un.".to_owned(),
    ))
}

/// Registers a family; gives its identifier.
pub async fn create(cx: &Cx, form: &FamilyForm) -> Result<Uuid, Error> {
    let (name, reference) = form.parse()?;
    let caller = cx.caller.clone();
    cx.write(Create {
        caller,
        name,
        reference,
    })
    .await
}

async fn present(tx: &mut Tx, id: Uuid) -> Result<Family, Error> {
    family::get(tx, id).await?.ok_or(Error::NotFound)
}

/// What an agent does to a family.
enum Deed {
    Rename(String),
    AddGuardian(GuardianInput),
    ChangeGuardian(Uuid, GuardianInput),
    TakeGuardian(Uuid),
    ShareGuardian(Uuid, String),
    AddChild(ChildInput),
    ChangeChild(Uuid, ChildInput),
    TakeChild(Uuid),
    ShareChild(Uuid, String),
}

struct Change {
    caller: Caller,
    family: Uuid,
    deed: Deed,
}

impl Command for Change {
    const NAME: &'static str = "family.change";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::Families).await?;
        let family = present(tx, self.family).await?;
        match &self.deed {
            Deed::Rename(name) => {
                family::set_name(tx, family.id, name).await?;
                note(tx, "renamed", &family).await?;
                refresh(tx, family.id).await
            }
            Deed::AddGuardian(input) => {
                room(family::guardians(tx, &[family.id]).await?.len())?;
                let (id, link) = (tx.new_id(), tx.new_id());
                family::insert_guardian(tx, id, &input.facts()).await?;
                family::add_guardian(tx, link, family.id, id).await?;
                note(tx, "guardian_added", &family).await?;
                refresh(tx, family.id).await
            }
            Deed::ChangeGuardian(id, input) => {
                guardian(tx, family.id, *id).await?;
                family::set_guardian(tx, *id, &input.facts()).await?;
                for family in family::of_guardian(tx, *id).await? {
                    note(tx, "guardian_changed", &family).await?;
                    refresh(tx, family.id).await?;
                }
                Ok(())
            }
            Deed::TakeGuardian(id) => {
                guardian(tx, family.id, *id).await?;
                family::take_guardian(tx, family.id, *id).await?;
                note(tx, "guardian_taken", &family).await?;
                refresh(tx, family.id).await
            }
            Deed::ShareGuardian(id, reference) => {
                guardian(tx, family.id, *id).await?;
                let into = other(tx, &family, reference).await?;
                let there = family::guardians(tx, &[into.id]).await?;
                if there.iter().any(|g| g.id == *id) {
                    return Err(already());
                }
                room(there.len())?;
                let link = tx.new_id();
                family::add_guardian(tx, link, into.id, *id).await?;
                note(tx, "guardian_added", &into).await?;
                refresh(tx, into.id).await
            }
            Deed::AddChild(input) => {
                room(family::children(tx, &[family.id]).await?.len())?;
                let (id, link) = (tx.new_id(), tx.new_id());
                family::insert_child(tx, id, &input.facts()).await?;
                family::add_child(tx, link, family.id, id).await?;
                note(tx, "child_added", &family).await?;
                refresh(tx, family.id).await
            }
            Deed::ChangeChild(id, input) => {
                child(tx, family.id, *id).await?;
                family::set_child(tx, *id, &input.facts()).await?;
                for family in family::of_child(tx, *id).await? {
                    note(tx, "child_changed", &family).await?;
                    refresh(tx, family.id).await?;
                }
                Ok(())
            }
            Deed::TakeChild(id) => {
                child(tx, family.id, *id).await?;
                family::take_child(tx, family.id, *id).await?;
                note(tx, "child_taken", &family).await?;
                refresh(tx, family.id).await
            }
            Deed::ShareChild(id, reference) => {
                let shared = child(tx, family.id, *id).await?;
                let into = other(tx, &family, reference).await?;
                let there = family::children(tx, &[into.id]).await?;
                if there.iter().any(|c| c.id == *id) {
                    return Err(already());
                }
                if shared.families >= 2 {
                    return Err(Error::field(
                        "reference",
                        "Cet enfant est déjà dans deux familles : retirez-le d’abord de l’une d’elles.",
                    ));
                }
                room(there.len())?;
                let link = tx.new_id();
                family::add_child(tx, link, into.id, *id).await?;
                note(tx, "child_added", &into).await?;
                refresh(tx, into.id).await
            }
        }
    }
}

fn room(there: usize) -> Result<(), Error> {
    if there < MOST {
        return Ok(());
    }
    Err(Error::Conflict(format!(
        "Une famille a au plus {MOST} responsables et {MOST} enfants."
    )))
}

fn already() -> Error {
    Error::field("reference", "Cette personne est déjà dans cette famille.")
}

async fn guardian(tx: &mut Tx, family: Uuid, id: Uuid) -> Result<family::Guardian, Error> {
    let all = family::guardians(tx, &[family]).await?;
    all.into_iter().find(|g| g.id == id).ok_or(Error::NotFound)
}

async fn child(tx: &mut Tx, family: Uuid, id: Uuid) -> Result<family::Child, Error> {
    let all = family::children(tx, &[family]).await?;
    all.into_iter().find(|c| c.id == id).ok_or(Error::NotFound)
}

async fn other(tx: &mut Tx, family: &Family, reference: &str) -> Result<Family, Error> {
    let reference = reference.trim();
    if reference.is_empty() {
        return Err(Error::field(
            "reference",
            "Indiquez le numéro de l’autre famille, par exemple F-00042.",
        ));
    }
    let found = family::by_reference(tx, reference).await?;
    found.filter(|f| f.id != family.id).ok_or_else(|| {
        Error::field(
            "reference",
            "Aucune autre famille ne porte ce numéro : cherchez-la dans la liste des familles.",
        )
    })
}

async fn change(cx: &Cx, family: Uuid, deed: Deed) -> Result<(), Error> {
    let caller = cx.caller.clone();
    cx.write(Change {
        caller,
        family,
        deed,
    })
    .await
}

/// Another name.
pub async fn rename(cx: &Cx, id: Uuid, form: &FamilyForm) -> Result<(), Error> {
    let (name, _) = form.parse()?;
    change(cx, id, Deed::Rename(name)).await
}

/// Adds a responsable.
pub async fn add_guardian(cx: &Cx, family: Uuid, form: &GuardianForm) -> Result<(), Error> {
    change(cx, family, Deed::AddGuardian(form.parse()?)).await
}

/// Changes what is known of a responsable, in all their families.
pub async fn change_guardian(
    cx: &Cx,
    family: Uuid,
    id: Uuid,
    form: &GuardianForm,
) -> Result<(), Error> {
    change(cx, family, Deed::ChangeGuardian(id, form.parse()?)).await
}

/// Takes a responsable out of a family.
pub async fn take_guardian(cx: &Cx, family: Uuid, id: Uuid) -> Result<(), Error> {
    change(cx, family, Deed::TakeGuardian(id)).await
}

/// Puts a responsable into another family as well, named by its reference.
pub async fn share_guardian(cx: &Cx, family: Uuid, id: Uuid, into: &str) -> Result<(), Error> {
    change(cx, family, Deed::ShareGuardian(id, into.to_owned())).await
}

async fn child_input(cx: &Cx, form: &ChildForm) -> Result<ChildInput, Error> {
    let zone = portal::get(&mut cx.read().await?).await?.zone();
    form.parse(cx.at.to_zoned(zone).date())
}

/// Adds a child.
pub async fn add_child(cx: &Cx, family: Uuid, form: &ChildForm) -> Result<(), Error> {
    let input = child_input(cx, form).await?;
    change(cx, family, Deed::AddChild(input)).await
}

/// Changes what is known of a child, in both families.
pub async fn change_child(cx: &Cx, family: Uuid, id: Uuid, form: &ChildForm) -> Result<(), Error> {
    let input = child_input(cx, form).await?;
    change(cx, family, Deed::ChangeChild(id, input)).await
}

/// Takes a child out of a family.
pub async fn take_child(cx: &Cx, family: Uuid, id: Uuid) -> Result<(), Error> {
    change(cx, family, Deed::TakeChild(id)).await
}

/// Puts a child into a second family, named by its reference: its parents live apart.
pub async fn share_child(cx: &Cx, family: Uuid, id: Uuid, into: &str) -> Result<(), Error> {
    change(cx, family, Deed::ShareChild(id, into.to_owned())).await
}
