//! Paramètres, Dossier famille: what families see and change, field by field.

use askama::Template;
use preau_app::dossier::policy;
use preau_rules::{
    dossier::{Access as Policy, Policies, Theme, Who, of_theme, themes},
    permission::Right,
};

use crate::{
    agent::settings::{self, Section},
    call::{Call, Reply},
    forms::Choice,
    page::Page,
    posted::Submitted,
    routes::{Access, Routes},
};

const PATH: &str = "/agent/parametres/dossier";

pub(crate) fn routes(routes: Routes) -> Routes {
    let right = Access::Holds(Right::PortalSettings);
    routes.get(PATH, right, show).post(PATH, right, save)
}

struct Line {
    key: &'static str,
    label: &'static str,
    choices: Vec<Choice>,
    required: bool,
    /// It is required whatever the commune says.
    always: bool,
}

struct Group {
    title: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "agent/dossier_fields.html")]
struct Fields {
    page: Page,
    sections: Vec<Section>,
    groups: Vec<Group>,
}

fn group(policies: &Policies, who: Who, theme: Theme) -> Group {
    let whose = match who {
        Who::Guardian => "responsable",
        Who::Child => "enfant",
    };
    let lines = of_theme(who, theme).map(|field| {
        let policy = policies.of(field);
        let allowed = Policy::ALL
            .into_iter()
            .filter(|a| !(field.never_checked() && *a == Policy::Checked));
        Line {
            key: field.key,
            label: field.label,
            choices: allowed
                .map(|access| Choice {
                    value: access.code().to_owned(),
                    label: access.label_fr().to_owned(),
                    selected: access == policy.access,
                })
                .collect(),
            required: policy.required,
            always: field.always_required,
        }
    });
    Group {
        title: format!("{} ({whose})", theme.label_fr()),
        lines: lines.collect(),
    }
}

async fn show(call: Call) -> Reply {
    let policies = policy::load(&call.cx).await?;
    let groups = [Who::Guardian, Who::Child]
        .into_iter()
        .flat_map(|who| themes(who).map(move |theme| (who, theme)))
        .map(|(who, theme)| group(&policies, who, theme));
    let template = Fields {
        page: call
            .page("Dossier famille", "parametres")
            .crumb("Ma journée", Some("/agent"))
            .crumb("Paramètres", Some("/agent/parametres"))
            .crumb("Dossier famille", None),
        sections: settings::sections(&call, PATH),
        groups: groups.collect(),
    };
    call.html(&template)
}

async fn save(Submitted { call, form }: Submitted) -> Reply {
    let policies = policy::read(|key| {
        let access = Policy::of(form.text(key));
        (access, form.ticked(&format!("{key}.requis")))
    });
    policy::save(&call.cx, policies).await?;
    Ok(call.see_saying(
        PATH,
        "ok",
        "C’est enregistré : les familles voient ces réglages dès maintenant.",
    ))
}
