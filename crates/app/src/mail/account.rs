//! What citizens receive about their account.

use super::{Addressee, Zone, mail};

mail! {
    /// The sign-up is confirmed with this mail.
    AccountConfirmation, "account_confirmation" to Citizen,
    [
        "mail/account_confirmation.subject.txt",
        "mail/account_confirmation.txt",
        "mail/account_confirmation.html"
    ],
    {
        /// Opens the page with the button; works once.
        link: String,
        /// Six digits, to be typed instead.
        code: String,
        /// « mercredi 25 novembre 2026 à 9 h 12 ».
        valid_until: String,
    }
}

mail! {
    /// Somebody signed up with an address that has an account: only its owner is told.
    AccountAlreadyExists, "account_already_exists" to Citizen,
    [
        "mail/account_already_exists.subject.txt",
        "mail/account_already_exists.txt",
        "mail/account_already_exists.html"
    ],
    {
        /// What the owner logs in with.
        login: String,
        /// Where to log in.
        login_url: String,
        /// Where to choose another password.
        password_url: String,
    }
}

mail! {
    /// « Mot de passe oublié ».
    PasswordReset, "password_reset" to Citizen,
    ["mail/password_reset.subject.txt", "mail/password_reset.txt", "mail/password_reset.html"],
    {
        /// When it was asked for: « lundi 23 novembre 2026 à 9 h 12 ».
        asked_at: String,
        /// Where to choose it; works once.
        link: String,
        /// Six digits, to be typed instead.
        code: String,
        /// « lundi 23 novembre 2026 à 10 h 12 ».
        valid_until: String,
    }
}

mail! {
    /// The password is another one.
    PasswordChanged, "password_changed" to Citizen,
    ["mail/password_changed.subject.txt", "mail/password_changed.txt", "mail/password_changed.html"],
    {
        /// « lundi 23 novembre 2026 à 9 h 12 ».
        at: String,
        /// Where to choose another, for who did not do this.
        password_url: String,
    }
}

mail! {
    /// Another address for the account: sent to both.
    EmailChangeConfirm, "email_change_confirm" to Citizen,
    [
        "mail/email_change_confirm.subject.txt",
        "mail/email_change_confirm.txt",
        "mail/email_change_confirm.html"
    ],
    {
        /// The address now.
        old_email: String,
        /// The address to be.
        new_email: String,
        /// Confirms at this mailbox; works once.
        link: String,
        /// « mercredi 25 novembre 2026 à 9 h 12 ».
        valid_until: String,
    }
}

mail! {
    /// A way in without password.
    LoginLink, "login_link" to Citizen,
    ["mail/login_link.subject.txt", "mail/login_link.txt", "mail/login_link.html"],
    {
        /// Opens the page with the button; works once.
        link: String,
        /// Six digits, to be typed instead.
        code: String,
        /// « lundi 23 novembre 2026 à 9 h 32 ».
        valid_until: String,
    }
}

mail! {
    /// The account is gone.
    AccountClosed, "account_closed" to Citizen,
    ["mail/account_closed.subject.txt", "mail/account_closed.txt", "mail/account_closed.html"],
    {
        /// « lundi 23 novembre 2026 à 9 h 12 ».
        at: String,
        /// Where to make another.
        sign_up_url: String,
    }
}

mail! {
    /// Nobody used the account for long: it goes unless its owner comes in.
    AccountIdle, "account_idle" to Citizen,
    ["mail/account_idle.subject.txt", "mail/account_idle.txt", "mail/account_idle.html"],
    {
        /// « 23 novembre 2023 ».
        since: String,
        /// « 23 décembre 2026 ».
        until: String,
        /// Where to come in.
        login_url: String,
    }
}

mail! {
    /// An agent checked who it is and activated the account.
    AccountActivated, "account_activated" to Citizen,
    [
        "mail/account_activated.subject.txt",
        "mail/account_activated.txt",
        "mail/account_activated.html"
    ],
    {
        /// What the owner logs in with.
        login: String,
        /// Where to log in.
        login_url: String,
        /// Where to write, for who did not ask for this.
        contact_url: String,
    }
}

