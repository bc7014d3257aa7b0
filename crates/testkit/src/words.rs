//! How the words of a page are compared with the words of a test.

/// What separates a group from a label in `"group > label"`.
const WITHIN: &str = " > ";

/// Folds what a reader does not notice: runs of blanks, non-breaking and thin spaces, curved apostrophes, soft hyphens.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(
            word.chars()
                .filter(|c| *c != '\u{ad}')
                .map(|c| if c == '’' { '\'' } else { c }),
        );
    }
    out
}

/// Splits `"group > label"`; without a group the whole is the label.
pub(crate) fn split_group(wanted: &str) -> (Option<String>, String) {
    match wanted.split_once(WITHIN) {
        Some((group, label)) => (Some(plain(group)), plain(label)),
        None => (None, plain(wanted)),
    }
}

/// Something on a page that a person can name.
pub(crate) trait Named {
    /// The names it answers to, folded with [`plain`].
    fn names(&self) -> &[String];
    /// The names of what it stands in, folded with [`plain`].
    fn groups(&self) -> &[String];
}

/// The positions of what answers to `wanted`: those that are called exactly so, or else those whose name begins so.
pub(crate) fn matching<T: Named>(candidates: &[&T], wanted: &str) -> Vec<usize> {
    let (group, label) = split_group(wanted);
    let pick = |test: &dyn Fn(&String) -> bool| -> Vec<usize> {
        candidates
            .iter()
            .enumerate()
            .filter(|(_, c)| c.names().iter().any(test))
            .filter(|(_, c)| {
                group
                    .as_ref()
                    .is_none_or(|g| c.groups().iter().any(|name| name.starts_with(g.as_str())))
            })
            .map(|(at, _)| at)
            .collect()
    };
    let exact = pick(&|name| *name == label);
    if exact.is_empty() {
        pick(&|name| name.starts_with(label.as_str()))
    } else {
        exact
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Thing(Vec<String>, Vec<String>);
    impl Named for Thing {
        fn names(&self) -> &[String] {
            &self.0
        }
        fn groups(&self) -> &[String] {
            &self.1
        }
    }

    fn thing(name: &str, group: &str) -> Thing {
        Thing(vec![plain(name)], vec![plain(group)])
    }

    #[test]
    fn what_a_reader_does_not_notice_makes_no_difference() {
        assert_eq!(
            plain("  Mot de passe\u{a0}oublié\u{202f}?\n"),
            "Mot de passe oublié ?"
        );
        assert_eq!(plain("l’in\u{ad}scription"), "l'inscription");
    }

    #[test]
    fn the_exact_name_wins_then_the_beginning_and_a_group_tells_twins_apart() {
        let things = [
            thing("Nom", "Enfant"),
            thing("Nom de famille", "Enfant"),
            thing("Jour", "Naissance"),
            thing("Jour", "Arrivée"),
        ];
        let all: Vec<&Thing> = things.iter().collect();
        assert_eq!(matching(&all, "Nom"), [0]);
        assert_eq!(matching(&all, "Nom de"), [1]);
        assert_eq!(matching(&all, "Jour"), [2, 3]);
        assert_eq!(matching(&all, "Arrivée > Jour"), [3]);
        assert!(matching(&all, "Arrivée > Nom").is_empty());
    }
}
