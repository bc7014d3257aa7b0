//! The journal as people read it: who did what to which thing, and what was before and after.

use preau_rules::permission::Right;
use preau_store::tables::journal::{self, Entry};
use serde_json::Value;
use uuid::Uuid;

use crate::{Cx, Error};

/// Entries on a page.
pub const PAGE: usize = 50;

/// A page of the journal.
#[derive(Debug, Clone)]
pub struct Pages {
    /// Newest first.
    pub entries: Vec<Entry>,
    /// Where the next page starts.
    pub next: Option<Uuid>,
    /// Kinds of things that the journal knows.
    pub kinds: Vec<String>,
}

/// A page of the journal: entries older than `before`, about one kind of thing or all.
pub async fn list(cx: &Cx, kind: &str, before: Option<Uuid>) -> Result<Pages, Error> {
    cx.caller.require(Right::Journal)?;
    let mut tx = cx.read().await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut entries = if kind.is_empty() {
        journal::page(&mut tx, before, limit).await?
    } else {
        journal::page_of(&mut tx, kind, before, limit).await?
    };
    let more = entries.len() > PAGE;
    entries.truncate(PAGE);
    Ok(Pages {
        next: entries.last().filter(|_| more).map(|e| e.id),
        entries,
        kinds: journal::kinds(&mut tx).await?,
    })
}

/// One value that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is, in French where we have the word.
    pub name: String,
    /// Before, when there was something.
    pub before: Option<String>,
    /// After, when there is something.
    pub after: Option<String>,
}

/// What differs between the two sides of an entry.
#[must_use]
pub fn differences(entry: &Entry) -> Vec<Difference> {
    let read = |text: &Option<String>| {
        text.as_deref()
            .and_then(|text| serde_json::from_str::<Value>(text).ok())
            .unwrap_or(Value::Null)
    };
    let (before, after) = (read(&entry.before), read(&entry.after));
    let (Some(old), Some(new)) = (members(&before), members(&after)) else {
        let (before, after) = (shown("", &before), shown("", &after));
        return differ("valeur", before, after).into_iter().collect();
    };
    let mut names: Vec<&String> = new.keys().chain(old.keys()).collect();
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.as_str()));
    let kept = names
        .into_iter()
        .filter(|name| !MECHANICAL.contains(&name.as_str()));
    kept.filter_map(|name| {
        let side = |map: &serde_json::Map<String, Value>| {
            map.get(name).and_then(|value| shown(name, value))
        };
        differ(field_fr(name), side(old), side(new))
    })
    .collect()
}

/// Columns that say nothing to people.
const MECHANICAL: [&str; 7] = [
    "id",
    "created_at",
    "updated_at",
    "version",
    "position",
    "sha256",
    "path",
];

fn differ(name: &str, before: Option<String>, after: Option<String>) -> Option<Difference> {
    (before != after).then(|| Difference {
        name: name.to_owned(),
        before,
        after,
    })
}

/// An absent side has no members.
fn members(value: &Value) -> Option<&serde_json::Map<String, Value>> {
    static NONE: std::sync::LazyLock<serde_json::Map<String, Value>> =
        std::sync::LazyLock::new(serde_json::Map::new);
    match value {
        Value::Object(map) => Some(map),
        Value::Null => Some(&NONE),
        _ => None,
    }
}

fn shown(name: &str, value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::Bool(true) => "oui".to_owned(),
        Value::Bool(false) => "non".to_owned(),
        Value::String(text) if name == "state" => {
            crate::request::State::of(text).label_fr().to_owned()
        }
        Value::String(text) if text.starts_with('[') => match serde_json::from_str::<Value>(text) {
            Ok(Value::Array(items)) => return shown(name, &Value::Array(items)),
            _ => text.clone(),
        },
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().filter_map(|item| listed(name, item)).collect();
            items.join(", ")
        }
        other => other.to_string(),
    };
    if text.is_empty() {
        return None;
    }
    let short: String = text.chars().take(300).collect();
    Some(if short.len() < text.len() {
        format!("{short}…")
    } else {
        short
    })
}

/// An item of a list; a right by its French name.
fn listed(name: &str, item: &Value) -> Option<String> {
    let right = item.as_str().and_then(|code| code.parse::<Right>().ok());
    right.map_or_else(
        || shown(name, item),
        |right| Some(right.label_fr().to_owned()),
    )
}

/// The French word of a field; the field's own name where we have none.
fn field_fr(name: &str) -> &str {
    match name {
        "state" => "état",
        "assigned_to" => "suivie par",
        "reason" => "motif",
        "present" => "présents",
        "absent" => "absents",
        "excused" => "absents excusés",
        "address" => "adresse",
        "name" => "nom",
        "tagline" => "accroche",
        "town_hall" => "nom de la mairie",
        "phone" => "téléphone",
        "hours" => "horaires",
        "email" => "e-mail",
        "website" => "site",
        "welcome_title" => "titre d’accueil",
        "welcome_text" => "texte d’accueil",
        "notification_zone" => "zone des notifications",
        "accent" => "couleur",
        "logo" => "logo",
        "answer_days" => "délai de réponse (jours)",
        "time_zone" => "fuseau horaire",
        "accessibility" => "accessibilité",
        "publisher" => "directeur de la publication",
        "dpo" => "délégué à la protection des données",
        "host" => "hébergeur",
        "title" => "titre",
        "body" => "texte",
        "pinned" => "épinglée",
        "visible_from" => "visible à partir de",
        "visible_until" => "visible jusqu’à",
        "removed_at" => "retiré le",
        "published" => "publiée",
        "slug" => "adresse de la page",
        "kind" => "sorte",
        "day" => "jour",
        "dishes" => "plats",
        "labels" => "mentions",
        "first_name" => "prénom",
        "last_name" => "nom de famille",
        "roles" => "rôles",
        "rights" => "droits",
        "label" => "libellé",
        "disabled" | "disabled_at" => "bloqué",
        "second_factor" => "code à usage unique",
        "device" => "appareil",
        "size" => "taille",
        "media_type" => "format",
        other => other,
    }
}

