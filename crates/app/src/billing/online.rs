//! Paying online by PayFiP. The town hall believes only the answer of the service, compared field by field with what was
//! asked: a browser that comes back and a notification are no more than a reason to ask.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use preau_formats::payfip::{self, Order};
use preau_rules::{
    french,
    money::Cents,
    payment::{Facts, PAUSE, Standing, standing},
    permission::Right,
};
use preau_store::{
    Command, StoreError, Tx,
    tables::{
        invoice::{self, Invoice},
        job, journal,
        payment::{self, Attempt, Payment},
    },
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    contract::{contract, say, silent_fr},
    counter,
    invoice::{own, payable},
};
use crate::{
    Caller, Cx, Error, Problems,
    jobs::End,
    planning::rules::{self, Current},
};

/// Kind of the job that asks what became of a try.
pub const JOB: &str = "payfip.check";
/// When it asks, in minutes after the try.
const ASKS: [i64; 7] = [1, 3, 10, 20, 60, 130, 24 * 60];

#[derive(Debug, Serialize, Deserialize)]
struct Check {
    operation: String,
}

fn facts(attempt: &Attempt) -> Facts {
    Facts {
        operation: attempt.operation.clone(),
        client: attempt.client.clone(),
        reference: attempt.reference.clone(),
        amount: attempt.cents.to_string(),
        mode: attempt.mode.clone(),
    }
}

/// Letters and digits of an invoice's number, six at least.
fn reference(invoice: &Invoice) -> String {
    let kept = invoice.number.chars().filter(char::is_ascii_alphanumeric);
    format!("F{}", kept.collect::<String>())
}

fn age(attempt: &Attempt, now: Timestamp) -> i64 {
    now.duration_since(attempt.made_at).as_mins()
}

/// Why another try has to wait, if one is under way.
fn busy(open: &[Attempt], now: Timestamp, zone: &jiff::tz::TimeZone) -> Option<Error> {
    if open.iter().any(|a| a.state == Standing::Unknown.code()) {
        return Some(Error::Conflict(
            "Un paiement de cette facture doit être vérifié par la mairie. Ne payez pas une seconde fois : elle vous répondra."
                .to_owned(),
        ));
    }
    let recent = open.iter().find(|a| age(a, now) < PAUSE)?;
    let again = recent.made_at + SignedDuration::from_mins(PAUSE);
    Some(Error::Conflict(format!(
        "Un paiement de cette facture a été commencé à {}. Terminez-le dans l’autre fenêtre, ou recommencez à partir de {}.",
        french::hour(recent.made_at.to_zoned(zone.clone()).time()),
        french::hour(again.to_zoned(zone.clone()).time()),
    )))
}

struct Open {
    caller: Caller,
    number: String,
    attempt: Attempt,
    rules: Arc<Current>,
}

impl Command for Open {
    const NAME: &'static str = "payfip.open";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let at = tx.at();
        let (_, found) = own(tx, &self.caller, &self.number).await?;
        let zone = self.rules.loaded.rulebook.calendar.zone.clone();
        payable(&found, at.to_zoned(zone.clone()).date()).map_err(Error::Conflict)?;
        if found.total - found.paid != self.attempt.cents {
            return Err(Error::Conflict(
                "Le montant de cette facture vient de changer. Reprenez la page.".to_owned(),
            ));
        }
        if let Some(error) = busy(&payment::opened(tx, found.id).await?, at, &zone) {
            return Err(error);
        }
        payment::open(tx, &self.attempt).await?;
        for minutes in ASKS {
            let operation = self.attempt.operation.clone();
            let later = at + SignedDuration::from_mins(minutes);
            job::enqueue(tx, JOB, &Check { operation }, later, None).await?;
        }
        Ok(())
    }
}

