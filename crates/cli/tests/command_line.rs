//! What a host types, and what the machine answers.

mod host;

use std::os::unix::fs::PermissionsExt;

use host::{Host, damage, free_port, get, said};

#[test]
fn a_host_opens_a_commune_takes_it_out_and_brings_it_back() {
    let host = Host::new();
    let made = host.succeeds(&[
        "commune",
        "create",
        "laigneville",
        "--name",
        "Laigneville",
        "--former-path",
        "MairieLaigneville60290",
    ]);
    assert!(made.contains("/laigneville/"), "{made}");
    let invited = host.succeeds(&[
        "agent",
        "create",
        "laigneville",
        "--email",
        "camille@exemple.fr",
        "--first-name",
        "Camille",
        "--last-name",
        "Durant",
        "--role",
        "administrateur",
    ]);
    assert!(
        invited.contains("/laigneville/agent/invitation/"),
        "{invited}"
    );
    assert!(
        host.succeeds(&["commune", "list"])
            .contains("jamais exportée")
    );
    let path = host.folder.path().join("sauvegarde.tar.gz");
    let archive = path.to_str().unwrap();
    host.succeeds(&["commune", "export", "laigneville", "-o", archive]);
    let mode = std::fs::metadata(archive).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "an archive is for its owner only");
    let delete = ["commune", "delete", "laigneville"];
    assert!(host.fails(&delete).contains("--confirm"));
    assert!(
        host.fails(&[&delete[..], &["--confirm", "autre"]].concat())
            .contains("rien")
    );
    host.succeeds(&[&delete[..], &["--confirm", "laigneville"]].concat());
    assert!(!host.succeeds(&["commune", "list"]).contains("laigneville"));
    host.succeeds(&["commune", "import", archive]);
    let _serving = host.serve();
    let page = get(host.port, "/laigneville/").unwrap();
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    let moved = get(host.port, "/MairieLaigneville60290/accueil").unwrap();
    assert!(moved.contains("location: /laigneville/"), "{moved}");
}

#[test]
fn a_wrong_setting_is_named_by_its_key() {
    let host = Host::new();
    for (more, key) in [
        ("[serveur]\n", "serveur"),
        ("[security]\nhashing = \"beaucoup\"\n", "security.hashing"),
        (
            "[postgres.main]\nurl = \"n’importe quoi\"\n",
            "postgres.main.url",
        ),
        ("[log]\nformat = \"xml\"\n", "log.format"),
    ] {
        host.configure(more);
        let said = host.fails(&["commune", "list"]);
        assert!(said.contains(key), "{more} → {said}");
    }
    host.configure("");
    for (variable, value, key) in [
        (
            "PREAU_SERVER__PUBLIC_URL",
            "familles.fr",
            "server.public_url",
        ),
        ("PREAU_MAIL__FROM", "personne", "mail.from"),
        ("PREAU_DATA__REGISTRY", "main", "data.registry"),
    ] {
        let output = host
            .command(&["commune", "list"])
            .env(variable, value)
            .output();
        let said = said(&output.unwrap());
        assert!(said.contains(key), "{variable} → {said}");
    }
}

#[test]
fn a_data_folder_that_is_none_is_said_before_anything_starts() {
    let host = Host::new();
    std::fs::write(host.folder.path().join("data"), b"a file").unwrap();
    for words in [&["serve"][..], &["commune", "list"]] {
        let said = host.fails(words);
        assert!(said.contains("data.folder"), "{said}");
    }
}

#[test]
fn the_doctor_says_what_is_well_and_what_to_do() {
    let host = Host::new();
    host.succeeds(&["commune", "create", "laigneville", "--name", "Laigneville"]);
    let well = host.succeeds(&["doctor"]);
    for what in [
        "configuration",
        "disque",
        "registre",
        "base de Laigneville",
        "horloge",
        "courriel",
        "Tout va bien",
    ] {
        assert!(well.contains(what), "{what} is missing in {well}");
    }
    damage(host.folder.path());
    let output = host.types(&["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("À FAIRE  base de Laigneville"), "{said}");
    assert!(said.contains("commune import"), "{said}");
}

#[test]
fn an_address_that_is_taken_is_said() {
    let host = Host::new();
    let _taken = std::net::TcpListener::bind(("127.0.0.1", host.port)).unwrap();
    assert!(host.fails(&["serve"]).contains("server.listen"));
}

#[test]
fn a_second_process_does_not_serve_the_same_folder() {
    let host = Host::new();
    let mut serving = host.serve();
    let elsewhere = format!("127.0.0.1:{}", free_port());
    let second = host
        .command(&["serve"])
        .env("PREAU_SERVER__LISTEN", elsewhere)
        .output();
    assert!(said(&second.unwrap()).contains("un autre processus"));
    let stopped = serving.terminate();
    assert!(stopped.success(), "a stop that was asked for is no failure");
}
