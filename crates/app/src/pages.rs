//! Pages that agents write: useful information, and the legal pages once a commune has changed them. Every version
//! stays and can be put back.

mod files;
mod forms;

use preau_rules::permission::Right;
use preau_store::{
    Command, StoreError, Tx,
    tables::{journal, page},
};
use uuid::Uuid;

pub use files::{attach, detach};
pub use forms::{BODY_MAX, PageForm, PageInput, TITLE_MAX};
pub use preau_store::tables::page::{Page, PageFile, Version};

use crate::{Caller, Cx, Error, FieldError};

/// Kind of the pages of "Informations utiles".
pub const INFORMATION: &str = "information";
/// Kind of the pages in the footer.
pub const LEGAL: &str = "legal";

/// A page with its files.
pub struct WithFiles {
    /// The page.
    pub page: Page,
    /// Its files, in order.
    pub files: Vec<PageFile>,
}

/// Published pages of "Informations utiles", in order.
pub async fn published(tx: &mut Tx) -> Result<Vec<Page>, StoreError> {
    let mut pages = page::of_kind(tx, INFORMATION).await?;
    pages.retain(|p| p.published);
    Ok(pages)
}

/// A published page of "Informations utiles".
pub async fn read(tx: &mut Tx, slug: &str) -> Result<WithFiles, Error> {
    let found = page::by_slug(tx, slug).await?;
    let page = found
        .filter(|p| p.kind == INFORMATION && p.published)
        .ok_or(Error::NotFound)?;
    let files = page::files(tx, page.id).await?;
    Ok(WithFiles { page, files })
}

/// Every page of "Informations utiles", drafts included, for agents.
pub async fn list(cx: &Cx) -> Result<Vec<Page>, Error> {
    cx.caller.require(Right::Pages)?;
    Ok(page::of_kind(&mut cx.read().await?, INFORMATION).await?)
}

/// A page with its files, for agents.
pub async fn get(cx: &Cx, id: Uuid) -> Result<WithFiles, Error> {
    cx.caller.require(Right::Pages)?;
    let mut tx = cx.read().await?;
    let page = page::get(&mut tx, id).await?;
    let page = page
        .filter(|p| p.removed_at.is_none())
        .ok_or(Error::NotFound)?;
    let files = page::files(&mut tx, page.id).await?;
    Ok(WithFiles { page, files })
}

/// A page and what it said, newest first, for agents.
pub async fn history(cx: &Cx, id: Uuid) -> Result<(Page, Vec<Version>), Error> {
    let page = get(cx, id).await?.page;
    let versions = page::versions(&mut cx.read().await?, id).await?;
    Ok((page, versions))
}

/// What is to be written.
pub(crate) struct Save {
    pub(crate) id: Option<Uuid>,
    pub(crate) kind: &'static str,
    pub(crate) input: PageInput,
    /// The version that the agent saw; another one in the meantime stops the command.
    pub(crate) seen: Option<i64>,
    /// The text that the page had before it was ever saved, for a legal page.
    pub(crate) first: Option<Version>,
    pub(crate) caller: Caller,
}

impl Command for Save {
    const NAME: &'static str = "page.save";
    type Answer = Uuid;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Uuid, Error> {
        self.caller.require_now(tx, Right::Pages).await?;
        let input = &self.input;
        if let Some(other) = page::by_slug(tx, &input.slug).await?
            && Some(other.id) != self.id
        {
            return Err(Error::field(
                "adresse",
                format!(
                    "La page « {} » a déjà cette adresse. Choisissez-en une autre.",
                    other.title
                ),
            ));
        }
        match self.id {
            None => self.create(tx).await,
            Some(id) => self.change(tx, id).await,
        }
    }
}

impl Save {
    async fn create(&self, tx: &mut Tx) -> Result<Uuid, Error> {
        let input = &self.input;
        let page = Page {
            id: tx.new_id(),
            kind: self.kind.to_owned(),
            slug: input.slug.clone(),
            title: input.title.clone(),
            body: input.body.clone(),
            version: self.first.as_ref().map_or(1, |first| first.version + 1),
            position: page::next_position(tx, self.kind).await?,
            published: input.published,
            updated_at: tx.at(),
            removed_at: None,
        };
        page::insert(tx, &page).await?;
        if let Some(first) = &self.first {
            page::keep_version(tx, page.id, first).await?;
        }
        keep(tx, &page).await?;
        note(tx, "created", None, Some(&page)).await?;
        Ok(page.id)
    }

    async fn change(&self, tx: &mut Tx, id: Uuid) -> Result<Uuid, Error> {
        let input = &self.input;
        let before = present(tx, id, self.kind).await?;
        if self.seen.is_some_and(|seen| seen != before.version) {
            return Err(Error::Invalid(vec![FieldError::new(
                "version",
                "Quelqu’un a modifié cette page pendant que vous l’écriviez. Ouvrez-la dans un autre onglet, reportez-y vos changements, puis enregistrez.",
            )]));
        }
        let mut after = Page {
            slug: input.slug.clone(),
            title: input.title.clone(),
            body: input.body.clone(),
            published: input.published,
            ..before.clone()
        };
        if after == before {
            return Ok(id);
        }
        write(tx, &before, &mut after, "changed").await?;
        Ok(id)
    }
}

