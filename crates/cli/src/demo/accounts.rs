//! Accounts of the demo: two parents who are in, one who waits for the confirmation, one whom the town hall blocked.

use anyhow::{Context, Result};
use jiff::civil::Date;
use preau_app::{
    AccountCaller, Caller, Cx, account, citizen, document,
    dossier::{self, PersonForm},
    legal, procedure, subscription,
};
use preau_rules::dossier::{Theme, Who, field};
use uuid::Uuid;

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
    document::usual(cx).await.map_err(in_words)?;
    procedure::usual(cx).await.map_err(in_words)?;
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
        if note == told[0] {
            let name = format!("{} {}", guardian.first_name, guardian.last_name);
            fill(&as_parent(cx, account, name, email)).await?;
        }
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

/// What the parent of the demo can do.
fn as_parent(cx: &Cx, id: Uuid, name: String, email: &str) -> Cx {
    let caller = AccountCaller {
        id,
        session: Uuid::nil(),
        name,
        email: email.to_owned(),
        seen_at: cx.at,
        expires_at: cx.at,
    };
    Cx {
        caller: Caller::Account(caller),
        ..cx.clone()
    }
}

/// A page of the file of the first member of a kind: field and what is typed.
type Facts = (Who, Theme, &'static [(&'static str, &'static str)]);

/// Some of the facts of the family's file, as the parent types them.
async fn fill(cx: &Cx) -> Result<()> {
    const FACTS: [Facts; 7] = [
        (
            Who::Guardian,
            Theme::Contact,
            &[
                ("telephone", "06 12 34 56 78"),
                ("adresse", "4 rue des Tilleuls\n60290 Laigneville"),
            ],
        ),
        (
            Who::Guardian,
            Theme::Situation,
            &[
                ("caisse", "caf"),
                ("allocataire", "1234567"),
                ("quotient", "742"),
            ],
        ),
        (
            Who::Child,
            Theme::School,
            &[("ecole", "École Jean-Moulin"), ("niveau", "ce1")],
        ),
        (
            Who::Child,
            Theme::Health,
            &[
                ("medecin", "Dr Anne Colin"),
                ("allergies", "Arachide : gonflement du visage."),
                ("urgence", "Appeler le 15, puis un parent."),
            ],
        ),
        (Who::Child, Theme::Meals, &[("sans_porc", "oui")]),
        (
            Who::Child,
            Theme::Permissions,
            &[("image", "oui"), ("part_seul", "non"), ("sorties", "oui")],
        ),
        (
            Who::Child,
            Theme::Insurance,
            &[("assureur", "MAIF"), ("contrat", "458712 K")],
        ),
    ];
    for (who, theme, typed) in FACTS {
        let all = dossier::mine(cx).await.map_err(in_words)?;
        let member = all
            .iter()
            .flat_map(|d| &d.members)
            .find(|m| m.who == who)
            .context("membre de la famille")?;
        let value = |key: &str| {
            let found = typed.iter().find(|(name, _)| *name == key);
            found.map_or("", |(_, value)| *value)
        };
        // What the page does not type stays as it is.
        let kept = |key: &str| match value(key) {
            "" => field(key).and_then(|f| member.value(f)).unwrap_or_default(),
            value => value,
        };
        dossier::change(cx, member.id, theme, &member.seen(theme), kept)
            .await
            .map_err(in_words)?;
    }
    let all = dossier::mine(cx).await.map_err(in_words)?;
    for child in all
        .iter()
        .flat_map(|d| &d.members)
        .filter(|m| m.who == Who::Child)
    {
        let form = PersonForm {
            prenom: "Jeanne".to_owned(),
            nom: "Petit".to_owned(),
            lien: "grand-mère".to_owned(),
            telephone: "06 98 76 54 32".to_owned(),
            vient_chercher: true,
            a_prevenir: true,
        };
        dossier::add_person(cx, child.id, &form)
            .await
            .map_err(in_words)?;
    }
    Ok(())
}

type Names<'a> = (&'a str, &'a str, &'a str);

/// An account that an agent activated at the counter.
async fn account(cx: &Cx, names: Names<'_>, email: &str) -> Result<Uuid> {
    let waiting = sign_up(cx, names, email).await?;
    account::waiting::activate(cx, waiting, "Carte d’identité vue au guichet.")
        .await
        .map_err(in_words)
}

/// Somebody signed up yesterday.
async fn sign_up(cx: &Cx, (civility, first, last): Names<'_>, email: &str) -> Result<Uuid> {
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
