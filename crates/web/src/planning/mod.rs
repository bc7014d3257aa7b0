//! The planning, as families and agents at the counter use it: the same pages in either shell.

mod pattern;
mod preview;
mod receipt;
mod show;
mod verify;

use askama::Template;
use http::StatusCode;
use preau_app::{family, planning::Counter};
use uuid::Uuid;

pub(crate) use pattern::pattern;
pub(crate) use preview::preview;
pub(crate) use receipt::{receipt, undo};
pub(crate) use show::{range, show};
pub(crate) use verify::{save, verify};

use crate::{
    call::{Call, Reply, render},
    page::Page,
    posted::Posted,
};

/// Where the planning is used.
pub(crate) struct Desk {
    /// The family at the counter; nothing for a family's own planning.
    pub(crate) family: Option<Uuid>,
    /// « Durant », at the counter.
    pub(crate) name: String,
    /// Path of the planning.
    pub(crate) root: String,
    /// Path of the long period.
    pub(crate) pattern: String,
}

impl Desk {
    /// A family's own planning.
    pub(crate) fn own() -> Self {
        Self {
            family: None,
            name: String::new(),
            root: "/espace-famille/planning".to_owned(),
            pattern: "/espace-famille/reservation".to_owned(),
        }
    }

    /// The planning of a family at the counter.
    pub(crate) async fn counter(
        call: &Call,
        family: Uuid,
    ) -> Result<Self, crate::failure::Failure> {
        let whole = family::get(&call.cx, family).await?;
        let base = format!("/agent/familles/{family}");
        Ok(Self {
            family: Some(family),
            name: whole.family.name,
            root: format!("{base}/planning"),
            pattern: format!("{base}/reservation"),
        })
    }

    pub(super) fn at_counter(&self) -> bool {
        self.family.is_some()
    }

    /// What the agent added to the form.
    pub(super) fn counter_of(&self, form: &Posted) -> Counter {
        let reason = form.text("motif").trim();
        Counter {
            reason: reason.chars().take(300).collect(),
            over: self.at_counter() && form.ticked("depasser"),
        }
    }

    fn page(&self, call: &Call, title: &str) -> Page {
        match self.family {
            Some(family) => call
                .page(title, "familles")
                .crumb("Familles", Some("/agent/familles"))
                .crumb(
                    &format!("Famille {}", self.name),
                    Some(&format!("/agent/familles/{family}")),
                ),
            None => call
                .page(title, "famille")
                .crumb("Accueil", Some("/"))
                .crumb("Espace famille", Some("/espace-famille")),
        }
    }

    /// Draws a page's content in the shell of this side. `crumbs` lead from the family to the page.
    pub(super) fn draw(
        &self,
        call: &Call,
        title: &str,
        crumbs: &[(&str, Option<&str>)],
        body: &impl Template,
        status: StatusCode,
    ) -> Reply {
        let body = body
            .render()
            .map_err(|e| preau_store::StoreError::Internal(format!("template: {e}")))
            .map_err(preau_app::Error::from)?;
        let mut page = self.page(call, title);
        for (label, path) in crumbs {
            page = page.crumb(label, *path);
        }
        if self.at_counter() {
            render(&AgentFrame { page, body }, status)
        } else {
            render(&CitizenFrame { page, body }, status)
        }
    }
}

#[derive(Template)]
#[template(path = "planning/citizen_frame.html")]
struct CitizenFrame {
    page: Page,
    body: String,
}

#[derive(Template)]
#[template(path = "planning/agent_frame.html")]
struct AgentFrame {
    page: Page,
    body: String,
}
