//! Erasing what is over, a page at a time: the lane is another's again after some milliseconds.

use jiff::Timestamp;
use preau_rules::{french, permission::Right, retention::Series};
use preau_store::{
    Command, Tx,
    tables::{
        account, request,
        retention::{self, Due},
        session, sign_up, subscription,
    },
};
use uuid::Uuid;

use super::{Limits, NOTICE, kind, schedule};
use crate::{
    Caller, Cx, Error, citizen,
    contact::{Letterhead, MAIL_GOOD_FOR},
    file as files,
    mail::{AccountIdle, Mail, Zone},
    outbox::{self, Post},
    portal,
};

/// Erased by one command.
const PAGE: i64 = 100;

struct Erase {
    caller: Caller,
    run: Uuid,
    series: Series,
    /// What was over when the erasure began: the bordereau's dates.
    due: Due,
}

impl Command for Erase {
    const NAME: &'static str = "retention.erase";
    /// How many are gone, and the keys of files whose bytes nobody needs any more.
    type Answer = (i64, Vec<String>);
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Self::Answer, Error> {
        self.caller.require_now(tx, Right::Retention).await?;
        let zone = portal::get(tx).await?.zone();
        let schedule = schedule(tx).await?;
        let limits = Limits::of(&schedule, self.series, tx.at(), &zone)?;
        let instants = (limits.before, limits.warned_before);
        let page = retention::page(tx, kind(self.series), instants, PAGE).await?;
        let mut keys = Vec::new();
        match self.series {
            Series::Families => {
                for id in &page {
                    keys.extend(retention::erase_family(tx, *id).await?);
                }
            }
            Series::Requests => {
                for (found, _) in request::whole(tx, &page).await? {
                    let end = found.closed_at.unwrap_or(found.created_at);
                    let month = found.created_at.to_zoned(zone.clone());
                    let month = month.strftime("%Y-%m").to_string();
                    let hours = end.duration_since(found.created_at).as_hours();
                    let told = (found.kind.as_str(), found.state.as_str());
                    keys.extend(retention::erase_request(tx, found.id, &month, told, hours).await?);
                }
            }
            Series::Accounts => {
                for id in &page {
                    session::end_others(tx, "account", *id, Uuid::nil()).await?;
                    subscription::end_all(tx, *id).await?;
                    sign_up::forget_of(tx, *id).await?;
                    account::erase(tx, *id).await?;
                    citizen::note(tx, "erased", *id).await?;
                }
            }
            Series::Mails => {
                for id in &page {
                    retention::erase_mail(tx, *id).await?;
                }
            }
        }
        let gone = i64::try_from(page.len()).unwrap_or(PAGE);
        if gone > 0 {
            let by = tx.actor().name.clone();
            let told = Due {
                volume: gone,
                ..self.due.clone()
            };
            retention::dispose(tx, self.run, &by, self.series.code(), &told).await?;
        }
        Ok((gone, keys))
    }
}

/// Erases what is over of a series; gives how many. What came to its end while the page was open is erased with it.
pub async fn erase(cx: &Cx, series: Series) -> Result<i64, Error> {
    cx.caller.require(Right::Retention)?;
    let due = over(cx, series).await?;
    let run = cx.app.entropy.id(cx.at);
    // Each page is another command, whatever form it came with.
    let cx = Cx {
        key: None,
        ..cx.clone()
    };
    let mut gone = 0;
    loop {
        let erase = Erase {
            caller: cx.caller.clone(),
            run,
            series,
            due: due.clone(),
        };
        let (some, keys) = cx.write(erase).await?;
        for key in keys {
            files::discard(&cx, &key).await;
        }
        gone += some;
        if some < PAGE {
            return Ok(gone);
        }
    }
}

async fn over(cx: &Cx, series: Series) -> Result<Due, Error> {
    let mut tx = cx.read().await?;
    let schedule = schedule(&mut tx).await?;
    let zone = portal::get(&mut tx).await?.zone();
    let limits = Limits::of(&schedule, series, cx.at, &zone)?;
    let (before, warned_before) = (limits.before, limits.warned_before);
    Ok(retention::due(&mut tx, kind(series), before, warned_before).await?)
}

struct Warn {
    caller: Caller,
    head: Letterhead,
}

impl Command for Warn {
    const NAME: &'static str = "retention.warn";
    type Answer = i64;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<i64, Error> {
        self.caller.require_now(tx, Right::Retention).await?;
        let schedule = schedule(tx).await?;
        let limits = Limits::of(&schedule, Series::Accounts, tx.at(), &self.head.zone)?;
        let page = retention::to_warn(tx, limits.before, PAGE).await?;
        for id in &page {
            let account = account::get(tx, *id).await?.ok_or(Error::NotFound)?;
            let day =
                |at: Timestamp| french::day_month_year(at.to_zoned(self.head.zone.clone()).date());
            let mail = AccountIdle {
                to: citizen::to(&account),
                zone: Zone::Commune,
                since: day(account.last_seen_at.unwrap_or(account.created_at)),
                until: day(tx.at() + NOTICE),
                login_url: format!("{}/connexion", self.head.card.portal_url),
            };
            let post = Post {
                kind: AccountIdle::NAME,
                to_name: &account.full_name(),
                to_address: &account.email,
                rendered: self.head.write(&mail)?,
                about: Some((citizen::KIND, account.id)),
                good_for: MAIL_GOOD_FOR,
            };
            outbox::post(tx, post).await?;
            retention::warned(tx, *id).await?;
        }
        Ok(i64::try_from(page.len()).unwrap_or(PAGE))
    }
}

/// Warns the owners of accounts that nobody uses; gives how many.
pub async fn warn(cx: &Cx) -> Result<i64, Error> {
    cx.caller.require(Right::Retention)?;
    let cx = Cx {
        key: None,
        ..cx.clone()
    };
    let mut warned = 0;
    loop {
        let warn = Warn {
            caller: cx.caller.clone(),
            head: Letterhead::load(&cx).await?,
        };
        let some = cx.write(warn).await?;
        warned += some;
        if some < PAGE {
            return Ok(warned);
        }
    }
}
