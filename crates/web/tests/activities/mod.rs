//! A town with activities, and children who are enrolled.
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

use preau_app::planning::{self, EnrolForm, rules};
use preau_store::tables::family;
use preau_testkit::{http::Visitor, town::Town};

use super::homes::{parent, town, who};

pub const PLANNING: &str = "/laigneville/espace-famille/planning";

/// The town of the second seed: the canteen until 10 h two working days before.
pub const SETTINGS: &str = r#"
[commune]
name = "Laigneville"
department = "60"

[activities.cantine]
name = "Cantine"
during = "école"
start = "11:45"
end = "13:30"

[activities.soir]
name = "Accueil du soir"
during = "école"
start = "16:30"
end = "18:30"

[activities.mercredi]
name = "Mercredi"
days = "mercredi"
during = "école"

[activities.mercredi.units.journee]
name = "Journée"
excludes = "matin"

[activities.mercredi.units.matin]
name = "Matin"

[activities.mercredi.units.repas]
name = "Repas du mercredi"
requires = "matin"

[[deadlines]]
both = { working_days = 2, at = "10:00" }

[[capacities]]
activity = "soir"
places = 1
"#;

pub async fn enrol(town: &Town, reference: &str, child: &str, activity: &str) {
    let cx = town.system();
    let mut tx = cx.read().await.unwrap();
    let found = family::by_reference(&mut tx, reference).await.unwrap();
    drop(tx);
    let form = EnrolForm {
        enfant: who(town, reference, child).await.to_string(),
        activite: activity.to_owned(),
        depuis: "01/09/2026".to_owned(),
        ..EnrolForm::default()
    };
    planning::enrol(&cx, found.unwrap().id, &form)
        .await
        .unwrap();
}

/// The clock stands at Monday 23 November 2026; the Durants' Zoé and the Petits' Lou are enrolled.
pub async fn with_activities() -> Town {
    let town = town().await;
    rules::save(&town.system(), SETTINGS, 0).await.unwrap();
    for activity in ["cantine", "soir", "mercredi"] {
        enrol(&town, "F1", "Zoé", activity).await;
        enrol(&town, "F3", "Lou", activity).await;
    }
    town
}

pub async fn ali(town: &Town) -> Visitor {
    parent(town, "ali@exemple.fr", "BLENFANCE-12087-0003EF").await
}

/// Ticks or unticks one cell of the planning, verifies and saves.
pub async fn changes(parent: &mut Visitor, cell: &str) {
    parent.get(PLANNING).await;
    if parent.is_checked(cell) {
        parent.uncheck(cell);
    } else {
        parent.check(cell);
    }
    parent.press("Vérifier").await;
    parent.press("Enregistrer 1 changement").await;
}
