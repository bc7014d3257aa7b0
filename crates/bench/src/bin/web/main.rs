//! The first page: how many a second with the client on the same cores, what a browser fetches the first time, and
//! what a server with two communes costs while nobody comes.

mod first_view;
mod idle;

use std::{
    future::IntoFuture as _,
    net::SocketAddr,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use preau_bench::{
    Process, Report, Target,
    client::{BROWSER, Client},
    median, processor_time, town,
};

const CONNECTIONS: usize = 24;
const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_secs(1);
const PAGE: &str = "/laigneville/";

fn main() -> Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new()?;
    let mut report = Report::new("web");
    runtime.block_on(measure(&mut report))?;
    report.finish(std::env::args().skip(1))
}

async fn measure(report: &mut Report) -> Result<()> {
    let folder = tempfile::TempDir::new()?;
    let app = town::open(folder.path()).await?;
    let paths: Vec<String> = app
        .communes
        .list()
        .iter()
        .map(|commune| format!("/{}/", commune.slug))
        .collect();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let site =
        preau_web::service(app.clone(), false).into_make_service_with_connect_info::<SocketAddr>();
    let serving = tokio::spawn(axum::serve(listener, site).into_future());

    let mut client = Client::connect(address).await?;
    for path in &paths {
        let answer = client.get(path, BROWSER).await?;
        ensure!(answer.status == 200, "{path}: {}", answer.status);
    }
    let in_process = Process::this()?;
    let view = first_view::fetch(&mut client, PAGE).await?;
    let compressed = pages_a_second(address, BROWSER).await?;
    let plain = pages_a_second(address, "identity").await?;
    serving.abort();
    app.communes.close().await;

    let a_second = "requests/s";
    let target = Some(Target::AtLeast(5_000.0));
    report.figure("Accueil, compressed", compressed.a_second, a_second, target);
    report.figure("Accueil, not compressed", plain.a_second, a_second, None);
    let both = "of processor, client included";
    report.figure(
        &format!("Accueil, compressed: {both}"),
        compressed.processor,
        "µs",
        None,
    );
    report.figure(
        &format!("Accueil, not compressed: {both}"),
        plain.processor,
        "µs",
        None,
    );
    tell_view(report, &view);
    let limit = Some(Target::AtMost(40.0));
    if let Some(binary) = idle::binary() {
        let process = idle::measure(&binary, folder.path(), &paths).await?;
        report.figure(
            "preau serve, 2 communes: memory",
            process.megabytes,
            "MB",
            limit,
        );
        report.figure(
            "preau serve, 2 communes: threads",
            process.threads,
            "",
            None,
        );
    } else {
        eprintln!("target/release/preau is not there: its memory is that of this process");
        report.figure(
            "the same service in this process: memory",
            in_process.megabytes,
            "MB",
            limit,
        );
    }
    Ok(())
}

/// Medians over the rounds.
struct Rate {
    a_second: f64,
    /// Microseconds of processor for a request.
    processor: f64,
}

/// Asks over all connections for some rounds, after one that warms up.
async fn pages_a_second(address: SocketAddr, encoding: &'static str) -> Result<Rate> {
    let (mut rates, mut costs) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (started, used) = (Instant::now(), processor_time()?);
        let connections: Vec<_> = (0..CONNECTIONS)
            .map(|_| tokio::spawn(ask(address, encoding, started)))
            .collect();
        let mut answered = 0.0;
        for connection in connections {
            answered += connection.await.context("a connection")??;
        }
        if round > 0 {
            rates.push(answered / started.elapsed().as_secs_f64());
            costs.push((processor_time()? - used) / answered);
        }
    }
    Ok(Rate {
        a_second: median(rates),
        processor: median(costs),
    })
}

/// Asks again and again until the round is over.
async fn ask(address: SocketAddr, encoding: &str, started: Instant) -> Result<f64> {
    let mut client = Client::connect(address).await?;
    let mut answered = 0.0;
    while started.elapsed() < ROUND {
        let answer = client.get(PAGE, encoding).await?;
        ensure!(answer.status == 200, "{PAGE}: {}", answer.status);
        answered += 1.0;
    }
    Ok(answered)
}

#[expect(clippy::cast_precision_loss, reason = "some thousands of bytes")]
fn tell_view(report: &mut Report, view: &first_view::FirstView) {
    let kilobytes = |bytes: usize| bytes as f64 / 1000.0;
    let bodies = view.requests.iter().map(|(_, size)| size).sum();
    let count = view.requests.len() as f64;
    report.figure(
        "first view: size, compressed",
        kilobytes(bodies),
        "KB",
        Some(Target::AtMost(35.0)),
    );
    report.figure("first view: requests", count, "", Some(Target::AtMost(6.0)));
    report.figure(
        "first view: heads of the answers",
        kilobytes(view.heads),
        "KB",
        None,
    );
    report.figure(
        "first view: the page before compression",
        kilobytes(view.page),
        "KB",
        None,
    );
    for (path, size) in &view.requests {
        report.figure(&format!("first view: {path}"), kilobytes(*size), "KB", None);
    }
}
