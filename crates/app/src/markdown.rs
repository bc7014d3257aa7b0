//! Text that agents write, as HTML that cannot do harm: Markdown is read, then only known tags and addresses are kept.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, OnceLock, PoisonError},
};

use ammonia::{Builder, UrlRelative};
use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html};

/// Texts whose HTML is kept at hand. Reading a text again costs some hundred times more than finding it.
const KEPT: usize = 512;

/// The HTML of a text. The largest heading becomes `<hN>` with N = `top` (2 to 4), since the page has its own `<h1>`.
#[must_use]
pub fn to_html(text: &str, top: u8) -> String {
    static DONE: OnceLock<Mutex<HashMap<(u8, String), String>>> = OnceLock::new();
    let done = DONE.get_or_init(Mutex::default);
    let key = (top, text.to_owned());
    if let Some(found) = done
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&key)
    {
        return found.clone();
    }
    let html = draw(text, top);
    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
    if done.len() >= KEPT {
        done.clear();
    }
    done.insert(key, html.clone());
    html
}

fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH
}

fn draw(text: &str, top: u8) -> String {
    let least = Parser::new_ext(text, options())
        .filter_map(|event| match event {
            Event::Start(Tag::Heading { level, .. }) => Some(level as u8),
            _ => None,
        })
        .min()
        .unwrap_or(1);
    let moved = |level: HeadingLevel| {
        let wanted = level as u8 - least + top.clamp(2, 6);
        HeadingLevel::try_from(usize::from(wanted.min(6))).unwrap_or(HeadingLevel::H6)
    };
    let events = Parser::new_ext(text, options()).map(|event| match event {
        Event::Start(Tag::Heading { level, .. }) => Event::Start(Tag::Heading {
            level: moved(level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        }),
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(moved(level))),
        // Pictures come as files of the page; an address of a picture is a link to it.
        Event::Start(Tag::Image { dest_url, .. }) => Event::Start(Tag::Link {
            link_type: LinkType::Inline,
            dest_url,
            title: CowStr::Borrowed(""),
            id: CowStr::Borrowed(""),
        }),
        Event::End(TagEnd::Image) => Event::End(TagEnd::Link),
        // HTML is shown as it was typed, not obeyed.
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        other => other,
    });
    let mut out = String::with_capacity(text.len() * 2);
    html::push_html(&mut out, events);
    sanitiser().clean(&out).to_string()
}

fn sanitiser() -> &'static Builder<'static> {
    static BUILDER: OnceLock<Builder<'static>> = OnceLock::new();
    BUILDER.get_or_init(|| {
        let mut builder = Builder::empty();
        builder
            .tags(HashSet::from([
                "p",
                "br",
                "hr",
                "h2",
                "h3",
                "h4",
                "h5",
                "h6",
                "ul",
                "ol",
                "li",
                "strong",
                "em",
                "del",
                "a",
                "blockquote",
                "code",
                "pre",
                "table",
                "thead",
                "tbody",
                "tr",
                "th",
                "td",
            ]))
            .tag_attributes(HashMap::from([
                ("a", HashSet::from(["href"])),
                ("ol", HashSet::from(["start"])),
            ]))
            .set_tag_attribute_value("th", "scope", "col")
            .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
            .url_relative(UrlRelative::PassThrough)
            .link_rel(Some("noopener"));
        builder
    })
}

/// The words of a text without its marks, at most `max` characters, cut between two words.
#[must_use]
pub fn excerpt(text: &str, max: usize) -> String {
    let mut words = String::new();
    let mut in_heading = false;
    for event in Parser::new_ext(text, options()) {
        if let Event::Start(Tag::Heading { .. }) | Event::End(TagEnd::Heading(_)) = event {
            in_heading = matches!(event, Event::Start(_));
            continue;
        }
        match event {
            _ if in_heading => {}
            Event::Text(t) | Event::Code(t) => words.push_str(&t),
            // Between two runs of one line there is no blank to add.
            Event::End(TagEnd::Strong | TagEnd::Emphasis | TagEnd::Link) => {}
            Event::SoftBreak | Event::HardBreak | Event::End(_) if !words.ends_with(' ') => {
                words.push(' ');
            }
            _ => {}
        }
        if words.len() > max * 4 {
            break;
        }
    }
    let words = words.trim();
    if words.chars().count() <= max {
        return words.to_owned();
    }
    let cut: String = words.chars().take(max).collect();
    let end = cut.rfind(' ').unwrap_or(cut.len());
    format!(
        "{}…",
        cut[..end].trim_end_matches([',', ';', ':', '.', ' ', '\u{a0}'])
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use insta::assert_snapshot;

    #[test]
    fn an_ordinary_page() {
        let text = "# Tarifs\n\nLe **repas** à 3,50 €.\n\n## Payer\n\n1. en ligne\n2. à la [mairie](/contact)\n\n| QF | Prix |\n|---|---|\n| 0–500 | 1 € |";
        assert_snapshot!(to_html(text, 2), @r#"
        <h2>Tarifs</h2>
        <p>Le <strong>repas</strong> à 3,50 €.</p>
        <h3>Payer</h3>
        <ol>
        <li>en ligne</li>
        <li>à la <a href="/contact" rel="noopener">mairie</a></li>
        </ol>
        <table><thead><tr><th scope="col">QF</th><th scope="col">Prix</th></tr></thead><tbody>
        <tr><td>0–500</td><td>1 €</td></tr>
        </tbody></table>
        "#);
    }

    #[test]
    fn headings_start_below_those_of_the_page_and_stay_in_order() {
        assert_snapshot!(to_html("### A\n##### B", 2), @"
        <h2>A</h2>
        <h4>B</h4>
        ");
        assert_snapshot!(to_html("# A\n## B\n### C\n#### D", 4), @"
        <h4>A</h4>
        <h5>B</h5>
        <h6>C</h6>
        <h6>D</h6>
        ");
    }

    #[test]
    fn what_could_do_harm_is_shown_and_not_done() {
        let attacks = [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[ici](javascript:alert(1))",
            "[ici](data:text/html;base64,PHNjcmlwdD4=)",
            "[ici](JaVaScRiPt:alert(1))",
            "![x](javascript:alert(1))",
            "<a href=\"javascript:alert(1)\" style=\"position:fixed\">x</a>",
            "<iframe src=\"https://exemple.fr\"></iframe>",
            "[x](\"onmouseover=alert(1) \")",
            "<svg/onload=alert(1)>",
        ];
        for attack in attacks {
            let html = to_html(attack, 2);
            let tags: String = html
                .split('<')
                .skip(1)
                .filter_map(|t| t.split('>').next())
                .collect::<Vec<_>>()
                .join(" ");
            for bad in [
                "script",
                "onerror",
                "onload",
                "onmouse",
                "style",
                "iframe",
                "img",
                "svg",
                "javascript:",
                "data:",
            ] {
                assert!(!tags.to_lowercase().contains(bad), "{attack} gives {html}");
            }
        }
    }

    #[test]
    fn an_excerpt_ends_between_two_words() {
        assert_eq!(
            excerpt("# Titre\n\nDu **texte**, et\nla suite.", 100),
            "Du texte, et la suite."
        );
        assert_eq!(excerpt("Un texte assez long", 12), "Un texte…");
        assert_eq!(excerpt("", 12), "");
    }
}
