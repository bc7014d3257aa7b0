//! Every column that holds something about a person, whom it is about, and how it ends. A test compares the list with
//! the tables: a new column of text, bytes or dates is named here or among [`PLAIN`].

/// Whom a column is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Whoever has an account, or asks for one.
    Account,
    /// A responsable, a child, or somebody whom they trust.
    Family,
    /// Who writes to the town hall, and what is said.
    Requester,
    /// Who works at the town hall.
    Agent,
}

/// Personal columns of a table.
#[derive(Debug, Clone, Copy)]
pub struct Personal {
    /// The table.
    pub table: &'static str,
    /// Its columns.
    pub columns: &'static [&'static str],
    /// Whom they are about.
    pub about: About,
    /// How they end.
    pub ends: &'static str,
}

const fn personal(
    table: &'static str,
    columns: &'static [&'static str],
    about: About,
    ends: &'static str,
) -> Personal {
    Personal {
        table,
        columns,
        about,
        ends,
    }
}

const WITH_FAMILY: &str = "with the family's file, when its time is over";
const WITH_ACCOUNT: &str = "when the account is erased, by its owner or when nobody uses it";
const WITH_REQUEST: &str = "with the request, when its time is over";
const WITH_AGENT: &str = "with the agent";

/// Every personal column of a commune's database.
pub const PERSONAL: &[Personal] = &[
    personal(
        "enrolment",
        &["activity", "site", "class", "choice", "first_on", "last_on"],
        About::Family,
        WITH_FAMILY,
    ),
    personal(
        "booking",
        &["day", "activity", "unit", "site", "class", "supplement"],
        About::Family,
        WITH_FAMILY,
    ),
    personal(
        "attendance",
        &[
            "day", "activity", "unit", "site", "class", "mark", "arrived", "departed", "by_name",
        ],
        About::Family,
        WITH_FAMILY,
    ),
    personal(
        "receipt",
        &["by_name", "reason"],
        About::Family,
        WITH_FAMILY,
    ),
    personal(
        "receipt_line",
        &["day", "activity", "unit", "before", "after", "why"],
        About::Family,
        WITH_FAMILY,
    ),
    personal("billing_profile", &["words"], About::Family, WITH_FAMILY),
    personal(
        "invoice",
        &["number", "payer", "personal_code", "reason"],
        About::Family,
        WITH_FAMILY,
    ),
    personal(
        "invoice_line",
        &["child", "day", "label", "why"],
        About::Family,
        WITH_FAMILY,
    ),
    personal(
        "payment",
        &["number", "reference", "by_name"],
        About::Family,
        WITH_FAMILY,
    ),
    personal(
        "payment_attempt",
        &["operation", "reference", "said"],
        About::Family,
        WITH_FAMILY,
    ),
    personal("rulebook", &["saved_by"], About::Agent, WITH_AGENT),
    personal("billing_run", &["started_by"], About::Agent, WITH_AGENT),
    personal(
        "account",
        &[
            "email",
            "email_key",
            "civility",
            "first_name",
            "last_name",
            "password_hash",
            "pending_code",
            "search",
            "blocked_reason",
            "blocked_by",
        ],
        About::Account,
        WITH_ACCOUNT,
    ),
    personal(
        "account_link",
        &["email", "token_hash", "code_hash"],
        About::Account,
        "when it is used or over, and with the account",
    ),
    personal(
        "sign_up",
        &[
            "email",
            "email_key",
            "civility",
            "first_name",
            "last_name",
            "password_hash",
            "pending_code",
            "token_hash",
            "code_hash",
        ],
        About::Account,
        "after 7 days",
    ),
    personal(
        "session",
        &["token_hash", "user_agent", "address", "device"],
        About::Account,
        "some weeks after it ended",
    ),
    personal(
        "subscriber_code_use",
        &["account_name"],
        About::Account,
        WITH_FAMILY,
    ),
    personal("subscription", &["ended_by"], About::Account, WITH_FAMILY),
    personal(
        "family",
        &["name", "reference", "search"],
        About::Family,
        WITH_FAMILY,
    ),
    personal(
        "guardian",
        &["civility", "first_name", "last_name", "email", "phone"],
        About::Family,
        WITH_FAMILY,
    ),
    personal(
        "child",
        &["first_name", "last_name", "born_on", "sex"],
        About::Family,
        WITH_FAMILY,
    ),
    personal(
        "trusted_person",
        &["first_name", "last_name", "link", "phone"],
        About::Family,
        "when the family takes them off, and with its file",
    ),
    personal("fact", &["value", "sealed"], About::Family, WITH_FAMILY),
    personal(
        "fact_change",
        &["before", "after"],
        About::Family,
        WITH_REQUEST,
    ),
    personal(
        "fact_event",
        &["by_name", "before", "after"],
        About::Family,
        WITH_FAMILY,
    ),
    personal(
        "photo",
        &["thumb"],
        About::Family,
        "when it is taken off, and with the family's file",
    ),
    personal(
        "document",
        &["valid_until"],
        About::Family,
        "with its request, and with the family's file",
    ),
    personal(
        "subscriber_code",
        &["code", "code_key", "made_by"],
        About::Family,
        WITH_FAMILY,
    ),
    personal(
        "invoice_reference",
        &[
            "code_emission",
            "reference",
            "code_personnel",
            "emission_key",
            "reference_key",
            "personnel_key",
        ],
        About::Family,
        WITH_FAMILY,
    ),
    personal(
        "file",
        &["name", "path", "sha256"],
        About::Requester,
        "with the message, the photo or the page that it belongs to",
    ),
    personal(
        "request",
        &[
            "subject",
            "requester_name",
            "requester_email",
            "requester_phone",
            "search",
        ],
        About::Requester,
        WITH_REQUEST,
    ),
    personal(
        "request_message",
        &["author_name", "body"],
        About::Requester,
        WITH_REQUEST,
    ),
    personal(
        "contact_pending",
        &["code_hash", "payload"],
        About::Requester,
        "after 48 hours",
    ),
    personal(
        "mail",
        &[
            "to_name",
            "to_address",
            "subject",
            "text",
            "html",
            "last_error",
        ],
        About::Requester,
        "when the time of mails is over",
    ),
    personal(
        "job",
        &["payload", "last_error"],
        About::Requester,
        "when it is done",
    ),
    personal(
        "command_done",
        &["answer"],
        About::Requester,
        "after a week",
    ),
    personal(
        "journal",
        &["actor_name", "object_name", "before", "after"],
        About::Agent,
        "never: it holds numbers and states, not what people wrote",
    ),
    personal(
        "agent",
        &[
            "email",
            "email_key",
            "first_name",
            "last_name",
            "password_hash",
            "totp_secret",
        ],
        About::Agent,
        WITH_AGENT,
    ),
    personal("recovery_code", &["code_hash"], About::Agent, WITH_AGENT),
    personal(
        "agent_invitation",
        &["token_hash"],
        About::Agent,
        "when it is used or over",
    ),
    personal("page_version", &["author"], About::Agent, "with the page"),
    personal(
        "disposal",
        &["by_name"],
        About::Agent,
        "never: it is the proof of an erasure",
    ),
];

