//! The gate of a route: finds out who calls, asks for the right that the route declares, draws the page of a refusal.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, HeaderValue, header, request::Parts};
use preau_app::{
    Caller, Cx, Error, citizen,
    portal::{self, Portal},
    session::{self, Known},
};
use uuid::Uuid;

use crate::{
    Web,
    call::{Call, Flash, cookie, cookie_name, device_name, set_cookie},
    failure::{self, Failure},
    outer::Reference,
    routes::{Access, Area},
    tenant::Tenant,
};

/// What a route declares.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) web: Arc<Web>,
    pub(crate) area: Area,
    pub(crate) access: Access,
}

/// Passes the request on to its page, or answers with a refusal.
pub(crate) async fn pass(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let (mut call, unavailable) = identify(&gate, &parts).await;
    let declared = parts.extensions.get::<MatchedPath>().cloned();
    let allowed = match unavailable {
        Some(error) => Err(error),
        None => admit(&gate, &call),
    };
    let mut response = match allowed {
        Ok(()) => {
            parts.extensions.insert(call.clone());
            next.run(Request::from_parts(parts, body)).await
        }
        Err(Error::LogIn) => {
            let path = match &call.known {
                Known::Halfway { .. } if gate.area != Area::Citizen => "/connexion/code",
                _ => "/connexion",
            };
            let back = call.return_path(&parts.method, &parts.uri);
            Redirect::to(&format!("{}{path}{back}", call.area_base())).into_response()
        }
        Err(error) => Failure::from(error).into_response(),
    };
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        call.flash = None;
        response = failure::page(&call, failure);
    }
    finish(&call, &mut response);
    response.extensions_mut().insert(Passed {
        path: declared.map(|path| path.as_str().to_owned()),
        commune: call.slug,
    });
    response
}

/// What the log says of a request: the path as declared, without the identifiers in it.
#[derive(Clone)]
pub(crate) struct Passed {
    pub(crate) path: Option<String>,
    pub(crate) commune: String,
}

fn admit(gate: &Gate, call: &Call) -> Result<(), Error> {
    match gate.access {
        Access::Public => Ok(()),
        Access::Halfway => match call.known {
            Known::Halfway { .. } => Ok(()),
            _ => Err(Error::LogIn),
        },
        Access::LoggedIn => call.cx.caller.agent().map(|_| ()),
        Access::Account => call.cx.caller.account().map(|_| ()),
        Access::Holds(right) => call.cx.caller.require(right),
    }
}

/// Who calls. When the database cannot be read the page is drawn without it, and the error is handed back.
async fn identify(gate: &Gate, request: &Parts) -> (Call, Option<Error>) {
    let web = &gate.web;
    let tenant = request.extensions.get::<Tenant>().cloned();
    let reference = request.extensions.get::<Reference>().map(|r| r.0.clone());
    let headers = &request.headers;
    let mut cx = Cx::host(&web.app, Caller::Nobody);
    if let Some(tenant) = &tenant {
        cx.db = tenant.commune.db.clone();
        cx.commune = Some(Arc::clone(&tenant.commune));
    }
    cx.request = reference;
    cx.address = address(web, request);
    let slug = tenant.as_ref().map_or("host", |t| t.commune.slug.as_str());
    let token = cookie(headers, &cookie_name(web.secure, slug, gate.area));
    let mut call = Call {
        web: Arc::clone(web),
        base: tenant.as_ref().map(|t| t.base.clone()).unwrap_or_default(),
        slug: slug.to_owned(),
        area: gate.area,
        portal: Arc::new(Portal {
            name: tenant
                .as_ref()
                .map(|t| t.commune.name.clone())
                .unwrap_or_default(),
            ..Portal::default()
        }),
        known: Known::Nobody,
        visitor: String::new(),
        new_visitor: false,
        token,
        flash: Flash::from_cookie(headers, slug),
        user_agent: text(headers, &header::USER_AGENT),
        device: cookie(headers, &device_name(web.secure, slug, gate.area)),
        cx,
    };
    set_visitor(&mut call, headers);
    let read = load(&mut call).await.err();
    (call, read)
}

/// The anonymous cookie that a form is bound to: another visitor's form is not this one's.
fn set_visitor(call: &mut Call, headers: &HeaderMap) {
    let name = format!(
        "{}-v",
        cookie_name(call.web.secure, &call.slug, Area::Citizen)
    );
    let known = cookie(headers, &name).filter(|v| v.len() == 32);
    call.new_visitor = known.is_none();
    call.visitor = known.unwrap_or_else(|| {
        let bytes = call.web.app.entropy.bytes();
        Uuid::from_bytes(bytes).simple().to_string()
    });
}

async fn load(call: &mut Call) -> Result<(), Error> {
    if call.cx.commune.is_none() && call.token.is_none() {
        return Ok(());
    }
    let mut tx = call.cx.read().await?;
    if let Some(commune) = &call.cx.commune {
        let mut portal = portal::get(&mut tx).await?;
        if portal.name.is_empty() {
            portal.name.clone_from(&commune.name);
        }
        call.portal = Arc::new(portal);
    }
    if let Some(token) = &call.token
        && call.area == Area::Citizen
        && let Some(mut account) = citizen::session::behind(&mut tx, token, call.cx.at).await?
    {
        drop(tx);
        match citizen::session::keep(&call.cx, &account).await {
            Ok(until) => account.expires_at = until,
            Err(error) => {
                tracing::warn!(%error, commune = call.slug, "a session was not prolonged");
            }
        }
        call.cx.caller = Caller::Account(account);
        return Ok(());
    }
    if let Some(token) = &call.token
        && call.area != Area::Citizen
    {
        call.known = session::agent_behind(&mut tx, token, call.cx.at).await?;
        drop(tx);
        if let Known::Agent(agent) = &mut call.known {
            // A database that cannot be written must not close what can still be read.
            match session::keep(&call.cx, agent).await {
                Ok(until) => agent.expires_at = until,
                Err(error) => {
                    tracing::warn!(%error, commune = call.slug, "a session was not prolonged");
                }
            }
            call.cx.caller = Caller::Agent(agent.clone());
        }
    }
    Ok(())
}

fn finish(call: &Call, response: &mut Response) {
    let headers = response.headers_mut();
    if call.new_visitor {
        let name = format!(
            "{}-v",
            cookie_name(call.web.secure, &call.slug, Area::Citizen)
        );
        headers.append(
            header::SET_COOKIE,
            set_cookie(call.web.secure, &name, &call.visitor, None),
        );
    }
    if call.flash.is_some() {
        headers.append(
            header::SET_COOKIE,
            Flash::clear(call.web.secure, &call.slug),
        );
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

fn text(headers: &HeaderMap, name: &header::HeaderName) -> String {
    let value = headers.get(name).and_then(|v| v.to_str().ok());
    value.unwrap_or_default().chars().take(200).collect()
}

fn address(web: &Web, request: &Parts) -> String {
    if web.behind_proxy
        && let Some(last) = request
            .headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|v| v.to_str().ok())
            .next_back()
            .and_then(|v| v.rsplit(',').next())
    {
        return last.trim().chars().take(64).collect();
    }
    request
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|peer| peer.0.ip().to_string())
        .unwrap_or_default()
}
