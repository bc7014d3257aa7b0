//! The mail server of the tests, spoken to as a sender would.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls as ClientTls, TlsParameters};
use lettre::{Message, SmtpTransport, Transport as _};
use preau_testkit::smtp::{SmtpOptions, SmtpServer, Tls};

/// A conversation over the bare socket.
struct Talk(BufReader<TcpStream>);

impl Talk {
    fn with(server: &SmtpServer) -> Self {
        let mut talk = Self(BufReader::new(
            TcpStream::connect(("127.0.0.1", server.port())).unwrap(),
        ));
        assert!(talk.answer().starts_with("220 "));
        assert!(talk.say("EHLO test").starts_with("250 "));
        talk
    }

    /// The last line of the next answer, empty when the server has hung up.
    fn answer(&mut self) -> String {
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).unwrap_or(0) == 0 {
                return String::new();
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                return line.trim_end().to_owned();
            }
        }
    }

    fn say(&mut self, line: &str) -> String {
        self.0
            .get_mut()
            .write_all(format!("{line}\r\n").as_bytes())
            .unwrap();
        self.answer()
    }

    /// The whole delivery; stops at the first refusal and returns that answer.
    fn deliver(&mut self, to: &str, message: &str) -> String {
        for line in [
            "MAIL FROM:<mairie@laigneville.test>".to_owned(),
            format!("RCPT TO:<{to}>"),
        ] {
            let answer = self.say(&line);
            if !answer.starts_with('2') {
                self.say("RSET");
                return answer;
            }
        }
        let answer = self.say("DATA");
        if answer.starts_with("354") {
            self.say(&format!("{message}\r\n."))
        } else {
            answer
        }
    }
}

fn letter(to: &str) -> Message {
    Message::builder()
        .from(
            "Mairie de Laigneville <mairie@laigneville.test>"
                .parse()
                .unwrap(),
        )
        .to(to.parse().unwrap())
        .subject("Votre demande a été reçue")
        .multipart(lettre::message::MultiPart::alternative_plain_html(
            String::from("Bonjour,\nnous l’avons bien reçue.\n"),
            String::from("<p>Bonjour,<br>nous l’avons bien reçue.</p>"),
        ))
        .unwrap()
}

fn client(
    server: &SmtpServer,
    tls: impl Fn(TlsParameters) -> ClientTls,
) -> lettre::transport::smtp::SmtpTransportBuilder {
    let trusted = TlsParameters::builder("localhost".into())
        .add_root_certificate(Certificate::from_pem(server.ca_pem().as_bytes()).unwrap())
        .build_rustls()
        .unwrap();
    SmtpTransport::builder_dangerous("127.0.0.1")
        .port(server.port())
        .tls(tls(trusted))
        .timeout(Some(Duration::from_secs(10)))
}

#[tokio::test]
async fn each_recipient_is_answered_as_their_name_says() {
    let server = SmtpServer::start(SmtpOptions {
        greylist_times: 2,
        slow: Duration::from_millis(10),
        size_limit: 500,
        ..SmtpOptions::default()
    });
    let mut talk = Talk::with(&server);

    assert!(
        talk.deliver("refuse@mail.test", "x")
            .starts_with("550 5.1.1")
    );
    assert!(
        talk.deliver("plein+leo@mail.test", "x")
            .starts_with("452 4.2.2")
    );
    assert!(
        talk.deliver("grise@mail.test", "x")
            .starts_with("451 4.7.1")
    );
    assert!(
        talk.deliver("grise@mail.test", "x")
            .starts_with("451 4.7.1")
    );
    assert!(
        talk.deliver("grise@mail.test", "Subject: enfin\r\n\r\nx")
            .starts_with("250")
    );
    assert!(talk.deliver("spam@mail.test", "x").starts_with("554"));
    assert!(
        talk.deliver("grand@mail.test", &"x".repeat(501))
            .starts_with("552")
    );
    assert!(
        talk.deliver("lent@mail.test", "Subject: lent\r\n\r\nx")
            .starts_with("250")
    );
    assert_eq!(
        talk.deliver("coupe@mail.test", "x"),
        "",
        "the connection is cut"
    );

    let subjects: Vec<_> = server
        .wait_for(2)
        .await
        .into_iter()
        .map(|m| m.subject)
        .collect();
    assert_eq!(subjects, ["enfin", "lent"]);
    let grey = server
        .answers()
        .into_iter()
        .filter(|a| a.to.starts_with("grise"))
        .count();
    assert_eq!(grey, 3);
}

#[test]
fn a_letter_is_kept_with_its_envelope_and_its_parts() {
    let server = SmtpServer::start(SmtpOptions::default());
    client(&server, |_| ClientTls::None)
        .build()
        .send(&letter("lea@famille.test"))
        .unwrap();

    let [mail] = server.received().try_into().unwrap();
    assert_eq!(mail.from, "mairie@laigneville.test");
    assert_eq!(mail.to, ["lea@famille.test"]);
    assert_eq!(mail.subject, "Votre demande a été reçue");
    assert_eq!(
        mail.text.as_deref(),
        Some("Bonjour,\nnous l’avons bien reçue.\n")
    );
    assert!(mail.html.as_ref().unwrap().contains("<p>Bonjour,<br>"));
    assert_eq!(mail.header("To").as_deref(), Some("lea@famille.test"));
    assert!(!mail.encrypted);
}

#[test]
fn starttls_and_a_password_are_asked_for() {
    let server = SmtpServer::start(SmtpOptions {
        tls: Tls::StartTls,
        auth: Some(("preau".into(), "secret".into())),
        ..SmtpOptions::default()
    });
    assert!(
        Talk::with(&server)
            .say("MAIL FROM:<a@b.test>")
            .starts_with("530")
    );

    let wrong = client(&server, ClientTls::Required)
        .credentials(Credentials::new("preau".into(), "faux".into()));
    assert!(
        wrong
            .build()
            .send(&letter("lea@famille.test"))
            .unwrap_err()
            .is_permanent()
    );
    assert!(server.received().is_empty());

    let right = client(&server, ClientTls::Required)
        .credentials(Credentials::new("preau".into(), "secret".into()));
    right.build().send(&letter("lea@famille.test")).unwrap();
    let [mail] = server.received().try_into().unwrap();
    assert!(mail.encrypted);
    assert_eq!(mail.user.as_deref(), Some("preau"));
}

#[test]
fn implicit_tls_is_trusted_only_through_its_own_authority() {
    let server = SmtpServer::start(SmtpOptions {
        tls: Tls::Implicit,
        auth: Some(("preau".into(), "secret".into())),
        ..SmtpOptions::default()
    });
    let known = client(&server, ClientTls::Wrapper)
        .credentials(Credentials::new("preau".into(), "secret".into()));
    known.build().send(&letter("lea@famille.test")).unwrap();
    assert!(server.received().first().is_some_and(|mail| mail.encrypted));

    let stranger = TlsParameters::builder("localhost".into())
        .build_rustls()
        .unwrap();
    let sent = client(&server, |_| ClientTls::Wrapper(stranger.clone()))
        .build()
        .send(&letter("lea@famille.test"));
    assert!(sent.is_err());
}

#[test]
fn the_server_ends_when_it_is_dropped_and_can_come_back_on_its_port() {
    let server = SmtpServer::start(SmtpOptions::default());
    let port = server.port();
    drop(server);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    let again = SmtpServer::start(SmtpOptions {
        port: Some(port),
        ..SmtpOptions::default()
    });
    Talk::with(&again);
}