/// Begins to pay an invoice: the address of the page on which one pays.
pub async fn pay(cx: &Cx, number: &str) -> Result<String, Error> {
    let rules = rules::load(cx).await?;
    let zone = rules.loaded.rulebook.calendar.zone.clone();
    let mut tx = cx.read().await?;
    let contract = contract(&mut tx).await?;
    let (me, found) = own(&mut tx, &cx.caller, number).await?;
    let before = payment::opened(&mut tx, found.id).await?;
    drop(tx);
    if !contract.open {
        return Err(Error::Conflict(
            "Le paiement en ligne n’est pas ouvert par la commune.".to_owned(),
        ));
    }
    for attempt in &before {
        check(cx, &attempt.operation).await?;
    }
    let mut tx = cx.read().await?;
    let (_, found) = own(&mut tx, &cx.caller, &found.number).await?;
    let open = payment::opened(&mut tx, found.id).await?;
    drop(tx);
    payable(&found, cx.at.to_zoned(zone.clone()).date()).map_err(Error::Conflict)?;
    if let Some(error) = busy(&open, cx.at, &zone) {
        return Err(error);
    }
    let cents = found.total - found.paid;
    if !(payfip::LEAST..=payfip::MOST).contains(&cents) {
        return Err(Error::Conflict(format!(
            "PayFiP prend de {} à {}. Réglez cette facture à la mairie.",
            Cents(payfip::LEAST),
            Cents(payfip::MOST)
        )));
    }
    let base = format!("{}/{}", cx.app.settings.public_url, cx.commune()?.slug);
    let asked = Facts {
        operation: String::new(),
        client: contract.client,
        reference: reference(&found),
        amount: cents.to_string(),
        mode: contract.mode,
    };
    let order = Order {
        year: cx.at.to_zoned(zone).year(),
        email: me.email.clone(),
        facts: asked.clone(),
        subject: format!("Facture {}", found.number),
        notify: format!("{base}/payfip/notification"),
        back: format!("{base}/payfip/retour"),
    };
    let answer = say(cx, payfip::create(&order)).await;
    let operation = answer.and_then(|xml| payfip::created(&xml));
    let operation = operation.map_err(|heard| {
        tracing::warn!(?heard, "PayFiP made no operation");
        Error::Conflict(format!(
            "{} Rien n’a été payé : réessayez dans quelques minutes.",
            silent_fr(&heard)
        ))
    })?;
    let attempt = Attempt {
        id: cx.app.entropy.id(cx.at),
        operation: operation.clone(),
        invoice_id: found.id,
        account_id: me.id,
        client: asked.client,
        reference: asked.reference,
        cents,
        mode: asked.mode,
        state: Standing::Opened.code().to_owned(),
        made_at: cx.at,
        checked_at: None,
        said: String::new(),
    };
    let command = Open {
        caller: cx.caller.clone(),
        number: found.number,
        attempt,
        rules,
    };
    cx.write(command).await?;
    Ok(format!(
        "{}{}?idop={operation}",
        cx.app.settings.payfip,
        payfip::PAGE
    ))
}

struct Settle {
    operation: String,
    standing: Standing,
    said: String,
    rules: Arc<Current>,
}

impl Command for Settle {
    const NAME: &'static str = "payfip.settle";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let found = payment::by_operation(tx, &self.operation).await?;
        let found = found.ok_or(Error::NotFound)?;
        // What is paid is paid: whatever comes later, however often, changes nothing.
        let silent = self.standing == Standing::Opened && found.state != self.standing.code();
        if found.state == Standing::Paid.code() || silent {
            return Ok(());
        }
        payment::settle(tx, found.id, self.standing.code(), &self.said).await?;
        if self.standing != Standing::Paid {
            return Ok(());
        }
        let paid = invoice::by_id(tx, found.invoice_id).await?;
        let paid = paid.ok_or(Error::NotFound)?;
        // The money came, also when the invoice was paid or taken back meanwhile: then the commune owes it.
        let new = Payment {
            id: Uuid::nil(),
            number: String::new(),
            invoice_id: paid.id,
            family_id: paid.family_id,
            cents: found.cents,
            means: "card".to_owned(),
            reference: self.said.clone(),
            at: tx.at(),
            by_name: "PayFiP".to_owned(),
            attempt_id: Some(found.id),
        };
        counter::pay(tx, &self.rules, new, "payfip").await?;
        Ok(())
    }
}

