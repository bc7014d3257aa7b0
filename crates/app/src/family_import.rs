//! Families, codes abonné and invoice references that come from another software as CSV.
//!
//! A file is read whole first: every problem is listed by its line, and nothing is written while there is one. Families
//! and codes that are there already are left alone, so that an import that was interrupted is simply run again.
//!
//! Columns, in any order, `;` or `,` between them, UTF-8 or Windows-1252:
//!
//! | file | columns |
//! |---|---|
//! | familles | `famille_reference`*, `nom_famille`*, `responsable1_civilite`, `responsable1_nom`, `responsable1_prenom`, `responsable1_email`, `responsable1_telephone` (up to 4), `enfant1_nom`, `enfant1_prenom`, `enfant1_naissance`, `enfant1_sexe`, `enfant1_reference` (up to 10), `code_abonne` |
//! | codes | `famille_reference`*, `code_abonne`* |
//! | factures | `code_emission`*, `reference`*, `montant`*, `code_personnel`*, `famille_reference`* |
//!
//! A child whose `enfantN_reference` stands in two families is the same child in both; a responsable of the same name and
//! e-mail in several families is the same person.

mod rows;
mod table;
mod write;

use preau_rules::permission::Right;

pub use rows::{ChildRow, CodeRow, FamilyRow, GuardianRow, InvoiceRow, Rows};
pub use write::write;

use crate::{Cx, Error, portal};

/// Which file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Families with their members.
    Families,
    /// Codes of families that are there.
    Codes,
    /// Invoice references of families that are there.
    Invoices,
}

impl Kind {
    /// Every kind with its word in forms and on the command line.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (
            Self::Families,
            "familles",
            "Familles, responsables et enfants",
        ),
        (Self::Codes, "codes", "Codes abonné existants"),
        (Self::Invoices, "factures", "Références de factures"),
    ];

    /// Reads the word; families when it is none.
    #[must_use]
    pub fn of(word: &str) -> Self {
        let found = Self::ALL.iter().find(|(_, w, _)| *w == word);
        found.map_or(Self::Families, |(kind, ..)| *kind)
    }
}

/// Something that is wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line of the file, from 1; 0 for the file itself.
    pub line: u64,
    /// Column, empty for the line itself.
    pub column: String,
    /// What is wrong and what to do, in French.
    pub message: String,
}

/// What a file would do.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// What is to be written.
    pub rows: Rows,
    /// Lines left alone, as they are there already.
    pub known: usize,
    /// Everything that is wrong; nothing is written while there is something.
    pub problems: Vec<Problem>,
}

/// Text of a file: UTF-8, or else Windows-1252.
#[must_use]
pub fn decode(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned(),
    }
}

/// Reads a file and finds everything that is wrong with it; writes nothing.
pub async fn check(cx: &Cx, kind: Kind, text: &str) -> Result<Checked, Error> {
    cx.caller.require(Right::Families)?;
    if kind == Kind::Codes {
        cx.caller.require(Right::Codes)?;
    }
    let mut tx = cx.read().await?;
    let today = cx.at.to_zoned(portal::get(&mut tx).await?.zone()).date();
    let there = rows::There::load(&mut tx).await?;
    drop(tx);
    let checked = rows::read(kind, text, &there, today);
    if checked.rows.families.iter().any(|f| f.code.is_some()) {
        cx.caller.require(Right::Codes)?;
    }
    Ok(checked)
}
