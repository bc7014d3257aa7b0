//! The shell around every page: header, menu, breadcrumb, footer.

use preau_rules::permission::Right;

use crate::{
    assets,
    call::{Call, Flash},
    routes::Area,
};

/// Who is logged in, as the header shows it.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) role_label: String,
}

/// An entry of the agents' menu.
#[derive(Debug, Clone)]
pub(crate) struct MenuEntry {
    pub(crate) key: &'static str,
    pub(crate) label: &'static str,
    pub(crate) href: String,
}

/// What the layouts read.
pub(crate) struct Page {
    pub(crate) title: String,
    pub(crate) base: String,
    /// What stands before the paths of this side: `/laigneville`, `/laigneville/agent` or `/host`.
    pub(crate) area_base: String,
    /// The operators' side, which is of no commune.
    pub(crate) host: bool,
    pub(crate) commune: String,
    pub(crate) tagline: String,
    pub(crate) logo: Option<String>,
    pub(crate) theme_url: String,
    pub(crate) current: &'static str,
    pub(crate) user: Option<User>,
    pub(crate) csrf: String,
    pub(crate) flash: Option<Flash>,
    pub(crate) crumbs: Vec<(String, Option<String>)>,
    pub(crate) footer_accessibility: String,
    pub(crate) agent_menu: Vec<MenuEntry>,
    /// Seconds until the session ends unless it is used; `None` for visitors.
    pub(crate) session_left: Option<i64>,
}

impl Page {
    pub(crate) fn new(call: &Call, title: &str, current: &'static str) -> Self {
        let portal = &call.portal;
        let user = call.cx.caller.agent().ok().map(|agent| User {
            name: agent.name.clone(),
            role_label: agent.roles.join(", "),
        });
        let user = user.or_else(|| {
            call.cx.caller.account().ok().map(|account| User {
                name: account.name.clone(),
                role_label: String::new(),
            })
        });
        Self {
            title: title.to_owned(),
            base: call.base.clone(),
            area_base: call.area_base(),
            host: call.area == Area::Host,
            commune: portal.name.clone(),
            tagline: portal.tagline.clone(),
            logo: portal.logo.map(|id| call.href(&format!("/logo/{id}"))),
            theme_url: call.href(&crate::citizen::theme::path(&portal.accent)),
            current,
            user,
            csrf: call.csrf(),
            flash: call.flash.clone(),
            crumbs: Vec::new(),
            footer_accessibility: match portal.accessibility.as_str() {
                "totalement" => "totalement conforme",
                "partiellement" => "partiellement conforme",
                _ => "non conforme",
            }
            .to_owned(),
            agent_menu: menu(call),
            session_left: call
                .cx
                .caller
                .agent()
                .map(|agent| agent.expires_at)
                .or_else(|_| call.cx.caller.account().map(|account| account.expires_at))
                .ok()
                .map(|end| end.as_second() - call.cx.at.as_second()),
        }
    }

    /// A step of the breadcrumb with its path below the commune's; the last one has none.
    pub(crate) fn crumb(mut self, label: &str, path: Option<&str>) -> Self {
        let href = path.map(|p| format!("{}{p}", self.base));
        self.crumbs.push((label.to_owned(), href));
        self
    }

    /// Address of a file of ours, with the hash of its content.
    #[expect(clippy::unused_self, reason = "templates ask the page")]
    pub(crate) fn asset(&self, name: &str) -> String {
        assets::url(name)
    }
}

/// The menu of agents and of operators: entries that their rights open.
fn menu(call: &Call) -> Vec<MenuEntry> {
    let Ok(agent) = call.cx.caller.agent() else {
        return Vec::new();
    };
    let entries: &[(&str, &str, &str, &[Right])] = match call.area {
        Area::Citizen => &[],
        Area::Host => &[
            ("communes", "Communes", "/host", &[Right::Host]),
            (
                "exploitants",
                "Exploitants",
                "/host/exploitants",
                &[Right::Agents],
            ),
        ],
        Area::Agent => AGENT_MENU,
    };
    entries
        .iter()
        .filter(|(.., rights)| {
            rights.is_empty() || rights.iter().any(|r| agent.grants.allows_somewhere(*r))
        })
        .map(|(key, label, path, _)| MenuEntry {
            key,
            label,
            href: call.href(path),
        })
        .collect()
}

const AGENT_MENU: &[(&str, &str, &str, &[Right])] = &[
    ("journee", "Ma journée", "/agent", &[]),
    (
        "demandes",
        "Demandes",
        "/agent/demandes",
        &[Right::Requests, Right::RequestsAnswer],
    ),
    (
        "familles",
        "Familles",
        "/agent/familles",
        &[Right::Families],
    ),
    ("comptes", "Comptes", "/agent/comptes", &[Right::Accounts]),
    (
        "effectifs",
        "Effectifs",
        "/agent/effectifs",
        &[Right::Attendance],
    ),
    (
        "facturation",
        "Facturation",
        "/agent/facturation",
        &[Right::Billing],
    ),
    (
        "activites",
        "Activités",
        "/agent/activites",
        &[Right::Activities],
    ),
    (
        "messages",
        "Messages",
        "/agent/messages",
        &[Right::Messages],
    ),
    (
        "parametres",
        "Paramètres",
        "/agent/parametres",
        &[
            Right::PortalSettings,
            Right::News,
            Right::Menus,
            Right::Pages,
            Right::Agents,
            Right::Roles,
            Right::Journal,
        ],
    ),
];
