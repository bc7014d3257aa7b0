//! What a page says and offers, read once from its HTML.

use html5ever::driver::{self, ParseOpts};
use html5ever::tendril::TendrilSink as _;
use html5ever::tree_builder::TreeBuilderOpts;
use http::Method;
use scraper::{ElementRef, Html, HtmlTreeSink};
use url::Url;

use super::dom::{SILENT, above, groups, hidden, lines, text, title};
use super::form::{Attached, Choice, Control, Form, Kind};
use crate::words::{Named, plain};

/// A page, as a person without JavaScript has it before them.
#[derive(Debug, Clone, Default)]
pub(super) struct Page {
    pub(super) title: String,
    pub(super) heading: Option<String>,
    /// A line a block, each folded with [`plain`].
    pub(super) text: String,
    pub(super) links: Vec<Link>,
    pub(super) forms: Vec<Form>,
    /// The names of a field or of a group of fields, with the error that stands beside it.
    pub(super) errors: Vec<(Vec<String>, String)>,
}

/// A link.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) url: Url,
    names: Vec<String>,
    groups: Vec<String>,
}

impl Named for Link {
    fn names(&self) -> &[String] {
        &self.names
    }
    fn groups(&self) -> &[String] {
        &self.groups
    }
}

impl Page {
    /// Reads `html`, whose relative addresses start from `url`.
    pub(super) fn read(html: &str, url: &Url) -> Self {
        // Without scripting, so that <noscript> is read as the page that it is here.
        let tree_builder = TreeBuilderOpts {
            scripting_enabled: false,
            ..Default::default()
        };
        let options = ParseOpts {
            tree_builder,
            ..ParseOpts::default()
        };
        let html =
            driver::parse_document(HtmlTreeSink::new(Html::new_document()), options).one(html);
        let reader = Reader { html: &html, url };
        let first = |tag| {
            reader
                .all(tag)
                .next()
                .map(|element| plain(&text(element, &[])))
        };
        let mut forms: Vec<(Option<ElementRef<'_>>, Form)> = reader
            .all("form")
            .map(|element| (Some(element), reader.form(element)))
            .collect();
        let mut errors = Vec::new();
        for element in reader.elements() {
            match element.value().name() {
                "input" | "select" | "textarea" | "button" => {
                    let Some(control) = reader.control(element) else {
                        continue;
                    };
                    if let Some(error) = reader.error(element) {
                        errors.push((control.names.clone(), error));
                    }
                    let owner = reader.owner(element);
                    if let Some((_, form)) = forms.iter_mut().find(|(form, _)| *form == owner) {
                        form.controls.push(control);
                    }
                }
                "fieldset" => {
                    if let (Some(name), Some(error)) = (title(element), reader.error(element)) {
                        errors.push((vec![name], error));
                    }
                }
                _ => {}
            }
        }
        let links = reader.all("a").filter(|a| !hidden(*a)).filter_map(|a| {
            let url = url.join(a.attr("href")?).ok()?;
            Some(Link {
                url,
                names: reader.names(a),
                groups: groups(a),
            })
        });
        Self {
            title: first("title").unwrap_or_default(),
            heading: first("h1"),
            text: lines(&text(html.root_element(), SILENT)),
            links: links.collect(),
            forms: forms.into_iter().map(|(_, form)| form).collect(),
            errors,
        }
    }

    /// What is not HTML: its text only.
    pub(super) fn bare(text: &str) -> Self {
        Self {
            text: lines(text),
            ..Self::default()
        }
    }
}

struct Reader<'a> {
    html: &'a Html,
    url: &'a Url,
}

impl<'a> Reader<'a> {
    fn elements(&self) -> impl Iterator<Item = ElementRef<'a>> + use<'a> {
        self.html
            .tree
            .root()
            .descendants()
            .filter_map(ElementRef::wrap)
    }

    fn all(&self, tag: &'static str) -> impl Iterator<Item = ElementRef<'a>> + use<'a> {
        self.elements()
            .filter(move |element| element.value().name() == tag)
    }

