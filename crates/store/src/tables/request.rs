//! Requests of citizens, and what was said about them.
//!
//! What an agent sees follows from the roles they hold: everywhere, or at some sites. The statements ask `agent_role`
//! themselves, because a list of sites of any length cannot be bound in SQL that both engines read.

use jiff::Timestamp;
use uuid::Uuid;

use super::file::{self, File};
use crate::{Tx, args, error::StoreError, row, sql::statements};

statements! {
    INSERT = "INSERT INTO request (id, number, kind, state, subject, requester_name, requester_email, requester_phone, site_id, created_at, updated_at, due_at, version, search) VALUES (?1, ?2, ?3, 'submitted', ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10, 1, ?11)";
    GET = "SELECT request.id, request.number, request.kind, request.state, request.subject, request.requester_name, request.requester_email, request.requester_phone, request.site_id, request.assigned_to, agent.first_name, agent.last_name, request.created_at, request.due_at, request.closed_at, request.version FROM request LEFT JOIN agent ON agent.id = request.assigned_to WHERE request.id = ?1";
    BY_NUMBER = "SELECT request.id, request.number, request.kind, request.state, request.subject, request.requester_name, request.requester_email, request.requester_phone, request.site_id, request.assigned_to, agent.first_name, agent.last_name, request.created_at, request.due_at, request.closed_at, request.version FROM request LEFT JOIN agent ON agent.id = request.assigned_to WHERE request.number = ?1";
    CHANGE = "UPDATE request SET state = ?2, assigned_to = ?3, due_at = ?4, closed_at = ?5, updated_at = ?6, version = version + 1 WHERE id = ?1 AND version = ?7";
    READDRESS = "UPDATE request SET requester_email = ?2, search = ?3 WHERE id = ?1";
    OPEN = "WITH mine AS (SELECT agent_role.site_id FROM agent_role JOIN role ON role.id = agent_role.role_id WHERE agent_role.agent_id = ?1 AND role.rights LIKE '%\"requests\"%') SELECT request.id, request.number, request.state, request.subject, request.requester_name, agent.first_name, agent.last_name, request.created_at, request.due_at, request.closed_at, (SELECT COUNT(*) FROM mail WHERE mail.about_kind = 'request' AND mail.about_id = request.id AND mail.state = 'refused'), COUNT(*) OVER () FROM request LEFT JOIN agent ON agent.id = request.assigned_to WHERE (EXISTS (SELECT 1 FROM mine WHERE site_id IS NULL) OR request.site_id IN (SELECT site_id FROM mine)) AND request.closed_at IS NULL AND (?2 <> 'mine' OR request.assigned_to = ?1) AND request.search LIKE ?3 AND request.search LIKE ?4 AND request.search LIKE ?5 ORDER BY CASE WHEN ?6 = 'age' THEN request.created_at ELSE request.due_at END, request.id LIMIT ?7 OFFSET ?8";
    LATEST = "WITH mine AS (SELECT agent_role.site_id FROM agent_role JOIN role ON role.id = agent_role.role_id WHERE agent_role.agent_id = ?1 AND role.rights LIKE '%\"requests\"%') SELECT request.id, request.number, request.state, request.subject, request.requester_name, agent.first_name, agent.last_name, request.created_at, request.due_at, request.closed_at, (SELECT COUNT(*) FROM mail WHERE mail.about_kind = 'request' AND mail.about_id = request.id AND mail.state = 'refused'), COUNT(*) OVER () FROM request LEFT JOIN agent ON agent.id = request.assigned_to WHERE (EXISTS (SELECT 1 FROM mine WHERE site_id IS NULL) OR request.site_id IN (SELECT site_id FROM mine)) AND (?2 <> 'closed' OR request.closed_at IS NOT NULL) AND request.search LIKE ?3 AND request.search LIKE ?4 AND request.search LIKE ?5 ORDER BY CASE WHEN ?6 = 'closed' THEN request.closed_at ELSE request.created_at END DESC, request.id DESC LIMIT ?7 OFFSET ?8";
    COUNTS = "WITH mine AS (SELECT agent_role.site_id FROM agent_role JOIN role ON role.id = agent_role.role_id WHERE agent_role.agent_id = ?1 AND role.rights LIKE '%\"requests\"%') SELECT COUNT(CASE WHEN closed_at IS NULL THEN 1 END), COUNT(CASE WHEN closed_at IS NULL AND due_at < ?2 THEN 1 END), COUNT(CASE WHEN closed_at IS NULL AND assigned_to = ?1 THEN 1 END), COUNT(CASE WHEN closed_at IS NULL AND assigned_to IS NULL THEN 1 END) FROM request WHERE (EXISTS (SELECT 1 FROM mine WHERE site_id IS NULL) OR request.site_id IN (SELECT site_id FROM mine))";
    ANSWERERS = "SELECT DISTINCT agent.id, agent.first_name, agent.last_name FROM agent JOIN agent_role ON agent_role.agent_id = agent.id JOIN role ON role.id = agent_role.role_id WHERE agent.disabled_at IS NULL AND role.rights LIKE '%\"requests.answer\"%' AND (agent_role.site_id IS NULL OR agent_role.site_id = ?1) ORDER BY agent.last_name, agent.first_name, agent.id";
    SEEN = "SELECT seen_by_agent_at, seen_by_requester_at FROM request WHERE id = ?1";
    AGENT_SAW = "UPDATE request SET seen_by_agent_at = ?2 WHERE id = ?1";
    REQUESTER_SAW = "UPDATE request SET seen_by_requester_at = ?2 WHERE id = ?1";
    SAY = "INSERT INTO request_message (id, request_id, at, author_kind, author_id, author_name, body, mail_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    ATTACH = "INSERT INTO request_file (id, message_id, file_id) VALUES (?1, ?2, ?3)";
    FILES = "SELECT request_file.message_id, file.id, file.name, file.media_type, file.size FROM request_file JOIN request_message ON request_message.id = request_file.message_id JOIN file ON file.id = request_file.file_id WHERE request_message.request_id = ?1 ORDER BY request_file.id";
    FILE = "SELECT file.id, file.name, file.media_type, file.size, file.sha256, file.path, file.purpose, file.created_at, file.sealed_with FROM request_file JOIN request_message ON request_message.id = request_file.message_id JOIN file ON file.id = request_file.file_id WHERE request_message.request_id = ?1 AND file.id = ?2 AND (?3 = 'all' OR request_message.author_kind <> 'note')";
    MESSAGES = "SELECT id, at, author_kind, author_name, body, mail_id FROM request_message WHERE request_id = ?1 ORDER BY id";
}

