//! The kinds of papers that a commune asks for.

use jiff::{
    ToSpan,
    civil::{Date, date},
};
use preau_rules::{
    permission::Right,
    text::{Line, Prose},
};
use preau_store::{
    Command, Tx,
    tables::{
        document::{self, Kind},
        journal,
    },
};
use uuid::Uuid;

use crate::{Caller, Cx, Error, Problems};

const JOURNAL: &str = "document_kind";

/// How long a paper is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// For ever.
    Always,
    /// So many months from the day on which it was accepted.
    Months(i64),
    /// Until the end of the school year, on the 31st of August.
    SchoolYear,
    /// Until the day that is written on it.
    Dated,
}

impl Validity {
    /// The words in forms, in the order of the page, with what they say.
    pub const ALL: [(&'static str, &'static str); 4] = [
        (
            "school_year",
            "Jusqu’à la fin de l’année scolaire (31 août)",
        ),
        ("months", "Pendant un nombre de mois"),
        (
            "dated",
            "Jusqu’à la date écrite dessus, que la famille indique",
        ),
        ("always", "Sans limite"),
    ];

    /// Of a kind.
    #[must_use]
    pub fn of(kind: &Kind) -> Self {
        match kind.validity.as_str() {
            "months" => Self::Months(kind.months),
            "school_year" => Self::SchoolYear,
            "dated" => Self::Dated,
            _ => Self::Always,
        }
    }

    /// The last day on which a paper is good that is accepted today; `said` is what the family read on it.
    #[must_use]
    pub fn until(self, today: Date, said: Option<Date>) -> Option<Date> {
        match self {
            Self::Always => None,
            Self::Months(months) => Some(today.saturating_add(months.months())),
            // What comes in July and August is for the year that follows.
            Self::SchoolYear if today.month() >= 7 => Some(date(today.year() + 1, 8, 31)),
            Self::SchoolYear => Some(date(today.year(), 8, 31)),
            Self::Dated => said,
        }
    }

    /// In words.
    #[must_use]
    pub fn label_fr(self) -> String {
        match self {
            Self::Always => "sans limite".to_owned(),
            Self::Months(months) => format!("valable {months} mois"),
            Self::SchoolYear => "valable pour l’année scolaire".to_owned(),
            Self::Dated => "valable jusqu’à la date écrite dessus".to_owned(),
        }
    }
}

/// The form as typed.
#[derive(Debug, Clone, Default)]
pub struct KindForm {
    /// Name.
    pub nom: String,
    /// What it is.
    pub explication: String,
    /// `child` or `family`.
    pub de: String,
    /// A word of [`Validity::ALL`].
    pub validite: String,
    /// Months.
    pub mois: String,
    /// The file is not complete without it.
    pub obligatoire: bool,
    /// Nothing is booked without it.
    pub bloque: bool,
}

impl KindForm {
    fn parse(&self, id: Uuid, position: i64) -> Result<Kind, Error> {
        let mut problems = Problems::default();
        let name = problems.take("nom", Line::parse(&self.nom, 80), |e| e.message_fr("Nom"));
        let about = Prose::parse_optional(&self.explication, 500);
        let about = problems.take("explication", about, |e| e.message_fr("Explication"));
        if !matches!(self.de.as_str(), "child" | "family") {
            problems.add("de", "Choisissez de qui il s’agit.");
        }
        if !Validity::ALL.iter().any(|(word, _)| *word == self.validite) {
            problems.add("validite", "Choisissez combien de temps il est valable.");
        }
        let months = match self.validite.as_str() {
            "months" => self
                .mois
                .trim()
                .parse()
                .ok()
                .filter(|n| (1..=120).contains(n)),
            _ => Some(0),
        };
        if months.is_none() {
            problems.add("mois", "Indiquez un nombre de mois, de 1 à 120.");
        }
        match (name, about, months) {
            (Some(name), Some(about), Some(months)) if problems.none() => Ok(Kind {
                id,
                name: name.into_string(),
                about: about.map(Prose::into_string).unwrap_or_default(),
                of_whom: self.de.clone(),
                validity: self.validite.clone(),
                months,
                required: self.obligatoire,
                blocks: self.bloque,
                position,
                closed_at: None,
            }),
            _ => Err(problems.into_error()),
        }
    }
}

/// Every kind, those that are not asked for any more included.
pub async fn kinds(cx: &Cx) -> Result<Vec<Kind>, Error> {
    cx.caller.require(Right::PortalSettings)?;
    Ok(document::kinds(&mut cx.read().await?).await?)
}

/// One kind.
pub async fn kind(cx: &Cx, id: Uuid) -> Result<Kind, Error> {
    cx.caller.require(Right::PortalSettings)?;
    let found = document::kind(&mut cx.read().await?, id).await?;
    found.ok_or(Error::NotFound)
}

struct Put {
    caller: Caller,
    kinds: Vec<Kind>,
    new: bool,
}

