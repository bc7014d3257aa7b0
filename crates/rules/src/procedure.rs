//! The forms of a commune's own procedures, as data: which fields, how each is typed, what is
//! missing, and the answers in words.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    dossier::Kind as Typed,
    text::{Line, Prose},
};

/// A form has so many fields at most: one page on a phone.
pub const MOST_FIELDS: usize = 12;
/// A choice has so many answers at most.
const MOST_CHOICES: usize = 20;

/// How a field is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// One line.
    Line,
    /// Several lines.
    Prose,
    /// A day.
    Day,
    /// Yes or no.
    YesNo,
    /// One of the choices.
    Choice,
    /// One of the family's children.
    Child,
}

impl FieldKind {
    /// All of them, with the word in forms and the words on the screen.
    pub const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::Line, "line", "Une ligne"),
        (Self::Prose, "prose", "Plusieurs lignes"),
        (Self::Day, "day", "Une date"),
        (Self::YesNo, "yes_no", "Oui ou non"),
        (Self::Choice, "choice", "Un choix"),
        (Self::Child, "child", "Un enfant de la famille"),
    ];

    /// Reads the word.
    pub fn of(code: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, word, _)| *word == code);
        found.map(|(kind, ..)| *kind)
    }

    /// The word.
    pub fn code(self) -> &'static str {
        let found = Self::ALL.iter().find(|(kind, ..)| *kind == self);
        found.map_or("line", |(_, word, _)| word)
    }
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// What is asked.
    pub label: String,
    /// How it is typed.
    pub kind: FieldKind,
    /// It may not stay empty.
    pub required: bool,
    /// Answers to choose from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
}

/// A field as an agent types it: label, word of the kind, required, choices separated by `;`.
pub type TypedField<'a> = (&'a str, &'a str, bool, &'a str);

/// Reads the fields of a form; one without a label is left out. The error is the French sentence.
pub fn read_fields(typed: &[TypedField<'_>]) -> Result<Vec<Field>, String> {
    let mut fields = Vec::new();
    for (label, kind, required, choices) in typed {
        if label.trim().is_empty() {
            continue;
        }
        let label = Line::parse(label, 120).map_err(|e| e.message_fr("Question"))?;
        let label = label.into_string();
        let kind = FieldKind::of(kind).ok_or_else(|| {
            format!("«\u{a0}{label}\u{a0}»\u{a0}: choisissez comment on y répond.")
        })?;
        let choices = match kind {
            FieldKind::Choice => read_choices(&label, choices)?,
            _ => Vec::new(),
        };
        fields.push(Field {
            label,
            kind,
            required: *required,
            choices,
        });
    }
    if fields.len() > MOST_FIELDS {
        return Err(format!(
            "Pas plus de {MOST_FIELDS} questions\u{a0}: au-delà, demandez un document."
        ));
    }
    Ok(fields)
}

fn read_choices(label: &str, typed: &str) -> Result<Vec<String>, String> {
    let all = typed.split([';', '\n']).filter(|c| !c.trim().is_empty());
    let all: Result<Vec<_>, _> = all
        .map(|c| Line::parse(c, 120).map(Line::into_string))
        .collect();
    let all = all.map_err(|e| e.message_fr(label))?;
    if (2..=MOST_CHOICES).contains(&all.len()) {
        Ok(all)
    } else {
        Err(format!(
            "«\u{a0}{label}\u{a0}»\u{a0}: donnez de 2 à {MOST_CHOICES} réponses, séparées par des points-virgules."
        ))
    }
}

/// Reads the answer to a field: the words that are kept, nothing when it stays empty. `children`
/// are the names that may be chosen. The error is the French sentence.
pub fn read_answer(
    field: &Field,
    typed: &str,
    children: &[String],
    today: Date,
) -> Result<Option<String>, String> {
    let text = typed.trim();
    if text.is_empty() {
        return if field.required {
            Err(format!("Répondez à «\u{a0}{}\u{a0}».", field.label))
        } else {
            Ok(None)
        };
    }
    let one_of = |all: &[String]| {
        let found = all.iter().find(|c| *c == text);
        found
            .cloned()
            .ok_or_else(|| "Choisissez une des réponses proposées.".to_owned())
    };
    let answer = match field.kind {
        FieldKind::Line => Line::parse(text, 200)
            .map_err(|e| e.message_fr(&field.label))?
            .into_string(),
        FieldKind::Prose => Prose::parse(text, 2000)
            .map_err(|e| e.message_fr(&field.label))?
            .into_string(),
        FieldKind::Day => {
            let kept = Typed::Day
                .parse(text, today)
                .map_err(|e| e.message_fr(&field.label))?;
            Typed::Day.shown(&kept.unwrap_or_default())
        }
        FieldKind::YesNo => match text {
            "oui" => "oui".to_owned(),
            "non" => "non".to_owned(),
            _ => return Err("Répondez par oui ou par non.".to_owned()),
        },
        FieldKind::Choice => one_of(&field.choices)?,
        FieldKind::Child => one_of(children)?,
    };
    Ok(Some(answer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 26);

    #[test]
    fn a_form_is_read_line_by_line() {
        let fields = read_fields(&[
            (
                "École souhaitée",
                "choice",
                true,
                "Jean-Moulin ; Les Tilleuls",
            ),
            ("", "line", false, ""),
            ("Motif", "prose", false, ""),
        ])
        .unwrap();
        assert_eq!(fields.len(), 2);
        assert_eq!(fields[0].choices, ["Jean-Moulin", "Les Tilleuls"]);
        assert!(
            read_fields(&[("École", "choice", true, "une seule")])
                .unwrap_err()
                .contains("de 2 à 20")
        );
        assert!(read_fields(&[("École", "radio", true, "")]).is_err());
        let many = vec![("Question", "line", false, ""); 13];
        assert!(read_fields(&many).is_err());
    }

    #[test]
    fn an_answer_is_one_of_those_that_are_offered() {
        let field = |kind, required| Field {
            label: "Question".to_owned(),
            kind,
            required,
            choices: vec!["a".to_owned(), "b".to_owned()],
        };
        let children = ["Zoé Durant".to_owned()];
        let read = |kind, typed| read_answer(&field(kind, true), typed, &children, TODAY);
        assert_eq!(read(FieldKind::Choice, "a"), Ok(Some("a".to_owned())));
        assert!(read(FieldKind::Choice, "c").is_err());
        assert_eq!(
            read(FieldKind::Child, "Zoé Durant"),
            Ok(Some("Zoé Durant".to_owned()))
        );
        assert!(read(FieldKind::Child, "Lou Petit").is_err());
        assert_eq!(
            read(FieldKind::Day, "2027-01-04"),
            Ok(Some("4\u{a0}janvier\u{a0}2027".to_owned()))
        );
        assert!(read(FieldKind::Day, "31/02/2027").is_err());
        assert!(read(FieldKind::YesNo, "peut-être").is_err());
        assert!(read(FieldKind::Line, " ").unwrap_err().contains("Question"));
        assert_eq!(
            read_answer(&field(FieldKind::Line, false), "", &children, TODAY),
            Ok(None)
        );
    }
}
