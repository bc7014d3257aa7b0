//! How long is kept what is known of people: the commune's decisions, what is over by them, and its erasure, which is
//! shown before it is done and told after (bordereau d'élimination).

mod erase;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use preau_rules::{
    permission::Right,
    retention::{Decision, Schedule, Series},
};
use preau_store::{
    Command, Tx,
    tables::{
        journal,
        retention::{self, Disposal, Due, Kind},
        setting,
    },
};

pub use erase::{erase, warn};

use crate::{Caller, Cx, Error, Problems, portal};

const NAME: &str = "retention";
/// The owner of an account has this long to come in after the mail.
pub const NOTICE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Erasures that the page tells.
const TOLD: i64 = 50;

const fn kind(series: Series) -> Kind {
    match series {
        Series::Families => Kind::Families,
        Series::Requests => Kind::Requests,
        Series::Accounts => Kind::Accounts,
        Series::Mails => Kind::Mails,
    }
}

/// A series today.
#[derive(Debug, Clone)]
pub struct Line {
    /// Which.
    pub series: Series,
    /// How many months it is kept.
    pub months: u16,
    /// What ended before this day is over.
    pub limit: Date,
    /// What is over.
    pub due: Due,
    /// Accounts whose owner is to be warned first.
    pub to_warn: i64,
}

/// Everything that the page shows.
#[derive(Debug, Clone)]
pub struct Whole {
    /// The series.
    pub lines: Vec<Line>,
    /// What was decided, and from when on.
    pub schedule: Schedule,
    /// What was erased, the latest first.
    pub disposals: Vec<Disposal>,
}

/// The instants that a series is measured by.
#[derive(Debug, Clone, Copy)]
struct Limits {
    day: Date,
    before: Timestamp,
    warned_before: Timestamp,
}

impl Limits {
    fn of(
        schedule: &Schedule,
        series: Series,
        at: Timestamp,
        zone: &TimeZone,
    ) -> Result<Self, Error> {
        let day = schedule.limit(series, at.to_zoned(zone.clone()).date());
        let start = day
            .to_zoned(zone.clone())
            .map_err(|e| preau_store::StoreError::Internal(e.to_string()))?;
        Ok(Self {
            day,
            before: start.timestamp(),
            warned_before: at - NOTICE,
        })
    }
}

async fn schedule(tx: &mut Tx) -> Result<Schedule, Error> {
    Ok(setting::get(tx, NAME).await?.unwrap_or_default())
}

/// How long each series is kept, and what is over.
pub async fn whole(cx: &Cx) -> Result<Whole, Error> {
    cx.caller.require(Right::Retention)?;
    let mut tx = cx.read().await?;
    let schedule = schedule(&mut tx).await?;
    let zone = portal::get(&mut tx).await?.zone();
    let mut lines = Vec::new();
    for series in Series::ALL {
        let limits = Limits::of(&schedule, series, cx.at, &zone)?;
        let due = retention::due(&mut tx, kind(series), limits.before, limits.warned_before);
        let due = due.await?;
        let to_warn = match series {
            Series::Accounts => retention::count_to_warn(&mut tx, limits.before).await?,
            _ => 0,
        };
        lines.push(Line {
            series,
            months: schedule.months(series, cx.at.to_zoned(zone.clone()).date()),
            limit: limits.day,
            due,
            to_warn,
        });
    }
    Ok(Whole {
        lines,
        disposals: retention::disposals(&mut tx, TOLD).await?,
        schedule,
    })
}

struct Decide {
    caller: Caller,
    new: Decision,
}

impl Command for Decide {
    const NAME: &'static str = "retention.decide";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::Retention).await?;
        let before = schedule(tx).await?;
        let mut after = before.clone();
        after.decide(self.new.clone());
        if after == before {
            return Ok(());
        }
        setting::set(tx, NAME, &after).await?;
        let change = journal::Change {
            action: "changed",
            kind: "setting",
            id: NAME.to_owned(),
            name: "Conservation des données",
            before: Some(&before),
            after: Some(&after),
        };
        Ok(journal::note(tx, change).await?)
    }
}

/// Decides how many months each series is kept, from a day on that is today or later. `typed` gives what was typed for a
/// series.
pub async fn decide<'t>(
    cx: &Cx,
    from: &str,
    typed: impl Fn(Series) -> &'t str,
) -> Result<(), Error> {
    cx.caller.require(Right::Retention)?;
    let zone = portal::get(&mut cx.read().await?).await?.zone();
    let today = cx.at.to_zoned(zone).date();
    let mut problems = Problems::default();
    let from = from.trim().parse::<Date>().ok();
    if from.is_none_or(|day| day < today) {
        problems.add(
            "depuis",
            "Indiquez à partir de quel jour : aujourd’hui ou plus tard.",
        );
    }
    let mut months = BTreeMap::new();
    for series in Series::ALL {
        let (least, most) = series.bounds();
        match typed(series).trim().parse::<u16>() {
            Ok(n) if (least..=most).contains(&n) => {
                months.insert(series.code().to_owned(), n);
            }
            _ => problems.add(
                series.code(),
                format!("Indiquez un nombre de mois, de {least} à {most}."),
            ),
        }
    }
    let Some(from) = from.filter(|_| problems.none()) else {
        return Err(problems.into_error());
    };
    let caller = cx.caller.clone();
    let new = Decision { from, months };
    cx.write(Decide { caller, new }).await
}
