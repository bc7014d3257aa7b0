//! Files that people bring: told apart by their content, kept apart from any public address, given out to who may
//! have them.

mod sealed;

use bytes::Bytes;
use preau_rules::{permission::Right, text::Line};
use preau_store::tables::file::{self, File};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{Cx, Error};

pub(crate) use sealed::reseal;
pub use sealed::{keep_sealed, open_sealed};

/// The largest file, in bytes.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;

/// A kind of file that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Ending of its names.
    pub extension: &'static str,
    /// Media type.
    pub media_type: &'static str,
    /// Word for people: "PDF", "image", "tableau".
    pub label: &'static str,
    /// Whether a browser may show it itself.
    pub inline: bool,
}

const fn kind(
    extension: &'static str,
    media_type: &'static str,
    label: &'static str,
    inline: bool,
) -> Kind {
    Kind {
        extension,
        media_type,
        label,
        inline,
    }
}

const KINDS: [Kind; 15] = [
    kind("pdf", "application/pdf", "PDF", true),
    kind("png", "image/png", "Image", true),
    kind("jpg", "image/jpeg", "Image", true),
    kind("webp", "image/webp", "Image", true),
    kind("gif", "image/gif", "Image", true),
    kind(
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "Texte",
        false,
    ),
    kind(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "Tableau",
        false,
    ),
    kind(
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "Présentation",
        false,
    ),
    kind(
        "odt",
        "application/vnd.oasis.opendocument.text",
        "Texte",
        false,
    ),
    kind(
        "ods",
        "application/vnd.oasis.opendocument.spreadsheet",
        "Tableau",
        false,
    ),
    kind(
        "odp",
        "application/vnd.oasis.opendocument.presentation",
        "Présentation",
        false,
    ),
    kind("doc", "application/msword", "Texte", false),
    kind("xls", "application/vnd.ms-excel", "Tableau", false),
    kind(
        "ppt",
        "application/vnd.ms-powerpoint",
        "Présentation",
        false,
    ),
    kind("csv", "text/csv; charset=utf-8", "Tableau", false),
];

/// Endings that a file chooser offers.
pub const ACCEPTED: &str =
    ".pdf,.png,.jpg,.jpeg,.webp,.gif,.docx,.xlsx,.pptx,.odt,.ods,.odp,.doc,.xls,.ppt,.csv";

/// The kind of a saved file.
#[must_use]
pub fn kind_of(media_type: &str) -> Kind {
    let known = KINDS.iter().find(|k| k.media_type == media_type);
    *known.unwrap_or(&kind("", "application/octet-stream", "Fichier", false))
}

