//! Log-ins: how many a second with Argon2id at the parameters that OWASP gives (19 MiB, two passes, one lane), and what
//! the first page's slowest answers cost while people log in, beside what they cost when nobody does.

use std::{
    future::IntoFuture as _,
    net::SocketAddr,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use preau_bench::{
    Report, Target,
    client::{BROWSER, Client},
    median, town,
};

/// Browsers that log in, again and again.
const BROWSERS: usize = 8;
/// Accounts that they log in to: one try is never counted against another.
const ACCOUNTS: usize = 64;
/// Log-ins a second that a commune's busiest minute is taken for.
const BUSY: u32 = 20;
/// The first page is asked for this often, one visitor after the other.
const BETWEEN: Duration = Duration::from_millis(4);
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(3);
const PAGE: &str = "/laigneville/";
const LOGIN: &str = "/laigneville/connexion";

fn main() -> Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new()?;
    let mut report = Report::new("login");
    runtime.block_on(measure(&mut report))?;
    report.finish(std::env::args().skip(1))
}

async fn measure(report: &mut Report) -> Result<()> {
    let folder = tempfile::TempDir::new()?;
    let app = town::open(folder.path()).await?;
    town::accounts(&app, ACCOUNTS).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let site =
        preau_web::service(app.clone(), false).into_make_service_with_connect_info::<SocketAddr>();
    let serving = tokio::spawn(axum::serve(listener, site).into_future());
    Client::connect(address).await?.get(PAGE, BROWSER).await?;

    let (mut idle, mut busy, mut full, mut rates, mut paced) =
        <(Vec<f64>, Vec<f64>, Vec<f64>, Vec<f64>, Vec<f64>)>::default();
    for _ in 0..ROUNDS {
        idle.push(visits(address).await?);
        let (slowest, rate) = while_logging_in(address, Some(BUSY)).await?;
        busy.push(slowest);
        paced.push(rate);
        let (slowest, rate) = while_logging_in(address, None).await?;
        full.push(slowest);
        rates.push(rate);
    }
    serving.abort();
    app.communes.close().await;

    let (idle, busy, full) = (median(idle), median(busy), median(full));
    report.figure(
        "log-ins, Argon2id 19 MiB, t=2, p=1",
        median(rates),
        "log-ins/s",
        Some(Target::AtLeast(20.0)),
    );
    report.figure("Accueil, nobody logs in: p95", idle, "ms", None);
    let at = format!("Accueil, {:.0} log-ins/s", median(paced));
    report.figure(&format!("{at}: p95"), busy, "ms", None);
    report.figure(
        &format!("{at}: p95 beside idle"),
        busy / idle,
        "×",
        Some(Target::AtMost(2.0)),
    );
    report.figure("Accueil, as many log-ins as can be: p95", full, "ms", None);
    report.figure(
        "Accueil, as many log-ins as can be: p95 beside idle",
        full / idle,
        "×",
        None,
    );
    Ok(())
}

/// One round of visits; the time under which 95 % of them were answered, in milliseconds.
async fn visits(address: SocketAddr) -> Result<f64> {
    let mut client = Client::connect(address).await?;
    let started = Instant::now();
    let mut pace = tokio::time::interval(BETWEEN);
    let mut times = Vec::new();
    while started.elapsed() < ROUND {
        pace.tick().await;
        let asked = Instant::now();
        let answer = client.get(PAGE, BROWSER).await?;
        ensure!(answer.status == 200, "{PAGE}: {}", answer.status);
        times.push(asked.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    times
        .get(times.len() * 95 / 100)
        .copied()
        .context("no visit")
}

/// One round of visits while browsers log in, `a_second` together or as fast as they can: the visits' p95, and how many
/// logged in each second.
async fn while_logging_in(address: SocketAddr, a_second: Option<u32>) -> Result<(f64, f64)> {
    let (over, done) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let pause = a_second.map(|n| Duration::from_secs(1) * u32::try_from(BROWSERS).unwrap_or(1) / n);
    let browsers: Vec<_> = (0..BROWSERS)
        .map(|n| {
            let browser = Browser {
                address,
                first: n * (ACCOUNTS / BROWSERS),
                pause,
                over: Arc::clone(&over),
                done: Arc::clone(&done),
            };
            tokio::spawn(browser.log_in_again())
        })
        .collect();
    let started = Instant::now();
    let slowest = visits(address).await?;
    over.store(true, Ordering::Relaxed);
    for browser in browsers {
        browser.await.context("a browser")??;
    }
    let count = u32::try_from(done.load(Ordering::Relaxed))?;
    Ok((slowest, f64::from(count) / started.elapsed().as_secs_f64()))
}

/// Somebody who logs in to one account after another.
struct Browser {
    address: SocketAddr,
    first: usize,
    pause: Option<Duration>,
    over: Arc<AtomicBool>,
    done: Arc<AtomicUsize>,
}

impl Browser {
    async fn log_in_again(self) -> Result<()> {
        let mut client = Client::connect(self.address).await?;
        let page = client.get(LOGIN, "identity").await?;
        let cookie = page.field("set-cookie").context("no cookie")?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let html = page.text()?;
        let mut pace = self.pause.map(tokio::time::interval);
        let accounts = (self.first..self.first + ACCOUNTS / BROWSERS).cycle();
        for (time, n) in accounts.enumerate() {
            if let Some(pace) = &mut pace {
                pace.tick().await;
            }
            if self.over.load(Ordering::Relaxed) {
                break;
            }
            // Another form each time: the same one sent twice is answered without a second look.
            let form = format!("{}&essai={time}", town::log_in_form(&html, n)?);
            let answer = client.post(LOGIN, &cookie, &form).await?;
            ensure!(
                answer.status == 303,
                "{LOGIN}: {} {}",
                answer.status,
                answer.text().unwrap_or_default()
            );
            self.done.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}
