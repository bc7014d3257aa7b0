//! The planning: how many pages a second for 3 children with 5 units, what a page weighs, how many saves of 4 changes a
//! second go through the lane, and how long a year's pattern takes to verify and to write.

use std::{
    future::IntoFuture as _,
    net::SocketAddr,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use preau_app::{
    Cx,
    family_import::{self, ChildRow, FamilyRow, Rows},
    planning::{self, Counter, EnrolForm, Wish, rules},
    subscription,
};
use preau_bench::{
    Report, Target,
    client::{BROWSER, Client},
    town,
};
use preau_store::tables::family;
use uuid::Uuid;

const PAGE: &str = "/laigneville/espace-famille/planning?du=2027-01-04";
/// Families that save at the same time.
const CLIENTS: usize = 256;
/// Saves of each of them.
const SAVES: usize = 24;
const SETTINGS: &str = include_str!("settings.toml");
const UNITS: [(&str, &str); 3] = [
    ("cantine", "cantine"),
    ("periscolaire", "matin"),
    ("periscolaire", "soir"),
];

/// A family of the bench, with its children.
type Home = (Uuid, Vec<Uuid>);

fn main() -> Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new()?;
    let mut report = Report::new("planning");
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
    let homes = families(&cx).await?;
    subscription::tie_account(&cx, ids[0], "F0")
        .await
        .map_err(failed)?;
    year(report, &cx, &homes).await?;
    saves(report, &cx, &homes).await?;

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let site =
        preau_web::service(app.clone(), false).into_make_service_with_connect_info::<SocketAddr>();
    let serving = tokio::spawn(axum::serve(listener, site).into_future());
    pages(report, address).await?;
    serving.abort();
    app.communes.close().await;
    Ok(())
}

/// Families with three children who are enrolled everywhere.
async fn families(cx: &Cx) -> Result<Vec<Home>> {
    rules::save(cx, SETTINGS, 0).await.map_err(failed)?;
    let rows = (0..CLIENTS).map(|n| FamilyRow {
        reference: format!("F{n}"),
        name: "Bernard".to_owned(),
        guardians: Vec::new(),
        children: (0..3)
            .map(|at| ChildRow {
                person: n * 10 + at,
                first_name: ["Zoé", "Tom", "Lou"][at].to_owned(),
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
    let mut homes = Vec::new();
    for n in 0..CLIENTS {
        let mut tx = cx.read().await.map_err(failed)?;
        let found = family::by_reference(&mut tx, &format!("F{n}")).await?;
        let found = found.context("no family")?;
        let children = family::children(&mut tx, &[found.id]).await?;
        drop(tx);
        for child in &children {
            for activity in ["cantine", "periscolaire", "mercredi"] {
                let form = EnrolForm {
                    enfant: child.id.to_string(),
                    activite: activity.to_owned(),
                    depuis: "01/09/2026".to_owned(),
                    ..EnrolForm::default()
                };
                planning::enrol(cx, found.id, &form).await.map_err(failed)?;
            }
        }
        homes.push((found.id, children.into_iter().map(|c| c.id).collect()));
    }
    Ok(homes)
}

fn wish(child: Uuid, day: Date, of: (&str, &str), book: bool) -> Wish {
    Wish {
        child,
        day,
        activity: of.0.to_owned(),
        unit: of.1.to_owned(),
        book,
    }
}

/// A school year of three children, every unit of every day.
async fn year(report: &mut Report, cx: &Cx, homes: &[Home]) -> Result<()> {
    let (family, children) = homes.last().context("no family")?;
    let mut wishes = Vec::new();
    for day in date(2026, 12, 1).series(1.day()).take(215) {
        for child in children {
            wishes.extend(UNITS.iter().map(|of| wish(*child, day, *of, true)));
        }
    }
    let none = Counter::default();
    let started = Instant::now();
    let lines = planning::verify(cx, Some(*family), &wishes, &none).await;
    let verified = started.elapsed();
    let lines = lines.map_err(failed)?;
    let possible = lines.iter().filter(|l| !l.nothing).count();
    let wishes: Vec<Wish> = lines
        .iter()
        .filter(|l| !l.nothing)
        .map(|l| wish(l.child_id, l.day, (&l.activity, &l.unit), true))
        .collect();
    let started = Instant::now();
    let saved = planning::save(cx, Some(*family), wishes, None).await;
    let written = started.elapsed();
    ensure!(saved.map_err(failed)?.number.is_some(), "nothing was saved");
    let milliseconds = |d: Duration| d.as_secs_f64() * 1000.0;
    let bookings = f64::from(u32::try_from(possible)?);
    report.figure("bookings of a year's pattern", bookings, "", None);
    report.figure(
        "a year verified",
        milliseconds(verified),
        "ms",
        Some(Target::AtMost(150.0)),
    );
    report.figure(
        "a year written",
        milliseconds(written),
        "ms",
        Some(Target::AtMost(150.0)),
    );
    Ok(())
}

/// Weeks of four changes, by many families at the same time.
async fn saves(report: &mut Report, cx: &Cx, homes: &[Home]) -> Result<()> {
    let homes = Arc::new(homes.to_vec());
    let started = Instant::now();
    let all: Vec<_> = (0..CLIENTS)
        .map(|n| {
            let (cx, homes) = (cx.clone(), Arc::clone(&homes));
            tokio::spawn(async move {
                let (family, children) = &homes[n];
                for round in 0..SAVES {
                    let monday = date(2027, 1, 4);
                    let wishes = [0, 1, 3, 4].map(|at| {
                        let day = monday.saturating_add(i64::from(at).days());
                        wish(children[0], day, UNITS[0], round % 2 == 0)
                    });
                    planning::save(&cx, Some(*family), wishes.to_vec(), None).await?;
                }
                Ok::<(), preau_app::Error>(())
            })
        })
        .collect();
    for one in all {
        one.await?.map_err(failed)?;
    }
    let saves = f64::from(u32::try_from(CLIENTS * SAVES)?);
    report.figure(
        "weeks of 4 changes saved, 256 clients",
        saves / started.elapsed().as_secs_f64(),
        "saves/s",
        Some(Target::AtLeast(3_000.0)),
    );
    Ok(())
}

async fn pages(report: &mut Report, address: SocketAddr) -> Result<()> {
    let cookies = town::log_in(address).await?;
    let page = Client::connect(address)
        .await?
        .get_as(PAGE, BROWSER, &cookies)
        .await?;
    let html = page.text()?;
    ensure!(html.contains("Lou"), "{PAGE}: {}", page.status);
    let rate = preau_bench::pages_per_second(address, PAGE, &cookies).await?;
    let kilobytes = preau_bench::kilobytes;
    report.figure(
        "planning of 3 children, 5 units, two weeks",
        rate,
        "pages/s",
        Some(Target::AtLeast(1_500.0)),
    );
    report.figure(
        "the page, compressed",
        kilobytes(page.body.len()),
        "KB",
        Some(Target::AtMost(6.0)),
    );
    report.figure(
        "the page",
        kilobytes(html.len()),
        "KB",
        Some(Target::AtMost(45.0)),
    );
    Ok(())
}
