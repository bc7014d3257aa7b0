//! Mots de passe des familles: what the commune asks of them, with what follows from each choice.

use askama::Template;
use preau_app::{
    FieldError,
    portal::{self, Part},
};
use preau_rules::{password_preset::Preset, permission::Right};

use crate::{
    agent::settings::{self, Section},
    call::{Call, Reply},
    forms::Form,
    page::Page,
    posted::Submitted,
    routes::{Access, Routes},
};

const PATH: &str = "/agent/parametres/mots-de-passe";

pub(crate) fn routes(routes: Routes) -> Routes {
    let right = Access::Holds(Right::PortalSettings);
    routes.get(PATH, right, show).post(PATH, right, save)
}

struct Rule {
    value: &'static str,
    label: String,
    consequence: &'static str,
    bits: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "agent/passwords.html")]
struct Passwords {
    page: Page,
    sections: Vec<Section>,
    form: Form,
    rules: Vec<Rule>,
}

fn template(call: &Call, errors: &[FieldError]) -> Passwords {
    let rules = Preset::ALL.map(|preset| Rule {
        value: preset.code(),
        label: preset.policy().hint_fr(),
        consequence: preset.consequence_fr(),
        bits: format!("{:.0}", preset.bits()),
        chosen: preset == call.portal.passwords,
    });
    Passwords {
        page: settings::page(call, "Mots de passe des familles"),
        sections: settings::sections(call, PATH),
        form: Form::default()
            .required("regle", "Règle")
            .with_errors(errors),
        rules: rules.into(),
    }
}

async fn show(call: Call) -> Reply {
    call.html(&template(&call, &[]))
}

async fn save(Submitted { call, form }: Submitted) -> Reply {
    let Some(preset) = Preset::parse(form.text("regle")) else {
        let error = FieldError::new("regle", "Choisissez une règle dans la liste.");
        return call.invalid(&template(&call, &[error]));
    };
    portal::save_part(&call.cx, Part::Passwords(preset)).await?;
    Ok(call.see_saying(
        PATH,
        "ok",
        "La règle est enregistrée. Elle vaut pour les mots de passe choisis dès maintenant.",
    ))
}
