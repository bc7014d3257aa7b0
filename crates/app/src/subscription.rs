//! Abonnements: an account is tied to a family by a code abonné, by an invoice that the family holds, or by an agent.
//!
//! A search shows what would be tied; a signed token carries it to the confirmation, which looks again. Every search
//! counts as a try, and every one that finds nothing gets the same answer, whatever the reason.

mod announce;
mod contest;
mod tie;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use preau_rules::{civility::Civility, money::Cents, subscriber_code::Typed};
use preau_store::{
    Tx,
    tables::{
        family,
        invoice_reference::{self, InvoiceReference, Keys},
        subscription,
    },
};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use uuid::Uuid;

pub use announce::{Announce, JOB, announce};
pub use contest::{Contested, contest, contestable};
pub use preau_store::tables::{
    family::{Child, Guardian},
    subscription::{Tie, Tied},
};
pub use tie::{end, tie_account, tie_by_agent, tie_by_code, untie};

use crate::{Cx, Error, Problems, citizen, family::members, proof::keyed, throttle::Try};

/// How long a search may wait for its confirmation.
const SHOWN_FOR: SignedDuration = SignedDuration::from_mins(30);

/// Said of every code that ties nothing, whatever the reason.
pub const NO_CODE_FR: &str = "Ce code ne permet pas de vous abonner. Vérifiez-le caractère par caractère ; s’il a expiré, s’il a été remplacé ou si vous l’avez déjà utilisé, demandez-en un autre à la mairie.";
/// Said of every invoice that ties nothing.
pub const NO_INVOICE_FR: &str = "Aucune facture ne correspond à ces quatre informations. Recopiez-les telles qu’elles sont imprimées sur une même facture, ou demandez un code abonné à la mairie.";

/// What ties an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum By {
    /// This code.
    Code(Uuid),
    /// This invoice.
    Invoice(Uuid),
}

/// What a search found: what would be tied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Name of the family.
    pub family: String,
    /// First names of its children.
    pub children: Vec<String>,
    /// Carries it to the confirmation.
    pub token: String,
}

/// The four facts of an invoice, as typed.
#[derive(Debug, Clone, Default)]
pub struct InvoiceForm {
    /// Code émission de la facture.
    pub code_emission: String,
    /// Référence de la facture.
    pub reference: String,
    /// Montant de la facture.
    pub montant: String,
    /// Code personnel.
    pub code_personnel: String,
}

/// "Mme Léa Durant".
#[must_use]
pub fn formal(guardian: &Guardian) -> String {
    let civility = guardian.civility.as_deref().unwrap_or_default();
    let name = format!("{} {}", guardian.first_name, guardian.last_name);
    match Civility::parse_optional(civility) {
        Ok(Some(civility)) => format!("{}\u{a0}{name}", civility.label_fr()),
        _ => name,
    }
}

/// Searches by a code abonné.
pub async fn search_code(cx: &Cx, typed: &str) -> Result<Shown, Error> {
    let me = cx.caller.account()?.id;
    if typed.trim().is_empty() {
        return Err(Error::field("code_abonne", "Indiquez votre code abonné."));
    }
    let unknown = || Error::field("code_abonne", NO_CODE_FR);
    let read = Typed::read(typed);
    // A slip of the hand is found out without looking: it is no guess, and costs nothing.
    let prefix = crate::subscriber_code::prefix(cx)?;
    if read.as_ref().is_some_and(|code| code.is_slip(&prefix)) {
        return Err(unknown());
    }
    let tries = Try::count(cx, "subscription", &me.to_string()).await?;
    let typed = read.ok_or_else(unknown)?;
    let mut tx = cx.read().await?;
    let found = tie::usable_code(&mut tx, &typed, me, cx.at).await?;
    let code = found.ok_or_else(unknown)?;
    let shown = shown(cx, &mut tx, code.family_id, By::Code(code.id)).await?;
    drop(tx);
    tries.harmless(cx).await?;
    Ok(shown)
}

/// What an invoice is compared by: capitals and figures only.
pub(crate) fn invoice_keys(emission: &str, reference: &str, personnel: &str) -> Option<Keys> {
    Some(Keys {
        emission: Typed::read(emission)?.whole,
        reference: Typed::read(reference)?.whole,
        personnel: Typed::read(personnel)?.whole,
    })
}

impl InvoiceForm {
    fn parse(&self) -> Result<(Option<Keys>, Cents), Error> {
        let mut problems = Problems::default();
        for (field, value, message) in [
            (
                "code_emission",
                &self.code_emission,
                "Indiquez le code émission : il est en pied de page de la facture.",
            ),
            (
                "reference",
                &self.reference,
                "Indiquez la référence imprimée sur la facture.",
            ),
            (
                "code_personnel",
                &self.code_personnel,
                "Indiquez le code personnel du destinataire de la facture.",
            ),
        ] {
            if value.trim().is_empty() {
                problems.add(field, message);
            }
        }
        let montant = problems.take(
            "montant",
            Cents::parse(&self.montant),
            preau_rules::money::MoneyError::message_fr,
        );
        match montant {
            Some(montant) if problems.none() => {
                let keys = invoice_keys(&self.code_emission, &self.reference, &self.code_personnel);
                Ok((keys, montant))
            }
            _ => Err(problems.into_error()),
        }
    }
}

