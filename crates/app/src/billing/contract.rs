//! The commune's contract with PayFiP, and what carries the words to it.

use std::time::Duration;

use preau_formats::payfip;
use preau_rules::{payment::Heard, permission::Right};
use preau_store::{
    Command, Tx,
    tables::{journal, setting},
};
use serde::{Deserialize, Serialize};

use crate::{Caller, Cx, Error, Problems};

/// The longest that an answer takes.
const PATIENCE: Duration = Duration::from_secs(15);
/// Where PayFiP is.
pub const OFFICIAL: &str = "https://www.payfip.gouv.fr";
/// Calls to PayFiP at once, in the whole process.
pub const CALLS: usize = 8;
const SETTING: &str = "payfip";

/// What the DGFiP gave the commune.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// Number of the client, six digits.
    pub client: String,
    /// `T` tries, `X` activates, `W` is for good.
    pub mode: String,
    /// Whether families may pay.
    pub open: bool,
}

/// Says something to PayFiP, and gives its answer.
pub(super) async fn say(cx: &Cx, envelope: String) -> Result<String, Heard> {
    let _turn = cx.app.payfip_calls.acquire().await;
    let url = format!("{}{}", cx.app.settings.payfip, payfip::SERVICE);
    let call = move || -> Result<String, ureq::Error> {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .max_redirects(0);
        let agent = ureq::Agent::new_with_config(config.build());
        let mut answer = agent
            .post(&url)
            .header("Content-Type", "text/xml; charset=utf-8")
            .header("SOAPAction", "\"\"")
            .send(envelope)?;
        let limit = u64::try_from(payfip::LONGEST).unwrap_or(u64::MAX);
        answer
            .body_mut()
            .with_config()
            .limit(limit)
            .read_to_string()
    };
    let answered = tokio::task::spawn_blocking(call).await;
    match answered {
        Ok(Ok(text)) => Ok(text),
        Ok(Err(error)) => Err(Heard::Silence(error.to_string())),
        Err(error) => Err(Heard::Silence(error.to_string())),
    }
}

pub(super) async fn contract(tx: &mut Tx) -> Result<Contract, Error> {
    Ok(setting::get(tx, SETTING).await?.unwrap_or_default())
}

/// What the DGFiP gave the commune, for who closes the régie.
pub async fn settings(cx: &Cx) -> Result<Contract, Error> {
    cx.caller.require(Right::Close)?;
    contract(&mut cx.read().await?).await
}

/// Whether families may pay online.
pub async fn open(cx: &Cx) -> Result<bool, Error> {
    Ok(contract(&mut cx.read().await?).await?.open)
}

struct SetContract {
    caller: Caller,
    contract: Contract,
}

impl Command for SetContract {
    const NAME: &'static str = "payfip.settings";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::Close).await?;
        let before = contract(tx).await?;
        setting::set(tx, SETTING, &self.contract).await?;
        let change = journal::Change {
            action: "changed",
            kind: "setting",
            id: SETTING.to_owned(),
            name: "Paiement en ligne",
            before: Some(&before),
            after: Some(&self.contract),
        };
        journal::note(tx, change).await?;
        Ok(())
    }
}

/// Keeps what the DGFiP gave the commune.
pub async fn set(cx: &Cx, new: &Contract) -> Result<(), Error> {
    cx.caller.require(Right::Close)?;
    let mut problems = Problems::default();
    let client = new.client.trim().to_owned();
    if (new.open || !client.is_empty())
        && (client.len() != 6 || !client.bytes().all(|b| b.is_ascii_digit()))
    {
        problems.add("client", "Le numéro de client a six chiffres.");
    }
    if !["T", "X", "W"].contains(&new.mode.as_str()) {
        problems.add("mode", "Choisissez le mode.");
    }
    if !problems.none() {
        return Err(problems.into_error());
    }
    let command = SetContract {
        caller: cx.caller.clone(),
        contract: Contract {
            client,
            ..new.clone()
        },
    };
    cx.write(command).await
}

/// Asks PayFiP who the client is: the names that it answers, or what is wrong.
pub async fn test(cx: &Cx) -> Result<Result<String, String>, Error> {
    let contract = settings(cx).await?;
    let answer = match say(cx, payfip::client(&contract.client)).await {
        Ok(answer) => answer,
        Err(heard) => return Ok(Err(silent_fr(&heard))),
    };
    let Some(message) = payfip::read(&answer) else {
        return Ok(Err("PayFiP a répondu par un texte illisible.".to_owned()));
    };
    if message.operation == "Fault" {
        let (code, label) = (message.field("code"), message.field("libelle"));
        return Ok(Err(format!("PayFiP refuse ce numéro ({code}) : {label}")));
    }
    let names = ["libelleN1", "libelleN2", "libelleN3"].map(|name| message.field(name));
    let names = names.into_iter().filter(|name| !name.is_empty());
    Ok(Ok(names.collect::<Vec<_>>().join(", ")))
}

pub(super) fn silent_fr(heard: &Heard) -> String {
    match heard {
        Heard::Fault(code) => format!("PayFiP a refusé la demande (code {code})."),
        _ => "PayFiP ne répond pas pour le moment.".to_owned(),
    }
}
