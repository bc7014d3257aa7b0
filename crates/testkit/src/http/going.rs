//! Requests as browsers make them, with their headers and redirects.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, header};
use url::Url;

use super::Visitor;
use super::form::Submission;
use super::page::Page;
use super::transport::Answer;

/// How many redirects a browser follows.
const REDIRECTS: usize = 20;

impl Visitor {
    /// Sends a request, follows where it leads, and reads the page there. `site` is what browsers call where the request
    /// comes from: `none` when somebody typed the address.
    pub(super) async fn go(&mut self, submission: Submission, site: &'static str) -> &mut Self {
        let Submission {
            mut method,
            mut url,
            mut body,
        } = submission;
        self.redirects.clear();
        for _ in 0..REDIRECTS {
            let answer = self.exchange(&method, &url, body.as_ref(), site).await;
            for cookie in answer.headers.get_all(header::SET_COOKIE) {
                self.jar.keep(&url, cookie);
            }
            let to = answer
                .headers
                .get(header::LOCATION)
                .and_then(|to| to.to_str().ok());
            let Some(next) = to
                .filter(|_| answer.status.is_redirection())
                .map(|to| url.join(to))
            else {
                self.arrive(url, answer);
                return self;
            };
            url =
                next.unwrap_or_else(|e| panic!("{url} redirects to an address that is none: {e}"));
            self.redirects.push(url.to_string());
            if !matches!(
                answer.status,
                StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT
            ) {
                method = Method::GET;
                body = None;
            }
        }
        panic!("redirected without end: {:?}", self.redirects)
    }

    async fn exchange(
        &self,
        method: &Method,
        url: &Url,
        body: Option<&(String, Bytes)>,
        site: &'static str,
    ) -> Answer {
        let mut request =
            Request::new(body.map_or_else(Body::empty, |(_, body)| body.clone().into()));
        *request.method_mut() = method.clone();
        let mut whole = url.clone();
        whole.set_fragment(None);
        // Over TCP the target is the path and the host is a header; a service finds both in the same places.
        let target = &whole[url::Position::BeforePath..];
        *request.uri_mut() = target.parse().unwrap_or_else(|e| panic!("{url}: {e}"));
        let headers = request.headers_mut();
        let mut put = |name: HeaderName, value: &str| {
            headers.insert(
                name,
                HeaderValue::from_str(value).unwrap_or_else(|e| panic!("{e}: {value}")),
            );
        };
        put(
            header::HOST,
            &url[url::Position::BeforeHost..url::Position::AfterPort],
        );
        put(header::USER_AGENT, "preau-testkit");
        put(header::ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8");
        put(header::ACCEPT_LANGUAGE, "fr-FR,fr;q=0.9");
        put(HeaderName::from_static("sec-fetch-site"), site);
        put(HeaderName::from_static("sec-fetch-mode"), "navigate");
        put(HeaderName::from_static("sec-fetch-dest"), "document");
        if site == "same-origin" {
            put(header::REFERER, &self.url[..url::Position::AfterQuery]);
        }
        if let Some((kind, body)) = body {
            put(header::ORIGIN, &self.url.origin().ascii_serialization());
            put(header::CONTENT_TYPE, kind);
            put(header::CONTENT_LENGTH, &body.len().to_string());
        }
        if let Some(cookies) = self.jar.header(url) {
            headers.insert(header::COOKIE, cookies);
        }
        headers.extend(self.always.clone());
        self.transport
            .send(url, request)
            .await
            .unwrap_or_else(|why| panic!("{method} {url}: {why}"))
    }

    fn arrive(&mut self, url: Url, answer: Answer) {
        let kind = answer
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok());
        let text = String::from_utf8_lossy(&answer.body);
        self.page = match kind {
            Some(kind) if kind.starts_with("text/html") => Page::read(&text, &url),
            _ => Page::bare(&text),
        };
        (self.url, self.status, self.headers) = (url, answer.status, answer.headers);
        self.body = answer.body;
    }
}