impl Command for Put {
    const NAME: &'static str = "document.kind";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::PortalSettings).await?;
        let all = document::kinds(tx).await?;
        let last = all.iter().map(|k| k.position).max().unwrap_or(0);
        for (at, kind) in (1..).zip(&self.kinds) {
            let before = all.iter().find(|k| k.id == kind.id);
            if before.is_none() != self.new {
                return Err(Error::NotFound);
            }
            let kind = match before {
                Some(now) => Kind {
                    position: now.position,
                    ..kind.clone()
                },
                None => Kind {
                    position: last + at,
                    ..kind.clone()
                },
            };
            document::put_kind(tx, &kind).await?;
            let told = |k: &Kind| serde_json::json!({ "name": k.name, "of": k.of_whom, "validity": k.validity, "months": k.months, "required": k.required, "blocks": k.blocks, "asked": k.closed_at.is_none() });
            let (before, after) = (before.map(told), told(&kind));
            let change = journal::Change {
                action: if self.new { "created" } else { "changed" },
                kind: JOURNAL,
                id: kind.id.to_string(),
                name: &kind.name,
                before: before.as_ref(),
                after: Some(&after),
            };
            journal::note(tx, change).await?;
        }
        Ok(())
    }
}

async fn put(cx: &Cx, kinds: Vec<Kind>, new: bool) -> Result<(), Error> {
    cx.caller.require(Right::PortalSettings)?;
    let caller = cx.caller.clone();
    cx.write(Put { caller, kinds, new }).await
}

/// Asks for one more kind of paper.
pub async fn create_kind(cx: &Cx, form: &KindForm) -> Result<(), Error> {
    let id = cx.app.entropy.id(cx.at);
    put(cx, vec![form.parse(id, 0)?], true).await
}

/// Changes a kind.
pub async fn change_kind(cx: &Cx, id: Uuid, form: &KindForm) -> Result<(), Error> {
    let now = kind(cx, id).await?;
    let to = Kind {
        closed_at: now.closed_at,
        ..form.parse(id, now.position)?
    };
    put(cx, vec![to], false).await
}

/// Asks for a kind again, or not any more; what came stays.
pub async fn set_asked(cx: &Cx, id: Uuid, asked: bool) -> Result<(), Error> {
    let now = kind(cx, id).await?;
    let closed_at = (!asked).then_some(cx.at);
    put(cx, vec![Kind { closed_at, ..now }], false).await
}

/// The papers that most communes ask for.
pub async fn usual(cx: &Cx) -> Result<(), Error> {
    const USUAL: [(&str, &str, &str, &str, &str, bool); 5] = [
        (
            "Attestation d’assurance scolaire et extrascolaire",
            "Envoyée par votre assureur, au nom de l’enfant, pour l’année scolaire.",
            "child",
            "school_year",
            "0",
            true,
        ),
        (
            "Copie des vaccinations",
            "La page du carnet de santé, ou le certificat du médecin.",
            "child",
            "always",
            "0",
            true,
        ),
        (
            "Protocole d’accueil (PAI)",
            "Seulement pour un enfant qui en a un, signé avec le médecin et l’école.",
            "child",
            "dated",
            "0",
            false,
        ),
        (
            "Justificatif de domicile",
            "De moins de trois mois : électricité, eau, téléphone fixe, loyer.",
            "family",
            "months",
            "24",
            true,
        ),
        (
            "Attestation de quotient familial",
            "De la CAF ou de la MSA, du mois en cours. Sans elle, le tarif le plus élevé s’applique.",
            "family",
            "months",
            "12",
            false,
        ),
    ];
    let mut all = Vec::new();
    for (name, about, of, validity, months, required) in USUAL {
        let form = KindForm {
            nom: name.to_owned(),
            explication: about.to_owned(),
            de: of.to_owned(),
            validite: validity.to_owned(),
            mois: months.to_owned(),
            obligatoire: required,
            bloque: false,
        };
        all.push(form.parse(cx.app.entropy.id(cx.at), 0)?);
    }
    put(cx, all, true).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_school_year_ends_on_the_31st_of_august() {
        let until = |today| Validity::SchoolYear.until(today, None);
        assert_eq!(until(date(2026, 11, 26)), Some(date(2027, 8, 31)));
        assert_eq!(until(date(2027, 3, 1)), Some(date(2027, 8, 31)));
        assert_eq!(until(date(2027, 7, 2)), Some(date(2028, 8, 31)));
        assert_eq!(until(date(2027, 9, 1)), Some(date(2028, 8, 31)));
        assert_eq!(
            Validity::Months(12).until(date(2026, 2, 28), None),
            Some(date(2027, 2, 28))
        );
        assert_eq!(
            Validity::Dated.until(date(2026, 2, 28), Some(date(2026, 5, 1))),
            Some(date(2026, 5, 1))
        );
        assert_eq!(Validity::Always.until(date(2026, 2, 28), None), None);
    }
}
