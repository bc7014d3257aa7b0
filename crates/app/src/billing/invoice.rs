//! Invoices as families and agents see them; credit notes; payments at the counter.

use jiff::civil::Date;
use preau_rules::{french, money::Cents, permission::Right};
use preau_store::{
    Tx,
    tables::{
        account, billing,
        invoice::{self, Invoice, Line},
        payment::{self, Payment},
        subscription,
    },
};
use uuid::Uuid;

use super::{
    homes::{biller, home},
    run::month,
};
use crate::{Caller, Cx, Error, citizen, planning::rules};

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

/// Any invoice, for who bills.
pub async fn sheet(cx: &Cx, number: &str) -> Result<Full, Error> {
    cx.caller.require(Right::Billing)?;
    let mut tx = cx.read().await?;
    let found = invoice::get(&mut tx, number)
        .await?
        .ok_or(Error::NotFound)?;
    Full::load(&mut tx, found).await
}

/// Invoices on a page.
pub const PAGE: i64 = 200;

/// The invoices of a month, a page of them from 1 on.
pub async fn of_period(cx: &Cx, period: Date, page: i64) -> Result<Vec<Invoice>, Error> {
    cx.caller.require(Right::Billing)?;
    let skip = (page.clamp(1, 100_000) - 1) * PAGE;
    Ok(invoice::of_period(&mut cx.read().await?, period, PAGE, skip).await?)
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

/// What a family was billed and owes, for who bills.
pub async fn of_family(cx: &Cx, family: Uuid) -> Result<Account, Error> {
    cx.caller.require(Right::Billing)?;
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
        let bill = home.bill(&mut biller(&rules));
        lines.extend(home.lines(&rules, bill));
    }
    lines.sort_by_key(|line| line.day);
    Ok(Running {
        period: days.0,
        total: Cents(lines.iter().map(|line| line.cents).sum()),
        lines,
    })
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
