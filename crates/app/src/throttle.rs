//! Slows down who guesses. A try is counted in the lane before it is looked at, so that a hundred at the same time are a
//! hundred; a success takes it back.

use preau_rules::throttle::{Limit, Verdict};
use preau_store::{Command, Tx, tables::throttle};
use sha2::{Digest, Sha256};

use crate::{Cx, Error};

/// The counters of one try.
#[derive(Debug, Clone)]
pub(crate) struct Try {
    account: [u8; 32],
    address: Option<[u8; 32]>,
}

fn key(kind: &str, value: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(kind)
        .chain_update([0])
        .chain_update(value)
        .finalize()
        .into()
}

struct Count(Try);

impl Command for Count {
    const NAME: &'static str = "throttle.count";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let now = tx.at();
        let mut verdict = Verdict::Allowed;
        let mut counts = Vec::new();
        let keys = [
            Some((self.0.account, Limit::ACCOUNT)),
            self.0.address.map(|key| (key, Limit::ADDRESS)),
        ];
        for (key, limit) in keys.into_iter().flatten() {
            let (failures, last) = throttle::get(tx, key).await?.unwrap_or((0, now));
            let failures = if limit.counts_anew(last, now) {
                0
            } else {
                failures
            };
            let so_far = u32::try_from(failures).unwrap_or(u32::MAX);
            verdict = verdict.and(limit.verdict(so_far, last, now));
            counts.push((key, failures + 1));
        }
        if let Verdict::Wait { until, .. } = verdict {
            return Err(Error::TooMany(until));
        }
        for (key, count) in counts {
            throttle::set(tx, key, count).await?;
        }
        Ok(())
    }
}

impl Try {
    /// Counts a try at `what` (`password`, `code`…) of `whom`, or says until when to wait.
    pub(crate) async fn count(cx: &Cx, what: &str, whom: &str) -> Result<Self, Error> {
        let this = Self {
            account: key(what, whom),
            address: (!cx.address.is_empty()).then(|| key("address", &cx.address)),
        };
        // Each try counts, also when the same form is sent again.
        let cx = Cx {
            key: None,
            ..cx.clone()
        };
        cx.write(Count(this.clone())).await?;
        Ok(this)
    }

    /// It succeeded: the account counts from nought, and the address counts one less.
    pub(crate) async fn succeeded(&self, tx: &mut Tx) -> Result<(), Error> {
        throttle::clear(tx, self.account).await?;
        if let Some(address) = self.address {
            throttle::take_back(tx, address).await?;
        }
        Ok(())
    }
}

struct Harmless(Try);

impl Command for Harmless {
    const NAME: &'static str = "throttle.harmless";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        if let Some(address) = self.0.address {
            throttle::take_back(tx, address).await?;
        }
        Ok(())
    }
}

impl Try {
    /// It found what it looked for: the address counts one less. The account goes on counting, so that who holds one
    /// thing does not look it up between two guesses.
    pub(crate) async fn harmless(&self, cx: &Cx) -> Result<(), Error> {
        let cx = Cx {
            key: None,
            ..cx.clone()
        };
        cx.write(Harmless(self.clone())).await
    }
}

/// The counter of an account starts anew: its owner proved the mailbox.
pub(crate) async fn forgive(tx: &mut Tx, what: &str, whom: &str) -> Result<(), Error> {
    Ok(throttle::clear(tx, key(what, whom)).await?)
}
