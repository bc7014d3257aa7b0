//! Searching: what is typed and what is stored are made alike (lower case, without accents), then compared.

use preau_rules::{number::PublicNumber, permission::Right};
use preau_store::tables::{agent, news, page, request};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use crate::{Cx, Error, account, family};

/// The longest search, in characters.
const LONGEST: usize = 100;
/// Words that count; the others are left out.
const WORDS: usize = 3;
/// Finds shown in each group.
const SHOWN: usize = 20;

/// Lower case, without accents, words apart by one space: "Où est Léa-Zoé ?" becomes "ou est lea-zoe".
#[must_use]
pub fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkd().flat_map(char::to_lowercase) {
        match c {
            'œ' => out.push_str("oe"),
            'æ' => out.push_str("ae"),
            'ß' => out.push_str("ss"),
            c if c.is_alphanumeric() || "@.-+_".contains(c) => out.push(c),
            c if unicode_normalization::char::is_combining_mark(c) => {}
            _ if out.ends_with(' ') || out.is_empty() => {}
            _ => out.push(' '),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// What somebody searches for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(Vec<String>);

impl Query {
    /// Reads what was typed. Lone punctuation is not a word.
    #[must_use]
    pub fn parse(typed: &str) -> Self {
        let short: String = typed.chars().take(LONGEST).collect();
        let folded = folded(&short);
        let words = folded
            .split(' ')
            .filter(|word| word.contains(char::is_alphanumeric));
        Self(words.take(WORDS).map(ToOwned::to_owned).collect())
    }

    /// Nothing to search for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True when every word stands in the text.
    #[must_use]
    pub fn finds(&self, text: &str) -> bool {
        let text = folded(text);
        self.0.iter().all(|word| text.contains(word.as_str()))
    }

    /// Patterns for a `search` column, `%` where a word is missing. An underscore in a word stands for any letter,
    /// which finds the word too.
    #[must_use]
    pub fn like(&self) -> [String; WORDS] {
        std::array::from_fn(|at| {
            self.0
                .get(at)
                .map_or_else(|| "%".to_owned(), |word| format!("%{word}%"))
        })
    }
}

/// Something found, with what the page shows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Find {
    /// Name of the thing.
    pub title: String,
    /// A line that tells it from others.
    pub about: String,
    /// Which one: its slug for a page, its identifier otherwise.
    pub key: String,
}

/// What was found, by kind. A group that the agent may not see is empty.
#[derive(Debug, Clone, Default)]
pub struct Finds {
    /// Families, by name.
    pub families: Vec<family::Found>,
    /// Families that match, the ones not shown included.
    pub families_total: i64,
    /// Requests, the latest first.
    pub requests: Vec<request::Line>,
    /// Requests that match, the ones not shown included.
    pub requests_total: i64,
    /// Accounts, and sign-ups that wait: with `about` the address, `key` as in the path below the list.
    pub accounts: Vec<Find>,
    /// Pages; `key` is the slug, `about` the kind.
    pub pages: Vec<Find>,
    /// News.
    pub news: Vec<Find>,
    /// Agents.
    pub agents: Vec<Find>,
}

impl Finds {
    /// Nothing at all.
    #[must_use]
    pub fn none(&self) -> bool {
        self.families.is_empty()
            && self.requests.is_empty()
            && self.accounts.is_empty()
            && self.pages.is_empty()
            && self.news.is_empty()
            && self.agents.is_empty()
    }
}

/// The number of a request when exactly that was typed, and the agent may see it.
pub async fn number(cx: &Cx, typed: &str) -> Result<Option<String>, Error> {
    let Ok(number) = PublicNumber::parse(typed) else {
        return Ok(None);
    };
    match crate::request::find(cx, &number.to_string()).await {
        Ok(found) => Ok(Some(found.number)),
        Err(Error::NotFound | Error::Forbidden(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Searches everything that the agent's rights open.
pub async fn everything(cx: &Cx, typed: &str) -> Result<Finds, Error> {
    let agent = cx.caller.agent()?;
    let query = Query::parse(typed);
    let mut finds = Finds::default();
    if query.is_empty() {
        return Ok(finds);
    }
    let may = |right| agent.grants.allows_somewhere(right);
    if may(Right::Families) {
        let found = family::search(cx, typed, 1).await?;
        finds.families_total = found.total;
        finds.families = found.families;
        finds.families.truncate(SHOWN);
    }
    let mut tx = cx.read().await?;
    if may(Right::Requests) {
        let wanted = request::Wanted {
            agent: agent.id,
            which: "all",
            like: query.like(),
            order: "",
            limit: i64::try_from(SHOWN).unwrap_or(i64::MAX),
            offset: 0,
        };
        finds.requests = request::list(&mut tx, &wanted).await?;
        finds.requests_total = finds.requests.first().map_or(0, |line| line.total);
    }
    drop(tx);
    if may(Right::Accounts) {
        let list = account::search(cx, typed, None, 1).await?;
        let waiting = list.waiting.into_iter().map(waiting_find);
        let accounts = list.accounts.iter().map(account_find);
        finds.accounts = waiting.chain(accounts).take(SHOWN).collect();
    }
    let mut tx = cx.read().await?;
    if may(Right::Pages) {
        let mut all = page::of_kind(&mut tx, "information").await?;
        all.extend(page::of_kind(&mut tx, "legal").await?);
        let found = all
            .into_iter()
            .filter(|p| query.finds(&format!("{} {}", p.title, p.body)));
        finds.pages = found
            .take(SHOWN)
            .map(|p| Find {
                title: p.title,
                about: p.kind,
                key: p.slug,
            })
            .collect();
    }
    if may(Right::News) {
        let mut all = news::visible(&mut tx, cx.at, 200).await?;
        all.extend(news::coming(&mut tx, cx.at, 200).await?);
        all.extend(news::past(&mut tx, cx.at, 200).await?);
        let found = all
            .into_iter()
            .filter(|n| query.finds(&format!("{} {}", n.title, n.body)));
        finds.news = found.take(SHOWN).map(|n| as_find(cx, n)).collect();
    }
    if may(Right::Agents) {
        let all = agent::list(&mut tx).await?;
        let found = all
            .into_iter()
            .filter(|a| query.finds(&format!("{} {} {}", a.first_name, a.last_name, a.email)));
        finds.agents = found.take(SHOWN).map(agent_find).collect();
    }
    Ok(finds)
}

fn as_find(cx: &Cx, news: news::News) -> Find {
    let over = news.visible_until.is_some_and(|until| until <= cx.at);
    let about = if over {
        "terminée"
    } else if news.visible_from > cx.at {
        "à venir"
    } else {
        "en ligne"
    };
    Find {
        title: news.title,
        about: about.to_owned(),
        key: news.id.to_string(),
    }
}

fn waiting_find(waiting: account::Waiting) -> Find {
    Find {
        title: waiting.name,
        about: format!("{}, {}", waiting.email, account::State::Waiting.label_fr()),
        key: format!("attente/{}", waiting.id),
    }
}

fn account_find(found: &account::Found) -> Find {
    let about = match account::state(&found.line) {
        account::State::Active => found.line.email.clone(),
        state => format!("{}, {}", found.line.email, state.label_fr()),
    };
    Find {
        title: account::name_fr(&found.line),
        about,
        key: found.line.id.to_string(),
    }
}

fn agent_find(agent: agent::Agent) -> Find {
    let id: Uuid = agent.id;
    Find {
        title: format!("{} {}", agent.first_name, agent.last_name),
        about: agent.email,
        key: id.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_punctuation_do_not_matter() {
        assert_eq!(folded("  Où est Léa-Zoé ?  "), "ou est lea-zoe");
        assert_eq!(folded("Sœur d’Élodie"), "soeur d elodie");
        assert_eq!(folded("Ele\u{301}a ﬁn"), "elea fin");
        assert_eq!(folded("👩‍👧 %_"), "_");
    }

    #[test]
    fn every_word_must_be_there() {
        let query = Query::parse("ÉCOLE menus");
        assert!(query.finds("Les menus de l’école"));
        assert!(!query.finds("Les menus de la crèche"));
        assert!(Query::parse(" ? % ").is_empty());
        assert_eq!(Query::parse("lea").like(), ["%lea%", "%", "%"]);
        assert!(Query::parse("100%").like()[0] == "%100%");
    }
}
