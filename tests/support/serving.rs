//! The receiver as a process, and clients of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread::JoinHandle;

use calsync::model::account::ProviderKind::{Google, Microsoft};
use calsync::model::id::WatchId;
use calsync::provider::{Signer, path};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::program::Ran;

/// The secret that receivers are set up with.
pub(crate) const SECRET: &str = "a secret of these tests";

/// A receiver that runs; it is killed when this is dropped.
pub(crate) struct Serving {
    child: Child,
    pub(crate) address: String,
    log: Option<JoinHandle<String>>,
}

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Serving {
    /// Starts a command that serves; returns when it listens.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let (mut said, mut address) = (String::new(), None);
        while address.is_none() {
            let begun = said.len();
            let read = lines.read_line(&mut said).unwrap();
            assert_ne!(read, 0, "it does not listen: {said}");
            let line: Value = serde_json::from_str(&said[begun..]).unwrap_or_default();
            address = line["address"].as_str().map(str::to_owned);
        }
        Self {
            child,
            address: address.unwrap_or_default(),
            log: Some(std::thread::spawn(move || read_on(lines, said))),
        }
    }

    /// Sends a request over a connection of its own. `None`: the connection
    /// ended without an answer.
    pub(crate) fn ask(&self, request: &str) -> Option<Answer> {
        let address = self.address.strip_prefix("http://").unwrap();
        ask(&mut TcpStream::connect(address).ok()?, request)
    }

    /// The status of the answer to a request.
    #[track_caller]
    pub(crate) fn status(&self, request: &str) -> u16 {
        self.ask(request).unwrap().status
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask(&request(&format!("GET {path}"), &[], "")).unwrap()
    }

    /// Sends a signal, and waits for the end.
    pub(crate) fn stop(self, signal: &str) -> Ran {
        self.send(signal);
        self.end()
    }

    pub(crate) fn send(&self, signal: &str) {
        assert!(send(self.pid(), signal));
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the end.
    pub(crate) fn end(mut self) -> Ran {
        let mut stdout = String::new();
        let mut said = self.child.stdout.take().unwrap();
        said.read_to_string(&mut stdout).unwrap();
        Ran {
            code: self.child.wait().unwrap().code(),
            stdout,
            stderr: self.log.take().unwrap().join().unwrap(),
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Sends a signal to a process; whether there is one.
pub(crate) fn send(process: u32, signal: &str) -> bool {
    let kill = format!("kill -{signal} {process}");
    let mut shell = Command::new("/bin/sh");
    let sent = shell.args(["-c", &kill]).stderr(Stdio::null()).status();
    sent.unwrap().success()
}

fn read_on(mut lines: BufReader<ChildStderr>, mut said: String) -> String {
    lines.read_to_string(&mut said).unwrap();
    said
}

/// Sends a request over a connection, and reads until that ends.
pub(crate) fn ask(stream: &mut (impl Read + Write), request: &str) -> Option<Answer> {
    let request = request.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    stream.write_all(request.as_bytes()).ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok();
    let (head, body) = text.split_once("\r\n\r\n")?;
    Some(Answer {
        status: head[9..12].parse().unwrap(),
        body: body.to_owned(),
    })
}

/// A request, as it travels.
pub(crate) fn request(line: &str, headers: &[(&str, &str)], body: &str) -> String {
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let length = body.len();
    format!("{line} HTTP/1.1\r\nhost: calsync\r\n{headers}content-length: {length}\r\n\r\n{body}")
}

/// What Google posts for a channel of a user.
pub(crate) fn google(user: &str, token: Option<&str>) -> String {
    let (channel, signature) = watch_of(user);
    let headers = [
        ("x-goog-channel-id", channel.as_str()),
        ("x-goog-channel-token", token.unwrap_or(&signature)),
        ("x-goog-resource-id", "o3hgv1538example"),
        ("x-goog-resource-state", "exists"),
    ];
    request(&format!("POST {}", path(Google)), &headers, "")
}

/// What Graph posts for a subscription of a user: some notifications.
pub(crate) fn graph(user: &str, number: usize) -> String {
    let (watch, signature) = watch_of(user);
    let entry = json!({ "subscriptionId": "7f105c7d-2dc5-4530-97cd-4e7ae6534c07",
        "clientState": format!("{watch}.{signature}"), "changeType": "updated",
        "resource": "Users/a/Events/b" });
    let body = json!({ "value": vec![entry; number] }).to_string();
    let headers = [("content-type", "application/json")];
    request(&format!("POST {}", path(Microsoft)), &headers, &body)
}

fn watch_of(user: &str) -> (WatchId, String) {
    let watch = WatchId::new(format!("user_{user}_0123456789"));
    let signer = Signer::new(&SecretString::from(SECRET));
    let signature = signer.sign(&watch).expose_secret().to_owned();
    (watch, signature)
}
