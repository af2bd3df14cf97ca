//! How a server ends, and how many it lets in.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::desk::{Desk, GOOGLE, google, request};
use super::queue::Mood;
use crate::server::{Server, Sockets};

/// A server on loopback.
struct Running {
    desk: Desk,
    address: SocketAddr,
    stop: CancellationToken,
    server: JoinHandle<()>,
}

impl Running {
    async fn start(desk: Desk, idle_exit: Option<Duration>) -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let sockets = Sockets::bind(any).await.unwrap();
        let address = sockets.tcp[0].local_addr().unwrap();
        let receiver = desk.receiver.clone();
        let server = Server {
            receiver,
            sockets,
            idle_exit,
        };
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let server = tokio::spawn(async move { server.run(&stopped).await });
        Self {
            desk,
            address,
            stop,
            server,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

/// All that the server says until it closes the connection.
async fn rest(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.ok();
    text
}

#[tokio::test]
async fn what_is_in_flight_is_answered_before_the_server_ends() {
    let running = Running::start(Desk::new(), None).await;
    let queue = &running.desk.queue;
    queue.is(Mood::Waits);
    let mut stream = running.connect().await;
    let post = google(GOOGLE, "exists", None);
    stream.write_all(post.as_bytes()).await.unwrap();
    queue.has_waiting().await;
    // One that rests between two requests is not waited for.
    let mut idle = running.connect().await;
    let alive = request("GET /healthz", &[], "");
    idle.write_all(alive.as_bytes()).await.unwrap();
    idle.read_u8().await.unwrap();
    running.stop.cancel();
    assert!(rest(idle).await.ends_with("ok\n"));
    queue.release();
    assert!(rest(stream).await.starts_with("HTTP/1.1 204"));
    running.server.await.unwrap();
    assert!(TcpStream::connect(running.address).await.is_err());
    assert_eq!(running.desk.queue.pushed().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_but_not_read_yet_is_answered_before_the_end() {
    let desk = Desk::new();
    let mut client = desk.connect();
    client.send(&google(GOOGLE, "exists", None)).await;
    desk.stop.cancel();
    assert_eq!(client.answer().await.unwrap().status, 204);
    assert!(client.answer().await.is_none());
    assert_eq!(desk.queue.pushed().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_says_nothing_does_not_hold_up_the_end() {
    let desk = Desk::new();
    let mut client = desk.connect();
    let begun = Instant::now();
    desk.stop.cancel();
    assert!(client.answer().await.is_none());
    assert_eq!(begun.elapsed().as_secs(), 1);
}

#[tokio::test]
async fn what_takes_too_long_does_not_hold_up_the_end() {
    let desk = Desk::limited(|limits| limits.stop_time = Duration::ZERO);
    let running = Running::start(desk, None).await;
    running.desk.queue.is(Mood::Waits);
    let mut stream = running.connect().await;
    let post = google(GOOGLE, "exists", None);
    stream.write_all(post.as_bytes()).await.unwrap();
    running.desk.queue.has_waiting().await;
    running.stop.cancel();
    running.server.await.unwrap();
}

#[tokio::test]
async fn a_server_that_nobody_asks_ends_by_itself() {
    let idle = Some(Duration::from_millis(1));
    let running = Running::start(Desk::new(), idle).await;
    running.server.await.unwrap();
}

#[tokio::test]
async fn one_connection_too_many_waits_until_another_ends() {
    let desk = Desk::limited(|limits| limits.connections = 1);
    let running = Running::start(desk, None).await;
    let queue = &running.desk.queue;
    queue.is(Mood::Waits);
    let mut first = running.connect().await;
    let post = google(GOOGLE, "exists", None);
    first.write_all(post.as_bytes()).await.unwrap();
    queue.has_waiting().await;
    let mut second = running.connect().await;
    let alive = request("GET /healthz", &[], "");
    second.write_all(alive.as_bytes()).await.unwrap();
    let mut byte = [0];
    assert!(second.try_read(&mut byte).is_err());
    queue.release();
    assert!(rest(first).await.starts_with("HTTP/1.1 204"));
    assert_eq!(second.read_u8().await.unwrap(), b'H');
}

#[tokio::test]
async fn connections_that_rest_keep_nobody_out() {
    let desk = Desk::limited(|limits| limits.connections = 3);
    let running = Running::start(desk, None).await;
    let alive = request("GET /healthz", &[], "");
    let mut resting = Vec::new();
    for _ in 0..5 {
        let mut stream = running.connect().await;
        stream.write_all(alive.as_bytes()).await.unwrap();
        assert_eq!(stream.read_u8().await.unwrap(), b'H');
        resting.push(stream);
    }
    // Who rests longest makes room first.
    for stream in resting.drain(..3) {
        assert!(rest(stream).await.ends_with("ok\n"));
    }
    for mut stream in resting {
        stream.write_all(alive.as_bytes()).await.unwrap();
    }
}
