//! The write lane: every change of a database, one after the other, many in one commit, answered after it.
//!
//! Commands wait in a queue. When nobody runs the lane, the next command starts it; it takes what is there (up to
//! [`BATCH`]) into one transaction, commits, answers, and goes on until the queue is empty. An idle lane is an empty
//! queue: no thread, no task, no connection. While one batch is being committed the next one gathers, so that the
//! slower the disk, the larger the batches.
//!
//! A batch first runs without savepoints and without waiting for plain writes. If anything fails after a write, all of
//! it is rolled back and replayed with a savepoint by command, so that one refused command costs its neighbours
//! nothing but time.

use std::{
    any::Any,
    collections::VecDeque,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::{FutureExt, future::BoxFuture};
use tokio::sync::{Semaphore, oneshot};

use crate::{
    command::Command,
    database::Shared,
    engine::{EngineKind, Mode, Origin, Tx},
    error::StoreError,
    tables::command,
};

/// The most commands of one commit.
pub const BATCH: usize = 256;
/// The most commands that wait. Past it the answer is "try again later", at once.
pub const QUEUE: usize = 10_000;
/// SQLite batches of one process at a time, each on a thread of its own: the morning on which every commune writes at
/// once costs this many threads and not one a commune. The others gather larger batches meanwhile.
const SQLITE_BATCHES: usize = 16;
static SQLITE_TURNS: Semaphore = Semaphore::const_new(SQLITE_BATCHES);

#[derive(Default)]
pub(crate) struct Lane {
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Box<dyn Queued>>,
    running: bool,
    closed: bool,
}

/// A command in the queue, its type forgotten.
trait Queued: Send {
    fn origin(&self) -> &Origin;
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Ran>;
    /// Replaces the outcome by a failure.
    fn fail(&mut self, error: StoreError);
    fn answer(self: Box<Self>);
}

/// How a command ended, before the commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ran {
    Kept,
    Refused,
}

struct Slot<C: Command> {
    command: C,
    origin: Origin,
    outcome: Option<Result<C::Answer, C::Refusal>>,
    reply: oneshot::Sender<Result<C::Answer, C::Refusal>>,
}

/// Runs the command, or gives the answer kept under its key.
async fn once<C: Command>(
    command: &C,
    origin: &Origin,
    tx: &mut Tx,
) -> Result<C::Answer, C::Refusal> {
    let Some(key) = origin.key else {
        return command.run(tx).await;
    };
    if let Some(answer) = tx.answered.get(&key) {
        return serde_json::from_str(answer)
            .map_err(|e| StoreError::Internal(format!("kept answer: {e}")).into());
    }
    let answer = command.run(tx).await?;
    let text = serde_json::to_string(&answer)
        .map_err(|e| StoreError::Internal(format!("answer to keep: {e}")))?;
    command::put_answer(tx, &key, C::NAME, &text).await?;
    tx.answered.insert(key, text);
    Ok(answer)
}

impl<C: Command> Queued for Slot<C> {
    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Ran> {
        Box::pin(async move {
            let (command, origin) = (&self.command, &self.origin);
            let caught = AssertUnwindSafe(once(command, origin, tx))
                .catch_unwind()
                .await;
            let mut outcome = caught.unwrap_or_else(|panic| {
                tx.broken = true;
                Err(StoreError::Internal(format!("{}: {}", C::NAME, words(&*panic))).into())
            });
            if outcome.is_ok() && tx.broken {
                outcome = Err(StoreError::Internal(format!(
                    "{} went on after a failed statement",
                    C::NAME
                ))
                .into());
            }
            let ran = if outcome.is_ok() {
                Ran::Kept
            } else {
                Ran::Refused
            };
            self.outcome = Some(outcome);
            ran
        })
    }

    fn fail(&mut self, error: StoreError) {
        self.outcome = Some(Err(error.into()));
    }

    fn answer(self: Box<Self>) {
        let outcome = self
            .outcome
            .unwrap_or_else(|| Err(StoreError::Internal("never run".to_owned()).into()));
        // The caller may have gone: what it asked for is done all the same.
        let _ = self.reply.send(outcome);
    }
}

fn words(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("panic")
}

impl Lane {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Commands that wait.
    pub(crate) fn depth(&self) -> usize {
        self.queue().waiting.len()
    }

    pub(crate) fn idle(&self) -> bool {
        !self.queue().running
    }

    /// Accepts no more; what was accepted is finished.
    pub(crate) fn close(&self) {
        self.queue().closed = true;
    }

    pub(crate) async fn submit<C: Command>(
        shared: &Arc<Shared>,
        command: C,
        origin: Origin,
    ) -> Result<C::Answer, C::Refusal> {
        let (reply, answer) = oneshot::channel();
        let start = {
            let mut queue = shared.lane.queue();
            if queue.closed {
                return Err(StoreError::Unavailable("stopping".to_owned()).into());
            }
            if queue.waiting.len() >= QUEUE {
                return Err(StoreError::Unavailable("too many changes at once".to_owned()).into());
            }
            queue.waiting.push_back(Box::new(Slot {
                command,
                origin,
                outcome: None,
                reply,
            }));
            !std::mem::replace(&mut queue.running, true)
        };
        if start {
            tokio::spawn(drive(Arc::clone(shared)));
        }
        answer.await.unwrap_or_else(|_| {
            Err(StoreError::Unavailable("the lane ended before its answer".to_owned()).into())
        })
    }

    fn next_batch(&self) -> Vec<Box<dyn Queued>> {
        let mut queue = self.queue();
        let many = queue.waiting.len().min(BATCH);
        if many == 0 {
            queue.running = false;
        }
        queue.waiting.drain(..many).collect()
    }
}

