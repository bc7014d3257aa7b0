//! The file of a family: how many pages a second of a family with two responsables and five children, with the client on
//! the same cores, and what a page weighs.

use std::{future::IntoFuture as _, net::SocketAddr, process::ExitCode};

use anyhow::{Context, Result, ensure};
use jiff::civil::date;
use preau_app::{
    Cx,
    family_import::{self, ChildRow, FamilyRow, GuardianRow, Rows},
    subscription,
};
use preau_bench::{
    Report, Target,
    client::{BROWSER, Client},
    town,
};

const PAGE: &str = "/laigneville/espace-famille/dossier";
const CHILDREN: [&str; 5] = ["Zoé", "Tom", "Lou", "Adam", "Lina"];

fn main() -> Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new()?;
    let mut report = Report::new("family");
    runtime.block_on(measure(&mut report))?;
    report.finish(std::env::args().skip(1))
}

async fn measure(report: &mut Report) -> Result<()> {
    let folder = tempfile::TempDir::new()?;
    let app = town::open(folder.path()).await?;
    let ids = town::accounts(&app, 1).await?;
    let commune = app.communes.by_path("laigneville").context("no commune")?;
    let cx = Cx::system(&app, &commune, "bench");
    let rows = Rows {
        families: vec![family()],
        ..Rows::default()
    };
    family_import::write(&cx, rows, &mut |_, _| {})
        .await
        .map_err(|e| anyhow::anyhow!("{e:?}"))?;
    subscription::tie_account(&cx, ids[0], "F1")
        .await
        .map_err(|e| anyhow::anyhow!("{e:?}"))?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let site =
        preau_web::service(app.clone(), false).into_make_service_with_connect_info::<SocketAddr>();
    let serving = tokio::spawn(axum::serve(listener, site).into_future());
    let cookies = town::log_in(address).await?;

    let page = Client::connect(address)
        .await?
        .get_as(PAGE, BROWSER, &cookies)
        .await?;
    let html = page.text()?;
    ensure!(html.contains("Lina"), "{PAGE}: {}", page.status);
    let rate = preau_bench::pages_per_second(address, PAGE, &cookies).await?;
    serving.abort();
    app.communes.close().await;

    let kilobytes = preau_bench::kilobytes;
    report.figure(
        "file of a family with 5 children",
        rate,
        "pages/s",
        Some(Target::AtLeast(2_000.0)),
    );
    report.figure(
        "the page, compressed",
        kilobytes(page.body.len()),
        "KB",
        Some(Target::AtMost(12.0)),
    );
    report.figure("the page", kilobytes(html.len()), "KB", None);
    Ok(())
}

fn family() -> FamilyRow {
    let guardian = |person, first: &str| GuardianRow {
        person,
        civility: Some("MME"),
        first_name: first.to_owned(),
        last_name: "Bernard".to_owned(),
        email: Some(format!("responsable{person}@familles.example")),
        phone: Some("+33612345678".to_owned()),
    };
    let children = CHILDREN.iter().zip(2012..).enumerate();
    FamilyRow {
        reference: "F1".to_owned(),
        name: "Bernard".to_owned(),
        guardians: vec![guardian(1, "Nadia"), guardian(2, "Paul")],
        children: children
            .map(|(at, (first, year))| ChildRow {
                person: 10 + at,
                first_name: (*first).to_owned(),
                last_name: "Bernard".to_owned(),
                born_on: date(year, 3, 14),
                sex: None,
            })
            .collect(),
        code: None,
    }
}
