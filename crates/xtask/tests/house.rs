//! The rules of the house, held over this repository itself and over made-up ones.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;

use serde_json::{Value, json};
use xtask::deps::Rules;
use xtask::metadata::Metadata;
use xtask::{arrows, assets, words};

const NONE: &[String] = &[];

#[test]
fn our_crates_use_each_other_in_one_direction() {
    assert_eq!(arrows::complaints().unwrap(), NONE);
}

#[test]
fn our_files_hold_no_marks_no_machine_paths_and_are_short() {
    assert_eq!(words::complaints().unwrap(), NONE);
}

#[test]
fn committed_style_sheets_belong_to_their_sources() {
    assert_eq!(assets::complaints(&assets::folder()).unwrap(), NONE);
}

#[test]
fn our_dependencies_follow_the_rules() {
    let rules = Rules::read().unwrap();
    let metadata = Metadata::read(&rules.graph.targets).unwrap();
    assert_eq!(rules.check(&metadata).unwrap(), NONE);
}

/// A package as cargo describes it; `needs` are names of other packages of version 1.0.0.
fn package(
    name: &str,
    version: &str,
    licence: &str,
    source: Option<&str>,
    needs: &[&str],
) -> Value {
    let needs: Vec<_> = needs
        .iter()
        .map(|name| json!({ "name": name, "kind": null }))
        .collect();
    json!({
        "id": format!("{name}@{version}"), "name": name, "version": version, "license": licence,
        "source": source, "dependencies": needs, "targets": []
    })
}

/// The packages without a source are ours; each depends on what it declares.
fn metadata(packages: &[Value]) -> Metadata {
    let ours: Vec<_> = packages
        .iter()
        .filter(|package| package["source"].is_null())
        .map(|package| package["id"].clone())
        .collect();
    let nodes: Vec<_> = packages
        .iter()
        .map(|package| {
            let deps: Vec<_> = package["dependencies"]
                .as_array()
                .unwrap()
                .iter()
                .map(|need| {
                    let id = format!("{}@1.0.0", need["name"].as_str().unwrap());
                    json!({ "pkg": id, "dep_kinds": [{ "kind": null }] })
                })
                .collect();
            json!({ "id": package["id"], "deps": deps })
        })
        .collect();
    let all =
        json!({ "packages": packages, "workspace_members": ours, "resolve": { "nodes": nodes } });
    serde_json::from_value(all).unwrap()
}

const REGISTRY: Option<&str> = Some("registry+https://github.com/rust-lang/crates.io-index");

#[test]
fn a_rule_that_reaches_for_the_runtime_is_seen_through_a_detour() {
    let metadata = metadata(&[
        package("preau-rules", "1.0.0", "MIT", None, &["innocent"]),
        package("innocent", "1.0.0", "MIT", REGISTRY, &["tokio"]),
        package("tokio", "1.0.0", "MIT", REGISTRY, &[]),
        package("preau-store", "1.0.0", "MIT", None, &["preau-app"]),
        package("preau-app", "1.0.0", "MIT", None, &[]),
        package("preau-surprise", "1.0.0", "MIT", None, &[]),
    ]);
    assert_eq!(
        arrows::check(&metadata),
        [
            "preau-store must not use preau-app",
            "preau-surprise is new: say in arrows.rs what it may use",
            "preau-rules must stay free of tokio (`cargo tree -p preau-rules -i tokio`)",
        ]
    );
}

