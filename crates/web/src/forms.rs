//! Forms as the templates see them: each field with its words, what was typed, and what is wrong with it.

use preau_app::FieldError;
use preau_rules::password::Policy;

use crate::posted::Posted;

/// A field.
#[derive(Debug, Clone, Default)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) label: String,
    pub(crate) hint: Option<String>,
    pub(crate) value: String,
    pub(crate) error: Option<String>,
    pub(crate) required: bool,
    /// Of a new password: rules that the page ticks off while it is typed.
    pub(crate) rules: Vec<PasswordRule>,
    /// Words of a phrase that is taken in place of these rules; 0 for none.
    pub(crate) words: u8,
}

/// A rule of passwords as the page's script reads it.
#[derive(Debug, Clone)]
pub(crate) struct PasswordRule {
    pub(crate) code: &'static str,
    pub(crate) least: u8,
    pub(crate) label: String,
}

/// One of several choices.
#[derive(Debug, Clone)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) selected: bool,
}

/// A form.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form {
    fields: Vec<Field>,
    /// Messages that belong to no field.
    general: Vec<String>,
}

static NO_FIELD: Field = Field {
    name: "",
    label: String::new(),
    hint: None,
    value: String::new(),
    error: None,
    required: false,
    rules: Vec::new(),
    words: 0,
};

impl Form {
    /// A required field.
    pub(crate) fn required(self, name: &'static str, label: &str) -> Self {
        self.add(name, label, true)
    }

    /// A field that may stay empty.
    pub(crate) fn optional(self, name: &'static str, label: &str) -> Self {
        self.add(name, label, false)
    }

    fn add(mut self, name: &'static str, label: &str, required: bool) -> Self {
        self.fields.push(Field {
            name,
            label: label.to_owned(),
            required,
            ..Field::default()
        });
        self
    }

    /// Words under the label of the field added last.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        if let Some(field) = self.fields.last_mut() {
            field.hint = Some(hint.into());
        }
        self
    }

    /// The field added last takes a new password, by this rule.
    pub(crate) fn new_password(mut self, policy: Policy) -> Self {
        if let Some(field) = self.fields.last_mut() {
            field.hint = Some(policy.hint_fr());
            field.words = policy.words;
            field.rules = policy
                .rules()
                .into_iter()
                .filter(|rule| rule.is_shape())
                .map(|rule| PasswordRule {
                    code: rule.code(),
                    least: rule.least(),
                    label: rule.label_fr(),
                })
                .collect();
        }
        self
    }

    /// Value of the field added last.
    pub(crate) fn value(mut self, value: impl Into<String>) -> Self {
        if let Some(field) = self.fields.last_mut() {
            field.value = value.into();
        }
        self
    }

    /// Puts a value into a field.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        if let Some(field) = self.fields.iter_mut().find(|f| f.name == name) {
            value.clone_into(&mut field.value);
        }
    }

    /// Keeps what was typed. Passwords are never written back.
    pub(crate) fn filled(mut self, posted: &Posted) -> Self {
        for field in &mut self.fields {
            if !field.name.contains("mot-de-passe") && !field.name.contains("mot_de_passe") {
                posted.text(field.name).clone_into(&mut field.value);
            }
        }
        self
    }

    /// Puts each message beside its field.
    pub(crate) fn with_errors(mut self, errors: &[FieldError]) -> Self {
        for error in errors {
            match self.fields.iter_mut().find(|f| f.name == error.field) {
                Some(field) => field.error = Some(error.message.clone()),
                None => self.general.push(error.message.clone()),
            }
        }
        self
    }

    /// A field by name.
    pub(crate) fn field(&self, name: &str) -> &Field {
        self.fields
            .iter()
            .find(|f| f.name == name)
            .unwrap_or(&NO_FIELD)
    }

    /// Field id and message, for the summary on top.
    pub(crate) fn errors(&self) -> Vec<(String, String)> {
        let beside = self.fields.iter().filter_map(|f| {
            let message = f.error.clone()?;
            Some((f.name.to_owned(), message))
        });
        let general = self.general.iter().map(|m| ("main".to_owned(), m.clone()));
        beside.chain(general).collect()
    }
}