/// Searches by an invoice.
pub async fn search_invoice(cx: &Cx, form: &InvoiceForm) -> Result<Shown, Error> {
    let me = cx.caller.account()?.id;
    let (keys, montant) = form.parse()?;
    let unknown = || Error::field("facture", NO_INVOICE_FR);
    let tries = Try::count(cx, "subscription", &me.to_string()).await?;
    let keys = keys.ok_or_else(unknown)?;
    let mut tx = cx.read().await?;
    let found = invoice_reference::find(&mut tx, &keys, montant.0).await?;
    let invoice = found.ok_or_else(unknown)?;
    if subscription::active(&mut tx, me, invoice.family_id)
        .await?
        .is_some()
    {
        return Err(unknown());
    }
    let shown = shown(cx, &mut tx, invoice.family_id, By::Invoice(invoice.id)).await?;
    drop(tx);
    tries.harmless(cx).await?;
    Ok(shown)
}

async fn shown(cx: &Cx, tx: &mut Tx, id: Uuid, by: By) -> Result<Shown, Error> {
    let found = family::get(tx, id).await?.ok_or(Error::NotFound)?;
    let children = family::children(tx, &[id]).await?;
    Ok(Shown {
        family: found.name,
        children: children.into_iter().map(|c| c.first_name).collect(),
        token: token(cx, by)?,
    })
}

/// The token is signed for this account of this commune.
fn mac(cx: &Cx, body: &[u8]) -> Result<[u8; 32], Error> {
    let (commune, me) = (cx.commune()?.id, cx.caller.account()?.id);
    let parts: [&[u8]; 4] = [b"subscription\0", commune.as_bytes(), me.as_bytes(), body];
    Ok(keyed(&cx.app.secret, &parts))
}

fn token(cx: &Cx, by: By) -> Result<String, Error> {
    let (kind, id) = match by {
        By::Code(id) => (b'c', id),
        By::Invoice(id) => (b'f', id),
    };
    let until = cx.at.as_second() + SHOWN_FOR.as_secs();
    let mut body = vec![kind];
    body.extend_from_slice(id.as_bytes());
    body.extend_from_slice(&until.to_be_bytes());
    let mac = mac(cx, &body)?;
    body.extend_from_slice(&mac[..16]);
    Ok(URL_SAFE_NO_PAD.encode(body))
}

fn read_token(cx: &Cx, token: &str) -> Result<Option<By>, Error> {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(token) else {
        return Ok(None);
    };
    let Some((body, signature)) = bytes.split_at_checked(25).filter(|(_, s)| s.len() == 16) else {
        return Ok(None);
    };
    if !bool::from(mac(cx, body)?[..16].ct_eq(signature)) {
        return Ok(None);
    }
    let (Ok(id), Ok(until)) = (
        Uuid::from_slice(&body[1..17]),
        <[u8; 8]>::try_from(&body[17..]),
    ) else {
        return Ok(None);
    };
    if i64::from_be_bytes(until) < cx.at.as_second() {
        return Ok(None);
    }
    Ok(Some(if body[0] == b'c' {
        By::Code(id)
    } else {
        By::Invoice(id)
    }))
}

/// Ties what a search showed; gives the name of the family.
pub async fn confirm(cx: &Cx, token: &str) -> Result<String, Error> {
    let late = || {
        Error::field(
            "code_abonne",
            "Cette recherche date de plus d’une demi-heure : recommencez-la, cela ne prend qu’un instant.",
        )
    };
    let by = read_token(cx, token)?.ok_or_else(late)?;
    tie::confirm(cx, by).await
}

/// A family as the citizen who is tied to it sees it.
#[derive(Debug, Clone)]
pub struct Mine {
    /// The subscription and the family.
    pub tied: Tied,
    /// Its responsables.
    pub guardians: Vec<Guardian>,
    /// Its children, the eldest first.
    pub children: Vec<Child>,
}

/// The families that the caller is tied to.
pub async fn mine(cx: &Cx) -> Result<Vec<Mine>, Error> {
    let mut tx = cx.read().await?;
    let me = citizen::mine(&mut tx, &cx.caller).await?;
    let tied = subscription::of_account(&mut tx, me.id).await?;
    let ids: Vec<Uuid> = tied.iter().map(|t| t.family_id).collect();
    let (mut guardians, mut children) = members(&mut tx, &ids).await?;
    let mine = tied.into_iter().map(|tied| Mine {
        guardians: guardians.remove(&tied.family_id).unwrap_or_default(),
        children: children.remove(&tied.family_id).unwrap_or_default(),
        tied,
    });
    Ok(mine.collect())
}

/// One of the caller's families; nobody else's.
pub async fn my_family(cx: &Cx, id: Uuid) -> Result<Mine, Error> {
    let all = mine(cx).await?;
    all.into_iter()
        .find(|m| m.tied.family_id == id)
        .ok_or(Error::NotFound)
}

/// The invoices of before of the families that the caller is tied to, with the family's name.
pub async fn my_invoices(cx: &Cx) -> Result<Vec<(String, InvoiceReference)>, Error> {
    let mut tx = cx.read().await?;
    let me = citizen::mine(&mut tx, &cx.caller).await?;
    let mut out = Vec::new();
    // A handful at most.
    for tied in subscription::of_account(&mut tx, me.id).await? {
        let found = invoice_reference::of_family(&mut tx, tied.family_id).await?;
        out.extend(found.into_iter().map(|i| (tied.name.clone(), i)));
    }
    Ok(out)
}

/// How an account was tied, as the middle of a sentence.
#[must_use]
pub fn how_fr(how: &str) -> &'static str {
    match how {
        "code" => "avec un code abonné",
        "invoice" => "avec une facture",
        _ => "par la mairie",
    }
}
