//! The shape of deadlines in a settings file. The comments of the keys are the text of the reference.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::limit::one_or_many;
use super::list::{DaysOffList, Names, WeekdayList};
use super::scalar::{Day, Moment, TableCell, WeekdayName, YearDay};
use crate::calendar::Hour;
use crate::deadline::{After, Anchor, Season, Shift};

/// Un délai : pour quoi, et jusqu’à quand. Chaque clé de portée resserre ; celui qui en a le plus
/// l’emporte.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeadlineEntry {
    /// Portée : ces activités.
    pub activity: Option<Names>,
    /// Portée : ces unités.
    pub unit: Option<Names>,
    /// Portée : ces sites.
    pub site: Option<Names>,
    /// Portée : ces groupes.
    pub group: Option<Names>,
    /// Portée : ces options.
    pub option: Option<Names>,
    /// Portée : ces catégories de familles.
    pub category: Option<Names>,
    /// Portée : jours de service pendant l’`"école"` ou les `"vacances"`.
    pub during: Option<Season>,
    /// Portée : jours de service à partir de celui-ci.
    pub from: Option<Day>,
    /// Portée : jours de service jusqu’à celui-ci.
    pub to: Option<Day>,
    /// Pour réserver.
    pub book: Option<Limit>,
    /// Pour annuler.
    pub cancel: Option<Limit>,
    /// Pour réserver et pour annuler.
    pub both: Option<Limit>,
    /// Pour changer de formule ou de jours fixes.
    pub change: Option<Limit>,
    /// Pour s’inscrire à l’activité, avant toute réservation.
    pub enrol: Option<Limit>,
}

/// A limit: a word, or a table of keys.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Limit {
    /// "toujours", "jamais", "début".
    Word(LimitWord),
    /// Everything else.
    Keys(Box<LimitKeys>),
}

/// The words that are a limit on their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum LimitWord {
    /// No booking is needed.
    #[serde(rename = "toujours")]
    Always,
    /// It cannot be done.
    #[serde(rename = "jamais")]
    Never,
    /// Until the service starts.
    #[serde(rename = "début")]
    UntilStart,
}

/// Une limite. Une seule clé dit quand ; les autres précisent. Sans aucune qui dise quand, mais avec
/// `opens`, `opens_by` ou `request`, la limite est le début du service. Au lieu de ces clés, un mot :
/// `"toujours"` (sans réservation), `"jamais"`, `"début"` (jusqu’au début du service).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitKeys {
    /// Quand : tant de jours ouvrés avant.
    pub working_days: Option<u16>,
    /// Quand : tant de jours d’école avant. `1` pour le premier jour après les vacances est le
    /// dernier jour d’école avant elles.
    pub school_days: Option<u16>,
    /// Quand : tant de jours avant, tous comptés.
    pub days: Option<u16>,
    /// Quand : tant de semaines avant, jour pour jour.
    pub weeks: Option<u16>,
    /// Quand : tant de mois avant, jour pour jour.
    pub months: Option<u8>,
    /// Quand : tant de jours francs avant (ni le jour de l’acte, ni celui du service).
    pub clear_days: Option<u16>,
    /// Quand : tant d’heures avant le début, à l’horloge. Avec `days_off`, elles s’arrêtent ces
    /// jours-là.
    pub hours: Option<u16>,
    /// Quand : tant de minutes avant le début, comme `hours`.
    pub minutes: Option<u32>,
    /// Quand : le jour même, à cette heure.
    pub same_day: Option<Hour>,
    /// Quand : la veille, à cette heure. La veille d’un lundi est un dimanche : voir `school_days`
    /// et `working_days`.
    pub eve: Option<Hour>,
    /// Quand : ce jour de la semaine précédente, ou d’une autre avec `weeks_before` ; avec `nth`,
    /// d’un mois avant.
    pub weekday: Option<WeekdayName>,
    /// Quand : le dernier tel jour qui précède.
    pub previous: Option<WeekdayName>,
    /// Quand : pour chaque jour de la semaine du service, sa limite.
    pub table: Option<Table>,
    /// Quand : ce jour du mois précédent, ou d’un autre avec `months_before`. `31` est le dernier
    /// jour du mois.
    pub month_day: Option<u8>,
    /// Quand : chaque année ce jour-là, avant l’année scolaire du service.
    pub year_day: Option<YearDay>,
    /// Quand : à cette date.
    pub date: Option<Day>,
    /// Quand : un calendrier publié, ligne à ligne.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dates: Vec<DatesRow>,
    /// Quand : tant de jours après le service.
    pub days_after: Option<u16>,
    /// L’heure. Sans elle, la fin de la journée (`"24:00"`).
    pub at: Option<Hour>,
    /// Avec `weekday` : combien de semaines avant. Sans elle, `1` ; `0` est la semaine du service.
    pub weeks_before: Option<u8>,
    /// Avec `month_day` ou `nth` : combien de mois avant. Sans elle, `1`.
    pub months_before: Option<u8>,
    /// Avec `weekday` : le combientième du mois, de `1` à `4`, ou `-1` pour le dernier.
    pub nth: Option<i8>,
    /// D’où l’on compte : `"jour"` du service, ou premier jour de sa `"semaine"`, de son `"mois"`
    /// (premier jour d’activité), des `"vacances"`, des `"vacances précédentes"`, de la `"période"`, de
    /// la `"rentrée de vacances"`, de l’`"année scolaire"`, de la `"saison"` de l’activité. Sans elle,
    /// `"jour"`.
    pub before: Option<Anchor>,
    /// Jours qui ne comptent pas. Sans eux : pour des jours ouvrés et pour `shift`, ceux qui ne sont
    /// pas ouvrés ; pour des jours d’école, ceux sans école.
    pub days_off: Option<DaysOffList>,
    /// Ce que fait une limite qui tombe sur un jour qui ne compte pas : elle `"reste"`, ou passe
    /// `"avant"` ou `"après"`. Sans elle, `"reste"`.
    pub shift: Option<Shift>,
    /// À partir de quand : une date ou une limite. Sans heure, au début de la journée.
    pub opens: Option<Opening>,
    /// À partir de quand, par catégorie de familles. `autres` vaut pour celles qui ne sont pas nommées.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub opens_by: BTreeMap<String, Opening>,
    /// Ce qui suit pour les retardataires, en une ou plusieurs étapes (une liste, dans l’ordre). Sans
    /// elle, ils sont refusés.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "one_or_many"
    )]
    pub late: Vec<LateKeys>,
    /// Jours qui suivent une autre règle. La première qui convient l’emporte.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<ExceptionKeys>,
    /// Une demande, que la mairie confirme : `true`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub request: bool,
    /// Le paiement doit être fait dans le même délai : `true`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paid: bool,
    /// Ce que la commune ajoute, en clair.
    pub note: Option<String>,
}

