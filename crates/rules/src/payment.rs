//! Where a try to pay online stands, by what PayFiP answers. What a browser or a notification says counts for nothing.

/// Where a try stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// No answer yet.
    Opened,
    /// The money is on its way to the commune. Nothing changes this any more.
    Paid,
    /// The bank said no.
    Refused,
    /// The payer gave up.
    Cancelled,
    /// The payer never paid, and cannot any more by this try.
    Expired,
    /// PayFiP says something that does not fit what was asked: a person looks at it.
    Unknown,
}

impl Standing {
    const ALL: [Self; 6] = [
        Self::Opened,
        Self::Paid,
        Self::Refused,
        Self::Cancelled,
        Self::Expired,
        Self::Unknown,
    ];

    /// Its code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Paid => "paid",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Unknown => "unknown",
        }
    }

    /// The standing of that code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// The facts of a payment, as asked and as answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Number of the operation.
    pub operation: String,
    /// The commune's number.
    pub client: String,
    /// The debt.
    pub reference: String,
    /// Cents, in digits.
    pub amount: String,
    /// `T`, `X` or `W`.
    pub mode: String,
}

impl Facts {
    /// What is not as it was asked, for an agent: « résultat P, montant 100 au lieu de 1380 ».
    fn against(&self, asked: &Self, code: &str) -> String {
        let all = [
            ("opération", &self.operation, &asked.operation),
            ("client", &self.client, &asked.client),
            ("référence", &self.reference, &asked.reference),
            ("montant en centimes", &self.amount, &asked.amount),
            ("mode", &self.mode, &asked.mode),
        ];
        let wrong = all.into_iter().filter(|(_, said, asked)| said != asked);
        let wrong = wrong.map(|(what, said, asked)| match said.as_str() {
            "" => format!("{what} absent, {asked} demandé"),
            said => format!("{what} {said} au lieu de {asked}"),
        });
        let wrong: Vec<String> = wrong.collect();
        format!("résultat {code}, {}", crate::french::list(&wrong))
    }
}

/// What PayFiP answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A result with its code, the number of the authorisation, and the facts of what was paid.
    Result {
        /// `P`, `V`, `A`, `R`, `Z`, or what nobody knows yet.
        code: String,
        /// Number of the authorisation.
        authorisation: String,
        /// What it is about.
        facts: Box<Facts>,
    },
    /// A fault with its code: `P5` is no result yet, `P1` no such operation any more.
    Fault(String),
    /// No answer, or none that can be read.
    Silence(String),
}

/// From when on a try without a result is over, in minutes.
pub const EXPIRES: i64 = 130;
/// How long another try for the same debt has to wait, in minutes.
pub const PAUSE: i64 = 20;

/// Where a try stands after an answer, so many minutes after it was made; with what to keep of the answer.
#[must_use]
pub fn standing(asked: &Facts, heard: &Heard, minutes: i64) -> (Standing, String) {
    match heard {
        Heard::Result {
            code,
            authorisation,
            facts,
        } => {
            if **facts != *asked {
                return (Standing::Unknown, facts.against(asked, code));
            }
            match code.as_str() {
                "P" | "V" => (Standing::Paid, authorisation.clone()),
                "A" => (Standing::Cancelled, code.clone()),
                "R" | "Z" => (Standing::Refused, code.clone()),
                _ => (Standing::Unknown, format!("résultat {code}, inconnu")),
            }
        }
        Heard::Fault(code) if code == "P1" && minutes >= PAUSE => (Standing::Expired, code.clone()),
        Heard::Fault(code) if code == "P5" && minutes >= EXPIRES => {
            (Standing::Expired, code.clone())
        }
        Heard::Fault(said) | Heard::Silence(said) => (Standing::Opened, said.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Facts {
        Facts {
            operation: "cc0cb210".to_owned(),
            client: "090909".to_owned(),
            reference: "202600001".to_owned(),
            amount: "8460".to_owned(),
            mode: "T".to_owned(),
        }
    }

    fn result(code: &str, facts: Facts) -> Heard {
        Heard::Result {
            code: code.to_owned(),
            authorisation: "112233".to_owned(),
            facts: Box::new(facts),
        }
    }

    #[test]
    fn only_a_result_for_the_same_thing_pays() {
        for (code, expected) in [
            ("P", Standing::Paid),
            ("V", Standing::Paid),
            ("A", Standing::Cancelled),
            ("R", Standing::Refused),
            ("Z", Standing::Refused),
            ("W", Standing::Unknown),
        ] {
            assert_eq!(standing(&asked(), &result(code, asked()), 1).0, expected);
        }
        let others = [
            Facts {
                operation: "autre".to_owned(),
                ..asked()
            },
            Facts {
                client: "000000".to_owned(),
                ..asked()
            },
            Facts {
                reference: "202600002".to_owned(),
                ..asked()
            },
            Facts {
                amount: "100".to_owned(),
                ..asked()
            },
            Facts {
                mode: "W".to_owned(),
                ..asked()
            },
        ];
        let wrong = Facts {
            amount: "100".to_owned(),
            client: String::new(),
            ..asked()
        };
        assert_eq!(
            standing(&asked(), &result("P", wrong), 1).1,
            "résultat P, client absent, 090909 demandé et montant en centimes 100 au lieu de 8460"
        );
        for other in others {
            assert_eq!(
                standing(&asked(), &result("P", other), 1).0,
                Standing::Unknown
            );
        }
    }

    #[test]
    fn a_try_without_a_result_waits_then_ends() {
        let p5 = Heard::Fault("P5".to_owned());
        assert_eq!(standing(&asked(), &p5, EXPIRES - 1).0, Standing::Opened);
        assert_eq!(standing(&asked(), &p5, EXPIRES).0, Standing::Expired);
        let p1 = Heard::Fault("P1".to_owned());
        assert_eq!(standing(&asked(), &p1, PAUSE - 1).0, Standing::Opened);
        assert_eq!(standing(&asked(), &p1, PAUSE).0, Standing::Expired);
        let silence = Heard::Silence("délai dépassé".to_owned());
        assert_eq!(standing(&asked(), &silence, 10_000).0, Standing::Opened);
    }
}
