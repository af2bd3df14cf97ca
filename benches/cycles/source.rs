//! The source of events: the sandbox behind a proxy that remembers, in a
//! process of its own.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use calsync::context::read_clock;
use calsync::model::account::ProviderKind;
use calsync::sandbox::Sandbox;
use calsync::sandbox::microsoft::{Effect, Fault, Kind};
use serde::{Deserialize, Serialize};

use super::child;
use super::population::{self, Population};
use super::proxy::Proxy;

/// The role of the process.
pub(crate) const ROLE: &str = "source";

/// The variable that says what the source holds.
const POPULATION: &str = "CALSYNC_BENCH_POPULATION";

/// A running source.
pub(crate) struct Source {
    /// Where it is and who has an account there.
    pub(crate) ready: Ready,
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// What a source says when it is ready.
#[derive(Serialize, Deserialize)]
pub(crate) struct Ready {
    /// What kind of accounts it holds.
    pub(crate) provider: ProviderKind,
    /// Without a slash at the end.
    pub(crate) url: String,
    /// Addresses and refresh tokens.
    pub(crate) accounts: Vec<(String, String)>,
}

impl Source {
    /// Starts a source.
    pub(crate) fn start(population: Population) -> Self {
        let mut child = child::role(ROLE)
            .env(POPULATION, serde_json::to_string(&population).unwrap())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut answers = BufReader::new(child.stdout.take().unwrap());
        Self {
            ready: serde_json::from_str(&line(&mut answers)).unwrap(),
            questions: child.stdin.take(),
            answers,
            child,
        }
    }

    /// Requests since this was last asked.
    pub(crate) fn requests(&mut self) -> usize {
        self.ask("requests").parse().unwrap()
    }

    /// The URL of the first page of events that was asked for.
    pub(crate) fn first_listing(&mut self) -> String {
        let path = self.ask("first");
        format!("{}{path}", self.ready.url)
    }

    fn ask(&mut self, question: &str) -> String {
        writeln!(self.questions.as_mut().unwrap(), "{question}").unwrap();
        line(&mut self.answers)
    }
}

impl Drop for Source {
    /// It ends when there can be no more questions.
    fn drop(&mut self) {
        self.questions = None;
        self.child.wait().ok();
    }
}

fn line(from: &mut impl BufRead) -> String {
    let mut line = String::new();
    from.read_line(&mut line).unwrap();
    line.trim().to_owned()
}

/// The process of a source.
pub(crate) fn serve() {
    let population = std::env::var(POPULATION).unwrap();
    let population: Population = serde_json::from_str(&population).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (sandbox, proxy, url) = runtime.block_on(async {
        let sandbox = Sandbox::start(read_clock(), 1).await.unwrap();
        let proxy = Proxy::new(&sandbox.url());
        let url = proxy.start().await;
        (sandbox, proxy, url)
    });
    let accounts = population::fill(&sandbox, &population);
    link_to(&sandbox, &url);
    let ready = Ready {
        provider: population.provider,
        url,
        accounts,
    };
    println!("{}", serde_json::to_string(&ready).unwrap());
    for question in std::io::stdin().lines() {
        match question.unwrap().as_str() {
            "requests" => println!("{}", proxy.requests()),
            _ => println!("{}", proxy.first_listing()),
        }
    }
    runtime.block_on(sandbox.stop());
}

/// Makes the links in Graph's answers lead to the proxy.
fn link_to(sandbox: &Sandbox, url: &str) {
    let effect = Effect::ForeignLinks(format!("{url}/microsoft"));
    let fault = Fault::new(effect).on(Kind::Delta).on(Kind::CalendarsList);
    sandbox.microsoft.inject(fault.always());
}
