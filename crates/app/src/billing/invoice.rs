//! Invoices as families and agents see them; credit notes; payments at the counter.

use std::sync::Arc;

use jiff::civil::Date;
use preau_rules::{french, money::Cents, permission::Right};
use preau_store::{
    Command, Tx,
    tables::{
        account, billing,
        invoice::{self, Invoice, Line},
        journal,
        payment::{self, Payment},
        subscription,
    },
};
use uuid::Uuid;

use super::{
    homes::home,
    run::{month, next},
};
use crate::{
    Caller, Cx, Error, Problems, citizen,
    planning::rules::{self, Current},
};

/// An invoice with all that hangs on it.
#[derive(Debug, Clone)]
pub struct Full {
    /// The invoice.
    pub invoice: Invoice,
    /// Its lines.
    pub lines: Vec<Line>,
    /// What was paid.
    pub payments: Vec<Payment>,
}

impl Full {
    async fn load(tx: &mut Tx, invoice: Invoice) -> Result<Self, Error> {
        Ok(Self {
            lines: invoice::lines(tx, invoice.id).await?,
            payments: payment::of_invoice(tx, invoice.id).await?,
            invoice,
        })
    }
}

/// What is left to pay.
#[must_use]
pub(super) fn left(invoice: &Invoice) -> Cents {
    Cents(invoice.total - invoice.paid)
}

/// The invoices of the caller's families, the last first.
pub async fn my_invoices(cx: &Cx) -> Result<Vec<Invoice>, Error> {
    let mut tx = cx.read().await?;
    let me = citizen::mine(&mut tx, &cx.caller).await?;
    Ok(invoice::of_account(&mut tx, me.id).await?)
}

/// An invoice of the caller's families; another one is not found.
pub(super) async fn own(
    tx: &mut Tx,
    caller: &Caller,
    number: &str,
) -> Result<(account::Account, Invoice), Error> {
    let me = citizen::mine(tx, caller).await?;
    let found = invoice::get(tx, number).await?.ok_or(Error::NotFound)?;
    let tied = subscription::active(tx, me.id, found.family_id).await?;
    tied.map(|_| (me, found)).ok_or(Error::NotFound)
}

/// The same with its lines.
pub async fn my_sheet(cx: &Cx, number: &str) -> Result<Full, Error> {
    let mut tx = cx.read().await?;
    let (_, found) = own(&mut tx, &cx.caller, number).await?;
    Full::load(&mut tx, found).await
}

fn either(caller: &Caller) -> Result<(), Error> {
    caller
        .require(Right::Billing)
        .or_else(|_| caller.require(Right::Collect))
}

/// Any invoice, for who bills or collects.
pub async fn sheet(cx: &Cx, number: &str) -> Result<Full, Error> {
    either(&cx.caller)?;
    let mut tx = cx.read().await?;
    let found = invoice::get(&mut tx, number)
        .await?
        .ok_or(Error::NotFound)?;
    Full::load(&mut tx, found).await
}

/// The invoices of a month, for who bills or collects.
pub async fn of_period(cx: &Cx, period: Date) -> Result<Vec<Invoice>, Error> {
    either(&cx.caller)?;
    Ok(invoice::of_period(&mut cx.read().await?, period).await?)
}

/// What a family was billed and owes.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its invoices, the last first.
    pub invoices: Vec<Invoice>,
    /// What it owes in all; below zero when the commune owes it.
    pub balance: Cents,
    /// The words of the tariffs that hold for it.
    pub words: String,
}

/// What a family was billed and owes, for who bills or collects.
pub async fn of_family(cx: &Cx, family: Uuid) -> Result<Account, Error> {
    either(&cx.caller)?;
    let mut tx = cx.read().await?;
    let found = billing::home(&mut tx, family).await?;
    Ok(Account {
        name: found.ok_or(Error::NotFound)?.name,
        invoices: invoice::of_family(&mut tx, family).await?,
        balance: Cents(invoice::balance(&mut tx, family).await?),
        words: billing::words_of(&mut tx, family)
            .await?
            .unwrap_or_default(),
    })
}

/// What the caller's families owe in all.
pub async fn balance(cx: &Cx) -> Result<Cents, Error> {
    let mut tx = cx.read().await?;
    let me = citizen::mine(&mut tx, &cx.caller).await?;
    let mut sum = 0;
    // A handful at most.
    for tied in subscription::of_account(&mut tx, me.id).await? {
        sum += invoice::balance(&mut tx, tied.family_id).await?;
    }
    Ok(Cents(sum))
}

