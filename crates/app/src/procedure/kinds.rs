//! Agents make, change and close procedures.

use preau_rules::{
    email::{Email, EmailError},
    permission::Right,
    phone::{Phone, PhoneError},
    procedure::{TypedField, read_fields},
    text::{Line, Prose},
};
use preau_store::{
    Command, StoreError, Tx,
    tables::{
        journal,
        procedure::{self, Procedure},
    },
};
use uuid::Uuid;

use crate::{Caller, Cx, Error, Problems};

const JOURNAL: &str = "procedure";

/// The form as typed.
#[derive(Debug, Clone, Default)]
pub struct ProcedureForm {
    /// Name.
    pub nom: String,
    /// What it is for.
    pub explication: String,
    /// Fields: label, word of the kind, required, choices.
    pub champs: Vec<(String, String, bool, String)>,
    /// `none`, `optional` or `required`.
    pub pieces: String,
    /// Which papers.
    pub pieces_explication: String,
    /// It is accepted or refused.
    pub decision: bool,
    /// Working days to answer.
    pub delai: String,
    /// `accepted`, `refused` or nothing.
    pub silence: String,
    /// Service in charge.
    pub service: String,
    /// Its telephone.
    pub service_telephone: String,
    /// Its address of mail.
    pub service_email: String,
    /// What is said to who is granted it.
    pub accord: String,
}

impl ProcedureForm {
    fn parse(&self, id: Uuid) -> Result<Procedure, Error> {
        let mut problems = Problems::default();
        let name = problems.take("nom", Line::parse(&self.nom, 100), |e| e.message_fr("Nom"));
        let mut prose = |field, text: &str, label: &str| {
            let read = Prose::parse_optional(text, 1000);
            let read = problems.take(field, read, |e| e.message_fr(label));
            read.flatten().map(Prose::into_string).unwrap_or_default()
        };
        let about = prose("explication", &self.explication, "Explication");
        let papers_about = prose(
            "pieces_explication",
            &self.pieces_explication,
            "Quelles pièces",
        );
        let accepted = prose("accord", &self.accord, "Texte d’accord");
        let typed: Vec<TypedField<'_>> = self
            .champs
            .iter()
            .map(|(label, kind, required, choices)| {
                (label.as_str(), kind.as_str(), *required, choices.as_str())
            })
            .collect();
        let fields = problems.take("champs", read_fields(&typed), Clone::clone);
        if !matches!(self.pieces.as_str(), "none" | "optional" | "required") {
            problems.add("pieces", "Choisissez si des pièces sont jointes.");
        }
        if !matches!(self.silence.as_str(), "" | "accepted" | "refused") {
            problems.add("silence", "Choisissez ce que vaut le silence.");
        }
        let days = self
            .delai
            .trim()
            .parse()
            .ok()
            .filter(|n| (1..=90).contains(n));
        if days.is_none() {
            problems.add("delai", "Indiquez un nombre de jours ouvrés, de 1 à 90.");
        }
        let service = problems.take("service", Line::parse_optional(&self.service, 100), |e| {
            e.message_fr("Service")
        });
        let phone = match self.service_telephone.trim() {
            "" => Some(String::new()),
            text => problems
                .take(
                    "service_telephone",
                    Phone::parse(text),
                    PhoneError::message_fr,
                )
                .map(|p| p.display()),
        };
        let email = match self.service_email.trim() {
            "" => Some(String::new()),
            text => problems
                .take("service_email", Email::parse(text), EmailError::message_fr)
                .map(|e| e.as_str().to_owned()),
        };
        match (name, fields, days, service, phone, email) {
            (Some(name), Some(fields), Some(days), Some(service), Some(phone), Some(email))
                if problems.none() =>
            {
                Ok(Procedure {
                    id,
                    name: name.into_string(),
                    about,
                    fields: serde_json::to_string(&fields)
                        .map_err(|e| StoreError::Internal(e.to_string()))?,
                    papers: self.pieces.clone(),
                    papers_about,
                    decides: self.decision,
                    days,
                    silence: self.silence.clone(),
                    service_name: service.map(Line::into_string).unwrap_or_default(),
                    service_phone: phone,
                    service_email: email,
                    accepted,
                    position: 0,
                    closed_at: None,
                })
            }
            _ => Err(problems.into_error()),
        }
    }
}

/// Every procedure, those that are closed included.
pub async fn list(cx: &Cx) -> Result<Vec<Procedure>, Error> {
    cx.caller.require(Right::PortalSettings)?;
    Ok(procedure::all(&mut cx.read().await?).await?)
}

/// One procedure.
pub async fn get(cx: &Cx, id: Uuid) -> Result<Procedure, Error> {
    cx.caller.require(Right::PortalSettings)?;
    let found = procedure::get(&mut cx.read().await?, id).await?;
    found.ok_or(Error::NotFound)
}

struct Put {
    caller: Caller,
    procedures: Vec<Procedure>,
    new: bool,
}

