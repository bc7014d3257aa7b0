//! Gapless numbers. Inside the lane nothing else moves, so a counter needs no lock of its own.

use crate::{Tx, args, error::StoreError, sql::statements};

statements! {
    NEXT = "INSERT INTO counter (name, value) VALUES (?1, 1) ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value";
}

/// The next number of a series, from 1.
pub async fn next(tx: &mut Tx, name: &str) -> Result<i64, StoreError> {
    let (value,): (i64,) = tx.change_one(&NEXT, args![name]).await?;
    Ok(value)
}