/// What the month costs so far.
#[derive(Debug, Clone)]
pub struct Running {
    /// First day of the month.
    pub period: Date,
    /// Its lines: what is booked up to its end.
    pub lines: Vec<Line>,
    /// Their sum.
    pub total: Cents,
}

/// The compte en cours of the caller's families: the month as it is booked now.
pub async fn running(cx: &Cx) -> Result<Running, Error> {
    let mut tx = cx.read().await?;
    let me = citizen::mine(&mut tx, &cx.caller).await?;
    let rules = rules::current(cx, &mut tx).await?;
    let zone = rules.loaded.rulebook.calendar.zone.clone();
    let days = month(cx.at.to_zoned(zone).date());
    let mut lines = Vec::new();
    // A handful at most.
    for tied in subscription::of_account(&mut tx, me.id).await? {
        let home = home(&mut tx, tied.family_id, Some(days)).await?;
        let bill = home.bill(&rules);
        lines.extend(home.lines(&rules, bill));
    }
    lines.sort_by_key(|line| line.day);
    Ok(Running {
        period: days.0,
        total: Cents(lines.iter().map(|line| line.cents).sum()),
        lines,
    })
}

/// How it was paid at the counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// Cash.
    Cash,
    /// A cheque.
    Cheque,
    /// A bank transfer.
    Transfer,
}

impl Means {
    /// Its code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Cheque => "cheque",
            Self::Transfer => "transfer",
        }
    }

    /// The means of that code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        let all = [Self::Cash, Self::Cheque, Self::Transfer];
        all.into_iter().find(|means| means.code() == code)
    }

    const fn account(self) -> &'static str {
        match self {
            Self::Cash => "caisse",
            Self::Cheque => "cheque",
            Self::Transfer => "virement",
        }
    }
}

/// A payment at the counter as typed.
#[derive(Debug, Clone, Default)]
pub struct Paid {
    /// How much.
    pub montant: String,
    /// Code of the means.
    pub moyen: String,
    /// Number of the cheque, name on the transfer.
    pub reference: String,
}

/// Writes a payment with its move of the ledger; the number of the receipt.
pub(super) async fn pay(
    tx: &mut Tx,
    rules: &Current,
    mut new: Payment,
    account: &str,
) -> Result<String, Error> {
    new.id = tx.new_id();
    new.number = next(tx, rules, "Q-").await?;
    new.at = tx.at();
    payment::insert(tx, &new).await?;
    invoice::post(tx, new.family_id, account, "famille", new.cents).await?;
    Ok(new.number)
}

struct Collect {
    caller: Caller,
    number: String,
    cents: Cents,
    means: Means,
    reference: String,
    rules: Arc<Current>,
}

impl Command for Collect {
    const NAME: &'static str = "billing.collect";
    type Answer = String;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<String, Error> {
        self.caller.require_now(tx, Right::Collect).await?;
        let found = invoice::get(tx, &self.number).await?;
        let found = found.ok_or(Error::NotFound)?;
        let left = left(&found);
        if self.cents > left {
            return Err(Error::field(
                "montant",
                format!(
                    "Il reste {} à payer sur cette facture.",
                    left.max(Cents::ZERO)
                ),
            ));
        }
        let new = Payment {
            id: Uuid::nil(),
            number: String::new(),
            invoice_id: found.id,
            family_id: found.family_id,
            cents: self.cents.0,
            means: self.means.code().to_owned(),
            reference: self.reference.clone(),
            at: tx.at(),
            by_name: self.caller.actor().name,
            attempt_id: None,
        };
        let number = pay(tx, &self.rules, new, self.means.account()).await?;
        let change = journal::Change {
            action: "created",
            kind: "payment",
            id: number.clone(),
            name: &found.number,
            before: None::<&String>,
            after: Some(&self.cents.to_string()),
        };
        journal::note(tx, change).await?;
        Ok(number)
    }
}

