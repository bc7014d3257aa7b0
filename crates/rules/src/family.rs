//! Families: the birth date of a child, the age that follows, the words of a file.

use jiff::civil::Date;
use thiserror::Error;

use crate::french;

/// Children of the portal are born at most this many years ago.
const OLDEST: i16 = 26;

/// Why a birth date was not taken. The `Display` text is the French sentence for the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BirthDateError {
    /// Nothing typed.
    #[error("Indiquez la date de naissance.")]
    Missing,
    /// Not a date.
    #[error("Ce n’est pas une date\u{a0}: écrivez par exemple 24/11/2015.")]
    NotADate,
    /// After today.
    #[error("La date de naissance est dans le futur. Vérifiez l’année.")]
    Future,
    /// An adult's.
    #[error("Cette date donnerait plus de {OLDEST} ans. Vérifiez l’année.")]
    TooOld,
}

impl BirthDateError {
    /// The sentence to show beside the field.
    pub fn message_fr(self) -> String {
        self.to_string()
    }
}

/// Reads the birth date of a child: `2015-11-24` as browsers send it, `24/11/2015` as people write
/// it.
pub fn birth_date(input: &str, today: Date) -> Result<Date, BirthDateError> {
    let text = input.trim();
    if text.is_empty() {
        return Err(BirthDateError::Missing);
    }
    let date = text
        .parse()
        .ok()
        .filter(|_| text.len() == 10)
        .or_else(|| written_date(text))
        .ok_or(BirthDateError::NotADate)?;
    if date > today {
        return Err(BirthDateError::Future);
    }
    if years(date, today) > OLDEST {
        return Err(BirthDateError::TooOld);
    }
    Ok(date)
}

/// A day as browsers send it, `2026-09-04`, or as people write it.
pub fn typed_date(text: &str) -> Option<Date> {
    let text = text.trim();
    let sent = text.parse().ok().filter(|_| text.len() == 10);
    sent.or_else(|| written_date(text))
}

/// A date as people write it: `24/11/2015`, `24.11.2015`.
pub fn written_date(text: &str) -> Option<Date> {
    let mut parts = text.split(['/', '.', '-']);
    let mut next = || parts.next()?.trim().parse::<i16>().ok();
    let (day, month, year) = (next()?, next()?, next()?);
    if parts.next().is_some() || year < 1000 {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Whole years lived. Who was born on 29 February is a year older on 1 March.
pub fn years(born: Date, today: Date) -> i16 {
    let before = (today.month(), today.day()) < (born.month(), born.day());
    today.year() - born.year() - i16::from(before)
}

/// "9 ans", "18 mois" under two years, "moins d’un mois".
pub fn age(born: Date, today: Date) -> String {
    let years = years(born, today);
    if years >= 2 {
        return format!("{years}\u{a0}ans");
    }
    let months = 12 * (i32::from(today.year()) - i32::from(born.year())) + i32::from(today.month())
        - i32::from(born.month())
        - i32::from(today.day() < born.day());
    match months {
        ..1 => "moins d’un mois".to_owned(),
        months => format!("{months}\u{a0}mois"),
    }
}

/// "24 novembre 2015 / 11 ans", as the card of a child has it.
pub fn born_and_age(born: Date, today: Date) -> String {
    format!("{} / {}", french::day_month_year(born), age(born, today))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 23);

    #[test]
    fn a_birth_date_is_read_as_it_is_written() {
        for typed in ["2015-11-24", "24/11/2015", " 24.11.2015 ", "24-11-2015"] {
            assert_eq!(birth_date(typed, TODAY), Ok(date(2015, 11, 24)), "{typed}");
        }
        assert_eq!(birth_date("2026-11-23", TODAY), Ok(TODAY));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for (typed, why) in [
            ("", BirthDateError::Missing),
            (" ", BirthDateError::Missing),
            ("hier", BirthDateError::NotADate),
            ("31/02/2015", BirthDateError::NotADate),
            ("24/11/15", BirthDateError::NotADate),
            ("24/11/2015/1", BirthDateError::NotADate),
            ("2015-11-24T00:00", BirthDateError::NotADate),
            ("<b>", BirthDateError::NotADate),
            ("٢٤/١١/٢٠١٥", BirthDateError::NotADate),
            ("2026-11-24", BirthDateError::Future),
            ("01/01/1890", BirthDateError::TooOld),
        ] {
            assert_eq!(birth_date(typed, TODAY), Err(why), "{typed}");
        }
    }

    #[test]
    fn an_age_is_said_as_people_say_it() {
        let say = |born| age(born, TODAY).replace('\u{a0}', " ");
        assert_eq!(say(date(2017, 1, 1)), "9 ans");
        assert_eq!(say(date(2015, 11, 24)), "10 ans");
        assert_eq!(say(date(2015, 11, 23)), "11 ans");
        assert_eq!(say(date(2025, 5, 23)), "18 mois");
        assert_eq!(say(date(2026, 11, 1)), "moins d’un mois");
        assert_eq!(years(date(2024, 2, 29), date(2026, 2, 28)), 1);
    }
}
