//! What a form says beside its fields.

use preau_testkit::http::Visitor;

/// The message beside a field, empty when there is none; apostrophes and blanks as typed on a keyboard.
pub(crate) fn error(agent: &Visitor, label: &str) -> String {
    let optional = format!("{label} (facultatif)");
    let found = agent
        .field_error(label)
        .or_else(|| agent.field_error(&optional));
    found
        .unwrap_or_default()
        .replace('’', "'")
        .replace('\u{a0}', " ")
}
