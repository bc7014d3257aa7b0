//! Activities of the demo: what the commune decided, who is enrolled, and some weeks of bookings.

use anyhow::{Context, Result};
use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};
use preau_app::{
    Cx,
    planning::{self, Called, EnrolForm, Wish, rules},
};
use preau_rules::attendance::{Hours, Mark};
use preau_store::tables::family as rows;
use uuid::Uuid;

use super::families::{OURS, family};
use crate::agent::in_words;

/// Families whose children come.
const ENROLLED: usize = 30;
/// Days whose roll is called, up to yesterday.
const CALLED: i64 = 7;
const SETTINGS: &str = include_str!("../../demo/activities.toml");

/// Describes the activities, enrols, and books.
pub(super) async fn make(cx: &Cx, name: &str, slug: &str, today: Date, count: u32) -> Result<()> {
    let settings = SETTINGS.replace("COMMUNE", name);
    rules::save(cx, &settings, 0).await.map_err(in_words)?;
    for n in 0..ENROLLED.min(count as usize) {
        let reference = family(n, slug, today)?.reference;
        let mut tx = cx.read().await.map_err(in_words)?;
        let found = rows::by_reference(&mut tx, &reference).await?;
        let found = found.context("famille de la démonstration")?;
        let children = rows::children(&mut tx, &[found.id]).await?;
        drop(tx);
        let children: Vec<Uuid> = children.iter().map(|c| c.id).collect();
        for child in &children {
            for activity in ["cantine", "periscolaire", "mercredi"] {
                let form = EnrolForm {
                    enfant: child.to_string(),
                    activite: activity.to_owned(),
                    site: "centre".to_owned(),
                    depuis: "01/09/2026".to_owned(),
                    ..EnrolForm::default()
                };
                planning::enrol(cx, found.id, &form)
                    .await
                    .map_err(in_words)?;
            }
        }
        let wishes = wishes(n, &children, today);
        planning::save(cx, Some(found.id), wishes, None)
            .await
            .map_err(in_words)?;
    }
    for back in 1..=CALLED {
        call(cx, today.saturating_sub(back.days())).await?;
    }
    Ok(())
}

/// The roll of a day: nearly everybody came, who did not now and then has a reason.
async fn call(cx: &Cx, day: Date) -> Result<()> {
    for list in planning::day(cx, day).await.map_err(in_words)? {
        let marks = (1_usize..).zip(&list.children).map(|(at, child)| Called {
            child: child.child,
            family: child.family_id,
            mark: Some(match at {
                at if at.is_multiple_of(9) => Mark::Absent,
                at if at.is_multiple_of(13) => Mark::Excused,
                _ => Mark::Present,
            }),
            hours: Hours::default(),
        });
        planning::call(cx, day, list.place.clone(), None, marks.collect())
            .await
            .map_err(in_words)?;
    }
    Ok(())
}

/// Last month and four weeks of a family: meals on its days, the evening where it works late.
fn wishes(n: usize, children: &[Uuid], today: Date) -> Vec<Wish> {
    let mut all = Vec::new();
    let start = today.first_of_month().saturating_sub(1.month());
    let end = today.saturating_add(27.days());
    for day in start.series(1.day()).take_while(|day| *day <= end) {
        let weekday = day.weekday();
        for (at, child) in children.iter().enumerate() {
            let mut wish = |activity: &str, unit: &str| {
                all.push(Wish {
                    child: *child,
                    day,
                    activity: activity.to_owned(),
                    unit: unit.to_owned(),
                    book: true,
                });
            };
            match weekday {
                Weekday::Wednesday if n.is_multiple_of(2) => wish("mercredi", "journee"),
                Weekday::Wednesday | Weekday::Saturday | Weekday::Sunday => {}
                _ => {
                    if n == OURS || !(n + at).is_multiple_of(3) {
                        wish("cantine", "cantine");
                    }
                    if weekday == Weekday::Tuesday && (n != OURS || at == 0) {
                        wish("periscolaire", "soir");
                    }
                    if weekday == Weekday::Friday && n % 4 == 2 {
                        wish("periscolaire", "matin");
                    }
                }
            }
        }
    }
    all
}