/// Finds the kind by the content. The name only tells office documents apart, which are all the same on the outside.
fn detect(name: &str, bytes: &[u8]) -> Option<Kind> {
    let by = |extension: &str| KINDS.iter().find(|k| k.extension == extension).copied();
    let ending = name.rsplit('.').next().unwrap_or_default().to_lowercase();
    let one_of = |endings: &[&str]| {
        endings
            .contains(&ending.as_str())
            .then(|| by(&ending))
            .flatten()
    };
    match bytes {
        [b'%', b'P', b'D', b'F', b'-', ..] => by("pdf"),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => by("png"),
        [0xff, 0xd8, 0xff, ..] => by("jpg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => by("gif"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => by("webp"),
        [b'P', b'K', 3, 4, ..] => one_of(&["docx", "xlsx", "pptx", "odt", "ods", "odp"]),
        [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => one_of(&["doc", "xls", "ppt"]),
        _ if ending == "csv" && plain_text(bytes) => by("csv"),
        _ => None,
    }
}

fn plain_text(bytes: &[u8]) -> bool {
    !bytes.iter().any(|b| *b < 9 || (14..32).contains(b))
}

/// Checks a file that an agent chose; gives its name, corrected where it lies, and its kind.
pub fn check(file_name: &str, bytes: &[u8]) -> Result<(String, Kind), &'static str> {
    if bytes.is_empty() {
        return Err("Ce fichier est vide. Choisissez-en un autre.");
    }
    if bytes.len() > MAX_BYTES {
        return Err("Ce fichier dépasse 10\u{a0}Mo. Réduisez-le, puis recommencez.");
    }
    let last = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kind = detect(last, bytes).ok_or(
        "Ce type de fichier n’est pas accepté. Choisissez un PDF, une image (PNG, JPEG, WebP, GIF) ou un document bureautique (Word, Excel, PowerPoint, LibreOffice, CSV).",
    )?;
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let stem: String = stem
        .chars()
        .filter(|c| !c.is_control() && !"\"<>|:*?%#".contains(*c))
        .take(100)
        .collect();
    let stem = Line::parse(&stem, 100).map_or_else(|_| "fichier".to_owned(), Line::into_string);
    Ok((format!("{stem}.{}", kind.extension), kind))
}

/// Writes the bytes and gives the row that is to be saved by a command.
pub(crate) async fn keep(
    cx: &Cx,
    purpose: &str,
    name: &str,
    media_type: &str,
    bytes: Bytes,
) -> Result<File, Error> {
    let id = cx.app.entropy.id(cx.at);
    let hashed = bytes.clone();
    let sha256 = tokio::task::spawn_blocking(move || Sha256::digest(&hashed).to_vec())
        .await
        .map_err(|e| preau_store::StoreError::Internal(format!("hash: {e}")))?;
    let file = File {
        id,
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        sha256,
        path: format!("{purpose}/{id}"),
        purpose: purpose.to_owned(),
        created_at: cx.at,
        sealed_with: None,
    };
    cx.commune()?.files.put(&file.path, bytes).await?;
    Ok(file)
}

/// Removes bytes that no row names any more. A failure leaves an unused file, which harms nobody.
pub(crate) async fn discard(cx: &Cx, path: &str) {
    let Ok(commune) = cx.commune() else {
        return;
    };
    if let Err(error) = commune.files.delete(path).await {
        tracing::warn!(%error, path, "unused file stays");
    }
}

/// A file with its bytes.
pub struct Opened {
    /// What is known of it.
    pub file: File,
    /// Its content.
    pub bytes: Bytes,
}

async fn open(cx: &Cx, file: File) -> Result<Opened, Error> {
    if file.sealed_with.is_some() {
        return sealed::open_sealed(cx, file).await;
    }
    let bytes = cx.commune()?.files.get(&file.path).await?;
    Ok(Opened { file, bytes })
}

/// The commune's logo, for everybody.
pub async fn logo(cx: &Cx, id: Uuid) -> Result<Opened, Error> {
    let mut tx = cx.read().await?;
    let found = file::get(&mut tx, id).await?;
    drop(tx);
    open(
        cx,
        found
            .filter(|f| f.purpose == "logo")
            .ok_or(Error::NotFound)?,
    )
    .await
}

/// A file of a page: for everybody when the page is published, for the agents who write pages otherwise.
pub async fn of_page(cx: &Cx, id: Uuid) -> Result<Opened, Error> {
    let mut tx = cx.read().await?;
    let found = file::get(&mut tx, id).await?;
    let found = found
        .filter(|f| f.purpose == "page")
        .ok_or(Error::NotFound)?;
    if cx.caller.require(Right::Pages).is_err() && !file::is_shown(&mut tx, id).await? {
        return Err(Error::NotFound);
    }
    drop(tx);
    open(cx, found).await
}

/// "240 Ko", "1,2 Mo".
#[must_use]
pub fn size_fr(bytes: i64) -> String {
    match bytes {
        ..1000 => "moins de 1\u{a0}Ko".to_owned(),
        1000..1_000_000 => format!("{}\u{a0}Ko", (bytes + 500) / 1000),
        _ => {
            let tenths = (bytes + 50_000) / 100_000;
            format!("{},{}\u{a0}Mo", tenths / 10, tenths % 10)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_says_what_a_file_is() {
        let pdf = b"%PDF-1.7 ...";
        let (name, kind) = check("affiche.png", pdf).unwrap();
        assert_eq!(
            (name.as_str(), kind.media_type),
            ("affiche.pdf", "application/pdf")
        );
        assert!(check("page.html", b"<!doctype html><script>").is_err());
        assert!(check("dessin.svg", b"<svg xmlns=''/>").is_err());
        assert!(check("virus.exe", b"MZ\x90\0").is_err());
        assert!(check("macros.docm", b"PK\x03\x04...").is_err());
        assert!(check("archive.zip", b"PK\x03\x04...").is_err());
        assert_eq!(
            check("tarifs.XLSX", b"PK\x03\x04...").unwrap().0,
            "tarifs.xlsx"
        );
        assert!(check("a.csv", b"a;b\n1;2\n").is_ok());
        assert!(check("a.csv", b"a\0b").is_err());
        assert!(check("vide.pdf", b"").is_err());
    }

    #[test]
    fn a_name_holds_no_path_and_no_tricks() {
        let pdf = b"%PDF-1.7 ...";
        assert_eq!(check("../../etc/menu.pdf", pdf).unwrap().0, "menu.pdf");
        assert_eq!(
            check("C:\\Mes documents\\menu d’été.pdf", pdf).unwrap().0,
            "menu d’été.pdf"
        );
        assert_eq!(check("a\"\r\nX: y.pdf", pdf).unwrap().0, "aX y.pdf");
        assert_eq!(check("\u{202e}fdp.exe", pdf).unwrap().0, "fichier.pdf");
        assert_eq!(check(".pdf", pdf).unwrap().0, "fichier.pdf");
    }

    #[test]
    fn sizes_are_for_people() {
        let words = [400, 240_400, 1_240_000].map(|b| size_fr(b).replace('\u{a0}', " "));
        assert_eq!(words, ["moins de 1 Ko", "240 Ko", "1,2 Mo"]);
    }
}
