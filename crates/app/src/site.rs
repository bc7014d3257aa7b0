//! Sites: the schools and centres of a commune. A right may be given at some of them only.

use preau_rules::{permission::Right, text::Line};
use preau_store::{
    Command, Tx,
    tables::{journal, site},
};
use uuid::Uuid;

pub use site::Site;

use crate::{Caller, Cx, Error, Problems};

/// The longest name, in characters.
const NAME_LIMIT: usize = 80;
/// The longest address, in characters.
const ADDRESS_LIMIT: usize = 160;

/// Every site, closed ones last. The names of schools are no secret: any agent may read them.
pub async fn list(cx: &Cx) -> Result<Vec<Site>, Error> {
    if !matches!(cx.caller, Caller::System(_)) {
        cx.caller.agent()?;
    }
    let mut tx = cx.read().await?;
    let mut all = site::list(&mut tx).await?;
    all.sort_by_key(|s| s.closed_at.is_some());
    Ok(all)
}

/// One site.
pub async fn get(cx: &Cx, id: Uuid) -> Result<Site, Error> {
    let all = list(cx).await?;
    all.into_iter()
        .find(|site| site.id == id)
        .ok_or(Error::NotFound)
}

enum What {
    Add {
        name: String,
        address: String,
    },
    Change {
        id: Uuid,
        name: String,
        address: String,
    },
    Close {
        id: Uuid,
        closed: bool,
    },
}

struct Edit {
    caller: Caller,
    what: What,
}

fn same_name() -> Error {
    Error::field("nom", "Un autre site porte déjà ce nom.")
}

async fn note(tx: &mut Tx, action: &str, site: &Site, before: Option<&str>) -> Result<(), Error> {
    let after = format!("{} – {}", site.name, site.address);
    let before = before.map(str::to_owned);
    let change = journal::Change {
        action,
        kind: "site",
        id: site.id.to_string(),
        name: &site.name,
        before: before.as_ref(),
        after: Some(&after),
    };
    Ok(journal::note(tx, change).await?)
}

impl Command for Edit {
    const NAME: &'static str = "site.change";
    type Answer = Uuid;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Uuid, Error> {
        self.caller.require_now(tx, Right::PortalSettings).await?;
        let all = site::list(tx).await?;
        let find = |id: Uuid| all.iter().find(|s| s.id == id).ok_or(Error::NotFound);
        let other = |id: Uuid, name: &str| all.iter().any(|s| s.id != id && s.name == name);
        match &self.what {
            What::Add { name, address } => {
                let id = tx.new_id();
                if other(id, name) {
                    return Err(same_name());
                }
                let position = all.iter().map(|s| s.position).max().unwrap_or(0) + 1;
                let site = Site {
                    id,
                    name: name.clone(),
                    address: address.clone(),
                    position,
                    closed_at: None,
                };
                site::insert(tx, &site).await?;
                note(tx, "created", &site, None).await?;
                Ok(id)
            }
            What::Change { id, name, address } => {
                let before = find(*id)?;
                if other(*id, name) {
                    return Err(same_name());
                }
                site::change(tx, *id, name, address).await?;
                let after = Site {
                    name: name.clone(),
                    address: address.clone(),
                    ..before.clone()
                };
                note(tx, "changed", &after, Some(&before.name)).await?;
                Ok(*id)
            }
            What::Close { id, closed } => {
                let site = find(*id)?;
                site::set_closed(tx, *id, *closed).await?;
                note(tx, if *closed { "closed" } else { "opened" }, site, None).await?;
                Ok(*id)
            }
        }
    }
}

fn parse(name: &str, address: &str) -> Result<(String, String), Error> {
    let mut problems = Problems::default();
    let name = problems.take("nom", Line::parse(name, NAME_LIMIT), |e| {
        e.message_fr("Nom du site")
    });
    let address = problems.take(
        "adresse",
        Line::parse_optional(address, ADDRESS_LIMIT),
        |e| e.message_fr("Adresse"),
    );
    match (name, address) {
        (Some(name), Some(address)) => Ok((
            name.into_string(),
            address.map(Line::into_string).unwrap_or_default(),
        )),
        _ => Err(problems.into_error()),
    }
}

/// Adds a site, as typed.
pub async fn create(cx: &Cx, name: &str, address: &str) -> Result<Uuid, Error> {
    let (name, address) = parse(name, address)?;
    cx.write(Edit {
        caller: cx.caller.clone(),
        what: What::Add { name, address },
    })
    .await
}

/// Changes name and address, as typed.
pub async fn change(cx: &Cx, id: Uuid, name: &str, address: &str) -> Result<(), Error> {
    let (name, address) = parse(name, address)?;
    let what = What::Change { id, name, address };
    cx.write(Edit {
        caller: cx.caller.clone(),
        what,
    })
    .await
    .map(|_| ())
}

/// Closes a site: it stays where it is named, and is offered no more. Or opens it again.
pub async fn set_closed(cx: &Cx, id: Uuid, closed: bool) -> Result<(), Error> {
    let what = What::Close { id, closed };
    cx.write(Edit {
        caller: cx.caller.clone(),
        what,
    })
    .await
    .map(|_| ())
}
