//! Jobs: done once, tried again, given up, replayed; mails that the server takes, refuses or defers.
#![allow(
    clippy::expect_used,
    reason = "a test stops at the first thing that fails"
)]

use std::sync::Arc;

use jiff::SignedDuration;
use preau_app::{
    Error,
    jobs::Claim,
    mail::Rendered,
    outbox::{self, Post},
};
use preau_store::{
    Command, Tx,
    tables::{job, mail},
};
use preau_testkit::{
    smtp::{SmtpOptions, SmtpServer},
    town::Town,
};
use preau_worker::{
    Worker,
    transport::{MailSettings, Security, Transport},
};
use uuid::Uuid;

/// Writes to somebody.
struct WriteTo {
    address: &'static str,
    good_for: SignedDuration,
}

impl Command for WriteTo {
    const NAME: &'static str = "test.write";
    type Answer = Uuid;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<Uuid, Error> {
        let post = Post {
            kind: "test",
            to_name: "Léa Morel",
            to_address: self.address,
            rendered: Rendered {
                subject: "Votre demande".to_owned(),
                text: "Bonjour,".to_owned(),
                html: "<p>Bonjour,</p>".to_owned(),
            },
            about: None,
            good_for: self.good_for,
        };
        Ok(outbox::post(tx, post).await?)
    }
}

const fn to(address: &'static str) -> WriteTo {
    WriteTo {
        address,
        good_for: SignedDuration::from_hours(48),
    }
}

/// A job that no version of Préau knows.
struct Strange;

impl Command for Strange {
    const NAME: &'static str = "test.strange";
    type Answer = ();
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        let at = tx.at();
        Ok(job::enqueue(tx, "unknown", &"payload", at, None).await?)
    }
}

struct Replay(Uuid);

impl Command for Replay {
    const NAME: &'static str = "test.replay";
    type Answer = bool;
    type Refusal = Error;
    async fn run(&self, tx: &mut Tx) -> Result<bool, Error> {
        Ok(job::replay(tx, self.0).await?)
    }
}

fn by_smtp(town: &Town) -> (SmtpServer, Worker) {
    let server = SmtpServer::start(SmtpOptions::default());
    let mut settings = MailSettings::smtp("nepasrepondre@portail.test", "127.0.0.1");
    settings.port = Some(server.port());
    settings.security = Security::None;
    let transport = Transport::open(&settings).expect("a transport");
    (server, Worker::new(Arc::clone(&town.app), transport))
}

async fn state(town: &Town, id: Uuid) -> (String, String) {
    let mut tx = town.system().read().await.expect("a reader");
    let found = mail::get(&mut tx, id)
        .await
        .expect("a mail")
        .expect("the mail");
    (found.state, found.last_error.unwrap_or_default())
}

async fn health(town: &Town) -> job::Health {
    let mut tx = town.system().read().await.expect("a reader");
    job::health(&mut tx).await.expect("the queue")
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_send_each_mail_once() {
    let town = Town::new().await;
    for _ in 0..40 {
        town.system().write(to("lea@familles.test")).await.unwrap();
    }
    let (transport, mailbox) = Transport::memory();
    let first = Worker::new(Arc::clone(&town.app), transport.clone());
    let second = Worker::new(Arc::clone(&town.app), transport);
    tokio::join!(first.run_due(), second.run_due());
    assert_eq!(mailbox.lock().unwrap().len(), 40);
    assert_eq!(health(&town).await.ready, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_worker_that_died_had_taken_is_done_by_another() {
    let town = Town::new().await;
    let id = town.system().write(to("lea@familles.test")).await.unwrap();
    let taken = town
        .system()
        .write(Claim {
            worker: "dead".to_owned(),
            lease: SignedDuration::from_mins(5),
            limit: 10,
        })
        .await
        .unwrap();
    assert_eq!(taken.len(), 1);
    assert!(town.mails().await.is_empty(), "it is still in other hands");
    town.turn(SignedDuration::from_mins(6));
    assert_eq!(town.mails().await.len(), 1);
    assert_eq!(state(&town, id).await.0, "sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_does_not_exist_is_refused_and_the_agent_can_read_why() {
    let town = Town::new().await;
    let (server, worker) = by_smtp(&town);
    let refused = town
        .system()
        .write(to("refuse@familles.test"))
        .await
        .unwrap();
    let sent = town.system().write(to("lea@familles.test")).await.unwrap();
    worker.run_due().await;
    let (state_refused, why) = state(&town, refused).await;
    assert_eq!(state_refused, "refused");
    assert!(why.contains("550"), "{why}");
    assert_eq!(state(&town, sent).await.0, "sent");
    assert_eq!(server.wait_for(1).await.len(), 1);
    assert_eq!(health(&town).await.ready, 0, "a refusal is not tried again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_later_is_asked_later() {
    let town = Town::new().await;
    let (_server, worker) = by_smtp(&town);
    let id = town
        .system()
        .write(to("grise@familles.test"))
        .await
        .unwrap();
    worker.run_due().await;
    let (now, why) = state(&town, id).await;
    assert_eq!(now, "queued");
    assert!(why.contains("451"), "{why}");
    for _ in 0..8 {
        town.turn(SignedDuration::from_mins(90));
        worker.run_due().await;
    }
    assert_eq!(state(&town, id).await.0, "sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_never_sent_after_its_expiry() {
    let town = Town::new().await;
    let id = town
        .system()
        .write(WriteTo {
            address: "lea@familles.test",
            good_for: SignedDuration::from_hours(1),
        })
        .await
        .unwrap();
    town.turn(SignedDuration::from_mins(61));
    assert!(town.mails().await.is_empty());
    assert_eq!(state(&town, id).await.0, "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_cannot_be_done_waits_for_an_operator() {
    let town = Town::new().await;
    town.system().write(Strange).await.unwrap();
    town.work().await;
    let dead = {
        let mut tx = town.system().read().await.unwrap();
        job::dead(&mut tx).await.unwrap()
    };
    assert_eq!(dead.len(), 1);
    assert!(dead[0].last_error.as_ref().unwrap().contains("unknown"));
    assert!(town.system().write(Replay(dead[0].id)).await.unwrap());
    assert_eq!(health(&town).await.ready, 1);
    town.work().await;
    assert_eq!(health(&town).await.dead, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_command_leaves_no_mail_behind() {
    struct Refused;
    impl Command for Refused {
        const NAME: &'static str = "test.refused";
        type Answer = ();
        type Refusal = Error;
        async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
            to("lea@familles.test").run(tx).await?;
            Err(Error::Conflict("no".to_owned()))
        }
    }
    let town = Town::new().await;
    town.system().write(Refused).await.unwrap_err();
    assert!(town.mails().await.is_empty());
}
