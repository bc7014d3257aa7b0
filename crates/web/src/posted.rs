//! What a form sent: read within limits, its token checked before anything else.

use std::sync::Arc;

use axum::{
    body::to_bytes,
    extract::{FromRequest, Multipart, Request},
};
use bytes::Bytes;
use http::{HeaderMap, header};
use sha2::{Digest, Sha256};

use crate::{Web, call::Call, csrf, failure::Failure};

/// The largest form without files, in bytes.
const FORM_LIMIT: usize = 256 * 1024;
/// The largest form with files, in bytes.
pub(crate) const UPLOAD_LIMIT: usize = 12 * 1024 * 1024;

/// A file that came with a form.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    pub(crate) field: String,
    pub(crate) file_name: String,
    pub(crate) bytes: Bytes,
}

/// Values by name, in the order sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Posted {
    values: Vec<(String, String)>,
    uploads: Vec<Upload>,
}

/// A POST whose token is good. `call.cx.key` is set: the same form sent twice is done once.
pub(crate) struct Submitted {
    pub(crate) call: Call,
    pub(crate) form: Posted,
}

impl Posted {
    /// The value of a field, empty when it was not sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        let found = self.values.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }

    /// Every value of a field that may be sent several times.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.values
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// True when a box was ticked or a button of that name pressed.
    pub(crate) fn ticked(&self, name: &str) -> bool {
        self.values.iter().any(|(key, _)| key == name)
    }

    /// The files of a field that takes several.
    pub(crate) fn files<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Upload> {
        let chosen = |u: &&Upload| !(u.file_name.is_empty() && u.bytes.is_empty());
        self.uploads
            .iter()
            .filter(move |u| u.field == name)
            .filter(chosen)
    }

    /// A file, when one was chosen.
    pub(crate) fn file(&self, name: &str) -> Option<&Upload> {
        self.uploads
            .iter()
            .find(|u| u.field == name && !(u.file_name.is_empty() && u.bytes.is_empty()))
    }

    fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for (name, value) in &self.values {
            for part in [name.as_bytes(), value.as_bytes()] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
        }
        for upload in &self.uploads {
            hash.update(Sha256::digest(&upload.bytes));
        }
        hash.finalize().into()
    }
}

impl FromRequest<Arc<Web>> for Submitted {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &Arc<Web>) -> Result<Self, Failure> {
        let mut call = request
            .extensions()
            .get::<Call>()
            .cloned()
            .ok_or(preau_app::Error::NotFound)?;
        if !same_site(request.headers()) {
            return Err(Failure::Expired);
        }
        let kind = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default();
        let form = if kind.starts_with("multipart/form-data") {
            multipart(request, state).await?
        } else {
            let bytes = to_bytes(request.into_body(), FORM_LIMIT)
                .await
                .map_err(|_| Failure::TooLarge)?;
            Posted {
                values: pairs(&bytes),
                uploads: Vec::new(),
            }
        };
        if !csrf::good(&call, form.text("csrf"), call.cx.at) {
            return Err(Failure::Expired);
        }
        call.cx.key = Some(form.digest());
        Ok(Self { call, form })
    }
}

/// Browsers say where a form comes from: only from this very site, or typed by hand.
fn same_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = text("origin") else {
        return true;
    };
    let host = origin.split_once("://").map(|(_, host)| host);
    host.is_some() && host == text("host")
}

pub(crate) fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).into_owned().collect()
}

async fn multipart(request: Request, state: &Arc<Web>) -> Result<Posted, Failure> {
    let mut parts = Multipart::from_request(request, state)
        .await
        .map_err(|_| Failure::Malformed)?;
    let mut form = Posted::default();
    let mut left = UPLOAD_LIMIT;
    while let Some(mut part) = parts.next_field().await.map_err(|_| Failure::Malformed)? {
        let field = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().map(ToOwned::to_owned);
        let mut bytes = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(|_| Failure::Malformed)? {
            left = left.checked_sub(chunk.len()).ok_or(Failure::TooLarge)?;
            bytes.extend_from_slice(&chunk);
        }
        match file_name {
            Some(file_name) => form.uploads.push(Upload {
                field,
                file_name,
                bytes: bytes.into(),
            }),
            None => form
                .values
                .push((field, String::from_utf8_lossy(&bytes).into_owned())),
        }
    }
    Ok(form)
}