/// Writes a page that changed; its text becomes a new version when it differs.
async fn write(tx: &mut Tx, before: &Page, after: &mut Page, action: &str) -> Result<(), Error> {
    after.updated_at = tx.at();
    let new_text = (&before.title, &before.body) != (&after.title, &after.body);
    if new_text {
        after.version += 1;
    }
    page::update(tx, after).await?;
    if new_text {
        keep(tx, after).await?;
    }
    note(tx, action, Some(before), Some(after)).await
}

async fn present(tx: &mut Tx, id: Uuid, kind: &str) -> Result<Page, Error> {
    let found = page::get(tx, id).await?;
    found
        .filter(|p| p.removed_at.is_none() && p.kind == kind)
        .ok_or(Error::NotFound)
}

async fn keep(tx: &mut Tx, page: &Page) -> Result<(), Error> {
    let version = Version {
        version: page.version,
        title: page.title.clone(),
        body: page.body.clone(),
        author: tx.actor().name,
        at: tx.at(),
    };
    Ok(page::keep_version(tx, page.id, &version).await?)
}

async fn note(
    tx: &mut Tx,
    action: &str,
    before: Option<&Page>,
    after: Option<&Page>,
) -> Result<(), Error> {
    let Some(one) = after.or(before) else {
        return Ok(());
    };
    let change = journal::Change {
        action,
        kind: "page",
        id: one.id.to_string(),
        name: &one.title,
        before,
        after,
    };
    Ok(journal::note(tx, change).await?)
}

/// Writes a new page of "Informations utiles".
pub async fn create(cx: &Cx, input: PageInput) -> Result<Uuid, Error> {
    let save = Save {
        id: None,
        kind: INFORMATION,
        input,
        seen: None,
        first: None,
        caller: cx.caller.clone(),
    };
    cx.write(save).await
}

/// Changes a page. `seen`: the version that the agent started from.
pub async fn update(cx: &Cx, id: Uuid, seen: Option<i64>, input: PageInput) -> Result<Uuid, Error> {
    let save = Save {
        id: Some(id),
        kind: INFORMATION,
        input,
        seen,
        first: None,
        caller: cx.caller.clone(),
    };
    cx.write(save).await
}

/// What an agent does to a page as a whole.
#[derive(Debug, Clone, Copy)]
enum Act {
    Remove,
    Restore,
    Back(i64),
    Up,
    Down,
}

struct Do {
    id: Uuid,
    act: Act,
    caller: Caller,
}

impl Command for Do {
    const NAME: &'static str = "page.act";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::Pages).await?;
        let before = page::get(tx, self.id).await?.ok_or(Error::NotFound)?;
        let mut after = before.clone();
        match self.act {
            Act::Up | Act::Down => return self.shift(tx, before).await,
            Act::Back(number) => {
                let version = page::version(tx, self.id, number).await?;
                let version = version.ok_or(Error::NotFound)?;
                after.title = version.title;
                after.body = version.body;
            }
            Act::Remove if before.kind == INFORMATION => after.removed_at = Some(tx.at()),
            Act::Remove => return Err(Error::NotFound),
            Act::Restore => {
                if page::by_slug(tx, &before.slug)
                    .await?
                    .is_some_and(|p| p.id != self.id)
                {
                    return Err(Error::Conflict(
                        "Une autre page a pris cette adresse entre-temps. Changez la sienne, puis recommencez.".to_owned(),
                    ));
                }
                after.removed_at = None;
            }
        }
        if after == before {
            return Ok(());
        }
        let action = match self.act {
            Act::Remove => "removed",
            _ => "restored",
        };
        write(tx, &before, &mut after, action).await
    }
}

impl Do {
    /// Changes places with the neighbour.
    async fn shift(&self, tx: &mut Tx, one: Page) -> Result<(), Error> {
        let pages = page::of_kind(tx, &one.kind).await?;
        let at = pages
            .iter()
            .position(|p| p.id == one.id)
            .ok_or(Error::NotFound)?;
        let other = match self.act {
            Act::Up => at.checked_sub(1),
            _ => Some(at + 1),
        };
        let Some(other) = other.and_then(|o| pages.get(o)).cloned() else {
            return Ok(());
        };
        let position = one.position;
        let moved = Page {
            position: other.position,
            ..one.clone()
        };
        page::update(tx, &moved).await?;
        page::update(tx, &Page { position, ..other }).await?;
        note(tx, "moved", Some(&one), Some(&moved)).await
    }
}

async fn act(cx: &Cx, id: Uuid, act: Act) -> Result<(), Error> {
    let caller = cx.caller.clone();
    cx.write(Do { id, act, caller }).await
}

/// Takes a page off.
pub async fn remove(cx: &Cx, id: Uuid) -> Result<(), Error> {
    act(cx, id, Act::Remove).await
}

/// Puts back a page that was taken off.
pub async fn restore(cx: &Cx, id: Uuid) -> Result<(), Error> {
    act(cx, id, Act::Restore).await
}

/// Puts an earlier text back, as a new version.
pub async fn restore_version(cx: &Cx, id: Uuid, version: i64) -> Result<(), Error> {
    act(cx, id, Act::Back(version)).await
}

/// One place up (or down) in the list.
pub async fn shift(cx: &Cx, id: Uuid, up: bool) -> Result<(), Error> {
    act(cx, id, if up { Act::Up } else { Act::Down }).await
}
