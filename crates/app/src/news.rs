//! News that agents publish, with the instants between which they are seen.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use preau_rules::{
    permission::Right,
    publication::Window,
    text::{Line, Prose},
};
use preau_store::{
    Command, StoreError, Tx,
    tables::{journal, news},
};
use uuid::Uuid;

pub use preau_store::tables::news::News;

use crate::{Caller, Cx, Error, Problems};

/// Most characters of a title.
pub const TITLE_MAX: usize = 120;
/// Most characters of a text.
pub const BODY_MAX: usize = 4000;
/// Most items of each state on the agents' page.
const LISTED: i64 = 100;

/// An item as an agent types it.
#[derive(Debug, Clone, Default)]
pub struct NewsForm {
    /// Title.
    pub titre: String,
    /// Markdown.
    pub texte: String,
    /// Not empty: before the others.
    pub une: String,
    /// Local date and time, `2026-11-23T08:00`; now when empty.
    pub debut: String,
    /// The same; without end when empty.
    pub fin: String,
}

/// An item, checked.
#[derive(Debug, Clone)]
pub struct NewsInput {
    /// Title.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Before the others.
    pub pinned: bool,
    /// When it is seen.
    pub window: Window,
}

impl NewsForm {
    /// What is saved now, to be changed.
    #[must_use]
    pub fn of(news: &News, zone: &TimeZone) -> Self {
        let local = |at: Timestamp| {
            let civil = at.to_zoned(zone.clone()).datetime();
            civil.strftime("%Y-%m-%dT%H:%M").to_string()
        };
        Self {
            titre: news.title.clone(),
            texte: news.body.clone(),
            une: if news.pinned {
                "1".to_owned()
            } else {
                String::new()
            },
            debut: local(news.visible_from),
            fin: news.visible_until.map(local).unwrap_or_default(),
        }
    }

    /// Checks every field. Times are those of the commune.
    pub fn parse(&self, zone: &TimeZone, now: Timestamp) -> Result<NewsInput, Error> {
        let mut problems = Problems::default();
        let title = problems.take("titre", Line::parse(&self.titre, TITLE_MAX), |e| {
            e.message_fr("Titre")
        });
        let body = problems.take("texte", Prose::parse(&self.texte, BODY_MAX), |e| {
            e.message_fr("Texte")
        });
        let from = instant(&mut problems, "debut", &self.debut, zone);
        let until = instant(&mut problems, "fin", &self.fin, zone);
        let mut window = None;
        if let (Ok(from), Ok(until)) = (from, until) {
            let made = Window::new(from.unwrap_or(now), until);
            window = problems.take("fin", made, ToString::to_string);
        }
        match (title, body, window) {
            (Some(title), Some(body), Some(window)) if problems.none() => Ok(NewsInput {
                title: title.into(),
                body: body.into(),
                pinned: !self.une.is_empty(),
                window,
            }),
            _ => Err(problems.into_error()),
        }
    }
}

/// What was typed is no instant; the problem is noted.
struct NoInstant;

/// An instant typed as local time, `None` when the field is empty.
fn instant(
    problems: &mut Problems,
    field: &'static str,
    typed: &str,
    zone: &TimeZone,
) -> Result<Option<Timestamp>, NoInstant> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let read = typed
        .parse::<DateTime>()
        .ok()
        .filter(|t| (2000..=2200).contains(&t.year()))
        .and_then(|t| t.to_zoned(zone.clone()).ok())
        .ok_or("Indiquez une date et une heure, par exemple 23/11/2026 à 08:00.");
    problems
        .take(field, read, |e| (*e).to_owned())
        .map(|z| Some(z.timestamp()))
        .ok_or(NoInstant)
}

