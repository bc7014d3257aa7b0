//! Passwords that everybody tries first.
//!
//! `common_passwords.txt` holds words in lower case without accents, one a line, sorted: keyboard
//! rows, first names, towns, clubs, animals, insults, what people call those they love, and such
//! words in pairs. A password is common when it is one of them behind the usual disguises: capital
//! letters, accents, figures for letters, a year or a "!" at either end, the whole thing twice. So
//! 2,500 words stand for some millions of passwords.

use std::collections::HashSet;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

static WORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// A word with so many signs before and behind it, taken together, is still the word: a day of
/// birth has six.
const MAX_AFFIX: usize = 6;

/// Longer passwords are not looked at as one word: no word and its affixes reach this length.
const MAX_DISGUISED: usize = 48;

/// Figures alone are a date or a telephone number up to this length.
const MAX_FIGURES: usize = 10;

/// Zigzags over the keyboard that no disguise explains.
const ZIGZAGS: [&str; 8] = [
    "1q2w3e4r", "1a2z3e4r", "a1z2e3r4", "q1w2e3r4", "1qaz2wsx", "1aqz2wsx", "aqw1zsx2", "zaq12wsx",
];

/// Lower case, without accents.
pub(crate) fn fold(text: &str) -> String {
    text.nfkd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The ways to read a folded text when figures and signs may stand for letters; "1" and "!" are an
/// "i" or an "l". What stands for no letter is left out.
pub(crate) fn readings(folded: &str) -> [String; 3] {
    let read = |one: char| -> String {
        folded
            .chars()
            .filter_map(|c| match c {
                '0' => Some('o'),
                '1' | '!' | '|' => Some(one),
                '3' | '€' => Some('e'),
                '4' | '@' => Some('a'),
                '5' | '$' => Some('s'),
                '7' | '+' => Some('t'),
                '8' => Some('b'),
                '9' => Some('g'),
                c => c.is_alphabetic().then_some(c),
            })
            .collect()
    };
    [folded.to_owned(), read('i'), read('l')]
}

/// Whether a password is among those that everybody tries first.
pub fn is_common(password: &str) -> bool {
    let folded = fold(password);
    if ZIGZAGS
        .iter()
        .any(|zigzag| folded.contains(zigzag) && folded.len() <= zigzag.len() + MAX_AFFIX)
    {
        return true;
    }
    let signs: Vec<char> = folded.chars().collect();
    is_poor(&signs) || is_repeated(&signs) || is_disguised_word(&signs)
}

fn is_poor(signs: &[char]) -> bool {
    let figures = signs.iter().filter(|c| c.is_numeric()).count();
    let others = signs.len() - figures;
    // "123456Aa" and "20042026": figures in a row, or few of them, and hardly anything else.
    others == 0 && figures <= MAX_FIGURES
        || others <= 2
            && is_row(
                &signs
                    .iter()
                    .copied()
                    .filter(|c| c.is_numeric())
                    .collect::<Vec<_>>(),
            )
}

/// Each sign follows the one before by the same step of -1, 0 or 1.
fn is_row(signs: &[char]) -> bool {
    let step = |pair: &[char]| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0]));
    let mut steps = signs.windows(2).map(step);
    // After 9 comes 0 on a keyboard.
    let same = |a: i64, b: i64| a == b || (a == 1 && b == -9);
    match steps.next() {
        None => true,
        Some(first) => first.abs() <= 1 && steps.all(|next| same(first, next)),
    }
}

/// The same few signs again and again, or a common password twice.
fn is_repeated(signs: &[char]) -> bool {
    (1..=signs.len() / 2)
        .filter(|unit| signs.len().is_multiple_of(*unit))
        .any(|unit| {
            let first = &signs[..unit];
            signs.chunks(unit).all(|chunk| chunk == first)
                && (unit <= 4 || is_disguised_word(first))
        })
}

/// Every cut between what stands around the letters is tried: in "ch4rlemagn33" the first 3 is a
/// letter, the second is not.
fn is_disguised_word(signs: &[char]) -> bool {
    if signs.len() > MAX_DISGUISED {
        return false;
    }
    let letter = |c: &char| c.is_alphabetic();
    let head = signs.iter().position(letter).unwrap_or(0);
    let tail = signs.iter().rposition(letter).unwrap_or(0);
    (0..=head).any(|start| {
        (tail.max(start)..signs.len()).any(|last| {
            let (core, after) = signs[start..].split_at(last + 1 - start);
            let affix: Vec<char> = signs[..start].iter().chain(after).copied().collect();
            let core: String = core.iter().collect();
            (affix.len() <= MAX_AFFIX || is_row(&affix))
                && readings(&core)
                    .iter()
                    .any(|word| WORDS.contains(word.as_str()))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_list_is_sorted_folded_and_without_doubles() {
        let lines: Vec<&str> = include_str!("common_passwords.txt").lines().collect();
        assert!(lines.len() > 2_000);
        for pair in lines.windows(2) {
            assert!(pair[0] < pair[1], "{pair:?}");
        }
        for line in lines {
            assert!(
                line.len() >= 3 && line.chars().all(|c| c.is_ascii_lowercase()),
                "{line:?}"
            );
        }
    }

    #[test]
    fn usual_ones_are_known() {
        for password in [
            "",
            "password",
            "Password1!",
            "P@ssw0rd",
            "azerty",
            "Azerty1234567",
            "123456",
            "1234567890",
            "Aa123456",
            "111111",
            "abcabcabc",
            "Azerty1Azerty1",
            "Loulou77",
            "Camille2014",
            "Jetaime<3",
            "Été2026",
            "MARSEILLE13",
            "1q2w3e4r",
            "1a2Z3e4R!",
            "20042026",
            "monchat1",
            "L4igneville60",
            "Doudou!!!",
        ] {
            assert!(is_common(password), "{password}");
        }
    }

    #[test]
    fn passphrases_and_random_ones_are_not() {
        for password in [
            "soleil lune cantine tortue",
            "Vz7kqmwp",
            "Le-portail-ouvre-à-8h",
            "azerty-tortue-melon",
            "7391850264817365",
            "Marie aime 12 artichauts",
            "王小明的猫很可爱呢",
        ] {
            assert!(!is_common(password), "{password}");
        }
    }

    proptest! {
        #[test]
        fn no_disguise_hides_a_word(index in 0usize..2_000, upper: bool, year in 0u16..3_000, sign in "[!?.*-]{0,2}") {
            let word = include_str!("common_passwords.txt").lines().nth(index).unwrap();
            let word = if upper { word.to_uppercase() } else { word.replace('a', "@").replace('o', "0").replace('e', "3") };
            let disguised = format!("{word}{year}{sign}");
            prop_assert!(is_common(&disguised), "{disguised}");
        }

        #[test]
        fn nothing_that_is_typed_breaks_it(input in ".{0,40}") {
            let _: bool = is_common(&input);
        }
    }
}
