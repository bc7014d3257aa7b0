//! Menus of the canteen, written and read by the week.

use jiff::{
    Span,
    civil::{Date, Weekday},
};
use preau_rules::{french, permission::Right, publication, text::Prose};
use preau_store::{
    Command, StoreError, Tx,
    tables::{journal, menu},
};

pub use preau_store::tables::menu::Menu;

use crate::{Caller, Cx, Error, Problems};

/// Days that a canteen serves, with the name of their fields.
pub const DAYS: [(&str, &str, &str); 5] = [
    ("lundi", "lundi-plats", "lundi-mentions"),
    ("mardi", "mardi-plats", "mardi-mentions"),
    ("mercredi", "mercredi-plats", "mercredi-mentions"),
    ("jeudi", "jeudi-plats", "jeudi-mentions"),
    ("vendredi", "vendredi-plats", "vendredi-mentions"),
];

/// Labels that are offered; others may be typed. By what is in the dish, never by religion.
pub const LABELS: [&str; 6] = [
    "sans viande",
    "sans porc",
    "bio",
    "local",
    "fait maison",
    "repas de fête",
];

/// A week: Monday to Friday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Week(Date);

impl Week {
    /// The week of a day.
    #[must_use]
    pub fn of(day: Date) -> Self {
        Self(publication::monday(day))
    }

    /// The week that people want to see on this day: from Saturday on, the one that comes.
    #[must_use]
    pub fn to_show(today: Date) -> Self {
        Self(publication::menu_week(today))
    }

    /// Its Monday.
    #[must_use]
    pub fn monday(self) -> Date {
        self.0
    }

    /// Its Friday.
    #[must_use]
    pub fn friday(self) -> Date {
        self.day(4)
    }

    /// A day of the week, 0 for Monday.
    #[must_use]
    pub fn day(self, index: i64) -> Date {
        self.0.saturating_add(Span::new().days(index))
    }

    /// The week `count` weeks later.
    #[must_use]
    pub fn later(self, count: i64) -> Self {
        Self(self.day(count * 7))
    }

    /// "Semaine du 23 – 27 novembre".
    #[must_use]
    pub fn words_fr(self) -> String {
        publication::week_fr(self.0)
    }
}

/// Dishes and labels of a day as typed, a line each.
#[derive(Debug, Clone, Default)]
pub struct DayForm {
    /// A dish a line.
    pub plats: String,
    /// A label a line, or between commas.
    pub mentions: String,
}

/// Menus of a week, checked.
#[derive(Debug, Clone)]
pub struct WeekInput {
    week: Week,
    menus: Vec<Menu>,
}

/// Checks the form of a week: five days, Monday first. A day without a dish has no menu.
pub fn parse(week: Week, days: &[DayForm; 5]) -> Result<WeekInput, Error> {
    let mut problems = Problems::default();
    let mut menus = Vec::new();
    for (index, (form, (name, dishes_field, labels_field))) in days.iter().zip(DAYS).enumerate() {
        let dishes = problems.take(dishes_field, Prose::parse_optional(&form.plats, 600), |e| {
            e.message_fr(&format!("Plats du {name}"))
        });
        let labels = Prose::parse_optional(&form.mentions.replace([',', ';'], "\n"), 200);
        let labels = problems.take(labels_field, labels, |e| {
            e.message_fr(&format!("Mentions du {name}"))
        });
        let lines =
            |text: Option<Option<Prose>>| tidy(text.flatten().as_ref().map_or("", AsRef::as_ref));
        let (dishes, labels) = (lines(dishes), lines(labels));
        if dishes.is_empty() && !labels.is_empty() {
            problems.add(
                dishes_field,
                format!("Indiquez les plats du {name}, ou retirez ses mentions."),
            );
        }
        if !dishes.is_empty() {
            let day = week.day(i64::try_from(index).unwrap_or_default());
            menus.push(Menu {
                day,
                dishes,
                labels,
            });
        }
    }
    if problems.none() {
        Ok(WeekInput { week, menus })
    } else {
        Err(problems.into_error())
    }
}

/// Lines without blanks around them, without empty ones, without repetitions.
fn tidy(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim) {
        if !line.is_empty() && !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.join("\n")
}

/// Menus of a week, in the order of days.
pub async fn of_week(tx: &mut Tx, week: Week) -> Result<Vec<Menu>, StoreError> {
    menu::between(tx, week.monday(), week.friday()).await
}

/// The nearest weeks before and after that have a menu.
pub async fn neighbours(
    tx: &mut Tx,
    week: Week,
) -> Result<(Option<Week>, Option<Week>), StoreError> {
    let (before, after) = menu::neighbours(tx, week.monday(), week.friday()).await?;
    Ok((before.map(Week::of), after.map(Week::of)))
}

struct Save {
    input: WeekInput,
    caller: Caller,
}

impl Command for Save {
    const NAME: &'static str = "menu.save";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::Menus).await?;
        let week = self.input.week;
        let before = of_week(tx, week).await?;
        if before == self.input.menus {
            return Ok(());
        }
        menu::replace(tx, week.monday(), week.friday(), &self.input.menus).await?;
        let change = journal::Change {
            action: "changed",
            kind: "menu",
            id: week.monday().to_string(),
            name: &week.words_fr(),
            before: Some(&before),
            after: Some(&self.input.menus),
        };
        Ok(journal::note(tx, change).await?)
    }
}

/// Saves the menus of a week.
pub async fn save(cx: &Cx, input: WeekInput) -> Result<(), Error> {
    let caller = cx.caller.clone();
    cx.write(Save { input, caller }).await
}

/// "Lundi", as a title.
#[must_use]
pub fn day_name(day: Date) -> String {
    let name = french::weekday(day.weekday());
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// True on the days that are in the form.
#[must_use]
pub fn is_served(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_day_without_dishes_has_no_menu() {
        let mut days: [DayForm; 5] = Default::default();
        days[1].plats = " Betteraves \n\n Lasagnes de légumes\nBetteraves".to_owned();
        days[1].mentions = "sans viande, bio".to_owned();
        let input = parse(Week::of(date(2026, 11, 26)), &days).unwrap();
        assert_eq!(
            input.menus,
            [Menu {
                day: date(2026, 11, 24),
                dishes: "Betteraves\nLasagnes de légumes".to_owned(),
                labels: "sans viande\nbio".to_owned(),
            }]
        );
    }

    #[test]
    fn labels_belong_to_dishes() {
        let mut days: [DayForm; 5] = Default::default();
        days[0].mentions = "bio".to_owned();
        let Err(Error::Invalid(errors)) = parse(Week::of(date(2026, 11, 26)), &days) else {
            panic!("taken");
        };
        assert_eq!(errors[0].field, "lundi-plats");
    }
}