impl Command for Put {
    const NAME: &'static str = "procedure.put";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::PortalSettings).await?;
        let all = procedure::all(tx).await?;
        let last = all.iter().map(|p| p.position).max().unwrap_or(0);
        for (at, wanted) in (1..).zip(&self.procedures) {
            let before = all.iter().find(|p| p.id == wanted.id);
            if before.is_none() != self.new {
                return Err(Error::NotFound);
            }
            let mut to = wanted.clone();
            to.position = before.map_or(last + at, |now| now.position);
            procedure::put(tx, &to).await?;
            let told = |p: &Procedure| serde_json::json!({ "name": p.name, "fields": p.fields, "papers": p.papers, "decides": p.decides, "days": p.days, "silence": p.silence, "offered": p.closed_at.is_none() });
            let (before, after) = (before.map(told), told(&to));
            let change = journal::Change {
                action: if self.new { "created" } else { "changed" },
                kind: JOURNAL,
                id: to.id.to_string(),
                name: &to.name,
                before: before.as_ref(),
                after: Some(&after),
            };
            journal::note(tx, change).await?;
        }
        Ok(())
    }
}

async fn put(cx: &Cx, procedures: Vec<Procedure>, new: bool) -> Result<(), Error> {
    cx.caller.require(Right::PortalSettings)?;
    let caller = cx.caller.clone();
    cx.write(Put {
        caller,
        procedures,
        new,
    })
    .await
}

/// Offers one more procedure.
pub async fn create(cx: &Cx, form: &ProcedureForm) -> Result<(), Error> {
    let id = cx.app.entropy.id(cx.at);
    put(cx, vec![form.parse(id)?], true).await
}

/// Changes a procedure; requests that follow it keep what they say.
pub async fn change(cx: &Cx, id: Uuid, form: &ProcedureForm) -> Result<(), Error> {
    let now = get(cx, id).await?;
    let mut to = form.parse(id)?;
    to.closed_at = now.closed_at;
    put(cx, vec![to], false).await
}

/// Offers a procedure again, or not any more.
pub async fn set_offered(cx: &Cx, id: Uuid, offered: bool) -> Result<(), Error> {
    let mut to = get(cx, id).await?;
    to.closed_at = (!offered).then_some(cx.at);
    put(cx, vec![to], false).await
}

/// A procedure that comes ready-made: name, explanation, fields, papers, which papers, whether it is decided, days, what
/// silence means.
type Ready = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str, bool, &'static str)],
    &'static str,
    &'static str,
    bool,
    &'static str,
    &'static str,
);

const USUAL: [Ready; 5] = [
    (
        "Inscription scolaire",
        "Première entrée à l’école, ou arrivée dans la commune.",
        &[
            ("Enfant", "child", true, ""),
            ("École précédente", "line", false, ""),
            ("Date d’arrivée dans l’école", "day", true, ""),
        ],
        "required",
        "Livret de famille et justificatif de domicile de moins de trois mois.",
        true,
        "15",
        "",
    ),
    (
        "Dérogation de secteur scolaire",
        "Pour une autre école que celle de votre secteur.",
        &[
            ("Enfant", "child", true, ""),
            ("École souhaitée", "line", true, ""),
            (
                "Motif",
                "choice",
                true,
                "Fratrie déjà scolarisée; Mode de garde; Lieu de travail; Santé; Autre",
            ),
            ("Explication", "prose", false, ""),
        ],
        "optional",
        "Ce qui justifie le motif : certificat de scolarité du frère ou de la sœur, attestation de garde ou d’employeur.",
        true,
        "30",
        "refused",
    ),
    (
        "Attestation de fréquentation",
        "Pour les impôts, l’employeur ou un comité d’entreprise : jours et sommes payées.",
        &[
            ("Enfant", "child", true, ""),
            (
                "Activité",
                "choice",
                true,
                "Restauration scolaire; Accueil périscolaire; Accueil de loisirs; Toutes",
            ),
            ("Du", "day", true, ""),
            ("Au", "day", true, ""),
        ],
        "none",
        "",
        false,
        "10",
        "",
    ),
    (
        "Question sur une facture",
        "Une ligne que vous ne comprenez pas, une absence comptée à tort.",
        &[
            ("Référence de la facture", "line", true, ""),
            ("Ce qui ne va pas", "prose", true, ""),
        ],
        "optional",
        "Un certificat médical, si une absence est en cause.",
        true,
        "15",
        "refused",
    ),
    (
        "Départ de la commune",
        "Pour arrêter les réservations et clore le dossier de la famille.",
        &[
            ("Dernier jour de présence", "day", true, ""),
            ("Nouvelle adresse", "prose", true, ""),
        ],
        "none",
        "",
        false,
        "10",
        "",
    ),
];

/// The procedures that most communes have on paper.
pub async fn usual(cx: &Cx) -> Result<(), Error> {
    let mut all = Vec::new();
    for (name, about, fields, papers, papers_about, decides, days, silence) in USUAL {
        let champs = fields.iter();
        let form = ProcedureForm {
            nom: name.to_owned(),
            explication: about.to_owned(),
            champs: champs
                .map(|(l, k, r, c)| ((*l).to_owned(), (*k).to_owned(), *r, (*c).to_owned()))
                .collect(),
            pieces: papers.to_owned(),
            pieces_explication: papers_about.to_owned(),
            decision: decides,
            delai: days.to_owned(),
            silence: silence.to_owned(),
            ..ProcedureForm::default()
        };
        all.push(form.parse(cx.app.entropy.id(cx.at))?);
    }
    put(cx, all, true).await
}
