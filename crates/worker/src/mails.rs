//! A mail leaves: what the server says decides what becomes of it.

use jiff::Timestamp;
use preau_app::{
    Cx, Error,
    jobs::{End, Work},
    outbox::{Defer, SendMail, Settle, Settled},
    portal,
};
use preau_rules::backoff::{Next, Schedule};
use preau_store::{StoreError, tables::mail};

use crate::transport::{Letter, Transport};

/// Sends the mail of a job. A mail that was settled before is left alone, so that a job done twice sends once.
pub(crate) async fn send(cx: &Cx, transport: &Transport, work: &Work) -> Result<End, Error> {
    let payload: SendMail = serde_json::from_str(&work.payload)
        .map_err(|e| StoreError::Internal(format!("payload: {e}")))?;
    let mut tx = cx.read().await?;
    let found = mail::get(&mut tx, payload.mail).await?;
    let portal = portal::get(&mut tx).await?;
    drop(tx);
    let Some(found) = found.filter(|m| m.state == "queued") else {
        return Ok(End::Done);
    };
    let settle = |settled| Settle {
        mail: payload.mail,
        settled,
    };
    if found.expires_at <= cx.at {
        cx.write(settle(Settled::Expired)).await?;
        return Ok(End::Done);
    }
    let from_name = match &cx.commune {
        Some(_) => portal.town_hall,
        None => "Préau".to_owned(),
    };
    let letter = Letter {
        id: found.id,
        from_name,
        from_address: cx.app.settings.mail_from.clone(),
        reply_to: None,
        to_name: found.to_name,
        to_address: found.to_address,
        subject: found.subject,
        text: found.text,
        html: found.html,
        date: found.created_at,
        in_reply_to: None,
        list_id: None,
        list_unsubscribe: None,
    };
    match transport.send(&letter).await {
        Ok(_) => {
            cx.write(settle(Settled::Sent)).await?;
            Ok(End::Done)
        }
        Err(error) if error.is_permanent() => {
            cx.write(settle(Settled::Refused(error.explain()))).await?;
            Ok(End::Done)
        }
        Err(error) => {
            let end = again(work, cx.at, &error.to_string());
            if matches!(end, End::Dead(_)) {
                cx.write(settle(Settled::Expired)).await?;
                return Ok(End::Done);
            }
            cx.write(Defer {
                mail: payload.mail,
                error: error.explain(),
            })
            .await?;
            Ok(end)
        }
    }
}

/// When a failed job is tried again, if it is.
pub(crate) fn again(work: &Work, now: Timestamp, why: &str) -> End {
    let attempt = u32::try_from(work.attempts).unwrap_or(u32::MAX);
    match Schedule::MAIL.next(attempt, work.id, work.created_at, work.expires_at, now) {
        Next::Retry(at) => End::Again(at, why.to_owned()),
        Next::GiveUp(_) => End::Dead(why.to_owned()),
    }
}
