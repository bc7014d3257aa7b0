//! What a visitor sees of the page where they are.

use bytes::Bytes;
use http::StatusCode;
use url::Url;

use super::Visitor;
use super::form::Kind;
use crate::words::plain;

impl Visitor {
    /// The status of the page.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The address of the page, after redirects.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The addresses that led here from the last request, when it was redirected.
    pub fn redirects(&self) -> &[String] {
        &self.redirects
    }

    /// The title of the page.
    pub fn title(&self) -> &str {
        &self.page.title
    }

    /// The first-level heading of the page.
    pub fn heading(&self) -> Option<&str> {
        self.page.heading.as_deref()
    }

    /// What the page says, a line a block, blanks folded.
    pub fn text(&self) -> &str {
        &self.page.text
    }

    /// The body as it came.
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// A header of the answer.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The value of a cookie that this page's address gets.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.jar.value(&self.url, name)
    }

    /// Changes a cookie of this page's host, as a thief or a forger would.
    pub fn set_cookie(&mut self, name: &str, value: &str) -> &mut Self {
        self.jar.set(&self.url, name, value);
        self
    }

    /// What stands in the field of that label; the values of lists are their options' labels.
    pub fn value(&self, label: &str) -> String {
        let (form, at) = self.find("field", label, |kind| !matches!(kind, Kind::Button { .. }));
        let control = &self.page.forms[form].controls[at];
        match &control.kind {
            Kind::Select { options, .. } => {
                let labels = options
                    .iter()
                    .filter(|o| o.selected)
                    .map(|o| o.label.as_str());
                labels.collect::<Vec<_>>().join(", ")
            }
            _ => control.value.clone(),
        }
    }

    /// Whether the box or radio button of that label is ticked.
    pub fn is_checked(&self, label: &str) -> bool {
        let ticked = |kind: &Kind| matches!(kind, Kind::Checkbox { .. } | Kind::Radio { .. });
        let (form, at) = self.find("box", label, ticked);
        let kind = &self.page.forms[form].controls[at].kind;
        matches!(
            kind,
            Kind::Checkbox { checked: true } | Kind::Radio { checked: true }
        )
    }

    /// The error beside the field, or the group of fields, of that label.
    pub fn field_error(&self, label: &str) -> Option<&str> {
        let label = plain(label);
        self.page
            .errors
            .iter()
            .find(|(names, _)| names.contains(&label))
            .map(|(_, error)| error.as_str())
    }

    /// Expects the page to say this.
    pub fn sees(&self, words: &str) -> &Self {
        assert!(
            self.says(words),
            "« {words} » is not {}, which says:\n{}",
            self.place(),
            self.page.text
        );
        self
    }

    /// Expects the page not to say this.
    pub fn does_not_see(&self, words: &str) -> &Self {
        assert!(
            !self.says(words),
            "« {words} » is {}, which says:\n{}",
            self.place(),
            self.page.text
        );
        self
    }

    fn says(&self, words: &str) -> bool {
        plain(&self.page.text).contains(&plain(words))
    }
}
