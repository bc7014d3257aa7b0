//! Fills the demo through the same use cases as everybody: nothing is written behind their back.

use std::{collections::HashMap, path::Path, sync::Arc};

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use preau_app::{
    App, Caller, Cx,
    agent::{self, NewAgent},
    contact::{self, ContactForm},
    menu::{self, DayForm, Week},
    news::{self, NewsForm},
    pages::{self, PageForm},
    portal, proof, setup, site,
};
use sha2::{Digest, Sha256};

use super::{
    Card, CommuneCard, Options, PersonCard,
    town::{Day, Request, TOWNS, Town},
};
use crate::{agent::in_words, commune};

/// The password of everybody in the demo.
pub(super) const PASSWORD: &str = "Marelle-Cour-2026";
/// The secret of everybody's code application, base 32.
const SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

/// Of the made-up families, so many wrote to the town hall at most.
const WRITERS: u32 = 60;

/// Makes everything, and says who is who.
pub(crate) async fn everything(app: &Arc<App>, options: &Options, folder: &Path) -> Result<Card> {
    let mut card = Card {
        url: app.settings.public_url.clone(),
        communes: Vec::new(),
        people: vec![operator(app).await?],
        subscriber_codes: Vec::new(),
        invoices: Vec::new(),
        payfip: String::new(),
        mail_dir: folder.join("mails"),
    };
    for text in TOWNS {
        let town: Town = toml::from_str(text).context("description de la démonstration")?;
        make(app, &town, options.families, &mut card).await?;
    }
    Ok(card)
}

pub(super) fn person(role: &str, commune: &str, email: &str, note: &str) -> PersonCard {
    PersonCard {
        role: role.to_owned(),
        commune: commune.to_owned(),
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        totp_secret: Some(SECRET.to_owned()),
        note: note.to_owned(),
    }
}

async fn operator(app: &Arc<App>) -> Result<PersonCard> {
    let cx = Cx::host(app, Caller::System("démonstration"));
    setup::new_host(&cx).await?;
    let email = "exploitant@preau.example";
    add_agent(
        &cx,
        email,
        ("Alix", "Fournier"),
        (setup::OPERATOR.to_owned(), None),
    )
    .await?;
    Ok(person(
        setup::OPERATOR,
        "",
        email,
        "exploite l’installation : communes, sauvegardes, files d’attente",
    ))
}

async fn add_agent(
    cx: &Cx,
    email: &str,
    (first, last): (&str, &str),
    role: agent::RoleAt,
) -> Result<()> {
    let secret = base32(SECRET);
    let new = NewAgent {
        email: email.to_owned(),
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        roles: vec![role],
        password: Some(PASSWORD.to_owned()),
        totp_secret: Some(secret),
    };
    agent::create(cx, new).await.map_err(in_words)?;
    Ok(())
}

/// Base 32 of RFC 4648, as code applications write their secrets.
fn base32(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut bits, mut count, mut out) = (0_u32, 0, Vec::new());
    for byte in text.bytes() {
        let value = ALPHABET.iter().position(|a| *a == byte).unwrap_or(0);
        bits = (bits << 5) | u32::try_from(value).unwrap_or(0);
        count += 5;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from((bits >> count) & 0xff).unwrap_or(0));
        }
    }
    out
}

async fn make(app: &Arc<App>, town: &Town, families: u32, card: &mut Card) -> Result<()> {
    let made = commune::create(app, &town.slug, &town.portal.name, None).await?;
    for path in &town.former_paths {
        app.communes
            .add_name(made.id, "path", path, commune::origin(app))
            .await?;
    }
    let cx = Cx::system(app, &made, "démonstration");
    portal::save(&cx, town.portal.clone()).await?;
    let mut sites = HashMap::new();
    for place in &town.site {
        let id = site::create(&cx, &place.name, &place.address).await?;
        sites.insert(place.name.as_str(), id);
    }
    for who in &town.agent {
        let place = who.site.as_deref().and_then(|s| sites.get(s)).copied();
        let names = (who.first_name.as_str(), who.last_name.as_str());
        add_agent(&cx, &who.email, names, (who.role.clone(), place)).await?;
        card.people
            .push(person(&who.role, &town.slug, &who.email, &who.note));
    }
    texts(&cx, town).await?;
    let today = cx.at.to_zoned(town.portal.zone()).date();
    super::families::make(&cx, &town.slug, today, families, card).await?;
    super::accounts::make(&cx, &town.slug, today, families, card).await?;
    super::planning::make(&cx, &town.portal.name, &town.slug, today, families).await?;
    super::billing::make(&cx, &town.slug, today, card).await?;
    let invented = (0..families.saturating_sub(3).min(WRITERS)).map(invent);
    for request in town.request.iter().cloned().chain(invented) {
        write(&cx, &request).await?;
    }
    card.communes.push(CommuneCard {
        name: town.portal.name.clone(),
        slug: town.slug.clone(),
        url: format!("{}/{}/", app.settings.public_url, town.slug),
    });
    Ok(())
}

