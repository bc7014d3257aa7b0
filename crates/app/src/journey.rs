//! « Ma journée »: what waits for an agent, of what their rights let them see.

use preau_rules::permission::Right;
use preau_store::tables::{
    mail::{self, Counts as Mails},
    news::{self, News},
    request::{self, Counts, Line},
};

use crate::{Cx, Error};

/// Requests listed.
const SHOWN: i64 = 6;

/// What waits; a part is absent when the agent has no right to it.
#[derive(Debug, Clone, Default)]
pub struct Day {
    /// Requests in figures.
    pub requests: Option<Counts>,
    /// Open requests, the most urgent first.
    pub urgent: Vec<Line>,
    /// Mails by state.
    pub mails: Option<Mails>,
    /// News that families see now.
    pub news: Option<Vec<News>>,
    /// News that they will see later.
    pub coming: usize,
}

/// What waits for the agent who asks.
pub async fn day(cx: &Cx) -> Result<Day, Error> {
    let agent = cx.caller.agent()?;
    let may = |right| agent.grants.allows_somewhere(right);
    let mut tx = cx.read().await?;
    let mut day = Day::default();
    if may(Right::Requests) {
        let wanted = request::Wanted {
            agent: agent.id,
            which: "open",
            like: std::array::from_fn(|_| "%".to_owned()),
            order: "due",
            limit: SHOWN,
            offset: 0,
        };
        day.requests = Some(request::counts(&mut tx, agent.id, cx.at).await?);
        day.urgent = request::list(&mut tx, &wanted).await?;
    }
    if may(Right::Messages) {
        day.mails = Some(mail::counts(&mut tx).await?);
    }
    if may(Right::News) {
        day.news = Some(news::visible(&mut tx, cx.at, 100).await?);
        day.coming = news::coming(&mut tx, cx.at, 100).await?.len();
    }
    Ok(day)
}
