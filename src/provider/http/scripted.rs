//! A server for tests that gives the answers it was told, one a connection,
//! and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use url::Url;

use super::{RetrySettings, TransportSettings};

/// The server; its thread ends with the last answer.
pub(in crate::provider) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Serves the answers in turn. An empty one closes the connection; with no
    /// answers at all the port is closed at once.
    pub(in crate::provider) fn start(answers: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self::linked(|_| answers.into_iter().collect())
    }

    /// Serves answers that link to the server itself, made from its address.
    pub(in crate::provider) fn linked(answers: impl FnOnce(&str) -> Vec<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let answers = answers(&format!("http://{address}"));
        if answers.is_empty() {
            return Self { address, requests };
        }
        std::thread::spawn(move || {
            for answer in answers {
                let (stream, _) = listener.accept().unwrap();
                seen.lock().unwrap().push(read(&stream));
                (&stream).write_all(&answer).unwrap();
            }
        });
        Self { address, requests }
    }

    /// The server's URL with a path.
    pub(in crate::provider) fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    /// What was asked so far: head and body as text.
    pub(in crate::provider) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// Reads a request to its end.
fn read(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut text = String::new();
    while !text.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut text).unwrap(), 0, "request cut off");
    }
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    text.push_str(std::str::from_utf8(&body).unwrap());
    text
}

/// An answer with a JSON body.
pub(in crate::provider) fn json(status: u16, body: &str) -> Vec<u8> {
    answer(status, "content-type: application/json\r\n", body)
}

/// An answer with further header lines.
pub(in crate::provider) fn answer(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len();
    let frame = format!("connection: close\r\ncontent-length: {length}\r\n");
    let head = format!("HTTP/1.1 {status} X\r\n{frame}{headers}\r\n");
    [head.as_bytes(), body].concat()
}

/// Settings under which nothing waits.
pub(in crate::provider) fn settings() -> TransportSettings {
    let retry = RetrySettings {
        min_delay: Duration::ZERO,
        max_delay: Duration::ZERO,
        ..RetrySettings::default()
    };
    TransportSettings {
        retry,
        ..TransportSettings::default()
    }
}
