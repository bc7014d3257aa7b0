//! A visitor: a browser without JavaScript, made of HTTP and HTML alone.
//!
//! It follows redirects, keeps cookies by host, sends the headers that browsers send, finds fields by their labels and
//! sends forms with all their hidden inputs. It does not check `required` or `maxlength` before sending, so that a test
//! sees what the server makes of bad input.

mod dom;
mod form;
mod going;
mod jar;
mod page;
mod seen;
mod served;
mod transport;

use std::fmt::Debug;
use std::net::SocketAddr;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use tower::Service;
use url::Url;

use self::form::{Attached, Control, Form, Kind, Submission};
use self::jar::Jar;
use self::page::Page;
pub use self::served::Served;
use self::transport::Transport;
use crate::words::{Named, matching};

/// Someone who visits the portal. Each verb panics, with what the page offers instead, when the page does not let a
/// person do that. A clone is the same browser in a second tab, on the same page.
#[derive(Clone)]
pub struct Visitor {
    transport: Transport,
    base: Url,
    jar: Jar,
    always: HeaderMap,
    /// Where the page came from, after redirects.
    url: Url,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    page: Page,
    redirects: Vec<String>,
}

impl Visitor {
    /// A visitor over TCP of the server at `base`, such as `http://127.0.0.1:8080/laigneville/`.
    pub fn new(base: &str) -> Self {
        Self::with(Transport::Tcp(None), base)
    }

    /// A visitor of a service in this process, an axum `Router` for one; its addresses start with `http://localhost/`.
    pub fn of<S, B>(service: S) -> Self
    where
        S: Service<Request<Body>, Response = http::Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Debug,
        S::Future: Send + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Debug,
    {
        Self::with(Transport::service(service), "http://localhost/")
    }

    fn with(transport: Transport, base: &str) -> Self {
        let base = Url::parse(base).unwrap_or_else(|e| panic!("« {base} » is no address: {e}"));
        Self {
            transport,
            url: base.clone(),
            base,
            jar: Jar::default(),
            always: HeaderMap::new(),
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            page: Page::default(),
            redirects: Vec::new(),
        }
    }

    /// Starts from another address, another commune's or a host name of its own.
    #[must_use]
    pub fn at(mut self, base: &str) -> Self {
        self.base = self
            .base
            .join(base)
            .unwrap_or_else(|e| panic!("« {base} » is no address: {e}"));
        self.url = self.base.clone();
        self
    }

    /// Connects to `address` whatever host the addresses name.
    #[must_use]
    pub fn via(mut self, address: SocketAddr) -> Self {
        self.transport = Transport::Tcp(Some(address));
        self
    }

    /// Comes from this address, which a service in this process finds as axum's `ConnectInfo`.
    #[must_use]
    pub fn from_address(mut self, address: SocketAddr) -> Self {
        if let Transport::Service(_, from) = &mut self.transport {
            *from = address;
        }
        self
    }

