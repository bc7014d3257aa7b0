//! Days that a commune closes, wholly or in part.

use jiff::civil::Date;

/// What is closed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Closed {
    /// Everything of the commune.
    #[default]
    Commune,
    /// The office that takes bookings: services go on, but the day does not count.
    Office,
    /// One site.
    Site(String),
    /// One class or group.
    Group(String),
}

/// One closing, of one day or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// First day.
    pub first: Date,
    /// Last day.
    pub last: Date,
    /// What is closed.
    pub what: Closed,
    /// One activity or unit only ("soir"), or the whole day.
    pub session: Option<String>,
    /// "Grève", "Travaux".
    pub reason: String,
}

/// Whom or what a question about a day is asked for. Empty: the commune as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place<'a> {
    /// The site.
    pub site: Option<&'a str>,
    /// The class or group.
    pub group: Option<&'a str>,
    /// The activity.
    pub activity: Option<&'a str>,
    /// The unit of the activity.
    pub unit: Option<&'a str>,
}

impl Closure {
    /// Whether it closes the place on that day. A closed office closes no service.
    pub fn closes(&self, day: Date, place: Place<'_>) -> bool {
        self.contains(day)
            && self
                .session
                .as_deref()
                .is_none_or(|session| [place.activity, place.unit].contains(&Some(session)))
            && match &self.what {
                Closed::Commune => true,
                Closed::Office => false,
                Closed::Site(site) => place.site == Some(site),
                Closed::Group(group) => place.group == Some(group),
            }
    }

    /// Whether nobody takes bookings on that day.
    pub fn closes_office(&self, day: Date) -> bool {
        self.contains(day)
            && self.session.is_none()
            && matches!(self.what, Closed::Commune | Closed::Office)
    }

    fn contains(&self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn closure(what: Closed, session: Option<&str>) -> Closure {
        Closure {
            first: date(2026, 11, 26),
            last: date(2026, 11, 27),
            what,
            session: session.map(str::to_owned),
            reason: "Travaux".to_owned(),
        }
    }

    #[test]
    fn a_school_that_is_closed_leaves_the_others_open() {
        let works = closure(Closed::Site("jaures".into()), None);
        let at = |site| Place {
            site: Some(site),
            ..Place::default()
        };
        assert!(works.closes(date(2026, 11, 26), at("jaures")));
        assert!(!works.closes(date(2026, 11, 28), at("jaures")));
        assert!(!works.closes(date(2026, 11, 26), at("pagnol")));
        assert!(!works.closes_office(date(2026, 11, 26)));
    }

    #[test]
    fn one_session_may_be_closed_alone() {
        let evening = closure(Closed::Commune, Some("soir"));
        let during = |unit| Place {
            activity: Some("periscolaire"),
            unit: Some(unit),
            ..Place::default()
        };
        assert!(evening.closes(date(2026, 11, 27), during("soir")));
        assert!(!evening.closes(date(2026, 11, 27), during("matin")));
        assert!(!evening.closes(date(2026, 11, 27), Place::default()));
    }

    #[test]
    fn a_closed_office_serves_lunch() {
        let office = closure(Closed::Office, None);
        assert!(office.closes_office(date(2026, 11, 26)));
        assert!(!office.closes(date(2026, 11, 26), Place::default()));
    }
}
