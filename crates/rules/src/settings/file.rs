//! The shape of a settings file: the commune, its calendar, its places, its activities.
//!
//! The comments of the keys are in French: they are the text of the reference in `docs/REGLES.md`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::Check;
use super::deadline::DeadlineEntry;
use super::list::{Names, WeekdayList};
use super::scalar::Day;
use crate::calendar::Hour;
use crate::deadline::Season;

/// Les réglages d’une commune, dans un fichier.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Date à partir de laquelle ces réglages valent. Sans elle, ils valent depuis toujours.
    pub valid_from: Option<Day>,
    /// La commune.
    pub commune: CommuneSection,
    /// Son calendrier.
    #[serde(default)]
    pub calendar: CalendarSection,
    /// Les sites (écoles, centres), par identifiant.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sites: BTreeMap<String, Site>,
    /// Les groupes ou classes, par identifiant.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<String, Group>,
    /// Les activités, par identifiant.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub activities: BTreeMap<String, Activity>,
    /// Les délais, dans n’importe quel ordre : le plus précis l’emporte.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deadlines: Vec<DeadlineEntry>,
    /// Les places, quand elles sont comptées. Toutes les lignes qui conviennent valent à la fois.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capacities: Vec<CapacityEntry>,
    /// Des exemples dont le résultat est connu. `preau rules check` les rejoue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    // What speaks of prices (`tariffs`, `penalties`, `absences`…) has a type and a reader of its own.
}

/// La commune.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommuneSection {
    /// Son nom.
    pub name: String,
    /// Code du département (`"60"`, `"2A"`, `"974"`) : il donne la zone scolaire, les jours fériés
    /// et l’heure.
    pub department: Option<String>,
    /// Où ces règles sont publiées.
    pub source: Option<String>,
    /// Année de ces règles, en clair.
    pub year: Option<String>,
}

/// Le calendrier.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarSection {
    /// Zone scolaire (`"A"`, `"B"`, `"C"`, `"Corse"`, `"La Réunion"`…) ou académie (`"Amiens"`).
    /// Sans elle, celle du département.
    pub school_zone: Option<String>,
    /// Territoire, pour les jours fériés (`"Métropole"`, `"Alsace-Moselle"`, `"Mayotte"`…). Sans lui,
    /// celui du département.
    pub territory: Option<String>,
    /// Fuseau horaire (`"Europe/Paris"`, `"Indian/Reunion"`…). Sans lui, celui du territoire.
    pub time_zone: Option<String>,
    /// Jours de classe. Sans eux, `["lundi", "mardi", "jeudi", "vendredi"]`.
    pub school_days: Option<WeekdayList>,
    /// Ceux d’entre eux qui n’ont classe que le matin (semaine de quatre jours et demi).
    pub school_mornings: Option<WeekdayList>,
    /// Jours travaillés, pour compter des jours ouvrés. Sans eux, du lundi au vendredi.
    pub working_days: Option<WeekdayList>,
    /// Jours de la semaine où le service qui prend les réservations est fermé : ils ne sont pas des
    /// jours ouvrés, mais les activités ont lieu.
    pub office_closed: Option<WeekdayList>,
    /// Ponts : ni classe, ni jour ouvré.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bridges: Vec<Day>,
    /// Jours fériés propres à la commune, en plus de ceux de la loi.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub public_holidays: Vec<NamedDay>,
    /// Vacances scolaires. Si cette liste est donnée, elle remplace celle qui est livrée avec Préau.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub school_holidays: Vec<NamedRange>,
    /// Périodes propres à la commune : trimestres, cycles de réservation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub periods: Vec<NamedRange>,
    /// Fermetures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closures: Vec<ClosureEntry>,
}

/// Un jour nommé.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedDay {
    /// Le jour.
    pub day: Day,
    /// Son nom.
    pub name: String,
}

/// Des jours nommés, le premier et le dernier compris.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedRange {
    /// Leur nom.
    pub name: String,
    /// Le premier jour.
    pub from: Day,
    /// Le dernier jour.
    pub to: Day,
}

