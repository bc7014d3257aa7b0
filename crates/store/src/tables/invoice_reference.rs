//! References of invoices that another software issued: with one, a family ties its account without a code.

use uuid::Uuid;

use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    INSERT = "INSERT INTO invoice_reference (id, family_id, code_emission, reference, montant, code_personnel, emission_key, reference_key, personnel_key, imported_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    FIND = "SELECT id, family_id, code_emission, reference, montant, code_personnel FROM invoice_reference WHERE reference_key = ?1 AND emission_key = ?2 AND personnel_key = ?3 AND montant = ?4";
    GET = "SELECT id, family_id, code_emission, reference, montant, code_personnel FROM invoice_reference WHERE id = ?1";
    OF_FAMILY = "SELECT id, family_id, code_emission, reference, montant, code_personnel FROM invoice_reference WHERE family_id = ?1 AND NOT EXISTS (SELECT 1 FROM invoice WHERE invoice.number = invoice_reference.reference) ORDER BY reference_key DESC, id";
    KEYS = "SELECT reference_key, emission_key FROM invoice_reference";
}

row! {
    /// An invoice of before.
    pub struct InvoiceReference {
        /// Which.
        pub id: Uuid,
        /// Whose.
        pub family_id: Uuid,
        /// « Code émission » printed on it.
        pub code_emission: String,
        /// « Référence » printed on it.
        pub reference: String,
        /// Amount in cents.
        pub montant: i64,
        /// « Code personnel » of whom it was sent to.
        pub code_personnel: String,
    }
}

/// What the four facts are compared by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Keys {
    /// Of the reference.
    pub reference: String,
    /// Of the code émission.
    pub emission: String,
    /// Of the code personnel.
    pub personnel: String,
}

/// Adds an invoice.
pub async fn insert(tx: &mut Tx, new: &InvoiceReference, keys: &Keys) -> Result<(), StoreError> {
    let at = tx.at();
    let args = args![
        new.id,
        new.family_id,
        &new.code_emission,
        &new.reference,
        new.montant,
        &new.code_personnel,
        &keys.emission,
        &keys.reference,
        &keys.personnel,
        at
    ];
    tx.put(&INSERT, args).await
}

/// The invoice of which all four facts are right.
pub async fn find(
    tx: &mut Tx,
    keys: &Keys,
    montant: i64,
) -> Result<Option<InvoiceReference>, StoreError> {
    let args = args![&keys.reference, &keys.emission, &keys.personnel, montant];
    tx.query_opt(&FIND, args).await
}

/// One invoice.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<InvoiceReference>, StoreError> {
    tx.query_opt(&GET, args![id]).await
}

/// The invoices of another software that a family had.
pub async fn of_family(tx: &mut Tx, family: Uuid) -> Result<Vec<InvoiceReference>, StoreError> {
    tx.query(&OF_FAMILY, args![family]).await
}

/// Reference and code émission of every invoice, as compared, to check an import.
pub async fn keys(tx: &mut Tx) -> Result<Vec<(String, String)>, StoreError> {
    tx.query(&KEYS, args![]).await
}
