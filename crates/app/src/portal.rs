//! What a commune says of itself on its portal.

mod forms;
mod logo;

use jiff::{SignedDuration, tz::TimeZone};
use preau_rules::{french, password_preset::Preset, permission::Right};
use preau_store::{
    Command, StoreError, Tx,
    tables::{journal, setting},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use forms::{ACCESSIBILITY, Identity, IdentityForm, Texts, TextsForm, ZONES};
pub use logo::{remove_logo, set_logo};

use crate::{
    Caller, Cx, Error,
    mail::{Addressee, CommuneCard, Mail, Rendered, TestMessage, Zone},
    outbox,
};

const NAME: &str = "portal";

/// The portal's settings. Everything has a default, so that a new commune has a portal at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Portal {
    /// Name of the commune in the header.
    pub name: String,
    /// Line under the name.
    pub tagline: String,
    /// "Mairie de Laigneville", in mails and legal pages.
    pub town_hall: String,
    /// Postal address, several lines.
    pub address: String,
    /// Telephone of the service.
    pub phone: String,
    /// When the service answers the telephone.
    pub hours: String,
    /// Address that citizens may write to.
    pub email: String,
    /// The mairie's own web site.
    pub website: String,
    /// Large title of the first page.
    pub welcome_title: String,
    /// Text under it.
    pub welcome_text: String,
    /// Text common to all notifications, written by the commune.
    pub notification_zone: String,
    /// Accent colour, `#rrggbb`.
    pub accent: String,
    /// The logo's file.
    pub logo: Option<Uuid>,
    /// Days within which a contact request is to be answered.
    pub answer_days: i64,
    /// IANA name of the time zone.
    pub time_zone: String,
    /// `non`, `partiellement` or `totalement` conforme.
    pub accessibility: String,
    /// Who is responsible for what is published: the mayor.
    pub publisher: String,
    /// Contact of the data protection officer.
    pub dpo: String,
    /// Who hosts the portal.
    pub host: String,
    /// What is asked of families' passwords.
    pub passwords: Preset,
}

impl Default for Portal {
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            name: String::new(),
            tagline: text("Le portail des familles"),
            town_hall: text("Mairie"),
            address: String::new(),
            phone: String::new(),
            hours: String::new(),
            email: String::new(),
            website: String::new(),
            welcome_title: text(
                "La cantine, le périscolaire et les mercredis, en quelques touches.",
            ),
            welcome_text: text(
                "Réservez, annulez, prévenez d’une absence et réglez vos factures. Chaque jour affiche jusqu’à quand vous pouvez changer d’avis.",
            ),
            notification_zone: String::new(),
            accent: text("#12586a"),
            logo: None,
            answer_days: 10,
            time_zone: text("Europe/Paris"),
            accessibility: text("non"),
            publisher: text("Le maire de la commune"),
            dpo: String::new(),
            host: String::new(),
            passwords: Preset::default(),
        }
    }
}

/// The commune's settings.
pub async fn get(tx: &mut Tx) -> Result<Portal, StoreError> {
    Ok(setting::get(tx, NAME).await?.unwrap_or_default())
}

impl Portal {
    /// The commune's time zone; Paris when the saved one is not known to this machine.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.time_zone)
            .or_else(|_| TimeZone::get("Europe/Paris"))
            .unwrap_or(TimeZone::UTC)
    }

    /// Lines of the postal address.
    pub fn address_lines(&self) -> impl Iterator<Item = &str> {
        self.address
            .lines()
            .map(str::trim)
            .filter(|l| !l.is_empty())
    }
}

/// The commune as it signs its mails.
#[must_use]
pub fn card(cx: &Cx, portal: &Portal) -> CommuneCard {
    let (slug, registered) = cx
        .commune
        .as_ref()
        .map_or(("", ""), |c| (c.slug.as_str(), c.name.as_str()));
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    CommuneCard {
        name: filled(&portal.name).unwrap_or_else(|| registered.to_owned()),
        town_hall_name: portal.town_hall.clone(),
        address: portal.address_lines().map(ToOwned::to_owned).collect(),
        phone: filled(&portal.phone),
        hours: filled(&portal.hours),
        website: filled(&portal.website),
        notification_zone: portal.notification_zone.clone(),
        accent: portal.accent.clone(),
        portal_url: format!("{}/{slug}", cx.app.settings.public_url),
    }
}

