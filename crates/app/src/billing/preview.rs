//! What a month would cost, before anything is issued.

use jiff::{ToSpan, civil::Date};
use preau_rules::{bill::Biller, french, money::Cents, permission::Right};
use preau_store::tables::billing::{self, Summary};

use super::{
    homes::{Home, UNBOOKED, biller, homes, label},
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
    /// Children who came without a booking.
    pub unbooked: usize,
    /// Bookings without a mark, of units whose roll was called that month: billed as booked.
    pub unmarked: usize,
    /// The first of them: which family, and which booking.
    pub unmarked_first: Vec<(String, String)>,
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
    let mut rolls = Rolls::default();
    let mut after = String::new();
    loop {
        let found = billing::batch(&mut tx, &after, BATCH).await?;
        let Some(last) = found.last() else { break };
        after.clone_from(&last.reference);
        for home in homes(&mut tx, found, Some(days)).await? {
            rolls.count(&home, today);
            preview.add(&home, &rules, &mut biller);
        }
    }
    rolls.tell(&rules, &mut preview);
    preview.dearest.sort_by_key(|(_, _, cents)| -cents.0);
    preview.dearest.truncate(10);
    Ok(preview)
}

/// What the roll says of a month, unit by unit.
#[derive(Debug, Default)]
struct Rolls(Vec<Roll>);

#[derive(Debug)]
struct Roll {
    activity: String,
    unit: String,
    marked: bool,
    unbooked: usize,
    unmarked: usize,
    /// Family and day.
    first: Vec<(String, Date)>,
}

impl Rolls {
    /// A handful of units for a million uses.
    fn of(&mut self, one: &billing::Use) -> &mut Roll {
        let known = |roll: &Roll| roll.activity == one.activity && roll.unit == one.unit;
        let at = self.0.iter().position(known).unwrap_or_else(|| {
            self.0.push(Roll {
                activity: one.activity.clone(),
                unit: one.unit.clone(),
                marked: false,
                unbooked: 0,
                unmarked: 0,
                first: Vec::new(),
            });
            self.0.len() - 1
        });
        &mut self.0[at]
    }

    /// Of a day that is not over, nothing is missing yet.
    fn count(&mut self, home: &Home, today: Date) {
        for one in &home.uses {
            let roll = self.of(one);
            roll.unbooked += usize::from(one.state == UNBOOKED);
            if !one.mark.is_empty() {
                roll.marked = true;
                continue;
            }
            if one.day >= today {
                continue;
            }
            roll.unmarked += 1;
            if roll.first.len() < SHOWN {
                let family = format!("{} {}", home.reference, home.name);
                roll.first.push((family, one.day));
            }
        }
    }

    /// A unit whose roll was never called that month is billed by its bookings, and that is no oversight.
    fn tell(self, rules: &Current, preview: &mut Preview) {
        for roll in self.0.into_iter().filter(|roll| roll.marked) {
            preview.unbooked += roll.unbooked;
            preview.unmarked += roll.unmarked;
            let label = label(rules, &roll.activity, &roll.unit);
            let first = roll.first.into_iter();
            let first =
                first.map(|(family, day)| (family, format!("{label}, {}", french::day(day))));
            preview.unmarked_first.extend(first);
        }
        preview.unmarked_first.sort();
        preview.unmarked_first.truncate(SHOWN);
    }
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
