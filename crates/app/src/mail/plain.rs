//! Plain text as people wrote it, put into a mail: wrapped, quoted, or as safe HTML.

use std::fmt::Write as _;

use askama::filters::Safe;

use super::SUBJECT_LIMIT;

/// Lines of a plain text mail: RFC 5322 asks for at most 78, two are left for one quotation.
const WIDTH: usize = 76;

/// The subject in one line of at most [`SUBJECT_LIMIT`] characters.
pub(super) fn subject(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    short(&french_spaces(&line), SUBJECT_LIMIT)
}

/// At most `limit` characters, cut at a word where one ends nearby.
pub(super) fn short(text: &str, limit: usize) -> String {
    let text = text.trim();
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let cut: String = text.chars().take(limit.saturating_sub(1)).collect();
    let at_word = cut
        .rfind(' ')
        .filter(|at| cut.len() - at < 20)
        .unwrap_or(cut.len());
    format!(
        "{}…",
        cut[..at_word].trim_end_matches([' ', ',', '.', ':', ';'])
    )
}

/// The spaces that do not break in French: before `: ; ? !`, inside « », and around the `h` of an
/// hour. Nobody has to type them in a template.
pub(super) fn french_spaces(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let before = &text[..at];
        let after = &text[at + c.len_utf8()..];
        let unbroken = c == ' '
            && (before.ends_with('«')
                || after.starts_with([':', ';', '?', '!', '»'])
                || (before.ends_with(is_digit) && starts_with_h(after))
                || (before.ends_with(" h") && after.starts_with(is_digit)));
        out.push(if unbroken { '\u{a0}' } else { c });
    }
    out
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn starts_with_h(text: &str) -> bool {
    text.strip_prefix('h')
        .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

/// The text part: typography, lines of at most 76 characters, never two blank lines.
pub(super) fn letter(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 20);
    let mut blank = true;
    for line in french_spaces(text).lines() {
        let line = line.trim_end();
        if line.is_empty() {
            if !blank {
                out.push('\n');
            }
            blank = true;
        } else {
            wrap(line, &mut out);
            blank = false;
        }
    }
    while out.ends_with("\n\n") {
        out.pop();
    }
    out
}

