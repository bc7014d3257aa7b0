//! The 24 methods of pricing of the best open peer, each as settings with examples. What needs a
//! method of its own there is a line, a bracket or a condition here.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::fmt::Write as _;

use preau_formats::tariff_settings::parse;
use preau_rules::tariff::Tariffs;
use preau_rules::tariff::replay::replay;

/// Reads the settings and runs their examples; each example is `facts => price`.
fn holds(method: &str, settings: &str, examples: &[(&str, &str)]) {
    let mut text = settings.to_owned();
    for (facts, expected) in examples {
        write!(text, "\n[[price_checks]]\nactivity = \"alsh\"\nfacts = \"{facts}\"\nexpect = \"{expected}\"\n").unwrap();
    }
    let settings = parse(&text).unwrap_or_else(|error| panic!("{method}: {error}"));
    let tariffs = Tariffs::build(&settings).unwrap_or_else(|errors| panic!("{method}: {errors:?}"));
    for replayed in replay(&settings, &tariffs) {
        if let Err(why) = replayed.outcome {
            panic!("{method}, {}: {why}", replayed.name);
        }
    }
}

#[test]
fn flat_and_by_quotient() {
    holds(
        "1 montant_unique",
        "[[tariffs]]\nprice = 12.50",
        &[("", "12.50"), ("quantité 3", "37.50")],
    );
    holds(
        "1 montant_unique, amount of a questionnaire",
        "[[tariffs]]\nprice = \"100 % montant\"",
        &[("montant 8.40", "8.40")],
    );
    holds(
        "2 qf",
        "[[tariffs]]\nno_quotient = \"plus haut\"\nbrackets = [\"0-500: 4\", \"501-1000: 6\", \"1001+: 8\"]",
        &[("quotient 500", "4"), ("quotient 501", "6"), ("", "8")],
    );
}

#[test]
fn by_time_band() {
    holds(
        "3 horaire_montant_unique",
        "[[tariffs]]\nlines = [\n\"arrivée 7:00-7:59, départ <=18:00: 3.00\",\n\"arrivée 8:00+, départ <=18:00: 2.00\",\n\"départ 18:01+: 4.00\"]",
        &[
            ("arrivée 07:30, départ 17:00", "3.00"),
            ("arrivée 08:10, départ 18:00", "2.00"),
            ("arrivée 08:10, départ 18:20", "4.00"),
        ],
    );
    holds(
        "4 horaire_qf",
        r#"
[[tariffs]]
no_quotient = "plus haut"
columns = ["arrivée <8:00", "arrivée 8:00+"]
brackets = ["0-500: 2.00 | 1.00", "501+: 3.00 | 2.00"]
"#,
        &[
            ("arrivée 07:59, quotient 400", "2.00"),
            ("arrivée 08:00, quotient 400", "1.00"),
            ("arrivée 07:15, quotient 900", "3.00"),
        ],
    );
}

#[test]
fn by_duration() {
    holds(
        "5 duree_montant_unique",
        "[[tariffs]]\nby = \"durée\"\nbrackets = [\"0-2h: 3.00\", \"2h01-5h: 6.00\", \"5h01+: 10.00\"]",
        &[
            ("durée 2h", "3.00"),
            ("durée 2h01", "6.00"),
            ("durée 9h", "10.00"),
        ],
    );
    holds(
        "6 duree_qf",
        r#"
[[tariffs]]
no_quotient = "plus haut"
columns = ["durée <=4h", "durée >4h"]
brackets = ["0-500: 3.00 | 5.00", "501+: 4.00 | 7.00"]
"#,
        &[
            ("durée 4h, quotient 300", "3.00"),
            ("durée 8h, quotient 800", "7.00"),
        ],
    );
}