/// Columns of text, bytes and dates that say nothing about a person.
pub const PLAIN: &[(&str, &[&str])] = &[
    ("command_done", &["key", "name"]),
    ("rulebook", &["text"]),
    ("booking", &["state"]),
    ("taken", &["day", "activity", "unit", "site", "class"]),
    ("receipt", &["number", "by_kind"]),
    ("billing_run", &["period", "due_on"]),
    ("invoice", &["period", "due_on"]),
    ("ledger", &["account"]),
    ("payment", &["means"]),
    ("payment_attempt", &["client", "mode", "state"]),
    (
        "journal",
        &[
            "actor_kind",
            "action",
            "object_kind",
            "object_id",
            "http_request",
        ],
    ),
    ("job", &["kind", "state", "claimed_by"]),
    ("mail", &["kind", "about_kind", "state"]),
    ("setting", &["name", "value"]),
    ("counter", &["name"]),
    ("site", &["name", "address"]),
    ("role", &["code", "label", "rights"]),
    ("agent_invitation", &["purpose"]),
    ("session", &["subject_kind", "stage"]),
    ("throttle", &["key"]),
    ("account_link", &["purpose"]),
    ("subscriber_code", &["origin"]),
    ("subscription", &["how"]),
    ("fact", &["field"]),
    ("fact_change", &["field"]),
    ("fact_event", &["field"]),
    ("document_kind", &["name", "about", "of_whom", "validity"]),
    ("document", &["state"]),
    ("file", &["media_type", "purpose"]),
    ("news", &["title", "body"]),
    ("menu", &["day", "dishes", "labels"]),
    ("page", &["kind", "slug", "title", "body"]),
    ("page_version", &["title", "body"]),
    ("page_file", &["label"]),
    ("proof_used", &["hash"]),
    (
        "procedure_type",
        &[
            "name",
            "about",
            "fields",
            "papers",
            "papers_about",
            "silence",
            "service_name",
            "service_phone",
            "service_email",
            "accepted",
        ],
    ),
    ("request", &["number", "kind", "state"]),
    ("request_message", &["author_kind"]),
    ("request_statistic", &["name", "month", "kind", "state"]),
    ("disposal", &["series"]),
    ("data_key", &["master", "wrapped"]),
];
