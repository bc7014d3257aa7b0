//! The month of a big city: 50,000 children come 20 times each. How fast the lines are priced, how long the month takes to
//! simulate and to issue, what it costs in memory, and how many pages a second the Espace facturation gives.

use std::{
    future::IntoFuture as _,
    net::SocketAddr,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, date},
};
use preau_app::{
    Cx, Error,
    billing::{self, MonthForm},
    family_import::{self, ChildRow, FamilyRow, Rows},
    planning::{self, CloseForm, rules},
    subscription,
};
use preau_bench::{Process, Report, Target, processor_time, town};
use preau_rules::{
    attendance::Mark,
    bill::{Biller, Household, Kid, Use},
    booking::State,
};
use preau_store::{
    Command, Tx,
    tables::{
        attendance::{self, Marked},
        billing as rows,
        booking::{self, Booking},
    },
};

const PAGE: &str = "/laigneville/espace-facturation";
const SETTINGS: &str = include_str!("settings.toml");
/// Families, of two children each.
const FAMILIES: usize = 25_000;
/// Days on which each child comes.
const DAYS: i8 = 20;
/// The month, which is over whenever this runs.
const MONTH: Date = date(2026, 10, 1);
/// Families whose bookings are written at once.
const AT_ONCE: i64 = 500;

fn main() -> Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new()?;
    let mut report = Report::new("billing");
    runtime.block_on(measure(&mut report))?;
    report.finish(std::env::args().skip(1))
}

fn failed(error: impl std::fmt::Debug) -> anyhow::Error {
    anyhow::anyhow!("{error:?}")
}

async fn measure(report: &mut Report) -> Result<()> {
    let folder = tempfile::TempDir::new()?;
    let app = town::open(folder.path()).await?;
    let ids = town::accounts(&app, 1).await?;
    let commune = app.communes.by_path("laigneville").context("no commune")?;
    let cx = Cx::system(&app, &commune, "bench");
    rules::save(&cx, SETTINGS, 0).await.map_err(failed)?;
    pricing(report, &cx).await?;
    let to_come = (cx.at.to_zoned(jiff::tz::TimeZone::UTC).date()).saturating_add(30.days());
    families(&cx, to_come).await?;
    month(report, &cx).await?;
    subscription::tie_account(&cx, ids[0], "F00000")
        .await
        .map_err(failed)?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let site =
        preau_web::service(app.clone(), false).into_make_service_with_connect_info::<SocketAddr>();
    let serving = tokio::spawn(axum::serve(listener, site).into_future());
    let cookies = town::log_in(address).await?;
    let rate = preau_bench::pages_per_second(address, PAGE, &cookies).await?;
    report.figure(
        "Espace facturation",
        rate,
        "pages/s",
        Some(Target::AtLeast(1_500.0)),
    );
    serving.abort();
    close(report, &cx, to_come).await?;
    app.communes.close().await;
    Ok(())
}

/// Days of the month, from the first on.
fn days() -> impl Iterator<Item = Date> {
    (1..=DAYS).map(|day| date(2026, 10, day))
}

/// The pure rule, without a store: with its sentences.
async fn pricing(report: &mut Report, cx: &Cx) -> Result<()> {
    let rules = rules::load(cx).await.map_err(failed)?;
    let kid = |year| Kid {
        born: date(year, 3, 14),
        level: Some("élémentaire"),
        enrolled: Vec::new(),
    };
    let home = Household {
        quotient: Some((65_000, Some(date(2026, 9, 1)))),
        words: Vec::new(),
        children: vec![kid(2017), kid(2019)],
    };
    let uses = days().flat_map(|day| {
        (0..2).map(move |child| Use {
            child,
            day,
            activity: "cantine",
            unit: "cantine",
            state: State::Booked,
            supplement: "",
            seen: None,
        })
    });
    let uses: Vec<Use<'_>> = uses.collect();
    let mut biller = Biller::new(&rules.tariffs, &rules.loaded.rulebook);
    let started = Instant::now();
    let mut lines = 0_usize;
    while started.elapsed() < Duration::from_secs(3) {
        for _ in 0..100 {
            let bill = biller.bill(&home, &uses);
            ensure!(bill.anomalies.is_empty(), "no price");
            lines += bill.lines.len();
        }
    }
    let rate = f64::from(u32::try_from(lines)?) / started.elapsed().as_secs_f64();
    report.figure(
        "lines priced and explained, one core",
        rate,
        "lines/s",
        Some(Target::AtLeast(500_000.0)),
    );
    Ok(())
}

struct Book {
    after: String,
    /// A day to come on which every child eats too.
    closed: Date,
}

