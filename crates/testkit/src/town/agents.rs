//! The town's agents, and the installation's operators: who they are, and how they come in.

use preau_app::{
    Caller, Cx,
    agent::{self, NewAgent},
    totp,
};
use preau_rules::permission::RolePreset;
use uuid::Uuid;

use super::Town;
use crate::http::Visitor;

/// The password of everybody who works here.
pub const PASSWORD: &str = "Chaque-Lundi-7h";

/// The address of an agent: `camille@laigneville.test`.
#[must_use]
pub fn address(name: &str) -> String {
    format!("{name}@laigneville.test")
}

/// What an agent's code application holds.
#[must_use]
pub fn secret(name: &str) -> Vec<u8> {
    name.bytes().chain(0..).take(20).collect()
}

fn person(name: &str, roles: &[(&str, Option<Uuid>)]) -> NewAgent {
    let mut letters = name.chars();
    let first = letters
        .next()
        .map(|c| c.to_uppercase().chain(letters).collect());
    NewAgent {
        email: address(name),
        first_name: first.unwrap_or_default(),
        last_name: "Durant".to_owned(),
        roles: roles
            .iter()
            .map(|(code, site)| ((*code).to_owned(), *site))
            .collect(),
        password: Some(PASSWORD.to_owned()),
        totp_secret: Some(secret(name)),
    }
}

impl Town {
    /// An agent of that first name with a role, logged in, on the first page of the agents.
    pub async fn agent(&self, name: &str, role: RolePreset) -> Visitor {
        self.hire(name, &[(role.code(), None)]).await;
        self.log_in(name).await
    }

    /// An agent who has not come in yet, with roles by code, everywhere or at a site.
    pub async fn hire(&self, name: &str, roles: &[(&str, Option<Uuid>)]) -> Uuid {
        let created = agent::create(&self.system(), person(name, roles)).await;
        created.unwrap_or_else(|e| panic!("agent {name}: {e}")).id
    }

    /// An operator of the installation, logged in, on the first page of the host.
    pub async fn operator(&self, name: &str) -> Visitor {
        let cx = Cx::host(&self.app, Caller::System("test"));
        let created = agent::create(&cx, person(name, &[(preau_app::setup::OPERATOR, None)])).await;
        created.unwrap_or_else(|e| panic!("operator {name}: {e}"));
        self.enter("/host", name).await
    }

    /// The code that somebody's application shows now.
    #[must_use]
    pub fn code(&self, name: &str) -> String {
        let code = totp::code_at(&secret(name), self.app.clock.now());
        code.unwrap_or_else(|| panic!("no code for {name}"))
    }

    /// An agent in a browser of their own, logged in. Codes are good once: turn the clock between two log-ins.
    pub async fn log_in(&self, name: &str) -> Visitor {
        self.enter("/laigneville/agent", name).await
    }

    async fn enter(&self, home: &str, name: &str) -> Visitor {
        let mut visitor = self.visitor();
        visitor.get(home).await;
        visitor
            .fill("Adresse e-mail", &address(name))
            .fill("Mot de passe", PASSWORD)
            .press("Se connecter")
            .await;
        visitor
            .fill("Code à 6 chiffres", &self.code(name))
            .press("Continuer")
            .await;
        assert!(
            visitor.status().is_success(),
            "{name} did not get in: {}",
            visitor.text()
        );
        visitor
    }
}
