//! A town of the demo as its file describes it.

use preau_app::portal::Portal;
use serde::Deserialize;

/// A commune with everything that makes it look alive.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Town {
    pub(crate) slug: String,
    pub(crate) former_paths: Vec<String>,
    pub(crate) portal: Portal,
    pub(crate) site: Vec<Site>,
    pub(crate) agent: Vec<Agent>,
    pub(crate) news: Vec<News>,
    pub(crate) menu: Vec<Menu>,
    pub(crate) page: Vec<Page>,
    pub(crate) request: Vec<Request>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Site {
    pub(crate) name: String,
    pub(crate) address: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Agent {
    pub(crate) role: String,
    pub(crate) email: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) site: Option<String>,
    pub(crate) note: String,
}

/// Days are counted from the start of the demo.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct News {
    pub(crate) title: String,
    pub(crate) body: String,
    #[serde(default)]
    pub(crate) pinned: bool,
    pub(crate) from_days: i64,
    pub(crate) until_days: Option<i64>,
}

/// `week` 0 is the one shown at the start of the demo.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Menu {
    pub(crate) week: i64,
    pub(crate) days: [Day; 5],
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Day {
    pub(crate) dishes: Vec<String>,
    #[serde(default)]
    pub(crate) labels: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    pub(crate) title: String,
    pub(crate) body: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    pub(crate) name: String,
    pub(crate) first_name: String,
    pub(crate) email: String,
    #[serde(default)]
    pub(crate) phone: String,
    pub(crate) subject: String,
    pub(crate) message: String,
    pub(crate) hours_ago: i64,
}

/// The towns, built into the binary.
pub(crate) const TOWNS: [&str; 2] = [
    include_str!("../../demo/laigneville.toml"),
    include_str!("../../demo/valbrune.toml"),
];
