//! What mails to agents need beside their words: who signs, where the agents' pages are, how an instant reads.

use jiff::{Timestamp, tz::TimeZone};
use preau_rules::french;
use preau_store::{StoreError, Tx, tables::agent::Agent};

use crate::{
    Cx, Error,
    mail::{Addressee, CommuneCard, Mail, Rendered},
    portal,
};

/// Who writes to agents: their commune, or the installation to its operators.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    card: CommuneCard,
    zone: TimeZone,
    /// `https://portail.exemple.fr/laigneville/agent`, or `…/host`.
    pub(crate) url: String,
}

impl Sender {
    pub(crate) async fn load(cx: &Cx, tx: &mut Tx) -> Result<Self, Error> {
        if cx.commune.is_some() {
            let portal = portal::get(tx).await?;
            let card = portal::card(cx, &portal);
            return Ok(Self {
                url: format!("{}/agent", card.portal_url),
                zone: portal.zone(),
                card,
            });
        }
        let url = format!("{}/host", cx.app.settings.public_url);
        let portal = portal::Portal::default();
        Ok(Self {
            zone: portal.zone(),
            card: CommuneCard {
                name: "Préau".to_owned(),
                town_hall_name: "Préau, exploitation".to_owned(),
                portal_url: url.clone(),
                ..portal::card(cx, &portal)
            },
            url,
        })
    }

    /// What the code application calls us.
    pub(crate) fn issuer(&self) -> &str {
        &self.card.name
    }

    pub(crate) fn render(&self, mail: &impl Mail) -> Result<Rendered, Error> {
        mail.render(&self.card)
            .map_err(|e| StoreError::Internal(format!("mail: {e}")).into())
    }

    /// « jeudi 26 novembre 2026 à 10 h 00 ».
    pub(crate) fn instant(&self, at: Timestamp) -> String {
        french::instant_year(at, &self.zone)
    }
}

/// How an agent is greeted.
pub(crate) fn to(agent: &Agent) -> Addressee {
    Addressee {
        civility: None,
        name: full_name(agent),
    }
}

/// First and last name.
pub(crate) fn full_name(agent: &Agent) -> String {
    format!("{} {}", agent.first_name, agent.last_name)
}