/// Un tableau : pour chaque jour de la semaine du service, le jour et l’heure de la limite.
/// `"vendredi 11:00"` est le vendredi qui précède (ou le jour même, si c’est le même jour) ;
/// `"lundi S-1 11:00"` est le lundi de la semaine précédente.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Pour un lundi.
    pub lundi: Option<TableCell>,
    /// Pour un mardi.
    pub mardi: Option<TableCell>,
    /// Pour un mercredi.
    pub mercredi: Option<TableCell>,
    /// Pour un jeudi.
    pub jeudi: Option<TableCell>,
    /// Pour un vendredi.
    pub vendredi: Option<TableCell>,
    /// Pour un samedi.
    pub samedi: Option<TableCell>,
    /// Pour un dimanche.
    pub dimanche: Option<TableCell>,
}

/// Une ligne d’un calendrier publié.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatesRow {
    /// Premier jour de service.
    pub from: Day,
    /// Dernier jour de service.
    pub to: Day,
    /// À partir de quand. Sans heure, au début de la journée.
    pub opens: Option<Moment>,
    /// Jusqu’à quand. Sans heure, à la fin de la journée.
    pub until: Moment,
}

/// Ce qui suit pour les retardataires : `supplement` ou `request`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LateKeys {
    /// C’est possible, avec le supplément de ce nom.
    pub supplement: Option<String>,
    /// C’est une demande, que la mairie accepte ou non : `true`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub request: bool,
    /// Jusqu’à quand. Sans elle, jusqu’au début du service.
    pub until: Option<Limit>,
}

/// Des jours qui suivent une autre règle. Tout ce qui est dit doit être vrai du jour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExceptionKeys {
    /// Ces jours de la semaine.
    pub on: Option<WeekdayList>,
    /// Premier jour d’école après des `"vacances"` ou un jour `"férié"`.
    pub after: Option<After>,
    /// Pendant l’`"école"` ou les `"vacances"`.
    pub during: Option<Season>,
    /// À partir de ce jour de service.
    pub from: Option<Day>,
    /// Jusqu’à ce jour de service.
    pub to: Option<Day>,
    /// La limite de ces jours-là.
    pub limit: Limit,
}

/// When something opens: a moment, or a limit's keys.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Opening {
    /// A date, with an hour or without.
    At(Moment),
    /// A rule.
    Keys(Box<LimitKeys>),
}
