//! Commune et mairie: name, address, telephone, hours, and what the legal pages say.

use askama::Template;
use preau_app::{
    Error,
    portal::{self, ACCESSIBILITY, IdentityForm, Part, ZONES},
};
use preau_rules::permission::Right;

use crate::{
    agent::settings::{self, Section},
    call::{Call, Reply},
    forms::{Choice, Form},
    page::Page,
    posted::{Posted, Submitted},
    routes::{Access, Routes},
};

const PATH: &str = "/agent/parametres/portail";

pub(crate) fn routes(routes: Routes) -> Routes {
    let right = Access::Holds(Right::PortalSettings);
    routes.get(PATH, right, show).post(PATH, right, save)
}

#[derive(Template)]
#[template(path = "agent/identity.html")]
struct Identity {
    page: Page,
    sections: Vec<Section>,
    form: Form,
    accessibility: Vec<Choice>,
    zones: Vec<Choice>,
}

fn form(now: &IdentityForm) -> Form {
    Form::default()
        .required("nom", "Nom de la commune")
        .value(&now.nom)
        .optional("accroche", "Accroche")
        .hint("Sous le nom, en haut de chaque page.")
        .value(&now.accroche)
        .required("mairie", "Nom de la mairie")
        .hint("Par exemple Mairie de Laigneville. Il signe les e-mails.")
        .value(&now.mairie)
        .optional("adresse", "Adresse postale")
        .hint("Une ligne par ligne de l’enveloppe.")
        .value(&now.adresse)
        .optional("telephone", "Téléphone du service")
        .value(&now.telephone)
        .optional("horaires", "Horaires")
        .hint("Quand quelqu’un répond : lundi au vendredi, de 9 h à 12 h.")
        .value(&now.horaires)
        .optional("courriel", "Adresse e-mail")
        .hint("Elle est publiée, et reçoit les réponses des usagers.")
        .value(&now.courriel)
        .optional("site", "Site internet de la mairie")
        .value(&now.site)
        .required("delai", "Délai de réponse, en jours")
        .hint("Au-delà, une demande est signalée en retard à vos agents.")
        .value(&now.delai)
        .required("directeur", "Directeur de la publication")
        .hint("Le maire, avec son nom.")
        .value(&now.directeur)
        .optional("hebergeur", "Hébergeur")
        .hint("Nom, adresse et téléphone : la loi l’exige dans les mentions légales.")
        .value(&now.hebergeur)
        .optional("dpo", "Délégué à la protection des données")
        .hint("Nom ou service, avec une adresse où lui écrire.")
        .value(&now.dpo)
        .required("accessibilite", "Accessibilité du portail")
        .hint("Affichée au bas de chaque page, comme la loi le demande.")
        .value(&now.accessibilite)
        .required("fuseau", "Heure de la commune")
        .value(&now.fuseau)
}

fn choices(known: &[(&str, &str)], now: &str) -> Vec<Choice> {
    let one = |(value, label): &(&str, &str)| Choice {
        value: (*value).to_owned(),
        label: (*label).to_owned(),
        selected: *value == now,
    };
    known.iter().map(one).collect()
}

fn template(call: &Call, now: &IdentityForm) -> Identity {
    Identity {
        page: settings::page(call, "Commune et mairie"),
        sections: settings::sections(call, PATH),
        form: form(now),
        accessibility: choices(&ACCESSIBILITY, &now.accessibilite),
        zones: choices(&ZONES, &now.fuseau),
    }
}

fn read(form: &Posted) -> IdentityForm {
    let text = |name: &str| form.text(name).to_owned();
    IdentityForm {
        nom: text("nom"),
        accroche: text("accroche"),
        mairie: text("mairie"),
        adresse: text("adresse"),
        telephone: text("telephone"),
        horaires: text("horaires"),
        courriel: text("courriel"),
        site: text("site"),
        delai: text("delai"),
        accessibilite: text("accessibilite"),
        directeur: text("directeur"),
        dpo: text("dpo"),
        hebergeur: text("hebergeur"),
        fuseau: text("fuseau"),
    }
}

async fn show(call: Call) -> Reply {
    call.html(&template(&call, &IdentityForm::of(&call.portal)))
}

async fn save(Submitted { call, form }: Submitted) -> Reply {
    let typed = read(&form);
    let saved = match typed.parse() {
        Ok(identity) => portal::save_part(&call.cx, Part::Identity(Box::new(identity))).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => Ok(call.see_saying(
            PATH,
            "ok",
            "Les réglages sont enregistrés. Ils valent dès maintenant.",
        )),
        Err(Error::Invalid(errors)) => {
            let page = template(&call, &typed);
            let form = page.form.with_errors(&errors);
            call.invalid(&Identity { form, ..page })
        }
        Err(error) => Err(error.into()),
    }
}