/// What one of the settings pages changes.
#[derive(Debug, Clone)]
pub enum Part {
    /// Name, address, telephone, legal facts.
    Identity(Box<Identity>),
    /// Words of the first page and of the mails.
    Texts(Texts),
    /// The accent colour, checked.
    Accent(preau_rules::colour::Accent),
    /// What is asked of families' passwords.
    Passwords(Preset),
    /// Everything, for who sets up a commune.
    All(Box<Portal>),
}

impl Part {
    fn right(&self) -> Right {
        match self {
            Self::Texts(_) => Right::PortalTexts,
            _ => Right::PortalSettings,
        }
    }

    fn put(&self, portal: &mut Portal) {
        match self {
            Self::Identity(identity) => identity.put(portal),
            Self::Texts(texts) => texts.put(portal),
            Self::Accent(accent) => portal.accent = accent.colour().to_string(),
            Self::Passwords(preset) => portal.passwords = *preset,
            Self::All(all) => portal.clone_from(all),
        }
    }
}

struct Save {
    part: Part,
    caller: Caller,
}

impl Command for Save {
    const NAME: &'static str = "portal.save";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, self.part.right()).await?;
        change(tx, |portal| self.part.put(portal)).await
    }
}

/// Changes the settings as they are at this moment, so that two agents on two pages do not undo each other's work.
async fn change(tx: &mut Tx, change: impl FnOnce(&mut Portal)) -> Result<(), Error> {
    let before = get(tx).await?;
    let mut after = before.clone();
    change(&mut after);
    if before == after {
        return Ok(());
    }
    setting::set(tx, NAME, &after).await?;
    let change = journal::Change {
        action: "changed",
        kind: "portal",
        id: NAME.to_owned(),
        name: "Réglages du portail",
        before: Some(&before),
        after: Some(&after),
    };
    Ok(journal::note(tx, change).await?)
}

/// Saves what one settings page changes.
pub async fn save_part(cx: &Cx, part: Part) -> Result<(), Error> {
    let caller = cx.caller.clone();
    cx.write(Save { part, caller }).await
}

/// Saves all settings. Input is checked by who made it.
pub async fn save(cx: &Cx, portal: Portal) -> Result<(), Error> {
    save_part(cx, Part::All(Box::new(portal))).await
}

/// The message that an agent sends to see how mails look, as it would be written with these settings.
pub fn test_message(cx: &Cx, portal: &Portal) -> Result<Rendered, Error> {
    let card = card(cx, portal);
    let name = cx.caller.actor().name;
    let mail = TestMessage {
        to: Addressee {
            civility: None,
            name: name.clone(),
        },
        zone: Zone::Commune,
        sent_by: name,
        sent_at: french::instant_year(cx.at, &portal.zone()),
        settings_url: format!("{}/agent/parametres/textes", card.portal_url),
    };
    mail.render(&card)
        .map_err(|e| StoreError::Internal(format!("mail: {e}")).into())
}

struct SendTest {
    caller: Caller,
    agent: Uuid,
    rendered: Rendered,
}

impl Command for SendTest {
    const NAME: &'static str = "portal.test_message";
    type Answer = String;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<String, Error> {
        self.caller.require_now(tx, Right::PortalTexts).await?;
        let found = preau_store::tables::agent::name(tx, self.agent).await?;
        let to = found.ok_or(Error::LogIn)?.email;
        let name = self.caller.actor().name;
        let post = outbox::Post {
            kind: TestMessage::NAME,
            to_name: &name,
            to_address: &to,
            rendered: self.rendered.clone(),
            about: None,
            good_for: SignedDuration::from_hours(24),
        };
        outbox::post(tx, post).await?;
        Ok(to)
    }
}

/// Sends the test message to the agent who asks for it; gives the address.
pub async fn send_test_message(cx: &Cx) -> Result<String, Error> {
    let agent = cx.caller.agent()?.id;
    let portal = get(&mut cx.read().await?).await?;
    let rendered = test_message(cx, &portal)?;
    let caller = cx.caller.clone();
    let send = SendTest {
        caller,
        agent,
        rendered,
    };
    cx.write(send).await
}
