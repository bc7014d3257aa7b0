//! Every field that a file can hold.

use super::{Access, Kind, Policy};

/// Whose field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// A responsable's.
    Guardian,
    /// A child's.
    Child,
}

/// A page of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Theme {
    /// Who it is.
    Identity,
    /// How to reach them.
    Contact,
    /// Work, CAF, quotient.
    Situation,
    /// Two homes.
    Custody,
    /// Who may fetch the child, whom to call.
    Persons,
    /// School and class.
    School,
    /// Health.
    Health,
    /// What is eaten, by what is in it.
    Meals,
    /// What the child may do.
    Permissions,
    /// Insurance.
    Insurance,
}

impl Theme {
    /// Every theme, in the order of the pages.
    pub const ALL: [Self; 10] = [
        Self::Identity,
        Self::Contact,
        Self::Situation,
        Self::Custody,
        Self::Persons,
        Self::School,
        Self::Health,
        Self::Meals,
        Self::Permissions,
        Self::Insurance,
    ];

    /// The word in the address of its page.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Identity => "identite",
            Self::Contact => "coordonnees",
            Self::Situation => "situation",
            Self::Custody => "garde",
            Self::Persons => "personnes",
            Self::School => "ecole",
            Self::Health => "sante",
            Self::Meals => "repas",
            Self::Permissions => "autorisations",
            Self::Insurance => "assurance",
        }
    }

    /// Its title.
    pub const fn label_fr(self) -> &'static str {
        match self {
            Self::Identity => "Identité",
            Self::Contact => "Coordonnées",
            Self::Situation => "Situation et quotient familial",
            Self::Custody => "Garde",
            Self::Persons => "Personnes de confiance",
            Self::School => "École",
            Self::Health => "Santé",
            Self::Meals => "Repas",
            Self::Permissions => "Autorisations",
            Self::Insurance => "Assurance",
        }
    }

    /// Reads the word.
    pub fn of(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.slug() == slug)
    }
}

/// A field of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name in the database, in forms and in settings; it never changes.
    pub key: &'static str,
    /// Whose.
    pub who: Who,
    /// On which page.
    pub theme: Theme,
    /// Its label.
    pub label: &'static str,
    /// Words under the label; may be empty.
    pub hint: &'static str,
    /// How it is typed.
    pub kind: Kind,
    /// It is about health: encrypted at rest, seen by who has the right.
    pub sealed: bool,
    /// A file without it is none.
    pub always_required: bool,
    /// What holds where the commune decided nothing.
    pub usual: Policy,
}

impl Field {
    const fn new(
        key: &'static str,
        who: Who,
        theme: Theme,
        label: &'static str,
        kind: Kind,
        access: Access,
    ) -> Self {
        Self {
            key,
            who,
            theme,
            label,
            hint: "",
            kind,
            sealed: matches!(theme, Theme::Health | Theme::Meals),
            always_required: false,
            usual: Policy {
                access,
                required: false,
            },
        }
    }

    /// A check by an agent cannot hold it back.
    pub const fn never_checked(&self) -> bool {
        self.sealed || matches!(self.kind, Kind::Persons)
    }

    const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    const fn always(mut self) -> Self {
        self.always_required = true;
        self.usual.required = true;
        self
    }
}

/// The field of that key.
pub fn field(key: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|f| f.key == key)
}

/// The fields of a page.
pub fn of_theme(who: Who, theme: Theme) -> impl Iterator<Item = &'static Field> {
    FIELDS
        .iter()
        .filter(move |f| f.who == who && f.theme == theme)
}

/// The pages of a file.
pub fn themes(who: Who) -> impl Iterator<Item = Theme> {
    Theme::ALL
        .into_iter()
        .filter(move |theme| of_theme(who, *theme).next().is_some())
}

const CIVILITIES: Kind = Kind::Choice(&[("MME", "Mme"), ("M", "M.")]);
const SEXES: Kind = Kind::Choice(&[("F", "Fille"), ("M", "Garçon")]);
const FUNDS: Kind = Kind::Choice(&[("caf", "CAF"), ("msa", "MSA"), ("autre", "Autre régime")]);
const LEVELS: Kind = Kind::Choice(&[
    ("tps", "Toute petite section"),
    ("ps", "Petite section"),
    ("ms", "Moyenne section"),
    ("gs", "Grande section"),
    ("cp", "CP"),
    ("ce1", "CE1"),
    ("ce2", "CE2"),
    ("cm1", "CM1"),
    ("cm2", "CM2"),
    ("ulis", "ULIS"),
    ("college", "Collège"),
]);

use Access::{AtOnce, Checked, Hidden};
use Kind::{Birth, Custody, Day, Email, Line, Persons, Phone, Prose, Quotient, YesNo};
use Theme::{Contact, Health, Identity, Insurance, Meals, Permissions, School, Situation};
use Who::{Child, Guardian};

