//! Made-up families of the demo: the same names, children and codes each time.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use jiff::{ToSpan, civil::Date};
use preau_app::{
    Cx,
    family_import::{self, ChildRow, FamilyRow, GuardianRow, Kind, Rows},
};

use super::{Card, CodeCard, InvoiceCard};
use crate::agent::in_words;

const LAST: [&str; 24] = [
    "Bernard",
    "Diallo",
    "Lefèvre",
    "Martin",
    "Garcia",
    "Roussel",
    "Benali",
    "Moreau",
    "Nguyen",
    "Petit",
    "Da Silva",
    "Lambert",
    "Traoré",
    "Fontaine",
    "Kowalski",
    "Chevalier",
    "Haddad",
    "Mercier",
    "Yılmaz",
    "Dupont-Morel",
    "Carpentier",
    "Le Goff",
    "Rodrigues",
    "Vasseur",
];
const MOTHERS: [&str; 14] = [
    "Nadia", "Élise", "Fatou", "Manon", "Pauline", "Inès", "Wei", "Sophie", "Aïcha", "Claire",
    "Marta", "Hélène", "Awa", "Lucie",
];
const FATHERS: [&str; 13] = [
    "Thomas",
    "Karim",
    "Julien",
    "Moussa",
    "Antoine",
    "Sébastien",
    "Paulo",
    "Mehdi",
    "Yann",
    "Olivier",
    "Jakub",
    "Hugo",
    "Éric",
];
const CHILDREN: [(&str, &str); 17] = [
    ("Léa", "F"),
    ("Léo", "M"),
    ("Nathan", "M"),
    ("Jade", "F"),
    ("Gabriel", "M"),
    ("Ambre", "F"),
    ("Ismaël", "M"),
    ("Chloé", "F"),
    ("Noé", "M"),
    ("Lina", "F"),
    ("Côme", "M"),
    ("Maëlys", "F"),
    ("Adam", "M"),
    ("Zoé", "F"),
    ("Timéo", "M"),
    ("Anaïs", "F"),
    ("Éloi", "M"),
];
/// Families whose code or invoice the card tells.
const TOLD: usize = 40;
/// The family whose parents have an account: it has three children.
pub(super) const OURS: usize = 2;

fn pick<T: Copy>(all: &[T], n: usize) -> T {
    all[n % all.len()]
}

/// `BLENFANCE-12087-0007K3VQ`: as the software before made them.
fn code(prefix: &str, n: usize) -> String {
    const SIGNS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut rest = (n as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 8;
    let mut tail = String::new();
    for _ in 0..8 {
        tail.push(char::from(SIGNS[usize::try_from(rest % 36).unwrap_or(0)]));
        rest /= 36;
    }
    format!("BLENFANCE-{prefix}-{n:05}{tail}")
}

/// What the software before wrote in front of its numbers.
fn prefix(slug: &str) -> &'static str {
    match slug {
        "laigneville" => "12087",
        _ => "12112",
    }
}

/// The family with this number.
pub(super) fn family(n: usize, slug: &str, today: Date) -> Result<FamilyRow> {
    let prefix = prefix(slug);
    let last = pick(&LAST, n);
    let person = n * 10;
    let guardian = |at: usize, civility, first: &str| GuardianRow {
        person: person + at,
        civility: Some(civility),
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        email: (n % 5 != 4).then(|| format!("famille{n}.{at}@familles.example")),
        phone: Some(format!("+336{:08}", 10_000_000 + n * 10 + at)),
    };
    let mut children = Vec::new();
    for at in 0..=n % 3 {
        let (first, sex) = pick(&CHILDREN, n * 3 + at * 5);
        let days = 365 * (3 + (n + at * 2) % 9) + n * 7 % 360;
        children.push(ChildRow {
            person: person + 5 + at,
            first_name: first.to_owned(),
            last_name: last.to_owned(),
            born_on: today.checked_sub(i64::try_from(days)?.days())?,
            sex: Some(sex),
        });
    }
    Ok(FamilyRow {
        reference: format!("{prefix}-{n:05}"),
        name: last.to_owned(),
        guardians: vec![
            guardian(1, "MME", pick(&MOTHERS, n)),
            guardian(2, "M", pick(&FATHERS, n)),
        ],
        children,
        // Every other family has a code, the others have invoices.
        code: n.is_multiple_of(2).then(|| code(prefix, n)),
    })
}

/// Makes `count` families, and tells the card of codes and invoices that can be used.
pub(super) async fn make(
    cx: &Cx,
    slug: &str,
    today: Date,
    count: u32,
    card: &mut Card,
) -> Result<()> {
    let prefix = prefix(slug);
    let families = (0..count as usize)
        .map(|n| family(n, slug, today))
        .collect::<Result<Vec<_>>>()?;
    let coded = families
        .iter()
        .enumerate()
        .filter(|(n, _)| *n != OURS)
        .filter_map(|(_, f)| Some((f.code.clone()?, f)));
    card.subscriber_codes
        .extend(coded.take(TOLD).map(|(code, f)| CodeCard {
            commune: slug.to_owned(),
            code,
            family: f.name.clone(),
        }));
    let mut csv =
        String::from("code_emission;reference;montant;code_personnel;famille_reference\n");
    for (n, f) in families
        .iter()
        .enumerate()
        .filter(|(_, f)| f.code.is_none())
        .take(TOLD)
    {
        let invoice = InvoiceCard {
            commune: slug.to_owned(),
            code_emission: "CANT-2026-10".to_owned(),
            reference: format!("F2026-{n:05}"),
            montant: format!("{},{:02}", 20 + n * 7 % 90, n * 13 % 100),
            code_personnel: format!("P{prefix}{n:04}"),
        };
        // Writing to a String does not fail.
        let _ = writeln!(
            csv,
            "{};{};{};{};{}",
            invoice.code_emission,
            invoice.reference,
            invoice.montant,
            invoice.code_personnel,
            f.reference
        );
        card.invoices.push(invoice);
    }
    let rows = Rows {
        families,
        ..Rows::default()
    };
    family_import::write(cx, rows, &mut |_, _| {})
        .await
        .map_err(in_words)?;
    if card.invoices.iter().all(|i| i.commune != slug) {
        return Ok(());
    }
    let checked = family_import::check(cx, Kind::Invoices, &csv)
        .await
        .map_err(in_words)?;
    if let Some(problem) = checked.problems.first() {
        bail!(
            "factures de la démonstration, ligne {} : {}",
            problem.line,
            problem.message
        );
    }
    family_import::write(cx, checked.rows, &mut |_, _| {})
        .await
        .map_err(in_words)
}
