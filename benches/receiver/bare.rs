//! A handler that does one LPUSH and nothing else: the least that anything
//! can do which has the same to do.

use std::convert::Infallible;
use std::env;
use std::io::Write;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use redis::aio::MultiplexedConnection;
use tokio::net::TcpListener;

/// Set in the process of the handler: the URL of its Redis.
pub(crate) const ROLE: &str = "CALSYNC_BENCH_BARE";

/// What it pushes: as much as a notification.
const ENTRY: &str = r#"{"channel_id":"user_u-7_0123456789abcdef01","received_at":"2026-03-02T08:00:00.000Z","resource_id":"o3hgv1538example","resource_state":"exists","user_id":"u-7"}"#;

/// The process of the handler; says on stdout where it listens.
pub(crate) fn serve() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let client = redis::Client::open(env::var(ROLE).unwrap()).unwrap();
        let connection = client.get_multiplexed_async_connection().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        std::io::stdout().flush().unwrap();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let connection = connection.clone();
            let service = service_fn(move |_: Request<Incoming>| push(connection.clone()));
            let io = TokioIo::new(stream);
            tokio::spawn(http1::Builder::new().serve_connection(io, service));
        }
    });
}

async fn push(mut connection: MultiplexedConnection) -> Result<Response<String>, Infallible> {
    let mut command = redis::cmd("LPUSH");
    command.arg("calendar_webhooks:google").arg(ENTRY);
    let _: u64 = command.query_async(&mut connection).await.unwrap();
    let mut answer = Response::new(String::new());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    Ok(answer)
}
