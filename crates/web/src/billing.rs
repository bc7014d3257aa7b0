//! What pages of families and of agents show of an invoice.

use jiff::civil::Date;
use preau_app::billing::{self, Full};
use preau_rules::{french, money::Cents};
use preau_store::tables::invoice::Line;

use crate::call::Call;

/// Lines of one child and one unit at one price.
pub(crate) struct Group {
    /// « Léa, Restaurant scolaire, Repas ».
    pub(crate) what: String,
    /// « 14 fois 3,50 € ».
    pub(crate) times: String,
    /// Why it costs that.
    pub(crate) why: String,
    /// « les 5, 6 et 8 octobre ».
    pub(crate) days: String,
    /// The sum.
    pub(crate) sum: String,
}

/// Lines, grouped so that they can be read.
pub(crate) fn groups(lines: &[Line]) -> Vec<Group> {
    let mut found: Vec<(&Line, Vec<Date>)> = Vec::new();
    for line in lines {
        let same = |other: &Line| {
            (other.child_id, &other.label, other.cents, &other.why)
                == (line.child_id, &line.label, line.cents, &line.why)
        };
        match found.iter_mut().find(|(first, _)| same(first)) {
            Some((_, days)) => days.push(line.day),
            None => found.push((line, vec![line.day])),
        }
    }
    found.sort_by(|(a, _), (b, _)| {
        (&a.child, &a.label, -a.cents).cmp(&(&b.child, &b.label, -b.cents))
    });
    found
        .into_iter()
        .map(|(line, days)| group(line, &days))
        .collect()
}

fn group(line: &Line, days: &[Date]) -> Group {
    let times = i64::try_from(days.len()).unwrap_or(i64::MAX);
    let each = Cents(line.cents);
    Group {
        what: format!("{}, {}", line.child, line.label),
        times: match times {
            1 => format!("1 fois {each}"),
            n => format!("{n} fois {each}"),
        },
        why: line.why.clone(),
        days: days_fr(days),
        sum: Cents(line.cents.saturating_mul(times)).to_string(),
    }
}

/// « les 5, 6 et 8 octobre », all of one month; « le 5 octobre ».
fn days_fr(days: &[Date]) -> String {
    let (Some(last), false) = (days.last(), days.len() < 2) else {
        return days
            .first()
            .map_or_else(String::new, |day| format!("le {}", french::day_month(*day)));
    };
    let number = |day: &Date| match day.day() {
        1 => "1er".to_owned(),
        n => n.to_string(),
    };
    let numbers: Vec<String> = days.iter().map(number).collect();
    format!("les {} {}", french::list(&numbers), french::month(*last))
}

/// A payment.
pub(crate) struct Payment {
    pub(crate) number: String,
    pub(crate) what: String,
    pub(crate) sum: String,
}

/// An invoice on a page.
pub(crate) struct Sheet {
    pub(crate) number: String,
    pub(crate) title: String,
    pub(crate) credit: bool,
    pub(crate) reason: String,
    pub(crate) issued: String,
    pub(crate) due: String,
    pub(crate) payer: Vec<String>,
    pub(crate) emission: String,
    pub(crate) personal_code: String,
    pub(crate) groups: Vec<Group>,
    pub(crate) total: String,
    pub(crate) payments: Vec<Payment>,
    pub(crate) left: String,
    pub(crate) settled: bool,
    /// Until when it is paid online.
    pub(crate) until: Option<String>,
    /// Why it is not.
    pub(crate) why_not: String,
}

/// « par carte bancaire ».
pub(crate) fn means_fr(code: &str) -> &'static str {
    match code {
        "card" => "par carte bancaire",
        "cash" => "en espèces",
        "cheque" => "par chèque",
        "transfer" => "par virement",
        _ => "compensé avec",
    }
}

/// « Facture d’octobre 2026 ».
pub(crate) fn title(period: Date, credit: bool) -> String {
    billing::title_fr(period, if credit { "Avoir" } else { "Facture" })
}

pub(crate) fn sheet(call: &Call, full: &Full) -> Sheet {
    let zone = call.portal.zone();
    let today = call.cx.at.to_zoned(zone.clone()).date();
    let day = |at: jiff::Timestamp| french::day_month_year(at.to_zoned(zone.clone()).date());
    let invoice = &full.invoice;
    let payments = full.payments.iter().map(|payment| Payment {
        number: payment.number.clone(),
        what: match payment.reference.as_str() {
            "" => format!("{}, le {}", means_fr(&payment.means), day(payment.at)),
            reference => format!(
                "{} ({reference}), le {}",
                means_fr(&payment.means),
                day(payment.at)
            ),
        },
        sum: Cents(payment.cents).to_string(),
    });
    let payable = billing::payable(invoice, today);
    Sheet {
        number: invoice.number.clone(),
        title: title(invoice.period, invoice.credits.is_some()),
        credit: invoice.credits.is_some(),
        reason: invoice.reason.clone(),
        issued: day(invoice.issued_at),
        due: french::day_month_year(invoice.due_on),
        payer: invoice.payer.lines().map(str::to_owned).collect(),
        emission: billing::emission(invoice.period),
        personal_code: invoice.personal_code.clone(),
        groups: groups(&full.lines),
        total: Cents(invoice.total).to_string(),
        payments: payments.collect(),
        left: Cents(invoice.total - invoice.paid).to_string(),
        settled: invoice.total == invoice.paid,
        until: payable.as_ref().ok().cloned(),
        why_not: payable.err().unwrap_or_default(),
    }
}
