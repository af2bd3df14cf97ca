//! Load: connections that post one request after the other.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::post;

/// How many connections there are.
pub(crate) const CONNECTIONS: usize = 64;

/// What a run of load found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// How long each answer took, in order of length.
    pub(crate) times: Vec<Duration>,
    /// How long all of them together took.
    pub(crate) wall: Duration,
}

impl Found {
    pub(crate) fn rate(&self) -> f64 {
        self.times.len() as f64 / self.wall.as_secs_f64()
    }

    /// The time within which this share of all was answered.
    pub(crate) fn within(&self, share: f64) -> Duration {
        let last = self.times.len() - 1;
        self.times[(last as f64 * share).round() as usize]
    }
}

/// Posts for a time: as fast as it goes, or so many a second.
pub(crate) fn run(to: SocketAddr, time: Duration, rate: Option<f64>) -> Found {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let begun = Instant::now();
        let mut clients = JoinSet::new();
        for number in 0..CONNECTIONS {
            let every = rate.map(|rate| Duration::from_secs_f64(CONNECTIONS as f64 / rate));
            clients.spawn(client(to, number, begun + time, every));
        }
        let mut found = Found::default();
        while let Some(times) = clients.join_next().await {
            found.times.extend(times.unwrap());
        }
        found.wall = begun.elapsed();
        found.times.sort_unstable();
        found
    })
}

/// One connection. With a pace, an answer that comes late makes the next
/// request late, and that counts as time of the next one.
async fn client(
    to: SocketAddr,
    number: usize,
    end: Instant,
    every: Option<Duration>,
) -> Vec<Duration> {
    let mut stream = TcpStream::connect(to).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let request = post::request(number);
    let mut times = Vec::new();
    let share = number as f64 / CONNECTIONS as f64;
    let mut due = Instant::now() + every.unwrap_or_default().mul_f64(share);
    loop {
        let mut begun = Instant::now();
        if every.is_some() && begun < due {
            sleep_until(due).await;
            // A timer that is late is nobody's fault.
            begun = Instant::now();
        } else if every.is_some() {
            begun = due;
        }
        if begun >= end {
            return times;
        }
        ask(&mut stream, &request).await;
        times.push(begun.elapsed());
        due += every.unwrap_or_default();
    }
}

/// Sends a request and reads the answer, which has no body.
async fn ask(stream: &mut TcpStream, request: &[u8]) {
    stream.write_all(request).await.unwrap();
    let (mut answer, mut read) = ([0; 1024], 0);
    while !answer[..read].ends_with(b"\r\n\r\n") {
        let more = stream.read(&mut answer[read..]).await.unwrap();
        assert_ne!(more, 0, "the connection was closed");
        read += more;
    }
    assert_eq!(
        &answer[9..12],
        b"204",
        "{}",
        String::from_utf8_lossy(&answer[..read])
    );
}