mail! {
    /// An agent blocked the account.
    AccountBlocked, "account_blocked" to Citizen,
    ["mail/account_blocked.subject.txt", "mail/account_blocked.txt", "mail/account_blocked.html"],
    {
        /// « lundi 23 novembre 2026 à 9 h 12 ».
        at: String,
        /// Why, in the agent's words.
        reason: String,
        /// Whom to ask.
        contact_url: String,
    }
}

const PORTAL: &str = "https://portail.exemple.fr/laigneville";

fn lea() -> Addressee {
    Addressee::new("Mme", "Léa Durant")
}

fn link(path: &str) -> String {
    format!("{PORTAL}/{path}?id=8452f359f5d944ed9dbb0fa0468210ea")
}

impl AccountConfirmation {
    /// A sample.
    pub fn sample() -> Self {
        Self {
            to: lea(),
            zone: Zone::Commune,
            link: link("activation"),
            code: "402917".to_owned(),
            valid_until: "mercredi 25 novembre 2026 à 9 h 12".to_owned(),
        }
    }
}

impl AccountAlreadyExists {
    /// A sample.
    pub fn sample() -> Self {
        Self {
            to: lea(),
            zone: Zone::Commune,
            login: "lea@exemple.fr".to_owned(),
            login_url: format!("{PORTAL}/connexion"),
            password_url: format!("{PORTAL}/mot-de-passe"),
        }
    }
}

impl PasswordReset {
    /// A sample.
    pub fn sample() -> Self {
        Self {
            to: lea(),
            zone: Zone::Commune,
            asked_at: "lundi 23 novembre 2026 à 9 h 12".to_owned(),
            link: link("mot-de-passe/choisir"),
            code: "402917".to_owned(),
            valid_until: "lundi 23 novembre 2026 à 10 h 12".to_owned(),
        }
    }
}

impl PasswordChanged {
    /// A sample.
    pub fn sample() -> Self {
        Self {
            to: lea(),
            zone: Zone::Commune,
            at: "lundi 23 novembre 2026 à 9 h 12".to_owned(),
            password_url: format!("{PORTAL}/mot-de-passe"),
        }
    }
}

impl EmailChangeConfirm {
    /// A sample.
    pub fn sample() -> Self {
        Self {
            to: lea(),
            zone: Zone::Commune,
            old_email: "lea@exemple.fr".to_owned(),
            new_email: "lea.durant@exemple.fr".to_owned(),
            link: link("mon-compte/adresse"),
            valid_until: "mercredi 25 novembre 2026 à 9 h 12".to_owned(),
        }
    }
}

impl LoginLink {
    /// A sample.
    pub fn sample() -> Self {
        Self {
            to: lea(),
            zone: Zone::Commune,
            link: link("connexion/lien"),
            code: "402917".to_owned(),
            valid_until: "lundi 23 novembre 2026 à 9 h 32".to_owned(),
        }
    }
}

impl AccountClosed {
    /// A sample.
    pub fn sample() -> Self {
        Self {
            to: lea(),
            zone: Zone::Commune,
            at: "lundi 23 novembre 2026 à 9 h 12".to_owned(),
            sign_up_url: format!("{PORTAL}/compte/creer"),
        }
    }
}

impl AccountIdle {
    /// A sample.
    pub fn sample() -> Self {
        Self {
            to: lea(),
            zone: Zone::Commune,
            since: "23 novembre 2023".to_owned(),
            until: "23 décembre 2026".to_owned(),
            login_url: format!("{PORTAL}/connexion"),
        }
    }
}

impl AccountActivated {
    /// A sample.
    pub fn sample() -> Self {
        Self {
            to: lea(),
            zone: Zone::Commune,
            login: "lea@exemple.fr".to_owned(),
            login_url: format!("{PORTAL}/connexion"),
            contact_url: format!("{PORTAL}/contact"),
        }
    }
}

impl AccountBlocked {
    /// A sample.
    pub fn sample() -> Self {
        Self {
            to: lea(),
            zone: Zone::Commune,
            at: "lundi 23 novembre 2026 à 9 h 12".to_owned(),
            reason:
                "Deux personnes disent être le père : passez à l’accueil avec une pièce d’identité."
                    .to_owned(),
            contact_url: format!("{PORTAL}/contact"),
        }
    }
}