row! {
    /// When each side last opened the thread.
    #[derive(Copy)]
    pub struct Seen {
        /// An agent.
        pub by_agent: Option<Timestamp>,
        /// Who asked.
        pub by_requester: Option<Timestamp>,
    }
}

row! {
    /// A file that came with a message.
    pub struct Attached {
        /// With which.
        pub message_id: Uuid,
        /// Which file.
        pub id: Uuid,
        /// Its name.
        pub name: String,
        /// Media type.
        pub media_type: String,
        /// Bytes.
        pub size: i64,
    }
}

row! {
    /// A request.
    pub struct Request {
        /// Which.
        pub id: Uuid,
        /// Number for people, `D-2026-0001`.
        pub number: String,
        /// `contact`.
        pub kind: String,
        /// `submitted`, `in_progress`, `to_complete`, `accepted`, `refused`, `cancelled`, `answered`, `closed`.
        pub state: String,
        /// What it is about, one line.
        pub subject: String,
        /// Who asks.
        pub requester_name: String,
        /// Where the answer goes.
        pub requester_email: String,
        /// Telephone, E.164.
        pub requester_phone: Option<String>,
        /// The site it belongs to; the entire commune when absent.
        pub site_id: Option<Uuid>,
        /// Who has it in hand.
        pub assigned_to: Option<Uuid>,
        /// First name of that agent.
        pub agent_first_name: Option<String>,
        /// Last name of that agent.
        pub agent_last_name: Option<String>,
        /// When it came.
        pub created_at: Timestamp,
        /// When it is to be answered at the latest.
        pub due_at: Timestamp,
        /// When it was closed.
        pub closed_at: Option<Timestamp>,
        /// Counts changes, from 1.
        pub version: i64,
    }
}

