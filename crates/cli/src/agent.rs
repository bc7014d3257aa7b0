//! `preau agent create`, `preau operator create`: the first people of a commune and of the installation.

use std::sync::Arc;

use anyhow::{Result, anyhow};
use clap::{Args, Subcommand};
use preau_app::{
    App, Caller, Cx, Error,
    agent::{self, NewAgent},
    setup,
};

use crate::{commune, say};

/// What can be done with agents.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Crée un agent ; il reçoit par courriel un lien pour choisir son mot de passe
    Create {
        /// La commune
        commune: String,
        #[command(flatten)]
        person: Person,
        /// Rôle : accueil, responsable, regisseur, animateur, administrateur (répétable)
        #[arg(long = "role", required = true)]
        roles: Vec<String>,
    },
}

/// What can be done with operators.
#[derive(Debug, Subcommand)]
pub(crate) enum OperatorAction {
    /// Crée un exploitant
    Create {
        #[command(flatten)]
        person: Person,
    },
}

/// Who.
#[derive(Debug, Args)]
pub(crate) struct Person {
    /// Adresse électronique, qui sert d’identifiant
    #[arg(long)]
    email: String,
    /// Prénom
    #[arg(long)]
    first_name: String,
    /// Nom
    #[arg(long)]
    last_name: String,
}

/// Runs an agents' command.
pub(crate) async fn run(app: &Arc<App>, action: Action) -> Result<()> {
    let Action::Create {
        commune,
        person,
        roles,
    } = action;
    let commune = commune::find(app, &commune)?;
    let cx = Cx::system(app, &commune, "ligne de commande");
    let roles = roles.into_iter().map(|role| (role, None)).collect();
    create(&cx, person, roles).await
}

/// Runs an operators' command.
pub(crate) async fn run_operator(app: &Arc<App>, action: OperatorAction) -> Result<()> {
    let OperatorAction::Create { person } = action;
    let cx = Cx::host(app, Caller::System("ligne de commande"));
    setup::new_host(&cx).await?;
    create(&cx, person, vec![(setup::OPERATOR.to_owned(), None)]).await
}

async fn create(cx: &Cx, person: Person, roles: Vec<agent::RoleAt>) -> Result<()> {
    let created = agent::create(
        cx,
        NewAgent {
            email: person.email.clone(),
            first_name: person.first_name,
            last_name: person.last_name,
            roles,
            password: None,
            totp_secret: None,
        },
    )
    .await
    .map_err(in_words)?;
    say(&format!("{} peut entrer.", person.email));
    if let Some(link) = created.invitation_link {
        say(&format!(
            "Lien pour choisir le mot de passe, valable 7 jours, une seule fois (aussi envoyé par courriel) :\n{link}"
        ));
    }
    Ok(())
}

/// The messages of a refused form, a line each.
pub(crate) fn in_words(error: Error) -> anyhow::Error {
    match error {
        Error::Invalid(errors) => {
            let lines: Vec<String> = errors
                .iter()
                .map(|e| format!("{} : {}", e.field, e.message))
                .collect();
            anyhow!("{}", lines.join("\n"))
        }
        Error::Conflict(text) => anyhow!(text),
        other => other.into(),
    }
}
