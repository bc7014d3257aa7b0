//! Citizens' accounts as agents see them: found at once, on one page, blocked and opened again. Sign-ups that wait for
//! their confirmation are in [`waiting`].

mod block;
pub mod waiting;

use preau_rules::{permission::Right, subscriber_code::Typed};
use preau_store::{
    Tx,
    tables::{
        account,
        journal::{self, Entry},
        session,
        subscription::{self, EverTied, Tied},
    },
};
use uuid::Uuid;

pub use block::{block, end_sessions, unblock};
pub use preau_store::tables::account::Line;
pub use waiting::Waiting;

use crate::{Cx, Error, citizen::KIND, search::Query};

/// Accounts on a page of the list.
pub const PAGE: i64 = 25;

/// Where an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The address is not confirmed: it is no account yet.
    Waiting,
    /// Its owner can log in.
    Active,
    /// An agent has blocked it.
    Blocked,
    /// Its owner deleted it.
    Erased,
}

impl State {
    /// Every state, as the filter shows them.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Active, Self::Blocked, Self::Erased];

    /// The word in addresses.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "attente",
            Self::Active => "actif",
            Self::Blocked => "bloque",
            Self::Erased => "supprime",
        }
    }

    /// The word on the screen.
    #[must_use]
    pub const fn label_fr(self) -> &'static str {
        match self {
            Self::Waiting => "en attente d’activation",
            Self::Active => "actif",
            Self::Blocked => "bloqué",
            Self::Erased => "supprimé",
        }
    }

    /// The state of that word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == word)
    }
}

/// Where an account stands.
#[must_use]
pub fn state(line: &Line) -> State {
    if line.erased_at.is_some() {
        State::Erased
    } else if line.blocked_at.is_some() {
        State::Blocked
    } else {
        State::Active
    }
}

/// "Léa Durant", or that the account is gone.
#[must_use]
pub fn name_fr(line: &Line) -> String {
    if line.erased_at.is_some() {
        "Compte supprimé".to_owned()
    } else {
        format!("{} {}", line.first_name, line.last_name)
    }
}

/// An account in the list, with the families that it is tied to.
#[derive(Debug, Clone)]
pub struct Found {
    /// The account.
    pub line: Line,
    /// Its families.
    pub families: Vec<Tied>,
}

/// A page of the list.
#[derive(Debug, Clone)]
pub struct List {
    /// Sign-ups that wait, on the first page.
    pub waiting: Vec<Waiting>,
    /// Accounts of this page.
    pub accounts: Vec<Found>,
    /// Accounts of all pages.
    pub total: i64,
    /// This page, from 1.
    pub page: i64,
}

/// Finds accounts by name, mail, family or code abonné; those in one state, or all that were not deleted.
pub async fn search(cx: &Cx, typed: &str, wanted: Option<State>, page: i64) -> Result<List, Error> {
    cx.caller.require(Right::Accounts)?;
    let page = page.clamp(1, 10_000);
    let mut tx = cx.read().await?;
    let mut list = List {
        waiting: Vec::new(),
        accounts: Vec::new(),
        total: 0,
        page,
    };
    if page == 1 && matches!(wanted, None | Some(State::Waiting)) {
        list.waiting = waiting::search(&mut tx, typed).await?;
    }
    if wanted != Some(State::Waiting) {
        let lines = lines(&mut tx, typed, wanted, page).await?;
        list.total = lines.first().map_or(0, |line| line.total);
        list.accounts = with_families(&mut tx, lines).await?;
    }
    Ok(list)
}

async fn lines(
    tx: &mut Tx,
    typed: &str,
    wanted: Option<State>,
    page: i64,
) -> Result<Vec<Line>, Error> {
    let code = Typed::read(typed);
    let (key, own) = code.map_or_else(Default::default, |c| (c.whole, c.own.unwrap_or_default()));
    let wanted = account::Wanted {
        like: Query::parse(typed).like(),
        key: &key,
        own_key: &own,
        states: match wanted {
            Some(State::Active) => ["active", "active"],
            Some(State::Blocked) => ["blocked", "blocked"],
            Some(State::Erased) => ["erased", "erased"],
            Some(State::Waiting) | None => ["active", "blocked"],
        },
        limit: PAGE,
        offset: (page - 1) * PAGE,
    };
    Ok(account::search(tx, &wanted).await?)
}

async fn with_families(tx: &mut Tx, lines: Vec<Line>) -> Result<Vec<Found>, Error> {
    let ids: Vec<Uuid> = lines.iter().map(|line| line.id).collect();
    let families = subscription::of_accounts(tx, &ids).await?;
    let found = lines.into_iter().zip(families);
    Ok(found
        .map(|(line, families)| Found { line, families })
        .collect())
}

/// A browser in which somebody is logged in.
#[derive(Debug, Clone)]
pub struct Open {
    /// "Firefox sur Android".
    pub device: String,
    /// When it was opened.
    pub created_at: jiff::Timestamp,
    /// When it was last used.
    pub seen_at: jiff::Timestamp,
}

/// An account with all that an agent sees of it.
#[derive(Debug, Clone)]
pub struct Whole {
    /// The account.
    pub line: Line,
    /// Families that it is or was tied to, the latest first.
    pub ties: Vec<EverTied>,
    /// Where its owner is logged in.
    pub sessions: Vec<Open>,
    /// What happened to it, the latest first.
    pub journal: Vec<Entry>,
}

/// One account, also one that was deleted.
pub async fn get(cx: &Cx, id: Uuid) -> Result<Whole, Error> {
    cx.caller.require(Right::Accounts)?;
    let mut tx = cx.read().await?;
    let line = account::line(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let sessions = session::of_subject(&mut tx, KIND, id, cx.at).await?;
    let open = sessions.into_iter().map(|row| Open {
        device: crate::session::device(&row.user_agent),
        created_at: row.created_at,
        seen_at: row.seen_at,
    });
    Ok(Whole {
        sessions: open.collect(),
        ties: subscription::ever_of_account(&mut tx, id).await?,
        journal: journal::of_object(&mut tx, KIND, &id.to_string(), 30).await?,
        line,
    })
}

/// What was done to an account, as the end of a sentence that starts with the name of who did it.
#[must_use]
pub fn deed_fr(action: &str) -> &str {
    match action {
        "activated" => "a confirmé l’inscription",
        "identity_checked" => "a activé le compte après vérification d’identité",
        "resent" => "a renvoyé l’e-mail d’activation",
        "readdressed" => "a corrigé l’adresse de l’inscription",
        "blocked" => "a bloqué le compte",
        "unblocked" => "a débloqué le compte",
        "sessions_ended" => "a fermé les sessions",
        "tied" => "a rattaché le compte à une famille",
        "untied" => "a mis fin à un abonnement",
        "password_changed" => "a changé de mot de passe",
        "password_link_asked" => "a demandé un lien de mot de passe",
        "email_change_asked" => "a demandé à changer d’adresse",
        "email_changed" => "a changé d’adresse",
        "erased" => "a supprimé le compte",
        other => other,
    }
}
