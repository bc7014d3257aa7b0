//! One call as a page sees it: who, which commune, and how to answer.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::FromRequestParts,
    response::{Html, IntoResponse, Redirect, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts};
use preau_app::{Cx, portal::Portal, session::Known};

use crate::{Web, csrf, failure::Failure, page::Page, routes::Area, typography};

/// How a handler ends.
pub(crate) type Reply = Result<Response, Failure>;

/// One call.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) web: Arc<Web>,
    pub(crate) cx: Cx,
    /// `/laigneville`, or empty.
    pub(crate) base: String,
    pub(crate) slug: String,
    pub(crate) area: Area,
    pub(crate) portal: Arc<Portal>,
    pub(crate) known: Known,
    /// Value of the anonymous cookie.
    pub(crate) visitor: String,
    pub(crate) new_visitor: bool,
    /// Token of the session's cookie, of this area.
    pub(crate) token: Option<String>,
    pub(crate) flash: Option<Flash>,
    pub(crate) user_agent: String,
    /// Value of the cookie that stays in the browser of an agent, so that a new browser is noticed.
    pub(crate) device: Option<String>,
}

/// A message shown once, on the page after a redirect.
#[derive(Debug, Clone)]
pub(crate) struct Flash {
    /// `ok`, `info`, `warn` or `stop`.
    pub(crate) kind: String,
    pub(crate) text: String,
}

impl<S: Sync> FromRequestParts<S> for Call {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| preau_app::Error::NotFound.into())
    }
}

impl Call {
    /// Where the pages of this area start, below the commune's address.
    pub(crate) fn root(&self) -> &'static str {
        match self.area {
            Area::Citizen => "",
            Area::Agent => "/agent",
            Area::Host => "/host",
        }
    }

    /// What stands before the paths of this area.
    pub(crate) fn area_base(&self) -> String {
        self.href(self.root())
    }

    /// An address below the commune's.
    pub(crate) fn href(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The same with scheme and host, for mails and QR codes.
    pub(crate) fn absolute(&self, path: &str) -> String {
        let root = &self.web.app.settings.public_url;
        format!("{root}/{}{path}", self.slug)
    }

    /// The page's shell. `current` is the key of its menu entry.
    pub(crate) fn page(&self, title: &str, current: &'static str) -> Page {
        Page::new(self, title, current)
    }

    /// A token for a form on this page.
    pub(crate) fn csrf(&self) -> String {
        csrf::make(self)
    }

    /// What forms are bound to: the session, or the anonymous cookie.
    pub(crate) fn binding(&self) -> &str {
        self.token.as_deref().unwrap_or(&self.visitor)
    }

    /// A page.
    #[expect(clippy::unused_self, reason = "a handler answers by its call")]
    pub(crate) fn html(&self, template: &impl Template) -> Reply {
        render(template, StatusCode::OK)
    }

    /// A form that came back: the browser must not take it for success.
    #[expect(clippy::unused_self, reason = "a handler answers by its call")]
    pub(crate) fn invalid(&self, template: &impl Template) -> Reply {
        render(template, StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// After a POST: to the page that shows the result.
    pub(crate) fn see(&self, path: &str) -> Response {
        Redirect::to(&self.href(path)).into_response()
    }

    /// The same, with a message shown there once.
    pub(crate) fn see_saying(&self, path: &str, kind: &str, text: &str) -> Response {
        let mut response = self.see(path);
        let value = URL_SAFE_NO_PAD.encode(format!("{kind}|{text}"));
        let cookie = set_cookie(
            self.web.secure,
            &flash_name(self.web.secure, &self.slug),
            &value,
            Some(120),
        );
        response.headers_mut().append(header::SET_COOKIE, cookie);
        response
    }

    /// Puts the session's cookie, or takes it away.
    pub(crate) fn put_session(&self, response: &mut Response, token: Option<&str>) {
        let name = cookie_name(self.web.secure, &self.slug, self.area);
        let cookie = match token {
            Some(token) => set_cookie(self.web.secure, &name, token, None),
            None => set_cookie(self.web.secure, &name, "", Some(0)),
        };
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }

    /// Puts a session's cookie that outlives the browser, for this many seconds.
    pub(crate) fn keep_session(&self, response: &mut Response, token: &str, seconds: u32) {
        let name = cookie_name(self.web.secure, &self.slug, self.area);
        let cookie = set_cookie(self.web.secure, &name, token, Some(seconds));
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }

    /// Where to go after the log-in, when a page was asked for.
    pub(crate) fn return_path(&self, method: &Method, uri: &Uri) -> String {
        // Paths of the operators arrive without their first segment.
        let home = if self.area == Area::Agent {
            "/agent"
        } else {
            "/"
        };
        match uri.path_and_query() {
            Some(path) if method == Method::GET && path.as_str() != home => {
                format!("?retour={}", percent(path.as_str()))
            }
            _ => String::new(),
        }
    }
}

fn percent(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut out, b| {
        if b.is_ascii_alphanumeric() || b"/-._~".contains(&b) {
            out.push(b.into());
        } else {
            // Writing to a String does not fail.
            let _ = write!(out, "%{b:02X}");
        }
        out
    })
}

/// A path to go back to that stays on this portal: no scheme, no host, no `//`.
pub(crate) fn safe_return(path: Option<&str>) -> Option<&str> {
    path.filter(|p| {
        p.starts_with('/')
            && !p.starts_with("//")
            && !p.contains(['\\', '\r', '\n', '\t'])
            && p.len() < 500
    })
}

pub(crate) fn render(template: &impl Template, status: StatusCode) -> Reply {
    let html = template
        .render()
        .map_err(|e| preau_store::StoreError::Internal(format!("template: {e}")))
        .map_err(preau_app::Error::from)?;
    Ok((status, Html(typography::tidy(&html))).into_response())
}

impl Flash {
    pub(crate) fn from_cookie(headers: &HeaderMap, slug: &str) -> Option<Self> {
        let value = [true, false]
            .iter()
            .find_map(|secure| cookie(headers, &flash_name(*secure, slug)))?;
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(value).ok()?).ok()?;
        let (kind, text) = text.split_once('|')?;
        let known = ["ok", "info", "warn", "stop"].contains(&kind);
        known.then(|| Self {
            kind: kind.to_owned(),
            text: text.to_owned(),
        })
    }

    pub(crate) fn clear(secure: bool, slug: &str) -> HeaderValue {
        set_cookie(secure, &flash_name(secure, slug), "", Some(0))
    }
}

fn flash_name(secure: bool, slug: &str) -> String {
    format!("{}-m", cookie_name(secure, slug, Area::Citizen))
}

/// Cookies are told apart by commune in their name: `__Host-` cookies have no path of their own.
pub(crate) fn cookie_name(secure: bool, slug: &str, area: Area) -> String {
    let prefix = if secure { "__Host-" } else { "" };
    let tail = match area {
        Area::Citizen => "",
        Area::Agent => "-agent",
        Area::Host => "-host",
    };
    format!("{prefix}preau-{slug}{tail}")
}

/// The cookie that stays in an agent's browser.
pub(crate) fn device_name(secure: bool, slug: &str, area: Area) -> String {
    format!("{}-d", cookie_name(secure, slug, area))
}

pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// A cookie's header. `seconds`: how long it lives; until the browser ends when absent.
pub(crate) fn set_cookie(
    secure: bool,
    name: &str,
    value: &str,
    seconds: Option<u32>,
) -> HeaderValue {
    let age = seconds.map_or(String::new(), |s| format!("; Max-Age={s}"));
    let lock = if secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{lock}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}
