//! Files of a commune: kept under its own prefix, never under a public address.

use std::{path::Path, sync::Arc};

use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::{ObjectStore, ObjectStoreExt, local::LocalFileSystem, path::Path as Key};

use crate::error::StoreError;

/// The files of one commune.
#[derive(Clone)]
pub struct Files {
    inner: Arc<dyn ObjectStore>,
}

impl Files {
    /// A folder, made when it is not there.
    pub fn folder(path: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(path)
            .map_err(|e| unavailable(&format!("{}: {e}", path.display())))?;
        let inner = LocalFileSystem::new_with_prefix(path).map_err(|e| unavailable(&e))?;
        Ok(Self {
            inner: Arc::new(inner.with_fsync(true)),
        })
    }

    /// Writes a file whole, or not at all.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<(), StoreError> {
        self.inner
            .put(&Key::from(key), bytes.into())
            .await
            .map(|_| ())
            .map_err(|e| failed(&e))
    }

    /// Reads a file.
    pub async fn get(&self, key: &str) -> Result<Bytes, StoreError> {
        let found = self
            .inner
            .get(&Key::from(key))
            .await
            .map_err(|e| failed(&e))?;
        found.bytes().await.map_err(|e| failed(&e))
    }

    /// Removes a file; one that is not there is no error.
    pub async fn delete(&self, key: &str) -> Result<(), StoreError> {
        match self.inner.delete(&Key::from(key)).await {
            Err(object_store::Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(e) => Err(failed(&e)),
        }
    }

    /// Every file, in order.
    pub async fn list(&self) -> Result<Vec<String>, StoreError> {
        let mut keys: Vec<String> = self
            .inner
            .list(None)
            .map_ok(|meta| meta.location.to_string())
            .try_collect()
            .await
            .map_err(|e| failed(&e))?;
        keys.sort();
        Ok(keys)
    }
}

fn unavailable(text: &dyn std::fmt::Display) -> StoreError {
    StoreError::Unavailable(format!("files: {text}"))
}

fn failed(error: &object_store::Error) -> StoreError {
    match error {
        object_store::Error::NotFound { .. } => StoreError::NotFound,
        other => unavailable(other),
    }
}
