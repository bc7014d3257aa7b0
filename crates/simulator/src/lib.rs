//! PayFiP as a portal sees it, without the DGFiP: the same paths, the same envelopes, a page on which one pays, refuses or
//! gives up; and on demand the same faults: notifications that are lost, doubled or late, a service that is down or slow.
//!
//! It knows nothing of Préau. Whatever speaks PayFiP can be tried on it.
#![expect(
    clippy::disallowed_methods,
    reason = "the other side has a clock and chances of its own"
)]

mod page;
mod service;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{Router, routing::get};
use jiff::Timestamp;
use preau_formats::payfip::{PAGE, SERVICE};

/// An operation that was asked for.
#[derive(Debug, Clone)]
struct Operation {
    fields: std::collections::BTreeMap<String, String>,
    result: Option<Outcome>,
}

/// What became of it.
#[derive(Debug, Clone)]
struct Outcome {
    code: &'static str,
    at: Timestamp,
}

/// How the service misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Service {
    /// It does not.
    #[default]
    Well,
    /// HTTP 500 without an envelope.
    Down,
    /// An envelope that is cut off.
    Garbled,
    /// It answers after twenty seconds.
    Slow,
}

/// What goes wrong from now on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Faults {
    /// How the service answers.
    pub service: Service,
    /// Notifications that are sent for each result: none, one, or several.
    pub notifications: Notifications,
    /// The browser is not sent back.
    pub lose_return: bool,
    /// The service answers of another amount than was asked.
    pub other_amount: bool,
}

/// How notifications go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Notifications {
    /// One, at once.
    #[default]
    Once,
    /// None.
    Lost,
    /// Two.
    Twice,
    /// One, a minute later.
    Late,
}

/// The simulator.
#[derive(Debug, Clone, Default)]
pub struct Simulator(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    operations: HashMap<String, Operation>,
    faults: Faults,
}

impl Simulator {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What goes wrong from now on.
    pub fn misbehave(&self, faults: Faults) {
        self.state().faults = faults;
    }

    /// The night comes: operations without a result are forgotten.
    pub fn purge(&self) {
        self.state()
            .operations
            .retain(|_, one| one.result.is_some());
    }

    /// Operations so far.
    #[must_use]
    pub fn operations(&self) -> Vec<String> {
        self.state().operations.keys().cloned().collect()
    }

    /// Somebody pays (`P`, `V`), is refused (`R`, `Z`) or gives up (`A`), without the page. Nobody is notified.
    pub fn decide(&self, operation: &str, code: &'static str) {
        if let Some(one) = self.state().operations.get_mut(operation) {
            one.result = Some(Outcome {
                code,
                at: Timestamp::now(),
            });
        }
    }

    /// Its pages.
    pub fn router(&self) -> Router {
        Router::new()
            .route(SERVICE, get(service::wsdl).post(service::answer))
            .route(PAGE, get(page::show).post(page::choose))
            .route("/pannes", get(page::faults).post(page::set_faults))
            .with_state(self.clone())
    }
}

/// A notification: a form with the number of the operation.
async fn notify(url: String, operation: String) {
    let send = move || {
        let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(15)));
        let agent = ureq::Agent::new_with_config(config.build());
        agent.post(&url).send_form([("idop", operation.as_str())])
    };
    // Whoever does not listen is not told again.
    let _ = tokio::task::spawn_blocking(send).await;
}