#[test]
fn by_date_by_choice_by_event() {
    holds(
        "7 montant_unique_date",
        "[[tariffs]]\nlines = [\"date 2026-09-07: 12.00\", \"date 2026-09-08..2026-09-11: 9.00\"]",
        &[("", "12.00"), ("date 2026-09-09", "9.00")],
    );
    holds(
        "8 qf_date",
        r#"
[[tariffs]]
no_quotient = "plus haut"
lines = [
  { when = "date 2026-09-07", label = "Sortie à la ferme", brackets = ["0-500: 4.00", "501+: 8.00"] },
  { brackets = ["0-500: 2.00", "501+: 4.00"] },
]
"#,
        &[
            ("quotient 400", "4.00"),
            ("date 2026-09-08, quotient 400", "2.00"),
        ],
    );
    holds(
        "9 choix",
        "[[tariffs]]\nchoices = [\"Tarif solidaire: 5\", \"Tarif plein: 10\", \"Tarif de soutien: 15\"]",
        &[
            ("Tarif solidaire", "5"),
            ("tarif de soutien", "15"),
            ("", "refusé"),
        ],
    );
    holds(
        "10 montant_evenement",
        "[[tariffs]]\nname = \"Prix de la sortie\"\nprice = \"100 % montant\"",
        &[("montant 22.00", "22.00"), ("", "refusé")],
    );
}

#[test]
fn by_number_and_rank_of_children() {
    holds(
        "11 montant_unique_nbre_ind: same price for all, by number present",
        "[[tariffs]]\nby = \"enfants présents\"\nbrackets = [\"1: 5.00\", \"2: 4.50\", \"3+: 4.00\"]",
        &[
            ("enfants présents 1", "5.00"),
            ("enfants présents 2", "4.50"),
            ("enfants présents 6", "4.00"),
        ],
    );
    holds(
        "12 qf_nbre_ind",
        r#"
[[tariffs]]
no_quotient = "plus haut"
columns = ["enfants présents 1", "enfants présents 2+"]
brackets = ["0-500: 3.00 | 2.50", "501+: 5.00 | 4.50"]
"#,
        &[
            ("quotient 400, enfants présents 3", "2.50"),
            ("quotient 900", "5.00"),
        ],
    );
    holds(
        "13 horaire_montant_unique_nbre_ind",
        "[[tariffs]]\ncolumns = [\"enfants présents 1\", \"enfants présents 2+\"]\nlines = [\"départ <=17:30: 2.00 | 1.50\", \"départ >17:30: 3.00 | 2.50\"]",
        &[
            ("départ 17:30, enfants présents 2", "1.50"),
            ("départ 18:00", "3.00"),
        ],
    );
    holds(
        "14 montant_unique_nbre_ind_degr: by rank among those present",
        "[[tariffs]]\nby = \"rang présent\"\nbrackets = [\"1: 5.00\", \"2: 4.00\", \"3+: 3.00\"]",
        &[
            ("rang présent 1", "5.00"),
            ("rang présent 2", "4.00"),
            ("rang présent 5", "3.00"),
        ],
    );
    let by_rank = |rank: &str| {
        format!(
            "[[tariffs]]\nno_quotient = \"plus haut\"\ncolumns = [\"{rank} 1\", \"{rank} 2\", \"{rank} 3+\"]\nbrackets = [\"0-500: 3 | 2 | 1\", \"501+: 6 | 5 | 4\"]"
        )
    };
    holds(
        "15 qf_nbre_ind_degr",
        &by_rank("rang présent"),
        &[
            ("quotient 600, rang présent 2", "5"),
            ("quotient 600, rang 2", "6"),
        ],
    );
    holds(
        "16 qf_nbre_ind_inscrits_degr: by rank among the enrolled",
        &by_rank("rang"),
        &[
            ("quotient 400, rang 3", "1"),
            ("quotient 400, rang présent 3", "3"),
        ],
    );
    holds(
        "17 horaire_montant_unique_nbre_ind_degr",
        "[[tariffs]]\ncolumns = [\"rang présent 1\", \"rang présent 2+\"]\nlines = [\"départ <=17:30: 2.00 | 1.00\", \"départ >17:30: 4.00 | 3.00\"]",
        &[
            ("départ 17:00, rang présent 2", "1.00"),
            ("départ 18:00, rang présent 1", "4.00"),
        ],
    );
}

