//! What `preau serve` costs while nobody comes: the release binary, when it stands beside this program.

use std::{
    io::Write as _,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use preau_bench::{
    Process,
    client::{BROWSER, Client},
};

const PATIENCE: Duration = Duration::from_secs(30);

/// The binary, built by `cargo xtask bench web` into the same folder.
pub(crate) fn binary() -> Option<PathBuf> {
    let beside = std::env::current_exe().ok()?.with_file_name("preau");
    beside.is_file().then_some(beside)
}

/// Ends the server with the value.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Serves `folder`, visits `paths` once each, and reads what the process costs.
pub(crate) async fn measure(binary: &Path, folder: &Path, paths: &[String]) -> Result<Process> {
    let free = TcpListener::bind("127.0.0.1:0")?;
    let address = free.local_addr()?;
    drop(free);
    let config = folder.join("preau.toml");
    write_config(&config, folder, address)?;
    let mut served = Served(
        Command::new(binary)
            .arg("--config")
            .arg(&config)
            .arg("serve")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{}", binary.display()))?,
    );
    let started = Instant::now();
    let mut client = loop {
        if let Ok(client) = Client::connect(address).await {
            break client;
        }
        if let Some(status) = served.0.try_wait()? {
            bail!("preau serve ended: {status}");
        }
        ensure!(started.elapsed() < PATIENCE, "preau serve does not answer");
        tokio::task::yield_now().await;
    };
    for path in paths {
        let answer = client.get(path, BROWSER).await?;
        ensure!(answer.status == 200, "{path}: {}", answer.status);
    }
    Process::of(served.0.id())
}

fn write_config(file: &Path, folder: &Path, address: SocketAddr) -> Result<()> {
    let mut out = std::fs::File::create(file)?;
    writeln!(
        out,
        "[server]\nlisten = \"{address}\"\npublic_url = \"http://{address}\""
    )?;
    writeln!(out, "[data]\nfolder = {:?}", folder.display().to_string())?;
    writeln!(
        out,
        "[mail]\ntransport = \"memory\"\nfrom = \"nepasrepondre@portail.test\""
    )?;
    writeln!(out, "[log]\nfilter = \"warn\"")?;
    Ok(())
}
