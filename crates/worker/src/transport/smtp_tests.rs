//! Against a real mail server in a process of its own, which also fails as real ones do.

use std::io::Write as _;
use std::time::Duration;

use jiff::Timestamp;
use preau_testkit::smtp::{SmtpOptions, SmtpServer, Tls};
use uuid::Uuid;

use super::letter::tests::letter_to;
use super::{Letter, MailSettings, Reason, Secret, Security, SendError, Transport};

const PASSWORD: &str = "trombone-7-à-pistons";

/// How the town hall writes to this server, before a test spoils it.
fn settings(server: &SmtpServer) -> MailSettings {
    MailSettings {
        port: Some(server.port()),
        security: Security::None,
        timeout_seconds: 10,
        ..MailSettings::smtp("ne-pas-repondre@portail.exemple.fr", "127.0.0.1")
    }
}

fn open(settings: &MailSettings) -> Transport {
    Transport::open(settings).expect("settings that hold together")
}

fn locked(tls: Tls) -> SmtpOptions {
    SmtpOptions {
        tls,
        auth: Some(("portail".to_owned(), PASSWORD.to_owned())),
        ..SmtpOptions::default()
    }
}

/// The server's authority in a file, as the person who runs a portal would give it.
fn authority(server: &SmtpServer) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(server.ca_pem().as_bytes()).expect("written");
    file
}

fn with_password(
    settings: MailSettings,
    security: Security,
    ca: &tempfile::NamedTempFile,
) -> MailSettings {
    MailSettings {
        host: Some("localhost".to_owned()),
        security,
        username: Some("portail".to_owned()),
        password: Some(Secret::new(PASSWORD)),
        ca_file: Some(ca.path().to_owned()),
        ..settings
    }
}

fn numbered(number: u128, to: &str) -> Letter {
    Letter {
        id: Uuid::from_u128(number),
        ..letter_to(to)
    }
}

