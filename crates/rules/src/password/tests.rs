use super::*;
use proptest::prelude::*;

const CAMILLE: &[&str] = &["Camille", "Durand-Lefèvre", "c.durand+ecole@exemple.fr"];

fn unmet(policy: Policy, password: &str) -> Vec<Rule> {
    match policy.accept(password, CAMILLE) {
        Err(PasswordError::Weak(rules)) => rules,
        _ => vec![],
    }
}

#[test]
fn each_rule_is_told_apart() {
    assert_eq!(unmet(Policy::FAMILY, "Vz7kqmwp"), []);
    assert_eq!(unmet(Policy::FAMILY, "Vz7kqmw"), [Rule::MinLength(8)]);
    assert_eq!(unmet(Policy::FAMILY, "Vzbkqmwp"), [Rule::Digit]);
    assert_eq!(unmet(Policy::FAMILY, "VZ7KQMWP"), [Rule::Lower]);
    assert_eq!(unmet(Policy::FAMILY, "vz7kqmwp"), [Rule::Upper]);
    assert_eq!(unmet(Policy::CNIL, "Vz7kqmwpTd9r"), [Rule::Symbol]);
    assert_eq!(unmet(Policy::AGENT, "vzbkqmwpxtdrg"), [Rule::Kinds(3)]);
    assert_eq!(unmet(Policy::AGENT, "vzbk-qmwp-xtd7"), []);
    assert_eq!(
        Policy::FAMILY.accept("", CAMILLE),
        Err(PasswordError::Missing)
    );
    assert_eq!(
        unmet(Policy::FAMILY, &"Vz7kqmwp".repeat(33)).last(),
        Some(&Rule::MaxLength)
    );
}

#[test]
fn common_ones_are_refused_in_every_disguise() {
    for password in [
        "Azerty123",
        "M0tdeP@sse1",
        "Soleil2026!",
        "P@$$w0rd",
        "Chouchou60",
        "Mot-de-Passe1",
        "Abcd1234",
    ] {
        assert!(
            unmet(Policy::FAMILY, password).contains(&Rule::NotCommon),
            "{password}"
        );
    }
}

#[test]
fn name_and_address_are_refused() {
    for password in [
        "Camille-8841x",
        "xq9DURAND4wLp",
        "L3fevre#wq8Zt",
        "Ec0le-Xw93pq",
    ] {
        assert_eq!(
            unmet(Policy::FAMILY, password),
            [Rule::NotPersonal],
            "{password}"
        );
    }
    assert_eq!(
        unmet(Policy::FAMILY, "exemple-Wk48tz"),
        [],
        "the provider is not personal"
    );
}

#[test]
fn a_phrase_of_seven_words_is_taken_where_phrases_are() {
    let policy = Policy {
        words: 7,
        ..Policy::CNIL
    };
    let phrase = "girafe violon tartine brouillard nappe clou jardin";
    assert_eq!(unmet(policy, phrase), []);
    assert!(!unmet(Policy::CNIL, phrase).is_empty());
    for short in [
        "girafe violon tartine brouillard nappe clou",
        "girafe girafe girafe girafe girafe girafe girafe",
        "la le un de du en et",
    ] {
        assert!(!unmet(policy, short).is_empty(), "{short}");
    }
    let own = "girafe violon tartine brouillard nappe durand jardin";
    assert_eq!(unmet(policy, own), [Rule::NotPersonal]);
    let lax = Policy { words: 2, ..policy };
    assert_eq!(lax.at_least(Policy::FAMILY).words, 7);
}

#[test]
fn an_accent_opens_from_any_keyboard() {
    assert_eq!(prepare("e\u{301}te\u{301}"), prepare("été"));
}

#[test]
fn a_commune_asks_for_more_never_for_less() {
    let lax = Policy {
        min_length: 4,
        digit: false,
        lower: false,
        upper: false,
        symbol: true,
        kinds: 9,
        words: 0,
    };
    let kept = lax.at_least(Policy::FAMILY);
    assert_eq!(
        kept,
        Policy {
            min_length: 8,
            digit: true,
            lower: true,
            upper: true,
            symbol: true,
            kinds: 4,
            words: 0
        }
    );
}

#[test]
fn the_hint_says_it_before_anything_is_typed() {
    insta::assert_snapshot!(Policy::FAMILY.hint_fr().replace('\u{a0}', " "), @"Au moins 8 caractères, dont au moins un chiffre, une lettre minuscule et une lettre majuscule.");
    insta::assert_snapshot!(Policy::AGENT.hint_fr().replace('\u{a0}', " "), @"Au moins 12 caractères, dont au moins 3 sortes de caractères parmi minuscules, majuscules, chiffres et signes.");
}

proptest! {
    #[test]
    fn accepted_means_every_tick_is_on(password in ".{0,20}", length in 0u8..16) {
        let policy = Policy { min_length: length, ..Policy::FAMILY };
        let all = policy.check(&password, CAMILLE).iter().all(|check| check.met);
        prop_assert_eq!(policy.accept(&password, CAMILLE).is_ok(), all && !password.is_empty());
    }
}
