//! What the person who runs the server reads when a setting is wrong.

use super::settings::{Kind, MailSettings, Secret, Security};

type Spoil = fn(&mut MailSettings);

fn keys(settings: &MailSettings) -> Vec<&'static str> {
    settings
        .validate()
        .err()
        .unwrap_or_default()
        .iter()
        .map(|error| error.key)
        .collect()
}

#[test]
fn a_host_reads_which_key_is_wrong() {
    let good = MailSettings {
        username: Some("portail".to_owned()),
        password: Some(Secret::new("très secret")),
        ..MailSettings::smtp("ne-pas-repondre@exemple.fr", "smtp.exemple.fr")
    };
    assert_eq!(keys(&good), Vec::<&str>::new());

    let cases: [(&str, Spoil); 11] = [
        ("mail.from", |s| s.from = "mairie".to_owned()),
        ("mail.host", |s| s.host = None),
        ("mail.host", |s| {
            s.host = Some("smtp://exemple.fr:25".to_owned());
        }),
        ("mail.port", |s| s.port = Some(0)),
        ("mail.timeout_seconds", |s| s.timeout_seconds = 0),
        ("mail.hello_name", |s| {
            s.hello_name = Some("mon portail".to_owned());
        }),
        ("mail.password", |s| s.password = None),
        ("mail.username", |s| s.username = None),
        ("mail.password_file", |s| {
            s.password_file = Some("secret".into());
        }),
        ("mail.security", |s| s.security = Security::None),
        ("mail.folder", |s| s.transport = Kind::Files),
    ];
    for (key, spoil) in cases {
        let mut settings = good.clone();
        spoil(&mut settings);
        assert_eq!(keys(&settings), [key]);
    }
}

#[test]
fn a_password_in_clear_is_accepted_on_the_same_machine_only() {
    let mut settings = MailSettings {
        security: Security::None,
        username: Some("portail".to_owned()),
        password: Some(Secret::new("secret")),
        ..MailSettings::smtp("ne-pas-repondre@exemple.fr", "127.0.0.1")
    };
    assert_eq!(keys(&settings), Vec::<&str>::new());
    settings.host = Some("10.0.0.7".to_owned());
    assert_eq!(keys(&settings), ["mail.security"]);
}

#[test]
fn settings_never_show_the_password() {
    let settings = MailSettings {
        password: Some(Secret::new("très secret")),
        ..MailSettings::smtp("ne-pas-repondre@exemple.fr", "smtp.exemple.fr")
    };
    assert!(!format!("{settings:?}").contains("secret\""));
    assert!(format!("{settings:?}").contains("***"));
}

#[test]
fn the_section_is_read_as_it_is_written_in_the_guide() {
    let settings: MailSettings = toml::from_str(
        r#"
        transport = "smtp"
        from = "ne-pas-repondre@exemple.fr"
        host = "smtp.exemple.fr"
        security = "tls"
        username = "portail"
        password_file = "/etc/preau/smtp"
        "#,
    )
    .expect("the section");
    assert_eq!(
        (settings.port(), settings.hello_name()),
        (465, "exemple.fr")
    );
    let typo =
        toml::from_str::<MailSettings>("transport = \"smtp\"\nfrom = \"a@b.fr\"\nhots = \"x\"");
    assert!(
        typo.expect_err("an unknown key")
            .to_string()
            .contains("hots")
    );
}

#[test]
fn a_missing_password_file_names_its_key() {
    let settings = MailSettings {
        username: Some("portail".to_owned()),
        password_file: Some("/nonexistent/smtp".into()),
        ..MailSettings::smtp("ne-pas-repondre@exemple.fr", "smtp.exemple.fr")
    };
    let error = settings.credentials().expect_err("no such file");
    assert!(
        error
            .to_string()
            .starts_with("mail.password_file : « /nonexistent/smtp »"),
        "{error}"
    );
}