async fn refused(transport: &Transport, to: &str) -> SendError {
    transport.send(&letter_to(to)).await.expect_err(to)
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written() {
    let server = SmtpServer::start(SmtpOptions::default());
    let transport = open(&settings(&server));
    let letter = Letter {
        subject: "Accusé de réception : « cantine » — à Léo, 1 € ".to_owned(),
        text: "Ligne un,\n.\n..deux\n\nÇa y est : œuf, 12 €.\n".to_owned(),
        ..letter_to("lea.durant@exemple.fr")
    };
    let receipt = transport.send(&letter).await.expect("sent");

    let mails = server.wait_for(1).await;
    let mail = &mails[0];
    assert_eq!(mail.from, "ne-pas-repondre@portail.exemple.fr");
    assert_eq!(mail.to, ["lea.durant@exemple.fr"]);
    assert_eq!(mail.subject, letter.subject.trim());
    assert_eq!(
        mail.text.as_deref().map(str::trim_end),
        Some(letter.text.trim_end())
    );
    assert_eq!(
        mail.html.as_deref().map(str::trim_end),
        Some(letter.html.trim_end())
    );
    assert_eq!(mail.header("Message-ID"), Some(receipt.message_id));
    assert_eq!(
        mail.header("Auto-Submitted").as_deref(),
        Some("auto-generated")
    );
    assert!(receipt.answer.starts_with("250"), "{}", receipt.answer);
    assert!(
        mail.raw.is_ascii(),
        "no server on the way has anything to rewrite"
    );
}

#[tokio::test]
async fn a_password_travels_only_under_encryption() {
    for (tls, security) in [
        (Tls::StartTls, Security::Starttls),
        (Tls::Implicit, Security::Tls),
    ] {
        let server = SmtpServer::start(locked(tls));
        let ca = authority(&server);
        let transport = open(&with_password(settings(&server), security, &ca));

        let seen = transport.check().await.expect("a server that answers");
        assert!(seen.encrypted && seen.authenticated, "{seen:?}");
        assert_eq!(seen.target, format!("localhost:{}", server.port()));
        assert!(seen.server.is_some_and(|name| !name.is_empty()));

        transport
            .send(&letter_to("lea@exemple.fr"))
            .await
            .expect("sent");
        let mails = server.wait_for(1).await;
        assert_eq!(
            (mails[0].encrypted, mails[0].user.as_deref()),
            (true, Some("portail"))
        );
    }
}

#[tokio::test]
async fn a_server_without_starttls_gets_neither_the_password_nor_the_mail() {
    let server = SmtpServer::start(SmtpOptions::default());
    let ca = authority(&server);
    let transport = open(&with_password(settings(&server), Security::Starttls, &ca));
    let error = refused(&transport, "lea@exemple.fr").await;
    assert_eq!(
        (error.is_permanent(), error.reason()),
        (false, Reason::Encryption)
    );
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn an_unknown_authority_is_not_trusted() {
    for (tls, security) in [
        (Tls::StartTls, Security::Starttls),
        (Tls::Implicit, Security::Tls),
    ] {
        let server = SmtpServer::start(locked(tls));
        let ca = authority(&server);
        let settings = MailSettings {
            ca_file: None,
            ..with_password(settings(&server), security, &ca)
        };
        let error = open(&settings).check().await.expect_err("a stranger");
        assert_eq!(
            (error.is_permanent(), error.reason()),
            (false, Reason::Encryption),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_wrong_password_keeps_the_mail_waiting_and_shows_no_password() {
    let server = SmtpServer::start(locked(Tls::StartTls));
    let ca = authority(&server);
    let settings = MailSettings {
        password: Some(Secret::new("mauvais-mot-de-passe")),
        ..with_password(settings(&server), Security::Starttls, &ca)
    };
    let transport = open(&settings);
    let error = refused(&transport, "lea@exemple.fr").await;
    assert_eq!(
        (error.is_permanent(), error.reason()),
        (false, Reason::Authentication)
    );
    assert!(
        error
            .explain()
            .starts_with("Le serveur de mail refuse notre identifiant (535")
    );
    for shown in [
        format!("{error:?} {error}"),
        format!("{transport:?}"),
        format!("{settings:?}"),
    ] {
        assert!(!shown.contains("mauvais-mot-de-passe"), "{shown}");
    }
}

#[tokio::test]
async fn each_refusal_says_whether_to_try_again_and_why() {
    let server = SmtpServer::start(SmtpOptions {
        size_limit: 20_000,
        ..SmtpOptions::default()
    });
    let transport = open(&settings(&server));
    let cases = [
        (
            "refuse@exemple.fr",
            true,
            Reason::UnknownRecipient,
            "L’adresse n’existe pas (550 5.1.1)",
        ),
        (
            "plein@exemple.fr",
            false,
            Reason::FullBox,
            "La boîte du destinataire est pleine (452 4.2.2)",
        ),
        (
            "coupe@exemple.fr",
            false,
            Reason::Interrupted,
            "Le serveur de mail a interrompu l’échange",
        ),
        (
            "spam@exemple.fr",
            true,
            Reason::Message,
            "Le serveur du destinataire refuse le message, peut-être pris pour un indésirable (554 5.7.1)",
        ),
    ];
    for (to, permanent, reason, sentence) in cases {
        let error = refused(&transport, to).await;
        assert_eq!(
            (error.is_permanent(), error.reason()),
            (permanent, reason),
            "{error}"
        );
        assert_eq!(error.explain(), sentence);
    }
    let big = Letter {
        html: "x ".repeat(20_000),
        ..letter_to("lea@exemple.fr")
    };
    let error = transport.send(&big).await.expect_err("too big");
    assert_eq!(
        (error.is_permanent(), error.reason()),
        (true, Reason::TooBig),
        "{error}"
    );

    transport
        .send(&letter_to("lea@exemple.fr"))
        .await
        .expect("a refusal spoils nothing");
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn a_grey_listed_mail_passes_the_second_time_with_the_same_identity() {
    let server = SmtpServer::start(SmtpOptions::default());
    let transport = open(&settings(&server));
    let error = refused(&transport, "grise@exemple.fr").await;
    assert_eq!(
        (error.is_permanent(), error.reason()),
        (false, Reason::Later)
    );
    let receipt = transport
        .send(&letter_to("grise@exemple.fr"))
        .await
        .expect("the second time");
    assert_eq!(
        server.wait_for(1).await[0].header("Message-ID"),
        Some(receipt.message_id)
    );
}

#[tokio::test]
async fn a_slow_server_does_not_hold_the_queue() {
    let slow = SmtpOptions {
        slow: Duration::from_secs(30),
        ..SmtpOptions::default()
    };
    let server = SmtpServer::start(slow);
    let transport = open(&MailSettings {
        timeout_seconds: 1,
        ..settings(&server)
    });
    let error = refused(&transport, "lent@exemple.fr").await;
    assert_eq!(
        (error.is_permanent(), error.reason()),
        (false, Reason::Timeout)
    );
    transport
        .send(&letter_to("lea@exemple.fr"))
        .await
        .expect("the next one passes");
}

#[tokio::test]
async fn a_series_goes_over_one_connection_and_survives_its_end() {
    let server = SmtpServer::start(SmtpOptions::default());
    let transport = open(&settings(&server));
    for number in 1..=3 {
        transport
            .send(&numbered(number, "lea@exemple.fr"))
            .await
            .expect("sent");
    }

    // The server restarts: the connection that rested is dead, and nobody notices.
    let port = server.port();
    drop(server);
    let server = SmtpServer::start(SmtpOptions {
        port: Some(port),
        ..SmtpOptions::default()
    });
    transport
        .send(&numbered(4, "lea@exemple.fr"))
        .await
        .expect("on a new connection");
    assert_eq!(server.wait_for(1).await.len(), 1, "once, not twice");

    transport.rest().await;
    transport
        .send(&numbered(5, "lea@exemple.fr"))
        .await
        .expect("after a rest");
}

#[tokio::test]
async fn a_server_that_is_down_is_a_failure_to_try_again() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("its number").port();
    drop(free);
    let transport = open(&MailSettings {
        port: Some(port),
        security: Security::None,
        ..MailSettings::smtp("ne-pas-repondre@portail.exemple.fr", "127.0.0.1")
    });
    let error = refused(&transport, "lea@exemple.fr").await;
    assert_eq!(
        (error.is_permanent(), error.reason()),
        (false, Reason::Connection),
        "{error}"
    );
    assert_eq!(error.explain(), "Le serveur de mail est injoignable");
    assert_eq!(
        transport.check().await.expect_err("down").reason(),
        Reason::Connection
    );
}

#[tokio::test]
async fn hostile_names_reach_nobody_else() {
    let server = SmtpServer::start(SmtpOptions::default());
    let transport = open(&settings(&server));
    let letter = Letter {
        to_name: "Léa\r\nBcc: tous@exemple.fr".to_owned(),
        subject: "Bonjour\r\n\r\n.\r\nMAIL FROM:<pirate@exemple.fr>".to_owned(),
        text: "a\r\n.\r\nMAIL FROM:<pirate@exemple.fr>\r\n".to_owned(),
        date: Timestamp::UNIX_EPOCH,
        ..letter_to("lea@exemple.fr")
    };
    transport.send(&letter).await.expect("sent");
    let mails = server.wait_for(1).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, ["lea@exemple.fr"]);
    assert_eq!(mails[0].header("Bcc"), None);
    assert!(
        mails[0]
            .text
            .as_deref()
            .is_some_and(|text| text.contains("MAIL FROM:<pirate@exemple.fr>"))
    );
}
