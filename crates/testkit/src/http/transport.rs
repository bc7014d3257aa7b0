//! How a request reaches the server: a call in this process, or a connection.

use std::fmt::Debug;
use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt as _};
use url::Url;

/// What came back, whole.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// The way to the server.
#[derive(Clone)]
pub(super) enum Transport {
    /// A service in this process, that is told that the request came from this address.
    Service(
        BoxCloneSyncService<Request<Body>, Answer, String>,
        SocketAddr,
    ),
    /// A connection a request, to this address or to the one that the URL names.
    Tcp(Option<SocketAddr>),
}

impl Transport {
    /// Wraps whatever answers requests, an axum `Router` for one.
    pub(super) fn service<S, B>(service: S) -> Self
    where
        S: Service<Request<Body>, Response = http::Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Debug,
        S::Future: Send + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Debug,
    {
        let whole = service
            .map_err(|e| format!("the service failed: {e:?}"))
            .and_then(|response| collect(response));
        Self::Service(
            BoxCloneSyncService::new(whole),
            SocketAddr::from(([127, 0, 0, 1], 0)),
        )
    }

    /// Sends `request`, whose URI is the whole `url`.
    pub(super) async fn send(
        &self,
        url: &Url,
        mut request: Request<Body>,
    ) -> Result<Answer, String> {
        match self {
            Self::Service(service, from) => {
                request.extensions_mut().insert(ConnectInfo(*from));
                service.clone().oneshot(request).await
            }
            Self::Tcp(pinned) => {
                if url.scheme() != "http" {
                    return Err(format!("{url}: the visitor speaks plain HTTP only"));
                }
                let stream = if let Some(address) = pinned {
                    TcpStream::connect(address).await
                } else {
                    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
                    TcpStream::connect((host, url.port_or_known_default().unwrap_or(80))).await
                };
                let stream = stream.map_err(|e| format!("{url}: {e}"))?;
                exchange(stream, request)
                    .await
                    .map_err(|e| format!("{url}: {e}"))
            }
        }
    }
}

async fn exchange(stream: TcpStream, request: Request<Body>) -> Result<Answer, String> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|e| format!("{e:?}"))?;
    // Its own error comes back through the sender as well.
    let connection = tokio::spawn(connection);
    let response = sender
        .send_request(request)
        .await
        .map_err(|e| format!("{e:?}"))?;
    let answer = collect(response).await;
    connection.abort();
    answer
}

async fn collect<B>(response: http::Response<B>) -> Result<Answer, String>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: Debug,
{
    let (head, body) = response.into_parts();
    let body = body
        .collect()
        .await
        .map_err(|e| format!("the body broke off: {e:?}"))?
        .to_bytes();
    Ok(Answer {
        status: head.status,
        headers: head.headers,
        body,
    })
}
