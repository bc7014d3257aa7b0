//! French typography of every page, whoever wrote the text: the space before « : ; ? ! » and inside quotation marks
//! does not break, nor does that of « 10 h 00 ». Only text between tags is touched, never what was typed in a field.

const NO_BREAK: &str = "\u{a0}";
/// What stands inside these is left as it is.
const LEFT_ALONE: [&str; 5] = ["textarea", "script", "style", "pre", "code"];

/// The page with its spaces set.
pub(crate) fn tidy(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + 64);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        set(&rest[..at], &mut out);
        rest = &rest[at..];
        let end = match LEFT_ALONE.iter().find(|name| opens(rest, name)) {
            Some(name) => rest.find(&format!("</{name}")),
            None => rest.find('>').map(|at| at + 1),
        };
        let Some(end) = end else {
            break;
        };
        out.push_str(&rest[..end]);
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// True when the text begins with this tag.
fn opens(text: &str, name: &str) -> bool {
    text[1..]
        .strip_prefix(name)
        .is_some_and(|after| after.starts_with(['>', ' ']))
}

fn set(text: &str, out: &mut String) {
    let mut start = 0;
    for (at, _) in text.match_indices(' ') {
        let (before, after) = (&text[..at], &text[at + 1..]);
        let mark = after.starts_with([':', ';', '?', '!', '»', '€', '%'])
            && !before.ends_with([' ', '\n']);
        let quote = before.ends_with('«');
        let digit = |text: &str, last: bool| {
            let c = if last {
                text.chars().next_back()
            } else {
                text.chars().next()
            };
            c.is_some_and(|c| c.is_ascii_digit())
        };
        let before_h = digit(before, true)
            && after
                .strip_prefix('h')
                .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
        let after_h = before.ends_with(" h") && digit(after, false);
        if mark || quote || before_h || after_h {
            out.push_str(&text[start..at]);
            out.push_str(NO_BREAK);
            start = at + 1;
        }
    }
    out.push_str(&text[start..]);
}

#[cfg(test)]
mod tests {
    use super::tidy;

    #[test]
    fn spaces_that_must_not_break_do_not() {
        for (plain, set) in [
            (
                "<p>Rien n’est perdu : repartez !</p>",
                "<p>Rien n’est perdu\u{a0}: repartez\u{a0}!</p>",
            ),
            ("<p>« Bonjour »</p>", "<p>«\u{a0}Bonjour\u{a0}»</p>"),
            (
                "<p>jusqu’à 10 h 00, puis</p>",
                "<p>jusqu’à 10\u{a0}h\u{a0}00, puis</p>",
            ),
            ("<p>9 h à 12 h</p>", "<p>9\u{a0}h à 12\u{a0}h</p>"),
        ] {
            assert_eq!(tidy(plain), set);
        }
    }

    #[test]
    fn attributes_fields_and_code_stay_as_they_are() {
        for page in [
            "<input value=\"a : b\">",
            "<textarea name=\"x\">Objet : menus ?</textarea>",
            "<pre>a ? b : c</pre>",
            "<a href=\"/x?y=1 : 2\">lien</a>",
            "not closed <a",
        ] {
            assert_eq!(tidy(page), page);
        }
    }
}
