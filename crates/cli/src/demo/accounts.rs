//! Accounts of the demo: two parents who are in, one who waits for the confirmation, one whom the town hall blocked.

use anyhow::{Context, Result};
use jiff::civil::Date;
use preau_app::{Caller, Cx, account, citizen, legal, subscription};

use super::{
    Card,
    families::{self, OURS},
    seed::{PASSWORD, earlier, person},
};
use crate::agent::in_words;

/// Makes them, when the family that they need is there.
pub(super) async fn make(
    cx: &Cx,
    slug: &str,
    today: Date,
    count: u32,
    card: &mut Card,
) -> Result<()> {
    if count as usize <= OURS {
        return Ok(());
    }
    let family = families::family(OURS, slug, today)?;
    let told = [
        "parent : ouvre l’Espace famille",
        "l’autre parent de la même famille",
    ];
    for (guardian, note) in family.guardians.iter().zip(told) {
        let email = guardian.email.as_deref().context("adresse du parent")?;
        let civility = guardian.civility.unwrap_or_default();
        let names = (civility, &*guardian.first_name, &*guardian.last_name);
        let account = account(cx, names, email).await?;
        subscription::tie_account(cx, account, &family.reference)
            .await
            .map_err(in_words)?;
        let mut parent = person("parent", slug, email, note);
        parent.totp_secret = None;
        card.people.push(parent);
    }
    let lost = account(
        cx,
        ("M", "Bruno", "Valette"),
        "bruno.valette@familles.example",
    )
    .await?;
    account::block(cx, lost, "Compte ouvert au nom d’une autre personne.")
        .await
        .map_err(in_words)?;
    let waiting = ("MME", "Solène", "Guérin");
    sign_up(cx, waiting, "solene.guerin@familles.example").await?;
    Ok(())
}

type Names<'a> = (&'a str, &'a str, &'a str);

/// An account that an agent activated at the counter.
async fn account(cx: &Cx, names: Names<'_>, email: &str) -> Result<uuid::Uuid> {
    let waiting = sign_up(cx, names, email).await?;
    account::waiting::activate(cx, waiting, "Carte d’identité vue au guichet.")
        .await
        .map_err(in_words)
}

/// Somebody signed up yesterday.
async fn sign_up(cx: &Cx, (civility, first, last): Names<'_>, email: &str) -> Result<uuid::Uuid> {
    let mut visitor = cx.clone();
    visitor.caller = Caller::Nobody;
    visitor.at = earlier(cx.at, 26)?;
    email.clone_into(&mut visitor.address);
    let mut tx = visitor.read().await?;
    let version = legal::shown(&visitor, &mut tx, "conditions")
        .await
        .map_err(in_words)?
        .version;
    drop(tx);
    let form = citizen::signup::SignUpForm {
        civilite: civility.to_owned(),
        nom: last.to_owned(),
        prenom: first.to_owned(),
        email: email.to_owned(),
        mot_de_passe: PASSWORD.to_owned(),
        confirmation_mot_de_passe: PASSWORD.to_owned(),
        conditions: true,
        version: version.to_string(),
        ..citizen::signup::SignUpForm::default()
    };
    citizen::signup::sign_up(&visitor, &form)
        .await
        .map_err(in_words)
}