async fn texts(cx: &Cx, town: &Town) -> Result<()> {
    let zone = town.portal.zone();
    let midnight = cx.at.to_zoned(zone.clone()).start_of_day()?.timestamp();
    let local = |days: i64| -> Result<String> {
        let at = midnight.checked_add(SignedDuration::from_hours(24 * days + 8))?;
        let civil = at.to_zoned(zone.clone()).datetime();
        Ok(civil.strftime("%Y-%m-%dT%H:%M").to_string())
    };
    for item in &town.news {
        let form = NewsForm {
            titre: item.title.clone(),
            texte: item.body.clone(),
            une: if item.pinned { "1" } else { "" }.to_owned(),
            debut: local(item.from_days)?,
            fin: item.until_days.map(local).transpose()?.unwrap_or_default(),
        };
        let input = form.parse(&zone, cx.at).map_err(in_words)?;
        news::create(cx, input).await?;
    }
    let week = Week::to_show(cx.at.to_zoned(zone).date());
    for menu in &town.menu {
        let days = menu.days.each_ref().map(day);
        let input = menu::parse(week.later(menu.week), &days).map_err(in_words)?;
        menu::save(cx, input).await?;
    }
    for page in &town.page {
        let form = PageForm {
            titre: page.title.clone(),
            adresse: String::new(),
            texte: page.body.clone(),
            publiee: "1".to_owned(),
        };
        pages::create(cx, form.parse().map_err(in_words)?).await?;
    }
    Ok(())
}

fn day(day: &Day) -> DayForm {
    DayForm {
        plats: day.dishes.join("\n"),
        mentions: day.labels.join("\n"),
    }
}

/// A family like many others writes to the town hall.
fn invent(number: u32) -> Request {
    const FIRST: [&str; 8] = [
        "Nadia", "Thomas", "Fatou", "Élise", "Karim", "Manon", "Wei", "Pauline",
    ];
    const LAST: [&str; 7] = [
        "Bernard", "Diallo", "Lefèvre", "Martin", "Garcia", "Roussel", "Benali",
    ];
    const ABOUT: [(&str, &str); 4] = [
        (
            "Changement d’adresse",
            "Bonjour, nous avons déménagé. Comment vous transmettre notre nouvelle adresse ?",
        ),
        (
            "Quotient familial",
            "Bonjour, notre quotient familial a changé en octobre. À partir de quand compte-t-il ?",
        ),
        (
            "Absence de vendredi",
            "Bonjour, ma fille sera absente vendredi pour un rendez-vous médical.",
        ),
        (
            "Inscription au centre de loisirs",
            "Bonjour, reste-t-il des places au centre de loisirs pour les vacances ?",
        ),
    ];
    let n = number as usize;
    let (first, last) = (FIRST[n % FIRST.len()], LAST[n % LAST.len()]);
    let (subject, message) = ABOUT[n % ABOUT.len()];
    Request {
        name: last.to_owned(),
        first_name: first.to_owned(),
        email: format!("famille{number}@familles.example"),
        phone: String::new(),
        subject: subject.to_owned(),
        message: message.to_owned(),
        hours_ago: 2 + i64::from(number % 200),
    }
}

async fn write(cx: &Cx, request: &Request) -> Result<()> {
    let mut visitor = cx.clone();
    visitor.caller = Caller::Nobody;
    visitor.at = earlier(cx.at, request.hours_ago)?;
    visitor.address.clone_from(&request.email);
    let form = ContactForm {
        nom: request.name.clone(),
        prenom: request.first_name.clone(),
        email: request.email.clone(),
        telephone: request.phone.clone(),
        objet: request.subject.clone(),
        message: request.message.clone(),
        altcha: prove(&visitor)?,
        leurre: String::new(),
    };
    contact::send(&visitor, &form).await.map_err(in_words)?;
    Ok(())
}

pub(super) fn earlier(at: Timestamp, hours: i64) -> Result<Timestamp> {
    Ok(at.checked_sub(SignedDuration::from_hours(hours))?)
}

/// Does the work that the visitor's browser does.
fn prove(cx: &Cx) -> Result<String> {
    use base64::Engine;
    let task = proof::challenge(cx)?;
    let start = Sha256::new().chain_update(&task.salt);
    let wanted = bytes(&task.challenge);
    let number = (0..=task.maxnumber)
        .find(|n| start.clone().chain_update(n.to_string()).finalize()[..] == wanted[..])
        .context("preuve de travail sans solution")?;
    let solved = serde_json::json!({
        "algorithm": task.algorithm, "challenge": task.challenge, "number": number,
        "salt": task.salt, "signature": task.signature,
    });
    Ok(base64::engine::general_purpose::STANDARD.encode(solved.to_string()))
}

/// Reads hexadecimal: comparing bytes is what makes a hundred proofs a matter of a second.
fn bytes(hex: &str) -> Vec<u8> {
    let digit = |c: u8| {
        char::from(c)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    hex.as_bytes()
        .chunks(2)
        .map_while(|pair| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?))
        .collect()
}
