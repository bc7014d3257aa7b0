//! What a host meets sooner or later: damaged files, locked files, old binaries, a server that is gone, a cut of power.
#![expect(
    clippy::disallowed_methods,
    reason = "the child of the crash test is told its folder by the environment"
)]

use std::{io::Write, process::Command as Process, time::Duration};

use preau_store::{COMMUNE, Command, Database, StoreError, Tx, tables::counter, tables::setting};

mod ground;
use ground::{communes, ground, on_postgres, origin, server};

struct Note(i64);
impl Command for Note {
    const NAME: &'static str = "test.note";
    type Answer = i64;
    type Refusal = StoreError;
    async fn run(&self, tx: &mut Tx) -> Result<i64, StoreError> {
        let number = counter::next(tx, "notes").await?;
        setting::set(tx, &format!("note {}", self.0), &number).await?;
        Ok(number)
    }
}

fn file_of(folder: &std::path::Path, address: &str) -> std::path::PathBuf {
    folder.join(address)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_says_so_and_is_left_as_it_is() {
    if on_postgres() {
        return;
    }
    let ground = ground().await;
    let path = file_of(ground.folder.path(), &ground.commune.row.address);
    ground.commune.db.close().await;
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[..100].fill(b'x');
    std::fs::write(&path, &bytes).unwrap();
    for end in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    let again = communes(ground.folder.path()).await;
    let commune = again.by_path("laigneville").unwrap();
    let error = commune.db.read().await.err().unwrap();
    assert!(error.is_unavailable(), "{error}");
    assert!(error.to_string().contains("not a database"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_gone_is_not_made_anew() {
    if on_postgres() {
        return;
    }
    let ground = ground().await;
    ground.commune.db.close().await;
    let path = file_of(ground.folder.path(), &ground.commune.row.address);
    std::fs::remove_file(&path).unwrap();
    let again = communes(ground.folder.path()).await;
    let commune = again.by_path("laigneville").unwrap();
    assert!(commune.db.read().await.err().unwrap().is_unavailable());
    assert!(!path.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn while_another_process_holds_the_file_reads_go_on_and_writes_say_later() {
    if on_postgres() {
        return;
    }
    let ground = ground().await;
    ground.commune.db.write(Note(1), origin()).await.unwrap();
    let path = file_of(ground.folder.path(), &ground.commune.row.address);
    let other = rusqlite::Connection::open(path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = ground
        .commune
        .db
        .write(Note(2), origin())
        .await
        .unwrap_err();
    assert!(refused.is_unavailable(), "{refused}");
    let mut tx = ground.commune.db.read().await.unwrap();
    assert_eq!(
        setting::get::<i64>(&mut tx, "note 1").await.unwrap(),
        Some(1)
    );
    drop(tx);
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(ground.commune.db.write(Note(2), origin()).await.unwrap(), 2);
}

struct Fill(usize);
impl Command for Fill {
    const NAME: &'static str = "test.fill";
    type Answer = ();
    type Refusal = StoreError;
    async fn run(&self, tx: &mut Tx) -> Result<(), StoreError> {
        setting::set(tx, "large", &"x".repeat(self.0)).await
    }
}
static LIMIT: preau_store::Sql =
    preau_store::Sql::new("limit", "PRAGMA max_page_count = 150", None);
static ROOM: preau_store::Sql =
    preau_store::Sql::new("room", "PRAGMA max_page_count = 1073741823", None);
struct Pragma(&'static preau_store::Sql);
impl Command for Pragma {
    const NAME: &'static str = "test.pragma";
    type Answer = ();
    type Refusal = StoreError;
    async fn run(&self, tx: &mut Tx) -> Result<(), StoreError> {
        tx.query::<(i64,)>(self.0, []).await.map(|_| ())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_the_change_keeps_the_rest_and_goes_on_when_there_is_room() {
    if on_postgres() {
        return;
    }
    let ground = ground().await;
    ground.commune.db.write(Note(1), origin()).await.unwrap();
    let db = &ground.commune.db;
    db.write(Pragma(&LIMIT), origin()).await.unwrap();
    let refused = db.write(Fill(10_000_000), origin()).await.unwrap_err();
    assert!(refused.is_unavailable(), "{refused}");
    let mut tx = db.read().await.unwrap();
    assert_eq!(
        setting::get::<String>(&mut tx, "large").await.unwrap(),
        None
    );
    assert_eq!(
        setting::get::<i64>(&mut tx, "note 1").await.unwrap(),
        Some(1)
    );
    drop(tx);
    db.write(Pragma(&ROOM), origin()).await.unwrap();
    db.write(Fill(10_000_000), origin()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_version_is_not_touched() {
    struct Newer;
    impl Command for Newer {
        const NAME: &'static str = "test.newer";
        type Answer = ();
        type Refusal = StoreError;
        async fn run(&self, tx: &mut Tx) -> Result<(), StoreError> {
            static NEWER: preau_store::Sql = preau_store::Sql::new(
                "newer",
                "INSERT INTO schema_version (version) VALUES (999)",
                None,
            );
            tx.execute(&NEWER, []).await.map(|_| ())
        }
    }
    let ground = ground().await;
    ground.commune.db.write(Newer, origin()).await.unwrap();
    let again = communes(ground.folder.path()).await;
    let error = again
        .by_path("laigneville")
        .unwrap()
        .db
        .read()
        .await
        .err()
        .unwrap();
    let known = COMMUNE.version();
    assert!(
        matches!(error, StoreError::TooNew { found: 999, known: k } if k == known),
        "{error}"
    );
    assert!(error.to_string().contains("install the newer Préau"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_is_said_within_seconds() {
    let server =
        preau_store::PgServer::new("postgres://nobody@127.0.0.1:1/none?sslmode=disable", 4);
    let address =
        preau_store::Address::Postgres(std::sync::Arc::new(server.unwrap()), "x".to_owned());
    let db = Database::new(address, &COMMUNE, std::sync::Arc::default());
    let error = tokio::time::timeout(Duration::from_secs(10), db.read())
        .await
        .unwrap()
        .err()
        .unwrap();
    assert!(error.is_unavailable(), "{error}");
}

/// The child of the next test: writes as fast as it can and says each number only after its answer.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by the crash test in a process of its own"]
async fn child_that_writes_until_it_is_killed() {
    let folder = std::env::var("PREAU_TEST_CRASH").unwrap();
    let communes = communes(std::path::Path::new(&folder)).await;
    let commune = communes.by_path("laigneville").unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for client in 0..64 {
        let db = commune.db.clone();
        tasks.spawn(async move {
            for n in 0.. {
                let wish = client * 1_000_000 + n;
                if db.write(Note(wish), origin()).await.is_ok() {
                    // One write a line, so that a line is whole or absent.
                    let line = format!("answered {wish}\n");
                    std::io::stdout().write_all(line.as_bytes()).unwrap();
                }
            }
        });
    }
    tasks.join_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_kill_9_every_answered_change_is_there_and_no_number_is_lost() {
    use std::io::{BufRead, BufReader};
    let folder = tempfile::TempDir::new().unwrap();
    let first = communes(folder.path()).await;
    first
        .create(
            uuid::Uuid::now_v7(),
            "laigneville",
            "Laigneville",
            server(),
            origin(),
        )
        .await
        .unwrap();
    first.close().await;
    let mut child = Process::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "child_that_writes_until_it_is_killed",
            "--ignored",
            "--nocapture",
        ])
        .env("PREAU_TEST_CRASH", folder.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut answered = Vec::new();
    let read = |answered: &mut Vec<String>, line: String| {
        if let Some(wish) = line.trim().rsplit_once("answered ") {
            answered.push(wish.1.to_owned());
        }
    };
    while answered.len() < 1_000 {
        let line = lines.next().expect("the child ended early").unwrap();
        read(&mut answered, line);
    }
    child.kill().unwrap();
    for line in lines.map_while(Result::ok) {
        read(&mut answered, line);
    }
    child.wait().unwrap();
    let again = communes(folder.path()).await;
    let commune = again.by_path("laigneville").unwrap();
    let mut tx = commune.db.read().await.unwrap();
    let mut highest = 0;
    for wish in &answered {
        let number = setting::get::<i64>(&mut tx, &format!("note {wish}"))
            .await
            .unwrap();
        highest = highest.max(number.unwrap_or_else(|| panic!("answered and gone: {wish}")));
    }
    drop(tx);
    let next = commune.db.write(Note(-1), origin()).await.unwrap();
    assert!(next > highest, "number {next} was given before");
}
