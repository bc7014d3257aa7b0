//! What must hold for every mail, including those that are not written yet.

use std::collections::BTreeSet;
use std::path::Path;

use super::*;

/// The values of every `href`.
fn links(html: &str) -> Vec<String> {
    html.split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(|link| link.replace("&#38;", "&").replace("&amp;", "&"))
        .collect()
}

#[test]
fn every_mail_is_whole() {
    let card = CommuneCard::sample();
    let all = samples(&card).expect("all mails");

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/mail");
    let written: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the templates")
        .filter_map(|entry| entry.expect("a file").file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".subject.txt").map(str::to_owned))
        .collect();
    let sampled: BTreeSet<String> = all.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(written, sampled, "every mail has a sample");

    for (
        name,
        Rendered {
            subject,
            text,
            html,
        },
    ) in &all
    {
        assert!(
            !subject.is_empty() && !subject.contains('\n'),
            "{name}: one line"
        );
        assert!(
            subject.chars().count() <= SUBJECT_LIMIT,
            "{name}: {subject}"
        );
        for line in text.lines().filter(|line| !line.contains("https://")) {
            assert!(line.chars().count() <= 78, "{name}: {line}");
        }
        for part in [text, html] {
            for expected in [
                "Le service Enfance est fermé le mercredi après-midi.",
                "03 44 00 00 00",
                "Mairie de Laigneville",
                "60290 Laigneville",
                "https://www.laigneville.exemple.fr",
                "Ceci est un mail automatique, merci de ne pas y répondre.",
            ] {
                assert!(part.contains(expected), "{name}: {expected}");
            }
            assert!(!part.contains("{{") && !part.contains("{%"), "{name}");
            for sign in [" :", " ;", " ?", " !", "« ", " »"] {
                assert!(!part.contains(sign), "{name}: a line may break in {sign:?}");
            }
        }
        assert!(
            text.starts_with("Bonjour ") && !text.contains("\n\n\n"),
            "{name}: {text}"
        );
        for link in links(html) {
            assert!(link.starts_with("https://"), "{name}: {link}");
            assert!(text.contains(&link), "{name}: {link} is in the text too");
        }
        for remote in ["<img", "<script", "<link", "url(", "<table", "src="] {
            assert!(!html.contains(remote), "{name}: {remote}");
        }
        assert!(html.len() < 20_000, "{name}: mail programs cut long pages");
    }
}

#[test]
fn every_mail_reads_well() {
    let all = samples(&CommuneCard::sample()).expect("all mails");
    let texts: Vec<String> = all
        .iter()
        .map(|(name, mail)| format!("===== {name}\nObjet : {}\n\n{}", mail.subject, mail.text))
        .collect();
    insta::assert_snapshot!("texts", texts.join("\n").replace('\u{a0}', "~"));
    let (_, answer) = all
        .iter()
        .find(|(name, _)| *name == "contact_answer")
        .expect("the answer");
    insta::assert_snapshot!("contact_answer_html", answer.html.replace('\u{a0}', "~"));
}

#[test]
fn a_name_is_a_name_and_not_a_page() {
    let mut mail = ContactAnswer::sample();
    let attack = "<script>alert(1)</script>\"'&";
    mail.to.name = attack.to_owned();
    mail.subject = attack.to_owned();
    mail.message = format!("{attack}\nhttps://piege.exemple/");
    mail.answer = attack.to_owned();
    mail.zone = Zone::ReplacedBy(attack.to_owned());
    let card = CommuneCard {
        town_hall_name: attack.to_owned(),
        website: Some(format!("javascript:{attack}")),
        accent: "red;background:url(https://piege.exemple/)".to_owned(),
        ..CommuneCard::sample()
    };
    let html = mail.render(&card).expect("a mail").html;
    assert!(!html.contains("<script"), "{html}");
    for link in links(&html) {
        assert!(link.starts_with("https://portail.exemple.fr/"), "{link}");
    }
}

#[test]
fn the_agent_completes_or_replaces_the_notification_zone() {
    let card = CommuneCard::sample();
    let with = |zone: Zone| {
        let mail = ContactAnswer {
            zone,
            ..ContactAnswer::sample()
        };
        mail.render(&card).expect("a mail")
    };
    let (agents, communes) = ("Apportez le livret.", "Le service Enfance est fermé");
    for (zone, expected) in [
        (Zone::Commune, (false, true)),
        (Zone::CompletedBy(agents.to_owned()), (true, true)),
        (Zone::ReplacedBy(agents.to_owned()), (true, false)),
    ] {
        let mail = with(zone);
        for part in [mail.text, mail.html] {
            assert_eq!((part.contains(agents), part.contains(communes)), expected);
        }
    }
}

#[test]
fn a_commune_that_gave_only_its_name_still_writes_a_proper_mail() {
    let card = CommuneCard {
        address: vec![" ".to_owned()],
        phone: Some(String::new()),
        hours: None,
        website: None,
        notification_zone: " \n".to_owned(),
        ..CommuneCard::sample()
    };
    let mut mail = ContactConfirm::sample();
    mail.to = Addressee::default();
    let Rendered { text, html, .. } = mail.render(&card).expect("a mail");
    assert!(text.starts_with("Bonjour,\n\n"), "{text}");
    assert!(
        text.ends_with("Cordialement,\n\nMairie de Laigneville\n\nCeci est un mail automatique, merci de ne pas y répondre.\n"),
        "{text}"
    );
    for part in [text, html] {
        assert!(!part.contains("contacter notre service"), "{part}");
    }
}

#[test]
fn only_citizens_are_pointed_to_their_requests() {
    let all = samples(&CommuneCard::sample()).expect("all mails");
    for (name, mail) in all {
        assert_eq!(
            mail.text
                .replace('\n', " ")
                .contains("«\u{a0}Mes demandes\u{a0}»"),
            !name.starts_with("agent_") && name != "test_message",
            "{name}"
        );
    }
}

#[test]
fn the_longest_subject_of_a_visitor_fits() {
    let mut mail = ContactAcknowledgement::sample();
    mail.subject = "Inscription\r\nBcc: tous@exemple.fr ".repeat(40);
    let subject = mail.render(&CommuneCard::sample()).expect("a mail").subject;
    assert!(
        subject.chars().count() <= SUBJECT_LIMIT && !subject.contains(['\r', '\n']),
        "{subject}"
    );
}
