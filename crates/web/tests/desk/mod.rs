//! Agents who are already at their desk, so that a story can begin with their work.

use preau_rules::permission::RolePreset;
use preau_testkit::{http::Visitor, town::Town};

/// An agent of that role, logged in, on the page of a path of the commune.
pub(crate) async fn agent(town: &Town, name: &str, role: RolePreset, path: &str) -> Visitor {
    let mut agent = town.agent(&name.to_lowercase(), role).await;
    agent.get(&format!("/laigneville{path}")).await;
    agent
}
