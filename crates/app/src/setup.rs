//! What a new commune, or a new installation, starts with.

use preau_rules::permission::{Right, RolePreset};
use preau_store::{
    Command, StoreError, Tx,
    tables::{journal, role},
};

use crate::{Cx, Error};

/// Code of the operators' role.
pub const OPERATOR: &str = "operator";

fn row(
    tx: &mut Tx,
    code: &str,
    label: &str,
    rights: &[Right],
    position: i64,
) -> Result<role::Role, Error> {
    let codes: Vec<&str> = rights.iter().map(|right| right.code()).collect();
    Ok(role::Role {
        id: tx.new_id(),
        code: code.to_owned(),
        label: label.to_owned(),
        rights: serde_json::to_string(&codes)
            .map_err(|e| StoreError::Internal(format!("rights: {e}")))?,
        position,
        holders: 0,
    })
}

/// Adds the roles that are not there: the five of a commune, or the operators'. A role that was changed stays as it is.
pub async fn install_roles(tx: &mut Tx, of_host: bool) -> Result<(), Error> {
    let mut roles = Vec::new();
    if of_host {
        roles.push(row(tx, OPERATOR, "Exploitant", Right::OF_HOST, 1)?);
    } else {
        for (position, preset) in (1..).zip(RolePreset::ALL) {
            roles.push(row(
                tx,
                preset.code(),
                preset.label_fr(),
                preset.rights(),
                position,
            )?);
        }
    }
    for role in roles {
        if role::insert(tx, &role).await? {
            let change = journal::Change {
                action: "created",
                kind: "role",
                id: role.id.to_string(),
                name: &role.label,
                before: None,
                after: Some(&role.rights),
            };
            journal::note(tx, change).await?;
        }
    }
    Ok(())
}

struct Install {
    of_host: bool,
}

impl Command for Install {
    const NAME: &'static str = "setup.roles";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        install_roles(tx, self.of_host).await
    }
}

/// Makes a commune whose tables are empty ready for its first agent. May be called again.
pub async fn new_commune(cx: &Cx) -> Result<(), Error> {
    cx.commune()?;
    cx.write(Install { of_host: false }).await
}

/// Makes the registry ready for its first operator. May be called again.
pub async fn new_host(cx: &Cx) -> Result<(), Error> {
    cx.write(Install { of_host: true }).await
}
