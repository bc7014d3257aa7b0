//! What follows from an absence, said to the family.

use super::absence::{AbsenceRule, Bill, Consequence, Missed, Waiting};
use super::absence_setting::Credit;
use super::exact::Exact;
use crate::french;

impl Consequence {
    /// Why, in a sentence for the family: "Maladie (1 jour réservé de carence) : lundi 14
    /// septembre, dû ; mardi 15 septembre, non facturé."
    pub fn explain_fr(&self, rules: &[AbsenceRule]) -> String {
        let rule = self.rule.and_then(|index| rules.get(index));
        let mut text = match rule {
            Some(rule) => rule.name.clone(),
            None => "Aucune règle ne dispense de payer ce qui était réservé".to_owned(),
        };
        if let Some(waiting) = rule.and_then(|rule| rule.waiting.label_fr()) {
            text = format!("{text} ({waiting})");
        }
        let said: Vec<String> = self
            .days
            .iter()
            .map(|(day, bill)| format!("{}, {}", french::day(*day), bill.label_fr()))
            .collect();
        text = format!("{text}\u{a0}: {}.", said.join("\u{a0}; "));
        if let Some((index, why)) = self.missed
            && let Some(rule) = rules.get(index)
        {
            let why = match why {
                Missed::Proof => "le justificatif n’est pas arrivé à temps",
                Missed::Told => "l’absence n’a pas été signalée à temps",
                Missed::Short => "l’absence est trop courte",
            };
            text = format!(
                "{text} La règle «\u{a0}{}\u{a0}» ne s’applique pas\u{a0}: {why}.",
                rule.name
            );
        }
        if let Some(rule) = rule {
            if let Some(credit) = rule.credit.filter(|_| self.due() < self.days.len()) {
                text = format!("{text} {}", credit.label_fr());
            }
            if let Some(note) = &rule.note {
                text = format!("{text} {note}");
            }
        }
        text
    }
}

impl Bill {
    /// "non facturé", "dû".
    pub fn label_fr(self) -> String {
        match self {
            Self::Nothing => "non facturé".to_owned(),
            Self::Full => "dû".to_owned(),
            Self::Part(part) => {
                let percent = part.times(Exact::whole(100)).unwrap_or(part);
                format!("dû à {}\u{a0}%", percent.plain())
            }
            Self::Price(cents) => format!("{cents} au lieu du prix"),
        }
    }
}

impl Credit {
    /// How the money comes back, as a sentence.
    pub const fn label_fr(self) -> &'static str {
        match self {
            Self::SameBill => "La déduction est faite sur la même facture.",
            Self::NextBill => "La déduction est faite sur la facture suivante.",
            Self::Refund => "La somme est remboursée.",
            Self::CarryOver => "La somme est reportée.",
            Self::Choice => "La famille choisit entre le remboursement et l’avoir.",
        }
    }
}

impl Waiting {
    fn label_fr(self) -> Option<String> {
        match self {
            Self::No => None,
            Self::Booked(count) => Some(format!(
                "{} de carence",
                french::count(u64::from(count), "jour réservé", "jours réservés")
            )),
            Self::Days(count) => Some(format!(
                "{} de carence",
                french::count(count.unsigned_abs(), "jour", "jours")
            )),
            Self::Until(day) => Some(format!("carence jusqu’au {} suivant", french::weekday(day))),
        }
    }
}
