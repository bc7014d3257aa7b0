//! What an installation costs while 500 communes on SQLite are open, and after it put them to rest.

use std::time::Duration;

use anyhow::{Context, Result};
use preau_bench::{Process, Report, Target};
use preau_store::{Communes, Settings, tables::news};
use tempfile::TempDir;
use uuid::Uuid;

use crate::work;

const COMMUNES: u128 = 500;

/// The process before, while all are open, and after the sweep.
pub(crate) struct Open {
    before: Process,
    peak: Process,
    #[expect(
        clippy::struct_field_names,
        reason = "communes of a folder of communes"
    )]
    open: Process,
    swept: Process,
    /// Open files while all are open, and after the sweep.
    files: (f64, f64),
}

/// Opens them all, writes to all of them at the same moment, reads each.
pub(crate) async fn measure() -> Result<Open> {
    let folder = TempDir::new()?;
    let settings = || Settings {
        folder: folder.path().to_owned(),
        ..Settings::default()
    };
    let communes = Communes::open(settings()).await?;
    for n in 1..=COMMUNES {
        let at = work::origin(u64::try_from(n)?);
        communes
            .create(
                Uuid::from_u128(n),
                &format!("commune-{n}"),
                &format!("Commune {n}"),
                None,
                at,
            )
            .await?;
    }
    communes.close().await;
    drop(communes);

    let communes = Communes::open(settings()).await?;
    let before = Process::this()?;
    let writes: Vec<_> = communes
        .list()
        .into_iter()
        .map(|commune| tokio::spawn(async move { work::publish(&commune.db, 0).await }))
        .collect();
    let mut peak = before;
    for write in writes {
        write.await.context("a write")??;
        peak = peak.most(Process::this()?);
    }
    let at = work::origin(0).at;
    let mut readers = Vec::new();
    for commune in communes.list() {
        let mut tx = commune.db.read().await?;
        let found = news::visible(&mut tx, at, 5).await?;
        anyhow::ensure!(found.len() == 1, "{}: {} news", commune.slug, found.len());
        // Given back at the end only: all are open at once.
        readers.push(tx);
    }
    let open = Process::this()?;
    let files_open = open_files()?;
    drop(readers);
    communes.sweep(Duration::ZERO);
    let swept = Process::this()?;
    let files = (files_open, open_files()?);
    communes.close().await;
    Ok(Open {
        before,
        peak: peak.most(open),
        open,
        swept,
        files,
    })
}

#[expect(clippy::cast_precision_loss, reason = "some thousands")]
fn open_files() -> Result<f64> {
    Ok(std::fs::read_dir("/proc/self/fd")?.count() as f64)
}

impl Open {
    pub(crate) fn tell(&self, report: &mut Report) {
        let Self {
            before,
            peak,
            open,
            swept,
            files,
        } = self;
        let name = |what: &str| format!("{COMMUNES} communes: {what}");
        report.figure(
            &name("threads, at most"),
            peak.threads,
            "",
            Some(Target::AtMost(99.0)),
        );
        report.figure(
            &name("memory, all open"),
            open.megabytes,
            "MB",
            Some(Target::AtMost(500.0)),
        );
        report.figure(&name("memory after the sweep"), swept.megabytes, "MB", None);
        report.figure(
            &name("memory before, none open"),
            before.megabytes,
            "MB",
            None,
        );
        report.figure(&name("files open"), files.0, "", None);
        report.figure(&name("files open after the sweep"), files.1, "", None);
    }
}
