//! Pointage: what those saw who received the children. Bills read it before what was booked.

use crate::calendar::Hour;

/// What was marked beside a child's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The child came.
    Present,
    /// The child did not come, and nobody said why.
    Absent,
    /// The child did not come, with a reason that the commune accepts: the rules of absence apply.
    Excused,
}

impl Mark {
    /// Every mark: as stored and in forms, and its words.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Present, "present", "présent"),
        (Self::Absent, "absent", "absent"),
        (Self::Excused, "excused", "excusé"),
    ];

    /// Reads a stored word.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, word, _)| *word == code);
        found.map(|(mark, ..)| *mark)
    }

    fn row(self) -> (Self, &'static str, &'static str) {
        let found = Self::ALL.into_iter().find(|(mark, ..)| *mark == self);
        found.unwrap_or(Self::ALL[0])
    }

    /// The stored word.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().1
    }

    /// The word on the screen.
    #[must_use]
    pub fn label_fr(self) -> &'static str {
        self.row().2
    }
}

/// When a child came and left; either may not have been written down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hours {
    arrived: Option<Hour>,
    departed: Option<Hour>,
}

impl Hours {
    /// Reads two hours as typed or stored; what is wrong is said in French.
    pub fn parse(arrived: &str, departed: &str) -> Result<Self, &'static str> {
        let read = |text: &str| match text.trim() {
            "" => Ok(None),
            typed => Hour::parse(typed)
                .map(Some)
                .ok_or("Écrivez une heure, par exemple 16:30."),
        };
        let (arrived, departed) = (read(arrived)?, read(departed)?);
        if arrived.zip(departed).is_some_and(|(from, to)| to < from) {
            return Err("Le départ est avant l’arrivée.");
        }
        Ok(Self { arrived, departed })
    }

    /// When the child came.
    #[must_use]
    pub fn arrived(self) -> Option<Hour> {
        self.arrived
    }

    /// When the child left.
    #[must_use]
    pub fn departed(self) -> Option<Hour> {
        self.departed
    }

    /// Both as they are stored: "16:30", or nothing.
    #[must_use]
    pub fn stored(self) -> [String; 2] {
        [self.arrived, self.departed].map(|hour| {
            hour.map_or_else(String::new, |hour| {
                format!("{:02}:{:02}", hour.minutes() / 60, hour.minutes() % 60)
            })
        })
    }
}

/// How a child was seen on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// There or not.
    pub mark: Mark,
    /// Nothing was booked.
    pub unbooked: bool,
    /// When the child came and left.
    pub hours: Hours,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_back() {
        for (mark, code, label) in Mark::ALL {
            assert_eq!(Mark::parse(code), Some(mark));
            assert_eq!((mark.code(), mark.label_fr()), (code, label));
        }
        assert_eq!(Mark::parse("waiting"), None);
    }
    #[test]
    fn hours_are_read_as_people_write_them_and_stored_in_one_way() {
        let hours = Hours::parse("8h05", " 16:30 ").unwrap();
        assert_eq!(hours.stored(), ["08:05", "16:30"]);
        assert_eq!(Hours::parse("", ""), Ok(Hours::default()));
        assert_eq!(Hours::parse("16:30", "16:30").unwrap().stored()[1], "16:30");
        assert!(Hours::parse("16:30", "16:29").is_err());
        assert!(Hours::parse("25:00", "").is_err());
        let [arrived, departed] = hours.stored();
        assert_eq!(Hours::parse(&arrived, &departed), Ok(hours));
    }
}
