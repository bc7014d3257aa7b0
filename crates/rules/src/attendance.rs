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

    fn row(self) -> (&'static str, &'static str) {
        match self {
            Self::Present => (Self::ALL[0].1, Self::ALL[0].2),
            Self::Absent => (Self::ALL[1].1, Self::ALL[1].2),
            Self::Excused => (Self::ALL[2].1, Self::ALL[2].2),
        }
    }

    /// The stored word.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// The word on the screen.
    #[must_use]
    pub fn label_fr(self) -> &'static str {
        self.row().1
    }
}

/// How a child was seen on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// There or not.
    pub mark: Mark,
    /// Nothing was booked.
    pub unbooked: bool,
    /// When the child came, if somebody wrote it down.
    pub arrived: Option<Hour>,
    /// When the child left.
    pub departed: Option<Hour>,
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
}