impl Command for Book {
    const NAME: &'static str = "bench.book";
    type Answer = Option<String>;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Option<String>, Error> {
        let found = rows::batch(tx, &self.after, AT_ONCE).await?;
        let (Some(first), Some(last)) = (found.first(), found.last()) else {
            return Ok(None);
        };
        let (from, to) = (first.reference.clone(), last.reference.clone());
        let since = tx.at();
        for kid in rows::children(tx, &from, &to).await? {
            for day in days() {
                let one = one_day(&kid, day, since);
                booking::put(tx, &one).await?;
                attendance::put(tx, &seen(&one)).await?;
            }
            booking::put(tx, &one_day(&kid, self.closed, since)).await?;
        }
        Ok(Some(to))
    }
}

/// A meal of a child.
fn one_day(kid: &rows::Kid, day: Date, since: Timestamp) -> Booking {
    Booking {
        child_id: kid.id,
        day,
        activity: "cantine".to_owned(),
        unit: "cantine".to_owned(),
        family_id: kid.family_id,
        state: State::Booked.code().to_owned(),
        site: String::new(),
        group: String::new(),
        supplement: String::new(),
        turn: 0,
        since,
        rank: 0,
    }
}

/// The child came.
fn seen(one: &Booking) -> Marked {
    Marked {
        child_id: one.child_id,
        day: one.day,
        activity: one.activity.clone(),
        unit: one.unit.clone(),
        family_id: one.family_id,
        site: String::new(),
        group: String::new(),
        mark: Mark::Present.code().to_owned(),
        arrived: String::new(),
        departed: String::new(),
        at: one.since,
        by_name: "bench".to_owned(),
        first_name: String::new(),
        last_name: String::new(),
        family: String::new(),
    }
}

/// A day to come on which every child eats, closed.
async fn close(report: &mut Report, cx: &Cx, day: Date) -> Result<()> {
    let form = CloseForm {
        du: day.to_string(),
        motif: "Grève".to_owned(),
        ..CloseForm::default()
    };
    let started = Instant::now();
    let effect = planning::effect(cx, &form).await.map_err(failed)?;
    report.figure(
        "effect of closing a day of 50,000 children",
        started.elapsed().as_secs_f64(),
        "s",
        None,
    );
    ensure!(effect.families == FAMILIES, "{effect:?}");
    let started = Instant::now();
    planning::close(cx, &form).await.map_err(failed)?;
    report.figure(
        "that day closed",
        started.elapsed().as_secs_f64(),
        "s",
        None,
    );
    Ok(())
}

async fn families(cx: &Cx, closed: Date) -> Result<()> {
    let rows = (0..FAMILIES).map(|n| FamilyRow {
        reference: format!("F{n:05}"),
        name: "Bernard".to_owned(),
        guardians: Vec::new(),
        children: (0..2)
            .map(|at| ChildRow {
                person: n * 2 + at,
                first_name: ["Zoé", "Tom"][at].to_owned(),
                last_name: "Bernard".to_owned(),
                born_on: date(2018, 3, 14),
                sex: None,
            })
            .collect(),
        code: None,
    });
    let rows = Rows {
        families: rows.collect(),
        ..Rows::default()
    };
    family_import::write(cx, rows, &mut |_, _| {})
        .await
        .map_err(failed)?;
    let mut after = String::new();
    while let Some(last) = cx.write(Book { after, closed }).await.map_err(failed)? {
        after = last;
    }
    Ok(())
}

/// The largest that this process gets, looked at ten times a second until it is told to stop.
#[expect(clippy::disallowed_methods, reason = "memory has no event to wait for")]
fn watch(stop: Arc<AtomicBool>) -> std::thread::JoinHandle<Result<Process>> {
    std::thread::spawn(move || {
        let mut most = Process::this()?;
        while !stop.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(100));
            most = most.most(Process::this()?);
        }
        Ok(most)
    })
}

async fn month(report: &mut Report, cx: &Cx) -> Result<()> {
    let stop = Arc::new(AtomicBool::new(false));
    let watched = watch(Arc::clone(&stop));
    let started = Instant::now();
    let seen = billing::preview(cx, MONTH).await.map_err(failed)?;
    report.figure(
        "a month simulated",
        started.elapsed().as_secs_f64(),
        "s",
        None,
    );
    let lines = u32::try_from(seen.lines)?;
    report.figure("lines of the month", f64::from(lines), "", None);
    let form = MonthForm {
        echeance: "31/12/2099".to_owned(),
        malgre: true,
    };
    let before = processor_time()?;
    let started = Instant::now();
    let issued = billing::issue(cx, MONTH, &form).await.map_err(failed)?;
    let took = started.elapsed().as_secs_f64();
    let processor = (processor_time()? - before) / 1_000_000.0;
    stop.store(true, Ordering::Relaxed);
    let most = watched
        .join()
        .map_err(|_| anyhow::anyhow!("the watch broke"))??;
    ensure!(issued.invoices == FAMILIES, "{} invoices", issued.invoices);
    report.figure(
        "1,000,000 lines priced and issued",
        took,
        "s",
        Some(Target::AtMost(20.0)),
    );
    report.figure("processor that it took", processor, "s", None);
    report.figure(
        "memory at most",
        most.megabytes,
        "MB",
        Some(Target::AtMost(500.0)),
    );
    Ok(())
}
