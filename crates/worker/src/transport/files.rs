//! One `.eml` file a mail, which any mail program opens.

use std::io;
use std::path::{Path, PathBuf};

use tokio::io::AsyncWriteExt;
use tokio::sync::Mutex;

use super::Seen;
use super::failure::{Reason, SendError};
use super::letter::Letter;
use super::settings::{MailSettings, SettingsError};

/// The folder that mails are written to.
#[derive(Debug)]
pub struct Files {
    folder: PathBuf,
    // Choosing a free name and taking it are two steps.
    naming: Mutex<()>,
}

impl Files {
    pub(super) fn open(settings: &MailSettings) -> Result<Self, SettingsError> {
        let folder = settings.folder.clone().unwrap_or_default();
        std::fs::create_dir_all(&folder).map_err(|error| {
            SettingsError::new(
                "mail.folder",
                format!("« {} » ne peut pas être créé : {error}", folder.display()),
            )
        })?;
        Ok(Self {
            folder,
            naming: Mutex::new(()),
        })
    }

    /// Writes beside, then renames: whoever watches the folder never reads half a mail. A letter
    /// that comes again finds its file and leaves it.
    pub(super) async fn write(&self, letter: &Letter, eml: &[u8]) -> Result<String, SendError> {
        let storage = |error: io::Error| SendError::temporary(Reason::Storage, error.to_string());
        let beside = self.folder.join(format!(".{}.part", letter.id));
        write_synced(&beside, eml).await.map_err(storage)?;

        let _naming = self.naming.lock().await;
        let stem = stem(letter);
        for rank in 1_u32.. {
            let name = if rank == 1 {
                format!("{stem}.eml")
            } else {
                format!("{stem}-{rank}.eml")
            };
            let path = self.folder.join(&name);
            match tokio::fs::read(&path).await {
                Ok(there) if there == eml => {
                    tokio::fs::remove_file(&beside).await.map_err(storage)?;
                    return Ok(name);
                }
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    tokio::fs::rename(&beside, &path).await.map_err(storage)?;
                    return Ok(name);
                }
                Err(error) => return Err(storage(error)),
            }
        }
        Err(SendError::temporary(Reason::Storage, "no free name"))
    }

    pub(super) async fn check(&self) -> Result<Seen, SendError> {
        let probe = self.folder.join(".essai.part");
        let tried = async {
            write_synced(&probe, b"essai").await?;
            tokio::fs::remove_file(&probe).await
        };
        tried.await.map_err(|error| {
            SendError::temporary(
                Reason::Storage,
                format!("{}: {error}", self.folder.display()),
            )
        })?;
        Ok(Seen {
            target: self.folder.display().to_string(),
            ..Seen::default()
        })
    }
}

async fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = tokio::fs::File::create(path).await?;
    file.write_all(bytes).await?;
    file.sync_all().await
}

/// `YYYYMMDD-HHMMSS-mmm_recipient_subject` in UTC, so that a listing is in the order of sending.
fn stem(letter: &Letter) -> String {
    let date = letter.date.strftime("%Y%m%d-%H%M%S");
    let millisecond = letter.date.subsec_millisecond().max(0);
    let recipient = clean(&letter.to_address, "@._+", 80);
    format!(
        "{date}-{millisecond:03}_{recipient}_{}",
        clean(&letter.subject, "", 60)
    )
}

/// Lower-case ASCII letters and digits, everything else as single dashes: nothing that a shell, a
/// file system or a path reads as something else.
fn clean(text: &str, allowed: &str, limit: usize) -> String {
    let mut slug = String::new();
    for c in text
        .chars()
        .flat_map(char::to_lowercase)
        .map(without_accent)
    {
        if c.is_ascii_alphanumeric() || (allowed.contains(c) && !slug.is_empty()) {
            slug.push(c);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
        if slug.len() >= limit {
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}

fn without_accent(c: char) -> char {
    match c {
        'à' | 'â' | 'ä' => 'a',
        'ç' => 'c',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::letter::tests::letter_to;
    use super::super::{MailSettings, Transport};
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn mails_are_files_that_sort_by_date_and_say_what_they_are() {
        let folder = tempfile::tempdir().expect("a folder");
        let settings =
            MailSettings::files("ne-pas-repondre@exemple.fr", folder.path().join("mails"));
        let transport = Transport::open(&settings).expect("a transport");
        let letter = letter_to("lea.durant@exemple.fr");
        let receipt = transport.send(&letter).await.expect("written");
        assert_eq!(
            receipt.answer,
            "20261119-090000-000_lea.durant@exemple.fr_votre-message-a-bien-ete-recu.eml"
        );

        // The same letter again is the same mail; another one in the same instant is not.
        assert_eq!(transport.send(&letter).await.expect("again"), receipt);
        let mut other = letter.clone();
        other.text = "Autre chose.".to_owned();
        transport.send(&other).await.expect("another");
        assert_eq!(
            names(&folder.path().join("mails")),
            [
                "20261119-090000-000_lea.durant@exemple.fr_votre-message-a-bien-ete-recu-2.eml",
                "20261119-090000-000_lea.durant@exemple.fr_votre-message-a-bien-ete-recu.eml",
            ]
        );
        transport
            .check()
            .await
            .expect("a folder that can be written");
        assert_eq!(
            names(&folder.path().join("mails")).len(),
            2,
            "a check leaves nothing"
        );
    }

    #[test]
    fn no_subject_leads_out_of_the_folder() {
        let mut letter = letter_to("lea@exemple.fr");
        letter.subject = "../../etc/passwd\0 ¿".repeat(20);
        letter.to_address = "../.lea/x@exemple.fr".to_owned();
        let stem = stem(&letter);
        assert!(
            !stem.contains(['/', '\0', ' ']) && stem.len() < 170,
            "{stem}"
        );
        assert!(
            stem.starts_with("20261119-090000-000_lea-x@exemple.fr_etc-passwd"),
            "{stem}"
        );
    }

    #[tokio::test]
    async fn a_folder_that_is_gone_is_a_failure_to_try_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = MailSettings::files("a@exemple.fr", folder.path().join("mails"));
        let transport = Transport::open(&settings).expect("a transport");
        std::fs::remove_dir(folder.path().join("mails")).expect("removed");
        let error = transport
            .send(&letter_to("lea@exemple.fr"))
            .await
            .expect_err("nowhere");
        assert_eq!(
            (error.is_permanent(), error.reason()),
            (false, Reason::Storage)
        );
        assert_eq!(
            transport.check().await.expect_err("nowhere").reason(),
            Reason::Storage
        );
    }
}