/// What was done, as the end of a sentence that starts with the name of who did it.
#[must_use]
pub fn sentence_fr(entry: &Entry) -> String {
    let (kind, action) = (entry.object_kind.as_str(), entry.action.as_str());
    let name = &entry.object_name;
    let said = match (kind, action) {
        ("request", action) => {
            let deed = crate::request::deed_fr(action);
            let about = if deed.ends_with("la demande") {
                " "
            } else {
                ", demande "
            };
            return format!("{deed}{about}{name}");
        }
        ("account" | "sign_up", action) => return crate::account::deed_fr(action).to_owned(),
        ("family", action) => return format!("{}, famille {name}", crate::family::deed_fr(action)),
        ("subscriber_codes", "created") => return "a créé des codes abonné en série".to_owned(),
        ("attendance", _) => return format!("a fait l’appel\u{a0}: {name}"),
        ("mail", "resent") => "a renvoyé le message",
        ("session", "opened") => return "s’est connecté".to_owned(),
        ("session", "ended") => return "a fermé une session".to_owned(),
        (_, "created") => "a créé",
        (_, "changed") => "a modifié",
        (_, "removed") => "a retiré",
        (_, "restored") => "a remis",
        (_, "opened") => "a ouvert",
        (_, "ended") => "a fermé",
        (_, "disabled") => "a bloqué",
        (_, "enabled") => "a débloqué",
        (_, "invited") => "a invité",
        (_, "attached") => "a ajouté un fichier à",
        (_, "retired") => "a mis hors service",
        (_, "detached") => "a retiré un fichier de",
        (_, other) => return format!("{other} : {} « {name} »", kind_fr(kind)),
    };
    if kind == "mail" {
        return format!("{said} « {name} »");
    }
    format!("{said} {} « {name} »", thing_fr(kind))
}

/// The thing with its article.
fn thing_fr(kind: &str) -> &str {
    match kind {
        "news" => "l’actualité",
        "page" => "la page",
        "menu" => "le menu",
        "portal" => "les réglages",
        "agent" => "l’agent",
        "role" => "le rôle",
        "site" => "le site",
        "file" => "le fichier",
        "data_key" => "la clé de données",
        "session" => "la session",
        "request" => "la demande",
        other => other,
    }
}

/// The kind of thing, for the filter.
#[must_use]
pub fn kind_fr(kind: &str) -> &str {
    match kind {
        "news" => "Actualités",
        "page" => "Pages",
        "menu" => "Menus",
        "portal" => "Réglages du portail",
        "agent" => "Agents",
        "role" => "Rôles",
        "site" => "Sites",
        "file" => "Fichiers",
        "data_key" => "Clés de données",
        "session" => "Connexions",
        "request" => "Demandes",
        "mail" => "Messages",
        "attendance" => "Appels",
        "family" => "Familles",
        "account" => "Comptes des usagers",
        "sign_up" => "Inscriptions en attente",
        "subscriber_codes" => "Codes abonné en série",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: &str, action: &str, before: Option<&str>, after: Option<&str>) -> Entry {
        Entry {
            id: Uuid::nil(),
            at: "2026-11-23T08:12:00Z".parse().unwrap(),
            actor_kind: "agent".to_owned(),
            actor_name: "Camille Durant".to_owned(),
            action: action.to_owned(),
            object_kind: kind.to_owned(),
            object_id: String::new(),
            object_name: "D-2026-0001".to_owned(),
            before: before.map(ToOwned::to_owned),
            after: after.map(ToOwned::to_owned),
        }
    }

    #[test]
    fn only_what_differs_is_told() {
        let changed = entry(
            "request",
            "assigned",
            Some(r#"{"state":"submitted","assigned_to":null,"id":"1"}"#),
            Some(r#"{"state":"in_progress","assigned_to":"Karim Benali","id":"2"}"#),
        );
        let told: Vec<_> = differences(&changed)
            .into_iter()
            .map(|d| (d.name, d.before, d.after))
            .collect();
        let text = |t: &str| Some(t.to_owned());
        assert!(told.contains(&("état".to_owned(), text("déposée"), text("en cours"))));
        assert!(told.contains(&("suivie par".to_owned(), None, text("Karim Benali"))));
        assert_eq!(told.len(), 2);
    }

    #[test]
    fn plain_values_long_texts_and_rubbish_are_shown_too() {
        let plain = differences(&entry(
            "mail",
            "resent",
            Some("\"a@b.fr\""),
            Some("\"c@d.fr\""),
        ));
        assert_eq!(plain[0].before.as_deref(), Some("a@b.fr"));
        let long = format!("{{\"body\":\"{}\"}}", "é".repeat(400));
        let told = differences(&entry("page", "created", None, Some(&long)));
        assert_eq!(told[0].after.as_deref().unwrap().chars().count(), 301);
        assert!(differences(&entry("page", "created", Some("{"), None)).is_empty());
        let rights = r#""[\"attendance\",\"health\"]""#;
        let told = differences(&entry("role", "created", None, Some(rights)));
        assert_eq!(told[0].after.as_deref(), Some("Pointage, Données de santé"));
        let title = differences(&entry("page", "created", None, Some(r#"{"title":"news"}"#)));
        assert_eq!(title[0].after.as_deref(), Some("news"));
    }
}
