//! Espace famille: the families that the account is tied to. Without an abonnement, a page that says why and what to do.

use askama::Template;
use preau_app::subscription::{self, Mine, formal};
use preau_rules::{family::born_and_age, phone::Phone};

use crate::{
    call::{Call, Reply},
    page::Page,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/espace-famille", Access::Account, show)
}

struct Person {
    initials: String,
    name: String,
    lines: Vec<String>,
}

struct FamilyView {
    name: String,
    reference: String,
    guardians: Vec<Person>,
    children: Vec<Person>,
}

#[derive(Template)]
#[template(path = "citizen/family_space.html")]
struct Space {
    page: Page,
    families: Vec<FamilyView>,
}

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

fn initials(first: &str, last: &str) -> String {
    [first, last]
        .iter()
        .filter_map(|name| name.chars().next())
        .flat_map(char::to_uppercase)
        .collect()
}

fn view(call: &Call, mine: Mine) -> FamilyView {
    let today = call.cx.at.to_zoned(call.portal.zone()).date();
    let guardians = mine.guardians.iter().map(|g| {
        let phone = g.phone.as_deref().and_then(|p| Phone::parse(p).ok());
        Person {
            initials: initials(&g.first_name, &g.last_name),
            name: formal(g),
            lines: [g.email.clone(), phone.map(|p| p.display())]
                .into_iter()
                .flatten()
                .collect(),
        }
    });
    let children = mine.children.iter().map(|c| Person {
        initials: initials(&c.first_name, &c.last_name),
        name: format!("{} {}", c.first_name, c.last_name),
        lines: vec![born_and_age(c.born_on, today)],
    });
    FamilyView {
        guardians: guardians.collect(),
        children: children.collect(),
        name: mine.tied.name,
        reference: mine.tied.reference,
    }
}

async fn show(call: Call) -> Reply {
    let mine = subscription::mine(&call.cx).await?;
    if mine.is_empty() {
        let why = "L’Espace famille montre le dossier de votre famille : responsables, enfants, puis réservations. Pour que personne d’autre ne le voie, il s’ouvre avec le code abonné que la mairie vous a envoyé, ou avec une de vos factures.";
        return closed(&call, "Espace famille", "famille", why);
    }
    let title = if mine.len() == 1 {
        "Ma famille"
    } else {
        "Mes familles"
    };
    let page = call
        .page(title, "famille")
        .crumb("Accueil", Some("/"))
        .crumb("Espace famille", Some("/espace-famille"))
        .crumb(title, None);
    let families = mine.into_iter().map(|m| view(&call, m)).collect();
    call.html(&Space { page, families })
}
