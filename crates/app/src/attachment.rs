//! Papers that come with a message: PDF as they are, pictures drawn again, all sealed. Who may read the message may read
//! them.

use bytes::Bytes;
use preau_store::{
    StoreError,
    tables::{file::File, request},
};
use uuid::Uuid;

use crate::{
    Cx, Error, citizen,
    file::{self, Opened, keep_sealed, open_sealed},
    image,
};

/// Papers of one message.
pub const MOST: usize = 5;
/// What a file chooser offers.
pub const ACCEPTED: &str = "application/pdf,image/jpeg,image/png,image/webp";
/// The field of the forms.
pub const FIELD: &str = "pieces";
/// What its hint says.
pub const HINT_FR: &str =
    "PDF, JPEG ou PNG ; 5 fichiers et 10\u{a0}Mo en tout au plus. Une photo nette suffit.";
const PURPOSE: &str = "request";
const NEITHER_FR: &str =
    "ce n’est ni un PDF ni une image JPEG ou PNG. Enregistrez-le en PDF, ou photographiez-le.";
const HEIC_FR: &str = "les photos HEIC ne sont pas acceptées. Sur l’iPhone, faites une capture d’écran de la photo, ou réglez l’appareil photo sur «\u{a0}Le plus compatible\u{a0}».";

/// A paper as it was sent.
#[derive(Debug, Clone)]
pub struct Paper {
    /// Name of the file on the sender's machine.
    pub name: String,
    /// Its bytes.
    pub bytes: Bytes,
}

fn refused(message: String) -> Error {
    Error::field(FIELD, message)
}

/// Checks one, and draws it again when it is a picture: its name, its media type, its bytes.
fn read(paper: &Paper) -> Result<(String, &'static str, Bytes), String> {
    let shown: String = paper.name.chars().take(60).collect();
    let about = |message: &str| format!("«\u{a0}{shown}\u{a0}»\u{a0}: {message}");
    let size = paper.bytes.len();
    let (name, kind) = file::check(&paper.name, &paper.bytes).map_err(|why| {
        if is_heic(&paper.bytes) {
            about(HEIC_FR)
        } else if size == 0 || size > file::MAX_BYTES {
            about(why)
        } else {
            about(NEITHER_FR)
        }
    })?;
    let stem = name
        .rsplit_once('.')
        .map_or(name.as_str(), |(stem, _)| stem);
    match kind.extension {
        "pdf" => Ok((name, kind.media_type, paper.bytes.clone())),
        "png" | "jpg" | "webp" => {
            let drawn = image::paper(&paper.bytes).map_err(|e| about(&e.message_fr()))?;
            Ok((format!("{stem}.jpg"), "image/jpeg", drawn.into()))
        }
        _ => Err(about(NEITHER_FR)),
    }
}

/// The head of the pictures that one brand of telephones makes.
fn is_heic(bytes: &[u8]) -> bool {
    const BRANDS: [&[u8]; 6] = [b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif"];
    bytes.get(4..8) == Some(b"ftyp") && bytes.get(8..12).is_some_and(|b| BRANDS.contains(&b))
}

/// Checks all papers of a message, then seals and writes them: all or none. A command saves the rows; what it does not
/// save is dropped with [`keep_only`].
pub(crate) async fn keep(cx: &Cx, papers: &[Paper]) -> Result<Vec<File>, Error> {
    if papers.len() > MOST {
        return Err(refused(format!(
            "Pas plus de {MOST} fichiers par message\u{a0}: envoyez les autres dans un second message."
        )));
    }
    let owned = papers.to_vec();
    let read = move || owned.iter().map(read).collect::<Result<Vec<_>, _>>();
    let read = tokio::task::spawn_blocking(read)
        .await
        .map_err(|e| StoreError::Internal(format!("paper: {e}")))?
        .map_err(refused)?;
    let mut rows = Vec::new();
    for (name, media_type, bytes) in read {
        match keep_sealed(cx, PURPOSE, &name, media_type, bytes).await {
            Ok(row) => rows.push(row),
            Err(error) => {
                keep_only(cx, &rows, &[]).await;
                return Err(error);
            }
        }
    }
    Ok(rows)
}

/// Drops the bytes of the files that were not saved: the form was refused, or it was the same as before.
pub(crate) async fn keep_only(cx: &Cx, rows: &[File], saved: &[Uuid]) {
    for row in rows.iter().filter(|row| !saved.contains(&row.id)) {
        file::discard(cx, &row.path).await;
    }
}

/// A paper of one of the caller's requests.
pub async fn of_mine(cx: &Cx, number: &str, id: Uuid) -> Result<Opened, Error> {
    let found = citizen::requests::open(cx, number).await?.request;
    let row = request::attached(&mut cx.read().await?, found.id, id, false).await?;
    open_sealed(cx, row.ok_or(Error::NotFound)?).await
}

/// A paper of a request, for an agent who may see it.
pub async fn of_request(cx: &Cx, number: &str, id: Uuid) -> Result<Opened, Error> {
    let found = crate::request::find(cx, number).await?;
    let row = request::attached(&mut cx.read().await?, found.id, id, true).await?;
    open_sealed(cx, row.ok_or(Error::NotFound)?).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(name: &str, bytes: &[u8]) -> Paper {
        Paper {
            name: name.to_owned(),
            bytes: Bytes::copy_from_slice(bytes),
        }
    }

    #[test]
    fn what_is_no_paper_is_said_in_words() {
        let cases: [(&str, &[u8], &str); 6] = [
            ("photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
            (
                "plan.svg",
                b"<svg xmlns='http://www.w3.org/2000/svg'/>",
                "ni un PDF",
            ),
            ("attestation.pdf", b"MZ\x90\0", "ni un PDF"),
            ("tableau.csv", b"a;b", "ni un PDF"),
            ("vide.pdf", b"", "vide"),
            ("photo.jpg", b"\xff\xd8\xff\xe0coupe", "abîmée"),
        ];
        for (name, bytes, why) in cases {
            let error = read(&paper(name, bytes)).unwrap_err();
            assert!(error.contains(why) && error.contains(name), "{error}");
        }
        let own = paper("C:\\Mes documents\\assurance.PDF", b"%PDF-1.7");
        let (name, kind, _) = read(&own).unwrap();
        assert_eq!((name.as_str(), kind), ("assurance.pdf", "application/pdf"));
    }
}
