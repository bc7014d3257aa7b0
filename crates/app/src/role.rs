//! Roles: named sets of rights, which each commune arranges as it works.

use preau_rules::{permission::Right, text::Line};
use preau_store::{
    Command, StoreError, Tx,
    tables::{journal, role},
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    Caller, Cx, Error, Problems,
    agent::{Authority, keep_an_administrator, rights_of},
};

/// The longest name of a role, in characters.
const LABEL_LIMIT: usize = 60;

/// A role as its page shows it.
#[derive(Debug, Clone)]
pub struct Role {
    /// Which.
    pub id: Uuid,
    /// Stable name.
    pub code: String,
    /// Name on the screen.
    pub label: String,
    /// What it lets an agent do.
    pub rights: Vec<Right>,
    /// How many agents hold it.
    pub holders: i64,
}

/// Every role. Who gives roles or arranges them may read them.
pub async fn list(cx: &Cx) -> Result<Vec<Role>, Error> {
    cx.caller
        .require(Right::Roles)
        .or_else(|_| cx.caller.require(Right::Agents))?;
    let mut tx = cx.read().await?;
    role::list(&mut tx)
        .await?
        .into_iter()
        .map(|row| {
            Ok(Role {
                rights: rights_of(&row.rights)?,
                id: row.id,
                code: row.code,
                label: row.label,
                holders: row.holders,
            })
        })
        .collect()
}

/// One role.
pub async fn get(cx: &Cx, id: Uuid) -> Result<Role, Error> {
    let all = list(cx).await?;
    all.into_iter()
        .find(|role| role.id == id)
        .ok_or(Error::NotFound)
}

#[derive(Serialize)]
struct Snapshot<'a> {
    label: &'a str,
    rights: &'a str,
}

async fn note(
    tx: &mut Tx,
    action: &str,
    before: Option<&role::Role>,
    after: Option<&role::Role>,
) -> Result<(), Error> {
    fn snapshot(role: &role::Role) -> Snapshot<'_> {
        Snapshot {
            label: &role.label,
            rights: &role.rights,
        }
    }
    let Some(role) = after.or(before) else {
        return Ok(());
    };
    let (was, is) = (before.map(snapshot), after.map(snapshot));
    let change = journal::Change {
        action,
        kind: "role",
        id: role.id.to_string(),
        name: &role.label,
        before: was.as_ref(),
        after: is.as_ref(),
    };
    Ok(journal::note(tx, change).await?)
}

fn json(rights: &[Right]) -> Result<String, Error> {
    let codes: Vec<&str> = rights.iter().map(|right| right.code()).collect();
    Ok(serde_json::to_string(&codes).map_err(|e| StoreError::Internal(format!("rights: {e}")))?)
}

/// A role as typed.
struct Typed {
    label: String,
    rights: Vec<Right>,
}

fn parse(label: &str, codes: &[String]) -> Result<Typed, Error> {
    let mut problems = Problems::default();
    let label = problems.take("libelle", Line::parse(label, LABEL_LIMIT), |e| {
        e.message_fr("Nom du rôle")
    });
    let mut rights = Vec::new();
    for code in codes {
        match code.parse::<Right>() {
            Ok(right) if Right::OF_COMMUNE.contains(&right) => rights.push(right),
            _ => problems.add("droits", format!("Le droit « {code} » n’existe pas.")),
        }
    }
    rights.sort_unstable();
    rights.dedup();
    if rights.is_empty() && problems.none() {
        problems.add("droits", "Cochez au moins un droit.");
    }
    match label {
        Some(label) if problems.none() => Ok(Typed {
            label: label.into_string(),
            rights,
        }),
        _ => Err(problems.into_error()),
    }
}

fn same_name() -> Error {
    Error::field("libelle", "Un autre rôle porte déjà ce nom.")
}

struct Add {
    caller: Caller,
    typed: Typed,
}