/// Une fermeture. Sans `site` ni `group`, toute la commune ferme.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosureEntry {
    /// Le jour, s’il y en a un seul.
    pub day: Option<Day>,
    /// Le premier jour.
    pub from: Option<Day>,
    /// Le dernier jour.
    pub to: Option<Day>,
    /// Pourquoi : « Grève », « Travaux ».
    pub reason: String,
    /// Ce site seulement.
    pub site: Option<String>,
    /// Ce groupe ou cette classe seulement.
    pub group: Option<String>,
    /// Cette activité ou cette unité seulement.
    pub session: Option<String>,
    /// Seul le service qui prend les réservations est fermé : `true`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub office: bool,
}

/// Un site.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Son nom.
    pub name: String,
    /// Ses jours de classe, s’ils diffèrent.
    pub school_days: Option<WeekdayList>,
    /// Ceux d’entre eux qui n’ont classe que le matin.
    pub school_mornings: Option<WeekdayList>,
}

/// Un groupe ou une classe.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Son nom.
    pub name: String,
    /// Son site.
    pub site: Option<String>,
}

/// Une activité. Sans `units`, elle a une seule unité, qui porte son identifiant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Activity {
    /// Son nom.
    pub name: String,
    /// Jours de la semaine où elle a lieu. Sans eux, les jours de classe ; pendant les vacances, du
    /// lundi au vendredi.
    pub days: Option<WeekdayList>,
    /// Quand elle a lieu : `"école"` ou `"vacances"`. Sans cette clé, hors des vacances et pendant.
    pub during: Option<Season>,
    /// Premier jour de la saison.
    pub from: Option<Day>,
    /// Dernier jour de la saison.
    pub to: Option<Day>,
    /// Heure de début. Un délai en heures se compte de là.
    pub start: Option<Hour>,
    /// Heure de fin.
    pub end: Option<Hour>,
    /// Les sites où elle a lieu. Sans eux, tous.
    pub sites: Option<Names>,
    /// Options entre lesquelles on choisit : « régulier », « occasionnel ».
    pub options: Option<Names>,
    /// Qui inscrit : la `"mairie"` (sans cette clé), ou `"libre"` : tout enfant de la commune peut être
    /// réservé.
    pub enrolment: Option<EnrolmentMode>,
    /// Ses unités, par identifiant : repas, matin, soir, journée.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub units: BTreeMap<String, Unit>,
}

/// Une unité : ce qui se réserve.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Son nom.
    pub name: String,
    /// Ses jours de la semaine, s’ils diffèrent de ceux de l’activité.
    pub days: Option<WeekdayList>,
    /// Heure de début.
    pub start: Option<Hour>,
    /// Heure de fin.
    pub end: Option<Hour>,
    /// Unités de la même activité qu’il faut réserver avec elle.
    pub requires: Option<Names>,
    /// Unités de la même activité qui ne vont pas avec elle.
    pub excludes: Option<Names>,
}

/// Qui inscrit un enfant à une activité.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum EnrolmentMode {
    /// The town hall, child by child.
    #[serde(rename = "mairie")]
    TownHall,
    /// Nobody: every child of the commune may be booked.
    #[serde(rename = "libre")]
    Free,
}

/// Des places, pour ce que la portée désigne. Les réservations de tout ce qui est dans la portée se
/// partagent ces places.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CapacityEntry {
    /// Portée : ces activités.
    pub activity: Option<Names>,
    /// Portée : ces unités.
    pub unit: Option<Names>,
    /// Portée : ces sites.
    pub site: Option<Names>,
    /// Portée : ces groupes.
    pub group: Option<Names>,
    /// Ces jours de la semaine seulement.
    pub days: Option<WeekdayList>,
    /// À partir de ce jour de service.
    pub from: Option<Day>,
    /// Jusqu’à ce jour de service.
    pub to: Option<Day>,
    /// Combien.
    pub places: u32,
}
