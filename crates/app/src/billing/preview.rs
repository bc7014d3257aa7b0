//! What a month would cost, before anything is issued.

use jiff::{ToSpan, civil::Date};
use preau_rules::{bill::Biller, french, money::Cents, permission::Right};
use preau_store::tables::billing::{self, Summary};

use super::{
    homes::{Home, biller, homes, label},
    run::{BATCH, month},
};
use crate::{
    Cx, Error,
    contact::Letterhead,
    planning::rules::{self, Current},
};

/// Anomalies that are shown.
const SHOWN: usize = 100;
/// Days to pay, when the settings say nothing.
const DUE_DAYS: i64 = 30;

/// What a month would cost.
#[derive(Debug, Clone, Default)]
pub struct Preview {
    /// Families with something to pay.
    pub families: usize,
    /// Lines.
    pub lines: usize,
    /// The sum.
    pub total: Cents,
    /// Each family with its number, its name and its sum; the dearest first.
    pub dearest: Vec<(String, String, Cents)>,
    /// What has no price: which family, which child and day, and why.
    pub anomalies: Vec<(String, String, String)>,
    /// How many there are.
    pub unpriced: usize,
    /// Families without a quotient.
    pub no_quotient: usize,
    /// What is already issued.
    pub issued: Option<Summary>,
    /// What the month before came to.
    pub before: Option<Summary>,
    /// Until when, unless the agent says otherwise.
    pub due_on: Date,
    /// The month is over: it can be issued.
    pub over: bool,
}

fn due(rules: &Current, today: Date) -> Date {
    let days = rules.prices.billing.as_ref().and_then(|b| b.due_days);
    today.saturating_add(days.map_or(DUE_DAYS, i64::from).days())
}

/// Every month that was billed.
pub async fn runs(cx: &Cx) -> Result<Vec<Summary>, Error> {
    cx.caller.require(Right::Billing)?;
    Ok(billing::runs(&mut cx.read().await?).await?)
}

/// What the month would cost, unless it is issued. Nothing is written.
pub async fn preview(cx: &Cx, period: Date) -> Result<Preview, Error> {
    cx.caller.require(Right::Billing)?;
    let zone = Letterhead::load(cx).await?.zone;
    let days = month(period);
    let mut tx = cx.read().await?;
    let rules = rules::current(cx, &mut tx).await?;
    let today = cx.at.to_zoned(zone).date();
    let mut preview = Preview {
        due_on: due(&rules, today),
        over: today > days.1,
        ..Preview::default()
    };
    for run in billing::runs(&mut tx).await? {
        if run.period == days.0 {
            preview.due_on = run.due_on;
            preview.issued = Some(run);
        } else if run.period == days.0.saturating_sub(1.month()) {
            preview.before = Some(run);
        }
    }
    if (preview.issued.as_ref()).is_some_and(|run| run.issued_at.is_some()) {
        return Ok(preview);
    }
    let mut biller = biller(&rules);
    let mut after = String::new();
    loop {
        let found = billing::batch(&mut tx, &after, BATCH).await?;
        let Some(last) = found.last() else { break };
        after.clone_from(&last.reference);
        for home in homes(&mut tx, found, Some(days)).await? {
            preview.add(&home, &rules, &mut biller);
        }
    }
    preview.dearest.sort_by_key(|(_, _, cents)| -cents.0);
    preview.dearest.truncate(10);
    Ok(preview)
}

impl Preview {
    fn add(&mut self, home: &Home, rules: &Current, biller: &mut Biller<'_>) {
        if home.uses.is_empty() {
            return;
        }
        let bill = home.bill(biller);
        self.unpriced += bill.anomalies.len();
        for anomaly in &bill.anomalies {
            if self.anomalies.len() < SHOWN
                && let Some(one) = home.uses.get(anomaly.of)
            {
                let what = label(rules, &one.activity, &one.unit);
                let what = format!("{what}, {}", french::day(one.day));
                let family = format!("{} {}", home.reference, home.name);
                self.anomalies.push((family, what, anomaly.why.clone()));
            }
        }
        if bill.lines.is_empty() {
            return;
        }
        self.families += 1;
        self.lines += bill.lines.len();
        self.no_quotient += usize::from(home.household.quotient.is_none());
        let total = bill.total();
        self.total = Cents(self.total.0 + total.0);
        let line = (home.reference.clone(), home.name.clone(), total);
        self.dearest.push(line);
    }
}