/// Asks PayFiP what became of a try, and writes it down. An operation that was never made here is asked nothing about.
async fn check(cx: &Cx, operation: &str) -> Result<Option<(Standing, Uuid)>, Error> {
    let mut tx = cx.read().await?;
    let found = payment::by_operation(&mut tx, operation).await?;
    drop(tx);
    let Some(found) = found else { return Ok(None) };
    if found.state == Standing::Paid.code() {
        return Ok(Some((Standing::Paid, found.invoice_id)));
    }
    let heard = match say(cx, payfip::detail(operation)).await {
        Ok(xml) => payfip::heard(&xml),
        Err(heard) => heard,
    };
    let (standing, said) = standing(&facts(&found), &heard, age(&found, cx.at));
    let command = Settle {
        operation: operation.to_owned(),
        standing,
        said: said.chars().take(300).collect(),
        rules: rules::load(cx).await?,
    };
    let mut once = cx.clone();
    once.key = None;
    once.write(command).await?;
    Ok(Some((standing, found.invoice_id)))
}

/// PayFiP says that something happened, or somebody who pretends to be PayFiP: it is asked.
///
/// While PayFiP is being asked about as much as it may be, a notification is passed over: the job asks anyway.
pub async fn notified(cx: &Cx, operation: &str) -> Result<(), Error> {
    if cx.app.payfip_calls.available_permits() == 0 {
        return Ok(());
    }
    check(cx, operation).await.map(|_| ())
}

/// The browser comes back: where its try stands, and the number of the invoice.
pub async fn came_back(cx: &Cx, operation: &str) -> Result<(Standing, String), Error> {
    let found = check(cx, operation).await?;
    let (standing, invoice) = found.ok_or(Error::NotFound)?;
    let mut tx = cx.read().await?;
    let found = invoice::by_id(&mut tx, invoice)
        .await?
        .ok_or(Error::NotFound)?;
    let (_, found) = own(&mut tx, &cx.caller, &found.number).await?;
    Ok((standing, found.number))
}

/// The job: asks until it is paid. What was refused or given up is asked about as well, in case it was paid after all; what
/// a person has to look at, or looked at, is not.
pub async fn poll(cx: &Cx, payload: &str) -> Result<End, Error> {
    let read = serde_json::from_str::<Check>(payload);
    let Check { operation } = read.map_err(|e| StoreError::Internal(format!("job {JOB}: {e}")))?;
    let mut tx = cx.read().await?;
    let found = payment::by_operation(&mut tx, &operation).await?;
    drop(tx);
    let asks = [Standing::Opened, Standing::Refused, Standing::Cancelled].map(Standing::code);
    if found.is_some_and(|a| asks.contains(&a.state.as_str())) {
        check(cx, &operation).await?;
    }
    Ok(End::Done)
}

/// Payments that a person must look at.
pub async fn to_look_at(cx: &Cx) -> Result<Vec<Attempt>, Error> {
    cx.caller.require(Right::Collect)?;
    Ok(payment::unknown(&mut cx.read().await?).await?)
}

/// An agent has PayFiP asked once more.
pub async fn ask_again(cx: &Cx, operation: &str) -> Result<Standing, Error> {
    cx.caller.require(Right::Collect)?;
    let found = check(cx, operation).await?.ok_or(Error::NotFound)?;
    Ok(found.0)
}

struct SetAside {
    caller: Caller,
    operation: String,
    reason: String,
}

impl Command for SetAside {
    const NAME: &'static str = "payfip.set_aside";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::Collect).await?;
        let found = payment::by_operation(tx, &self.operation).await?;
        let found = found.filter(|a| a.state == Standing::Unknown.code());
        let found = found.ok_or(Error::NotFound)?;
        payment::settle(tx, found.id, Standing::Expired.code(), &found.said).await?;
        let change = journal::Change {
            action: "changed",
            kind: "payment",
            id: self.operation.clone(),
            name: &found.reference,
            before: Some(&found.said),
            after: Some(&self.reason),
        };
        journal::note(tx, change).await?;
        Ok(())
    }
}

/// An agent saw with the DGFiP that nothing was paid: the family may try again.
pub async fn set_aside(cx: &Cx, operation: &str, reason: &str) -> Result<(), Error> {
    cx.caller.require(Right::Collect)?;
    let reason = reason.trim();
    let mut problems = Problems::default();
    if operation.is_empty() {
        problems.add("operation", "Choisissez le paiement.");
    }
    if reason.chars().count() < 3 {
        problems.add("motif", "Dites ce que la DGFiP a répondu.");
    }
    if !problems.none() {
        return Err(problems.into_error());
    }
    let command = SetAside {
        caller: cx.caller.clone(),
        operation: operation.to_owned(),
        reason: reason.chars().take(300).collect(),
    };
    cx.write(command).await
}
