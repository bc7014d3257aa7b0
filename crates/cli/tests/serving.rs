//! The portal as a process: health, trouble, the demo.

mod host;

use std::path::PathBuf;

use host::{Host, Serving, damage, free_port, get, preau, until};
use tempfile::TempDir;

#[test]
fn a_damaged_commune_is_a_503_and_its_neighbour_goes_on() {
    let host = Host::new();
    host.succeeds(&["commune", "create", "laigneville", "--name", "Laigneville"]);
    damage(host.folder.path());
    host.succeeds(&["commune", "create", "valbrune", "--name", "Valbrune"]);
    let _serving = host.serve();
    let broken = get(host.port, "/laigneville/").unwrap();
    assert!(broken.starts_with("HTTP/1.1 503"), "{broken}");
    assert!(broken.contains("retry-after: 30"), "{broken}");
    assert!(broken.contains("reprend son souffle"), "{broken}");
    let neighbour = get(host.port, "/valbrune/").unwrap();
    assert!(neighbour.starts_with("HTTP/1.1 200"), "{neighbour}");
}

#[test]
fn health_and_metrics_stand_on_an_address_of_their_own() {
    let host = Host::new();
    let port = free_port();
    let beside = format!("127.0.0.1:{port}");
    let mut command = host.command(&["serve"]);
    let mut serving = Serving::start(command.env("PREAU_SERVER__METRICS_LISTEN", beside));
    until(|| get(host.port, "/").is_some() && get(port, "/healthz").is_some());
    assert!(get(port, "/readyz").unwrap().contains("ready"));
    assert!(
        get(port, "/metrics")
            .unwrap()
            .contains("preau_http_seconds")
    );
    assert!(
        !get(host.port, "/metrics")
            .unwrap()
            .contains("preau_http_seconds")
    );
    assert!(serving.terminate().success());
}

#[test]
fn the_demo_says_who_can_log_in_and_is_there_again_with_its_data() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("demo");
    let port = free_port();
    let start = || {
        let mut command = preau();
        let port_word = port.to_string();
        command
            .args(["demo", "--port", &port_word, "--at", "2026-11-23T08:00"])
            .args(["--families", "4", "--data"])
            .arg(&data);
        let serving = Serving::start(&mut command);
        until(|| get(port, "/").is_some());
        serving
    };
    let mut first = start();
    let read = || -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(data.join("demo.json")).unwrap()).unwrap()
    };
    let card = read();
    assert_eq!(card["url"], format!("http://localhost:{port}"));
    assert_eq!(card["communes"].as_array().unwrap().len(), 2);
    let people = card["people"].as_array().unwrap();
    for role in [
        "operator",
        "administrateur",
        "accueil",
        "responsable",
        "regisseur",
        "animateur",
    ] {
        assert!(people.iter().any(|p| p["role"] == role), "no {role}");
    }
    let page = get(port, "/laigneville/").unwrap();
    assert!(
        page.contains("Velouté de potiron"),
        "no menus in the week of 23 November"
    );
    let mails = PathBuf::from(card["mail_dir"].as_str().unwrap());
    until(|| std::fs::read_dir(&mails).is_ok_and(|d| d.count() >= 4));
    assert!(first.terminate().success());
    let _second = start();
    // The simulator has another port each time.
    let mut again = read();
    assert!(again["payfip"].as_str().unwrap().starts_with("http://"));
    again["payfip"] = card["payfip"].clone();
    assert_eq!(again, card);
}
