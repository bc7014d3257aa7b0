//! The cookies of one visitor, kept by host as a browser does.

use cookie::Cookie;
use http::HeaderValue;
use url::Url;

/// A cookie and where it goes.
#[derive(Debug, Clone)]
struct Kept {
    host: String,
    path: String,
    name: String,
    value: String,
    secure: bool,
}

/// The jar. Cookies without a removal date in the past are kept for the visitor's life: a test turns its clock, and the
/// jar does not know that clock.
#[derive(Debug, Clone, Default)]
pub(super) struct Jar {
    cookies: Vec<Kept>,
}

impl Jar {
    /// Takes a `Set-Cookie` header, unless a browser would refuse it.
    pub(super) fn keep(&mut self, url: &Url, header: &HeaderValue) {
        let Some(cookie) = header
            .to_str()
            .ok()
            .and_then(|text| Cookie::parse(text).ok())
        else {
            return;
        };
        let secure = cookie.secure().unwrap_or(false);
        let host = url.host_str().unwrap_or_default().to_owned();
        let bound = cookie.name().starts_with("__Host-");
        let refused = (secure && !trustworthy(url))
            || (cookie.name().starts_with("__Secure-") && !secure)
            || (bound && (!secure || cookie.path() != Some("/") || cookie.domain().is_some()));
        if refused {
            return;
        }
        let path = match cookie.path() {
            Some(path) if path.starts_with('/') => path.to_owned(),
            _ => folder(url.path()).to_owned(),
        };
        self.cookies
            .retain(|c| !(c.host == host && c.path == path && c.name == cookie.name()));
        let over = cookie.max_age().is_some_and(|age| !age.is_positive())
            || cookie
                .expires_datetime()
                .is_some_and(|at| at.unix_timestamp() <= 86_400);
        if !over {
            let (name, value) = (cookie.name().to_owned(), cookie.value().to_owned());
            self.cookies.push(Kept {
                host,
                path,
                name,
                value,
                secure,
            });
        }
    }

    /// The `Cookie` header for a request to `url`.
    pub(super) fn header(&self, url: &Url) -> Option<HeaderValue> {
        let pairs: Vec<_> = self
            .for_url(url)
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect();
        if pairs.is_empty() {
            None
        } else {
            HeaderValue::from_str(&pairs.join("; ")).ok()
        }
    }

    /// The value of the cookie `name` that `url` would get.
    pub(super) fn value(&self, url: &Url, name: &str) -> Option<&str> {
        self.for_url(url)
            .find(|cookie| cookie.name == name)
            .map(|cookie| cookie.value.as_str())
    }

    /// Puts a value in place of what a cookie of `url` holds, or adds it for the whole host.
    pub(super) fn set(&mut self, url: &Url, name: &str, value: &str) {
        let host = url.host_str().unwrap_or_default().to_owned();
        match self
            .cookies
            .iter_mut()
            .find(|c| c.host == host && c.name == name)
        {
            Some(cookie) => value.clone_into(&mut cookie.value),
            None => self.cookies.push(Kept {
                host,
                path: "/".into(),
                name: name.into(),
                value: value.into(),
                secure: false,
            }),
        }
    }

    fn for_url<'a>(&'a self, url: &Url) -> impl Iterator<Item = &'a Kept> + use<'a> {
        let (host, path) = (url.host_str().map(str::to_owned), url.path().to_owned());
        let safe = trustworthy(url);
        self.cookies.iter().filter(move |cookie| {
            let folder = cookie.path.trim_end_matches('/');
            let rest = path.strip_prefix(folder);
            host.as_deref() == Some(cookie.host.as_str())
                && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                && (!cookie.secure || safe)
        })
    }
}

/// Where Chromium lets secure cookies through: TLS, and this machine.
fn trustworthy(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    url.scheme() == "https"
        || host == "localhost"
        || host.ends_with(".localhost")
        || host.starts_with("127.")
        || host == "[::1]"
}

/// The folder of a path: up to its last slash, without it.
fn folder(path: &str) -> &str {
    path.rsplit_once('/')
        .map(|(folder, _)| folder)
        .filter(|folder| !folder.is_empty())
        .unwrap_or("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jar(at: &str, cookies: &[&'static str]) -> (Jar, Url) {
        let url = Url::parse(at).unwrap();
        let mut jar = Jar::default();
        for cookie in cookies {
            jar.keep(&url, &HeaderValue::from_static(cookie));
        }
        (jar, url)
    }

    #[test]
    fn a_host_cookie_needs_what_browsers_ask_of_it() {
        let (jar, url) = jar(
            "http://127.0.0.1:1/x",
            &[
                "__Host-a=1; Secure; Path=/",
                "__Host-b=1; Path=/",
                "__Host-c=1; Secure; Path=/x",
                "__Host-d=1; Secure; Path=/; Domain=localhost",
            ],
        );
        assert_eq!(jar.header(&url).unwrap(), "__Host-a=1");
        assert!(
            jar.header(&Url::parse("http://autre.test/").unwrap())
                .is_none()
        );
    }

    #[test]
    fn without_tls_a_secure_cookie_is_refused_elsewhere_than_on_this_machine() {
        let (jar, url) = jar("http://mairie.test/", &["a=1; Secure", "b=2"]);
        assert_eq!(jar.header(&url).unwrap(), "b=2");
    }

    #[test]
    fn a_cookie_is_replaced_then_removed_and_stays_under_its_path() {
        let (mut jar, url) = jar(
            "https://mairie.test/agent/x",
            &["a=1; Path=/agent", "a=2; Path=/agent"],
        );
        assert_eq!(jar.header(&url).unwrap(), "a=2");
        assert!(jar.header(&url.join("/agents").unwrap()).is_none());
        jar.keep(
            &url,
            &HeaderValue::from_static("a=; Path=/agent; Max-Age=0"),
        );
        assert!(jar.header(&url).is_none());
    }
}
