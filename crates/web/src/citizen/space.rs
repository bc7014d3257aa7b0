//! Mon espace citoyen: what is going on for the one who is logged in.

use askama::Template;
use preau_app::{
    citizen::{self, requests},
    planning, subscription,
};
use preau_rules::french;

use super::requests::{Line, line};
use crate::{
    call::{Call, Reply},
    page::Page,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/espace-citoyen", Access::Account, show)
}

/// Requests on this page; the others are in Mes demandes.
const SHOWN: usize = 4;

struct FamilyLine {
    name: String,
    children: String,
}

#[derive(Template)]
#[template(path = "citizen/space.html")]
struct Space {
    page: Page,
    greeting: String,
    requests: Vec<Line>,
    more: usize,
    families: Vec<FamilyLine>,
    /// The next limit of the planning, and what for.
    next: Option<(String, String)>,
    /// A code abonné typed at sign-up that tied nothing.
    pending_code: Option<String>,
}

async fn show(call: Call) -> Reply {
    let me = citizen::me(&call.cx).await?;
    let all = requests::list(&call.cx).await?;
    let families = subscription::mine(&call.cx).await?.into_iter().map(|mine| {
        let children: Vec<&str> = mine
            .children
            .iter()
            .map(|c| c.first_name.as_str())
            .collect();
        FamilyLine {
            children: french::list(&children),
            name: mine.tied.name,
        }
    });
    let days = crate::planning::range(&call, None);
    let plan = planning::plan(&call.cx, None, days).await?;
    let template = Space {
        next: plan
            .next
            .map(|(at, what)| (french::instant(at, &plan.zone), what)),
        families: families.collect(),
        page: call
            .page("Mon espace citoyen", "citoyen")
            .crumb("Accueil", Some("/"))
            .crumb("Mon espace citoyen", None),
        greeting: format!("Bonjour {}", me.first_name),
        more: all.len().saturating_sub(SHOWN),
        requests: all.iter().take(SHOWN).map(|r| line(&call, r)).collect(),
        pending_code: me.pending_code,
    };
    call.html(&template)
}
