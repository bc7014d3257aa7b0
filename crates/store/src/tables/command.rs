//! Answers of commands, kept by idempotency key.

use jiff::Timestamp;

use crate::{Tx, error::StoreError, sql::statements, value::Value};

statements! {
    ANSWER = "SELECT key, answer FROM command_done WHERE key = ?1";
    INSERT = "INSERT INTO command_done (key, name, answer, at) VALUES (?1, ?2, ?3, ?4)";
    FORGET = "DELETE FROM command_done WHERE at < ?1";
}

pub(crate) async fn answers(
    tx: &mut Tx,
    keys: &[[u8; 32]],
) -> Result<Vec<([u8; 32], String)>, StoreError> {
    let sets = keys.iter().map(|key| vec![Value::from(*key)]).collect();
    let found: Vec<Vec<(Vec<u8>, String)>> = tx.query_many(&ANSWER, sets).await?;
    Ok(found
        .into_iter()
        .flatten()
        .filter_map(|(key, answer)| Some((key.try_into().ok()?, answer)))
        .collect())
}

pub(crate) async fn put_answer(
    tx: &mut Tx,
    key: &[u8; 32],
    name: &str,
    answer: &str,
) -> Result<(), StoreError> {
    let at = tx.at();
    tx.put(&INSERT, crate::args![*key, name, answer, at]).await
}

/// Forgets answers older than `before`: a form that old is refused anyway.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&FORGET, crate::args![before]).await
}