row! {
    /// A request as the queue shows it.
    pub struct Line {
        /// Which.
        pub id: Uuid,
        /// Number for people.
        pub number: String,
        /// As in [`Request::state`].
        pub state: String,
        /// What it is about.
        pub subject: String,
        /// Who asks.
        pub requester_name: String,
        /// First name of the agent who has it in hand.
        pub agent_first_name: Option<String>,
        /// Last name of that agent.
        pub agent_last_name: Option<String>,
        /// When it came.
        pub created_at: Timestamp,
        /// When it is to be answered at the latest.
        pub due_at: Timestamp,
        /// When it was closed.
        pub closed_at: Option<Timestamp>,
        /// Mails about it that were refused.
        pub refused_mails: i64,
        /// Lines of the entire list.
        pub total: i64,
    }
}

row! {
    /// What an agent has before them, in four figures.
    pub struct Counts {
        /// Not closed.
        pub open: i64,
        /// Of these, past their date.
        pub late: i64,
        /// Of the open ones, in this agent's hands.
        pub mine: i64,
        /// Of the open ones, in nobody's hands.
        pub unassigned: i64,
    }
}

row! {
    /// An agent who may be given a request.
    pub struct Answerer {
        /// Which.
        pub id: Uuid,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
    }
}

row! {
    /// Something said about a request.
    pub struct Message {
        /// Which; they sort by it.
        pub id: Uuid,
        /// When.
        pub at: Timestamp,
        /// `requester`, `agent`, or `note` between agents.
        pub author_kind: String,
        /// Name at that time.
        pub author_name: String,
        /// Plain text.
        pub body: String,
        /// The mail that carried it.
        pub mail_id: Option<Uuid>,
    }
}

/// A request that comes in.
pub struct NewRequest<'a> {
    /// Which.
    pub id: Uuid,
    /// Number for people.
    pub number: &'a str,
    /// `contact`.
    pub kind: &'a str,
    /// What it is about.
    pub subject: &'a str,
    /// Who asks.
    pub requester_name: &'a str,
    /// Where the answer goes.
    pub requester_email: &'a str,
    /// Telephone, E.164.
    pub requester_phone: Option<&'a str>,
    /// The site it belongs to.
    pub site_id: Option<Uuid>,
    /// When it is to be answered at the latest.
    pub due_at: Timestamp,
    /// Lower case without accents.
    pub search: &'a str,
}

/// What may change in a request.
pub struct Changed<'a> {
    /// As in [`Request::state`].
    pub state: &'a str,
    /// Who has it in hand.
    pub assigned_to: Option<Uuid>,
    /// When it is to be answered at the latest.
    pub due_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

/// Something to be said about a request.
pub struct Said<'a> {
    /// As in [`Message::author_kind`].
    pub author_kind: &'a str,
    /// The agent.
    pub author_id: Option<Uuid>,
    /// Name at that time.
    pub author_name: &'a str,
    /// Plain text.
    pub body: &'a str,
    /// The mail that carries it.
    pub mail_id: Option<Uuid>,
}

/// Which requests an agent asks for.
pub struct Wanted<'a> {
    /// The agent, who sees what their roles let them see.
    pub agent: Uuid,
    /// `open`, `mine` (open ones in their hands), `closed` or `all`.
    pub which: &'a str,
    /// Up to three patterns that `search` must be like; `%` for any.
    pub like: [String; 3],
    /// Open ones by `age`, by date to answer otherwise.
    pub order: &'a str,
    /// Lines at most.
    pub limit: i64,
    /// Lines left out before.
    pub offset: i64,
}

/// Adds a request.
pub async fn insert(tx: &mut Tx, new: &NewRequest<'_>) -> Result<(), StoreError> {
    let at = tx.at();
    tx.put(
        &INSERT,
        args![
            new.id,
            new.number,
            new.kind,
            new.subject,
            new.requester_name,
            new.requester_email,
            new.requester_phone,
            new.site_id,
            at,
            new.due_at,
            new.search
        ],
    )
    .await
}

/// One request.
pub async fn get(tx: &mut Tx, id: Uuid) -> Result<Option<Request>, StoreError> {
    tx.query_opt(&GET, args![id]).await
}

