//! The archive's JSON: instants in UTC, RFC 3339; days as YYYY-MM-DD; amounts in cents.

use jiff::{Timestamp, civil::Date};
use preau_store::tables::invoice::{Billed, Settled};
use serde::Serialize;

/// Everything that the commune holds about an account.
#[derive(Debug, Clone, Serialize)]
pub struct Held {
    /// When the archive was made.
    pub made_at: Timestamp,
    /// Name of the commune.
    pub commune: String,
    /// Address of its portal.
    pub portal: String,
    /// Who it is.
    pub account: Identity,
    /// Conditions that were accepted.
    pub conditions: Conditions,
    /// Subscriptions, ended ones included.
    pub subscriptions: Vec<Subscription>,
    /// Codes abonné that the account used.
    pub subscriber_codes: Vec<UsedCode>,
    /// Families that the account is tied to now.
    pub families: Vec<Family>,
    /// Requests with what was said about them.
    pub requests: Vec<Request>,
    /// Sessions that are still known.
    pub sessions: Vec<Session>,
    /// Mails.
    pub mails: Vec<Mail>,
    /// Lines of the journal.
    pub journal: Vec<Line>,
}

/// Who it is.
#[derive(Debug, Clone, Serialize)]
pub struct Identity {
    /// Address: what one logs in with.
    pub email: String,
    /// « M. » or « Mme ».
    pub civility: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// When the address was confirmed.
    pub created_at: Timestamp,
    /// Last log-in.
    pub last_seen_at: Option<Timestamp>,
    /// Since when an agent has blocked it.
    pub blocked_at: Option<Timestamp>,
    /// Code abonné typed at sign-up that tied nothing.
    pub pending_subscriber_code: Option<String>,
}

/// Conditions that were accepted.
#[derive(Debug, Clone, Serialize)]
pub struct Conditions {
    /// Number of the version.
    pub version: i64,
    /// When.
    pub accepted_at: Timestamp,
    /// Text of that version, Markdown.
    pub text: Option<String>,
}

/// A subscription.
#[derive(Debug, Clone, Serialize)]
pub struct Subscription {
    /// Name of the family.
    pub family: String,
    /// Its number.
    pub reference: String,
    /// How: « avec un code abonné ».
    pub how: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub ended_at: Option<Timestamp>,
    /// « vous » or « la mairie ».
    pub ended_by: Option<&'static str>,
}

/// A code that was used.
#[derive(Debug, Clone, Serialize)]
pub struct UsedCode {
    /// As printed.
    pub code: String,
    /// When.
    pub used_at: Timestamp,
}

/// A family that the account is tied to.
#[derive(Debug, Clone, Serialize)]
pub struct Family {
    /// Its name.
    pub name: String,
    /// Its number.
    pub reference: String,
    /// Its responsables.
    pub guardians: Vec<Guardian>,
    /// Its children.
    pub children: Vec<Child>,
    /// What the file holds of the account's owner and of the children.
    pub facts: Vec<Fact>,
    /// Invoices of the software before.
    pub invoices: Vec<Invoice>,
    /// Activities that the children are enrolled in.
    pub enrolments: Vec<Enrolment>,
    /// Every change of bookings.
    pub bookings: Vec<Booking>,
    /// Every time the roll was called with one of the children on it.
    pub attendances: Vec<Attendance>,
    /// Every line that was billed; amounts in cents.
    pub billed: Vec<Billed>,
    /// Every payment; amounts in cents.
    pub payments: Vec<Settled>,
}

/// An enrolment in an activity.
#[derive(Debug, Clone, Serialize)]
pub struct Enrolment {
    /// First name of the child.
    pub child: String,
    /// The activity.
    pub activity: String,
    /// The site, or nothing.
    pub site: String,
    /// First day.
    pub first_on: Date,
    /// Last day, if there is one.
    pub last_on: Option<Date>,
}

/// What was marked beside a child's name.
#[derive(Debug, Clone, Serialize)]
pub struct Attendance {
    /// First name of the child.
    pub child: String,
    /// The day.
    pub day: Date,
    /// The activity.
    pub activity: String,
    /// The unit.
    pub unit: String,
    /// The site, or nothing.
    pub site: String,
    /// « présent », « absent ».
    pub mark: &'static str,
    /// When the child came, or nothing.
    pub arrived: String,
    /// When the child left, or nothing.
    pub departed: String,
    /// When it was marked.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// A change of bookings.
#[derive(Debug, Clone, Serialize)]
pub struct Booking {
    /// Number of the receipt.
    pub receipt: String,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub by: String,
    /// Why, in the words of who did it.
    pub reason: String,
    /// First name of the child.
    pub child: String,
    /// The day.
    pub day: Date,
    /// The activity.
    pub activity: String,
    /// The unit.
    pub unit: String,
    /// « réservé », « annulé ».
    pub done: &'static str,
}

/// Something that the file of the family holds.
#[derive(Debug, Clone, Serialize)]
pub struct Fact {
    /// Of whom: first and last name.
    pub of: String,
    /// Page of the file: « Santé ».
    pub theme: &'static str,
    /// What: « Allergies ».
    pub label: &'static str,
    /// The value as the family reads it.
    pub value: String,
}

/// A responsable. Of others than the account's owner only the name.
#[derive(Debug, Clone, Serialize)]
pub struct Guardian {
    /// « Mme Léa Durant ».
    pub name: String,
    /// The account's owner.
    pub is_you: bool,
    /// Address in the file.
    pub email: Option<String>,
    /// Telephone in the file.
    pub phone: Option<String>,
}

/// A child.
#[derive(Debug, Clone, Serialize)]
pub struct Child {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Birth date.
    pub born_on: Date,
    /// `F` or `M`, where it is known.
    pub sex: Option<String>,
}

/// An invoice of the software before.
#[derive(Debug, Clone, Serialize)]
pub struct Invoice {
    /// Référence.
    pub reference: String,
    /// Code émission.
    pub emission: String,
    /// In cents.
    pub amount: i64,
}

/// A request.
#[derive(Debug, Clone, Serialize)]
pub struct Request {
    /// Its number.
    pub number: String,
    /// What it is about.
    pub subject: String,
    /// Its state, in French.
    pub state: &'static str,
    /// Name that was given.
    pub name: String,
    /// Address that was given.
    pub email: String,
    /// Telephone that was given.
    pub phone: Option<String>,
    /// When it came.
    pub created_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// What was said.
    pub messages: Vec<Message>,
}

/// Something said about a request.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// The words.
    pub text: String,
}

/// A session.
#[derive(Debug, Clone, Serialize)]
pub struct Session {
    /// « Firefox sur Android ».
    pub device: String,
    /// Browser, as it calls itself.
    pub user_agent: String,
    /// Network address.
    pub address: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// When it ended, or ends unless it is used.
    pub ends_at: Timestamp,
}

/// A mail.
#[derive(Debug, Clone, Serialize)]
pub struct Mail {
    /// When it was written.
    pub written_at: Timestamp,
    /// Where to.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// What became of it, in French.
    pub state: &'static str,
    /// Its words; absent when a link or a code stood in them.
    pub text: Option<String>,
}

/// A line of the journal.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// « vous », « la mairie » or « le portail ».
    pub by: &'static str,
    /// What was done, in French.
    pub what: String,
}