/// All of them, in the order of the pages.
pub const FIELDS: &[Field] = &[
    Field::new("responsable.civilite", Guardian, Identity, "Civilité", CIVILITIES, Checked),
    Field::new("responsable.nom", Guardian, Identity, "Nom", Line(80), Checked).always(),
    Field::new("responsable.prenom", Guardian, Identity, "Prénom", Line(80), Checked).always(),
    Field::new("telephone", Guardian, Contact, "Téléphone portable", Phone, AtOnce)
        .hint("Pour vous joindre en cas d’urgence, et pour les messages de la mairie."),
    Field::new("telephone_fixe", Guardian, Contact, "Téléphone fixe", Phone, AtOnce),
    Field::new("telephone_travail", Guardian, Contact, "Téléphone du travail", Phone, AtOnce)
        .hint("Appelé seulement si le portable ne répond pas."),
    Field::new("email", Guardian, Contact, "E-mail", Email, AtOnce)
        .hint("Pour les messages sur vos enfants. L’identifiant de votre compte se change dans Mon compte."),
    Field::new("adresse", Guardian, Contact, "Adresse du domicile", Prose(300), Checked)
        .hint("Numéro et rue, puis code postal et ville. Elle décide du tarif des habitants."),
    Field::new("profession", Guardian, Situation, "Profession", Line(80), Hidden),
    Field::new("employeur", Guardian, Situation, "Employeur", Line(120), Hidden),
    Field::new("caisse", Guardian, Situation, "Caisse d’allocations", FUNDS, AtOnce),
    Field::new("allocataire", Guardian, Situation, "Numéro d’allocataire", Line(20), AtOnce)
        .hint("Il figure en haut de chaque courrier de la CAF ou de la MSA."),
    Field::new("quotient", Guardian, Situation, "Quotient familial", Quotient, Checked)
        .hint("Le montant de votre dernière attestation. Sans lui, c’est le tarif le plus élevé qui s’applique."),
    Field::new("quotient_du", Guardian, Situation, "Date de l’attestation", Day, Checked),
    Field::new("factures", Guardian, Situation, "Reçoit les factures", YesNo, Checked),
    Field::new("enfant.nom", Child, Identity, "Nom", Line(80), Checked).always(),
    Field::new("enfant.prenom", Child, Identity, "Prénom", Line(80), Checked).always(),
    Field::new("naissance", Child, Identity, "Date de naissance", Birth, Checked).always(),
    Field::new("sexe", Child, Identity, "Fille ou garçon", SEXES, Checked),
    Field::new("garde", Child, Theme::Custody, "Calendrier de garde", Custody, Checked)
        .hint("Pour un enfant qui a deux foyers : chacun réserve ses jours."),
    Field::new("personnes", Child, Theme::Persons, "Personnes autorisées et à prévenir", Persons, AtOnce),
    Field::new("ecole", Child, School, "École", Line(120), Checked),
    Field::new("niveau", Child, School, "Niveau", LEVELS, Checked),
    Field::new("classe", Child, School, "Classe", Line(80), Checked)
        .hint("Le nom de la classe ou de l’enseignant."),
    Field::new("medecin", Child, Health, "Médecin traitant", Line(120), AtOnce),
    Field::new("medecin_telephone", Child, Health, "Téléphone du médecin", Phone, AtOnce),
    Field::new("allergies", Child, Health, "Allergies", Prose(1000), AtOnce)
        .hint("Ce que les équipes doivent savoir : aliment, médicament, piqûre, et ce qui arrive."),
    Field::new("pai", Child, Health, "Protocole d’accueil (PAI)", YesNo, AtOnce)
        .hint("Projet d’accueil individualisé, signé avec le médecin et l’école."),
    Field::new("pai_du", Child, Health, "PAI signé le", Day, AtOnce),
    Field::new("pai_au", Child, Health, "PAI valable jusqu’au", Day, AtOnce),
    Field::new("vaccins", Child, Health, "Vaccinations obligatoires à jour", YesNo, AtOnce),
    Field::new("urgence", Child, Health, "Que faire en cas d’urgence", Prose(1000), AtOnce),
    Field::new("sans_porc", Child, Meals, "Sans porc", YesNo, AtOnce),
    Field::new("sans_viande", Child, Meals, "Sans viande", YesNo, AtOnce),
    Field::new("sans_poisson", Child, Meals, "Sans poisson", YesNo, AtOnce),
    Field::new("sans_autre", Child, Meals, "Ne mange pas", Line(200), AtOnce)
        .hint("Un autre aliment à éviter. Une allergie se note dans la page Santé."),
    Field::new("image", Child, Permissions, "Peut être photographié", YesNo, AtOnce)
        .hint("Pour les souvenirs de l’école et les publications de la commune."),
    Field::new("part_seul", Child, Permissions, "Peut rentrer seul", YesNo, AtOnce),
    Field::new("sorties", Child, Permissions, "Participe aux sorties", YesNo, AtOnce),
    Field::new("transport", Child, Permissions, "Peut être transporté en car ou en minibus", YesNo, AtOnce),
    Field::new("soins", Child, Permissions, "Peut recevoir les soins urgents", YesNo, AtOnce)
        .hint("Le médecin décide ; vous êtes prévenu aussitôt."),
    Field::new("assureur", Child, Insurance, "Assureur", Line(120), AtOnce),
    Field::new("contrat", Child, Insurance, "Numéro de contrat", Line(60), AtOnce),
    Field::new("assure_jusquau", Child, Insurance, "Valable jusqu’au", Day, AtOnce),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_field_has_its_own_key() {
        let keys: HashSet<_> = FIELDS.iter().map(|f| f.key).collect();
        assert_eq!(keys.len(), FIELDS.len());
    }

    #[test]
    fn no_field_asks_for_a_religion_or_the_nature_of_a_handicap() {
        for field in FIELDS {
            let words = format!("{} {}", field.label, field.hint).to_lowercase();
            for never in ["religi", "halal", "casher", "handicap"] {
                assert!(!words.contains(never), "{}", field.key);
            }
        }
    }

    #[test]
    fn a_page_is_short_enough_for_a_phone() {
        for who in [Who::Guardian, Who::Child] {
            for theme in themes(who) {
                let fields = of_theme(who, theme).count();
                assert!(fields <= 8, "{theme:?} has {fields}");
            }
        }
    }
}
