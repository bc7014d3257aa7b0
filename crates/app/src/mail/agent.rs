//! What agents receive: the way in, and notices about it.

use super::{Addressee, Zone, mail};

mail! {
    /// Invites an agent to choose a password and to set up the second factor.
    AgentInvitation, "agent_invitation" to Agent,
    ["mail/agent_invitation.subject.txt", "mail/agent_invitation.txt", "mail/agent_invitation.html"],
    {
        /// Who opened the access: « Claire Martin ».
        invited_by: String,
        /// What the agent will log in with.
        login: String,
        /// The roles given, as they read on screen.
        roles: Vec<String>,
        /// Where to choose the password; works once.
        link: String,
        /// « jeudi 26 novembre 2026 à 10 h 00 ».
        valid_until: String,
    }
}

mail! {
    /// A link to choose another password.
    AgentPasswordReset, "agent_password_reset" to Agent,
    [
        "mail/agent_password_reset.subject.txt",
        "mail/agent_password_reset.txt",
        "mail/agent_password_reset.html"
    ],
    {
        /// When it was asked for: « jeudi 19 novembre 2026 à 10 h 00 ».
        asked_at: String,
        /// Where to choose it; works once.
        link: String,
        /// « jeudi 19 novembre 2026 à 11 h 00 ».
        valid_until: String,
    }
}

mail! {
    /// Tells an agent that somebody logged in as them on a device that we had not seen.
    AgentNewSession, "agent_new_session" to Agent,
    ["mail/agent_new_session.subject.txt", "mail/agent_new_session.txt", "mail/agent_new_session.html"],
    {
        /// « jeudi 19 novembre 2026 à 10 h 00 ».
        at: String,
        /// « Firefox sous Windows ».
        device: String,
        /// The network address, when it is known.
        address: Option<String>,
        /// Where the agent ends sessions.
        sessions_url: String,
    }
}

mail! {
    /// Sent from the settings page to see whether mails arrive and how they look.
    TestMessage, "test_message" to Agent,
    ["mail/test_message.subject.txt", "mail/test_message.txt", "mail/test_message.html"],
    {
        /// Who asked for it: « Claire Martin ».
        sent_by: String,
        /// « jeudi 19 novembre 2026 à 10 h 00 ».
        sent_at: String,
        /// The page of the settings that it was sent from.
        settings_url: String,
    }
}

fn agent() -> Addressee {
    Addressee::new("M.", "Karim Benali")
}

impl AgentInvitation {
    /// A sample.
    pub fn sample() -> Self {
        Self {
            to: agent(),
            zone: Zone::Commune,
            invited_by: "Claire Martin".to_owned(),
            login: "karim.benali@laigneville.exemple.fr".to_owned(),
            roles: vec!["Accueil".to_owned(), "Animateur (école Jean-Moulin)".to_owned()],
            link: "https://portail.exemple.fr/laigneville/agent/invitation?jeton=6b1f0c52d7e94a3fa8d05be4c3219f77".to_owned(),
            valid_until: "jeudi 26 novembre 2026 à 10 h 00".to_owned(),
        }
    }
}

impl AgentPasswordReset {
    /// A sample.
    pub fn sample() -> Self {
        Self {
            to: agent(),
            zone: Zone::Commune,
            asked_at: "jeudi 19 novembre 2026 à 10 h 00".to_owned(),
            link: "https://portail.exemple.fr/laigneville/agent/mot-de-passe?jeton=c41d8f0e92ab4c6d8e1f3a5b7c9d0e12".to_owned(),
            valid_until: "jeudi 19 novembre 2026 à 11 h 00".to_owned(),
        }
    }
}

impl AgentNewSession {
    /// A sample.
    pub fn sample() -> Self {
        Self {
            to: agent(),
            zone: Zone::Commune,
            at: "jeudi 19 novembre 2026 à 10 h 00".to_owned(),
            device: "Firefox sous Windows".to_owned(),
            address: Some("192.0.2.17".to_owned()),
            sessions_url: "https://portail.exemple.fr/laigneville/agent/compte".to_owned(),
        }
    }
}

impl TestMessage {
    /// A sample.
    pub fn sample() -> Self {
        Self {
            to: agent(),
            zone: Zone::Commune,
            sent_by: "Claire Martin".to_owned(),
            sent_at: "jeudi 19 novembre 2026 à 10 h 00".to_owned(),
            settings_url: "https://portail.exemple.fr/laigneville/agent/parametres".to_owned(),
        }
    }
}
