//! What goes through the lane.

use std::future::Future;

use serde::{Serialize, de::DeserializeOwned};

use crate::{engine::Tx, error::StoreError};

/// A change of a commune's data: one use case, run inside the lane, alone.
///
/// It may run twice (a batch that failed is replayed), so it has no effect but through its [`Tx`]: no network, mail,
/// PDF, hashing or waiting. On SQLite anything that waits for something else than the store is refused as a defect.
pub trait Command: Send + Sync + 'static {
    /// Stable name, kept with the idempotency key and in the journal.
    const NAME: &'static str;
    /// What the caller gets, also when the same key comes again.
    type Answer: Serialize + DeserializeOwned + Send + 'static;
    /// A refusal writes nothing.
    type Refusal: From<StoreError> + Send + 'static;
    /// Loads, asks the rules, saves, enqueues.
    fn run(&self, tx: &mut Tx) -> impl Future<Output = Result<Self::Answer, Self::Refusal>> + Send;
}
