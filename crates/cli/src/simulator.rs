//! `preau simulateur-payfip`: PayFiP for demonstrations, in a process of its own.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr},
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result};
use clap::Args;
use preau_simulator::Simulator;

/// Where it listens.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Port sur cette machine ; 0 en choisit un et l’affiche
    #[arg(long, default_value_t = 8090)]
    port: u16,
    /// S’arrête quand son entrée se ferme
    #[arg(long, hide = true)]
    attached: bool,
}

/// Serves until it is stopped.
pub(crate) async fn run(options: Options) -> Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
    let listener = tokio::net::TcpListener::bind(address).await;
    let listener = listener.with_context(|| format!("--port : {address}"))?;
    crate::say(&format!("http://{}", listener.local_addr()?));
    std::io::stdout().flush()?;
    if options.attached {
        // The demonstration that started it is gone, however it ended.
        std::thread::spawn(|| {
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            std::process::exit(0);
        });
    }
    axum::serve(listener, Simulator::default().router()).await?;
    Ok(())
}

/// A simulator beside this process, and its address; it ends with this process.
pub(crate) fn child() -> Result<(String, Running)> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["simulateur-payfip", "--port", "0", "--attached"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("le simulateur PayFiP ne démarre pas")?;
    let out = child.stdout.take().context("simulateur PayFiP")?;
    let mut address = String::new();
    BufReader::new(out).read_line(&mut address)?;
    let address = address.trim().to_owned();
    anyhow::ensure!(
        address.starts_with("http://"),
        "le simulateur PayFiP n’a pas d’adresse"
    );
    Ok((address, Running(child)))
}

/// A simulator that runs.
pub(crate) struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
