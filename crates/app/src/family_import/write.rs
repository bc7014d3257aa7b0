//! What was read is written, a few hundred families a command.

use std::collections::HashMap;

use preau_rules::{permission::Right, subscriber_code::stored_key};
use preau_store::{
    Command, Tx,
    tables::{
        family::{self, ChildFacts, GuardianFacts, NewFamily},
        invoice_reference::{self, InvoiceReference},
        subscriber_code::{self, NewCode},
    },
};
use uuid::Uuid;

use super::{FamilyRow, Rows};
use crate::{
    Caller, Cx, Error,
    family::{note, search_text},
    subscription::invoice_keys,
};

/// Lines written by one command: the lane is another's again after some milliseconds.
const CHUNK: usize = 400;

/// A family with the identifiers of all that is new in it.
struct Planned {
    row: FamilyRow,
    id: Uuid,
    /// For each responsable: which, whether to write them first, the link's own.
    guardians: Vec<(Uuid, bool)>,
    children: Vec<(Uuid, bool)>,
    code: Uuid,
}

struct WriteFamilies {
    caller: Caller,
    batch: Uuid,
    families: Vec<Planned>,
}

impl Command for WriteFamilies {
    const NAME: &'static str = "family_import.families";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::Families).await?;
        if self.families.iter().any(|f| f.row.code.is_some()) {
            self.caller.require_now(tx, Right::Codes).await?;
        }
        for planned in &self.families {
            self.one(tx, planned).await?;
        }
        Ok(())
    }
}

impl WriteFamilies {
    async fn one(&self, tx: &mut Tx, planned: &Planned) -> Result<(), Error> {
        let row = &planned.row;
        let search = search_text(
            &row.name,
            &row.reference,
            row.guardians.iter().map(|g| {
                (
                    g.first_name.as_str(),
                    g.last_name.as_str(),
                    g.email.as_deref(),
                    g.phone.as_deref(),
                )
            }),
            row.children
                .iter()
                .map(|c| (c.first_name.as_str(), c.last_name.as_str())),
        );
        let new = NewFamily {
            id: planned.id,
            name: &row.name,
            reference: &row.reference,
            search: &search,
        };
        family::insert(tx, &new).await?;
        for (guardian, (id, fresh)) in row.guardians.iter().zip(&planned.guardians) {
            if *fresh {
                let facts = GuardianFacts {
                    civility: guardian.civility,
                    first_name: &guardian.first_name,
                    last_name: &guardian.last_name,
                    email: guardian.email.as_deref(),
                    phone: guardian.phone.as_deref(),
                };
                family::insert_guardian(tx, *id, &facts).await?;
            }
            // Links sort in the order of the list: who stands first stays first.
            let link = tx.new_id();
            family::add_guardian(tx, link, planned.id, *id).await?;
        }
        for (child, (id, fresh)) in row.children.iter().zip(&planned.children) {
            if *fresh {
                let facts = ChildFacts {
                    first_name: &child.first_name,
                    last_name: &child.last_name,
                    born_on: child.born_on,
                    sex: child.sex,
                };
                family::insert_child(tx, *id, &facts).await?;
            }
            let link = tx.new_id();
            family::add_child(tx, link, planned.id, *id).await?;
        }
        if let Some(code) = &row.code {
            put_code(tx, planned.code, planned.id, code, self.batch).await?;
        }
        let family = family::Family {
            closed_at: None,
            id: planned.id,
            name: row.name.clone(),
            reference: row.reference.clone(),
            created_at: tx.at(),
        };
        note(tx, "imported", &family).await
    }
}

async fn put_code(
    tx: &mut Tx,
    id: Uuid,
    family: Uuid,
    code: &str,
    batch: Uuid,
) -> Result<(), Error> {
    let key = stored_key(code).unwrap_or_default();
    let new = NewCode {
        id,
        family_id: family,
        code,
        key: &key,
        origin: "imported",
        batch,
        expires_at: None,
    };
    Ok(subscriber_code::insert(tx, &new).await?)
}

struct WriteCodes {
    caller: Caller,
    batch: Uuid,
    /// Identifier, family, code.
    codes: Vec<(Uuid, Uuid, String)>,
}

impl Command for WriteCodes {
    const NAME: &'static str = "family_import.codes";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::Codes).await?;
        for (id, family, code) in &self.codes {
            put_code(tx, *id, *family, code, self.batch).await?;
        }
        Ok(())
    }
}

struct WriteInvoices {
    caller: Caller,
    invoices: Vec<InvoiceReference>,
}

impl Command for WriteInvoices {
    const NAME: &'static str = "family_import.invoices";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::Families).await?;
        for invoice in &self.invoices {
            let keys = invoice_keys(
                &invoice.code_emission,
                &invoice.reference,
                &invoice.code_personnel,
            );
            if let Some(keys) = keys {
                invoice_reference::insert(tx, invoice, &keys).await?;
            }
        }
        Ok(())
    }
}

fn plan(cx: &Cx, families: Vec<FamilyRow>) -> Vec<Planned> {
    let id = || cx.app.entropy.id(cx.at);
    let mut people: HashMap<usize, Uuid> = HashMap::new();
    let mut person = |number: usize| {
        let fresh = !people.contains_key(&number);
        (*people.entry(number).or_insert_with(id), fresh)
    };
    families
        .into_iter()
        .map(|row| Planned {
            id: id(),
            guardians: row.guardians.iter().map(|g| person(g.person)).collect(),
            children: row.children.iter().map(|c| person(c.person)).collect(),
            code: id(),
            row,
        })
        .collect()
}

fn chunks<T>(mut all: Vec<T>) -> Vec<Vec<T>> {
    let mut out = Vec::new();
    while all.len() > CHUNK {
        let rest = all.split_off(CHUNK);
        out.push(std::mem::replace(&mut all, rest));
    }
    if !all.is_empty() {
        out.push(all);
    }
    out
}

/// Writes what a check found to be right. `done` hears how many lines are written, of how many.
pub async fn write(
    cx: &Cx,
    rows: Rows,
    done: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<(), Error> {
    // Lines that are there are left alone, so that a file sent twice needs no key; one key would stop the second command.
    let cx = &Cx {
        key: None,
        ..cx.clone()
    };
    let all = rows.len() as u64;
    let mut written = 0;
    let mut tell = |count: usize| {
        written += count as u64;
        done(written, all);
    };
    let batch = cx.app.entropy.id(cx.at);
    let caller = || cx.caller.clone();
    for families in chunks(plan(cx, rows.families)) {
        let count = families.len();
        cx.write(WriteFamilies {
            caller: caller(),
            batch,
            families,
        })
        .await?;
        tell(count);
    }
    for codes in chunks(rows.codes) {
        let count = codes.len();
        let codes = codes
            .into_iter()
            .map(|c| (cx.app.entropy.id(cx.at), c.family, c.code))
            .collect();
        cx.write(WriteCodes {
            caller: caller(),
            batch,
            codes,
        })
        .await?;
        tell(count);
    }
    for invoices in chunks(rows.invoices) {
        let count = invoices.len();
        let one = |i: super::InvoiceRow| InvoiceReference {
            id: cx.app.entropy.id(cx.at),
            family_id: i.family,
            code_emission: i.code_emission,
            reference: i.reference,
            montant: i.montant,
            code_personnel: i.code_personnel,
        };
        let invoices = invoices.into_iter().map(one).collect();
        cx.write(WriteInvoices {
            caller: caller(),
            invoices,
        })
        .await?;
        tell(count);
    }
    Ok(())
}
