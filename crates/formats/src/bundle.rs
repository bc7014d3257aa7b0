//! A few files in one archive that people can open on a phone: ZIP.

use std::io::{Cursor, Error, Write};

use jiff::civil::DateTime;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// Packs files, each with its name, as made at this local time.
pub fn pack(files: &[(&str, &[u8])], at: DateTime) -> Result<Vec<u8>, Error> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let mut options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    if let Some(time) = time(at) {
        options = options.last_modified_time(time);
    }
    for (name, bytes) in files {
        archive.start_file(*name, options)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// ZIP knows the years from 1980 to 2107.
fn time(at: DateTime) -> Option<zip::DateTime> {
    let small = |n: i8| u8::try_from(n).ok();
    zip::DateTime::from_date_and_time(
        u16::try_from(at.year()).ok()?,
        small(at.month())?,
        small(at.day())?,
        small(at.hour())?,
        small(at.minute())?,
        small(at.second())?,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use jiff::civil::date;

    #[test]
    fn what_was_packed_is_there_with_its_date() {
        let long = "é".repeat(10_000);
        let files: [(&str, &[u8]); 2] = [("a.txt", b"bonjour"), ("b.json", long.as_bytes())];
        let packed = pack(&files, date(2026, 11, 23).at(9, 12, 0, 0)).unwrap();
        assert!(packed.len() < 2_000, "{}", packed.len());
        let mut archive = zip::ZipArchive::new(Cursor::new(packed)).unwrap();
        assert_eq!(archive.len(), 2);
        let mut text = String::new();
        let mut file = archive.by_name("b.json").unwrap();
        assert_eq!(file.last_modified().unwrap().year(), 2026);
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, long);
    }

    #[test]
    fn a_year_that_zip_does_not_know_is_left_out() {
        assert!(pack(&[("a", b"")], date(1970, 1, 1).at(0, 0, 0, 0)).is_ok());
    }
}
