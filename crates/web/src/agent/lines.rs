//! A request in one line, as the queue, Ma journée and the search show it.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use preau_app::request::State;
use preau_rules::french;
use preau_store::tables::request::Line;

use crate::call::Call;

/// A request in one line.
pub(crate) struct LineView {
    pub(crate) href: String,
    pub(crate) number: String,
    pub(crate) subject: String,
    pub(crate) requester: String,
    pub(crate) agent: Option<String>,
    pub(crate) state: &'static str,
    pub(crate) state_tag: &'static str,
    /// How long it waits: "il y a 9 jours".
    pub(crate) age: String,
    /// When it is to be answered, or when it was closed.
    pub(crate) due: String,
    pub(crate) due_tag: &'static str,
    /// A mail about it was refused.
    pub(crate) refused: bool,
}

impl LineView {
    pub(crate) fn new(call: &Call, line: &Line) -> Self {
        let zone = call.portal.zone();
        let (due, due_tag) = match line.closed_at {
            Some(at) => (
                format!("close le {}", french::day_short(day(at, &zone))),
                "off",
            ),
            None => due_words(line.due_at, call.cx.at, &zone),
        };
        let state = State::of(&line.state);
        let agent = line
            .agent_first_name
            .as_ref()
            .zip(line.agent_last_name.as_ref());
        Self {
            href: path(call, &line.number),
            number: line.number.clone(),
            subject: line.subject.clone(),
            requester: line.requester_name.clone(),
            agent: agent.map(|(first, last)| format!("{first} {last}")),
            state: state.label_fr(),
            state_tag: state_tag(state),
            age: french::ago(line.created_at, call.cx.at),
            due,
            due_tag,
            refused: line.refused_mails > 0,
        }
    }
}

/// The page of a request.
pub(crate) fn path(call: &Call, number: &str) -> String {
    call.href(&format!("/agent/demandes/{number}"))
}

/// The colour of a state; its word says the same.
pub(crate) fn state_tag(state: State) -> &'static str {
    match state {
        State::Submitted => "",
        State::InProgress => "wait",
        State::ToComplete => "warn",
        State::Accepted | State::Answered => "ok",
        State::Refused | State::Cancelled | State::Closed => "off",
    }
}

/// "3 j de retard", "aujourd’hui", "demain", "lun. 7 déc.", with its colour.
pub(crate) fn due_words(
    due_at: Timestamp,
    now: Timestamp,
    zone: &TimeZone,
) -> (String, &'static str) {
    let (last, today) = (day(due_at, zone), day(now, zone));
    let left = today.until(last).map_or(0, |span| span.get_days());
    match left {
        ..0 => (format!("{}\u{a0}j de retard", -left), "stop"),
        0 => ("aujourd’hui".to_owned(), "warn"),
        1 => ("demain".to_owned(), "warn"),
        _ => (french::day_short(last), "plain"),
    }
}

/// With a capital letter, at the start of a line.
pub(crate) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(chars).collect()
}

pub(crate) fn day(at: Timestamp, zone: &TimeZone) -> Date {
    at.to_zoned(zone.clone()).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_to_answer_in_words() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let words = |due: &str| {
            let now = "2026-11-23T22:30:00Z".parse().unwrap();
            due_words(due.parse().unwrap(), now, &zone)
                .0
                .replace('\u{a0}', " ")
        };
        assert_eq!(words("2026-11-20T22:59:59Z"), "3 j de retard");
        assert_eq!(words("2026-11-23T22:59:59Z"), "aujourd’hui");
        assert_eq!(words("2026-11-24T22:59:59Z"), "demain");
        assert_eq!(words("2026-12-07T22:59:59Z"), "lun. 7 déc.");
        assert_eq!(words("2026-09-23T21:59:59Z"), "61 j de retard");
    }
}
