//! Carries one POST to where its address is on this machine: HTTP/1.1, a
//! connection each, no TLS.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, Request, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use url::{Position, Url};

use super::post::{Post, Reply};
use super::routes::Routes;

/// The most of an answer that is read.
const ANSWER_LIMIT: usize = 1 << 20;

/// A receiver that takes longer has not answered.
const PATIENCE: Duration = Duration::from_secs(10);

/// The client that delivers.
pub(super) struct Courier {
    routes: Routes,
    http: Client<HttpConnector, Body>,
}

impl Courier {
    /// A courier that finds hosts by `routes`.
    pub(super) fn new(routes: Routes) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        // A connection that is kept may be closed by the time it is needed.
        let http = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .http1_title_case_headers(true)
            .build(connector);
        Self { routes, http }
    }

    /// Delivers; `None`: nobody is there, or no whole answer came.
    pub(super) async fn deliver(&self, post: &Post) -> Option<Reply> {
        let request = self.request(post)?;
        let answer = tokio::time::timeout(PATIENCE, self.answer(request)).await;
        answer.ok().flatten()
    }

    async fn answer(&self, request: Request<Body>) -> Option<Reply> {
        let (parts, body) = self.http.request(request).await.ok()?.into_parts();
        let body = to_bytes(Body::new(body), ANSWER_LIMIT).await.ok()?;
        let kind = parts.headers.get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok());
        Some(Reply {
            status: parts.status.as_u16(),
            content_type: kind.unwrap_or_default().to_owned(),
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }

    fn request(&self, post: &Post) -> Option<Request<Body>> {
        let url = Url::parse(&post.url).ok()?;
        let place = self.routes.find(&url)?;
        let path = &url[Position::BeforePath..Position::AfterQuery];
        let mut request = Request::post(format!("http://{place}{path}"))
            .header(
                header::HOST,
                &url[Position::BeforeHost..Position::AfterPort],
            )
            .header(header::CONTENT_LENGTH, post.body.len());
        for (name, value) in &post.headers {
            let name = HeaderName::try_from(*name).ok()?;
            request = request.header(name, HeaderValue::from_bytes(value.as_bytes()).ok()?);
        }
        request.body(Body::from(post.body.clone())).ok()
    }
}