impl Command for Add {
    const NAME: &'static str = "role.create";
    type Answer = Uuid;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Uuid, Error> {
        let authority = Authority::load(&self.caller, tx, Right::Roles).await?;
        authority.may_grant(
            [Right::Roles]
                .into_iter()
                .chain(self.typed.rights.iter().copied()),
        )?;
        let all = role::list(tx).await?;
        if all.iter().any(|r| r.label == self.typed.label) {
            return Err(same_name());
        }
        let id = tx.new_id();
        let row = role::Role {
            id,
            code: free_code(&self.typed.label, &all),
            label: self.typed.label.clone(),
            rights: json(&self.typed.rights)?,
            position: all.iter().map(|r| r.position).max().unwrap_or(0) + 1,
            holders: 0,
        };
        role::insert(tx, &row).await?;
        note(tx, "created", None, Some(&row)).await?;
        Ok(id)
    }
}

/// A code made of the name, that no other role has.
fn free_code(label: &str, all: &[role::Role]) -> String {
    let stem = preau_rules::slug::Slug::suggest(label)
        .as_str()
        .to_lowercase();
    let taken = |code: &str| all.iter().any(|r| r.code == code);
    if !taken(&stem) {
        return stem;
    }
    // One more try than there are roles always finds one.
    (2..all.len() + 3)
        .map(|n| format!("{stem}-{n}"))
        .find(|code| !taken(code))
        .unwrap_or(stem)
}

/// Adds a role, as typed.
pub async fn create(cx: &Cx, label: &str, rights: &[String]) -> Result<Uuid, Error> {
    let typed = parse(label, rights)?;
    cx.write(Add {
        caller: cx.caller.clone(),
        typed,
    })
    .await
}

struct Edit {
    caller: Caller,
    id: Uuid,
    /// Removes the role when absent.
    typed: Option<Typed>,
}

impl Edit {
    async fn change(
        &self,
        tx: &mut Tx,
        authority: &Authority,
        before: &role::Role,
        typed: &Typed,
    ) -> Result<(), Error> {
        let had = rights_of(&before.rights)?;
        let new = typed
            .rights
            .iter()
            .copied()
            .filter(|right| !had.contains(right));
        authority.may_grant([Right::Roles].into_iter().chain(new))?;
        let rights = json(&typed.rights)?;
        role::change(tx, self.id, &typed.label, &rights).await?;
        let after = role::Role {
            label: typed.label.clone(),
            rights,
            ..before.clone()
        };
        if let Caller::Agent(me) = &self.caller {
            let (_, mine) = crate::session::grants(tx, me.id).await?;
            if !mine.allows(Right::Roles, None) {
                return Err(Error::field(
                    "droits",
                    "Vous perdriez votre propre droit de modifier les rôles. Si c’est voulu, demandez à un autre administrateur de le faire.",
                ));
            }
        }
        keep_an_administrator(tx, &self.caller, false, "droits").await?;
        note(tx, "changed", Some(before), Some(&after)).await
    }
}

impl Command for Edit {
    const NAME: &'static str = "role.change";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let authority = Authority::load(&self.caller, tx, Right::Roles).await?;
        let all = role::list(tx).await?;
        let before = all
            .iter()
            .find(|r| r.id == self.id)
            .ok_or(Error::NotFound)?;
        let Some(typed) = &self.typed else {
            authority.may_grant([Right::Roles])?;
            if before.holders > 0 {
                return Err(Error::Conflict(
                    "Des agents ont encore ce rôle. Donnez-leur-en un autre, puis supprimez celui-ci.".to_owned(),
                ));
            }
            role::delete(tx, self.id).await?;
            return note(tx, "removed", Some(before), None).await;
        };
        if all
            .iter()
            .any(|r| r.id != self.id && r.label == typed.label)
        {
            return Err(same_name());
        }
        self.change(tx, &authority, before, typed).await
    }
}

/// Changes a role's name and rights, as typed; who holds it has them at once.
pub async fn change(cx: &Cx, id: Uuid, label: &str, rights: &[String]) -> Result<(), Error> {
    let typed = Some(parse(label, rights)?);
    cx.write(Edit {
        caller: cx.caller.clone(),
        id,
        typed,
    })
    .await
}

/// Removes a role that nobody holds.
pub async fn remove(cx: &Cx, id: Uuid) -> Result<(), Error> {
    cx.write(Edit {
        caller: cx.caller.clone(),
        id,
        typed: None,
    })
    .await
}
