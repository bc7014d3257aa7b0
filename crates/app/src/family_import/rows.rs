//! Lines of a file read into what can be written, with every problem.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use preau_rules::{money::Cents, subscriber_code::stored_key, text::Line};
use preau_store::{
    StoreError, Tx,
    tables::{family, invoice_reference, subscriber_code},
};
use uuid::Uuid;

use super::{
    Checked, Kind, Problem,
    table::{self, Cells},
};
use crate::{
    Error,
    family::{ChildForm, GuardianForm},
    search::folded,
    subscription::invoice_keys,
};

/// A responsable to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardianRow {
    /// The same person has the same number everywhere in the file.
    pub person: usize,
    /// `M` or `MME`.
    pub civility: Option<&'static str>,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Address.
    pub email: Option<String>,
    /// Telephone, E.164.
    pub phone: Option<String>,
}

/// A child to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildRow {
    /// The same child has the same number everywhere in the file.
    pub person: usize,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Birth date.
    pub born_on: Date,
    /// `F` or `M`.
    pub sex: Option<&'static str>,
}

/// A family to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyRow {
    /// Number for people.
    pub reference: String,
    /// Its name.
    pub name: String,
    /// Its responsables.
    pub guardians: Vec<GuardianRow>,
    /// Its children.
    pub children: Vec<ChildRow>,
    /// Its code abonné.
    pub code: Option<String>,
}

/// A code to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRow {
    /// Which family.
    pub family: Uuid,
    /// The code.
    pub code: String,
}

/// An invoice to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceRow {
    /// Which family.
    pub family: Uuid,
    /// Code émission.
    pub code_emission: String,
    /// Reference.
    pub reference: String,
    /// Amount in cents.
    pub montant: i64,
    /// Code personnel.
    pub code_personnel: String,
}

/// Everything that a file would write.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// Families.
    pub families: Vec<FamilyRow>,
    /// Codes.
    pub codes: Vec<CodeRow>,
    /// Invoices.
    pub invoices: Vec<InvoiceRow>,
}

impl Rows {
    /// How many lines are to be written.
    #[must_use]
    pub fn len(&self) -> usize {
        self.families.len() + self.codes.len() + self.invoices.len()
    }

    /// Nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What the commune has already.
pub(super) struct There {
    families: HashMap<String, Uuid>,
    codes: HashSet<String>,
    invoices: HashSet<(String, String)>,
}

impl There {
    pub(super) async fn load(tx: &mut Tx) -> Result<Self, StoreError> {
        Ok(Self {
            families: family::references(tx).await?.into_iter().collect(),
            codes: subscriber_code::keys(tx).await?.into_iter().collect(),
            invoices: invoice_reference::keys(tx).await?.into_iter().collect(),
        })
    }
}

struct Reading<'a> {
    there: &'a There,
    today: Date,
    out: Checked,
    seen: HashSet<String>,
    codes: HashMap<String, u64>,
    guardians: HashMap<String, usize>,
    children: HashMap<String, (usize, ChildRow, usize)>,
    people: usize,
}

/// Reads a file.
pub(super) fn read(kind: Kind, text: &str, there: &There, today: Date) -> Checked {
    let needed: &[&str] = match kind {
        Kind::Families => &["famille_reference", "nom_famille"],
        Kind::Codes => &["famille_reference", "code_abonne"],
        Kind::Invoices => &[
            "code_emission",
            "reference",
            "montant",
            "code_personnel",
            "famille_reference",
        ],
    };
    let mut reading = Reading {
        there,
        today,
        out: Checked::default(),
        seen: HashSet::new(),
        codes: HashMap::new(),
        guardians: HashMap::new(),
        children: HashMap::new(),
        people: 0,
    };
    for cells in table::read(text, needed, &mut reading.out.problems) {
        match kind {
            Kind::Families => reading.family(&cells),
            Kind::Codes => reading.code(&cells),
            Kind::Invoices => reading.invoice(&cells),
        }
    }
    reading.out.problems.sort_by_key(|p| p.line);
    reading.out
}

