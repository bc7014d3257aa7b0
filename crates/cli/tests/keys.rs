//! The keys, as a host holds them: made, lost, mixed up, changed, and left behind when a commune moves.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

mod host;

use std::{
    collections::HashMap,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
};

use host::{Host, said};
use preau_app::{
    App, AppSettings, Clock, Cx, Entropy, Error,
    seal::{self, FACT, Master, MasterKey},
};
use preau_store::{Command, Communes, PgServer, Settings, Tx, tables::seal as table};
use uuid::Uuid;

/// The file of the master key where nothing else is said.
fn key_file(host: &Host) -> PathBuf {
    host.folder.path().join("data/cle-maitresse")
}

#[expect(clippy::disallowed_methods, reason = "the engine of the tests")]
fn postgres() -> Option<String> {
    std::env::var("PREAU_TEST_POSTGRES").ok()
}

/// The installation in this process: what a page would do with health data.
async fn app(host: &Host) -> Arc<App> {
    let servers = postgres()
        .map(|url| ("main".to_owned(), Arc::new(PgServer::new(&url, 4).unwrap())))
        .into_iter()
        .collect::<HashMap<_, _>>();
    let communes = Communes::open(Settings {
        folder: host.folder.path().join("data"),
        servers,
        registry_server: None,
    })
    .await
    .unwrap();
    let text = std::fs::read_to_string(key_file(host)).unwrap();
    let settings = AppSettings {
        public_url: "http://portail.test".to_owned(),
        mail_from: "nepasrepondre@portail.test".to_owned(),
        node: "test".to_owned(),
        hashing: 1,
        proof_of_work: 50,
        payfip: "http://127.0.0.1:9".to_owned(),
        master: Master::of(vec![MasterKey::parse(&text).unwrap()]),
    };
    let app = App::open(communes, Clock::system(), Entropy::system(), settings).await;
    Arc::new(app.unwrap())
}

fn at(app: &Arc<App>, slug: &str) -> Cx {
    Cx::system(app, &app.communes.by_path(slug).unwrap(), "test")
}

struct Keep(Vec<(Uuid, Vec<u8>)>);

impl Command for Keep {
    const NAME: &'static str = "test.keep";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        for (member, sealed) in &self.0 {
            table::put(tx, &FACT, *member, "allergies", sealed).await?;
        }
        Ok(())
    }
}

/// Children number 0 to `count` have allergies.
async fn know(host: &Host, slug: &str, count: u32) {
    let app = app(host).await;
    let cx = at(&app, slug);
    let mut facts = Vec::new();
    for n in 0..count {
        let member = Uuid::from_u128(n.into());
        let place = seal::place(&FACT, member, "allergies");
        let plain = format!("arachides {n}");
        facts.push((
            member,
            seal::seal(&cx, &place, plain.as_bytes()).await.unwrap(),
        ));
    }
    cx.write(Keep(facts)).await.unwrap();
    app.communes.close().await;
}

/// What is known of the children, with the number of the key that sealed it.
async fn known(host: &Host, slug: &str, count: u32) -> Result<u32, Error> {
    let app = app(host).await;
    let cx = at(&app, slug);
    let mut number = 0;
    for n in 0..count {
        let member = Uuid::from_u128(n.into());
        let mut tx = cx.read().await?;
        let sealed = table::get(&mut tx, &FACT, member, "allergies")
            .await?
            .unwrap();
        drop(tx);
        let place = seal::place(&FACT, member, "allergies");
        let plain = seal::open(&cx, &place, &sealed).await?;
        assert_eq!(String::from_utf8(plain).unwrap(), format!("arachides {n}"));
        number = u32::from(sealed[4]);
    }
    app.communes.close().await;
    Ok(number)
}

fn laigneville() -> Host {
    let host = Host::new();
    host.succeeds(&["commune", "create", "laigneville", "--name", "Laigneville"]);
    host
}

fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_master_key_is_made_once_for_its_owner_only_and_it_is_said() {
    let host = Host::new();
    let first = host.types(&["commune", "list"]);
    let warned = String::from_utf8_lossy(&first.stderr).into_owned();
    assert!(first.status.success() && warned.contains("clé maîtresse vient d’être créée"));
    assert!(warned.contains("À PART"), "{warned}");
    let made = std::fs::read_to_string(key_file(&host)).unwrap();
    let mode = std::fs::metadata(key_file(&host))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let second = host.types(&["commune", "list"]);
    assert!(second.stderr.is_empty());
    assert_eq!(std::fs::read_to_string(key_file(&host)).unwrap(), made);
    let doctor = host.succeeds(&["doctor"]);
    assert!(
        doctor.contains("bien     clé maîtresse : empreinte"),
        "{doctor}"
    );
    assert!(doctor.contains("conseil  elle est dans le dossier des données"));
    // Elsewhere, the advice is followed.
    let elsewhere = host.folder.path().join("cle");
    std::fs::rename(key_file(&host), &elsewhere).unwrap();
    host.configure(&format!(
        "[security]\nmaster_key_file = \"{}\"\n",
        elsewhere.display()
    ));
    let doctor = host.succeeds(&["doctor"]);
    assert!(!doctor.contains("conseil"), "{doctor}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_key_that_is_lost_or_another_or_open_to_all_stops_the_start() {
    let host = laigneville();
    know(&host, "laigneville", 1).await;
    let good = std::fs::read_to_string(key_file(&host)).unwrap();
    let aside = host.folder.path().join("copie");
    std::fs::rename(key_file(&host), &aside).unwrap();
    for words in [
        &["serve"][..],
        &["commune", "list"],
        &["commune", "create", "a1", "--name", "A"],
    ] {
        let lost = host.fails(words);
        assert!(
            lost.contains("introuvable") && lost.contains("copie de sauvegarde"),
            "{lost}"
        );
    }
    assert!(!key_file(&host).exists(), "no other key is made");
    let doctor = host.types(&["doctor"]);
    let told = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(told.contains("À FAIRE  clé maîtresse"), "{told}");

    let other = Host::new();
    other.succeeds(&["commune", "list"]);
    std::fs::copy(key_file(&other), key_file(&host)).unwrap();
    let wrong = host.fails(&["serve"]);
    assert!(wrong.contains("mauvaise clé maîtresse"), "{wrong}");
    assert!(wrong.contains("Remettez la bonne clé"), "{wrong}");

    std::fs::write(key_file(&host), &good).unwrap();
    std::fs::set_permissions(key_file(&host), std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(host.fails(&["serve"]).contains("chmod 600"));
    std::fs::set_permissions(key_file(&host), std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(key_file(&host), "du texte\n").unwrap();
    assert!(host.fails(&["serve"]).contains("n’en contient pas"));

    std::fs::write(key_file(&host), &good).unwrap();
    let doctor = host.succeeds(&["doctor"]);
    assert!(
        doctor.contains("clés de Laigneville : 1, ouvertes"),
        "{doctor}"
    );
    assert_eq!(known(&host, "laigneville", 1).await.unwrap(), 1);
}

#[test]
fn the_master_key_may_come_from_the_environment() {
    let host = laigneville();
    let text = std::fs::read_to_string(key_file(&host)).unwrap();
    let key = text.lines().last().unwrap().to_owned();
    std::fs::remove_file(key_file(&host)).unwrap();
    let list = |value: &str| {
        host.command(&["commune", "list"])
            .env("PREAU_SECURITY__MASTER_KEY", value)
            .output()
            .unwrap()
    };
    assert!(list(&key).status.success());
    assert!(said(&list("preau-master-1-abc")).contains("security.master_key"));
    let other = MasterKey::make(&Entropy::system());
    assert!(said(&list(other.reveal().as_str())).contains("mauvaise clé maîtresse"));
    host.configure("[security]\nmaster_key_file = \"/nowhere\"\n");
    assert!(said(&list(&key)).contains("choisissez entre"));
    host.configure("");
    let rewrap = |more: &[&str]| {
        host.command(&[&["key", "rewrap"][..], more].concat())
            .env("PREAU_SECURITY__MASTER_KEY", &key)
            .output()
            .unwrap()
    };
    assert!(said(&rewrap(&[])).contains("--to FICHIER"));
    let next = host.folder.path().join("suivante");
    let output = rewrap(&["--to", next.to_str().unwrap()]);
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("PREAU_SECURITY__MASTER_KEY"));
    assert!(said(&list(&key)).contains("mauvaise clé maîtresse"));
    let text = std::fs::read_to_string(&next).unwrap();
    assert!(list(text.lines().last().unwrap()).status.success());
}

/// Where the tests have a PostgreSQL server, a commune moves to it.
fn with_postgres() -> (Host, Vec<&'static str>) {
    let host = Host::new();
    match postgres() {
        Some(url) => {
            host.configure(&format!("[postgres.main]\nurl = \"{url}\"\n"));
            (host, vec!["--postgres", "main"])
        }
        None => (host, Vec::new()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commune_moves_to_another_host_under_a_passphrase() {
    let here = laigneville();
    know(&here, "laigneville", 3).await;
    let folder = here.folder.path();
    let words = file(folder, "phrase", "le préau sous la pluie de novembre\n");
    let wrong = file(folder, "fausse", "le préau sous la pluie de décembre\n");
    let short = file(folder, "courte", "préau");
    let archive = folder.join("laigneville.tar.gz");
    let archive = archive.to_str().unwrap();
    let export = ["commune", "export", "laigneville", "-o", archive];
    let refused = here.fails(&[&export[..], &["--passphrase-file", &short]].concat());
    assert!(refused.contains("trop courte"), "{refused}");
    assert!(!Path::new(archive).exists());
    let told = here.succeeds(&[&export[..], &["--passphrase-file", &words]].concat());
    assert!(told.contains("Sous phrase secrète"), "{told}");

    let (there, engine) = with_postgres();
    let import = [&["commune", "import", archive][..], &engine].concat();
    let missing = there.fails(&import);
    assert!(missing.contains("--passphrase-file"), "{missing}");
    let refused = there.fails(&[&import[..], &["--passphrase-file", &wrong]].concat());
    assert!(
        refused.contains("n’est pas celle de cette archive"),
        "{refused}"
    );
    assert_eq!(there.succeeds(&["commune", "list"]), "");
    assert!(!there.folder.path().join("data/communes").exists());

    there.succeeds(&[&import[..], &["--passphrase-file", &words]].concat());
    assert_ne!(
        std::fs::read_to_string(key_file(&here)).unwrap(),
        std::fs::read_to_string(key_file(&there)).unwrap()
    );
    assert_eq!(known(&there, "laigneville", 3).await.unwrap(), 1);
    let doctor = there.succeeds(&["doctor"]);
    assert!(
        doctor.contains("clés de Laigneville : 1, ouvertes"),
        "{doctor}"
    );
    if !engine.is_empty() {
        there.succeeds(&[
            "commune",
            "delete",
            "laigneville",
            "--confirm",
            "laigneville",
        ]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_passphrase_an_archive_needs_its_master_key() {
    let here = laigneville();
    know(&here, "laigneville", 2).await;
    let archive = here.folder.path().join("laigneville.tar.gz");
    let archive = archive.to_str().unwrap();
    let told = here.succeeds(&["commune", "export", "laigneville", "-o", archive]);
    assert!(told.contains("la même clé maîtresse"), "{told}");
    here.succeeds(&["commune", "import", archive, "--as", "essai"]);
    assert_eq!(known(&here, "essai", 2).await.unwrap(), 1);

    let there = Host::new();
    let refused = there.fails(&["commune", "import", archive]);
    assert!(
        refused.contains("Refaites l’archive avec --passphrase-file"),
        "{refused}"
    );
    assert_eq!(there.succeeds(&["commune", "list"]), "");
    assert!(!there.folder.path().join("data/communes").exists());
    let theirs = key_file(&here);
    there.succeeds(&[
        "commune",
        "import",
        archive,
        "--master-key-file",
        theirs.to_str().unwrap(),
    ]);
    assert_eq!(known(&there, "laigneville", 2).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_changes_the_keys_while_the_portal_serves() {
    let host = laigneville();
    know(&host, "laigneville", 300).await;
    host.succeeds(&["commune", "create", "valbrune", "--name", "Valbrune"]);
    let mut serving = host.serve();
    let told = host.succeeds(&["key", "rotate", "laigneville"]);
    assert!(told.contains("clé de données n° 2 ; 300 données"), "{told}");
    let told = host.succeeds(&["key", "rotate", "--all"]);
    assert!(
        told.contains("Laigneville") && told.contains("Valbrune"),
        "{told}"
    );
    assert_eq!(known(&host, "laigneville", 300).await.unwrap(), 3);

    let before = std::fs::read_to_string(key_file(&host)).unwrap();
    let told = host.succeeds(&["key", "rewrap"]);
    assert!(told.contains("Copiez-la à part"), "{told}");
    assert_ne!(std::fs::read_to_string(key_file(&host)).unwrap(), before);
    assert_eq!(known(&host, "laigneville", 300).await.unwrap(), 3);
    assert!(serving.terminate().success());
    let former = key_file(&host).with_file_name("cle-maitresse.ancienne");
    assert_eq!(std::fs::read_to_string(&former).unwrap(), before);
    assert!(
        host.fails(&["key", "rewrap"])
            .contains("rangez-la ailleurs")
    );

    // The same, cut off before the files got their new names.
    let next = key_file(&host).with_file_name("cle-maitresse.nouvelle");
    std::fs::rename(key_file(&host), &next).unwrap();
    std::fs::rename(&former, key_file(&host)).unwrap();
    host.succeeds(&["doctor"]);
    let told = host.succeeds(&["key", "rewrap"]);
    assert!(told.contains("Nouvelle clé maîtresse"), "{told}");
    assert!(!next.exists());
    // The former key does not stand in for the present one.
    let aside = host.folder.path().join("copie");
    std::fs::rename(key_file(&host), &aside).unwrap();
    assert!(host.fails(&["serve"]).contains("introuvable"));
    std::fs::rename(&aside, key_file(&host)).unwrap();
    std::fs::remove_file(&former).unwrap();
    host.succeeds(&["doctor"]);
    assert_eq!(known(&host, "laigneville", 300).await.unwrap(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_key_that_is_killed_loses_nothing() {
    let host = laigneville();
    know(&host, "laigneville", 2000).await;
    let app = app(&host).await;
    let cx = at(&app, "laigneville");
    let mut command = host.command(&["key", "rotate", "laigneville"]);
    let mut running = command
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    while !seal::state(&cx).await.unwrap().unfinished && running.try_wait().unwrap().is_none() {
        tokio::task::yield_now().await;
    }
    running.kill().unwrap();
    running.wait().unwrap();
    if seal::state(&cx).await.unwrap().unfinished {
        let doctor = host.types(&["doctor"]);
        let told = String::from_utf8_lossy(&doctor.stdout).into_owned();
        assert!(told.contains("preau key rotate laigneville"), "{told}");
        let told = host.succeeds(&["key", "rotate", "laigneville"]);
        assert!(
            told.contains("le changement interrompu est terminé"),
            "{told}"
        );
    }
    app.communes.close().await;
    assert_eq!(known(&host, "laigneville", 2000).await.unwrap(), 2);
    host.succeeds(&["doctor"]);
}