    /// Sends this header with each request, in place of the visitor's own of that name.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_str(value).unwrap_or_else(|e| panic!("header {name}: {e}"));
        self.always.insert(HeaderName::from_static(name), value);
        self
    }

    /// Someone else before the same server: no cookie, no page.
    #[must_use]
    pub fn someone_else(&self) -> Self {
        Self::with(self.transport.clone(), self.base.as_str())
    }

    /// Opens a page; `path` is relative to the base, or starts with `/`, or is a whole address.
    pub async fn get(&mut self, path: &str) -> &mut Self {
        let url = self.join(path);
        self.go(
            Submission {
                method: Method::GET,
                url,
                body: None,
            },
            "none",
        )
        .await
    }

    /// Types into the field of that label, in place of what is there.
    pub fn fill(&mut self, label: &str, value: &str) -> &mut Self {
        let field = self.control("field", label, |kind| {
            matches!(kind, Kind::Text | Kind::Area)
        });
        value.clone_into(&mut field.value);
        self
    }

    /// Selects an option of the list of that label.
    pub fn select(&mut self, label: &str, option: &str) -> &mut Self {
        let list = self.control("list", label, |kind| matches!(kind, Kind::Select { .. }));
        list.select(option)
            .unwrap_or_else(|why| panic!("« {label} »: {why}"));
        self
    }

    /// Chooses the radio button of that label.
    pub fn choose(&mut self, label: &str) -> &mut Self {
        let (form, at) = self.find("radio button", label, |kind| {
            matches!(kind, Kind::Radio { .. })
        });
        self.page.forms[form].choose(at);
        self
    }

    /// Ticks the box of that label.
    pub fn check(&mut self, label: &str) -> &mut Self {
        self.tick(label, true)
    }

    /// Unticks the box of that label.
    pub fn uncheck(&mut self, label: &str) -> &mut Self {
        self.tick(label, false)
    }

    fn tick(&mut self, label: &str, tick: bool) -> &mut Self {
        let the_box = self.control("box", label, |kind| matches!(kind, Kind::Checkbox { .. }));
        the_box.kind = Kind::Checkbox { checked: tick };
        self
    }

    /// Gives a file to the field of that label; several times for several files.
    pub fn attach(&mut self, label: &str, filename: &str, bytes: impl Into<Bytes>) -> &mut Self {
        let field = self.control("file field", label, |kind| matches!(kind, Kind::File(_)));
        if let Kind::File(files) = &mut field.kind {
            files.retain(|file| !file.filename.is_empty());
            files.push(Attached {
                filename: filename.to_owned(),
                bytes: bytes.into(),
            });
        }
        self
    }

    /// Puts a value into the hidden field of that name, as a script of the page does.
    pub fn script_sets(&mut self, name: &str, value: &str) -> &mut Self {
        let controls = self
            .page
            .forms
            .iter_mut()
            .flat_map(|form| &mut form.controls);
        let hidden = controls.filter(|c| matches!(c.kind, Kind::Hidden) && c.key == name);
        let set = hidden
            .map(|control| value.clone_into(&mut control.value))
            .count();
        assert!(set > 0, "no hidden field « {name} » {}", self.place());
        self
    }

    /// Presses the button of that name, which sends its form.
    pub async fn press(&mut self, name: &str) -> &mut Self {
        let (form, at) = self.find("button", name, |kind| matches!(kind, Kind::Button { .. }));
        let submission = self.page.forms[form].submit(at);
        self.go(submission, "same-origin").await
    }

    /// Follows the link of these words.
    pub async fn follow(&mut self, words: &str) -> &mut Self {
        let links: Vec<_> = self.page.links.iter().collect();
        let mut urls: Vec<_> = matching(&links, words)
            .into_iter()
            .map(|at| &links[at].url)
            .collect();
        urls.dedup();
        let url = match urls[..] {
            [url] => url.clone(),
            [] => panic!(
                "no link « {words} » {}; there are {:?}",
                self.place(),
                names(&links)
            ),
            _ => panic!(
                "several links « {words} » {}; say « group > link »",
                self.place()
            ),
        };
        self.go(
            Submission {
                method: Method::GET,
                url,
                body: None,
            },
            "same-origin",
        )
        .await
    }

    /// Posts pairs without the page's form, as a script would: with the cookies, without hidden inputs.
    pub async fn raw_post(&mut self, path: &str, pairs: &[(&str, &str)]) -> &mut Self {
        let body = form::urlencoded(pairs.iter().copied());
        self.raw(
            Method::POST,
            path,
            "application/x-www-form-urlencoded",
            body,
        )
        .await
    }

    /// Sends any body to any place, with the cookies, and follows redirects.
    pub async fn raw(
        &mut self,
        method: Method,
        path: &str,
        content_type: &str,
        body: impl Into<Bytes>,
    ) -> &mut Self {
        let body = Some((content_type.to_owned(), body.into()));
        let url = self.join(path);
        self.go(Submission { method, url, body }, "same-origin")
            .await
    }

    fn join(&self, path: &str) -> Url {
        self.base
            .join(path)
            .unwrap_or_else(|e| panic!("« {path} » is no address: {e}"))
    }

    fn control(&mut self, what: &str, label: &str, kind: fn(&Kind) -> bool) -> &mut Control {
        let (form, at) = self.find(what, label, kind);
        &mut self.page.forms[form].controls[at]
    }

    /// Where the one control of that kind and name is: its form and its place in there.
    fn find(&self, what: &str, wanted: &str, kind: fn(&Kind) -> bool) -> (usize, usize) {
        let places = |(f, form): (usize, &Form)| -> Vec<(usize, usize)> {
            (0..form.controls.len()).map(|c| (f, c)).collect()
        };
        let (places, controls): (Vec<_>, Vec<_>) = self
            .page
            .forms
            .iter()
            .enumerate()
            .flat_map(places)
            .map(|(f, c)| ((f, c), &self.page.forms[f].controls[c]))
            .filter(|(_, control)| kind(&control.kind) && control.usable())
            .unzip();
        match matching(&controls, wanted)[..] {
            [at] => places[at],
            [] => panic!(
                "no {what} « {wanted} » {}; there are {:?}",
                self.place(),
                names(&controls)
            ),
            _ => panic!(
                "several of {what} « {wanted} » {}; say « group > {what} »",
                self.place()
            ),
        }
    }

    fn place(&self) -> String {
        format!("on {} ({}, « {} »)", self.url, self.status, self.page.title)
    }
}

fn names<T: Named>(candidates: &[&T]) -> Vec<String> {
    candidates
        .iter()
        .map(|candidate| candidate.names().join(" / "))
        .collect()
}
