//! The quotient of a family, where the commune computes it itself: resources by month, shared by
//! persons, parts of its own or tax parts.

use serde::{Deserialize, Serialize};

use super::build::SettingError;
use super::exact::Exact;
use super::written::Written;
use crate::french;

/// The key `billing.quotient`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QuotientSetting {
    /// By what the income of a year is divided: 12 for a monthly quotient (if nothing is said), 1
    /// for a yearly one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub months: Option<u8>,
    /// Whether the benefits of a month are added.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub benefits: bool,
    /// What it is shared by.
    pub shared_by: Sharing,
    /// Parts of the adults together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adults: Option<Written>,
    /// Parts of the first child, the second …; the last one holds for all that follow.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Written>,
}

/// What resources are shared by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sharing {
    /// Parts as the settings say them; those of the CAF if they say nothing.
    #[default]
    #[serde(rename = "parts")]
    Parts,
    /// Everybody in the home counts one.
    #[serde(rename = "personnes")]
    Persons,
    /// The parts of the tax notice.
    #[serde(rename = "parts fiscales")]
    TaxParts,
}

/// The formula, ready to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotientRule {
    months: Exact,
    benefits: bool,
    shared_by: Sharing,
    adults: Exact,
    children: Vec<Exact>,
}

/// A family's papers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Household {
    /// Income of the year, in cents: of the tax notices of all adults.
    pub income: i64,
    /// Benefits of a month, in cents.
    pub benefits: i64,
    /// Adults in the home.
    pub adults: u32,
    /// Children in the home.
    pub children: u32,
    /// Parts of the tax notice, in hundredths.
    pub tax_parts: Option<u32>,
}

impl QuotientRule {
    /// Reads the settings. Without `adults` and `children` the parts are those of the CAF: two for
    /// the parents, together or alone, a half for the first and second child, one for the third, a
    /// half for each further one.
    pub fn build(setting: &QuotientSetting) -> Result<Self, SettingError> {
        let part = |key: &str, text: &Written| {
            let part = Exact::decimal(&text.0, 0).filter(|part| !part.is_negative());
            part.ok_or_else(|| SettingError {
                key: format!("billing.quotient.{key}"),
                message: format!("«\u{a0}{}\u{a0}» n’est pas un nombre de parts", text.0),
            })
        };
        let adults = setting.adults.as_ref().map(|text| part("adults", text));
        let children: Result<Vec<Exact>, SettingError> = (setting.children.iter())
            .map(|text| part("children", text))
            .collect();
        let mut children = children?;
        if children.is_empty() {
            let half = Exact::decimal("0.5", 0).unwrap_or(Exact::ONE);
            children = vec![half, half, Exact::ONE, half];
        }
        let months = setting.months.unwrap_or(12);
        if months == 0 {
            return Err(SettingError {
                key: "billing.quotient.months".to_owned(),
                message: "écrivez 12 pour un quotient mensuel, 1 pour un quotient annuel"
                    .to_owned(),
            });
        }
        Ok(Self {
            months: Exact::whole(i64::from(months)),
            benefits: setting.benefits,
            shared_by: setting.shared_by,
            adults: adults.transpose()?.unwrap_or(Exact::whole(2)),
            children,
        })
    }

    /// What resources are shared by; nothing when the papers do not say.
    pub fn parts(&self, home: &Household) -> Option<Exact> {
        match self.shared_by {
            Sharing::Persons => Some(Exact::whole(
                i64::from(home.adults) + i64::from(home.children),
            )),
            Sharing::TaxParts => Exact::ratio(i64::from(home.tax_parts?), 100),
            Sharing::Parts => {
                let mut parts = self.adults;
                let listed = self.children.iter().copied();
                let last = self.children.last().copied()?;
                let count = usize::try_from(home.children.min(100)).ok()?;
                for part in listed.chain(std::iter::repeat(last)).take(count) {
                    parts = parts.plus(part)?;
                }
                Some(parts)
            }
        }
    }

    /// The quotient in cents, cents dropped as the CAF does; nothing when nothing is shared.
    pub fn quotient(&self, home: &Household) -> Option<i64> {
        let parts = self.parts(home).filter(|parts| *parts > Exact::ZERO)?;
        let mut resources = Exact::whole(home.income).over(self.months)?;
        if self.benefits {
            resources = resources.plus(Exact::whole(home.benefits))?;
        }
        let euros = resources.over(parts)?.over(Exact::whole(100))?.floor();
        euros.max(0).checked_mul(100)
    }

    /// How it came about, for the family: "revenu de l’année ÷ 12 + prestations du mois, pour 3
    /// parts : 700".
    pub fn explain_fr(&self, home: &Household) -> Option<String> {
        let quotient = self.quotient(home)?;
        let months = self.months.plain();
        let income = if self.months == Exact::ONE {
            "revenu de l’année".to_owned()
        } else {
            format!("revenu de l’année ÷\u{a0}{months}")
        };
        let benefits = if self.benefits {
            " + prestations du mois"
        } else {
            ""
        };
        let parts = self.parts(home)?;
        let shared = match self.shared_by {
            Sharing::Persons => "personnes",
            Sharing::TaxParts => "parts fiscales",
            Sharing::Parts => "parts",
        };
        let euros = french::number((quotient / 100).unsigned_abs());
        Some(format!(
            "{income}{benefits}, pour {}\u{a0}{shared}\u{a0}: quotient {euros}",
            parts.plain()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(income: i64, adults: u32, children: u32) -> Household {
        Household {
            income: income * 100,
            benefits: 30_000,
            adults,
            children,
            tax_parts: Some(250),
        }
    }

    fn rule(setting: &QuotientSetting) -> QuotientRule {
        QuotientRule::build(setting).unwrap()
    }

    #[test]
    fn a_border_commune_rebuilds_the_quotient_of_the_caf() {
        let rule = rule(&QuotientSetting {
            benefits: true,
            ..QuotientSetting::default()
        });
        // (36 000 / 12 + 300) / (2 + 0,5 + 0,5 + 1) = 825
        assert_eq!(rule.quotient(&home(36_000, 2, 3)), Some(82_500));
        assert_eq!(rule.quotient(&home(36_000, 1, 4)), Some(73_300));
        let said = rule.explain_fr(&home(36_000, 2, 3)).unwrap();
        assert!(said.contains("4\u{a0}parts\u{a0}: quotient 825"), "{said}");
    }

    #[test]
    fn by_persons_and_by_year() {
        let rule = rule(&QuotientSetting {
            months: Some(1),
            shared_by: Sharing::Persons,
            ..QuotientSetting::default()
        });
        assert_eq!(rule.quotient(&home(28_000, 2, 2)), Some(700_000));
        assert_eq!(rule.quotient(&home(28_000, 0, 0)), None);
    }

    #[test]
    fn by_tax_parts() {
        let rule = rule(&QuotientSetting {
            shared_by: Sharing::TaxParts,
            ..QuotientSetting::default()
        });
        assert_eq!(rule.quotient(&home(30_000, 2, 1)), Some(100_000));
        let unknown = Household {
            tax_parts: None,
            ..home(30_000, 2, 1)
        };
        assert_eq!(rule.quotient(&unknown), None);
    }

    #[test]
    fn what_is_not_a_part_is_refused() {
        let setting = QuotientSetting {
            children: vec![Written::from("demi")],
            ..QuotientSetting::default()
        };
        let error = QuotientRule::build(&setting).unwrap_err().to_string();
        assert!(error.contains("billing.quotient.children"), "{error}");
    }
}