#[test]
fn in_proportion_of_time() {
    let hours =
        "per = { unit = \"1h\", step = \"15 min\", threshold = \"10 min\", ceiling = \"8h\" }";
    holds(
        "18 duree_coeff_montant_unique: unit, threshold, ceiling, least and most, adjustment",
        &format!(
            "[[tariffs]]\nprice = 2.00\n{hours}\nmin_total = 0.75\nmax_total = 15\nsupplements = [{{ name = \"Goûter\", add = 0.25, once = true }}]"
        ),
        &[
            ("durée 5 min", "0.75"),
            ("durée 1h01", "2.75"),
            ("durée 12h", "15"),
        ],
    );
    holds(
        "18 rounded down",
        "[[tariffs]]\nprice = 2.00\nper = { unit = \"1h\", step = \"30 min\", begun = \"gratuit\" }",
        &[("durée 59 min", "1.00"), ("durée 1h", "2.00")],
    );
    holds(
        "19 duree_coeff_qf",
        &format!(
            "[[tariffs]]\n{hours}\nno_quotient = \"plus haut\"\nbrackets = [\"0-500: 1.00\", \"501+: 2.00\"]"
        ),
        &[("durée 1h30, quotient 300", "1.50"), ("durée 1h30", "3.00")],
    );
}

#[test]
fn as_a_part_of_the_quotient() {
    holds(
        "20 taux_montant_unique",
        "[[tariffs]]\nprice = \"0.50 + 1 % quotient\"\nmin = 2.00\nmax = 12.00\nno_quotient = \"plus haut\"",
        &[
            ("quotient 100", "2.00"),
            ("quotient 650", "7.00"),
            ("quotient 5000", "12.00"),
            ("", "12.00"),
        ],
    );
    holds(
        "21 taux_qf",
        "[[tariffs]]\nno_quotient = \"plus haut\"\nmax = 20\nbrackets = [\"0-500: 0.5 %\", \"501-1000: 0.8 %\", \"1001+: 1 %\"]",
        &[
            ("quotient 500", "2.50"),
            ("quotient 1000", "8.00"),
            ("", "20"),
        ],
    );
    holds(
        "22 taux_date",
        "[[tariffs]]\nlines = [\"date 2026-09-07: 1 %\", \"date 2026-09-08: 2 %\"]",
        &[
            ("quotient 600", "6.00"),
            ("quotient 600, date 2026-09-08", "12.00"),
        ],
    );
    holds(
        "23 duree_taux_montant_unique",
        "[[tariffs]]\nby = \"durée\"\nbrackets = [\"0-4h: 0.5 %\", \"4h01+: 1 %\"]\nmin = 1.00",
        &[
            ("durée 4h, quotient 800", "4.00"),
            ("durée 6h, quotient 800", "8.00"),
            ("durée 1h, quotient 0", "1.00"),
        ],
    );
    holds(
        "24 duree_taux_qf",
        r#"
[[tariffs]]
no_quotient = "plus haut"
max = 15
columns = ["durée <=4h", "durée >4h"]
brackets = ["0-500: 0.3 % | 0.6 %", "501+: 0.5 % | 1 %"]
"#,
        &[
            ("durée 3h, quotient 500", "1.50"),
            ("durée 7h, quotient 1000", "10.00"),
        ],
    );
}

#[test]
fn what_goes_with_the_methods_there() {
    holds(
        "a charge for the unjustified absence, in per cent",
        "[[tariffs]]\nprice = 4.00\n[[penalties]]\nwhen = \"absence injustifiée\"\npercent = 50",
        &[("absence injustifiée", "6.00")],
    );
    holds(
        "school days and holidays",
        "[[tariffs]]\nlines = [\"vacances: 9.00\", \"6.00\"]",
        &[("vacances", "9.00"), ("", "6.00")],
    );
    holds(
        "an aid of a fixed amount, which the peer has, and one of a percentage, which it has not",
        r#"
[[tariffs]]
price = 10.00
[[aids]]
payer = "CAF"
when = "quotient <=800"
amount = 3.00
[[aids]]
payer = "CCAS"
when = "quotient <=500"
percent = 50
left = 1.00
"#,
        &[
            ("quotient 900", "10.00"),
            ("quotient 700", "7.00"),
            ("quotient 400", "2.00"),
        ],
    );
}
