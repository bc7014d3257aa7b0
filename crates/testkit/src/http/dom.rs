//! Where an element stands, and what it says.

use scraper::{ElementRef, Node};

use crate::words::plain;

/// Elements that give a name to what stands in them, by a [`TITLES`] of theirs.
const GROUPS: &[&str] = &[
    "fieldset", "tr", "li", "article", "section", "form", "table", "div", "dl",
];
/// Elements that name their group.
const TITLES: &[&str] = &[
    "legend", "caption", "h1", "h2", "h3", "h4", "h5", "h6", "th", "dt",
];
/// Elements that say nothing.
pub(super) const SILENT: &[&str] = &["head", "script", "style", "template", "svg"];
/// Elements within a line.
const INLINE: &[&str] = &[
    "a", "abbr", "b", "bdi", "cite", "code", "data", "em", "i", "kbd", "mark", "q", "s", "small",
    "span", "strong", "sub", "sup", "time", "u", "wbr",
];

/// What an element stands in, from the inside out.
pub(super) fn above(element: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> {
    element.ancestors().filter_map(ElementRef::wrap)
}

/// Whether an element, or something around it, has the attribute `hidden`.
pub(super) fn hidden(element: ElementRef<'_>) -> bool {
    std::iter::once(element)
        .chain(above(element))
        .any(|e| e.attr("hidden").is_some())
}

/// The names of all that an element stands in.
pub(super) fn groups(element: ElementRef<'_>) -> Vec<String> {
    above(element)
        .filter(|e| GROUPS.contains(&e.value().name()))
        .filter_map(title)
        .collect()
}

/// The name of a group: the first title that is not a deeper group's.
pub(super) fn title(group: ElementRef<'_>) -> Option<String> {
    let titles = group.descendants().filter_map(ElementRef::wrap);
    let mut titles = titles.filter(|e| TITLES.contains(&e.value().name()));
    let own = |title: &ElementRef<'_>| {
        let between = above(*title).take_while(|e| *e != group);
        !between
            .into_iter()
            .any(|e| GROUPS.contains(&e.value().name()) && e.value().name() != "div")
    };
    let label = group.attr("aria-label").map(str::to_owned);
    label
        .or_else(|| titles.find(own).map(|title| text(title, SILENT)))
        .map(|name| plain(&name))
}

/// The text of an element, line ends between its blocks, without the elements named in `without` or hidden.
pub(super) fn text(element: ElementRef<'_>, without: &[&str]) -> String {
    let mut out = String::new();
    append(element, without, &mut out);
    out
}

fn append(element: ElementRef<'_>, without: &[&str], out: &mut String) {
    for child in element.children() {
        match child.value() {
            Node::Text(text) => out.extend(text.chars().map(|c| if c == '\n' { ' ' } else { c })),
            Node::Element(value)
                if !without.contains(&value.name()) && value.attr("hidden").is_none() =>
            {
                let inline = INLINE.contains(&value.name());
                let edge = if inline { "" } else { "\n" };
                out.push_str(edge);
                if let Some(child) = ElementRef::wrap(child) {
                    append(child, without, out);
                }
                out.push_str(edge);
            }
            _ => {}
        }
    }
}

/// A line a block, each folded with [`plain`].
pub(super) fn lines(text: &str) -> String {
    let lines = text.lines().map(plain).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}
