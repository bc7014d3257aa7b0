//! A code as a letter: who it is for, what to do with it, and a QR code that opens the form with it.

use std::collections::HashMap;

use jiff::Timestamp;
use preau_rules::permission::Right;
use preau_store::{
    StoreError, Tx,
    tables::{
        family::{self, Family},
        subscriber_code::{self, Batch, Code},
    },
};
use qrcode::{QrCode, render::svg};
use uuid::Uuid;

use crate::{Cx, Error, family::members};

/// Letters on one page to print.
pub const LETTERS: i64 = 100;

/// What a letter says.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Which code.
    pub id: Uuid,
    /// The code.
    pub code: String,
    /// Which family.
    pub family_id: Uuid,
    /// Name of the family.
    pub family: String,
    /// Number of the family.
    pub reference: String,
    /// Names of its responsables, with their civility.
    pub guardians: Vec<String>,
    /// First names of its children.
    pub children: Vec<String>,
    /// From when on the code is no longer good.
    pub expires_at: Option<Timestamp>,
    /// Opens the form of a new account with the code in it.
    pub link: String,
}

/// Letters of codes that were made together.
#[derive(Debug, Clone)]
pub struct Letters {
    /// Those of this page.
    pub letters: Vec<Letter>,
    /// All of them.
    pub total: i64,
}

/// Opens the form of a new account with the code in it.
pub(super) fn link(cx: &Cx, code: &str) -> Result<String, Error> {
    let (root, slug) = (&cx.app.settings.public_url, &cx.commune()?.slug);
    // Codes of other software may hold anything.
    let code: String = code
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    Ok(format!("{root}/{slug}/compte/creer?code={code}"))
}

pub(super) async fn write(cx: &Cx, tx: &mut Tx, codes: Vec<Code>) -> Result<Vec<Letter>, Error> {
    let ids: Vec<Uuid> = codes.iter().map(|c| c.family_id).collect();
    let (mut guardians, mut children) = members(tx, &ids).await?;
    let families: HashMap<Uuid, Family> = family::many(tx, &ids)
        .await?
        .into_iter()
        .map(|f| (f.id, f))
        .collect();
    let mut letters = Vec::with_capacity(codes.len());
    for code in codes {
        let Some(found) = families.get(&code.family_id) else {
            continue;
        };
        let guardians = guardians.remove(&found.id).unwrap_or_default();
        let children = children.remove(&found.id).unwrap_or_default();
        letters.push(Letter {
            id: code.id,
            link: link(cx, &code.code)?,
            code: code.code,
            family_id: found.id,
            family: found.name.clone(),
            reference: found.reference.clone(),
            guardians: guardians.iter().map(crate::subscription::formal).collect(),
            children: children.into_iter().map(|c| c.first_name).collect(),
            expires_at: code.expires_at,
        });
    }
    Ok(letters)
}

/// The letter of one code.
pub async fn letter(cx: &Cx, id: Uuid) -> Result<Letter, Error> {
    cx.caller.require(Right::Codes)?;
    let mut tx = cx.read().await?;
    let code = subscriber_code::get(&mut tx, id).await?;
    let code = code
        .filter(|c| c.revoked_at.is_none())
        .ok_or(Error::NotFound)?;
    let written = write(cx, &mut tx, vec![code]).await?;
    written.into_iter().next().ok_or(Error::NotFound)
}

/// A page of the letters of a batch, from 1.
pub async fn letters(cx: &Cx, batch: Uuid, page: i64) -> Result<Letters, Error> {
    cx.caller.require(Right::Codes)?;
    let mut tx = cx.read().await?;
    let offset = (page.clamp(1, 10_000) - 1) * LETTERS;
    let codes = subscriber_code::of_batch(&mut tx, batch, LETTERS, offset).await?;
    Ok(Letters {
        letters: write(cx, &mut tx, codes).await?,
        total: subscriber_code::batch_size(&mut tx, batch).await?,
    })
}

/// Batches shown.
const BATCHES: i64 = 20;

/// The latest batches, so that their letters are found again.
pub async fn batches(cx: &Cx) -> Result<Vec<Batch>, Error> {
    cx.caller.require(Right::Codes)?;
    Ok(subscriber_code::batches(&mut cx.read().await?, BATCHES).await?)
}

/// The QR code of a letter, as SVG.
pub async fn qr(cx: &Cx, id: Uuid) -> Result<String, Error> {
    let letter = letter(cx, id).await?;
    let drawn = QrCode::new(letter.link.as_bytes())
        .map_err(|e| StoreError::Internal(format!("QR code: {e}")))?;
    Ok(drawn
        .render()
        .min_dimensions(240, 240)
        .dark_color(svg::Color("#1c2433"))
        .light_color(svg::Color("#ffffff"))
        .build())
}