    fn by_id(&self, id: &str) -> Option<ElementRef<'a>> {
        self.elements()
            .find(|element| element.attr("id") == Some(id))
    }

    fn referred(&self, element: ElementRef<'a>, attribute: &str) -> Vec<ElementRef<'a>> {
        let ids = element
            .attr(attribute)
            .unwrap_or_default()
            .split_whitespace();
        ids.filter_map(|id| self.by_id(id)).collect()
    }

    fn form(&self, element: ElementRef<'a>) -> Form {
        Form {
            action: self
                .address(element.attr("action"))
                .unwrap_or_else(|| self.url.clone()),
            method: method(element.attr("method")).unwrap_or(Method::GET),
            multipart: element.attr("enctype") == Some("multipart/form-data"),
            controls: Vec::new(),
        }
    }

    fn address(&self, attribute: Option<&str>) -> Option<Url> {
        attribute
            .filter(|address| !address.is_empty())
            .and_then(|address| self.url.join(address).ok())
    }

    /// The form that a control belongs to.
    fn owner(&self, element: ElementRef<'a>) -> Option<ElementRef<'a>> {
        match element.attr("form") {
            Some(id) => self.by_id(id),
            None => above(element).find(|e| e.value().name() == "form"),
        }
    }

    fn control(&self, element: ElementRef<'a>) -> Option<Control> {
        let value = element.attr("value");
        let checked = element.attr("checked").is_some();
        let tag = element.value().name();
        let by_default = if tag == "button" { "submit" } else { "text" };
        let kind = match (tag, element.attr("type").unwrap_or(by_default)) {
            ("textarea", _) => Kind::Area,
            ("select", _) => select(element),
            (_, "submit" | "image") => Kind::Button {
                action: self.address(element.attr("formaction")),
                method: method(element.attr("formmethod")),
            },
            (_, "button" | "reset") => return None,
            ("input", "hidden") => Kind::Hidden,
            ("input", "checkbox") => Kind::Checkbox { checked },
            ("input", "radio") => Kind::Radio { checked },
            // Without a file, browsers send one without a name.
            ("input", "file") => Kind::File(vec![Attached {
                filename: String::new(),
                bytes: Vec::new().into(),
            }]),
            _ => Kind::Text,
        };
        let value = match &kind {
            Kind::Area => {
                let typed = element.text().collect::<String>();
                typed.strip_prefix('\n').unwrap_or(&typed).to_owned()
            }
            Kind::Checkbox { .. } | Kind::Radio { .. } => value.unwrap_or("on").to_owned(),
            _ => value.unwrap_or_default().to_owned(),
        };
        let disabled = element.attr("disabled").is_some()
            || above(element)
                .any(|e| e.value().name() == "fieldset" && e.attr("disabled").is_some());
        Some(Control {
            key: element.attr("name").unwrap_or_default().to_owned(),
            kind,
            value,
            disabled,
            unseen: hidden(element),
            names: self.names(element),
            groups: groups(element),
        })
    }

    /// What a person may call an element: its labels, its ARIA name, or its own words for a link or a button.
    fn names(&self, element: ElementRef<'a>) -> Vec<String> {
        const CONTROLS: &[&str] = &["input", "select", "textarea", "button"];
        let mut names = Vec::new();
        match element.value().name() {
            "a" | "button" => {
                names.push(text(element, SILENT));
                let pictures = element.descendants().filter_map(ElementRef::wrap);
                names.extend(pictures.filter_map(|e| e.attr("alt")).map(str::to_owned));
            }
            "input" if matches!(element.attr("type"), Some("submit")) => {
                names.extend(element.attr("value").map(str::to_owned));
            }
            _ => {
                let id = element.attr("id");
                let labels = self.all("label").filter(|label| match label.attr("for") {
                    Some(target) => Some(target) == id,
                    None => above(element).any(|e| e == *label),
                });
                names.extend(labels.map(|label| text(label, CONTROLS)));
            }
        }
        names.extend(element.attr("aria-label").map(str::to_owned));
        let by: Vec<_> = self
            .referred(element, "aria-labelledby")
            .into_iter()
            .map(|e| text(e, SILENT))
            .collect();
        names.push(by.join(" "));
        names
            .into_iter()
            .map(|name| plain(&name))
            .filter(|name| !name.is_empty())
            .collect()
    }

    /// The error that describes a field or a group: what `aria-describedby` names and that is marked as an error by its
    /// class or id.
    fn error(&self, element: ElementRef<'a>) -> Option<String> {
        let marked = |e: &ElementRef<'_>| {
            let marks = [e.attr("class"), e.attr("id")];
            marks
                .into_iter()
                .flatten()
                .any(|mark| mark.contains("error") || mark.contains("erreur"))
        };
        let said: Vec<_> = self
            .referred(element, "aria-describedby")
            .into_iter()
            .filter(marked)
            .map(|e| plain(&text(e, SILENT)))
            .collect();
        let said = said.join(" ");
        let said = said
            .strip_prefix("Erreur")
            .map_or(said.as_str(), |rest| rest.trim_start_matches([' ', ':']));
        if said.is_empty() {
            None
        } else {
            Some(said.to_owned())
        }
    }
}

fn method(attribute: Option<&str>) -> Option<Method> {
    attribute.map(|m| {
        if m.eq_ignore_ascii_case("post") {
            Method::POST
        } else {
            Method::GET
        }
    })
}

fn select(element: ElementRef<'_>) -> Kind {
    let options = element
        .descendants()
        .filter_map(ElementRef::wrap)
        .filter(|e| e.value().name() == "option");
    let mut options: Vec<_> = options
        .map(|option| {
            let label = plain(&text(option, &[]));
            let value = option
                .attr("value")
                .map_or_else(|| label.clone(), str::to_owned);
            Choice {
                value,
                label,
                selected: option.attr("selected").is_some(),
            }
        })
        .collect();
    let multiple = element.attr("multiple").is_some();
    if !multiple && !options.iter().any(|option| option.selected) {
        options
            .iter_mut()
            .take(1)
            .for_each(|first| first.selected = true);
    }
    Kind::Select { options, multiple }
}
