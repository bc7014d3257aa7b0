//! The bills of a month: looked at first, then issued, family after family. Issuing can be left, resumed and done by two
//! at once: a family has one invoice a month, and numbers have no gap.

use std::sync::Arc;

use jiff::{SignedDuration, civil::Date};
use preau_rules::{family::typed_date, french, money::Cents, permission::Right};
use preau_store::{
    Command, Tx,
    tables::{
        billing::{self, Reader},
        counter,
        invoice::{self, Invoice},
        invoice_reference::{self, InvoiceReference},
        journal,
    },
};
use sha2::{Digest as _, Sha256};

use super::{
    homes::{Home, biller, homes},
    preview::preview,
};
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
pub(super) const BATCH: i64 = 200;
/// How long the mail is tried.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);
/// First and last day of a month.
pub fn month(first: Date) -> (Date, Date) {
    (first.first_of_month(), first.last_of_month())
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
    /// Invoices of the month, whoever made them.
    pub all: i64,
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
        let readers = billing::readers(tx, &from, &to).await?;
        let mut biller = biller(&self.rules);
        let mut made = 0;
        for home in homes(tx, found, Some(month(self.period))).await? {
            if done.contains(&home.id) {
                continue;
            }
            let bill = home.bill(&mut biller);
            if bill.lines.is_empty() {
                continue;
            }
            self.issue(tx, &home, bill, &readers).await?;
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
        readers: &[Reader],
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
        self.tell(tx, &new, readers).await?;
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
    async fn tell(&self, tx: &mut Tx, new: &Invoice, readers: &[Reader]) -> Result<(), Error> {
        if new.total <= 0 {
            return Ok(());
        }
        for reader in readers.iter().filter(|r| r.family_id == new.family_id) {
            let mail = InvoiceIssued {
                to: addressee(&reader.civility, &reader.first_name, &reader.last_name),
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
            let name = format!("{} {}", reader.first_name, reader.last_name);
            let post = Post {
                kind: InvoiceIssued::NAME,
                to_name: &name,
                to_address: &reader.email,
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
    cx.caller.require(Right::Billing)?;
    let head = Arc::new(Letterhead::load(cx).await?);
    let today = cx.at.to_zoned(head.zone.clone()).date();
    let mut problems = Problems::default();
    if today <= period.last_of_month() {
        problems.add(
            "echeance",
            "Ce mois n’est pas terminé : ses factures s’émettent à partir du premier jour du mois suivant.",
        );
    }
    let due_on = typed_date(&form.echeance);
    match due_on {
        None => problems.add("echeance", "Indiquez une date, par exemple 31/12/2026."),
        Some(day) if day <= today => problems.add("echeance", "L’échéance est dans le passé."),
        Some(_) => {}
    }
    if !form.malgre && preview(cx, period).await?.unpriced > 0 {
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
        let Some((last, made)) = turn.write(batch).await? else {
            break;
        };
        after = last;
        invoices += made;
    }
    let runs = billing::runs(&mut cx.read().await?).await?;
    let run = runs.iter().find(|run| run.period == period);
    let all = run.map_or(0, |run| run.invoices);
    Ok(Issue { invoices, all })
}
