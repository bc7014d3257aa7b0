//! Who is told of a new subscription can contest it: the town hall gets a request, and an agent can undo the tie. The link
//! of the mail is signed for its reader; opening it changes nothing.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use preau_rules::french;
use preau_store::{
    Command, Tx,
    tables::{account, family, subscription},
};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::how_fr;
use crate::{
    Cx, Error,
    contact::{self, ContactForm, Letterhead},
    family::note,
    proof::keyed,
};

fn mac(cx: &Cx, body: &[u8]) -> Result<[u8; 32], Error> {
    let commune = cx.commune()?.id;
    let parts: [&[u8]; 3] = [b"contest\0", commune.as_bytes(), body];
    Ok(keyed(&cx.app.secret, &parts))
}

/// The address of the page on which its reader contests a subscription.
pub(super) fn link(cx: &Cx, subscription: Uuid, reader: Uuid) -> Result<String, Error> {
    let mut body = [subscription.into_bytes(), reader.into_bytes()].concat();
    let mac = mac(cx, &body)?;
    body.extend_from_slice(&mac[..16]);
    let token = URL_SAFE_NO_PAD.encode(body);
    let (root, slug) = (&cx.app.settings.public_url, &cx.commune()?.slug);
    Ok(format!("{root}/{slug}/abonnements/contester/{token}"))
}

fn read(cx: &Cx, token: &str) -> Result<(Uuid, Uuid), Error> {
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| Error::NotFound)?;
    let (body, signature) = bytes
        .split_at_checked(32)
        .filter(|(_, s)| s.len() == 16)
        .ok_or(Error::NotFound)?;
    if !bool::from(mac(cx, body)?[..16].ct_eq(signature)) {
        return Err(Error::NotFound);
    }
    let id = |part: &[u8]| Uuid::from_slice(part).map_err(|_| Error::NotFound);
    Ok((id(&body[..16])?, id(&body[16..])?))
}

/// What the page of the link shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contested {
    /// Name of the family.
    pub family: String,
    /// Who was tied.
    pub who: String,
    /// "avec un code abonné".
    pub how: &'static str,
    /// "lundi 23 novembre 2026 à 9 h 12".
    pub since: String,
    /// It has ended since.
    pub ended: bool,
    /// Number of the request, when it was contested before.
    pub number: Option<String>,
}

/// What can be contested with a link.
pub async fn contestable(cx: &Cx, token: &str) -> Result<Contested, Error> {
    let (id, _) = read(cx, token)?;
    let zone = crate::portal::get(&mut cx.read().await?).await?.zone();
    let mut tx = cx.read().await?;
    let found = subscription::get(&mut tx, id)
        .await?
        .ok_or(Error::NotFound)?;
    let ties = subscription::of_family(&mut tx, found.family_id).await?;
    let tie = ties.iter().find(|t| t.id == id).ok_or(Error::NotFound)?;
    let family = family::get(&mut tx, found.family_id)
        .await?
        .ok_or(Error::NotFound)?;
    let contested = subscription::contested(&mut tx, found.family_id).await?;
    Ok(Contested {
        family: family.name,
        who: tie.full_name(),
        how: how_fr(&found.how),
        since: french::instant_year(found.since, &zone),
        ended: found.ended_at.is_some(),
        number: contested
            .into_iter()
            .find(|(s, ..)| *s == id)
            .map(|(.., number)| number),
    })
}

struct Contest {
    subscription: Uuid,
    reader: Uuid,
    head: Letterhead,
    shown: Contested,
}

impl Contest {
    /// Name, address and telephone of who contests.
    async fn form(&self, tx: &mut Tx, family: Uuid) -> Result<ContactForm, Error> {
        let message = format!(
            "Je conteste le rattachement du compte de {} à la famille {}, {}, le {}.\n\nMerci de vérifier l’identité de cette personne et, s’il y a lieu, d’annuler ce rattachement (fiche de la famille, Abonnements).",
            self.shown.who, self.shown.family, self.shown.how, self.shown.since
        );
        let form = ContactForm {
            objet: format!("Abonnement contesté : {}", self.shown.who)
                .chars()
                .take(120)
                .collect(),
            message,
            ..ContactForm::default()
        };
        if let Some(account) = account::get(tx, self.reader).await? {
            return Ok(ContactForm {
                nom: account.last_name,
                prenom: account.first_name,
                email: account.email,
                ..form
            });
        }
        let guardians = family::guardians(tx, &[family]).await?;
        let guardian = guardians.into_iter().find(|g| g.id == self.reader);
        let guardian = guardian.ok_or(Error::NotFound)?;
        Ok(ContactForm {
            nom: guardian.last_name,
            prenom: guardian.first_name,
            email: guardian.email.unwrap_or_default(),
            telephone: guardian.phone.unwrap_or_default(),
            ..form
        })
    }
}

impl Command for Contest {
    const NAME: &'static str = "subscription.contest";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let found = subscription::get(tx, self.subscription)
            .await?
            .ok_or(Error::NotFound)?;
        let before = subscription::contested(tx, found.family_id).await?;
        if before.iter().any(|(id, ..)| *id == self.subscription) {
            return Ok(());
        }
        let form = self.form(tx, found.family_id).await?;
        let id = tx.new_id();
        contact::record(tx, id, &form.parse()?, &self.head).await?;
        subscription::contest(tx, self.subscription, id).await?;
        let family = family::get(tx, found.family_id)
            .await?
            .ok_or(Error::NotFound)?;
        note(tx, "contested", &family).await
    }
}

/// Contests a subscription: the town hall gets a request. Done twice it is done once.
pub async fn contest(cx: &Cx, token: &str) -> Result<(), Error> {
    let (subscription, reader) = read(cx, token)?;
    let contest = Contest {
        subscription,
        reader,
        head: Letterhead::load(cx).await?,
        shown: contestable(cx, token).await?,
    };
    cx.write(contest).await
}
