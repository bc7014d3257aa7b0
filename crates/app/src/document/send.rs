//! A family sends a paper.

use jiff::civil::Date;
use preau_rules::dossier::Kind as Typed;
use preau_store::{
    Command, Tx,
    tables::{document, file::File},
};
use uuid::Uuid;

use super::{REQUEST, Validity, asked};
use crate::{
    Caller, Cx, Error, Problems,
    attachment::{self, Paper},
    citizen,
    contact::{self, Contact, Letterhead},
    dossier,
};

/// The form as typed, beside the files.
#[derive(Debug, Clone, Default)]
pub struct PaperForm {
    /// The day that is written on it, where that counts.
    pub jusquau: String,
    /// A word to the agent; may be empty.
    pub message: String,
}

struct Send {
    caller: Caller,
    kind: Uuid,
    owner: Uuid,
    family: Uuid,
    contact: Contact,
    valid_until: Option<Date>,
    papers: Vec<File>,
    head: Letterhead,
}

impl Command for Send {
    const NAME: &'static str = "document.send";
    /// Number of the request, and the files that are kept.
    type Answer = (String, Vec<Uuid>);
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Self::Answer, Error> {
        if self.owner == self.family {
            dossier::owned_family(tx, &self.caller, self.family).await?;
        } else {
            dossier::owned(tx, &self.caller, self.owner).await?;
        }
        let kind = document::kind(tx, self.kind).await?;
        if kind.is_none_or(|k| k.closed_at.is_some()) {
            return Err(Error::NotFound);
        }
        let came = document::of_family(tx, self.family).await?;
        let mut same = came
            .iter()
            .filter(|d| d.kind_id == self.kind && d.owner_id == self.owner);
        if let Some(sent) = same.find(|d| d.state == "sent") {
            return Err(Error::field(
                attachment::FIELD,
                format!(
                    "Ce document est déjà envoyé (demande {}) : ajoutez vos pièces à cette demande.",
                    sent.number
                ),
            ));
        }
        let id = tx.new_id();
        let number = contact::record_with(tx, id, &self.contact, &self.papers, &self.head).await?;
        let whose = (self.owner, self.family);
        document::insert(tx, self.kind, whose, id, self.valid_until).await?;
        let kept = self.papers.iter().map(|p| p.id).collect();
        Ok((number, kept))
    }
}

/// Sends a paper of this kind, about a child or a family of the caller's; gives the number of the request.
pub async fn send(
    cx: &Cx,
    (kind, owner): (Uuid, Uuid),
    form: &PaperForm,
    papers: &[Paper],
) -> Result<String, Error> {
    let (family, wanted) = asked(cx, kind, owner).await?;
    let mut tx = cx.read().await?;
    let me = citizen::mine(&mut tx, &cx.caller).await?;
    drop(tx);
    let head = Letterhead::load(cx).await?;
    let today = cx.at.to_zoned(head.zone.clone()).date();
    let mut problems = Problems::default();
    if papers.is_empty() {
        problems.add(
            attachment::FIELD,
            "Choisissez au moins un fichier, ou prenez une photo.",
        );
    }
    let mut valid_until = None;
    if Validity::of(&wanted.kind) == Validity::Dated {
        let day = Typed::Day.parse(&form.jusquau, today).ok().flatten();
        valid_until = day.and_then(|day| day.parse::<Date>().ok());
        match valid_until {
            None => problems.add(
                "jusquau",
                "Indiquez jusqu’à quel jour ce document est valable, par exemple 31/08/2027.",
            ),
            Some(day) if day < today => problems.add(
                "jusquau",
                "Ce document n’est plus valable. Envoyez le nouveau.",
            ),
            Some(_) => {}
        }
    }
    let word = preau_rules::text::Prose::parse_optional(&form.message, contact::LONGEST);
    let word = problems.take("message", word, |e| e.message_fr("Message"));
    let Some(word) = word.filter(|_| problems.none()) else {
        return Err(problems.into_error());
    };
    let about = match &wanted.child {
        Some(child) => format!("{}, {child}", wanted.kind.name),
        None => format!("{}, famille {}", wanted.kind.name, family.name),
    };
    let said = word.map_or_else(
        || "Voici le document demandé.".to_owned(),
        preau_rules::text::Prose::into_string,
    );
    let papers = attachment::keep(cx, papers).await?;
    let command = Send {
        caller: cx.caller.clone(),
        kind,
        owner,
        family: family.id,
        contact: Contact {
            kind: REQUEST,
            name: me.full_name(),
            email: me.email.clone(),
            phone: None,
            subject: about.chars().take(120).collect(),
            message: said,
        },
        valid_until,
        papers: papers.clone(),
        head,
    };
    let done = cx.write(command).await;
    let saved = done.as_ref().map_or(&[][..], |(_, kept)| kept.as_slice());
    attachment::keep_only(cx, &papers, saved).await;
    done.map(|(number, _)| number)
}
