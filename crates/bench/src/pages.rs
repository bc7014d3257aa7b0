//! How often a page of somebody who is logged in is drawn, with the client on the same cores.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use crate::{
    client::{BROWSER, Client},
    median,
};

const CONNECTIONS: usize = 24;
const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_secs(1);

/// Pages a second: the median of some rounds of a second, after one that does not count.
pub async fn pages_per_second(
    address: SocketAddr,
    page: &'static str,
    cookies: &str,
) -> Result<f64> {
    let mut rates = Vec::new();
    for round in 0..=ROUNDS {
        let started = Instant::now();
        let connections: Vec<_> = (0..CONNECTIONS)
            .map(|_| tokio::spawn(ask(address, page, cookies.to_owned(), started)))
            .collect();
        let mut answered = 0.0;
        for connection in connections {
            answered += connection.await.context("a connection")??;
        }
        if round > 0 {
            rates.push(answered / started.elapsed().as_secs_f64());
        }
    }
    Ok(median(rates))
}

async fn ask(
    address: SocketAddr,
    page: &'static str,
    cookies: String,
    started: Instant,
) -> Result<f64> {
    let mut client = Client::connect(address).await?;
    let mut answered = 0.0;
    while started.elapsed() < ROUND {
        let answer = client.get_as(page, BROWSER, &cookies).await?;
        ensure!(answer.status == 200, "{page}: {}", answer.status);
        answered += 1.0;
    }
    Ok(answered)
}

/// Bytes as kilobytes of 1,024.
#[must_use]
pub fn kilobytes(bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1024.0
}
