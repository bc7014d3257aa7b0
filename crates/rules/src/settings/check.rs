//! Worked examples in a settings file. The comments of the keys are the text of the reference.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::scalar::{Day, Moment};

/// What is asked for.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Réserver.
    #[default]
    Book,
    /// Annuler.
    Cancel,
    /// Changer de formule ou de jours fixes.
    Change,
    /// S’inscrire à l’activité.
    Enrol,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Book, Self::Cancel, Self::Change, Self::Enrol];

    /// "réserver".
    pub const fn label_fr(self) -> &'static str {
        match self {
            Self::Book => "réserver",
            Self::Cancel => "annuler",
            Self::Change => "changer de formule",
            Self::Enrol => "s’inscrire",
        }
    }

    /// As files and the command line name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Book => "book",
            Self::Cancel => "cancel",
            Self::Change => "change",
            Self::Enrol => "enrol",
        }
    }
}

/// Ce qu’une famille peut faire à un instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Outcome {
    /// Pas encore.
    #[serde(rename = "pas encore")]
    NotYet,
    /// Oui.
    #[serde(rename = "ouvert")]
    Open,
    /// Oui, en retard.
    #[serde(rename = "en retard")]
    Late,
    /// Non.
    #[serde(rename = "fermé")]
    Closed,
}

/// D’où vient un exemple.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Source {
    /// La commune l’a publié.
    #[serde(rename = "publié")]
    Published,
    /// Il a été déduit de la règle.
    #[default]
    #[serde(rename = "déduit")]
    Derived,
}

/// Un exemple : pour ce jour, cette limite. Il attend `until`, `opens` ou `outcome`, ou plusieurs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// L’activité.
    pub activity: String,
    /// L’unité. Sans elle, celle de l’activité, si elle n’en a qu’une.
    pub unit: Option<String>,
    /// Le site.
    pub site: Option<String>,
    /// Le groupe.
    pub group: Option<String>,
    /// L’option.
    pub option: Option<String>,
    /// La catégorie de la famille.
    pub category: Option<String>,
    /// Le jour du service.
    pub day: Day,
    /// `"book"` (réserver), `"cancel"` (annuler), `"change"` (changer de formule) ou `"enrol"`
    /// (s’inscrire). Sans elle, `"book"`.
    #[serde(default, rename = "do")]
    pub action: Action,
    /// Jusqu’à quand. Sans heure, la fin de la journée.
    pub until: Option<Moment>,
    /// À partir de quand. Sans heure, le début de la journée.
    pub opens: Option<Moment>,
    /// L’instant où la famille agit, pour `outcome`.
    pub at: Option<Moment>,
    /// Ce qu’elle peut faire alors : `"pas encore"`, `"ouvert"`, `"en retard"` ou `"fermé"`.
    pub outcome: Option<Outcome>,
    /// `"publié"` ou `"déduit"`. Sans elle, `"déduit"`.
    #[serde(default)]
    pub source: Source,
}
