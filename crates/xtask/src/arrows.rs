//! Which of our crates may use which. Arrows run one way, so that a rule can be read, tested and
//! used on the command line without a database, a server or a runtime.

use anyhow::Result;

use crate::metadata::Metadata;

/// A crate, and those of ours that it may be built with. Tests may use more (`testkit`).
const ARROWS: &[(&str, &[&str])] = &[
    ("preau-rules", &[]),
    ("preau-formats", &["preau-rules"]),
    ("preau-store", &["preau-rules", "preau-formats"]),
    ("preau-documents", &["preau-rules"]),
    (
        "preau-app",
        &[
            "preau-rules",
            "preau-formats",
            "preau-store",
            "preau-documents",
        ],
    ),
    // The rows of the store are the data of pages; its statements are private to it.
    (
        "preau-web",
        &["preau-rules", "preau-formats", "preau-store", "preau-app"],
    ),
    (
        "preau-worker",
        &["preau-rules", "preau-formats", "preau-store", "preau-app"],
    ),
    // It speaks for the other side, and knows nothing of ours but the envelopes.
    ("preau-simulator", &["preau-rules", "preau-formats"]),
    (
        "preau",
        &[
            "preau-rules",
            "preau-formats",
            "preau-store",
            "preau-app",
            "preau-web",
            "preau-worker",
            "preau-simulator",
        ],
    ),
    ("xtask", &[]),
];

/// What stands beside the house and may use all of it, and what nothing of the house may use.
const BESIDE: &[&str] = &["preau-testkit", "preau-bench"];

/// What `rules` and `formats` must stay free of, however far down: runtimes, drivers, servers.
const IMPURE: &[&str] = &[
    "tokio",
    "rusqlite",
    "libsqlite3-sys",
    "tokio-postgres",
    "axum",
    "hyper",
    "tower",
];

/// What stands in the way of the arrows; empty when all is well.
pub fn check(metadata: &Metadata) -> Vec<String> {
    let mut complaints = Vec::new();
    for package in metadata.ours() {
        let name = package.name.as_str();
        if BESIDE.contains(&name) {
            continue;
        }
        let Some((_, allowed)) = ARROWS.iter().find(|(crate_, _)| *crate_ == name) else {
            complaints.push(format!("{name} is new: say in arrows.rs what it may use"));
            continue;
        };
        for used in &package.dependencies {
            let ours = metadata.ours().any(|package| package.name == used.name);
            if ours && used.kind.as_deref() != Some("dev") && !allowed.contains(&used.name.as_str())
            {
                complaints.push(format!("{name} must not use {}", used.name));
            }
        }
    }
    for pure in ["preau-rules", "preau-formats"] {
        let built_in = metadata.built_into(pure);
        for impure in IMPURE.iter().filter(|impure| built_in.contains(**impure)) {
            complaints.push(format!(
                "{pure} must stay free of {impure} (`cargo tree -p {pure} -i {impure}`)"
            ));
        }
    }
    complaints
}

/// The complaints about this workspace.
pub fn complaints() -> Result<Vec<String>> {
    Ok(check(&Metadata::read(&[])?))
}
