//! What a commune says of itself on its portal.

use preau_rules::permission::Right;
use preau_store::{
    Command, StoreError, Tx,
    tables::{journal, setting},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Caller, Cx, Error};

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
            welcome_title: text("La cantine, le périscolaire et les mercredis, en quelques touches."),
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
        }
    }
}

/// The commune's settings.
pub async fn get(tx: &mut Tx) -> Result<Portal, StoreError> {
    Ok(setting::get(tx, NAME).await?.unwrap_or_default())
}

struct Save {
    portal: Portal,
    caller: Caller,
}

impl Command for Save {
    const NAME: &'static str = "portal.save";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.caller.require_now(tx, Right::PortalSettings).await?;
        let before = get(tx).await?;
        if before == self.portal {
            return Ok(());
        }
        setting::set(tx, NAME, &self.portal).await?;
        let change = journal::Change {
            action: "changed",
            kind: "portal",
            id: NAME.to_owned(),
            name: &self.portal.name,
            before: Some(&before),
            after: Some(&self.portal),
        };
        Ok(journal::note(tx, change).await?)
    }
}

/// Saves the settings. Input is checked by who parsed it.
pub async fn save(cx: &Cx, portal: Portal) -> Result<(), Error> {
    let caller = cx.caller.clone();
    cx.write(Save { portal, caller }).await
}
