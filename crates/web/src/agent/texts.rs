//! Textes et e-mails: the words of the first page, the zone common to all mails, and a real mail to look at.

use askama::Template;
use preau_app::{
    Error,
    mail::Rendered,
    portal::{self, Part, TextsForm},
};
use preau_rules::permission::Right;

use crate::{
    agent::settings::{self, Section},
    call::{Call, Reply},
    forms::Form,
    page::Page,
    posted::Submitted,
    routes::{Access, Routes},
};

const PATH: &str = "/agent/parametres/textes";

pub(crate) fn routes(routes: Routes) -> Routes {
    let right = Access::Holds(Right::PortalTexts);
    routes.get(PATH, right, show).post(PATH, right, save).post(
        "/agent/parametres/textes/essai",
        right,
        send,
    )
}

#[derive(Template)]
#[template(path = "agent/texts.html")]
struct Texts {
    page: Page,
    sections: Vec<Section>,
    form: Form,
    mail: Rendered,
    /// The mail is drawn from what is typed and not saved.
    draft: bool,
}

fn form(now: &TextsForm) -> Form {
    Form::default()
        .required("titre", "Titre de l’accueil")
        .value(&now.titre)
        .optional("texte", "Texte sous le titre")
        .value(&now.texte)
        .optional("zone", "Zone des notifications")
        .hint("Ce texte figure dans tous les e-mails du portail : une fermeture à venir, un numéro à appeler. En répondant à une demande, un agent peut le compléter ou le remplacer.")
        .value(&now.zone)
}

fn template(call: &Call, now: &TextsForm, mail: Rendered, draft: bool) -> Texts {
    Texts {
        page: settings::page(call, "Textes et e-mails"),
        sections: settings::sections(call, PATH),
        form: form(now),
        mail,
        draft,
    }
}

async fn show(call: Call) -> Reply {
    let mail = portal::test_message(&call.cx, &call.portal)?;
    call.html(&template(&call, &TextsForm::of(&call.portal), mail, false))
}

async fn save(Submitted { call, form }: Submitted) -> Reply {
    let typed = TextsForm {
        titre: form.text("titre").to_owned(),
        texte: form.text("texte").to_owned(),
        zone: form.text("zone").to_owned(),
    };
    let texts = match typed.parse() {
        Ok(texts) => texts,
        Err(Error::Invalid(errors)) => {
            let mail = portal::test_message(&call.cx, &call.portal)?;
            let page = template(&call, &typed, mail, false);
            let form = page.form.with_errors(&errors);
            return call.invalid(&Texts { form, ..page });
        }
        Err(error) => return Err(error.into()),
    };
    if form.ticked("apercu") {
        let mut draft = (*call.portal).clone();
        texts.put(&mut draft);
        let mail = portal::test_message(&call.cx, &draft)?;
        return call.html(&template(&call, &typed, mail, true));
    }
    portal::save_part(&call.cx, Part::Texts(texts)).await?;
    Ok(call.see_saying(PATH, "ok", "Les textes sont enregistrés."))
}

async fn send(Submitted { call, .. }: Submitted) -> Reply {
    let to = portal::send_test_message(&call.cx).await?;
    let text = format!(
        "Le message d’essai part vers {to}. S’il n’arrive pas d’ici quelques minutes, regardez dans Messages."
    );
    Ok(call.see_saying(PATH, "ok", &text))
}