/// Breaks one line at its spaces. What goes on keeps the quotation mark or the indentation; a link
/// is never cut.
fn wrap(line: &str, out: &mut String) {
    let (first, next, words) = prefixes(line);
    out.push_str(first);
    let mut column = first.chars().count();
    let mut fresh = true;
    for word in words.split(' ').filter(|word| !word.is_empty()) {
        let width = word.chars().count();
        if !fresh && column + 1 + width > WIDTH {
            out.push('\n');
            out.push_str(&next);
            column = next.chars().count();
            fresh = true;
        }
        if !fresh {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
        fresh = false;
    }
    out.push('\n');
}

fn prefixes(line: &str) -> (&str, String, &str) {
    let quotation = line.len() - line.trim_start_matches(['>', ' ']).len();
    let (prefix, rest) = line.split_at(quotation);
    if rest.starts_with("- ") {
        let (first, words) = line.split_at(quotation + 2);
        (first, format!("{prefix}  "), words)
    } else {
        (prefix, prefix.to_owned(), rest)
    }
}

/// The text with a quotation mark before each line.
pub(super) fn quote(text: &str) -> String {
    lines(text)
        .map(|line| format!("> {line}").trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// The text without control characters, for the text part.
pub(super) fn clean(text: &str) -> String {
    lines(text).collect::<Vec<_>>().join("\n")
}

/// The text in HTML, line breaks kept, nothing made into a link: the words of somebody whom we do
/// not know must not become our recommendation.
pub(super) fn quote_html(text: &str) -> Safe<String> {
    Safe(
        lines(text)
            .map(|line| escape(&line))
            .collect::<Vec<_>>()
            .join("<br>\n"),
    )
}

/// The text in HTML: a paragraph for each block between blank lines, and http(s) addresses as
/// links. Everything else is escaped.
pub(super) fn paragraphs_html(text: &str, link_colour: &str) -> Safe<String> {
    let mut out = String::new();
    for block in paragraphs(text) {
        let lines: Vec<String> = block
            .lines()
            .map(|line| linked(line, link_colour))
            .collect();
        writeln!(
            out,
            "<p style=\"margin:0 0 16px;\">{}</p>",
            lines.join("<br>\n")
        )
        .ok();
    }
    Safe(out)
}

fn paragraphs(text: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    for line in lines(text) {
        let current = blocks.last_mut();
        match current {
            Some(block) if !line.is_empty() => {
                if !block.is_empty() {
                    block.push('\n');
                }
                block.push_str(&line);
            }
            _ => blocks.push(String::new()),
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// Lines without their ends, and without control characters.
fn lines(text: &str) -> impl Iterator<Item = String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.trim()
        .lines()
        .map(|line| {
            let line: String = line
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect();
            line.trim_end().to_owned()
        })
        .collect::<Vec<_>>()
        .into_iter()
}

fn linked(line: &str, colour: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = ["https://", "http://"]
        .iter()
        .filter_map(|scheme| rest.find(scheme))
        .min()
    {
        let (before, from) = rest.split_at(at);
        let end = from
            .find(|c: char| c.is_whitespace() || "<>\"«»".contains(c))
            .unwrap_or(from.len());
        let address =
            from[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'', '’', '…']);
        out.push_str(&escape(before));
        if address.ends_with("://") {
            out.push_str(&escape(address));
        } else {
            let address = escape(address);
            write!(
                out,
                "<a href=\"{address}\" style=\"color:{colour};\">{address}</a>"
            )
            .ok();
        }
        rest = &from[address.len()..];
    }
    out.push_str(&escape(rest));
    out
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_becomes_paragraphs_and_safe_links() {
        let zone = "Service fermé <le> mercredi.\r\nVoir https://a.fr/x?a=1&b=2.\n\n\n(http://b.fr) javascript:alert(1) https://";
        assert_eq!(
            paragraphs_html(zone, "#000000").0,
            "<p style=\"margin:0 0 16px;\">Service fermé &lt;le&gt; mercredi.<br>\n\
             Voir <a href=\"https://a.fr/x?a=1&amp;b=2\" style=\"color:#000000;\">https://a.fr/x?a=1&amp;b=2</a>.</p>\n\
             <p style=\"margin:0 0 16px;\">(<a href=\"http://b.fr\" style=\"color:#000000;\">http://b.fr</a>) \
             javascript:alert(1) https://</p>\n"
        );
    }

    #[test]
    fn a_link_cannot_leave_its_attribute() {
        let html = paragraphs_html(
            "https://a.fr/\"onmouseover=\"x https://b.fr/'><script>",
            "#000000",
        )
        .0;
        assert!(
            !html.contains("\"onmouseover") && !html.contains("<script"),
            "{html}"
        );
    }

    #[test]
    fn text_is_wrapped_with_its_quotation_mark_and_links_stay_whole() {
        let link = format!("https://portail.exemple.fr/{}", "x".repeat(90));
        let wrapped = letter(&format!(
            "> {}\n\n\n\n- {}\nVoir {link} !\n\n\n",
            "mot ".repeat(30),
            "point ".repeat(20)
        ));
        let lines: Vec<&str> = wrapped.lines().collect();
        assert!(
            lines[0].starts_with("> mot") && lines[1].starts_with("> mot"),
            "{wrapped}"
        );
        assert!(
            lines.iter().any(|line| line.starts_with("  point")),
            "{wrapped}"
        );
        assert!(
            wrapped.contains(&link) && !wrapped.contains("\n\n\n"),
            "{wrapped}"
        );
        for line in lines.iter().filter(|line| !line.contains("https://")) {
            assert!(line.chars().count() <= WIDTH, "{line}");
        }
    }

    #[test]
    fn an_hour_is_not_cut_in_two() {
        assert_eq!(
            french_spaces("à 9 h, 10 h 00 et 12 heures : oui"),
            "à 9\u{a0}h, 10\u{a0}h\u{a0}00 et 12 heures\u{a0}: oui"
        );
    }

    #[test]
    fn a_subject_is_one_short_line() {
        assert_eq!(
            subject("  Votre demande\n « R-12 » : reçue "),
            "Votre demande «\u{a0}R-12\u{a0}»\u{a0}: reçue"
        );
        let long = subject(&"mot ".repeat(100));
        assert!(
            long.chars().count() <= SUBJECT_LIMIT && long.ends_with("mot…"),
            "{long}"
        );
        assert_eq!(short("é".repeat(9).as_str(), 5), "éééé…");
    }
}
