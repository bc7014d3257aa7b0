//! Opening the installation, and serving it until it is asked to stop.

use std::{future::IntoFuture, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result, bail};
use axum::{Router, http::StatusCode, routing::get};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use preau_app::{App, Clock, Entropy};
use preau_store::{Communes, EngineKind};
use preau_worker::{Worker, transport::Transport};
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

use crate::{
    config::{Config, LogFormat},
    master,
};

/// The log, as the configuration wants it.
pub(crate) fn log(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log.filter)
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second call, in tests, changes nothing.
    let _ = match config.log.format {
        LogFormat::Text => builder.compact().try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}

/// Opens the registry and what stands on it.
pub(crate) async fn open(config: &Config, clock: Clock) -> Result<Arc<App>> {
    let communes = registry(config).await?;
    with_master(config, communes, clock).await
}

/// Opens the registry alone.
pub(crate) async fn registry(config: &Config) -> Result<Communes> {
    writable(&config.data.folder)?;
    Communes::open(config.store()?)
        .await
        .context("le registre des communes ne s’ouvre pas")
}

/// Finds the master key, and opens the installation with it.
pub(crate) async fn with_master(
    config: &Config,
    communes: Communes,
    clock: Clock,
) -> Result<Arc<App>> {
    let entropy = Entropy::system();
    let master = master::load(config, communes.registry(), &entropy, clock.now()).await?;
    let app = App::open(communes, clock, entropy, config.app(master))
        .await
        .context("l’installation ne s’ouvre pas")?;
    Ok(Arc::new(app))
}

/// Communes in SQLite files.
pub(crate) fn on_sqlite(app: &App) -> usize {
    let communes = app.communes.list();
    let in_files = communes
        .iter()
        .filter(|commune| commune.db.engine() != EngineKind::Postgres);
    in_files.count()
}

/// The data folder is there and can be written to.
pub(crate) fn writable(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("data.folder : {} ne peut pas être créé", folder.display()))?;
    let probe = folder.join(".ecriture");
    std::fs::write(&probe, b"preau")
        .and_then(|()| std::fs::remove_file(&probe))
        .with_context(|| {
            format!(
                "data.folder : {} n’est pas accessible en écriture : vérifiez les droits et la place libre",
                folder.display()
            )
        })
}

/// Only one process serves a data folder with its SQLite files. With the registry on PostgreSQL several nodes may
/// share a folder of files.
pub(crate) fn lock(config: &Config) -> Result<Option<std::fs::File>> {
    if config.data.registry.is_some() {
        return Ok(None);
    }
    let folder = &config.data.folder;
    let path = folder.join("serve.lock");
    let file = std::fs::File::create(&path)
        .with_context(|| format!("{} ne peut pas être créé", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(_) => bail!(
            "un autre processus sert déjà le dossier {} : arrêtez-le d’abord",
            folder.display()
        ),
    }
}

/// Listens, or says which address is taken.
pub(crate) async fn listen(key: &str, address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("{key} : l’adresse {address} ne peut pas être utilisée (déjà prise ?)")
    })
}

/// Serves until SIGINT or SIGTERM; what was accepted is finished.
pub(crate) async fn serve(config: &Config, app: Arc<App>, listener: TcpListener) -> Result<()> {
    let signals = Signals::listen()?;
    let transport = Transport::open(&config.mail).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("courriel :\n  {}", lines.join("\n  "))
    })?;
    let (stop, stopping) = watch::channel(false);
    let worker = Worker::new(Arc::clone(&app), transport);
    let working = {
        let stopping = stopping.clone();
        tokio::spawn(async move { worker.run(stopping).await })
    };
    if let Some(address) = config.server.metrics_listen {
        let listener = listen("server.metrics_listen", address).await?;
        let handle = PrometheusBuilder::new()
            .install_recorder()
            .context("métriques")?;
        let upkeep = handle.clone();
        #[expect(clippy::disallowed_methods, reason = "upkeep has no event to wait for")]
        tokio::spawn(async move {
            // Old samples leave the histograms.
            loop {
                tokio::time::sleep(Duration::from_secs(10)).await;
                upkeep.run_upkeep();
            }
        });
        let router = beside(Arc::clone(&app), handle);
        tokio::spawn(axum::serve(listener, router).into_future());
    }
    tokio::task::spawn_blocking(preau_web::warm);
    let site = preau_web::service(Arc::clone(&app), config.server.behind_proxy)
        .into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, site).with_graceful_shutdown(stopped(stopping));
    let serving = tokio::spawn(serving.into_future());
    signals.any().await;
    tracing::info!("stopping: what was accepted is being finished");
    let _ = stop.send(true);
    // Browsers keep connections open: they get a few seconds.
    if tokio::time::timeout(Duration::from_secs(10), serving)
        .await
        .is_err()
    {
        tracing::warn!("some connections were still open");
    }
    working.await.context("travaux")?;
    app.communes.close().await;
    tracing::info!("stopped");
    Ok(())
}

async fn stopped(mut stopping: watch::Receiver<bool>) {
    // An error says that the sender is gone: stop as well.
    let _ = stopping.wait_for(|stop| *stop).await;
}

/// What ends the service. Listened to before anything is served, so that nothing accepted is cut off.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn any(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Health and metrics, on an address of their own.
fn beside(app: Arc<App>, handle: PrometheusHandle) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route(
            "/readyz",
            get(move || async move {
                match app.communes.refresh().await {
                    Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
                    Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")),
                }
            }),
        )
        .route("/metrics", get(move || async move { handle.render() }))
}
