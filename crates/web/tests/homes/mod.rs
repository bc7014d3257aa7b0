//! Families with a child in two homes, and parents with an account.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "each story takes what it needs"
)]
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

use preau_app::family_import::{self, Kind};
use preau_store::tables::family;
use preau_testkit::{http::Visitor, town::Town};
use uuid::Uuid;

use super::citizen::{PASSWORD, log_in, member};

pub const HOME: &str = "/laigneville/espace-famille/dossier";

/// Zoé lives at her mother's and at her father's; the Petits are of no account here.
pub const FAMILIES: &str = "famille_reference;nom_famille;responsable1_civilite;responsable1_nom;responsable1_prenom;responsable1_email;responsable2_nom;responsable2_prenom;responsable2_email;enfant1_nom;enfant1_prenom;enfant1_naissance;enfant1_reference;code_abonne
F1;Durant;MME;Durant;Léa;lea@exemple.fr;Durant;Jean;jean@exemple.fr;Durant;Zoé;01/01/2017;E1;BLENFANCE-12087-0001AB
F2;Morel;M;Morel;Paul;paul@exemple.fr;;;;Durant;Zoé;01/01/2017;E1;BLENFANCE-12087-0002CD
F3;Petit;M;Petit;Ali;;;;;Petit;Lou;2019-02-03;E3;BLENFANCE-12087-0003EF
";

pub async fn town() -> Town {
    let town = Town::new().await;
    let cx = town.system();
    let checked = family_import::check(&cx, Kind::Families, FAMILIES)
        .await
        .unwrap();
    assert_eq!(checked.problems, []);
    family_import::write(&cx, checked.rows, &mut |_, _| {})
        .await
        .unwrap();
    town
}

/// Somebody with an account that is tied to a family.
pub async fn parent(town: &Town, email: &str, code: &str) -> Visitor {
    let visitor = member(town, email).await;
    tied(visitor, email, code).await
}

pub async fn tied(mut visitor: Visitor, email: &str, code: &str) -> Visitor {
    log_in(&mut visitor, email, PASSWORD).await;
    visitor
        .get("/laigneville/espace-citoyen/abonnements/nouveau")
        .await;
    visitor
        .fill("Code Abonné", code)
        .press("Avec votre code abonné > Rechercher")
        .await;
    visitor.press("Confirmer mon abonnement").await;
    visitor.get(HOME).await;
    visitor
}

pub async fn lea(town: &Town) -> Visitor {
    parent(town, "lea@exemple.fr", "BLENFANCE-12087-0001AB").await
}

/// Who is in a family, by first name.
pub async fn who(town: &Town, reference: &str, first: &str) -> Uuid {
    let mut tx = town.system().read().await.unwrap();
    let found = family::by_reference(&mut tx, reference)
        .await
        .unwrap()
        .unwrap();
    let guardians = family::guardians(&mut tx, &[found.id]).await.unwrap();
    let children = family::children(&mut tx, &[found.id]).await.unwrap();
    let all = guardians.into_iter().map(|g| (g.first_name, g.id));
    let mut all = all.chain(children.into_iter().map(|c| (c.first_name, c.id)));
    all.find(|(name, _)| name == first).unwrap().1
}

pub fn page(member: Uuid, theme: &str) -> String {
    format!("{HOME}/{member}/{theme}")
}

/// What the page's form holds hidden.
pub fn hidden(visitor: &Visitor, name: &str) -> String {
    let html = String::from_utf8_lossy(visitor.bytes()).into_owned();
    let start = format!("name=\"{name}\" value=\"");
    let at = html.find(&start).unwrap() + start.len();
    html[at..].split('"').next().unwrap().to_owned()
}