/// What everybody sees now: pinned first, then newest first.
pub async fn visible(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<News>, StoreError> {
    news::visible(tx, now, limit).await
}

/// Everything, by state, for the agents' page.
pub struct Listed {
    /// To be seen later.
    pub coming: Vec<News>,
    /// To be seen now.
    pub visible: Vec<News>,
    /// No longer to be seen.
    pub past: Vec<News>,
}

/// Lists every item.
pub async fn list(cx: &Cx) -> Result<Listed, Error> {
    cx.caller.require(Right::News)?;
    let mut tx = cx.read().await?;
    Ok(Listed {
        coming: news::coming(&mut tx, cx.at, LISTED).await?,
        visible: news::visible(&mut tx, cx.at, LISTED).await?,
        past: news::past(&mut tx, cx.at, LISTED).await?,
    })
}

/// One item, for an agent.
pub async fn get(cx: &Cx, id: Uuid) -> Result<News, Error> {
    cx.caller.require(Right::News)?;
    let mut tx = cx.read().await?;
    news::get(&mut tx, id).await?.ok_or(Error::NotFound)
}

struct Save {
    id: Option<Uuid>,
    input: NewsInput,
    caller: Caller,
}

impl Command for Save {
    const NAME: &'static str = "news.save";
    type Answer = Uuid;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Uuid, Error> {
        self.caller.require_now(tx, Right::News).await?;
        let at = tx.at();
        let before = match self.id {
            None => None,
            Some(id) => {
                let found = news::get(tx, id).await?;
                Some(
                    found
                        .filter(|n| n.removed_at.is_none())
                        .ok_or(Error::NotFound)?,
                )
            }
        };
        let after = News {
            id: self.id.unwrap_or_else(|| tx.new_id()),
            title: self.input.title.clone(),
            body: self.input.body.clone(),
            pinned: self.input.pinned,
            visible_from: self.input.window.from(),
            visible_until: self.input.window.until(),
            created_at: before.as_ref().map_or(at, |n| n.created_at),
            updated_at: at,
            removed_at: None,
        };
        match before {
            None => news::insert(tx, &after).await?,
            Some(_) => news::update(tx, &after).await?,
        }
        let action = if before.is_none() {
            "created"
        } else {
            "changed"
        };
        note(tx, action, before.as_ref(), Some(&after)).await?;
        Ok(after.id)
    }
}

async fn note(
    tx: &mut Tx,
    action: &str,
    before: Option<&News>,
    after: Option<&News>,
) -> Result<(), Error> {
    let Some(one) = after.or(before) else {
        return Ok(());
    };
    let change = journal::Change {
        action,
        kind: "news",
        id: one.id.to_string(),
        name: &one.title,
        before,
        after,
    };
    Ok(journal::note(tx, change).await?)
}

/// Publishes a new item.
pub async fn create(cx: &Cx, input: NewsInput) -> Result<Uuid, Error> {
    let caller = cx.caller.clone();
    cx.write(Save {
        id: None,
        input,
        caller,
    })
    .await
}

/// Changes an item.
pub async fn update(cx: &Cx, id: Uuid, input: NewsInput) -> Result<Uuid, Error> {
    let caller = cx.caller.clone();
    let id = Some(id);
    cx.write(Save { id, input, caller }).await
}

struct Remove {
    id: Uuid,
    removed: bool,
    caller: Caller,
}

impl Command for Remove {
    const NAME: &'static str = "news.remove";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::News).await?;
        let found = news::get(tx, self.id).await?.ok_or(Error::NotFound)?;
        if found.removed_at.is_some() == self.removed {
            return Ok(());
        }
        let at = self.removed.then(|| tx.at());
        news::remove(tx, self.id, at).await?;
        if self.removed {
            note(tx, "removed", Some(&found), None).await
        } else {
            note(tx, "restored", None, Some(&found)).await
        }
    }
}

/// Takes an item off.
pub async fn remove(cx: &Cx, id: Uuid) -> Result<(), Error> {
    let caller = cx.caller.clone();
    cx.write(Remove {
        id,
        removed: true,
        caller,
    })
    .await
}

/// Puts an item back that was taken off.
pub async fn restore(cx: &Cx, id: Uuid) -> Result<(), Error> {
    let caller = cx.caller.clone();
    cx.write(Remove {
        id,
        removed: false,
        caller,
    })
    .await
}
