//! Payments at the counter, and credit notes.

use std::sync::Arc;

use preau_rules::{money::Cents, permission::Right};
use preau_store::{
    Command, Tx,
    tables::{
        invoice::{self, Invoice, Line},
        journal,
        payment::{self, Payment},
    },
};
use uuid::Uuid;

use super::{invoice::left, run::next};
use crate::{
    Caller, Cx, Error, Problems,
    planning::rules::{self, Current},
};

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
