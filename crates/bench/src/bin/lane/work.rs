//! The command that is measured, its clients, and the batches that the lane made of them.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use jiff::Timestamp;
use metrics::{
    Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use preau_store::{
    Actor, Command, Database, Origin, StoreError, Tx,
    tables::{
        journal::{self, Change},
        news::{self, News},
    },
};
use uuid::Uuid;

/// Clients that wait for their answer before they send the next command.
pub(crate) const CLIENTS: u64 = 256;

/// Writes one row, notes it in the journal, and its answer is kept under the key: what nearly every command does.
struct Publish {
    title: String,
    body: String,
}

impl Command for Publish {
    const NAME: &'static str = "news.create";
    type Answer = Uuid;
    type Refusal = StoreError;

    async fn run(&self, tx: &mut Tx) -> Result<Uuid, StoreError> {
        let (id, at) = (tx.new_id(), tx.at());
        let item = News {
            id,
            title: self.title.clone(),
            body: self.body.clone(),
            pinned: false,
            visible_from: at,
            visible_until: None,
            created_at: at,
            updated_at: at,
            removed_at: None,
        };
        news::insert(tx, &item).await?;
        let change = Change {
            action: "created",
            kind: "news",
            id: id.to_string(),
            name: &item.title,
            before: None,
            after: Some(&item),
        };
        journal::note(tx, change).await?;
        Ok(id)
    }
}

/// Where the measured day starts.
const START: i64 = 1_795_500_000_000_000;

/// What surrounds command `n`: a key and a seed without order, as hashes and random numbers are; 40 µs after the one
/// before it.
pub(crate) fn origin(n: u64) -> Origin {
    let mut key = [0; 32];
    for (at, part) in key.chunks_exact_mut(8).enumerate() {
        part.copy_from_slice(&scattered(n ^ ((at as u64 + 1) << 60)).to_le_bytes());
    }
    let since = i64::try_from(n).unwrap_or_default() * 40;
    Origin {
        actor: Actor {
            kind: "agent",
            id: Some(Uuid::from_u128(0x0190_c0de_0000_7000_8000_0000_0000_0001)),
            name: "Camille Durant".to_owned(),
        },
        at: Timestamp::from_microsecond(START + since).unwrap_or_default(),
        key: Some(key),
        request: Some(format!("{n:010X}")),
        seed: scattered(n),
    }
}

/// The mixing step of `SplitMix64`.
fn scattered(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Publishes one thing; `n` is its number in this database.
pub(crate) async fn publish(db: &Database, n: u64) -> Result<Uuid, StoreError> {
    let command = Publish {
        title: format!("Inscriptions au centre de loisirs, semaine {n}"),
        body: "Les inscriptions ouvrent lundi à 8 h 30. **Les places sont données dans l’ordre d’arrivée**, \
               puis une liste d’attente se forme. La directrice répond le matin de 9 h à 11 h."
            .to_owned(),
    };
    db.write(command, origin(n)).await
}

/// Every client publishes `each` times, one after the other; the commands are numbered from `first`.
pub(crate) async fn storm(db: &Database, first: u64, each: u64) -> Result<Duration> {
    let started = Instant::now();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let db = db.clone();
            tokio::spawn(async move {
                for turn in 0..each {
                    publish(&db, first + turn * CLIENTS + client).await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .collect();
    for client in clients {
        client.await.context("a client")??;
    }
    Ok(started.elapsed())
}

/// Listens to what the lane says about its batches.
pub(crate) struct Batches(Mutex<Vec<usize>>);

impl Batches {
    /// From now on every batch of this process is heard.
    pub(crate) fn install() -> Result<&'static Self> {
        let batches: &'static Self = Box::leak(Box::new(Self(Mutex::default())));
        metrics::set_global_recorder(Ear(batches))
            .map_err(|_| anyhow::anyhow!("somebody else listens to the metrics"))?;
        Ok(batches)
    }

    fn sizes(&self) -> MutexGuard<'_, Vec<usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The commands of each batch since the last call.
    pub(crate) fn take(&self) -> Vec<usize> {
        std::mem::take(&mut *self.sizes())
    }
}

struct Ear(&'static Batches);

impl HistogramFn for Ear {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a batch has a few hundred commands"
    )]
    fn record(&self, value: f64) {
        self.0.sizes().push(value as usize);
    }
}

impl Recorder for Ear {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        if key.name() == "preau_lane_batch_commands" {
            Histogram::from_arc(Arc::new(Ear(self.0)))
        } else {
            Histogram::noop()
        }
    }
}

/// Figures of a round from what was counted.
#[expect(clippy::cast_precision_loss, reason = "some thousands")]
pub(crate) fn round(commands: u64, lane: Duration, bare: Duration, batches: usize) -> crate::Round {
    crate::Round {
        lane: commands as f64 / lane.as_secs_f64(),
        bare: commands as f64 / bare.as_secs_f64(),
        batch: commands as f64 / batches.max(1) as f64,
    }
}