impl Reading<'_> {
    fn wrong(&mut self, cells: &Cells, column: &str, message: impl Into<String>) {
        self.out.problems.push(Problem {
            line: cells.line,
            column: column.to_owned(),
            message: message.into(),
        });
    }

    /// A cell of one line that must be filled.
    fn needed(&mut self, cells: &Cells, column: &str, label: &str, max: usize) -> Option<String> {
        match Line::parse(cells.get(column), max) {
            Ok(line) => Some(line.into_string()),
            Err(error) => {
                self.wrong(cells, column, error.message_fr(label));
                None
            }
        }
    }

    fn errors(&mut self, cells: &Cells, start: &str, error: Error) {
        if let Error::Invalid(errors) = error {
            for e in errors {
                self.wrong(cells, &format!("{start}_{}", e.field), e.message);
            }
        }
    }

    fn family(&mut self, cells: &Cells) {
        let reference = self.needed(cells, "famille_reference", "Référence", 40);
        let name = self.needed(cells, "nom_famille", "Nom de la famille", 80);
        let known = reference
            .as_ref()
            .is_some_and(|r| self.there.families.contains_key(r));
        if known {
            self.out.known += 1;
            return;
        }
        if let Some(reference) = &reference
            && !self.seen.insert(reference.clone())
        {
            let message = format!(
                "La famille {reference} est déjà plus haut dans ce fichier : réunissez ses lignes en une."
            );
            self.wrong(cells, "famille_reference", message);
        }
        let guardians: Vec<GuardianRow> = (1..=4).filter_map(|n| self.guardian(cells, n)).collect();
        let children: Vec<ChildRow> = (1..=10).filter_map(|n| self.child(cells, n)).collect();
        let code = self.code_cell(cells);
        if let (Some(reference), Some(name)) = (reference, name) {
            self.out.rows.families.push(FamilyRow {
                reference,
                name,
                guardians,
                children,
                code,
            });
        }
    }

    fn guardian(&mut self, cells: &Cells, n: usize) -> Option<GuardianRow> {
        let start = format!("responsable{n}");
        if !cells.any(&format!("{start}_")) {
            return None;
        }
        let cell = |what: &str| cells.get(&format!("{start}_{what}")).to_owned();
        let form = GuardianForm {
            civilite: cell("civilite"),
            nom: cell("nom"),
            prenom: cell("prenom"),
            email: cell("email"),
            telephone: cell("telephone"),
        };
        let input = form
            .parse()
            .map_err(|e| self.errors(cells, &start, e))
            .ok()?;
        self.people += 1;
        let fresh = self.people;
        // Without an address two people of one name are two people.
        let person = match &input.email {
            Some(email) => {
                let key = format!(
                    "{}|{}",
                    folded(&format!("{} {}", input.first_name, input.last_name)),
                    email.to_lowercase()
                );
                *self.guardians.entry(key).or_insert(fresh)
            }
            None => fresh,
        };
        Some(GuardianRow {
            person,
            civility: input.civility,
            first_name: input.first_name,
            last_name: input.last_name,
            email: input.email,
            phone: input.phone,
        })
    }

    fn child(&mut self, cells: &Cells, n: usize) -> Option<ChildRow> {
        let start = format!("enfant{n}");
        if !cells.any(&format!("{start}_")) {
            return None;
        }
        let cell = |what: &str| cells.get(&format!("{start}_{what}")).to_owned();
        let form = ChildForm {
            nom: cell("nom"),
            prenom: cell("prenom"),
            naissance: cell("naissance"),
            sexe: cell("sexe"),
        };
        let input = form
            .parse(self.today)
            .map_err(|e| self.errors(cells, &start, e))
            .ok()?;
        self.people += 1;
        let mut row = ChildRow {
            person: self.people,
            first_name: input.first_name,
            last_name: input.last_name,
            born_on: input.born_on,
            sex: input.sex,
        };
        let reference = cell("reference");
        if !reference.is_empty() {
            let fresh = (self.people, row.clone(), 0);
            let (person, first, families) = self.children.entry(reference.clone()).or_insert(fresh);
            *families += 1;
            row.person = *person;
            let (differs, third) = (
                (&first.first_name, first.born_on) != (&row.first_name, row.born_on),
                *families > 2,
            );
            let column = format!("{start}_reference");
            if differs {
                let message = format!(
                    "L’enfant {reference} a un autre prénom ou une autre date de naissance plus haut."
                );
                self.wrong(cells, &column, message);
            } else if third {
                let message = format!("L’enfant {reference} serait dans plus de deux familles.");
                self.wrong(cells, &column, message);
            }
        }
        Some(row)
    }

    /// The code of a line, when it has one that nobody has.
    fn code_cell(&mut self, cells: &Cells) -> Option<String> {
        let typed = cells.get("code_abonne");
        if typed.is_empty() {
            return None;
        }
        let code = self.needed(cells, "code_abonne", "Code abonné", 60)?;
        let Some(key) = stored_key(&code) else {
            self.wrong(cells, "code_abonne", "Ce code n’a ni lettre ni chiffre.");
            return None;
        };
        if let Some(line) = self.codes.get(&key) {
            let message =
                format!("Ce code est déjà à la ligne {line} : un code n’ouvre qu’une famille.");
            self.wrong(cells, "code_abonne", message);
            return None;
        }
        self.codes.insert(key.clone(), cells.line);
        if key.chars().count() < 6 {
            self.wrong(cells, "code_abonne", "Ce code est trop court : il se devinerait. Il faut au moins 6 lettres ou chiffres.");
            return None;
        }
        if self.there.codes.contains(&key) {
            self.wrong(
                cells,
                "code_abonne",
                "Ce code est déjà celui d’une famille de la commune.",
            );
            return None;
        }
        Some(code)
    }

    fn family_of(&mut self, cells: &Cells) -> Option<Uuid> {
        let reference = self.needed(cells, "famille_reference", "Référence", 40)?;
        let found = self.there.families.get(&reference).copied();
        if found.is_none() {
            let message = format!(
                "Aucune famille n’a la référence {reference} : importez d’abord les familles."
            );
            self.wrong(cells, "famille_reference", message);
        }
        found
    }

    fn code(&mut self, cells: &Cells) {
        let family = self.family_of(cells);
        let known = stored_key(cells.get("code_abonne"))
            .is_some_and(|key| self.there.codes.contains(&key) && !self.codes.contains_key(&key));
        if known {
            self.out.known += 1;
            return;
        }
        if cells.get("code_abonne").is_empty() {
            self.wrong(cells, "code_abonne", "Indiquez le code abonné.");
        }
        if let (Some(code), Some(family)) = (self.code_cell(cells), family) {
            self.out.rows.codes.push(CodeRow { family, code });
        }
    }

    fn invoice(&mut self, cells: &Cells) {
        let family = self.family_of(cells);
        let code_emission = self.needed(cells, "code_emission", "Code émission", 60);
        let reference = self.needed(cells, "reference", "Référence de la facture", 60);
        let code_personnel = self.needed(cells, "code_personnel", "Code personnel", 60);
        let montant = match Cents::parse(cells.get("montant")) {
            Ok(montant) if montant.0 >= 0 => Some(montant.0),
            Ok(_) => {
                self.wrong(
                    cells,
                    "montant",
                    "Le montant d’une facture n’est pas négatif.",
                );
                None
            }
            Err(error) => {
                self.wrong(cells, "montant", error.message_fr());
                None
            }
        };
        let (
            Some(family),
            Some(code_emission),
            Some(reference),
            Some(code_personnel),
            Some(montant),
        ) = (family, code_emission, reference, code_personnel, montant)
        else {
            return;
        };
        let Some(keys) = invoice_keys(&code_emission, &reference, &code_personnel) else {
            self.wrong(
                cells,
                "reference",
                "Chaque référence doit avoir au moins une lettre ou un chiffre.",
            );
            return;
        };
        let pair = (keys.reference.clone(), keys.emission.clone());
        if self.there.invoices.contains(&pair) {
            self.out.known += 1;
        } else if self.seen.insert(format!("{}|{}", pair.0, pair.1)) {
            self.out.rows.invoices.push(InvoiceRow {
                family,
                code_emission,
                reference,
                montant,
                code_personnel,
            });
        } else {
            self.wrong(
                cells,
                "reference",
                "Cette facture est déjà plus haut dans ce fichier.",
            );
        }
    }
}
