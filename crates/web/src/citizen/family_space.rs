//! Espace famille: opens on the planning, or on the family's file where there is nothing to book. Without an abonnement, a page that says why and what to do.

use askama::Template;
use preau_app::subscription;

use crate::{
    call::{Call, Reply},
    page::Page,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/espace-famille", Access::Account, show)
}

/// Why the space is closed to who has no abonnement.
pub(crate) const WHY: &str = "L’Espace famille montre le dossier de votre famille : responsables, enfants, puis réservations. Pour que personne d’autre ne le voie, il s’ouvre avec le code abonné que la mairie vous a envoyé, ou avec une de vos factures.";

#[derive(Template)]
#[template(path = "citizen/no_subscription.html")]
struct Closed {
    page: Page,
    title: &'static str,
    why: &'static str,
}

/// The page of a space that opens with an abonnement.
pub(crate) fn closed(
    call: &Call,
    title: &'static str,
    key: &'static str,
    why: &'static str,
) -> Reply {
    let page = call
        .page(title, key)
        .crumb("Accueil", Some("/"))
        .crumb(title, None);
    call.html(&Closed { page, title, why })
}

async fn show(call: Call) -> Reply {
    if subscription::mine(&call.cx).await?.is_empty() {
        return closed(&call, "Espace famille", "famille", WHY);
    }
    // The planning is what a family comes for, once there is something to book.
    let rules = preau_app::planning::rules::load(&call.cx).await?;
    if rules.loaded.rulebook.units.is_empty() {
        return Ok(call.see("/espace-famille/dossier"));
    }
    Ok(call.see("/espace-famille/planning"))
}