#[test]
fn licences_bans_and_sources_are_held_to_deny_toml() {
    let rules = Rules::parse(
        r#"
        graph = { targets = [], all-features = true }
        licenses = { allow = ["MIT", "Apache-2.0"], exceptions = [{ crate = "roots", allow = ["CDLA-Permissive-2.0"] }] }
        sources = { unknown-registry = "deny", unknown-git = "deny" }
        [bans]
        multiple-versions = "allow"
        wildcards = "allow"
        deny = [
            { crate = "chrono", wrappers = ["storage"], reason = "jiff" },
            { crate = "sqlite", deny-multiple-versions = true, reason = "one SQLite" },
        ]
        "#,
    )
    .unwrap();
    let metadata = metadata(&[
        package("ours", "1.0.0", "MIT", None, &["chrono", "storage"]),
        package(
            "storage",
            "1.0.0",
            "GPL-3.0-only OR MIT",
            REGISTRY,
            &["chrono"],
        ),
        package("chrono", "1.0.0", "MIT/Apache-2.0", REGISTRY, &[]),
        package("roots", "1.0.0", "CDLA-Permissive-2.0", REGISTRY, &[]),
        package("data", "1.0.0", "CDLA-Permissive-2.0", REGISTRY, &[]),
        package("both", "1.0.0", "MIT AND GPL-3.0-only", REGISTRY, &[]),
        package(
            "fork",
            "1.0.0",
            "MIT",
            Some("git+https://example.org/fork"),
            &[],
        ),
        package("sqlite", "1.0.0", "MIT", REGISTRY, &[]),
        package("sqlite", "2.0.0", "MIT", REGISTRY, &[]),
    ]);
    assert_eq!(
        rules.check(&metadata).unwrap(),
        [
            "data 1.0.0: licence CDLA-Permissive-2.0 is not allowed",
            "both 1.0.0: licence MIT AND GPL-3.0-only is not allowed",
            "fork 1.0.0 comes from git+https://example.org/fork",
            "ours uses chrono: jiff",
            "sqlite in versions 1.0.0, 2.0.0: one SQLite",
        ]
    );
}

#[test]
fn a_rule_that_the_check_would_overlook_is_an_error() {
    let text = fs::read_to_string(xtask::root().join("deny.toml")).unwrap();
    for (was, becomes) in [
        ("unknown-git = \"deny\"", "unknown-git = \"warn\""),
        (
            "[sources]",
            "[sources]\nallow-git = [\"https://example.org\"]",
        ),
        (
            "multiple-versions = \"allow\"",
            "multiple-versions = \"deny\"",
        ),
    ] {
        assert!(text.contains(was), "{was}");
        assert!(
            Rules::parse(&text.replacen(was, becomes, 1)).is_err(),
            "{becomes}"
        );
    }
}

#[test]
fn words_that_betray_a_draft_are_found_with_their_line() {
    let mark = ["TO", "DO"].concat();
    let home = ["/ho", "me/"].concat();
    let resolved = ["  \"reso", "lved\": \"https://registry.example.org/a.tgz\""].concat();
    let long = "\n".repeat(501);
    assert_eq!(
        words::check(
            "src/a.rs",
            &format!("fine\n// {mark}: later\nlet p = \"{home}somebody\";")
        ),
        [
            "src/a.rs:2: a mark that something is left to do",
            "src/a.rs:3: the path of a machine",
        ]
    );
    assert_eq!(
        words::check("crates/web/frontend/package-lock.json", &resolved),
        [
            "crates/web/frontend/package-lock.json:1: the address of a registry (see crates/web/frontend/.npmrc)"
        ]
    );
    assert_eq!(
        words::check("src/long.rs", &long),
        ["src/long.rs: 501 lines, more than 500"]
    );
    let innocent = format!("la MÉ{mark} est bonne, https://example.org{home}page, mas{mark}n");
    assert_eq!(words::check("docs/a.md", &innocent), NONE);
}

#[test]
fn a_source_changed_after_the_build_is_told() {
    let web = tempfile::tempdir().unwrap();
    let path = |name: &str| web.path().join(name);
    for folder in ["frontend/node_modules/sass", "frontend/scss", "assets"] {
        fs::create_dir_all(path(folder)).unwrap();
    }
    fs::write(path("frontend/scss/app.scss"), "a { b: c }").unwrap();
    fs::write(path("frontend/node_modules/sass/sass.js"), "fetched").unwrap();
    fs::write(path("assets/app.css"), "a{b:c}").unwrap();
    let list = assets::written(&assets::current(web.path()).unwrap());
    fs::write(path("assets/SOURCES.sha256"), &list).unwrap();
    assert_eq!(
        list.lines().count(),
        2,
        "what npm fetched is no source: {list}"
    );
    assert_eq!(assets::complaints(web.path()).unwrap(), NONE);

    fs::write(path("frontend/scss/app.scss"), "a { b: d }").unwrap();
    fs::write(path("frontend/scss/new.scss"), "").unwrap();
    fs::remove_file(path("assets/app.css")).unwrap();
    assert_eq!(
        assets::complaints(web.path()).unwrap(),
        [
            "assets/app.css is missing",
            "frontend/scss/app.scss was changed",
            "frontend/scss/new.scss is new",
        ]
    );
}
