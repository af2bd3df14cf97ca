//! The alerts and the dashboard that are shipped ask for what is told, and for
//! nothing else.

use std::path::Path;
use std::time::Duration;

use calsync::cli::Cli;
use serde_json::Value;
use yaml_rust2::{Yaml, YamlLoader};

use super::log::JOBS;
use super::metrics::Measured;
use crate::support::prometheus::Exposition;

/// How often the timers run the jobs, in seconds.
const CADENCES: [(&str, u64); 6] = [
    ("drain-webhooks", 30),
    ("auto-sync", 600),
    ("pull", 1200),
    ("resolve-conflicts", 1800),
    ("renew-watches", 3600),
    ("cleanup", 86400),
];

fn shipped(name: &str) -> String {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd/monitoring");
    std::fs::read_to_string(dir.join(name)).unwrap()
}

/// The alerts: each is a mapping.
fn alerts() -> Vec<Yaml> {
    let documents = YamlLoader::load_from_str(&shipped("calsync.rules.yml")).unwrap();
    assert_eq!(documents.len(), 1);
    let groups = documents[0]["groups"].as_vec().unwrap();
    let rules = groups.iter().flat_map(|group| {
        assert!(group["name"].as_str().is_some(), "{group:?}");
        group["rules"].as_vec().unwrap().clone()
    });
    rules.collect()
}

fn text<'a>(rule: &'a Yaml, path: &[&str]) -> &'a str {
    let found = path.iter().fold(rule, |at, key| &at[*key]);
    found
        .as_str()
        .unwrap_or_else(|| panic!("{path:?} of {rule:?}"))
}

/// The expressions of the dashboard.
fn panels() -> Vec<String> {
    let dashboard: Value = serde_json::from_str(&shipped("calsync-dashboard.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels.flat_map(|panel| panel["targets"].as_array().unwrap());
    let expressions = targets.map(|target| target["expr"].as_str().unwrap().to_owned());
    expressions.collect()
}

/// The names of ours in an expression, each with the labels that it asks for.
fn asked(expression: &str) -> Vec<(&str, Vec<&str>)> {
    let begins = expression.match_indices("calsync_").map(|(at, _)| at);
    let asked = begins.map(|at| {
        let rest = &expression[at..];
        let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '_');
        let (name, rest) = rest.split_at(end.unwrap_or(rest.len()));
        let labels = rest.strip_prefix('{').and_then(|it| it.split_once('}'));
        let labels = labels.map_or("", |(labels, _)| labels).split(',');
        (name, labels.filter(|label| !label.is_empty()).collect())
    });
    asked.collect()
}

/// Whether any series is asked for.
fn is_told(told: &Exposition, name: &str, labels: &[&str]) -> bool {
    let exact = labels.iter().filter(|label| !label.contains("=~"));
    told.samples.keys().any(|series| {
        let named = series.split('{').next() == Some(name);
        named && exact.clone().all(|label| series.contains(*label))
    })
}

/// The words that a matcher like `what=~"a|b"` allows, but for variables.
fn choices<'a>(labels: &[&'a str]) -> Vec<String> {
    let matchers = labels
        .iter()
        .filter_map(|label: &&'a str| label.split_once("=~"));
    let words = matchers.flat_map(|(name, words)| {
        let words = words.trim_matches('"').split('|');
        words.map(move |word| format!("{name}=\"{word}\""))
    });
    words.filter(|word| !word.contains('$')).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alerts_and_dashboard_ask_for_what_is_told() {
    let measured = Measured::new().await;
    let mut told = vec![measured.scrape()];
    for (arguments, _) in JOBS {
        let run = measured.run(arguments).exits(0).json();
        told.push(measured.read(run["job"].as_str().unwrap()));
    }
    let alerts = alerts();
    let expressions = alerts.iter().map(|rule| text(rule, &["expr"]).to_owned());
    let expressions: Vec<_> = expressions.chain(panels()).collect();
    assert!(expressions.len() > 25, "{expressions:#?}");
    let any = |name: &str, labels: &[&str]| told.iter().any(|one| is_told(one, name, labels));
    for expression in &expressions {
        let asked = asked(expression);
        assert!(!asked.is_empty(), "{expression}");
        for (name, labels) in asked {
            assert!(any(name, &labels), "{name} {labels:?}: {expression}");
            for choice in choices(&labels) {
                assert!(any(name, &[&choice]), "{name} {choice}: {expression}");
            }
        }
    }
    // What is told is shown.
    let all = panels().join("\n");
    let names: Vec<_> = told.iter().flat_map(|one| one.families.keys()).collect();
    for name in names {
        let known_otherwise = "calsync_job_last_start_timestamp_seconds";
        assert!(
            name == known_otherwise || all.contains(name.as_str()),
            "{name}"
        );
    }
}

#[test]
fn every_alert_says_how_bad_it_is_and_what_to_do() {
    let mut names = std::collections::BTreeSet::new();
    for rule in alerts() {
        let name = text(&rule, &["alert"]).to_owned();
        assert!(name.starts_with("Calsync"), "{name}");
        assert!(["critical", "warning"].contains(&text(&rule, &["labels", "severity"])));
        assert!(!text(&rule, &["annotations", "summary"]).is_empty());
        let time: jiff::SignedDuration = text(&rule, &["for"]).parse().unwrap();
        assert!(
            Duration::try_from(time).unwrap() >= Duration::from_secs(300),
            "{name}"
        );
        let advice = text(&rule, &["annotations", "description"]);
        let commands = advice.split('`').skip(1).step_by(2);
        for command in commands {
            let words = command.split_whitespace();
            let parsed = Cli::definition().try_get_matches_from(words);
            assert!(parsed.is_ok(), "{name}: {command}");
        }
        assert!(names.insert(name), "{rule:?}");
    }
}

#[test]
fn a_job_is_overdue_after_three_times_its_cadence() {
    let rules = alerts();
    let overdue = rules
        .iter()
        .find(|rule| text(rule, &["alert"]) == "CalsyncJobOverdue");
    let expression = text(overdue.unwrap(), &["expr"]);
    for (job, seconds) in CADENCES {
        let metric = "calsync_job_last_success_timestamp_seconds";
        let part = format!("(time() - {metric}{{name=\"{job}\"}} > {})", 3 * seconds);
        assert!(expression.contains(&part), "{part}: {expression}");
    }
    assert_eq!(asked(expression).len(), CADENCES.len());
}

#[test]
fn what_an_expression_asks_for_is_found() {
    let expression = "calsync_a == 1 or rate(calsync_b_total{x=\"y\",z=~\"u|$v\"}[5m])";
    let found = asked(expression);
    let second = vec!["x=\"y\"", "z=~\"u|$v\""];
    assert_eq!(found, [("calsync_a", vec![]), ("calsync_b_total", second)]);
    assert_eq!(choices(&found[1].1), ["z=\"u\""]);
    let text = "# HELP calsync_a What it means.\n# TYPE calsync_a gauge\ncalsync_a{x=\"y\"} 1\n";
    let told = Exposition::read(text).unwrap();
    assert!(is_told(&told, "calsync_a", &["x=\"y\""]));
    assert!(!is_told(&told, "calsync_a", &["x=\"z\""]));
    assert!(!is_told(&told, "calsync_b", &[]));
}