/// These requests, each with what was said about it, oldest first.
pub async fn whole(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<(Request, Vec<Message>)>, StoreError> {
    let sets = || ids.iter().map(|id| args![*id].to_vec()).collect();
    let requests: Vec<Vec<Request>> = tx.query_many(&GET, sets()).await?;
    let messages: Vec<Vec<Message>> = tx.query_many(&MESSAGES, sets()).await?;
    let pairs = requests.into_iter().zip(messages);
    Ok(pairs
        .filter_map(|(found, said)| Some((found.into_iter().next()?, said)))
        .collect())
}

/// The request of a number.
pub async fn by_number(tx: &mut Tx, number: &str) -> Result<Option<Request>, StoreError> {
    tx.query_opt(&BY_NUMBER, args![number]).await
}

/// Changes a request, unless it is no longer as it was at `version`: then false.
pub async fn change(
    tx: &mut Tx,
    id: Uuid,
    version: i64,
    to: &Changed<'_>,
) -> Result<bool, StoreError> {
    let at = tx.at();
    let args = args![
        id,
        to.state,
        to.assigned_to,
        to.due_at,
        to.closed_at,
        at,
        version
    ];
    Ok(tx.execute(&CHANGE, args).await? == 1)
}

/// The answer goes to another address.
pub async fn readdress(tx: &mut Tx, id: Uuid, email: &str, search: &str) -> Result<(), StoreError> {
    tx.put(&READDRESS, args![id, email, search]).await
}

/// The requests an agent asks for: open ones the most urgent first, others the latest first.
pub async fn list(tx: &mut Tx, wanted: &Wanted<'_>) -> Result<Vec<Line>, StoreError> {
    let [a, b, c] = &wanted.like;
    let open = matches!(wanted.which, "open" | "mine");
    let (sql, order) = if open {
        (&OPEN, wanted.order)
    } else {
        (&LATEST, wanted.which)
    };
    let args = args![
        wanted.agent,
        wanted.which,
        a,
        b,
        c,
        order,
        wanted.limit,
        wanted.offset
    ];
    tx.query(sql, args).await
}

/// What an agent has before them at `now`.
pub async fn counts(tx: &mut Tx, agent: Uuid, now: Timestamp) -> Result<Counts, StoreError> {
    tx.query_one(&COUNTS, args![agent, now]).await
}

/// Agents who may answer a request of that site.
pub async fn answerers(tx: &mut Tx, site: Option<Uuid>) -> Result<Vec<Answerer>, StoreError> {
    tx.query(&ANSWERERS, args![site]).await
}

/// Adds what somebody said.
pub async fn say(tx: &mut Tx, request: Uuid, said: &Said<'_>) -> Result<Uuid, StoreError> {
    let (id, at) = (tx.new_id(), tx.at());
    let args = args![
        id,
        request,
        at,
        said.author_kind,
        said.author_id,
        said.author_name,
        said.body,
        said.mail_id
    ];
    tx.put(&SAY, args).await?;
    Ok(id)
}

/// When each side last opened the thread.
pub async fn seen(tx: &mut Tx, request: Uuid) -> Result<Seen, StoreError> {
    tx.query_one(&SEEN, args![request]).await
}

/// One side opened the thread now.
pub async fn saw(tx: &mut Tx, request: Uuid, by_agent: bool) -> Result<(), StoreError> {
    let at = tx.at();
    let sql = if by_agent { &AGENT_SAW } else { &REQUESTER_SAW };
    tx.put(sql, args![request, at]).await
}

/// The same, with files that came with it.
pub async fn say_with(
    tx: &mut Tx,
    request: Uuid,
    said: &Said<'_>,
    files: &[File],
) -> Result<(), StoreError> {
    let message = say(tx, request, said).await?;
    for row in files {
        file::insert(tx, row).await?;
        let id = tx.new_id();
        tx.put(&ATTACH, args![id, message, row.id]).await?;
    }
    Ok(())
}

/// The files of a request's messages, in the order they came.
pub async fn files(tx: &mut Tx, request: Uuid) -> Result<Vec<Attached>, StoreError> {
    tx.query(&FILES, args![request]).await
}

/// A file of a request; those that came with a note between agents only for agents.
pub async fn attached(
    tx: &mut Tx,
    request: Uuid,
    id: Uuid,
    for_agents: bool,
) -> Result<Option<File>, StoreError> {
    let which = if for_agents { "all" } else { "said" };
    tx.query_opt(&FILE, args![request, id, which]).await
}

/// What was said, oldest first.
pub async fn messages(tx: &mut Tx, request: Uuid) -> Result<Vec<Message>, StoreError> {
    tx.query(&MESSAGES, args![request]).await
}