/// Takes a payment at the counter; the number of the receipt.
pub async fn collect(cx: &Cx, number: &str, form: &Paid) -> Result<String, Error> {
    cx.caller.require(Right::Collect)?;
    let mut problems = Problems::default();
    let cents = match Cents::parse(&form.montant) {
        Ok(cents) if cents > Cents::ZERO => Some(cents),
        Ok(_) => {
            problems.add("montant", "Le montant est plus grand que zéro.");
            None
        }
        Err(error) => {
            problems.add("montant", error.message_fr());
            None
        }
    };
    let means = Means::of(&form.moyen);
    if means.is_none() {
        problems.add("moyen", "Choisissez le moyen de paiement.");
    }
    let (Some(cents), Some(means)) = (cents, means) else {
        return Err(problems.into_error());
    };
    let command = Collect {
        caller: cx.caller.clone(),
        number: number.to_owned(),
        cents,
        means,
        reference: form.reference.trim().chars().take(100).collect(),
        rules: rules::load(cx).await?,
    };
    cx.write(command).await
}

struct Credit {
    caller: Caller,
    number: String,
    reason: String,
    rules: Arc<Current>,
}

impl Command for Credit {
    const NAME: &'static str = "billing.credit";
    type Answer = String;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<String, Error> {
        self.caller.require_now(tx, Right::Billing).await?;
        let found = invoice::get(tx, &self.number)
            .await?
            .ok_or(Error::NotFound)?;
        let all = invoice::of_family(tx, found.family_id).await?;
        if found.credits.is_some() || all.iter().any(|other| other.credits == Some(found.id)) {
            return Err(Error::Conflict(
                "Cette facture est déjà annulée par un avoir.".to_owned(),
            ));
        }
        let lines = invoice::lines(tx, found.id).await?;
        let back: Vec<Line> = lines
            .into_iter()
            .map(|line| Line {
                cents: -line.cents,
                why: format!("Annule la ligne de la facture {}.", found.number),
                ..line
            })
            .collect();
        let note = Invoice {
            id: tx.new_id(),
            number: next(tx, &self.rules, "A-").await?,
            total: -found.total,
            issued_at: tx.at(),
            credits: Some(found.id),
            reason: self.reason.clone(),
            paid: 0,
            ..found.clone()
        };
        invoice::insert(tx, &note, &back).await?;
        if note.total != 0 {
            invoice::post(tx, found.family_id, "famille", "produits", note.total).await?;
        }
        let left = left(&found).0;
        if left > 0 {
            self.set_off(tx, &found, &note.number, left).await?;
            self.set_off(tx, &note, &found.number, -left).await?;
        }
        let change = journal::Change {
            action: "created",
            kind: "credit_note",
            id: note.number.clone(),
            name: &found.number,
            before: None::<&String>,
            after: Some(&self.reason),
        };
        journal::note(tx, change).await?;
        Ok(note.number)
    }
}

impl Credit {
    /// What was not paid yet is set off against the credit note: nobody owes it any more. No money moves.
    async fn set_off(
        &self,
        tx: &mut Tx,
        of: &Invoice,
        against: &str,
        cents: i64,
    ) -> Result<(), Error> {
        let new = Payment {
            id: tx.new_id(),
            number: next(tx, &self.rules, "C-").await?,
            invoice_id: of.id,
            family_id: of.family_id,
            cents,
            means: "credit".to_owned(),
            reference: against.to_owned(),
            at: tx.at(),
            by_name: self.caller.actor().name,
            attempt_id: None,
        };
        Ok(payment::insert(tx, &new).await?)
    }
}

/// Takes a whole invoice back by a credit note, with a reason; the number of the note.
pub async fn credit(cx: &Cx, number: &str, reason: &str) -> Result<String, Error> {
    cx.caller.require(Right::Billing)?;
    let reason = reason.trim();
    if reason.chars().count() < 3 {
        return Err(Error::field(
            "motif",
            "Dites pourquoi : la famille et le comptable le liront.",
        ));
    }
    let command = Credit {
        caller: cx.caller.clone(),
        number: number.to_owned(),
        reason: reason.chars().take(300).collect(),
        rules: rules::load(cx).await?,
    };
    cx.write(command).await
}

/// « jusqu’au 31 décembre 2026 à minuit », or why an invoice is not paid online any more.
pub fn payable(invoice: &Invoice, today: Date) -> Result<String, String> {
    let due = french::day_month_year(invoice.due_on);
    if invoice.credits.is_some() {
        Err("Un avoir ne se paie pas.".to_owned())
    } else if left(invoice) <= Cents::ZERO {
        Err("Cette facture est réglée.".to_owned())
    } else if today > invoice.due_on {
        Err(format!(
            "Le paiement en ligne était possible jusqu’au {due} à minuit. Attendez l’avis du Trésor public, ou adressez-vous à la mairie."
        ))
    } else {
        Ok(format!("jusqu’au {due} à minuit"))
    }
}
