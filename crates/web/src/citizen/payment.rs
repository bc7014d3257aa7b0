//! Paying an invoice: off to PayFiP, and back. What comes back is only a number to ask PayFiP about.

use axum::{
    extract::{Path, RawForm},
    response::{IntoResponse as _, Redirect},
};
use http::StatusCode;
use preau_app::{Error, billing::online};
use preau_rules::payment::Standing;

use super::billing_space::path;
use crate::{
    call::{Call, Reply},
    params::{self, Asked},
    posted::{Submitted, pairs},
    routes::{Access, Routes},
};

const BACK: &str = "/espace-facturation/retour";
/// The longest number of an operation.
const LONGEST: usize = 64;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .post(
            "/espace-facturation/factures/{number}/payer",
            Access::Account,
            pay,
        )
        .get(BACK, Access::Account, back)
        .get("/payfip/retour", Access::Public, returned)
        .post("/payfip/retour", Access::Public, returned_by_form)
        .post("/payfip/notification", Access::Public, notified)
}

async fn pay(Path(number): Path<String>, Submitted { mut call, .. }: Submitted) -> Reply {
    // Whoever presses the button again is told where the first try stands.
    call.cx.key = None;
    match online::pay(&call.cx, &number).await {
        Ok(url) => Ok(Redirect::to(&url).into_response()),
        Err(Error::Conflict(why)) => Ok(call.see_saying(&path(&number), "warn", &why)),
        Err(other) => Err(other.into()),
    }
}

/// The number of an operation, however its name is written.
fn operation(pairs: &[(String, String)]) -> Option<String> {
    let found = pairs
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("idop"));
    let found = found.map(|(_, value)| value.trim());
    let good = |value: &&str| {
        (1..=LONGEST).contains(&value.len())
            && value
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    found.filter(good).map(str::to_owned)
}

fn see_back(call: &Call, operation: Option<&str>) -> Reply {
    let operation = operation.ok_or(Error::NotFound)?;
    Ok(call.see(&format!("{BACK}?idop={operation}")))
}

async fn returned(call: Call, asked: Asked) -> Reply {
    see_back(&call, operation(&asked).as_deref())
}

async fn returned_by_form(call: Call, RawForm(body): RawForm) -> Reply {
    see_back(&call, operation(&pairs(&body)).as_deref())
}

async fn back(call: Call, asked: Asked) -> Reply {
    let operation = params::asked(&asked, "idop").ok_or(Error::NotFound)?;
    let (standing, number) = online::came_back(&call.cx, operation).await?;
    let (kind, text) = match standing {
        Standing::Paid => ("ok", "Votre paiement est enregistré. Merci."),
        Standing::Cancelled => (
            "warn",
            "Vous avez abandonné le paiement. Rien n’a été payé.",
        ),
        Standing::Refused => (
            "warn",
            "Le paiement a été refusé par la banque. Rien n’a été payé.",
        ),
        Standing::Expired => ("warn", "Ce paiement n’a pas abouti. Rien n’a été payé."),
        Standing::Opened => (
            "info",
            "PayFiP n’a pas encore donné le résultat. Cette page sera à jour dès qu’il arrive : ne payez pas une seconde fois.",
        ),
        Standing::Unknown => (
            "warn",
            "PayFiP a donné une réponse inattendue : la mairie la vérifie. Ne payez pas une seconde fois.",
        ),
    };
    Ok(call.see_saying(&path(&number), kind, text))
}

async fn notified(call: Call, RawForm(body): RawForm) -> Reply {
    if let Some(operation) = operation(&pairs(&body)) {
        online::notified(&call.cx, &operation).await?;
    }
    Ok(StatusCode::OK.into_response())
}
