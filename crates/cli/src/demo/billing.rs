//! Bills of the demo: last month is issued by a real run, one family has paid at the counter, and PayFiP is open.

use anyhow::Result;
use jiff::{ToSpan, civil::Date};
use preau_app::{
    Cx,
    billing::{self, MonthForm, Paid, contract},
};
use preau_rules::{french, money::Cents};

use super::{Card, InvoiceCard};
use crate::agent::in_words;

/// Invoices that the card tells.
const TOLD: usize = 3;

/// Bills the month before.
pub(super) async fn make(cx: &Cx, slug: &str, today: Date, card: &mut Card) -> Result<()> {
    let contract = contract::Contract {
        client: "090909".to_owned(),
        mode: "T".to_owned(),
        open: true,
    };
    contract::set(cx, &contract).await.map_err(in_words)?;
    let period = today.first_of_month().saturating_sub(1.month());
    let form = MonthForm {
        echeance: french::day_digits(today.saturating_add(21.days())),
        malgre: false,
    };
    billing::issue(cx, period, &form).await.map_err(in_words)?;
    let issued = billing::of_period(cx, period, 1).await.map_err(in_words)?;
    // The last ones belong to families without an account.
    for invoice in issued.iter().rev().take(TOLD) {
        card.invoices.push(InvoiceCard {
            commune: slug.to_owned(),
            code_emission: billing::emission(period),
            reference: invoice.number.clone(),
            montant: format!("{},{:02}", invoice.total / 100, invoice.total % 100),
            code_personnel: invoice.personal_code.clone(),
        });
    }
    if let Some(second) = issued.get(1) {
        let paid = Paid {
            montant: Cents(second.total).to_string(),
            moyen: "cheque".to_owned(),
            reference: "chèque 0012345".to_owned(),
        };
        billing::collect(cx, &second.number, &paid)
            .await
            .map_err(in_words)?;
    }
    Ok(())
}
