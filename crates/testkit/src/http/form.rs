//! A form as it stands on a page, filled and sent as a browser would.

use bytes::Bytes;
use http::Method;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::words::{Named, plain};

/// Not in any text that a test sends.
const BOUNDARY: &str = "----------------preau-visitor-boundary";

/// A form of the page.
#[derive(Debug, Clone)]
pub(super) struct Form {
    pub(super) action: Url,
    pub(super) method: Method,
    pub(super) multipart: bool,
    pub(super) controls: Vec<Control>,
}

/// Something in a form that has a value.
#[derive(Debug, Clone)]
pub(super) struct Control {
    /// The name that the server knows.
    pub(super) key: String,
    pub(super) kind: Kind,
    pub(super) value: String,
    pub(super) disabled: bool,
    /// In something with the attribute `hidden`: sent, but nobody can fill it.
    pub(super) unseen: bool,
    pub(super) names: Vec<String>,
    pub(super) groups: Vec<String>,
}

/// What a control is, with what only that kind has.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    Text,
    Area,
    Hidden,
    Checkbox {
        checked: bool,
    },
    Radio {
        checked: bool,
    },
    Select {
        options: Vec<Choice>,
        multiple: bool,
    },
    File(Vec<Attached>),
    /// A submit button, with its own `formaction` and `formmethod`.
    Button {
        action: Option<Url>,
        method: Option<Method>,
    },
}

/// An option of a select.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) label: String,
    pub(super) value: String,
    pub(super) selected: bool,
}

/// A file given to a form.
#[derive(Debug, Clone)]
pub(super) struct Attached {
    pub(super) filename: String,
    pub(super) bytes: Bytes,
}

impl Named for Control {
    fn names(&self) -> &[String] {
        &self.names
    }
    fn groups(&self) -> &[String] {
        &self.groups
    }
}

/// A request that a form makes.
#[derive(Debug)]
pub(super) struct Submission {
    pub(super) method: Method,
    pub(super) url: Url,
    /// Content type and body, for what is posted.
    pub(super) body: Option<(String, Bytes)>,
}

impl Control {
    /// Whether a person can see and use it.
    pub(super) fn usable(&self) -> bool {
        !self.unseen && !self.disabled && !matches!(self.kind, Kind::Hidden)
    }

    /// What it adds to the form's data: key, value, and the file for a file.
    fn entries(&self) -> Vec<(&str, String, Option<&Attached>)> {
        if self.disabled || self.key.is_empty() {
            return Vec::new();
        }
        let key = self.key.as_str();
        match &self.kind {
            Kind::Text | Kind::Hidden => vec![(key, self.value.clone(), None)],
            // Browsers send the line ends of a text area as CRLF.
            Kind::Area => vec![(
                key,
                self.value.replace("\r\n", "\n").replace('\n', "\r\n"),
                None,
            )],
            Kind::Checkbox { checked: true } | Kind::Radio { checked: true } => {
                vec![(key, self.value.clone(), None)]
            }
            Kind::Checkbox { .. } | Kind::Radio { .. } | Kind::Button { .. } => Vec::new(),
            Kind::Select { options, .. } => options
                .iter()
                .filter(|o| o.selected)
                .map(|o| (key, o.value.clone(), None))
                .collect(),
            Kind::File(files) => files
                .iter()
                .map(|file| (key, file.filename.clone(), Some(file)))
                .collect(),
        }
    }

    /// Selects the option of that label; says the labels there are when it is not among them.
    pub(super) fn select(&mut self, label: &str) -> Result<(), String> {
        let Kind::Select { options, multiple } = &mut self.kind else {
            return Err("not a list of options".into());
        };
        let label = plain(label);
        let Some(at) = options.iter().position(|o| o.label == label) else {
            let labels: Vec<_> = options.iter().map(|o| o.label.as_str()).collect();
            return Err(format!("no option « {label} » among {labels:?}"));
        };
        for (i, option) in options.iter_mut().enumerate() {
            option.selected = i == at || (*multiple && option.selected);
        }
        Ok(())
    }
}

impl Form {
    /// Ticks the radio button at `at` and unticks the others of its name.
    pub(super) fn choose(&mut self, at: usize) {
        let key = self.controls[at].key.clone();
        for (i, control) in self.controls.iter_mut().enumerate() {
            if let Kind::Radio { checked } = &mut control.kind
                && control.key == key
            {
                *checked = i == at;
            }
        }
    }

    /// What is sent when the button at `pressed` is pressed.
    pub(super) fn submit(&self, pressed: usize) -> Submission {
        let button = &self.controls[pressed];
        let Kind::Button { action, method } = &button.kind else {
            unreachable!("only buttons are pressed");
        };
        let method = method.clone().unwrap_or_else(|| self.method.clone());
        let mut url = action.clone().unwrap_or_else(|| self.action.clone());
        let mut entries = Vec::new();
        for (i, control) in self.controls.iter().enumerate() {
            if i == pressed && !control.key.is_empty() {
                entries.push((control.key.as_str(), control.value.clone(), None));
            }
            entries.extend(control.entries());
        }
        if self.multipart && method == Method::POST {
            let body = multipart(&entries);
            let kind = format!("multipart/form-data; boundary={BOUNDARY}");
            return Submission {
                method,
                url,
                body: Some((kind, body)),
            };
        }
        let encoded = urlencoded(entries.iter().map(|(key, value, _)| (*key, value.as_str())));
        if method == Method::POST {
            let kind = "application/x-www-form-urlencoded".to_owned();
            return Submission {
                method,
                url,
                body: Some((kind, encoded.into())),
            };
        }
        url.set_query(Some(&encoded));
        Submission {
            method,
            url,
            body: None,
        }
    }
}

/// Pairs as `application/x-www-form-urlencoded`.
pub(super) fn urlencoded<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn multipart(entries: &[(&str, String, Option<&Attached>)]) -> Bytes {
    // As browsers escape names (WHATWG, multipart/form-data).
    let escape = |s: &str| {
        s.replace('"', "%22")
            .replace('\r', "%0D")
            .replace('\n', "%0A")
    };
    let mut out = Vec::new();
    for (key, value, file) in entries {
        out.extend_from_slice(
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{}\"",
                escape(key)
            )
            .as_bytes(),
        );
        if let Some(file) = file {
            let kind = content_type(&file.filename);
            let head = format!(
                "; filename=\"{}\"\r\nContent-Type: {kind}\r\n\r\n",
                escape(&file.filename)
            );
            out.extend_from_slice(head.as_bytes());
            out.extend_from_slice(&file.bytes);
        } else {
            out.extend_from_slice(b"\r\n\r\n");
            out.extend_from_slice(value.as_bytes());
        }
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    out.into()
}

/// What a browser would say of a file, from its name: it does not look inside either.
fn content_type(filename: &str) -> &'static str {
    match filename
        .rsplit_once('.')
        .map(|(_, ext)| ext.to_ascii_lowercase())
        .as_deref()
    {
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("svg") => "image/svg+xml",
        Some("pdf") => "application/pdf",
        Some("txt") => "text/plain",
        Some("csv") => "text/csv",
        _ => "application/octet-stream",
    }
}
