//! Espace facturation: what the portal knows of the family's invoices. Without an abonnement, a page that says why.

use askama::Template;
use preau_app::subscription;
use preau_rules::money::Cents;

use crate::{
    call::{Call, Reply},
    citizen::family_space::closed,
    page::Page,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/espace-facturation", Access::Account, show)
}

struct Invoice {
    family: String,
    reference: String,
    emission: String,
    amount: String,
}

#[derive(Template)]
#[template(path = "citizen/billing_space.html")]
struct Space {
    page: Page,
    invoices: Vec<Invoice>,
    several: bool,
}

async fn show(call: Call) -> Reply {
    let families = subscription::mine(&call.cx).await?;
    if families.is_empty() {
        let why = "L’Espace facturation montre les factures de votre famille. Pour que personne d’autre ne les voie, il s’ouvre avec le code abonné que la mairie vous a envoyé, ou avec une de vos factures.";
        return closed(&call, "Espace facturation", "facturation", why);
    }
    let invoices = subscription::my_invoices(&call.cx).await?;
    let template = Space {
        page: call
            .page("Espace facturation", "facturation")
            .crumb("Accueil", Some("/"))
            .crumb("Espace facturation", None),
        several: families.len() > 1,
        invoices: invoices
            .into_iter()
            .map(|(family, i)| Invoice {
                family,
                reference: i.reference,
                emission: i.code_emission,
                amount: Cents(i.montant).to_string(),
            })
            .collect(),
    };
    call.html(&template)
}
