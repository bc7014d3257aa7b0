//! The bills of a month: looked at first, then issued, family after family. Issuing can be left, resumed and done by two
//! at once: a family has one invoice a month, and numbers have no gap.

use std::sync::Arc;

use jiff::{SignedDuration, ToSpan, civil::Date};
use preau_rules::{french, money::Cents, permission::Right};
use preau_store::{
    Command, Tx,
    tables::{
        billing::{self, Summary},
        counter,
        invoice::{self, Invoice},
        invoice_reference::{self, InvoiceReference},
        journal, subscription,
    },
};
use sha2::{Digest as _, Sha256};

use super::homes::{Home, homes, label};
use crate::{
    Caller, Cx, Error, Problems,
    citizen::addressee,
    contact::Letterhead,
    family::KIND,
    mail::{InvoiceIssued, Mail, Zone},
    outbox::{self, Post},
    planning::rules::{self, Current},
    subscription::invoice_keys,
};

/// Families priced and written in one turn of the lane.
const BATCH: i64 = 200;
/// Anomalies that are shown.
const SHOWN: usize = 100;
/// How long the mail is tried.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);
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
}

/// First and last day of a month.
pub fn month(first: Date) -> (Date, Date) {
    (first.first_of_month(), first.last_of_month())
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

/// What the month would cost. Nothing is written.
pub async fn preview(cx: &Cx, period: Date) -> Result<Preview, Error> {
    cx.caller.require(Right::Billing)?;
    let zone = Letterhead::load(cx).await?.zone;
    let days = month(period);
    let mut tx = cx.read().await?;
    let rules = rules::current(cx, &mut tx).await?;
    let mut preview = Preview {
        due_on: due(&rules, cx.at.to_zoned(zone).date()),
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
    let mut after = String::new();
    loop {
        let found = billing::batch(&mut tx, &after, BATCH).await?;
        let Some(last) = found.last() else { break };
        after.clone_from(&last.reference);
        for home in homes(&mut tx, found, Some(days)).await? {
            preview.add(&home, &rules);
        }
    }
    preview.dearest.sort_by_key(|(_, _, cents)| -cents.0);
    preview.dearest.truncate(10);
    Ok(preview)
}

impl Preview {
    fn add(&mut self, home: &Home, rules: &Current) {
        if home.uses.is_empty() {
            return;
        }
        let bill = home.bill(rules);
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

/// The form as typed.
#[derive(Debug, Clone, Default)]
pub struct MonthForm {
    /// Last day to pay.
    pub echeance: String,
    /// What cannot be priced is left out, knowingly.
    pub malgre: bool,
}

/// What issuing did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Issue {
    /// Invoices that were made now.
    pub invoices: usize,
}

struct Start {
    caller: Caller,
    period: Date,
    due_on: Date,
    rules: i64,
}

impl Command for Start {
    const NAME: &'static str = "billing.start";
    /// What the run holds to, whoever began it: its due date, and the version of the settings.
    type Answer = (Date, i64);
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(Date, i64), Error> {
        self.caller.require_now(tx, Right::Billing).await?;
        if let Some(run) = billing::run(tx, self.period).await? {
            if run.issued_at.is_some() {
                return Err(Error::Conflict(format!(
                    "Les factures de {} sont déjà émises.",
                    month_fr(self.period)
                )));
            }
            return Ok((run.due_on, run.rules));
        }
        let by = self.caller.actor().name;
        billing::start(tx, self.period, self.rules, self.due_on, &by).await?;
        let change = journal::Change {
            action: "created",
            kind: "billing",
            id: self.period.to_string(),
            name: "Facturation",
            before: None::<&String>,
            after: Some(&self.due_on.to_string()),
        };
        journal::note(tx, change).await?;
        Ok((self.due_on, self.rules))
    }
}

struct Batch {
    caller: Caller,
    period: Date,
    due_on: Date,
    after: String,
    rules: Arc<Current>,
    seed: [u8; 32],
    head: Arc<Letterhead>,
}

impl Command for Batch {
    const NAME: &'static str = "billing.batch";
    /// The last family's number and the invoices made; nothing once all are done.
    type Answer = Option<(String, usize)>;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Option<(String, usize)>, Error> {
        self.caller.require_now(tx, Right::Billing).await?;
        let found = billing::batch(tx, &self.after, BATCH).await?;
        let (Some(first), Some(last)) = (found.first(), found.last()) else {
            billing::finish(tx, self.period).await?;
            return Ok(None);
        };
        let (from, to) = (first.reference.clone(), last.reference.clone());
        let done = invoice::billed(tx, self.period, &from, &to).await?;
        let mut made = 0;
        for home in homes(tx, found, Some(month(self.period))).await? {
            let bill = home.bill(&self.rules);
            if done.contains(&home.id) || bill.lines.is_empty() {
                continue;
            }
            self.issue(tx, &home, bill).await?;
            made += 1;
        }
        Ok(Some((to, made)))
    }
}

impl Batch {
    async fn issue(
        &self,
        tx: &mut Tx,
        home: &Home,
        bill: preau_rules::bill::Bill,
    ) -> Result<(), Error> {
        let (id, at) = (tx.new_id(), tx.at());
        let lines = home.lines(&self.rules, bill);
        let new = Invoice {
            id,
            number: next(tx, &self.rules, "").await?,
            family_id: home.id,
            family: home.name.clone(),
            period: self.period,
            payer: home.payer.clone(),
            total: lines.iter().map(|line| line.cents).sum(),
            issued_at: at,
            due_on: self.due_on,
            personal_code: personal_code(&self.seed, id.as_bytes()),
            credits: None,
            reason: String::new(),
            paid: 0,
        };
        invoice::insert(tx, &new, &lines).await?;
        if new.total != 0 {
            invoice::post(tx, home.id, "famille", "produits", new.total).await?;
        }
        self.tell(tx, &new).await?;
        // With these four facts of its invoice a family ties its account.
        let reference = InvoiceReference {
            id: tx.new_id(),
            family_id: home.id,
            code_emission: emission(self.period),
            reference: new.number,
            montant: new.total,
            code_personnel: new.personal_code,
        };
        let keys = invoice_keys(
            &reference.code_emission,
            &reference.reference,
            &reference.code_personnel,
        );
        if let Some(keys) = keys {
            invoice_reference::insert(tx, &reference, &keys).await?;
        }
        Ok(())
    }
}

impl Batch {
    /// Tells every account of the family that something is to pay.
    async fn tell(&self, tx: &mut Tx, new: &Invoice) -> Result<(), Error> {
        if new.total <= 0 {
            return Ok(());
        }
        let ties = subscription::of_family(tx, new.family_id).await?;
        for tie in ties.iter().filter(|t| t.ended_at.is_none() && !t.blocked) {
            let mail = InvoiceIssued {
                to: addressee(&tie.civility, &tie.first_name, &tie.last_name),
                zone: Zone::Commune,
                title: title_fr(new.period, "facture"),
                number: new.number.clone(),
                total: Cents(new.total).to_string(),
                until: french::day_month_year(new.due_on),
                link: format!(
                    "{}/espace-facturation/factures/{}",
                    self.head.card.portal_url, new.number
                ),
            };
            let name = tie.full_name();
            let post = Post {
                kind: InvoiceIssued::NAME,
                to_name: &name,
                to_address: &tie.email,
                rendered: self.head.write(&mail)?,
                about: Some((KIND, new.family_id)),
                good_for: GOOD_FOR,
            };
            outbox::post(tx, post).await?;
        }
        Ok(())
    }
}

/// « facture d’octobre 2026 ».
#[must_use]
pub fn title_fr(period: Date, what: &str) -> String {
    let month = month_fr(period);
    let vowel = month.starts_with(['a', 'o']);
    format!("{what} {}{month}", if vowel { "d’" } else { "de " })
}

/// The code émission of a month's invoices.
#[must_use]
pub fn emission(period: Date) -> String {
    format!("{}{:02}", period.year(), period.month())
}

/// « octobre 2026 ».
#[must_use]
pub fn month_fr(period: Date) -> String {
    format!("{} {}", french::month(period), period.year())
}

/// The next number of the year, by the commune's clock.
pub(super) async fn next(tx: &mut Tx, rules: &Current, prefix: &str) -> Result<String, Error> {
    let zone = rules.loaded.rulebook.calendar.zone.clone();
    let year = tx.at().to_zoned(zone).year();
    let n = counter::next(tx, &format!("{prefix}invoice:{year}")).await?;
    Ok(format!("{prefix}{year}-{n:05}"))
}

fn personal_code(seed: &[u8; 32], id: &[u8]) -> String {
    let hash = Sha256::new().chain_update(seed).chain_update(id).finalize();
    let number = hash
        .iter()
        .take(7)
        .fold(0_u64, |n, b| n * 256 + u64::from(*b));
    format!("{:06}", number % 1_000_000)
}

/// Issues the invoices of a month, or the rest of them.
pub async fn issue(cx: &Cx, period: Date, form: &MonthForm) -> Result<Issue, Error> {
    let period = period.first_of_month();
    let seen = preview(cx, period).await?;
    let head = Arc::new(Letterhead::load(cx).await?);
    let today = cx.at.to_zoned(head.zone.clone()).date();
    let mut problems = Problems::default();
    if today <= period.last_of_month() {
        problems.add(
            "echeance",
            "Ce mois n’est pas terminé : ses factures s’émettent à partir du premier jour du mois suivant.",
        );
    }
    let text = form.echeance.trim();
    let due_on = text.parse().ok();
    let due_on = due_on.or_else(|| preau_rules::family::written_date(text));
    match due_on {
        None => problems.add("echeance", "Indiquez une date, par exemple 31/12/2026."),
        Some(day) if day <= today => problems.add("echeance", "L’échéance est dans le passé."),
        Some(_) => {}
    }
    if seen.unpriced > 0 && !form.malgre {
        problems.add(
            "malgre",
            "Des réservations n’ont pas de prix. Corrigez les tarifs, ou cochez pour émettre sans elles.",
        );
    }
    let Some(due_on) = due_on.filter(|_| problems.none()) else {
        return Err(problems.into_error());
    };
    let rules = rules::load(cx).await?;
    let caller = cx.caller.clone();
    let start = Start {
        caller: caller.clone(),
        period,
        due_on,
        rules: rules.version,
    };
    let (due_on, version) = cx.write(start).await?;
    let rules = rules::of_version(cx, version).await?;
    let mut after = String::new();
    let mut invoices = 0;
    let mut turn = cx.clone();
    turn.key = None;
    loop {
        let batch = Batch {
            caller: caller.clone(),
            period,
            due_on,
            after,
            rules: Arc::clone(&rules),
            seed: cx.app.entropy.bytes(),
            head: Arc::clone(&head),
        };
        match turn.write(batch).await? {
            Some((last, made)) => {
                after = last;
                invoices += made;
            }
            None => return Ok(Issue { invoices }),
        }
    }
}
