//! The loop.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use preau_app::{
    App, Caller, Cx, Error,
    billing::online,
    document,
    jobs::{Claim, End, Finish, Tidy, Work},
    outbox,
    seal::rotate,
    subscription,
};
use preau_store::tables::job;
use tokio::sync::watch;

use crate::{mails, transport::Transport};

/// A job is this worker's for so long; after it another one may take it.
const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// Jobs taken at once from one database.
const AT_ONCE: i64 = 16;
/// Databases are looked at at least this often: another node may have enqueued.
const LOOK: SignedDuration = SignedDuration::from_mins(1);
/// Connections idle for so long are closed.
const IDLE: Duration = Duration::from_mins(1);

/// Does the jobs of every commune and of the registry.
pub struct Worker {
    app: Arc<App>,
    transport: Transport,
    name: String,
    plans: Mutex<HashMap<String, Plan>>,
}

/// What is known of a database's queue.
#[derive(Debug, Clone, Copy)]
struct Plan {
    due: Option<Timestamp>,
    looked: Timestamp,
    tidied: Timestamp,
}

impl Worker {
    /// A worker of this process.
    #[must_use]
    pub fn new(app: Arc<App>, transport: Transport) -> Self {
        let tail: [u8; 4] = app.entropy.bytes();
        let name = format!("{}-{:08x}", app.settings.node, u32::from_be_bytes(tail));
        Self {
            app,
            transport,
            name,
            plans: Mutex::default(),
        }
    }

    /// Runs until `stop` turns true; the jobs in hand are finished first.
    #[expect(
        clippy::disallowed_methods,
        reason = "a pause until the next job is due, ended early by the bell"
    )]
    pub async fn run(&self, mut stop: watch::Receiver<bool>) {
        let bell = self.app.communes.bell();
        while !*stop.borrow() {
            if let Err(error) = self.app.communes.refresh().await {
                tracing::error!(%error, "the registry cannot be read");
            }
            self.round().await;
            self.app.communes.sweep(IDLE);
            self.transport.rest().await;
            tokio::select! {
                () = tokio::time::sleep(self.pause()) => {}
                () = bell.notified() => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Does every job that is due now, those that these enqueue included. For tests, with a standing clock.
    pub async fn run_due(&self) {
        self.plans().clear();
        while self.round().await > 0 {
            self.plans().clear();
        }
    }

    fn plans(&self) -> std::sync::MutexGuard<'_, HashMap<String, Plan>> {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long nothing is due, a minute at most.
    fn pause(&self) -> Duration {
        let now = self.app.clock.now();
        let next = self.plans().values().filter_map(|p| p.due).min();
        let wait = next.map_or(LOOK, |due| due.duration_since(now)).min(LOOK);
        Duration::try_from(wait)
            .unwrap_or_default()
            .max(Duration::from_millis(20))
    }

    /// One look at every database. Returns the number of jobs done.
    async fn round(&self) -> usize {
        let mut done = 0;
        let mut calls = vec![Cx::host(&self.app, Caller::System("travaux"))];
        let communes = self.app.communes.list();
        calls.extend(communes.iter().map(|c| Cx::system(&self.app, c, "travaux")));
        for cx in calls {
            let name = cx
                .commune
                .as_ref()
                .map_or("registry", |c| &c.slug)
                .to_owned();
            match self.visit(&name, &cx).await {
                Ok(jobs) => done += jobs,
                Err(error) => {
                    tracing::error!(commune = name, %error, "the queue of jobs cannot be served");
                    let later = Plan {
                        due: None,
                        looked: cx.at,
                        tidied: cx.at,
                    };
                    self.plans().insert(name, later);
                }
            }
        }
        done
    }

    async fn visit(&self, name: &str, cx: &Cx) -> Result<usize, Error> {
        let known = self.plans().get(name).copied();
        let fresh = cx.db.take_job_due();
        let look = known.is_none_or(|p| cx.at.duration_since(p.looked) >= LOOK);
        let due = known
            .and_then(|p| p.due)
            .into_iter()
            .chain(fresh)
            .min()
            .is_some_and(|due| due <= cx.at);
        if !look && !due {
            if let (Some(fresh), Some(plan)) = (fresh, self.plans().get_mut(name)) {
                plan.due = Some(plan.due.map_or(fresh, |due| due.min(fresh)));
            }
            return Ok(0);
        }
        let mut tidied = known.map_or(Timestamp::UNIX_EPOCH, |p| p.tidied);
        if cx.at.duration_since(tidied) > SignedDuration::from_hours(24) {
            tidied = cx.at;
            let of_commune = cx.commune.is_some();
            cx.write(Tidy { of_commune }).await?;
        }
        let done = self.serve(cx).await?;
        let mut tx = cx.read().await?;
        let plan = Plan {
            due: job::next_due(&mut tx).await?,
            looked: cx.at,
            tidied,
        };
        self.plans().insert(name.to_owned(), plan);
        Ok(done)
    }

    async fn serve(&self, cx: &Cx) -> Result<usize, Error> {
        let mut tx = cx.read().await?;
        let due = job::next_due(&mut tx).await?;
        drop(tx);
        if due.is_none_or(|due| due > cx.at) {
            return Ok(0);
        }
        let claim = Claim {
            worker: self.name.clone(),
            lease: LEASE,
            limit: AT_ONCE,
        };
        let work = cx.write(claim).await?;
        let count = work.len();
        let ends = work.iter().map(|work| async move {
            let end = self.perform(cx, work).await;
            (work, end)
        });
        for (work, end) in futures_util::future::join_all(ends).await {
            if let End::Dead(why) = &end {
                tracing::error!(job = %work.id, kind = work.kind, why, "a job was given up");
            }
            metrics::counter!("preau_jobs", "kind" => work.kind.clone(), "end" => word(&end))
                .increment(1);
            cx.write(Finish {
                worker: self.name.clone(),
                job: work.id,
                end,
            })
            .await?;
        }
        Ok(count)
    }

    async fn perform(&self, cx: &Cx, work: &Work) -> End {
        let result = match work.kind.as_str() {
            outbox::JOB => mails::send(cx, &self.transport, work).await,
            document::JOB => document::remind(cx, &work.payload)
                .await
                .map(|()| End::Done),
            subscription::JOB => subscription::announce(cx, &work.payload)
                .await
                .map(|()| End::Done),
            online::JOB => online::poll(cx, &work.payload).await,
            rotate::JOB => rotate::forget(cx).await.map(|()| End::Done),
            other => Ok(End::Dead(format!("no such kind of job: {other}"))),
        };
        result.unwrap_or_else(|error| mails::again(work, cx.at, &error.to_string()))
    }
}

fn word(end: &End) -> &'static str {
    match end {
        End::Done => "done",
        End::Again(..) => "again",
        End::Dead(_) => "dead",
    }
}
