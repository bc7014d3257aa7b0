//! Files beside a page.

use bytes::Bytes;
use preau_rules::{permission::Right, text::Line};
use preau_store::{
    Command, Tx,
    tables::{file, journal, page},
};
use uuid::Uuid;

use crate::{Caller, Cx, Error, Problems, file as files};

/// Most files of a page.
const MOST: usize = 30;

struct Attach {
    page: Uuid,
    file: file::File,
    label: String,
    caller: Caller,
}

impl Command for Attach {
    const NAME: &'static str = "page.attach";
    type Answer = Uuid;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Uuid, Error> {
        self.caller.require_now(tx, Right::Pages).await?;
        let owner = page::get(tx, self.page).await?;
        let owner = owner
            .filter(|p| p.removed_at.is_none())
            .ok_or(Error::NotFound)?;
        let present = page::files(tx, self.page).await?;
        if present.len() >= MOST {
            return Err(Error::field(
                "fichier",
                format!(
                    "Cette page a déjà {MOST} fichiers. Retirez-en un, ou ouvrez une autre page."
                ),
            ));
        }
        file::insert(tx, &self.file).await?;
        let position = present.last().map_or(1, |last| last.position + 1);
        page::attach(tx, self.page, self.file.id, &self.label, position).await?;
        note(tx, "attached", &owner, None, Some(&self.label)).await?;
        Ok(self.file.id)
    }
}

async fn note(
    tx: &mut Tx,
    action: &str,
    owner: &page::Page,
    before: Option<&String>,
    after: Option<&String>,
) -> Result<(), Error> {
    let change = journal::Change {
        action,
        kind: "page",
        id: owner.id.to_string(),
        name: &owner.title,
        before,
        after,
    };
    Ok(journal::note(tx, change).await?)
}

/// Puts a file beside a page. `label`: what people read; the file's name when empty.
pub async fn attach(
    cx: &Cx,
    page: Uuid,
    label: &str,
    file_name: &str,
    bytes: Bytes,
) -> Result<Uuid, Error> {
    cx.caller.require(Right::Pages)?;
    let mut problems = Problems::default();
    let label = problems.take("libelle", Line::parse_optional(label, 120), |e| {
        e.message_fr("Nom affiché")
    });
    let checked = problems.take("fichier", files::check(file_name, &bytes), |e| {
        (*e).to_owned()
    });
    let (Some(label), Some((name, kind))) = (label, checked) else {
        return Err(problems.into_error());
    };
    let label = label.map_or_else(|| stem(&name), Line::into_string);
    let file = files::keep(cx, "page", &name, kind.media_type, bytes).await?;
    let (mine, path) = (file.id, file.path.clone());
    let caller = cx.caller.clone();
    let command = Attach {
        page,
        file,
        label,
        caller,
    };
    let done = cx.write(command).await;
    // The same form sent twice, or refused: these bytes are not needed.
    if !matches!(done, Ok(id) if id == mine) {
        files::discard(cx, &path).await;
    }
    done
}

fn stem(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.replace('_', " ")
}

struct Detach {
    page: Uuid,
    file: Uuid,
    caller: Caller,
}

impl Command for Detach {
    const NAME: &'static str = "page.detach";
    type Answer = Option<String>;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Option<String>, Error> {
        self.caller.require_now(tx, Right::Pages).await?;
        let owner = page::get(tx, self.page).await?.ok_or(Error::NotFound)?;
        let present = page::files(tx, self.page).await?;
        let Some(gone) = present.into_iter().find(|f| f.file_id == self.file) else {
            return Ok(None);
        };
        let path = file::get(tx, self.file).await?.map(|f| f.path);
        page::detach(tx, self.page, self.file).await?;
        file::delete(tx, self.file).await?;
        note(tx, "detached", &owner, Some(&gone.label), None).await?;
        Ok(path)
    }
}

/// Takes a file off a page, for good.
pub async fn detach(cx: &Cx, page: Uuid, file: Uuid) -> Result<(), Error> {
    let caller = cx.caller.clone();
    if let Some(path) = cx.write(Detach { page, file, caller }).await? {
        files::discard(cx, &path).await;
    }
    Ok(())
}