/// Runs batches until the queue is empty.
async fn drive(shared: Arc<Shared>) {
    loop {
        // The turn comes first: what arrives while it is waited for joins the batch. The semaphore is never closed.
        let turn = match shared.engine() {
            EngineKind::Sqlite => SQLITE_TURNS.acquire().await.ok(),
            EngineKind::Postgres => None,
        };
        let mut batch = shared.lane.next_batch();
        if batch.is_empty() {
            return;
        }
        // What callers woken by the last answers send at once still joins this batch.
        if batch.len() < BATCH {
            tokio::task::yield_now().await;
            let more = shared.lane.queue().waiting.len().min(BATCH - batch.len());
            batch.extend(shared.lane.queue().waiting.drain(..more));
        }
        let started = std::time::Instant::now();
        let size = batch.len();
        let batch = match shared.engine() {
            EngineKind::Postgres => run(&shared, batch).await,
            EngineKind::Sqlite => {
                let shared = Arc::clone(&shared);
                let done = tokio::task::spawn_blocking(move || run_now(&shared, batch)).await;
                match done {
                    Ok(batch) => batch,
                    Err(error) => {
                        tracing::error!(%error, "a batch of the lane was lost");
                        Vec::new()
                    }
                }
            }
        };
        drop(turn);
        metrics::histogram!("preau_lane_batch_commands").record(as_f64(size));
        metrics::histogram!("preau_lane_batch_seconds").record(started.elapsed().as_secs_f64());
        for slot in batch {
            slot.answer();
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a batch has at most a few hundred commands"
)]
fn as_f64(size: usize) -> f64 {
    size as f64
}

/// On SQLite a batch never waits for anything but SQLite: one poll runs it whole.
fn run_now(shared: &Arc<Shared>, batch: Vec<Box<dyn Queued>>) -> Vec<Box<dyn Queued>> {
    run(shared, batch).now_or_never().unwrap_or_else(|| {
        // Dropping the future dropped the slots and their transaction: callers read "the lane ended".
        tracing::error!(
            "a command waited for something else than the store; its batch was rolled back"
        );
        Vec::new()
    })
}

async fn run(shared: &Arc<Shared>, mut batch: Vec<Box<dyn Queued>>) -> Vec<Box<dyn Queued>> {
    match shared.writer().await {
        Ok(conn) => {
            let mut tx = Tx::new(conn, Mode::Optimistic);
            match commit_all(&mut tx, &mut batch).await {
                Ok(due) => shared.keep_writer(tx.conn_out(), due),
                Err(error) => {
                    tracing::error!(%error, "a batch was not committed");
                    tx.rollback().await;
                    for slot in &mut batch {
                        slot.fail(error.clone());
                    }
                    // The connection is dropped: the next batch opens a new one.
                }
            }
        }
        Err(error) => {
            for slot in &mut batch {
                slot.fail(error.clone());
            }
        }
    }
    batch
}

/// Returns the instant of the earliest job that the batch enqueued.
async fn commit_all(
    tx: &mut Tx,
    batch: &mut [Box<dyn Queued>],
) -> Result<Option<jiff::Timestamp>, StoreError> {
    tx.begin().await?;
    if all_kept(tx, batch).await? && tx.commit().await? {
        return Ok(tx.job_due);
    }
    tx.rollback().await;
    tx.mode = Mode::Careful;
    tx.job_due = None;
    tx.begin().await?;
    each_under_savepoint(tx, batch).await?;
    if tx.commit().await? {
        Ok(tx.job_due)
    } else {
        Err(StoreError::Internal(
            "a careful batch failed at its commit".to_owned(),
        ))
    }
}

/// False when a command failed after a write: nothing of the batch may be kept as it is.
async fn all_kept(tx: &mut Tx, batch: &mut [Box<dyn Queued>]) -> Result<bool, StoreError> {
    load_answers(tx, batch).await?;
    for slot in batch.iter_mut() {
        enter(tx, slot.origin());
        if slot.run(tx).await == Ran::Refused && (tx.wrote || tx.broken) {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn each_under_savepoint(
    tx: &mut Tx,
    batch: &mut [Box<dyn Queued>],
) -> Result<(), StoreError> {
    load_answers(tx, batch).await?;
    for slot in batch.iter_mut() {
        enter(tx, slot.origin());
        let due = tx.job_due;
        tx.batch("SAVEPOINT command").await?;
        let ran = slot.run(tx).await;
        if tx.lost() {
            return Err(StoreError::Unavailable(
                "the engine gave up the transaction: disk full or failing".to_owned(),
            ));
        }
        let text = match ran {
            Ran::Kept => "RELEASE SAVEPOINT command",
            Ran::Refused => {
                tx.job_due = due;
                "ROLLBACK TO SAVEPOINT command; RELEASE SAVEPOINT command"
            }
        };
        tx.batch(text).await?;
    }
    Ok(())
}

fn enter(tx: &mut Tx, origin: &Origin) {
    tx.wrote = false;
    tx.broken = false;
    tx.ids = 0;
    tx.origin = Some(origin.clone());
}

/// One round trip for the keys of the whole batch.
async fn load_answers(tx: &mut Tx, batch: &mut [Box<dyn Queued>]) -> Result<(), StoreError> {
    tx.answered.clear();
    let keys: Vec<[u8; 32]> = batch.iter().filter_map(|slot| slot.origin().key).collect();
    if !keys.is_empty() {
        let known = command::answers(tx, &keys).await?;
        tx.answered.extend(known);
    }
    Ok(())
}
