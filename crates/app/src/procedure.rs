//! The procedures of a commune: forms that it makes for what was done on paper. One that is filled in is a request.

mod kinds;

use jiff::civil::Date;
use preau_rules::{
    procedure::{Field, FieldKind, read_answer},
    text::Prose,
};
use preau_store::{
    Command, StoreError, Tx,
    tables::{file::File, procedure},
};
use uuid::Uuid;

pub use kinds::{ProcedureForm, change, create, get, list, set_offered, usual};
pub use preau_store::tables::procedure::Procedure;

use crate::{
    Caller, Cx, Error, FieldError,
    attachment::{self, Paper},
    citizen,
    contact::{self, Contact, Letterhead},
    dossier,
};

/// Kind of a request that is accepted or refused. One that is only answered is of the kind of « Nous contacter ».
pub const REQUEST: &str = "procedure";

/// A procedure as a citizen sees it.
#[derive(Debug, Clone)]
pub struct Open {
    /// The procedure.
    pub procedure: Procedure,
    /// Its fields.
    pub fields: Vec<Field>,
    /// The names that a field for a child may take.
    pub children: Vec<String>,
}

/// The fields of a procedure.
pub fn fields(procedure: &Procedure) -> Result<Vec<Field>, StoreError> {
    serde_json::from_str(&procedure.fields)
        .map_err(|e| StoreError::Internal(format!("fields of a procedure: {e}")))
}

/// The procedures that are offered.
pub async fn offered(cx: &Cx) -> Result<Vec<Procedure>, Error> {
    cx.caller.account()?;
    let mut all = procedure::all(&mut cx.read().await?).await?;
    all.retain(|p| p.closed_at.is_none());
    Ok(all)
}

/// One that is offered, with the names of the caller's children.
pub async fn open(cx: &Cx, id: Uuid) -> Result<Open, Error> {
    cx.caller.account()?;
    let found = procedure::get(&mut cx.read().await?, id).await?;
    let procedure = found
        .filter(|p| p.closed_at.is_none())
        .ok_or(Error::NotFound)?;
    let fields = fields(&procedure)?;
    let children = if fields.iter().any(|f| f.kind == FieldKind::Child) {
        let all = dossier::mine(cx).await?;
        let members = all.iter().flat_map(|d| &d.members);
        let mut names: Vec<_> = members
            .filter(|m| m.born_on.is_some())
            .map(dossier::Member::name)
            .collect();
        names.dedup();
        names
    } else {
        Vec::new()
    };
    Ok(Open {
        procedure,
        fields,
        children,
    })
}

/// Name of the form's field with this number.
#[must_use]
pub fn field_name(at: usize) -> &'static str {
    const NAMES: [&str; preau_rules::procedure::MOST_FIELDS] = [
        "q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9", "q10", "q11", "q12",
    ];
    NAMES.get(at).copied().unwrap_or("main")
}

struct Send {
    caller: Caller,
    procedure: Uuid,
    contact: Contact,
    papers: Vec<File>,
    head: Letterhead,
}

impl Command for Send {
    const NAME: &'static str = "procedure.send";
    /// Number of the request, and the files that are kept.
    type Answer = (String, Vec<Uuid>);
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Self::Answer, Error> {
        citizen::mine(tx, &self.caller).await?;
        let now = procedure::get(tx, self.procedure).await?;
        if now.is_none_or(|p| p.closed_at.is_some()) {
            return Err(Error::Conflict(
                "Cette démarche n’est plus proposée. Écrivez à la mairie par « Nous contacter »."
                    .to_owned(),
            ));
        }
        let key = contact::throttle_key("procedure", &self.contact.email);
        contact::throttled(tx, &[(Some(key), citizen::BY_MAILBOX)]).await?;
        let id = tx.new_id();
        let number = contact::record_with(tx, id, &self.contact, &self.papers, &self.head).await?;
        procedure::mark(tx, id, self.procedure).await?;
        Ok((number, self.papers.iter().map(|p| p.id).collect()))
    }
}

/// The answers in words, a line each, and what is wrong.
fn answers<'t>(
    open: &Open,
    today: Date,
    typed: impl Fn(&str) -> &'t str,
) -> (Vec<String>, Vec<FieldError>) {
    let (mut lines, mut problems) = (Vec::new(), Vec::new());
    for (at, field) in open.fields.iter().enumerate() {
        let name = field_name(at);
        match read_answer(field, typed(name), &open.children, today) {
            Ok(Some(answer)) => lines.push(format!("{} : {answer}", field.label)),
            Ok(None) => {}
            Err(message) => problems.push(FieldError::new(name, message)),
        }
    }
    (lines, problems)
}

/// Sends a form; gives the number of the request. `typed` gives what was typed in a field.
pub async fn send<'t>(
    cx: &Cx,
    id: Uuid,
    typed: impl Fn(&str) -> &'t str,
    papers: &[Paper],
) -> Result<String, Error> {
    let open = open(cx, id).await?;
    let mut tx = cx.read().await?;
    let me = citizen::mine(&mut tx, &cx.caller).await?;
    drop(tx);
    let mut head = Letterhead::load(cx).await?;
    let today = cx.at.to_zoned(head.zone.clone()).date();
    let word = typed("message");
    let (mut lines, mut problems) = answers(&open, today, typed);
    match Prose::parse_optional(word, contact::LONGEST) {
        Ok(word) => lines.extend(word.map(Prose::into_string)),
        Err(e) => problems.push(FieldError::new("message", e.message_fr("Message"))),
    }
    let procedure = &open.procedure;
    if procedure.papers == "required" && papers.is_empty() {
        problems.push(FieldError::new(
            attachment::FIELD,
            "Choisissez au moins un fichier, ou prenez une photo.",
        ));
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    head.days = procedure.days;
    head.silence.clone_from(&procedure.silence);
    let own = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    if let Some(name) = own(&procedure.service_name) {
        head.service.name = name;
    }
    head.service.phone = own(&procedure.service_phone).or(head.service.phone);
    head.service.email = own(&procedure.service_email).or(head.service.email);
    let papers = match procedure.papers.as_str() {
        "none" => Vec::new(),
        _ => attachment::keep(cx, papers).await?,
    };
    let command = Send {
        caller: cx.caller.clone(),
        procedure: id,
        contact: Contact {
            kind: if procedure.decides {
                REQUEST
            } else {
                "contact"
            },
            name: me.full_name(),
            email: me.email.clone(),
            phone: None,
            subject: procedure.name.clone(),
            message: if lines.is_empty() {
                procedure.name.clone()
            } else {
                lines.join("\n")
            },
        },
        papers: papers.clone(),
        head,
    };
    let done = cx.write(command).await;
    let saved = done.as_ref().map_or(&[][..], |(_, kept)| kept.as_slice());
    attachment::keep_only(cx, &papers, saved).await;
    done.map(|(number, _)| number)
}
